//! Draws series over commits.

use std::collections::HashSet;

use anyhow::Result;
use benchparse::unit::{Class, Scale as UnitScale};

use super::canvas::{Align, Canvas, Scale};
use super::{Look, Picture, picture};

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What it is, such as `codec.Encode-8 sec/op`.
    pub title: String,
    /// Where it was measured; empty where all panels were measured in one place.
    pub subtitle: String,
    /// The unit, tidied.
    pub unit: String,
    /// Which prefixes values take.
    pub class: Class,
    /// The points in order.
    pub points: Vec<Point>,
    /// Where it changed.
    pub marks: Vec<Mark>,
}

impl Panel {
    /// Whether all that it shows is above 0.
    pub fn has_logarithm(&self) -> bool {
        range(&self.points).0 > 0.0
    }
}

/// What was measured at a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The commit's place on the axis, which is an index of the dates.
    pub at: usize,
    /// The commit's place among those that were measured in the series' environment: where one is
    /// missing, the line has a gap.
    pub turn: usize,
    /// The median.
    pub median: f64,
    /// The ends of its interval.
    pub interval: [f64; 2],
    /// Every value.
    pub samples: Vec<f64>,
}

/// A change.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The commit's place on the axis.
    pub at: usize,
    /// Where it came little by little: the place of the last commit of the old level, and both levels.
    pub drift: Option<(usize, [f64; 2])>,
    /// What to say, such as `3f2a1b9 +12%`.
    pub label: String,
    /// Whether it is for the worse.
    pub worse: bool,
    /// Whether it is certain.
    pub sure: bool,
}

const WIDTH: u32 = 960;
/// How many panels one picture takes.
const MOST_PANELS: usize = 24;
/// The least room of a panel in a picture of a chosen size: a title, labels, an axis and a line.
const LEAST: (u32, u32) = (300, 170);

/// Draws each series in a panel of its own; `dates` are what the axis says of the commits.
///
/// # Errors
/// The embedded font cannot be read.
pub fn draw(panels: &[Panel], dates: &[String], title: &str, look: Look) -> Result<Picture> {
    let wanted = panels.len().min(MOST_PANELS);
    let (columns, shown) = match (wanted, look.size) {
        (0 | 1, _) => (1, wanted),
        (2..=8, None) => (2, wanted),
        (_, None) => (3, wanted),
        (_, Some(size)) => fitting(wanted, size),
    };
    let shown = &panels[..shown];
    let rows = shown.len().div_ceil(columns).max(1);
    let panel_height = if columns == 1 { 400 } else { 230 };
    let wanted = if columns == 3 { 1320 } else { WIDTH };
    let (width, height) = look
        .size
        .unwrap_or((wanted, panel_height * rows as u32 + 16));
    let svg = picture((width, height), look, title, |canvas| {
        let (width, height) = (f64::from(width), f64::from(height) - 16.0);
        let cell = (width / columns as f64, height / rows as f64);
        for (at, panel) in shown.iter().enumerate() {
            let left = cell.0 * (at % columns) as f64;
            let top = cell.1 * (at / columns) as f64 + 8.0;
            draw_panel(canvas, panel, dates, (left, top), cell, look)?;
        }
        Ok(())
    })?;
    Ok(Picture {
        svg,
        left_out: panels.len() - shown.len(),
    })
}

/// In how many columns how many panels stand.
fn fitting(wanted: usize, (width, height): (u32, u32)) -> (usize, usize) {
    let most = |room: u32, least: u32| ((room / least) as usize).max(1);
    let columns = most(width, LEAST.0).min(if wanted > 8 { 3 } else { 2 });
    (columns, wanted.min(columns * most(height - 16, LEAST.1)))
}

/// How many lines of labels a panel has above its series.
const LABEL_LINES: usize = 3;
const LABEL: f64 = 13.0;
/// With more commits the dots of values are small.
const MOST_LARGE_DOTS: usize = 250;

