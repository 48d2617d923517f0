//! `benchcli trend`: prints what changed over the commits.

use std::io::{self, Write as _};

use anyhow::Result;
use benchparse::gate::Action;
use benchparse::trend::{History, Kind};

use super::Outcome;
use crate::args::trend::{TrendFormat, TrendOptions};
use crate::pipeline::histories::{history, print_remarks, remarks};
use crate::report::trend::{Trend, TrendReport};
use crate::report::{trend_csv, trend_markdown, trend_text};
use crate::ui;
use crate::unit_words::is_unit;
use crate::visible::visible;

/// Reads the history and prints its changes.
///
/// # Errors
/// There is nothing to show, or the repository cannot be read, or the output cannot be written.
pub fn run(options: &TrendOptions) -> Result<Outcome> {
    let reading = history(&options.history, false)?;
    let remarks = remarks(&reading);
    if options.format != TrendFormat::Json {
        print_remarks(&remarks);
    }
    let failing = match options.fail_on_new {
        Some(count) => {
            let config = &options.history.config.config;
            let gate = config.gate.as_ref();
            let is_gated =
                |unit: &str| gate.is_none_or(|gate| gate.iter().any(|it| is_unit(it, unit)));
            let may_trade = config.policy().on_traded != Action::Fail;
            let is_excuse = |unit: &str| may_trade && is_gated(unit);
            new_regressions(&reading.history, count, &is_excuse)
        }
        None => Vec::new(),
    };
    let trend = Trend {
        history: &reading.history,
        remarks: &remarks,
        all: options.all,
        last: options.fail_on_new,
        failing: &failing,
    };
    let mut out = io::BufWriter::new(ui::stdout());
    match options.format {
        TrendFormat::Text => {
            let color = options.color.applies_to(&io::stdout());
            out.write_all(trend_text::write(&trend, color).as_bytes())?;
        }
        TrendFormat::Json => {
            serde_json::to_writer(&mut out, &TrendReport::new(&trend))?;
            writeln!(out)?;
        }
        TrendFormat::Csv => out.write_all(trend_csv::write(&trend).as_bytes())?,
        TrendFormat::Markdown => {
            let text = trend_markdown::write(&trend);
            out.write_all(visible(&text).as_bytes())?;
        }
    }
    out.flush()?;
    Ok(if failing.is_empty() {
        Outcome::Pass
    } else {
        Outcome::Regressed
    })
}

/// Lasting changes for the worse that the last commits made and did not undo, as the place of a
/// series and that of the change in it. What a changed benchmark measured does not count. Throughput
/// that has its time beside it does not count twice, nor does what was traded for something better in
/// a unit that is an excuse.
fn new_regressions(
    history: &History,
    count: usize,
    is_excuse: &dyn Fn(&str) -> bool,
) -> Vec<(usize, usize)> {
    let first = history.commits.len().saturating_sub(count);
    let effects = history
        .effects
        .iter()
        .filter(|effect| effect.worse && effect.benchmark_changed.is_none());
    let mut found: Vec<(usize, usize)> = effects
        .flat_map(|effect| effect.changes.iter().map(move |&place| (effect, place)))
        .filter(|&(_, place)| {
            history.change(place).is_some_and(|(_, change)| {
                change.at >= first && change.fixed_at.is_none() && change.kind != Kind::Spike
            })
        })
        .filter(|&(effect, (series, _))| {
            let gained = history.traded_for(effect, series).into_iter();
            let mut gained = gained.filter_map(|place| history.change(place));
            !gained.any(|(gained, _)| is_excuse(&gained.unit))
        })
        .map(|(_, place)| place)
        .collect();
    found.sort_unstable();
    found
}
