//! A trend as plain data, and functions that its renderers share.

use benchparse::trend::{Commit, History, Kind, Series};
use benchparse::unit::{Direction, Scale};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::effect_sentence::sentence;
use super::verdicts::percent;
use crate::visible::visible;

/// What the JSON document calls its form.
pub const SCHEMA: &str = "benchcli-trend/2";

/// A history to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Trend<'h> {
    /// The series and their changes.
    pub history: &'h History,
    /// What is to be known besides, a sentence each.
    pub remarks: &'h [String],
    /// Whether series without a change are shown.
    pub all: bool,
    /// How many of the last commits must not make anything worse.
    pub last: Option<usize>,
    /// The changes by which the command fails, as the place of a series and of a change in it.
    pub failing: &'h [(usize, usize)],
}

impl<'h> Trend<'h> {
    /// The series that are shown, the worst first, and how many are not.
    pub(super) fn shown(&self) -> (Vec<(usize, &'h Series)>, usize) {
        let all = self.history.series.iter().enumerate();
        let mut shown: Vec<(usize, &Series)> = all
            .filter(|(_, series)| {
                self.all || !series.changes.is_empty() || series.pending.is_some()
            })
            .collect();
        // What was worst on the way tells apart what is as good as before.
        let worst = |series: &Series| {
            let worse = series.changes.iter().filter(|change| change.worse);
            let logs = worse.map(|change| change.ratio.ln().abs());
            logs.fold(0.0, f64::max)
        };
        // A regression that nobody fixed comes before all, whatever else got better.
        let open = |series: &Series| {
            let open = series.changes.iter().filter(|change| {
                change.worse && change.fixed_at.is_none() && change.kind != Kind::Spike
            });
            let logs = open.map(|change| change.ratio.ln().abs());
            logs.fold(0.0, f64::max)
        };
        shown.sort_by(|(_, one), (_, other)| {
            let open = open(other).total_cmp(&open(one));
            let now = open.then_with(|| other.worsening().total_cmp(&one.worsening()));
            now.then_with(|| worst(other).total_cmp(&worst(one)))
        });
        let hidden = self.history.series.len() - shown.len();
        (shown, hidden)
    }

    /// The effects in words: what is worse and was not fixed, the largest first, then the rest, the
    /// latest first.
    pub(super) fn sentences(&self) -> Vec<EffectSentence> {
        let history = self.history;
        let mut effects: Vec<_> = history
            .effects
            .iter()
            .map(|effect| {
                let mut changes = effect.changes.iter().filter_map(|&it| history.change(it));
                let is_closed = effect.benchmark_changed.is_some()
                    || changes.all(|(_, change)| change.fixed_at.is_some());
                (effect, is_closed)
            })
            .collect();
        effects.sort_by(|(one, one_closed), (other, other_closed)| {
            let is_open = |worse: bool, is_closed: bool| worse && !is_closed;
            let open = is_open(other.worse, *other_closed).cmp(&is_open(one.worse, *one_closed));
            let size = if is_open(one.worse, *one_closed) {
                other.most.total_cmp(&one.most)
            } else {
                std::cmp::Ordering::Equal
            };
            open.then(size).then(other.at.cmp(&one.at))
        });
        effects
            .into_iter()
            .map(|(effect, is_closed)| EffectSentence {
                sentence: sentence(history, effect),
                commit: history
                    .commits
                    .get(effect.at)
                    .map_or_else(String::new, about),
                worse: effect.worse,
                is_closed,
                is_of_benchmark: effect.benchmark_changed.is_some(),
            })
            .collect()
    }

    /// `118 of 120 commits have results, from 1a2b3c4d5e (2026-01-31) to 9f8e7d6c5b (2026-03-01)`.
    pub(super) fn window(&self) -> String {
        let commits = &self.history.commits;
        let measured = commits.iter().filter(|commit| commit.measured).count();
        let end = |commit: Option<&Commit>| {
            commit.map_or_else(String::new, |it| {
                format!("{} ({})", short(&it.id), date(it))
            })
        };
        format!(
            "{measured} of {} commits have results, from {} to {}",
            commits.len(),
            end(commits.first()),
            end(commits.last())
        )
    }

    /// What `--fail-on-new` says.
    pub(super) fn verdict(&self) -> Option<String> {
        let count = self.last?;
        let commits = if count == 1 {
            "commit".to_owned()
        } else {
            format!("{count} commits")
        };
        let names: Vec<String> = self
            .failing
            .iter()
            .filter_map(|&place| {
                let (series, change) = self.history.change(place)?;
                let size = percent(change.ratio - 1.0);
                Some(format!("{} {} {size}", name(series), series.unit))
            })
            .collect();
        Some(match &names[..] {
            [] => format!("passed: no lasting regression in the last {commits}"),
            [first, second, third, rest @ ..] if !rest.is_empty() => format!(
                "failed: regressed in the last {commits}: {first}, {second}, {third} and {} more",
                rest.len()
            ),
            _ => format!(
                "failed: regressed in the last {commits}: {}",
                names.join(", ")
            ),
        })
    }
}

/// An effect in words.
pub(super) struct EffectSentence {
    pub(super) sentence: String,
    /// Date, author and subject of the commit.
    pub(super) commit: String,
    pub(super) worse: bool,
    /// Whether it was fixed, or is none of the code.
    pub(super) is_closed: bool,
    /// Whether the benchmark itself changed.
    pub(super) is_of_benchmark: bool,
}

pub(super) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

fn timestamp(commit: &Commit) -> Timestamp {
    Timestamp::from_second(commit.time).unwrap_or_default()
}

pub(super) fn date(commit: &Commit) -> String {
    timestamp(commit).strftime("%Y-%m-%d").to_string()
}

/// `2026-01-31, Ada: Use a map`.
pub(super) fn about(commit: &Commit) -> String {
    let text = format!("{}, {}: {}", date(commit), commit.author, commit.subject);
    visible(&text).into_owned()
}

/// A benchmark with the last part of its package.
pub(super) fn name(series: &Series) -> String {
    match series.package.rsplit('/').next() {
        None | Some("") => visible(&series.benchmark).into_owned(),
        Some(package) => visible(&format!("{package}.{}", series.benchmark)).into_owned(),
    }
}

/// A value as tables have it.
pub(super) fn value(series: &Series, value: f64) -> String {
    Scale::for_values([value], series.class).format(value)
}

/// The last value.
pub(super) fn last_value(series: &Series) -> String {
    let last = series.points.last();
    last.map_or_else(String::new, |point| value(series, point.median))
}

/// The last level against the first, `~` where they are the same.
pub(super) fn since_start(series: &Series) -> String {
    match series.levels() {
        Some((before, level)) if before != level => percent(level / before - 1.0),
        _ => "~".to_owned(),
    }
}

/// The texts of a change: kind, size with interval and p, levels, commits, and what became of it.
pub(super) fn change_texts(history: &History, of: (usize, usize)) -> [String; 5] {
    let Some((series, change)) = history.change(of) else {
        return Default::default();
    };
    let kind = change.kind.name();
    let [low, high] = change.interval;
    let is_known = low.is_finite() && high.is_finite() && low > 0.0 && low < high;
    let interval = if is_known {
        let p = change.p;
        format!(
            " [{}, {}] p={p:.3}",
            percent(low - 1.0),
            percent(high - 1.0)
        )
    } else {
        String::new()
    };
    let commit = |at: usize| history.short_id(at).to_owned();
    let unmeasured = change.at.saturating_sub(change.after + 1);
    let place = match (change.kind, unmeasured) {
        (Kind::Drift, _) => format!("{}..{}", commit(change.after), commit(change.at)),
        (_, 0) => commit(change.at),
        (_, count) => format!("{} (or {count} unmeasured before it)", commit(change.at)),
    };
    let end = match (change.kind, change.fixed_at) {
        (Kind::Spike, Some(at)) => format!("; gone at {}", commit(at)),
        (_, Some(at)) => format!("; fixed at {}", commit(at)),
        (_, None) => String::new(),
    };
    let who = history
        .commits
        .get(change.at)
        .map_or_else(String::new, about);
    [
        kind.to_owned(),
        format!("{}{interval}", percent(change.ratio - 1.0)),
        format!(
            "{} → {}",
            value(series, change.before),
            value(series, change.level)
        ),
        place,
        match history.benchmark_changed(of) {
            Some(file) => format!("{who}{end}; the benchmark changed in {file}"),
            None => format!("{who}{end}"),
        },
    ]
}

/// The document of `--format json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TrendReport {
    /// `benchcli-trend/2`.
    pub schema: &'static str,
    /// The commits of the window, the oldest first. Everything else names them by their place here.
    pub commits: Vec<CommitReport>,
    /// Changes by commit to the benchmarks of a package.
    pub effects: Vec<EffectReport>,
    /// The series: those with changes, the worst first, or all of them with `--all`.
    pub series: Vec<SeriesReport>,
    /// How many series without a change are left out.
    pub unchanged: usize,
    /// What is to be known besides, a sentence each.
    pub notes: Vec<String>,
    /// What `--fail-on-new` says.
    pub verdict: Option<String>,
    /// Whether it fails.
    pub failed: bool,
}

