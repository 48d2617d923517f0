//! The workflow for GitLab.

use std::fs;
use std::path::Path;

use super::change::{break_the_build, make_dearer};
use super::releases::{release, serve};
use super::runner::Runner;
use super::steps::list;
use crate::{git, project, repository, text};
use testsupport::tools::has_go;

/// What a job runs, in less time.
fn job(name: &str) -> String {
    let workflow = fs::read_to_string(project("examples/ci/gitlab/benchmarks.yml"));
    let workflow = workflow.expect("readable");
    // The second job's is an alias of it.
    let install = list(&workflow, "benchmarks", "before_script");
    let script = list(&workflow, name, "script");
    (install + &script)
        .replace("100ms", "100x")
        .replace("--rounds 10", "--rounds 2")
}

/// A runner that has Go and not benchcli, with a project.
fn runner(repo: &Path) -> Runner {
    let mut runner = Runner::without_our_programs();
    runner.stand_in("uname", "echo x86_64");
    runner.set("CI_PROJECT_DIR", repo);
    runner
}

#[test]
fn a_merge_request_is_measured_with_what_was_released() {
    if !has_go("a_merge_request_is_measured_with_what_was_released") {
        return;
    }
    let repo = repository(".");
    let mut runner = runner(repo.path());
    let archive = release(&serve(&mut runner), "x86_64-unknown-linux-gnu");
    git(repo.path(), &["checkout", "-q", "-b", "topic"]);
    make_dearer(repo.path());
    git(repo.path(), &["commit", "-q", "-a", "-m", "Dearer"]);
    let compared = runner.run(repo.path(), &job("benchmarks"));
    let said = text(&compared.stdout);
    assert_eq!(
        compared.status.code(),
        Some(1),
        "{said}{}",
        text(&compared.stderr)
    );
    assert!(said.contains("regressed: Make"), "{said}");
    for report in ["benchmarks.xml", "benchmarks.json"] {
        assert!(repo.path().join(report).is_file(), "{report}");
    }

    // What is not what was released is not run.
    fs::write(&archive, "something else").expect("written");
    let refused = runner.run(repo.path(), &job("benchmarks"));
    let said = text(&refused.stdout);
    assert!(
        !refused.status.success() && said.contains("FAILED"),
        "{said}"
    );
    assert!(!said.contains("regressed"), "{said}");
}

#[test]
fn a_merge_request_that_does_not_build_ends_with_our_status() {
    if !has_go("a_merge_request_that_does_not_build_ends_with_our_status") {
        return;
    }
    let repo = repository(".");
    let mut runner = runner(repo.path());
    release(&serve(&mut runner), "x86_64-unknown-linux-gnu");
    git(repo.path(), &["checkout", "-q", "-b", "topic"]);
    break_the_build(repo.path());
    git(repo.path(), &["commit", "-q", "-a", "-m", "Broken"]);
    let compared = runner.run(repo.path(), &job("benchmarks"));
    let said = text(&compared.stderr);
    assert_eq!(compared.status.code(), Some(2), "{said}");
    assert!(said.contains("undefined: nothing"), "{said}");
}

#[test]
fn a_push_is_recorded_and_its_token_not_kept() {
    if !has_go("a_push_is_recorded_and_its_token_not_kept") {
        return;
    }
    let repo = repository(".");
    let mut runner = runner(repo.path());
    release(&serve(&mut runner), "x86_64-unknown-linux-gnu");
    let origin = tempfile::tempdir().expect("a temporary folder");
    git(origin.path(), &["init", "-q", "--bare"]);
    // What a job fetches with may not write.
    let readable = "https://job:readonly@gitlab.example.com/group/m.git";
    let writable = "https://benchmarks:geheim@gitlab.example.com/group/m.git";
    git(repo.path(), &["remote", "add", "origin", readable]);
    let addresses = format!(
        "[url \"{origin}\"]\n\tinsteadOf = {writable}\n\
         [url \"file://{origin}\"]\n\tinsteadOf = {readable}\n\
         [url \"/nonexistent/\"]\n\tpushInsteadOf = {readable}\n",
        origin = origin.path().display()
    );
    let config = runner.temp("gitconfig");
    fs::write(&config, addresses).expect("written");
    runner.set("GIT_CONFIG_GLOBAL", config);
    runner.set("CI_PROJECT_URL", "https://gitlab.example.com/group/m");
    runner.set("BENCHMARK_TOKEN", "geheim");
    let recorded = runner.run(repo.path(), &job("baselines"));
    let said = text(&recorded.stdout) + &text(&recorded.stderr);
    assert!(recorded.status.success(), "{said}");
    git(origin.path(), &["rev-parse", "refs/notes/benchmarks"]);
    let kept = fs::read_to_string(repo.path().join(".git/config")).expect("readable");
    assert!(
        !kept.contains("geheim") && !said.contains("geheim"),
        "{kept}{said}"
    );
}

#[test]
fn a_processor_without_a_release_is_told() {
    let repo = repository(".");
    let runner = runner(repo.path());
    runner.stand_in("uname", "echo sparc");
    let refused = runner.run(repo.path(), &job("benchmarks"));
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stdout);
    assert!(said.contains("no benchcli for sparc"), "{said}");
}
