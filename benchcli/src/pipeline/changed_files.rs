//! Finds the files of the working tree that differ from a commit, to tell which benchmarks may read one.

use std::path::{Path, PathBuf};

use git2::{DiffOptions, Oid, Repository};

/// Files that differ between a commit and the working tree, as paths below the root of the working tree.
#[derive(Debug)]
pub(crate) struct ChangedFiles {
    root: PathBuf,
    paths: Vec<PathBuf>,
}

impl ChangedFiles {
    /// Compares a commit with the working tree at `root`. Files that git ignores are not looked at: the checkout of
    /// the commit has none of them.
    ///
    /// # Errors
    /// What git says.
    pub(crate) fn since(
        repository: &Repository,
        root: &Path,
        commit: Oid,
    ) -> Result<Self, git2::Error> {
        let tree = repository.find_commit(commit)?.tree()?;
        let mut options = DiffOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_typechange(true);
        let diff = repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?;
        let mut paths = Vec::new();
        for delta in diff.deltas() {
            let files = [delta.old_file(), delta.new_file()];
            paths.extend(
                files
                    .iter()
                    .filter_map(git2::DiffFile::path)
                    .map(Path::to_owned),
            );
        }
        paths.sort();
        paths.dedup();
        Ok(Self {
            root: root.to_owned(),
            paths,
        })
    }

    /// The root of the working tree.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a test file differs in the folder of a package.
    pub(crate) fn has_test_file(&self, package: &Path) -> bool {
        let is_test = |path: &Path| path.to_string_lossy().ends_with("_test.go");
        self.below(package)
            .any(|path| path.components().count() == 1 && is_test(path))
    }

    /// The files in a package's folder or below its `testdata` that differ and are no Go code, as paths below the folder.
    pub(crate) fn data(&self, package: &Path) -> Vec<PathBuf> {
        let is_code = |path: &&Path| path.extension().is_some_and(|it| it == "go");
        let is_own = |path: &&Path| path.starts_with("testdata") || path.components().count() == 1;
        let found = self
            .below(package)
            .filter(|path| !is_code(path) && is_own(path));
        found.map(Path::to_owned).collect()
    }

    /// The files below a folder that differ, as paths below it.
    fn below(&self, folder: &Path) -> impl Iterator<Item = &Path> {
        let folder = folder.strip_prefix(&self.root).ok().map(Path::to_owned);
        self.paths
            .iter()
            .filter_map(move |path| path.strip_prefix(folder.as_ref()?).ok())
    }

    /// Whether the benchmarks of a package may see one of the changes at run time: any file of its module counts, but
    /// of the Go code only that of the package's own folder.
    pub(crate) fn may_be_read_by(&self, package: &Path) -> bool {
        let module = package
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.root))
            .find(|folder| folder.join("go.mod").is_file())
            .unwrap_or(&self.root);
        self.paths.iter().any(|path| {
            let path = self.root.join(path);
            let is_go = path.extension().is_some_and(|extension| extension == "go");
            if is_go {
                path.parent() == Some(package)
            } else {
                path.starts_with(module)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn changed(root: &Path, paths: &[&str]) -> ChangedFiles {
        ChangedFiles {
            root: root.to_owned(),
            paths: paths.iter().map(PathBuf::from).collect(),
        }
    }

    #[test]
    fn go_code_counts_in_its_own_package_and_other_files_in_the_whole_module() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        for module in ["", "nested"] {
            fs::create_dir_all(root.join(module).join("codec")).expect("a folder");
            fs::write(root.join(module).join("go.mod"), "module m\n").expect("a file");
        }
        let may_read =
            |path: &str, package: &str| changed(root, &[path]).may_be_read_by(&root.join(package));
        assert!(may_read("codec/a.go", "codec"));
        assert!(!may_read("codec/sub/a.go", "codec"));
        assert!(!may_read("text/a.go", "codec"));
        assert!(may_read("text/words.txt", "codec"));
        assert!(may_read("nested/words.txt", "codec"));
        assert!(may_read("nested/words.txt", "nested/codec"));
        assert!(!may_read("words.txt", "nested/codec"));
    }

    #[test]
    fn test_files_and_their_data_are_those_of_the_folder_itself() {
        let root = Path::new("/w");
        let changed = changed(
            root,
            &["codec/a_test.go", "codec/testdata/x/a.txt", "text/a.go"],
        );
        let [codec, text] = ["codec", "text"].map(|folder| root.join(folder));
        assert!(changed.has_test_file(&codec));
        assert!(!changed.has_test_file(&text) && !changed.has_test_file(root));
        assert_eq!(changed.data(&codec), [Path::new("testdata/x/a.txt")]);
        assert!(changed.data(&text).is_empty());
    }

    #[test]
    fn edited_new_and_removed_files_differ_from_the_commit() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(folder.path()).expect("a repository");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file");
        };
        write("edited.txt", "1");
        write("removed.txt", "1");
        write("same.txt", "1");
        write(".gitignore", "*.out\n");
        let mut index = repository.index().expect("an index");
        index
            .add_all(["*"], git2::IndexAddOption::DEFAULT, None)
            .expect("added");
        let tree = index.write_tree().expect("a tree");
        index.write().expect("the index is written");
        let tree = repository.find_tree(tree).expect("the tree");
        let author = git2::Signature::now("a", "a@example.com").expect("an author");
        let commit = repository
            .commit(Some("HEAD"), &author, &author, "first", &tree, &[])
            .expect("a commit");
        write("edited.txt", "22");
        write("new.txt", "1");
        write("ignored.out", "1");
        fs::remove_file(folder.path().join("removed.txt")).expect("removed");
        let found = ChangedFiles::since(&repository, folder.path(), commit).expect("a comparison");
        let expected = ["edited.txt", "new.txt", "removed.txt"].map(PathBuf::from);
        assert_eq!(found.paths, expected);
    }
}
