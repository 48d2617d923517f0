//! Explains why two inputs have nothing in common to compare.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::table::{Table, Tables};
use crate::format::Symbol;
use crate::name::Name;

/// What keeps two columns apart, when no row has cells in more than one column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Mismatch {
    /// The first columns that have no row in common, as their headings name them.
    pub columns: [Vec<u8>; 2],
    /// Keys that differ in all results, each with a value of either column.
    pub keys: Vec<DifferingKey>,
    /// Whether some row is common to both once these keys are ignored.
    pub mends: bool,
}

/// A key that has other values in one column than in the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DifferingKey {
    /// The key as a projection names it.
    pub key: Vec<u8>,
    /// A value of each column, if it has one.
    pub values: [Option<Vec<u8>>; 2],
}

/// What a column has.
#[derive(Default)]
struct Contents {
    headings: Vec<Vec<Symbol>>,
    rows: Vec<(usize, Symbol)>,
}

impl Tables {
    /// Says why no row has cells in more than one column; nothing if one has, or if there is only
    /// one column.
    pub fn mismatch(&self) -> Option<Mismatch> {
        let columns = |table: &Table| table.columns.first().map(|column| column.values.clone());
        let first = self.tables.first().and_then(columns);
        let is_only = |table: &Table| table.columns.len() == 1 && columns(table) == first;
        if self.tables.iter().all(is_only) {
            return None;
        }
        let compared = |cells: usize| cells > 1;
        if self
            .tables
            .iter()
            .flat_map(Table::rows)
            .any(|row| compared(row.cells.len()))
        {
            return None;
        }
        let mut columns: HashMap<&[Symbol], Contents> = HashMap::new();
        for table in &self.tables {
            for row in table.rows() {
                for cell in row.cells {
                    let column = &table.columns[cell.column].values[..];
                    let contents = columns.entry(column).or_default();
                    if contents.headings.last() != Some(&table.headings) {
                        contents.headings.push(table.headings.clone());
                    }
                    contents.rows.push((contents.headings.len() - 1, row.label));
                }
            }
        }
        // Tables are in the order of their headings, which need not be that of the columns.
        let mut in_order = self.columns.iter().filter_map(|column| {
            let values = &column.values[..];
            Some((values, columns.get(values)?))
        });
        let ((first, a), (second, b)) = (in_order.next()?, in_order.next()?);
        let mut keys = Vec::new();
        let mut ignored = HashSet::new();
        for (place, &key) in self.heading_keys.iter().enumerate() {
            let values = |contents: &Contents| -> BTreeSet<&[u8]> {
                contents
                    .headings
                    .iter()
                    .map(|heading| self.own_text(heading[place]))
                    .collect()
            };
            let (old, new) = (values(a), values(b));
            if old.is_disjoint(&new) {
                ignored.insert(place);
                let first = |values: &BTreeSet<&[u8]>| {
                    let value = values.first().filter(|value| !value.is_empty());
                    value.map(|value| value.to_vec())
                };
                keys.push(DifferingKey {
                    key: self.own_text(key).into(),
                    values: [first(&old), first(&new)],
                });
            }
        }
        let rows = |contents: &Contents, with_suffix: bool| -> HashSet<(Vec<Symbol>, Vec<u8>)> {
            let row = |&(heading, label): &(usize, Symbol)| {
                let headings = contents.headings[heading].iter().enumerate();
                let kept = headings.filter(|(place, _)| !ignored.contains(place));
                let name = Name::new(self.own_text(label));
                let name = if with_suffix {
                    name.full()
                } else {
                    name.without_suffix()
                };
                (kept.map(|(_, &value)| value).collect(), name.to_vec())
            };
            contents.rows.iter().map(row).collect()
        };
        let common = |with_suffix| !rows(a, with_suffix).is_disjoint(&rows(b, with_suffix));
        let mut mends = common(true);
        if !mends && common(false) {
            mends = true;
            let suffix = |contents: &Contents| {
                let labels = contents
                    .rows
                    .iter()
                    .map(|&(_, label)| Name::new(self.own_text(label)));
                labels
                    .map(|name| name.gomaxprocs().map(<[u8]>::to_vec))
                    .next()
                    .flatten()
            };
            keys.push(DifferingKey {
                key: "/gomaxprocs".into(),
                values: [suffix(a), suffix(b)],
            });
        }
        let heading =
            |values: &[Symbol]| bstr::join(" ", values.iter().map(|&value| self.own_text(value)));
        Some(Mismatch {
            columns: [heading(first), heading(second)],
            keys,
            mends,
        })
    }
}
