//! Histories with changes at known commits, in the noise of real runs, and how well they are found.
//!
//! A commit's value is the median of a few values in a row of one benchmark that was measured again
//! and again on a machine that was not quiet; stretches are drawn at random. Steps, spikes and
//! slopes are planted on top.

use benchparse::stats::{Sample, median};
use benchparse::trend::{Findings, Kind, Sensitivity, detect_changes};
use benchparse::unit::Direction;

use crate::noise::{REAL, Random, noises};

/// Values of a commit.
const SAMPLES: usize = 6;
/// A change that is found so far off counts as found.
pub const MARGIN: usize = 5;

impl Random {
    fn share(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A factor up or down whose size is between two bounds, small ones as often as large ones.
    fn factor(&mut self, least: f64, most: f64) -> f64 {
        let size = least * (most / least).powf(self.share());
        if self.below(2) == 0 {
            1.0 + size
        } else {
            1.0 / (1.0 + size)
        }
    }
}

/// A series and what was planted in it.
#[derive(Debug, Clone, Default)]
pub struct Planted {
    /// A value for each commit.
    pub medians: Vec<f64>,
    /// The first points of new levels.
    pub steps: Vec<usize>,
    /// Points that are off alone.
    pub spikes: Vec<usize>,
    /// The first and the last point of a slope.
    pub slope: Option<(usize, usize)>,
}

impl Planted {
    /// What this crate finds in it.
    pub fn findings(&self) -> Findings {
        detect_changes(&self.medians, None, Direction::Lower, Sensitivity::Normal)
    }
}

/// Unchanged code.
pub fn quiet(random: &mut Random, noises: &[Vec<f64>], length: usize) -> Planted {
    let noise = &noises[random.below(noises.len())];
    let value = |_| {
        let start = random.below(noise.len() - SAMPLES + 1);
        1e-6 * median(&Sample::new(noise[start..start + SAMPLES].to_vec()))
    };
    Planted {
        medians: (0..length).map(value).collect(),
        ..Planted::default()
    }
}

/// Up to four steps of 3 to 60 %, at least eight points apart, and a spike in one of a hundred
/// points.
pub fn stepped(random: &mut Random, noises: &[Vec<f64>], length: usize) -> Planted {
    const APART: usize = 8;

    let mut planted = quiet(random, noises, length);
    let count = random.below(5).min(length / 25);
    while planted.steps.len() < count {
        let at = APART + random.below(length - 2 * APART);
        if planted.steps.iter().all(|it| it.abs_diff(at) >= APART) {
            planted.steps.push(at);
        }
    }
    planted.steps.sort_unstable();
    for &at in &planted.steps {
        let factor = random.factor(0.03, 0.6);
        for value in &mut planted.medians[at..] {
            *value *= factor;
        }
    }
    for at in 2..length - 2 {
        let is_free = planted.steps.iter().all(|it| it.abs_diff(at) > 2);
        if random.below(100) == 0 && is_free {
            planted.medians[at] *= 1.2 + 1.8 * random.share();
            planted.spikes.push(at);
        }
    }
    planted
}

/// A slope of 20 to 80 % over a quarter to a half of the series.
pub fn sloped(random: &mut Random, noises: &[Vec<f64>], length: usize) -> Planted {
    let mut planted = quiet(random, noises, length);
    let run = length / 4 + random.below(length / 4);
    let start = length / 8 + random.below(length - run - length / 4);
    let factor = random.factor(0.2, 0.8);
    for (place, value) in planted.medians.iter_mut().enumerate() {
        let share = (place as f64 - start as f64) / run as f64;
        *value *= 1.0 + share.clamp(0.0, 1.0) * (factor - 1.0);
    }
    planted.slope = Some((start, start + run));
    planted
}

/// The series that everything is counted on.
#[derive(Debug, Clone)]
pub struct Series {
    /// With steps and spikes.
    pub stepped: Vec<Planted>,
    /// Of unchanged code.
    pub quiet: Vec<Planted>,
    /// With a slope each.
    pub sloped: Vec<Planted>,
}

/// Draws series of 50 to 200 commits: so many stepped ones, so many quiet ones, and a quarter as many sloped as
/// stepped.
pub fn series(stepped_count: usize, quiet_count: usize, seed: u64) -> Series {
    let noises = noises(REAL);
    let mut random = Random(seed);
    let mut many = |count: usize, make: fn(&mut Random, &[Vec<f64>], usize) -> Planted| {
        let planted = (0..count).map(|_| {
            let length = 50 + random.below(151);
            make(&mut random, &noises, length)
        });
        planted.collect::<Vec<_>>()
    };
    Series {
        stepped: many(stepped_count, stepped),
        quiet: many(quiet_count, quiet),
        sloped: many(stepped_count / 4, sloped),
    }
}

/// Where a method says that the level changed.
pub type Found = Vec<usize>;

/// What this crate finds, spikes left out.
pub fn ours(planted: &Planted) -> Found {
    let found = planted.findings();
    let lasting = found.changes.iter().filter(|it| it.kind != Kind::Spike);
    lasting.map(|change| change.at).collect()
}

/// How well steps were found.
#[derive(Debug, Clone, Copy, Default)]
pub struct Score {
    /// Steps that were found.
    pub found: usize,
    /// Steps that were not.
    pub missed: usize,
    /// Changes that are none.
    pub wrong: usize,
    /// Of those that were found: the sum of the distances.
    pub distance: usize,
    /// Of those that were found: how many are at the very commit.
    pub exact: usize,
}

impl Score {
    /// Counts what was found of what was planted.
    pub fn of(planted: &[Planted], found: &[Found]) -> Self {
        let mut score = Self::default();
        for (planted, found) in planted.iter().zip(found) {
            let mut open = planted.steps.clone();
            for &at in found {
                let nearest = open
                    .iter()
                    .enumerate()
                    .map(|(place, truth)| (truth.abs_diff(at), place))
                    .min()
                    .filter(|(distance, _)| *distance <= MARGIN);
                match nearest {
                    Some((distance, place)) => {
                        open.remove(place);
                        score.found += 1;
                        score.distance += distance;
                        score.exact += usize::from(distance == 0);
                    }
                    None => score.wrong += 1,
                }
            }
            score.missed += open.len();
        }
        score
    }

