//! What is released, and the workflows of this project.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::runner::Runner;
use super::steps::step;
use crate::{project, text};

#[test]
fn our_workflows_pin_what_they_use_and_may_only_read() {
    for entry in fs::read_dir(project(".github/workflows")).expect("there") {
        let path = entry.expect("readable").path();
        let workflow = fs::read_to_string(&path).expect("readable");
        assert!(
            workflow.contains("\npermissions:\n  contents: read\n"),
            "{path:?}"
        );
        for used in workflow.split("uses: ").skip(1) {
            let used = used.lines().next().unwrap_or_default();
            let (_, revision) = used.split_once('@').expect("a revision");
            let (revision, version) = revision.split_once(" # v").expect("its version");
            let is_hash = revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_hash && !version.is_empty(), "{path:?}: {used}");
        }
    }
}

#[test]
fn what_is_released_is_what_the_action_installs() {
    let read = |path: &str| fs::read_to_string(project(path)).expect("readable");
    let release = read(".github/workflows/release.yml");
    let action = read("examples/ci/github/action.yml");
    let mut released: Vec<_> = release
        .lines()
        .filter_map(|line| line.trim().strip_suffix(" }")?.split_once("target: "))
        .map(|(_, target)| target)
        .collect();
    let mut installed: Vec<_> = action
        .lines()
        .filter_map(|line| line.trim().strip_suffix(" ;;")?.split_once(") target="))
        .map(|(_, target)| target)
        .collect();
    released.sort_unstable();
    installed.sort_unstable();
    // Where musl is wanted it is there, and slower than glibc linked statically.
    released.retain(|target| *target != "x86_64-unknown-linux-musl");
    assert_eq!(released, installed);
    assert_eq!(released.len(), 5);
    assert!(release.contains("archive=\"benchcli-$TARGET.tar.gz\""));
    assert!(action.contains("benchcli-$target.tar.gz.sha256"));
}

const RELEASE: &str = ".github/workflows/release.yml";

#[test]
fn only_an_exact_version_starts_a_release() {
    let release = fs::read_to_string(project(RELEASE)).expect("readable");
    let (_, filter) = release.split_once("    tags: [\"").expect("a filter");
    let (filter, _) = filter.split_once("\"]").expect("its end");
    // GitHub's patterns are regular expressions here, but for the dot.
    let pattern = format!("^{}$", filter.replace('.', "\\."));
    let starts = |tag: &str| {
        let script = "[[ $0 =~ $1 ]]";
        let mut bash = Command::new("bash");
        let status = bash.args(["-c", script, tag, &pattern]).status();
        status.expect("bash runs").success()
    };
    assert!(starts("v1.2.3") && starts("v10.20.30"));
    assert!(!starts("v1") && !starts("v1.2") && !starts("v1x2x3") && !starts("v1.2.3-rc.1"));
}

#[test]
fn a_release_is_of_what_the_workflows_use() {
    let release = fs::read_to_string(project(RELEASE)).expect("readable");
    let script = step(&release, "The tag is the version");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let workflow = "examples/ci/github/workflows/benchmarks.yml";
    let used = folder.path().join(workflow);
    fs::create_dir_all(used.parent().expect("a folder")).expect("made");
    fs::copy(project(workflow), used).expect("copied");
    let check = |version: &str, tag: &str| {
        let manifest = fs::read_to_string(project("Cargo.toml")).expect("readable");
        let ours = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"");
        let manifest = manifest.replacen(ours, &format!("version = \"{version}\""), 1);
        fs::write(folder.path().join("Cargo.toml"), manifest).expect("written");
        let mut runner = Runner::new();
        runner.set("GITHUB_REF_NAME", tag);
        let ran = runner.run(folder.path(), &script);
        (ran.status.success(), text(&ran.stdout))
    };
    assert_eq!(check("1.4.2", "v1.4.2"), (true, String::new()));
    let (passed, said) = check("1.4.2", "v1.4.3");
    assert!(!passed && said.contains("the tag is v1.4.3"), "{said}");
    let (passed, said) = check("2.0.0", "v2.0.0");
    assert!(!passed && said.contains("the workflows use v1"), "{said}");
}

/// What is asked of GitHub to move a tag, where these releases are there.
fn asked(releases: &str, tag: &str, has_moving: bool) -> String {
    let release = fs::read_to_string(project(RELEASE)).expect("readable");
    let script = step(&release, "The tag that workflows use");
    let mut runner = Runner::new();
    runner.set("GITHUB_REPOSITORY", "a/b");
    runner.set("GITHUB_REF_NAME", tag);
    runner.set("GITHUB_SHA", "c0ffee");
    runner.set("ASKED", runner.temp("asked"));
    let gh = format!(
        "case \"$*\" in\n  *releases*) printf '{releases}' ;;\n  \
         *) echo \"$*\" >> \"$ASKED\"; [ \"$3\" != PATCH ] || {has_moving} ;;\nesac"
    );
    runner.stand_in("gh", &gh);
    let ran = runner.run(Path::new("."), &script);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    fs::read_to_string(runner.temp("asked")).unwrap_or_default()
}

#[test]
fn the_tag_that_workflows_use_follows_the_newest_release() {
    let moved = "api -X PATCH repos/a/b/git/refs/tags/v1 -f sha=c0ffee -F force=true\n";
    assert_eq!(
        asked("v1.10.0\\nv1.9.0\\nv2.0.0\\n", "v1.10.0", true),
        moved
    );
    assert_eq!(asked("v1.9.1\\nv1.10.0\\nv1.9.0\\n", "v1.9.1", true), "");
    let made = "api repos/a/b/git/refs -f ref=refs/tags/v1 -f sha=c0ffee\n";
    assert_eq!(
        asked("v1.0.0\\nv0.9.0\\n", "v1.0.0", false),
        format!("{moved}{made}")
    );
}
