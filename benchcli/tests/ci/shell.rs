//! The scripts for any CI, and the git hook.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use super::change::make_dearer;
use super::releases::serve;
use super::runner::Runner;
use crate::{git, project, repository, text};
use testsupport::tools::has_go;

#[test]
fn the_shell_examples_do_what_they_say() {
    if !has_go("the_shell_examples_do_what_they_say") {
        return;
    }
    let repo = repository(".");
    let script = |name: &str| {
        project("examples/ci/shell")
            .join(name)
            .display()
            .to_string()
    };
    let runner = Runner::new();
    let run = |text: &str| runner.run(repo.path(), text);
    let recorded = run(&format!(
        "ROUNDS=2 BENCHTIME=100x {}",
        script("baseline.sh")
    ));
    assert!(recorded.status.success(), "{}", text(&recorded.stderr));
    make_dearer(repo.path());
    git(repo.path(), &["add", "-A"]);
    let refused = run(&script("pre-commit"));
    assert_eq!(
        refused.status.code(),
        Some(1),
        "{}{}",
        text(&refused.stdout),
        text(&refused.stderr)
    );
    let gate = run(&format!(
        "ROUNDS=2 BENCHTIME=100x {} HEAD out",
        script("gate.sh")
    ));
    assert_eq!(gate.status.code(), Some(1), "{}", text(&gate.stderr));
    for name in ["old.txt", "new.txt", "summary.md", "report.json"] {
        assert!(repo.path().join("out").join(name).is_file(), "{name}");
    }
}

/// The lines of the hook that say how to install it.
fn install() -> String {
    let hook = fs::read_to_string(project("examples/ci/shell/pre-commit")).expect("readable");
    let lines = hook.lines().filter_map(|line| line.strip_prefix("#   "));
    lines.collect::<Vec<_>>().join("\n")
}

/// A repository with the hook, and with the folder for hooks elsewhere where one is named.
fn with_hook(runner: &mut Runner, hooks: Option<&str>) -> TempDir {
    let repo = repository(".");
    if let Some(hooks) = hooks {
        git(repo.path(), &["config", "core.hooksPath", hooks]);
    }
    let address = "raw.githubusercontent.com/benchparse/benchparse/v1/examples/ci/shell";
    let served = serve(runner).join(address);
    fs::create_dir_all(&served).expect("made");
    fs::copy(
        project("examples/ci/shell/pre-commit"),
        served.join("pre-commit"),
    )
    .expect("copied");
    // Without what makes it a program, as it comes over the network.
    let plain = fs::Permissions::from_mode(0o644);
    fs::set_permissions(served.join("pre-commit"), plain).expect("changed");
    let installed = runner.run(repo.path(), &install());
    assert!(installed.status.success(), "{}", text(&installed.stderr));
    repo
}

#[test]
fn git_commit_asks_the_hook() {
    if !has_go("git_commit_asks_the_hook") {
        return;
    }
    let mut runner = Runner::new();
    let repo = with_hook(&mut runner, None);
    let code = repo.path().join("m.go");
    let plain = fs::read_to_string(&code).expect("readable");
    make_dearer(repo.path());
    let refused = runner.run(repo.path(), "git commit -q -a -m Slower");
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    let refused = runner.run(repo.path(), "git commit -q -m Slower m.go");
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    let count = || text(&runner.run(repo.path(), "git rev-list --count HEAD").stdout);
    assert_eq!(count(), "1\n");
    // As dear as before, and nothing that Go compiles: both may pass.
    fs::write(&code, format!("{plain}\n// Kept.\n")).expect("written");
    let passed = runner.run(repo.path(), "git commit -q -a -m Comment");
    assert!(passed.status.success(), "{}", text(&passed.stderr));
    fs::write(repo.path().join("notes.txt"), "notes\n").expect("written");
    let passed = runner.run(repo.path(), "git add notes.txt && git commit -q -m Notes");
    assert!(passed.status.success(), "{}", text(&passed.stderr));
    assert_eq!(count(), "3\n");
}

#[test]
fn the_hook_measures_what_is_staged() {
    if !has_go("the_hook_measures_what_is_staged") {
        return;
    }
    let mut runner = Runner::new();
    let repo = with_hook(&mut runner, Some(".hooks"));
    let code = repo.path().join("m.go");
    let plain = fs::read_to_string(&code).expect("readable");
    make_dearer(repo.path());
    git(repo.path(), &["add", "m.go"]);
    let dear = fs::read_to_string(&code).expect("readable");
    fs::write(&code, &plain).expect("written");
    let refused = runner.run(repo.path(), "git commit -q -m Dearer");
    let said = text(&refused.stdout) + &text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("regressed: Make"), "{said}");

    fs::write(&code, format!("{plain}\n// Kept.\n")).expect("written");
    git(repo.path(), &["add", "m.go"]);
    fs::write(&code, dear).expect("written");
    let passed = runner.run(repo.path(), "git commit -q -m Comment");
    assert!(passed.status.success(), "{}", text(&passed.stderr));
    let left = text(&runner.run(repo.path(), "git worktree list").stdout);
    assert_eq!(left.lines().count(), 1, "{left}");
}

#[test]
fn a_first_commit_has_nothing_to_be_compared_with() {
    let mut runner = Runner::new();
    let repo = with_hook(&mut runner, None);
    git(repo.path(), &["checkout", "-q", "--orphan", "fresh"]);
    let passed = runner.run(repo.path(), "git commit -q -m First");
    assert!(passed.status.success(), "{}", text(&passed.stderr));
}
