//! Lays out cells in columns that share widths and margins.
//!
//! Widths are counted in code points. A byte that is not valid UTF-8 counts as one.
//!
//! A table is laid out in one or more parts, which threads can fill and write in parallel. Once all parts are
//! filled, [`Measures`] determines how wide the columns of the whole table are.

use std::borrow::Cow;

use anstyle::AnsiColor;

use crate::visible::visible_bytes;

/// For whom a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Significant differences are marked, worse red and better green.
    pub color: bool,
    /// What a terminal would obey is made visible; elsewhere the text is the reference's to the byte.
    pub visible: bool,
}

impl Look {
    /// The text as it is shown.
    pub(super) fn shown(self, text: &[u8]) -> Cow<'_, [u8]> {
        if self.visible {
            visible_bytes(text)
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// Where a cell's text stands in its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
    Center,
}

/// What separates a cell from the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Margin {
    None,
    Blank,
    Blanks,
    Bar,
    Edge,
    PlusMinus,
}

impl Margin {
    fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Blank => " ",
            Self::Blanks => "  ",
            Self::Bar => " │ ",
            Self::Edge => " │",
            Self::PlusMinus => " ± ",
        }
    }

    fn width(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Blank => 1,
            Self::Blanks | Self::Edge => 2,
            Self::Bar | Self::PlusMinus => 3,
        }
    }
}

/// A cell of a part.
#[derive(Debug, Clone, Copy)]
struct LayoutCell {
    /// Where its text is, or its notes are.
    start: u32,
    end: u32,
    width: u32,
    column: u32,
    span: u32,
    margin: Margin,
    align: Align,
    color: Option<AnsiColor>,
    is_notes: bool,
}

/// Some lines of a table, cell by cell from left to right.
#[derive(Debug, Default)]
pub(super) struct Layout {
    cells: Vec<LayoutCell>,
    text: Vec<u8>,
    notes: Vec<u32>,
    /// The cells that are notes.
    note_cells: Vec<u32>,
    /// The first cell behind each line.
    lines: Vec<u32>,
    columns: Vec<Extent>,
    look: Look,
}

/// The needs of the cells of one column, the width of those that are in no other.
#[derive(Debug, Default, Clone, Copy)]
struct Extent {
    margin: u32,
    width: Option<u32>,
}

/// A cell to be added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    column: usize,
    span: usize,
    margin: Option<Margin>,
    align: Align,
    color: Option<AnsiColor>,
}

impl Entry {
    /// One column wide, left-aligned, a blank before its text if it has one.
    pub(super) fn new(column: usize) -> Self {
        Self {
            column,
            span: 1,
            margin: None,
            align: Align::Left,
            color: None,
        }
    }

    pub(super) fn span(self, span: usize) -> Self {
        Self { span, ..self }
    }

    pub(super) fn margin(self, margin: Margin) -> Self {
        Self {
            margin: Some(margin),
            ..self
        }
    }

    pub(super) fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub(super) fn color(self, color: Option<AnsiColor>) -> Self {
        Self { color, ..self }
    }
}

/// How many code points a text has; each byte that is not UTF-8 counts as one.
fn width(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

impl Layout {
    /// Without cells.
    pub(super) fn new(look: Look) -> Self {
        Self {
            look,
            ..Self::default()
        }
    }

    /// Forgets all cells.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.text.clear();
        self.notes.clear();
        self.note_cells.clear();
        self.lines.clear();
        self.columns.clear();
    }

    /// Ends the current line.
    pub(super) fn end_line(&mut self) {
        self.lines.push(self.cells.len() as u32);
    }

    /// Adds a cell to the current line, to the right of those that it has.
    pub(super) fn add(&mut self, entry: Entry, text: &[u8]) {
        let text = self.look.shown(text);
        self.write(entry, |out| out.extend_from_slice(&text));
    }

    /// Like [`Layout::add`], with a text that is written behind what is there.
    #[inline]
    pub(super) fn write(&mut self, entry: Entry, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.text.len();
        write(&mut self.text);
        let text = &self.text[start..];
        let by_text = if text.is_empty() {
            Margin::None
        } else {
            Margin::Blank
        };
        let cell = LayoutCell {
            start: start as u32,
            end: self.text.len() as u32,
            width: width(text) as u32,
            column: entry.column as u32,
            span: entry.span as u32,
            margin: entry.margin.unwrap_or(by_text),
            align: entry.align,
            color: entry.color,
            is_notes: false,
        };
        self.push(cell);
    }

    /// Adds a cell with the signs of notes, at least one.
    pub(super) fn add_notes(&mut self, column: usize, notes: impl Iterator<Item = u32>) {
        let start = self.notes.len();
        self.notes.extend(notes);
        self.note_cells.push(self.cells.len() as u32);
        let cell = LayoutCell {
            start: start as u32,
            end: self.notes.len() as u32,
            width: 0,
            column: column as u32,
            span: 1,
            margin: Margin::Blank,
            align: Align::Left,
            color: None,
            is_notes: true,
        };
        self.push(cell);
    }

    fn push(&mut self, cell: LayoutCell) {
        self.cells.push(cell);
        let column = cell.column as usize;
        if self.columns.len() <= column {
            self.columns.resize(column + 1, Extent::default());
        }
        let extent = &mut self.columns[column];
        extent.margin = extent.margin.max(cell.margin.width());
        if cell.span == 1 {
            extent.width = extent.width.max(Some(cell.width));
        }
    }

    /// Gives the notes their final numbers: `number` has one for each of this part's.
    pub(super) fn number_notes(&mut self, number: &[u32]) {
        for &at in &self.note_cells {
            let cell = &mut self.cells[at as usize];
            let notes = &mut self.notes[cell.start as usize..cell.end as usize];
            let mut width = notes.len() as u32 - 1;
            for note in notes {
                *note = number[*note as usize];
                width += 1 + note.checked_ilog10().unwrap_or(0);
            }
            cell.width = width;
            let extent = &mut self.columns[cell.column as usize];
            extent.width = extent.width.max(Some(width));
        }
    }
}

