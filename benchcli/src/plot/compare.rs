//! Draws two samples of each benchmark side by side.

use anyhow::Result;
use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, Scale};
use super::{Look, Picture, picture};

/// All benchmarks in one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The unit, such as `sec/op`.
    pub unit: String,
    /// The benchmarks, the most important first.
    pub rows: Vec<ChartRow>,
}

/// One benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartRow {
    /// Its name.
    pub name: String,
    /// Old and new.
    pub sides: [ChartSide; 2],
    /// What changed, such as `+12.31%`.
    pub change: String,
    /// Worse, better, or neither.
    pub verdict: Verdict,
}

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartSide {
    /// Every value.
    pub values: Vec<f64>,
    /// The median.
    pub median: f64,
    /// The median's interval.
    pub interval: [f64; 2],
    /// The median for people.
    pub text: String,
}

/// What a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// For the worse.
    Worse,
    /// For the better.
    Better,
    /// Neither.
    Neither,
}

const ROW: f64 = 44.0;
const HEAD: f64 = 58.0;
const FOOT: f64 = 30.0;
const TOP: f64 = 44.0;
const WIDTH: u32 = 960;
/// How many rows one picture takes.
const MOST_ROWS: usize = 60;
/// The least height of a row in a picture of a chosen size: two samples, one above the other.
const LEAST_ROW: f64 = 26.0;
/// The width beside a scale for what is further than it.
const BEYOND: f64 = 36.0;

/// Draws panels one below the other. Values stand relative to the old median, so that benchmarks of
/// any size share a scale; what grew from nothing stands at the scale's end, with an arrow.
///
/// # Errors
/// The embedded font cannot be read.
pub fn draw(panels: &[Panel], names: &[String; 2], look: Look) -> Result<Picture> {
    let all: usize = panels.iter().map(|panel| panel.rows.len()).sum();
    let shown = fitting(panels, look.size.map(|(_, height)| f64::from(height)));
    let drawn: usize = shown.iter().map(|(_, rows)| rows.len()).sum();
    let frames = TOP + (HEAD + FOOT) * shown.len() as f64;
    let wanted = frames + ROW * drawn as f64;
    let (width, height) = look.size.unwrap_or((WIDTH, wanted.ceil() as u32));
    let row_height = (f64::from(height) - frames) / drawn.max(1) as f64;
    let title = format!("{} against {}", names[1], names[0]);
    let svg = picture((width, height), look, &title, |canvas| {
        let width = f64::from(width);
        legend(canvas, names, width)?;
        let mut top = TOP;
        for (panel, rows) in &shown {
            let height = HEAD + row_height * rows.len() as f64 + FOOT;
            draw_panel(canvas, panel, rows, (top, top + height), width, look)?;
            top += height;
        }
        Ok(())
    })?;
    Ok(Picture {
        svg,
        left_out: all - drawn,
    })
}

/// The panels and rows that have room, the first ones first.
fn fitting(panels: &[Panel], height: Option<f64>) -> Vec<(&Panel, &[ChartRow])> {
    let mut rows_left = MOST_ROWS;
    let mut height_left = height.unwrap_or(f64::INFINITY) - TOP;
    let mut shown = Vec::new();
    for panel in panels {
        height_left -= HEAD + FOOT;
        let room = (height_left / LEAST_ROW).max(0.0) as usize;
        let rows = &panel.rows[..panel.rows.len().min(rows_left).min(room)];
        if rows.is_empty() {
            break;
        }
        rows_left -= rows.len();
        height_left -= LEAST_ROW * rows.len() as f64;
        shown.push((panel, rows));
    }
    shown
}

fn legend(canvas: &Canvas<'_>, names: &[String; 2], width: f64) -> Result<()> {
    let theme = &canvas.theme;
    let room = (width - 120.0) / 2.0;
    let mut x = 20.0;
    for (name, color) in names.iter().zip([theme.old, theme.line]) {
        let text = canvas.fitted(name, 13.0, room);
        canvas.dot((x, 22.0), 4.5, color, 1.0)?;
        canvas.text(&text, (x + 11.0, 22.0), 13.0, theme.text, Align::Left)?;
        x += canvas.width(&text, 13.0) + 36.0;
    }
    Ok(())
}

