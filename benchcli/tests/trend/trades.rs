//! What got worse for something better.

use crate::story::{Bench, commit, run};
use testsupport::repositories::Sandbox;

#[test]
fn whether_a_trade_fails_is_the_configurations_choice() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..40 {
        commit(&repo, number, "Change");
        let (nanoseconds, allocs) = if number < 20 { (100.0, 1) } else { (50.0, 4) };
        let bench = Bench {
            package: "p",
            name: "Fill",
            nanoseconds,
            allocs,
        };
        repo.record(&run(number, &[bench]));
    }
    let trend = |configuration: &str| {
        repo.write("benchcli.toml", configuration);
        let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
        let output = command.args(["trend", "--fail-on-new", "25"]).output();
        let output = output.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("; traded: Fill-8 got 50 % faster"), "{text}");
        output.status.code()
    };
    assert_eq!(trend(""), Some(1));
    assert_eq!(trend("traded = \"warn\"\n"), Some(0));
    // What is not gated is no excuse.
    let gated = "traded = \"warn\"\ngate = [\"allocs/op\"]\n";
    assert_eq!(trend(gated), Some(1));
}
