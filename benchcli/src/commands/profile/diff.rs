//! `benchcli profile diff`.

use std::io::Write as _;

use anyhow::{Context as _, Result, bail};

use super::super::Outcome;
use super::sources::{Source, pair};
use crate::args::profile::{ProfileDiffArgs, ProfileFormat, ViewArgs};
use crate::atomic_file::write_file;
use crate::profile::Answer;
use crate::profile::per_op::Costs;
use crate::profile::read::{Profile, SampleType};
use crate::profile::render::{self, TableSize};
use crate::ui;

/// Runs the command.
///
/// # Errors
/// A profile cannot be found or read, or the output cannot be written.
pub(super) fn run(args: &ProfileDiffArgs) -> Result<Outcome> {
    let [mut old, mut new] = pair(&args.old, &args.new, args.sample_type.as_deref())?;
    for (more, side) in [(&args.more_old, &mut old), (&args.more_new, &mut new)] {
        for profile in more {
            side.extend(Source::find(profile)?.only()?);
        }
    }
    let Some((place, first)) = old.first() else {
        bail!("no profile of the base");
    };
    let kind = sample_type(place, first, args.sample_type.as_deref())?;
    let (old_ops, new_ops) = args.ops.unwrap_or((1, 1));
    let old = costs(&old, &kind, old_ops)?;
    let new = costs(&new, &kind, new_ops)?;
    let answer = Answer::new(&kind, args.ops.is_some(), [old, new]);
    show(&answer, &args.view)?;
    Ok(Outcome::Pass)
}

fn sample_type(place: &str, profile: &Profile, name: Option<&str>) -> Result<SampleType> {
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
            "{place}: no sample type {}, expected one of {}",
            name.unwrap_or_default(),
            known.join(", ")
        )
    })
}

fn costs(profiles: &[(String, Profile)], kind: &SampleType, ops: u64) -> Result<Vec<Costs>> {
    let mut all = Vec::with_capacity(profiles.len());
    for (place, profile) in profiles {
        let found = sample_type(place, profile, Some(&kind.name))?;
        if found.unit != kind.unit {
            bail!(
                "{place}: {} is in {}, expected {} as in the first profile",
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
fn show(answer: &Answer, view: &ViewArgs) -> Result<()> {
    if let Some(path) = &view.flame {
        let svg = answer.flame(&answer.sentence);
        write_file(path, svg.as_bytes())?;
    }
    let table_size = TableSize {
        rows: view.top,
        by_line: view.lines,
    };
    let text = match view.format {
        ProfileFormat::Text => render::text(answer, table_size),
        ProfileFormat::Json => render::json(answer)?,
        ProfileFormat::Markdown => render::markdown(answer, table_size),
    };
    match view.format {
        ProfileFormat::Json => ui::stdout().write_all(text.as_bytes())?,
        ProfileFormat::Text | ProfileFormat::Markdown => ui::print(&text)?,
    }
    Ok(())
}
