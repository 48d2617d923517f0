//! Turns the results of two sides into verdicts, reports and an outcome.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::env;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use benchparse::compare::{Collector, TableOptions, Thresholds};
use benchparse::format::{Parser, RepairMode};
use benchparse::gate::{
    Action, BenchmarkChange, Outcome, Policy, Report, Row, RowKey, RowVerdict, judge, judge_again,
    judge_suspects, suspects,
};
use benchparse::name::Name;
use benchparse::pairing::{LAYOUTS_DIFFER, Pair, PairingOptions, Side};
use benchparse::query::{Field, Key};
use benchparse::unit::{self, DirectionBasis};
use git2::{Commit, Oid};
use jiff::Zoned;

use super::benchmark_changes::{BenchmarkDifferences, BenchmarkName, SharedBenchmark};
use super::changed_files::ChangedFiles;
use super::measurement::Measurement;
use super::results::{no_result, read_text};
use super::source_places::places;
use super::source_version::SourceVersion;
use super::unmatched;
use crate::args::check::{GateOptions, ReportFormat};
use crate::atomic_file::write_file;
use crate::baseline::Store;
use crate::config::Acceptances;
use crate::diagnostics::{Diagnostic, DiagnosticKind, Noticed, Severity};
use crate::hint::WithHint as _;
use crate::measured_marks::{INTERLEAVED, Marks};
use crate::plural::counted;
use crate::profile::Explained;
use crate::report::mismatch::mismatch_text;
use crate::report::verdict_model::model;
use crate::report::verdicts::{CheckReport, Inputs, Measured, RowMetadata, SameBinary};
use crate::report::{annotations, junit, verdict_markdown, verdict_text};
use crate::ui;
use crate::unit_words::{is_unit, written_unit};
use crate::visible::visible;

/// How many rows of a profile a report has.
const EXPLAINED_ROWS: usize = 40;

/// Whether both sides say that they were measured in turn, in the same run.
pub(crate) fn are_interleaved(texts: &[Vec<Vec<u8>>; 2]) -> bool {
    let marks = |texts: &[Vec<u8>]| -> Vec<Vec<u8>> {
        let lines = texts
            .iter()
            .flat_map(|text| text.split(|&byte| byte == b'\n'));
        lines
            .filter(|line| line.starts_with(INTERLEAVED))
            .map(|line| line.trim_ascii_end().to_vec())
            .collect()
    };
    let [base, head] = texts.each_ref().map(|texts| marks(texts));
    !base.is_empty() && base == head
}

/// The gate's settings with what commits and the calendar say of accepted regressions.
pub(crate) struct Gate<'o> {
    pub(crate) options: &'o GateOptions,
    acceptances: Acceptances,
    /// A sentence for each acceptance that ended and each trailer that cannot be read.
    stale: Vec<String>,
}

impl<'o> Gate<'o> {
    /// Takes the trailers of the commits since the baseline's, or of HEAD alone.
    pub(crate) fn new(
        options: &'o GateOptions,
        store: Option<&Store>,
        since: Option<Oid>,
    ) -> Result<Self> {
        let mut acceptances = options.loaded.acceptances.clone();
        let mut stale = match store {
            Some(store) => add_trailers(&mut acceptances, store, since)?,
            None => Vec::new(),
        };
        let in_head = |revision: &str| is_in_head(store?, revision);
        let (acceptances, ended) = acceptances.in_force(Zoned::now().date(), in_head);
        stale.extend(ended);
        Ok(Self {
            options,
            acceptances,
            stale,
        })
    }
}

fn add_trailers(
    acceptances: &mut Acceptances,
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
        wrong.extend(acceptances.add_trailers(&id, &message));
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

/// Whether HEAD contains a commit, if the repository has it.
fn is_in_head(store: &Store, revision: &str) -> Option<bool> {
    let repo = store.repo();
    let commit = store.resolve(revision).ok()?.id();
    let head = repo.head().ok()?.target()?;
    Some(head == commit || repo.graph_descendant_of(head, commit).unwrap_or(false))
}

/// The results of two sides, read and paired.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a circumstance of its own"
)]
pub(crate) struct Comparison {
    parser: Parser,
    first: Measurement,
    /// What was measured again, to confirm what may have regressed.
    again: Measurement,
    /// What was noticed of base and head.
    noticed: [Noticed; 2],
    /// What was noticed before anything was read: packages that do not build.
    pub(crate) failed_builds: Vec<Diagnostic>,
    /// What base and head are called.
    pub(crate) names: [String; 2],
    /// Whether the base was asked for its benchmarks, so that it is known what it does not have.
    pub(crate) base_is_listed: bool,
    /// Whether both sides were measured in turn.
    pub(crate) is_interleaved: bool,
    /// Whether the sides are shell commands.
    pub(crate) are_commands: bool,
    /// Whether times of one layout and of several select what is measured again. They decide nothing.
    pub(crate) selects_across_layouts: bool,
}

