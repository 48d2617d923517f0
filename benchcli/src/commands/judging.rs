//! From the texts of two sides to verdicts, reports and an outcome.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Result, bail};
use benchparse::compare::Question;
use benchparse::gate::{Report, Row, judge};
use benchparse::query::{Field, Filter, Key, Order, Projection};
use git2::{Commit, Oid};
use jiff::Zoned;

use super::Outcome;
use super::results::{Reading, Source};
use super::source_places::places;
use crate::args::check::{GateOptions, ReportFormat};
use crate::baseline::Store;
use crate::profile::Explained;
use crate::report::verdicts::{CheckReport, FailureReport, Measured, Run, model};
use crate::report::{annotations, junit, verdict_markdown, verdict_text};
use crate::sides::{Grouping, RowContext, Sides, Which};
use crate::whole_file::write_file;
use crate::wording::{is_unit, written_unit};

/// What begins the line that tells that both sides were measured in turn.
const INTERLEAVED: &[u8] = b"# benchcli: interleaved";

/// Takes the trailers of the commits since the baseline's, or of HEAD alone. Gives a sentence for
/// each that cannot be read.
pub(super) fn accept_trailers(
    gate: &mut GateOptions,
    store: &Store,
    since: Option<Oid>,
) -> Result<Vec<String>> {
    let repo = store.repo();
    let Ok(head) = repo.head().and_then(|head| head.peel_to_commit()) else {
        return Ok(Vec::new());
    };
    let mut wrong = Vec::new();
    let mut add = |commit: &Commit<'_>| {
        let mut id = commit.id().to_string();
        id.truncate(10);
        let message = String::from_utf8_lossy(commit.message_bytes());
        wrong.extend(gate.loaded.acceptances.add_trailers(&id, &message));
    };
    // A shallow clone may have the baseline and not its commit.
    match since.filter(|since| repo.find_commit(*since).is_ok()) {
        None => add(&head),
        Some(since) => {
            let mut walk = repo.revwalk()?;
            walk.push(head.id())?;
            walk.hide(since)?;
            for id in walk {
                add(&repo.find_commit(id?)?);
            }
        }
    }
    Ok(wrong)
}

/// How many rows of a profile a report has.
const EXPLAINED_ROWS: usize = 40;

/// Whether both sides say that they were measured in turn, in the same run.
fn are_interleaved(old: &[Vec<u8>], new: &[Vec<u8>]) -> bool {
    let marks = |texts: &[Vec<u8>]| -> Vec<Vec<u8>> {
        let lines = texts
            .iter()
            .flat_map(|text| text.split(|&byte| byte == b'\n'));
        lines
            .filter(|line| line.starts_with(INTERLEAVED))
            .map(|line| line.trim_ascii_end().to_vec())
            .collect()
    };
    let old = marks(old);
    !old.is_empty() && old == marks(new)
}

/// One side of a comparison.
pub(super) struct SideTexts<'t> {
    /// Its name for people.
    pub(super) name: &'t str,
    /// Its texts.
    pub(super) texts: Vec<Vec<u8>>,
}

/// Two sides, row by row, to be judged.
pub(super) struct Compared {
    pub(super) rows: Vec<Row>,
    pub(super) contexts: Vec<RowContext>,
    names: [String; 2],
    stale: Vec<String>,
}

/// Compares, judges and reports.
///
/// # Errors
/// When nothing can be compared, or a report cannot be written.
pub(super) fn judge_texts(
    program: &'static str,
    old: SideTexts<'_>,
    new: SideTexts<'_>,
    mut gate: GateOptions,
    stale: Vec<String>,
) -> Result<Outcome> {
    let Some(compared) = compare(program, old, new, &mut gate, stale)? else {
        return Ok(Outcome::Failed);
    };
    let report = judge(&compared.rows, &gate.policy);
    conclude(compared, &report, &gate, Beside::default())
}

/// Reads both sides into rows. Gives nothing where an input is wrong, which was said then.
///
/// # Errors
/// When nothing can be compared.
pub(super) fn compare(
    program: &'static str,
    old: SideTexts<'_>,
    new: SideTexts<'_>,
    gate: &mut GateOptions,
    mut stale: Vec<String>,
) -> Result<Option<Compared>> {
    gate.policy.interleaved |= are_interleaved(&old.texts, &new.texts);
    let mut reading = Reading::new(program, gate.mending);
    let mut sides = Sides::new(Grouping {
        filter: gate.filter.clone(),
        environment: gate.environment.clone(),
        ignore: gate.ignore.clone(),
    });
    let question = same_rows(gate);
    let mut collector = benchparse::compare::Collector::new(question);
    let (old_name, new_name) = (old.name, new.name);
    for (which, SideTexts { name, texts }) in [(Which::Old, old), (Which::New, new)] {
        let label = [b"old".as_slice(), b"new"][which as usize];
        let source = Source::Texts {
            name: name.as_bytes().to_vec(),
            label: label.to_vec(),
            texts,
        };
        reading.read(&source, |result| {
            sides.add(which, result);
            collector.add(result);
        })?;
    }
    if reading.outcome == Outcome::Failed {
        return Ok(None);
    }
    if reading.units_contradict {
        bail!(
            "the inputs contradict each other about a unit, so that better and worse cannot be told; \
             make their Unit lines agree"
        );
    }
    for (which, name) in [(Which::Old, old_name), (Which::New, new_name)] {
        if sides.lacks(which) {
            bail!(
                "the filter leaves no result of {name}, expected a query that some result matches"
            );
        }
    }
    let acceptances = &mut gate.loaded.acceptances;
    let store = Store::open(Path::new(".")).ok();
    let in_head = |revision: &str| is_in_head(store.as_ref()?, revision);
    stale.extend(acceptances.expire(Zoned::now().date(), in_head));
    let rows = sides.into_rows(
        reading.parser.units(),
        &gate.loaded.rules,
        acceptances,
        gate.gated.as_deref(),
    );
    let (rows, contexts): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    if rows
        .iter()
        .all(|row| row.old.is_none() || row.new.is_none())
    {
        let tables = collector.finish(&reading.parser, benchparse::compare::Levels::default());
        let why = tables.mismatch().map_or_else(
            || {
                format!(
                    "nothing is compared: {old_name} and {new_name} have no benchmark in common"
                )
            },
            |mismatch| {
                mismatch
                    .to_string()
                    .replace("; add -ignore", "; add --ignore")
            },
        );
        bail!("{why}");
    }
    stale.extend(without_rows(
        gate.gated.as_deref().unwrap_or_default(),
        &rows,
    )?);
    // What the filter leaves out may well have rows.
    if gate.filter.is_everything() {
        stale.extend(gate.loaded.rules.unused());
        stale.extend(acceptances.unused());
    }
    Ok(Some(Compared {
        rows,
        contexts,
        names: [old_name.to_owned(), new_name.to_owned()],
        stale,
    }))
}

