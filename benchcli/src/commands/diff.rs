//! `benchdiff`: the comparison table of several inputs.

use std::io::{self, Write};

use anyhow::Result;

use super::results::{Reading, Source};
use super::{Outcome, check};
use crate::args::diff::{DiffOptions, Format, Sort};
use crate::inputs::Input;
use crate::report;

/// Reads the inputs, compares them and prints the tables.
///
/// # Errors
/// When an input cannot be read or the output cannot be written.
pub fn run(options: DiffOptions) -> Result<Outcome> {
    if options.gate {
        return check::gate_files(&options);
    }
    let inputs = Input::from_arguments(&options.inputs);
    run_on("benchdiff", inputs.into_iter().map(Source::Input), options)
}

/// Compares any sources and prints the tables.
pub(super) fn run_on(
    program: &'static str,
    sources: impl IntoIterator<Item = Source>,
    options: DiffOptions,
) -> Result<Outcome> {
    let mut reading = Reading::new(program, options.mending);
    let collector = reading.collect(sources, options.question)?;
    let mut tables = collector.finish(&reading.parser, options.levels);
    if let Some(mismatch) = tables.mismatch() {
        reading.note(mismatch.to_string())?;
    }
    if options.only_changed {
        tables.keep_changed();
    }
    match options.sort {
        Some(Sort::Delta) => tables.sort_by_difference(),
        Some(Sort::Name) => tables.sort_by_name(),
        None => {}
    }
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
        Format::Json => report::json::write(&mut out, &tables, &reading.notices)?,
        Format::Markdown => {
            let mut text = String::new();
            report::markdown::write(&mut text, &tables);
            out = text.into_bytes();
        }
    }
    stdout.write_all(&out)?;
    stdout.flush()?;
    Ok(reading.outcome)
}
