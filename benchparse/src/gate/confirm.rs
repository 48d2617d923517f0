//! Judges rows that were measured a second time.

use std::collections::HashMap;

use super::at_least;
use super::judge::{finish, judge, untraded};
use super::policy::{Action, Policy};
use super::row::{Row, RowKey};
use super::verdict::{Reason, Report, RowVerdict, Verdict};
use crate::stats::{Sample, median};
use crate::unit::{Direction, follows_time};

/// Judges the rows of a report that would fail once more, by the values of a second measurement alone. `rows` are
/// those that the report is about, `again` are rows of the second measurement.
///
/// The second measurement is taken in turn, whether or not the first one was. Where the environment shifted before the
/// first one, its verdicts on times are withdrawn, and what stands out beside the shift is judged by the second one.
///
/// A row fails in the end only where the second measurement says that it regressed. That is judged at the policy's full
/// `q`, and it is a test of its own, whatever chance selected its rows. So no more than the part `q` of its rejections is
/// false, and the first measurement cannot add any. That is why [`suspects`] may be selected generously.
///
/// ```
/// use benchparse::gate::{Policy, Outcome, Row, RowKey, judge, judge_confirmed};
/// use benchparse::stats::Sample;
///
/// let row = |base: f64, head: f64| {
///     let key = RowKey::new("codec", "Encode-8", "sec/op");
///     let sample = |center: f64| {
///         Some(Sample::new((0..10).map(|at| center + f64::from(at) / 100.0).collect()))
///     };
///     Row::new(key, sample(base), sample(head))
/// };
/// let mut policy = Policy::default();
/// policy.interleaved = true;
/// let rows = [row(100.0, 110.0)];
/// let first = judge(&rows, &policy);
/// assert_eq!(first.outcome, Outcome::Regressed);
/// let confirmed = judge_confirmed(&rows, first, &[row(100.0, 100.0)], &policy);
/// assert_eq!(confirmed.outcome, Outcome::Pass);
/// ```
pub fn judge_confirmed(rows: &[Row], report: Report, again: &[Row], policy: &Policy) -> Report {
    let suspects = suspects(rows, &report, policy);
    judge_suspects(rows, report, &suspects, again, policy)
}

/// Like [`judge_confirmed`], where something else than the report selected the suspects.
pub fn judge_suspects(
    rows: &[Row],
    report: Report,
    suspects: &[RowKey],
    again: &[Row],
    policy: &Policy,
) -> Report {
    let again: Vec<Row> = again
        .iter()
        .filter(|row| suspects.contains(&row.key))
        .cloned()
        .collect();
    if again.is_empty() {
        return report;
    }
    let mut in_turn = policy.clone();
    in_turn.interleaved = true;
    let second = judge(&again, &in_turn);
    let second: HashMap<&RowKey, &RowVerdict> =
        second.rows.iter().map(|row| (&row.key, row)).collect();
    let mut verdicts: Vec<RowVerdict> = report
        .rows
        .iter()
        .map(|row| match second.get(&row.key) {
            Some(again) => confirmed(row, again),
            None => untraded(row),
        })
        .collect();
    let is_decided = |key: &RowKey| second.get(key).is_some_and(|again| !cannot_tell(again));
    let mut shift = report.shift;
    shift.resolved = shift.detected && suspects.iter().all(is_decided);
    let mut applied = finish(rows, policy, &mut verdicts, report.family, shift);
    applied.policy = report.policy;
    applied
}

/// A row without a verdict is suspect from this part of its threshold on.
const SUSPECT_THRESHOLD: f64 = 0.5;

