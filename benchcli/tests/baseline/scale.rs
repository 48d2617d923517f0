//! A history of 2,000 commits with a baseline each; `cargo bench -p benchcli --bench history` measures
//! how long the commands take of 10,000.

use testsupport::long_history::{Size, make};
use testsupport::paths::program;
use testsupport::repositories::{Ran, Repo, Sandbox, results};

fn said(repo: &Repo, args: &[&str]) -> String {
    let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
    Ran::from(command.args(args).output().unwrap())
        .succeeds()
        .to_owned()
}

#[test]
fn every_command_reads_a_long_history() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("repo");
    let size = Size {
        commits: 2000,
        benchmarks: 10,
        samples: 6,
        every: 1,
    };
    make(&program("benchcli"), &repo.path, size).unwrap();
    repo.write("new.txt", results(50));

    assert_eq!(said(&repo, &["log"]).lines().count(), 2001);
    assert_eq!(
        said(&repo, &["log", "--json", "-n", "3"]).lines().count(),
        3
    );
    assert!(said(&repo, &["show", "HEAD~1000"]).contains("BenchmarkEncode"));
    assert!(said(&repo, &["diff", "HEAD~1800", "HEAD"]).contains("Encode"));
    assert!(said(&repo, &["diff", "auto", "new.txt"]).contains("Encode"));

    // One fits at the very end of the way back only.
    let root = repo.git(["rev-list", "--max-parents=0", "HEAD"]);
    repo.record_at(&root, &results(1).replace("AMD EPYC 7B13", "Apple M4"));
    repo.write("new.txt", results(50).replace("AMD EPYC 7B13", "Apple M4"));
    assert!(said(&repo, &["diff", "auto", "new.txt"]).contains("Encode"));
    said(
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
}