/// Rows to be judged, and what is known of them besides.
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    pub(crate) metadata: Vec<RowMetadata>,
    stale: Vec<String>,
    advice: Vec<String>,
}

/// What a report says besides the verdicts.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) measured: Option<Measured>,
    pub(crate) same_binaries: Vec<SameBinary>,
    pub(crate) reproduce: Option<String>,
    pub(crate) advice: Vec<String>,
    pub(crate) explained: Vec<Explained>,
}

impl Comparison {
    pub(crate) fn new(options: &GateOptions, names: [String; 2]) -> Self {
        let mut pairing = PairingOptions::default();
        pairing.filter = options.filter.clone();
        pairing.environment.clone_from(&options.environment);
        pairing.ignore.clone_from(&options.ignore);
        pairing.across_layouts = ignores_layouts(options);
        let noticed = |at: usize| Noticed::new(names[at].clone(), Some(Side::BOTH[at]));
        Self {
            parser: Parser::new(),
            first: Measurement::new(pairing.clone()),
            again: Measurement::new(pairing),
            noticed: [noticed(0), noticed(1)],
            failed_builds: Vec::new(),
            names,
            base_is_listed: false,
            is_interleaved: options.policy.interleaved,
            are_commands: false,
            selects_across_layouts: false,
        }
    }

    /// Reads a text of a side, and gives what was noticed in it. Malformed lines are given to
    /// `malformed` as soon as they are met.
    pub(crate) fn read(
        &mut self,
        side: Side,
        options: &GateOptions,
        text: &[u8],
        malformed: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<Noticed> {
        let mut marks = Marks::of(text);
        if !self.is_interleaved {
            marks = marks.without_confirmation();
        }
        self.read_marked(side, options, text, &marks, malformed)
    }

    /// Reads what a program printed that was just run.
    pub(crate) fn read_measured(
        &mut self,
        side: Side,
        options: &GateOptions,
        text: &[u8],
        marks: &Marks,
    ) -> Result<Noticed> {
        self.read_marked(side, options, text, marks, |_| Ok(()))
    }

    fn read_marked(
        &mut self,
        side: Side,
        options: &GateOptions,
        text: &[u8],
        marks: &Marks,
        malformed: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<Noticed> {
        let name = self.names[side as usize].clone();
        let label = [b"old".as_slice(), b"new"][side as usize];
        let (first, again) = (&mut self.first, &mut self.again);
        let noticed = read_text(
            &mut self.parser,
            options.repair_mode,
            (name.as_bytes(), label),
            text,
            Some(side),
            |result| {
                let to = if marks.confirms(result.line()) {
                    &mut *again
                } else {
                    &mut *first
                };
                to.add(side, result, marks);
            },
            malformed,
        )?;
        self.noticed[side as usize].merge(&noticed);
        Ok(noticed)
    }

    /// Everything that was noticed, the base first.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        let noticed = self.noticed.iter().flat_map(Noticed::diagnostics);
        self.failed_builds.iter().cloned().chain(noticed).collect()
    }

    /// The lines for standard error about what was noticed.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = |noticed: &Noticed| noticed.lines_about(&self.called(&noticed.file));
        self.noticed.iter().flat_map(lines).collect()
    }

    /// The lines for standard error about all that was noticed, malformed lines included.
    pub(crate) fn all_lines(&self) -> Vec<String> {
        let malformed = self.diagnostics().into_iter();
        let malformed = malformed.filter(|it| it.kind == DiagnosticKind::Malformed);
        let malformed = malformed.map(|it| format!("{}: {}", self.called(&it.file), it.message));
        malformed.chain(self.lines()).collect()
    }

