//! Two samples of each benchmark, side by side.

use anyhow::Result;

use super::canvas::{Align, Canvas, Scale};
use super::{Look, Picture, picture};

/// All benchmarks in one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The unit, such as `sec/op`.
    pub unit: String,
    /// The benchmarks, the most important first.
    pub rows: Vec<Row>,
}

/// One benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Old and new.
    pub sides: [Side; 2],
    /// What changed, such as `+12.31%`.
    pub change: String,
    /// Worse, better, or neither.
    pub verdict: Verdict,
}

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
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

/// Draws panels one below the other. Values stand relative to the old median, so that benchmarks of
/// any size share a scale.
///
/// # Errors
/// The embedded font cannot be read.
pub fn draw(panels: &[Panel], names: &[String; 2], look: Look) -> Result<Picture> {
    let all: usize = panels.iter().map(|panel| panel.rows.len()).sum();
    let mut room = MOST_ROWS;
    let shown: Vec<(&Panel, &[Row])> = panels
        .iter()
        .map(|panel| {
            let rows = &panel.rows[..panel.rows.len().min(room)];
            room -= rows.len();
            (panel, rows)
        })
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let height_of = |rows: &[Row]| HEAD + ROW * rows.len() as f64 + FOOT;
    let wanted: f64 = TOP + shown.iter().map(|(_, rows)| height_of(rows)).sum::<f64>();
    let (width, height) = look.size.unwrap_or((WIDTH, wanted.ceil() as u32));
    let squeeze = (f64::from(height) - TOP) / (wanted - TOP);
    let title = format!("{} against {}", names[1], names[0]);
    let svg = picture((width, height), look, &title, |canvas| {
        let width = f64::from(width);
        legend(canvas, names, width)?;
        let mut top = TOP;
        for (panel, rows) in &shown {
            let height = height_of(rows) * squeeze;
            draw_panel(canvas, panel, rows, (top, top + height), width, look)?;
            top += height;
        }
        Ok(())
    })?;
    let drawn: usize = shown.iter().map(|(_, rows)| rows.len()).sum();
    Ok(Picture {
        svg,
        left_out: all - drawn,
    })
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
    rows: &[Row],
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
    let scale = Scale::new(spread, (left + 8.0, right - 8.0), log);
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
    for tick in scale.ticks(6) {
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
            let x = |value: f64| scale.at(ratio(value, base));
            let [low, high] = side.interval;
            canvas.line(&[(x(low), y), (x(high), y)], color, 6.0, 0.28)?;
            for &value in &side.values {
                canvas.dot((x(value), y), 2.2, color, 0.5)?;
            }
            let median = x(side.median);
            canvas.line(&[(median, y - 5.0), (median, y + 5.0)], color, 2.4, 1.0)?;
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

/// A value relative to a base, where that can be said.
fn ratio(value: f64, base: f64) -> f64 {
    let ratio = value / base;
    if ratio.is_finite() { ratio } else { 1.0 }
}

fn relative_range(rows: &[Row]) -> (f64, f64) {
    let values = rows.iter().flat_map(|row| {
        let base = row.sides[0].median;
        let sides = row.sides.iter();
        sides.flat_map(move |side| side.values.iter().map(move |&value| ratio(value, base)))
    });
    let (mut low, mut high) = (0.98f64, 1.02f64);
    for value in values {
        low = low.min(value);
        high = high.max(value);
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
    fn ratios_are_changes() {
        assert_eq!(
            [0.8, 1.0, 1.055, 3.0, 0.5].map(relative),
            ["−20%", "old", "+5.5%", "×3", "−50%"]
        );
    }
}
