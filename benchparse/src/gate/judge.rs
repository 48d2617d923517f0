//! Decides the verdict of every row and the outcome of the run.

use std::collections::{HashMap, HashSet};

use super::at_least;
use super::bounds::Bounds;
use super::policy::{Action, Policy};
use super::range::{self, Finding};
use super::row::{Row, RowKey};
use super::verdict::{
    Basis, BenchmarkVerdict, Effect, Outcome, Reason, Report, RowVerdict, Shift, SideSummary,
    Tests, Verdict,
};
use crate::stats::{
    RankTest, Sample, benjamini_hochberg, detecting_count, median, ratio_interval_with, robust_cv,
    separating_count, smallest_p,
};
use crate::unit::{Direction, ValueClass as Class, follows_time};

/// The level of the intervals of effects.
const CONFIDENCE: f64 = 0.95;
/// With fewer benchmarks than this a shift of the environment cannot be told.
const SHIFT_FAMILY: usize = 8;
/// The share of changed benchmarks beyond which the environment is taken to have shifted.
const SHIFT_SHARE: f64 = 0.25;

/// Judges all rows of a run together.
///
/// - A row with a NaN, infinite or negative value is inconclusive; one with one side only was added
///   or removed.
/// - *Exact* rows are judged by the ranges of their values; where these overlap by more than the
///   tolerance, as a timing row with a threshold of at least the tolerance.
/// - *Timing* rows take part in a family of one-sided Mann–Whitney tests, adjusted after Benjamini
///   and Hochberg for each direction. A row regressed if its adjusted p is at most `q`, its
///   median is worse by the threshold at least, and both sides have `min_samples`; improved
///   likewise; unchanged if all values are equal or the interval of the ratio lies within the
///   threshold; else inconclusive, with the reason.
/// - Where the sides are not interleaved, at least 8 benchmarks have tests of units that follow the
///   speed of the machine, and more than a quarter of these benchmarks changed significantly, the
///   environment shifted, and the verdicts on such units are withdrawn.
pub fn judge(rows: &[Row], policy: &Policy) -> Report {
    judge_again(rows, policy, &[])
}

/// Judges like [`judge`], but rows that were settled at an earlier look at the same run keep the
/// verdict that they got then. They still count in the family of tests.
///
/// For a run that is looked at several times while it is measured; the policy's `q` is this look's
/// part of what all looks may spend.
pub fn judge_again(rows: &[Row], policy: &Policy, settled: &[RowVerdict]) -> Report {
    let settled: HashMap<&RowKey, &RowVerdict> =
        settled.iter().map(|row| (&row.key, row)).collect();
    let mut test = RankTest::default();
    let drafts: Vec<Draft> = rows
        .iter()
        .map(|row| draft(row, policy, &mut test))
        .collect();
    let family = Family::of(rows, &drafts);
    let shift = family.shift(rows, &drafts, policy);
    let mut verdicts: Vec<RowVerdict> = rows
        .iter()
        .zip(drafts)
        .map(|(row, draft)| {
            if let Some(&kept) = settled.get(&row.key) {
                return untraded(kept);
            }
            let tests = draft.ranks.map(|ranks| family.adjusted(ranks));
            settle(row, &draft, tests, &family, &shift, policy)
        })
        .collect();
    finish(rows, policy, &mut verdicts, family.size, shift)
}

/// Adds what follows from the verdicts of the rows: those of the benchmarks, what to do about each row, and the
/// outcome.
pub(super) fn finish(
    rows: &[Row],
    policy: &Policy,
    verdicts: &mut Vec<RowVerdict>,
    family: usize,
    shift: Shift,
) -> Report {
    let benchmarks = benchmarks(rows, verdicts);
    let traded: HashSet<(&str, &str)> = benchmarks
        .iter()
        .filter(|of| of.verdict == Verdict::Traded)
        .map(|of| (of.table.as_str(), of.benchmark.as_str()))
        .collect();
    for (row, verdict) in rows.iter().zip(&mut *verdicts) {
        let key = (row.key.table.as_str(), row.key.benchmark.as_str());
        if verdict.verdict == Verdict::Regressed && traded.contains(&key) {
            verdict.verdict = Verdict::Traded;
        }
        verdict.action = action(row, verdict, policy);
    }
    let outcome = outcome(rows, verdicts, &shift);
    Report {
        policy: policy.clone(),
        threshold: policy.applied_threshold(),
        rows: std::mem::take(verdicts),
        benchmarks,
        family,
        shift,
        outcome,
    }
}

