//! The same code on both sides.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::sandbox::Sandbox;
use testsupport::tools::has_go;

const ROUNDS: &str = "8";

/// Copies the example's sources.
fn example(sandbox: &Sandbox) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gobench");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(source.join("."))
        .arg(sandbox.repository())
        .status();
    assert!(copied.unwrap().success());
    sandbox.commit("The example");
}

#[test]
fn the_order_of_the_runs_decides_over_false_alarms() {
    if !has_go("the_order_of_the_runs_decides_over_false_alarms") {
        return;
    }
    let sandbox = Sandbox::alone();
    example(&sandbox);
    // How many comparisons are made each way, and of what.
    let runs = std::env::var("BENCHCLI_TEST_UNCHANGED").ok();
    let runs = runs.and_then(|runs| runs.parse::<usize>().ok());
    let all = ["./codec", "./collect", "./text"];
    let packages = if runs.is_some() { &all[..] } else { &all[..1] };
    let runs = runs.unwrap_or(4);
    // [by p < .05, by the gate]
    let mut sequential = [0; 2];
    let mut in_turn = [0; 2];
    let alarms = |old: &str, new: &str, alarms: &mut [usize; 2]| {
        let check = sandbox.benchcli(&["check", new, "--base", old, "--gate", "ns/op"]);
        alarms[1] += usize::from(check.code == Some(1));
        let table = sandbox.command(env!("CARGO_BIN_EXE_benchdiff"));
        let mut table = table;
        let table = table
            .args(["-filter", ".unit:ns/op", "-format", "csv", old, new])
            .output();
        let table = String::from_utf8(table.unwrap().stdout).unwrap();
        alarms[0] += usize::from(table.lines().any(|line| {
            line.contains(",+") && line.contains("p=0.0") && !line.starts_with("geomean")
        }));
    };
    for run in 0..runs {
        for side in ["old.txt", "new.txt"] {
            let mut go = sandbox.command("go");
            go.args(["test", "-run=^$", "-bench=.", "-benchtime=3ms"]);
            let output = go
                .arg(format!("-count={ROUNDS}"))
                .args(packages)
                .output()
                .unwrap();
            std::fs::write(sandbox.temporary().join(side), output.stdout).unwrap();
        }
        let [old, new] =
            ["old.txt", "new.txt"].map(|side| sandbox.temporary().join(side).display().to_string());
        alarms(&old, &new, &mut sequential);
        let raw = sandbox
            .temporary()
            .join(format!("raw{run}"))
            .display()
            .to_string();
        let mut arguments = vec![
            "run",
            "--base",
            "HEAD",
            "--measure-all",
            "--benchtime",
            "3ms",
            "--rounds",
            ROUNDS,
        ];
        for &package in packages {
            arguments.extend(["--pkg", package]);
        }
        let ran =
            sandbox.benchcli(&[&arguments[..], &["--save-raw", &raw, "--gate", "ns/op"]].concat());
        assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.stderr);
        alarms(
            &format!("{raw}/old.txt"),
            &format!("{raw}/new.txt"),
            &mut in_turn,
        );
    }
    // Written past the test harness, which would swallow it.
    let _ = writeln!(
        std::io::stderr(),
        "false alarms of unchanged code in {runs} runs, by p < .05 and by the gate: \
         {} and {} one after the other, {} and {} in turn",
        sequential[0],
        sequential[1],
        in_turn[0],
        in_turn[1]
    );
    assert!(in_turn[1] * 4 <= runs, "{in_turn:?}");
}
