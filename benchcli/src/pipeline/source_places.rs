//! Finds benchmarks in the source, for annotations.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::report::annotations::Places;
use crate::report::verdicts::CheckReport;

/// More files than this are not looked at.
const FILE_LIMIT: usize = 20_000;

/// Looks for the functions of a report's benchmarks in the test files below the working directory.
/// The paths are relative to the root of the repository, as GitHub and GitLab want them.
pub(crate) fn places(report: &CheckReport) -> Places {
    let Ok(here) = env::current_dir() else {
        return Places::new();
    };
    let root = here
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .unwrap_or(&here);
    let mut files = Vec::new();
    test_files(&here, &mut files);
    let mut packages = Packages::new(root);
    let sources: Vec<Source> = files
        .into_iter()
        .filter_map(|file| {
            let folder = file.parent()?;
            Some(Source {
                package: packages.of(folder),
                folder: folder.strip_prefix(root).ok()?.to_owned(),
                path: slashed(file.strip_prefix(root).ok()?)?,
                text: fs::read_to_string(&file).ok()?,
            })
        })
        .collect();
    let mut places = Places::new();
    for row in &report.rows {
        let function = format!("func Benchmark{}(", function_of(&row.benchmark));
        let found = sources
            .iter()
            .filter(|source| source.may_be(&row.package))
            .find_map(|source| {
                let mut lines = source.text.lines();
                let line = lines.position(|line| line.starts_with(&function))?;
                Some((source.path.clone(), line + 1))
            });
        if let Some(found) = found {
            places.insert((row.package.clone(), row.benchmark.clone()), found);
        }
    }
    places
}

/// What a benchmark's function is called after the word Benchmark.
fn function_of(benchmark: &str) -> &str {
    let base = benchmark.split('/').next().unwrap_or_default();
    match base.rsplit_once('-') {
        Some((name, digits)) if digits.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => base,
    }
}

struct Source {
    /// Its import path, if a go.mod tells it.
    package: Option<String>,
    /// Relative to the root of the repository.
    folder: PathBuf,
    path: String,
    text: String,
}

impl Source {
    fn may_be(&self, package: &str) -> bool {
        match &self.package {
            _ if package.is_empty() => true,
            Some(known) => known == package,
            None => Path::new(package).ends_with(&self.folder),
        }
    }
}

/// The import paths of folders, by the go.mod at or above each.
struct Packages<'r> {
    root: &'r Path,
    known: HashMap<PathBuf, Option<String>>,
}

impl<'r> Packages<'r> {
    fn new(root: &'r Path) -> Self {
        Self {
            root,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, folder: &Path) -> Option<String> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let package = match module(folder) {
            Some(module) => Some(module),
            None if folder == self.root => None,
            None => folder.parent().and_then(|parent| {
                let above = self.of(parent)?;
                Some(format!("{above}/{}", folder.file_name()?.to_str()?))
            }),
        };
        self.known.insert(folder.to_owned(), package.clone());
        package
    }
}

/// The module path of a folder's go.mod.
fn module(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("go.mod")).ok()?;
    let path = text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("module")).then(|| words.next())?
    })?;
    Some(path.trim_matches('"').to_owned())
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

fn test_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if files.len() >= FILE_LIMIT {
            return;
        }
        if path.is_dir() && !path.is_symlink() {
            let passed_over =
                name.starts_with('.') || matches!(name, "vendor" | "node_modules" | "target");
            if !passed_over {
                test_files(&path, files);
            }
        } else if name.ends_with("_test.go") {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_by_their_module() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("services/a/codec");
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(Packages::new(root.path()).of(&folder), None);
        fs::write(
            root.path().join("services/a/go.mod"),
            "// ours\nmodule example.com/a // v1\n\ngo 1.24\n",
        )
        .unwrap();
        let package = Packages::new(root.path()).of(&folder);
        assert_eq!(package.as_deref(), Some("example.com/a/codec"));
    }

    #[test]
    fn a_folder_is_not_taken_for_one_that_ends_alike() {
        let source = |folder: &str| Source {
            package: None,
            folder: folder.into(),
            path: String::new(),
            text: String::new(),
        };
        assert!(source("a/codec").may_be("example.com/a/codec"));
        assert!(!source("ec").may_be("example.com/a/codec"));
    }

    #[test]
    fn functions_of_names() {
        assert_eq!(function_of("Fill/n=10-8"), "Fill");
        assert_eq!(function_of("Key-2"), "Key");
        assert_eq!(function_of("Key"), "Key");
    }
}