/// A verdict of an earlier look, before it was known what the benchmark's other units did.
pub(super) fn untraded(kept: &RowVerdict) -> RowVerdict {
    let mut row = kept.clone();
    if row.verdict == Verdict::Traded {
        row.verdict = Verdict::Regressed;
    }
    row
}

/// What the rows mean for the run.
fn outcome(rows: &[Row], verdicts: &[RowVerdict], shift: &Shift) -> Outcome {
    if verdicts.iter().any(|row| row.action == Action::Fail) {
        return Outcome::Regressed;
    }
    let compared = rows
        .iter()
        .zip(verdicts)
        .filter(|(row, verdict)| row.counts() && verdict.old.is_some() && verdict.new.is_some());
    let (mut judged, mut mendable, mut shifted) = (false, false, false);
    for (_, verdict) in compared {
        match &verdict.verdict {
            Verdict::Inconclusive { reason } => {
                mendable |= reason.is_mendable();
                shifted |= *reason == Reason::EnvironmentShift && !shift.resolved;
            }
            _ => judged = true,
        }
    }
    match (judged, mendable, shifted) {
        (_, _, true) => Outcome::EnvironmentShift,
        (false, true, false) => Outcome::Incomplete,
        _ => Outcome::Pass,
    }
}

/// What can be said of a row before the others are known.
struct Draft {
    old: Option<SideSummary>,
    new: Option<SideSummary>,
    effect: Option<Effect>,
    threshold: f64,
    ranks: Option<Ranks>,
    /// The verdict, where no test is needed.
    verdict: Option<(Verdict, Option<Basis>)>,
}

impl Draft {
    fn decided(mut self, verdict: Verdict, basis: Option<Basis>) -> Self {
        self.verdict = Some((verdict, basis));
        self
    }
}

/// The one-sided p of both directions.
#[derive(Clone, Copy)]
struct Ranks {
    worse: f64,
    better: f64,
}

fn draft(row: &Row, policy: &Policy, test: &mut RankTest) -> Draft {
    let present = |side: &Option<Sample>| side.clone().filter(|sample| !sample.is_empty());
    let (old, new) = (present(&row.old), present(&row.new));
    let mut draft = Draft {
        old: old.as_ref().map(side),
        new: new.as_ref().map(side),
        effect: None,
        threshold: row.threshold.unwrap_or(policy.applied_threshold()),
        ranks: None,
        verdict: None,
    };
    let invalid = Verdict::Inconclusive {
        reason: Reason::Invalid,
    };
    if let Some(change) = row
        .benchmark_changed
        .clone()
        .filter(|_| old.is_some() || new.is_some())
    {
        let reason = Reason::BenchmarkChanged { change };
        return draft.decided(Verdict::Inconclusive { reason }, None);
    }
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(_)) => return draft.decided(Verdict::Added, None),
        (Some(_), None) => return draft.decided(Verdict::Removed, None),
        (None, None) => return draft.decided(invalid, None),
    };
    if !is_valid(&old) || !is_valid(&new) {
        return draft.decided(invalid, None);
    }
    let center = median(&old);
    if let Some(least) = row.least.filter(|_| center > 0.0) {
        draft.threshold = draft.threshold.max(least / center);
    }
    draft.effect = Some(Effect {
        worse: worsening(&old, &new, row.direction),
        interval: None,
    });
    if let Class::Exact { abs, rel } = row.class {
        match range::judge(&old, &new, row.direction, abs, rel) {
            Finding::Decided(verdict) => {
                let is_small = at_least(1.0, (median(&new) - center).abs());
                if row.durations_differ && is_small && verdict != Verdict::Unchanged {
                    let reason = Reason::DurationsDiffer;
                    return draft.decided(Verdict::Inconclusive { reason }, None);
                }
                return draft.decided(verdict, Some(Basis::Range));
            }
            Finding::Overlap { tolerance } => draft.threshold = draft.threshold.max(tolerance),
        }
    }
    if let Some(differs) = &row.environment_differs {
        let reason = Reason::Environment {
            differs: differs.clone(),
        };
        return draft.decided(Verdict::Inconclusive { reason }, None);
    }
    let tails = test.one_sided(&old, &new);
    let (worse, better, first, second) = match row.direction {
        Direction::Lower => (tails.new_larger, tails.new_smaller, &old, &new),
        Direction::Higher => (tails.new_smaller, tails.new_larger, &new, &old),
    };
    draft.ranks = Some(Ranks { worse, better });
    let interval = ratio_interval_with(test, first, second, CONFIDENCE);
    if let Some(effect) = &mut draft.effect {
        effect.interval = Some(Bounds {
            low: interval.low,
            high: interval.high,
        });
    }
    let level = old.min();
    if level == old.max() && level == new.min() && level == new.max() {
        return draft.decided(Verdict::Unchanged, Some(Basis::Identical));
    }
    draft
}

