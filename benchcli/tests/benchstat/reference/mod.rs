//! The live benchstat, for tests that compare with it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use testsupport::tools::{find, found};

/// The revision that the tests are made for.
pub(crate) const INSTALL: &str =
    "go install golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da";

/// The path of benchstat, or `None` after a visible line where it is missing. Where
/// `BENCHSTAT_REQUIRED` is set it may not be missing.
pub(crate) fn benchstat(test: &str) -> Option<PathBuf> {
    let reason = format!("benchstat is not in PATH; {INSTALL}");
    found(find(&["benchstat"]), "BENCHSTAT_REQUIRED", test, &reason)
}

/// Runs a program in a folder with the given input.
pub(crate) fn run(program: &Path, arguments: &[String], folder: &Path, stdin: &[u8]) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that does not want its input closes it.
    let _ = child.stdin.take().expect("piped").write_all(stdin);
    child.wait_with_output().expect("the program ends")
}

/// Standard error without what only one of the programs says: its name before a message, and our
/// complaint about an input without results, and what to do about it.
pub(crate) fn messages(program: &str, stderr: &[u8]) -> String {
    let prefix = format!("{program}: ");
    String::from_utf8_lossy(stderr)
        .lines()
        .filter(|line| {
            !line.starts_with("benchdiff: no benchmark results ")
                && !line.starts_with("benchdiff: note: ")
                && !line.starts_with("benchdiff: no results match the filter")
                && !line.starts_with("hint: ")
        })
        .map(|line| line.strip_prefix(&prefix).unwrap_or(line).to_owned() + "\n")
        .collect()
}
