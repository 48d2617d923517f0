//! How a check ends: the first of regressed, incomplete, environment shift and pass that holds.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use testsupport::isolated::git;
use testsupport::paths::testdata;

/// A folder with copies of files from the test data, under the names that are given.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, of) in files {
        fs::copy(testdata(of), folder.path().join(name)).unwrap();
    }
    folder
}

fn benchcli(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("benchcli"))
        .args(arguments)
        .current_dir(folder.path())
        .env_remove("GITHUB_STEP_SUMMARY")
        .env("GIT_CONFIG_GLOBAL", folder.path().join("no-config"))
        .output()
        .unwrap()
}

fn report(folder: &TempDir, arguments: &[&str]) -> (Value, Option<i32>) {
    let json = ["check", "--no-config", "--format", "json"];
    let output = benchcli(folder, &[&json[..], arguments].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout);
    (report.expect(&stderr), output.status.code())
}

#[test]
fn two_files_are_old_and_new() {
    let folder = folder(&[("a.txt", "turns-old.txt"), ("b.txt", "turns-new.txt")]);
    let (forth, code) = report(&folder, &["a.txt", "b.txt"]);
    assert_eq!(code, Some(1));
    assert_eq!(forth["sides"], serde_json::json!(["a.txt", "b.txt"]));
    let (named, _) = report(&folder, &["b.txt", "--base", "a.txt"]);
    assert_eq!(forth, named);
    // More files of a side are named as such.
    let many = benchcli(&folder, &["check", "a.txt", "b.txt", "c.txt"]);
    assert_eq!(many.status.code(), Some(2));
    let said = String::from_utf8_lossy(&many.stderr).into_owned();
    assert!(said.contains("--base OLD1 --base OLD2 NEW"), "{said}");
    fs::copy(testdata("old.txt"), folder.path().join("c.txt")).unwrap();
    let (pooled, _) = report(&folder, &["b.txt", "--base", "a.txt", "--base", "c.txt"]);
    assert_eq!(pooled["sides"][0], "a.txt, c.txt");
}

#[test]
fn a_benchmark_that_failed_is_incomplete_in_every_report() {
    let folder = folder(&[("old.txt", "odd.txt"), ("new.txt", "odd.txt")]);
    for (format, said) in [
        ("text", "incomplete: "),
        ("markdown", "### ⚠️ Benchmarks: incomplete: "),
        ("json", "\"outcome\": \"incomplete\""),
        ("junit", "<error message=\"on the head: "),
        ("github", "::error title="),
        ("gitlab", "\"check_name\": \"benchmark-failed\""),
    ] {
        let arguments = [
            "check",
            "old.txt",
            "new.txt",
            "--no-config",
            "--format",
            format,
        ];
        let output = benchcli(&folder, &arguments);
        assert_eq!(output.status.code(), Some(2), "{format}");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(said), "{format}: {text}");
        assert!(text.contains("Fatal"), "{format}: {text}");
    }
    // What is there is judged all the same, and of the base a failure is a warning.
    let (report, _) = report(&folder, &["old.txt", "new.txt"]);
    assert!(!report["rows"].as_array().unwrap().is_empty());
    let severities = |side: &str| -> Vec<&str> {
        let all = report["diagnostics"].as_array().unwrap().iter();
        let failed = all.filter(|it| it["side"] == side && it["kind"] == "failed");
        failed.map(|it| it["severity"].as_str().unwrap()).collect()
    };
    assert!(severities("head").iter().all(|it| *it == "incomplete"));
    assert!(severities("base").iter().all(|it| *it == "warning"));
    assert_eq!(severities("head").len(), severities("base").len());
    assert!(!severities("head").is_empty());
}

#[test]
fn what_failed_on_one_side_was_neither_added_nor_removed() {
    let folder = folder(&[("old.txt", "old.txt"), ("new.txt", "new.txt")]);
    // The head's run ends in its first package.
    let text = fs::read_to_string(folder.path().join("new.txt")).unwrap();
    let (package, rest) = {
        let at = text.rfind("\npkg: ").unwrap();
        let line = text[at + 1..].lines().next().unwrap();
        (line.strip_prefix("pkg: ").unwrap().to_owned(), &text[..=at])
    };
    let cut = format!("{rest}pkg: {package}\nexit status 2\nFAIL\t{package}\t0.1s\nFAIL\n");
    fs::write(folder.path().join("cut.txt"), cut).unwrap();
    let (head, _) = report(&folder, &["old.txt", "cut.txt"]);
    assert_eq!(head["counts"]["removed"], 0);
    assert!(head["summary"].as_str().unwrap().contains("failed"));
    let (base, _) = report(&folder, &["cut.txt", "new.txt"]);
    assert_eq!(base["counts"]["added"], 0);
    let failed = base["diagnostics"].as_array().unwrap().iter();
    assert!(failed.into_iter().any(|it| it["severity"] == "warning"));
}

#[test]
fn nothing_judged_is_no_pass() {
    let folder = folder(&[("old.txt", "count3-old.txt"), ("new.txt", "count1-new.txt")]);
    let times = ["old.txt", "new.txt", "--filter", ".unit:ns/op"];
    let (few, code) = report(&folder, &times);
    assert_eq!((&few["outcome"], code), (&"incomplete".into(), Some(2)));
    let summary = few["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("incomplete: nothing could be judged: too few samples"),
        "{summary}"
    );
    // Counters are judged from one sample on.
    let (all, _) = report(&folder, &["old.txt", "new.txt"]);
    assert_ne!(all["outcome"], "incomplete");
}

#[test]
fn a_unit_of_one_side_is_one_line_of_advice() {
    let folder = folder(&[
        ("mem.txt", "onepkg-old.txt"),
        ("nomem.txt", "nomem-new.txt"),
    ]);
    for (arguments, side) in [
        (["mem.txt", "nomem.txt"], "base"),
        (["nomem.txt", "mem.txt"], "head"),
    ] {
        let (report, _) = report(&folder, &arguments);
        let rows = report["rows"].as_array().unwrap().iter();
        let of_one_side = |it: &&Value| {
            it["package"].as_str().unwrap().ends_with("codec")
                && matches!(it["verdict"].as_str(), Some("added" | "removed"))
        };
        assert_eq!(rows.filter(of_one_side).count(), 0, "{side}");
        let advice = report["advice"][0].as_str().unwrap();
        assert!(
            advice.starts_with(&format!("B/op, allocs/op were measured only on the {side}")),
            "{advice}"
        );
        assert!(advice.ends_with("such as -benchmem"), "{advice}");
    }
    // Who wants missing rows to fail gets them.
    let missing = ["mem.txt", "nomem.txt", "--fail-on-missing"];
    assert_eq!(report(&folder, &missing).1, Some(1));
}

#[test]
fn what_is_recorded_of_a_failed_run_is_marked() {
    let folder = folder(&[("odd.txt", "odd.txt")]);
    git(&folder, &["init", "-q", "-b", "main"]);
    git(&folder, &["commit", "-q", "--allow-empty", "-m", "A"]);
    let recorded = benchcli(&folder, &["record", "odd.txt"]);
    let said = String::from_utf8_lossy(&recorded.stderr).into_owned();
    assert_eq!(recorded.status.code(), Some(2), "{said}");
    assert!(
        said.contains("the other results are stored and marked partial=true"),
        "{said}"
    );
    let shown = benchcli(&folder, &["show", "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert!(
        shown.to_string().contains("\"partial\":\"true\""),
        "{shown}"
    );
}
