//! Draws charts as SVG or PNG.
//!
//! plotters draws through our own backend (`svg`), which supports sub-pixel coordinates, titles and proper
//! escaping. A PNG is a rendering of that SVG. The font is embedded, so pictures look the same on a machine
//! without fonts. This module does not know where the data comes from.

mod canvas;
pub mod compare;
mod font;
mod png;
mod svg;
mod theme;
mod ticks;
pub mod trend;

use anyhow::Result;
pub use png::png;
pub use theme::ThemeName;

use crate::unit_words::base_unit;

/// How a picture looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Light or dark.
    pub theme: ThemeName,
    /// Width and height in CSS pixels; chosen to fit where there is none.
    pub size: Option<(u32, u32)>,
    /// Whether values stand on a logarithmic scale.
    pub log: bool,
}

/// An SVG document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The document.
    pub svg: String,
    /// How much of what was asked for has no room in it: panels or rows.
    pub left_out: usize,
}

/// A value for people with its unit: `14.63n` of sec/op is `14.63 ns`.
pub fn with_unit(text: &str, unit: &str) -> String {
    let base = base_unit(unit);
    let is_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+');
    let end = text.find(|letter| !is_number(letter)).unwrap_or(text.len());
    let (number, prefix) = text.split_at(end);
    if number.is_empty() || (prefix.is_empty() && base.is_empty()) {
        return text.to_owned();
    }
    format!("{number} {prefix}{base}")
}

/// Draws on an empty canvas of a size.
fn picture(
    (width, height): (u32, u32),
    look: Look,
    title: &str,
    draw: impl FnOnce(&canvas::Canvas<'_>) -> Result<()>,
) -> Result<String> {
    font::register()?;
    let mut svg = String::new();
    svg::begin(&mut svg, (width, height), title);
    {
        let backend = svg::Backend::new(&mut svg, (width, height));
        let canvas = canvas::Canvas::new(backend, look.theme.theme());
        canvas.fill()?;
        draw(&canvas)?;
        canvas.present()?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}
