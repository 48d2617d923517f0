//! Lays out cells in columns that share widths and margins.
//!
//! Widths are counted in code points; a byte that is not UTF-8 counts as one.

use anstyle::Style;

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

    fn width(self) -> usize {
        match self {
            Self::None => 0,
            Self::Blank => 1,
            Self::Blanks | Self::Edge => 2,
            Self::Bar | Self::PlusMinus => 3,
        }
    }
}

#[derive(Debug)]
struct Cell {
    line: usize,
    column: usize,
    span: usize,
    text: std::ops::Range<usize>,
    width: usize,
    margin: Margin,
    align: Align,
    style: Option<Style>,
}

/// Cells line by line, from left to right.
#[derive(Debug, Default)]
pub(super) struct Layout {
    cells: Vec<Cell>,
    text: Vec<u8>,
    lines: usize,
}

/// A cell to be added.
pub(super) struct Entry<'a> {
    pub(super) column: usize,
    pub(super) span: usize,
    pub(super) text: &'a [u8],
    pub(super) margin: Margin,
    pub(super) align: Align,
    pub(super) style: Option<Style>,
}

impl<'a> Entry<'a> {
    /// One column wide, left-aligned, a blank before it.
    pub(super) fn new(column: usize, text: &'a [u8]) -> Self {
        Self {
            column,
            span: 1,
            text,
            margin: if text.is_empty() {
                Margin::None
            } else {
                Margin::Blank
            },
            align: Align::Left,
            style: None,
        }
    }

    pub(super) fn span(self, span: usize) -> Self {
        Self { span, ..self }
    }

    pub(super) fn margin(self, margin: Margin) -> Self {
        Self { margin, ..self }
    }

    pub(super) fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub(super) fn style(self, style: Option<Style>) -> Self {
        Self { style, ..self }
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
    /// Forgets all cells.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.text.clear();
        self.lines = 0;
    }

    /// Starts the next line.
    pub(super) fn next_line(&mut self) {
        self.lines += 1;
    }

    /// Adds a cell to the current line, to the right of those that it has.
    pub(super) fn add(&mut self, entry: &Entry<'_>) {
        let start = self.text.len();
        self.text.extend_from_slice(entry.text);
        self.cells.push(Cell {
            line: self.lines,
            column: entry.column,
            span: entry.span,
            text: start..self.text.len(),
            width: width(entry.text),
            margin: entry.margin,
            align: entry.align,
            style: entry.style,
        });
    }

    /// The width of each column's margin and of the column with it. A cell over several columns
    /// widens those of them that `stretches` says may grow.
    fn widths(
        &self,
        columns: usize,
        stretches: impl Fn(usize) -> bool,
    ) -> (Vec<usize>, Vec<usize>) {
        let mut margins = vec![0; columns];
        for cell in &self.cells {
            margins[cell.column] = cell.margin.width().max(margins[cell.column]);
        }
        let mut widths = vec![0usize; columns];
        let mut spanning = Vec::new();
        for cell in &self.cells {
            if cell.span == 1 {
                widths[cell.column] = widths[cell.column].max(cell.width + margins[cell.column]);
            } else {
                spanning.push(cell);
            }
        }
        spanning.sort_by_key(|cell| cell.span);
        for cell in spanning {
            let over = cell.column..cell.column + cell.span;
            let mut need = cell.width + margins[cell.column];
            if widths[over.clone()].iter().sum::<usize>() >= need {
                continue;
            }
            let (mut grow, fixed): (Vec<usize>, Vec<usize>) = over.partition(|&at| stretches(at));
            need = need.saturating_sub(fixed.iter().map(|&at| widths[at]).sum());
            grow.sort_by_key(|&at| std::cmp::Reverse(widths[at]));
            let count = grow.len();
            for (done, at) in grow.into_iter().enumerate() {
                widths[at] = widths[at].max(need.div_ceil(count - done));
                need = need.saturating_sub(widths[at]);
            }
        }
        (margins, widths)
    }

    /// Writes all lines. `stretches` says which columns a wide heading may widen.
    pub(super) fn write(
        &self,
        out: &mut Vec<u8>,
        columns: usize,
        stretches: impl Fn(usize) -> bool,
    ) {
        let (margins, widths) = self.widths(columns, stretches);
        let starts: Vec<usize> = widths
            .iter()
            .scan(0, |sum, width| {
                let start = *sum;
                *sum += width;
                Some(start)
            })
            .collect();
        let mut line = 0;
        let mut at = 0;
        for cell in &self.cells {
            while line < cell.line {
                out.push(b'\n');
                line += 1;
                at = 0;
            }
            let text = &self.text[cell.text.clone()];
            let is_blank = |text: &[u8]| text.iter().all(|&byte| byte == b' ');
            if is_blank(text) && is_blank(cell.margin.text().as_bytes()) {
                continue;
            }
            // A text that ran over its column shifts the rest of the line by as much again.
            blanks(out, starts[cell.column].abs_diff(at));
            let margin = margins[cell.column];
            blanks(out, margin - cell.margin.width());
            out.extend_from_slice(cell.margin.text().as_bytes());
            let over = &widths[cell.column..cell.column + cell.span];
            let room = over
                .iter()
                .sum::<usize>()
                .saturating_sub(margin + cell.width);
            let before = match cell.align {
                Align::Left => 0,
                Align::Right => room,
                Align::Center => room / 2,
            };
            blanks(out, before);
            match cell.style {
                Some(style) => {
                    out.extend_from_slice(style.render().to_string().as_bytes());
                    out.extend_from_slice(text);
                    out.extend_from_slice(style.render_reset().to_string().as_bytes());
                }
                None => out.extend_from_slice(text),
            }
            at = starts[cell.column] + margin + before + cell.width;
        }
        while line < self.lines {
            out.push(b'\n');
            line += 1;
        }
    }
}

fn blanks(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, b' ');
}
