//! What a repository looks like to a newcomer.

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

/// The folder of the Go module nearest to the root, relative to it, and the module's path.
pub(super) fn module(root: &Path) -> Option<(PathBuf, String)> {
    let mut level = vec![PathBuf::new()];
    for _ in 0..=DEPTH {
        let mut next = Vec::new();
        for folder in level {
            let text = fs::read_to_string(root.join(&folder).join("go.mod"));
            if let Ok(text) = text {
                return Some((folder, module_path(&text)));
            }
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
    None
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

    #[test]
    fn the_nearest_module_is_found() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        assert_eq!(module(root.path()), None);
        write("vendor/x/go.mod", "module example.com/x\n");
        write("tools/deep/go.mod", "module example.com/deep\n");
        let deep = Some(("tools/deep".into(), "example.com/deep".into()));
        assert_eq!(module(root.path()), deep);
        write(
            "go/go.mod",
            "// A comment.\nmodule \"example.com/go\" // here\n",
        );
        let go = Some(("go".into(), "example.com/go".into()));
        assert_eq!(module(root.path()), go);
        write("go.mod", "module example.com/top\n");
        assert_eq!(module(root.path()).unwrap().1, "example.com/top");
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
