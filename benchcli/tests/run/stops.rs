//! Runs that are stopped.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::sandbox::{Sandbox, ran};
use testsupport::tools::has_go;

/// A repository whose benchmark takes long, and says which process it is.
fn slow(sandbox: &Sandbox) {
    sandbox.write("go.mod", "module example.com/slow\n\ngo 1.22\n");
    sandbox.write(
        "slow_test.go",
        "package slow

import (
	\"fmt\"
	\"os\"
	\"testing\"
	\"time\"
)

func BenchmarkQuick(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}

func BenchmarkSlow(b *testing.B) {
	log, _ := os.OpenFile(os.Getenv(\"PIDS\"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	fmt.Fprintln(log, os.Getpid())
	time.Sleep(600 * time.Second)
}
",
    );
    sandbox.commit("Base");
}

#[allow(
    clippy::zombie_processes,
    reason = "a test that gives up here has failed"
)]
/// Starts a run and waits until its slow benchmark runs. Gives the benchmark's process.
fn started(sandbox: &Sandbox) -> (Child, u32) {
    let pids = sandbox.temporary().join("pids");
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_benchcli"));
    let child = command
        .args([
            "run",
            "--base",
            "HEAD",
            "--measure-all",
            "--rounds",
            "3",
            "--benchtime",
            "1x",
            "--seed",
            "5",
        ])
        .env("PIDS", &pids)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let give_up = Instant::now() + Duration::from_secs(300);
    loop {
        let text = fs::read_to_string(&pids).unwrap_or_default();
        if let Some(pid) = text.lines().next().and_then(|pid| pid.parse().ok()) {
            return (child, pid);
        }
        assert!(Instant::now() < give_up, "the benchmark does not start");
        thread::sleep(Duration::from_millis(20));
    }
}

fn signal(name: &str, process: u32) {
    let kill = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status();
    assert!(kill.unwrap().success());
}

fn is_alive(process: u32) -> bool {
    let kill = Command::new("kill")
        .args(["-0", &process.to_string()])
        .stderr(Stdio::null())
        .status();
    kill.unwrap().success()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < give_up, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_run_that_is_interrupted_tidies_up_and_saves() {
    if !has_go("a_run_that_is_interrupted_tidies_up_and_saves") {
        return;
    }
    let sandbox = Sandbox::alone();
    slow(&sandbox);
    let (child, benchmark) = started(&sandbox);
    signal("INT", child.id());
    let ran = ran(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("stopped by a signal"), "{}", ran.stderr);
    wait_until("the benchmark goes on", || !is_alive(benchmark));
    sandbox.assert_clean();
    // One of two benchmarks was measured on both sides.
    assert!(
        ran.stderr
            .contains("benchcli check benchcli-stopped-5/old.txt benchcli-stopped-5/new.txt"),
        "{}",
        ran.stderr
    );
    let saved = sandbox.read("benchcli-stopped-5/new.txt");
    assert!(saved.contains("BenchmarkQuick"), "{saved}");
    let check = sandbox.benchcli(&[
        "check",
        "benchcli-stopped-5/new.txt",
        "--base",
        "benchcli-stopped-5/old.txt",
    ]);
    assert_eq!(check.code, Some(0), "{}{}", check.stdout, check.stderr);
}

#[test]
fn a_run_that_is_killed_leaves_nothing() {
    if !has_go("a_run_that_is_killed_leaves_nothing") {
        return;
    }
    let sandbox = Sandbox::alone();
    slow(&sandbox);
    let (mut child, benchmark) = started(&sandbox);
    assert_eq!(sandbox.left().len(), 1);
    signal("KILL", child.id());
    child.wait().unwrap();
    wait_until("the benchmark goes on", || !is_alive(benchmark));
    wait_until("the temporary folder is left", || sandbox.left().is_empty());
    wait_until("the worktree is left", || {
        sandbox
            .git(&["worktree", "list", "--porcelain"])
            .matches("worktree ")
            .count()
            == 1
    });
}
