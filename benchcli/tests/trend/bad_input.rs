//! What cannot be shown, each said in a sentence.

use crate::story::commit;
use testsupport::repositories::{Sandbox, results};

#[test]
fn a_history_without_baselines() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.benchcli(["trend"]).fails_with(&[
        "no baselines, because this clone has no refs/notes/benchmarks",
        "benchcli pull",
    ]);
    let empty = sandbox.init("empty");
    empty.benchcli(["trend"]).fails_with(&["no baselines"]);
    let nowhere = sandbox.at("nowhere");
    nowhere.benchcli(["trend"]).fails_with(&["repository"]);
}

#[test]
fn a_history_with_one_point() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    for args in [&["trend"][..], &["trend", "--fail-on-new", "5"]] {
        let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
        let output = command.args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("one commit has results, and a trend needs at least two"),
            "{said}"
        );
    }
}

#[test]
fn windows_without_a_baseline() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..4 {
        commit(&repo, number, &number.to_string());
        repo.git(["tag", &format!("v{number}")]);
    }
    repo.record_at("v1", &results(1));
    repo.benchcli(["trend", "--since", "v2"]).fails_with(&[
        "none of the 2 commits of the window has a baseline",
        "baselines outside the window: 1; on other branches or rewritten commits: 0",
    ]);
    repo.benchcli(["trend", "--range", "v3..v3"])
        .fails_with(&["the window contains no commits", "from 2026-01-01"]);
    repo.benchcli(["trend", "--since", "2027-01-01"])
        .fails_with(&["the window contains no commits", "from 2026-01-01"]);
    repo.git(["checkout", "--quiet", "--orphan", "other"]);
    commit(&repo, 9, "other");
    repo.benchcli(["trend"]).fails_with(&[
        "baselines outside the window: 0; on other branches or rewritten commits: 1",
    ]);
}

#[test]
fn flags_that_make_no_sense() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    for (args, texts) in [
        (
            &["--since", "never"][..],
            &["--since never: expected a date (2026-01-31)"][..],
        ),
        (
            &["--range", "main"],
            &["found main, expected a range of commits such as v1.0..main"],
        ),
        (&["--range", "a...b"], &["two dots, such as a..b"]),
        (&["--range", "nothing..main"], &["nothing: no such commit"]),
        (
            &["--since", "1d", "--range", "a..b"],
            &["cannot be used with"],
        ),
        (&["--filter", "x"], &["parsing --filter"]),
        (
            &["--filter", ".name:Nothing"],
            &["no series match the filter"],
        ),
        (
            &["--unit", "joule"],
            &["--unit joule matches no series; expected one of: ", "ns/op"],
        ),
        (
            &["--env", "vax"],
            &["--env vax matches no series; expected a part of one of: linux/amd64, AMD EPYC 7B13"],
        ),
        (&["--fail-on-new", "0"], &["invalid value '0'"]),
        (
            &["--sensitivity", "deaf"],
            &["possible values: sensitive, normal, calm"],
        ),
        (&["--config", "none.toml"], &["cannot read none.toml"]),
    ] {
        let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
        let output = command.arg("trend").args(args).output().unwrap();
        testsupport::repositories::Ran::from(output).fails_with(texts);
    }
}

#[test]
fn notes_that_hold_no_results_or_foreign_text() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    commit(&repo, 0, "0");
    repo.git([
        "notes",
        "--ref=benchmarks",
        "add",
        "-m",
        "Reviewed-by: someone",
        "HEAD",
    ]);
    repo.benchcli(["trend"])
        .fails_with(&["the baselines of the window contain no benchmark results"]);
    commit(&repo, 1, "1");
    let note = "BenchmarkByHand 1 5 ns/op";
    repo.git(["notes", "--ref=benchmarks", "add", "-m", note, "HEAD"]);
    let ran = repo.benchcli(["trend", "--all"]);
    assert!(ran.succeeds().contains("ByHand"), "{ran:?}");
}

#[test]
fn different_benchmarks_at_every_commit() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..6 {
        commit(&repo, number, &number.to_string());
        let text = results(1).replace("Encode", &format!("Only{number}x{}", number * 77));
        repo.record(&text.replace("17", &format!("{}", 17 + number * 13)));
    }
    let ran = repo.benchcli(["trend", "--all", "--unit", "ns/op"]);
    let out = ran.succeeds();
    assert_eq!(out.lines().filter(|line| line.contains(".Only")).count(), 6);
    assert!(out.contains("▅·····"), "{out}");
}
