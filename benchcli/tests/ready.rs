//! What a repository is prepared with, and the examples for CI.

#![cfg(unix)]

mod ci;
mod isolated;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use isolated::isolated;
use tempfile::TempDir;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A Go repository.
fn repository(module: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "-q", "-b", "trunk"]);
    git(folder.path(), &["config", "init.defaultBranch", "trunk"]);
    let module = folder.path().join(module);
    fs::create_dir_all(&module).expect("made");
    fs::write(module.join("go.mod"), "module example.com/m\n\ngo 1.22\n").expect("written");
    let test = "package m\n\nimport \"testing\"\n\nvar Sink []byte\n\nfunc BenchmarkMake(b *testing.B) {\n\
        \tfor i := 0; i < b.N; i++ {\n\t\tSink = make([]byte, 64)\n\t}\n}\n";
    fs::write(module.join("m_test.go"), test).expect("written");
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "First"]);
    folder
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = isolated("git", folder)
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
}

fn benchcli(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = isolated(env!("CARGO_BIN_EXE_benchcli"), folder);
    command.args(arguments).output().expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn init_writes_what_fits_and_overwrites_nothing() {
    let repo = repository("go");
    git(
        repo.path(),
        &["remote", "add", "origin", "https://github.com/a/b.git"],
    );
    let asked = benchcli(repo.path(), &["init"]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(
        text(&asked.stderr).contains("write benchcli.toml"),
        "{}",
        text(&asked.stderr)
    );
    fs::write(repo.path().join("benchcli.toml"), "threshold = \"7%\"\n").expect("written");
    let output = benchcli(repo.path(), &["init", "--yes"]);
    assert_eq!(
        text(&output.stdout),
        "benchcli.toml is there and stays as it is\n\
         wrote .github/workflows/benchmarks.yml\n\
         wrote .github/workflows/benchmarks-comment.yml\n\
         baselines now follow `git rebase` and `git commit --amend` in this repository\n\
         \n\
         Next:\n  benchcli run                measure what is checked out against its base\n  \
         git add the new files, commit and push them\n  \
         the workflow then measures every pull request\n"
    );
    let read = |path: &str| fs::read_to_string(repo.path().join(path)).expect("readable");
    assert_eq!(read("benchcli.toml"), "threshold = \"7%\"\n");
    let workflow = read(".github/workflows/benchmarks.yml");
    assert!(workflow.contains("branches: [\"trunk\"]"));
    assert!(workflow.contains("go-version-file: go/go.mod"));
    let again = text(&benchcli(repo.path(), &["init", "--yes"]).stdout);
    assert!(!again.contains("wrote"), "{again}");
}

#[test]
fn init_knows_gitlab_and_says_what_to_include() {
    let repo = repository(".");
    fs::write(repo.path().join(".gitlab-ci.yml"), "").expect("written");
    let output = text(&benchcli(repo.path(), &["init", "--yes"]).stdout);
    assert!(
        output.contains("wrote benchcli.toml\nwrote .gitlab/benchmarks.yml\n"),
        "{output}"
    );
    assert!(
        output.contains("include: [{local: .gitlab/benchmarks.yml}]"),
        "{output}"
    );
    // What was written is right, and changes nothing.
    let check = benchcli(repo.path(), &["config", "check"]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check.stderr));
    let shown = |arguments: &[&str]| {
        let shown = text(&benchcli(repo.path(), arguments).stdout);
        let lines = shown.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let with = shown(&["config", "show"]);
    fs::remove_file(repo.path().join("benchcli.toml")).expect("removed");
    assert_eq!(shown(&["config", "show"]), with);
}

#[test]
fn a_link_to_nowhere_is_not_written_through() {
    let repo = repository(".");
    symlink("/nonexistent/elsewhere", repo.path().join("benchcli.toml")).expect("linked");
    let output = text(&benchcli(repo.path(), &["init", "--yes", "--ci", "none"]).stdout);
    assert!(
        output.contains("benchcli.toml is there and stays as it is"),
        "{output}"
    );
}

#[test]
fn without_go_only_the_notes_are_prepared() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "-q"]);
    let output = text(&benchcli(folder.path(), &["init", "--yes"]).stdout);
    assert!(output.contains("no go.mod here"), "{output}");
    assert!(!folder.path().join("benchcli.toml").exists());
}

#[test]
fn the_examples_are_what_init_writes() {
    let repo = repository(".");
    git(repo.path(), &["branch", "-q", "-m", "main"]);
    git(repo.path(), &["config", "init.defaultBranch", "main"]);
    for (ci, files) in [
        (
            "github",
            &[
                (
                    ".github/workflows/benchmarks.yml",
                    "github/workflows/benchmarks.yml",
                ),
                (
                    ".github/workflows/benchmarks-comment.yml",
                    "github/workflows/benchmarks-comment.yml",
                ),
            ][..],
        ),
        (
            "gitlab",
            &[(".gitlab/benchmarks.yml", "gitlab/benchmarks.yml")],
        ),
    ] {
        benchcli(repo.path(), &["init", "--yes", "--ci", ci]);
        for (written, example) in files {
            let written = fs::read_to_string(repo.path().join(written)).expect("readable");
            let example = project("examples/ci").join(example);
            assert_eq!(
                written,
                fs::read_to_string(&example).expect("readable"),
                "{example:?}"
            );
        }
    }
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let completions = benchcli(folder.path(), &["completions", "bash"]);
    let completions = text(&completions.stdout);
    assert!(completions.contains("benchcli__subcmd__run") || completions.contains("benchcli__run"));
    let fish = benchcli(
        folder.path(),
        &["completions", "fish", "--program", "benchdiff"],
    );
    assert!(text(&fish.stdout).contains("complete -c benchdiff -l filter"));
    let written = text(&benchcli(folder.path(), &["man", "pages"]).stdout);
    for name in [
        "benchdiff",
        "benchcli",
        "benchcli-run",
        "benchcli-check",
        "benchcli-init",
    ] {
        let page = folder.path().join("pages").join(format!("{name}.1"));
        let page = fs::read_to_string(&page).unwrap_or_else(|_| panic!("{name} in {written}"));
        assert!(
            page.contains(".SH SYNOPSIS") && page.contains("Examples:"),
            "{name}: {page}"
        );
    }
    let syntax = Command::new("bash")
        .arg("-n")
        .arg("-c")
        .arg(&completions)
        .status();
    assert!(syntax.expect("bash runs").success());
}
