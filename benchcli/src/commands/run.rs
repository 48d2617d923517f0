//! `benchcli run`: measures base and head in turn, and judges the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use benchparse::gate::{Report, RowVerdict, Verdict, judge_again};
use git2::Oid;

use super::Outcome;
use super::record;
use crate::args::run::{RunOptions, Versions};
use crate::atomic_file::{check_file, check_folder, unwritable};
use crate::baseline::find::{self, Baseline, Wanted};
use crate::baseline::{CiTarget, Contents, Store};
use crate::diagnostics::Diagnostic;
use crate::hint::WithHint;
use crate::pipeline::baselines::short;
use crate::pipeline::failure::hints;
use crate::pipeline::gate::{Comparison, Extras, Gate, Rows, conclude};
use crate::pipeline::measured_marks::Marks;
use crate::pipeline::profiling::{Explicable, Profiling};
use crate::pipeline::reproduce;
use crate::pipeline::versions::{Benchmarks, Linking, Prepared, prepare};
use crate::plural::counted;
use crate::report::verdicts::{Measured, RowMetadata, SameBinary};
use crate::runner::children::Children;
use crate::runner::code_layout::Layouts;
use crate::runner::machine::{Quietness, Snapshot};
use crate::runner::pin::{pin, set_priority};
use crate::runner::plan::Plan;
use crate::runner::progress::{Progress, duration};
use crate::runner::rounds::{Printed, Rounds, Subject};
use crate::runner::save::{NAMES, save};
use crate::runner::stopping::{InterimAnalyses, is_decided};
use crate::runner::transcript::{Transcript, mark};
use crate::runner::worktree::RunFolder;
use crate::runner::{Side, signals, workspace};
use crate::ui::{status, warn};

/// Runs the command.
///
/// # Errors
/// When the versions cannot be found, built or measured, or a report cannot be written.
pub fn run(options: &RunOptions) -> Result<Outcome> {
    let children = Children::default();
    signals::stop_on_signal(&children).context("cannot install signal handlers")?;
    let store = Store::open(Path::new("."));
    let record_for = preflight(options, store.as_ref())?;
    let store = store.ok();
    let git = store
        .as_ref()
        .map(|store| store.repo().commondir().to_owned());
    let mut place = RunFolder::create(&children, git.as_deref())?;
    // Enough to repeat a run with, and short enough to copy.
    let seed = options.seed.unwrap_or_else(|| workspace::random() >> 40);
    let linking = Linking {
        layouts: options.layouts,
        seed,
        measure_all: options.measure_all,
    };
    let prepared = prepare(
        &options.versions,
        &children,
        store.as_ref(),
        &mut place,
        linking,
    );
    let ended = prepared.and_then(|prepared| {
        let scratch = place.path().to_owned();
        let context = RunContext {
            children: &children,
            store: store.as_ref(),
            record_for,
            scratch: &scratch,
            seed,
            options,
        };
        measure(&context, prepared, &mut place)
    });
    let removed = place.remove();
    let outcome = ended?;
    removed?;
    Ok(outcome)
}

/// Looks for what would make the end of the run worthless; gives the commit to record for.
fn preflight(options: &RunOptions, store: Result<&Store, &anyhow::Error>) -> Result<Option<Oid>> {
    for to in &options.gate.reports {
        check_file(&to.path)?;
    }
    for folder in options.save_raw.iter().chain(&options.flame) {
        check_folder(folder)?;
    }
    match store {
        _ if !options.record => Ok(None),
        Ok(store) => Ok(Some(store.resolve("HEAD").context("--record")?.id())),
        Err(error) => {
            let error_of_flag = anyhow!("--record: {error:#}");
            Err(hints(error).into_iter().fold(error_of_flag, WithHint::hint))
        }
    }
}

/// What a run needs besides the versions.
struct RunContext<'c> {
    children: &'c Children,
    store: Option<&'c Store>,
    /// The commit to record for.
    record_for: Option<Oid>,
    scratch: &'c Path,
    /// Where the order and the layouts are drawn from.
    seed: u64,
    options: &'c RunOptions,
}

/// What is known of the versions besides their results.
struct Unmeasured {
    /// The commit of the base.
    base: Option<Oid>,
    /// Why the layout of the code is not controlled although it should be.
    uncontrolled: Option<String>,
    same_binaries: Vec<SameBinary>,
}

