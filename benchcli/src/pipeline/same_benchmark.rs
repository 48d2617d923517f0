//! Measures the same benchmarks on both sides where the two versions have different ones.
//!
//! A change that makes code faster often changes its benchmark too, or brings a new one. Each side's own benchmark would
//! then compare two things at once. So one side is built with the test files of the other, through an overlay of the go
//! command, and has their data: nothing in the working tree is touched. If not all of them compile there, only those with
//! benchmarks and what these need are taken, and of these in the end only the declarations that compile.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use benchparse::gate::BenchmarkChange;
use git2::{ObjectType, Oid};
use serde::Serialize;

use super::benchmark_changes::{
    BenchmarkDifferences, DataFiles, SharedBenchmark, bare, changed_benchmarks,
};
use super::changed_files::ChangedFiles;
use super::lent_data::LentData;
use crate::args::go::BenchmarksOf;
use crate::go_code::{BenchmarkCode, TestFile, benchmark_files, benchmarks, prune};
use crate::runner::Side;
use crate::runner::build::{Build, BuildFailure};
use crate::runner::packages::Package;

/// The packages whose benchmarks differ between the sides, and how one side gets those of the other.
#[derive(Debug)]
pub(crate) struct SameBenchmarks {
    /// Whose benchmarks both sides run.
    from: Option<Side>,
    /// Where overlays are written.
    folder: PathBuf,
    packages: Vec<Difference>,
}

/// A package whose benchmarks differ.
#[derive(Debug)]
struct Difference {
    package: String,
    folders: [PathBuf; 2],
    /// The test files of the side whose benchmarks run.
    files: Vec<TestFile>,
    /// The benchmarks that differ, with a file that does.
    changed: BTreeMap<String, String>,
    /// The benchmarks that only the side has whose benchmarks run.
    new: BTreeSet<String>,
    /// The benchmarks of the other side.
    own: BTreeSet<String>,
    /// The data files that go with the benchmarks.
    data: LentData,
    attempt: Attempt,
    /// What is built with an overlay.
    overlaid: Vec<TestFile>,
    /// What the compiler said first of the files with benchmarks.
    obstacle: Option<String>,
    /// Whether the other side has no benchmarks in this package, so that nothing is lost if it cannot be built.
    is_new: bool,
}

/// What is built with an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    AllFiles,
    BenchmarkFiles,
    /// Without what does not compile, for the so many-th time.
    Pruned(u32),
    /// Nothing: each side runs its own.
    Own,
}

/// How many digits of a hash are kept.
const HASH_LENGTH: usize = 16;

/// How often what does not compile is taken out. The compiler names ten errors at a time.
const MOST_PRUNINGS: u32 = 12;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Overlay {
    replace: BTreeMap<PathBuf, PathBuf>,
}

impl SameBenchmarks {
    /// Compares the benchmarks of all packages that both sides have, and gives one side those of the other as far as they
    /// differ. `base` is the checkout of the base, `scratch` a folder for overlays. The user's own overlay leaves no room
    /// for another one.
    ///
    /// # Errors
    /// An overlay cannot be written.
    pub(crate) fn prepare(
        builds: &mut Vec<Build>,
        changed: &ChangedFiles,
        base: &Path,
        of: BenchmarksOf,
        has_overlay: bool,
        scratch: &Path,
    ) -> Result<Self> {
        let mut found = Self::find(builds, changed, base, of, scratch);
        if has_overlay {
            found.refuse("your own -overlay is in use");
        }
        found.apply(builds)?;
        Ok(found)
    }

    fn find(
        builds: &[Build],
        changed: &ChangedFiles,
        base: &Path,
        of: BenchmarksOf,
        scratch: &Path,
    ) -> Self {
        let from = match of {
            BenchmarksOf::Head => Some(Side::Head),
            BenchmarksOf::Base => Some(Side::Base),
            BenchmarksOf::Own => None,
        };
        let of_side = |side: Side| builds.iter().filter(move |build| build.side == side);
        let mut packages = Vec::new();
        for head in of_side(Side::Head) {
            let mut bases = of_side(Side::Base);
            let base = match bases.find(|it| it.package.path == head.package.path) {
                Some(base) => Some(base.package.clone()),
                None => without_benchmarks(&head.package, changed.root(), base),
            };
            if let Some(base) = base {
                packages.extend(Difference::between(&base, &head.package, changed, from));
            }
        }
        Self {
            from,
            folder: scratch.join("overlays"),
            packages,
        }
    }

    /// Builds nothing with an overlay, and says why.
    fn refuse(&mut self, why: &str) {
        for package in &mut self.packages {
            package.attempt = Attempt::Own;
            package.obstacle = Some(why.to_owned());
        }
        self.packages.retain(|package| !package.is_new);
    }

