//! Records of one input.

use std::io::{self, BufRead, BufReader, Read};

use super::parser::Parser;
use super::record::Record;

/// Reads the records of one input, a line at a time.
#[derive(Debug)]
pub struct Reader<'p, R> {
    parser: &'p mut Parser,
    input: BufReader<R>,
    line: Vec<u8>,
    number: u64,
}

impl<'p, R: Read> Reader<'p, R> {
    /// Goes on with the input that `parser` was told to [`begin`](Parser::begin).
    pub fn new(parser: &'p mut Parser, input: R) -> Self {
        Self {
            parser,
            input: BufReader::with_capacity(1 << 18, input),
            line: Vec::new(),
            number: 0,
        }
    }

    /// The next record, or `None` at the end.
    ///
    /// # Errors
    /// Whatever reading the input fails with. A line that is not of the format is no error of
    /// this kind: it comes as [`Record::Error`].
    pub fn next_record(&mut self) -> io::Result<Option<Record<'_>>> {
        loop {
            if self.parser.has_record() {
                return Ok(self.parser.record());
            }
            self.line.clear();
            if self.input.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            if self.line.last() == Some(&b'\n') {
                self.line.pop();
            }
            if self.line.last() == Some(&b'\r') {
                self.line.pop();
            }
            self.number += 1;
            self.parser.line(&self.line, self.number);
        }
    }
}
