//! `benchcli record`: stores benchmark results in the note of a commit.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use bstr::{BString, ByteVec as _};
use git2::Oid;
use jiff::Timestamp;
use serde::Serialize;

use super::Outcome;
use crate::args::benchcli::RecordArgs;
use crate::baseline::{Contents, Counts, Environment, Header, Recording, Store, storable};
use crate::diagnostics::{Diagnostic, Noticed};
use crate::hint::WithHint as _;
use crate::measured_marks::{INTERLEAVED, alone};
use crate::pipeline::baselines::short;
use crate::plural::counted;
use crate::runner::build::go_version;
use crate::ui::{self, warn};

/// What was recorded.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Report {
    commit: String,
    added: usize,
    known: usize,
    recordings: Vec<Entry>,
}

/// One recording.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Entry {
    run: String,
    file: String,
    #[serde(flatten)]
    counts: Counts,
    dirty: Option<bool>,
    /// Whether a benchmark or package failed, so that results are missing.
    partial: bool,
    environments: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// There is nothing to record, or it could not be stored.
pub fn run(args: &RecordArgs) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    if store.has_no_commits() {
        return Err(anyhow!(
            "the repository has no commits yet, so there is no commit to record a baseline for"
        )
        .hint("run `git commit` first"));
    }
    let commit = store.resolve(&args.commit)?;
    let dirty = store.is_dirty(commit.id())?;
    if dirty == Some(true) && args.require_clean {
        return Err(anyhow!(
            "the working tree has uncommitted changes, so the results do not belong to {}",
            short(commit.id())
        )
        .hint("commit or `git stash` them and measure again"));
    }
    warn_of_changes(dirty);
    let common = common_fields(args.host.as_deref(), &args.labels, dirty)?;
    let mut recordings = Vec::new();
    let mut entries = Vec::new();
    let mut outcome = Outcome::Pass;
    for file in files(args)? {
        let text = read(&file)?;
        let name = file.display().to_string();
        let contents = Contents::of(&name_bytes(&file), &text);
        for error in &contents.errors {
            warn(&error.to_string());
        }
        let failed = failures(&name, &contents);
        if contents.samples == 0 {
            return Err(without_results(&name, &failed));
        }
        let mut header = common.clone();
        contents.describe(&mut header);
        if !failed.is_empty() {
            outcome = Outcome::Incomplete;
            warn(&format!(
                "{name}: {}; the other results are stored and marked partial=true",
                sentence(&failed)
            ));
            header.fields.push((PARTIAL.into(), "true".into()));
        }
        let (text, repairs) = storable(text, &contents);
        if !repairs.is_empty() {
            warn(&format!(
                "{name}: not plain `go test` output, so benchcli stores the results instead of the text: {}",
                repairs.join("; ")
            ));
            header.fields.push(("repaired".into(), "true".into()));
        }
        let recording = Recording::new(header, text);
        entries.push(Entry {
            run: recording.header.id.to_string(),
            file: name,
            counts: Counts {
                benchmarks: contents.benchmarks,
                samples: contents.samples,
            },
            dirty,
            partial: !failed.is_empty(),
            environments: contents
                .environments
                .iter()
                .map(Environment::summary)
                .collect(),
        });
        recordings.push(recording);
    }
    let recorded = store.record(commit.id(), &recordings)?;
    let report = Report {
        commit: commit.id().to_string(),
        added: recorded.added,
        known: recorded.known,
        recordings: entries,
    };
    ui::answer(args.json, &report, |out| {
        for entry in &report.recordings {
            writeln!(
                out,
                "{}: {}, {} for commit {}, run {}",
                entry.file,
                counted(entry.counts.benchmarks, "benchmark"),
                counted(entry.counts.samples, "sample"),
                short(&report.commit),
                &entry.run[..10],
            )?;
        }
        if report.known > 0 {
            writeln!(out, "{} already stored", counted(report.known, "recording"))?;
        }
        Ok(())
    })?;
    Ok(outcome)
}

/// The field of a recording that lacks results because something failed.
const PARTIAL: &str = "partial";

/// What failed in an input.
fn failures(name: &str, contents: &Contents) -> Vec<Diagnostic> {
    let mut noticed = Noticed::new(name, None);
    noticed.missing = contents.diagnostics.clone();
    let all = noticed.diagnostics().into_iter();
    all.filter(Diagnostic::is_failure).collect()
}