    /// Gives one side the benchmarks of the other.
    ///
    /// # Errors
    /// An overlay cannot be written.
    fn apply(&mut self, builds: &mut Vec<Build>) -> Result<()> {
        let Some(onto) = self.onto() else {
            return Ok(());
        };
        let count = builds.len();
        for (at, package) in self.packages.iter_mut().enumerate() {
            if package.is_new {
                let head = builds.iter().find(|it| it.package.path == package.package);
                if let Some(head) = head.cloned() {
                    builds.push(Build {
                        side: onto,
                        binary: beside(&head.binary, onto, count + at),
                        folder: package.folders[onto as usize].clone(),
                        package: Package {
                            folder: package.folders[onto as usize].clone(),
                            ..head.package
                        },
                        ..head
                    });
                }
            }
            package.lend_data(onto);
            package.set_build(builds, onto, &self.folder.join(at.to_string()))?;
        }
        Ok(())
    }

    /// Takes out the failures of builds with an overlay, and gives the builds to try next instead of them.
    ///
    /// # Errors
    /// An overlay cannot be written.
    pub(crate) fn narrow(
        &mut self,
        builds: &mut Vec<Build>,
        failures: &mut Vec<BuildFailure>,
    ) -> Result<Vec<Build>> {
        let Some(onto) = self.onto() else {
            return Ok(Vec::new());
        };
        let mut next = Vec::new();
        for (at, package) in self.packages.iter_mut().enumerate() {
            let is_failure = |it: &BuildFailure| it.side == onto && it.package == package.package;
            let Some(failed) = failures.iter().position(is_failure) else {
                continue;
            };
            if package.attempt == Attempt::Own {
                continue;
            }
            let failure = failures.remove(failed);
            package.step(&failure.output);
            if package.attempt == Attempt::Own {
                package.data.give_back();
            }
            next.extend(package.set_build(builds, onto, &self.folder.join(at.to_string()))?);
        }
        Ok(next)
    }

    /// The builds that measure what only the side has that got an overlay.
    pub(crate) fn own_builds(&self, builds: &[Build]) -> Vec<Build> {
        let Some(onto) = self.onto() else {
            return Vec::new();
        };
        let lacking = self.packages.iter().filter(|package| {
            package.attempt != Attempt::Own && !package.own.is_subset(&package.available())
        });
        let mut found = Vec::new();
        for package in lacking {
            let mut of_side = builds.iter().filter(|it| it.side == onto);
            if let Some(build) = of_side.find(|it| it.package.path == package.package) {
                found.push(Build {
                    overlay: None,
                    folder: build.package.folder.clone(),
                    binary: beside(&build.binary, onto, builds.len() + found.len()),
                    ..build.clone()
                });
            }
        }
        found
    }

    /// What came of it.
    pub(crate) fn differences(&self) -> BenchmarkDifferences {
        let mut found = BenchmarkDifferences::default();
        for package in &self.packages {
            let available = package.available();
            let of = |name: &str| (package.package.clone(), name.to_owned());
            for (name, file) in &package.changed {
                match self.from.filter(|_| available.contains(name)) {
                    Some(from) => {
                        let file = Some(file.clone());
                        let shared = SharedBenchmark { of: from, file };
                        found.shared.insert(of(name), shared);
                    }
                    None => {
                        let mut change = BenchmarkChange::in_file(file.clone());
                        change.obstacle.clone_from(&package.obstacle);
                        found.changed.insert(of(name), change);
                    }
                }
            }
            for name in package.new.intersection(&available) {
                let shared = self.from.map(|of| SharedBenchmark { of, file: None });
                found.shared.extend(shared.map(|shared| (of(name), shared)));
            }
        }
        found
    }

    /// The side that gets the benchmarks of the other.
    fn onto(&self) -> Option<Side> {
        self.from.map(Side::other)
    }
}

/// The hashes of the code of a build's benchmarks by name, such as `BenchmarkEncode`.
pub(crate) fn benchmark_hashes(
    build: &Build,
    same: Option<&SameBenchmarks>,
) -> HashMap<String, String> {
    let overlaid = same.filter(|_| build.overlay.is_some()).and_then(|same| {
        let mut packages = same.packages.iter();
        packages.find(|it| it.package == build.package.path)
    });
    let codes = match overlaid {
        // What was taken out of the files is no part of those that are left.
        Some(package) => {
            let available = package.available();
            let mut codes = benchmarks(&package.files);
            codes.retain(|name, _| available.contains(&bare(name)));
            codes
        }
        None => benchmarks(&read(&build.package)),
    };
    let hash = |(name, code): (String, BenchmarkCode)| Some((name, hash(&code)?));
    codes.into_iter().filter_map(hash).collect()
}

