//! A long history.

#[path = "../../examples/long_history.rs"]
#[allow(dead_code)]
mod long_history;

use crate::sandbox::Sandbox;

#[test]
fn a_second_look_at_many_commits_says_the_same() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("repo");
    long_history::make(repo.path.to_str().unwrap(), 1000, 20, 6, 1).unwrap();
    let look = || repo.benchcli(["trend", "--all"]).succeeds().to_owned();
    let parsed = look();
    assert_eq!(parsed, look());
    assert!(
        parsed.starts_with("1000 of 1000 commits have results"),
        "{parsed}"
    );
}