/// A commit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CommitReport {
    /// The whole id.
    pub id: String,
    /// When it was committed, as RFC 3339.
    pub time: String,
    /// Who wrote it.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
    /// Whether it has a point in any series.
    pub measured: bool,
}

/// What a commit did to the benchmarks of a package.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EffectReport {
    /// The effect in words.
    pub sentence: String,
    /// The last commit of the old levels.
    pub after: usize,
    /// The first measured commit of the new levels.
    pub at: usize,
    /// The package.
    pub package: String,
    /// Whether the benchmarks got worse.
    pub worse: bool,
    /// How many changes of series it is.
    pub changes: usize,
    /// The smallest relative size; null where it is from zero.
    pub least: Option<f64>,
    /// The largest relative size; null where it is from zero.
    pub most: Option<f64>,
    /// The file with a difference, where the benchmarks themselves changed at this commit; null where the code did.
    pub benchmark_changed: Option<String>,
}

/// A series.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SeriesReport {
    /// The import path of the package.
    pub package: String,
    /// The full name of the benchmark.
    pub benchmark: String,
    /// The unit, tidied.
    pub unit: String,
    /// Where it was measured.
    pub environment: String,
    /// Which values are better: `lower` or `higher`.
    pub better: &'static str,
    /// Whether the values are exact, not noisy.
    pub exact: bool,
    /// The last level against the first, minus one; null where there is no change, or from zero.
    pub change: Option<f64>,
    /// The points, in the order of commits.
    pub points: PointsReport,
    /// The changes, in the order of commits.
    pub changes: Vec<ChangeReport>,
    /// A change at the end that is not certain yet.
    pub pending: Option<PendingReport>,
}

