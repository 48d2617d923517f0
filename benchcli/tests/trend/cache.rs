//! The cache changes nothing but the time.

use std::fs;
use std::path::PathBuf;

use crate::story::{self, commit};
use testsupport::repositories::{Repo, Sandbox, results};

fn files(repo: &Repo) -> Vec<PathBuf> {
    let folder = repo.path.join(".git/benchcli/trend");
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn trend(repo: &Repo) -> String {
    let ran = repo.benchcli(["trend", "--all", "--format", "json"]);
    ran.succeeds().to_owned()
}

#[test]
fn the_answer_is_the_same_without_with_and_with_a_damaged_cache() {
    let sandbox = Sandbox::new();
    let repo = story::repo(&sandbox);
    let expected = trend(&repo);
    assert_eq!(trend(&repo), expected);
    let all = files(&repo);
    assert!(all.len() >= 3, "{all:?}");
    for file in &all {
        let whole = fs::read(file).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        let cut = whole[..whole.len() - 1].to_vec();
        for damaged in [flipped, cut, Vec::new(), b"something else\n".to_vec()] {
            fs::write(file, damaged).unwrap();
            assert_eq!(trend(&repo), expected, "{}", file.display());
        }
        fs::write(file, whole).unwrap();
    }
    fs::remove_dir_all(repo.path.join(".git/benchcli")).unwrap();
    assert_eq!(trend(&repo), expected);
}

#[test]
fn what_is_new_is_added_and_the_files_stay_few() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..60 {
        commit(&repo, number, &number.to_string());
        repo.record(&results(number));
        trend(&repo);
    }
    let all = files(&repo);
    assert!(all.len() < 40, "{all:?}");
    let cached = trend(&repo);
    fs::remove_dir_all(repo.path.join(".git/benchcli")).unwrap();
    assert_eq!(trend(&repo), cached);
}

#[test]
fn a_note_that_grows_is_read_again() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    commit(&repo, 0, "0");
    repo.record(&results(0));
    let count = |repo: &Repo| {
        let report: serde_json::Value = serde_json::from_str(&trend(repo)).unwrap();
        report["series"][0]["points"]["count"][0].as_u64().unwrap()
    };
    assert_eq!(count(&repo), 5);
    repo.record(&results(1));
    assert_eq!(count(&repo), 10);
}

#[test]
fn a_folder_that_cannot_be_written_is_no_hindrance() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    commit(&repo, 0, "0");
    repo.record(&results(0));
    // A file where the folder should be.
    repo.write(".git/benchcli/trend", "");
    let without = trend(&repo);
    fs::remove_file(repo.path.join(".git/benchcli/trend")).unwrap();
    assert_eq!(trend(&repo), without);
    assert!(!files(&repo).is_empty());
}

#[test]
fn one_text_noted_to_two_commits_is_two_points() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..3 {
        commit(&repo, number, &number.to_string());
    }
    repo.record_at("HEAD~2", &results(1));
    repo.git(["notes", "--ref=benchmarks", "copy", "HEAD~2", "HEAD"]);
    let report: serde_json::Value = serde_json::from_str(&trend(&repo)).unwrap();
    let series = &report["series"][0];
    assert_eq!(series["points"]["commit"], serde_json::json!([0, 2]));
}