    /// What an input is called on standard error.
    fn called(&self, input: &str) -> String {
        if self.are_commands {
            format!("command `{input}`")
        } else {
            input.to_owned()
        }
    }

    /// What is read from now on of a second measurement is all of it.
    pub(crate) fn begin_confirmation(&mut self) {
        let differences = self.again.differences.clone();
        self.again = Measurement::new(self.first.pairing.options().clone());
        self.again.differences = differences;
    }

    /// Says which benchmarks differ between the sides in what is read of the first measurement.
    pub(crate) fn set_differences(&mut self, differences: BenchmarkDifferences) {
        self.first.differences = differences;
    }

    /// Finds the benchmarks of the working tree that differ from those of a commit whose stored results are the base. A
    /// shallow or partial clone may have the baseline and not its commit; nothing is known then.
    pub(crate) fn compare_benchmarks_with(&mut self, store: &Store, commit: Oid) {
        let repository = store.repo();
        let Some(root) = repository.workdir() else {
            return;
        };
        let base = SourceVersion::of_commit(repository, commit);
        let changed = ChangedFiles::since(repository, root, commit);
        if let (Ok(base), Ok(changed)) = (base, changed) {
            let head = SourceVersion::of_working_tree(repository, root);
            let packages = &self.first.packages;
            self.first.differences =
                BenchmarkDifferences::between(&base, &head, packages, Some(&changed));
        }
    }

    /// The same of what confirms it.
    pub(crate) fn set_differences_of_confirmation(&mut self, differences: BenchmarkDifferences) {
        self.again.differences = differences;
    }

    /// Calls the base by the name of what stands for it.
    pub(crate) fn rename_base(&mut self, name: String) {
        self.noticed[0].file.clone_from(&name);
        self.names[0] = name;
    }

    /// The policy, with what is known of how the sides were measured.
    pub(crate) fn policy(&self, options: &GateOptions) -> Policy {
        let mut policy = options.policy.clone();
        policy.interleaved = self.is_interleaved;
        policy
    }

    /// The rows as the configuration wants them judged, as they were first measured.
    pub(crate) fn rows(&self, gate: &Gate<'_>) -> Rows {
        self.rows_of(&self.first, gate)
    }

