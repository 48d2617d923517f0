//! `benchcli plot`: pictures of two files, or of the history.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::io::{self, Write as _};

use anyhow::{Result, bail};
use benchparse::gate::{RowVerdict, Verdict, judge};
use benchparse::stats::{Assumption, Sample, summarize};
use benchparse::trend::{History, Kind as TrendKind, Series};
use benchparse::unit::{self, Class, Scale};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Outcome;
use crate::args::check::GateArgs;
use crate::args::plot::{Kind, PlotOptions};
use crate::pipeline::baselines::short;
use crate::pipeline::gate::{Gate, Rows, read_sides};
use crate::pipeline::histories::{history, remarks, tell};
use crate::pipeline::results::two_files;
use crate::plot::{self, Picture, compare as side_by_side, trend};
use crate::report::verdicts::{common_folders, in_package, percent};
use crate::ui::warn;
use crate::whole_file::write_file;
use crate::wording::counted;
use crate::wording::{is_unit, written_unit};
use benchparse::pairing::Measurements;

/// Draws what was asked for.
///
/// # Errors
/// There is nothing to draw, or the picture cannot be written.
pub fn run(options: &PlotOptions) -> Result<Outcome> {
    let picture = match &options.files {
        Some(files) => files_picture(options, files)?,
        None => history_picture(options)?,
    };
    if picture.left_out > 0 {
        warn(&format!(
            "{} left out: a picture has room for no more; --filter and --unit choose",
            counted(picture.left_out, "benchmark")
        ));
    }
    let bytes = match options.kind {
        Kind::Svg => picture.svg.into_bytes(),
        Kind::Png { dots } => plot::png(&picture.svg, f32::from(dots))?,
    };
    match &options.output {
        None => io::stdout().lock().write_all(&bytes)?,
        Some(path) => write_file(path, &bytes)?,
    }
    Ok(Outcome::Pass)
}

/// Two files, side by side.
fn files_picture(options: &PlotOptions, files: &[OsString; 2]) -> Result<Picture> {
    let mut gate = GateArgs::default().into_options()?;
    gate.filter = options.history.filter.clone();
    let (names, texts) = two_files(files)?;
    let comparison = read_sides("benchcli plot", names, &texts, &gate)?;
    let rows = comparison.rows(&Gate::new(&gate, None, None)?);
    comparison.check(&rows, &texts)?;
    let report = judge(&rows.rows, &comparison.policy(&gate));
    let panels = panels(&rows, &report.rows, &options.history.units);
    if panels.is_empty() {
        bail!("no benchmark is on both sides with these units; --unit names others");
    }
    side_by_side::draw(&panels, &comparison.names, options.look)
}

