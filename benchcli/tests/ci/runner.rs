//! A machine of a CI, as far as scripts see it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use testsupport::isolated::isolated;

/// Runs scripts with a temporary folder and variables of their own.
pub(super) struct Runner {
    folder: TempDir,
    variables: Vec<(String, OsString)>,
}

impl Runner {
    /// One that has our programs.
    pub(super) fn new() -> Self {
        let programs = Path::new(env!("CARGO_BIN_EXE_benchcli")).parent();
        Self::with(programs)
    }

    /// One that has to install them.
    pub(super) fn without_our_programs() -> Self {
        Self::with(None)
    }

    fn with(programs: Option<&Path>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["bin", "temp"] {
            fs::create_dir(folder.path().join(name)).expect("made");
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [folder.path().join("bin")]
            .into_iter()
            .chain(programs.map(Path::to_owned))
            .chain(std::env::split_paths(&path));
        let path = std::env::join_paths(path).expect("folders");
        let mut runner = Self {
            folder,
            variables: Vec::new(),
        };
        runner.set("PATH", path);
        runner.set("RUNNER_TEMP", runner.temp(""));
        runner.set("GITHUB_STEP_SUMMARY", runner.temp("summary.md"));
        runner
    }

    /// Puts a script in the place of a program.
    pub(super) fn stand_in(&self, program: &str, script: &str) {
        let path = self.folder.path().join("bin").join(program);
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).expect("written");
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(path, executable).expect("made executable");
    }

    /// A path in its temporary folder.
    pub(super) fn temp(&self, path: &str) -> PathBuf {
        self.folder.path().join("temp").join(path)
    }

    /// What is in a file of its temporary folder.
    pub(super) fn read(&self, path: &str) -> String {
        let path = self.temp(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Runs a script as GitHub runs one with `shell: bash`, and GitLab all of a job's.
    pub(super) fn run(&self, folder: &Path, script: &str) -> Output {
        isolated("bash", folder)
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("bash runs")
    }
}
