//! Benchmarks that improved in one unit and regressed in another.

use std::collections::BTreeSet;

use super::TRADED;
use super::verdicts::{CheckReport, RowReport};

/// What each of them got, and for what: `Fill: -30.00% sec/op for +50.00% B/op`.
pub(super) fn sentences(report: &CheckReport) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut sentences = Vec::new();
    for row in report.rows.iter().filter(|row| row.verdict == TRADED) {
        let key = (&row.package, &row.benchmark);
        if known.insert(key) {
            let rows = report.rows.iter();
            let rows = rows.filter(|other| (&other.package, &other.benchmark) == key);
            let (gained, paid) = trade(&rows.collect::<Vec<_>>());
            sentences.push(format!("{}: {gained} for {paid}", row.name));
        }
    }
    sentences
}

/// What a benchmark got better in, and what worse, by all its rows.
pub(super) fn trade(rows: &[&RowReport]) -> (String, String) {
    let with = |verdict| {
        let rows = rows.iter().copied();
        list(rows.filter(|row| row.verdict == verdict))
    };
    (with("improved"), with(TRADED))
}

/// Whether what was traded is to be told where the run does not fail by it.
pub(super) fn are_reported(report: &CheckReport) -> bool {
    report.applied.traded != "ignore"
}

/// `-30.00% sec/op and -10.00% allocs/op`.
fn list<'r>(rows: impl Iterator<Item = &'r RowReport>) -> String {
    let texts: Vec<String> = rows
        .map(|row| format!("{} {}", row.change_text, row.unit))
        .collect();
    match texts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
