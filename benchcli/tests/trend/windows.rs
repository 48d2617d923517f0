//! Which commits are in the window.

use crate::story::{Bench, commit, json, run};
use testsupport::repositories::{Repo, Sandbox, results};

fn subjects<const N: usize>(repo: &Repo, args: [&str; N]) -> Vec<String> {
    let report = json(repo, args);
    let commits = report["commits"].as_array().unwrap();
    let subject = |it: &serde_json::Value| it["subject"].as_str().unwrap().to_owned();
    commits.iter().map(subject).collect()
}

/// Commits 0 to 9, each with a baseline but for 3 and 4.
fn line(sandbox: &Sandbox) -> Repo {
    let repo = sandbox.init("repo");
    for number in 0..10 {
        commit(&repo, number, &number.to_string());
        repo.git(["tag", &format!("v{number}")]);
        if !(3..5).contains(&number) {
            repo.record(&results(number));
        }
    }
    repo
}

#[test]
fn since_takes_a_time_or_a_commit_and_range_what_git_takes() {
    let sandbox = Sandbox::new();
    let repo = line(&sandbox);
    assert_eq!(subjects(&repo, []).len(), 10);
    assert_eq!(subjects(&repo, ["--since", "v7"]), ["7", "8", "9"]);
    assert_eq!(
        subjects(&repo, ["--since", "2026-01-01T07:30:00Z"]),
        ["8", "9"]
    );
    assert_eq!(subjects(&repo, ["--since", "2026-01-01"]).len(), 10);
    assert_eq!(subjects(&repo, ["--range", "v5..v7"]), ["6", "7"]);
    assert_eq!(subjects(&repo, ["--range", "v7.."]), ["8", "9"]);
    assert_eq!(subjects(&repo, ["--range", "..v1"]), ["0", "1"]);
    // What was not measured before the first baseline says nothing.
    assert_eq!(subjects(&repo, ["--range", "v2..v6"]), ["5", "6"]);
    assert_eq!(
        subjects(&repo, ["--range", "v1..v6"]),
        ["2", "3", "4", "5", "6"]
    );
}

#[test]
fn a_merge_is_one_commit() {
    let sandbox = Sandbox::new();
    let repo = line(&sandbox);
    repo.git(["checkout", "--quiet", "-b", "topic", "v8"]);
    commit(&repo, 20, "topic 1");
    repo.record(&results(20));
    commit(&repo, 21, "topic 2");
    repo.git(["tag", "topic-2"]);
    repo.git(["checkout", "--quiet", "main"]);
    repo.git(["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
    repo.record(&results(22));
    let all = subjects(&repo, ["--since", "v8"]);
    assert_eq!(all, ["8", "9", "merge"]);
    // The range ends where the topic left the line.
    assert_eq!(
        subjects(&repo, ["--range", "topic-2..HEAD"]),
        ["9", "merge"]
    );
    let ran = repo.benchcli(["trend"]);
    let told = "1 baseline left out: on other branches or rewritten commits";
    assert!(ran.err.contains(told), "{}", ran.err);
    assert_eq!(ran.code, 0);
}

#[test]
fn rewritten_commits_leave_their_baselines_behind() {
    let sandbox = Sandbox::new();
    let repo = line(&sandbox);
    repo.amend("9 again");
    let ran = repo.benchcli(["trend"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("1 baseline left out"), "{}", ran.err);
    assert!(ran.err.contains("`benchcli init`"), "{}", ran.err);
}

#[test]
fn a_shallow_clone_says_that_it_ends() {
    let sandbox = Sandbox::new();
    let repo = line(&sandbox);
    repo.git(["update-server-info"]);
    let clone = repo.clone_to(&sandbox, "clone", &["--depth", "3"]);
    clone.git([
        "fetch",
        "--quiet",
        "origin",
        "refs/notes/benchmarks:refs/notes/benchmarks",
    ]);
    assert_eq!(subjects(&clone, []), ["7", "8", "9"]);
    let ran = clone.benchcli(["trend"]);
    assert!(ran.err.contains("git fetch --unshallow"), "{}", ran.err);
    // Once it is whole nothing of that is left.
    clone.git(["fetch", "--quiet", "--unshallow"]);
    assert_eq!(subjects(&clone, []).len(), 10);
}

#[test]
fn series_are_chosen_by_filter_unit_and_environment() {
    let sandbox = Sandbox::new();
    let repo = line(&sandbox);
    repo.record(&results(77).replace("AMD EPYC 7B13", "Apple M4"));
    let chosen = |args: &[&str]| -> Vec<String> {
        let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
        let output = command
            .args(["trend", "--all", "--format", "json"])
            .args(args)
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let all = report["series"].as_array().unwrap();
        let text = |it: &serde_json::Value| {
            let part = |key: &str| it[key].as_str().unwrap().to_owned();
            format!(
                "{} {} {}",
                part("benchmark"),
                part("unit"),
                part("environment")
            )
        };
        all.iter().map(text).collect()
    };
    assert_eq!(chosen(&[]).len(), 12);
    assert_eq!(chosen(&["--unit", "ns/op,allocs/op"]).len(), 8);
    assert_eq!(
        chosen(&[
            "--unit",
            "ns/op",
            "--env",
            "apple",
            "--filter",
            ".name:Decode"
        ]),
        ["Decode/n=10-8 sec/op linux/amd64, Apple M4"]
    );
    assert_eq!(chosen(&["--filter", ".unit:ns/op cpu:/EPYC/"]).len(), 2);
    assert_eq!(
        chosen(&["--filter", "/n:10 .unit:(B/op OR ns/op)"]).len(),
        8
    );
}

#[test]
fn a_metric_of_ones_own_is_chosen_as_it_is_written() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    commit(&repo, 0, "Begin");
    repo.record("pkg: p\nBenchmarkServe 100 9 ns/op 4500 p99-ns/op 3 misses\n");
    for unit in ["p99-ns/op", "p99-sec/op", "misses"] {
        let filter = format!(".unit:{unit}");
        for args in [["--filter", &filter, "--all"], ["--unit", unit, "--all"]] {
            let report = json(&repo, args);
            let count = report["series"].as_array().unwrap().len();
            assert_eq!(count, 1, "{args:?}");
        }
    }
}

#[test]
fn what_is_open_comes_before_what_was_worse_and_is_fixed() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..60 {
        commit(&repo, number, "Change");
        let bench = |name, nanoseconds| Bench {
            package: "p",
            name,
            nanoseconds,
            allocs: 0,
        };
        let fixed = if (20..40).contains(&number) {
            300.0
        } else {
            100.0
        };
        // Much better, then a little worse again.
        let open = match number {
            0..20 => 1000.0,
            20..40 => 400.0,
            _ => 500.0,
        };
        repo.record(&run(number, &[bench("Fixed", fixed), bench("Open", open)]));
    }
    let report = json(&repo, ["--unit", "ns/op"]);
    let names = report["series"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|it| it["benchmark"].as_str().unwrap()).collect();
    assert_eq!(names, ["Open-8", "Fixed-8"]);
}
