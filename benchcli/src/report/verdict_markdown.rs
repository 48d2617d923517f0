//! Writes verdicts for a pull request comment or a job summary.

use benchparse::gate::Outcome;

use super::TRADED;
use super::markdown::escape;
use super::trade_offs::sentences;
use super::verdict_text::{
    EXPLAINED, HEADINGS, columns, measured_line, rule_line, unmeasured_line, used_columns,
};
use super::verdicts::{CheckReport, RowReport};
use crate::profile::render::explained_markdown;

/// What GitHub and GitLab take for one comment, in characters.
const LIMIT: usize = 65_536;

/// How much of that remarks may take, in characters.
const REMARKS: usize = 4_000;

/// Writes the report: the answer first, regressions open, the rest folded, cut to what GitHub and GitLab take.
pub fn write(report: &CheckReport) -> String {
    let mark = match report.outcome {
        Outcome::Pass => "✅",
        Outcome::Regressed => "❌",
        Outcome::EnvironmentShift | Outcome::Incomplete => "⚠️",
    };
    let mut out = format!(
        "### {mark} Benchmarks: {}\n\n",
        escape(report.summary.as_bytes())
    );
    out.push_str(&escape(rule_line(report).trim_end().as_bytes()));
    out.push_str("\n\n");
    for line in [measured_line(report), unmeasured_line(report)]
        .into_iter()
        .flatten()
    {
        out.push_str(&escape(line.as_bytes()));
        out.push_str("\n\n");
    }
    for failure in report.failures() {
        let text = format!("failed: {}", failure.text());
        out.push_str(&format!("- {}\n", escape(text.as_bytes())));
    }
    for warning in report.warnings() {
        let text = format!("warning: {}", warning.text());
        out.push_str(&format!("- {}\n", escape(text.as_bytes())));
    }
    if report.failures().chain(report.warnings()).next().is_some() {
        out.push('\n');
    }
    let is_open =
        |row: &&RowReport| row.fails || matches!(row.verdict, "regressed" | TRADED | "accepted");
    let (open, rest): (Vec<&RowReport>, Vec<&RowReport>) = report.rows.iter().partition(is_open);
    if !open.is_empty() {
        rows(&mut out, &open);
    }
    for (verdict, title) in [
        ("improved", "improved"),
        ("inconclusive", "inconclusive"),
        ("added", "added"),
        ("removed", "removed"),
        ("unchanged", "unchanged"),
    ] {
        let rows_of: Vec<&RowReport> = rest
            .iter()
            .filter(|row| row.verdict == verdict)
            .copied()
            .collect();
        if !rows_of.is_empty() {
            out.push_str(&format!(
                "<details><summary>{} {title}</summary>\n\n",
                rows_of.len()
            ));
            rows(&mut out, &rows_of);
            out.push_str("</details>\n\n");
        }
    }
    let traded = sentences(report);
    let traded = traded.iter().map(|line| format!("{TRADED}: {line}"));
    let stale = report.stale.iter().map(|line| format!("no effect: {line}"));
    let lines: Vec<String> = traded
        .chain(stale)
        .chain(report.advice.iter().cloned())
        .collect();
    let mut room = REMARKS;
    for (at, line) in lines.iter().enumerate() {
        let line = format!("- {}\n", escape(line.as_bytes()));
        let length = line.chars().count();
        if length > room {
            out.push_str(&format!("- and {} more notes\n", lines.len() - at));
            break;
        }
        room -= length;
        out.push_str(&line);
    }
    if let Some(command) = &report.reproduce {
        let command = command.replace('`', "'");
        out.push_str(&format!(
            "\nTo measure the failing rows again:\n\n```sh\n{command}\n```\n"
        ));
    }
    let mut room = LIMIT.saturating_sub(out.chars().count());
    for explained in &report.explained {
        let text = format!("\n{}", explained_markdown(explained, EXPLAINED));
        let length = text.chars().count();
        if length > room {
            break;
        }
        room -= length;
        out.push_str(&text);
    }
    out
}

fn rows(out: &mut String, rows: &[&RowReport]) {
    let texts: Vec<[String; 8]> = rows.iter().map(|row| columns(row)).collect();
    let shown = used_columns(&texts);
    let titles = shown.iter().map(|&at| match HEADINGS[at] {
        "" => " ",
        heading => heading,
    });
    let rules = shown.iter().map(|at| match at {
        3..7 => "---:",
        _ => "---",
    });
    let [titles, rules] =
        [titles.collect(), rules.collect()].map(|cells: Vec<&str>| cells.join(" | "));
    let mut text = format!("| {titles} |\n| {rules} |\n");
    // Room for remarks, and for headings and notes of the sections that follow.
    let room = LIMIT.saturating_sub(out.chars().count() + REMARKS + 2_000);
    let mut used = text.chars().count();
    let mut left_out = 0;
    for row in &texts {
        let cells: Vec<String> = shown.iter().map(|&at| escape(row[at].as_bytes())).collect();
        let line = format!("| {} |\n", cells.join(" | "));
        used += line.chars().count();
        if left_out > 0 || used > room {
            left_out += 1;
        } else {
            text.push_str(&line);
        }
    }
    out.push_str(&text);
    out.push('\n');
    if left_out > 0 {
        out.push_str(&format!(
            "{left_out} more rows do not fit here; the JSON report lists all.\n\n"
        ));
    }
}
