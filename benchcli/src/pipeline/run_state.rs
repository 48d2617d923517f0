//! A run of benchmarks in turn, and what is known of it so far.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use benchparse::gate::{Action, Report, RowVerdict, Verdict, judge_again};
use git2::Oid;

use super::failure::in_one_line;
use super::gate::{Comparison, Gate, Rows};
use super::versions::{Benchmarks, Linking, prepare};
use crate::args::go::{GoOptions, Versions};
use crate::args::run::RunOptions;
use crate::baseline::Store;
use crate::diagnostics::Diagnostic;
use crate::measured_marks::Marks;
use crate::plural::counted;
use crate::report::verdicts::RowMetadata;
use crate::runner::Side;
use crate::runner::children::{ChildError, Children};
use crate::runner::code_layout::Layouts;
use crate::runner::plan::Plan;
use crate::runner::progress::{Progress, duration};
use crate::runner::rounds::{Printed, Rounds, Subject};
use crate::runner::save::{NAMES, save};
use crate::runner::stopping::{InterimAnalyses, is_decided};
use crate::runner::transcript::{Transcript, mark, mark_alone};
use crate::runner::worktree::RunFolder;
use crate::ui::status;

/// A run with what is known of it so far.
pub(crate) struct RunState<'r> {
    pub(crate) gate: &'r Gate<'r>,
    pub(crate) rounds: Rounds,
    started: Instant,
    /// How many rounds measured again what may have regressed.
    pub(crate) confirmed: u32,
    /// Why nothing could be measured again.
    pub(crate) unconfirmed: Option<String>,
    /// Why layouts are not controlled although they should be.
    pub(crate) uncontrolled: Option<String>,
    pub(crate) transcript: Transcript,
    pub(crate) comparison: Comparison,
    benchmarks: Benchmarks,
    /// The verdicts of earlier analyses.
    decided: Vec<RowVerdict>,
    /// The part of q that the last analysis may spend.
    share: f64,
}

/// How what may have regressed is measured once more.
pub(crate) struct Confirming<'c> {
    pub(crate) children: &'c Children,
    pub(crate) store: Option<&'c Store>,
    pub(crate) rounds: u32,
    pub(crate) layouts: Layouts,
    pub(crate) max_time: Option<Duration>,
    /// What to build, and the commit of the base, where stored results stood for it so far. Otherwise the binaries are
    /// there.
    pub(crate) build: Option<(&'c GoOptions, Oid)>,
}

impl<'r> RunState<'r> {
    /// Nothing measured yet.
    pub(crate) fn new(
        gate: &'r Gate<'r>,
        comparison: Comparison,
        rounds: Rounds,
        benchmarks: Benchmarks,
    ) -> Self {
        Self {
            gate,
            rounds,
            started: Instant::now(),
            confirmed: 0,
            unconfirmed: None,
            uncontrolled: None,
            transcript: Transcript::default(),
            comparison,
            benchmarks,
            decided: Vec::new(),
            share: 1.0,
        }
    }
}