fn draw_panel(
    canvas: &Canvas<'_>,
    panel: &Panel,
    rows: &[ChartRow],
    (top, bottom): (f64, f64),
    width: f64,
    look: Look,
) -> Result<()> {
    let theme = &canvas.theme;
    let names = rows.iter().map(|row| canvas.width(&row.name, 12.0));
    let left = names.fold(60.0, f64::max).min(width * 0.3) + 32.0;
    let changes = rows.iter().map(|row| canvas.width(&row.change, 12.0));
    let right = width - changes.fold(60.0, f64::max) - 36.0;
    let (first, last) = (top + HEAD - 14.0, bottom - FOOT);
    let spread = relative_range(rows);
    let log = look.log || spread.1 / spread.0 > 3.0;
    let beyond = |place| rows.iter().any(|row| row.places().any(|it| it == place));
    let end = |place| if beyond(place) { 8.0 + BEYOND } else { 8.0 };
    let ends = (left + end(DotPlace::Below), right - end(DotPlace::Above));
    let scale = Scale::new(spread, ends, log);
    canvas.text(
        &panel.unit,
        (20.0, top + 16.0),
        14.0,
        theme.text,
        Align::Left,
    )?;
    canvas.line(
        &[(20.0, top + 29.0), (width - 20.0, top + 29.0)],
        theme.grid,
        1.0,
        1.0,
    )?;
    let mut free_from = f64::MIN;
    for tick in scale.ticks(6, 1.0) {
        let x = scale.at(tick);
        let is_base = (tick - 1.0).abs() < 1e-9;
        let (color, strength) = if is_base {
            (theme.faint, 1.2)
        } else {
            (theme.grid, 1.0)
        };
        canvas.line(&[(x, first), (x, last)], color, strength, 1.0)?;
        let text = relative(tick);
        let half = canvas.width(&text, 11.0) / 2.0;
        if x - half > free_from {
            canvas.text(&text, (x, last + 12.0), 11.0, theme.faint, Align::Center)?;
            free_from = x + half + 8.0;
        }
    }
    let row_height = (last - first) / rows.len() as f64;
    for (at, row) in rows.iter().enumerate() {
        let middle = first + row_height * (at as f64 + 0.5);
        let name = canvas.fitted(&row.name, 12.0, left - 28.0);
        canvas.text(&name, (20.0, middle), 12.0, theme.text, Align::Left)?;
        let (color, mark) = match row.verdict {
            Verdict::Worse => (theme.worse, "▲ "),
            Verdict::Better => (theme.better, "▼ "),
            Verdict::Neither => (theme.faint, ""),
        };
        let change = format!("{mark}{}", row.change);
        canvas.text(&change, (width - 20.0, middle), 12.0, color, Align::Right)?;
        let base = row.sides[0].median;
        for (side, (color, up)) in row.sides.iter().zip([(theme.old, -1.0), (theme.line, 1.0)]) {
            let y = middle + up * (row_height * 0.17).min(9.0);
            let x = |value: f64| match relative_to(base, value) {
                DotPlace::On(ratio) => scale.at(ratio),
                DotPlace::Below => left + 16.0,
                DotPlace::Above => right - 16.0,
            };
            let [low, high] = side.interval;
            canvas.line(&[(x(low), y), (x(high), y)], color, 6.0, 0.28)?;
            for &value in &side.values {
                canvas.dot((x(value), y), 2.2, color, 0.5)?;
            }
            let median = x(side.median);
            match relative_to(base, side.median) {
                DotPlace::On(_) => {
                    canvas.line(&[(median, y - 5.0), (median, y + 5.0)], color, 2.4, 1.0)?;
                }
                DotPlace::Below => arrow(canvas, (median, y), -7.0, color)?,
                DotPlace::Above => arrow(canvas, (median, y), 7.0, color)?,
            }
            // A value beside a picture is read, where a place on a scale is estimated.
            let text = &side.text;
            let right_most = side
                .values
                .iter()
                .map(|&value| x(value))
                .fold(x(high), f64::max);
            let after = right_most + 8.0;
            let fits = after + canvas.width(text, 10.0) < right;
            if fits {
                canvas.text(text, (after, y), 10.0, theme.faint, Align::Left)?;
            } else {
                let left_most = side
                    .values
                    .iter()
                    .map(|&value| x(value))
                    .fold(x(low), f64::min);
                canvas.text(text, (left_most - 8.0, y), 10.0, theme.faint, Align::Right)?;
            }
        }
    }
    Ok(())
}

