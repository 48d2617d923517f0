//! `benchcli rank`: alternatives within one run.

use std::io::{self, Write};

use anyhow::Result;

use super::{Outcome, results};
use crate::args::rank::RankOptions;
use crate::report;

const PROGRAM: &str = "benchcli rank";

/// Reads the inputs as one run and prints the ranking of each group.
///
/// # Errors
/// When an input cannot be read or the output cannot be written.
pub fn run(options: RankOptions) -> Result<Outcome> {
    let mut results = results::read(PROGRAM, &options.inputs, options.question)?;
    let collector = std::mem::take(&mut results.collector);
    let tables = collector.finish(&results.parser, options.levels);
    let mut rankings = tables.rankings(options.levels.confidence);
    rankings.retain(|ranking| *ranking.unit == *options.unit);
    if rankings.is_empty() && results.outcome == Outcome::Pass {
        let unit = String::from_utf8_lossy(&options.unit).into_owned();
        results.note(
            PROGRAM,
            format!(
                "no benchmark has an alternative with {unit}, expected two that differ in --by only"
            ),
        )?;
        results.outcome = Outcome::Failed;
    }
    let mut text = String::new();
    report::rank::write(&mut text, &rankings)?;
    io::stdout().write_all(text.as_bytes())?;
    Ok(results.outcome)
}