fn draw_panel(
    canvas: &Canvas<'_>,
    panel: &Panel,
    dates: &[String],
    (left, top): (f64, f64),
    (width, height): (f64, f64),
    look: Look,
) -> Result<()> {
    let theme = &canvas.theme;
    let inner = (left + 16.0, left + width - 16.0);
    let title = canvas.fitted(&panel.title, 13.0, inner.1 - inner.0);
    canvas.text(&title, (inner.0, top + 14.0), 13.0, theme.text, Align::Left)?;
    let mut head = top + 28.0;
    if !panel.subtitle.is_empty() {
        let subtitle = canvas.fitted(&panel.subtitle, 10.5, inner.1 - inner.0);
        canvas.text(
            &subtitle,
            (inner.0, head + 3.0),
            10.5,
            theme.faint,
            Align::Left,
        )?;
        head += 14.0;
    }
    let (low, high) = range(&panel.points);
    let units = UnitScale::for_values([low.abs().max(high.abs())], panel.class);
    let bottom = top + height - 30.0;
    // The places of labels are known only with the axis, whose place depends on the widest tick.
    let lines = if panel.marks.is_empty() {
        0
    } else {
        LABEL_LINES.min(panel.marks.len())
    };
    let plot_top = head + 6.0 + LABEL * lines as f64;
    let spread = if look.log && low > 0.0 {
        let room = (high / low).powf(0.1);
        (low / room, high * room)
    } else {
        let room = (high - low) * 0.1;
        (low - room, high + room)
    };
    let y = Scale::new(spread, (bottom, plot_top), look.log);
    let ticks = y.ticks(((bottom - plot_top) / 34.0).max(3.0) as usize, units.factor);
    let axis = common_scale(&ticks, units, panel.class);
    let labels: Vec<String> = ticks
        .iter()
        .map(|&tick| {
            // Over orders of magnitude no prefix suits all ticks.
            let is_wide = look.log && low > 0.0 && high / low > 100.0;
            let scale = if is_wide {
                UnitScale::for_values([tick], panel.class)
            } else {
                axis
            };
            super::with_unit(&shortened(&scale.format(tick)), &panel.unit)
        })
        .collect();
    let widest = labels
        .iter()
        .map(|label| canvas.width(label, 10.5))
        .fold(0.0, f64::max);
    let plot_left = inner.0 + widest + 8.0;
    for (tick, label) in ticks.iter().zip(&labels) {
        let y = y.at(*tick);
        canvas.line(&[(plot_left, y), (inner.1, y)], theme.grid, 1.0, 1.0)?;
        canvas.text(label, (plot_left - 7.0, y), 10.5, theme.faint, Align::Right)?;
    }
    let last = dates.len().saturating_sub(1).max(1);
    let x = Scale::new((0.0, last as f64), (plot_left + 6.0, inner.1 - 6.0), false);
    draw_dates(canvas, dates, &x, (bottom, inner.1))?;
    draw_marks(
        canvas,
        panel,
        (&x, &y),
        (head + 6.0, plot_top, bottom),
        (plot_left, inner.1),
        lines,
    )?;
    // What is further out stands at the edge.
    let edges = (plot_top + 2.0, bottom - 1.0);
    let place =
        |point: &Point, value: f64| (x.at(point.at as f64), y.at(value).clamp(edges.0, edges.1));
    draw_samples(canvas, &panel.points, &place)?;
    for run in runs(&panel.points) {
        let upper = run.iter().map(|point| place(point, point.interval[1]));
        let lower = run
            .iter()
            .rev()
            .map(|point| place(point, point.interval[0]));
        let band: Vec<_> = upper.chain(lower).collect();
        if run.len() > 1 {
            canvas.area(&band, theme.line, 0.16)?;
        } else if let [upper, lower] = band[..] {
            canvas.line(&[upper, lower], theme.line, 3.0, 0.25)?;
        }
        let medians: Vec<_> = run.iter().map(|point| place(point, point.median)).collect();
        if medians.len() > 1 {
            canvas.line(&medians, theme.line, 1.6, 1.0)?;
        }
        if run.len() == 1 || panel.points.len() <= 80 {
            for &median in &medians {
                canvas.dot(median, 2.2, theme.line, 1.0)?;
            }
        }
    }
    Ok(())
}

