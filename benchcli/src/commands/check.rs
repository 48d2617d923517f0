//! `benchcli check`: judges files and ends with an exit status for CI.

use std::collections::{BTreeSet, HashSet};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use bstr::BString;
use git2::Oid;

use super::Outcome;
use crate::args::check::{AUTO, CheckOptions, GateArgs, ReportFormat};
use crate::args::diff::{DiffOptions, Format};
use crate::baseline::find::{self, Baseline, Wanted};
use crate::baseline::{CiTarget, Contents, Store};
use crate::hint::WithHint as _;
use crate::inputs::Input;
use crate::pipeline::gate::{Gate, judge_texts};
use crate::pipeline::results::{two_files, whole};

/// Judges new results against a baseline.
///
/// # Errors
/// When an input cannot be read, there is no baseline, or a report cannot be written.
pub fn run(options: &CheckOptions) -> Result<Outcome> {
    refuse_duplicates(options)?;
    let new = options.new.iter().map(|path| text_of(path));
    let new = new.collect::<Result<Vec<_>>>()?;
    let new_name = joined(options.new.iter().map(|path| path.display().to_string()));
    let labels = options.gate.loaded.config.labels.iter();
    let labels: Vec<_> = labels
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let (mut old, mut names, mut since) = (Vec::new(), Vec::new(), None);
    for base in &options.base {
        let (texts, name, commit) = read_base(base, &new, &labels)?;
        old.extend(texts);
        names.push(name);
        since = since.or(commit);
    }
    let store = Store::open(Path::new(".")).ok();
    let gate = Gate::new(&options.gate, store.as_ref(), since)?;
    let names = [joined(names.into_iter()), new_name];
    judge_texts("benchcli check", names, &[old, new], &gate)
}

/// Refuses an input that would count twice: its values would look like more samples than they are.
fn refuse_duplicates(options: &CheckOptions) -> Result<()> {
    if options.base.iter().any(|path| path == "-") && options.new.iter().any(|path| path == "-") {
        return Err(
            anyhow!("standard input cannot be both the base and the head")
                .hint("pass a file or a commit to --base"),
        );
    }
    for side in [&options.base, &options.new] {
        let mut seen = HashSet::new();
        for path in side {
            let real = fs::canonicalize(path).unwrap_or_else(|_| path.into());
            if !seen.insert(real) {
                return Err(anyhow!(
                    "{} was given twice, so its values would be counted twice",
                    path.display()
                )
                .hint("pass the file only once"));
            }
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
    gate.filter = diff.table_options.filter.clone();
    gate.repair_mode = diff.repair_mode;
    gate.color = diff.color;
    gate.format = match diff.format {
        Format::Text => ReportFormat::Text,
        Format::Json => ReportFormat::Json,
        Format::Markdown => ReportFormat::Markdown,
        Format::Csv => {
            return Err(
                anyhow!("--gate supports only the formats text, json and markdown")
                    .hint("omit --format csv, or choose one of these formats"),
            );
        }
    };
    let [old, new] = &diff.inputs[..] else {
        bail!(
            "--gate requires two inputs, an old and a new one; found {}",
            diff.inputs.len()
        );
    };
    let (names, texts) = two_files(&[old.clone(), new.clone()])?;
    let gate = Gate::new(&gate, None, None)?;
    judge_texts("benchdiff", names, &texts, &gate)
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

/// The texts of a baseline, its name, and the commit that it is of.
fn read_base(
    base: &OsStr,
    new: &[Vec<u8>],
    labels: &[(String, BString)],
) -> Result<(Vec<Vec<u8>>, String, Option<Oid>)> {
    let found = fs::metadata(base).ok();
    let is_file = found.as_ref().is_some_and(|found| !found.is_dir());
    if is_file || base == "-" {
        return Ok((vec![text_of(base)?], base.display().to_string(), None));
    }
    let store = Store::open(Path::new("."));
    let is_revision = |store: &Store| base.to_str().is_some_and(|it| store.resolve(it).is_ok());
    let has_meaning = base == AUTO || store.as_ref().is_ok_and(is_revision);
    if found.is_some() && !has_meaning {
        return Err(
            anyhow!("--base {} is a folder", base.display()).hint("name a file in it, or a commit")
        );
    }
    let store = store.with_context(|| {
        if base == AUTO {
            "--base auto requires a git repository".to_owned()
        } else {
            format!(
                "--base {}: no such file, and cannot look for a commit",
                base.display()
            )
        }
    })?;
    let contents = Contents::of_all(new.iter().map(|text| (&b"new"[..], &text[..])));
    let wanted = Wanted {
        environments: contents.environments,
        labels: labels.to_vec(),
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
            .with_context(|| format!("--base {revision}: no such file, and not a usable commit"))?
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