fn side(sample: &Sample) -> SideSummary {
    SideSummary {
        n: sample.len(),
        median: median(sample),
        spread: robust_cv(sample),
    }
}

fn is_valid(sample: &Sample) -> bool {
    !sample.has_nan() && sample.min() >= 0.0 && sample.max().is_finite()
}

/// w: above 1 is worse.
fn worsening(old: &Sample, new: &Sample, direction: Direction) -> f64 {
    let (below, above) = match direction {
        Direction::Lower => (median(old), median(new)),
        Direction::Higher => (median(new), median(old)),
    };
    if below == above { 1.0 } else { above / below }
}

/// The rank tests that are adjusted together.
struct Family {
    worse: Adjusted,
    better: Adjusted,
    size: usize,
}

/// The p of one direction with their adjusted values, ascending.
struct Adjusted(Vec<(f64, f64)>);

impl Adjusted {
    fn of(p: &[f64]) -> Self {
        let adjusted = benjamini_hochberg(p);
        let mut pairs: Vec<(f64, f64)> = p.iter().copied().zip(adjusted).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self(pairs)
    }

    /// The adjusted value of a p: its own for a member, else as if it stood among them.
    fn at(&self, p: f64) -> f64 {
        let above = self.0.partition_point(|pair| pair.0 < p);
        match self.0.get(above) {
            Some(&(member, adjusted)) if member == p => adjusted,
            next => {
                let own = p * self.0.len().max(1) as f64 / above.max(1) as f64;
                own.min(next.map_or(1.0, |pair| pair.1)).min(1.0)
            }
        }
    }
}

impl Family {
    fn of(rows: &[Row], drafts: &[Draft]) -> Self {
        let members = rows.iter().zip(drafts).filter(|(row, _)| row.in_family);
        let ranks: Vec<Ranks> = members.filter_map(|(_, draft)| draft.ranks).collect();
        let [worse, better] = [|ranks: &Ranks| ranks.worse, |ranks: &Ranks| ranks.better]
            .map(|p| Adjusted::of(&ranks.iter().map(p).collect::<Vec<f64>>()));
        Self {
            worse,
            better,
            size: ranks.len(),
        }
    }

    fn adjusted(&self, ranks: Ranks) -> Tests {
        Tests {
            p_worse: ranks.worse,
            p_better: ranks.better,
            q_worse: self.worse.at(ranks.worse),
            q_better: self.better.at(ranks.better),
        }
    }

    /// Counts benchmarks, whatever number of units each has, and only units that follow the speed of the machine.
    fn shift(&self, rows: &[Row], drafts: &[Draft], policy: &Policy) -> Shift {
        let mut benchmarks: HashMap<(&str, &str), bool> = HashMap::new();
        for (row, draft) in rows.iter().zip(drafts) {
            let (true, Some(ranks)) = (row.in_family, draft.ranks) else {
                continue;
            };
            if !follows_time(row.key.unit.as_bytes()) {
                continue;
            }
            let tests = self.adjusted(ranks);
            let key = (row.key.table.as_str(), row.key.benchmark.as_str());
            *benchmarks.entry(key).or_default() |=
                at_least(policy.q, tests.q_worse) || at_least(policy.q, tests.q_better);
        }
        let tested = benchmarks.len();
        let changed = benchmarks
            .values()
            .filter(|has_changed| **has_changed)
            .count();
        let share = changed as f64 / tested.max(1) as f64;
        let told = !policy.interleaved && !policy.assume_stable && tested >= SHIFT_FAMILY;
        Shift {
            detected: told && share > SHIFT_SHARE,
            resolved: false,
            changed,
            tested,
            share,
        }
    }
}

