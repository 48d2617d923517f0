//! Takes profiles of the binaries of both versions, and compares them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use super::Answer;
use super::harness::{drop_harness, drop_runtime};
use super::per_op::Costs;
use super::read::{Profile, SampleType};
use super::select::Selection;
pub use super::select::{Binary, Run};
use super::sources::Sources;

/// How to profile.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How often the benchmark's body ran in a measurement; profiles take as many or more to see
    /// enough time, fewer where each allocation is looked at, and the same on both sides.
    pub iterations: u64,
    /// How many profiles are taken of each side; from two on the noise is known.
    pub repeats: usize,
}

/// A way to run a benchmark for profiles.
struct ProfileRun {
    outputs: &'static [Output],
    further: &'static str,
    /// Of how often the benchmark ran in a measurement, and of its pace.
    iterations: fn(u64, &Pace) -> u64,
}

/// A profile of a run: the flag that asks for it, and the sample types that are compared.
struct Output {
    flag: &'static str,
    sample_types: &'static [&'static str],
}

/// How long the timed part of the head's benchmark is at least in a CPU profile: fifty samples at the
/// usual hundred a second.
const LONG: f64 = 0.5;

/// More than any benchmark is asked for: what asks for more ignores the number.
const MOST_ITERATIONS: u64 = 1_000_000_000_000;
/// No run is made longer than this for that, in seconds: what is not timed may take much more time.
const LONGEST: f64 = 5.0;

/// How many iterations say exactly what is allocated; each costs much with every allocation looked at.
const MANY: u64 = 10_000;

/// The sample type of profiles of mutexes: how long others waited, by who made them wait.
const DELAY: &str = "delay";

/// Waiting that is less than this share of a benchmark's time is not told.
const LITTLE: f64 = 0.01;

const KINDS: [ProfileRun; 2] = [
    ProfileRun {
        outputs: &[
            Output {
                flag: "-test.cpuprofile",
                sample_types: &["cpu"],
            },
            // Who waits for a lock needs no processor, so only this sees it.
            Output {
                flag: "-test.mutexprofile",
                sample_types: &[DELAY],
            },
        ],
        further: "-test.mutexprofilefraction=1",
        iterations: |_, pace| pace.iterations,
    },
    ProfileRun {
        outputs: &[Output {
            flag: "-test.memprofile",
            sample_types: &["alloc_space", "alloc_objects"],
        }],
        further: "-test.memprofilerate=1",
        iterations: |iterations, _| iterations.min(MANY),
    },
];

/// Runs the benchmark of that full name on base and head in turn, with profiles of processors and
/// locks and then with an exact memory profile, and compares, each per operation: time in
/// nanoseconds, the time that others wait for a lock where that changed, bytes and objects. Profiles
/// go into `scratch`.
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
    let pace = Pace::find(head, &selections[1], effort.iterations, run)?;
    let mut sources = Sources::new([base.root, head.root]);
    let mut answers = Vec::new();
    for kind in &KINDS {
        let iterations = (kind.iterations)(effort.iterations, &pace);
        let outputs = kind.outputs.iter();
        let mut gathered: Vec<Gathered> = outputs.flat_map(Gathered::of).collect();
        for repeat in 0..effort.repeats.max(1) {
            for (at, (binary, selection)) in sides.iter().zip(&selections).enumerate() {
                let file = |output: &Output| {
                    scratch.join(format!("{}-{at}-{repeat}.pprof", output.sample_types[0]))
                };
                let ran = take(*binary, selection, iterations, kind, &file, run)?;
                // Not every kind of profile has the frames that tell.
                let mut done = None;
                for output in kind.outputs {
                    let file = file(output);
                    let place = || file.display().to_string();
                    let bytes = fs::read(&file).with_context(place)?;
                    let mut profile = Profile::read(&bytes).with_context(place)?;
                    let done = *done.get_or_insert_with(|| ran * operations(&profile, iterations));
                    drop_harness(&mut profile);
                    sources.place(at, &mut profile);
                    let names = output.sample_types;
                    if names.contains(&DELAY) {
                        drop_locks_of_the_runtime(&mut profile);
                    }
                    if names.contains(&"alloc_space") {
                        drop_runtime(&mut profile);
                    }
                    for gathered in gathered.iter_mut().filter(|it| names.contains(&it.name)) {
                        let added = gathered.add(at, &profile, done);
                        added.with_context(|| format!("{}: no {}", place(), gathered.name))?;
                    }
                }
            }
        }
        answers.extend(gathered.into_iter().filter_map(|it| it.answer(pace.each)));
    }
    Ok(answers)
}

/// How fast a benchmark is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pace {
    /// How many nanoseconds an operation takes.
    each: f64,
    /// How often it is to run for a CPU profile.
    iterations: u64,
}

impl Pace {
    /// Runs a benchmark as often as in a measurement, or as often as it takes to see enough of it.
    fn find(
        binary: Binary<'_>,
        selection: &Selection,
        iterations: u64,
        run: &mut Run<'_>,
    ) -> Result<Self> {
        let mut iterations = iterations.clamp(1, MOST_ITERATIONS);
        let mut before: Option<(u64, f64)> = None;
        loop {
            let started = Instant::now();
            let printed = run(&mut selection.command(binary, iterations))?;
            let whole = started.elapsed().as_secs_f64();
            // A benchmark may print no time of its own.
            let seconds = selection.seconds(&printed);
            let timed = seconds.map_or(whole, |each| each * iterations as f64);
            let each = timed / iterations as f64 * 1e9;
            // Some do their work once, however often they are asked to.
            if let Some((fewer, took)) = before
                && iterations >= 10 * fewer
                && timed < 1.5 * took
            {
                let each = took / fewer as f64 * 1e9;
                return Ok(Self {
                    each,
                    iterations: fewer,
                });
            }
            let Some(more) = longer(iterations, timed, whole) else {
                return Ok(Self { each, iterations });
            };
            before = Some((iterations, timed));
            iterations = more;
        }
    }
}