/// Measures, judges and reports.
fn measure(context: &RunContext<'_>, prepared: Prepared, place: &mut RunFolder) -> Result<Outcome> {
    let options = context.options;
    let plan = Plan {
        order: options.order,
        seed: context.seed,
    };
    let before = Snapshot::take();
    let pinned = options.pin.as_deref().map(pin).transpose()?;
    let priority = options.nice.map(set_priority).transpose()?;
    let used = pinned.iter().map(|pinned| pinned.description.clone());
    let used = used.chain(priority).collect();
    let gate = Gate::new(&options.gate, context.store, prepared.base)?;
    let unmeasured = Unmeasured {
        base: prepared.base,
        uncontrolled: prepared.uncontrolled,
        same_binaries: prepared.same_binaries,
    };
    let mut comparison = Comparison::new(&options.gate, prepared.names);
    comparison.failed_builds = prepared.failed_builds;
    comparison.base_is_listed = prepared.base_is_listed;
    comparison.are_commands = matches!(options.versions, Versions::Commands(_));
    comparison.is_interleaved |= prepared.baseline.is_none();
    let mut state = RunState {
        gate: &gate,
        rounds: Rounds::new(prepared.subjects, plan, prepared.linker),
        started: Instant::now(),
        confirmed: 0,
        transcript: Transcript::default(),
        comparison,
        benchmarks: prepared.benchmarks,
        decided: Vec::new(),
        share: 1.0,
    };
    let baseline = prepared.baseline;
    let mut base_texts = None;
    let ended = state.run(options, context.children).and_then(|()| {
        if let (Some(base), Some(store)) = (&baseline, context.store) {
            base_texts = Some(state.read_baseline(options, store, base)?);
        }
        let of_base = baseline.as_ref().and(unmeasured.base);
        state.confirm(context, place, of_base)
    });
    let quietness = Quietness::between(&before, &Snapshot::take(), used);
    if let Err(error) = ended {
        state.rescue(options.save_raw.as_deref())?;
        return Err(error);
    }
    let texts = state.texts();
    // Before profiles, which may be stopped; an error of it comes after the verdict.
    let kept = keep(context, &texts, state.layouts());
    let outcome = verdict(context, &state, texts, base_texts, unmeasured, &quietness);
    drop(pinned);
    let outcome = outcome?;
    kept?;
    Ok(outcome)
}

/// Saves and records what was measured, as far as that was asked for.
fn keep(context: &RunContext<'_>, texts: &[Vec<u8>; 2], layouts: Option<usize>) -> Result<()> {
    let saved = match &context.options.save_raw {
        Some(folder) => save(folder, texts).map_err(|error| unwritable(folder, error)),
        None => Ok(()),
    };
    if let (Some(store), Some(commit)) = (context.store, context.record_for) {
        let text = texts[1].clone();
        status(&record::measured_in_turn(store, commit, text, layouts)?);
    }
    saved
}

fn verdict(
    context: &RunContext<'_>,
    state: &RunState<'_>,
    texts: [Vec<u8>; 2],
    base_texts: Option<Vec<Vec<u8>>>,
    unmeasured: Unmeasured,
    quietness: &Quietness,
) -> Result<Outcome> {
    let options = context.options;
    let mut measured = Measured {
        layouts: state.layouts(),
        uncontrolled: unmeasured.uncontrolled,
        confirming_rounds: state.confirmed as usize,
        rounds: state.transcript.rounds(Side::Head),
        order: Some(options.order.name()),
        seed: state.rounds.plan.seed,
        machine: quietness.to_string(),
    };
    let [old, new] = texts;
    let mut texts = [vec![old], vec![new]];
    if let Some(base_texts) = base_texts {
        measured.order = None;
        texts[0] = base_texts;
    }
    for line in state.comparison.all_lines() {
        status(&format!("note: {line}"));
    }
    let mut rows = state.comparison.rows(state.gate);
    let report = state.judged(&mut rows);
    let mut advice = Vec::new();
    let (explained, ended) = if options.explain {
        let profiling = Profiling {
            children: context.children,
            scratch: context.scratch,
            flames: options.flame.as_deref(),
            most: options.most_explained,
        };
        let worse = worse(&report, &rows.metadata, state);
        if worse.len() > options.most_explained {
            advice.push(format!(
                "{} with regressions not explained; use `--most {}` to explain all",
                counted(worse.len() - options.most_explained, "benchmark"),
                worse.len()
            ));
        }
        profiling.explain(&worse, &state.rounds.subjects)
    } else {
        (Vec::new(), Ok(()))
    };
    let reproduce = match (&options.versions, unmeasured.base) {
        (Versions::Go(go), Some(base)) => {
            let rounds = state.transcript.rounds(Side::Head) as u32;
            reproduce::command(
                go,
                &short(base),
                rounds,
                measured.seed,
                &report,
                &rows.metadata,
            )
        }
        _ => None,
    };
    let extras = Extras {
        measured: Some(measured),
        same_binaries: unmeasured.same_binaries,
        reproduce,
        advice,
        explained,
    };
    let RunState {
        comparison, gate, ..
    } = state;
    let outcome = conclude(comparison, rows, &report, gate, &texts, extras)?;
    ended?;
    Ok(outcome)
}

