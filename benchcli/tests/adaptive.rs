//! Looking at results while they are measured does not cost more false alarms than promised: on real
//! rounds of one program against itself, with the noise that the machine had.
//!
//! `cargo test -p benchcli --test adaptive -- --nocapture` prints the figures.

use benchcli::runner::stopping::{InterimAnalyses, is_decided};
use benchparse::gate::{Policy, Row, RowVerdict, judge_again};
use testsupport::noise::Random;
use testsupport::rounds::{Series, rounds};

/// How a run is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Design {
    /// Once, in the end.
    Once,
    /// At the analyses of an adaptive run, each at its share of q.
    Adaptive,
    /// At the same analyses, each at the whole q.
    Careless,
}

const MOST: u32 = 30;

#[derive(Debug, Default)]
struct Outcome {
    alarms: usize,
    found: usize,
    measured: usize,
}

/// Makes `runs` runs in which the first row is slower by a factor.
fn simulate(series: &[Series], design: Design, factor: f64, runs: usize) -> Outcome {
    let mut random = Random(7);
    let mut outcome = Outcome::default();
    for _ in 0..runs {
        let timings: Vec<usize> = (0..series.len())
            .filter(|&at| series[at].key.unit == "sec/op")
            .collect();
        let changed = timings[random.below(timings.len())];
        let start = random.below(series[0].values.len() - 2 * MOST as usize + 1);
        let pairs: Vec<(usize, usize)> = (start..)
            .step_by(2)
            .take(MOST as usize)
            .map(|first| match random.below(2) {
                0 => (first, first + 1),
                _ => (first + 1, first),
            })
            .collect();
        let mut measured = vec![0; series.len()];
        let mut decided: Vec<RowVerdict> = Vec::new();
        let mut analyses = InterimAnalyses::new(6, MOST);
        for round in 1..=MOST {
            for (at, of) in series.iter().enumerate() {
                let open = !decided.iter().any(|row| row.key == of.key);
                measured[at] += usize::from(open);
            }
            let share = match (design, analyses.at(round), round == MOST) {
                (Design::Adaptive, _, true) => analyses.rest(),
                (Design::Adaptive, Some(analysis), false) => analysis.share,
                (_, _, true) | (Design::Careless, Some(_), false) => 1.0,
                _ => continue,
            };
            let rows: Vec<Row> = series
                .iter()
                .enumerate()
                .map(|(at, of)| {
                    let factor = if at == changed { factor } else { 1.0 };
                    let (old, new): (Vec<_>, Vec<_>) =
                        pairs[..measured[at]].iter().copied().unzip();
                    of.row(&old, &new, factor)
                })
                .collect();
            let mut policy = Policy::default();
            policy.interleaved = true;
            policy.q = 0.05 * share;
            decided = judge_again(&rows, &policy, &decided)
                .rows
                .into_iter()
                .filter(|row| is_decided(&row.verdict))
                .collect();
        }
        let regressed = |row: &&RowVerdict| row.verdict.is_regression();
        let is_planted = |row: &RowVerdict| factor > 1.0 && row.key == series[changed].key;
        outcome.alarms += usize::from(decided.iter().filter(regressed).any(|row| !is_planted(row)));
        outcome.found += usize::from(decided.iter().filter(regressed).any(is_planted));
        outcome.measured += measured[changed];
    }
    outcome
}

const RUNS: usize = 300;

fn percent(count: usize) -> f64 {
    100.0 * count as f64 / RUNS as f64
}

#[test]
fn analyses_cost_no_more_false_alarms_than_promised() {
    let series = rounds();
    let [once, adaptive, careless] = [Design::Once, Design::Adaptive, Design::Careless]
        .map(|design| percent(simulate(&series, design, 1.0, RUNS).alarms));
    println!(
        "runs of unchanged code with an alarm: {once:.1} % looked at once, {adaptive:.1} % adaptive, \
         {careless:.1} % at the whole q each look"
    );
    assert!(adaptive <= 5.0, "{adaptive}");
    assert!(careless > adaptive, "{careless} {adaptive}");
}

#[test]
fn a_clear_change_ends_its_benchmark_early() {
    let series = rounds();
    let [once, adaptive] =
        [Design::Once, Design::Adaptive].map(|design| simulate(&series, design, 1.2, RUNS));
    let rounds = adaptive.measured as f64 / RUNS as f64;
    println!(
        "+20 % found: {:.1} % in {MOST} rounds, {:.1} % adaptive, after {rounds:.1} rounds on average",
        percent(once.found),
        percent(adaptive.found),
    );
    assert!(percent(adaptive.found) >= percent(once.found) - 5.0);
    assert!(rounds < 0.75 * f64::from(MOST), "{rounds}");
}
