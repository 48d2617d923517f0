//! The gate on whole rounds of a real run: one program against itself, every benchmark once a
//! round, with the drifts, bursts and odd counts that the machine had. What is drawn is which round
//! of each two in a row is old and which is new, and where in the run to begin; no value is made up
//! and none is taken out of its time.
//!
//! `cargo test -p benchparse --test gate_rounds -- --nocapture` prints the figures.

use benchparse::gate::{Policy, Report, Row, Verdict, judge};
use benchparse::stats::{Assumption, Sample, compare, median};
use benchparse::unit::ValueClass as Class;
use testsupport::noise::Random;
use testsupport::rounds::{Series, rounds};

/// How the two sides were measured.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    InTurn,
    OldThenNew,
}

/// Which rounds are old and which new.
fn split(order: Order, n: usize, rounds: usize, random: &mut Random) -> [Vec<usize>; 2] {
    let start = random.below(rounds - 2 * n + 1);
    match order {
        Order::OldThenNew => [
            (start..start + n).collect(),
            (start + n..start + 2 * n).collect(),
        ],
        Order::InTurn => {
            let firsts = (start..).step_by(2).take(n);
            let pairs = firsts.map(|first| match random.below(2) {
                0 => (first, first + 1),
                _ => (first + 1, first),
            });
            let (old, new) = pairs.unzip();
            [old, new]
        }
    }
}

/// How many of `runs` comparisons of unchanged code would fail, and why.
#[derive(Debug, Default)]
struct Alarms {
    timing: usize,
    counters: usize,
    refused: usize,
    by_p: usize,
}

fn regressed(report: &Report, rows: &[Row], timing: bool) -> bool {
    rows.iter().zip(&report.rows).any(|(row, verdict)| {
        row.in_family
            && verdict.verdict == Verdict::Regressed
            && (row.class == Class::Timing) == timing
    })
}

fn alarms(series: &[Series], order: Order, n: usize, runs: usize) -> Alarms {
    let mut random = Random(n as u64);
    let mut alarms = Alarms::default();
    let mut policy = Policy::default();
    policy.interleaved = order == Order::InTurn;
    for _ in 0..runs {
        let [old, new] = split(order, n, series[0].values.len(), &mut random);
        let rows: Vec<Row> = series.iter().map(|of| of.row(&old, &new, 1.0)).collect();
        let report = judge(&rows, &policy);
        alarms.timing += usize::from(regressed(&report, &rows, true));
        alarms.counters += usize::from(regressed(&report, &rows, false));
        alarms.refused += usize::from(report.shift.detected);
        let by_p = |row: &Row| {
            let (Some(old), Some(new)) = (&row.old, &row.new) else {
                return false;
            };
            row.key.unit == "sec/op"
                && compare(old, new, Assumption::Nothing, 0.05).is_significant()
                && median(new) > median(old)
        };
        alarms.by_p += usize::from(rows.iter().any(by_p));
    }
    alarms
}

fn percent(count: usize, runs: usize) -> f64 {
    100.0 * count as f64 / runs as f64
}

#[test]
fn unchanged_code_fails_no_more_often_than_q_allows() {
    const RUNS: usize = 1000;
    let series = rounds();
    println!("share of runs of unchanged code with an alarm, in %");
    println!("order         n  timings  counters  refused  p < .05");
    let show = |order, n| {
        let found = alarms(&series, order, n, RUNS);
        let share = |count| percent(count, RUNS);
        println!(
            "{:12} {n:>2} {:>8.1} {:>9.1} {:>8.1} {:>8.1}",
            format!("{order:?}"),
            share(found.timing),
            share(found.counters),
            share(found.refused),
            share(found.by_p),
        );
        found
    };
    for n in [6, 10, 20] {
        let found = show(Order::InTurn, n);
        assert!(percent(found.timing, RUNS) <= 4.0, "{n}: {found:?}");
        assert!(percent(found.counters, RUNS) <= 1.0, "{n}: {found:?}");
        assert!(percent(found.by_p, RUNS) >= 35.0, "{n}: {found:?}");
    }
    // One after the other no test can tell a burst of the machine from the code.
    for n in [6, 10, 20] {
        let found = show(Order::OldThenNew, n);
        assert!(found.timing < found.by_p, "{n}: {found:?}");
    }
}

#[test]
fn every_step_of_a_steady_counter_is_caught_from_one_value() {
    let mut steps = 0;
    for of in rounds().iter().filter(|of| of.key.unit == "allocs/op") {
        let level = of.values[0];
        if of.values.iter().any(|&value| value != level) || level > 1000.0 {
            continue;
        }
        let mut stepped = of.row(&[0], &[1], 1.0);
        let same = judge(&[stepped.clone()], &Policy::default());
        assert_eq!(same.rows[0].verdict, Verdict::Unchanged);
        stepped.new = Some(Sample::new(vec![level + 1.0]));
        let report = judge(&[stepped], &Policy::default());
        assert_eq!(report.rows[0].verdict, Verdict::Regressed);
        steps += 1;
    }
    assert!(steps >= 20, "{steps}");
}

#[test]
fn unsteady_counters_need_several_values() {
    let series = rounds();
    let mut random = Random(4);
    println!("share of comparisons of an unchanged, unsteady counter that regressed, in %");
    println!("counter                                n=1    n=3    n=6   n=10");
    for of in &series {
        let mut found = [0; 4];
        for (found, n) in found.iter_mut().zip([1, 3, 6, 10]) {
            for _ in 0..500 {
                let [old, new] = split(Order::InTurn, n, of.values.len(), &mut random);
                let row = of.row(&old, &new, 1.0);
                if row.class != Class::Timing {
                    let verdict = judge(&[row], &Policy::default()).rows.remove(0).verdict;
                    *found += usize::from(verdict == Verdict::Regressed);
                }
            }
        }
        if found != [0; 4] {
            let [one, three, six, ten] = found.map(|count| percent(count, 500));
            let name = format!("{} {}", of.key.benchmark, of.key.unit);
            println!("{name:34} {one:>6.1} {three:>6.1} {six:>6.1} {ten:>6.1}");
        }
        assert!(percent(found[3], 500) <= 5.0, "{} {found:?}", of.key.unit);
    }
}