/// The verdict of a row, all others being known.
fn settle(
    row: &Row,
    draft: &Draft,
    tests: Option<Tests>,
    family: &Family,
    shift: &Shift,
    policy: &Policy,
) -> RowVerdict {
    let ranked = tests.map(|tests| {
        let verdict = ranked(draft, &tests, family.size, policy);
        within_layouts(row, draft, verdict)
    });
    let (verdict, basis) = match (draft.verdict.clone(), ranked) {
        (_, Some(_)) if shift.detected && follows_time(row.key.unit.as_bytes()) => {
            let reason = Reason::EnvironmentShift;
            (Verdict::Inconclusive { reason }, None)
        }
        (Some(decided), _) => decided,
        (None, Some(verdict)) => (verdict, Some(Basis::Rank)),
        (None, None) => {
            let reason = Reason::Invalid;
            (Verdict::Inconclusive { reason }, None)
        }
    };
    let samples_needed = match &verdict {
        Verdict::Inconclusive { reason } => samples_needed(draft, reason, family.size, policy),
        _ => None,
    };
    let sizes = [&draft.old, &draft.new].map(|side| side.map_or(0, |side| side.n));
    RowVerdict {
        key: row.key.clone(),
        verdict: accepted(row, verdict, draft.effect),
        action: Action::Ignore,
        basis,
        single_sample: sizes.contains(&1),
        class: row.class,
        direction: row.direction,
        old: draft.old,
        new: draft.new,
        effect: draft.effect,
        threshold: draft.threshold,
        tests,
        samples_needed,
        durations_differ: row.durations_differ,
        layout: row.layout,
        first: None,
    }
}

/// What ranks say is no verdict on the code where the layouts of the binaries explain the difference: all values of a
/// layout share what it does, which the tests do not know.
fn within_layouts(row: &Row, draft: &Draft, verdict: Verdict) -> Verdict {
    let is_open = match &verdict {
        Verdict::Regressed | Verdict::Improved => true,
        Verdict::Inconclusive { reason } => matches!(reason, Reason::Noisy | Reason::Borderline),
        _ => false,
    };
    match (row.layout, draft.effect) {
        (Some(layout), Some(effect)) if is_open && layout.explains(effect.worse) => {
            let reason = Reason::Layout;
            Verdict::Inconclusive { reason }
        }
        _ => verdict,
    }
}

/// What the ranks say.
fn ranked(draft: &Draft, tests: &Tests, family: usize, policy: &Policy) -> Verdict {
    let (Some(old), Some(new), Some(effect)) = (draft.old, draft.new, draft.effect) else {
        return Verdict::Inconclusive {
            reason: Reason::Invalid,
        };
    };
    let limit = 1.0 + draft.threshold;
    let enough = old.n.min(new.n) >= policy.min_samples;
    let worse = at_least(policy.q, tests.q_worse);
    let better = at_least(policy.q, tests.q_better);
    let inside = effect
        .interval
        .is_some_and(|bounds| !at_least(1.0 / limit, bounds.low) && !at_least(bounds.high, limit));
    let level = policy.q / family.max(1) as f64;
    // The interval may hold 1 where the tests, which are one-sided, see a difference.
    let is_apart = effect
        .interval
        .is_none_or(|bounds| bounds.low > 1.0 || bounds.high < 1.0 || !is_bounded(bounds));
    if worse && enough && is_apart && at_least(effect.worse, limit) {
        Verdict::Regressed
    } else if better && enough && is_apart && at_least(1.0 / limit, effect.worse) {
        Verdict::Improved
    } else if inside {
        Verdict::Unchanged
    } else {
        let reason = if !enough || !at_least(level, smallest_p(old.n, new.n)) {
            Reason::TooFew
        } else if worse || better {
            Reason::Borderline
        } else {
            Reason::Noisy
        };
        Verdict::Inconclusive { reason }
    }
}

/// Whether an interval says anything: that of few values goes from 0 to infinity.
fn is_bounded(bounds: Bounds) -> bool {
    bounds.low > 0.0 || bounds.high.is_finite()
}

/// How many values a side should settle a row without a verdict; `None` where no count is known to, or where as many
/// are there and did not.
fn samples_needed(draft: &Draft, reason: &Reason, family: usize, policy: &Policy) -> Option<u32> {
    let taken = draft.old?.n.min(draft.new?.n);
    let needed = samples_to_settle(draft, reason, family, policy)?;
    (needed as usize > taken).then_some(needed)
}

fn samples_to_settle(
    draft: &Draft,
    reason: &Reason,
    family: usize,
    policy: &Policy,
) -> Option<u32> {
    let level = policy.q / family.max(1) as f64;
    let least = separating_count(level)?.max(policy.min_samples as u32);
    let spread = draft.old?.spread.max(draft.new?.spread);
    match reason {
        Reason::TooFew => Some(least),
        Reason::Noisy => Some(detecting_count(spread, draft.threshold, level)?.max(least)),
        Reason::Borderline => {
            // The effect has to be told from the threshold.
            let distance = (draft.effect?.worse.ln().abs() - draft.threshold.ln_1p()).abs();
            Some(detecting_count(spread, distance.exp_m1(), level)?.max(least))
        }
        _ => None,
    }
}

