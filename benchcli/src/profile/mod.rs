//! Compares profiles of two versions, and names the functions that contribute most to the difference.
//!
//! [`read`] checks a pprof file, [`per_op`] sums up the cost of functions and lines, [`difference`] compares
//! the two sides, [`sentence`] names the top contributor, and [`flame`] draws a flame graph.

pub mod difference;
pub mod explain;
pub mod flame;
mod harness;
pub mod neighbours;
pub mod per_op;
mod proto;
pub mod quantity;
pub mod read;
pub mod render;
pub mod select;
pub mod sentence;
mod sources;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use difference::Difference;
use neighbours::Neighbours;
use per_op::Costs;
use quantity::Scale;
use sentence::Contributor;

/// A benchmark, explained.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Explained {
    /// Its package's import path.
    pub package: String,
    /// Its full name without `Benchmark`.
    pub benchmark: String,
    /// Time, bytes and objects, each per operation.
    pub answers: Vec<Answer>,
}

impl Explained {
    /// The answers that tell of a change that matters.
    pub fn changed(&self) -> impl Iterator<Item = &Answer> {
        let answers = self.answers.iter();
        answers.filter(|answer| answer.matters())
    }

    /// Keeps of each table no more rows than a reader of a report looks at.
    pub fn keep(&mut self, most: usize) {
        for answer in &mut self.answers {
            let contributor = answer
                .top_contributor
                .as_ref()
                .map(|contributor| &*contributor.function);
            answer.difference.keep(most, contributor);
        }
    }
}

/// What a comparison of profiles says.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// What the values count.
    pub sample_type: String,
    /// The unit of every value, `nanoseconds`.
    pub unit: String,
    /// Whether values are per operation.
    pub per_op: bool,
    /// How many profiles each side has, base and head.
    pub profiles: (usize, usize),
    /// What contributes most, in words.
    pub sentence: String,
    /// The function that contributes most. Reports of schema 1 have another name for it.
    #[serde(alias = "payer")]
    pub top_contributor: Option<Contributor>,
    /// Who calls the top contributor, and what it calls.
    pub neighbours: Option<Neighbours>,
    /// The tables.
    #[serde(flatten)]
    pub difference: Difference,
    /// The file of its flame graph, where one was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flame_graph: Option<String>,
    /// The costs of both sides, for the flame graph.
    #[serde(skip)]
    sides: [Vec<Costs>; 2],
}

impl Answer {
    /// Compares the costs of two sides.
    pub fn new(kind: &read::SampleType, per_op: bool, sides: [Vec<Costs>; 2]) -> Self {
        let [base, head] = &sides;
        let difference = Difference::new(base, head);
        let contributor = sentence::top_contributor(base, head, &difference.total);
        let scale = Scale::new(&kind.unit, per_op);
        let around = contributor
            .as_ref()
            .map(|contributor| &contributor.function);
        Self {
            sample_type: kind.name.clone(),
            unit: kind.unit.clone(),
            per_op,
            profiles: (base.len(), head.len()),
            sentence: sentence::sentence(contributor.as_ref(), &difference.total, &scale),
            neighbours: around.map(|name| Neighbours::new(name, base, head)),
            top_contributor: contributor,
            flame_graph: None,
            difference,
            sides,
        }
    }

    /// How its values are printed.
    pub fn scale(&self) -> Scale<'_> {
        Scale::new(&self.unit, self.per_op)
    }

    /// Whether the total changed beyond the noise, by half a percent or more, and by more than what
    /// a benchmark prints as nothing.
    pub fn matters(&self) -> bool {
        let total = &self.difference.total;
        let least = match &*self.unit {
            "bytes" if self.per_op => 1.0,
            "allocs" if self.per_op => 0.1,
            _ => 0.0,
        };
        let size = total.difference.abs();
        total.is_significant() && size >= least && size >= 0.005 * total.base.max(total.head)
    }

    /// Draws the flame graph as SVG.
    pub fn flame(&self, title: &str) -> String {
        let [base, head] = &self.sides;
        flame::Tree::new(base, head).svg(title, &self.scale())
    }
}