/// The error of an input without results.
fn without_results(name: &str, failed: &[Diagnostic]) -> anyhow::Error {
    let found = match name {
        "-" => "no benchmark results on standard input".to_owned(),
        _ => format!("{name}: no benchmark results"),
    };
    if failed.is_empty() {
        anyhow!(
            "{found}; expected the output of `go test -bench`, with lines such as `BenchmarkEncode-8 1000 1726 ns/op`"
        )
    } else {
        anyhow!("{found}: {}", sentence(failed))
    }
}

/// The first failure, and how many more there are.
fn sentence(failed: &[Diagnostic]) -> String {
    let first = failed.first().map_or("", |first| &first.message);
    match failed.len() {
        0 | 1 => first.to_owned(),
        count => format!("{first}, and {}", counted(count - 1, "more failure")),
    }
}

/// Says that what is recorded is not of the commit alone.
fn warn_of_changes(dirty: Option<bool>) {
    if dirty == Some(true) {
        warn("the working tree has uncommitted changes; the recording is marked dirty=true");
    }
}

/// Records results that were just measured, alone or in turn with another version. They are partial where something
/// failed that could have had results.
///
/// # Errors
/// They could not be stored.
pub(super) fn just_measured(
    store: &Store,
    commit: Oid,
    text: Vec<u8>,
    is_partial: bool,
) -> Result<String> {
    let in_turn = text.starts_with(INTERLEAVED);
    let text = alone(text);
    let contents = Contents::of(b"new.txt", &text);
    if contents.samples == 0 {
        bail!("no benchmark printed a result, so there is nothing to record");
    }
    let dirty = store.is_dirty(commit)?;
    warn_of_changes(dirty);
    let mut header = common_fields(None, &[], dirty)?;
    if in_turn {
        header.fields.push(("interleaved".into(), "true".into()));
    }
    contents.describe(&mut header);
    if is_partial || !failures("new.txt", &contents).is_empty() {
        header.fields.push((PARTIAL.into(), "true".into()));
    }
    let (text, _) = storable(text, &contents);
    let recording = Recording::new(header, text);
    let text = format!(
        "recorded {}, {} for commit {}, run {}",
        counted(contents.benchmarks, "benchmark"),
        counted(contents.samples, "sample"),
        short(commit),
        short(recording.header.id),
    );
    store.record(commit, &[recording])?;
    Ok(text)
}

fn common_fields(
    host: Option<&str>,
    labels: &[(String, String)],
    dirty: Option<bool>,
) -> Result<Header> {
    let mut header = Header {
        id: Oid::ZERO_SHA1,
        at: Some(now()?),
        fields: Vec::new(),
    };
    let mut push = |key: &str, value: BString| header.fields.push((key.into(), value));
    if let Some(go) = go_version(Path::new(".")) {
        push("go", go.into());
    }
    let host = match host {
        Some(host) => host.into(),
        None => os_bytes(&gethostname::gethostname()),
    };
    if !host.is_empty() {
        push("host", host);
    }
    if let Some(dirty) = dirty {
        push("dirty", dirty.to_string().into());
    }
    for (name, value) in labels {
        if header.labels().any(|(known, _)| known == name) {
            bail!("--label {name}=…: duplicate label name");
        }
        header.push_label(name, value.as_str().into());
    }
    Ok(header)
}

/// The time, to the millisecond: what orders recordings, and can still be read.
fn now() -> Result<Timestamp> {
    let now = Timestamp::now().as_millisecond();
    Timestamp::from_millisecond(now).context("the system clock is out of range")
}

fn files(args: &RecordArgs) -> Result<Vec<PathBuf>> {
    if !args.files.is_empty() {
        return Ok(args.files.clone());
    }
    if io::stdin().is_terminal() {
        return Err(anyhow!("no FILE, and no results on standard input")
            .hint("run `go test -bench . | benchcli record`"));
    }
    Ok(vec!["-".into()])
}

fn read(file: &Path) -> Result<Vec<u8>> {
    if file == OsStr::new("-") {
        let mut text = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut text)
            .context("cannot read standard input")?;
        return Ok(text);
    }
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn name_bytes(file: &Path) -> BString {
    os_bytes(file.as_os_str())
}

fn os_bytes(text: &OsStr) -> BString {
    Vec::from_os_str_lossy(text).into_owned().into()
}
