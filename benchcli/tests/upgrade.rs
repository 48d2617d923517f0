//! Version 1.0.0 and this one against each other: `.ci/upgrade` builds the old program and names it in
//! `BENCHCLI_1_0_0`.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;
use testsupport::isolated::{git, isolated};
use testsupport::paths::program;
use testsupport::tools::skip;

/// The old program, or nothing after a visible line.
fn old_program(test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("BENCHCLI_1_0_0").map(PathBuf::from);
    if path.is_none() {
        skip(
            test,
            "BENCHCLI_1_0_0 names no program; .ci/upgrade makes one",
        );
    }
    path
}

/// A clone, and the program that is used in it.
struct Clone {
    folder: PathBuf,
    program: PathBuf,
}

impl Clone {
    fn run(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let ran = isolated(&self.program, &self.folder)
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        let shown = String::from_utf8_lossy(&ran.stdout).into_owned();
        (shown + &said, ran.status.code())
    }

    fn succeeds(&self, arguments: &[&str]) -> String {
        let (said, code) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
        said
    }

    /// Records results of HEAD, of which `value` is one.
    fn record(&self, value: u32) -> (String, Option<i32>) {
        let text = format!("goos: linux\npkg: p\nBenchmarkA-2 1000 {value} ns/op\n");
        fs::write(self.folder.join("r.txt"), text).unwrap();
        self.run(&["record", "r.txt"])
    }

    /// The text of all recordings of HEAD.
    fn recorded(&self) -> String {
        self.succeeds(&["show", "HEAD"])
    }
}

/// A remote with one commit, and two clones of it: one for the old program, one for this one.
fn clones(folder: &TempDir, old: PathBuf) -> [Clone; 2] {
    let root = folder.path();
    git(root, &["init", "-q", "--bare", "-b", "main", "remote"]);
    git(root, &["clone", "-q", "remote", "old"]);
    let first = root.join("old");
    git(&first, &["checkout", "-q", "-B", "main"]);
    git(&first, &["commit", "-q", "--allow-empty", "-m", "First"]);
    git(&first, &["push", "-q", "origin", "main"]);
    git(root, &["clone", "-q", "remote", "new"]);
    [("old", old), ("new", program("benchcli"))].map(|(name, program)| Clone {
        folder: root.join(name),
        program,
    })
}

#[test]
fn neither_version_loses_what_the_other_wrote() {
    let Some(old) = old_program("neither_version_loses_what_the_other_wrote") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let [old, new] = clones(&folder, old);
    assert_eq!(old.record(101).1, Some(0));
    old.succeeds(&["push"]);
    // What 1.0.0 wrote is read, and a recording with a field that it does not know is added.
    new.succeeds(&["pull"]);
    assert!(new.recorded().contains("101 ns/op"));
    let partial = "goos: linux\npkg: p\nBenchmarkA-2 1000 102 ns/op\n--- FAIL: BenchmarkB\nFAIL\n";
    fs::write(new.folder.join("p.txt"), partial).unwrap();
    let (said, code) = new.run(&["record", "p.txt"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(new.recorded().contains("partial=true"));
    new.succeeds(&["push"]);
    // 1.0.0 records beside it before it has seen it, and again after it has.
    assert_eq!(old.record(103).1, Some(0));
    old.succeeds(&["pull"]);
    assert_eq!(old.record(104).1, Some(0));
    old.succeeds(&["push"]);
    new.succeeds(&["pull"]);
    for clone in [&old, &new] {
        let recorded = clone.recorded();
        for value in [101, 102, 103, 104] {
            assert!(recorded.contains(&format!("{value} ns/op")), "{recorded}");
        }
        assert!(recorded.contains("partial=true"), "{recorded}");
    }
    let log: Value = serde_json::from_str(&new.succeeds(&["log", "--json"])).unwrap();
    assert_eq!(log["recordings"], 4);
}

#[test]
fn what_this_version_pruned_stays_pruned() {
    let Some(old) = old_program("what_this_version_pruned_stays_pruned") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let [old, new] = clones(&folder, old);
    assert_eq!(new.record(201).1, Some(0));
    new.succeeds(&["push"]);
    old.succeeds(&["pull"]);
    assert!(old.recorded().contains("201 ns/op"));
    git(&old.folder, &["commit", "-q", "--allow-empty", "-m", "Now"]);
    // Whatever is older than this moment.
    std::thread::sleep(std::time::Duration::from_millis(20));
    let pruned = new.succeeds(&["prune", "--older-than", "0h"]);
    assert!(pruned.contains("1 of 1 baseline"), "{pruned}");
    new.succeeds(&["push"]);
    // 1.0.0 still has it, records and pushes.
    assert_eq!(old.record(202).1, Some(0));
    old.succeeds(&["pull"]);
    old.succeeds(&["push"]);
    new.succeeds(&["pull"]);
    for clone in [&old, &new] {
        let (shown, _) = clone.run(&["show", "origin/main"]);
        assert!(!shown.contains("201 ns/op"), "{shown}");
        let log = clone.succeeds(&["log", "--json"]);
        assert_eq!(log.lines().count(), 1, "{log}");
    }
}

#[test]
fn a_history_that_1_0_0_cached_is_read() {
    let Some(old) = old_program("a_history_that_1_0_0_cached_is_read") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let [old, _] = clones(&folder, old);
    for value in 0..12 {
        git(
            &old.folder,
            &["commit", "-q", "--allow-empty", "-m", "Next"],
        );
        assert_eq!(old.record(100 + value % 2).1, Some(0));
    }
    let before = old.succeeds(&["trend", "--all", "--format", "json"]);
    // What the report calls a change that more commits have to confirm is all that differs.
    let before = before
        .replace("benchcli-trend/1", "benchcli-trend/2")
        .replace("\"suspect\":", "\"pending\":");
    assert!(old.folder.join(".git/benchcli/trend").is_dir());
    let new = Clone {
        folder: old.folder.clone(),
        program: program("benchcli"),
    };
    assert_eq!(
        new.succeeds(&["trend", "--all", "--format", "json"]),
        before
    );
}
