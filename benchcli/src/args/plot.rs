//! The command line of `benchcli plot`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Result, bail};
use clap::Args;

use super::history::{HistoryArgs, HistoryOptions};
use super::number::whole;
use crate::plot::{Look, ThemeName};
use crate::plural::counted;

/// What `benchcli plot --help` begins with.
pub const ABOUT: &str = "\
Draws charts of the commits that have baselines, or of two files.

A chart of the history shows the median of each commit as a line, its 95% interval as a band, \
every sample as a faint dot, and each change as a dashed line with its commit (with a ? if more commits are needed to confirm it). A gap in the line is a commit that was measured in the same \
environment without this benchmark. A chart of two files shows every sample, the medians and \
their intervals, relative to the old median.";

/// Options of `benchcli plot`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli plot -o trend.svg --filter .name:Encode --unit ns/op
  benchcli plot -o trend.png --since 90d --theme dark
  benchcli plot old.txt new.txt -o compare.png

Exit status: 0, or 2 if a flag or an input is invalid, or nothing can be shown.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/trends.md")]
pub struct PlotArgs {
    /// An old and a new file; without them, the history
    #[arg(value_name = "OLD NEW", num_args = 0..)]
    files: Vec<OsString>,

    /// The file to write, ending in .svg or .png; - writes SVG to standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// The color theme
    #[arg(long, value_enum, default_value_t, value_name = "THEME")]
    theme: ThemeName,

    /// Width and height in pixels [default: sized to fit the content]
    #[arg(long, value_name = "WIDTHxHEIGHT")]
    size: Option<Size>,

    /// The scale of a PNG: image pixels per pixel of --size
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = whole(1..=4_u8))]
    dots: u8,

    /// Use a logarithmic scale
    #[arg(long)]
    log: bool,

    #[command(flatten)]
    history: HistoryArgs,
}

/// How many pixels a PNG takes: more want gigabytes of memory.
const MOST_PIXELS: u64 = 100_000_000;

/// The kinds of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Scalable.
    Svg,
    /// Pixels, so many a CSS pixel.
    Png {
        /// How many.
        dots: u8,
    },
}

/// What to draw.
#[derive(Debug)]
pub struct PlotOptions {
    /// Old and new file; the history where there are none.
    pub files: Option<[OsString; 2]>,
    /// Where to; standard output where there is none.
    pub output: Option<PathBuf>,
    /// As what.
    pub kind: PictureFormat,
    /// How it looks.
    pub look: Look,
    /// Which series.
    pub history: HistoryOptions,
}

impl PlotArgs {
    /// Checks every value, and reads the configuration file.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn into_options(self) -> Result<PlotOptions> {
        let ending = self
            .output
            .extension()
            .map(|ending| ending.to_string_lossy().to_lowercase());
        let to_stdout = self.output.as_os_str() == "-";
        let kind = match ending.as_deref() {
            _ if to_stdout => PictureFormat::Svg,
            Some("svg") => PictureFormat::Svg,
            Some("png") => PictureFormat::Png { dots: self.dots },
            _ => bail!(
                "-o {}: expected a name that ends in .svg or .png, or - for SVG on standard output",
                self.output.display()
            ),
        };
        let files = match <[OsString; 2]>::try_from(self.files) {
            Ok(files) => Some(files),
            Err(none) if none.is_empty() => None,
            Err(files) => bail!(
                "{} given: expected two, an old and a new one, or none for the history",
                counted(files.len(), "file")
            ),
        };
        if let (PictureFormat::Png { dots }, Some(Size(width, height))) = (kind, self.size) {
            let pixels = u64::from(width) * u64::from(height) * u64::from(dots).pow(2);
            if pixels > MOST_PIXELS {
                bail!(
                    "--size {width}x{height}: with --dots {dots} a PNG of {} megapixels, expected {} at \
                     most",
                    pixels.div_ceil(1_000_000),
                    MOST_PIXELS / 1_000_000
                );
            }
        }
        if files.is_some() {
            self.history.refuse_window("two files")?;
        }
        Ok(PlotOptions {
            files,
            output: (!to_stdout).then_some(self.output),
            kind,
            look: Look {
                theme: self.theme,
                size: self.size.map(|size| (size.0, size.1)),
                log: self.log,
            },
            history: self.history.into_options()?,
        })
    }
}

/// `960x540`.
#[derive(Debug, Clone, Copy)]
struct Size(u32, u32);

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str =
            "expected a width from 320 to 10000 and a height from 200 to 10000, such as 960x540";
        let (width, height) = text.split_once('x').ok_or(WRONG)?;
        let side = |text: &str, least: u32| {
            let side: u32 = text.parse().map_err(|_| WRONG)?;
            if (least..=10_000).contains(&side) {
                Ok(side)
            } else {
                Err(WRONG)
            }
        };
        Ok(Self(side(width, 320)?, side(height, 200)?))
    }
}