    /// Judges the rows with the verdicts of earlier looks and the part of q that is left, and those that are suspect by
    /// their second measurement where there is one. The metadata follow.
    pub(crate) fn judge(
        &self,
        gate: &Gate<'_>,
        rows: &mut Rows,
        decided: &[RowVerdict],
        share: f64,
    ) -> Report {
        let policy = self.policy(gate.options);
        let mut first_policy = policy.clone();
        first_policy.q *= share;
        let report = judge_again(&rows.rows, &first_policy, decided);
        let mut again = self.rows_of(&self.again, gate);
        if again.rows.is_empty() {
            return report;
        }
        name_alike(&mut again, rows);
        let suspects = self.suspects_of(&rows.rows, &report, &policy);
        let report = judge_suspects(&rows.rows, report, &suspects, &again.rows, &policy);
        let places: HashMap<&RowKey, usize> = again
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| (&row.key, at))
            .collect();
        for ((row, first), metadata) in report.rows.iter().zip(&rows.rows).zip(&mut rows.metadata) {
            let is_of_second = row.first.is_some()
                || first.benchmark_changed.is_some() && suspects.contains(&row.key);
            if let (true, Some(&at)) = (is_of_second, places.get(&row.key)) {
                *metadata = again.metadata[at].clone();
            }
        }
        report
    }

    /// The rows that a second measurement should judge.
    pub(crate) fn suspects(&self, gate: &Gate<'_>, rows: &Rows, report: &Report) -> Vec<RowKey> {
        self.suspects_of(&rows.rows, report, &self.policy(gate.options))
    }

    fn suspects_of(&self, rows: &[Row], report: &Report, policy: &Policy) -> Vec<RowKey> {
        let mut suspects = self.suspects_by_values(rows, report, policy);
        // Stored results are of each side's own benchmark. A measurement in turn has the same one on both.
        if !policy.interleaved {
            let changed = rows
                .iter()
                .filter(|row| row.benchmark_changed.is_some() && row.gated && row.in_family)
                .filter(|row| row.old.is_some() && row.new.is_some());
            suspects.extend(changed.map(|row| row.key.clone()));
        }
        suspects
    }

    fn suspects_by_values(&self, rows: &[Row], report: &Report, policy: &Policy) -> Vec<RowKey> {
        if !self.selects_across_layouts {
            return suspects(rows, report, policy);
        }
        let mut rows = rows.to_vec();
        for row in &mut rows {
            row.environment_differs
                .take_if(|differs| differs == LAYOUTS_DIFFER);
        }
        suspects(&rows, &judge(&rows, policy), policy)
    }

    fn rows_of(&self, measured: &Measurement, gate: &Gate<'_>) -> Rows {
        let options = gate.options;
        let gated: Option<Vec<Vec<u8>>> = options.gated.as_ref().map(|units| {
            let tidied = |unit: &String| unit::tidy(unit.as_bytes()).unit.into_owned();
            units.iter().map(tidied).collect()
        });
        let failures: Vec<Diagnostic> = self
            .diagnostics()
            .into_iter()
            .filter(Diagnostic::is_failure)
            .collect();
        let mut pairs = measured
            .pairing
            .pairs(&self.parser)
            .expect("all results were read by this parser");
        // What one side could not measure was neither added nor removed.
        pairs.retain(|pair| {
            let [base, head] = pair.sides.map(|side| !side.values.is_empty());
            let lacks = match (base, head) {
                (true, true) => return true,
                (true, false) => Side::Head,
                _ => Side::Base,
            };
            is_borrowed_by(measured, pair, lacks)
                || !failures.iter().any(|failure| cost(failure, lacks, pair))
        });
        let advice = leave_out_one_sided_units(&mut pairs, options.policy.on_missing);
        let (mut used_rules, mut used_acceptances) = (BTreeSet::new(), BTreeSet::new());
        let (mut rows, mut metadata) = (Vec::new(), Vec::new());
        for pair in &pairs {
            let settings = options
                .loaded
                .rules
                .settings(&|key| pair.values(key), &mut used_rules);
            let mut row = pair.row();
            row.class = settings.class.unwrap_or(row.class);
            row.direction = settings.direction.unwrap_or(row.direction);
            row.threshold = settings.threshold;
            let least = match settings.threshold {
                Some(_) => settings.least.as_ref(),
                None => options.least.as_ref(),
            };
            row.least = least.and_then(|least| least.of(&row.key.unit));
            row.gated = settings.gate.unwrap_or_else(|| {
                let is_pairs = |unit: &Vec<u8>| unit[..] == *pair.unit;
                gated
                    .as_ref()
                    .is_none_or(|units| units.iter().any(is_pairs))
            });
            row.acceptances = gate
                .acceptances
                .of(pair.name, pair.unit, &mut used_acceptances);
            let benchmark = benchmark_of(pair);
            let shared = measured.shared(&benchmark);
            row.benchmark_changed = measured.change_of(&benchmark);
            let is_compared = row.old.is_some() && row.new.is_some();
            if let Some(SharedBenchmark { of, file }) = shared.filter(|_| !is_compared) {
                let side = of.other();
                let has_failed = pair.sides[side as usize].values.is_empty()
                    && failures.iter().any(|failure| cost(failure, side, pair));
                row.benchmark_changed = file.as_ref().filter(|_| has_failed).map(|file| {
                    let mut change = BenchmarkChange::in_file(file.clone());
                    change.obstacle = Some(format!("it fails on the {}", side.name()));
                    change
                });
            }
            metadata.push(RowMetadata {
                package: benchmark.0,
                benchmark_of: shared.filter(|_| is_compared).map(|it| it.of),
                sides: pair.sides.map(Clone::clone),
                gated: row.gated && row.in_family,
                direction_basis: match settings.direction {
                    Some(_) => DirectionBasis::Stated,
                    None => pair.semantics.basis,
                },
                accepted_percent: row
                    .acceptances
                    .iter()
                    .map(|acceptance| acceptance.limit_percent)
                    .reduce(f64::max),
            });
            rows.push(row);
        }
        let mut stale = gate.stale.clone();
        // What the filter leaves out may well have rows.
        if options.filter.is_everything() {
            stale.extend(options.loaded.rules.unused(&used_rules));
            stale.extend(gate.acceptances.unused(&used_acceptances));
        }
        Rows {
            rows,
            metadata,
            stale,
            advice,
        }
    }

    /// Refuses sides of which nothing can be compared, where no failure explains it.
    ///
    /// # Errors
    /// Why nothing can be compared.
    pub(crate) fn check(&self, rows: &Rows, texts: &[Vec<Vec<u8>>; 2]) -> Result<bool> {
        if self.noticed.iter().any(Noticed::units_contradict) {
            return Err(anyhow!(
                "the inputs disagree on whether higher or lower is better for a unit"
            )
            .hint("make the Unit lines of the inputs agree"));
        }
        if let Some(merged) = self.first.pairing.merged_packages(&self.parser) {
            let [one, other] = merged.packages.map(String::from_utf8_lossy);
            return Err(anyhow!(
                "--ignore pkg: the {} has {} in {one} and in {other}, which would become one sample",
                merged.side.name(),
                String::from_utf8_lossy(merged.name)
            )
            .hint(format!(
                "compare one package at a time, such as with --filter pkg:{one}"
            )));
        }
        self.nothing_compared(rows, texts)
    }

    /// Whether nothing at all is on both sides although something should be, which is a warning
    /// where the base failed.
    ///
    /// # Errors
    /// Why nothing can be compared, where no failure explains it.
    fn nothing_compared(&self, rows: &Rows, texts: &[Vec<Vec<u8>>; 2]) -> Result<bool> {
        let is_compared = |row: &Row| row.old.is_some() && row.new.is_some();
        if rows.rows.iter().any(is_compared) {
            return Ok(false);
        }
        let diagnostics = self.diagnostics();
        let failed = |side: Side| {
            let mut failures = diagnostics.iter().filter(|it| it.is_failure());
            failures.any(|failure| failure.side == Some(side.name()))
        };
        let any_failed = failed(Side::Base) || failed(Side::Head);
        for side in Side::BOTH {
            let is_explained = any_failed || (side == Side::Base && self.base_is_listed);
            if is_explained || !self.first.pairing.lacks(side) {
                continue;
            }
            let name = &self.names[side as usize];
            if self.noticed[side as usize].results == 0 {
                if self.are_commands {
                    bail!("the command `{name}` printed no benchmark results");
                }
                bail!("{}", no_result(name.as_bytes()));
            }
            let error = anyhow!("no results in {name} match the filter");
            let texts = texts.iter().flatten().map(Vec::as_slice);
            return Err(
                match unmatched::hint(&self.first.pairing.options().filter, texts) {
                    Some(hint) => error.hint(hint),
                    None => error,
                },
            );
        }
        if any_failed {
            return Ok(true);
        }
        if !self.base_is_listed {
            bail!("{}", self.mismatch(texts));
        }
        Ok(false)
    }

    /// Why two sides have no benchmark in common.
    fn mismatch(&self, texts: &[Vec<Vec<u8>>; 2]) -> String {
        let options = self.first.pairing.options();
        let keys = options.environment.iter().chain(&options.ignore);
        let fields = keys.map(|key| Field::from(Key::ConfigKey(key.clone().into_bytes())));
        // The table_options whose rows are the gate's.
        let mut table_options = TableOptions::default();
        table_options.ignore = fields.collect();
        let (mut parser, mut collector) = (Parser::new(), Collector::new(table_options));
        for (name, texts) in self.names.iter().zip(texts) {
            for text in texts {
                let names = (name.as_bytes(), name.as_bytes());
                let repair_mode = RepairMode::Repair;
                // Only what can be read matters here.
                let _ = read_text(
                    &mut parser,
                    repair_mode,
                    names,
                    &text[..],
                    None,
                    |result| collector.add(result),
                    |_| Ok(()),
                );
            }
        }
        let tables = collector.finish(&parser, Thresholds::default()).ok();
        let mismatch = tables.and_then(|tables| tables.mismatch());
        let [base, head] = &self.names;
        mismatch.map_or_else(
            || format!("nothing is compared: {base} and {head} have no benchmark in common"),
            |mismatch| mismatch_text(&mismatch, "--ignore"),
        )
    }
}

