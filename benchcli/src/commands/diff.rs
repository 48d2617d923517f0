//! `benchdiff`: prints the tables of several inputs.

use std::io::{self, IsTerminal as _, Write};

use anyhow::Result;
use benchparse::compare::{Collector, Tables};
use benchparse::format::Parser;

use super::{Outcome, check};
use crate::args::diff::{DiffOptions, Format, Sort};
use crate::inputs::Input;
use crate::pipeline::results::{Reading, Source, threads};
use crate::report;
use crate::report::mismatch::mismatch_text;
use crate::ui;
use crate::visible::visible;

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
    mut options: DiffOptions,
) -> Result<Outcome> {
    let table_options = std::mem::take(&mut options.table_options);
    let mut reading = Reading::new(program, options.repair_mode);
    if !options.units.is_empty() {
        reading.no_match = format!("no results have the unit {}", options.units.join(" or "));
    }
    let collector = reading.collect(sources, table_options)?;
    if options.format == Format::Text {
        return write_text(reading, collector, &options);
    }
    let mut tables = collector.finish(&reading.parser, options.thresholds)?;
    if let Some(mismatch) = tables.mismatch() {
        reading.note(mismatch_text(&mismatch, "-ignore"));
    }
    arrange(&mut tables, &options);
    let mut stdout = io::stdout().lock();
    let mut out = Vec::new();
    match options.format {
        Format::Text => {}
        Format::Csv => {
            let mut warnings = Vec::new();
            report::csv::write(&mut out, &mut warnings, &tables);
            ui::warnings(program, &warnings)?;
        }
        Format::Json => report::json::write(&mut out, &tables, &reading.notices)?,
        Format::Markdown => {
            let mut text = String::new();
            report::markdown::write(&mut text, &tables);
            out = visible(&text).into_owned().into_bytes();
        }
    }
    ui::printed(stdout.write_all(&out))?;
    ui::printed(stdout.flush())?;
    Ok(reading.outcome)
}

/// Leaves the rows that are wanted, in the order that is wanted.
fn arrange(tables: &mut Tables, options: &DiffOptions) {
    if options.only_changed {
        tables.keep_changed();
    }
    match options.sort {
        Some(Sort::Delta) => tables.sort_by_difference(),
        Some(Sort::Name) => tables.sort_by_name(),
        None => {}
    }
}

/// Writes some tables at a time, so that not all stand in memory.
fn write_text(
    mut reading: Reading,
    collector: Collector,
    options: &DiffOptions,
) -> Result<Outcome> {
    let mut stdout = io::stdout().lock();
    let color = options.color.applies_to(&stdout);
    let look = report::text::Look {
        color,
        visible: color || stdout.is_terminal(),
    };
    let parts = collector.finish_in_parts(&reading.parser, options.thresholds)?;
    // The parts have the texts that they need.
    reading.parser = Parser::new();
    let mut joint = report::text::Joint::default();
    let make = |tables: &mut Tables, threads| {
        let mismatch = if parts.compares() {
            None
        } else {
            tables.mismatch()
        };
        arrange(tables, options);
        (mismatch, report::text::TextPart::new(tables, look, threads))
    };
    parts.each(threads(), make, |(mismatch, part)| -> Result<()> {
        if let Some(mismatch) = mismatch {
            reading.note(mismatch_text(&mismatch, "-ignore"));
        }
        for text in joint.texts(part) {
            ui::printed(stdout.write_all(&text))?;
        }
        Ok(())
    })?;
    ui::printed(stdout.flush())?;
    // The program ends here; giving back a million names one by one takes longer.
    std::mem::forget(parts);
    Ok(reading.outcome)
}
