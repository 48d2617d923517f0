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
        .filter(move |(place, (_, value))| {
            previous.is_none_or(|previous| previous.get(*place) != Some(value))
        })
        .map(|(_, (&key, &value))| bstr::join(": ", [tables.text(key), tables.text(value)]))
}
