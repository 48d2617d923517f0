//! `benchcli run`: both versions measured in turn, and judged.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use benchparse::gate::{Report, RowVerdict, Verdict, judge_again};
use benchparse::name::Name;
use git2::Oid;

use super::Outcome;
use super::baselines::{say, warn};
use super::judging::{Beside, Compared, SideTexts, accept_trailers, compare, conclude};
use super::profiling::{Explicable, Profiling};
use super::record;
use super::versions::{Benchmarks, Prepared, prepare};
use crate::args::run::RunOptions;
use crate::baseline::find::{self, Baseline, Wanted};
use crate::baseline::{CiTarget, Contents, Store};
use crate::report::verdicts::{FailureReport, Measured};
use crate::runner::children::{ChildError, Children};
use crate::runner::machine::{Quietness, Snapshot};
use crate::runner::pin::{pin, set_priority};
use crate::runner::plan::Plan;
use crate::runner::progress::{Progress, duration};
use crate::runner::rounds::{Failure, Rounds};
use crate::runner::save::{NAMES, save};
use crate::runner::stopping::{Looks, is_settled};
use crate::runner::transcript::mark;
use crate::runner::worktree::Place;
use crate::runner::{Side, signals, workspace};
use crate::sides::RowContext;
use crate::whole_file::{check_file, check_folder, unwritable};
use crate::wording::counted;

const PROGRAM: &str = "benchcli run";

/// Runs the command.
///
/// # Errors
/// When the versions cannot be found, built or measured, or a report cannot be written.
pub fn run(mut options: RunOptions) -> Result<Outcome> {
    let children = Children::default();
    signals::stop_on_signal(&children).context("signals cannot be listened for")?;
    let store = Store::open(Path::new("."));
    let record_for = before_it_takes_time(&options, store.as_ref())?;
    let store = store.ok();
    let git = store
        .as_ref()
        .map(|store| store.repo().commondir().to_owned());
    let mut place = Place::create(&children, git.as_deref())?;
    let ended =
        prepare(&options.versions, &children, store.as_ref(), &mut place).and_then(|prepared| {
            match prepared {
                Some(prepared) => {
                    let means = Means {
                        children: &children,
                        store: store.as_ref(),
                        record_for,
                        scratch: place.path(),
                    };
                    measure(&mut options, &means, prepared)
                }
                None => Ok(Outcome::Failed),
            }
        });
    let removed = place.remove();
    let outcome = ended?;
    removed?;
    Ok(outcome)
}

/// Looks for what would make the end of the run worthless; gives the commit to record for.
fn before_it_takes_time(
    options: &RunOptions,
    store: Result<&Store, &anyhow::Error>,
) -> Result<Option<Oid>> {
    for to in &options.gate.reports {
        check_file(&to.path)?;
    }
    for folder in options.save_raw.iter().chain(&options.flame) {
        check_folder(folder)?;
    }
    match store {
        _ if !options.record => Ok(None),
        Ok(store) => Ok(Some(store.resolve("HEAD").context("--record")?.id())),
        Err(error) => bail!("--record: {error:#}"),
    }
}

/// What measuring needs besides the versions.
struct Means<'m> {
    children: &'m Children,
    store: Option<&'m Store>,
    /// The commit to record for.
    record_for: Option<Oid>,
    scratch: &'m Path,
}

/// Measures, judges and reports.
fn measure(options: &mut RunOptions, means: &Means<'_>, prepared: Prepared) -> Result<Outcome> {
    // Enough to repeat a run with, and short enough to copy.
    let seed = options.seed.unwrap_or_else(|| workspace::random() >> 40);
    let plan = Plan {
        order: options.order,
        seed,
    };
    let before = Snapshot::take();
    let pinned = options.pin.as_deref().map(pin).transpose()?;
    let priority = options.nice.map(set_priority).transpose()?;
    let used = pinned.iter().map(|pinned| pinned.description.clone());
    let used = used.chain(priority).collect();
    let Prepared {
        subjects,
        benchmarks,
        names,
        base,
        baseline,
    } = prepared;
    let mut going = Going {
        rounds: Rounds::new(subjects, plan),
        benchmarks,
        names,
        settled: Vec::new(),
        share: 1.0,
        stale: match means.store {
            Some(store) => accept_trailers(&mut options.gate, store, base)?,
            None => Vec::new(),
        },
    };
    let ended = going.go(options, means.children);
    let quietness = Quietness::between(&before, &Snapshot::take(), used);
    if let Err(error) = ended {
        going.rescue(options.save_raw.as_deref())?;
        return Err(error);
    }
    for failure in &going.rounds.failures {
        say(&format!(
            "{}:\n{}",
            reported(failure).text(),
            failure.output
        ));
    }
    let texts = going.texts()?;
    // Before profiles, which may be stopped; a fault of it comes after the verdict.
    let kept = keep(options, means, &texts);
    let outcome = verdict(options, means, going, texts, baseline, &quietness);
    drop(pinned);
    let outcome = outcome?;
    kept?;
    Ok(outcome)
}

