//! Detects Go modules, the CI system and the main branch of a repository.

use std::fs;
use std::path::{Path, PathBuf};

use git2::Repository;

use crate::args::benchcli::Ci;

/// The CI that a repository uses: by its files, else by where its remotes are.
pub(super) fn ci(root: &Path, repo: &Repository) -> Ci {
    if root.join(".gitlab-ci.yml").exists() {
        return Ci::Gitlab;
    }
    if root.join(".github").is_dir() {
        return Ci::Github;
    }
    let remotes = repo.remotes().ok();
    let names = remotes.iter().flatten().flatten().flatten();
    for remote in names.filter_map(|name| repo.find_remote(name).ok()) {
        let url = remote.url().unwrap_or_default().to_owned();
        if url.contains("github.com") {
            return Ci::Github;
        }
        if url.contains("gitlab") {
            return Ci::Gitlab;
        }
    }
    Ci::None
}

/// How deep modules are looked for.
const DEPTH: usize = 3;

/// A Go module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Module {
    /// Its folder, relative to the root.
    pub(super) folder: PathBuf,
    /// Its path, as imports name it.
    pub(super) path: String,
}

/// The modules that are to be measured.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Modules {
    /// Those that are measured, at least one.
    pub(super) chosen: Vec<Module>,
    /// How many others there are.
    pub(super) others: usize,
}

impl Modules {
    /// Where benchmarks are run, relative to the root: the module, or above several.
    pub(super) fn folder(&self) -> &Path {
        match &self.chosen[..] {
            [only] => &only.folder,
            _ => Path::new(""),
        }
    }
}

/// The module around a folder within the root, else all below the root.
pub(super) fn modules(root: &Path, within: &Path) -> Option<Modules> {
    let all = all_modules(root);
    let mut folders = within.ancestors();
    match folders.find_map(|folder| module_in(root, folder)) {
        Some(module) => Some(Modules {
            others: all.iter().filter(|other| **other != module).count(),
            chosen: vec![module],
        }),
        None if all.is_empty() => None,
        None => Some(Modules {
            chosen: all,
            others: 0,
        }),
    }
}

fn module_in(root: &Path, folder: &Path) -> Option<Module> {
    let text = fs::read_to_string(root.join(folder).join("go.mod")).ok()?;
    Some(Module {
        folder: folder.to_owned(),
        path: module_path(&text),
    })
}

/// The modules below a root, those nearer to it first.
fn all_modules(root: &Path) -> Vec<Module> {
    let mut found = Vec::new();
    let mut level = vec![PathBuf::new()];
    for _ in 0..=DEPTH {
        let mut next = Vec::new();
        for folder in level {
            found.extend(module_in(root, &folder));
            let entries = fs::read_dir(root.join(&folder))
                .into_iter()
                .flatten()
                .flatten();
            let mut folders: Vec<PathBuf> = entries
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .map(|entry| entry.file_name())
                .filter(|name| !name.to_string_lossy().starts_with(['.', '_']))
                .filter(|name| name != "vendor" && name != "testdata" && name != "node_modules")
                .map(|name| folder.join(name))
                .collect();
            folders.sort();
            next.extend(folders);
        }
        level = next;
    }
    found
}

fn module_path(text: &str) -> String {
    let mut lines = text.lines();
    let path = lines.find_map(|line| line.trim().strip_prefix("module "));
    let path = path
        .unwrap_or_default()
        .split("//")
        .next()
        .unwrap_or_default();
    path.trim().trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(folder: &str, path: &str) -> Module {
        Module {
            folder: folder.into(),
            path: path.into(),
        }
    }

    #[test]
    fn the_module_around_is_taken_else_all() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let found = |within: &str| modules(root.path(), Path::new(within));
        let one = |module, others| {
            let chosen = vec![module];
            Some(Modules { chosen, others })
        };
        assert_eq!(found(""), None);
        write("vendor/x/go.mod", "module example.com/x\n");
        write("tools/deep/go.mod", "module example.com/deep\n");
        let deep = module("tools/deep", "example.com/deep");
        assert_eq!(found(""), one(deep.clone(), 0));
        write(
            "go/go.mod",
            "// A comment.\nmodule \"example.com/go\" // here\n",
        );
        let go = module("go", "example.com/go");
        let both = found("").unwrap();
        assert_eq!(both.chosen, [go.clone(), deep.clone()]);
        assert_eq!(both.folder(), Path::new(""));
        assert_eq!(found("go/codec"), one(go, 1));
        assert_eq!(found("tools/deep"), one(deep, 1));
        write("go.mod", "module example.com/top\n");
        assert_eq!(found(""), one(module("", "example.com/top"), 2));
        write("a/b/c/d/e/go.mod", "module example.com/e\n");
        let deeper = module("a/b/c/d/e", "example.com/e");
        assert_eq!(found("a/b/c/d/e/f"), one(deeper, 3));
    }

    #[test]
    fn files_say_more_of_the_ci_than_remotes() {
        let root = tempfile::tempdir().unwrap();
        let repo = Repository::init(root.path()).unwrap();
        assert_eq!(ci(root.path(), &repo), Ci::None);
        repo.remote("origin", "git@github.com:a/b.git").unwrap();
        assert_eq!(ci(root.path(), &repo), Ci::Github);
        fs::write(root.path().join(".gitlab-ci.yml"), "").unwrap();
        assert_eq!(ci(root.path(), &repo), Ci::Gitlab);
    }
}