    /// The share of what was found that is right.
    pub fn precision(&self) -> f64 {
        self.found as f64 / (self.found + self.wrong).max(1) as f64
    }

    /// The share of the steps that was found.
    pub fn recall(&self) -> f64 {
        self.found as f64 / (self.found + self.missed).max(1) as f64
    }

    /// The harmonic mean of both.
    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE)
    }
}

/// Points of a kind for each thousand commits.
pub fn per_thousand(found: usize, planted: &[Planted]) -> f64 {
    let commits: usize = planted.iter().map(|it| it.medians.len()).sum();
    1000.0 * found as f64 / commits as f64
}

/// How many planted spikes are called spikes, of how many, and how many others are.
pub fn spikes(planted: &[Planted]) -> (usize, usize, usize) {
    let (mut found, mut all, mut wrong) = (0, 0, 0);
    for planted in planted {
        let findings = planted.findings();
        let spikes = findings.changes.iter().filter(|it| it.kind == Kind::Spike);
        let (right, others): (Vec<usize>, Vec<usize>) = spikes
            .map(|spike| spike.at)
            .partition(|at| planted.spikes.contains(at));
        found += right.len();
        wrong += others.len();
        all += planted.spikes.len();
    }
    (found, all, wrong)
}

/// How many slopes are told as a drift, and how many as steps only.
pub fn drifts(planted: &[Planted]) -> (usize, usize) {
    let (mut drifts, mut steps) = (0, 0);
    for planted in planted {
        let findings = planted.findings();
        let Some((from, to)) = planted.slope else {
            continue;
        };
        let is = |kind: Kind| {
            let mut changes = findings.changes.iter();
            changes.any(|it| it.kind == kind && it.after < to && it.at > from)
        };
        drifts += usize::from(is(Kind::Drift));
        steps += usize::from(is(Kind::Step) && !is(Kind::Drift));
    }
    (drifts, steps)
}
