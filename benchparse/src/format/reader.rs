//! Reads the records of an input.

use std::io::{self, Read};

use super::parser::Parser;
use super::record::Record;
use super::records::Records;
use super::repair_mode::RepairMode;
use crate::input::{Diagnostics, Feeder, Repairs};

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
        Self::with_repair_mode(parser, input, RepairMode::default())
    }

    /// Like [`Reader::new`], for input that is to be repaired or not.
    pub fn with_repair_mode(parser: &'p mut Parser, input: R, repair_mode: RepairMode) -> Self {
        Self {
            records: Records::new(parser, repair_mode.lines(input), repair_mode),
            started: false,
        }
    }

    /// What was repaired in the lines read so far; complete after the last record.
    pub fn repairs(&self) -> Repairs {
        self.records.repairs()
    }

    /// What kept benchmarks from giving results in the lines read so far; complete after the last
    /// record. Empty with [`RepairMode::Off`].
    pub fn diagnostics(&self) -> &Diagnostics {
        self.records.diagnostics()
    }

    /// The next record, or `None` at the end.
    ///
    /// # Errors
    /// Whatever reading the input fails with, and with [`RepairMode::Refuse`] an error of the kind
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

impl Parser {
    /// Starts an input whose results have the given label (`.file`), which errors name too, and
    /// reads it. What needs repair is repaired; see [`Reader::with_repair_mode`] for other ways.
    pub fn read<R: Read>(&mut self, label: impl AsRef<[u8]>, input: R) -> Reader<'_, R> {
        let label = label.as_ref();
        self.begin(label, label);
        Reader::new(self, input)
    }
}
