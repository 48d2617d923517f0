//! A long history.

use testsupport::long_history::{Size, make};
use testsupport::paths::program;
use testsupport::repositories::Sandbox;

#[test]
fn a_second_look_at_many_commits_says_the_same() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("repo");
    let size = Size {
        commits: 1000,
        benchmarks: 20,
        samples: 6,
        every: 1,
    };
    make(&program("benchcli"), &repo.path, size).unwrap();
    let look = || repo.benchcli(["trend", "--all"]).succeeds().to_owned();
    let parsed = look();
    assert_eq!(parsed, look());
    assert!(
        parsed.starts_with("1000 of 1000 commits have results"),
        "{parsed}"
    );
}
