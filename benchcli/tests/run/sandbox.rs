//! A Go repository of its own for each test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::Value;
use tempfile::TempDir;

use testsupport::isolated::isolated;

/// Measurements disturb each other: a test in which times matter runs alone, all others together.
static TURN: RwLock<()> = RwLock::new(());

/// Held as long as the test runs.
enum Turn {
    Alone {
        _guard: RwLockWriteGuard<'static, ()>,
    },
    Together {
        _guard: RwLockReadGuard<'static, ()>,
    },
}

pub(crate) struct Sandbox {
    folder: TempDir,
    _turn: Turn,
}

/// What a run printed.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}\n{}\n{}", self.stdout, self.stderr);
        })
    }

    /// The verdict on a row of a JSON report.
    pub(crate) fn verdict(&self, benchmark: &str, unit: &str) -> String {
        let report = self.report();
        let rows = report["rows"].as_array().unwrap();
        let is_it = |row: &&Value| {
            let name = row["benchmark"].as_str().unwrap();
            let bare = name.rsplit_once('-').map_or(name, |(bare, _)| bare);
            bare == benchmark && row["unit"] == unit
        };
        let row = rows.iter().find(is_it);
        let row = row.unwrap_or_else(|| panic!("no {benchmark} {unit} in {report:#}"));
        row["verdict"].as_str().unwrap().to_owned()
    }
}

impl Sandbox {
    /// A repository without a commit, in which times do not matter.
    pub(crate) fn new() -> Self {
        let guard = TURN.read().unwrap_or_else(PoisonError::into_inner);
        Self::with(Turn::Together { _guard: guard })
    }

    /// A repository without a commit, and no other test beside it.
    pub(crate) fn alone() -> Self {
        let guard = TURN.write().unwrap_or_else(PoisonError::into_inner);
        Self::with(Turn::Alone { _guard: guard })
    }

    fn with(turn: Turn) -> Self {
        let sandbox = Self {
            folder: tempfile::tempdir().unwrap(),
            _turn: turn,
        };
        fs::create_dir_all(sandbox.temporary()).unwrap();
        fs::create_dir_all(sandbox.repository()).unwrap();
        sandbox.git(&["init", "-q", "-b", "main"]);
        sandbox
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Where runs have their temporary folders.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.repository().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.repository().join(path)).unwrap()
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A program in the repository that knows nothing of this machine's user.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = isolated(program.as_ref(), &self.repository());
        command.env("TMPDIR", self.temporary());
        command
    }

    pub(crate) fn benchcli(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_benchcli"));
        ran(&command.args(arguments).output().unwrap())
    }

    /// That a command ends with an error that says something.
    pub(crate) fn refuses(&self, arguments: &[&str], message: &str) {
        let ran = self.benchcli(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}");
        assert!(
            ran.stderr.contains(message),
            "{arguments:?}: {}",
            ran.stderr
        );
    }

    /// That neither worktrees nor temporary folders are left.
    pub(crate) fn assert_clean(&self) {
        let worktrees = self.git(&["worktree", "list", "--porcelain"]);
        let count = worktrees
            .lines()
            .filter(|line| line.starts_with("worktree "))
            .count();
        assert_eq!(count, 1, "{worktrees}");
        assert_eq!(self.left(), Vec::<PathBuf>::new());
    }

    /// The temporary folders that there are.
    pub(crate) fn left(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.temporary()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let is_ours = |path: &PathBuf| path.to_string_lossy().contains("benchcli-run-");
        paths.filter(is_ours).collect()
    }
}

pub(crate) fn ran(output: &Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran {
        code: output.status.code(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}
