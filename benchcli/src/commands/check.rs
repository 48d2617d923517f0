//! `benchcli check`: verdicts, and an exit status that a build can trust.

use std::collections::{BTreeSet, HashSet};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use bstr::BString;
use git2::Oid;

use super::Outcome;
use super::judging::{SideTexts, accept_trailers, judge_texts};
use super::results::whole;
use crate::args::check::{CheckOptions, GateArgs, ReportFormat};
use crate::args::diff::{DiffOptions, Format};
use crate::baseline::find::{self, Baseline, Wanted};
use crate::baseline::{CiTarget, Contents, Store};
use crate::inputs::Input;

/// What stands for the baseline that fits the new results.
const AUTO: &str = "auto";

/// Judges new results against a baseline.
///
/// # Errors
/// When an input cannot be read, there is no baseline, or a report cannot be written.
pub fn run(options: CheckOptions) -> Result<Outcome> {
    refuse_duplicates(&options)?;
    let new = options
        .new
        .iter()
        .map(|path| text_of(path))
        .collect::<Result<Vec<_>>>()?;
    let new_name = joined(options.new.iter().map(|path| path.display().to_string()));
    let mut gate = options.gate;
    let labels = gate.loaded.config.labels.iter();
    let labels = labels.map(|(name, value)| (name.clone(), value.as_str().into()));
    let (old, old_name, since) = base(&options.base, &new, labels.collect())?;
    let stale = match Store::open(Path::new(".")) {
        Ok(store) => accept_trailers(&mut gate, &store, since)?,
        Err(_) => Vec::new(),
    };
    let side = |name, texts| SideTexts { name, texts };
    let (old, new) = (side(&old_name, old), side(&new_name, new));
    judge_texts("benchcli check", old, new, gate, stale)
}

/// Refuses an input that would count twice: its values would look like more samples than they are.
fn refuse_duplicates(options: &CheckOptions) -> Result<()> {
    if options.base == "-" && options.new.iter().any(|path| path == "-") {
        bail!("standard input cannot be both sides; give --base a file or a commit");
    }
    let mut seen = HashSet::new();
    for path in &options.new {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        if !seen.insert(real) {
            bail!(
                "{} is given twice, so that its values would count twice; give it once",
                path.display()
            );
        }
    }
    Ok(())
}

/// `benchdiff --gate`: the same for two files.
///
/// # Errors
/// As [`run`].
pub fn gate_files(diff: &DiffOptions) -> Result<Outcome> {
    let mut gate = GateArgs::default().into_options()?;
    gate.filter = diff.question.filter.clone();
    gate.mending = diff.mending;
    gate.color = diff.color;
    gate.format = match diff.format {
        Format::Text => ReportFormat::Text,
        Format::Json => ReportFormat::Json,
        Format::Markdown => ReportFormat::Markdown,
        Format::Csv => {
            bail!(
                "--gate prints text, json or markdown; leave --format csv out or name one of these"
            )
        }
    };
    let [old, new] = &diff.inputs[..] else {
        bail!(
            "--gate takes two inputs, an old and a new one; found {}",
            diff.inputs.len()
        );
    };
    let inputs = Input::from_arguments(&[old.clone(), new.clone()]);
    let texts: Vec<Vec<u8>> = inputs.iter().map(whole).collect::<Result<_>>()?;
    let mut texts = texts.into_iter();
    let (Some(old), Some(new)) = (texts.next(), texts.next()) else {
        bail!("--gate takes two inputs, an old and a new one");
    };
    let name = |at: usize| String::from_utf8_lossy(&inputs[at].label).into_owned();
    let (old_name, new_name) = (name(0), name(1));
    let side = |name, text| SideTexts {
        name,
        texts: vec![text],
    };
    judge_texts(
        "benchdiff",
        side(&old_name, old),
        side(&new_name, new),
        gate,
        Vec::new(),
    )
}

fn joined(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn text_of(path: &OsStr) -> Result<Vec<u8>> {
    whole(&Input {
        path: path.to_owned(),
        label: path.as_encoded_bytes().to_vec(),
    })
}

/// The texts of the baseline, its name, and the commit that it is of.
fn base(
    base: &OsStr,
    new: &[Vec<u8>],
    labels: Vec<(String, BString)>,
) -> Result<(Vec<Vec<u8>>, String, Option<Oid>)> {
    let is_file = fs::metadata(base).is_ok_and(|file| !file.is_dir());
    if is_file || base == "-" {
        return Ok((vec![text_of(base)?], base.display().to_string(), None));
    }
    let store = Store::open(Path::new(".")).with_context(|| {
        format!(
            "--base {}: there is no such file, and no repository to look for a commit in",
            base.display()
        )
    })?;
    let contents = Contents::of_all(new.iter().map(|text| (&b"new"[..], &text[..])));
    let wanted = Wanted {
        environments: contents.environments,
        labels,
    };
    let baseline = if base == AUTO {
        let target = CiTarget::from_variables(|name| env::var(name).ok());
        let head = store.resolve("HEAD")?.id();
        let is_dirty = store.is_dirty(head)? == Some(true);
        find::auto(&store, &wanted, target.as_ref(), is_dirty)?
    } else {
        let revision = base
            .to_str()
            .with_context(|| format!("--base {}: neither a file nor a commit", base.display()))?;
        let of_any_environment = Wanted {
            environments: BTreeSet::new(),
            ..wanted
        };
        find::at(&store, revision, &of_any_environment)
            .with_context(|| format!("--base {revision} is no file, and as a commit"))?
    };
    let texts = |baseline: &Baseline| -> Vec<Vec<u8>> {
        let recordings = baseline.recordings.iter();
        recordings
            .map(|recording| recording.readable().to_vec())
            .collect()
    };
    Ok((
        texts(&baseline),
        baseline.to_string(),
        Some(baseline.commit),
    ))
}
