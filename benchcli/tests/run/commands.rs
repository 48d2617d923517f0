//! Any two commands that print results.

use crate::sandbox::Sandbox;

/// A command that notes that it ran, and prints a result.
fn command(side: &str, value: u32) -> String {
    format!("echo {side} >> order; echo \"BenchmarkIt 100 {value} widgets/op\"")
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> crate::sandbox::Ran {
    let (base, head) = (command("base", 5), command("head", 6));
    let common = ["run", "--base-cmd", &base, "--head-cmd", &head];
    sandbox.benchcli(&[&common[..], arguments].concat())
}

#[test]
fn commands_take_turns_in_the_order_of_the_seed() {
    let sandbox = Sandbox::new();
    let ran = run(&sandbox, &["--rounds", "6", "--seed", "3"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("widgets/op"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("6 rounds in abba order, seed 3"),
        "{}",
        ran.stdout
    );
    let order = sandbox.read("order");
    let order: Vec<&str> = order.lines().collect();
    assert_eq!(order.len(), 12);
    for four in order.chunks(4) {
        // base, head, head, base or the other way round.
        assert_eq!((four[0], four[1]), (four[3], four[2]));
        assert_ne!(four[0], four[1]);
    }
    sandbox.write("order", "");
    run(&sandbox, &["--rounds", "6", "--seed", "3"]);
    assert_eq!(sandbox.read("order").lines().collect::<Vec<_>>(), order);
}

#[test]
fn reports_and_settings_are_those_of_check() {
    let sandbox = Sandbox::new();
    let ran = run(
        &sandbox,
        &[
            "--rounds",
            "6",
            "--report",
            "markdown=out.md",
            "--report",
            "junit=out.xml",
            "--gate",
            "widgets/op",
            "--threshold",
            "50%",
            "--format",
            "json",
        ],
    );
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.report()["applied"]["threshold"], 0.5);
    assert_eq!(ran.report()["measured"]["rounds"], 6);
    assert!(sandbox.read("out.md").contains("6 rounds in abba order"));
    assert!(sandbox.read("out.xml").contains("<testsuite"));
}

#[test]
fn a_command_that_fails_is_named() {
    let sandbox = Sandbox::new();
    let ran = sandbox.benchcli(&[
        "run",
        "--base-cmd",
        "true",
        "--head-cmd",
        "echo gone >&2; exit 7",
    ]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr
            .contains("the head command failed in round 1, exit status 7"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("gone"), "{}", ran.stderr);
    let silent = sandbox.benchcli(&[
        "run",
        "--base-cmd",
        "true",
        "--head-cmd",
        "true",
        "--rounds",
        "1",
    ]);
    assert_eq!(silent.code, Some(2));
    assert!(
        silent.stderr.contains("printed no benchmark results"),
        "{}",
        silent.stderr
    );
}

#[test]
fn time_that_is_over_ends_the_rounds_and_not_the_judgement() {
    let sandbox = Sandbox::new();
    let slow = "sleep 0.3; echo \"BenchmarkIt 100 5 widgets/op\"";
    let ran = sandbox.benchcli(&[
        "run",
        "--base-cmd",
        slow,
        "--head-cmd",
        slow,
        "--rounds",
        "50",
        "--max-time",
        "1s",
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("of 50 rounds"), "{}", ran.stderr);
    assert!(ran.report()["measured"]["rounds"].as_u64().unwrap() < 6);
}

#[test]
fn contradictory_flags_are_refused() {
    let sandbox = Sandbox::new();
    for (arguments, message) in [
        (&["run", "--base-cmd", "true"][..], "--head-cmd"),
        (&["run", "--max-rounds", "9"], "--adaptive"),
        (&["run", "--rounds", "0"], "a whole number from 1 to 10000"),
        (
            &["run", "--max-time", "soon"],
            "expected a time such as 90s",
        ),
        (
            &["run", "--", "-count=3"],
            "use --rounds to set how many times",
        ),
        (
            &["run", "--base-cmd", "a", "--head-cmd", "b", "--", "-race"],
            "not used with --base-cmd",
        ),
        (&["run", "--cached-base", "--adaptive"], "--cached-base"),
    ] {
        sandbox.refuses(arguments, message);
    }
}

#[test]
fn what_cannot_be_written_is_said_before_anything_runs() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "");
    for (arguments, message) in [
        (
            &["--report", "json=no/report.json"][..],
            "cannot write no/report.json: the folder no does not exist\nhint: create the folder first",
        ),
        (
            &["--report", "json=."],
            "cannot write .: it is a folder\nhint: name a file in it",
        ),
        (&["--save-raw", "file/raw"], "hint: choose another path"),
        (
            &["--record"],
            "--record: HEAD: the repository has no commits yet",
        ),
    ] {
        let ran = run(&sandbox, arguments);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert!(!sandbox.repository().join("order").exists(), "{message}");
    }
}

#[test]
fn the_verdict_is_there_although_nothing_could_be_saved() {
    let sandbox = Sandbox::new();
    // The place is good before the first round, and no longer after it.
    let base = format!("touch raw; {}", command("base", 5));
    let head = command("head", 6);
    let commands = ["run", "--base-cmd", &base, "--head-cmd", &head];
    let arguments = [
        "--rounds",
        "6",
        "--save-raw",
        "raw",
        "--report",
        "json=r.json",
    ];
    let ran = sandbox.benchcli(&[&commands[..], &arguments].concat());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("regressed: "), "{}", ran.stdout);
    assert!(ran.stderr.contains("cannot write raw"), "{}", ran.stderr);
    assert!(sandbox.read("r.json").contains("benchcli-check"));
}

#[test]
fn recording_what_is_not_committed_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("code", "one");
    sandbox.git(&["add", "code"]);
    sandbox.git(&["commit", "-q", "-m", "First"]);
    let warning =
        "warning: the working tree has uncommitted changes; the recording is marked dirty=true";
    let clean = run(&sandbox, &["--rounds", "2", "--record"]);
    assert!(
        clean.stderr.contains("recorded 1 benchmark"),
        "{}",
        clean.stderr
    );
    assert!(!clean.stderr.contains(warning), "{}", clean.stderr);
    sandbox.write("code", "two");
    let dirty = run(&sandbox, &["--rounds", "2", "--record"]);
    assert!(dirty.stderr.contains(warning), "{}", dirty.stderr);
}
