//! The workflows for GitHub.

use std::fs;
use std::process::Command;

use super::change::make_dearer;
use super::runner::Runner;
use super::steps::step;
use crate::isolated::has;
use crate::{git, project, repository, text};

#[test]
fn workflows_are_as_actionlint_wants_them() {
    if !has(
        "actionlint",
        "ACTIONLINT_REQUIRED",
        "workflows_are_as_actionlint_wants_them",
    ) {
        return;
    }
    let files = [".github/workflows", "examples/ci/github/workflows"]
        .into_iter()
        .flat_map(|folder| fs::read_dir(project(folder)).expect("there"))
        .map(|entry| entry.expect("readable").path());
    let output = Command::new("actionlint")
        .args(files)
        .output()
        .expect("runs");
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
fn the_workflow_s_scripts_do_what_they_say() {
    if !has(
        "go",
        "GO_REQUIRED",
        "the_workflow_s_scripts_do_what_they_say",
    ) {
        return;
    }
    let workflow = fs::read_to_string(project("examples/ci/github/workflows/benchmarks.yml"));
    // In less time.
    let workflow = workflow
        .expect("readable")
        .replace("100ms", "100x")
        .replace("--rounds 10", "--rounds 2");
    let mut runner = Runner::new();
    runner.set("PULL_REQUEST", "17");
    let repo = repository(".");
    let record = step(&workflow, "Record a baseline").replace("benchcli push", "");
    let recorded = runner.run(repo.path(), &record);
    assert!(recorded.status.success(), "{}", text(&recorded.stderr));
    git(repo.path(), &["notes", "--ref=benchmarks", "show", "HEAD"]);

    git(repo.path(), &["checkout", "-q", "-b", "topic"]);
    make_dearer(repo.path());
    git(repo.path(), &["commit", "-q", "-a", "-m", "Slower"]);
    let measure = step(&workflow, "Measure base and head in turn");
    let compared = runner.run(repo.path(), &measure);
    assert_eq!(
        compared.status.code(),
        Some(1),
        "{}",
        text(&compared.stderr)
    );
    assert!(
        text(&compared.stdout).contains("::error file=m_test.go"),
        "{}",
        text(&compared.stdout)
    );
    assert_eq!(runner.read("benchmarks/pull-request"), "17\n");
    assert!(
        runner
            .read("benchmarks/comment.md")
            .starts_with("### ❌ Benchmarks: regressed")
    );
    assert_eq!(
        runner.read("summary.md"),
        runner.read("benchmarks/comment.md")
    );
}
