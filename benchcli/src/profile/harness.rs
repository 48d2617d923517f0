//! Removes the costs of the testing package from profiles.

use super::per_op::{is_machinery, package};
use super::read::{Frame, Profile};

/// What calls a benchmark, or the body of a parallel one.
const CALLS_BENCHMARKS: [&str; 2] = ["testing.(*B).runN", "testing.(*B).RunParallel.func1"];

/// The goroutines that are the program's frame: benchmarks have others.
const AROUND: [&str; 3] = ["main.main", "runtime.main", "runtime/pprof.profileWriter"];

/// What the testing package calls from where it calls benchmarks.
const OWN_PACKAGES: [&str; 5] = ["testing", "runtime", "context", "sync", "time"];

/// Runs benchmarks within one and waits for them.
const RUNS_OTHERS: &str = "testing.(*B).Run";

/// Leaves of each stack what is below a benchmark. Stacks of goroutines that a benchmark has started,
/// and of the garbage collector, stay as they are; those of the testing package go.
pub(super) fn drop_harness(profile: &mut Profile) {
    let Profile {
        frames, samples, ..
    } = profile;
    samples.retain_mut(|sample| {
        let names = || sample.stack.iter().map(|at| name(frames, *at));
        let Some(caller) = names().position(|name| CALLS_BENCHMARKS.contains(&name)) else {
            return !names().any(|name| AROUND.contains(&name));
        };
        // It may also clean up, read what was allocated, or make the benchmark's context.
        let called = caller.checked_sub(1);
        let called = called.and_then(|at| sample.stack.get(at));
        let is_own =
            called.is_none_or(|called| OWN_PACKAGES.contains(&package(name(frames, *called))));
        if is_own || names().take(caller).any(|name| name == RUNS_OTHERS) {
            return false;
        }
        sample.stack.truncate(caller);
        true
    });
}

/// Leaves what programs ask for: the runtime allocates for its own threads whenever it likes.
pub(super) fn drop_runtime(profile: &mut Profile) {
    let frames = &profile.frames;
    let is_runtime = |at: &usize| is_machinery(name(frames, *at));
    let samples = &mut profile.samples;
    samples.retain(|sample| !sample.stack.iter().all(is_runtime));
}

fn name(frames: &[Frame], at: usize) -> &str {
    frames.get(at).map_or("", |frame| &frame.function)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::read::{Sample, SampleType};

    /// What is left of a stack, both with the outermost function first.
    fn left(stack: &[&str]) -> Option<Vec<String>> {
        left_by(drop_harness, stack)
    }

    fn left_by(drop: fn(&mut Profile), stack: &[&str]) -> Option<Vec<String>> {
        let frame = |name: &&str| Frame {
            function: (*name).into(),
            file: "".into(),
            line: 0,
            removed: false,
        };
        let mut profile = Profile {
            sample_types: vec![SampleType {
                name: "cpu".into(),
                unit: "nanoseconds".into(),
            }],
            default: 0,
            period: None,
            frames: stack.iter().map(frame).collect(),
            samples: vec![Sample {
                stack: (0..stack.len()).rev().collect(),
                values: vec![1],
            }],
        };
        drop(&mut profile);
        let Profile {
            frames, samples, ..
        } = profile;
        let sample = samples.into_iter().next()?;
        let stack = sample.stack.into_iter().rev();
        Some(stack.map(|at| name(&frames, at).to_owned()).collect())
    }

    #[test]
    fn only_what_a_benchmark_does_is_left() {
        let is_left = |stack: &[&str], from: usize| {
            assert_eq!(left(stack).expect("it stays"), stack[from..]);
        };
        is_left(
            &[
                "testing.(*B).launch",
                "testing.(*B).runN",
                "a.BenchmarkF",
                "a.f",
            ],
            2,
        );
        is_left(
            &[
                "testing.(*B).RunParallel.func1",
                "a.body",
                "runtime.mallocgc",
            ],
            1,
        );
        // What was inlined, recursion into a benchmark within one, and goroutines of its own.
        is_left(
            &[
                "testing.(*B).run1.func1",
                "testing.(*B).runN",
                "a.BenchmarkF.func1",
                "regexp.compile",
            ],
            2,
        );
        is_left(&["a.worker", "a.f"], 0);
        is_left(&["runtime.gcBgMarkWorker", "runtime.gcDrain"], 0);
        for harness in [
            &[
                "runtime.main",
                "main.main",
                "testing.(*M).Run",
                "regexp.compile",
            ][..],
            &["runtime.main", "runtime.doInit", "a.init"],
            &["testing.(*B).launch", "testing.(*B).runN", "runtime.GC"],
            &[
                "testing.(*B).runN",
                "testing.(*B).ResetTimer",
                "runtime.ReadMemStats",
            ],
            &["testing.(*B).run1.func1", "testing.(*B).runN"],
            &[
                "testing.(*B).runN",
                "context.WithCancel",
                "context.withCancel",
            ],
            &[
                "testing.(*B).runN",
                "a.BenchmarkF",
                "testing.(*B).Run",
                "testing.(*matcher).fullName",
                "regexp.(*Regexp).MatchString",
            ],
            &[
                "runtime/pprof.profileWriter",
                "runtime/pprof.(*profileBuilder).build",
            ],
        ] {
            assert_eq!(left(harness), None, "{harness:?}");
        }
    }

    #[test]
    fn what_the_runtime_allocates_for_itself_is_not_asked_for() {
        let is_left = |stack: &[&str]| left_by(drop_runtime, stack).is_some();
        assert!(!is_left(&[
            "runtime.systemstack",
            "runtime.newproc.func1",
            "runtime.malg"
        ]));
        assert!(is_left(&[
            "a.BenchmarkF",
            "runtime.newobject",
            "runtime.mallocgc"
        ]));
    }
}