fn accepted(row: &Row, verdict: Verdict, effect: Option<Effect>) -> Verdict {
    let Some(effect) = effect.filter(|_| verdict == Verdict::Regressed) else {
        return verdict;
    };
    match row.accepted(effect.worse) {
        Some(acceptance) => Verdict::Accepted {
            reason: acceptance.reason.clone(),
            limit_percent: acceptance.limit_percent,
        },
        None => verdict,
    }
}

fn action(row: &Row, verdict: &RowVerdict, policy: &Policy) -> Action {
    if !row.counts() {
        return Action::Ignore;
    }
    match &verdict.verdict {
        Verdict::Traded => policy.on_traded,
        Verdict::Regressed => Action::Fail,
        // A shift is the run's to tell, not a row's.
        Verdict::Inconclusive { reason } if *reason != Reason::EnvironmentShift => {
            policy.on_inconclusive
        }
        Verdict::Removed => policy.on_missing,
        Verdict::Accepted { .. } | Verdict::Inconclusive { .. } => Action::Warn,
        _ => Action::Ignore,
    }
}

/// One verdict for all units of a benchmark.
fn benchmarks(rows: &[Row], verdicts: &[RowVerdict]) -> Vec<BenchmarkVerdict> {
    let mut order: Vec<&RowKey> = Vec::new();
    let mut of: HashMap<(&str, &str), Vec<(bool, &Verdict)>> = HashMap::new();
    for (row, verdict) in rows.iter().zip(verdicts) {
        let key = (row.key.table.as_str(), row.key.benchmark.as_str());
        let units = of.entry(key).or_insert_with(|| {
            order.push(&row.key);
            Vec::new()
        });
        units.push((row.counts(), &verdict.verdict));
    }
    order
        .into_iter()
        .map(|key| {
            let units = &of[&(key.table.as_str(), key.benchmark.as_str())];
            let any_counts = units.iter().any(|(counts, _)| *counts);
            let counted = units.iter().filter(|(counts, _)| *counts || !any_counts);
            BenchmarkVerdict {
                table: key.table.clone(),
                benchmark: key.benchmark.clone(),
                verdict: joined(&counted.map(|(_, verdict)| *verdict).collect::<Vec<_>>()),
            }
        })
        .collect()
}

