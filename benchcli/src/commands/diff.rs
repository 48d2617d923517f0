//! `benchdiff`: the comparison table of several inputs.

use std::io::{self, Write};

use anyhow::{Context as _, Result};
use benchparse::compare::Collector;
use benchparse::format::{Parser, Reader, Record};
use bstr::ByteSlice as _;

use super::Outcome;
use crate::args::diff::{DiffOptions, Format};
use crate::inputs::Input;
use crate::report;

/// Reads the inputs, compares them and prints the tables.
///
/// # Errors
/// When an input cannot be read or the output cannot be written.
pub fn run(options: DiffOptions) -> Result<Outcome> {
    let mut parser = Parser::new();
    let mut collector = Collector::new(options.question);
    let mut outcome = Outcome::Pass;
    for input in Input::from_arguments(&options.inputs) {
        let results = read(&mut parser, &mut collector, &input)?;
        if results == 0 {
            outcome = Outcome::Failed;
            complain(&format!(
                "no benchmark result in {}, expected the output of 'go test -bench'",
                input.path.display()
            ))?;
        }
    }
    if collector.is_empty() && outcome == Outcome::Pass {
        outcome = Outcome::Failed;
        complain("the filter leaves no result, expected a query that some result matches")?;
    }
    let tables = collector.finish(&parser, options.levels);
    let mut stdout = io::stdout().lock();
    let mut out = Vec::new();
    match options.format {
        Format::Text => {
            let color = options.color.applies_to(&stdout);
            report::text::write(&mut out, &tables, color);
        }
        Format::Csv => {
            let mut warnings = Vec::new();
            report::csv::write(&mut out, &mut warnings, &tables);
            io::stderr().write_all(&warnings)?;
        }
    }
    stdout.write_all(&out)?;
    stdout.flush()?;
    Ok(outcome)
}

fn complain(message: &str) -> io::Result<()> {
    writeln!(io::stderr(), "benchdiff: {message}")
}

/// Reads one input, says which of its lines are wrong, and counts its results.
fn read(parser: &mut Parser, collector: &mut Collector, input: &Input) -> Result<u64> {
    let bytes = input.open()?;
    parser.begin(input.path.as_encoded_bytes(), &input.label);
    let mut reader = Reader::new(parser, bytes);
    let mut results = 0;
    loop {
        let record = reader
            .next_record()
            .with_context(|| format!("cannot read {}", input.path.as_encoded_bytes().as_bstr()))?;
        match record {
            None => return Ok(results),
            Some(Record::Result(result)) => {
                results += 1;
                collector.add(&result);
            }
            Some(Record::Error(error)) => {
                let mut message = error.to_bytes();
                message.push(b'\n');
                io::stderr().write_all(&message)?;
            }
            Some(_) => {}
        }
    }
}
