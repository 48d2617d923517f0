//! `benchcli plot`: draws two files, or the history.

mod files;
mod series;

use std::io::Write as _;

use anyhow::Result;

use super::Outcome;
use crate::args::plot::{PictureFormat, PlotOptions};
use crate::atomic_file::write_file;
use crate::plot;
use crate::plural::counted;
use crate::ui::{self, warn};

/// Draws what was asked for.
///
/// # Errors
/// There is nothing to draw, or the picture cannot be written.
pub fn run(options: &PlotOptions) -> Result<Outcome> {
    let picture = match &options.files {
        Some(files) => files::picture(options, files)?,
        None => series::picture(options)?,
    };
    if picture.left_out > 0 {
        warn(&format!(
            "{} left out: they do not fit into the chart; use --filter or --unit to choose which ones to show",
            counted(picture.left_out, "benchmark")
        ));
    }
    let bytes = match options.kind {
        PictureFormat::Svg => picture.svg.into_bytes(),
        PictureFormat::Png { dots } => plot::png(&picture.svg, f32::from(dots))?,
    };
    match &options.output {
        None => ui::stdout().write_all(&bytes)?,
        Some(path) => write_file(path, &bytes)?,
    }
    Ok(Outcome::Pass)
}
