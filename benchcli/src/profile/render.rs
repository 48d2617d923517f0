//! Answers as text, markdown and JSON.

use serde::Serialize;

use super::difference::{Presence, Row};
use super::neighbours::{Call, Neighbours};
use super::quantity::{number, per, share, signed};
use super::{Answer, Explained};

/// The name of the JSON format of a comparison of profiles.
pub const SCHEMA: &str = "benchcli-profile-diff/1";

/// The name of the JSON format of explained benchmarks.
pub const EXPLAIN_SCHEMA: &str = "benchcli-explain/1";

/// How many callers and callees are shown.
const MOST_CALLS: usize = 4;

/// How much to show.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// The most rows of a table.
    pub rows: usize,
    /// Whether rows are lines instead of functions.
    pub by_line: bool,
}

const HEADINGS: [&str; 11] = [
    "flat", "flat%", "sum%", "cum", "cum%", "base", "head", "cum base", "cum head", "±", "function",
];

/// The rows that are shown, and how many were not because they are noise.
fn chosen(answer: &Answer, extent: Extent) -> (Vec<&Row>, usize) {
    let difference = &answer.difference;
    let rows = if extent.by_line {
        &difference.lines
    } else {
        &difference.functions
    };
    let moved: Vec<&Row> = rows.iter().filter(|row| row.moved()).collect();
    let all = moved.len();
    let rows: Vec<&Row> = moved
        .into_iter()
        .filter(|row| row.is_significant())
        .collect();
    let hidden = all - rows.len() + difference.left_out[usize::from(extent.by_line)];
    (rows.into_iter().take(extent.rows).collect(), hidden)
}

fn cells(answer: &Answer, rows: &[&Row]) -> Vec<[String; 11]> {
    let base = answer.difference.total.base;
    let mut sum = 0.0;
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        sum += row.flat.difference;
        let mark = match row.presence {
            Presence::Both => "",
            Presence::BaseOnly => " (gone)",
            Presence::HeadOnly => " (new)",
        };
        let place = match row.file.as_str() {
            "" => String::new(),
            file => format!(" {file}:{}", row.line),
        };
        cells.push([
            signed(row.flat.difference, "").trim_end().to_owned(),
            share(row.flat.difference, base),
            share(sum, base),
            signed(row.cum.difference, "").trim_end().to_owned(),
            share(row.cum.difference, base),
            number(row.flat.base),
            number(row.flat.head),
            number(row.cum.base),
            number(row.cum.head),
            row.flat.margin.map_or_else(|| "?".to_owned(), number),
            format!("{}{place}{mark}", row.function),
        ]);
    }
    cells
}

fn summary(answer: &Answer) -> String {
    let total = &answer.difference.total;
    let unit = per(&answer.unit, answer.per_op);
    let margin = total.margin.map(|margin| format!(" ± {}", number(margin)));
    format!(
        "{}: {} to {} {unit} ({}{})",
        answer.sample_type,
        number(total.base),
        number(total.head),
        signed(total.difference, &unit),
        margin.unwrap_or_default(),
    )
}

fn hidden_note(hidden: usize) -> Option<String> {
    let noun = if hidden == 1 { "row is" } else { "rows are" };
    (hidden > 0).then(|| format!("{hidden} {noun} not shown: within the noise"))
}

