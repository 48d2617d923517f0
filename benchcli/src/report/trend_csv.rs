//! Writes the changes of a trend as comma-separated values.

use benchparse::number::shortest;

use super::trend::{Trend, date};

const HEADINGS: [&str; 19] = [
    "package",
    "benchmark",
    "unit",
    "environment",
    "kind",
    "after",
    "commit",
    "date",
    "author",
    "subject",
    "before",
    "level",
    "ratio",
    "low",
    "high",
    "p",
    "worse",
    "fixed_at",
    "fails",
];

/// Writes a row for each change, series by series, the worst first.
pub fn write(trend: &Trend<'_>) -> String {
    let mut out = HEADINGS.join(",") + "\n";
    let history = trend.history;
    let id = |commit: usize| {
        let commit = history.commits.get(commit);
        commit.map_or_else(String::new, |commit| commit.id.clone())
    };
    for (place, series) in trend.shown().0 {
        for (number, change) in series.changes.iter().enumerate() {
            let commit = history.commits.get(change.at);
            let text =
                |of: fn(&benchparse::trend::Commit) -> String| commit.map_or_else(String::new, of);
            let row = [
                series.package.clone(),
                series.benchmark.clone(),
                series.unit.clone(),
                series.environment.clone(),
                change.kind.name().to_owned(),
                id(change.after),
                id(change.at),
                text(date),
                text(|commit| commit.author.clone()),
                text(|commit| commit.subject.clone()),
                shortest(change.before),
                shortest(change.level),
                shortest(change.ratio),
                shortest(change.interval[0]),
                shortest(change.interval[1]),
                shortest(change.p),
                change.worse.to_string(),
                change.fixed_at.map_or_else(String::new, id),
                trend.failing.contains(&(place, number)).to_string(),
            ];
            let row = row.each_ref().map(|field| quoted(field));
            out.push_str(&row.join(","));
            out.push('\n');
        }
    }
    out
}

/// A field as RFC 4180 has it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
