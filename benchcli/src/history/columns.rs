//! Stores parsed notes by column, one column per series.

use std::collections::HashMap;

use benchparse::format::{BenchmarkResult, Parser, Reader, Record, Symbol, UnitTable};
use benchparse::grouping::Grouping;
use benchparse::stats::{Assumption, Sample, summarize};
use benchparse::unit::{self, Direction};
use bstr::ByteSlice as _;
use git2::Oid;

use super::key::SeriesKey;
use crate::baseline::{Note, SEVERAL_LAYOUTS, varies_layouts};

/// The level of the intervals.
const CONFIDENCE: f64 = 0.95;

/// A number of notes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Segment {
    /// What the notes are known by.
    pub(super) notes: Vec<Oid>,
    pub(super) columns: Vec<Column>,
    /// What `Unit` lines said, with the note they stand in.
    pub(super) units: Vec<UnitFact>,
}

/// What a note's `Unit` lines say of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnitFact {
    pub(super) note: u32,
    /// The unit, tidied.
    pub(super) unit: String,
    pub(super) is_exact: bool,
    pub(super) better: Option<Direction>,
}

/// The points of one series: the entries of all lists belong together, but for the samples.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Column {
    pub(super) key: SeriesKey,
    /// Places in the segment's notes, ascending.
    pub(super) notes: Vec<u32>,
    pub(super) counts: Vec<u32>,
    pub(super) medians: Vec<f64>,
    pub(super) lows: Vec<f64>,
    pub(super) highs: Vec<f64>,
    /// All values, those of one point after those of another, ascending in each.
    pub(super) samples: Vec<f64>,
}

/// A point of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct PointRef<'c> {
    pub(super) note: u32,
    pub(super) count: u32,
    pub(super) median: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Empty where the column has no samples.
    pub(super) samples: &'c [f64],
}

impl Column {
    /// Gives each point to `each`, in order.
    pub(super) fn each(&self, mut each: impl FnMut(&PointRef<'_>)) {
        let mut rest = &self.samples[..];
        let bounds = self.lows.iter().zip(&self.highs);
        let points = self.notes.iter().zip(&self.counts).zip(&self.medians);
        for (((&note, &count), &median), (&low, &high)) in points.zip(bounds) {
            let (samples, others) = rest.split_at_checked(count as usize).unwrap_or_default();
            rest = others;
            each(&PointRef {
                note,
                count,
                median,
                low,
                high,
                samples,
            });
        }
    }

    pub(super) fn push_point(&mut self, point: &PointRef<'_>) {
        self.notes.push(point.note);
        self.counts.push(point.count);
        self.medians.push(point.median);
        self.lows.push(point.low);
        self.highs.push(point.high);
        self.samples.extend_from_slice(point.samples);
    }

    fn push(&mut self, note: u32, values: Vec<f64>) {
        let sample = Sample::new(values);
        let summary = summarize(&sample, Assumption::Nothing, CONFIDENCE);
        if !summary.center.is_finite() {
            return;
        }
        // Too few values for an interval have their range.
        let or = |bound: f64, range: f64| if bound.is_finite() { bound } else { range };
        self.push_point(&PointRef {
            note,
            count: sample.len() as u32,
            median: summary.center,
            low: or(summary.low, sample.min()),
            high: or(summary.high, sample.max()),
            samples: sample.values(),
        });
    }
}

/// Puts notes into columns.
#[derive(Debug, Default)]
pub(super) struct Builder {
    segment: Segment,
    places: HashMap<SeriesKey, usize>,
    /// The values of the note that is read, and which columns have some.
    values: Vec<Vec<f64>>,
    touched: Vec<usize>,
    /// The columns in the order in which the note before began them.
    order: Vec<usize>,
}

impl Builder {
    /// Reads a note.
    pub(super) fn add(&mut self, id: Oid, text: &[u8]) {
        let note = self.segment.notes.len() as u32;
        self.segment.notes.push(id);
        let mut parser = Parser::new();
        let mut grouping = Grouping::default();
        // For each group the columns of its units.
        let mut known: Vec<Vec<(Symbol, usize)>> = Vec::new();
        let before = std::mem::take(&mut self.order);
        for recording in Note::parse(text).recordings() {
            let labels = recording
                .header
                .labels()
                .map(|(name, value)| format!("{name}={value}"));
            let mut labels: Vec<String> = labels.collect();
            let labels_of_all = labels.join("; ");
            // The layout of a binary changes its times and nothing else.
            let varies_layouts = varies_layouts(&recording.header);
            if varies_layouts {
                labels.push(SEVERAL_LAYOUTS.to_owned());
            }
            let labels_of_times = labels.join("; ");
            grouping.clear();
            known.clear();
            parser.begin(b"", b"");
            let mut reader = Reader::new(&mut parser, recording.readable());
            // Reading from memory does not fail.
            while let Ok(Some(record)) = reader.next_record() {
                let Record::Result(result) = record else {
                    continue;
                };
                let group = grouping.number(&result) as usize;
                if group == known.len() {
                    known.push(Vec::new());
                }
                for measured in result.measurements() {
                    let columns = &mut known[group];
                    let column = columns.iter().find(|(unit, _)| *unit == measured.unit);
                    let known = column.map(|(_, place)| *place);
                    let place = known.unwrap_or_else(|| {
                        let unit = result.symbols().text(measured.unit).unwrap_or_default();
                        let labels = if varies_layouts && unit::follows_time(&unit::tidy(unit).unit)
                        {
                            &labels_of_times
                        } else {
                            &labels_of_all
                        };
                        // Notes resemble each other; comparing is faster than building a key.
                        let usual = before.get(self.order.len()).copied();
                        let usual = usual.filter(|&place| {
                            let column = self.segment.columns.get(place);
                            column.is_some_and(|column| {
                                is_of(&column.key, &result, measured.unit, labels)
                            })
                        });
                        let place = usual
                            .unwrap_or_else(|| self.place(&key(&result, measured.unit, labels)));
                        self.order.push(place);
                        columns.push((measured.unit, place));
                        place
                    });
                    let Some(values) = self.values.get_mut(place) else {
                        continue;
                    };
                    if values.is_empty() {
                        self.touched.push(place);
                    }
                    values.push(measured.value);
                }
            }
        }
        for place in std::mem::take(&mut self.touched) {
            let values = self.values.get_mut(place).map(std::mem::take);
            let column = self.segment.columns.get_mut(place);
            if let (Some(values), Some(column)) = (values, column) {
                column.push(note, values);
            }
        }
        self.remember_units(note, parser.units());
    }

