//! Prints how well planted changes are found in real noise, and how long that takes:
//! `cargo bench -p benchparse --bench trend`.
//!
//! With `-- --otava PYTHON` the same series go through Apache Otava in the same run, where PYTHON
//! is an interpreter that has it (`pip install apache-otava`).

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use benchparse::trend::{Sensitivity, detect_changes};
use benchparse::unit::{Direction, Tolerance};
use testsupport::noise::{REAL, Random, noises};
use testsupport::planted::{
    Found, MARGIN, Planted, Score, Series, drifts, ours, per_thousand, quiet, series, spikes,
    stepped,
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/with_otava.py");

fn main() {
    let mut args = std::env::args().skip(1);
    let python = args.find(|arg| arg == "--otava").and_then(|_| args.next());
    let all = series(1000, 500, 20_260_131);
    println!(
        "{} series of 50 to 200 commits with {} steps of 3 to 60 %; found: within {MARGIN} commits",
        all.stepped.len(),
        all.stepped.iter().map(|it| it.steps.len()).sum::<usize>(),
    );
    println!("         precision  recall    F1   distance  at the commit  false in 1,000 quiet");
    let of = |planted: &[Planted]| planted.iter().map(ours).collect::<Vec<Found>>();
    row("ours", &all, &of(&all.stepped), &of(&all.quiet));
    if let Some(python) = &python {
        match (otava(python, &all.stepped), otava(python, &all.quiet)) {
            (Some((stepped, _)), Some((quiet, _))) => row("otava", &all, &stepped, &quiet),
            _ => println!("otava: {python} {SCRIPT} does not work"),
        }
    }
    let (found, count, wrong) = spikes(&all.stepped);
    let (.., false_spikes) = spikes(&all.quiet);
    println!(
        "spikes: {found} of {count} planted, {wrong} others; {:.2} in 1,000 quiet commits",
        per_thousand(false_spikes, &all.quiet)
    );
    let (drifting, stepping) = drifts(&all.sloped);
    println!(
        "slopes: {drifting} of {} are told as a drift, {stepping} as steps",
        all.sloped.len()
    );
    println!("   commits       ours      otava   (ms a series)");
    for length in [100, 300, 1000, 3000, 10_000] {
        let long = long(length);
        let theirs = python.as_ref().and_then(|python| otava(python, &long));
        println!(
            "{length:>10} {:>10.2} {:>10}",
            milliseconds(time(&long), long.len()),
            theirs.map_or_else(String::new, |(_, took)| {
                format!("{:.2}", milliseconds(took, long.len()))
            }),
        );
    }
    println!("10,000 points that no code makes   (ms a series, at the highest sensitivity)");
    for (name, medians) in odd_series() {
        for tolerance in [None, Some(EXACT)] {
            let start = Instant::now();
            let found = detect_changes(
                &medians,
                tolerance,
                Direction::Lower,
                Sensitivity::Sensitive,
            );
            println!(
                "{name:>10} {:>10.2} {:>6} changes{}",
                milliseconds(start.elapsed(), 1),
                found.changes.len(),
                tolerance.map_or("", |_| ", exact values"),
            );
        }
    }
}

/// No difference is too small.
const EXACT: Tolerance = Tolerance::new(0.0, 0.0);

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

fn row(name: &str, all: &Series, stepped: &[Found], quiet: &[Found]) {
    let score = Score::of(&all.stepped, stepped);
    let found = score.found.max(1) as f64;
    println!(
        "{name:<8} {:>9.3} {:>7.3} {:>5.3} {:>10.2} {:>12.0} % {:>20.2}",
        score.precision(),
        score.recall(),
        score.f1(),
        score.distance as f64 / found,
        100.0 * score.exact as f64 / found,
        per_thousand(quiet.iter().map(Vec::len).sum(), &all.quiet),
    );
}

/// Half of them quiet, half with steps.
fn long(length: usize) -> Vec<Planted> {
    let noises = noises(REAL);
    let mut random = Random(7);
    let mut make = |index: usize| match index % 2 {
        0 => quiet(&mut random, &noises, length),
        _ => stepped(&mut random, &noises, length),
    };
    (0..10).map(&mut make).collect()
}

/// How long the examination takes, at best.
fn time(all: &[Planted]) -> Duration {
    let once = || {
        let start = Instant::now();
        for planted in all {
            std::hint::black_box(planted.findings());
        }
        start.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap_or_default()
}

fn milliseconds(took: Duration, count: usize) -> f64 {
    1000.0 * took.as_secs_f64() / count as f64
}

/// What Otava finds with its defaults, and how long that took.
fn otava(python: &str, all: &[Planted]) -> Option<(Vec<Found>, Duration)> {
    let mut child = Command::new(python)
        .arg(SCRIPT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let mut lines = String::new();
    for planted in all {
        lines += &serde_json::to_string(&planted.medians).ok()?;
        lines.push('\n');
    }
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let mut found = Vec::new();
    let mut took = 0.0;
    for line in BufReader::new(child.stdout.take()?).lines() {
        let (seconds, places): (f64, Found) = serde_json::from_str(&line.ok()?).ok()?;
        took += seconds;
        found.push(places);
    }
    writer.join().ok()?.ok()?;
    let is_whole = child.wait().ok()?.success() && found.len() == all.len();
    is_whole.then_some((found, Duration::from_secs_f64(took)))
}
