//! What users are transcript when something is wrong: every command line in the `.txt` files beside this
//! one is run, and its output and exit status are as they stand there.
//!
//! A line `$ COMMAND` is run by a shell in a fresh folder; `testdata/` is there. Lines `# …` are kept.
//! `SNAPSHOTS=overwrite cargo test -p benchcli --test errors` writes what is line now.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use snapbox::{Data, assert_data_eq};
use testsupport::paths::{search_path, testdata};
use testsupport::tools::{find, has_go, skip};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn shell(folder: &Path, line: &str) -> Output {
    let mut command = Command::new("bash");
    command
        .args(["--noprofile", "--norc", "-c", line])
        .current_dir(folder)
        .env_clear()
        .env("PATH", search_path())
        .env("HOME", folder)
        .env("GIT_CEILING_DIRECTORIES", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GOTOOLCHAIN", "local")
        .env("LC_ALL", "C");
    // What Go has compiled before need not be compiled for every folder.
    if let Some(home) = std::env::var_os("HOME") {
        command.env("GOCACHE", Path::new(&home).join(".cache/go-build"));
    }
    // So that commits have the same ids everywhere.
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "gopher")
            .env(format!("GIT_{who}_EMAIL"), "gopher@example.com")
            .env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
    }
    command.output().expect("bash runs")
}

/// The script with what its commands print.
fn transcript(script: &str) -> String {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let parent = fs::canonicalize(parent.path()).map(|path| (parent, path));
    let (_alive, folder) = parent.expect("there");
    let folder = folder.join("work");
    fs::create_dir(&folder).expect("made");
    symlink(
        fs::canonicalize(testdata("")).expect("there"),
        folder.join("testdata"),
    )
    .expect("linked");
    let mut transcript = String::new();
    for line in script.lines() {
        if line.starts_with('#') || line.is_empty() {
            transcript += line;
            transcript.push('\n');
        }
        let Some(command) = line.strip_prefix("$ ") else {
            continue;
        };
        let output = shell(&folder, command);
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        transcript += &format!("{line}\n");
        for line in stdout.lines() {
            transcript += &format!("1| {line}\n");
        }
        // How long a round took is never the same.
        let is_progress = |line: &&str| line.starts_with("benchcli: round ");
        for line in stderr.lines().filter(|line| !is_progress(line)) {
            transcript += &format!("2| {line}\n");
        }
        // A variable may be set before it.
        let program = command.split(' ').find(|word| !word.contains('='));
        let is_ours = program == Some("benchcli")
            || program == Some("benchdiff")
            || command.contains("| bench");
        assert!(!stderr.contains("panicked"), "{line}: {stderr}");
        if is_ours {
            assert_eq!(code, Some(2), "{line}: {stdout}{stderr}");
            assert!(!stderr.trim().is_empty(), "{line} says nothing");
        } else {
            assert_eq!(code, Some(0), "{line}: {stdout}{stderr}");
        }
    }
    let parent = folder.parent().expect("a folder").display().to_string();
    transcript
        .replace(&folder.display().to_string(), "[DIR]")
        .replace(&parent, "[PARENT]")
}

fn holds(name: &str) {
    let file = here("tests/errors").join(name);
    let script = fs::read_to_string(&file).expect("readable");
    assert_data_eq!(transcript(&script), Data::read_from(&file, None).raw());
}

#[test]
fn a_terminal_is_no_input() {
    if find(&["script"]).is_none() {
        skip("a_terminal_is_no_input", "script is not in PATH");
        return;
    }
    let script = "$ git init -q .\n$ git commit -q --allow-empty -m First\n\
                  $ script -q -c 'benchcli record' /dev/null < /dev/null | tr -d '\\r'\n";
    let transcript = transcript(script);
    let expected = "1| benchcli: no FILE, and no results on standard input\n\
                    1| hint: run `go test -bench . | benchcli record`\n";
    assert!(transcript.ends_with(expected), "{transcript}");
}

#[test]
fn comparing() {
    holds("compare.txt");
}

#[test]
fn queries() {
    holds("query.txt");
}

#[test]
fn judging() {
    holds("check.txt");
}

#[test]
fn configuration() {
    holds("config.txt");
}

#[test]
fn baselines() {
    holds("baselines.txt");
}

#[test]
fn histories() {
    holds("history.txt");
}

#[test]
fn pictures_and_profiles() {
    holds("pictures.txt");
}

#[test]
fn measuring() {
    holds("run.txt");
}

#[test]
fn finding_baselines() {
    holds("finding.txt");
}

#[test]
fn measuring_with_go() {
    if has_go("measuring_with_go") {
        holds("go.txt");
    }
}