/// Every value as a faint dot. Dots of more commits are smaller, and one stands for those that would
/// cover each other.
fn draw_samples(
    canvas: &Canvas<'_>,
    points: &[Point],
    place: &impl Fn(&Point, f64) -> (f64, f64),
) -> Result<()> {
    let color = canvas.theme.line;
    let mut all = points
        .iter()
        .flat_map(|point| point.samples.iter().map(move |&value| place(point, value)));
    if points.len() <= MOST_LARGE_DOTS {
        return all.try_for_each(|at| canvas.dot(at, 1.4, color, 0.28));
    }
    let mut taken = HashSet::new();
    for at in all {
        if taken.insert((at.0.round() as i64, at.1.round() as i64)) {
            canvas.dot(at, 0.7, color, 0.2)?;
        }
    }
    Ok(())
}

fn draw_dates(
    canvas: &Canvas<'_>,
    dates: &[String],
    x: &Scale,
    (bottom, right): (f64, f64),
) -> Result<()> {
    let theme = &canvas.theme;
    let widest = dates
        .iter()
        .map(|date| canvas.width(date, 10.5))
        .fold(1.0, f64::max);
    let mut free_from = f64::MIN;
    let mut known: Option<&String> = None;
    for (at, date) in dates.iter().enumerate() {
        if known.replace(date) == Some(date) {
            continue;
        }
        let place = x.at(at as f64);
        let half = widest / 2.0;
        if place - half < free_from || place + half > right + 10.0 {
            continue;
        }
        canvas.line(
            &[(place, bottom), (place, bottom + 4.0)],
            theme.faint,
            1.0,
            1.0,
        )?;
        canvas.text(
            date,
            (place, bottom + 14.0),
            10.5,
            theme.faint,
            Align::Center,
        )?;
        free_from = place + half + 18.0;
    }
    Ok(())
}

/// Changes as dashed lines with labels, a drift as a slope in the time that it took. Labels stand in
/// lines so that none covers another; one that has no room is left out, its line stays.
fn draw_marks(
    canvas: &Canvas<'_>,
    panel: &Panel,
    (x, y): (&Scale, &Scale),
    (top, plot_top, bottom): (f64, f64, f64),
    (left, right): (f64, f64),
    lines: usize,
) -> Result<()> {
    let theme = &canvas.theme;
    let mut taken: Vec<f64> = vec![f64::MIN; lines];
    for mark in &panel.marks {
        let (color, sign) = if mark.worse {
            (theme.worse, "▲")
        } else {
            (theme.better, "▼")
        };
        let doubt = if mark.sure { "" } else { "? " };
        let text = format!("{doubt}{sign} {}", mark.label);
        let width = canvas.width(&text, 10.5);
        let at = x.at(mark.at as f64);
        let begin = (at - 4.0).min(right - width).max(left);
        let line = taken.iter().position(|end| begin > *end);
        let from = match line {
            Some(line) => {
                taken[line] = begin + width + 8.0;
                let y = top + LABEL * (line as f64 + 0.5);
                canvas.text(&text, (begin, y), 10.5, color, Align::Left)?;
                y + LABEL * 0.6
            }
            None => plot_top,
        };
        let Some((after, levels)) = mark.drift else {
            canvas.dashes((at, from), (at, bottom), color)?;
            continue;
        };
        let after = x.at(after as f64);
        let corners = [
            (after, plot_top),
            (at, plot_top),
            (at, bottom),
            (after, bottom),
        ];
        canvas.area(&corners, color, 0.08)?;
        let [before, level] = levels.map(|level| y.at(level).clamp(plot_top, bottom));
        canvas.dashes((after, before), (at, level), color)?;
    }
    Ok(())
}

