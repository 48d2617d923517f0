//! Finds the packages that have benchmarks.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Error, Result, bail};
use serde::Deserialize;

use super::children::{ChildError, Children};
use super::go_flags::GoFlags;
use crate::hint::WithHint as _;

/// A package with benchmarks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its import path.
    pub path: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The names of the test files that are compiled, of this package and of the external test package.
    pub test_files: Vec<String>,
    /// Whether its module is none of the workspace that its folder is in.
    pub outside_workspace: bool,
}

impl Package {
    /// Whether one of its test files has a benchmark.
    pub fn has_benchmarks(&self) -> bool {
        let mut files = self.test_files.iter();
        files.any(|name| has_benchmark(&self.folder.join(name)))
    }

    /// The go command in the package's folder.
    pub(super) fn go(&self) -> Command {
        go(&self.folder, self.outside_workspace)
    }
}

/// The packages that were found.
#[derive(Debug, Default)]
pub struct Found {
    /// Packages with benchmarks.
    pub packages: Vec<Package>,
    /// Packages that the go command cannot load: their import paths, and why.
    pub broken: Vec<(String, String)>,
}

/// There is no go command.
#[derive(Debug, thiserror::Error)]
#[error("go is not in PATH, and benchcli needs it to build benchmarks")]
pub struct NoGo;

impl NoGo {
    /// The error with what mends it.
    pub fn with_hint(self) -> Error {
        self.hint("install it (https://go.dev/dl) or add its folder to PATH")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    #[serde(default)]
    import_path: String,
    #[serde(default)]
    dir: PathBuf,
    #[serde(default)]
    test_go_files: Vec<String>,
    #[serde(default)]
    x_test_go_files: Vec<String>,
    error: Option<ListedError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedError {
    #[serde(default)]
    err: String,
}

/// A place to ask and what to ask for there.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TableOptions {
    folder: PathBuf,
    pattern: String,
}

/// Finds the packages with benchmarks that patterns match, seen from a folder, in the modules below
/// it too.
///
/// # Errors
/// What `go list` says.
pub fn find(
    children: &Children,
    folder: &Path,
    patterns: &[String],
    flags: &GoFlags,
) -> Result<Found> {
    let mut questions = Vec::new();
    for pattern in patterns {
        ask_for(folder, pattern, &mut questions);
    }
    questions.sort();
    questions.dedup();
    let mut found = Found::default();
    for question in &questions {
        list(children, question, flags, &mut found)?;
    }
    found.packages.sort();
    found.packages.dedup_by(|one, other| one.path == other.path);
    Ok(found)
}

/// Turns a pattern into questions, each in the module that it is about.
fn ask_for(folder: &Path, pattern: &str, questions: &mut Vec<TableOptions>) {
    let mut ask = |folder: PathBuf, pattern: &str| {
        let pattern = pattern.to_owned();
        questions.push(TableOptions { folder, pattern });
    };
    let is_local = pattern == "..."
        || Path::new(pattern).is_absolute()
        || matches!(
            Path::new(pattern).components().next(),
            Some(Component::CurDir | Component::ParentDir)
        );
    if !is_local {
        return match module_of(folder, pattern) {
            Some((module, local)) => ask(module, &local),
            None => ask(folder.to_owned(), pattern),
        };
    }
    let tree = match pattern {
        "..." => Some("."),
        _ => pattern.strip_suffix("/..."),
    };
    let place = folder.join(tree.unwrap_or(pattern));
    match tree {
        // Dots in the middle are for go alone.
        _ if place.to_string_lossy().contains("...") => ask(folder.to_owned(), pattern),
        // A side may well lack a folder.
        _ if !place.is_dir() => {}
        None => ask(place, "."),
        Some(_) => {
            if is_in_module(&place) {
                ask(place.clone(), "./...");
            }
            for module in modules_below(&place) {
                ask(module, "./...");
            }
        }
    }
}

/// The module below a folder that a package is of by its path, and the package as seen from there, where no module
/// around the folder has it.
fn module_of(folder: &Path, package: &str) -> Option<(PathBuf, String)> {
    let length = |module: &Path| {
        let path = module_path(module)?;
        within(package, &path).map(|_| path.len())
    };
    let around = folder.ancestors().find_map(length).unwrap_or_default();
    let below = modules_below(folder).into_iter();
    let below = below.filter_map(|module| Some((length(&module)?, module)));
    let (longest, module) = below.max_by_key(|(length, _)| *length)?;
    (longest > around).then(|| (module, format!(".{}", &package[longest..])))
}

/// Where a package is below the folder of a module, if it is in the module.
pub fn within<'p>(package: &'p str, module: &str) -> Option<&'p str> {
    let rest = package.strip_prefix(module)?;
    match rest.strip_prefix('/') {
        Some(rest) => Some(rest),
        None => rest.is_empty().then_some(rest),
    }
}