/// The points of a series: lists of one length.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PointsReport {
    /// The commits.
    pub commit: Vec<usize>,
    /// The medians.
    pub median: Vec<f64>,
    /// The lower ends of the medians' 95 % intervals; of the range, where there are under six values.
    pub low: Vec<f64>,
    /// The upper ends.
    pub high: Vec<f64>,
    /// How many values there are.
    pub count: Vec<u32>,
}

/// A change of a series.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangeReport {
    /// `step`, `spike` or `drift`.
    pub kind: &'static str,
    /// The last commit of the old level.
    pub after: usize,
    /// The first measured commit of the new level.
    pub at: usize,
    /// That commit's id.
    pub commit: String,
    /// The level before.
    pub before: f64,
    /// The level from there on.
    pub level: f64,
    /// `level / before`; null where it is from zero.
    pub ratio: Option<f64>,
    /// A 95 % interval of the ratio, where there is one.
    pub interval: Option<[f64; 2]>,
    /// How likely such a difference is by chance; 0 in an exact unit.
    pub p: f64,
    /// Whether it is worse.
    pub worse: bool,
    /// The file with a difference, where the benchmark itself changed at this commit; null where the code did.
    pub benchmark_changed: Option<String>,
    /// The commit that undid it.
    pub fixed_at: Option<usize>,
    /// Whether the command fails by it.
    pub fails: bool,
}