/// Enough of a hash to tell benchmarks of one name apart.
fn hash(code: &BenchmarkCode) -> Option<String> {
    let hash = Oid::hash_object(ObjectType::Blob, code.text().as_bytes()).ok()?;
    let mut hash = hash.to_string();
    hash.truncate(HASH_LENGTH);
    Some(hash)
}

impl Difference {
    /// Nothing where the benchmarks are the same.
    fn between(
        base: &Package,
        head: &Package,
        changed: &ChangedFiles,
        from: Option<Side>,
    ) -> Option<Self> {
        let data = changed.data(&head.folder);
        let has_changed = base.test_files != head.test_files
            || changed.has_test_file(&head.folder)
            || !data.is_empty();
        if !has_changed {
            return None;
        }
        let is_new = !base.has_benchmarks();
        // The base's benchmarks are no reason to build a package of the head that has none.
        if is_new && from != Some(Side::Head) {
            return None;
        }
        let sides = [base, head].map(read);
        let codes = sides.each_ref().map(|files| benchmarks(files));
        let has = |path: &Path| [base, head].map(|side| side.folder.join(path).is_file());
        let of_data = DataFiles::new(data.clone(), has);
        let changed = changed_benchmarks(&codes, &sides[1], &of_data);
        let names = |side: usize| -> BTreeSet<String> {
            codes[side].keys().map(|name| bare(name)).collect()
        };
        let (from, onto) = match from {
            Some(Side::Base) => (0, 1),
            _ => (1, 0),
        };
        let new: BTreeSet<String> = names(from).difference(&names(onto)).cloned().collect();
        if changed.is_empty() && new.is_empty() {
            return None;
        }
        let own = names(onto);
        let data = LentData::new(data, &sides[from]);
        let [of_base, of_head] = sides;
        Some(Self {
            package: head.path.clone(),
            folders: [base.folder.clone(), head.folder.clone()],
            files: if from == 0 { of_base } else { of_head },
            changed,
            new,
            own,
            data,
            attempt: Attempt::AllFiles,
            overlaid: Vec::new(),
            obstacle: None,
            is_new,
        })
    }

    /// The benchmarks that are built with the overlay.
    fn available(&self) -> BTreeSet<String> {
        match self.attempt {
            Attempt::Own => BTreeSet::new(),
            _ => benchmarks(&self.overlaid)
                .keys()
                .map(|name| bare(name))
                .collect(),
        }
    }

    /// Gives the benchmarks the data that they read when they run. The base's checkout is the run's own; in the working
    /// tree nothing is changed, and its benchmarks run in the base's folder instead.
    fn lend_data(&mut self, onto: Side) {
        if onto == Side::Base && self.attempt != Attempt::Own {
            let [base, head] = &self.folders;
            if let Err(why) = self.data.copy(head, base) {
                self.data.give_back();
                self.attempt = Attempt::Own;
                self.obstacle = Some(why);
            }
        }
    }

    /// Gives the side's build what this attempt is built with, or removes a build that would have no benchmarks. Gives
    /// the build that is left.
    fn set_build(
        &mut self,
        builds: &mut Vec<Build>,
        onto: Side,
        folder: &Path,
    ) -> Result<Option<Build>> {
        let is_this = |it: &Build| it.side == onto && it.package.path == self.package;
        if self.attempt == Attempt::Own && self.is_new {
            builds.retain(|it| !is_this(it));
        }
        let Some(build) = builds.iter_mut().find(|it| is_this(it)) else {
            return Ok(None);
        };
        self.lay_over(build, onto, folder)?;
        Ok(Some(build.clone()))
    }

