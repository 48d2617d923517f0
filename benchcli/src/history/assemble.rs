//! Assembles series from the columns of many cached segments.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use benchparse::trend::{Point, Series};
use benchparse::unit::{self, Direction};
use git2::Oid;

use super::cache::Cached;
use super::key::SeriesKey;
use super::parallel::in_parallel;
use super::segment_file::{Place, SegmentFile};
use super::{HistoryError, Noted, Request};
use crate::baseline::SEVERAL_LAYOUTS;

/// Segments, and which commits their notes are of.
pub(super) struct Assembly<'s> {
    segments: Vec<SeriesPart<'s>>,
    pub(super) remarks: Vec<String>,
}

struct SeriesPart<'s> {
    file: &'s SegmentFile,
    /// For each note its commits: none, mostly one, several where one text was noted to several.
    commits: Vec<Vec<usize>>,
}

/// A column and how it got its name.
struct Source<'s> {
    part: usize,
    place: &'s Place,
    is_renamed: bool,
}

/// What `Unit` lines say of a unit, in all notes together.
#[derive(Debug, Clone, Copy, Default)]
struct UnitMetadata {
    is_exact: bool,
    /// The latest commit that says which values are better, and what it says.
    better: Option<(usize, Direction)>,
}

impl<'s> Assembly<'s> {
    pub(super) fn new(cached: &'s [Cached], noted: &[Noted]) -> Self {
        let mut wanted: HashMap<Oid, Vec<usize>> = HashMap::new();
        for note in noted {
            wanted.entry(note.id).or_default().push(note.commit);
        }
        // A note may be in two segments, when two programs have parsed it at the same time.
        let mut taken = HashSet::new();
        let segments = cached.iter().map(|cached| SeriesPart {
            commits: cached
                .file
                .notes
                .iter()
                .map(|id| match wanted.get(id) {
                    Some(commits) if taken.insert(*id) => commits.clone(),
                    _ => Vec::new(),
                })
                .collect(),
            file: &cached.file,
        });
        let mut segments: Vec<SeriesPart<'s>> = segments.collect();
        // Mostly this leaves nothing to sort in the series.
        segments.sort_by_key(|part| part.commits.iter().flatten().min().copied());
        Self {
            segments,
            remarks: Vec::new(),
        }
    }

    /// The series that are asked for.
    pub(super) fn series(&mut self, request: &Request<'_>) -> Result<Vec<Series>, HistoryError> {
        let mut sources: BTreeMap<SeriesKey, Vec<Source<'s>>> = BTreeMap::new();
        let mut there = BTreeMap::new();
        let wanted_environment = request.environment.as_ref().map(|it| it.to_lowercase());
        for (part, segment) in self.segments.iter().enumerate() {
            let has_any = segment.commits.iter().any(|commits| !commits.is_empty());
            if !has_any {
                continue;
            }
            let file: &'s SegmentFile = segment.file;
            for place in &file.columns {
                let renamed = request.config.renames.apply(&place.key.benchmark);
                let is_renamed = renamed.is_some();
                let key = SeriesKey {
                    benchmark: renamed.unwrap_or_else(|| place.key.benchmark.clone()),
                    ..place.key.clone()
                };
                let environment = key.environment();
                let seen: &mut BTreeSet<String> = there.entry("environments").or_default();
                seen.insert(environment.clone());
                let seen = there.entry("units").or_default();
                seen.insert(crate::unit_words::written_unit(&key.unit).to_owned());
                let is_wanted = wanted_environment
                    .as_ref()
                    .is_none_or(|wanted| is_shown_as(&environment, &key.unit, wanted))
                    && (request.units.is_empty() || request.units.iter().any(|it| key.is_in(it)))
                    && key.matches(&request.filter);
                if is_wanted {
                    sources.entry(key).or_default().push(Source {
                        part,
                        place,
                        is_renamed,
                    });
                }
            }
        }
        let metadata = self.unit_metadata();
        let jobs: Vec<(SeriesKey, Vec<Source<'s>>)> = sources.into_iter().collect();
        let points = in_parallel(&jobs, |(_, sources)| self.points(sources));
        let mut all = Vec::new();
        for ((key, _), (points, doubles)) in jobs.into_iter().zip(points) {
            if points.is_empty() {
                continue;
            }
            if doubles > 0 {
                let commits = match doubles {
                    1 => "1 commit has".to_owned(),
                    count => format!("{count} commits have"),
                };
                self.remarks.push(format!(
                    "{}: {commits} results under both the old and the new name; the results under the new name are used",
                    key.benchmark
                ));
            }
            let metadata = metadata.get(key.unit.as_str()).copied().unwrap_or_default();
            let better = metadata.better.map(|(_, better)| better);
            let semantics = key.semantics(&request.config.rules, metadata.is_exact, better);
            let mut series = Series::new(&key.benchmark, &key.unit, points);
            series.environment = key.environment();
            series.direction = semantics.direction;
            series.class = semantics.scale;
            series.tolerance = semantics.class.tolerance();
            series.package = key.package;
            all.push(series);
        }
        if all.is_empty() {
            return Err(nothing_left(request, &there));
        }
        show_beside_times(&mut all);
        Ok(all)
    }

    fn unit_metadata(&self) -> HashMap<&'s str, UnitMetadata> {
        let mut all: HashMap<&str, UnitMetadata> = HashMap::new();
        for part in &self.segments {
            let file: &'s SegmentFile = part.file;
            for fact in &file.units {
                let commits = part.commits.get(fact.note as usize);
                let Some(&commit) = commits.and_then(|commits| commits.last()) else {
                    continue;
                };
                let metadata = all.entry(&fact.unit).or_default();
                metadata.is_exact |= fact.is_exact;
                if let Some(better) = fact.better
                    && metadata.better.is_none_or(|(at, _)| at <= commit)
                {
                    metadata.better = Some((commit, better));
                }
            }
        }
        all
    }