    pub(super) fn finish(mut self) -> Segment {
        self.segment
            .columns
            .retain(|column| !column.notes.is_empty());
        self.segment
    }

    fn place(&mut self, key: &SeriesKey) -> usize {
        if let Some(&place) = self.places.get(key) {
            return place;
        }
        let place = self.segment.columns.len();
        self.segment.columns.push(Column {
            key: key.clone(),
            ..Column::default()
        });
        self.values.push(Vec::new());
        self.places.insert(key.clone(), place);
        place
    }

    fn remember_units(&mut self, note: u32, table: &UnitTable) {
        let columns = &self.segment.columns;
        let mut units: Vec<&str> = columns.iter().map(|it| it.key.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        let facts = units.into_iter().filter_map(|unit| {
            let is_exact = table.is_exact(unit.as_bytes());
            let better = table.get(unit.as_bytes(), b"better");
            let better = better.and_then(|value| match value {
                b"higher" => Some(Direction::Higher),
                b"lower" => Some(Direction::Lower),
                _ => None,
            });
            (is_exact || better.is_some()).then(|| UnitFact {
                note,
                unit: unit.to_owned(),
                is_exact,
                better,
            })
        });
        let facts: Vec<UnitFact> = facts.collect();
        self.segment.units.extend(facts);
    }
}

/// Whether a measurement is one of a series. No for texts that are not UTF-8, which a key cannot
/// tell from each other.
fn is_of(key: &SeriesKey, result: &BenchmarkResult<'_>, unit: Symbol, labels: &str) -> bool {
    let is =
        |name: &str, value: &str| result.config_value(name).unwrap_or_default() == value.as_bytes();
    result.name().full() == key.benchmark.as_bytes()
        && *unit::tidy(result.symbols().text(unit).unwrap_or_default()).unit == *key.unit.as_bytes()
        && is("pkg", &key.package)
        && is("goos", &key.goos)
        && is("goarch", &key.goarch)
        && is("cpu", &key.cpu)
        && key.labels == labels
}

fn key(result: &BenchmarkResult<'_>, unit: Symbol, labels: &str) -> SeriesKey {
    let value = |key: &str| {
        let value = result.config_value(key).unwrap_or_default();
        value.to_str_lossy().into_owned()
    };
    // A zero keeps its written unit; here it belongs to the others.
    let unit = unit::tidy(result.symbols().text(unit).unwrap_or_default()).unit;
    SeriesKey {
        package: value("pkg"),
        benchmark: result.name().full().to_str_lossy().into_owned(),
        unit: unit.to_str_lossy().into_owned(),
        goos: value("goos"),
        goarch: value("goarch"),
        cpu: value("cpu"),
        labels: labels.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(texts: &[&str]) -> Segment {
        let mut builder = Builder::default();
        for (place, text) in texts.iter().enumerate() {
            let id = Oid::from_bytes(&[place as u8; 20]).unwrap();
            builder.add(id, text.as_bytes());
        }
        builder.finish()
    }

    #[test]
    fn notes_become_columns() {
        let segment = segment(&[
            "pkg: a\nBenchmarkX 1 4 ns/op 0 MB/s\nBenchmarkX 1 1 ns/op 2 MB/s\nBenchmarkX 1 2 ns/op\n",
            "pkg: a\nBenchmarkY 1 7 ns/op\n",
            "pkg: a\nBenchmarkX 1 4 ns/op\n",
        ]);
        let names: Vec<_> = segment
            .columns
            .iter()
            .map(|it| format!("{}.{} {}", it.key.package, it.key.benchmark, it.key.unit))
            .collect();
        assert_eq!(names, ["a.X sec/op", "a.X B/s", "a.Y sec/op"]);
        let times = &segment.columns[0];
        assert_eq!(
            (&times.notes[..], &times.counts[..]),
            (&[0, 2][..], &[3, 1][..])
        );
        assert_eq!(times.medians, [2e-9, 4e-9]);
        assert_eq!((times.lows[0], times.highs[0]), (1e-9, 4e-9));
        assert_eq!(times.samples, [1e-9, 2e-9, 4e-9, 4e-9]);
        assert_eq!(segment.columns[1].medians, [1e6]);
    }

    #[test]
    fn notes_may_have_their_benchmarks_in_any_order() {
        let (x, y, z) = (
            "pkg: a\nBenchmarkX 1 2 ns/op 1 B/op\n",
            "pkg: a\nBenchmarkY 1 4 ns/op\n",
            "pkg: b\nBenchmarkX 1 8 ns/op\n",
        );
        let texts = [[x, y, z], [z, y, x], [y, x, ""], [x, "", z]].map(|parts| parts.concat());
        let segment = segment(&texts.each_ref().map(String::as_str));
        let columns = segment.columns.iter();
        let columns: Vec<_> = columns
            .map(|it| {
                (
                    &it.key.package[..],
                    &it.key.unit[..],
                    &it.notes[..],
                    &it.medians[..],
                )
            })
            .collect();
        assert_eq!(
            columns,
            [
                ("a", "sec/op", &[0, 1, 2, 3][..], &[2e-9; 4][..]),
                ("a", "B/op", &[0, 1, 2, 3], &[1.0; 4]),
                ("a", "sec/op", &[0, 1, 2], &[4e-9; 3]),
                ("b", "sec/op", &[0, 1, 3], &[8e-9; 3]),
            ]
        );
    }

    #[test]
    fn values_that_are_no_numbers_are_no_points() {
        let segment = segment(&["BenchmarkX 1 NaN ns/op\n", "no benchmark at all\n"]);
        assert_eq!(segment.notes.len(), 2);
        assert!(segment.columns.is_empty());
    }

    #[test]
    fn unit_lines_are_remembered() {
        let segment = segment(&["BenchmarkX 1 5 frames\nUnit frames better=higher\n"]);
        let [fact] = &segment.units[..] else {
            panic!("{segment:?}")
        };
        assert_eq!(fact.unit, "frames");
        assert_eq!(
            (fact.is_exact, fact.better),
            (false, Some(Direction::Higher))
        );
    }
}
