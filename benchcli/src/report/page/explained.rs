//! What the page tells of benchmarks that were explained.

use std::collections::HashSet;

use benchparse::trend::History;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::profile::difference::Presence;
use crate::profile::render::EXPLAIN_SCHEMA;
use crate::profile::{Answer, Explained};
use crate::report::verdicts;

/// How many functions the page lists for each answer.
const MOST: usize = 12;

/// Why a file is no explanation.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExplanationError {
    /// It is something else.
    #[error(
        "found {0}, expected the JSON of `benchcli explain --format json` or of \
         `benchcli run --explain --format json`"
    )]
    Other(String),
}

/// What one run explained: base and head, and the benchmarks.
#[derive(Debug, Clone)]
pub struct Explanation {
    sides: [String; 2],
    benchmarks: Vec<Explained>,
}

#[derive(Deserialize)]
struct File {
    sides: [String; 2],
    #[serde(alias = "explained")]
    benchmarks: Vec<Explained>,
}

impl Explanation {
    /// Reads a JSON report.
    ///
    /// # Errors
    /// The text is no such report, or explains nothing.
    pub fn read(text: &[u8]) -> Result<Self, ExplanationError> {
        let other = |found: &str| ExplanationError::Other(found.to_owned());
        let json: Value = serde_json::from_slice(text)
            .map_err(|error| ExplanationError::Other(format!("no JSON ({error})")))?;
        let schema = json.get("schema").and_then(Value::as_str);
        if !matches!(schema, Some(EXPLAIN_SCHEMA | verdicts::SCHEMA)) {
            return Err(match schema {
                Some(schema) => other(schema),
                None => other("JSON without a schema"),
            });
        }
        let file: File = serde_json::from_value(json)
            .map_err(|error| ExplanationError::Other(format!("a damaged report ({error})")))?;
        Ok(Self {
            sides: file.sides,
            benchmarks: file.benchmarks,
        })
    }

    /// Whether it explains no benchmark.
    pub fn is_empty(&self) -> bool {
        self.benchmarks.is_empty()
    }

    /// Every answer, to complete it.
    pub fn answers_mut(&mut self) -> impl Iterator<Item = &mut Answer> {
        let benchmarks = self.benchmarks.iter_mut();
        benchmarks.flat_map(|explained| &mut explained.answers)
    }

    /// The explained benchmarks that a history does not have.
    pub fn strangers(&self, history: &History) -> Vec<String> {
        let known = history.series.iter();
        let known: HashSet<_> = known
            .map(|series| (series.package.as_str(), series.benchmark.as_str()))
            .collect();
        let all = self.benchmarks.iter();
        let strange =
            all.filter(|it| !known.contains(&(it.package.as_str(), it.benchmark.as_str())));
        let named = strange.map(|it| format!("{} in {}", it.benchmark, it.package));
        named.collect()
    }

    /// As the page reads it.
    pub(super) fn told(&self) -> impl Iterator<Item = Told<'_>> {
        let changed = self.benchmarks.iter().map(|explained| Told {
            package: &explained.package,
            name: &explained.benchmark,
            sides: &self.sides,
            answers: explained.changed().map(ToldAnswer::new).collect(),
        });
        changed.filter(|told| !told.answers.is_empty())
    }
}

/// A benchmark and who pays for what changed.
#[derive(Debug, Serialize)]
pub(super) struct Told<'e> {
    package: &'e str,
    name: &'e str,
    sides: &'e [String; 2],
    answers: Vec<ToldAnswer<'e>>,
}

#[derive(Debug, Serialize)]
struct ToldAnswer<'e> {
    kind: &'e str,
    unit: &'e str,
    sentence: &'e str,
    /// Base and head.
    total: (f64, f64),
    /// The function, base, head, and whether it is gone (-1) or new (1).
    rows: Vec<(&'e str, f64, f64, i8)>,
    /// The flame graph as SVG.
    flame: Option<&'e str>,
}

impl<'e> ToldAnswer<'e> {
    fn new(answer: &'e Answer) -> Self {
        let difference = &answer.difference;
        let moved = difference.functions.iter();
        let moved = moved.filter(|row| row.flat.difference != 0.0 && row.is_significant());
        let row = |row: &'e crate::profile::difference::Row| {
            let presence = match row.presence {
                Presence::BaseOnly => -1,
                Presence::Both => 0,
                Presence::HeadOnly => 1,
            };
            (
                row.function.as_str(),
                row.flat.base,
                row.flat.head,
                presence,
            )
        };
        Self {
            kind: &answer.sample_type,
            unit: &answer.unit,
            sentence: &answer.sentence,
            total: (difference.total.base, difference.total.head),
            rows: moved.take(MOST).map(row).collect(),
            flame: answer.flame_graph.as_deref(),
        }
    }
}
