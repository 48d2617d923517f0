//! The `key: value` lines above a table.

use benchparse::compare::{Table, Tables};
use benchparse::format::Symbol;

/// The headings of a table that differ from the table before it; all for the first.
pub(super) fn changed<'t>(
    tables: &'t Tables,
    previous: Option<&'t [Symbol]>,
    table: &'t Table,
) -> impl Iterator<Item = Vec<u8>> + 't {
    let keys = tables.heading_keys().iter().zip(&table.headings);
    keys.enumerate()
        .filter(move |(place, (_, value))| differs(previous, *place, **value))
        .map(|(_, (&key, &value))| bstr::join(": ", [text_of(tables, key), text_of(tables, value)]))
}

/// A text of these tables.
pub(super) fn text_of(tables: &Tables, symbol: Symbol) -> &[u8] {
    tables.text(symbol).unwrap_or_default()
}

fn differs(previous: Option<&[Symbol]>, place: usize, value: Symbol) -> bool {
    previous.is_none_or(|previous| previous.get(place) != Some(&value))
}

/// All headings of a table whose predecessor is not known yet.
#[derive(Debug)]
pub(super) struct Headings {
    values: Vec<Symbol>,
    lines: Vec<Vec<u8>>,
}

impl Headings {
    pub(super) fn new(tables: &Tables, table: &Table) -> Self {
        Self {
            values: table.headings.clone(),
            lines: changed(tables, None, table).collect(),
        }
    }

    /// What [`changed`] gives.
    pub(super) fn changed(&self, previous: Option<&[Symbol]>) -> impl Iterator<Item = &[u8]> {
        let lines = self.values.iter().zip(&self.lines).enumerate();
        lines
            .filter(move |(place, (value, _))| differs(previous, *place, **value))
            .map(|(_, (_, line))| &**line)
    }
}
