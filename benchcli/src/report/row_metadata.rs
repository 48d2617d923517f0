//! The metadata of a row that reports need and the gate does not.

use benchparse::gate::RowKey;
use benchparse::name::Name;
use benchparse::pairing::{Measurements, Side};
use benchparse::unit::DirectionBasis;

/// What is known of a row besides what the gate is told.
#[derive(Debug, Clone)]
pub struct RowMetadata {
    /// The package, empty where it is not known.
    pub package: String,
    /// Whose benchmark both sides ran, where theirs differ.
    pub benchmark_of: Option<Side>,
    /// Base and head as they were measured.
    pub sides: [Measurements; 2],
    /// Where it is known from which values are better.
    pub direction_basis: DirectionBasis,
    /// Whether the row may fail a run.
    pub gated: bool,
    /// The most that is accepted, in percent, where something is.
    pub accepted_percent: Option<f64>,
}

impl RowMetadata {
    /// The package of the row with this key, and the name of its benchmark without those of sub-benchmarks.
    pub fn benchmark(&self, key: &RowKey) -> (String, String) {
        let name = Name::new(key.benchmark.as_bytes());
        let name = String::from_utf8_lossy(name.base()).into_owned();
        (self.package.clone(), name)
    }
}
