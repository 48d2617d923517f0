//! Which module may use which: dependencies point one way.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library with those that it may use.
const LIBRARY: &[(&str, &[&str])] = &[
    ("number", &[]),
    ("name", &[]),
    ("unit", &["number"]),
    ("input", &["number"]),
    ("format", &["input", "name", "unit", "number"]),
    ("query", &["number", "name", "format"]),
    ("stats", &["number"]),
    (
        "compare",
        &["grouping", "format", "query", "stats", "name", "unit"],
    ),
    ("gate", &["stats", "unit"]),
    ("grouping", &["format"]),
    (
        "pairing",
        &[
            "grouping", "format", "gate", "query", "stats", "name", "unit",
        ],
    ),
    ("trend", &["stats", "unit"]),
    ("error", &["format", "gate", "number", "query"]),
];

/// The same of the program; `commands` may use all others.
const PROGRAM: &[(&str, &[&str])] = &[
    ("base64", &[]),
    ("visible", &[]),
    ("ui", &["visible"]),
    ("hint", &[]),
    ("plural", &[]),
    ("unit_words", &[]),
    ("sample_counts", &["plural"]),
    ("xml", &["visible"]),
    ("atomic_file", &["hint"]),
    ("inputs", &["hint"]),
    ("config", &[]),
    ("diagnostics", &[]),
    ("go_code", &[]),
    ("measured_marks", &[]),
    ("baseline", &["hint", "measured_marks", "plural"]),
    (
        "history",
        &["hint", "baseline", "config", "atomic_file", "unit_words"],
    ),
    (
        "runner",
        &["hint", "measured_marks", "ui", "visible", "atomic_file"],
    ),
    ("profile", &["xml"]),
    ("plot", &["hint", "base64", "unit_words", "xml"]),
    (
        "report",
        &[
            "diagnostics",
            "profile",
            "base64",
            "visible",
            "plural",
            "sample_counts",
            "unit_words",
            "xml",
        ],
    ),
    (
        "pipeline",
        &[
            "args",
            "baseline",
            "config",
            "diagnostics",
            "go_code",
            "hint",
            "history",
            "inputs",
            "measured_marks",
            "profile",
            "report",
            "runner",
            "ui",
            "visible",
            "atomic_file",
            "plural",
            "unit_words",
        ],
    ),
    // Options end in the types of the modules that take them.
    (
        "args",
        &[
            "hint",
            "baseline",
            "config",
            "plot",
            "profile",
            "runner",
            "plural",
            "sample_counts",
        ],
    ),
];

fn sources(path: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// The modules of a crate, each with those that its code names.
fn known(crate_folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(crate_folder)
        .join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let place = file.strip_prefix(&root).unwrap();
        let module = place.iter().next().unwrap().to_str().unwrap();
        let module = module.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim().starts_with("//"));
        let known = modules.entry(module.clone()).or_default();
        for piece in code.flat_map(|line| line.split("crate::").skip(1)) {
            let end = piece.find(|it: char| !it.is_alphanumeric() && it != '_');
            let name = &piece[..end.unwrap_or(piece.len())];
            if name != module {
                known.insert(name.to_owned());
            }
        }
    }
    modules
}

#[test]
fn dependencies_point_one_way() {
    for (folder, allowed, free) in [
        ("benchparse", LIBRARY, &["lib"][..]),
        ("benchcli", PROGRAM, &["lib", "bin", "commands"][..]),
    ] {
        let modules = known(folder);
        for (module, known) in &modules {
            if free.contains(&module.as_str()) {
                continue;
            }
            let rule = allowed.iter().find(|(name, _)| name == module);
            let (_, may) = rule.unwrap_or_else(|| panic!("{folder}/src/{module} has no rule here"));
            let expected: BTreeSet<String> = may.iter().map(|&it| it.to_owned()).collect();
            assert_eq!(*known, expected, "what {folder}/src/{module} knows");
        }
        // No module is reached from one that it knows.
        for (module, _) in allowed {
            let mut reached: BTreeSet<&str> = BTreeSet::new();
            let mut open = vec![*module];
            while let Some(next) = open.pop() {
                let rule = allowed.iter().find(|(name, _)| *name == next).unwrap();
                for other in rule.1 {
                    assert_ne!(other, module, "a circle");
                    if reached.insert(other) {
                        open.push(other);
                    }
                }
            }
        }
    }
}

/// What a file uses, and what that uses, and so on.
fn reached<'f>(
    files: &'f BTreeMap<String, BTreeSet<String>>,
    file: &'f str,
) -> BTreeSet<&'f String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(uses) = open.pop().and_then(|file| files.get(file)) {
        for used in uses.iter().filter(|used| files.contains_key(*used)) {
            if reached.insert(used) {
                open.push(used);
            }
        }
    }
    reached
}

#[test]
fn neighbours_do_not_use_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["benchparse/src", "benchcli/src"] {
        sources(&root.join(folder), &mut files);
    }
    // For each folder its files, each with the neighbours that its code names.
    let mut folders: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for file in files {
        let place = file.strip_prefix(&root).unwrap();
        let folder = place.parent().unwrap().to_str().unwrap().to_owned();
        let name = place.file_stem().unwrap().to_str().unwrap().to_owned();
        // A folder's own file names what is in it, and is named by that.
        if name == "mod" || name == "lib" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let code = text.lines().filter(|line| !line.trim().starts_with("//"));
        let uses = folders.entry(folder).or_default().entry(name).or_default();
        let code: Vec<&str> = code.collect();
        for piece in code.join(" ").split("super::").skip(1) {
            // `super::name` or `super::{one, other::Thing}`.
            let list = piece.strip_prefix('{').map(|list| list.split('}').next());
            for item in list.flatten().unwrap_or(piece).split(',') {
                let item = item.trim();
                let end = item.find(|it: char| !it.is_alphanumeric() && it != '_');
                uses.insert(item[..end.unwrap_or(item.len())].to_owned());
                if list.is_none() {
                    break;
                }
            }
        }
    }
    let mut circles = Vec::new();
    for (folder, files) in &folders {
        for file in files.keys() {
            if reached(files, file).contains(file) {
                circles.push(format!("{folder}/{file}"));
            }
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
    assert!(folders.len() > 10);
}
