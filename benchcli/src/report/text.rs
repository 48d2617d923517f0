//! Prints tables as benchstat does.

use std::num::NonZeroUsize;
use std::ops::Range;

use anstyle::AnsiColor;
use benchparse::compare::{Cell, Geomean, Ratio, Row, Table, Tables};
use benchparse::format::Symbol;
use benchparse::unit::{Direction, Scale};

use super::headings::{self, Headings, text_of};
pub use super::layout::Look;
use super::layout::{Align, Entry, Layout, Margin, Measures, write_sign};
use super::notes::{Notes, varying};

/// So many rows of a table are laid out together.
const ROWS: usize = 1 << 13;

/// Some tables as text. What stands above the first depends on the table before it.
#[derive(Debug)]
pub struct TextPart {
    first: Option<Headings>,
    last: Vec<Symbol>,
    texts: Vec<Vec<u8>>,
    look: Look,
}

impl TextPart {
    /// Writes some tables on up to `threads` threads.
    pub fn new(tables: &Tables, look: Look, threads: NonZeroUsize) -> Self {
        let mut part = Self {
            first: None,
            last: Vec::new(),
            texts: Vec::new(),
            look,
        };
        let mut out = Vec::new();
        let mut previous: Option<&Table> = None;
        let mut layout = Layout::new(look);
        for table in tables.tables() {
            match previous {
                None => part.first = Some(Headings::new(tables, table)),
                Some(previous) => {
                    out.push(b'\n');
                    let previous = Some(&previous.headings[..]);
                    for heading in headings::changed(tables, previous, table) {
                        out.extend_from_slice(&look.shown(&heading));
                        out.push(b'\n');
                    }
                }
            }
            previous = Some(table);
            if table.rows().len() <= ROWS {
                layout.clear();
                let mut grid = Grid::new(tables, table, look, layout);
                grid.fill(0..table.rows().len());
                layout = grid.write(&mut out);
                continue;
            }
            part.texts.push(std::mem::take(&mut out));
            part.texts.extend(write_large(tables, table, look, threads));
        }
        part.texts.push(out);
        part.last = previous.map_or_else(Vec::new, |table| table.headings.clone());
        part
    }
}

/// Puts parts one after the other.
#[derive(Debug, Default)]
pub struct Joint {
    previous: Option<Vec<Symbol>>,
}

impl Joint {
    /// The texts of the next part.
    pub fn texts(&mut self, part: TextPart) -> impl Iterator<Item = Vec<u8>> + use<> {
        let mut above = Vec::new();
        if let Some(first) = &part.first {
            let previous = self.previous.replace(part.last);
            if previous.is_some() {
                above.push(b'\n');
            }
            for heading in first.changed(previous.as_deref()) {
                above.extend_from_slice(&part.look.shown(heading));
                above.push(b'\n');
            }
        }
        std::iter::once(above).chain(part.texts)
    }
}

/// Writes a table on several threads.
fn write_large(tables: &Tables, table: &Table, look: Look, threads: NonZeroUsize) -> Vec<Vec<u8>> {
    let count = table.rows().len();
    let starts = (0..count).step_by(ROWS);
    let parts = starts.map(|start| start..count.min(start + ROWS)).collect();
    let grids = side_by_side(threads, parts, &|rows: Range<usize>| {
        let mut grid = Grid::new(tables, table, look, Layout::new(look));
        grid.fill(rows);
        grid
    });
    let mut notes = Notes::default();
    let mut layouts = Vec::with_capacity(grids.len());
    for Grid {
        mut layout,
        notes: own,
        ..
    } in grids
    {
        layout.number_notes(&notes.take(own));
        layouts.push(layout);
    }
    let measures = measures(&layouts, table);
    let mut texts = side_by_side(threads, layouts, &|layout: Layout| {
        let mut out = Vec::new();
        measures.write(&mut out, &layout);
        out
    });
    let mut below = Vec::new();
    write_notes(&mut below, &notes, look);
    texts.push(below);
    texts
}

/// What `job` makes of each item, in order.
fn side_by_side<T: Send, R: Send>(
    threads: NonZeroUsize,
    mut items: Vec<T>,
    job: &(impl Fn(T) -> R + Sync),
) -> Vec<R> {
    let share = items.len().div_ceil(threads.get()).max(1);
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        while items.len() > share {
            let others = items.split_off(share);
            let mine = std::mem::replace(&mut items, others);
            running.push(scope.spawn(move || mine.into_iter().map(job).collect::<Vec<R>>()));
        }
        let last: Vec<R> = items.into_iter().map(job).collect();
        let mut all = Vec::new();
        for thread in running {
            match thread.join() {
                Ok(some) => all.extend(some),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all.extend(last);
        all
    })
}

