//! Renders explanations as text, Markdown and JSON.

use serde::Serialize;

use super::difference::{Chosen, CostChange, FunctionRow, Presence};
use super::neighbours::Call;
use super::quantity::share;
use super::{Answer, Explained};

/// The name of the JSON format of a comparison of profiles.
pub const SCHEMA: &str = "benchcli-profile-diff/2";

/// The name of the JSON format of explained benchmarks.
pub const EXPLAIN_SCHEMA: &str = "benchcli-explain/2";

/// How many callers and callees are shown.
const MOST_CALLS: usize = 4;

/// How much to show.
#[derive(Debug, Clone, Copy)]
pub struct TableSize {
    /// The most rows of a table.
    pub rows: usize,
    /// Whether rows are lines instead of functions.
    pub by_line: bool,
}

const HEADINGS: [&str; 12] = [
    "flat", "flat%", "sum%", "cum", "cum%", "base", "head", "cum base", "cum head", "flat ±",
    "cum ±", "function",
];

/// The rows that are shown, and what is to be said of those that are not.
fn chosen(answer: &Answer, table_size: TableSize) -> (Vec<&FunctionRow>, Vec<String>) {
    let contributor = answer
        .top_contributor
        .as_ref()
        .map(|contributor| &*contributor.function);
    let difference = &answer.difference;
    let Chosen { rows, noise, cut } =
        difference.choose(table_size.by_line, table_size.rows, contributor);
    let left_out = |count, why: &str| {
        let noun = if count == 1 { "row is" } else { "rows are" };
        (count > 0).then(|| format!("{count} {noun} not shown: {why}"))
    };
    let notes = [
        left_out(cut, "smaller than those shown"),
        left_out(noise, "within the noise"),
    ];
    (rows, notes.into_iter().flatten().collect())
}

fn cells(answer: &Answer, rows: &[&FunctionRow]) -> Vec<[String; 12]> {
    let base = answer.difference.total.base;
    let scale = answer.scale();
    let mut sum = 0.0;
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let mark = match row.presence {
            Presence::Both => "",
            Presence::BaseOnly => " (gone)",
            Presence::HeadOnly => " (new)",
        };
        let place = match row.file.as_str() {
            "" => String::new(),
            file => format!(" {file}:{}", row.line),
        };
        // A change within the noise is none.
        let is_shown = |change: &CostChange| change.margin.is_none() || change.is_significant();
        let shown =
            [&row.flat, &row.cum].map(|change| is_shown(change).then_some(change.difference));
        sum += shown[0].unwrap_or_default();
        let size = |at: usize| shown[at].map_or_else(String::new, |it| scale.signed(it));
        let part = |at: usize| shown[at].map_or_else(String::new, |it| share(it, base));
        let noise = |change: &CostChange| match change.margin {
            Some(margin) => scale.number(margin),
            None => "?".to_owned(),
        };
        cells.push([
            size(0),
            part(0),
            share(sum, base),
            size(1),
            part(1),
            scale.number(row.flat.base),
            scale.number(row.flat.head),
            scale.number(row.cum.base),
            scale.number(row.cum.head),
            noise(&row.flat),
            noise(&row.cum),
            format!("{}{place}{mark}", row.function),
        ]);
    }
    cells
}

fn summary(answer: &Answer) -> String {
    let total = &answer.difference.total;
    let scale = answer.scale();
    format!(
        "{}: {} to {} ({})",
        answer.sample_type,
        scale.number(total.base),
        scale.whole(total.head),
        scale.change(total.difference, total.margin),
    )
}

/// A table as `pprof -top` prints it, with both sides and the noise.
pub fn text(answer: &Answer, table_size: TableSize) -> String {
    let (rows, notes) = chosen(answer, table_size);
    let cells = cells(answer, &rows);
    let mut text = format!("{}\n{}\n", answer.sentence, summary(answer));
    if !cells.is_empty() {
        let headings = HEADINGS.map(str::to_owned);
        let mut widths = [0; 12];
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
    for note in notes {
        text += &format!("{note}\n");
    }
    let mut calls = graph(answer).into_iter();
    if let Some(function) = calls.next() {
        text += &format!("{function}\n");
    }
    for call in calls {
        text += &format!("  {call}\n");
    }
    text
}

/// The top contributor and the calls around it, a line each, as far as they changed.
fn graph(answer: &Answer) -> Vec<String> {
    let scale = answer.scale();
    let line = |call: &Call, how: &str| {
        let Call { function, cost } = call;
        format!(
            "{how} {function}: {} to {} ({})",
            scale.number(cost.base),
            scale.number(cost.head),
            scale.signed(cost.difference)
        )
    };
    let Some(neighbours) = &answer.neighbours else {
        return Vec::new();
    };
    let mut lines = vec![neighbours.function.clone()];
    for (calls, how) in [
        (&neighbours.callers, "called by"),
        (&neighbours.callees, "calls"),
    ] {
        lines.extend(changed(calls).map(|call| line(call, how)));
    }
    if lines.len() == 1 {
        lines.clear();
    }
    lines
}

/// The calls that are shown.
pub(crate) fn changed(calls: &[Call]) -> impl Iterator<Item = &Call> {
    let changed = calls.iter().filter(|call| call.cost.is_significant());
    changed.take(MOST_CALLS)
}

/// What is said of a benchmark that is the same on both sides.
const NOTHING: &str = "no difference beyond the noise in time, bytes or allocations";

/// What changed of a benchmark, with a table each.
pub fn explained_text(explained: &Explained, table_size: TableSize) -> String {
    let name = &explained.benchmark;
    let texts = explained
        .changed()
        .map(|answer| format!("{name}: {}", text(answer, table_size)));
    match texts.collect::<Vec<_>>().join("\n") {
        nothing if nothing.is_empty() => format!("{name}: {NOTHING}\n"),
        texts => texts,
    }
}

/// [`explained_text`] for a pull request.
pub fn explained_markdown(explained: &Explained, table_size: TableSize) -> String {
    let mut text = format!("#### {}\n\n", plain(&explained.benchmark));
    let mut texts = explained
        .changed()
        .map(|answer| markdown(answer, table_size))
        .peekable();
    if texts.peek().is_none() {
        text += NOTHING;
        text.push('\n');
    }
    text + &texts.collect::<Vec<_>>().join("\n")
}

/// A markdown table.
pub fn markdown(answer: &Answer, table_size: TableSize) -> String {
    let (rows, notes) = chosen(answer, table_size);
    let mut text = format!(
        "**{}**\n\n{}\n",
        plain(&answer.sentence),
        plain(&summary(answer))
    );
    if !rows.is_empty() {
        text += &format!(
            "\n| {} |\n|{}---|\n",
            HEADINGS.join(" | "),
            "---:|".repeat(11)
        );
    }
    for line in cells(answer, &rows) {
        text += &format!("| {} |\n", line.map(|cell| plain(&cell)).join(" | "));
    }
    for note in notes {
        text += &format!("\n{note}\n");
    }
    let mut calls = graph(answer).into_iter();
    if let Some(function) = calls.next() {
        text += &format!("\n{}\n\n", plain(&function));
    }
    for call in calls {
        text += &format!("- {}\n", plain(&call));
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
