//! Controls what the reader does with input that needs repair.

use std::io::Read;

use crate::input::Lines;

/// What a [`Reader`](super::Reader) does about input that is not the plain output of `go test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[non_exhaustive]
pub enum RepairMode {
    /// Reads it as what it was, and counts the repairs.
    #[default]
    Repair,
    /// Reads up to the first place that needs repair and fails there with [`NeedsRepair`](super::NeedsRepair).
    Refuse,
    /// Reads the bytes as they are: what needs repair is passed over, or is a syntax error. This is
    /// what benchstat does.
    Off,
}

impl RepairMode {
    /// The lines of an input.
    pub(super) fn lines<R: Read>(self, input: R) -> Lines<R> {
        match self {
            Self::Off => Lines::verbatim(input),
            Self::Repair | Self::Refuse => Lines::new(input),
        }
    }
}
