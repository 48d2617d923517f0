//! A history of 10,000 commits with a baseline each.

use std::time::{Duration, Instant};

#[path = "../../examples/long_history.rs"]
#[allow(dead_code)]
mod long_history;

use crate::sandbox::{Repo, Sandbox, results};

/// Twice the second that it may take optimised, for tests are built with little of that and run
/// beside each other.
const LIMIT: Duration = Duration::from_secs(2);

fn timed(repo: &Repo, args: &[&str]) -> String {
    let start = Instant::now();
    let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
    let output = command.args(args).output().unwrap();
    let took = start.elapsed();
    eprintln!("{took:?} for benchcli {}", args.join(" "));
    assert!(output.status.success(), "{output:?}");
    assert!(took < LIMIT, "{took:?} for {args:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn ten_thousand_baselines_are_no_burden() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("repo");
    long_history::make(repo.path.to_str().unwrap(), 10_000, 10, 6, 1).unwrap();
    repo.write("new.txt", results(50));

    assert_eq!(timed(&repo, &["log"]).lines().count(), 10_001);
    assert_eq!(
        timed(&repo, &["log", "--json", "-n", "3"]).lines().count(),
        3
    );
    assert!(timed(&repo, &["show", "HEAD~5000"]).contains("BenchmarkEncode"));
    assert!(timed(&repo, &["diff", "HEAD~9000", "HEAD"]).contains("Encode"));
    assert!(timed(&repo, &["diff", "auto", "new.txt"]).contains("Encode"));

    // One fits at the very end of the way back only.
    let root = repo.git(["rev-list", "--max-parents=0", "HEAD"]);
    repo.record_at(&root, &results(1).replace("AMD EPYC 7B13", "Apple M4"));
    repo.write("new.txt", results(50).replace("AMD EPYC 7B13", "Apple M4"));
    assert!(timed(&repo, &["diff", "auto", "new.txt"]).contains("Encode"));
    timed(
        &repo,
        &[
            "prune",
            "--older-than",
            "1d",
            "--keep-every",
            "20",
            "--dry-run",
        ],
    );

    let start = Instant::now();
    repo.record(&results(2));
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}
