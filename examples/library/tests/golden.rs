//! The programs run on real files and print what they always printed.

use std::path::Path;

use snapbox::cmd::Command;
use snapbox::file;

/// A program in the folder of the test data, so that paths in its output are short.
fn program(path: &str) -> Command {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    Command::new(path).current_dir(testdata)
}

#[test]
fn results_become_json() {
    program(env!("CARGO_BIN_EXE_results-as-json"))
        .arg("count1-old.txt")
        .assert()
        .success()
        .stdout_eq(file!["golden/results.jsonl"].raw())
        .stderr_eq("");
}

#[test]
fn a_file_that_is_missing_is_named() {
    program(env!("CARGO_BIN_EXE_results-as-json"))
        .arg("nowhere.txt")
        .assert()
        .code(1)
        .stderr_eq("Error: opening nowhere.txt\n...");
}

#[test]
fn a_bad_trade_is_refused() {
    program(env!("CARGO_BIN_EXE_own-gate"))
        .args(["turns-old.txt", "turns-new.txt"])
        .assert()
        .code(1)
        .stdout_eq(file!["golden/gate.txt"].raw())
        .stderr_eq("");
}

#[test]
fn nothing_is_traded_where_nothing_changed() {
    program(env!("CARGO_BIN_EXE_own-gate"))
        .args(["turns-old.txt", "turns-old.txt"])
        .assert()
        .success()
        .stdout_eq("");
}

#[test]
fn two_files_become_verdicts() {
    program(env!("CARGO_BIN_EXE_verdicts"))
        .args(["turns-old.txt", "turns-new.txt"])
        .assert()
        .code(1)
        .stdout_eq(file!["golden/verdicts.txt"].raw())
        .stderr_eq("");
    program(env!("CARGO_BIN_EXE_verdicts"))
        .args(["turns-old.txt", "turns-old.txt"])
        .assert()
        .success()
        .stdout_eq("");
}

#[test]
fn changes_are_found_where_the_second_file_begins() {
    program(env!("CARGO_BIN_EXE_change-points"))
        .args(["count20-old.txt", "count20-new.txt"])
        .assert()
        .success()
        .stdout_eq(file!["golden/changes.txt"].raw());
}

#[test]
fn results_are_changed_and_written_again() {
    program(env!("CARGO_BIN_EXE_rename-benchmarks"))
        .args(["onepkg-old.txt", "Key", "Lookup"])
        .assert()
        .success()
        .stdout_eq(file!["golden/renamed.txt"].raw());
}

#[test]
fn samples_become_a_picture() {
    let assert = program(env!("CARGO_BIN_EXE_own-plot"))
        .args(["turns-old.txt", "turns-new.txt"])
        .assert()
        .success()
        .stdout_eq(file!["golden/dots.svg"].raw());
    let svg = String::from_utf8(assert.get_output().stdout.clone()).expect("UTF-8");
    let svg = roxmltree::Document::parse(&svg).expect("well-formed");
    let dots = svg.descendants().filter(|node| node.has_tag_name("circle"));
    // Every benchmark has ten samples a side.
    assert_eq!(dots.count() % 20, 0);
}
