//! Unit metadata from `Unit` lines.

use std::collections::HashMap;

use bstr::BString;

use crate::unit::{Direction, DirectionBasis, UnitSemantics, tidy};

/// What `Unit` lines say of units, over all inputs of a parser.
///
/// It holds for results before its line too, so ask when everything is read. A unit is looked up by
/// its tidied form: what is said of `ns/op` is said of `sec/op`. Of two lines that contradict each
/// other the first counts; the second is a
/// [`SyntaxFault::MetadataConflict`](super::SyntaxFault::MetadataConflict).
///
/// ```
/// use benchparse::format::Parser;
/// use benchparse::unit::Direction;
///
/// let text = b"Unit allocs/op assume=exact\nUnit hits better=higher\n";
/// let mut parser = Parser::new();
/// let mut reader = parser.read(b"f", &text[..]);
/// while reader.next_record()?.is_some() {}
/// let units = parser.units();
/// assert!(units.is_exact(b"allocs/op"));
/// assert_eq!(units.direction(b"hits"), Direction::Higher);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitTable {
    units: HashMap<BString, HashMap<BString, BString>>,
}

impl UnitTable {
    /// The value of a unit's key, for a unit tidied or not; `None` where no line sets it.
    pub fn get(&self, unit: &[u8], key: &[u8]) -> Option<&[u8]> {
        let unit = tidy(unit).unit;
        let value = self.units.get(&*unit)?.get(key)?;
        Some(value)
    }

    /// Whether a unit's values are exact, not samples of a noisy quantity (`assume=exact`).
    pub fn is_exact(&self, unit: &[u8]) -> bool {
        self.get(unit, b"assume") == Some(b"exact")
    }

    /// Which way a unit improves: as `better=higher` or `better=lower` says, else by its name.
    pub fn direction(&self, unit: &[u8]) -> Direction {
        match self.get(unit, b"better") {
            Some(b"higher") => Direction::Higher,
            Some(b"lower") => Direction::Lower,
            _ => Direction::of(unit),
        }
    }

    /// What a unit says about its values: as `Unit` lines say, else by its name.
    pub fn semantics(&self, unit: &[u8]) -> UnitSemantics {
        let mut semantics = UnitSemantics::of(unit);
        semantics.direction = self.direction(unit);
        if matches!(self.get(unit, b"better"), Some(b"higher" | b"lower")) {
            semantics.basis = DirectionBasis::Stated;
        }
        if self.is_exact(unit) {
            semantics = semantics.repeating_exactly();
        }
        semantics
    }

    /// Sets a key, or gives back the other value that it has already; `Ok(false)` where it is
    /// known with this value.
    pub(super) fn set(&mut self, unit: &[u8], key: &[u8], value: &[u8]) -> Result<bool, BString> {
        let unit = tidy(unit).unit;
        let known = self.units.entry(BString::from(&*unit)).or_default();
        match known.get(key) {
            Some(old) if old == value => Ok(false),
            Some(old) => Err(old.clone()),
            None => {
                known.insert(key.into(), value.into());
                Ok(true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_stays() {
        let mut units = UnitTable::default();
        assert_eq!(units.set(b"ns/op", b"assume", b"exact"), Ok(true));
        assert_eq!(units.set(b"sec/op", b"assume", b"exact"), Ok(false));
        assert_eq!(
            units.set(b"sec/op", b"assume", b"nothing"),
            Err("exact".into())
        );
        assert!(units.is_exact(b"sec/op") && units.is_exact(b"ns/op"));
    }

    #[test]
    fn better_wins_over_the_name() {
        let mut units = UnitTable::default();
        assert_eq!(units.direction(b"widgets/s"), Direction::Higher);
        units.set(b"widgets/s", b"better", b"lower").unwrap();
        assert_eq!(units.direction(b"widgets/s"), Direction::Lower);
    }
}
