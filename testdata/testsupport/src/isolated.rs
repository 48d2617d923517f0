//! Programs that know nothing of this machine's user.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// A program in a folder, without settings of git, CI or Go from outside.
pub fn isolated(program: impl AsRef<OsStr>, folder: &Path) -> Command {
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

/// Runs git in a folder, which must succeed, and gives what it printed.
#[track_caller]
pub fn git(folder: impl AsRef<Path>, arguments: &[&str]) -> String {
    let output = isolated("git", folder.as_ref())
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
