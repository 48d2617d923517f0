//! What a repository is prepared with, and the examples for CI.

#![cfg(unix)]

mod isolated;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use isolated::{has, isolated};
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

/// The scripts of a workflow's steps, by their names.
fn scripts(workflow: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut name = String::new();
    let mut lines = workflow.lines().peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim_start().trim_start_matches("- ");
        if let Some(said) = bare.strip_prefix("name: ") {
            said.clone_into(&mut name);
        }
        if bare == "run: |" {
            let depth = line.len() - line.trim_start().len();
            let is_in =
                |line: &&str| line.is_empty() || line.len() - line.trim_start().len() > depth;
            let mut script = String::new();
            while let Some(line) = lines.next_if(is_in) {
                script.push_str(line.get(depth + 2..).unwrap_or_default());
                script.push('\n');
            }
            found.push((name.clone(), script));
        }
    }
    found
}

/// A shell in a repository, with our programs in its path, as a job has it.
fn job(repo: &Path, script: &str) -> Output {
    let runner = repo.join(".runner");
    fs::create_dir_all(&runner).expect("made");
    let programs = Path::new(env!("CARGO_BIN_EXE_benchcli"))
        .parent()
        .expect("a folder");
    let mut path = programs.as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    isolated("bash", repo)
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .env("PATH", path)
        .env("RUNNER_TEMP", &runner)
        .env("GITHUB_STEP_SUMMARY", runner.join("summary.md"))
        .env("PULL_REQUEST", "17")
        .output()
        .expect("bash runs")
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
    let scripts = scripts(&workflow.expect("readable"));
    let script = |wanted: &str| {
        let found = scripts.iter().find(|(name, _)| name == wanted);
        // As the workflow has it, in less time.
        let script = &found.unwrap_or_else(|| panic!("no {wanted}")).1;
        script
            .replace("100ms", "100x")
            .replace("--rounds 10", "--rounds 2")
    };
    let repo = repository(".");
    let recorded = job(
        repo.path(),
        &script("Record a baseline").replace("benchcli push", ""),
    );
    assert!(recorded.status.success(), "{}", text(&recorded.stderr));
    git(repo.path(), &["notes", "--ref=benchmarks", "show", "HEAD"]);

    git(repo.path(), &["checkout", "-q", "-b", "topic"]);
    let test = repo.path().join("m_test.go");
    let slower = fs::read_to_string(&test)
        .expect("readable")
        .replace("= make", "= append(make([]byte, 8), 1)\n\t\tSink = make");
    fs::write(&test, slower).expect("written");
    git(repo.path(), &["commit", "-q", "-a", "-m", "Slower"]);
    let compared = job(repo.path(), &script("Measure base and head in turn"));
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
    let read =
        |path: &str| fs::read_to_string(repo.path().join(".runner").join(path)).expect("readable");
    assert_eq!(read("benchmarks/pull-request"), "17\n");
    assert!(read("benchmarks/comment.md").starts_with("### ❌ Benchmarks: regressed"));
    assert_eq!(read("summary.md"), read("benchmarks/comment.md"));
}

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
    let run = |text: &str| job(repo.path(), text);
    let recorded = run(&format!("COUNT=2 BENCHTIME=100x {}", script("baseline.sh")));
    assert!(recorded.status.success(), "{}", text(&recorded.stderr));
    let test = repo.path().join("m_test.go");
    let slower = fs::read_to_string(&test)
        .expect("readable")
        .replace("= make", "= append(make([]byte, 8), 1)\n\t\tSink = make");
    fs::write(&test, slower).expect("written");
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
    let hook = repo.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("made");
    symlink(
        fs::canonicalize(project("examples/ci/shell/pre-commit")).expect("there"),
        hook,
    )
    .expect("linked");
    let test = repo.path().join("m_test.go");
    let plain = fs::read_to_string(&test).expect("readable");
    let slower = plain.replace("= make", "= append(make([]byte, 8), 1)\n\t\tSink = make");
    fs::write(&test, slower).expect("written");
    let refused = job(repo.path(), "git commit -q -a -m Slower");
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    let count = || text(&job(repo.path(), "git rev-list --count HEAD").stdout);
    assert_eq!(count(), "1\n");
    // As dear as before, and nothing that Go compiles: both may pass.
    fs::write(&test, format!("{plain}\n// Kept.\n")).expect("written");
    let passed = job(repo.path(), "git commit -q -a -m Comment");
    assert!(passed.status.success(), "{}", text(&passed.stderr));
    fs::write(repo.path().join("notes.txt"), "notes\n").expect("written");
    let passed = job(repo.path(), "git add notes.txt && git commit -q -m Notes");
    assert!(passed.status.success(), "{}", text(&passed.stderr));
    assert_eq!(count(), "3\n");
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
