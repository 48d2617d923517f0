//! Draws a series as a line of block characters.

use benchparse::stats::{Sample, median};
use benchparse::trend::{History, Series};

/// The most characters of a line.
const WIDEST: usize = 32;
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Where others were measured and this series was not.
const GAP: char = '·';
/// Less than this between the lowest and the highest value looks flat.
const FLAT: f64 = 0.05;

/// Places of measured commits on the line.
pub(super) struct Sparklines {
    /// For each commit of the history how many measured ones there are before it.
    ranks: Vec<usize>,
    measured: usize,
}

impl Sparklines {
    pub(super) fn new(history: &History) -> Self {
        let mut measured = 0;
        let ranks = history.commits.iter().map(|commit| {
            let rank = measured;
            measured += usize::from(commit.measured);
            rank
        });
        let ranks = ranks.collect();
        Self { ranks, measured }
    }

    fn width(&self) -> usize {
        self.measured.min(WIDEST)
    }

    /// A character for each measured commit, or for as many as share one; the medians of those.
    pub(super) fn line(&self, series: &Series) -> String {
        let width = self.width();
        let mut bins: Vec<Vec<f64>> = vec![Vec::new(); width];
        for point in &series.points {
            let rank = self.ranks.get(point.commit).copied().unwrap_or_default();
            if let Some(bin) = bins.get_mut(rank * width / self.measured.max(1)) {
                bin.push(point.median);
            }
        }
        let values: Vec<f64> = bins
            .into_iter()
            .map(|bin| median(&Sample::new(bin)))
            .collect();
        let known = values.iter().copied().filter(|value| value.is_finite());
        let (low, high) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let middle = low.midpoint(high);
        let span = (high - low).max(FLAT * middle.abs());
        let floor = middle - span / 2.0;
        let block = |value: f64| {
            if !value.is_finite() {
                return GAP;
            }
            let share = if span > 0.0 {
                (value - floor) / span
            } else {
                0.5
            };
            // Rounding makes no steps in a flat line.
            let place = (share * BLOCKS.len() as f64 + 1e-6) as usize;
            BLOCKS
                .get(place.min(BLOCKS.len() - 1))
                .copied()
                .unwrap_or(GAP)
        };
        values.into_iter().map(block).collect()
    }
}

#[cfg(test)]
mod tests {
    use benchparse::trend::{Commit, Point};

    use super::*;

    fn line(commits: usize, points: &[(usize, f64)]) -> String {
        let commit = |_| {
            let mut commit = Commit::new("", 0);
            commit.measured = true;
            commit
        };
        let points = points.iter();
        let points = points.map(|&(commit, median)| Point::new(commit, median));
        let series = Series::new("", "sec/op", points.collect());
        let mut history = History::default();
        history.commits = (0..commits).map(commit).collect();
        Sparklines::new(&history).line(&series)
    }

    #[test]
    fn high_values_are_high_and_gaps_are_seen() {
        assert_eq!(line(6, &[(0, 1.0), (1, 8.0), (3, 4.5), (4, 1.0)]), "▁█·▅▁·");
    }

    #[test]
    fn small_differences_look_flat() {
        assert_eq!(line(3, &[(0, 1.0), (1, 1.002), (2, 0.998)]), "▅▅▄");
        assert_eq!(line(2, &[(0, 0.0), (1, 0.0)]), "▅▅");
    }

    #[test]
    fn many_commits_share_a_character() {
        let points: Vec<(usize, f64)> = (0..640)
            .map(|commit| (commit, if commit < 320 { 1.0 } else { 2.0 }))
            .collect();
        let line = line(640, &points);
        assert_eq!(line, "▁".repeat(16) + &"█".repeat(16));
    }
}
