//! Programs that a machine may not have.

use std::env::consts::EXE_SUFFIX;
use std::io::Write as _;
use std::path::PathBuf;

/// Says where people see it that a test did not look at anything.
pub fn skip(test: &str, reason: &str) {
    // Written past the test harness, which would swallow it.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
}

/// The first of several programs that is in `PATH`.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut files = names.iter().flat_map(|name| {
        folders
            .iter()
            .map(move |folder| folder.join(format!("{name}{EXE_SUFFIX}")))
    });
    files.find(|file| file.is_file())
}

/// What was found, or nothing after a visible line with the reason. Where the environment variable is set it may not
/// be missing.
pub fn found<T>(what: Option<T>, required: &str, test: &str, reason: &str) -> Option<T> {
    if what.is_none() {
        assert!(std::env::var_os(required).is_none(), "{reason}");
        skip(test, reason);
    }
    what
}

/// Whether a program is there, after a visible line where it is not. Where the environment variable is set it may not
/// be missing.
pub fn has(program: &str, required: &str, test: &str) -> bool {
    let reason = format!("{program} is not in PATH");
    found(find(&[program]), required, test, &reason).is_some()
}

/// Whether Go is there; where `GO_REQUIRED` is set it may not be missing.
pub fn has_go(test: &str) -> bool {
    has("go", "GO_REQUIRED", test)
}