    /// Writes the overlay of this attempt into a folder, and gives it to a build.
    fn lay_over(&mut self, build: &mut Build, onto: Side, folder: &Path) -> Result<()> {
        let own = &self.folders[onto as usize];
        let others = &self.folders[1 - onto as usize];
        self.overlaid = match self.attempt {
            Attempt::AllFiles => self.files.clone(),
            Attempt::BenchmarkFiles => {
                let needed = benchmark_files(&self.files);
                let files = self.files.iter();
                files
                    .filter(|file| needed.contains(&file.name))
                    .cloned()
                    .collect()
            }
            Attempt::Pruned(_) => std::mem::take(&mut self.overlaid),
            Attempt::Own => {
                build.overlay = None;
                build.folder = build.package.folder.clone();
                return Ok(());
            }
        };
        let write = |path: &Path, text: &[u8]| {
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(path, text))
                .with_context(|| format!("cannot write {}", path.display()))
        };
        let mut replace: BTreeMap<PathBuf, PathBuf> = test_files(own)
            .into_iter()
            .map(|name| (own.join(name), PathBuf::new()))
            .collect();
        for file in &self.overlaid {
            let mut source = others.join(&file.name);
            if matches!(self.attempt, Attempt::Pruned(_)) {
                source = folder.join(&file.name);
                write(&source, file.text.as_bytes())?;
            }
            replace.insert(own.join(&file.name), source);
        }
        for path in &self.data.paths {
            let source = others.join(path);
            let source = if source.is_file() {
                source
            } else {
                PathBuf::new()
            };
            replace.insert(own.join(path), source);
        }
        let overlay = folder.join("overlay.json");
        write(&overlay, &serde_json::to_vec(&Overlay { replace })?)?;
        build.overlay = Some(overlay);
        if onto == Side::Head && self.data.is_read() {
            build.folder.clone_from(others);
        }
        Ok(())
    }

    /// What is to be tried after what the compiler refused.
    fn step(&mut self, output: &str) {
        let pruned = |files: &[TestFile]| {
            let pruned = prune(files, &places(output))?;
            (!benchmarks(&pruned).is_empty()).then_some(pruned)
        };
        let next = match self.attempt {
            Attempt::AllFiles if benchmark_files(&self.files).len() < self.files.len() => {
                self.attempt = Attempt::BenchmarkFiles;
                return;
            }
            Attempt::Pruned(count) if count >= MOST_PRUNINGS => None,
            Attempt::Pruned(count) => pruned(&self.overlaid).map(|files| (count + 1, files)),
            _ => pruned(&self.overlaid).map(|files| (1, files)),
        };
        self.obstacle.get_or_insert_with(|| first_message(output));
        self.attempt = match next {
            Some((count, files)) => {
                self.overlaid = files;
                Attempt::Pruned(count)
            }
            None => Attempt::Own,
        };
    }
}

/// The package of the base that a package of the head corresponds to, where it is there but has no benchmarks.
fn without_benchmarks(head: &Package, root: &Path, base: &Path) -> Option<Package> {
    let folder = base.join(head.folder.strip_prefix(root).ok()?);
    let is_code = |name: &str| name.ends_with(".go") && !name.ends_with("_test.go");
    let mut names = names(&folder).into_iter();
    names.any(|name| is_code(&name)).then(|| Package {
        test_files: test_files(&folder),
        folder,
        ..head.clone()
    })
}

fn read(package: &Package) -> Vec<TestFile> {
    let files = package.test_files.iter();
    files
        .map(|name| TestFile {
            name: name.clone(),
            text: fs::read(package.folder.join(name))
                .map(|text| String::from_utf8_lossy(&text).into_owned())
                .unwrap_or_default(),
        })
        .collect()
}

/// The test files of a folder, for whatever system they are.
fn test_files(folder: &Path) -> Vec<String> {
    let mut names = names(folder);
    names.retain(|name| name.ends_with("_test.go"));
    names
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// A binary of a side beside another one.
fn beside(binary: &Path, side: Side, number: usize) -> PathBuf {
    let suffix = env::consts::EXE_SUFFIX;
    binary.with_file_name(format!("{}{number}.test{suffix}", side.name()))
}

/// The lines of test files that a compiler complains about: the name of the file and the number of the line.
fn places(output: &str) -> BTreeSet<(String, usize)> {
    output.lines().filter_map(place).collect()
}

/// `../codec/encode_test.go:5:62: undefined: New`.
fn place(line: &str) -> Option<(String, usize)> {
    let at = line.find("_test.go:")?;
    let (path, rest) = line.split_at(at + "_test.go".len());
    let name = path.rsplit(['/', '\\']).next()?;
    let line = rest[1..].split(':').next()?.parse().ok()?;
    Some((name.to_owned(), line))
}

/// The first message of a compiler, with the name of the file alone.
fn first_message(output: &str) -> String {
    let mut lines = output.lines().filter(|line| !line.starts_with('#'));
    let line = lines.next().unwrap_or(output).trim();
    match line.find("_test.go:") {
        Some(at) => {
            let name = line[..at].rfind(['/', '\\']).map_or(0, |slash| slash + 1);
            line[name..].to_owned()
        }
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "# example.com/m [example.com/m.test]\n\
        ../head/x_test.go:3:8: \"fmt\" imported and not used\n../head/x_test.go:5:62: undefined: New\n\
        \tother.go:3: other declaration\n";

    #[test]
    fn the_compilers_complaints_have_places() {
        let places: Vec<(String, usize)> = places(OUTPUT).into_iter().collect();
        assert_eq!(
            places,
            [("x_test.go".to_owned(), 3), ("x_test.go".to_owned(), 5)]
        );
        assert_eq!(
            first_message(OUTPUT),
            "x_test.go:3:8: \"fmt\" imported and not used"
        );
        assert_eq!(first_message("no such tool\n"), "no such tool");
    }
}
