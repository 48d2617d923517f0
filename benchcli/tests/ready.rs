//! What a repository is prepared with, and the examples for CI.

#![cfg(unix)]

mod ci;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use testsupport::isolated::{git, isolated};
use testsupport::paths::project;
use testsupport::tools::has_go;

/// A Go repository.
fn repository(module: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "-q", "-b", "trunk"]);
    git(folder.path(), &["config", "init.defaultBranch", "trunk"]);
    let module = folder.path().join(module);
    fs::create_dir_all(&module).expect("made");
    fs::write(module.join("go.mod"), "module example.com/m\n\ngo 1.22\n").expect("written");
    let code = "package m\n\nvar Sink []byte\n\nfunc Make() {\n\tSink = make([]byte, 64)\n}\n";
    fs::write(module.join("m.go"), code).expect("written");
    let test = "package m\n\nimport \"testing\"\n\nfunc BenchmarkMake(b *testing.B) {\n\
        \tfor i := 0; i < b.N; i++ {\n\t\tMake()\n\t}\n}\n";
    fs::write(module.join("m_test.go"), test).expect("written");
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "First"]);
    folder
}

/// What a shell of CI makes of a script.
fn shell(folder: &Path, script: &str) -> Output {
    isolated("bash", folder)
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .output()
        .expect("bash runs")
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
        "Found:\n  module       example.com/m in go\n  \
         main branch  trunk (guessed, use --branch NAME to change it: init.defaultBranch)\n  \
         CI           GitHub Actions\n\n\
         benchcli.toml already exists and was not changed\n\
         wrote .github/workflows/benchmarks.yml\n\
         wrote .github/workflows/benchmarks-comment.yml\n\
         baselines now follow `git rebase` and `git commit --amend` in this repository\n\
         \n\
         Next:\n  benchcli run --base HEAD    compare the working tree with the last commit\n  \
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

/// What `init` says of the main branch, and the branch that the workflow records.
fn main_branch(repo: &Path, arguments: &[&str]) -> (String, String) {
    let arguments = [&["init", "--yes", "--ci", "github"], arguments].concat();
    let said = text(&benchcli(repo, &arguments).stdout);
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("  main branch  "));
    let workflow = repo.join(".github/workflows/benchmarks.yml");
    let written = fs::read_to_string(&workflow).expect("readable");
    let branch = written.split("branches: [\"").nth(1).expect("a branch");
    let branch = branch.split('"').next().unwrap_or_default().to_owned();
    fs::remove_file(workflow).expect("removed");
    (line.unwrap_or_else(|| panic!("{said}")).to_owned(), branch)
}

#[test]
fn init_finds_a_main_branch_of_an_unusual_name() {
    let guess = "guessed, use --branch NAME to change it";
    let repo = repository(".");
    let develop = |said: &str| (format!("develop ({said})"), "develop".to_owned());
    let found = || main_branch(repo.path(), &[]);
    let git = |arguments: &[&str]| git(repo.path(), arguments);
    git(&["branch", "-q", "-m", "develop"]);
    git(&["config", "init.defaultBranch", "main"]);
    assert_eq!(found(), develop("the only branch"));

    git(&["branch", "main"]);
    let usual = format!("main ({guess}: init.defaultBranch)");
    assert_eq!(found(), (usual, "main".into()));
    git(&["config", "--unset", "init.defaultBranch"]);
    let usual = format!("main ({guess}: the usual name)");
    assert_eq!(found(), (usual, "main".into()));
    assert_eq!(
        main_branch(repo.path(), &["--branch", "release"]),
        ("release".into(), "release".into())
    );
    git(&["config", "--unset", "init.defaultBranch"]);

    git(&["branch", "-q", "-m", "main", "topic"]);
    git(&["remote", "add", "origin", "../nowhere"]);
    git(&["update-ref", "refs/remotes/origin/develop", "HEAD"]);
    assert_eq!(found(), develop("the only branch"));
    git(&["update-ref", "refs/remotes/origin/other", "HEAD"]);
    let head = ["refs/remotes/origin/HEAD", "refs/remotes/origin/develop"];
    git(&["symbolic-ref", head[0], head[1]]);
    git(&["checkout", "-q", "topic"]);
    assert_eq!(found(), develop("the remote's HEAD"));

    git(&["remote", "remove", "origin"]);
    let checked_out = format!("topic ({guess}: the branch that is checked out)");
    assert_eq!(found(), (checked_out, "topic".into()));

    git(&["checkout", "-q", "--orphan", "develop2"]);
    git(&["branch", "-q", "-D", "develop", "topic"]);
    git(&["config", "--unset", "init.defaultBranch"]);
    let unborn = format!("develop2 ({guess}: the branch that is checked out)");
    assert_eq!(found(), (unborn, "develop2".into()));
}

