//! Imports results from other tools and exports stored results.

mod action;
pub mod export;
mod gobenchdata;
mod named;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use benchparse::number::shortest;
use jiff::Timestamp;
use serde_json::Value;

use super::store::Store;
use crate::hint::WithHint as _;

/// Results of one commit that another tool kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The commit, as it was named.
    pub revision: String,
    /// When it was measured, if that is known.
    pub at: Option<Timestamp>,
    /// Where it was kept.
    pub place: String,
    /// Benchmark text.
    pub text: Vec<u8>,
}

/// Everything in one source.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// What can be stored.
    pub kept: Vec<Kept>,
    /// What was passed over, and why.
    pub skipped: Vec<String>,
}

/// Reads a source: a folder or a branch (`REV:PATH`) of files named by commit, a JSON file of
/// gobenchdata, or the `data.js` of github-action-benchmark.
///
/// # Errors
/// The source cannot be read, or is none of these.
pub fn import(store: &Store, source: &str) -> Result<Imported> {
    let path = Path::new(source);
    let mut imported = Imported::default();
    if path.is_dir() {
        named::folder(store, path, &mut imported)?;
    } else if path.is_file() {
        let bytes = fs::read(path).with_context(|| format!("cannot read {source}"))?;
        if !imported.json(source, &bytes)? && !imported.named(store, source, &bytes) {
            return Err(anyhow!("{source}: unknown source; expected gobenchdata JSON, the data.js of github-action-benchmark, or benchmark results in a file named after a commit").hint(format!("`benchcli record --commit REV {source}` stores results for a commit")));
        }
    } else {
        named::tree(store, source, &mut imported)?;
    }
    Ok(imported)
}

impl Imported {
    /// Takes a file of one of the JSON formats; says whether it is one.
    fn json(&mut self, place: &str, bytes: &[u8]) -> Result<bool> {
        let is_script = bytes.trim_ascii_start().starts_with(action::SCRIPT);
        let start = bytes.iter().position(|byte| matches!(byte, b'{' | b'['));
        let Some(start) =
            start.filter(|&start| is_script || bytes[..start].trim_ascii().is_empty())
        else {
            return Ok(false);
        };
        let json = bytes[start..].trim_ascii_end();
        let json = json.strip_suffix(b";").unwrap_or(json);
        let value: Value = match serde_json::from_slice(json) {
            Ok(value) => value,
            Err(error) if is_script => {
                return Err(error).with_context(|| format!("{place}: invalid JSON after the `=`"));
            }
            // Many documents after one another are the output of `go test -json`.
            Err(_) => return Ok(false),
        };
        if value.get("entries").is_some() {
            action::read(place, value, self)?;
        } else if value.get(0).is_some_and(|run| run.get("Suites").is_some()) {
            gobenchdata::read(place, value, self)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// Benchmark text under construction.
#[derive(Debug, Default)]
struct Text {
    lines: String,
    package: String,
}

impl Text {
    fn config(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            let _ = writeln!(self.lines, "{key}: {}", value.replace(['\r', '\n'], " "));
        }
    }

    /// The package of the results that follow.
    fn package(&mut self, name: &str) {
        if self.package != name {
            name.clone_into(&mut self.package);
            let end = if name.is_empty() { "" } else { " " };
            let _ = writeln!(self.lines, "pkg:{end}{}", name.replace(['\r', '\n'], " "));
        }
    }

    fn result(&mut self, name: &str, iterations: i64, values: &[(f64, String)]) {
        if values.is_empty() {
            return;
        }
        let start = if name.starts_with("Benchmark") {
            ""
        } else {
            "Benchmark"
        };
        let _ = write!(self.lines, "{start}{}\t{iterations}", one_word(name));
        for (value, unit) in values {
            let _ = write!(self.lines, "\t{} {}", shortest(*value), one_word(unit));
        }
        self.lines.push('\n');
    }
}

/// As Go writes names: no white space in them.
fn one_word(text: &str) -> String {
    text.trim().replace(char::is_whitespace, "_")
}