/// The rows that a second measurement should judge: those that would fail the run because they got worse, and those
/// without a verdict that got worse by half of the threshold at least with a p of its own, not adjusted for the others, of
/// at most `q`. The latter only where both sides were measured in turn: between separate measurements, the machine makes too many rows differ so far.
/// Where the environment shifted, those of which that would be so if the median change of all times were none.
pub fn suspects(rows: &[Row], report: &Report, policy: &Policy) -> Vec<RowKey> {
    let keys = |report: &Report| -> Vec<RowKey> {
        let of_row = rows.iter().zip(&report.rows);
        of_row
            .filter(|(row, verdict)| fails(verdict) || may_fail(row, verdict, policy))
            .map(|(_, verdict)| verdict.key.clone())
            .collect()
    };
    if !report.shift.detected {
        return keys(report);
    }
    let follows = |row: &Row| row.in_family && follows_time(row.key.unit.as_bytes());
    let of_row = rows.iter().zip(&report.rows);
    let changes: Vec<f64> = of_row
        .filter(|(row, _)| follows(row))
        .filter_map(|(_, verdict)| verdict.effect)
        .map(|effect| effect.worse)
        .filter(|worse| worse.is_finite() && *worse > 0.0)
        .collect();
    if changes.is_empty() {
        return keys(report);
    }
    let common = median(&Sample::new(changes));
    let level: Vec<Row> = rows
        .iter()
        .map(|row| {
            let mut row = row.clone();
            if follows(&row) {
                let factor = match row.direction {
                    Direction::Lower => 1.0 / common,
                    Direction::Higher => common,
                };
                let scaled =
                    |side: &Sample| side.values().iter().map(|value| value * factor).collect();
                row.new = row.new.as_ref().map(|side| Sample::new(scaled(side)));
            }
            row
        })
        .collect();
    let mut stable = policy.clone();
    stable.assume_stable = true;
    keys(&judge(&level, &stable))
}

/// Whether a row fails the run because it got worse.
fn fails(verdict: &RowVerdict) -> bool {
    verdict.action == Action::Fail && verdict.verdict.is_regression()
}

/// Whether a row without a verdict may have got worse.
fn may_fail(row: &Row, verdict: &RowVerdict, policy: &Policy) -> bool {
    let is_open = matches!(
        verdict.verdict,
        Verdict::Inconclusive {
            reason: Reason::Noisy | Reason::Borderline | Reason::Layout
        }
    );
    let (Some(tests), Some(effect)) = (verdict.tests, verdict.effect) else {
        return false;
    };
    policy.interleaved
        && is_open
        && row.counts()
        && row.accepted(effect.worse).is_none()
        && at_least(policy.q, tests.p_worse)
        && at_least(effect.worse, 1.0 + SUSPECT_THRESHOLD * verdict.threshold)
}

/// Whether a second measurement came to nothing.
fn cannot_tell(again: &RowVerdict) -> bool {
    matches!(
        &again.verdict,
        Verdict::Added
            | Verdict::Removed
            | Verdict::Inconclusive {
                reason: Reason::Invalid | Reason::TooFew | Reason::BenchmarkChanged { .. }
            }
    )
}

/// The verdict of a row that was measured twice.
fn confirmed(first: &RowVerdict, again: &RowVerdict) -> RowVerdict {
    // The first measurement compared nothing, so this one confirms nothing.
    if matches!(
        first.verdict,
        Verdict::Inconclusive {
            reason: Reason::BenchmarkChanged { .. }
        }
    ) {
        return untraded(again);
    }
    // A second measurement that came to nothing takes nothing back.
    if cannot_tell(again) {
        return untraded(first);
    }
    let mut row = untraded(again);
    row.first = first.effect;
    row.layout = again.layout.or(first.layout);
    let is_shifted = matches!(
        first.verdict,
        Verdict::Inconclusive {
            reason: Reason::EnvironmentShift
        }
    );
    let would_fail = first.verdict.is_regression() || is_shifted;
    if row.verdict == Verdict::Improved || (would_fail && is_inconclusive(&row.verdict)) {
        let reason = match first.layout {
            Some(_) => Reason::Layout,
            None => Reason::NotConfirmed,
        };
        row.verdict = Verdict::Inconclusive { reason };
        row.samples_needed = None;
    }
    row
}

