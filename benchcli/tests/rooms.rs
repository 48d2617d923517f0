//! Which room may know which: dependencies point one way.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room of the library with those that it may know.
const LIBRARY: &[(&str, &[&str])] = &[
    ("number", &[]),
    ("name", &[]),
    ("unit", &["number"]),
    ("input", &["number"]),
    ("format", &["input", "name", "unit", "number"]),
    ("query", &["number"]),
    ("stats", &[]),
    (
        "compare",
        &["format", "query", "stats", "name", "unit", "number"],
    ),
    ("gate", &["stats"]),
    ("trend", &["stats", "unit"]),
];

/// The same of the program; `commands` may know all others.
const PROGRAM: &[(&str, &[&str])] = &[
    ("base64", &[]),
    ("wording", &[]),
    ("xml", &[]),
    ("whole_file", &[]),
    ("inputs", &[]),
    ("config", &[]),
    ("sides", &["config", "wording"]),
    ("baseline", &["wording"]),
    ("history", &["baseline", "config", "whole_file", "wording"]),
    ("runner", &["whole_file"]),
    ("profile", &["xml"]),
    ("plot", &["base64", "wording", "xml"]),
    ("report", &["profile", "sides", "base64", "wording", "xml"]),
    // Options end in the types of the rooms that take them.
    (
        "args",
        &["baseline", "config", "plot", "profile", "runner", "wording"],
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

/// The rooms of a crate, each with those that its code names.
fn known(crate_folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(crate_folder)
        .join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let place = file.strip_prefix(&root).unwrap();
        let room = place.iter().next().unwrap().to_str().unwrap();
        let room = room.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim().starts_with("//"));
        let known = rooms.entry(room.clone()).or_default();
        for piece in code.flat_map(|line| line.split("crate::").skip(1)) {
            let end = piece.find(|it: char| !it.is_alphanumeric() && it != '_');
            let name = &piece[..end.unwrap_or(piece.len())];
            if name != room {
                known.insert(name.to_owned());
            }
        }
    }
    rooms
}

#[test]
fn dependencies_point_one_way() {
    for (folder, allowed, free) in [
        ("benchparse", LIBRARY, &["lib"][..]),
        ("benchcli", PROGRAM, &["lib", "bin", "commands"][..]),
    ] {
        let rooms = known(folder);
        for (room, known) in &rooms {
            if free.contains(&room.as_str()) {
                continue;
            }
            let rule = allowed.iter().find(|(name, _)| name == room);
            let (_, may) = rule.unwrap_or_else(|| panic!("{folder}/src/{room} has no rule here"));
            let expected: BTreeSet<String> = may.iter().map(|&it| it.to_owned()).collect();
            assert_eq!(*known, expected, "what {folder}/src/{room} knows");
        }
        // No room is reached from one that it knows.
        for (room, _) in allowed {
            let mut reached: BTreeSet<&str> = BTreeSet::new();
            let mut open = vec![*room];
            while let Some(next) = open.pop() {
                let rule = allowed.iter().find(|(name, _)| *name == next).unwrap();
                for other in rule.1 {
                    assert_ne!(other, room, "a circle");
                    if reached.insert(other) {
                        open.push(other);
                    }
                }
            }
        }
    }
}
