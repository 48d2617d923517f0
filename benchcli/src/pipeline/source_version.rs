//! Reads Go source files of a commit, without a checkout, or of the working tree.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository, Tree, TreeWalkMode, TreeWalkResult};

use crate::go_code::TestFile;
use crate::runner::packages::{module_path_of, modules_below};

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
    Folder(PathBuf),
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
    pub(crate) fn of_folder(root: &Path) -> Self {
        Self::new(Place::Folder(root.to_owned()))
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
            .and_then(|module| within(package, module));
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
                    let is_skipped =
                        name.starts_with(['.', '_']) || matches!(name, "testdata" | "vendor");
                    if name == "go.mod" {
                        folders.push(PathBuf::from(folder));
                    }
                    if is_skipped && entry.kind() == Some(ObjectType::Tree) {
                        TreeWalkResult::Skip
                    } else {
                        TreeWalkResult::Ok
                    }
                });
                folders
            }
            Place::Folder(root) => {
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

    /// The test files of a folder.
    pub(crate) fn test_files(&self, folder: &Path) -> Vec<TestFile> {
        let names = self.names(folder).into_iter();
        let names = names.filter(|name| name.ends_with("_test.go"));
        names
            .map(|name| TestFile {
                text: self.read(&folder.join(&name)).unwrap_or_default(),
                name,
            })
            .collect()
    }

    /// The files below a folder's `testdata`, as paths below the folder, with ids that are equal where the files are.
    pub(crate) fn test_data(&self, folder: &Path) -> BTreeMap<PathBuf, Oid> {
        let mut found = BTreeMap::new();
        match &self.place {
            Place::Tree(repository, tree) => {
                let path = folder.join("testdata");
                let data = tree.get_path(&path).ok();
                let data = data.and_then(|it| repository.find_tree(it.id()).ok());
                let Some(data) = data else { return found };
                // What cannot be read is the same on both sides, or seen as a difference.
                let _ = data.walk(TreeWalkMode::PreOrder, |below, entry| {
                    if entry.kind() == Some(ObjectType::Blob) {
                        let name = entry.name().unwrap_or_default();
                        found.insert(Path::new("testdata").join(below).join(name), entry.id());
                    }
                    TreeWalkResult::Ok
                });
            }
            Place::Folder(root) => {
                let root = root.join(folder);
                let mut open = vec![root.join("testdata")];
                while let Some(next) = open.pop() {
                    for entry in fs::read_dir(next).into_iter().flatten().flatten() {
                        let path = entry.path();
                        if path.is_dir() {
                            open.push(path);
                        } else if let (Ok(id), Ok(below)) = (
                            Oid::hash_file(ObjectType::Blob, &path),
                            path.strip_prefix(&root),
                        ) {
                            found.insert(below.to_owned(), id);
                        }
                    }
                }
            }
        }
        found
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = match &self.place {
            Place::Tree(repository, tree) => {
                let id = if folder.as_os_str().is_empty() {
                    Some(tree.id())
                } else {
                    tree.get_path(folder).ok().map(|it| it.id())
                };
                let tree = id.and_then(|id| repository.find_tree(id).ok());
                let entries = tree.iter().flat_map(Tree::iter);
                entries
                    .filter_map(|it| it.name().ok().map(str::to_owned))
                    .collect()
            }
            Place::Folder(root) => {
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
            Place::Folder(root) => fs::read(root.join(path)).ok()?,
        };
        Some(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Where a package is within a module, if it is in it.
fn within(package: &str, module: &str) -> Option<PathBuf> {
    let rest = package.strip_prefix(module)?;
    match rest.strip_prefix('/') {
        Some(rest) => Some(PathBuf::from(rest)),
        None => rest.is_empty().then(PathBuf::new),
    }
}
