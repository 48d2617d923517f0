//! Profiles benchmarks of base and head, and explains their differences.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::failure::in_one_line;
use crate::atomic_file::write_file;
use crate::profile::Explained;
use crate::profile::explain::{Binary, Effort, explain as profiled};
use crate::runner::children::{ChildError, Children};
use crate::runner::rounds::{Job, Subject};
use crate::ui::{status, warn};

/// A benchmark to explain.
pub(crate) struct Explicable {
    /// Its place among the subjects.
    pub(crate) subject: usize,
    pub(crate) package: String,
    /// Its full name without `Benchmark`.
    pub(crate) benchmark: String,
    /// How often its body ran in a round.
    pub(crate) iterations: i64,
}

/// How many profiles are taken of each side.
const REPEATS: usize = 3;

/// Where profiles are taken, and what becomes of them.
pub(crate) struct Profiling<'p> {
    /// The programs that run.
    pub(crate) children: &'p Children,
    /// A folder for profiles.
    pub(crate) scratch: &'p Path,
    /// A folder for flame graphs.
    pub(crate) flames: Option<&'p Path>,
    /// How many benchmarks are explained: profiles take their time.
    pub(crate) most: usize,
}

impl Profiling<'_> {
    /// Profiles benchmarks of both versions. One that cannot be profiled is told, and the others
    /// are explained.
    ///
    /// # Errors
    /// Everything was stopped, or a flame graph cannot be written; what is explained by then.
    pub(crate) fn explain(
        &self,
        wanted: &[Explicable],
        subjects: &[Subject],
    ) -> (Vec<Explained>, Result<()>) {
        let mut explained = Vec::new();
        let mut drawn = HashSet::new();
        let chosen = &wanted[..wanted.len().min(self.most)];
        for (at, wanted) in chosen.iter().enumerate() {
            let Some([Some(base), Some(head)]) = subjects.get(wanted.subject).map(|it| &it.sides)
            else {
                continue;
            };
            let name = &wanted.benchmark;
            status(&format!("profiling {name}: {} of {}", at + 1, chosen.len()));
            match self.one(wanted, [base, head]) {
                Ok(mut found) => {
                    if let Err(error) = self.draw(&mut found, &mut drawn) {
                        return (explained, Err(error));
                    }
                    explained.push(found);
                }
                Err(error) if is_stopped(&error) => return (explained, Err(error)),
                Err(error) => warn(&format!("cannot explain {name}: {}", in_one_line(&error))),
            }
        }
        if wanted.len() > chosen.len() {
            status(&format!(
                "{} more not explained; use --most or --bench to choose others",
                wanted.len() - chosen.len()
            ));
        }
        (explained, Ok(()))
    }

    fn one(&self, wanted: &Explicable, sides: [&Job; 2]) -> Result<Explained> {
        let effort = Effort {
            iterations: wanted.iterations.max(1).cast_unsigned(),
            repeats: REPEATS,
        };
        let sides = sides.map(|job| Binary {
            program: &job.program,
            arguments: &job.arguments,
            folder: &job.folder,
            root: root(&job.folder),
        });
        let mut run = |command: &mut Command| output(self.children, command);
        let answers = profiled(sides, &wanted.benchmark, effort, self.scratch, &mut run)?;
        Ok(Explained {
            package: wanted.package.clone(),
            benchmark: wanted.benchmark.clone(),
            answers,
        })
    }

    /// A flame graph of each answer.
    fn draw(&self, explained: &mut Explained, drawn: &mut HashSet<String>) -> Result<()> {
        let Some(folder) = self.flames else {
            return Ok(());
        };
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        for answer in &mut explained.answers {
            let title = format!("{}: {}", explained.benchmark, answer.sentence);
            let svg = answer.flame(&title);
            let package = explained.package.rsplit('/').next().unwrap_or_default();
            let name = format!("{package}.{}-{}", explained.benchmark, answer.sample_type);
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.=".contains(letter);
            let name: String = name
                .chars()
                .map(|letter| if is_plain(letter) { letter } else { '_' })
                .collect();
            let name = name.trim_start_matches('.');
            // Names that differ in a package's path, or as some filesystems do not see it.
            let numbers = (2..).map(|number| format!("{name}-{number}"));
            let free = std::iter::once(name.to_owned()).chain(numbers);
            let mut free = free.filter(|name| drawn.insert(name.to_lowercase()));
            let path = folder.join(format!("{}.svg", free.next().unwrap_or_default()));
            write_file(&path, svg.as_bytes())?;
            answer.flame_graph = Some(path.display().to_string());
        }
        Ok(())
    }
}

/// The root of the repository or worktree that a folder is in.
fn root(folder: &Path) -> &Path {
    let mut folders = folder.ancestors();
    let is_root = |folder: &&Path| folder.join(".git").exists();
    folders.find(is_root).unwrap_or(folder)
}

/// What a program prints.
///
/// # Errors
/// It fails, or everything is stopped.
pub(crate) fn output(children: &Children, command: &mut Command) -> Result<Vec<u8>> {
    let ran = children.run(command)?;
    if !ran.status.success() {
        // A benchmark that fails says why where it prints results.
        let failure_text =
            [&ran.stderr, &ran.stdout].map(|failure_text| String::from_utf8_lossy(failure_text));
        let failure_text = failure_text
            .iter()
            .map(|failure_text| failure_text.trim_end());
        let failure_text = failure_text
            .filter(|failure_text| !failure_text.is_empty())
            .collect::<Vec<_>>();
        bail!("{}: {}", ran.ending(), failure_text.join("\n"));
    }
    Ok(ran.stdout)
}

pub(crate) fn is_stopped(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ChildError::Stopped))
}
