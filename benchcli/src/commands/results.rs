//! The results of several inputs.

use std::ffi::OsString;
use std::io::{self, Write};

use anyhow::{Context as _, Result};
use benchparse::compare::{Collector, Question};
use benchparse::format::{Mending, Parser, Reader, Record};
use benchparse::input::{Incident, Incidents, Repairs};

use super::Outcome;
use crate::inputs::Input;
use crate::report::json::{InFile, Notices};

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
pub(super) fn read(
    program: &str,
    inputs: &[OsString],
    question: Question,
    mending: Mending,
) -> Result<Results> {
    let mut results = Results {
        parser: Parser::new(),
        collector: Collector::new(question),
        outcome: Outcome::Pass,
        notices: Notices::default(),
    };
    for input in Input::from_arguments(inputs) {
        if results.read(program, &input, mending)? == 0 {
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
    /// Says what makes the command fail.
    pub(super) fn fail(&mut self, program: &str, message: String) -> Result<()> {
        self.outcome = Outcome::Failed;
        writeln!(io::stderr(), "{program}: {message}")?;
        self.notices.notes.push(message);
        Ok(())
    }

    /// Says something to know.
    pub(super) fn note(&mut self, program: &str, message: String) -> Result<()> {
        writeln!(io::stderr(), "{program}: note: {message}")?;
        self.notices.notes.push(message);
        Ok(())
    }

    /// Reads one input and counts its results.
    fn read(&mut self, program: &str, input: &Input, mending: Mending) -> Result<u64> {
        let bytes = input.open()?;
        self.parser
            .begin(input.path.as_encoded_bytes(), &input.label);
        let mut reader = Reader::with_mending(&mut self.parser, bytes, mending);
        let mut results = 0;
        loop {
            let record = reader
                .next_record()
                .with_context(|| format!("cannot read {}", input.path.display()))?;
            match record {
                None => break,
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
        let repairs = reader.repairs();
        let incidents = reader.incidents().clone();
        self.tell(program, input, &repairs, &incidents)?;
        Ok(results)
    }

    /// Says what was mended in an input, a line for each kind, and which of its benchmarks gave no
    /// result.
    fn tell(
        &mut self,
        program: &str,
        input: &Input,
        repairs: &Repairs,
        incidents: &Incidents,
    ) -> Result<()> {
        let file = input.path.to_string_lossy();
        let mut stderr = io::stderr().lock();
        for repair in repairs.iter() {
            writeln!(stderr, "{program}: note: {file}: {repair}")?;
            self.notices.repairs.push(InFile {
                file: file.to_string(),
                what: repair,
            });
        }
        if !incidents.is_empty() {
            let mut names: Vec<&str> = incidents
                .iter()
                .filter_map(|incident| incident.benchmark.as_deref())
                .collect();
            names.dedup();
            let shown = names.len().min(NAMED);
            let more = match names.len() - shown {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let names = names[..shown].join(", ");
            let glue = if names.is_empty() { "" } else { ": " };
            writeln!(
                stderr,
                "{program}: note: {file}: {incidents}{glue}{names}{more}"
            )?;
            let in_file = |incident: &Incident| InFile {
                file: file.to_string(),
                what: incident.clone(),
            };
            self.notices.incidents.extend(incidents.iter().map(in_file));
        }
        Ok(())
    }
}

/// How many benchmarks without a result are named in one line.
const NAMED: usize = 8;
