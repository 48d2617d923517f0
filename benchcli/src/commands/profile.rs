//! `benchcli profile`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::Outcome;
use crate::args::profile::{ProfileArgs, ProfileCommand, ProfileDiffArgs, ProfileFormat, ViewArgs};
use crate::profile::Answer;
use crate::profile::per_op::Costs;
use crate::profile::quantity::per;
use crate::profile::read::{Profile, SampleType};
use crate::profile::render::{self, Extent};
use crate::whole_file::write_whole;

/// Runs the command.
///
/// # Errors
/// A file cannot be read or is no profile, or the output cannot be written.
pub fn run(args: &ProfileArgs) -> Result<Outcome> {
    match &args.command {
        ProfileCommand::Diff(args) => diff(args),
    }
}

fn diff(args: &ProfileDiffArgs) -> Result<Outcome> {
    let profiles = |first: &PathBuf, more: &[PathBuf]| -> Result<Vec<(PathBuf, Profile)>> {
        let all = std::iter::once(first).chain(more);
        all.map(|path| Ok((path.clone(), read(path)?))).collect()
    };
    let old = profiles(&args.old, &args.more_old)?;
    let new = profiles(&args.new, &args.more_new)?;
    let Some((_, first)) = old.first() else {
        bail!("no profile of the base");
    };
    let kind = sample_type(&args.old, first, args.sample_type.as_deref())?;
    let (old_ops, new_ops) = args.ops.unwrap_or((1, 1));
    let old = costs(&old, &kind, old_ops)?;
    let new = costs(&new, &kind, new_ops)?;
    let answer = Answer::new(&kind, args.ops.is_some(), &old, &new);
    show(&answer, &args.view)?;
    Ok(Outcome::Pass)
}

fn read(path: &Path) -> Result<Profile> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    Profile::read(&bytes).with_context(|| path.display().to_string())
}

fn sample_type(path: &Path, profile: &Profile, name: Option<&str>) -> Result<SampleType> {
    let found = profile
        .sample_type(name)
        .and_then(|at| profile.sample_types.get(at));
    found.cloned().with_context(|| {
        let known: Vec<_> = profile
            .sample_types
            .iter()
            .map(|kind| kind.name.as_str())
            .collect();
        format!(
            "{}: no sample type {}, expected one of {}",
            path.display(),
            name.unwrap_or_default(),
            known.join(", ")
        )
    })
}

fn costs(profiles: &[(PathBuf, Profile)], kind: &SampleType, ops: u64) -> Result<Vec<Costs>> {
    let mut all = Vec::with_capacity(profiles.len());
    for (path, profile) in profiles {
        let found = sample_type(path, profile, Some(&kind.name))?;
        if found.unit != kind.unit {
            bail!(
                "{}: {} is in {}, expected {} as in the first profile",
                path.display(),
                kind.name,
                found.unit,
                kind.unit
            );
        }
        let at = profile
            .sample_type(Some(&kind.name))
            .unwrap_or(profile.default);
        all.push(Costs::of(profile, at, ops as f64));
    }
    Ok(all)
}

/// Prints an answer and draws its flame graph.
pub(super) fn show(answer: &Answer, view: &ViewArgs) -> Result<()> {
    if let Some(path) = &view.flame {
        let svg = answer
            .flame
            .svg(&answer.sentence, &per(&answer.unit, answer.per_op));
        write_whole(path, svg.as_bytes()).with_context(|| path.display().to_string())?;
    }
    let extent = Extent {
        rows: view.top,
        by_line: view.lines,
    };
    let text = match view.format {
        ProfileFormat::Text => render::text(answer, extent),
        ProfileFormat::Json => render::json(answer)?,
        ProfileFormat::Markdown => render::markdown(answer, extent),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}
