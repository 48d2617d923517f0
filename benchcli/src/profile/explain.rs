//! Profiles of a benchmark's two binaries, taken and compared.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::Answer;
use super::per_op::Costs;
use super::read::{Profile, SampleType};
use super::select::Selection;

/// A test binary, and how its package runs it.
#[derive(Debug, Clone, Copy)]
pub struct Binary<'p> {
    /// What `go test -c` built.
    pub program: &'p Path,
    /// What it is given; flags that choose benchmarks and iterations are replaced.
    pub arguments: &'p [String],
    /// Where it runs.
    pub folder: &'p Path,
}

/// Runs a command and gives what it printed.
pub type Run<'r> = dyn FnMut(&mut Command) -> Result<Vec<u8>> + 'r;

/// How to profile.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How often the benchmark's body ran in a measurement; profiles take as many or more to see
    /// enough time, fewer where each allocation is looked at, and the same on both sides.
    pub iterations: u64,
    /// How many profiles are taken of each side; from two on the noise is known.
    pub repeats: usize,
}

/// A kind of profile: the flags that ask for it, and the sample types that are compared.
struct Kind {
    flag: &'static str,
    further: Option<&'static str>,
    sample_types: &'static [&'static str],
    iterations: fn(u64, Duration) -> u64,
}

/// How long a CPU profile is at least: fifty samples at the usual hundred a second.
const LONG: Duration = Duration::from_millis(500);

/// How many iterations say exactly what is allocated; each costs much with every allocation looked at.
const MANY: u64 = 10_000;

const KINDS: [Kind; 2] = [
    Kind {
        flag: "-test.cpuprofile",
        further: None,
        sample_types: &["cpu"],
        iterations: |iterations, took| {
            let factor = LONG.as_secs_f64() / took.as_secs_f64().max(1e-3);
            (iterations as f64 * factor.max(1.0)).ceil() as u64
        },
    },
    Kind {
        flag: "-test.memprofile",
        further: Some("-test.memprofilerate=1"),
        sample_types: &["alloc_space", "alloc_objects"],
        iterations: |iterations, _| iterations.min(MANY),
    },
];

/// Runs the benchmark of that full name on base and head in turn, with a CPU profile and then with
/// an exact memory profile, and compares: time in nanoseconds, bytes and objects, each per
/// operation. Profiles go into `scratch`.
///
/// # Errors
/// A binary does not run or has no such benchmark, or a profile cannot be read.
pub fn explain(
    sides: [Binary<'_>; 2],
    benchmark: &str,
    effort: Effort,
    scratch: &Path,
    run: &mut Run<'_>,
) -> Result<Vec<Answer>> {
    let [base, head] = sides;
    let selections = [
        Selection::find(base, benchmark, run)?,
        Selection::find(head, benchmark, run)?,
    ];
    let started = Instant::now();
    run(&mut selections[1].command(head, effort.iterations))?;
    let took = started.elapsed();
    let mut answers = Vec::new();
    for kind in &KINDS {
        let iterations = (kind.iterations)(effort.iterations, took);
        let mut costs: Vec<[Vec<Costs>; 2]> = vec![Default::default(); kind.sample_types.len()];
        let mut found: Vec<Option<SampleType>> = vec![None; kind.sample_types.len()];
        for repeat in 0..effort.repeats.max(1) {
            for (at, (binary, selection)) in sides.iter().zip(&selections).enumerate() {
                let file = scratch.join(format!("{}-{at}-{repeat}.pprof", kind.sample_types[0]));
                let ran = take(*binary, selection, iterations, kind, &file, run)?;
                let bytes = fs::read(&file).with_context(|| file.display().to_string())?;
                let profile = Profile::read(&bytes).with_context(|| file.display().to_string())?;
                let operations = ran * operations(&profile, iterations);
                for (name, (costs, found)) in kind
                    .sample_types
                    .iter()
                    .zip(costs.iter_mut().zip(&mut found))
                {
                    let place = profile.sample_type(Some(name));
                    let place = place.with_context(|| format!("{}: no {name}", file.display()))?;
                    costs[at].push(Costs::of(&profile, place, operations as f64));
                    *found = profile.sample_types.get(place).cloned();
                    if let Some(found) = found
                        && *name == "alloc_objects"
                    {
                        "allocs".clone_into(&mut found.unit);
                    }
                }
            }
        }
        for ([base, head], sample_type) in costs.iter().zip(&found) {
            if let Some(sample_type) = sample_type {
                answers.push(Answer::new(sample_type, true, base, head));
            }
        }
    }
    Ok(answers)
}

/// Takes one profile, and gives how often the benchmark ran in it.
fn take(
    binary: Binary<'_>,
    selection: &Selection,
    iterations: u64,
    kind: &Kind,
    file: &Path,
    run: &mut Run<'_>,
) -> Result<u64> {
    let mut command = selection.command(binary, iterations);
    command.arg(kind.flag).arg(file).args(kind.further);
    let printed = run(&mut command)?;
    match selection.counts(&printed).len() as u64 {
        0 => bail!(
            "{} did not print {} this time",
            binary.program.display(),
            selection.benchmark
        ),
        times => Ok(times),
    }
}

/// How often a benchmark's body ran for so many asked iterations. A loop over `b.N` is run once to
/// be found and then, by the testing package's `launch` or its parallel workers, as often as asked;
/// `b.Loop` does it all the first time.
fn operations(profile: &Profile, iterations: u64) -> u64 {
    const LAUNCHED: [&str; 2] = ["testing.(*B).launch", "testing.(*B).RunParallel.func1"];
    let is_launched = |at: &usize| {
        let frame = profile.frames.get(*at);
        frame.is_some_and(|frame| LAUNCHED.contains(&&*frame.function))
    };
    let mut stacks = profile.samples.iter().map(|sample| &sample.stack);
    let was_launched = stacks.any(|stack| stack.iter().any(is_launched));
    iterations + u64::from(iterations != 1 && was_launched)
}