/// A table as `pprof -top` prints it, with both sides and the noise.
pub fn text(answer: &Answer, extent: Extent) -> String {
    let (rows, hidden) = chosen(answer, extent);
    let cells = cells(answer, &rows);
    let mut text = format!("{}\n{}\n", answer.sentence, summary(answer));
    if !cells.is_empty() {
        let headings = HEADINGS.map(str::to_owned);
        let mut widths = [0; 11];
        for line in std::iter::once(&headings).chain(&cells) {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for line in std::iter::once(&headings).chain(&cells) {
            let Some((name, numbers)) = line.split_last() else {
                continue;
            };
            for (cell, width) in numbers.iter().zip(widths) {
                text += &format!("{cell:>width$}  ");
            }
            text += name;
            text.push('\n');
        }
    }
    if let Some(note) = hidden_note(hidden) {
        text += &format!("{note}\n");
    }
    if let Some(neighbours) = &answer.neighbours {
        text += &graph(neighbours);
    }
    text
}

/// The calls around the function that pays, as far as they changed.
fn graph(neighbours: &Neighbours) -> String {
    let line = |call: &Call, how: &str| {
        let Call { function, cost } = call;
        format!(
            "  {how} {function}: {} to {} ({})\n",
            number(cost.base),
            number(cost.head),
            signed(cost.difference, "").trim_end()
        )
    };
    let mut text = String::new();
    for (calls, how) in [
        (&neighbours.callers, "called by"),
        (&neighbours.callees, "calls"),
    ] {
        let changed = calls.iter().filter(|call| call.cost.is_significant());
        for call in changed.take(MOST_CALLS) {
            text += &line(call, how);
        }
    }
    if text.is_empty() {
        return text;
    }
    format!("{}\n{text}", neighbours.function)
}

/// What is said of a benchmark that is the same on both sides.
const NOTHING: &str = "no difference beyond the noise in time, bytes or allocations";

/// What changed of a benchmark, with a table each.
pub fn explained_text(explained: &Explained, extent: Extent) -> String {
    let name = &explained.benchmark;
    let texts = explained
        .changed()
        .map(|answer| format!("{name}: {}", text(answer, extent)));
    match texts.collect::<Vec<_>>().join("\n") {
        nothing if nothing.is_empty() => format!("{name}: {NOTHING}\n"),
        texts => texts,
    }
}

/// [`explained_text`] for a pull request.
pub fn explained_markdown(explained: &Explained, extent: Extent) -> String {
    let mut text = format!("#### {}\n\n", plain(&explained.benchmark));
    let mut texts = explained
        .changed()
        .map(|answer| markdown(answer, extent))
        .peekable();
    if texts.peek().is_none() {
        text += NOTHING;
        text.push('\n');
    }
    text + &texts.collect::<Vec<_>>().join("\n")
}

/// A markdown table.
pub fn markdown(answer: &Answer, extent: Extent) -> String {
    let (rows, hidden) = chosen(answer, extent);
    let mut text = format!(
        "**{}**\n\n{}\n",
        plain(&answer.sentence),
        plain(&summary(answer))
    );
    if !rows.is_empty() {
        text += &format!(
            "\n| {} |\n|{}---|\n",
            HEADINGS.join(" | "),
            "---:|".repeat(10)
        );
    }
    for line in cells(answer, &rows) {
        text += &format!("| {} |\n", line.map(|cell| plain(&cell)).join(" | "));
    }
    if let Some(note) = hidden_note(hidden) {
        text += &format!("\n{note}\n");
    }
    text
}

/// Without what markdown would take for its own.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '\\'
        ) {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

/// The JSON of `benchcli profile diff`.
#[derive(Serialize, schemars::JsonSchema)]
pub struct ProfileDiff<'a> {
    /// Name and version of this format.
    schema: &'static str,
    /// What is said.
    #[serde(flatten)]
    answer: &'a Answer,
}

/// The JSON of `benchcli explain`.
#[derive(Serialize, schemars::JsonSchema)]
pub struct Explanation<'a> {
    /// Name and version of this format.
    schema: &'static str,
    /// What was compared with what.
    sides: &'a [String; 2],
    /// The benchmarks.
    benchmarks: &'a [Explained],
}

/// JSON, with every row.
///
/// # Errors
/// Never for an answer of finite values.
pub fn json(answer: &Answer) -> serde_json::Result<String> {
    let document = ProfileDiff {
        schema: SCHEMA,
        answer,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// JSON of explained benchmarks of base and head.
///
/// # Errors
/// Never for answers of finite values.
pub fn explanation_json(
    sides: &[String; 2],
    benchmarks: &[Explained],
) -> serde_json::Result<String> {
    let document = Explanation {
        schema: EXPLAIN_SCHEMA,
        sides,
        benchmarks,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
