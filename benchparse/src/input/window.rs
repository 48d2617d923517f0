//! Reads a byte stream line by line through one buffer.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

const CAPACITY: usize = 256 * 1024;

/// A short stream takes no more than this.
const FIRST: usize = 16 * 1024;

/// The part of a stream that is being looked at. It grows to its capacity as long as reads fill it,
/// and beyond for a line that is longer.
#[derive(Debug)]
pub(super) struct Window<R> {
    /// `None` once it was taken.
    reader: Option<R>,
    buffer: Vec<u8>,
    /// Where the next line starts.
    start: usize,
    filled: usize,
    capacity: usize,
    at_end: bool,
    /// Whether an escape character was read; never reset.
    has_escapes: bool,
}

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R) -> Self {
        Self::with_capacity(reader, CAPACITY)
    }

    pub(super) fn with_capacity(reader: R, capacity: usize) -> Self {
        Self {
            reader: Some(reader),
            buffer: vec![0; capacity.clamp(1, FIRST)],
            start: 0,
            filled: 0,
            capacity,
            at_end: false,
            has_escapes: false,
        }
    }

    pub(super) fn reader(&self) -> Option<&R> {
        self.reader.as_ref()
    }

    /// Takes what is not yet taken as lines: bytes that were read, and the reader.
    pub(super) fn take_rest(&mut self) -> Option<(Vec<u8>, R)> {
        let reader = self.reader.take()?;
        let rest = self.buffer[self.start..self.filled].to_vec();
        self.buffer = Vec::new();
        (self.start, self.filled, self.at_end) = (0, 0, true);
        Some((rest, reader))
    }

    #[inline]
    pub(super) fn has_escapes(&self) -> bool {
        self.has_escapes
    }

    #[inline]
    pub(super) fn text(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// The place of the next line, without its line end.
    #[inline]
    pub(super) fn next_line(&mut self) -> io::Result<Option<Range<usize>>> {
        if let Some(length) = memchr::memchr(b'\n', &self.buffer[self.start..self.filled]) {
            return Ok(Some(self.take(length, 1)));
        }
        self.next_line_after_reading()
    }

    #[inline]
    fn take(&mut self, length: usize, line_end: usize) -> Range<usize> {
        let line = self.start..self.start + length;
        self.start = line.end + line_end;
        match self.buffer[line.clone()] {
            [.., b'\r'] => line.start..line.end - 1,
            _ => line,
        }
    }

    #[cold]
    fn next_line_after_reading(&mut self) -> io::Result<Option<Range<usize>>> {
        let mut searched = self.filled - self.start;
        loop {
            if self.at_end {
                let rest = self.filled - self.start;
                return Ok((rest > 0).then(|| self.take(rest, 0)));
            }
            self.read()?;
            let unseen = &self.buffer[self.start + searched..self.filled];
            if let Some(length) = memchr::memchr(b'\n', unseen) {
                return Ok(Some(self.take(searched + length, 1)));
            }
            searched += unseen.len();
        }
    }

    /// Reads on behind what is not yet taken.
    fn read(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        let Some(reader) = &mut self.reader else {
            self.at_end = true;
            return Ok(());
        };
        let count = loop {
            match reader.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        let read = &self.buffer[self.filled..self.filled + count];
        self.has_escapes = self.has_escapes || memchr::memchr(0x1b, read).is_some();
        self.filled += count;
        if self.filled == self.buffer.len() && self.filled < self.capacity {
            let larger = (4 * self.filled).min(self.capacity);
            self.buffer.resize(larger, 0);
        }
        self.at_end = count == 0;
        Ok(())
    }
}
