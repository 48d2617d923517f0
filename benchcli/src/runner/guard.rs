//! A shell that cleans up if this program is killed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::group;

/// A shell that outlives this program where it is killed, ends the programs that it ran and removes
/// its folder. Its standard input says which programs run, and by its end that we are gone.
#[derive(Debug)]
pub(super) struct Guard {
    shell: Child,
}

const SCRIPT: &str = r#"
trap '' HUP INT TERM
leaders=
while read -r line; do leaders=$line; done
[ "$leaders" = done ] && exit
for leader in $leaders; do kill -s KILL -- "-$leader"; done
[ -n "$2" ] && git --git-dir "$2" worktree remove --force --force "$1/base"
rm -rf -- "$1"
"#;

impl Guard {
    /// Starts the shell. Without one the next run tidies up.
    pub(super) fn start(folder: &Path, repository: Option<&Path>) -> Option<Self> {
        if cfg!(not(unix)) {
            return None;
        }
        let mut shell = Command::new("sh");
        shell
            .args(["-c", SCRIPT, "benchcli-guard"])
            .arg(folder)
            .arg(repository.unwrap_or(Path::new("")))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            shell.env_remove(variable);
        }
        group::lead(&mut shell);
        let shell = shell.spawn().ok()?;
        Some(Self { shell })
    }

    pub(super) fn update(&mut self, leaders: &BTreeSet<u32>) {
        let mut line = String::new();
        for leader in leaders {
            // Writing to a string does not fail.
            let _ = write!(line, "{leader} ");
        }
        self.write_line(&line);
    }

    fn write_line(&mut self, line: &str) {
        if let Some(stdin) = &mut self.shell.stdin {
            // A guard that is gone cannot be told.
            let _ = writeln!(stdin, "{line}");
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.write_line("done");
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
