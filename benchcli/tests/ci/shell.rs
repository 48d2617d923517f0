//! The scripts for any CI, and the git hook.

use std::fs;
use std::os::unix::fs::symlink;

use super::change::make_dearer;
use super::runner::Runner;
use crate::isolated::has;
use crate::{git, project, repository, text};

#[test]
fn the_shell_examples_do_what_they_say() {
    if !has("go", "GO_REQUIRED", "the_shell_examples_do_what_they_say") {
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
    let recorded = run(&format!("COUNT=2 BENCHTIME=100x {}", script("baseline.sh")));
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

#[test]
fn git_commit_asks_the_hook() {
    if !has("go", "GO_REQUIRED", "git_commit_asks_the_hook") {
        return;
    }
    let repo = repository(".");
    let runner = Runner::new();
    let hook = repo.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("made");
    symlink(
        fs::canonicalize(project("examples/ci/shell/pre-commit")).expect("there"),
        hook,
    )
    .expect("linked");
    let test = repo.path().join("m_test.go");
    let plain = fs::read_to_string(&test).expect("readable");
    make_dearer(repo.path());
    let refused = runner.run(repo.path(), "git commit -q -a -m Slower");
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    let count = || text(&runner.run(repo.path(), "git rev-list --count HEAD").stdout);
    assert_eq!(count(), "1\n");
    // As dear as before, and nothing that Go compiles: both may pass.
    fs::write(&test, format!("{plain}\n// Kept.\n")).expect("written");
    let passed = runner.run(repo.path(), "git commit -q -a -m Comment");
    assert!(passed.status.success(), "{}", text(&passed.stderr));
    fs::write(repo.path().join("notes.txt"), "notes\n").expect("written");
    let passed = runner.run(repo.path(), "git add notes.txt && git commit -q -m Notes");
    assert!(passed.status.success(), "{}", text(&passed.stderr));
    assert_eq!(count(), "3\n");
}