/// The benchmarks that got worse, the worst first, each once.
fn worse(report: &Report, metadata: &[RowMetadata], state: &RunState<'_>) -> Vec<Explicable> {
    let mut found: Vec<(f64, Explicable)> = Vec::new();
    for (row, metadata) in report.rows.iter().zip(metadata) {
        let size = row.effect.map_or(0.0, |effect| effect.worse);
        let is_known = found.iter().any(|(_, known)| {
            known.benchmark == row.key.benchmark && known.package == metadata.package
        });
        if !row.verdict.is_regression() || is_known {
            continue;
        }
        if let Some(subject) = state.subject_of(row, metadata) {
            let counts = metadata.sides[1].iterations.iter();
            let worse = Explicable {
                subject,
                package: metadata.package.clone(),
                benchmark: row.key.benchmark.clone(),
                iterations: counts.copied().max().unwrap_or(1),
            };
            found.push((size, worse));
        }
    }
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    found.into_iter().map(|(_, worse)| worse).collect()
}

/// The stored results that fit what was just measured.
fn cached(store: &Store, base: &str, head: &[u8]) -> Result<Baseline> {
    let target = CiTarget::from_variables(|name| env::var(name).ok());
    let wanted = Wanted {
        environments: Contents::of(b"new", head).environments,
        labels: Vec::new(),
    };
    let baseline = find::find(store, base, &wanted, target.as_ref())?;
    warn(
        "the base was measured earlier, so machine drift can look like a change; omit --cached-base to interleave both sides",
    );
    Ok(baseline)
}

/// A run with what is known of it so far.
struct RunState<'r> {
    gate: &'r Gate<'r>,
    rounds: Rounds,
    started: Instant,
    /// How many rounds confirmed what would fail.
    confirmed: u32,
    transcript: Transcript,
    comparison: Comparison,
    benchmarks: Benchmarks,
    /// The verdicts of earlier analyses.
    decided: Vec<RowVerdict>,
    /// The part of q that the last analysis may spend.
    share: f64,
}