/// Gives rows of a second measurement the keys of the first ones, which may have more configuration: results of a file
/// can have lines that their benchmarks do not print here.
fn name_alike(again: &mut Rows, first: &Rows) {
    let known: HashSet<RowKey> = first.rows.iter().map(|row| row.key.clone()).collect();
    for (row, metadata) in again.rows.iter_mut().zip(&again.metadata) {
        if known.contains(&row.key) {
            continue;
        }
        let alike = first.rows.iter().zip(&first.metadata);
        let mut alike = alike.filter(|(it, of)| {
            (&it.key.benchmark, &it.key.unit) == (&row.key.benchmark, &row.key.unit)
                && of.package == metadata.package
        });
        if let (Some((only, _)), None) = (alike.next(), alike.next()) {
            row.key = only.key.clone();
        }
    }
}

/// Whether the user wants times compared although one side was measured in several layouts and the other in one.
pub(crate) fn ignores_layouts(options: &GateOptions) -> bool {
    options.ignore.iter().any(|key| key == "layouts")
}

/// Whether a side lacks a pair of which it has the other side's benchmark, which need not run there.
fn is_borrowed_by(measured: &Measurement, pair: &Pair<'_>, side: Side) -> bool {
    let shared = measured.shared(&benchmark_of(pair));
    shared.is_some_and(|shared| shared.of.other() == side)
}

