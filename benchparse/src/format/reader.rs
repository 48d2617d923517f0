//! Records of one input.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::error::{NeedsRepair, SyntaxError};
use super::parser::{LineKind, Parser};
use super::record::Record;
use crate::input::{Incidents, Lines, Mended, Mender, Refusal, Repairs};

/// What a [`Reader`] does about input that is not the plain output of `go test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mending {
    /// Reads it as what it was, and counts the repairs.
    #[default]
    Repair,
    /// Reads up to the first place that needs repair and fails there with [`NeedsRepair`].
    Refuse,
    /// Reads the bytes as they are: what needs repair is passed over, or is a syntax error. This is
    /// what benchstat does.
    Off,
}

/// Reads the records of one input, a line at a time.
#[derive(Debug)]
pub struct Reader<'p, R> {
    parser: &'p mut Parser,
    lines: Lines<R>,
    mender: Mender,
    mending: Mending,
    /// Errors of results whose second half may still come, and the errors after them.
    held: VecDeque<SyntaxError>,
    /// How many of these wait no longer.
    released: usize,
    /// Whether the mender may have something to read, or errors are held.
    attends: bool,
    finished: bool,
}

impl<'p, R: Read> Reader<'p, R> {
    /// Goes on with the input that `parser` was told to [`begin`](Parser::begin).
    pub fn new(parser: &'p mut Parser, input: R) -> Self {
        Self::with_mending(parser, input, Mending::default())
    }

    /// Like [`Reader::new`], for input that is to be repaired or not.
    pub fn with_mending(parser: &'p mut Parser, input: R, mending: Mending) -> Self {
        let lines = match mending {
            Mending::Off => Lines::verbatim(input),
            Mending::Repair | Mending::Refuse => Lines::new(input),
        };
        Self {
            parser,
            lines,
            mender: Mender::new(),
            mending,
            held: VecDeque::new(),
            released: 0,
            attends: false,
            finished: false,
        }
    }

    /// What was repaired in the lines read so far; complete after the last record.
    pub fn repairs(&self) -> Repairs {
        let mut repairs = self.lines.repairs().clone();
        repairs.merge(self.mender.repairs());
        repairs
    }

    /// What kept benchmarks from giving results in the lines read so far; complete after the last
    /// record. Empty with [`Mending::Off`].
    pub fn incidents(&self) -> &Incidents {
        self.mender.incidents()
    }

    /// The next record, or `None` at the end.
    ///
    /// # Errors
    /// Whatever reading the input fails with, and with [`Mending::Refuse`] an error of the kind
    /// `InvalidData` around a [`NeedsRepair`]. A line that is not of the format is no error of
    /// this kind: it comes as [`Record::Error`].
    pub fn next_record(&mut self) -> io::Result<Option<Record<'_>>> {
        loop {
            if self.mending == Mending::Refuse {
                self.refuse_repairs()?;
            }
            if self.parser.has_record() {
                return Ok(self.parser.record());
            }
            if self.attends {
                if self.released > 0 {
                    self.released -= 1;
                    return Ok(self.held.pop_front().map(Record::Error));
                }
                if let Some((number, text)) = self.mender.piece() {
                    self.parser.line(text, number);
                    continue;
                }
                self.attends = !self.held.is_empty();
            }
            if !self.read_line()? {
                return Ok(None);
            }
        }
    }

    /// Reads the next line, or says that there is nothing left.
    #[inline]
    fn read_line(&mut self) -> io::Result<bool> {
        let Some(line) = self.lines.next_line()? else {
            if self.finished {
                return Ok(false);
            }
            self.finished = true;
            self.mender.finish();
            self.released = self.held.len();
            self.attends = true;
            return Ok(true);
        };
        let number = line.number;
        let refusal = match self.parser.line(line.text, number) {
            _ if self.mending == Mending::Off => return Ok(true),
            LineKind::Result => {
                self.mender.saw_result();
                None
            }
            LineKind::Config { key, value } => {
                self.mender.saw_config(key, value, number);
                None
            }
            LineKind::Unit => return Ok(true),
            LineKind::Error => Some(Refusal::Error),
            LineKind::Other => Some(Refusal::Ignored),
        };
        if let Some(refusal) = refusal {
            let mended = self.mender.offer(line.text, number, refusal);
            self.heed(mended);
        }
        if self.attends && !self.mender.holds() {
            self.released = self.held.len();
        }
        Ok(true)
    }

    /// Does with a line's error what the mender says.
    fn heed(&mut self, mended: Mended) {
        match mended {
            Mended::Unchanged if self.held.is_empty() => {}
            Mended::Unchanged => self.held.extend(self.parser.take_errors()),
            Mended::Replaced => {
                self.parser.drop_errors();
                self.attends = true;
            }
            Mended::Joined => {
                self.parser.drop_errors();
                self.held.remove(self.released);
                self.attends = true;
            }
            Mended::Held => {
                self.released = self.held.len();
                self.held.extend(self.parser.take_errors());
                self.attends = true;
            }
        }
    }

    fn refuse_repairs(&self) -> io::Result<()> {
        match self.repairs().first() {
            None => Ok(()),
            Some(repair) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                NeedsRepair {
                    file: self.parser.path().into(),
                    line: repair.first_line,
                    kind: repair.kind,
                },
            )),
        }
    }
}
