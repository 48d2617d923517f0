//! The explanations on the HTML page.

use std::collections::HashSet;

use benchparse::trend::History;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::profile::difference::{CostChange, FunctionRow, Presence};
use crate::profile::neighbours::Call;
use crate::profile::render::{EXPLAIN_SCHEMA, changed};
use crate::profile::{Answer, Explained};
use crate::report::verdicts;

/// How many functions the page lists for each answer.
const MOST: usize = 12;

/// Reports of earlier versions, which only name the top contributor differently.
const EARLIER_SCHEMAS: [&str; 2] = ["benchcli-explain/1", "benchcli-check/2"];

/// Why a file is no explanation.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExplanationError {
    /// It is something else.
    #[error(
        "{0}; expected the output of `benchcli explain --format json` or of \
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
        let other = |found: &str| ExplanationError::Other(format!("found {found}"));
        let json: Value = serde_json::from_slice(text)
            .map_err(|error| ExplanationError::Other(format!("not valid JSON ({error})")))?;
        let schema = json.get("schema").and_then(Value::as_str);
        let is_known = |schema: &str| {
            [EXPLAIN_SCHEMA, verdicts::SCHEMA].contains(&schema)
                || EARLIER_SCHEMAS.contains(&schema)
        };
        if !schema.is_some_and(is_known) {
            return Err(match schema {
                Some(schema) => other(schema),
                None => other("JSON without a schema"),
            });
        }
        let file: File = serde_json::from_value(json).map_err(|error| {
            ExplanationError::Other(format!("found a damaged report ({error})"))
        })?;
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
    pub(super) fn for_page(&self) -> impl Iterator<Item = PageExplanation<'_>> {
        let changed = self.benchmarks.iter().map(|explained| PageExplanation {
            package: &explained.package,
            name: &explained.benchmark,
            sides: &self.sides,
            answers: explained.changed().map(PageAnswer::new).collect(),
        });
        changed.filter(|explanation| !explanation.answers.is_empty())
    }
}

/// A benchmark and what contributes to its changes.
#[derive(Debug, Serialize)]
pub(super) struct PageExplanation<'e> {
    package: &'e str,
    name: &'e str,
    sides: &'e [String; 2],
    answers: Vec<PageAnswer<'e>>,
}

#[derive(Debug, Serialize)]
struct PageAnswer<'e> {
    kind: &'e str,
    unit: &'e str,
    sentence: &'e str,
    /// Base and head.
    total: (f64, f64),
    /// Whether values are per operation.
    per_op: bool,
    rows: Vec<PageRow<'e>>,
    /// The top contributor, and the calls into it and out of it.
    calls: Option<(&'e str, Vec<PageCall<'e>>, Vec<PageCall<'e>>)>,
    /// The flame graph as SVG.
    flame: Option<&'e str>,
}

/// Base, head, and the margin of their difference where it is known.
type PageCost = (f64, f64, Option<f64>);

/// The function, its flat and cumulative cost, and whether it is gone (-1) or new (1).
type PageRow<'e> = (&'e str, PageCost, PageCost, i8);

/// The other function, base and head.
type PageCall<'e> = (&'e str, f64, f64);

