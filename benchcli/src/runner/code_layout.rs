//! Links test binaries again and again with their functions in another order.
//!
//! The time of a loop depends on where the linker puts it, and any change to a package moves the functions behind
//! the change. With one binary a side, such a move looks like a change of the code. So each side is linked several
//! times with Go's `-randlayout`, each time with another seed, and the rounds take turns with the binaries. What the
//! order of the functions does to a benchmark is then part of its noise, on both sides alike.
//!
//! A layout costs a link and no compilation: the go command keeps compiled packages in its cache.
//!
//! Functions also begin at a multiple of 64 bytes (`-funcalign`). On amd64 Go aligns them to 32, and the loops of a
//! function that nobody touched may run at half their speed in one of its two places within a line of the cache. With
//! 64 they are always in the same one.

use std::path::PathBuf;

use super::build::{self, Build};
use super::children::{ChildError, Children};
use super::go_flags::{GoFlags, LinkerFlags};
use super::plan::draw;

/// How many layouts a run measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layouts {
    /// One, as the go command links by default.
    Uncontrolled,
    /// So many, and the rounds take turns with them.
    Cycle(u32),
    /// Another one in each round. What a layout does is then no less random than any other noise of a round.
    EachRound,
}

impl Layouts {
    /// What a second measurement has: another one in each round, where they are controlled.
    #[must_use]
    pub fn to_confirm(self) -> Self {
        match self {
            Self::Uncontrolled => Self::Uncontrolled,
            Self::Cycle(_) | Self::EachRound => Self::EachRound,
        }
    }

    /// The number of the layout of a round, which counts from 1. Nothing where layouts are not controlled.
    pub fn of_round(self, round: u32) -> Option<u32> {
        match self {
            Self::Uncontrolled => None,
            Self::Cycle(count) => Some((round - 1) % count.max(1)),
            Self::EachRound => Some(round - 1),
        }
    }
}

/// Gives the test binary of a package in a layout, and links it where it is not there yet.
#[derive(Debug, Clone)]
pub struct Linker {
    builds: Vec<Build>,
    build_flags: GoFlags,
    linker_flags: LinkerFlags,
    /// Where the seeds of the layouts are drawn from.
    seed: u64,
    /// What the files of the layouts begin with.
    prefix: String,
    /// Whether the packages' binaries have layout 0.
    has_first: bool,
    /// Whether functions are aligned to lines of the cache.
    pub is_aligned: bool,
    /// Which layouts a run measures.
    pub layouts: Layouts,
    linked: Vec<Vec<u32>>,
}

/// Aligns functions to lines of the cache.
const ALIGNMENT: &str = " -funcalign=64";

impl Linker {
    /// Nothing linked yet. `linker_flags` are the user's own.
    pub fn new(flags: GoFlags, linker_flags: LinkerFlags, seed: u64, layouts: Layouts) -> Self {
        Self {
            builds: Vec::new(),
            build_flags: flags,
            linker_flags,
            seed,
            prefix: "layout".to_owned(),
            has_first: true,
            is_aligned: true,
            layouts,
            linked: Vec::new(),
        }
    }

    /// Takes in the packages whose binaries are there, linked with [`Linker::flags`] of layout 0.
    pub fn set_builds(&mut self, builds: Vec<Build>) {
        self.linked = vec![Vec::new(); builds.len()];
        self.builds = builds;
    }

    /// The packages.
    pub fn builds(&self) -> &[Build] {
        &self.builds
    }

    /// The build flags of a layout.
    pub fn flags(&self, layout: Option<u32>) -> Vec<String> {
        match layout {
            None => self.build_flags.build.clone(),
            Some(layout) => {
                let mut flags = format!("-randlayout={}", self.link_seed(layout));
                if self.is_aligned {
                    flags += ALIGNMENT;
                }
                self.linker_flags.add_to(&self.build_flags.build, &flags)
            }
        }
    }

