//! Draws the history, one panel per series.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use benchparse::trend::{History, Kind as TrendKind, Series};
use benchparse::unit;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::plot::PlotOptions;
use crate::pipeline::baselines::short;
use crate::pipeline::histories::{history, print_remarks, remarks};
use crate::plot::{Picture, trend};
use crate::plural::counted;
use crate::report::verdicts::percent;
use crate::ui::warn;
use crate::unit_words::written_unit;

/// The history, a panel a series.
pub(super) fn picture(options: &PlotOptions) -> Result<Picture> {
    let reading = history(&options.history, true)?;
    print_remarks(&remarks(&reading));
    let history = &reading.history;
    let mut series: Vec<&Series> = history
        .series
        .iter()
        .filter(|it| !it.points.is_empty())
        .collect();
    // What changed most comes first; of like ones the order of names stays.
    let size = |series: &Series| {
        let changes = series.changes.iter().map(|change| change.ratio.ln().abs());
        // A rise from nothing is infinite, and nothing changed more.
        changes.filter(|size| !size.is_nan()).fold(0.0, f64::max)
    };
    series.sort_by(|one, other| size(other).total_cmp(&size(one)));
    // Commits that nobody measured have no room.
    let measured: Vec<usize> = (0..history.commits.len())
        .filter(|&at| history.commits[at].measured)
        .collect();
    let place = |commit: usize| measured.partition_point(|&at| at < commit);
    let one_place = series
        .windows(2)
        .all(|pair| pair[0].environment == pair[1].environment);
    // Where a commit was measured elsewhere alone, a series has no gap.
    let mut turns: HashMap<&str, BTreeSet<usize>> = HashMap::new();
    for series in &history.series {
        let commits = series.points.iter().map(|point| point.commit);
        turns
            .entry(&series.environment)
            .or_default()
            .extend(commits);
    }
    let turns: HashMap<&str, Vec<usize>> = turns
        .into_iter()
        .map(|(environment, commits)| (environment, commits.into_iter().collect()))
        .collect();
    let panels: Vec<trend::Panel> = series
        .iter()
        .map(|series| {
            let turns = &turns[series.environment.as_str()];
            panel(series, history, &place, turns, one_place)
        })
        .collect();
    if options.look.log {
        let linear = panels.iter().filter(|panel| !panel.has_logarithm());
        match &linear.map(|panel| &*panel.title).collect::<Vec<_>>()[..] {
            [] => {}
            [one] => warn(&format!(
                "{one} has values of 0 or below, so its scale is linear"
            )),
            [one, rest @ ..] => warn(&format!(
                "{one} and {} more have values of 0 or below, so their scales are linear",
                rest.len()
            )),
        }
    }
    let days: Vec<String> = measured
        .iter()
        .map(|&at| day(history.commits[at].time))
        .collect();
    let title = match &series[..] {
        [one] => name(one),
        all => counted(all.len(), "benchmark"),
    };
    trend::draw(&panels, &days, &title, options.look)
}

