//! Units as lines write them.

use std::collections::HashMap;

use super::record::Measurement;
use super::symbol::{Symbol, Symbols};
use crate::unit::tidy;

/// A unit with its tidied form.
#[derive(Debug, Clone, Copy)]
struct WrittenUnit {
    written: Symbol,
    tidied: Symbol,
    factor: f64,
}

/// The units seen so far.
#[derive(Debug, Default)]
pub(super) struct WrittenUnits {
    units: HashMap<Symbol, WrittenUnit>,
    /// The unit last seen at each place of a line: most lines have the units of the line before.
    last: Vec<WrittenUnit>,
}

impl WrittenUnits {
    /// Tidies the value at a place of its line.
    ///
    /// One that tidying leaves equal (zero, an infinity, any unit without `ns` or `MB`) keeps value
    /// and unit.
    #[inline]
    pub(super) fn measure(
        &mut self,
        symbols: &mut Symbols,
        place: usize,
        value: f64,
        text: &[u8],
    ) -> Measurement {
        let unit = match self.last.get(place) {
            Some(last) if symbols.text(last.written) == text => *last,
            _ => self.look_up(symbols, place, text),
        };
        let base = value * unit.factor;
        if base == value || unit.tidied == unit.written {
            Measurement {
                value,
                unit: unit.written,
                written: None,
            }
        } else {
            Measurement {
                value: base,
                unit: unit.tidied,
                written: Some((value, unit.written)),
            }
        }
    }

    #[cold]
    fn look_up(&mut self, symbols: &mut Symbols, place: usize, text: &[u8]) -> WrittenUnit {
        let written = symbols.intern(text);
        let unit = *self.units.entry(written).or_insert_with(|| {
            let tidied = tidy(text);
            WrittenUnit {
                written,
                tidied: symbols.intern(&tidied.unit),
                factor: tidied.factor,
            }
        });
        // A line's places come one after the other.
        match self.last.get_mut(place) {
            Some(last) => *last = unit,
            None => self.last.push(unit),
        }
        unit
    }
}