    /// The points of a series in the order of commits, and how many commits had two.
    fn points(&self, sources: &[Source<'s>]) -> (Vec<Point>, usize) {
        let total = sources.iter().map(|source| source.place.count).sum();
        let mut points: Vec<Point> = Vec::with_capacity(total);
        // The new name first: of two points at one commit the first stays.
        let (renamed, named): (Vec<&Source<'s>>, Vec<&Source<'s>>) =
            sources.iter().partition(|source| source.is_renamed);
        for source in named.into_iter().chain(renamed) {
            let Some(part) = self.segments.get(source.part) else {
                continue;
            };
            let Some(column) = part.file.column(source.place) else {
                continue;
            };
            column.each(|point| {
                let commits = part.commits.get(point.note as usize);
                for &commit in commits.into_iter().flatten() {
                    let range = [point.low, point.high];
                    let mut point_here =
                        Point::with_range(commit, point.median, range, point.count);
                    point_here.samples = point.samples.to_vec();
                    points.push(point_here);
                }
            });
        }
        if !points.is_sorted_by_key(|point| point.commit) {
            points.sort_by_key(|point| point.commit);
        }
        let before = points.len();
        points.dedup_by_key(|point| point.commit);
        let doubles = before - points.len();
        (points, doubles)
    }
}

/// Whether a unit of an environment is shown under a name with a text in it, in lower case.
fn is_shown_as(environment: &str, unit: &str, wanted: &str) -> bool {
    let beside = beside_times(environment, unit);
    let has = |name: &str| name.to_lowercase().contains(wanted);
    has(environment) || beside.is_some_and(|name| has(&name))
}

/// The environment of the times of several layouts, for a unit that no layout changes.
fn beside_times(environment: &str, unit: &str) -> Option<String> {
    let follows_time = unit::follows_time(unit.as_bytes());
    (!follows_time).then(|| format!("{environment}; {SEVERAL_LAYOUTS}"))
}

/// Shows what no layout changes, such as allocations, with the times that are of several layouts, where there are
/// some: it is the same series, however times are measured.
fn show_beside_times(all: &mut [Series]) {
    let environments: BTreeSet<String> = all.iter().map(|it| it.environment.clone()).collect();
    for series in all {
        let beside = beside_times(&series.environment, &series.unit);
        if let Some(beside) = beside.filter(|it| environments.contains(it)) {
            series.environment = beside;
        }
    }
}

fn nothing_left(request: &Request<'_>, there: &BTreeMap<&str, BTreeSet<String>>) -> HistoryError {
    let list = |what: &str| {
        let all = there.get(what).into_iter().flatten().cloned();
        all.collect::<Vec<_>>().join(", ")
    };
    if there.is_empty() {
        return HistoryError::NoResults;
    }
    let (why, expected) = match (&request.environment, &request.units[..]) {
        (Some(environment), _)
            if !there
                .get("environments")
                .into_iter()
                .flatten()
                .any(|it| it.to_lowercase().contains(&environment.to_lowercase())) =>
        {
            (
                format!("--env {environment}"),
                format!("a part of one of: {}", list("environments")),
            )
        }
        (_, [unit, ..]) if request.filter.is_everything() => (
            format!("--unit {unit}"),
            format!("one of: {}", list("units")),
        ),
        _ => return HistoryError::NoMatch,
    };
    HistoryError::NothingLeft { why, expected }
}
