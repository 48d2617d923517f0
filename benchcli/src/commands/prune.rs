//! `benchcli prune`: removes old baselines.

use std::fmt::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde::Serialize;

use super::Outcome;
use crate::args::benchcli::PruneArgs;
use crate::baseline::Store;
use crate::baseline::prune::{self, Rule};
use crate::pipeline::baselines::short;
use crate::plural::counted;
use crate::ui;

/// What was removed, or would be.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Report {
    dry_run: bool,
    baselines: usize,
    pruned: Vec<Entry>,
    bytes: usize,
    profiles: usize,
    pruned_profiles: Vec<ProfileEntry>,
    profile_bytes: usize,
}

/// A profile.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct ProfileEntry {
    id: String,
    commit: String,
    name: String,
    added: Option<String>,
    bytes: usize,
}

/// A baseline.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Entry {
    commit: String,
    last_recorded: Option<String>,
    recordings: usize,
    bytes: usize,
}

/// Runs the command.
///
/// # Errors
/// The notes cannot be read or written.
pub fn run(args: &PruneArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let before = Timestamp::now().checked_sub(args.older_than);
    let rule = Rule {
        before: before.context("--older-than: age out of range")?,
        keep_every: args.keep_every,
    };
    let (pruned, all) = if args.profiles {
        (Vec::new(), 0)
    } else {
        prune::pruned(&store, &store.notes()?, &rule)?
    };
    let profiles = store.profiles()?;
    let mut doomed_profiles = profiles.all()?;
    // What nothing is known about has no age.
    doomed_profiles.retain(|kept| kept.about.as_ref().is_some_and(|it| it.at < rule.before));
    if !args.dry_run && !doomed_profiles.is_empty() {
        let ids: Vec<_> = doomed_profiles.iter().map(|kept| kept.id).collect();
        store.prune_profiles(&ids)?;
    }
    if !args.dry_run && !pruned.is_empty() {
        prune::remove(&store, &pruned)?;
    }
    let report = Report {
        dry_run: args.dry_run,
        baselines: all,
        bytes: pruned.iter().map(|it| it.bytes).sum(),
        pruned: pruned
            .iter()
            .map(|it| Entry {
                commit: it.commit.to_string(),
                last_recorded: it.last.map(|at| at.to_string()),
                recordings: it.recordings,
                bytes: it.bytes,
            })
            .collect(),
        profiles: profiles.count(),
        profile_bytes: doomed_profiles.iter().map(|kept| kept.bytes).sum(),
        pruned_profiles: doomed_profiles
            .iter()
            .map(|kept| ProfileEntry {
                id: kept.id.to_string(),
                commit: kept.commit.to_string(),
                name: kept.name(),
                added: kept.about.as_ref().map(|about| about.at.to_string()),
                bytes: kept.bytes,
            })
            .collect(),
    };
    ui::answer(args.json, &report, |out| text(out, &report, args.profiles))?;
    Ok(Outcome::Pass)
}

fn text(out: &mut String, report: &Report, only_profiles: bool) -> fmt::Result {
    let profiles = report.pruned_profiles.iter();
    let profiles = profiles.map(|it| (&it.commit, &it.added, it.bytes, it.name.clone()));
    let recordings = |it: &Entry| counted(it.recordings, "recording");
    let baselines = report.pruned.iter();
    let baselines = baselines.map(|it| (&it.commit, &it.last_recorded, it.bytes, recordings(it)));
    for (commit, at, bytes, what) in profiles.chain(baselines) {
        let date = at.as_deref().and_then(|at| at.get(..10)).unwrap_or("-");
        writeln!(out, "{}  {date}  {bytes:>9} bytes in {what}", short(commit))?;
    }
    let is = if report.dry_run {
        "would be removed"
    } else {
        "removed"
    };
    let mut total = |pruned: usize, of: usize, what: &str, bytes: usize| {
        let of = counted(of, what);
        writeln!(out, "{pruned} of {of} {is}, {bytes} bytes")
    };
    if only_profiles || report.profiles > 0 {
        let pruned = report.pruned_profiles.len();
        total(pruned, report.profiles, "profile", report.profile_bytes)?;
    }
    if !only_profiles {
        let pruned = report.pruned.len();
        total(pruned, report.baselines, "baseline", report.bytes)?;
    }
    if !report.dry_run && !report.pruned.is_empty() {
        writeln!(
            out,
            "they remain in the history of refs/notes/benchmarks; run `benchcli push` to remove them from the remote"
        )?;
    }
    if !report.dry_run && !report.pruned_profiles.is_empty() {
        writeln!(
            out,
            "`git gc` will reclaim the space; run `benchcli push` to remove the profiles from the remote"
        )?;
    }
    Ok(())
}
