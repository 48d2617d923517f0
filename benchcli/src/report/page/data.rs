//! The data of the HTML page, in a compact encoding.

use std::collections::{BTreeMap, BTreeSet};

use benchparse::trend::{ChangePoint, History, Kind, Series};
use benchparse::unit::{Class, Direction};
use serde::Serialize;

use super::super::effect_sentence::sentence;
use super::explained::{Explanation, PageExplanation};
use crate::base64::encode as base64;
use crate::unit_words::base_unit;

/// The name and version of the document; the number grows when a reader would break.
const SCHEMA: &str = "benchcli-history/1";

/// A history as the page reads it. Commits without results are left out, and named by their place
/// among the others.
#[derive(Debug, Serialize)]
pub struct Document<'h> {
    schema: &'static str,
    title: &'h str,
    commit_url: Option<&'h str>,
    environments: Vec<&'h str>,
    /// The commits that each environment has results of, as `at` of a column.
    measured: Vec<Option<String>>,
    packages: Vec<&'h str>,
    commits: Vec<Commit<'h>>,
    series: Vec<Column<'h>>,
    effects: Vec<Effect>,
    explained: Vec<PageExplanation<'h>>,
}

/// Id, author, seconds since 1970, subject.
#[derive(Debug, Serialize)]
struct Commit<'h>(&'h str, &'h str, i64, &'h str);

/// One series in columns. Numbers are base64 of little-endian values.
#[derive(Debug, Serialize)]
struct Column<'h> {
    /// Places among `packages` and `environments`.
    package: usize,
    environment: usize,
    name: &'h str,
    unit: &'h str,
    /// What follows a value, after its prefix.
    #[serde(skip_serializing_if = "str::is_empty")]
    base: &'static str,
    /// Whether more is better.
    #[serde(skip_serializing_if = "is_false")]
    higher: bool,
    /// Whether prefixes are powers of 1024.
    #[serde(skip_serializing_if = "is_false")]
    binary: bool,
    /// How many points.
    points: usize,
    /// Their commits as u16, or u32 where there are more; nothing if every commit has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Medians, then lower ends, then upper ends of intervals, as f32.
    values: String,
    /// How many samples each has, as u8, the last standing for more; nothing without samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<String>,
    /// Every sample as f32.
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<PageChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<PageChange>,
    /// How much worse the last level is than the first: above 0 is worse, as a logarithm.
    worsening: f64,
    last: f64,
}

#[derive(Debug, Serialize)]
struct PageChange {
    kind: &'static str,
    after: usize,
    at: usize,
    /// How many commits between the two were not measured.
    #[serde(skip_serializing_if = "is_zero")]
    unmeasured: usize,
    before: f64,
    level: f64,
    /// Null where it is from nothing.
    ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<f64>,
    worse: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<usize>,
    /// The file with a difference, where the benchmark itself changed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    benchmark: Option<String>,
}

#[derive(Debug, Serialize)]
struct Effect {
    at: usize,
    worse: bool,
    /// Whether it was fixed, or is one of the benchmarks and not of the code.
    fixed: bool,
    text: String,
    series: Vec<usize>,
}

/// With more samples than this in all, the page has only what sums them up.
const MOST_SAMPLES: usize = 1_500_000;