impl RunState<'_> {
    /// Measures until all is decided, the rounds are over, or the time is.
    pub(crate) fn run(&mut self, options: &RunOptions, children: &Children) -> Result<()> {
        let progress = Progress::start(options.rounds);
        let mut analyses = options
            .first_analysis
            .map(|first| InterimAnalyses::new(first, options.rounds));
        let ended = loop {
            let (round, active) = (self.rounds.done() + 1, self.rounds.active().count());
            if round > options.rounds || active == 0 {
                break Ok(());
            }
            if self.is_over(options.max_time, &progress, round - 1, options.rounds) {
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
    pub(crate) fn layouts(&self) -> Option<usize> {
        match self.rounds.linker.as_ref()?.layouts {
            Layouts::Cycle(count) => Some((count as usize).min(self.transcript.rounds(Side::Head))),
            Layouts::Uncontrolled | Layouts::EachRound => None,
        }
    }

    /// The subject that a row is of.
    pub(crate) fn subject_of(&self, row: &RowVerdict, metadata: &RowMetadata) -> Option<usize> {
        let benchmark = metadata.benchmark(&row.key);
        self.benchmarks.get(&benchmark).copied()
    }

    /// What was printed of the head, which was measured alone.
    pub(crate) fn text_alone(&self) -> Vec<u8> {
        let rounds = self.transcript.rounds(Side::Head);
        let mark = mark_alone(&self.rounds.plan, rounds);
        self.transcript.text(Side::Head, &mark)
    }

    /// What was printed on both sides.
    pub(crate) fn texts(&self) -> [Vec<u8>; 2] {
        let Self {
            transcript, rounds, ..
        } = self;
        let measured = Side::BOTH.map(|side| transcript.rounds(side));
        let mark = mark(&rounds.plan, measured[0].max(measured[1]));
        Side::BOTH.map(|side| transcript.text(side, &mark))
    }

    pub(crate) fn judged(&self, rows: &mut Rows) -> Report {
        self.comparison
            .judge(self.gate, rows, &self.decided, self.share)
    }

    /// Measures what may have regressed once more, in turn and in other layouts.
    pub(crate) fn confirm(&mut self, how: &Confirming<'_>, place: &mut RunFolder) -> Result<()> {
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
        let mut rounds = match &how.build {
            Some((go, base)) => {
                let linking = Linking {
                    layouts: how.layouts.to_confirm(),
                    seed,
                    measure_all: true,
                };
                let versions = Versions::Go(go.only(&base.to_string(), &benchmarks));
                let prepared = match prepare(&versions, how.children, how.store, place, linking) {
                    Ok(prepared) => prepared,
                    Err(error) if error.is::<ChildError>() => return Err(error),
                    // What was measured so far has a verdict all the same.
                    Err(error) => {
                        self.unconfirmed = Some(in_one_line(&error));
                        return Ok(());
                    }
                };
                self.comparison.failed_builds.extend(prepared.failed_builds);
                self.benchmarks = prepared.benchmarks;
                self.comparison
                    .set_differences_of_confirmation(prepared.differences);
                self.uncontrolled = prepared.uncontrolled;
                Rounds::new(prepared.subjects, plan, prepared.linker)
            }
            None => {
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
            "{} may have regressed; measuring {} again",
            counted(count, "benchmark"),
            if count == 1 { "it" } else { "them" }
        ));
        let first = std::mem::replace(&mut self.rounds, rounds);
        self.transcript.begin_confirmation();
        self.comparison.begin_confirmation();
        let progress = Progress::start(how.rounds);
        let mut ended = Ok(());
        while ended.is_ok()
            && self.rounds.done() < how.rounds
            && self.rounds.active().next().is_some()
            && !self.is_over(how.max_time, &progress, self.rounds.done(), how.rounds)
        {
            ended = self.round(how.children, &progress, how.rounds);
        }
        progress.end();
        self.confirmed = self.rounds.done();
        self.rounds = first;
        ended
    }

    /// Whether the time of the run is over, after so many rounds.
    fn is_over(
        &self,
        max_time: Option<Duration>,
        progress: &Progress,
        done: u32,
        most: u32,
    ) -> bool {
        let elapsed = self.started.elapsed();
        let is_over = max_time.is_some_and(|most| elapsed >= most);
        if is_over {
            progress.status(&format!(
                "stopped after {} (--max-time), with {done} of {most} rounds done",
                duration(elapsed)
            ));
        }
        is_over
    }

    /// What a report says of rows that a second measurement should have judged and did not.
    pub(crate) fn advice(&self, report: &Report) -> Option<String> {
        if let Some(why) = &self.unconfirmed {
            return Some(format!(
                "what may have regressed could not be measured again, so the first measurement decided: {why}"
            ));
        }
        let is_first = |row: &&RowVerdict| {
            row.action == Action::Fail && row.verdict.is_regression() && row.first.is_none()
        };
        let count = report.rows.iter().filter(is_first).count();
        (self.confirmed > 0 && count > 0).then(|| {
            format!(
                "{} could not be measured again, so the first measurement decided",
                counted(count, "failing row")
            )
        })
    }

    /// Saves what was measured of a head alone that does not come to its end.
    pub(crate) fn rescue_alone(&self, folder: Option<&Path>) -> Result<()> {
        self.rescue_texts(folder, &[Vec::new(), self.text_alone()], |[_, new]| {
            format!("run `benchcli record {new}` to record them")
        })
    }

    /// Saves what was measured of a run that does not come to its end.
    pub(crate) fn rescue(&self, folder: Option<&Path>) -> Result<()> {
        self.rescue_texts(folder, &self.texts(), |[old, new]| {
            format!("run `benchcli check {old} {new}` to judge them")
        })
    }

    /// Saves texts, and says what to do with the files.
    fn rescue_texts(
        &self,
        folder: Option<&Path>,
        texts: &[Vec<u8>; 2],
        what_to_do: impl Fn([String; 2]) -> String,
    ) -> Result<()> {
        if self.transcript.rounds(Side::Head) == 0 {
            return Ok(());
        }
        let folder = folder.map_or_else(
            || PathBuf::from(format!("benchcli-stopped-{}", self.rounds.plan.seed)),
            Path::to_owned,
        );
        save(&folder, texts)
            .with_context(|| format!("cannot save the results in {}", folder.display()))?;
        let files = NAMES.map(|name| folder.join(name).display().to_string());
        status(&format!("the results are saved; {}", what_to_do(files)));
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
        benchmark,
        text,
        failure,
    } = printed;
    let marks = Marks::everywhere(layout, benchmark.clone(), transcript.confirms());
    let noticed = comparison.read_measured(side, gate.options, &text, &marks)?;
    transcript.add(subject, side, layout, benchmark.as_deref(), &text);
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
