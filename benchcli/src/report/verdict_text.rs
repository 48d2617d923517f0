//! Prints verdicts on a terminal: first the answer, then the changes, starting with the worst.

use anstyle::{AnsiColor, Style};
use benchparse::gate::Outcome;
use benchparse::number::fixed;

use super::TRADED;
use super::trade_offs::sentences;
use super::verdicts::{CheckReport, RowReport, SHIFTED};
use crate::plural::counted;
use crate::profile::render::{TableSize, explained_text};
use crate::visible::{Styled, visible};

/// Writes the report; unchanged rows are a count.
pub fn write(report: &CheckReport, color: bool) -> String {
    let mut out = Styled::new(color);
    let answer = match report.outcome {
        Outcome::Pass => AnsiColor::Green,
        Outcome::Regressed | Outcome::Incomplete => AnsiColor::Red,
        Outcome::EnvironmentShift => AnsiColor::Yellow,
    };
    out.paint(&report.summary, answer.on_default().bold());
    out.push('\n');
    out.push_str(&rule_line(report));
    for line in [measured_line(report), unmeasured_line(report)]
        .into_iter()
        .flatten()
    {
        out.push_str(&line);
        out.push('\n');
    }
    for failure in report.failures() {
        out.push_str(&format_line("failed", &failure.text()));
    }
    for warning in report.warnings() {
        out.push_str(&format_line("warning", &warning.text()));
    }
    let shown: Vec<&RowReport> = report
        .rows
        .iter()
        .filter(|row| row.verdict != "unchanged" && row.reason.as_deref() != Some(SHIFTED))
        .collect();
    // Many rows without a verdict say together what a few say.
    let mut undecided = 0;
    let (shown, left_out): (Vec<&RowReport>, Vec<&RowReport>) =
        shown.into_iter().partition(|row| {
            undecided += usize::from(row.verdict == "inconclusive");
            row.verdict != "inconclusive" || undecided <= UNDECIDED_SHOWN
        });
    if !shown.is_empty() {
        out.push('\n');
        table(&mut out, &shown);
    }
    if !left_out.is_empty() {
        out.push_str(&format!(
            "… and {} more inconclusive rows (use --format json to see all)\n",
            left_out.len()
        ));
    }
    if !report.rows.is_empty() {
        out.push_str(&format!("\n{}\n", report.counts.text()));
    }
    for line in sentences(report) {
        out.push_str(&format_line(TRADED, &line));
    }
    for line in &report.stale {
        out.push_str(&format_line("no effect", line));
    }
    for line in &report.advice {
        out.push_str(&format_line("advice", line));
    }
    if let Some(command) = &report.reproduce {
        out.push_str(&format_line("measure again", command));
    }
    for explained in &report.explained {
        out.push('\n');
        out.push_str(&explained_text(explained, EXPLAINED));
    }
    out.finish()
}

/// How much of an explanation belongs into a report.
pub(super) const EXPLAINED: TableSize = TableSize {
    rows: 8,
    by_line: false,
};

/// How many inconclusive rows are shown.
const UNDECIDED_SHOWN: usize = 8;

fn format_line(kind: &str, text: &str) -> String {
    format!("{kind}: {text}\n")
}

/// What was compared, and by which rule.
pub(super) fn rule_line(report: &CheckReport) -> String {
    let applied = &report.applied;
    let order = if applied.interleaved {
        "interleaved runs"
    } else {
        "separate runs"
    };
    // Inputs have ns/op, which newcomers look for.
    let units = if report.rows.iter().any(|row| row.unit == "sec/op") {
        "; ns/op is shown as sec/op"
    } else {
        ""
    };
    format!(
        "{} against {}, {order}; threshold {}%, q {}, {} tested together{units}\n",
        report.sides[1],
        report.sides[0],
        applied.threshold * 100.0,
        applied.q,
        counted(applied.family, "timing row"),
    )
}

/// How it was measured, where this program did it.
pub(super) fn measured_line(report: &CheckReport) -> Option<String> {
    let measured = report.measured.as_ref()?;
    let machine = &measured.machine;
    let layouts = match (measured.layouts, &measured.uncontrolled) {
        (_, Some(why)) => format!("; layout of the code not controlled: {why}"),
        (Some(layouts), None) => format!(", {} of each binary", counted(layouts, "layout")),
        (None, None) => String::new(),
    };
    if measured.rounds == 0 && measured.confirming_rounds > 0 {
        return Some(format!(
            "rows that may have regressed were measured again in {}, base and head in turn{layouts}; machine: {machine}",
            counted(measured.confirming_rounds, "round"),
        ));
    }
    let order = measured.order.map_or_else(
        || "of the new side alone".to_owned(),
        |order| format!("in {order} order, seed {}", measured.seed),
    );
    let rounds = counted(measured.rounds, "round");
    let again = match measured.confirming_rounds {
        0 => String::new(),
        rounds => format!(
            "; rows that may have regressed were measured again in {}",
            counted(rounds, "round")
        ),
    };
    Some(format!(
        "{rounds} {order}{layouts}{again}; machine: {machine}"
    ))
}

