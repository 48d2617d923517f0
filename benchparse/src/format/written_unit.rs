//! Splits and tidies units in the form in which they are written.

use std::collections::HashMap;

use super::record::Measurement;
use super::symbol::{Symbol, Symbols};
use crate::unit::tidy;

/// A unit with its tidied form.
#[derive(Debug, Clone, Copy)]
pub(super) struct WrittenUnit {
    written: Symbol,
    tidied: Symbol,
    factor: f64,
}

impl WrittenUnit {
    /// Tidies a value.
    ///
    /// One that tidying leaves equal (zero, an infinity, any unit without `ns` or `MB`) keeps value
    /// and unit.
    #[inline]
    pub(super) fn measure(&self, value: f64) -> Measurement {
        let base = value * self.factor;
        if base == value || self.tidied == self.written {
            Measurement {
                value,
                unit: self.written,
                written: None,
            }
        } else {
            Measurement {
                value: base,
                unit: self.tidied,
                written: Some((value, self.written)),
            }
        }
    }
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
    #[inline]
    pub(super) fn measure(
        &mut self,
        symbols: &mut Symbols,
        place: usize,
        value: f64,
        text: &[u8],
    ) -> Measurement {
        let unit = match self.last.get(place) {
            Some(last) if symbols.text(last.written) == Some(text) => *last,
            _ => self.look_up_at(symbols, place, text),
        };
        unit.measure(value)
    }

    /// A unit, new or known.
    pub(super) fn look_up(&mut self, symbols: &mut Symbols, text: &[u8]) -> WrittenUnit {
        let written = symbols.intern(text);
        *self.units.entry(written).or_insert_with(|| {
            let tidied = tidy(text);
            WrittenUnit {
                written,
                tidied: symbols.intern(&tidied.unit),
                factor: tidied.factor,
            }
        })
    }

    #[cold]
    fn look_up_at(&mut self, symbols: &mut Symbols, place: usize, text: &[u8]) -> WrittenUnit {
        let unit = self.look_up(symbols, text);
        // A line's places come one after the other.
        match self.last.get_mut(place) {
            Some(last) => *last = unit,
            None => self.last.push(unit),
        }
        unit
    }
}
