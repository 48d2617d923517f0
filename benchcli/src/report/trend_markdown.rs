//! Writes a trend for a comment or a job summary.

use super::markdown::escape;
use super::trend::{Trend, change_texts, last_value, name, since_start};
use super::trend_sparkline::Sparklines;
use super::trend_text::better;

/// So many series have a row.
const MOST: usize = 50;

/// Writes what commits did as a list, then the series as a table with the changes folded.
pub fn write(trend: &Trend<'_>) -> String {
    let mut out = String::from("### Benchmark trend\n\n");
    if let Some(verdict) = trend.verdict() {
        out.push_str(&format!("**{}**\n\n", escaped(&verdict)));
    }
    out.push_str(&format!("{}.\n", escaped(&trend.window())));
    let sentences = trend.sentences();
    if !sentences.is_empty() {
        out.push('\n');
    }
    for effect in &sentences {
        let mark = match (effect.worse, effect.is_closed) {
            _ if effect.is_of_benchmark => "⚪",
            (true, false) => "🔴",
            (true, true) => "🟡",
            (false, _) => "🟢",
        };
        out.push_str(&format!(
            "- {mark} {} ({})\n",
            escaped(&effect.sentence),
            escaped(&effect.commit)
        ));
    }
    let (shown, hidden) = trend.shown();
    if !shown.is_empty() {
        out.push_str("\n| benchmark | unit | trend | last | since start |\n");
        out.push_str("|:--|:--|:--|--:|--:|\n");
    }
    let lines = Sparklines::new(trend.history);
    for (_, series) in shown.iter().take(MOST) {
        out.push_str(&format!(
            "| {} | <abbr title=\"{}, {}\">{}</abbr> | `{}` | {} | {} |\n",
            escaped(&name(series)),
            escaped(&series.environment),
            better(series.direction),
            escaped(&series.unit),
            lines.line(series),
            last_value(series),
            since_start(series),
        ));
    }
    let rest = shown.len().saturating_sub(MOST);
    if rest > 0 {
        out.push_str(&format!("\nand {rest} more series with changes.\n"));
    }
    if hidden > 0 {
        out.push_str(&format!("\n{hidden} series without a change.\n"));
    }
    let changed: Vec<_> = shown
        .iter()
        .take(MOST)
        .filter(|(_, series)| !series.changes.is_empty())
        .collect();
    if !changed.is_empty() {
        out.push_str("\n<details><summary>All changes</summary>\n\n");
        out.push_str("| benchmark | unit | kind | change | level | at | commit |\n");
        out.push_str("|:--|:--|:--|--:|--:|:--|:--|\n");
        for (place, series) in changed {
            for number in 0..series.changes.len() {
                let texts = change_texts(trend.history, (*place, number));
                let texts = texts.each_ref().map(|text| escaped(text));
                out.push_str(&format!(
                    "| {} | {} | {} |\n",
                    escaped(&name(series)),
                    escaped(&series.unit),
                    texts.join(" | ")
                ));
            }
        }
        out.push_str("\n</details>\n");
    }
    for remark in trend.remarks {
        out.push_str(&format!("\n> {}\n", escaped(remark)));
    }
    out
}

/// Text that Markdown and HTML leave alone.
fn escaped(text: &str) -> String {
    escape(text.as_bytes())
}