/// What was not measured, as nothing in it changed.
pub(super) fn unmeasured_line(report: &CheckReport) -> Option<String> {
    let packages = &report.same_binaries;
    if packages.is_empty() {
        return None;
    }
    let benchmarks = packages.iter().map(|it| it.benchmarks.len()).sum();
    let have = if packages.len() == 1 { "has" } else { "have" };
    Some(format!(
        "{} of {} not measured: {} {have} the same test binary on both sides; --measure-all measures them",
        counted(benchmarks, "benchmark"),
        counted(packages.len(), "package"),
        if packages.len() == 1 { "it" } else { "they" },
    ))
}

/// The texts of a row's columns.
pub(super) fn columns(row: &RowReport) -> [String; 8] {
    let side = |side: &Option<super::verdicts::SideReport>| {
        side.as_ref()
            .map_or_else(String::new, |side| side.text.clone())
    };
    let q = match row.verdict {
        "improved" => row.q_better,
        _ => row.q_worse,
    };
    let verdict = if row.gated {
        row.verdict.to_owned()
    } else {
        format!("{} (not gated)", row.verdict)
    };
    [
        verdict,
        visible(&row.name).into_owned(),
        visible(&row.unit).into_owned(),
        side(&row.old),
        side(&row.new),
        match row.interval {
            Some([low, high]) => format!(
                "{} [{}, {}]",
                row.change_text,
                super::verdicts::percent(low),
                super::verdicts::percent(high)
            ),
            None => row.change_text.clone(),
        },
        row.floor
            .map_or_else(String::new, |floor| format!("{}%", fixed(floor * 100.0, 1))),
        {
            let why = match (&row.reason, q) {
                (Some(reason), _) => Some(visible(reason).into_owned()),
                (None, Some(q)) => Some(format!("q={q:.3}")),
                (None, None) => None,
            };
            let shared = row
                .benchmark_of
                .map(|side| format!("the {side}'s benchmark on both sides"));
            let parts: Vec<String> = why.into_iter().chain(shared).collect();
            parts.join(", ")
        },
    ]
}

/// The headings of [`columns`].
pub(super) const HEADINGS: [&str; 8] = [
    "verdict",
    "benchmark",
    "unit",
    "old",
    "new",
    "change",
    "noise",
    "",
];

/// Which of [`columns`] rows have anything in.
pub(super) fn used_columns(rows: &[[String; 8]]) -> Vec<usize> {
    let is_used =
        |&at: &usize| HEADINGS[at] != "noise" || rows.iter().any(|row| !row[at].is_empty());
    (0..HEADINGS.len()).filter(is_used).collect()
}

fn table(out: &mut Styled, rows: &[&RowReport]) {
    let texts: Vec<[String; 8]> = rows.iter().map(|row| columns(row)).collect();
    let used = used_columns(&texts);
    let width = |text: &str| text.chars().count();
    let widths: Vec<usize> = (0..HEADINGS.len())
        .map(|at| {
            let cells = texts.iter().map(|row| width(&row[at]));
            cells.max().unwrap_or_default().max(width(HEADINGS[at]))
        })
        .collect();
    let line = |out: &mut Styled, cells: &[&str], style: Option<Style>| {
        for &at in &used {
            let cell = cells[at];
            let pad = " ".repeat(widths[at] - width(cell));
            let is_number = (3..7).contains(&at);
            if is_number {
                out.push_str(&pad);
            }
            match style {
                Some(style) if at == 0 => out.paint(cell, style),
                _ => out.push_str(cell),
            }
            if !is_number {
                out.push_str(&pad);
            }
            out.push_str("  ");
        }
        out.trim_end();
        out.push('\n');
    };
    line(out, &HEADINGS, None);
    for (row, texts) in rows.iter().zip(&texts) {
        let cells: Vec<&str> = texts.iter().map(String::as_str).collect();
        line(out, &cells, style(row));
    }
}

fn style(row: &RowReport) -> Option<Style> {
    let color = match row.verdict {
        "regressed" => AnsiColor::Red,
        "improved" => AnsiColor::Green,
        TRADED | "accepted" | "inconclusive" => AnsiColor::Yellow,
        _ => return None,
    };
    Some(color.on_default())
}
