//! Records where each unit's values are within a result.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::format::Symbol;

/// Results with the same units in the same order.
#[derive(Debug)]
pub(super) struct UnitLayout {
    /// How many values a result has.
    pub(super) width: usize,
    /// The units, each once.
    pub(super) units: Vec<UnitAt>,
}

/// Where the values of a unit are among those of a result.
#[derive(Debug)]
pub(super) struct UnitAt {
    /// The unit's place among all.
    pub(super) unit: u32,
    first: usize,
    /// A unit may stand in a line twice.
    others: Vec<usize>,
}

impl UnitLayout {
    /// `places` has the places of units among all.
    pub(super) fn new(units: &[Symbol], places: &HashMap<Symbol, u32>) -> Self {
        let mut known: HashMap<Symbol, usize> = HashMap::with_capacity(units.len());
        let mut all: Vec<UnitAt> = Vec::with_capacity(units.len());
        for (at, unit) in units.iter().enumerate() {
            match known.entry(*unit) {
                Entry::Occupied(place) => all[*place.get()].others.push(at),
                Entry::Vacant(new) => {
                    new.insert(all.len());
                    all.push(UnitAt {
                        unit: places[unit],
                        first: at,
                        others: Vec::new(),
                    });
                }
            }
        }
        Self {
            width: units.len(),
            units: all,
        }
    }

    /// Adds the values of one of the units in some results, in their order.
    #[inline]
    pub(super) fn gather(&self, unit: usize, results: &[f64], values: &mut Vec<f64>) {
        let UnitAt { first, others, .. } = &self.units[unit];
        if self.width == 1 {
            values.extend_from_slice(results);
        } else if others.is_empty() {
            values.extend(results.iter().skip(*first).step_by(self.width));
        } else {
            for result in results.chunks_exact(self.width) {
                values.push(result[*first]);
                values.extend(others.iter().map(|&at| result[at]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Symbols;

    #[test]
    fn a_unit_that_stands_twice_gives_both_values() {
        let mut symbols = Symbols::default();
        let [x, y] = [b"x", b"y"].map(|unit| symbols.intern(unit));
        let places = HashMap::from([(x, 7), (y, 8)]);
        let layout = UnitLayout::new(&[x, y, x], &places);
        assert_eq!([layout.units[0].unit, layout.units[1].unit], [7, 8]);
        let gathered = |unit| {
            let mut values = Vec::new();
            layout.gather(unit, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &mut values);
            values
        };
        assert_eq!(gathered(0), [1.0, 3.0, 4.0, 6.0]);
        assert_eq!(gathered(1), [2.0, 5.0]);
    }
}
