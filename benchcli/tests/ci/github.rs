//! The workflows for GitHub.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::change::make_dearer;
use super::releases::{release, serve};
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

#[test]
fn the_action_installs_its_own_release() {
    let action = fs::read_to_string(project("examples/ci/github/action.yml")).expect("readable");
    let script = step(&action, "Install benchcli");
    let value = |key: &str| {
        let mut lines = action.lines();
        let line = lines.find_map(|line| line.trim_start().strip_prefix(key));
        line.unwrap_or_else(|| panic!("no {key}")).to_owned()
    };
    let machine = |os: &str, arch: &str| {
        let mut runner = Runner::without_our_programs();
        runner.set("RUNNER_OS", os);
        runner.set("RUNNER_ARCH", arch);
        runner.set("VERSION", value("default: "));
        runner.set("RELEASES", value("RELEASES: "));
        runner.set("GITHUB_PATH", runner.temp("path"));
        runner
    };
    let here = Path::new(".");
    for (os, arch, target) in [
        ("Linux", "X64", "x86_64-unknown-linux-gnu"),
        ("Linux", "ARM64", "aarch64-unknown-linux-musl"),
        ("macOS", "X64", "x86_64-apple-darwin"),
        ("macOS", "ARM64", "aarch64-apple-darwin"),
        ("Windows", "X64", "x86_64-pc-windows-msvc"),
    ] {
        let mut runner = machine(os, arch);
        let archive = release(&serve(&mut runner), target);
        let installed = runner.run(here, &script);
        assert!(installed.status.success(), "{}", text(&installed.stderr));
        let programs = runner.read("path");
        let version = runner.run(here, &format!("{}/benchcli --version", programs.trim()));
        assert!(text(&version.stdout).contains(env!("CARGO_PKG_VERSION")));

        // What is not what was released is not installed.
        fs::remove_file(runner.temp("path")).expect("removed");
        fs::write(&archive, "something else").expect("written");
        let refused = runner.run(here, &script);
        assert!(!refused.status.success());
        assert!(!runner.temp("path").exists());
    }
    let refused = machine("Linux", "S390X").run(here, &script);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stdout);
    assert!(
        said.contains("::error::there is no benchcli for Linux S390X"),
        "{said}"
    );
}
