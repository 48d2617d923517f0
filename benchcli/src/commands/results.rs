//! The results of several inputs.

use std::ffi::OsString;
use std::io::{self, Write};

use anyhow::{Context as _, Result};
use benchparse::compare::{Collector, Question};
use benchparse::format::{Parser, Reader, Record};

use super::Outcome;
use crate::inputs::Input;
use crate::report::json::Notices;

/// Everything that was read.
pub(super) struct Results {
    pub(super) parser: Parser,
    pub(super) collector: Collector,
    /// Whether an input had nothing for us.
    pub(super) outcome: Outcome,
    pub(super) notices: Notices,
}

/// Reads all inputs. Lines that are wrong, and inputs without a result, are said on standard error
/// as they are met.
pub(super) fn read(program: &str, inputs: &[OsString], question: Question) -> Result<Results> {
    let mut results = Results {
        parser: Parser::new(),
        collector: Collector::new(question),
        outcome: Outcome::Pass,
        notices: Notices::default(),
    };
    for input in Input::from_arguments(inputs) {
        if results.read(&input)? == 0 {
            results.fail(
                program,
                format!(
                    "no benchmark result in {}, expected the output of 'go test -bench'",
                    input.path.display()
                ),
            )?;
        }
    }
    if results.collector.is_empty() && results.outcome == Outcome::Pass {
        let message = "the filter leaves no result, expected a query that some result matches";
        results.fail(program, message.to_owned())?;
    }
    Ok(results)
}

impl Results {
    fn fail(&mut self, program: &str, message: String) -> Result<()> {
        self.outcome = Outcome::Failed;
        self.note(program, message)
    }

    /// Says something about the inputs.
    pub(super) fn note(&mut self, program: &str, message: String) -> Result<()> {
        writeln!(io::stderr(), "{program}: {message}")?;
        self.notices.notes.push(message);
        Ok(())
    }

    /// Reads one input and counts its results.
    fn read(&mut self, input: &Input) -> Result<u64> {
        let bytes = input.open()?;
        self.parser
            .begin(input.path.as_encoded_bytes(), &input.label);
        let mut reader = Reader::new(&mut self.parser, bytes);
        let mut results = 0;
        loop {
            let record = reader
                .next_record()
                .with_context(|| format!("cannot read {}", input.path.display()))?;
            match record {
                None => return Ok(results),
                Some(Record::Result(result)) => {
                    results += 1;
                    self.collector.add(&result);
                }
                Some(Record::Error(error)) => {
                    let mut message = error.to_bytes();
                    message.push(b'\n');
                    io::stderr().write_all(&message)?;
                    self.notices.errors.push(error.to_string());
                }
                Some(_) => {}
            }
        }
    }
}
