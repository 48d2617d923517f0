//! `benchcli rank`: ranks alternatives within one run.

use anyhow::Result;

use super::Outcome;
use crate::args::rank::RankOptions;
use crate::inputs::Input;
use crate::pipeline::results::{Reading, Source};
use crate::report;
use crate::ui;

/// Reads the inputs as one run and prints the ranking of each group.
///
/// # Errors
/// When an input cannot be read or the output cannot be written.
pub fn run(options: RankOptions) -> Result<Outcome> {
    let mut reading = Reading::new("benchcli rank", options.repair_mode);
    let inputs = Input::from_arguments(&options.inputs);
    let collector =
        reading.collect(inputs.into_iter().map(Source::Input), options.table_options)?;
    let tables = collector.finish(&reading.parser, options.thresholds)?;
    let mut rankings = tables.rankings(options.thresholds.confidence);
    rankings.retain(|ranking| *ranking.unit == *options.unit);
    if rankings.is_empty() && reading.outcome == Outcome::Pass {
        reading.fail(format!(
            "nothing to rank: no two benchmarks with {} differ only in {}",
            String::from_utf8_lossy(&options.unit),
            options.by
        ));
    }
    let mut text = String::new();
    report::rank::write(&mut text, &rankings)?;
    ui::print(&text)?;
    Ok(reading.outcome)
}
