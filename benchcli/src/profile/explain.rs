//! Profiles of a benchmark's two binaries, taken and compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::Answer;
use super::per_op::Costs;
use super::read::{Profile, SampleType};

/// A test binary, and the folder of its package.
#[derive(Debug, Clone, Copy)]
pub struct Binary<'p> {
    /// What `go test -c` built.
    pub program: &'p Path,
    /// Where it runs.
    pub folder: &'p Path,
}

/// How to profile.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How often the benchmark's body runs in each profile, the same on both sides.
    pub iterations: u64,
    /// How many profiles are taken of each side; from two on the noise is known.
    pub repeats: usize,
}

/// What both kinds of profile say of a benchmark.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Time, in nanoseconds per operation.
    pub cpu: Answer,
    /// Allocated bytes per operation.
    pub memory: Answer,
}

/// Runs a benchmark of base and head in turn, with a CPU profile and then with an exact memory
/// profile, and compares. `pattern` is for `-test.bench`, profiles go into `scratch`, and `run`
/// runs a command and gives what it printed.
///
/// # Errors
/// A binary does not run, the pattern matches nothing, or a profile cannot be read.
pub fn explain(
    sides: [Binary<'_>; 2],
    pattern: &str,
    effort: Effort,
    scratch: &Path,
    run: &mut dyn FnMut(&mut Command) -> Result<Vec<u8>>,
) -> Result<Explanation> {
    let mut answers = Vec::new();
    for (kind, flags) in [("cpu", ["-test.cpuprofile", ""]), ("alloc_space", MEMORY)] {
        let mut costs = [Vec::new(), Vec::new()];
        let mut found = None;
        for repeat in 0..effort.repeats.max(1) {
            for (at, (binary, costs)) in sides.iter().zip(&mut costs).enumerate() {
                let file = scratch.join(format!("{kind}-{at}-{repeat}.pprof"));
                let operations = take(*binary, pattern, effort, flags, &file, run)?;
                let (sample_type, cost) = read(&file, kind, operations)?;
                costs.push(cost);
                found = Some(sample_type);
            }
        }
        let [base, head] = costs;
        if let Some(sample_type) = found {
            answers.push(Answer::new(&sample_type, true, &base, &head));
        }
    }
    let [cpu, memory] =
        <[Answer; 2]>::try_from(answers).map_err(|_| anyhow::anyhow!("no profile was taken"))?;
    Ok(Explanation { cpu, memory })
}

const MEMORY: [&str; 2] = ["-test.memprofile", "-test.memprofilerate=1"];

/// Takes one profile and gives the operations in it.
fn take(
    binary: Binary<'_>,
    pattern: &str,
    effort: Effort,
    [flag, further]: [&str; 2],
    file: &PathBuf,
    run: &mut dyn FnMut(&mut Command) -> Result<Vec<u8>>,
) -> Result<u64> {
    let mut command = Command::new(binary.program);
    command.current_dir(binary.folder).args([
        "-test.run=^$",
        &format!("-test.bench={pattern}"),
        &format!("-test.benchtime={}x", effort.iterations),
        "-test.count=1",
    ]);
    command.arg(flag).arg(file);
    if !further.is_empty() {
        command.arg(further);
    }
    let printed = run(&mut command)?;
    let benchmarks = counts(&printed).len() as u64;
    if benchmarks == 0 {
        bail!(
            "{}: no benchmark matches {pattern}",
            binary.program.display()
        );
    }
    // Before its iterations each benchmark runs once to be found; those are profiled too.
    let of_each = effort.iterations + u64::from(effort.iterations != 1);
    Ok(benchmarks * of_each)
}

/// The iteration counts that a test binary printed, one for each benchmark.
pub fn counts(printed: &[u8]) -> Vec<u64> {
    let text = String::from_utf8_lossy(printed);
    let count = |line: &str| {
        let (name, rest) = line.split_once(char::is_whitespace)?;
        let is_result = name.starts_with("Benchmark") && rest.contains("/op");
        let count = rest.split_whitespace().next()?.parse().ok()?;
        is_result.then_some(count)
    };
    text.lines().filter_map(count).collect()
}

fn read(file: &Path, kind: &str, operations: u64) -> Result<(SampleType, Costs)> {
    let place = || file.display().to_string();
    let bytes = fs::read(file).with_context(place)?;
    let profile = Profile::read(&bytes).with_context(place)?;
    let at = profile.sample_type(Some(kind)).unwrap_or(profile.default);
    let sample_type = profile.sample_types.get(at).cloned().with_context(place)?;
    Ok((sample_type, Costs::of(&profile, at, operations as f64)))
}
