//! Writes verdicts as JUnit XML, one test case per benchmark.

use std::collections::BTreeMap;

use super::TRADED;
use super::trade_offs::{are_reported, trade};
use super::verdict_text::columns;
use super::verdicts::{CheckReport, RowReport};
use crate::xml::escape;

/// Writes the report.
pub fn write(report: &CheckReport) -> String {
    let mut rows: BTreeMap<(&str, &str), Vec<&RowReport>> = BTreeMap::new();
    for row in &report.rows {
        let key = (row.package.as_str(), row.benchmark.as_str());
        rows.entry(key).or_default().push(row);
    }
    let cases: Vec<Case<'_>> = rows
        .into_iter()
        .map(|((package, benchmark), rows)| Case {
            package,
            benchmark,
            rows,
        })
        .collect();
    let failures = cases.iter().filter(|case| case.fails()).count();
    let skipped = cases.iter().filter(|case| case.is_skipped()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let errors = report.failures().count();
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"",
        cases.len() + errors
    );
    out.push_str("<testsuites>\n");
    out.push_str(&format!("  <testsuite name=\"benchcli check\" {counts}>\n"));
    for case in &cases {
        case.write(&mut out, are_reported(report));
    }
    for failure in report.failures() {
        out.push_str(&format!(
            "    <testcase classname=\"benchmarks\" name=\"{}\">\n      <error message=\"{}\"/>\n    </testcase>\n",
            escape(&failure.subject()),
            escape(&failure.text())
        ));
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

struct Case<'r> {
    package: &'r str,
    benchmark: &'r str,
    rows: Vec<&'r RowReport>,
}

impl Case<'_> {
    fn fails(&self) -> bool {
        self.rows.iter().any(|row| row.fails)
    }

    /// A benchmark without any verdict was not tested.
    fn is_skipped(&self) -> bool {
        !self.fails()
            && self
                .rows
                .iter()
                .all(|row| matches!(row.verdict, "inconclusive" | "removed" | "added"))
    }

    fn write(&self, out: &mut String, tells_trades: bool) {
        let package = if self.package.is_empty() {
            "benchmarks"
        } else {
            self.package
        };
        out.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\"",
            escape(package),
            escape(self.benchmark)
        ));
        let lines = |rows: &mut dyn Iterator<Item = &&RowReport>| -> String {
            let texts: Vec<String> = rows
                .map(|row| {
                    let mut cells = columns(row)[2..].to_vec();
                    cells.retain(|cell| !cell.is_empty());
                    cells.join("  ")
                })
                .collect();
            texts.join("\n")
        };
        if self.fails() {
            let failing = || self.rows.iter().filter(|row| row.fails);
            let units: Vec<String> = failing()
                .map(|row| format!("{} {}", row.unit, row.change_text))
                .collect();
            // What it bought decides whether one minds.
            let kind = if failing().all(|row| row.verdict == TRADED) {
                TRADED
            } else {
                "regressed"
            };
            out.push_str(&format!(
                ">\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>\n    </testcase>\n",
                escape(&units.join(", ")),
                escape(&lines(&mut failing()))
            ));
        } else if self.is_skipped() {
            let reason = self.rows.iter().find_map(|row| row.reason.clone());
            let reason = reason.unwrap_or_else(|| self.rows[0].verdict.to_owned());
            out.push_str(&format!(
                ">\n      <skipped>{}</skipped>\n    </testcase>\n",
                escape(&reason)
            ));
        } else if tells_trades && self.rows.iter().any(|row| row.verdict == TRADED) {
            let (gained, paid) = trade(&self.rows);
            out.push_str(&format!(
                ">\n      <system-out>{TRADED}: {} for {}</system-out>\n    </testcase>\n",
                escape(&gained),
                escape(&paid)
            ));
        } else {
            out.push_str("/>\n");
        }
    }
}
