//! Programs that know nothing of this machine's user, and tools that may be missing.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// A program in a folder, without settings of git, CI or Go from outside.
pub(crate) fn isolated(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in std::env::vars() {
        if ["GIT_", "GITHUB_", "GITLAB_", "CI"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "gopher")
        .env("GIT_AUTHOR_EMAIL", "gopher@example.com")
        .env("GIT_COMMITTER_NAME", "gopher")
        .env("GIT_COMMITTER_EMAIL", "gopher@example.com")
        .env("GOFLAGS", "")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local");
    command
}

/// Whether a program is there, after a visible line where it is not. Where the environment variable
/// is set it may not be missing.
pub(crate) fn has(program: &str, required: &str, test: &str) -> bool {
    let is_there = Command::new(program).arg("version").output().is_ok();
    if !is_there {
        assert!(
            std::env::var_os(required).is_none(),
            "{program} is not in PATH"
        );
        // Written past the test harness, which would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED {test}: {program} is not in PATH"
        );
    }
    is_there
}
