//! `benchcli profile add`, `list` and `get`.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use git2::Oid;
use jiff::Timestamp;
use serde::Serialize;

use super::super::Outcome;
use super::sources::{Choice, TRACE};
use crate::args::profile::{ProfileAddArgs, ProfileGetArgs, ProfileListArgs};
use crate::atomic_file::write_file;
use crate::baseline::{About, Kept, Note, Store};
use crate::config::Loaded;
use crate::hint::WithHint as _;
use crate::pipeline::baselines::short;
use crate::plural::counted;
use crate::profile::read::Profile;
use crate::ui::{answer, hint, print, status, stdout};
use crate::visible::visible;

/// The most MiB that all profiles may have where nothing else is said: what hosts of repositories
/// take without a word.
const MIB: u32 = 100;

/// What was added.
#[derive(Serialize, schemars::JsonSchema)]
pub(in super::super) struct Added {
    commit: String,
    run: Option<String>,
    added: usize,
    known: usize,
}

/// Runs `benchcli profile add`.
///
/// # Errors
/// A file is no profile, or all together would be too much, or nothing could be stored.
pub(super) fn add(args: &ProfileAddArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let notes = store.notes()?;
    let commit = store.noted(&notes, &args.commit)?;
    let text = notes.text(commit)?;
    let run = run_of(commit, &Note::parse(&text), args.run.as_deref())?;
    let at = Timestamp::now();
    let mut profiles = Vec::new();
    for path in &args.files {
        let place = || path.display().to_string();
        let data = fs::read(path).with_context(place)?;
        let kind = kind(&data).with_context(place)?;
        let name = path.file_name().unwrap_or_default();
        let about = About {
            name: name.to_string_lossy().into_owned(),
            kind,
            at,
            run: run.clone(),
            benchmark: args.bench.clone(),
        };
        profiles.push((about, data));
    }
    let here = std::env::current_dir().context("the working directory no longer exists")?;
    let mib = match args.max_mib {
        Some(mib) => mib,
        None => Loaded::find(&here)?.config.profiles_mib.unwrap_or(MIB),
    };
    let added = store.keep_profiles(commit, &profiles, (mib as usize) << 20)?;
    let report = Added {
        commit: commit.to_string(),
        run,
        added,
        known: profiles.len() - added,
    };
    answer(args.json, &report, |out| match added {
        0 => {
            let known = counted(report.known, "profile");
            writeln!(out, "{}: {known} already kept", short(commit))
        }
        _ => writeln!(out, "{}: {} kept", short(commit), counted(added, "profile")),
    })?;
    Ok(Outcome::Pass)
}

/// The recording that is meant, the newest where none is named.
fn run_of(commit: Oid, note: &Note<'_>, wanted: Option<&str>) -> Result<Option<String>> {
    let mut recordings = note.recordings();
    recordings.sort_by_key(|recording| recording.header.at);
    let Some(wanted) = wanted else {
        return Ok(recordings.last().map(|it| it.header.id.to_string()));
    };
    let ids: Vec<String> = recordings
        .iter()
        .map(|it| it.header.id.to_string())
        .collect();
    let meant: Vec<_> = ids.iter().filter(|id| id.starts_with(wanted)).collect();
    match meant[..] {
        [only] => Ok(Some(only.clone())),
        _ if ids.is_empty() => Err(anyhow!(
            "--run {wanted}: commit {} has no recording",
            short(commit)
        )
        .hint("run `benchcli record` to create one")),
        _ => {
            let count = if meant.is_empty() {
                "no"
            } else {
                "more than one"
            };
            let ids: Vec<_> = ids.iter().map(short).collect();
            let known = match &ids[..] {
                [only] => format!("the only id is {only}"),
                _ => format!("the ids are {}", ids.join(", ")),
            };
            bail!(
                "--run {wanted}: {count} recording of commit {} has an id with this prefix; {known}",
                short(commit)
            );
        }
    }
}

/// What a file measures first.
fn kind(data: &[u8]) -> Result<String> {
    if is_trace(data) {
        return Ok(TRACE.to_owned());
    }
    let profile = Profile::read(data)?;
    let kind = profile.sample_types.get(profile.default);
    Ok(kind.map(|kind| kind.name.clone()).unwrap_or_default())
}

/// `go 1.26 trace` and zeros.
fn is_trace(data: &[u8]) -> bool {
    data.get(..16)
        .is_some_and(|start| start.starts_with(b"go 1.") && start.ends_with(b" trace\0\0\0"))
}