impl RunState<'_> {
    /// Measures until all is decided, the rounds are over, or the time is.
    fn run(&mut self, options: &RunOptions, children: &Children) -> Result<()> {
        let progress = Progress::start(options.rounds);
        let mut analyses = options
            .first_analysis
            .map(|first| InterimAnalyses::new(first, options.rounds));
        let ended = loop {
            let (round, active) = (self.rounds.done() + 1, self.rounds.active().count());
            if round > options.rounds || active == 0 {
                break Ok(());
            }
            if self.is_over(options, &progress, round - 1, options.rounds) {
                break Ok(());
            }
            if let Err(error) = self.round(children, &progress, options.rounds) {
                break Err(error);
            }
            if let Some(analyses) = &mut analyses
                && let Some(analysis) = analyses.at(round)
                && round < options.rounds
            {
                self.analyze(analysis.share, &progress);
            }
        };
        progress.end();
        // What earlier analyses may not have spent is left for the last.
        if let Some(analyses) = &analyses {
            self.share = analyses.rest();
        }
        ended
    }

    fn round(&mut self, children: &Children, progress: &Progress, rounds: u32) -> Result<()> {
        let round = self.rounds.done() + 1;
        let active = self.rounds.active().count();
        let expected = self.rounds.expected();
        let later = expected * (rounds - round);
        let (mut at, mut gone) = (0, Duration::ZERO);
        let started = progress.elapsed();
        let Self {
            gate,
            rounds: measured,
            transcript,
            comparison,
            benchmarks,
            ..
        } = self;
        let each = |subject: &Subject, took| {
            let left = (!expected.is_zero()).then(|| later + expected.saturating_sub(gone));
            progress.subject(round, (at, active), &subject.name, left);
            at += 1;
            gone += took;
        };
        measured.round(children, each, |printed| {
            take(printed, gate, transcript, comparison, benchmarks, progress)
        })?;
        let left = self.rounds.expected() * (rounds - round);
        let took = progress.elapsed().saturating_sub(started);
        progress.round(round, took, left, active);
        Ok(())
    }

    /// Looks at the results so far, and takes out what is decided.
    fn analyze(&mut self, share: f64, progress: &Progress) {
        let rows = self.comparison.rows(self.gate);
        let mut policy = self.comparison.policy(self.gate.options);
        policy.q *= share;
        let report = judge_again(&rows.rows, &policy, &self.decided);
        let mut open: BTreeMap<usize, bool> = BTreeMap::new();
        let known = self.decided.len();
        for (verdict, metadata) in report.rows.iter().zip(&rows.metadata) {
            let is_decided = is_decided(&verdict.verdict);
            // Commands are measured as a whole.
            let subject = self.subject_of(verdict, metadata).unwrap_or_default();
            *open.entry(subject).or_default() |= !is_decided;
            if is_decided && !self.decided.iter().any(|row| row.key == verdict.key) {
                self.decided.push(verdict.clone());
            }
        }
        for row in &self.decided[known..] {
            if let (true, Some(effect)) = (is_change(row), row.effect) {
                let change = (effect.worse - 1.0) * 100.0;
                let how = if change > 0.0 { "worse" } else { "better" };
                progress.status(&format!(
                    "{} {}: {:.1}% {how}",
                    row.key.benchmark,
                    row.key.unit,
                    change.abs()
                ));
            }
        }
        for (subject, is_open) in open {
            if !is_open {
                self.rounds.decide(subject);
            }
        }
    }

    /// In how many layouts each binary was measured, where that is controlled.
    fn layouts(&self) -> Option<usize> {
        match self.rounds.linker.as_ref()?.layouts {
            Layouts::Cycle(count) => Some((count as usize).min(self.transcript.rounds(Side::Head))),
            _ => None,
        }
    }

    /// The subject that a row is of.
    fn subject_of(&self, row: &RowVerdict, metadata: &RowMetadata) -> Option<usize> {
        let benchmark = metadata.benchmark(&row.key);
        self.benchmarks.get(&benchmark).copied()
    }

    /// What was printed on both sides.
    fn texts(&self) -> [Vec<u8>; 2] {
        let Self {
            transcript, rounds, ..
        } = self;
        let measured = Side::BOTH.map(|side| transcript.rounds(side));
        let mark = mark(&rounds.plan, measured[0].max(measured[1]));
        Side::BOTH.map(|side| transcript.text(side, &mark))
    }

    fn judged(&self, rows: &mut Rows) -> Report {
        self.comparison
            .judge(self.gate, rows, &self.decided, self.share)
    }

    /// Reads the stored results that stand for the base, and gives their texts.
    fn read_baseline(
        &mut self,
        options: &RunOptions,
        store: &Store,
        base: &str,
    ) -> Result<Vec<Vec<u8>>> {
        let [_, head] = self.texts();
        let cached = cached(store, base, &head)?;
        self.comparison.rename_base(cached.to_string());
        let texts: Vec<Vec<u8>> = cached.texts().map(<[u8]>::to_vec).collect();
        for text in &texts {
            let quiet = |_: &[u8]| Ok(());
            self.comparison
                .read(Side::Base, &options.gate, text, quiet)?;
        }
        Ok(texts)
    }

    /// Measures what would fail once more, in turn and in other layouts. `stored_base` is the commit of the base where
    /// stored results stood for it so far; it is built now.
    fn confirm(
        &mut self,
        context: &RunContext<'_>,
        place: &mut RunFolder,
        stored_base: Option<Oid>,
    ) -> Result<()> {
        let (options, children) = (context.options, context.children);
        let most = options.confirming_rounds;
        if most == 0 {
            return Ok(());
        }
        let mut rows = self.comparison.rows(self.gate);
        let report = self.judged(&mut rows);
        let suspects = self.comparison.suspects(self.gate, &rows, &report);
        if suspects.is_empty() {
            return Ok(());
        }
        let of_row = report.rows.iter().zip(&rows.metadata);
        let benchmarks: BTreeSet<(String, String)> = of_row
            .filter(|(row, _)| suspects.contains(&row.key))
            .map(|(row, metadata)| metadata.benchmark(&row.key))
            .collect();
        let seed = !self.rounds.plan.seed;
        let plan = Plan {
            seed,
            ..self.rounds.plan
        };
        let mut rounds = match (&options.versions, stored_base) {
            (Versions::Go(go), Some(base)) => {
                let linking = Linking {
                    layouts: options.layouts,
                    seed,
                    measure_all: true,
                };
                let versions = Versions::Go(go.only(&base.to_string(), &benchmarks));
                let prepared = prepare(&versions, children, context.store, place, linking)?;
                self.comparison.failed_builds.extend(prepared.failed_builds);
                self.benchmarks = prepared.benchmarks;
                Rounds::new(prepared.subjects, plan, prepared.linker)
            }
            _ => {
                let linker = self.rounds.linker.as_ref().map(|linker| linker.fresh(seed));
                self.rounds.again(plan, linker)
            }
        };
        let wanted: BTreeSet<usize> = benchmarks
            .iter()
            .filter_map(|benchmark| self.benchmarks.get(benchmark).copied())
            .collect();
        for at in 0..rounds.subjects.len() {
            let is_on_both_sides = rounds.subjects[at].sides.iter().all(Option::is_some);
            if !wanted.contains(&at) || !is_on_both_sides {
                rounds.decide(at);
            }
        }
        let count = rounds.active().count();
        if count == 0 {
            return Ok(());
        }
        status(&format!(
            "{} would fail; measuring {} again to confirm",
            counted(count, "benchmark"),
            if count == 1 { "it" } else { "them" }
        ));
        let first = std::mem::replace(&mut self.rounds, rounds);
        self.transcript.begin_confirmation();
        let progress = Progress::start(most);
        let mut ended = Ok(());
        while ended.is_ok()
            && self.rounds.done() < most
            && self.rounds.active().next().is_some()
            && !self.is_over(options, &progress, self.rounds.done(), most)
        {
            ended = self.round(children, &progress, most);
        }
        progress.end();
        self.confirmed = self.rounds.done();
        self.rounds = first;
        ended
    }

    /// Whether the time of the run is over, after so many rounds.
    fn is_over(&self, options: &RunOptions, progress: &Progress, done: u32, most: u32) -> bool {
        let elapsed = self.started.elapsed();
        let is_over = options.max_time.is_some_and(|most| elapsed >= most);
        if is_over {
            progress.status(&format!(
                "stopped after {} (--max-time), with {done} of {most} rounds done",
                duration(elapsed)
            ));
        }
        is_over
    }

    /// Saves what was measured of a run that does not come to its end.
    fn rescue(&self, folder: Option<&Path>) -> Result<()> {
        if self.transcript.rounds(Side::Head) == 0 {
            return Ok(());
        }
        let folder = folder.map_or_else(
            || PathBuf::from(format!("benchcli-stopped-{}", self.rounds.plan.seed)),
            Path::to_owned,
        );
        save(&folder, &self.texts())
            .with_context(|| format!("cannot save the results in {}", folder.display()))?;
        let [old, new] = NAMES.map(|name| folder.join(name).display().to_string());
        status(&format!(
            "the results are saved; run `benchcli check {old} {new}` to judge them"
        ));
        Ok(())
    }
}

