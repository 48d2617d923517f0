//! The gate's promises hold on real noise.

use testsupport::noise::{REAL, noises};
use testsupport::simulation::{Dealing, calm, counter_steps, simulate};

const RUNS: usize = 600;

#[test]
fn unchanged_code_measured_in_turn_fails_rarely() {
    let all = noises(REAL);
    assert!(all.len() >= 20, "{}", all.len());
    let calm = calm(&all, 0.02);
    for (n, percent) in [(6, 5), (10, 3), (20, 3)] {
        let counted = simulate(&all, &calm, (n, 1.0, Dealing::InTurn), RUNS);
        assert!(
            counted.false_alarms * 100 <= percent * counted.runs,
            "{n}: {counted:?}"
        );
        assert!(
            counted.false_alarms_of_p > 3 * counted.false_alarms,
            "{n}: {counted:?}"
        );
    }
}

#[test]
fn the_order_of_the_runs_matters_more_than_the_test() {
    let all = noises(REAL);
    let alarms = |dealing| simulate(&all, &all, (20, 1.0, dealing), RUNS).false_alarms_of_p;
    assert!(alarms(Dealing::OldThenNew) > 2 * alarms(Dealing::InTurn));
}

#[test]
fn real_changes_of_calm_benchmarks_are_found() {
    let all = noises(REAL);
    let calm = calm(&all, 0.02);
    let found =
        |n, factor| simulate(&all, &calm, (n, factor, Dealing::InTurn), RUNS).found * 100 / RUNS;
    for (n, factor, goal) in [
        (10, 1.10, 85),
        (10, 1.20, 95),
        (20, 1.05, 90),
        (20, 1.10, 98),
    ] {
        let percent = found(n, factor);
        assert!(percent >= goal, "n = {n}, x{factor}: {percent} %");
    }
}

#[test]
fn steps_of_steady_counters_are_caught_from_one_value() {
    assert_eq!(counter_steps(2000, 11), 2000);
}