fn is_inconclusive(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Inconclusive { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{Acceptance, BenchmarkChange, Outcome};
    use crate::stats::Sample;

    fn row(benchmark: &str, unit: &str, base: f64, head: f64) -> Row {
        let key = RowKey {
            table: String::new(),
            benchmark: benchmark.to_owned(),
            unit: unit.to_owned(),
        };
        let sample = |center: f64| {
            let values = (0..10).map(|at| center + f64::from(at) / 100.0);
            Some(Sample::new(values.collect()))
        };
        Row::new(key, sample(base), sample(head))
    }

    fn policy() -> Policy {
        Policy {
            interleaved: true,
            ..Policy::default()
        }
    }

    fn twice(rows: &[Row], again: &[Row]) -> Report {
        judge_confirmed(rows, judge(rows, &policy()), again, &policy())
    }

    #[test]
    fn what_both_measurements_say_fails_with_the_numbers_of_the_second() {
        let report = twice(
            &[row("A", "sec/op", 100.0, 120.0)],
            &[row("A", "sec/op", 100.0, 110.0)],
        );
        assert_eq!(report.outcome, Outcome::Regressed);
        let [row] = &report.rows[..] else {
            panic!("a row")
        };
        assert!((row.effect.expect("an effect").worse - 1.1).abs() < 0.001);
        assert!((row.first.expect("the first").worse - 1.2).abs() < 0.001);
    }

    #[test]
    fn what_only_the_first_says_does_not_fail() {
        for (again, expected) in [
            (100.0, Verdict::Unchanged),
            (
                90.0,
                Verdict::Inconclusive {
                    reason: Reason::NotConfirmed,
                },
            ),
        ] {
            let report = twice(
                &[row("A", "sec/op", 100.0, 120.0)],
                &[row("A", "sec/op", 100.0, again)],
            );
            assert_eq!(report.outcome, Outcome::Pass);
            assert_eq!(report.rows[0].verdict, expected);
            assert_ne!(report.rows[0].action, Action::Fail);
        }
    }

    #[test]
    fn a_changed_benchmark_is_judged_by_the_second_measurement_whatever_it_says() {
        let mut changed = row("A", "sec/op", 100.0, 2000.0);
        changed.benchmark_changed = Some(BenchmarkChange::in_file("a_test.go"));
        let rows = [changed];
        for (head, expected) in [(50.0, Verdict::Improved), (150.0, Verdict::Regressed)] {
            let report = judge_suspects(
                &rows,
                judge(&rows, &policy()),
                &[rows[0].key.clone()],
                &[row("A", "sec/op", 100.0, head)],
                &policy(),
            );
            assert_eq!(report.rows[0].verdict, expected);
            assert_eq!(report.rows[0].first, None);
        }
    }

    #[test]
    fn a_second_measurement_without_the_same_benchmark_takes_nothing_back() {
        let mut changed = row("A", "sec/op", 100.0, 120.0);
        changed.benchmark_changed = Some(BenchmarkChange::in_file("a_test.go"));
        changed.old = None;
        let report = twice(&[row("A", "sec/op", 100.0, 120.0)], &[changed]);
        assert_eq!(report.rows[0].verdict, Verdict::Regressed);
    }

    #[test]
    fn only_rows_that_would_fail_are_judged_again() {
        let calm = row("B", "sec/op", 100.0, 100.0);
        let report = twice(
            &[row("A", "sec/op", 100.0, 120.0), calm],
            &[
                row("A", "sec/op", 100.0, 120.0),
                row("B", "sec/op", 100.0, 150.0),
            ],
        );
        assert_eq!(report.rows[1].verdict, Verdict::Unchanged);
        assert_eq!(report.rows[1].first, None);
    }

    #[test]
    fn without_a_second_measurement_the_first_counts() {
        let rows = [row("A", "sec/op", 100.0, 120.0)];
        assert_eq!(twice(&rows, &[]).outcome, Outcome::Regressed);
        let mut few = row("A", "sec/op", 100.0, 120.0);
        few.old = Some(Sample::new(vec![100.0]));
        assert_eq!(twice(&rows, &[few]).outcome, Outcome::Regressed);
    }

    #[test]
    fn a_trade_off_ends_where_its_regression_is_not_confirmed() {
        let rows = [
            row("A", "sec/op", 100.0, 120.0),
            row("A", "x/op", 100.0, 80.0),
        ];
        let first = judge(&rows, &policy());
        assert_eq!(first.benchmarks[0].verdict, Verdict::Traded);
        let report = twice(&rows, &[row("A", "sec/op", 100.0, 100.0)]);
        assert_eq!(report.benchmarks[0].verdict, Verdict::Improved);
        assert_eq!(report.outcome, Outcome::Pass);
    }

    /// Ten benchmarks that are all a third slower, as on another machine, and one of them more than that.
    fn shifted() -> Vec<Row> {
        let names = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"];
        let slower = |name: &&str| if **name == *"A" { 180.0 } else { 133.0 };
        names
            .iter()
            .map(|name| row(name, "sec/op", 100.0, slower(name)))
            .collect()
    }

    #[test]
    fn what_stands_out_of_a_shift_is_judged_by_the_second_measurement() {
        let (rows, policy) = (shifted(), Policy::default());
        let first = judge(&rows, &policy);
        assert_eq!(first.outcome, Outcome::EnvironmentShift);
        let keys = suspects(&rows, &first, &policy);
        assert_eq!(
            keys.iter().map(|key| &*key.benchmark).collect::<Vec<_>>(),
            ["A"]
        );
        for (again, outcome) in [(120.0, Outcome::Regressed), (100.0, Outcome::Pass)] {
            let again = [row("A", "sec/op", 100.0, again)];
            let report = judge_confirmed(&rows, first.clone(), &again, &policy);
            assert_eq!(report.outcome, outcome);
            assert!(report.shift.detected && report.shift.resolved);
            let reason = Reason::EnvironmentShift;
            assert_eq!(report.rows[1].verdict, Verdict::Inconclusive { reason });
        }
        // What could not be measured again leaves the shift as it was.
        let few = row("A", "sec/op", 100.0, 120.0);
        let mut few = few;
        few.old = Some(Sample::new(vec![100.0]));
        let report = judge_confirmed(&rows, first, &[few], &policy);
        assert_eq!(report.outcome, Outcome::EnvironmentShift);
    }

    #[test]
    fn what_is_accepted_is_not_measured_again() {
        let mut accepted = row("A", "sec/op", 100.0, 120.0);
        accepted.acceptances.push(Acceptance {
            limit_percent: 30.0,
            reason: "known".to_owned(),
        });
        let rows = [accepted];
        let report = judge(&rows, &policy());
        assert_eq!(suspects(&rows, &report, &policy()), []);
    }

    /// Twenty rows of which the first got worse by so much, with a spread that hides some of it.
    fn noisy(by: f64) -> Vec<Row> {
        let sample = |factor: f64, shift: usize| {
            let values = (0..10).map(|at| factor * (100.0 + ((at * 7 + shift) % 10) as f64));
            Some(Sample::new(values.collect()))
        };
        (0..20)
            .map(|number| {
                let factor = if number == 0 { by } else { 1.0 };
                let mut noisy = row("A", "sec/op", 1.0, 1.0);
                noisy.key.benchmark = number.to_string();
                (noisy.old, noisy.new) = (sample(1.0, 0), sample(factor, 3));
                noisy
            })
            .collect()
    }

    #[test]
    fn what_may_have_got_worse_is_measured_again_and_fails_by_that() {
        let rows = noisy(1.045);
        let first = judge(&rows, &policy());
        let reason = Reason::Noisy;
        assert_eq!(first.rows[0].verdict, Verdict::Inconclusive { reason });
        let keys = suspects(&rows, &first, &policy());
        assert_eq!(keys, [rows[0].key.clone()]);
        for (again, verdict) in [(110.0, Verdict::Regressed), (100.0, Verdict::Unchanged)] {
            let mut again = row("A", "sec/op", 100.0, again);
            again.key = rows[0].key.clone();
            let report = judge_confirmed(&rows, first.clone(), &[again], &policy());
            assert_eq!(report.rows[0].verdict, verdict);
            let fails = report.outcome == Outcome::Regressed;
            assert_eq!(fails, verdict == Verdict::Regressed);
        }
        // The second measurement does not know better either: the row stays as it is.
        let report = judge_confirmed(&rows, first, &noisy(1.02)[..1], &policy());
        assert_eq!(report.outcome, Outcome::Pass);
        let none = judge(&noisy(1.005), &policy());
        assert_eq!(suspects(&noisy(1.005), &none, &policy()), []);
    }
}