#[test]
fn a_clone_of_one_branch_does_not_know_the_main_one() {
    let repo = repository(".");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let from = format!("file://{}", repo.path().display());
    git(repo.path(), &["checkout", "-q", "-b", "topic"]);
    let clone = [
        "clone",
        "-q",
        "--single-branch",
        "-b",
        "topic",
        &from,
        "clone",
    ];
    git(folder.path(), &clone);
    let clone = folder.path().join("clone");
    // As where the remote's own HEAD was not asked for.
    let _ = isolated("git", &clone)
        .args(["remote", "set-head", "origin", "--delete"])
        .output();
    let ran = benchcli(&clone, &["run"]);
    let said = text(&ran.stderr);
    assert!(said.contains("cannot determine the main branch"), "{said}");
}

#[test]
fn a_run_after_init_knows_the_main_branch() {
    if !has_go("a_run_after_init_knows_the_main_branch") {
        return;
    }
    // Often enough that what the runtime allocates for itself is no allocation of an operation.
    let run = ["run", "--rounds", "1", "--benchtime", "20000x"];
    for others in [&[][..], &["one", "two"]] {
        let repo = repository(".");
        git(repo.path(), &["config", "--unset", "init.defaultBranch"]);
        git(repo.path(), &["branch", "-q", "-m", "develop"]);
        for name in others {
            git(repo.path(), &["branch", name]);
        }
        git(
            repo.path(),
            &["commit", "-q", "--allow-empty", "-m", "Second"],
        );
        let unknown = text(&benchcli(repo.path(), &run).stderr);
        assert_eq!(
            unknown.contains("cannot determine"),
            !others.is_empty(),
            "{unknown}"
        );
        let said = text(&benchcli(repo.path(), &["init", "--yes"]).stdout);
        assert!(
            said.contains("  benchcli run                compare"),
            "{said}"
        );
        let ran = benchcli(repo.path(), &run);
        let said = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{said}");
        assert!(
            said.contains("the parent of HEAD, which is on develop"),
            "{said}"
        );
    }
}

#[test]
fn a_branch_that_is_named_is_known_afterwards() {
    for branch in [&[][..], &["--branch", "trunk"]] {
        let repo = repository(".");
        git(repo.path(), &["config", "--unset", "init.defaultBranch"]);
        git(repo.path(), &["branch", "x"]);
        let arguments = [&["init", "--yes", "--ci", "none"], branch].concat();
        assert!(benchcli(repo.path(), &arguments).status.success());
        let told = isolated("git", repo.path())
            .args(["config", "--local", "init.defaultBranch"])
            .output()
            .expect("git runs");
        assert_eq!(text(&told.stdout), "trunk\n", "{branch:?}");
    }
}

#[test]
fn init_takes_the_module_around_or_all() {
    let repo = repository("svc a");
    for folder in ["b", "svc a"] {
        let module = repo.path().join(folder);
        fs::create_dir_all(&module).expect("made");
        let go_mod = format!(
            "module example.com/{}\n\ngo 1.22\n",
            folder.replace(' ', "-")
        );
        fs::write(module.join("go.mod"), go_mod).expect("written");
    }
    for file in ["m.go", "m_test.go"] {
        let text = fs::read(repo.path().join("svc a").join(file)).expect("readable");
        fs::write(repo.path().join("b").join(file), text).expect("written");
    }
    let workflow = repo.path().join(".gitlab/benchmarks.yml");
    let init = |folder: &str| {
        let _ = fs::remove_file(&workflow);
        let arguments = ["init", "--yes", "--ci", "gitlab"];
        let said = text(&benchcli(&repo.path().join(folder), &arguments).stdout);
        (said, fs::read_to_string(&workflow).expect("readable"))
    };
    // The shell of a job is in the root, whatever its lines are.
    let line = |text: &str, begin: &str| {
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("- ")?.strip_prefix(begin));
        format!("{begin}{}", line.expect("there"))
    };
    let (said, written) = init("svc a");
    assert!(
        said.contains("module       example.com/svc-a in svc a; not 1 other: run"),
        "{said}"
    );
    let cd = line(&written, "cd ");
    let entered = shell(repo.path(), &format!("{cd} && test -f go.mod"));
    assert!(entered.status.success(), "{cd}: {}", text(&entered.stderr));

    let (said, written) = init(".");
    assert!(
        said.contains("modules      example.com/b, example.com/svc-a: all of them"),
        "{said}"
    );
    assert_eq!(line(&written, "cd "), "cd .");
    if !has_go("init_takes_the_module_around_or_all") {
        return;
    }
    let measured = line(&written, "benchcli run --record-only ").replace("100ms", "1x");
    let measured = measured.replace("--rounds 6", "--rounds 1").replacen(
        "benchcli",
        env!("CARGO_BIN_EXE_benchcli"),
        1,
    );
    let measured = shell(repo.path(), &measured);
    let printed = text(&measured.stdout);
    for package in ["pkg: example.com/b\n", "pkg: example.com/svc-a\n"] {
        assert!(
            printed.contains(package),
            "{printed}{}",
            text(&measured.stderr)
        );
    }
}

#[test]
fn a_link_to_nowhere_is_not_written_through() {
    let repo = repository(".");
    symlink("/nonexistent/elsewhere", repo.path().join("benchcli.toml")).expect("linked");
    let output = text(&benchcli(repo.path(), &["init", "--yes", "--ci", "none"]).stdout);
    assert!(
        output.contains("benchcli.toml already exists and was not changed"),
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
