//! Lends the test data of one side to the benchmarks of the other.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::go_code::TestFile;

/// The data files of a package that differ between the sides and that the benchmarks of one side may use.
#[derive(Debug, Default)]
pub(super) struct LentData {
    /// As paths below the package's folder.
    pub(super) paths: Vec<PathBuf>,
    /// What was in the place of those that were copied.
    replaced: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl LentData {
    /// Takes those below `testdata`, and those that test files embed. What the code itself reads is part of the code,
    /// whoever's benchmark it is.
    pub(super) fn new(changed: Vec<PathBuf>, files: &[TestFile]) -> Self {
        let is_of_tests = |path: &PathBuf| {
            path.starts_with("testdata") || files.iter().any(|file| embeds(&file.text, path))
        };
        Self {
            paths: changed.into_iter().filter(is_of_tests).collect(),
            replaced: Vec::new(),
        }
    }

    /// Whether benchmarks find some of them when they run.
    pub(super) fn is_read(&self) -> bool {
        self.paths.iter().any(|path| path.starts_with("testdata"))
    }

    /// Copies the files below `testdata` from one folder of the package into the other. Those that the first does not
    /// have stay, for benchmarks that only the second has.
    ///
    /// # Errors
    /// Why a file cannot be copied: it must be a plain file, so that nothing outside the folder is written to.
    pub(super) fn copy(&mut self, from: &Path, to: &Path) -> Result<(), String> {
        for path in &self.paths {
            let source = from.join(path);
            if !path.starts_with("testdata") || fs::symlink_metadata(&source).is_err() {
                continue;
            }
            if !is_plain(from, path) || !is_plain(to, path) {
                return Err(format!(
                    "{} is not a plain file on both sides",
                    path.display()
                ));
            }
            let target = to.join(path);
            let copied = fs::read(&source).and_then(|bytes| {
                self.replaced.push((target.clone(), fs::read(&target).ok()));
                fs::create_dir_all(target.parent().unwrap_or(to))?;
                fs::write(&target, bytes)
            });
            copied.map_err(|error| format!("cannot copy {}: {error}", path.display()))?;
        }
        Ok(())
    }

    /// Puts back what was there before.
    pub(super) fn give_back(&mut self) {
        for (path, bytes) in self.replaced.drain(..) {
            // The folder is the run's own, and goes with it.
            let _ = match bytes {
                Some(bytes) => fs::write(path, bytes),
                None => fs::remove_file(path),
            };
        }
    }
}

/// Whether a path is that of a plain file or of none, without links or files on the way.
fn is_plain(folder: &Path, path: &Path) -> bool {
    let mut place = folder.to_owned();
    let mut parts = path.components().peekable();
    while let Some(part) = parts.next() {
        place.push(part);
        let is_last = parts.peek().is_none();
        match fs::symlink_metadata(&place) {
            Ok(found) if is_last && found.is_file() => {}
            Ok(found) if !is_last && found.is_dir() => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return true,
            _ => return false,
        }
    }
    true
}

/// Whether a test file has a directive that embeds a file beside it.
fn embeds(text: &str, path: &Path) -> bool {
    let directives = text
        .lines()
        .filter_map(|line| line.strip_prefix("//go:embed "));
    let mut patterns = directives.flat_map(str::split_whitespace);
    patterns.any(|pattern| Path::new(pattern.trim_matches(['"', '`'])) == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        for (folder, text) in [(&from, "new"), (&to, "old")] {
            fs::create_dir_all(folder.join("testdata")).expect("a folder");
            fs::write(folder.join("testdata/a.txt"), text).expect("a file");
        }
        (folder, from, to)
    }

    fn data(paths: &[&str]) -> LentData {
        LentData::new(paths.iter().map(PathBuf::from).collect(), &[])
    }

    #[test]
    fn what_is_lent_is_given_back() {
        let (_folder, from, to) = folders();
        fs::write(from.join("testdata/new.txt"), "new").expect("a file");
        fs::write(to.join("testdata/only.txt"), "old").expect("a file");
        let read = |name: &str| fs::read_to_string(to.join("testdata").join(name)).ok();
        let mut data = data(&["testdata/a.txt", "testdata/new.txt", "testdata/only.txt"]);
        data.copy(&from, &to).expect("copied");
        let texts = ["a.txt", "new.txt", "only.txt"].map(read);
        assert_eq!(texts, ["new", "new", "old"].map(|it| Some(it.to_owned())));
        data.give_back();
        let texts = ["a.txt", "new.txt", "only.txt"].map(read);
        assert_eq!(
            texts,
            [Some("old".to_owned()), None, Some("old".to_owned())]
        );
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        use std::os::unix::fs::symlink;

        let (folder, from, to) = folders();
        let outside = folder.path().join("outside");
        fs::create_dir(&outside).expect("a folder");
        fs::write(outside.join("a.txt"), "mine").expect("a file");
        fs::remove_dir_all(to.join("testdata")).expect("removed");
        symlink(&outside, to.join("testdata")).expect("a link");
        let mut data = data(&["testdata/a.txt"]);
        assert!(data.copy(&from, &to).is_err());
        let text = fs::read_to_string(outside.join("a.txt"));
        assert_eq!(text.expect("readable"), "mine");
    }

    #[test]
    fn files_that_tests_embed_are_lent_too() {
        let files = [TestFile {
            name: "a_test.go".to_owned(),
            text: "//go:embed words.txt other.txt\nvar words string\n".to_owned(),
        }];
        let changed = ["words.txt", "go.mod", "page.html"].map(PathBuf::from);
        let data = LentData::new(changed.to_vec(), &files);
        assert_eq!(data.paths, [PathBuf::from("words.txt")]);
        assert!(!data.is_read());
    }
}