/// The package and the benchmark of a pair.
fn benchmark_of(pair: &Pair<'_>) -> BenchmarkName {
    let text = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let name = Name::new(pair.name);
    (text(pair.package().unwrap_or_default()), text(name.base()))
}

/// Whether a failure is why a side lacks a pair.
fn cost(failure: &Diagnostic, lacks: Side, pair: &Pair<'_>) -> bool {
    if failure.side != Some(lacks.name()) {
        return false;
    }
    let package = pair.package().unwrap_or_default();
    if let Some(of) = &failure.package
        && !package.is_empty()
        && of.as_bytes() != package
    {
        return false;
    }
    failure.benchmark.as_ref().is_none_or(|name| {
        let name = name.strip_prefix("Benchmark").unwrap_or(name);
        Name::new(name.as_bytes()).base() == Name::new(pair.name).base()
    })
}

/// Leaves out units that only one side measured of the benchmarks that both have, and says so: a flag
/// was forgotten there. Where a missing row fails a run, what the head lacks stays.
fn leave_out_one_sided_units(pairs: &mut Vec<Pair<'_>>, on_missing: Action) -> Vec<String> {
    let has = |pair: &Pair<'_>| pair.sides.map(|side| !side.values.is_empty());
    let of = |pair: &Pair<'_>| (pair.table.clone(), pair.name.to_vec());
    let compared: HashSet<(String, Vec<u8>)> = pairs
        .iter()
        .filter(|pair| has(pair) == [true, true])
        .map(of)
        .collect();
    // For each unit the side that alone has it, and of how many benchmarks.
    let mut units: BTreeMap<Vec<u8>, (Option<Side>, usize)> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| compared.contains(&of(pair))) {
        let side = match has(pair) {
            [true, false] if on_missing != Action::Fail => Some(Side::Base),
            [false, true] => Some(Side::Head),
            _ => None,
        };
        let known = units.entry(pair.unit.to_vec()).or_insert((side, 0));
        if known.0 != side {
            known.0 = None;
        }
        known.1 += 1;
    }
    let is_one_sided = |unit: &[u8]| matches!(units.get(unit), Some((Some(_), _)));
    pairs.retain(|pair| !is_one_sided(pair.unit) || !compared.contains(&of(pair)));
    let mut advice = Vec::new();
    for side in Side::BOTH {
        let of_side = units.iter().filter(|(_, (of, _))| *of == Some(side));
        let (names, counts): (Vec<String>, Vec<usize>) = of_side
            .map(|(unit, (_, count))| {
                let unit = String::from_utf8_lossy(unit);
                (written_unit(&unit).to_owned(), *count)
            })
            .unzip();
        let Some(most) = counts.into_iter().max() else {
            continue;
        };
        let were = if names.len() == 1 { "was" } else { "were" };
        advice.push(format!(
            "{} {were} measured only on the {} (for {}) and not compared; run both sides with the same flags, such as -benchmem",
            names.join(", "),
            side.name(),
            counted(most, "benchmark"),
        ));
    }
    advice
}