/// Saves and records what was measured, as far as that was asked for.
fn keep(options: &RunOptions, means: &Means<'_>, texts: &[Vec<u8>; 2]) -> Result<()> {
    let saved = match &options.save_raw {
        Some(folder) => save(folder, texts).map_err(|error| unwritable(folder, error)),
        None => Ok(()),
    };
    if let (Some(store), Some(commit)) = (means.store, means.record_for) {
        say(&record::measured_in_turn(store, commit, texts[1].clone())?);
    }
    saved
}

fn verdict(
    options: &mut RunOptions,
    means: &Means<'_>,
    mut going: Going,
    mut texts: [Vec<u8>; 2],
    baseline: Option<String>,
    quietness: &Quietness,
) -> Result<Outcome> {
    let mut rounds = Measured {
        rounds: going.rounds.transcript.rounds(Side::Head),
        order: Some(options.order.name()),
        seed: going.rounds.plan.seed,
        machine: quietness.to_string(),
    };
    let mut old = vec![std::mem::take(&mut texts[0])];
    if let (Some(base), Some(store)) = (baseline, means.store) {
        rounds.order = None;
        let cached = cached(store, &base, &texts[1])?;
        going.names[0] = cached.to_string();
        old = cached.texts().map(<[u8]>::to_vec).collect();
    }
    let [_, new] = texts;
    let Some(compared) = going.compare(old, vec![new], options)? else {
        return Ok(Outcome::Failed);
    };
    let report = going.judged(&compared, options);
    let mut advice = Vec::new();
    let (explained, ended) = if options.explain {
        let profiling = Profiling {
            children: means.children,
            scratch: means.scratch,
            flames: options.flame.as_deref(),
            most: options.most_explained,
        };
        let worse = worse(&report, &compared.contexts, &going);
        if worse.len() > options.most_explained {
            advice.push(format!(
                "not explained: {} that got worse; `--most {}` explains all",
                counted(worse.len() - options.most_explained, "benchmark"),
                worse.len()
            ));
        }
        profiling.explain(&worse, &going.rounds.subjects)
    } else {
        (Vec::new(), Ok(()))
    };
    let beside = Beside {
        measured: Some(rounds),
        failures: going.rounds.failures.iter().map(reported).collect(),
        advice,
        explained,
    };
    let outcome = conclude(compared, &report, &options.gate, beside)?;
    ended?;
    Ok(outcome)
}

/// A failure as reports have it.
fn reported(failure: &Failure) -> FailureReport {
    FailureReport {
        name: failure.name.clone(),
        side: failure.side.name(),
        round: failure.round,
        ending: failure.ending.clone(),
    }
}

