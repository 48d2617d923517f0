//! The table for people, as benchstat prints it.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use anstyle::{AnsiColor, Style};
use benchparse::compare::{
    Cell, Geomean, Ratio, Row, Table, Tables, comparison_warning_text, delta_text, detail_text,
    geomean_ratio_text, range_text, summary_warning_text, varying_text,
};
use benchparse::format::Symbol;
use benchparse::unit::{Direction, Scale};

use super::headings;
use super::layout::{Align, Entry, Layout, Margin};

/// Writes all tables; `color` marks significant differences, worse red and better green.
pub fn write(out: &mut Vec<u8>, tables: &Tables, color: bool) {
    write_some(out, tables, tables.tables(), None, color);
}

/// Writes tables that come after one with the headings `previous`, on up to `threads` threads.
pub fn write_part(
    tables: &Tables,
    previous: Option<&[Symbol]>,
    color: bool,
    threads: NonZeroUsize,
) -> Vec<Vec<u8>> {
    let all = tables.tables();
    let rows: usize = all.iter().map(|table| table.rows.len()).sum();
    let count = threads.get().min(1 + rows / 1000);
    let share = rows.div_ceil(count);
    std::thread::scope(|scope| {
        let mut start = 0;
        let mut running = Vec::new();
        while start < all.len() {
            let mut taken = 0;
            let some = all[start..].iter().take_while(|table| {
                let goes_on = taken < share;
                taken += table.rows.len();
                goes_on
            });
            let end = start + some.count().max(1);
            let before = start.checked_sub(1).map(|before| &all[before].headings[..]);
            let before = before.or(previous);
            let some = &all[start..end];
            start = end;
            let write = move || {
                let mut out = Vec::new();
                write_some(&mut out, tables, some, before, color);
                out
            };
            running.push(if start < all.len() {
                Err(scope.spawn(write))
            } else {
                Ok(write())
            });
        }
        let finished = running.into_iter().map(|written| match written {
            Ok(text) => text,
            Err(thread) => match thread.join() {
                Ok(text) => text,
                Err(panic) => std::panic::resume_unwind(panic),
            },
        });
        finished.collect()
    })
}

fn write_some<'t>(
    out: &mut Vec<u8>,
    tables: &'t Tables,
    some: &'t [Table],
    mut previous: Option<&'t [Symbol]>,
    color: bool,
) {
    let mut layout = Layout::default();
    for table in some {
        if previous.is_some() {
            out.push(b'\n');
        }
        for heading in headings::changed(tables, previous, table) {
            out.extend_from_slice(&heading);
            out.push(b'\n');
        }
        layout = Grid::new(tables, table, color, layout).write(out);
        previous = Some(&table.headings);
    }
}

/// One table on its way to text.
struct Grid<'t> {
    tables: &'t Tables,
    table: &'t Table,
    color: bool,
    layout: Layout,
    notes: Vec<Vec<u8>>,
    note_numbers: HashMap<Vec<u8>, usize>,
}

/// The columns of the layout: a label, three for the first group, six for each other, the edge.
fn group_start(group: usize) -> usize {
    if group == 0 { 1 } else { 6 * group - 2 }
}

fn group_span(group: usize) -> usize {
    if group == 0 { 3 } else { 6 }
}

impl<'t> Grid<'t> {
    fn new(tables: &'t Tables, table: &'t Table, color: bool, layout: Layout) -> Self {
        Self {
            tables,
            table,
            color,
            layout,
            notes: Vec::new(),
            note_numbers: HashMap::new(),
        }
    }

    /// Writes the table and gives the empty layout back.
    fn write(mut self, out: &mut Vec<u8>) -> Layout {
        for field in 0..self.tables.column_keys().len() {
            self.column_headings(field);
        }
        self.unit_line();
        for row in &self.table.rows {
            self.row(row);
        }
        if self.table.rows.len() > 1 {
            self.geomean_line();
        }
        let edge = self.edge();
        // Only the value columns give way to a wide heading.
        let stretches = |column: usize| column == 1 || column >= 4 && column % 6 == 4;
        self.layout.write(out, edge + 1, stretches);
        for (place, note) in self.notes.iter().enumerate() {
            out.extend_from_slice(superscript(place + 1).as_bytes());
            out.push(b' ');
            out.extend_from_slice(note);
            out.push(b'\n');
        }
        self.layout.clear();
        self.layout
    }

    fn edge(&self) -> usize {
        group_start(self.table.columns.len())
    }

    fn end_line(&mut self) {
        let edge = Entry::new(self.edge(), b"").margin(Margin::Edge);
        self.layout.add(&edge);
        self.layout.next_line();
    }

    /// One line of headings; neighbours that agree so far share one.
    fn column_headings(&mut self, field: usize) {
        let columns = &self.table.columns;
        let mut first = 0;
        while first < columns.len() {
            let same = &columns[first].values[..=field];
            let joined = columns[first..]
                .iter()
                .take_while(|column| column.values[..=field] == *same)
                .count();
            let span = (first..first + joined).map(group_span).sum();
            let heading = self.tables.text(columns[first].values[field]);
            self.layout.add(
                &Entry::new(group_start(first), heading)
                    .span(span)
                    .margin(Margin::Bar)
                    .align(Align::Center),
            );
            first += joined;
        }
        self.end_line();
    }

