//! `benchcli check`: verdicts, and an exit status that a build can trust.

use std::collections::{BTreeSet, HashSet};
use std::env;
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use benchparse::compare::Question;
use benchparse::gate::{Row, judge};
use benchparse::query::{Field, Filter, Key, Order, Projection};
use benchparse::unit;
use bstr::BString;
use git2::{Commit, Oid};
use jiff::Zoned;

use super::Outcome;
use super::results::{Reading, Source};
use super::source_places::places;
use crate::args::check::{CheckOptions, GateArgs, GateOptions, ReportFormat};
use crate::args::diff::{DiffOptions, Format};
use crate::baseline::find::{self, Baseline, Wanted};
use crate::baseline::{CiTarget, Contents, Store};
use crate::inputs::Input;
use crate::report::verdicts::{CheckReport, Run, model};
use crate::report::{annotations, junit, verdict_markdown, verdict_text};
use crate::sides::{Grouping, Sides, Which, written_unit};

/// What begins the line that tells that both sides were measured in turn.
pub const INTERLEAVED: &[u8] = b"# benchcli: interleaved";

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
    let (old, new) = ((&old_name[..], old), (&new_name[..], new));
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
        Format::Csv => bail!("--gate prints text, json or markdown"),
    };
    let [old, new] = &diff.inputs[..] else {
        bail!(
            "--gate takes two inputs, an old and a new one; found {}",
            diff.inputs.len()
        );
    };
    let inputs = Input::from_arguments(&[old.clone(), new.clone()]);
    let texts: Vec<Vec<u8>> = inputs.iter().map(read_all).collect::<Result<_>>()?;
    let mut texts = texts.into_iter();
    let (Some(old), Some(new)) = (texts.next(), texts.next()) else {
        bail!("--gate takes two inputs, an old and a new one");
    };
    let name = |at: usize| String::from_utf8_lossy(&inputs[at].label).into_owned();
    judge_texts(
        "benchdiff",
        (&name(0), vec![old]),
        (&name(1), vec![new]),
        gate,
        Vec::new(),
    )
}

fn joined(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn text_of(path: &OsStr) -> Result<Vec<u8>> {
    read_all(&Input {
        path: path.to_owned(),
        label: path.as_encoded_bytes().to_vec(),
    })
}

fn read_all(input: &Input) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = input.open()?.read_to_end(&mut text);
    read.with_context(|| format!("cannot read {}", input.path.display()))?;
    Ok(text)
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

/// Takes the trailers of the commits since the baseline's, or of HEAD alone. Gives a sentence for
/// each that cannot be read.
fn accept_trailers(
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

fn judge_texts(
    program: &'static str,
    old: (&str, Vec<Vec<u8>>),
    new: (&str, Vec<Vec<u8>>),
    mut gate: GateOptions,
    mut stale: Vec<String>,
) -> Result<Outcome> {
    gate.policy.interleaved |= are_interleaved(&old.1, &new.1);
    let mut reading = Reading::new(program, gate.mending);
    let mut sides = Sides::new(Grouping {
        filter: gate.filter.clone(),
        environment: gate.environment.clone(),
        ignore: gate.ignore.clone(),
    });
    let question = same_rows(&gate);
    let mut collector = benchparse::compare::Collector::new(question);
    let (old_name, new_name) = (old.0, new.0);
    for (which, (name, texts)) in [(Which::Old, old), (Which::New, new)] {
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
        return Ok(Outcome::Failed);
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
    let report = judge(&rows, &gate.policy);
    let names = [old_name.to_owned(), new_name.to_owned()];
    let report = model(&report, &contexts, &gate.policy, names, stale);
    publish(&report, &gate)?;
    Ok(match report.run {
        Run::Pass => Outcome::Pass,
        Run::Regressed => Outcome::Regressed,
        Run::EnvironmentShift => Outcome::EnvironmentShift,
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
        .filter(|unit| {
            let tidied = unit::tidy(unit.as_bytes()).unit;
            !rows.iter().any(|row| row.key.unit.as_bytes() == &*tidied)
        })
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
    for to in &gate.reports {
        let text = render(report, to.format, false)?;
        fs::write(&to.path, text).with_context(|| format!("cannot write {}", to.path.display()))?;
    }
    let asked = gate
        .reports
        .iter()
        .any(|to| to.format == ReportFormat::Markdown);
    if let Some(summary) =
        env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty() && !asked)
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
    Ok(())
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
