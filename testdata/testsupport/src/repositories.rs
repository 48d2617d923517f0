//! Repositories in temporary folders that know nothing of the user's settings.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::paths::program;

/// A temporary folder that is home to everything a test does.
#[derive(Debug)]
pub struct Sandbox {
    root: TempDir,
}

/// A repository in a sandbox.
#[derive(Debug, Clone)]
pub struct Repo {
    home: PathBuf,
    /// Where it is.
    pub path: PathBuf,
}

impl Sandbox {
    /// One among the temporary folders.
    #[allow(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        Self::in_folder(&std::env::temp_dir())
    }

    /// One in a folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            root: tempfile::tempdir_in(folder).unwrap(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// A repository as it is somewhere in the sandbox.
    pub fn at(&self, name: &str) -> Repo {
        let path = self.path().join(name);
        fs::create_dir_all(&path).unwrap();
        Repo {
            home: self.path().to_owned(),
            path,
        }
    }

    /// An empty repository.
    pub fn init(&self, name: &str) -> Repo {
        let repo = self.at(name);
        repo.git(["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    /// A repository with one commit.
    pub fn repo(&self, name: &str) -> Repo {
        let repo = self.init(name);
        repo.commit("first");
        repo
    }

    /// A bare repository without anything.
    pub fn bare(&self, name: &str) -> Repo {
        let repo = self.at(name);
        repo.git(["init", "--quiet", "--bare", "--initial-branch=main"]);
        repo
    }
}

impl Repo {
    /// A program in the repository, with an environment of its own.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.path)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.home)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        command
    }

    /// Runs git, which must succeed, and gives what it printed without the last line end.
    pub fn git<const N: usize>(&self, args: [&str; N]) -> String {
        let output = self.command("git").args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.strip_suffix('\n').unwrap_or(&text).to_owned()
    }

    /// Makes a commit of nothing, and gives its id.
    pub fn commit(&self, subject: &str) -> String {
        self.git(["commit", "--quiet", "--allow-empty", "-m", subject]);
        self.git(["rev-parse", "HEAD"])
    }

    /// Gives HEAD another subject.
    pub fn amend(&self, subject: &str) {
        self.git([
            "commit",
            "--quiet",
            "--amend",
            "--allow-empty",
            "-m",
            subject,
        ]);
    }

    /// Clones it into a sandbox, as over a network.
    #[must_use]
    pub fn clone_to(&self, sandbox: &Sandbox, name: &str, flags: &[&str]) -> Repo {
        let target = sandbox.path().join(name);
        let url = format!("file://{}", self.path.display());
        let mut git = self.command("git");
        git.args(["clone", "--quiet"])
            .args(flags)
            .arg(url)
            .arg(&target);
        let output = git.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        Repo {
            home: self.home.clone(),
            path: target,
        }
    }

    /// Runs `benchcli`.
    pub fn benchcli<const N: usize>(&self, args: [&str; N]) -> Ran {
        let mut command = self.command(program("benchcli"));
        Ran::from(command.args(args).output().unwrap())
    }

    /// Records a text at HEAD, which must succeed.
    pub fn record(&self, text: &str) {
        self.record_at("HEAD", text);
    }

    /// The same at another commit.
    pub fn record_at(&self, commit: &str, text: &str) {
        let ran = self.pipe(
            ["record", "--host", "lab", "--commit", commit, "-"],
            text.as_bytes(),
        );
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    /// Runs `benchcli` with a text for its standard input.
    pub fn pipe<const N: usize>(&self, args: [&str; N], text: &[u8]) -> Ran {
        let mut command = self.command(program("benchcli"));
        command.args(args).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(text);
        Ran::from(child.wait_with_output().unwrap())
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path.join(name), text).unwrap();
    }

    /// The note with the results of a commit.
    pub fn note(&self, commit: &str) -> String {
        self.git(["notes", "--ref=benchmarks", "show", commit]) + "\n"
    }

    /// Fails where git finds anything wrong.
    pub fn fsck(&self) {
        let output = self
            .command("git")
            .args(["fsck", "--full", "--strict"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let complaints = String::from_utf8(output.stderr).unwrap();
        let complaint = |line: &&str| line.contains("error") || line.contains("missing");
        assert_eq!(complaints.lines().find(complaint), None, "{complaints}");
    }
}

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it said on standard error.
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// It refused, and said all of this.
    #[track_caller]
    pub fn fails_with(&self, texts: &[&str]) {
        assert_eq!(self.code, 2, "{self:?}");
        for text in texts {
            assert!(self.err.contains(text), "no {text:?} in {}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }

    /// It succeeded; gives what it printed.
    #[track_caller]
    pub fn succeeds(&self) -> &str {
        assert_eq!(self.code, 0, "{self:?}");
        &self.out
    }
}

/// What `go test -bench` prints for two benchmarks, with numbers that follow from `seed`.
pub fn results(seed: u64) -> String {
    let mut text =
        String::from("goos: linux\ngoarch: amd64\npkg: example.com/codec\ncpu: AMD EPYC 7B13\n");
    for name in ["BenchmarkEncode/n=10-8", "BenchmarkDecode/n=10-8"] {
        for sample in 0..5 {
            let time = 1700 + (seed * 7919 + sample * 13) % 400;
            let _ = writeln!(
                text,
                "{name}\t{}\t{time} ns/op\t48 B/op\t2 allocs/op",
                700_000 + seed
            );
        }
    }
    text.push_str("PASS\nok  \texample.com/codec\t12.3s\n");
    text
}

/// The same results on another processor.
pub fn on(cpu: &str, results: &str) -> String {
    results.replace("AMD EPYC 7B13", cpu)
}

/// A remote with one commit and clones of it.
pub fn shared(sandbox: &Sandbox, clones: usize) -> (Repo, Vec<Repo>) {
    let remote = sandbox.bare("remote.git");
    let first = sandbox.repo("first");
    let url = format!("file://{}", remote.path.display());
    first.git(["remote", "add", "origin", &url]);
    first.git(["push", "--quiet", "origin", "main"]);
    let clones = (0..clones).map(|index| remote.clone_to(sandbox, &format!("clone{index}"), &[]));
    (remote.clone(), clones.collect())
}