fn joined(verdicts: &[&Verdict]) -> Verdict {
    let first = |is: fn(&Verdict) -> bool| verdicts.iter().find(|verdict| is(verdict));
    let regressed = first(|verdict| *verdict == Verdict::Regressed);
    let improved = first(|verdict| *verdict == Verdict::Improved);
    if regressed.is_some() && improved.is_some() {
        return Verdict::Traded;
    }
    let by_weight = regressed
        .or(first(|verdict| matches!(verdict, Verdict::Accepted { .. })))
        .or(improved)
        .or(first(|verdict| {
            matches!(verdict, Verdict::Inconclusive { .. })
        }))
        .or(first(|verdict| *verdict == Verdict::Unchanged))
        .or(first(|verdict| *verdict == Verdict::Added))
        .or(verdicts.first());
    by_weight.map_or(Verdict::Unchanged, |verdict| (*verdict).clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{Acceptance, BenchmarkChange};

    fn row(benchmark: &str, unit: &str, old: &[f64], new: &[f64]) -> Row {
        let key = RowKey {
            table: "p".into(),
            benchmark: benchmark.into(),
            unit: unit.into(),
        };
        let sample = |values: &[f64]| Some(Sample::new(values.to_vec()));
        Row::new(key, sample(old), sample(new))
    }

    fn around(center: f64) -> Vec<f64> {
        (0..10)
            .map(|step| center * (1.0 + f64::from(step) / 1000.0))
            .collect()
    }

    fn interleaved() -> Policy {
        Policy {
            interleaved: true,
            ..Policy::default()
        }
    }

    fn slower(benchmark: &str, by: f64) -> Row {
        row(benchmark, "sec/op", &around(100.0), &around(100.0 * by))
    }

    #[test]
    fn a_bought_gain_is_traded() {
        let mut bytes = row("A", "B/op", &[64.0], &[128.0]);
        bytes.class = Class::BYTES;
        let rows = [slower("A", 0.5), bytes];
        let report = judge(&rows, &interleaved());
        assert_eq!(report.benchmarks[0].verdict, Verdict::Traded);
        assert_eq!(report.outcome, Outcome::Regressed);
        let lenient = Policy {
            on_traded: Action::Warn,
            ..interleaved()
        };
        assert_eq!(judge(&rows, &lenient).outcome, Outcome::Pass);
    }

    #[test]
    fn the_threshold_depends_on_the_order_of_the_runs() {
        let rows = [slower("A", 1.05)];
        assert_eq!(judge(&rows, &interleaved()).outcome, Outcome::Regressed);
        let report = judge(&rows, &Policy::default());
        assert_eq!(report.rows[0].verdict, Verdict::Unchanged);
        assert_eq!(report.outcome, Outcome::Pass);
    }

    #[test]
    fn a_machine_that_changed_is_not_judged() {
        let names = ["A", "B", "C", "D", "E", "F", "G", "H"];
        let rows = names.map(|name| slower(name, 1.3));
        let report = judge(&rows, &Policy::default());
        assert!(report.shift.detected);
        assert_eq!(report.outcome, Outcome::EnvironmentShift);
        assert_eq!(report.outcome.exit_code(), 3);
        let trusting = Policy {
            assume_stable: true,
            ..Policy::default()
        };
        assert_eq!(judge(&rows, &trusting).outcome, Outcome::Regressed);
        assert_eq!(judge(&rows, &interleaved()).outcome, Outcome::Regressed);
        assert_eq!(
            judge(&rows[..7], &Policy::default()).outcome,
            Outcome::Regressed
        );
    }

    #[test]
    fn many_units_of_one_benchmark_are_no_evidence_about_the_machine() {
        let mut rows = vec![slower("A", 1.0)];
        for k in 1..=10 {
            let unit = format!("recall@{k}");
            rows.push(row("A", &unit, &around(100.0), &around(70.0)));
        }
        let report = judge(&rows, &Policy::default());
        assert!(!report.shift.detected, "{:?}", report.shift);
        assert_eq!((report.shift.changed, report.shift.tested), (0, 1));
    }

    #[test]
    fn a_unit_that_is_no_time_keeps_its_verdict_in_a_shift() {
        let mut rows = ["A", "B", "C", "D", "E", "F", "G", "H"]
            .map(|name| slower(name, 1.3))
            .to_vec();
        rows.push(row("A", "misses/op", &around(100.0), &around(130.0)));
        let report = judge(&rows, &Policy::default());
        assert!(report.shift.detected);
        assert_eq!(report.rows[8].verdict, Verdict::Regressed);
        let reason = Reason::EnvironmentShift;
        assert_eq!(report.rows[0].verdict, Verdict::Inconclusive { reason });
    }

    #[test]
    fn a_least_amount_must_be_reached_besides_the_threshold() {
        let mut row = row("A", "sec/op", &around(0.5e-9), &around(0.6e-9));
        assert_eq!(
            judge(&[row.clone()], &interleaved()).outcome,
            Outcome::Regressed
        );
        row.least = Some(1e-9);
        let report = judge(&[row.clone()], &interleaved());
        assert_eq!(report.rows[0].verdict, Verdict::Unchanged);
        row.least = Some(0.05e-9);
        assert_eq!(judge(&[row], &interleaved()).outcome, Outcome::Regressed);
    }

    #[test]
    fn counters_decide_nothing_up_to_one_where_samples_took_other_times() {
        let mut allocations = row("A", "allocs/op", &[0.0], &[1.0]);
        allocations.class = Class::ALLOCATIONS;
        assert_eq!(
            judge(&[allocations.clone()], &interleaved()).outcome,
            Outcome::Regressed
        );
        allocations.durations_differ = true;
        let report = judge(&[allocations.clone()], &interleaved());
        let reason = Reason::DurationsDiffer;
        assert_eq!(report.rows[0].verdict, Verdict::Inconclusive { reason });
        allocations.new = Some(Sample::new(vec![2.0]));
        assert_eq!(
            judge(&[allocations], &interleaved()).outcome,
            Outcome::Regressed
        );
    }

    #[test]
    fn counters_are_judged_whatever_the_machine_does() {
        let mut rows = ["A", "B", "C", "D", "E", "F", "G", "H"]
            .map(|name| slower(name, 1.3))
            .to_vec();
        let mut allocations = row("A", "allocs/op", &[3.0], &[4.0]);
        allocations.class = Class::ALLOCATIONS;
        rows.push(allocations);
        assert_eq!(judge(&rows, &Policy::default()).outcome, Outcome::Regressed);
    }

    #[test]
    fn another_machine_settles_counters_only() {
        let mut timing = slower("A", 2.0);
        timing.environment_differs = Some("cpu".into());
        let mut bytes = row("A", "B/op", &[64.0], &[128.0]);
        bytes.class = Class::BYTES;
        bytes.environment_differs = Some("cpu".into());
        let report = judge(&[timing, bytes], &interleaved());
        let differs = Reason::Environment {
            differs: "cpu".into(),
        };
        assert_eq!(
            report.rows[0].verdict,
            Verdict::Inconclusive { reason: differs }
        );
        assert_eq!(report.rows[1].verdict, Verdict::Regressed);
        assert_eq!(report.family, 0);
    }

    #[test]
    fn a_changed_benchmark_has_no_verdict_in_any_unit() {
        let mut timing = slower("A", 200.0);
        let mut bytes = row("A", "B/op", &[64.0], &[6400.0]);
        bytes.class = Class::BYTES;
        let change = BenchmarkChange::in_file("a_test.go");
        for row in [&mut timing, &mut bytes] {
            row.benchmark_changed = Some(change.clone());
        }
        let report = judge(&[timing, bytes], &interleaved());
        for row in &report.rows {
            let change = change.clone();
            let reason = Reason::BenchmarkChanged { change };
            assert_eq!(row.verdict, Verdict::Inconclusive { reason });
        }
        assert_eq!((report.outcome, report.family), (Outcome::Pass, 0));
    }

    #[test]
    fn an_accepted_regression_passes_up_to_its_limit() {
        let with = |limit_percent| {
            let mut row = slower("A", 1.2);
            row.acceptances = vec![Acceptance {
                limit_percent,
                reason: "checksums".into(),
            }];
            judge(&[row], &interleaved()).outcome
        };
        assert_eq!(with(25.0), Outcome::Pass);
        assert_eq!(with(15.0), Outcome::Regressed);
    }

    #[test]
    fn a_derived_row_is_shown_and_never_fails() {
        let mut speed = row("A", "B/s", &around(100.0), &around(50.0));
        speed.direction = Direction::Higher;
        speed.in_family = false;
        let report = judge(&[speed], &interleaved());
        assert_eq!(report.rows[0].verdict, Verdict::Regressed);
        assert_eq!((report.outcome, report.family), (Outcome::Pass, 0));
    }

    #[test]
    fn nothing_judged_is_no_pass_unless_noise_is_the_reason() {
        let few = row("A", "sec/op", &[1.0], &[4.5, 4.4, 4.6, 4.5]);
        let noisy = row(
            "B",
            "sec/op",
            &[1.0, 9.0, 2.0, 8.0, 3.0, 7.0],
            &[2.0, 8.0, 1.0, 9.0, 3.0, 7.0],
        );
        let exact = Row {
            class: Class::ALLOCATIONS,
            ..row("A", "allocs/op", &[3.0], &[3.0])
        };
        let outcome = |rows: &[Row]| judge(rows, &interleaved()).outcome;
        assert_eq!(outcome(std::slice::from_ref(&few)), Outcome::Incomplete);
        assert_eq!(outcome(std::slice::from_ref(&noisy)), Outcome::Pass);
        assert_eq!(outcome(&[few.clone(), noisy]), Outcome::Incomplete);
        // A counter that is judged is something.
        assert_eq!(outcome(&[few.clone(), exact]), Outcome::Pass);
        // What is not gated does not matter.
        let shown = Row {
            gated: false,
            ..few
        };
        assert_eq!(outcome(&[shown]), Outcome::Pass);
        assert_eq!(outcome(&[]), Outcome::Pass);
    }

    #[test]
    fn a_trade_off_is_known_also_of_rows_that_were_decided_before() {
        let mut worse = row("A", "B/op", &[64.0], &[128.0]);
        worse.class = Class::BYTES;
        let better = slower("A", 0.5);
        let policy = Policy {
            on_traded: Action::Warn,
            ..interleaved()
        };
        let first = judge(std::slice::from_ref(&worse), &policy);
        assert_eq!(first.rows[0].verdict, Verdict::Regressed);
        let report = judge_again(&[worse.clone(), better], &policy, &first.rows);
        assert_eq!(report.rows[0].verdict, Verdict::Traded);
        assert_eq!(report.outcome, Outcome::Pass);
        // And the other way round: a trade-off that is none after all.
        let alone = judge_again(&[worse], &policy, &report.rows[..1]);
        assert_eq!(alone.rows[0].verdict, Verdict::Regressed);
        assert_eq!(alone.outcome, Outcome::Regressed);
    }

    #[test]
    fn missing_and_inconclusive_rows_fail_on_request() {
        let mut removed = slower("A", 1.0);
        removed.new = None;
        let few = row("B", "sec/op", &[1.0, 2.0], &[3.0, 4.0]);
        let report = judge(&[removed.clone(), few.clone()], &interleaved());
        assert_eq!(report.rows[0].verdict, Verdict::Removed);
        assert_eq!(report.rows[1].samples_needed, Some(5));
        assert_eq!(report.outcome, Outcome::Incomplete);
        let strict = Policy {
            on_missing: Action::Fail,
            ..interleaved()
        };
        assert_eq!(judge(&[removed], &strict).outcome, Outcome::Regressed);
        let strict = Policy {
            on_inconclusive: Action::Fail,
            ..interleaved()
        };
        assert_eq!(judge(&[few], &strict).outcome, Outcome::Regressed);
    }

    #[test]
    fn more_tests_need_more_samples() {
        for (family, needed) in [(1, 5), (23, 6), (100, 7), (1000, 9)] {
            let few = |name: usize| row(&name.to_string(), "sec/op", &[1.0, 2.0], &[1.5, 3.0]);
            let rows: Vec<Row> = (0..family).map(few).collect();
            let report = judge(&rows, &interleaved());
            assert_eq!(report.rows[0].samples_needed, Some(needed), "{family}");
        }
    }

    #[test]
    fn what_was_settled_stays_so() {
        let first = judge(&[slower("A", 1.2), slower("B", 1.0)], &interleaved());
        assert_eq!(first.rows[0].verdict, Verdict::Regressed);
        // By now A's samples look alike.
        let rows = [slower("A", 1.0), slower("B", 1.2)];
        let again = judge_again(&rows, &interleaved(), &first.rows[..1]);
        let verdicts = again.rows.iter().map(|row| row.verdict.clone());
        assert_eq!(
            verdicts.collect::<Vec<_>>(),
            [Verdict::Regressed, Verdict::Regressed]
        );
        assert_eq!(again.family, 2);
        assert_eq!(again.benchmarks[0].verdict, Verdict::Regressed);
    }

    proptest::proptest! {
        #[test]
        fn any_rows_are_judged(
            sides in proptest::collection::vec(
                (proptest::collection::vec(proptest::num::f64::ANY, 0..8), proptest::collection::vec(0f64..9.0, 0..8)),
                0..12,
            ),
        ) {
            let rows: Vec<Row> = sides.iter().map(|(old, new)| row("A", "x", old, new)).collect();
            proptest::prop_assert_eq!(judge(&rows, &Policy::default()).rows.len(), rows.len());
        }

        /// What a report must never say: that a row changed although its interval holds no change, or that it
        /// needs as many samples as it has.
        #[test]
        fn no_verdict_contradicts_its_own_numbers(
            sides in proptest::collection::vec(
                (proptest::collection::vec(1f64..3.0, 1..13), proptest::collection::vec(1f64..3.0, 1..13), 0.5f64..2.0),
                1..6,
            ),
            min_samples in 1usize..7,
        ) {
            let rows: Vec<Row> = sides
                .iter()
                .map(|(old, new, by)| {
                    let new: Vec<f64> = new.iter().map(|value| value * by).collect();
                    row("A", "sec/op", old, &new)
                })
                .collect();
            let policy = Policy { min_samples, ..interleaved() };
            for row in judge(&rows, &policy).rows {
                let taken = row.old.map_or(0, |side| side.n).min(row.new.map_or(0, |side| side.n));
                if let Some(needed) = row.samples_needed {
                    proptest::prop_assert!(needed as usize > taken && needed as usize >= min_samples);
                }
                let bounds = row.effect.and_then(|effect| effect.interval);
                if let Some(bounds) = bounds.filter(|bounds| bounds.low > 0.0 && bounds.high.is_finite()) {
                    match row.verdict {
                        Verdict::Regressed => proptest::prop_assert!(bounds.low > 1.0),
                        Verdict::Improved => proptest::prop_assert!(bounds.high < 1.0),
                        _ => {}
                    }
                }
            }
        }

        #[test]
        fn the_order_of_rows_does_not_matter(seeds in proptest::collection::vec(0.8f64..1.3, 2..12)) {
            let mut rows: Vec<Row> = seeds.iter().map(|&by| slower("A", by)).collect();
            let forward = judge(&rows, &interleaved());
            rows.reverse();
            let mut backward = judge(&rows, &interleaved());
            backward.rows.reverse();
            proptest::prop_assert_eq!(forward.rows, backward.rows);
        }
    }
}