/// The path that a folder's `go.mod` gives to its module.
fn module_path(folder: &Path) -> Option<String> {
    module_path_of(&fs::read_to_string(folder.join("go.mod")).ok()?)
}

/// The path that the text of a `go.mod` gives to its module.
pub fn module_path_of(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("module "))?;
    let path = line.split("//").next()?.trim();
    Some(path.trim_matches(['"', '`']).to_owned())
}

/// Whether a folder is in a module or has some below it.
pub fn has_module(folder: &Path) -> bool {
    is_in_module(folder) || !modules_below(folder).is_empty()
}

fn is_in_module(folder: &Path) -> bool {
    let mut folders = folder.ancestors();
    folders.any(|folder| folder.join("go.mod").is_file())
}

/// Whether go looks for no packages in folders of a name.
pub fn has_no_packages(name: &str) -> bool {
    name.starts_with(['.', '_']) || matches!(name, "testdata" | "vendor")
}

/// The folders below one that are modules of their own, found as go looks for packages.
pub fn modules_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if has_no_packages(&name) || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let path = entry.path();
            if path.join("go.mod").is_file() {
                found.push(path.clone());
            }
            folders.push(path);
        }
    }
    found.sort();
    found
}

fn go(folder: &Path, outside_workspace: bool) -> Command {
    let mut go = Command::new("go");
    go.current_dir(folder).env("PWD", folder);
    if outside_workspace {
        go.env("GOWORK", "off");
    }
    go
}

fn list(
    children: &Children,
    question: &TableOptions,
    flags: &GoFlags,
    found: &mut Found,
) -> Result<()> {
    let ask = |outside_workspace| {
        let mut go = go(&question.folder, outside_workspace);
        go.args([
            "list",
            "-e",
            "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles,Error",
        ])
        .args(&flags.list)
        .arg("--")
        .arg(&question.pattern);
        children.run(&mut go).map_err(|error| match error {
            ChildError::Start { source, .. } if source.kind() == ErrorKind::NotFound => {
                Error::new(NoGo)
            }
            error => error.into(),
        })
    };
    let mut outside_workspace = false;
    let mut ran = ask(outside_workspace)?;
    let (text, complaint) = (
        String::from_utf8_lossy(&ran.stdout).into_owned(),
        String::from_utf8_lossy(&ran.stderr).into_owned(),
    );
    // A module may lie in the folder of a workspace and be none of it.
    let is_outside =
        |said: &str| said.contains("go.work") || said.contains("does not contain package");
    if question.pattern.starts_with('.') && (is_outside(&text) || is_outside(&complaint)) {
        outside_workspace = true;
        ran = ask(outside_workspace)?;
    }
    if !ran.status.success() {
        bail!(
            "go list {} in {}:\n{}",
            question.pattern,
            question.folder.display(),
            String::from_utf8_lossy(&ran.stderr).trim_end()
        );
    }
    for listed in serde_json::Deserializer::from_slice(&ran.stdout).into_iter::<Listed>() {
        let listed = listed.context("go list printed invalid JSON")?;
        let files = listed.test_go_files.iter().chain(&listed.x_test_go_files);
        let mut files = files.map(|file| listed.dir.join(file)).peekable();
        if let (Some(error), None) = (&listed.error, files.peek()) {
            let error = error.err.trim_end();
            // One of many must not cost the others.
            if question.pattern.contains("...") && !listed.import_path.is_empty() {
                found.broken.push((listed.import_path, error.to_owned()));
                continue;
            }
            bail!("go list {}: {error}", question.pattern);
        }
        if files.any(|file| has_benchmark(&file)) {
            found.packages.push(Package {
                path: listed.import_path,
                folder: listed.dir,
                test_files: [listed.test_go_files, listed.x_test_go_files].concat(),
                outside_workspace,
            });
        }
    }
    Ok(())
}

fn has_benchmark(file: &Path) -> bool {
    let text = fs::read(file).unwrap_or_default();
    text.split(|&byte| byte == b'\n')
        .any(|line| line.starts_with(b"func Benchmark"))
}