impl<'e> PageAnswer<'e> {
    fn new(answer: &'e Answer) -> Self {
        let difference = &answer.difference;
        let contributor = answer
            .top_contributor
            .as_ref()
            .map(|contributor| &*contributor.function);
        let change = |change: &CostChange| (change.base, change.head, change.margin);
        let row = |row: &'e FunctionRow| {
            let presence = match row.presence {
                Presence::BaseOnly => -1,
                Presence::Both => 0,
                Presence::HeadOnly => 1,
            };
            (
                row.function.as_str(),
                change(&row.flat),
                change(&row.cum),
                presence,
            )
        };
        let calls = |calls: &'e [Call]| {
            let changed = changed(calls).map(|call| {
                let CostChange { base, head, .. } = call.cost;
                (call.function.as_str(), base, head)
            });
            changed.collect()
        };
        let chosen = difference.choose(false, MOST, contributor);
        Self {
            kind: &answer.sample_type,
            unit: &answer.unit,
            sentence: &answer.sentence,
            total: (difference.total.base, difference.total.head),
            per_op: answer.per_op,
            rows: chosen.rows.into_iter().map(row).collect(),
            calls: answer.neighbours.as_ref().map(|around| {
                let (callers, callees) = (calls(&around.callers), calls(&around.callees));
                (around.function.as_str(), callers, callees)
            }),
            flame: answer.flame_graph.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::per_op::Costs;
    use crate::profile::read::{Frame, Profile, Sample, SampleType};

    /// A profile in which `a.BenchmarkF` calls `a.f`, which allocates, and `a.wild`; sampled ten at a
    /// time.
    fn costs([f, wild]: [i64; 2]) -> Costs {
        let frame = |function: &str| Frame {
            function: function.into(),
            file: "".into(),
            line: 0,
            removed: false,
        };
        let kind = SampleType {
            name: "cpu".into(),
            unit: "nanoseconds".into(),
        };
        let sample = |stack: &[usize], value| Sample {
            stack: stack.to_vec(),
            values: vec![value],
        };
        let profile = Profile {
            sample_types: vec![kind.clone()],
            default: 0,
            period: Some((kind, 10)),
            frames: ["a.BenchmarkF", "a.f", "a.wild", "runtime.mallocgc"]
                .map(frame)
                .into(),
            samples: vec![sample(&[3, 1, 0], f), sample(&[2, 0], wild)],
        };
        Costs::of(&profile, 0, 1.0)
    }

    #[test]
    fn reports_of_earlier_versions_are_read() {
        let change = r#""base":1.0,"head":9.0,"difference":8.0,"margin":null"#;
        let answer = format!(
            r#"{{"sample_type":"cpu","unit":"nanoseconds","per_op":true,"profiles":[1,1],"sentence":"",
            "payer":{{"function":"a.f",{change},"caller":null}},"neighbours":null,
            "total":{{{change}}},"functions":[],"lines":[],"left_out":[0,0],"cut":[0,0]}}"#
        );
        for (schema, list) in [("explain/1", "benchmarks"), ("check/2", "explained")] {
            let report = format!(
                r#"{{"schema":"benchcli-{schema}","sides":["old","new"],
                "{list}":[{{"package":"a","benchmark":"F","answers":[{answer}]}}]}}"#
            );
            let mut read = Explanation::read(report.as_bytes()).expect(&report);
            let answer = read.answers_mut().next().expect("an answer");
            let contributor = answer.top_contributor.as_ref().expect("an old name");
            assert_eq!(contributor.function, "a.f");
        }
    }

    #[test]
    fn the_page_tells_what_the_sentence_says() {
        let kind = SampleType {
            name: "cpu".into(),
            unit: "nanoseconds".into(),
        };
        let base = [[500, 10], [510, 600], [520, 100]].map(costs);
        let head = [[910, 300], [900, 100], [920, 500]].map(costs);
        let answer = Answer::new(&kind, true, [base.into(), head.into()]);
        let explanation = PageAnswer::new(&answer);
        assert!(
            explanation.sentence.contains("is in a.f"),
            "{}",
            explanation.sentence
        );
        // The cost of f is flat the runtime's; its own row is there all the same, and no noise.
        let names: Vec<_> = explanation.rows.iter().map(|row| row.0).collect();
        assert_eq!(names, ["runtime.mallocgc", "a.f"]);
        let (_, flat, (base, head, margin), _) = explanation.rows[1];
        assert_eq!((flat.0, base, head), (0.0, 510.0, 910.0));
        assert!(margin > Some(0.0), "{margin:?}");
        let (name, callers, callees) = explanation.calls.expect("it is called");
        assert_eq!(name, "a.f");
        assert_eq!(callers, [("a.BenchmarkF", 510.0, 910.0)]);
        assert_eq!(callees, [("runtime.mallocgc", 510.0, 910.0)]);
    }
}