impl<'h> Document<'h> {
    /// A history's document.
    pub fn new(
        history: &'h History,
        title: &'h str,
        commit_url: Option<&'h str>,
        explained: &'h [Explanation],
    ) -> Self {
        let mut place = vec![0; history.commits.len()];
        let mut commits = Vec::new();
        for (at, commit) in history.commits.iter().enumerate() {
            place[at] = commits.len();
            if commit.measured {
                let [id, author, subject] = [&commit.id, &commit.author, &commit.subject];
                commits.push(Commit(id, author, commit.time, subject));
            }
        }
        let of = |at: usize| place.get(at).copied().unwrap_or_default();
        let names = |text: fn(&Series) -> &str| {
            let all = history.series.iter().map(|series| (text(series), 0));
            let mut all: BTreeMap<&str, usize> = all.collect();
            for (at, (_, place)) in all.iter_mut().enumerate() {
                *place = at;
            }
            all
        };
        let packages = names(|series| &series.package);
        let environments = names(|series| &series.environment);
        let samples: usize = history
            .series
            .iter()
            .flat_map(|series| series.points.iter().map(|point| point.samples.len()))
            .sum();
        let count = commits.len();
        let column = |(at, series): (usize, &'h Series)| {
            let changed = |number| {
                let file = history.benchmark_changed((at, number));
                file.map(str::to_owned)
            };
            let mut column = column(series, &of, count, samples <= MOST_SAMPLES, &changed);
            column.package = packages[series.package.as_str()];
            column.environment = environments[series.environment.as_str()];
            column
        };
        let mut measured = vec![BTreeSet::new(); environments.len()];
        for series in &history.series {
            let points = series.points.iter().map(|point| of(point.commit));
            measured[environments[series.environment.as_str()]].extend(points);
        }
        let measured = measured
            .into_iter()
            .map(|places| packed(&places.into_iter().collect::<Vec<_>>(), count));
        let effects = history.effects.iter().map(|effect| Effect {
            at: of(effect.at),
            worse: effect.worse,
            fixed: effect.benchmark_changed.is_some()
                || effect.changes.iter().all(|&(series, change)| {
                    let series = history.series.get(series);
                    let change = series.and_then(|series| series.changes.get(change));
                    change.is_some_and(|change| change.fixed_at.is_some())
                }),
            text: sentence(history, effect),
            series: effect.changes.iter().map(|(series, _)| *series).collect(),
        });
        Self {
            schema: SCHEMA,
            title,
            commit_url,
            series: history.series.iter().enumerate().map(column).collect(),
            effects: effects.collect(),
            explained: explained.iter().flat_map(Explanation::for_page).collect(),
            commits,
            measured: measured.collect(),
            environments: environments.into_keys().collect(),
            packages: packages.into_keys().collect(),
        }
    }
}

/// Places among so many commits; nothing if it is all of them.
fn packed(places: &[usize], commits: usize) -> Option<String> {
    let bytes: Vec<u8> = if places.len() == commits {
        return None;
    } else if u16::try_from(commits).is_ok() {
        let narrow = places.iter().map(|&at| at as u16);
        narrow.flat_map(u16::to_le_bytes).collect()
    } else {
        let wide = places.iter().map(|&at| at as u32);
        wide.flat_map(u32::to_le_bytes).collect()
    };
    Some(base64(&bytes))
}

