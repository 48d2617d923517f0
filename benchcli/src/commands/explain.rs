//! Which functions pay for what got worse.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::args::check::ReportFormat;
use crate::profile::Answer;
use crate::profile::explain::{Binary, Effort, explain as profiled};
use crate::profile::render::{self, Extent};
use crate::runner::children::Children;
use crate::runner::rounds::Subject;

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
/// standard output stays alone there; the explanation then goes to standard error.
///
/// # Errors
/// A binary does not run, or a profile cannot be read.
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
        let binary =
            |job: &'_ crate::runner::rounds::Job| (job.program.clone(), job.folder.clone());
        let (base, head) = (binary(base), binary(head));
        let sides = [&base, &head].map(|(program, folder)| Binary { program, folder });
        let effort = Effort {
            iterations: worse.iterations.max(1).cast_unsigned(),
            repeats: REPEATS,
        };
        let mut run = |command: &mut std::process::Command| -> Result<Vec<u8>> {
            let ran = children.run(command)?;
            if !ran.status.success() {
                let said = String::from_utf8_lossy(&ran.stderr).into_owned();
                anyhow::bail!("{}: {}", ran.ending(), said.trim_end());
            }
            Ok(ran.stdout)
        };
        let found = profiled(sides, &pattern(&worse.benchmark), effort, scratch, &mut run)
            .with_context(|| format!("{} cannot be profiled", worse.benchmark))?;
        let extent = Extent {
            rows: ROWS,
            by_line: false,
        };
        let mut text = String::new();
        // What did not change beyond noise needs no explanation.
        let changed = |answer: &&Answer| answer.difference.total.is_significant();
        for answer in [&found.cpu, &found.memory].into_iter().filter(changed) {
            text.push('\n');
            if format == ReportFormat::Markdown {
                text.push_str(&format!(
                    "#### {}\n\n{}",
                    worse.benchmark,
                    render::markdown(answer, extent)
                ));
            } else {
                text.push_str(&format!(
                    "{}: {}",
                    worse.benchmark,
                    render::text(answer, extent)
                ));
            }
        }
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

/// What selects one benchmark, a sub-benchmark by all its levels.
fn pattern(benchmark: &str) -> String {
    // The processors are not part of what Go matches.
    let bare = match benchmark.rsplit_once('-') {
        Some((bare, count)) if count.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => benchmark,
    };
    let exact = |level: &str| format!("^{}$", regex_syntax::escape(level));
    let levels: Vec<String> = format!("Benchmark{bare}").split('/').map(exact).collect();
    levels.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_is_selected_alone() {
        assert_eq!(pattern("Encode-8"), "^BenchmarkEncode$");
        assert_eq!(
            pattern("Encode/n=1.5/x-y-8"),
            r"^BenchmarkEncode$/^n=1\.5$/^x\-y$"
        );
        assert_eq!(pattern("Encode/a-b"), r"^BenchmarkEncode$/^a\-b$");
    }
}