/// The benchmarks that got worse, the worst first, each once.
fn worse(report: &Report, contexts: &[RowContext], going: &Going) -> Vec<Explicable> {
    let mut found: Vec<(f64, Explicable)> = Vec::new();
    for (row, context) in report.rows.iter().zip(contexts) {
        let size = row.effect.map_or(0.0, |effect| effect.worse);
        let is_known = found.iter().any(|(_, known)| {
            known.benchmark == row.key.benchmark && known.package == context.package
        });
        if row.verdict != Verdict::Regressed || is_known {
            continue;
        }
        if let Some(subject) = going.subject_of(row, context) {
            let worse = Explicable {
                subject,
                package: context.package.to_string(),
                benchmark: row.key.benchmark.clone(),
                iterations: context.sides[1]
                    .iterations
                    .iter()
                    .copied()
                    .max()
                    .unwrap_or(1),
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
        "the base was not measured now, so a drift of the machine looks like a change; \
         without --cached-base both are measured in turn",
    );
    Ok(baseline)
}

/// A run with what is known of it so far.
struct Going {
    rounds: Rounds,
    benchmarks: Benchmarks,
    names: [String; 2],
    /// The verdicts of earlier looks.
    settled: Vec<RowVerdict>,
    /// The part of q that the last look may spend.
    share: f64,
    stale: Vec<String>,
}

impl Going {
    /// Measures until all is said, the rounds are over, or the time is.
    fn go(&mut self, options: &mut RunOptions, children: &Children) -> Result<()> {
        let progress = Progress::start(options.rounds);
        let mut looks = options
            .first_look
            .map(|first| Looks::new(first, options.rounds));
        let ended = loop {
            let (round, active) = (self.rounds.done() + 1, self.rounds.active().count());
            if round > options.rounds || active == 0 {
                break Ok(());
            }
            if options
                .max_time
                .is_some_and(|most| progress.elapsed() >= most)
            {
                progress.say(&format!(
                    "{} are over, after {} of {} rounds",
                    duration(progress.elapsed()),
                    round - 1,
                    options.rounds
                ));
                break Ok(());
            }
            if let Err(error) = self.round(children, &progress, options.rounds) {
                break Err(error.into());
            }
            if let Some(looks) = &mut looks
                && let Some(look) = looks.at(round)
                && round < options.rounds
                && let Err(error) = self.look(options, look.share, &progress)
            {
                break Err(error);
            }
        };
        progress.end();
        // What earlier looks may not have spent is left for the last.
        if let Some(looks) = &looks {
            self.share = looks.rest();
        }
        ended
    }

    fn round(
        &mut self,
        children: &Children,
        progress: &Progress,
        rounds: u32,
    ) -> Result<(), ChildError> {
        let round = self.rounds.done() + 1;
        let active = self.rounds.active().count();
        let expected = self.rounds.expected();
        let later = expected * (rounds - round);
        let (mut at, mut gone) = (0, Duration::ZERO);
        let started = progress.elapsed();
        self.rounds.round(children, |subject, took| {
            let left = (!expected.is_zero()).then(|| later + expected.saturating_sub(gone));
            progress.subject(round, (at, active), &subject.name, left);
            at += 1;
            gone += took;
        })?;
        let left = self.rounds.expected() * (rounds - round);
        let took = progress.elapsed().saturating_sub(started);
        progress.round(round, took, left, active);
        Ok(())
    }

    /// Looks at the results so far, and takes out what is settled.
    fn look(&mut self, options: &mut RunOptions, share: f64, progress: &Progress) -> Result<()> {
        let [old, new] = self.texts()?;
        let mut compared = self.compare(vec![old], vec![new], options)?;
        let Some(compared) = compared.as_mut() else {
            return Ok(());
        };
        let mut policy = options.gate.policy.clone();
        policy.q *= share;
        let report = judge_again(&compared.rows, &policy, &self.settled);
        let mut open: BTreeMap<usize, bool> = BTreeMap::new();
        let known = self.settled.len();
        for (verdict, context) in report.rows.iter().zip(&compared.contexts) {
            let is_settled = is_settled(&verdict.verdict);
            // Commands are measured as a whole.
            let subject = self.subject_of(verdict, context).unwrap_or_default();
            *open.entry(subject).or_default() |= !is_settled;
            if is_settled && !self.settled.iter().any(|row| row.key == verdict.key) {
                self.settled.push(verdict.clone());
            }
        }
        for row in &self.settled[known..] {
            if let (true, Some(effect)) = (is_change(row), row.effect) {
                let change = (effect.worse - 1.0) * 100.0;
                let how = if change > 0.0 { "worse" } else { "better" };
                progress.say(&format!(
                    "{} {}: {:.1}% {how}",
                    row.key.benchmark,
                    row.key.unit,
                    change.abs()
                ));
            }
        }
        let settled: Vec<usize> = open
            .iter()
            .filter(|(_, open)| !**open)
            .map(|it| *it.0)
            .collect();
        for subject in settled {
            self.rounds.settle(subject);
        }
        Ok(())
    }

    /// The subject that a row is of.
    fn subject_of(&self, row: &RowVerdict, context: &RowContext) -> Option<usize> {
        let name = Name::new(row.key.benchmark.as_bytes());
        let name = String::from_utf8_lossy(name.base()).into_owned();
        let key = (context.package.to_string(), name);
        self.benchmarks.get(&key).copied()
    }

    /// The results of both sides.
    fn texts(&self) -> Result<[Vec<u8>; 2]> {
        let Rounds {
            transcript, plan, ..
        } = &self.rounds;
        let rounds = transcript
            .rounds(Side::Head)
            .max(transcript.rounds(Side::Base));
        let mark = mark(plan, rounds);
        let text = |side| transcript.text(side, &mark, self.rounds.failed());
        Ok([text(Side::Base)?, text(Side::Head)?])
    }

    fn compare(
        &self,
        old: Vec<Vec<u8>>,
        new: Vec<Vec<u8>>,
        options: &mut RunOptions,
    ) -> Result<Option<Compared>> {
        let [old_name, new_name] = &self.names;
        let side = |name, texts| SideTexts { name, texts };
        let (old, new) = (side(old_name, old), side(new_name, new));
        compare(PROGRAM, old, new, &mut options.gate, self.stale.clone())
    }

    fn judged(&self, compared: &Compared, options: &RunOptions) -> Report {
        let mut policy = options.gate.policy.clone();
        policy.q *= self.share;
        judge_again(&compared.rows, &policy, &self.settled)
    }

    /// Saves what was measured of a run that does not come to its end.
    fn rescue(&self, folder: Option<&Path>) -> Result<()> {
        if self.rounds.transcript.rounds(Side::Head) == 0 {
            return Ok(());
        }
        let folder = folder.map_or_else(
            || PathBuf::from(format!("benchcli-stopped-{}", self.rounds.plan.seed)),
            Path::to_owned,
        );
        save(&folder, &self.texts()?).with_context(|| {
            format!("what was measured cannot be saved in {}", folder.display())
        })?;
        let [old, new] = NAMES.map(|name| folder.join(name).display().to_string());
        say(&format!(
            "what was measured is saved; `benchcli check {new} --base {old}` judges it"
        ));
        Ok(())
    }
}

fn is_change(row: &RowVerdict) -> bool {
    matches!(row.verdict, Verdict::Regressed | Verdict::Improved)
}