/// What a report says besides the verdicts.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) measured: Option<Measured>,
    pub(super) failures: Vec<FailureReport>,
    pub(super) advice: Vec<String>,
    pub(super) explained: Vec<Explained>,
}

/// Prints the report, and tells what it says to do.
///
/// # Errors
/// When a report cannot be written.
pub(super) fn conclude(
    compared: Compared,
    report: &Report,
    gate: &GateOptions,
    beside: Beside,
) -> Result<Outcome> {
    let Compared {
        contexts,
        names,
        stale,
        ..
    } = compared;
    let measured = beside.measured;
    let report = model(report, &contexts, &gate.policy, names, stale, measured);
    let mut report = report.with_failures(beside.failures);
    report.advice.extend(beside.advice);
    report.explained = beside.explained;
    for explained in &mut report.explained {
        explained.keep(EXPLAINED_ROWS);
    }
    publish(&report, gate)?;
    Ok(match report.run {
        Run::Pass => Outcome::Pass,
        Run::Regressed => Outcome::Regressed,
        Run::EnvironmentShift => Outcome::EnvironmentShift,
        Run::Incomplete => Outcome::Failed,
    })
}

/// The question whose rows are the gate's, to find out why there are none in common.
fn same_rows(gate: &GateOptions) -> Question {
    let keys = gate.environment.iter().chain(&gate.ignore);
    let fields = keys.map(|key| Field {
        key: Key::ConfigKey(key.clone().into_bytes()),
        order: Order::FirstSeen,
    });
    Question {
        filter: Filter::everything(),
        ignore: Projection {
            fields: fields.collect(),
        },
        ..Question::default()
    }
}

/// A sentence for each gated unit that no row has.
///
/// # Errors
/// When no row has any of them: nothing could ever fail.
fn without_rows(gated: &[String], rows: &[Row]) -> Result<Vec<String>> {
    let units: BTreeSet<&str> = rows.iter().map(|row| written_unit(&row.key.unit)).collect();
    let missing: Vec<&String> = gated
        .iter()
        .filter(|unit| !rows.iter().any(|row| is_unit(unit, &row.key.unit)))
        .collect();
    if !gated.is_empty() && missing.len() == gated.len() {
        let units: Vec<&str> = units.into_iter().collect();
        bail!(
            "gate: no row has the unit {}, so nothing could fail; the results have {}",
            gated.join(" or "),
            units.join(", ")
        );
    }
    let say = |unit: &String| format!("gate: no row of this run has the unit {unit}");
    Ok(missing.into_iter().map(say).collect())
}

/// Whether HEAD contains a commit, if the repository has it.
fn is_in_head(store: &Store, revision: &str) -> Option<bool> {
    let repo = store.repo();
    let commit = store.resolve(revision).ok()?.id();
    let head = repo.head().ok()?.target()?;
    Some(head == commit || repo.graph_descendant_of(head, commit).unwrap_or(false))
}

/// Prints the report, and writes all others that were asked for.
fn publish(report: &CheckReport, gate: &GateOptions) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let color = gate.color.applies_to(&stdout);
    stdout.write_all(render(report, gate.format, color)?.as_bytes())?;
    stdout.flush()?;
    let mut written = Ok(());
    for to in &gate.reports {
        let text = render(report, to.format, false)?;
        // One that cannot be written does not cost the others.
        written = written.and(write_file(&to.path, text.as_bytes()));
    }
    let is_report = |path: &OsString| gate.reports.iter().any(|to| to.path == Path::new(path));
    if let Some(summary) =
        env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty() && !is_report(path))
    {
        let text = render(report, ReportFormat::Markdown, false)?;
        let file = OpenOptions::new().append(true).create(true).open(&summary);
        // Nobody asked for it, so that it does not change the answer.
        if let Err(error) = file.and_then(|mut file| file.write_all(text.as_bytes())) {
            writeln!(
                io::stderr(),
                "benchcli: note: cannot write the step summary {}: {error}",
                summary.display()
            )?;
        }
    }
    written
}

fn render(report: &CheckReport, format: ReportFormat, color: bool) -> Result<String> {
    Ok(match format {
        ReportFormat::Text => verdict_text::write(report, color),
        ReportFormat::Markdown => verdict_markdown::write(report),
        ReportFormat::Json => serde_json::to_string_pretty(report)? + "\n",
        ReportFormat::Junit => junit::write(report),
        ReportFormat::Github => annotations::github(report, &places(report)),
        ReportFormat::Gitlab => annotations::gitlab(report, &places(report)),
    })
}