/// How often to run next, where so many took too short a time: as the testing package does not a
/// hundred times more at once, for the first are the slowest. The whole run has its limit.
fn longer(iterations: u64, timed: f64, whole: f64) -> Option<u64> {
    if timed >= LONG {
        return None;
    }
    let wanted = (1.2 * LONG / timed).min(100.0);
    let affordable = LONGEST / whole.max(1e-3);
    let more = (iterations as f64 * wanted.min(affordable)).ceil() as u64;
    let more = more.min(MOST_ITERATIONS);
    // A little more would show little more.
    (more > iterations + iterations / 10).then_some(more)
}

/// What the profiles of both sides say of one sample type.
struct Gathered {
    name: &'static str,
    kind: Option<SampleType>,
    sides: [Vec<Costs>; 2],
}

impl Gathered {
    /// One for each sample type of an output.
    fn of(output: &Output) -> impl Iterator<Item = Self> {
        output.sample_types.iter().map(|name| Self {
            name,
            kind: None,
            sides: Default::default(),
        })
    }

    /// Adds a profile of one side; `None` where it has no such samples.
    fn add(&mut self, side: usize, profile: &Profile, operations: u64) -> Option<()> {
        let place = profile.sample_type(Some(self.name))?;
        let mut kind = profile.sample_types.get(place)?.clone();
        match self.name {
            "alloc_objects" => "allocs".clone_into(&mut kind.unit),
            DELAY => "lock delay".clone_into(&mut kind.name),
            _ => {}
        }
        let costs = Costs::of(profile, place, operations as f64);
        self.sides.get_mut(side)?.push(costs);
        self.kind = Some(kind);
        Some(())
    }

    /// The comparison; `each` is how many nanoseconds an operation takes.
    fn answer(self, each: f64) -> Option<Answer> {
        let mut answer = Answer::new(self.kind.as_ref()?, true, self.sides);
        if self.name == DELAY {
            if answer.difference.total.difference.abs() < LITTLE * each {
                return None;
            }
            answer.sentence += ", while others wait for its lock";
        }
        Some(answer)
    }
}

/// Leaves the locks that programs take: those within the runtime come and go with the machine's load.
fn drop_locks_of_the_runtime(profile: &mut Profile) {
    let frames = &profile.frames;
    profile.samples.retain(|sample| {
        let innermost = sample.stack.first().and_then(|at| frames.get(*at));
        innermost.is_some_and(|frame| !frame.function.starts_with("runtime."))
    });
}

/// Runs once for all outputs of a kind, and gives how often the benchmark ran in it.
fn take(
    binary: Binary<'_>,
    selection: &Selection,
    iterations: u64,
    kind: &ProfileRun,
    file: &dyn Fn(&Output) -> PathBuf,
    run: &mut Run<'_>,
) -> Result<u64> {
    let mut command = selection.command(binary, iterations);
    for output in kind.outputs {
        command.arg(output.flag).arg(file(output));
    }
    let printed = run(command.arg(kind.further))?;
    match selection.count(&printed) as u64 {
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

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_run_gets_longer_until_enough_of_it_is_seen() {
        // A second is enough, however few iterations that are.
        assert_eq!(longer(1, 1.0, 1.1), None);
        assert_eq!(longer(1000, 0.25, 0.3), Some(2400));
        // A microsecond each, of which a hundred milliseconds are the program's start.
        assert_eq!(longer(20, 20e-6, 0.1), Some(1000));
        assert_eq!(longer(1000, 1e-3, 0.101), Some(49505));
        // Hardly anything of it is timed.
        assert_eq!(longer(50_000, 0.05, 4.9), None);
        assert_eq!(longer(100, 0.0, 0.001), Some(10_000));
    }

    #[test]
    fn the_pace_is_what_the_benchmark_prints() {
        let arguments = [];
        let here = Path::new(".");
        let binary = Binary {
            program: here,
            arguments: &arguments,
            folder: here,
            root: here,
        };
        let counts = std::cell::RefCell::new(Vec::new());
        let mut run = |command: &mut Command| {
            let times = command.get_args().find_map(|argument| {
                let argument = argument.to_str()?.strip_prefix("-test.benchtime=")?;
                argument.strip_suffix('x')?.parse::<u64>().ok()
            });
            let times = times.expect("a count");
            counts.borrow_mut().push(times);
            // As slow to start as a program with much to prepare.
            std::thread::sleep(std::time::Duration::from_millis(20));
            Ok(format!("BenchmarkF-2 {times} 10000 ns/op\n").into_bytes())
        };
        let selection = Selection::find(binary, "F-2", &mut run).expect("it is there");
        counts.borrow_mut().clear();
        let pace = Pace::find(binary, &selection, 10, &mut run).expect("it runs");
        assert!((pace.each - 10_000.0).abs() < 1e-6, "{pace:?}");
        // Half a second of ten microseconds each.
        assert!((50_000..70_000).contains(&pace.iterations), "{pace:?}");
        assert!(counts.borrow().len() <= 4, "{counts:?}");
    }
}
