//! Draws two files side by side.

use std::ffi::OsString;

use anyhow::{Result, bail};
use benchparse::gate::{RowVerdict, Verdict, judge};
use benchparse::pairing::Measurements;
use benchparse::stats::{Assumption, Sample, summarize};
use benchparse::unit::{Class, Scale};

use crate::args::check::GateArgs;
use crate::args::plot::PlotOptions;
use crate::pipeline::gate::{Gate, Rows, read_sides};
use crate::pipeline::results::two_files;
use crate::plot::{self, Picture, compare as side_by_side};
use crate::report::verdicts::{common_folders, in_package, percent};
use crate::unit_words::is_unit;

/// Two files, side by side.
pub(super) fn picture(options: &PlotOptions, files: &[OsString; 2]) -> Result<Picture> {
    let mut gate = GateArgs::default().into_options()?;
    gate.filter = options.history.filter.clone();
    let (names, texts) = two_files(files)?;
    let comparison = read_sides("benchcli plot", names, &texts, &gate)?;
    let rows = comparison.rows(&Gate::new(&gate, None, None)?);
    comparison.check(&rows, &texts)?;
    let report = judge(&rows.rows, &comparison.policy(&gate));
    let panels = panels(&rows, &report.rows, &options.history.units);
    if panels.is_empty() {
        bail!("no benchmark has results in these units on both sides; use --unit to select others");
    }
    side_by_side::draw(&panels, &comparison.names, options.look)
}

fn panels(rows: &Rows, verdicts: &[RowVerdict], units: &[String]) -> Vec<side_by_side::Panel> {
    let mut panels: Vec<side_by_side::Panel> = Vec::new();
    let mut sizes: Vec<Vec<f64>> = Vec::new();
    let packages = rows.metadata.iter();
    let packages: Vec<&str> = packages.map(|it| it.package.as_str()).collect();
    let prefix = common_folders(&packages);
    for (verdict, context) in verdicts.iter().zip(&rows.metadata) {
        let unit = verdict.key.unit.as_str();
        let is_wanted = units.is_empty()
            || units
                .iter()
                .any(|wanted| wanted == unit || is_unit(wanted, unit));
        let (Some(old), Some(new), true) = (verdict.old, verdict.new, is_wanted) else {
            continue;
        };
        let class = Class::of(unit.as_bytes());
        let medians = [old.median, new.median];
        let scale = Scale::for_values(medians.into_iter().filter(|it| it.is_finite()), class);
        let side = |side: &Measurements, median: f64| {
            let finite = side
                .values
                .iter()
                .copied()
                .filter(|value| value.is_finite());
            let values: Vec<f64> = finite.collect();
            let summary = summarize(&Sample::new(values.clone()), Assumption::Nothing, 0.95);
            let within = |bound: f64| if bound.is_finite() { bound } else { median };
            side_by_side::ChartSide {
                values,
                median,
                interval: [within(summary.low), within(summary.high)],
                text: plot::with_unit(&scale.format(median), unit),
            }
        };
        let change = new.median / old.median - 1.0;
        let [old_side, new_side] = &context.sides;
        let row = side_by_side::ChartRow {
            name: match prefix {
                Some(prefix) => in_package(&context.package, &verdict.key.benchmark, prefix),
                None => verdict.key.benchmark.clone(),
            },
            sides: [side(old_side, old.median), side(new_side, new.median)],
            // From 0 to 0 nothing changed.
            change: if change.is_nan() {
                String::new()
            } else {
                percent(change)
            },
            verdict: match &verdict.verdict {
                Verdict::Regressed | Verdict::Traded | Verdict::Accepted { .. } => {
                    side_by_side::Verdict::Worse
                }
                Verdict::Improved => side_by_side::Verdict::Better,
                _ => side_by_side::Verdict::Neither,
            },
        };
        let place = panels.iter().position(|panel| panel.unit == unit);
        let place = place.unwrap_or_else(|| {
            sizes.push(Vec::new());
            panels.push(side_by_side::Panel {
                unit: unit.to_owned(),
                rows: Vec::new(),
            });
            panels.len() - 1
        });
        let worse = verdict.effect.map_or(0.0, |effect| effect.worse);
        let at = sizes[place].partition_point(|size| *size >= worse);
        sizes[place].insert(at, worse);
        panels[place].rows.insert(at, row);
    }
    panels
}