fn measures(layouts: &[Layout], table: &Table) -> Measures {
    // Only the value columns give way to a wide heading.
    let stretches = |column: usize| column == 1 || column >= 4 && column % 6 == 4;
    Measures::new(layouts, edge(table) + 1, stretches)
}

fn write_notes(out: &mut Vec<u8>, notes: &Notes, look: Look) {
    for (number, note) in (1..).zip(notes.texts()) {
        write_sign(out, number);
        out.push(b' ');
        out.extend_from_slice(&look.shown(note));
        out.push(b'\n');
    }
}

/// Some rows of a table on their way to text.
struct Grid<'t> {
    tables: &'t Tables,
    table: &'t Table,
    look: Look,
    layout: Layout,
    notes: Notes,
}

/// The columns of the layout: a label, three for the first group, six for each other, the edge.
fn group_start(group: usize) -> usize {
    if group == 0 { 1 } else { 6 * group - 2 }
}

fn group_span(group: usize) -> usize {
    if group == 0 { 3 } else { 6 }
}

fn edge(table: &Table) -> usize {
    group_start(table.columns.len())
}

impl<'t> Grid<'t> {
    fn new(tables: &'t Tables, table: &'t Table, look: Look, layout: Layout) -> Self {
        Self {
            tables,
            table,
            look,
            layout,
            notes: Notes::default(),
        }
    }

    /// Lays out some rows: with the first the headings, with the last the geometric means.
    fn fill(&mut self, rows: Range<usize>) {
        if rows.start == 0 {
            for field in 0..self.tables.column_keys().len() {
                self.column_headings(field);
            }
            self.unit_line();
        }
        let count = self.table.rows().len();
        let is_last = rows.end == count;
        for row in self.table.rows_in(rows) {
            self.row(&row);
        }
        if is_last && count > 1 {
            self.geomean_line();
        }
    }

    /// Writes the table and gives the layout back.
    fn write(self, out: &mut Vec<u8>) -> Layout {
        let mut layouts = [self.layout];
        let mut notes = Notes::default();
        let numbers = notes.take(self.notes);
        for layout in &mut layouts {
            layout.number_notes(&numbers);
        }
        let measures = measures(&layouts, self.table);
        let [layout] = layouts;
        measures.write(out, &layout);
        write_notes(out, &notes, self.look);
        layout
    }