fn panels(rows: &Rows, verdicts: &[RowVerdict], units: &[String]) -> Vec<side_by_side::Panel> {
    let mut panels: Vec<side_by_side::Panel> = Vec::new();
    let mut sizes: Vec<Vec<f64>> = Vec::new();
    let packages = rows.metadata.iter();
    let packages: Vec<&str> = packages.map(|it| it.package.as_str()).collect();
    let prefix = common_folders(&packages);
    for (verdict, context) in verdicts.iter().zip(&rows.metadata) {
        let unit = verdict.key.unit.as_str();
        let is_wanted = units.is_empty()
            || units
                .iter()
                .any(|wanted| wanted == unit || is_unit(wanted, unit));
        let (Some(old), Some(new), true) = (verdict.old, verdict.new, is_wanted) else {
            continue;
        };
        let class = Class::of(unit.as_bytes());
        let medians = [old.median, new.median];
        let scale = Scale::for_values(medians.into_iter().filter(|it| it.is_finite()), class);
        let side = |side: &Measurements, median: f64| {
            let finite = side
                .values
                .iter()
                .copied()
                .filter(|value| value.is_finite());
            let values: Vec<f64> = finite.collect();
            let summary = summarize(&Sample::new(values.clone()), Assumption::Nothing, 0.95);
            let within = |bound: f64| if bound.is_finite() { bound } else { median };
            side_by_side::Side {
                values,
                median,
                interval: [within(summary.low), within(summary.high)],
                text: plot::with_unit(&scale.format(median), unit),
            }
        };
        let change = new.median / old.median - 1.0;
        let [old_side, new_side] = &context.sides;
        let row = side_by_side::Row {
            name: match prefix {
                Some(prefix) => in_package(&context.package, &verdict.key.benchmark, prefix),
                None => verdict.key.benchmark.clone(),
            },
            sides: [side(old_side, old.median), side(new_side, new.median)],
            // From 0 to 0 nothing changed.
            change: if change.is_nan() {
                String::new()
            } else {
                percent(change)
            },
            verdict: match &verdict.verdict {
                Verdict::Regressed | Verdict::Traded | Verdict::Accepted { .. } => {
                    side_by_side::Verdict::Worse
                }
                Verdict::Improved => side_by_side::Verdict::Better,
                _ => side_by_side::Verdict::Neither,
            },
        };
        let place = panels.iter().position(|panel| panel.unit == unit);
        let place = place.unwrap_or_else(|| {
            sizes.push(Vec::new());
            panels.push(side_by_side::Panel {
                unit: unit.to_owned(),
                rows: Vec::new(),
            });
            panels.len() - 1
        });
        let worse = verdict.effect.map_or(0.0, |effect| effect.worse);
        let at = sizes[place].partition_point(|size| *size >= worse);
        sizes[place].insert(at, worse);
        panels[place].rows.insert(at, row);
    }
    panels
}

/// The history, a panel a series.
fn history_picture(options: &PlotOptions) -> Result<Picture> {
    let reading = history(&options.history, true)?;
    tell(&remarks(&reading));
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
                "{one} has values that are not above 0, and a linear scale"
            )),
            [one, rest @ ..] => warn(&format!(
                "{one} and {} more have values that are not above 0, and linear scales",
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
            TrendKind::Step => "",
            TrendKind::Spike => "spike ",
            TrendKind::Drift => "drift ",
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
    let suspects = series.suspect.iter().map(|suspect| trend::Mark {
        at: place(suspect.at),
        drift: None,
        label: format!(
            "{} {}",
            commit(history, suspect.at),
            percent(suspect.ratio - 1.0)
        ),
        worse: suspect.worse,
        sure: false,
    });
    let marks = changes.chain(suspects);
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
    use benchparse::trend::{ChangePoint, Commit, Point, Suspect};

    use super::*;

    #[test]
    fn a_mark_tells_kind_commits_and_doubt() {
        let commit = |at: usize| Commit {
            id: format!("{at}").repeat(40),
            author: String::new(),
            time: 0,
            subject: String::new(),
            measured: at != 2,
        };
        let point = |commit| Point {
            commit,
            median: 1.0,
            low: 1.0,
            high: 1.0,
            samples: Vec::new(),
            count: 1,
        };
        let change = |kind, after, at| ChangePoint {
            kind,
            after,
            at,
            before: 1.0,
            level: 1.5,
            ratio: 1.5,
            interval: [1.4, 1.6],
            p: 0.01,
            worse: true,
            fixed_at: None,
        };
        let series = Series {
            package: "p".into(),
            benchmark: "A".into(),
            unit: "sec/op".into(),
            environment: "linux".into(),
            direction: benchparse::unit::Direction::Lower,
            class: Class::Decimal,
            tolerance: None,
            // The fourth was measured elsewhere, the fifth here without this benchmark.
            points: [0, 1, 3, 6, 7].map(point).into(),
            changes: vec![
                change(TrendKind::Step, 1, 3),
                change(TrendKind::Spike, 5, 6),
                change(TrendKind::Drift, 1, 6),
            ],
            suspect: Some(Suspect {
                after: 6,
                at: 7,
                before: 1.0,
                level: 0.5,
                ratio: 0.5,
                worse: false,
            }),
        };
        let history = History {
            commits: (0..8).map(commit).collect(),
            series: Vec::new(),
            effects: Vec::new(),
        };
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
