//! Which functions pay for what got worse.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::baselines::warn;
use crate::args::check::ReportFormat;
use crate::profile::Answer;
use crate::profile::explain::{Binary, Effort, explain as profiled};
use crate::profile::render::{self, Extent};
use crate::runner::children::{ChildError, Children};
use crate::runner::rounds::{Job, Subject};

/// A benchmark that got worse.
pub(super) struct Worse {
    /// Its place among the subjects.
    pub(super) subject: usize,
    pub(super) package: String,
    /// Its full name without `Benchmark`.
    pub(super) benchmark: String,
    /// How often its body ran in a round.
    pub(super) iterations: i64,
}

/// How many benchmarks are explained: profiles take their time.
const MOST: usize = 5;

/// How many profiles are taken of each side.
const REPEATS: usize = 3;

/// How many functions a table has.
const ROWS: usize = 8;

/// Profiles the worst benchmarks of both versions, and says who pays. What a machine reads from
/// standard output stays alone there; the explanation then goes to standard error. A benchmark that
/// cannot be profiled is told, and the others are explained.
///
/// # Errors
/// Everything was stopped, or nothing can be written.
pub(super) fn explain(
    worse: &[Worse],
    subjects: &[Subject],
    format: ReportFormat,
    children: &Children,
    scratch: &Path,
) -> Result<()> {
    for worse in worse.iter().take(MOST) {
        let Some([Some(base), Some(head)]) = subjects.get(worse.subject).map(|it| &it.sides) else {
            continue;
        };
        let answers = match answers(worse, [base, head], children, scratch) {
            Ok(answers) => answers,
            Err(error) if is_stopped(&error) => return Err(error),
            Err(error) => {
                warn(&format!("{} is not explained: {error:#}", worse.benchmark));
                continue;
            }
        };
        let text = told(&worse.benchmark, &answers, format);
        match format {
            ReportFormat::Text | ReportFormat::Markdown => {
                io::stdout().lock().write_all(text.as_bytes())?;
            }
            _ => io::stderr().lock().write_all(text.as_bytes())?,
        }
    }
    if let Some(left_out) = worse.len().checked_sub(MOST).filter(|count| *count > 0) {
        writeln!(
            io::stderr(),
            "benchcli: {left_out} more got worse and are not explained"
        )?;
    }
    Ok(())
}

fn answers(
    worse: &Worse,
    [base, head]: [&Job; 2],
    children: &Children,
    scratch: &Path,
) -> Result<Vec<Answer>> {
    let effort = Effort {
        iterations: worse.iterations.max(1).cast_unsigned(),
        repeats: REPEATS,
    };
    let sides = [base, head].map(|job| Binary {
        program: &job.program,
        arguments: &job.arguments,
        folder: &job.folder,
    });
    let mut run = |command: &mut Command| -> Result<Vec<u8>> {
        let ran = children.run(command)?;
        if !ran.status.success() {
            let said = String::from_utf8_lossy(&ran.stderr).into_owned();
            bail!("{}: {}", ran.ending(), said.trim_end());
        }
        Ok(ran.stdout)
    };
    profiled(sides, &worse.benchmark, effort, scratch, &mut run)
}

fn is_stopped(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ChildError::Stopped))
}

/// What changed beyond noise; the rest needs no explanation.
fn told(benchmark: &str, answers: &[Answer], format: ReportFormat) -> String {
    let extent = Extent {
        rows: ROWS,
        by_line: false,
    };
    let mut text = String::new();
    for answer in answers {
        if !answer.difference.total.is_significant() {
            continue;
        }
        text.push('\n');
        if format == ReportFormat::Markdown {
            let table = render::markdown(answer, extent);
            text.push_str(&format!("#### {benchmark}\n\n{table}"));
        } else {
            text.push_str(&format!("{benchmark}: {}", render::text(answer, extent)));
        }
    }
    text
}