/// Takes in what a program printed. How one failed is written behind it, as `go test` would.
fn take(
    printed: Printed,
    gate: &Gate<'_>,
    transcript: &mut Transcript,
    comparison: &mut Comparison,
    benchmarks: &Benchmarks,
    progress: &Progress,
) -> Result<()> {
    let Printed {
        subject,
        side,
        layout,
        text,
        failure,
    } = printed;
    let marks = Marks::everywhere(layout, transcript.confirms());
    let noticed = comparison.read_measured(side, gate.options, &text, &marks)?;
    transcript.add(subject, side, layout, &text);
    let Some(failure) = failure else {
        return Ok(());
    };
    let what = if comparison.are_commands {
        format!("the {} command failed", side.name())
    } else {
        format!("{} failed on the {}", failure.name, side.name())
    };
    progress.status(&format!(
        "{what} in round {}, {}:\n{}",
        failure.round, failure.ending, failure.output
    ));
    if noticed.diagnostics().iter().any(Diagnostic::is_failure) {
        return Ok(());
    }
    let of = benchmarks.iter().find(|(_, at)| **at == subject);
    let benchmark = of.map_or_else(String::new, |((package, name), _)| {
        format!("pkg: {package}\n--- FAIL: Benchmark{name}\n")
    });
    let ending = match failure.ending.strip_prefix("killed by ") {
        Some(signal) => format!("signal: {signal}"),
        None => failure.ending,
    };
    let text = format!("{benchmark}{ending}\n");
    comparison.read_measured(side, gate.options, text.as_bytes(), &marks)?;
    transcript.amend(side, text.as_bytes());
    Ok(())
}

fn is_change(row: &RowVerdict) -> bool {
    row.verdict.is_regression() || row.verdict == Verdict::Improved
}
