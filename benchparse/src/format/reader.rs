//! Records of one input.

use std::io::{self, Read};

use super::parser::Parser;
use super::record::Record;
use super::records::Records;
use crate::input::{Feeder, Incidents, Lines, Repairs};

/// What a [`Reader`] does about input that is not the plain output of `go test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mending {
    /// Reads it as what it was, and counts the repairs.
    #[default]
    Repair,
    /// Reads up to the first place that needs repair and fails there with [`NeedsRepair`](super::NeedsRepair).
    Refuse,
    /// Reads the bytes as they are: what needs repair is passed over, or is a syntax error. This is
    /// what benchstat does.
    Off,
}

impl Mending {
    /// The lines of an input.
    pub(super) fn lines<R: Read>(self, input: R) -> Lines<R> {
        match self {
            Self::Off => Lines::verbatim(input),
            Self::Repair | Self::Refuse => Lines::new(input),
        }
    }
}

/// Reads the records of one input, a line at a time.
///
/// [`Parser::read_each`] gives the same records and uses several processors.
#[derive(Debug)]
pub struct Reader<'p, R> {
    records: Records<'p, R, Feeder<R>>,
    started: bool,
}

impl<'p, R: Read> Reader<'p, R> {
    /// Goes on with the input that `parser` was told to [`begin`](Parser::begin).
    pub fn new(parser: &'p mut Parser, input: R) -> Self {
        Self::with_mending(parser, input, Mending::default())
    }

    /// Like [`Reader::new`], for input that is to be repaired or not.
    pub fn with_mending(parser: &'p mut Parser, input: R, mending: Mending) -> Self {
        Self {
            records: Records::new(parser, mending.lines(input), mending),
            started: false,
        }
    }

    /// What was repaired in the lines read so far; complete after the last record.
    pub fn repairs(&self) -> Repairs {
        self.records.repairs()
    }

    /// What kept benchmarks from giving results in the lines read so far; complete after the last
    /// record. Empty with [`Mending::Off`].
    pub fn incidents(&self) -> &Incidents {
        self.records.incidents()
    }

    /// The next record, or `None` at the end.
    ///
    /// # Errors
    /// Whatever reading the input fails with, and with [`Mending::Refuse`] an error of the kind
    /// `InvalidData` around a [`NeedsRepair`](super::NeedsRepair). A line that is not of the format is no error of
    /// this kind: it comes as [`Record::Error`].
    #[inline]
    pub fn next_record(&mut self) -> io::Result<Option<Record<'_>>> {
        if !self.started {
            let stream = self.records.stream_mut();
            if let Some(feeder) = stream.lines_mut().take_feeder()? {
                stream.set_blocks(feeder);
            }
            self.started = true;
        }
        self.records.next_record()
    }
}