/// A profile that is kept: a line each.
#[derive(Serialize, schemars::JsonSchema)]
pub(in super::super) struct Entry {
    commit: String,
    id: String,
    name: String,
    kind: Option<String>,
    benchmark: Option<String>,
    run: Option<String>,
    at: Option<String>,
    bytes: usize,
}

impl Entry {
    fn new(kept: &Kept) -> Self {
        let about = kept.about.as_ref();
        Self {
            commit: kept.commit.to_string(),
            id: kept.id.to_string(),
            name: kept.name(),
            kind: about.map(|about| about.kind.clone()),
            benchmark: about.and_then(|about| about.benchmark.clone()),
            run: about.and_then(|about| about.run.clone()),
            at: about.map(|about| about.at.to_string()),
            bytes: kept.bytes,
        }
    }
}

/// Runs `benchcli profile list`.
///
/// # Errors
/// What is kept cannot be read.
pub(super) fn list(args: &ProfileListArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    let commit = match &args.revision {
        Some(revision) => Some(store.noted(&store.notes()?, revision)?),
        None => None,
    };
    let mut kept = store.profiles()?.all()?;
    kept.retain(|kept| commit.is_none_or(|commit| kept.commit == commit));
    kept.sort_by_key(|kept| std::cmp::Reverse(kept.about.as_ref().map(|about| about.at)));
    let entries: Vec<_> = kept.iter().map(Entry::new).collect();
    let mut out = io::BufWriter::new(stdout());
    if args.json {
        for entry in &entries {
            serde_json::to_writer(&mut out, entry)?;
            writeln!(out)?;
        }
    } else if entries.is_empty() {
        status("no profile is kept");
        hint(
            "run `benchcli profile add` to keep one, or `benchcli pull` to fetch the remote's profiles",
        );
    } else {
        table(&mut out, &entries)?;
    }
    out.flush()?;
    Ok(Outcome::Pass)
}

fn table(out: &mut impl io::Write, entries: &[Entry]) -> io::Result<()> {
    let heading = [
        "commit",
        "added",
        "kind",
        "bytes",
        "name",
        "id",
        "benchmark",
    ]
    .map(str::to_owned);
    let rows = entries.iter().map(|entry| {
        let day = entry.at.as_deref().and_then(|at| at.get(..10));
        let kind = entry.kind.as_deref();
        [
            short(&entry.commit),
            day.unwrap_or("-").to_owned(),
            visible(kind.unwrap_or("-")).into_owned(),
            entry.bytes.to_string(),
            visible(&entry.name).into_owned(),
            short(&entry.id),
            visible(entry.benchmark.as_deref().unwrap_or_default()).into_owned(),
        ]
    });
    let rows: Vec<_> = std::iter::once(heading).chain(rows).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max();
    let widths: [usize; 7] = std::array::from_fn(|at| width(at).unwrap_or(0));
    for row in &rows {
        let cells = row.iter().zip(widths).enumerate();
        let cells = cells.map(|(at, (cell, width))| match at {
            3 => format!("{cell:>width$}"),
            _ => format!("{cell:width$}"),
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// Runs `benchcli profile get`.
///
/// # Errors
/// There is no such profile, several are meant, or the file is there or cannot be written.
pub(super) fn get(args: &ProfileGetArgs) -> Result<Outcome> {
    let choice = Choice::find(Store::open(Path::new("."))?, &args.profile)?;
    choice.one_or_error()?;
    let kept = match &choice.profiles[..] {
        [only] => only,
        several => {
            let ids: Vec<_> = several.iter().map(|kept| short(kept.id)).collect();
            return Err(
                anyhow!("{}: it was added {} times", args.profile, several.len())
                    .hint(format!("select one by its id: {}", ids.join(", "))),
            );
        }
    };
    let data = choice.data(kept)?;
    let path = match &args.output {
        Some(path) if path.as_os_str() == "-" => {
            stdout().write_all(&data)?;
            return Ok(Outcome::Pass);
        }
        Some(path) => path.clone(),
        // The name comes from whoever pushed it: it must not lead elsewhere.
        None => Path::new(&kept.name())
            .file_name()
            .map(PathBuf::from)
            .ok_or_else(|| {
                anyhow!("{}: its name is not a valid file name", args.profile)
                    .hint("choose a file name with -o")
            })?,
    };
    let is_same = || fs::read(&path).is_ok_and(|there| there == data);
    if path.exists() && !args.force && !is_same() {
        return Err(anyhow!("{} already exists", path.display())
            .hint("use --force to overwrite it, or -o to write to a different file"));
    }
    write_file(&path, &data)?;
    print(&format!("{}\n", path.display()))?;
    Ok(Outcome::Pass)
}
