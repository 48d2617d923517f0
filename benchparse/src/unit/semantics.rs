//! The semantics of a unit: class, direction and scale.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::{Class, Direction, DirectionBasis, tidy};

/// How the values of a unit behave when the same code is measured again.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", tag = "kind"))]
#[non_exhaustive]
pub enum ValueClass {
    /// Measurements that vary. The gate compares them by rank.
    Timing,
    /// Counters that hardly vary. The gate compares the ranges of their values, with the tolerance
    /// max(`abs`, `rel`·|median of the old values|), and compares by rank only where the ranges
    /// overlap by more.
    Exact {
        /// Tolerance in the unit.
        abs: f64,
        /// Tolerance as a share of the old median; 0.01 is 1 %.
        rel: f64,
    },
}

impl ValueClass {
    /// The class of `allocs/op`: tolerance max(1, 0.1 %).
    pub const ALLOCATIONS: Self = Self::Exact {
        abs: 1.0,
        rel: 0.001,
    };

    /// The class of `B/op`: tolerance max(16 B, 1 %).
    pub const BYTES: Self = Self::Exact {
        abs: 16.0,
        rel: 0.01,
    };

    /// The class of units that should repeat exactly: no tolerance.
    pub const EXACT: Self = Self::Exact { abs: 0.0, rel: 0.0 };

    /// By how much the values may differ without a change of the code; `None` for timings.
    pub fn tolerance(self) -> Option<Tolerance> {
        match self {
            Self::Timing => None,
            Self::Exact { abs, rel } => Some(Tolerance {
                absolute: abs,
                relative: rel,
            }),
        }
    }
}

/// By how much the values of a counter may differ without a change of the code: the larger of both.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Tolerance {
    /// In the unit.
    pub absolute: f64,
    /// As a share of the level before; 0.01 is 1 %.
    pub relative: f64,
}

impl Tolerance {
    /// A tolerance in the unit, and one as a share of the level before; the larger one counts.
    pub const fn new(absolute: f64, relative: f64) -> Self {
        Self { absolute, relative }
    }

    /// The tolerance around a level.
    pub fn of(&self, level: f64) -> f64 {
        self.absolute.max(self.relative * level.abs())
    }
}

/// Everything that a unit says about its values.
///
/// ```
/// use benchparse::unit::{Direction, UnitSemantics, ValueClass};
///
/// let time = UnitSemantics::of(b"ns/op");
/// assert_eq!((time.class, time.direction), (ValueClass::Timing, Direction::Lower));
/// assert_eq!(UnitSemantics::of(b"allocs/op").class, ValueClass::ALLOCATIONS);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct UnitSemantics {
    /// How the values behave, with their tolerance.
    pub class: ValueClass,
    /// Which values are better.
    pub direction: Direction,
    /// Where that comes from.
    pub basis: DirectionBasis,
    /// Which prefixes the values take.
    pub scale: Class,
}

impl UnitSemantics {
    /// What the unit's name tells, for a unit tidied or as it was written.
    ///
    /// [`UnitTable::semantics`](crate::format::UnitTable::semantics) also knows what `Unit` lines say.
    pub fn of(unit: &[u8]) -> Self {
        let tidied = tidy(unit).unit;
        let (direction, basis) = Direction::guess(&tidied);
        Self {
            class: match &*tidied {
                b"allocs/op" => ValueClass::ALLOCATIONS,
                b"B/op" => ValueClass::BYTES,
                _ => ValueClass::Timing,
            },
            direction,
            basis,
            scale: Class::of(&tidied),
        }
    }

    /// The same for a unit whose values should repeat exactly, as `Unit … assume=exact` says. The
    /// tolerance of Go's own counters stays.
    #[must_use]
    pub fn repeating_exactly(mut self) -> Self {
        if self.class == ValueClass::Timing {
            self.class = ValueClass::EXACT;
        }
        self
    }
}