/// A change at the end that is not certain yet.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PendingReport {
    /// The first commit that is off.
    pub at: usize,
    /// The level before.
    pub before: f64,
    /// The median of what is off.
    pub level: f64,
    /// Whether it is worse.
    pub worse: bool,
}

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

impl TrendReport {
    /// The document of a trend.
    pub fn new(trend: &Trend<'_>) -> Self {
        let history = trend.history;
        let (shown, unchanged) = trend.shown();
        Self {
            schema: SCHEMA,
            commits: history
                .commits
                .iter()
                .map(|commit| CommitReport {
                    id: commit.id.clone(),
                    time: timestamp(commit).to_string(),
                    author: commit.author.clone(),
                    subject: commit.subject.clone(),
                    measured: commit.measured,
                })
                .collect(),
            effects: history
                .effects
                .iter()
                .map(|effect| EffectReport {
                    sentence: sentence(history, effect),
                    after: effect.after,
                    at: effect.at,
                    package: effect.package.clone(),
                    worse: effect.worse,
                    changes: effect.changes.len(),
                    least: finite(effect.least),
                    most: finite(effect.most),
                    benchmark_changed: effect.benchmark_changed.clone(),
                })
                .collect(),
            series: shown
                .into_iter()
                .map(|(place, series)| SeriesReport::new(trend, place, series))
                .collect(),
            unchanged,
            notes: trend.remarks.to_vec(),
            verdict: trend.verdict(),
            failed: !trend.failing.is_empty(),
        }
    }
}

impl SeriesReport {
    fn new(trend: &Trend<'_>, place: usize, series: &Series) -> Self {
        let points = || series.points.iter();
        let changes = series.changes.iter().enumerate();
        let levels = series.levels();
        let change = levels.and_then(|(before, level)| finite(level / before - 1.0));
        Self {
            package: series.package.clone(),
            benchmark: series.benchmark.clone(),
            unit: series.unit.clone(),
            environment: series.environment.clone(),
            better: match series.direction {
                Direction::Lower => "lower",
                Direction::Higher => "higher",
            },
            exact: series.tolerance.is_some(),
            change,
            points: PointsReport {
                commit: points().map(|point| point.commit).collect(),
                median: points().map(|point| point.median).collect(),
                low: points().map(|point| point.low).collect(),
                high: points().map(|point| point.high).collect(),
                count: points().map(|point| point.count).collect(),
            },
            changes: changes
                .map(|(number, change)| ChangeReport {
                    kind: change.kind.name(),
                    after: change.after,
                    at: change.at,
                    commit: trend
                        .history
                        .commits
                        .get(change.at)
                        .map_or_else(String::new, |commit| commit.id.clone()),
                    before: change.before,
                    level: change.level,
                    ratio: finite(change.ratio),
                    interval: Some(change.interval)
                        .filter(|ends| ends.iter().all(|end| end.is_finite())),
                    p: change.p,
                    worse: change.worse,
                    benchmark_changed: trend
                        .history
                        .benchmark_changed((place, number))
                        .map(str::to_owned),
                    fixed_at: change.fixed_at,
                    fails: trend.failing.contains(&(place, number)),
                })
                .collect(),
            pending: series.pending.map(|pending| PendingReport {
                at: pending.at,
                before: pending.before,
                level: pending.level,
                worse: pending.worse,
            }),
        }
    }
}