    fn unit_line(&mut self) {
        let unit = self.tables.text(self.table.unit);
        for group in 0..self.table.columns.len() {
            let start = group_start(group);
            self.layout.add(
                &Entry::new(start, unit)
                    .span(3)
                    .margin(Margin::Bar)
                    .align(Align::Center),
            );
            if group > 0 {
                let heading = Entry::new(start + 3, b"vs base").span(3);
                self.layout.add(&heading.margin(Margin::Blanks));
            }
        }
        self.end_line();
    }

    fn row(&mut self, row: &Row) {
        self.layout
            .add(&Entry::new(0, self.tables.text(row.label)).margin(Margin::None));
        let centers = row.cells.iter().map(|cell| cell.summary.center);
        let scale = Scale::for_values(centers, self.table.class);
        for cell in &row.cells {
            self.cell(cell, &scale);
            if cell.column > 0
                && let Some(baseline) = row.baseline()
            {
                self.difference(baseline, cell);
            }
        }
        self.layout.next_line();
    }

    fn cell(&mut self, cell: &Cell, scale: &Scale) {
        let start = group_start(cell.column);
        let value = scale.format(cell.summary.center);
        self.layout
            .add(&Entry::new(start, value.as_bytes()).align(Align::Right));
        self.layout.add(
            &Entry::new(start + 1, range_text(&cell.summary).as_bytes())
                .margin(Margin::PlusMinus)
                .align(Align::Right),
        );
        let mut notes = Vec::new();
        if !cell.varying.is_empty() {
            let keys = cell.varying.iter().map(|&key| self.tables.text(key));
            notes.push(varying_text(keys));
        }
        let warning = cell.summary.warning.as_ref();
        notes.extend(warning.map(|warning| summary_warning_text(warning).into_bytes()));
        self.note(start + 2, notes);
    }

    fn difference(&mut self, baseline: &Cell, cell: &Cell) {
        let Some(comparison) = &cell.comparison else {
            return;
        };
        let start = group_start(cell.column) + 3;
        let (old, new) = (baseline.summary.center, cell.summary.center);
        let delta = delta_text(old, new, comparison);
        let significant = comparison.is_significant();
        let style = self
            .color
            .then(|| difference_style(old, new, self.table.direction))
            .flatten()
            .filter(|_| significant);
        self.layout.add(
            &Entry::new(start, delta.as_bytes())
                .align(Align::Right)
                .style(style),
        );
        let detail = format!("({})", detail_text(comparison));
        self.layout.add(&Entry::new(start + 1, detail.as_bytes()));
        let warning = comparison.warning.as_ref();
        let notes = warning.map(|warning| comparison_warning_text(warning).into_bytes());
        self.note(start + 2, notes.into_iter().collect());
    }

    fn geomean_line(&mut self) {
        self.layout
            .add(&Entry::new(0, b"geomean").margin(Margin::None));
        for (group, geomean) in self.table.geomeans.iter().enumerate() {
            let start = group_start(group);
            if let Some(summary) = geomean.summary {
                let scale = Scale::for_values([summary], self.table.class);
                let value = scale.format(summary);
                self.layout
                    .add(&Entry::new(start, value.as_bytes()).align(Align::Right));
            }
            match geomean.ratio {
                None => {}
                Some(Ratio::Of(ratio)) => {
                    let text = geomean_ratio_text(ratio);
                    self.layout
                        .add(&Entry::new(start + 3, text.as_bytes()).align(Align::Right));
                }
                Some(Ratio::Undefined) => self.layout.add(&Entry::new(start + 3, b"?")),
            }
            self.note(start + group_span(group) - 1, geomean_notes(geomean));
        }
        self.layout.next_line();
    }

    /// Adds footnote numbers, new texts getting new numbers.
    fn note(&mut self, column: usize, texts: Vec<Vec<u8>>) {
        if texts.is_empty() {
            return;
        }
        let numbers: Vec<String> = texts
            .into_iter()
            .map(|text| {
                let next = self.notes.len() + 1;
                let number = *self.note_numbers.entry(text).or_insert_with_key(|text| {
                    self.notes.push(text.clone());
                    next
                });
                superscript(number)
            })
            .collect();
        self.layout
            .add(&Entry::new(column, numbers.join(" ").as_bytes()));
    }
}

pub(super) fn geomean_notes(geomean: &Geomean) -> Vec<Vec<u8>> {
    let warnings = geomean.warnings.iter();
    warnings
        .map(|warning| warning.to_string().into_bytes())
        .collect()
}

/// Red for worse, green for better.
fn difference_style(old: f64, new: f64, direction: Direction) -> Option<Style> {
    let worse = match direction {
        Direction::Lower => new > old,
        Direction::Higher => new < old,
    };
    let color = match (worse, new == old) {
        (_, true) => return None,
        (true, _) => AnsiColor::Red,
        (false, _) => AnsiColor::Green,
    };
    Some(color.on_default())
}

fn superscript(number: usize) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let decimal = number.to_string();
    decimal
        .bytes()
        .map(|digit| digits[usize::from(digit - b'0')])
        .collect()
}