fn column<'h>(
    series: &'h Series,
    place: &impl Fn(usize) -> usize,
    commits: usize,
    with_samples: bool,
    benchmark_changed: &dyn Fn(usize) -> Option<String>,
) -> Column<'h> {
    let points = &series.points;
    let places: Vec<usize> = points.iter().map(|point| place(point.commit)).collect();
    let single = |values: &mut dyn Iterator<Item = f64>| -> Vec<u8> {
        values
            .flat_map(|value| (value as f32).to_le_bytes())
            .collect()
    };
    let at = packed(&places, commits);
    let values = [
        single(&mut points.iter().map(|point| point.median)),
        single(&mut points.iter().map(|point| point.low)),
        single(&mut points.iter().map(|point| point.high)),
    ];
    let has_samples = with_samples && points.iter().any(|point| !point.samples.is_empty());
    let counts: Vec<u8> = points
        .iter()
        .map(|point| {
            if has_samples {
                point.samples.len() as u32
            } else {
                point.count
            }
        })
        .map(|count| count.min(255) as u8)
        .collect();
    let samples = has_samples.then(|| {
        let all = points
            .iter()
            .flat_map(|point| point.samples.iter().take(255).copied());
        base64(&single(&mut { all }))
    });
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let changes = series.changes.iter().enumerate();
    let changes = changes.map(|(number, change)| PageChange {
        kind: change.kind.name(),
        after: place(change.after),
        at: place(change.at),
        // The commits of a drift were measured.
        unmeasured: match change.kind {
            Kind::Drift => 0,
            _ => change.at.saturating_sub(change.after + 1),
        },
        before: change.before,
        level: change.level,
        ratio: finite(change.ratio),
        interval: is_estimated(change).then_some(change.interval),
        p: is_estimated(change).then_some(change.p),
        worse: change.worse,
        fixed: change.fixed_at.map(place),
        benchmark: benchmark_changed(number),
    });
    let pending = series.pending.map(|pending| PageChange {
        kind: "pending",
        after: place(pending.after),
        at: place(pending.at),
        unmeasured: pending.at.saturating_sub(pending.after + 1),
        before: pending.before,
        level: pending.level,
        ratio: finite(pending.ratio),
        interval: None,
        p: None,
        worse: pending.worse,
        fixed: None,
        benchmark: None,
    });
    Column {
        package: 0,
        environment: 0,
        name: &series.benchmark,
        unit: &series.unit,
        base: base_unit(&series.unit),
        higher: series.direction == Direction::Higher,
        binary: series.class == Class::Binary,
        points: points.len(),
        at,
        values: base64(&values.concat()),
        counts: Some(base64(&counts)),
        samples,
        changes: changes.collect(),
        pending,
        // From nothing to something is beyond any factor.
        worsening: series.worsening().clamp(-99.0, 99.0),
        last: points
            .last()
            .and_then(|point| finite(point.median))
            .unwrap_or_default(),
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_zero(value: &usize) -> bool {
    *value == 0
}

/// Whether a change has an interval: what is exact, or from nothing, has none.
fn is_estimated(change: &ChangePoint) -> bool {
    let [low, high] = change.interval;
    low.is_finite() && high.is_finite() && low > 0.0 && low < high
}

#[cfg(test)]
mod tests {
    use benchparse::trend::{Commit, Point};

    use super::*;

    fn history() -> History {
        let commit = |id: &str, measured| {
            let mut commit = Commit::new(id, 0);
            (commit.author, commit.subject) = ("A".into(), "</script>".into());
            commit.measured = measured;
            commit
        };
        let point = |commit, median: f64| Point::new(commit, median);
        let series = |package: &str, points| {
            let mut series = Series::new("<b>", "sec/op", points);
            (series.package, series.environment) = (package.into(), "linux".into());
            series
        };
        let mut history = History::default();
        history.commits = vec![commit("a", true), commit("b", false), commit("c", true)];
        history.series = vec![
            series("q", vec![point(0, 1.0), point(2, 2.0)]),
            series("p", vec![point(2, 3.0)]),
        ];
        history
    }

    #[test]
    fn unmeasured_commits_have_no_place() {
        let history = history();
        let json = serde_json::to_value(Document::new(&history, "t", None, &[])).unwrap();
        assert_eq!(json["commits"].as_array().unwrap().len(), 2);
        assert_eq!(json["packages"], serde_json::json!(["p", "q"]));
        assert_eq!(json["series"][0]["package"], 1);
        // Every measured commit has a point.
        assert!(json["series"][0].get("at").is_none());
        // The second of two: 1 as u16.
        assert_eq!(json["series"][1]["at"], "AQA=");
        // 3.0 three times.
        assert_eq!(json["series"][1]["values"], "AABAQAAAQEAAAEBA");
    }

    #[test]
    fn each_environment_has_its_commits() {
        let mut history = history();
        history.series[1].environment = "windows".into();
        let json = serde_json::to_value(Document::new(&history, "t", None, &[])).unwrap();
        assert_eq!(
            json["environments"],
            serde_json::json!(["linux", "windows"])
        );
        // All, and the second of two.
        assert_eq!(json["measured"], serde_json::json!([null, "AQA="]));
    }

    #[test]
    fn a_change_has_what_is_known_of_it() {
        let mut history = history();
        let mut change = ChangePoint::new(Kind::Step, [0, 2], [1.0, 2.0]);
        (change.interval, change.p) = ([1.5, 2.5], 0.01);
        change.worse = true;
        let mut from_nothing = ChangePoint::new(Kind::Step, [0, 2], [0.0, 2.0]);
        from_nothing.interval = [f64::INFINITY; 2];
        history.series[0].changes = vec![change, from_nothing];
        let json = serde_json::to_value(Document::new(&history, "t", None, &[])).unwrap();
        let changes = &json["series"][0]["changes"];
        assert_eq!(changes[0]["unmeasured"], 1);
        assert_eq!(changes[0]["interval"], serde_json::json!([1.5, 2.5]));
        assert_eq!(changes[0]["p"], 0.01);
        assert_eq!(changes[1]["ratio"], serde_json::Value::Null);
        assert!(changes[1].get("interval").is_none() && changes[1].get("p").is_none());
    }

    #[test]
    fn no_text_ends_the_script() {
        let page = super::super::write(&history(), "<title>&</title>", None, &[]).unwrap();
        let (_, data) = page.split_once("application/json\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        assert!(!data.contains('<'));
        let document: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(document["commits"][0][3], "</script>");
        assert!(!page.contains("<title><title>"));
    }
}