    fn end_line(&mut self) {
        let edge = Entry::new(edge(self.table)).margin(Margin::Edge);
        self.layout.add(edge, b"");
        self.layout.end_line();
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
            let entry = Entry::new(group_start(first))
                .span(span)
                .margin(Margin::Bar)
                .align(Align::Center);
            let heading = text_of(self.tables, columns[first].values[field]);
            self.layout.add(entry, heading);
            first += joined;
        }
        self.end_line();
    }

    fn unit_line(&mut self) {
        let unit = text_of(self.tables, self.table.unit);
        for group in 0..self.table.columns.len() {
            let start = group_start(group);
            let entry = Entry::new(start)
                .span(3)
                .margin(Margin::Bar)
                .align(Align::Center);
            self.layout.add(entry, unit);
            if group > 0 {
                let entry = Entry::new(start + 3).span(3).margin(Margin::Blanks);
                self.layout.add(entry, b"vs base");
            }
        }
        self.end_line();
    }

    fn row(&mut self, row: &Row<'_>) {
        let label = Entry::new(0).margin(Margin::None);
        self.layout.add(label, text_of(self.tables, row.label));
        let centers = row.cells.iter().map(|cell| cell.summary.center);
        let scale = Scale::for_values(centers, self.table.class);
        for cell in row.cells {
            self.cell(cell, &scale);
            if cell.column > 0
                && let Some(baseline) = row.baseline()
            {
                self.difference(baseline, cell);
            }
        }
        self.layout.end_line();
    }

    fn cell(&mut self, cell: &Cell, scale: &Scale) {
        let start = group_start(cell.column);
        let value = Entry::new(start).align(Align::Right);
        let center = cell.summary.center;
        self.layout.write(value, |out| scale.write(out, center));
        let range = Entry::new(start + 1)
            .margin(Margin::PlusMinus)
            .align(Align::Right);
        self.layout
            .write(range, |out| cell.summary.write_range(out));
        let varying = (!cell.varying.is_empty()).then(|| {
            let keys = cell.varying.iter().map(|&key| text_of(self.tables, key));
            self.notes.note(varying(keys))
        });
        let warning = cell.summary.warning;
        let warning = warning.map(|warning| self.notes.summary(warning));
        self.note(start + 2, varying.into_iter().chain(warning));
    }

    fn difference(&mut self, baseline: &Cell, cell: &Cell) {
        let Some(comparison) = &cell.comparison else {
            return;
        };
        let start = group_start(cell.column) + 3;
        let (old, new) = (baseline.summary.center, cell.summary.center);
        let color = (self.look.color && comparison.is_significant())
            .then(|| difference_color(old, new, self.table.direction))
            .flatten();
        let entry = Entry::new(start).align(Align::Right).color(color);
        self.layout
            .write(entry, |out| comparison.write_delta(out, old, new));
        self.layout.write(Entry::new(start + 1), |out| {
            out.push(b'(');
            comparison.write_detail(out);
            out.push(b')');
        });
        let warning = comparison.warning;
        let warning = warning.map(|warning| self.notes.comparison(warning));
        self.note(start + 2, warning.into_iter());
    }

    fn geomean_line(&mut self) {
        let label = Entry::new(0).margin(Margin::None);
        self.layout.add(label, b"geomean");
        for (group, geomean) in self.table.geomeans.iter().enumerate() {
            let start = group_start(group);
            if let Some(summary) = geomean.summary {
                let scale = Scale::for_values([summary], self.table.class);
                let entry = Entry::new(start).align(Align::Right);
                self.layout.write(entry, |out| scale.write(out, summary));
            }
            let entry = Entry::new(start + 3);
            if let Some(ratio) = geomean.ratio {
                let entry = match ratio {
                    Ratio::Of(_) => entry.align(Align::Right),
                    Ratio::Undefined => entry,
                };
                self.layout.add(entry, ratio.delta_text().as_bytes());
            }
            let texts = geomean_notes(geomean).into_iter();
            let notes: Vec<u32> = texts.map(|text| self.notes.note(text)).collect();
            self.note(start + group_span(group) - 1, notes.into_iter());
        }
        self.layout.end_line();
    }

    fn note(&mut self, column: usize, notes: impl Iterator<Item = u32>) {
        let mut notes = notes.peekable();
        if notes.peek().is_some() {
            self.layout.add_notes(column, notes);
        }
    }
}

pub(super) fn geomean_notes(geomean: &Geomean) -> Vec<Vec<u8>> {
    let warnings = geomean.warnings.iter();
    warnings
        .map(|warning| warning.to_string().into_bytes())
        .collect()
}

/// Red for worse, green for better.
fn difference_color(old: f64, new: f64, direction: Direction) -> Option<AnsiColor> {
    let worse = match direction {
        Direction::Lower => new > old,
        Direction::Higher => new < old,
    };
    match (worse, new == old) {
        (_, true) => None,
        (true, _) => Some(AnsiColor::Red),
        (false, _) => Some(AnsiColor::Green),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use benchparse::compare::{Collector, TableOptions, Thresholds};
    use benchparse::format::{Parser, Record};

    /// More rows than are laid out together, each with a note of its own, and some without a partner.
    fn many() -> Tables {
        let mut parser = Parser::new();
        let mut collector = Collector::new(TableOptions::default());
        for (label, from) in [("old", 0), ("new", 100)] {
            let result = |row: usize| {
                let value = row * from % 7919;
                format!("BenchmarkA{row} 1 {value} x\nBenchmarkA{row} 1 {row} x\n")
            };
            let results: String = (from..3 * ROWS + from).map(result).collect();
            let text = "Unit x assume=exact\n".to_owned() + &results;
            let mut reader = parser.read(label.as_bytes(), text.as_bytes());
            while let Ok(Some(record)) = reader.next_record() {
                if let Record::Result(result) = record {
                    collector.add(&result);
                }
            }
        }
        collector.finish(&parser, Thresholds::default()).unwrap()
    }

    #[test]
    fn a_table_in_parts_is_the_whole_table() {
        let tables = many();
        let table = &tables.tables()[0];
        let look = Look {
            color: true,
            visible: true,
        };
        let mut grid = Grid::new(&tables, table, look, Layout::new(look));
        grid.fill(0..table.rows().len());
        let mut whole = Vec::new();
        grid.write(&mut whole);
        assert!(whole.ends_with(b"\n"), "notes end it");
        for threads in [1, 2, 5] {
            let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
            let parts = write_large(&tables, table, look, threads).concat();
            assert!(parts == whole, "{} and {}", parts.len(), whole.len());
        }
    }
}
