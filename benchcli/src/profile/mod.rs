//! Profiles of two versions of the code, compared: who pays for what got slower.
//!
//! [`read`] checks a pprof file, [`per_op`] sums up what functions and lines cost, [`difference`]
//! sets two sides against each other, [`sentence`] names the top payer, [`flame`] draws.

pub mod difference;
pub mod explain;
pub mod flame;
pub mod per_op;
mod proto;
pub mod quantity;
pub mod read;
pub mod render;
pub mod select;
pub mod sentence;

use serde::Serialize;

use difference::Difference;
use per_op::Costs;
use sentence::Payer;

/// What a comparison of profiles says.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// What the values count.
    pub sample_type: String,
    /// The unit of every value, `nanoseconds`.
    pub unit: String,
    /// Whether values are per operation.
    pub per_op: bool,
    /// How many profiles each side has, base and head.
    pub profiles: (usize, usize),
    /// Who pays, in words.
    pub sentence: String,
    /// Who pays.
    pub payer: Option<Payer>,
    /// The tables.
    #[serde(flatten)]
    pub difference: Difference,
    /// The stacks of both sides, for the flame graph.
    #[serde(skip)]
    pub flame: flame::Tree,
}

impl Answer {
    /// Compares the costs of two sides.
    pub fn new(kind: &read::SampleType, per_op: bool, base: &[Costs], head: &[Costs]) -> Self {
        let difference = Difference::new(base, head);
        Self {
            sample_type: kind.name.clone(),
            unit: kind.unit.clone(),
            per_op,
            profiles: (base.len(), head.len()),
            sentence: sentence::sentence(base, head, &kind.unit, per_op),
            payer: sentence::top_payer(base, head, difference.total.difference),
            flame: flame::Tree::new(base, head),
            difference,
        }
    }
}
