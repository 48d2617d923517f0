//! Annotations at source lines: workflow commands for GitHub, a code quality report for GitLab.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::TRADED;
use super::trade_offs::are_reported;
use super::verdicts::{CheckReport, RowReport};

/// Where a benchmark's function is: a path relative to the repository and a line.
pub type Places = HashMap<(String, String), (String, usize)>;

fn place<'p>(places: &'p Places, row: &RowReport) -> Option<&'p (String, usize)> {
    places.get(&(row.package.clone(), row.benchmark.clone()))
}

fn message(row: &RowReport) -> String {
    let side = |side: &Option<super::verdicts::SideReport>| {
        side.as_ref()
            .map_or_else(|| "none".to_owned(), |side| side.text.clone())
    };
    let reason = row
        .reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    format!(
        "{} {} {} {}: {} to {}{reason}",
        row.name,
        row.verdict,
        row.unit,
        row.change_text,
        side(&row.old),
        side(&row.new)
    )
}

/// Whether a row that fails nothing is worth a word.
fn warns(report: &CheckReport, row: &RowReport) -> bool {
    match row.verdict {
        "regressed" | "accepted" => true,
        TRADED => are_reported(report),
        _ => false,
    }
}

/// Workflow commands for GitHub Actions: an error for each row that fails, a warning for each that
/// is worse and does not.
pub fn github(report: &CheckReport, places: &Places) -> String {
    let data = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    for row in &report.rows {
        let kind = match row.fails {
            true => "error",
            false if warns(report, row) => "warning",
            false => continue,
        };
        let location = place(places, row).map_or_else(String::new, |(file, line)| {
            format!("file={},line={line},", property(file))
        });
        let title = property(&format!("{} {}", row.name, row.verdict));
        out.push_str(&format!(
            "::{kind} {location}title={title}::{}\n",
            data(&message(row))
        ));
    }
    for failure in report.failures() {
        let title = property(&format!("{} failed", failure.subject()));
        out.push_str(&format!(
            "::error title={title}::{}\n",
            data(&failure.text())
        ));
    }
    for warning in report.warnings() {
        out.push_str(&format!(
            "::warning title={}::{}\n",
            property(&warning.subject()),
            data(&warning.text())
        ));
    }
    let kind = if report.exit == 0 { "notice" } else { "error" };
    out.push_str(&format!(
        "::{kind} title=Benchmarks::{}\n",
        data(&report.summary)
    ));
    out
}

/// GitLab's Code Quality report: an issue for each row that is worse, and for what failed.
pub fn gitlab(report: &CheckReport, places: &Places) -> String {
    let worse = report
        .rows
        .iter()
        .filter(|row| row.fails || warns(report, row));
    let issues: Vec<Value> = worse
        .map(|row| {
            let (file, line) = place(places, row).cloned().unwrap_or_else(|| {
                let package = if row.package.is_empty() {
                    "."
                } else {
                    &row.package
                };
                (package.to_owned(), 1)
            });
            json!({
                "description": message(row),
                "check_name": format!("benchmark-{}", row.verdict),
                "fingerprint": fingerprint(row),
                "severity": if row.fails { "major" } else { "minor" },
                "location": { "path": file, "lines": { "begin": line } },
            })
        })
        .collect();
    let failures = report.failures().map(|failure| {
        json!({
            "description": failure.text(),
            "check_name": "benchmark-failed",
            "fingerprint": hashed(&format!("{}\n{:?}\nfailed", failure.subject(), failure.side)),
            "severity": "major",
            "location": { "path": ".", "lines": { "begin": 1 } },
        })
    });
    let issues = issues.into_iter().chain(failures).collect();
    format!("{:#}\n", Value::Array(issues))
}

/// Stays the same from run to run, so that GitLab sees an issue come and go.
fn fingerprint(row: &RowReport) -> String {
    let text = format!(
        "{}\n{}\n{}\n{}",
        row.package, row.benchmark, row.unit, row.verdict
    );
    hashed(&text)
}

fn hashed(text: &str) -> String {
    // FNV-1a, 64 bits.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{hash:016x}")
}
