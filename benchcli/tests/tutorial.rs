//! The commands of `examples/gobench/README.md`, one after the other, as a reader types them.

#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// The blocks that a reader types, and the exit status of the last command in each.
const ENDS: [u8; 10] = [0, 0, 0, 0, 1, 1, 0, 0, 0, 0];

#[test]
fn the_tutorial_works_as_it_is_told() {
    if Command::new("go").arg("version").output().is_err() {
        assert!(
            std::env::var_os("GO_REQUIRED").is_none(),
            "go is not in PATH"
        );
        // Written past the test harness, which would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED the_tutorial_works_as_it_is_told: go is not in PATH"
        );
        return;
    }
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let readme = fs::read_to_string(examples.join("gobench/README.md")).expect("readable");
    let blocks: Vec<&str> = readme
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect();
    assert_eq!(blocks.len(), ENDS.len());

    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = folder.path().join("project");
    fs::create_dir(&project).expect("made");
    symlink(
        fs::canonicalize(&examples).expect("there"),
        project.join("examples"),
    )
    .expect("linked");
    // As it is told, in less time.
    let mut script = String::new();
    for block in &blocks {
        script += &block.replace("50ms", "1ms");
        script += "echo \"[end $?]\"\n";
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_benchcli")).parent();
    let mut path = programs.expect("a folder").as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = Command::new("bash");
    for (name, _) in std::env::vars() {
        if ["GIT_", "GITHUB_", "GITLAB_", "CI"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    let output = command
        .args(["--noprofile", "--norc", "-c", &script])
        .current_dir(&project)
        .env("PATH", path)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "gopher")
        .env("GIT_AUTHOR_EMAIL", "gopher@example.com")
        .env("GIT_COMMITTER_NAME", "gopher")
        .env("GIT_COMMITTER_EMAIL", "gopher@example.com")
        .env("GOTOOLCHAIN", "local")
        .output()
        .expect("bash runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let ends: Vec<&str> = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("[end ")?.strip_suffix(']'))
        .collect();
    let expected: Vec<String> = ENDS.iter().map(u8::to_string).collect();
    assert_eq!(ends, expected, "{stdout}{stderr}");
    // Counters do not depend on the machine, nor does who pays.
    for said in [
        "allocs/op",
        "+600.00%",
        "Clean up titles",
        "text.cleaned, called from example.com/gobench/text.Title",
    ] {
        assert!(stdout.contains(said), "{said}: {stdout}{stderr}");
    }
    assert!(project.join("../gobench/report.html").is_file());
}
