//! Prints false-alarm rate and power of the gate on real noise:
//! `cargo bench -p benchparse --bench gate`.

use testsupport::noise::{REAL, noises};
use testsupport::simulation::{Dealing, calm, counter_steps, simulate};

const RUNS: usize = 2000;

fn main() {
    let all = noises(REAL);
    let calm = calm(&all, 0.02);
    println!(
        "{} benchmarks, {} of them calm (robust CV up to 2 %); runs of 20 rows; share of the runs",
        all.len(),
        calm.len()
    );
    println!("               unchanged code fails by       a slower calm row is found");
    println!("   n  order       the gate  p < .05        +5 %   +10 %   +20 %");
    let percent = |count: usize, runs: usize| 100.0 * count as f64 / runs as f64;
    for n in [6, 10, 20] {
        for (dealing, name) in [
            (Dealing::InTurn, "in turn"),
            (Dealing::OldThenNew, "old, new"),
        ] {
            let null = simulate(&all, &calm, (n, 1.0, dealing), RUNS);
            let found = |factor| {
                let counted = simulate(&all, &calm, (n, factor, dealing), RUNS);
                percent(counted.found, counted.runs)
            };
            println!(
                "{n:>4}  {name:<8} {:>9.2} % {:>7.1} %  {:>8.1} % {:>5.1} % {:>5.1} %",
                percent(null.false_alarms, null.runs),
                percent(null.false_alarms_of_p, null.runs),
                found(1.05),
                found(1.10),
                found(1.20),
            );
        }
    }
    let caught = counter_steps(10_000, 3);
    println!("steps of steady counters from one value a side: {caught} of 10000 caught");
}
