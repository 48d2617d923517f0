//! Tells which benchmarks differ between two versions of the source.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use benchparse::gate::BenchmarkChange;

use super::changed_files::ChangedFiles;
use super::source_version::SourceVersion;
use crate::go_code::{BenchmarkCode, TestFile, benchmarks};
use crate::runner::Side;

/// A package and the name of a benchmark in it, without the word Benchmark.
pub(crate) type BenchmarkName = (String, String);

/// What is known of benchmarks that differ between the sides.
#[derive(Debug, Clone, Default)]
pub(crate) struct BenchmarkDifferences {
    /// Those that differ and are measured as they are, so that their results say nothing about the code.
    pub(crate) changed: HashMap<BenchmarkName, BenchmarkChange>,
    /// Those that differ, or that one side lacks, and of which both sides run the same.
    pub(crate) shared: HashMap<BenchmarkName, SharedBenchmark>,
}

/// A benchmark of one side that both sides run.
#[derive(Debug, Clone)]
pub(crate) struct SharedBenchmark {
    /// Whose it is.
    pub(crate) of: Side,
    /// A file with a difference, where the other side has a benchmark of this name.
    pub(crate) file: Option<String>,
}

impl BenchmarkDifferences {
    /// How a benchmark differs that is measured as it is on each side.
    pub(crate) fn changed_of(&self, package: &str, name: &str) -> Option<&BenchmarkChange> {
        self.changed.get(&(package.to_owned(), name.to_owned()))
    }

    /// The benchmarks of some packages that differ between two versions. Files that only other systems compile count
    /// as well, since nobody asks the go command. Of a package with a file that cannot be read, as in a partial clone,
    /// nothing is known.
    ///
    /// `changed` are the files that differ, where the new version is the working tree: its files may have other ends of
    /// lines than those in commits.
    pub(crate) fn between(
        old: &SourceVersion<'_>,
        new: &SourceVersion<'_>,
        packages: &BTreeSet<String>,
        changed: Option<&ChangedFiles>,
    ) -> Self {
        let mut found = Self::default();
        for package in packages {
            let Some(folders) = old.folder(package).zip(new.folder(package)) else {
                continue;
            };
            let files = [old.test_files(&folders.0), new.test_files(&folders.1)];
            let [Some(of_old), Some(of_new)] = files else {
                continue;
            };
            let files = [of_old, of_new];
            let data = match changed {
                Some(changed) => changed.data(&changed.root().join(&folders.1)),
                None => old.changed_data(&folders.0, new, &folders.1),
            };
            let data = DataFiles::new(data, |path| {
                [
                    old.has(&folders.0.join(path)),
                    new.has(&folders.1.join(path)),
                ]
            });
            if files[0] == files[1] && data.is_empty() {
                continue;
            }
            let codes = files.each_ref().map(|files| benchmarks(files));
            for (name, file) in changed_benchmarks(&codes, &files[1], &data) {
                let change = BenchmarkChange::in_file(file);
                found.changed.insert((package.clone(), name), change);
            }
        }
        found
    }
}

/// Files that differ between two versions of a package and are no Go code, as paths below the package's folder.
#[derive(Debug, Default)]
pub(super) struct DataFiles {
    /// Those that both versions have.
    edited: Vec<PathBuf>,
    /// Those that only one of them has.
    one_sided: Vec<PathBuf>,
}

impl DataFiles {
    /// `has` tells which versions have a path.
    pub(super) fn new(paths: Vec<PathBuf>, has: impl Fn(&Path) -> [bool; 2]) -> Self {
        let (edited, one_sided) = paths.into_iter().partition(|path| has(path) == [true; 2]);
        Self { edited, one_sided }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.edited.is_empty() && self.one_sided.is_empty()
    }

