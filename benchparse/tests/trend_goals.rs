//! The trend's promises hold in real noise.

#[path = "../benches/planted/mod.rs"]
#[allow(dead_code)]
mod planted;

use std::time::{Duration, Instant};

use benchparse::trend::{Sensitivity, Tolerance, examine};
use benchparse::unit::Direction;
use planted::{
    Found, Planted, REAL, Random, Score, drifts, noises, ours, per_thousand, quiet, series, spikes,
    stepped,
};

fn found(planted: &[Planted]) -> Vec<Found> {
    planted.iter().map(ours).collect()
}

#[test]
fn planted_steps_are_found_where_they_are() {
    let all = series(400, 1, 3);
    let score = Score::of(&all.stepped, &found(&all.stepped));
    assert!(score.f1() >= 0.82, "{} {score:?}", score.f1());
    assert!(score.precision() >= 0.95, "{score:?}");
    assert!(score.exact * 10 >= score.found * 8, "{score:?}");
    assert!(score.distance * 2 <= score.found, "{score:?}");
}

#[test]
fn quiet_commits_are_left_in_peace() {
    let all = series(1, 400, 5);
    let wrong = found(&all.quiet).iter().map(Vec::len).sum();
    let wrong = per_thousand(wrong, &all.quiet);
    assert!(wrong <= 1.2, "{wrong} in 1,000");
}

#[test]
fn spikes_and_slopes_have_their_names() {
    let all = series(400, 1, 7);
    let (right, planted, _) = spikes(&all.stepped);
    assert!(right * 100 >= planted * 60, "{right} of {planted}");
    let (drifting, stepping) = drifts(&all.sloped);
    let count = all.sloped.len();
    assert!(
        (drifting + stepping) * 10 >= count * 9,
        "{drifting} + {stepping} of {count}"
    );
    assert!(drifting > 2 * stepping, "{drifting}, {stepping}");
}

/// Series with and without steps.
fn long(length: usize) -> Vec<Planted> {
    let noises = noises(REAL);
    let mut random = Random(11);
    let mut make = |index: usize| match index % 2 {
        0 => quiet(&mut random, &noises, length),
        _ => stepped(&mut random, &noises, length),
    };
    (0..4).map(&mut make).collect()
}

fn time(all: &[Planted]) -> Duration {
    let start = Instant::now();
    for planted in all {
        let medians = &planted.medians;
        let found = examine(medians, None, Direction::Lower, Sensitivity::Normal);
        std::hint::black_box(found);
    }
    start.elapsed()
}

/// Other work on the machine disturbs some of the times; a square would be a hundred times as much.
#[test]
fn time_grows_with_the_length_and_hardly_more() {
    let (short, long) = (long(1000), long(10_000));
    let best = |all: &[Planted]| (0..9).map(|_| time(all)).min().unwrap_or_default();
    let (short, long) = (best(&short), best(&long));
    assert!(long < 40 * short, "{short:?}, {long:?}");
}

/// Series of 10,000 points that no code makes.
fn odd_series() -> Vec<(&'static str, Vec<f64>)> {
    let noises = noises(REAL);
    let noise = quiet(&mut Random(13), &noises, 10_000).medians;
    let with = |level: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let points = noise.iter().enumerate();
        points.map(|(place, value)| value * level(place)).collect()
    };
    let mut walk = 0.0;
    let walk = noise.iter().map(|value| {
        walk += value * 1e6 - 1.0;
        f64::exp(walk)
    });
    vec![
        ("walk", walk.collect()),
        ("slope", with(&|place| 1.0 + place as f64 / 1000.0)),
        ("stairs", with(&|place| 1.1f64.powi((place / 100) as i32))),
        ("saw", with(&|place| 1.0 + (place % 40) as f64 / 40.0)),
        ("two levels", with(&|place| 1.0 + (place % 2) as f64)),
        (
            "ever new",
            (0..10_000).map(|place| f64::from(place) + 1.0).collect(),
        ),
        ("constant", vec![1.0; 10_000]),
    ]
}

#[test]
fn odd_series_take_no_age() {
    for (name, medians) in odd_series() {
        for tolerance in [
            None,
            Some(Tolerance {
                absolute: 0.0,
                relative: 0.0,
            }),
        ] {
            let start = Instant::now();
            let found = examine(
                &medians,
                tolerance,
                Direction::Lower,
                Sensitivity::Sensitive,
            );
            let took = start.elapsed();
            eprintln!("{name}: {} changes in {took:?}", found.changes.len());
            assert!(took < Duration::from_secs(3), "{name}: {took:?}");
        }
    }
}
