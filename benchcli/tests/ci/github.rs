//! The workflows for GitHub.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::change::{break_the_build, make_dearer};
use super::releases::{release, serve};
use super::runner::Runner;
use super::steps::step;
use crate::{git, project, repository, text};
use testsupport::tools::{has, has_go};

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

/// The workflow, with less time to measure.
fn workflow() -> String {
    let workflow = fs::read_to_string(project("examples/ci/github/workflows/benchmarks.yml"));
    let workflow = workflow.expect("readable");
    // As scripts are run here; without it a failure before a pipe passes.
    let shells = workflow.matches("defaults:\n      run:\n        shell: bash\n");
    assert_eq!(shells.count(), 2);
    workflow
        .replace("100ms", "100x")
        .replace("--rounds 10", "--rounds 2")
}

/// What the steps of a pull request say and leave.
fn pull_request(repo: &Path) -> (Runner, Output) {
    let workflow = workflow();
    let mut runner = Runner::new();
    runner.set("PULL_REQUEST", "17");
    runner.set("GITHUB_SERVER_URL", "https://github.com");
    runner.set("GITHUB_REPOSITORY", "a/b");
    runner.set("GITHUB_RUN_ID", "42");
    let first = step(
        &workflow,
        "Prepare the comment for where nothing can be measured",
    );
    let ran = runner.run(&runner.temp(""), &first);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let compared = runner.run(repo, &step(&workflow, "Compare the base and the head"));
    assert_eq!(runner.read("benchmarks/pull-request"), "17\n");
    (runner, compared)
}

#[test]
fn a_pull_request_is_measured_and_told_of() {
    if !has_go("a_pull_request_is_measured_and_told_of") {
        return;
    }
    let repo = repository(".");
    git(repo.path(), &["checkout", "-q", "-b", "topic"]);
    make_dearer(repo.path());
    git(repo.path(), &["commit", "-q", "-a", "-m", "Dearer"]);
    let (runner, compared) = pull_request(repo.path());
    assert_eq!(
        compared.status.code(),
        Some(1),
        "{}",
        text(&compared.stderr)
    );
    let said = text(&compared.stdout);
    assert!(said.contains("::error file=m_test.go"), "{said}");
    let comment = runner.read("benchmarks/comment.md");
    assert!(
        comment.starts_with("### ❌ Benchmarks: regressed"),
        "{comment}"
    );
    assert_eq!(runner.read("summary.md"), comment);
}

#[test]
fn a_pull_request_that_does_not_build_is_told_so() {
    if !has_go("a_pull_request_that_does_not_build_is_told_so") {
        return;
    }
    let repo = repository(".");
    git(repo.path(), &["checkout", "-q", "-b", "topic"]);
    break_the_build(repo.path());
    git(repo.path(), &["commit", "-q", "-a", "-m", "Broken"]);
    let (runner, compared) = pull_request(repo.path());
    assert_eq!(
        compared.status.code(),
        Some(2),
        "{}",
        text(&compared.stderr)
    );
    let comment = runner.read("benchmarks/comment.md");
    assert!(
        comment.starts_with("### ⚠️ Benchmarks: incomplete: example.com/m failed")
            && comment.contains("does not build")
            && comment.contains("undefined: nothing"),
        "{comment}"
    );
}

#[test]
fn a_push_is_recorded_whole_or_not() {
    if !has_go("a_push_is_recorded_whole_or_not") {
        return;
    }
    let repo = repository(".");
    let origin = tempfile::tempdir().expect("a temporary folder");
    git(origin.path(), &["init", "-q", "--bare"]);
    let address = origin.path().to_str().expect("UTF-8");
    git(repo.path(), &["remote", "add", "origin", address]);
    let runner = Runner::new();
    let record = step(&workflow(), "Record a baseline");
    let recorded = runner.run(repo.path(), &record);
    assert!(recorded.status.success(), "{}", text(&recorded.stderr));
    let pushed = || {
        let said = runner.run(origin.path(), "git rev-parse refs/notes/benchmarks");
        assert!(said.status.success(), "{}", text(&said.stderr));
        said.stdout
    };
    let first = pushed();

    let test = repo.path().join("m_test.go");
    let mut panics = fs::read_to_string(&test).expect("readable");
    panics.push_str("\nfunc BenchmarkPanic(b *testing.B) { panic(b.N) }\n");
    fs::write(&test, panics).expect("written");
    git(repo.path(), &["commit", "-q", "-a", "-m", "Panic"]);
    assert!(!runner.run(repo.path(), &record).status.success());
    assert_eq!(pushed(), first);
}

#[test]
fn pushes_do_not_wait_in_one_group() {
    let workflow = workflow();
    let (_, group) = workflow.split_once("  group: ").expect("a group");
    let group = group.lines().next().unwrap_or_default();
    let wanted =
        "benchmarks-${{ github.event_name == 'pull_request' && github.ref || github.sha }}";
    assert_eq!(group, wanted);
}

/// Answers for GitHub: a pull request 17 at `c0ffee`, and the comments that are known there.
const GH: &str = r#"
case "$*" in
  */pulls/17\ *) echo c0ffee ;;
  *--paginate*) printf '%s' "$KNOWN" ;;
  *--input*) echo "$*" >> asked; cat body.json >> asked ;;
  *) exit 1 ;;
esac
"#;

/// What the comment's workflow asks of GitHub, where a run left these files.
fn comment(files: &[(&str, &str)], known: &str) -> String {
    let workflow = project("examples/ci/github/workflows/benchmarks-comment.yml");
    let workflow = fs::read_to_string(workflow).expect("readable");
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("benchmarks")).expect("made");
    for (name, text) in files {
        fs::write(folder.path().join("benchmarks").join(name), text).expect("written");
    }
    let mut runner = Runner::new();
    runner.stand_in("gh", GH);
    runner.set("REPOSITORY", "a/b");
    runner.set("HEAD", "c0ffee");
    runner.set("KNOWN", known);
    let ran = runner.run(folder.path(), &step(&workflow, "Comment"));
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    fs::read_to_string(folder.path().join("asked")).unwrap_or_default()
}

#[test]
fn there_is_one_comment_and_only_on_the_measured_commit() {
    if !has(
        "jq",
        "JQ_REQUIRED",
        "there_is_one_comment_and_only_on_the_measured_commit",
    ) {
        return;
    }
    let ours = [("comment.md", "all \"well\"\n"), ("pull-request", "17\n")];
    let body = r#"{
  "body": "<!-- benchcli -->\nall \"well\"\n"
}
"#;
    let first = format!("api repos/a/b/issues/17/comments --input body.json\n{body}");
    assert_eq!(comment(&ours, ""), first);
    let again = format!("api -X PATCH repos/a/b/issues/comments/5 --input body.json\n{body}");
    assert_eq!(comment(&ours, "5\n6\n"), again);
    // Another's pull request, no number, nothing left at all.
    for number in ["18", "", "x; echo"] {
        let files = [("comment.md", "all well\n"), ("pull-request", number)];
        assert_eq!(comment(&files, ""), "", "{number}");
    }
    assert_eq!(comment(&[], ""), "");
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