    /// The seed for the linker. Zero would mean no layout.
    fn link_seed(&self, layout: u32) -> u64 {
        1 + (draw(self.seed, u64::from(layout)) >> 34)
    }

    /// The same packages with the layouts of a second measurement.
    #[must_use]
    pub fn fresh(&self, seed: u64) -> Self {
        Self {
            seed,
            prefix: "fresh".to_owned(),
            has_first: false,
            layouts: self.layouts.to_confirm(),
            linked: vec![Vec::new(); self.builds.len()],
            ..self.clone()
        }
    }

    /// Links the packages of a round, as far as they are not there in its layout, and removes what no later round
    /// needs. A package that cannot be linked again stays in its first layout.
    ///
    /// # Errors
    /// The go command cannot be run, or everything was stopped.
    pub fn link(
        &mut self,
        children: &Children,
        packages: &[usize],
        round: u32,
    ) -> Result<(), ChildError> {
        let Some(layout) = self.layouts.of_round(round) else {
            return Ok(());
        };
        if self.layouts == Layouts::EachRound && layout > 0 {
            for &at in packages {
                if self.linked[at].contains(&(layout - 1)) {
                    // It goes with the run's folder otherwise.
                    let _ = std::fs::remove_file(self.file(at, layout - 1));
                }
            }
        }
        let missing: Vec<usize> = packages
            .iter()
            .copied()
            .filter(|&at| !self.is_first(layout) && !self.linked[at].contains(&layout))
            .collect();
        let jobs: Vec<Build> = missing
            .iter()
            .map(|&at| Build {
                binary: self.file(at, layout),
                ..self.builds[at].clone()
            })
            .collect();
        let flags = self.flags(Some(layout));
        let failures = build::build(children, &jobs, &flags)?;
        for (at, job) in missing.into_iter().zip(&jobs) {
            let has_failed =
                |it: &build::BuildFailure| (it.side, &it.package) == (job.side, &job.package.path);
            if !failures.iter().any(has_failed) {
                self.linked[at].push(layout);
            }
        }
        Ok(())
    }

    /// Whether the binaries of a layout were built before the rounds.
    fn is_first(&self, layout: u32) -> bool {
        layout == 0 && self.has_first
    }

    fn file(&self, at: usize, layout: u32) -> PathBuf {
        let binary = &self.builds[at].binary;
        let name = binary.file_name().unwrap_or_default().to_string_lossy();
        binary.with_file_name(format!("{}{layout}-{name}", self.prefix))
    }

    /// The binary of a package in a round, and the number of its layout where that is controlled.
    pub fn binary(&self, at: usize, round: u32) -> (PathBuf, Option<u32>) {
        match self.layouts.of_round(round) {
            Some(layout) if self.linked[at].contains(&layout) => {
                (self.file(at, layout), Some(layout))
            }
            Some(_) => (self.builds[at].binary.clone(), Some(0)),
            None => (self.builds[at].binary.clone(), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_take_turns_with_the_layouts() {
        let of = |layouts: Layouts| {
            (1..=5)
                .map(|round| layouts.of_round(round))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(Layouts::Cycle(2)), [0, 1, 0, 1, 0].map(Some));
        assert_eq!(of(Layouts::EachRound), [0, 1, 2, 3, 4].map(Some));
        assert_eq!(of(Layouts::Uncontrolled), [None; 5]);
    }

    #[test]
    fn each_layout_has_a_seed_of_its_own_that_follows_from_the_runs() {
        let linker = |seed| {
            Linker::new(
                GoFlags::default(),
                LinkerFlags::default(),
                seed,
                Layouts::Cycle(5),
            )
        };
        let seeds = |seed| {
            (0..5)
                .map(|at| linker(seed).link_seed(at))
                .collect::<Vec<_>>()
        };
        assert_eq!(seeds(7), seeds(7));
        assert_ne!(seeds(7), seeds(8));
        let mut distinct = seeds(7);
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 5);
        assert!(distinct.iter().all(|seed| (1..=1 << 30).contains(seed)));
    }
}
