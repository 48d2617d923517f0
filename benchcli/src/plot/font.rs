//! The font of all pictures, a subset of `DejaVu Sans`.

use anyhow::{Result, anyhow};
use plotters::style::{FontStyle, register_font};

/// Its name.
pub(super) const NAME: &str = "DejaVu Sans";

/// The height of its lines, in its size.
pub(super) const LINE: f64 = 1.164;

/// As renderers read it.
pub(super) const TRUE_TYPE: &[u8] = include_bytes!("font/DejaVuSans.ttf");

/// As browsers read it, smaller.
pub(super) const WEB: &[u8] = include_bytes!("font/DejaVuSans.woff2");

/// Lets plotters measure texts.
pub(super) fn register() -> Result<()> {
    register_font(NAME, FontStyle::Normal, TRUE_TYPE)
        .map_err(|_| anyhow!("cannot read the embedded font"))
}