/// A tip that points to what is further than the scale.
fn arrow(canvas: &Canvas<'_>, (x, y): (f64, f64), length: f64, color: RGBColor) -> Result<()> {
    canvas.area(&[(x, y - 5.0), (x + length, y), (x, y + 5.0)], color, 1.0)
}

/// Where a value is, seen from a base.
#[derive(Debug, Clone, Copy, PartialEq)]
enum DotPlace {
    /// So many times the base.
    On(f64),
    /// No multiple of a base that is zero: below any.
    Below,
    /// Above any.
    Above,
}

fn relative_to(base: f64, value: f64) -> DotPlace {
    let ratio = value / base;
    if ratio.is_finite() {
        DotPlace::On(ratio)
    } else if value > base {
        DotPlace::Above
    } else if value < base {
        DotPlace::Below
    } else {
        DotPlace::On(1.0)
    }
}

impl ChartRow {
    fn places(&self) -> impl Iterator<Item = DotPlace> {
        let base = self.sides[0].median;
        let values = self.sides.iter().flat_map(|side| &side.values);
        values.map(move |&value| relative_to(base, value))
    }
}

fn relative_range(rows: &[ChartRow]) -> (f64, f64) {
    let (mut low, mut high) = (0.98f64, 1.02f64);
    for place in rows.iter().flat_map(ChartRow::places) {
        if let DotPlace::On(ratio) = place {
            low = low.min(ratio);
            high = high.max(ratio);
        }
    }
    (low, high)
}

/// A ratio as a change: `−20%`, `base`, `+50%`, `×3`.
fn relative(ratio: f64) -> String {
    let percent = (ratio - 1.0) * 100.0;
    if percent.abs() < 1e-7 {
        "old".to_owned()
    } else if ratio >= 2.999 {
        format!("×{}", (ratio * 100.0).round() / 100.0)
    } else {
        let shown = (percent.abs() * 100.0).round() / 100.0;
        format!("{}{shown}%", if percent < 0.0 { "−" } else { "+" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_nothing_to_something_is_beyond_the_scale() {
        let places = [(0.0, 5.0), (0.0, -5.0), (0.0, 0.0), (4.0, 5.0), (4.0, 0.0)];
        assert_eq!(
            places.map(|(base, value)| relative_to(base, value)),
            [
                DotPlace::Above,
                DotPlace::Below,
                DotPlace::On(1.0),
                DotPlace::On(1.25),
                DotPlace::On(0.0)
            ]
        );
    }

    fn panel(rows: usize) -> Panel {
        let side = || ChartSide {
            values: vec![1.0],
            median: 1.0,
            interval: [1.0, 1.0],
            text: "1".to_owned(),
        };
        let row = |at| ChartRow {
            name: format!("B{at}"),
            sides: [side(), side()],
            change: String::new(),
            verdict: Verdict::Neither,
        };
        Panel {
            unit: "B/op".to_owned(),
            rows: (0..rows).map(row).collect(),
        }
    }

    #[test]
    fn rows_without_room_are_left_out() {
        let panels = [panel(40), panel(40)];
        let rows = |height| {
            let shown = fitting(&panels, height);
            shown.iter().map(|(_, rows)| rows.len()).collect::<Vec<_>>()
        };
        assert_eq!(rows(None), [40, 20]);
        assert_eq!(rows(Some(200.0)), [2]);
        assert_eq!(rows(Some(1300.0)), [40, 1]);
        assert_eq!(rows(Some(100.0)), [0; 0]);
    }

    #[test]
    fn ratios_are_changes() {
        assert_eq!(
            [0.8, 1.0, 1.055, 3.0, 0.5].map(relative),
            ["−20%", "old", "+5.5%", "×3", "−50%"]
        );
    }
}
