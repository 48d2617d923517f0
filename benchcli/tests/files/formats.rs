//! What people see, as golden files. `SNAPSHOTS=overwrite cargo test` makes them again.

use assert_cmd::Command;
use snapbox::{assert_data_eq, file};
use testsupport::paths::testdata;

/// Standard output of a program run in `testdata/`.
fn stdout(program: &str, arguments: &[&str]) -> String {
    let output = Command::cargo_bin(program)
        .expect("built")
        .current_dir(testdata(""))
        .env("COLUMNS", "100")
        .args(arguments)
        .output()
        .expect("runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn text_and_csv() {
    // These equal benchstat's output, which tests/benchstat shows where Go is at hand.
    let shown = stdout("benchdiff", &["old.txt", "new.txt"]);
    assert_data_eq!(shown, file!["../golden/table.txt"].raw());
    let shown = stdout("benchdiff", &["-format=csv", "old.txt", "new.txt"]);
    assert_data_eq!(shown, file!["../golden/table.csv"].raw());
}

#[test]
fn markdown_folds_what_did_not_change() {
    let shown = stdout(
        "benchdiff",
        &["--format=markdown", "onepkg-old.txt", "onepkg-new.txt"],
    );
    assert_data_eq!(shown, file!["../golden/onepkg.md"].raw());
}

#[test]
fn markdown_of_one_file() {
    let shown = stdout("benchdiff", &["--format=markdown", "onepkg-old.txt"]);
    assert_data_eq!(shown, file!["../golden/onepkg-alone.md"].raw());
}

#[test]
fn json_has_every_sample() {
    let arguments = [
        "--format=json",
        "--units=B/op",
        "onepkg-old.txt",
        "onepkg-new.txt",
    ];
    let shown = stdout("benchdiff", &arguments);
    assert_data_eq!(&shown, file!["../golden/onepkg.json"].raw());
    let document: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(document["schema"], "benchdiff/2");
    let cell = &document["tables"][0]["rows"][0]["cells"][1];
    assert_eq!(cell["samples"].as_array().map(Vec::len), Some(6));
}

#[test]
fn only_what_changed_worst_first() {
    let arguments = [
        "--only-changed",
        "--sort=delta",
        "--units=B/op,allocs/op",
        "old.txt",
        "new.txt",
    ];
    assert_data_eq!(
        stdout("benchdiff", &arguments),
        file!["../golden/changed.txt"].raw()
    );
}

#[test]
fn units_are_named_as_written_or_tidied() {
    let with = |units: &str| stdout("benchdiff", &[units, "old.txt", "new.txt"]);
    let written = with("--units=ns/op,MB/s");
    assert_eq!(written, with("--units=sec/op,B/s"));
    assert!(written.contains("B/s") && !written.contains("allocs/op"));
}

#[test]
fn rows_by_name() {
    let shown = stdout(
        "benchdiff",
        &["--sort=name", "--units=allocs/op", "-ignore=pkg", "old.txt"],
    );
    let names: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.split_once("-2 ").map(|(name, _)| name))
        .collect();
    assert!(names.len() > 20 && names.is_sorted(), "{names:?}");
}

#[test]
fn rankings() {
    let arguments = ["rank", "--by=/method", "old.txt"];
    assert_data_eq!(
        stdout("benchcli", &arguments),
        file!["../golden/rank.txt"].raw()
    );
    let arguments = ["rank", "--filter=.name:(Strconv OR FmtSprint)", "old.txt"];
    assert_data_eq!(
        stdout("benchcli", &arguments),
        file!["../golden/rank-names.txt"].raw()
    );
    let arguments = ["rank", "--unit=B/op", "--by=/capacity", "old.txt"];
    assert_data_eq!(
        stdout("benchcli", &arguments),
        file!["../golden/rank-bytes.txt"].raw()
    );
}

#[test]
fn help_is_as_documented() {
    assert_data_eq!(
        stdout("benchdiff", &["--help"]),
        file!["../golden/benchdiff-help.txt"].raw()
    );
    assert_data_eq!(
        stdout("benchcli", &["rank", "--help"]),
        file!["../golden/rank-help.txt"].raw()
    );
}
