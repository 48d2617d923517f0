//! `benchdiff`: the comparison table of several inputs.

use std::io::{self, Write};

use anyhow::Result;

use super::Outcome;
use super::results::{self, Source};
use crate::args::diff::{DiffOptions, Format, Sort};
use crate::inputs::Input;
use crate::report;

const PROGRAM: &str = "benchdiff";

/// Reads the inputs, compares them and prints the tables.
///
/// # Errors
/// When an input cannot be read or the output cannot be written.
pub fn run(options: DiffOptions) -> Result<Outcome> {
    let inputs = Input::from_arguments(&options.inputs);
    run_on(PROGRAM, inputs.into_iter().map(Source::Input), options)
}

/// Compares any sources and prints the tables.
pub(super) fn run_on(
    program: &str,
    sources: impl IntoIterator<Item = Source>,
    options: DiffOptions,
) -> Result<Outcome> {
    let mut results = results::read_sources(program, sources, options.question)?;
    let collector = std::mem::take(&mut results.collector);
    let mut tables = collector.finish(&results.parser, options.levels);
    if let Some(mismatch) = tables.mismatch() {
        results.note(program, mismatch.to_string())?;
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
        Format::Json => report::json::write(&mut out, &tables, &results.notices)?,
        Format::Markdown => {
            let mut text = String::new();
            report::markdown::write(&mut text, &tables);
            out = text.into_bytes();
        }
    }
    stdout.write_all(&out)?;
    stdout.flush()?;
    Ok(results.outcome)
}
