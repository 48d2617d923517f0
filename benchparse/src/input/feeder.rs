//! Splits a byte stream into blocks of whole lines.

use std::io::{self, ErrorKind, Read};

use super::encoding::Decoder;

const CAPACITY: usize = 256 * 1024;

/// A short input takes no more than this.
const FIRST: usize = 16 * 1024;

/// A scanner may look so many bytes beyond the text.
const SPARE: usize = 16;

/// A block's bytes. The buffer stays when the block is filled again.
#[derive(Debug, Default)]
pub(crate) struct BlockText {
    buffer: Vec<u8>,
    filled: usize,
}

impl BlockText {
    /// The lines, each with its line feed; only the stream's last one may have none.
    #[inline]
    pub(crate) fn lines(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// The lines, and behind them bytes without meaning that may be looked at.
    #[inline]
    pub(crate) fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    /// Takes the place for more text, or makes it, in a buffer of at least such a capacity.
    fn room(&mut self, capacity: usize) -> &mut [u8] {
        if self.buffer.len() < (self.filled + 1).max(capacity) + SPARE {
            self.grow((2 * self.filled).max(capacity) + SPARE);
        }
        let end = self.buffer.len() - SPARE;
        &mut self.buffer[self.filled..end]
    }

    fn grow(&mut self, capacity: usize) {
        if self.buffer.is_empty() {
            // Fresh memory is zero: a short input does not touch all of it.
            self.buffer = vec![0; capacity];
        } else {
            self.buffer.resize(capacity, 0);
        }
    }

    fn extend(&mut self, text: &[u8], capacity: usize) {
        let end = self.filled + text.len();
        if self.buffer.len() < end + SPARE {
            self.grow(end.max(capacity) + SPARE);
        }
        self.buffer[self.filled..end].copy_from_slice(text);
        self.filled = end;
    }
}

/// Fills blocks with the lines of a stream. A block takes what one read gives, so that no line of a
/// pipe waits for the next, and more only to get to the end of a line.
#[derive(Debug)]
pub(crate) struct Feeder<R> {
    reader: Decoder<R>,
    /// What was read and belongs to the next block.
    rest: Vec<u8>,
    /// How large the next block is: as long as reads fill them blocks become larger.
    capacity: usize,
    at_end: bool,
}

impl<R: Read> Feeder<R> {
    /// The lines of `rest`, then those that the reader gives.
    pub(super) fn new(reader: Decoder<R>, rest: Vec<u8>) -> Self {
        Self {
            reader,
            rest,
            capacity: FIRST,
            at_end: false,
        }
    }

    /// Fills a block; `false` at the end.
    pub(crate) fn fill(&mut self, block: &mut BlockText) -> io::Result<bool> {
        block.filled = 0;
        block.extend(&self.rest, self.capacity);
        let mut searched = 0;
        loop {
            if let Some(last) = memchr::memrchr(b'\n', &block.lines()[searched..]) {
                let end = searched + last + 1;
                self.rest.clear();
                self.rest.extend_from_slice(&block.lines()[end..]);
                block.filled = end;
                return Ok(true);
            }
            if self.at_end {
                self.rest.clear();
                return Ok(block.filled > 0);
            }
            searched = block.filled;
            let room = block.room(self.capacity);
            let length = room.len();
            let read = loop {
                match self.reader.read(room) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            match read {
                Ok(count) => {
                    block.filled += count;
                    if count == length {
                        self.capacity = (4 * self.capacity).min(CAPACITY);
                    }
                    self.at_end = count == 0;
                }
                Err(error) => {
                    self.rest.clear();
                    self.rest.extend_from_slice(block.lines());
                    return Err(error);
                }
            }
        }
    }
}
