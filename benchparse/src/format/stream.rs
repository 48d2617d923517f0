//! Delivers lines, and results that the fast path has already parsed, in one stream.

use std::io::{self, Read};

use super::plain::{Block, BlockLine, Place, PlainResult};
use crate::input::{Feeder, Line, Lines, Repairs};

/// Gives blocks of lines in their order.
pub(super) trait Blocks {
    /// Gives the next block in place of the last; `false` at the end.
    fn next_block(&mut self, block: &mut Block) -> io::Result<bool>;
}

impl<R: Read> Blocks for Feeder<R> {
    fn next_block(&mut self, block: &mut Block) -> io::Result<bool> {
        let filled = self.fill(&mut block.text)?;
        if filled {
            block.parse();
        }
        Ok(filled)
    }
}

/// The next thing in an input.
#[derive(Debug)]
pub(super) enum Item<'a> {
    Line(Line<'a>),
    Result(PlainResult<'a>, u64),
}

/// An input: lines, and after them blocks where the lines need no preparation.
#[derive(Debug)]
pub(super) struct Stream<R, B> {
    lines: Lines<R>,
    blocks: Option<B>,
    block: Block,
    place: Place,
    /// The line taken last.
    number: u64,
}

impl<R: Read, B: Blocks> Stream<R, B> {
    pub(super) fn new(lines: Lines<R>) -> Self {
        Self {
            number: 0,
            lines,
            blocks: None,
            block: Block::default(),
            place: Place::default(),
        }
    }

    pub(super) fn lines_mut(&mut self) -> &mut Lines<R> {
        &mut self.lines
    }

    /// Goes on with blocks after the lines that were read already.
    pub(super) fn set_blocks(&mut self, blocks: B) {
        self.blocks = Some(blocks);
        self.number = self.lines.count();
    }

    pub(super) fn repairs(&self) -> &Repairs {
        self.lines.repairs()
    }

    /// The next line with its number, if it is a result that was read already.
    #[inline]
    pub(super) fn next_result(&mut self) -> Option<(PlainResult<'_>, u64)> {
        if self.blocks.is_none() || self.lines.has_head() {
            return None;
        }
        let result = self.block.next_result(&mut self.place)?;
        self.number += 1;
        Some((result, self.number))
    }

    #[inline]
    pub(super) fn next_item(&mut self) -> io::Result<Option<Item<'_>>> {
        let Some(blocks) = &mut self.blocks else {
            return Ok(self.lines.next_line()?.map(Item::Line));
        };
        if self.lines.has_head() {
            return Ok(self.lines.next_line()?.map(Item::Line));
        }
        while self.block.is_behind(self.place) {
            self.place = Place::default();
            if !blocks.next_block(&mut self.block)? {
                self.block.clear();
                self.blocks = None;
                return Ok(None);
            }
        }
        self.number += 1;
        let number = self.number;
        Ok(self.block.next(&mut self.place).map(|line| match line {
            BlockLine::Text(text) => Item::Line(self.lines.line_of_block(text, number)),
            BlockLine::Result(result) => Item::Result(result, number),
        }))
    }
}