/// Reads the texts of two sides, and says on standard error what was noticed.
///
/// # Errors
/// When standard error or an input cannot be used.
pub(crate) fn read_sides(
    program: &str,
    names: [String; 2],
    texts: &[Vec<Vec<u8>>; 2],
    options: &GateOptions,
) -> Result<Comparison> {
    let mut comparison = Comparison::new(options, names);
    comparison.is_interleaved |= are_interleaved(texts);
    for (side, texts) in Side::BOTH.into_iter().zip(texts) {
        for text in texts {
            comparison.read(side, options, &text[..], |line| ui::warnings(program, line))?;
        }
    }
    for line in comparison.lines() {
        ui::note(program, &line);
    }
    Ok(comparison)
}

/// Prints the report, and tells what it says to do. `texts` are the inputs, to say why nothing is
/// compared.
///
/// # Errors
/// When nothing can be compared, or a report cannot be written.
pub(crate) fn conclude(
    comparison: &Comparison,
    rows: Rows,
    report: &Report,
    gate: &Gate<'_>,
    texts: &[Vec<Vec<u8>>; 2],
    extras: Extras,
) -> Result<Outcome> {
    let options = gate.options;
    // Where both sides are the same, there is nothing to measure.
    let is_unmeasured = rows.rows.is_empty() && !extras.same_binaries.is_empty();
    let nothing_compared = !is_unmeasured && comparison.check(&rows, texts)?;
    let mut stale = without_rows(options.gated.as_deref().unwrap_or_default(), &rows.rows)?;
    stale.extend(rows.stale);
    let diagnostics = comparison.diagnostics();
    let is_incomplete = diagnostics
        .iter()
        .any(|it| it.severity == Severity::Incomplete);
    let inputs = Inputs {
        names: comparison.names.clone(),
        measured: extras.measured,
        same_binaries: extras.same_binaries,
        diagnostics,
        stale,
        is_incomplete,
        lacks_base: nothing_compared && !options.allow_broken_base,
    };
    let mut report = model(report, &rows.metadata, &comparison.policy(options), inputs);
    report.advice.splice(0..0, rows.advice);
    report.advice.extend(extras.advice);
    report.explained = extras.explained;
    report.reproduce = extras.reproduce;
    for explained in &mut report.explained {
        explained.keep(EXPLAINED_ROWS);
    }
    publish(&report, options)?;
    Ok(report.outcome)
}

/// A sentence for each gated unit that no row has.
///
/// # Errors
/// When there are rows and none has any of them: nothing could ever fail.
fn without_rows(gated: &[String], rows: &[Row]) -> Result<Vec<String>> {
    let units: BTreeSet<&str> = rows.iter().map(|row| written_unit(&row.key.unit)).collect();
    let missing: Vec<&String> = gated
        .iter()
        .filter(|unit| !rows.iter().any(|row| is_unit(unit, &row.key.unit)))
        .collect();
    if !rows.is_empty() && !gated.is_empty() && missing.len() == gated.len() {
        let units: Vec<&str> = units.into_iter().collect();
        bail!(
            "gate: no row has the unit {}, so nothing could fail; the results have {}",
            gated.join(" or "),
            units.join(", ")
        );
    }
    let warning = |unit: &String| format!("gate: no row of this run has the unit {unit}");
    Ok(missing.into_iter().map(warning).collect())
}

/// Prints the report, and writes all others that were asked for.
fn publish(report: &CheckReport, gate: &GateOptions) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let color = gate.color.applies_to(&stdout);
    let text = render(report, gate.format, color)?;
    ui::printed(stdout.write_all(text.as_bytes()))?;
    ui::printed(stdout.flush())?;
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
            let summary = summary.display();
            ui::note(
                "benchcli",
                &format!("cannot write the step summary {summary}: {error}"),
            );
        }
    }
    written
}

fn render(report: &CheckReport, format: ReportFormat, color: bool) -> Result<String> {
    Ok(match format {
        ReportFormat::Text => verdict_text::write(report, color),
        ReportFormat::Markdown => visible(&verdict_markdown::write(report)).into_owned(),
        ReportFormat::Json => serde_json::to_string_pretty(report)? + "\n",
        ReportFormat::Junit => visible(&junit::write(report)).into_owned(),
        ReportFormat::Github => visible(&annotations::github(report, &places(report))).into_owned(),
        ReportFormat::Gitlab => annotations::gitlab(report, &places(report)),
    })
}
