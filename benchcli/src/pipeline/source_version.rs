//! Reads Go source files of a commit, without a checkout, or of the working tree.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository, Tree, TreeWalkMode, TreeWalkResult};

use crate::go_code::TestFile;
use crate::runner::packages::{has_no_packages, module_path_of, modules_below, within};

/// A version of the source.
pub(crate) struct SourceVersion<'r> {
    place: Place<'r>,
    /// The path of the module at the root.
    root_module: Option<String>,
    /// All modules: their paths and folders, the longest paths first. To find them takes a while in large trees.
    modules: OnceCell<Vec<(String, PathBuf)>>,
}

enum Place<'r> {
    Tree(&'r Repository, Tree<'r>),
    Folder(&'r Repository, PathBuf),
}

impl<'r> SourceVersion<'r> {
    /// That of a commit.
    ///
    /// # Errors
    /// What git says.
    pub(crate) fn of_commit(repository: &'r Repository, commit: Oid) -> Result<Self, git2::Error> {
        let tree = repository.find_commit(commit)?.tree()?;
        Ok(Self::new(Place::Tree(repository, tree)))
    }

    /// That of the working tree.
    pub(crate) fn of_working_tree(repository: &'r Repository, root: &Path) -> Self {
        Self::new(Place::Folder(repository, root.to_owned()))
    }

    fn new(place: Place<'r>) -> Self {
        let mut version = Self {
            place,
            root_module: None,
            modules: OnceCell::new(),
        };
        let text = version.read(Path::new("go.mod"));
        version.root_module = text.and_then(|text| module_path_of(&text));
        version
    }

    /// The folder of a package, below the root.
    pub(crate) fn folder(&self, package: &str) -> Option<PathBuf> {
        let in_root = self
            .root_module
            .as_deref()
            .and_then(|module| within(package, module))
            .map(PathBuf::from);
        if let Some(folder) = in_root.filter(|folder| !self.names(folder).is_empty()) {
            return Some(folder);
        }
        let modules = self.modules.get_or_init(|| self.find_modules());
        modules
            .iter()
            .find_map(|(module, folder)| Some(folder.join(within(package, module)?)))
    }

    fn find_modules(&self) -> Vec<(String, PathBuf)> {
        let folders: Vec<PathBuf> = match &self.place {
            Place::Tree(_, tree) => {
                let mut folders = Vec::new();
                // What a shallow clone lacks has no modules.
                let _ = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
                    let name = entry.name().unwrap_or_default();
                    if name == "go.mod" {
                        folders.push(PathBuf::from(folder));
                    }
                    if has_no_packages(name) && entry.kind() == Some(ObjectType::Tree) {
                        TreeWalkResult::Skip
                    } else {
                        TreeWalkResult::Ok
                    }
                });
                folders
            }
            Place::Folder(_, root) => {
                let below = modules_below(root).into_iter();
                let below = below.filter_map(|it| it.strip_prefix(root).ok().map(Path::to_owned));
                [PathBuf::new()].into_iter().chain(below).collect()
            }
        };
        let modules = folders.into_iter().filter_map(|folder| {
            let text = self.read(&folder.join("go.mod"))?;
            Some((module_path_of(&text)?, folder))
        });
        let mut modules: Vec<(String, PathBuf)> = modules.collect();
        modules.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        modules
    }

    /// The test files of a folder; nothing where one cannot be read. Files that git ignores are in no commit, and are
    /// left out of the working tree too.
    pub(crate) fn test_files(&self, folder: &Path) -> Option<Vec<TestFile>> {
        let names = self.names(folder).into_iter();
        let names = names.filter(|name| name.ends_with("_test.go"));
        names
            .map(|name| (folder.join(&name), name))
            .filter(|(path, _)| !self.is_ignored(path))
            .map(|(path, name)| {
                let text = self.read(&path)?;
                Some(TestFile { name, text })
            })
            .collect()
    }

    /// The files in the folders or below their `testdata` that differ between two commits and are no Go code, as paths
    /// below the folder.
    pub(crate) fn changed_data(
        &self,
        folder: &Path,
        other: &Self,
        others_folder: &Path,
    ) -> Vec<PathBuf> {
        let [own, others] = [self.data(folder), other.data(others_folder)];
        let paths: BTreeSet<&PathBuf> = own.keys().chain(others.keys()).collect();
        let differs = |path: &&PathBuf| own.get(*path) != others.get(*path);
        paths.into_iter().filter(differs).cloned().collect()
    }

    /// Whether there is a file.
    pub(crate) fn has(&self, path: &Path) -> bool {
        match &self.place {
            Place::Tree(_, tree) => tree.get_path(path).is_ok(),
            Place::Folder(_, root) => root.join(path).is_file(),
        }
    }

    fn is_ignored(&self, path: &Path) -> bool {
        let Place::Folder(repository, _) = &self.place else {
            return false;
        };
        let is_tracked = repository
            .index()
            .is_ok_and(|index| index.get_path(path, 0).is_some());
        !is_tracked && repository.is_path_ignored(path).unwrap_or(false)
    }

    /// The files of a commit in a folder or below its `testdata` that are no Go code, as paths below the folder with
    /// their ids.
    fn data(&self, folder: &Path) -> BTreeMap<PathBuf, Oid> {
        let mut found = BTreeMap::new();
        let Place::Tree(repository, tree) = &self.place else {
            return found;
        };
        let Some(tree) = below(repository, tree, folder) else {
            return found;
        };
        // What cannot be read is missing on one side or on both.
        let _ = tree.walk(TreeWalkMode::PreOrder, |below, entry| {
            let name = entry.name().unwrap_or_default();
            if entry.kind() == Some(ObjectType::Blob) && !name.ends_with(".go") {
                found.insert(Path::new(below).join(name), entry.id());
            }
            let is_other = below.is_empty() && name != "testdata";
            if is_other && entry.kind() == Some(ObjectType::Tree) {
                TreeWalkResult::Skip
            } else {
                TreeWalkResult::Ok
            }
        });
        found
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = match &self.place {
            Place::Tree(repository, tree) => {
                let tree = below(repository, tree, folder);
                let entries = tree.iter().flat_map(Tree::iter);
                entries
                    .filter_map(|it| it.name().ok().map(str::to_owned))
                    .collect()
            }
            Place::Folder(_, root) => {
                let entries = fs::read_dir(root.join(folder)).into_iter().flatten();
                entries
                    .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                    .collect()
            }
        };
        names.sort();
        names
    }

    fn read(&self, path: &Path) -> Option<String> {
        let text = match &self.place {
            Place::Tree(repository, tree) => {
                let entry = tree.get_path(path).ok()?;
                repository.find_blob(entry.id()).ok()?.content().to_vec()
            }
            Place::Folder(_, root) => fs::read(root.join(path)).ok()?,
        };
        Some(String::from_utf8_lossy(&text).into_owned())
    }
}

/// The tree of a folder.
fn below<'r>(repository: &'r Repository, tree: &Tree<'r>, folder: &Path) -> Option<Tree<'r>> {
    let id = if folder.as_os_str().is_empty() {
        tree.id()
    } else {
        tree.get_path(folder).ok()?.id()
    };
    repository.find_tree(id).ok()
}
