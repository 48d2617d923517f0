//! Writes to standard error, and prints answers for people on standard output.
//!
//! All text passes through [`visible`], which makes hidden characters visible.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Result;
use serde::Serialize;

use crate::visible::{visible, visible_bytes};

/// Says a line on standard error, as `program: text`. Nobody is left to tell if that is gone.
pub fn line(program: &str, text: &str) {
    let line = format!("{program}: {text}");
    let _ = writeln!(io::stderr(), "{}", visible(&line));
}

/// Says what the user can do about what was said before.
pub fn hint(text: &str) {
    let _ = writeln!(io::stderr(), "{}", visible(&format!("hint: {text}")));
}

/// Says how things go.
pub fn status(text: &str) {
    line("benchcli", text);
}

/// Says something that does not stop the command.
pub fn warn(text: &str) {
    line("benchcli", &format!("warning: {text}"));
}

/// Says something to know.
pub fn note(program: &str, text: &str) {
    line(program, &format!("note: {text}"));
}

/// Writes lines on standard error that `benchdiff` has from the reference, to the byte where no
/// terminal would obey them.
///
/// # Errors
/// Standard error is gone.
pub fn warnings(program: &str, bytes: &[u8]) -> io::Result<()> {
    let mut stderr = io::stderr();
    if program == "benchdiff" && !stderr.is_terminal() {
        stderr.write_all(bytes)
    } else {
        stderr.write_all(&visible_bytes(bytes))
    }
}

/// Asks a question on standard error; the answer is typed behind it.
///
/// # Errors
/// Standard error is gone.
pub fn ask(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    stderr.write_all(visible(text).as_bytes())?;
    stderr.flush()
}

/// Standard output, which says of its errors that they are its own.
#[derive(Debug)]
pub struct Stdout(io::StdoutLock<'static>);

/// Takes standard output until the value is gone.
pub fn stdout() -> Stdout {
    Stdout(io::stdout().lock())
}

impl io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        printed(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        printed(self.0.flush())
    }
}

/// The result of writing to standard output, whose error says so and keeps its kind.
///
/// # Errors
/// The error of `result`.
pub fn printed<T>(result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| {
        let text = format!("cannot write to standard output: {error}");
        io::Error::new(error.kind(), text)
    })
}

/// Writes text for people to standard output.
///
/// # Errors
/// Standard output is gone.
pub fn print(text: &str) -> io::Result<()> {
    let mut stdout = stdout();
    stdout.write_all(visible(text).as_bytes())?;
    stdout.flush()
}

/// Writes what a command found: as JSON, or as text for people.
///
/// # Errors
/// Standard output is gone.
pub fn answer<T: Serialize>(
    json: bool,
    report: &T,
    text: impl FnOnce(&mut String) -> fmt::Result,
) -> Result<()> {
    if json {
        let mut stdout = stdout();
        serde_json::to_writer_pretty(&mut stdout, report)?;
        writeln!(stdout)?;
        return Ok(());
    }
    let mut written = String::new();
    text(&mut written)?;
    Ok(print(&written)?)
}