/// How wide the columns of a table are.
#[derive(Debug)]
pub(super) struct Measures {
    margins: Vec<u32>,
    widths: Vec<u32>,
    /// Where each column starts.
    starts: Vec<u32>,
}

impl Measures {
    /// The measures of a table of so many columns that is laid out in `parts`. A cell over several
    /// columns widens those of them that `stretches` says may grow.
    pub(super) fn new(parts: &[Layout], columns: usize, stretches: impl Fn(usize) -> bool) -> Self {
        let mut extents = vec![Extent::default(); columns];
        for part in parts {
            for (extent, other) in extents.iter_mut().zip(&part.columns) {
                extent.margin = extent.margin.max(other.margin);
                extent.width = extent.width.max(other.width);
            }
        }
        let margins: Vec<u32> = extents.iter().map(|extent| extent.margin).collect();
        let with_margin = |extent: &Extent| extent.width.map_or(0, |width| width + extent.margin);
        let mut widths: Vec<u32> = extents.iter().map(with_margin).collect();
        // Only headings span columns, and they stand in the first part.
        let first = parts.first().map_or(&[][..], |part| &part.cells);
        let mut spanning: Vec<&LayoutCell> = first.iter().filter(|cell| cell.span != 1).collect();
        spanning.sort_by_key(|cell| cell.span);
        for cell in spanning {
            let over = cell.column as usize..(cell.column + cell.span) as usize;
            let mut need = cell.width + margins[over.start];
            if widths[over.clone()].iter().sum::<u32>() >= need {
                continue;
            }
            let (mut grow, fixed): (Vec<usize>, Vec<usize>) = over.partition(|&at| stretches(at));
            need = need.saturating_sub(fixed.iter().map(|&at| widths[at]).sum());
            grow.sort_by_key(|&at| std::cmp::Reverse(widths[at]));
            let count = grow.len() as u32;
            for (done, at) in (0..).zip(grow) {
                widths[at] = widths[at].max(need.div_ceil(count - done));
                need = need.saturating_sub(widths[at]);
            }
        }
        let starts = widths.iter().scan(0, |sum, width| {
            let start = *sum;
            *sum += width;
            Some(start)
        });
        Self {
            starts: starts.collect(),
            margins,
            widths,
        }
    }

    /// Writes the lines of a part.
    pub(super) fn write(&self, out: &mut Vec<u8>, part: &Layout) {
        let mut first = 0;
        for &end in &part.lines {
            let mut at = 0;
            for cell in &part.cells[first..end as usize] {
                self.cell(out, part, cell, &mut at);
            }
            out.push(b'\n');
            first = end as usize;
        }
    }

    /// Writes a cell where the line was written up to `at`.
    #[inline]
    fn cell(&self, out: &mut Vec<u8>, part: &Layout, cell: &LayoutCell, at: &mut u32) {
        let range = cell.start as usize..cell.end as usize;
        let text = if cell.is_notes {
            &[]
        } else {
            &part.text[range.clone()]
        };
        let is_blank = |text: &[u8]| text.iter().all(|&byte| byte == b' ');
        if !cell.is_notes && is_blank(text) && is_blank(cell.margin.text().as_bytes()) {
            return;
        }
        let column = cell.column as usize;
        let (start, margin) = (self.starts[column], self.margins[column]);
        let over = &self.widths[column..column + cell.span as usize];
        let room = over.iter().sum::<u32>().saturating_sub(margin + cell.width);
        let before = match cell.align {
            Align::Left => 0,
            Align::Right => room,
            Align::Center => room / 2,
        };
        // A text that ran over its column shifts the rest of the line by as much again.
        blanks(out, start.abs_diff(*at) + margin - cell.margin.width());
        out.extend_from_slice(cell.margin.text().as_bytes());
        blanks(out, before);
        match cell.color {
            _ if cell.is_notes => write_signs(out, &part.notes[range]),
            Some(color) => {
                let style = color.on_default();
                out.extend_from_slice(style.render().to_string().as_bytes());
                out.extend_from_slice(text);
                out.extend_from_slice(style.render_reset().to_string().as_bytes());
            }
            None => out.extend_from_slice(text),
        }
        *at = start + margin + before + cell.width;
    }
}

fn blanks(out: &mut Vec<u8>, count: u32) {
    out.resize(out.len() + count as usize, b' ');
}

fn write_signs(out: &mut Vec<u8>, notes: &[u32]) {
    for (place, &note) in notes.iter().enumerate() {
        if place > 0 {
            out.push(b' ');
        }
        write_sign(out, note);
    }
}

/// Writes the sign of a note: its number in superscript.
pub(super) fn write_sign(out: &mut Vec<u8>, number: u32) {
    const DIGITS: [&str; 10] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
    if number >= 10 {
        write_sign(out, number / 10);
    }
    out.extend_from_slice(DIGITS[number as usize % 10].as_bytes());
}