fn panel(
    series: &Series,
    history: &History,
    place: &impl Fn(usize) -> usize,
    turns: &[usize],
    one_place: bool,
) -> trend::Panel {
    let points = series.points.iter().map(|point| trend::Point {
        at: place(point.commit),
        turn: turns.partition_point(|&at| at < point.commit),
        median: point.median,
        interval: [point.low, point.high],
        samples: point.samples.clone(),
    });
    let changes = series.changes.iter().map(|change| {
        let is_drift = change.kind == TrendKind::Drift;
        let commits = if is_drift {
            format!(
                "{}..{}",
                commit(history, change.after),
                commit(history, change.at)
            )
        } else {
            commit(history, change.at)
        };
        let kind = match change.kind {
            TrendKind::Step => String::new(),
            kind => format!("{} ", kind.name()),
        };
        let size = percent(change.ratio - 1.0);
        // What is exact, or from nothing, has no chance in it.
        let [low, high] = change.interval;
        let is_estimated = low.is_finite() && high.is_finite() && low > 0.0 && low < high;
        let p = if is_estimated {
            format!(" p={:.3}", change.p)
        } else {
            String::new()
        };
        let unmeasured = match change.at.saturating_sub(change.after + 1) {
            count if count > 0 && !is_drift => format!(" (or {count} before it)"),
            _ => String::new(),
        };
        trend::Mark {
            at: place(change.at),
            drift: is_drift.then_some((place(change.after), [change.before, change.level])),
            label: format!("{kind}{commits} {size}{p}{unmeasured}"),
            worse: change.worse,
            sure: true,
        }
    });
    let pending = series.pending.iter().map(|pending| trend::Mark {
        at: place(pending.at),
        drift: None,
        label: format!(
            "{} {}",
            commit(history, pending.at),
            percent(pending.ratio - 1.0)
        ),
        worse: pending.worse,
        sure: false,
    });
    let marks = changes.chain(pending);
    trend::Panel {
        title: name(series),
        subtitle: if one_place {
            String::new()
        } else {
            series.environment.clone()
        },
        unit: series.unit.clone(),
        class: unit::Class::of(series.unit.as_bytes()),
        points: points.collect(),
        marks: marks.collect(),
    }
}

/// A commit as labels have it.
fn commit(history: &History, at: usize) -> String {
    let id = history
        .commits
        .get(at)
        .map_or_else(String::new, |commit| short(&commit.id));
    id[..7.min(id.len())].to_owned()
}

fn name(series: &Series) -> String {
    let package = series.package.rsplit('/').next().unwrap_or_default();
    let glue = if package.is_empty() { "" } else { "." };
    format!(
        "{package}{glue}{} {}",
        series.benchmark,
        written_unit(&series.unit)
    )
}

/// A day in UTC, as all readers of a picture see it.
fn day(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    use benchparse::trend::{ChangePoint, Commit, PendingChange, Point};

    use super::*;

    #[test]
    fn a_mark_tells_kind_commits_and_doubt() {
        let commit = |at: usize| {
            let mut commit = Commit::new(format!("{at}").repeat(40), 0);
            commit.measured = at != 2;
            commit
        };
        let point = |commit| Point::new(commit, 1.0);
        let change = |kind, after, at| {
            let mut change = ChangePoint::new(kind, [after, at], [1.0, 1.5]);
            (change.interval, change.p) = ([1.4, 1.6], 0.01);
            change.worse = true;
            change
        };
        let mut series = Series::new("A", "sec/op", [0, 1, 3, 6, 7].map(point).into());
        series.package = "p".into();
        series.environment = "linux".into();
        // The fourth was measured elsewhere, the fifth here without this benchmark.
        series.changes = vec![
            change(TrendKind::Step, 1, 3),
            change(TrendKind::Spike, 5, 6),
            change(TrendKind::Drift, 1, 6),
        ];
        series.pending = Some(PendingChange::new([6, 7], [1.0, 0.5]));
        let mut history = History::default();
        history.commits = (0..8).map(commit).collect();
        let panel = panel(&series, &history, &|at| at, &[0, 1, 3, 5, 6, 7], true);
        let turns: Vec<usize> = panel.points.iter().map(|point| point.turn).collect();
        assert_eq!(turns, [0, 1, 2, 4, 5]);
        let marks = panel.marks.iter();
        let marks: Vec<_> = marks.map(|it| (&*it.label, it.drift, it.sure)).collect();
        assert_eq!(
            marks,
            [
                ("3333333 +50.00% p=0.010 (or 1 before it)", None, true),
                ("spike 6666666 +50.00% p=0.010", None, true),
                (
                    "drift 1111111..6666666 +50.00% p=0.010",
                    Some((1, [1.0, 1.5])),
                    true
                ),
                ("7777777 -50.00%", None, false),
            ]
        );
    }
}