/// The points without gaps: commits at which others were measured in the same environment and this
/// series was not break it.
fn runs(points: &[Point]) -> impl Iterator<Item = &[Point]> {
    points.chunk_by(|one, next| next.turn == one.turn + 1)
}

/// The values that the axis reaches: all medians, and of the ends of intervals all but the outermost
/// few, so that a disturbed commit does not press the series flat.
fn range(points: &[Point]) -> (f64, f64) {
    let finite = |values: &mut dyn Iterator<Item = f64>| {
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let medians = finite(&mut points.iter().map(|point| point.median));
    let lows = finite(&mut points.iter().map(|point| point.interval[0]));
    let highs = finite(&mut points.iter().map(|point| point.interval[1]));
    let outer = points.len() / 20;
    let low = lows.get(outer).into_iter().chain(medians.first()).copied();
    let high = highs
        .iter()
        .rev()
        .nth(outer)
        .into_iter()
        .chain(medians.last())
        .copied();
    match (low.reduce(f64::min), high.reduce(f64::max)) {
        (Some(low), Some(high)) => (low, high),
        _ => (0.0, 1.0),
    }
}

/// One prefix for all ticks, with the digits that they need: that of the largest value, or a smaller
/// one that spares fractions. Sizes are round in the former alone.
fn common_scale(ticks: &[f64], largest: UnitScale, class: Class) -> UnitScale {
    let sizes = || ticks.iter().map(|tick| tick.abs());
    let smaller = UnitScale::for_values(sizes(), class);
    let is_short = sizes().all(|size| size / smaller.factor < 9999.5);
    let mut scale = if class == Class::Decimal && is_short {
        smaller
    } else {
        largest
    };
    scale.digits = super::ticks::digits(ticks, scale.factor);
    scale
}

/// Without zeros at the end of the fraction: `120.0µ` is `120µ`.
fn shortened(text: &str) -> String {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '-');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    if !number.contains('.') {
        return text.to_owned();
    }
    format!(
        "{}{unit}",
        number.trim_end_matches('0').trim_end_matches('.')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_without_room_are_left_out() {
        assert_eq!(fitting(4, (960, 400)), (2, 4));
        assert_eq!(fitting(4, (320, 200)), (1, 1));
        assert_eq!(fitting(24, (960, 400)), (3, 6));
        assert_eq!(fitting(24, (640, 4000)), (2, 24));
    }

    #[test]
    fn ticks_lose_zeros() {
        assert_eq!(
            ["120.0µ", "1.500m", "100", "2.000Ki"].map(shortened),
            ["120µ", "1.5m", "100", "2Ki"]
        );
    }

    #[test]
    fn ticks_share_a_prefix_that_spares_fractions() {
        const MIB: f64 = 1024.0 * 1024.0;

        let texts = |ticks: &[f64], class| {
            let largest = UnitScale::for_values([ticks[ticks.len() - 1]], class);
            let scale = common_scale(ticks, largest, class);
            let texts = ticks.iter().map(|&tick| shortened(&scale.format(tick)));
            texts.collect::<Vec<_>>()
        };
        assert_eq!(texts(&[500.0, 1000.0], Class::Decimal), ["500", "1000"]);
        assert_eq!(
            texts(&[0.0, 0.5e-3, 1e-3], Class::Decimal),
            ["0µ", "500µ", "1000µ"]
        );
        assert_eq!(texts(&[1e-6, 2e-2], Class::Decimal), ["0.001m", "20m"]);
        assert_eq!(texts(&[0.5 * MIB, MIB], Class::Binary), ["0.5Mi", "1Mi"]);
    }

    #[test]
    fn a_disturbed_commit_does_not_press_a_series_flat() {
        let point = |at, high| Point {
            at,
            turn: at,
            median: 100.0 + (at % 3) as f64,
            interval: [99.0, high],
            samples: vec![1e6],
        };
        let mut points: Vec<Point> = (0..40).map(|at| point(at, 104.0)).collect();
        points[7].interval[1] = 900.0;
        assert_eq!(range(&points), (99.0, 104.0));
        // A median is never cut.
        points[8].median = 300.0;
        assert_eq!(range(&points), (99.0, 300.0));
        assert_eq!(range(&[]), (0.0, 1.0));
    }

    #[test]
    fn a_commit_without_a_point_is_a_gap() {
        let point = |turn| Point {
            // Others were measured in between, elsewhere.
            at: 2 * turn,
            turn,
            median: 1.0,
            interval: [1.0, 1.0],
            samples: Vec::new(),
        };
        let points = [point(0), point(1), point(3)];
        assert_eq!(
            runs(&points).map(<[Point]>::len).collect::<Vec<_>>(),
            [2, 1]
        );
    }

    fn panel(values: impl Iterator<Item = f64>, marks: Vec<Mark>) -> Panel {
        let point = |(at, median): (usize, f64)| Point {
            at,
            turn: at,
            median,
            interval: [median, median],
            samples: vec![median, median * 1.01],
        };
        Panel {
            title: "A".into(),
            subtitle: String::new(),
            unit: "B/op".into(),
            class: Class::Binary,
            points: values.enumerate().map(point).collect(),
            marks,
        }
    }

    fn svg(panel: Panel) -> String {
        let look = Look {
            theme: crate::plot::ThemeName::Light,
            size: None,
            log: false,
        };
        let dates = vec!["2026-01-01".to_owned(); panel.points.len()];
        draw(&[panel], &dates, "A", look).unwrap().svg
    }

    #[test]
    fn many_commits_have_small_dots() {
        let dots = |svg: &str, radius: &str| svg.matches(&format!("r=\"{radius}\"")).count();
        let few = svg(panel((0..250).map(f64::from), Vec::new()));
        assert_eq!((dots(&few, "1.4"), dots(&few, "0.7")), (500, 0));
        let many = svg(panel((0..251).map(f64::from), Vec::new()));
        assert_eq!(dots(&many, "1.4"), 0);
        assert!((251..=502).contains(&dots(&many, "0.7")), "{many}");
        // What would cover each other is drawn once.
        let crowd = svg(panel((0..20_000).map(|_| 1.0), Vec::new()));
        assert!(dots(&crowd, "0.7") < 2000);
    }

    #[test]
    fn sizes_have_ticks_that_are_round_in_their_prefix() {
        const MIB: f64 = 1024.0 * 1024.0;

        let svg = svg(panel([2.9 * MIB, 3.2 * MIB].into_iter(), Vec::new()));
        for tick in ["2.9 MiB", "3 MiB", "3.1 MiB", "3.2 MiB"] {
            assert!(svg.contains(&format!(">{tick}<")), "{tick}: {svg}");
        }
    }

    #[test]
    fn a_drift_is_a_slope_and_a_pending_change_has_a_question_mark() {
        let mark = |drift, sure| Mark {
            at: 6,
            drift,
            label: "x".into(),
            worse: true,
            sure,
        };
        let values = || (0..9).map(|at| f64::from(at.clamp(2, 6)));
        let sloping = svg(panel(values(), vec![mark(Some((2, [2.0, 6.0])), true)]));
        let standing = svg(panel(values(), vec![mark(None, false)]));
        assert!(sloping.contains(">▲ x<") && standing.contains(">? ▲ x<"));
        // The dashes of a step stand one above the other.
        let places = |svg: &str| {
            let document = roxmltree::Document::parse(svg).unwrap();
            let lines = document.descendants();
            let dashes = lines.filter(|it| it.attribute("stroke") == Some("#be2814"));
            let from = dashes.filter_map(|it| it.attribute("points")?.split(',').next());
            from.map(str::to_owned).collect::<HashSet<String>>().len()
        };
        assert_eq!(places(&standing), 1);
        assert!(places(&sloping) > 5, "{sloping}");
    }
}
