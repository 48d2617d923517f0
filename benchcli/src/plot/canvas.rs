//! A drawing area in CSS pixels, with axes.

use std::fmt;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::prelude::{DrawingArea, IntoDrawingArea as _};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::font;
use super::svg::{Backend, FINE};
use super::theme::Theme;

/// A place in CSS pixels.
pub(super) type At = (f64, f64);

/// What is drawn on.
pub(super) struct Canvas<'s> {
    area: DrawingArea<Backend<'s>, Shift>,
    pub(super) theme: Theme,
}

fn fine((x, y): At) -> (i32, i32) {
    // Far outside is as good as outside.
    let tenths = |value: f64| (value.clamp(-1e6, 1e6) * f64::from(FINE)).round() as i32;
    (tenths(x), tenths(y))
}

fn failed(error: impl fmt::Debug) -> anyhow::Error {
    anyhow!("cannot draw the picture: {error:?}")
}

type Error = plotters::drawing::DrawingAreaErrorKind<fmt::Error>;

fn done(result: Result<(), Error>) -> Result<()> {
    result.map_err(failed)
}

/// How a text is placed at its point.
#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

impl<'s> Canvas<'s> {
    pub(super) fn new(backend: Backend<'s>, theme: Theme) -> Self {
        Self {
            area: backend.into_drawing_area(),
            theme,
        }
    }

    pub(super) fn fill(&self) -> Result<()> {
        done(self.area.fill(&self.theme.background))
    }

    pub(super) fn present(&self) -> Result<()> {
        done(self.area.present())
    }

    pub(super) fn line(
        &self,
        path: &[At],
        color: RGBColor,
        width: f64,
        opacity: f64,
    ) -> Result<()> {
        let style = ShapeStyle {
            color: color.mix(opacity),
            filled: false,
            stroke_width: (width * f64::from(FINE)) as u32,
        };
        let path: Vec<(i32, i32)> = path.iter().copied().map(fine).collect();
        done(self.area.draw(&PathElement::new(path, style)))
    }

    /// A line of dashes.
    pub(super) fn dashes(&self, from: At, to: At, color: RGBColor) -> Result<()> {
        let (across, down) = (to.0 - from.0, to.1 - from.1);
        let length = across.hypot(down);
        let at = |way: f64| {
            let share = way.min(length) / length;
            (from.0 + across * share, from.1 + down * share)
        };
        let mut way = 0.0;
        while way < length {
            self.line(&[at(way), at(way + 3.0)], color, 1.0, 0.8)?;
            way += 6.0;
        }
        Ok(())
    }

    pub(super) fn area(&self, corners: &[At], color: RGBColor, opacity: f64) -> Result<()> {
        let corners: Vec<(i32, i32)> = corners.iter().copied().map(fine).collect();
        done(self.area.draw(&Polygon::new(corners, color.mix(opacity))))
    }

    pub(super) fn dot(&self, at: At, radius: f64, color: RGBColor, opacity: f64) -> Result<()> {
        let radius = (radius * f64::from(FINE)) as i32;
        done(
            self.area
                .draw(&Circle::new(fine(at), radius, color.mix(opacity).filled())),
        )
    }

    /// A text whose middle height is at the point.
    pub(super) fn text(
        &self,
        text: &str,
        at: At,
        size: f64,
        color: RGBColor,
        align: Align,
    ) -> Result<()> {
        let h_pos = match align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = style(size).color(&color).pos(Pos::new(h_pos, VPos::Center));
        done(self.area.draw(&Text::new(text.to_owned(), fine(at), style)))
    }

    /// How wide a text is.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        let size = self.area.estimate_text_size(text, &style(size));
        // plotters takes the size for the height of a line, where it is that of the em square.
        size.map_or(0.0, |(width, _)| {
            f64::from(width) / f64::from(FINE) * font::LINE
        })
    }

    /// A text that is at most so wide; its middle gives way to an ellipsis.
    pub(super) fn fitted(&self, text: &str, size: f64, room: f64) -> String {
        if self.width(text, size) <= room {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        for kept in (2..letters.len()).rev() {
            let head = kept.div_ceil(2);
            let tail = &letters[letters.len() - (kept - head)..];
            let short: String = letters[..head].iter().chain(&['…']).chain(tail).collect();
            if self.width(&short, size) <= room {
                return short;
            }
        }
        "…".to_owned()
    }
}

fn style(size: f64) -> TextStyle<'static> {
    let size = size * f64::from(FINE);
    TextStyle::from((FontFamily::Name(font::NAME), size, FontStyle::Normal))
}

/// From values to places along one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    log: bool,
}

impl Scale {
    /// Values from `low` to `high` to places from `from` to `to`. Where a value is not above zero
    /// there is no logarithm, and the scale is linear.
    pub(super) fn new((low, high): (f64, f64), (from, to): (f64, f64), log: bool) -> Self {
        let log = log && low > 0.0;
        let (mut low, mut high) = (low, high);
        if high <= low {
            // What is measured is hardly ever below zero.
            let room = if low == 0.0 {
                (0.05, 1.0)
            } else {
                (low.abs() * 0.05, low.abs() * 0.05)
            };
            (low, high) = (low - room.0, high + room.1);
        }
        Self {
            low,
            high,
            from,
            to,
            log,
        }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let share = if self.log {
            // What is not above zero is below any place.
            (value.max(0.0) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + share * (self.to - self.from)
    }

    /// Values that are round when they are divided by a factor.
    pub(super) fn ticks(&self, wanted: usize, factor: f64) -> Vec<f64> {
        let (low, high) = (self.low / factor, self.high / factor);
        let ticks = if self.log {
            super::ticks::logarithmic(low, high, wanted)
        } else {
            super::ticks::linear(low, high, wanted)
        };
        ticks.into_iter().map(|tick| tick * factor).collect()
    }
}
