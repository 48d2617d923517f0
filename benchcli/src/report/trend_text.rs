//! Prints a trend on a terminal.

use anstyle::{AnsiColor, Style};
use benchparse::trend::Series;
use benchparse::unit::Direction;
use unicode_width::UnicodeWidthStr;

use super::trend::{Trend, change_texts, last_value, name, short, since_start, value};
use super::trend_sparkline::Sparklines;
use super::verdicts::percent;
use crate::plural::counted;
use crate::visible::Styled;

/// How many effects are printed as sentences.
const MOST_SENTENCES: usize = 20;

const HEADINGS: [&str; 5] = ["benchmark", "unit", "", "last", "since start"];

/// Writes the trend: a table for each environment, the worst series first with its changes below,
/// then what commits did.
pub fn write(trend: &Trend<'_>, color: bool) -> String {
    let mut page = Page {
        out: Styled::new(color),
    };
    page.out.push_str(&trend.window());
    page.out.push('\n');
    let (shown, hidden) = trend.shown();
    let mut environments: Vec<&str> = Vec::new();
    for (_, series) in &shown {
        if !environments.contains(&series.environment.as_str()) {
            environments.push(&series.environment);
        }
    }
    let lines = Sparklines::new(trend.history);
    for environment in environments {
        page.out.push_str(&format!("\n{environment}\n"));
        let rows = shown
            .iter()
            .filter(|(_, series)| series.environment == environment);
        let rows: Vec<(usize, &Series)> = rows.copied().collect();
        page.table(trend, &rows, &lines);
    }
    if hidden > 0 {
        let more = if shown.is_empty() { "" } else { " more" };
        page.out.push_str(&format!(
            "\n{hidden}{more} series without a change (--all shows them)\n"
        ));
    }
    page.effects(trend);
    if let Some(verdict) = trend.verdict() {
        let style = if trend.failing.is_empty() {
            AnsiColor::Green
        } else {
            AnsiColor::Red
        };
        page.out.push('\n');
        page.paint(&verdict, Some(style.on_default().bold()));
        page.out.push('\n');
    }
    page.out.finish()
}

struct Page {
    out: Styled,
}

impl Page {
    fn paint(&mut self, text: &str, style: Option<Style>) {
        match style {
            Some(style) => self.out.paint(text, style),
            None => self.out.push_str(text),
        }
    }

    fn table(&mut self, trend: &Trend<'_>, rows: &[(usize, &Series)], lines: &Sparklines) {
        let texts: Vec<[String; 5]> = rows
            .iter()
            .map(|(_, series)| {
                [
                    name(series),
                    series.unit.clone(),
                    lines.line(series),
                    last_value(series),
                    since_start(series),
                ]
            })
            .collect();
        let mut widths = HEADINGS.map(str::width);
        for row in &texts {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = (*width).max(text.width());
            }
        }
        self.row(&HEADINGS, &widths, None);
        for ((place, series), row) in rows.iter().zip(&texts) {
            let row = row.each_ref().map(String::as_str);
            self.row(&row, &widths, tone(series.worsening()));
            self.changes(trend, *place, series);
        }
    }

    fn row(&mut self, cells: &[&str; 5], widths: &[usize; 5], style: Option<Style>) {
        for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let pad = " ".repeat(width - cell.width());
            let is_number = at >= 3;
            if is_number {
                self.out.push_str(&pad);
            }
            self.paint(cell, style.filter(|_| at == 4));
            if !is_number {
                self.out.push_str(&pad);
            }
            self.out.push_str("  ");
        }
        self.out.trim_end();
        self.out.push('\n');
    }

    fn changes(&mut self, trend: &Trend<'_>, place: usize, series: &Series) {
        let history = trend.history;
        let texts: Vec<[String; 5]> = (0..series.changes.len())
            .map(|number| change_texts(history, (place, number)))
            .collect();
        let mut widths = [0; 4];
        for row in &texts {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = (*width).max(text.width());
            }
        }
        for (number, (change, row)) in series.changes.iter().zip(&texts).enumerate() {
            self.out.push_str("    ");
            for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
                let style = match (change.worse, change.fixed_at) {
                    _ if history.benchmark_changed((place, number)).is_some() => {
                        Some(AnsiColor::Yellow.on_default())
                    }
                    (true, None) => Some(AnsiColor::Red.on_default()),
                    (true, Some(_)) => Some(AnsiColor::Yellow.on_default()),
                    (false, _) => Some(AnsiColor::Green.on_default()),
                };
                self.paint(cell, style.filter(|_| at == 1));
                self.out.push_str(&" ".repeat(width - cell.width() + 2));
            }
            self.out.push_str(&row[4]);
            self.out.push('\n');
        }
        if let Some(pending) = &series.pending {
            let at = history.commits.get(pending.at);
            let text = format!(
                "pending  {}  {} → {}  since {}: more commits are needed to confirm it",
                percent(pending.ratio - 1.0),
                value(series, pending.before),
                value(series, pending.level),
                at.map_or("", |commit| short(&commit.id)),
            );
            self.out.push_str("    ");
            self.paint(&text, Some(AnsiColor::Yellow.on_default()));
            self.out.push('\n');
        }
    }

    fn effects(&mut self, trend: &Trend<'_>) {
        let sentences = trend.sentences();
        if sentences.is_empty() {
            return;
        }
        self.out.push('\n');
        for effect in sentences.iter().take(MOST_SENTENCES) {
            let style = match (effect.worse, effect.is_closed) {
                _ if effect.is_of_benchmark => AnsiColor::Yellow.on_default(),
                (true, false) => AnsiColor::Red.on_default(),
                (true, true) => AnsiColor::Yellow.on_default(),
                (false, _) => AnsiColor::Green.on_default(),
            };
            self.paint(&effect.sentence, Some(style));
            self.out.push_str(&format!(" ({})\n", effect.commit));
        }
        if let Some(more) = sentences
            .len()
            .checked_sub(MOST_SENTENCES)
            .filter(|more| *more > 0)
        {
            self.out.push_str(&format!(
                "… and {} (use --format json to see all)\n",
                counted(more, "earlier change")
            ));
        }
    }
}

/// What is as good as before has no colour.
fn tone(worsening: f64) -> Option<Style> {
    const LEAST: f64 = 0.01;

    if worsening > LEAST {
        Some(AnsiColor::Red.on_default())
    } else if worsening < -LEAST {
        Some(AnsiColor::Green.on_default())
    } else {
        None
    }
}

/// Which way a unit improves, in words.
pub(super) fn better(direction: Direction) -> &'static str {
    match direction {
        Direction::Lower => "lower is better",
        Direction::Higher => "higher is better",
    }
}
