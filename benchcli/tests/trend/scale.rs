//! A long history.

use std::time::{Duration, Instant};

#[path = "../../examples/long_history.rs"]
#[allow(dead_code)]
mod long_history;

use crate::sandbox::Sandbox;

/// For 2,000 commits with 20 benchmarks a hundredth of a second does, optimised. Tests are built with
/// little of that and run beside each other.
const LIMIT: Duration = Duration::from_secs(2);

#[test]
fn the_second_look_is_quick() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("repo");
    long_history::make(repo.path.to_str().unwrap(), 2000, 20, 6, 1).unwrap();
    let timed = || {
        let start = Instant::now();
        let ran = repo.benchcli(["trend", "--all"]);
        let took = start.elapsed();
        eprintln!("{took:?}");
        (ran.succeeds().to_owned(), took)
    };
    let (parsed, first) = timed();
    let (cached, second) = timed();
    assert_eq!(parsed, cached);
    assert!(
        parsed.starts_with("2000 of 2000 commits have results"),
        "{parsed}"
    );
    assert!(second < LIMIT && second < first, "{first:?}, {second:?}");
}
