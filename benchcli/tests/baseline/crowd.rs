//! Many writers at once.
//!
//! `BENCHCLI_TEST_ROUNDS` says how many rounds each test makes, 2 where it is not set.

use std::io::Write as _;
use std::process::{Child, Stdio};

use testsupport::repositories::{Ran, Repo, Sandbox, results, shared};

fn rounds() -> u64 {
    let rounds = std::env::var("BENCHCLI_TEST_ROUNDS").ok();
    rounds.map_or(2, |rounds| rounds.parse().unwrap())
}

fn spawn(repo: &Repo, args: &[&str]) -> Child {
    let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
    command.args(args).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Lets programs that wait for their input go on all at once, and waits for them.
fn let_go(children: Vec<(Child, String)>) {
    let mut children = children;
    for (child, text) in &mut children {
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }
    for (child, _) in children {
        Ran::from(child.wait_with_output().unwrap()).succeeds();
    }
}

#[test]
fn thirty_two_processes_record_at_once() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let commits = [repo.git(["rev-parse", "HEAD"]), repo.commit("second")];
    for round in 0..rounds() {
        let children = (0..32).map(|index| {
            let commit = &commits[index as usize % 2];
            let child = spawn(&repo, &["record", "--host", "lab", "--commit", commit]);
            (child, results(round * 100 + index))
        });
        let_go(children.collect());
    }
    let notes = commits.each_ref().map(|commit| repo.note(commit));
    for round in 0..rounds() {
        for index in 0..32 {
            let text = results(round * 100 + index);
            assert!(
                notes[index as usize % 2].contains(&text),
                "{round}, {index}"
            );
        }
    }
    repo.fsck();
}

#[test]
fn eight_clones_push_at_once() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 8);
    for round in 0..rounds() {
        for (index, clone) in clones.iter().enumerate() {
            clone.record(&results(round * 100 + index as u64));
        }
        let_go(
            clones
                .iter()
                .map(|clone| (spawn(clone, &["push"]), String::new()))
                .collect(),
        );
    }
    let note = remote.note("main");
    for round in 0..rounds() {
        for index in 0..8 {
            assert!(
                note.contains(&results(round * 100 + index)),
                "{round}, {index}"
            );
        }
    }
    remote.fsck();
    for clone in &clones {
        clone.benchcli(["pull"]).succeeds();
        assert_eq!(clone.note("main"), note);
        clone.fsck();
    }
}
