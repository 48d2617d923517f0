//! Tells which benchmarks differ between two versions of the source.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use benchparse::gate::BenchmarkChange;

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
    /// Those that differ, or that one side lacks, and of which both sides run the one of this side.
    pub(crate) shared: HashMap<BenchmarkName, Side>,
}

impl BenchmarkDifferences {
    /// The benchmarks of some packages that differ between two versions. Files that only other systems compile count
    /// as well, since nobody asks the go command.
    pub(crate) fn between(
        old: &SourceVersion<'_>,
        new: &SourceVersion<'_>,
        packages: &BTreeSet<String>,
    ) -> Self {
        let mut found = Self::default();
        for package in packages {
            let Some(folders) = old.folder(package).zip(new.folder(package)) else {
                continue;
            };
            let files = [old.test_files(&folders.0), new.test_files(&folders.1)];
            let data = [old.test_data(&folders.0), new.test_data(&folders.1)];
            let data: Vec<PathBuf> = data[0]
                .iter()
                .filter(|(path, id)| data[1].get(*path).is_some_and(|other| other != *id))
                .map(|(path, _)| path.clone())
                .collect();
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

/// The benchmarks that differ between two versions of a package, without the word Benchmark, each with a file that
/// differs. `files` are the test files of the new version, `data` are the files below `testdata` that both versions have
/// and that differ.
pub(super) fn changed_benchmarks(
    codes: &[BTreeMap<String, BenchmarkCode>; 2],
    files: &[TestFile],
    data: &[PathBuf],
) -> BTreeMap<String, String> {
    let [old, new] = codes;
    let mut changed = BTreeMap::new();
    for (name, code) in new {
        let Some(old) = old.get(name) else { continue };
        let file = code.changed_file(old).map(str::to_owned);
        let file = file.or_else(|| {
            let path = data.iter().find(|path| may_read(code, path, files))?;
            Some(path.to_string_lossy().into_owned())
        });
        if let Some(file) = file {
            changed.insert(bare(name), file);
        }
    }
    changed
}

/// Whether a benchmark may read a file below `testdata`: it names the folder or the file, or nothing in the test files
/// does.
fn may_read(code: &BenchmarkCode, path: &Path, files: &[TestFile]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let words = ["testdata", &*name];
    words.iter().any(|word| code.mentions(word))
        || !files
            .iter()
            .any(|file| words.iter().any(|word| file.text.contains(word)))
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
            let data = [PathBuf::from("testdata/words.txt")];
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
}
