//! Produces records from any source of lines.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::error::{NeedsRepair, SyntaxError};
use super::parser::{LineKind, Parser};
use super::record::Record;
use super::repair_mode::RepairMode;
use super::stream::{Blocks, Item, Stream};
use crate::input::{Diagnostics, Lines, Refusal, RepairOutcome, Repairer, Repairs};

/// Makes records of an input's lines.
#[derive(Debug)]
pub(super) struct Records<'p, R, B> {
    parser: &'p mut Parser,
    stream: Stream<R, B>,
    repairer: Repairer,
    repair_mode: RepairMode,
    /// Errors of results whose second half may still come, and the errors after them.
    held: VecDeque<SyntaxError>,
    /// How many of these wait no longer.
    released: usize,
    /// Whether the repairer may have something to read, or errors are held.
    attends: bool,
    finished: bool,
}

impl<'p, R: Read, B: Blocks> Records<'p, R, B> {
    pub(super) fn new(parser: &'p mut Parser, lines: Lines<R>, repair_mode: RepairMode) -> Self {
        Self {
            parser,
            stream: Stream::new(lines),
            repairer: Repairer::new(),
            repair_mode,
            held: VecDeque::new(),
            released: 0,
            attends: false,
            finished: false,
        }
    }

    pub(super) fn stream_mut(&mut self) -> &mut Stream<R, B> {
        &mut self.stream
    }

    pub(super) fn repairs(&self) -> Repairs {
        let mut repairs = self.stream.repairs().clone();
        repairs.merge(self.repairer.repairs());
        repairs
    }

    pub(super) fn diagnostics(&self) -> &Diagnostics {
        self.repairer.diagnostics()
    }

    /// Gives all records to `each`.
    pub(super) fn give<E: From<io::Error>>(
        &mut self,
        mut each: impl FnMut(Record<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            // Nearly all lines of large inputs are such results, and nothing else needs attention.
            if self.repair_mode == RepairMode::Repair && !self.attends && !self.parser.has_record()
            {
                while let Some((result, number)) = self.stream.next_result() {
                    self.repairer.saw_result();
                    each(self.parser.plain_record(result, number))?;
                }
            }
            match self.next_record()? {
                Some(record) => each(record)?,
                None => return Ok(()),
            }
        }
    }

    pub(super) fn next_record(&mut self) -> io::Result<Option<Record<'_>>> {
        loop {
            if self.repair_mode == RepairMode::Refuse {
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
                if let Some((number, text)) = self.repairer.piece() {
                    self.parser.line(text, number);
                    continue;
                }
                self.attends = !self.held.is_empty();
            }
            match self.stream.next_item()? {
                None if self.finished => return Ok(None),
                None => {
                    self.finished = true;
                    self.repairer.finish();
                    self.released = self.held.len();
                    self.attends = true;
                }
                Some(Item::Line(line)) => {
                    let kind = self.parser.line(line.text, line.number);
                    if self.repair_mode == RepairMode::Off {
                        continue;
                    }
                    let repairer = &mut self.repairer;
                    let repaired = match kind {
                        LineKind::Unit => continue,
                        LineKind::Result => {
                            repairer.saw_result();
                            None
                        }
                        LineKind::Config { key, value } => {
                            repairer.saw_config(key, value, line.number);
                            None
                        }
                        LineKind::Error => {
                            Some(repairer.inspect(line.text, line.number, Refusal::Error))
                        }
                        LineKind::Other => {
                            Some(repairer.inspect(line.text, line.number, Refusal::Ignored))
                        }
                    };
                    if let Some(repaired) = repaired {
                        self.apply(repaired);
                    }
                    self.release();
                }
                Some(Item::Result(result, number)) => {
                    if self.repair_mode == RepairMode::Repair && !self.attends {
                        self.repairer.saw_result();
                        return Ok(Some(self.parser.plain_record(result, number)));
                    }
                    self.parser.plain_result(result, number);
                    if self.repair_mode != RepairMode::Off {
                        self.repairer.saw_result();
                        self.release();
                    }
                }
            }
        }
    }

    /// Lets errors go that no numbers may come for.
    #[inline]
    fn release(&mut self) {
        if self.attends && !self.repairer.holds() {
            self.released = self.held.len();
        }
    }

    /// Does with a line's error what the repairer says.
    fn apply(&mut self, repaired: RepairOutcome) {
        match repaired {
            RepairOutcome::Unchanged if self.held.is_empty() => {}
            RepairOutcome::Unchanged => self.held.extend(self.parser.take_errors()),
            RepairOutcome::Replaced => {
                self.parser.drop_errors();
                self.attends = true;
            }
            RepairOutcome::Joined => {
                self.parser.drop_errors();
                self.held.remove(self.released);
                self.attends = true;
            }
            RepairOutcome::Held => {
                self.released = self.held.len();
                self.held.extend(self.parser.take_errors());
                self.attends = true;
            }
        }
    }

    fn refuse_repairs(&self) -> io::Result<()> {
        if self.stream.repairs().is_empty() && self.repairer.repairs().is_empty() {
            return Ok(());
        }
        match self.repairs().first() {
            None => Ok(()),
            Some(repair) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                NeedsRepair {
                    file: self.parser.path().to_vec(),
                    line: repair.first_line,
                    kind: repair.kind,
                },
            )),
        }
    }
}