    /// One that a benchmark may read, and read differently. `all` are the words of all test files.
    fn read_by(&self, code: &BenchmarkCode, all: &HashSet<&str>) -> Option<&Path> {
        if self.is_empty() {
            return None;
        }
        let text = code.text();
        let words = words(&text);
        let names_data = words.contains(TEST_DATA);
        let may_read = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_data = path.starts_with(TEST_DATA);
            let is_unnamed = || !all.contains(TEST_DATA) && !all.contains(&*name);
            words.contains(&*name) || is_data && (names_data || is_unnamed())
        };
        let edited = self.edited.iter().find(may_read);
        let one_sided = || {
            let lists = LISTING.iter().any(|word| text.contains(word));
            let mut below = self.one_sided.iter();
            below.find(|path| lists && names_data && path.starts_with(TEST_DATA))
        };
        edited.or_else(one_sided).map(PathBuf::as_path)
    }
}

/// The names of files that a text may have.
fn words(text: &str) -> HashSet<&str> {
    let is_in_name = |letter: char| letter.is_alphanumeric() || "_-.".contains(letter);
    text.split(|letter| !is_in_name(letter)).collect()
}

const TEST_DATA: &str = "testdata";

/// What code says that takes all files of a folder, so that one more changes what it does.
const LISTING: [&str; 4] = ["ReadDir", "Glob", "Walk", "embed . FS"];

/// The benchmarks that differ between two versions of a package, without the word Benchmark, each with a file that
/// differs. `files` are the test files of the new version.
pub(super) fn changed_benchmarks(
    codes: &[BTreeMap<String, BenchmarkCode>; 2],
    files: &[TestFile],
    data: &DataFiles,
) -> BTreeMap<String, String> {
    let [old, new] = codes;
    let all = files.iter().flat_map(|file| words(&file.text)).collect();
    let mut changed = BTreeMap::new();
    for (name, code) in new {
        let Some(old) = old.get(name) else { continue };
        let file = code.changed_file(old).map(str::to_owned);
        let file = file.or_else(|| {
            let path = data.read_by(code, &all)?;
            Some(path.to_string_lossy().into_owned())
        });
        if let Some(file) = file {
            changed.insert(bare(name), file);
        }
    }
    changed
}

/// The name of a benchmark without the word Benchmark.
pub(super) fn bare(name: &str) -> String {
    name.strip_prefix("Benchmark").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_belong_to_the_benchmarks_that_name_them_or_to_all() {
        let changed = |code: &str| {
            let files = [TestFile {
                name: "a_test.go".to_owned(),
                text: format!("package p\n{code}\nfunc BenchmarkB() {{}}\n"),
            }];
            let codes = [benchmarks(&files), benchmarks(&files)];
            let data = DataFiles::new(vec!["testdata/words.txt".into()], |_| [true; 2]);
            let found = changed_benchmarks(&codes, &files, &data);
            found.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(
            changed("func BenchmarkA() { read(\"testdata/\" + name) }"),
            ["A"]
        );
        assert_eq!(changed("func BenchmarkA() { read(\"words.txt\") }"), ["A"]);
        assert!(changed("func TestA() { read(\"testdata\") }").is_empty());
        assert_eq!(changed("func BenchmarkA() { load(all) }"), ["A", "B"]);
    }

    #[test]
    fn a_file_that_one_version_has_counts_where_a_folder_is_listed() {
        let changed = |path: &str, code: &str| {
            let files = [TestFile {
                name: "a_test.go".to_owned(),
                text: format!("package p\nfunc BenchmarkA() {{ {code} }}\n"),
            }];
            let codes = [benchmarks(&files), benchmarks(&files)];
            let data = DataFiles::new(vec![path.into()], |_| [false, true]);
            !changed_benchmarks(&codes, &files, &data).is_empty()
        };
        assert!(changed("testdata/new.txt", "os.ReadDir(\"testdata\")"));
        assert!(!changed(
            "testdata/new.txt",
            "os.ReadFile(\"testdata/old.txt\")"
        ));
        assert!(!changed("notes.txt", "os.ReadDir(\"testdata\")"));
    }
}
