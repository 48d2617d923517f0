//! Runs every benchmark on both sides once per round.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Side;
use super::children::{ChildError, Children};
use super::code_layout::Linker;
use super::plan::Plan;

/// A program that measures.
#[derive(Debug, Clone)]
pub struct Job {
    /// The program; of a Go package, as it was first linked.
    pub program: PathBuf,
    /// The number of the package among the builds, to measure it in other layouts.
    pub build: Option<usize>,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    /// The hash of the benchmark's code, where it is known.
    pub benchmark: Option<String>,
    /// Whether it is the benchmark of the other side, which need not run on this one. A failure leaves the other side be.
    pub is_borrowed: bool,
}

impl Job {
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env("PWD", &self.folder);
        command
    }
}

/// What is measured on both sides: a benchmark with its sub-benchmarks, or a whole command.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name for people.
    pub name: String,
    /// How it is measured on the base and on the head, where it is there.
    pub sides: [Option<Job>; 2],
}

/// How a program failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The subject's name.
    pub name: String,
    /// On which side.
    pub side: Side,
    /// In which round, from 1.
    pub round: u32,
    /// How the program ended.
    pub ending: String,
    /// The end of what it printed.
    pub output: String,
}

/// What a program printed.
#[derive(Debug)]
pub struct Printed {
    /// The place of the subject.
    pub subject: usize,
    /// The side that was measured.
    pub side: Side,
    /// The number of the binary's layout, where layouts are controlled.
    pub layout: Option<u32>,
    /// The hash of the benchmark's code, where it is known.
    pub benchmark: Option<String>,
    /// Its standard output; of a program that failed its standard error as well.
    pub text: Vec<u8>,
    /// How it failed, if it did.
    pub failure: Option<Failure>,
}

/// A run in progress.
#[derive(Debug)]
pub struct Rounds {
    /// What is measured.
    pub subjects: Vec<Subject>,
    /// In which order.
    pub plan: Plan,
    /// What links Go packages in another layout.
    pub linker: Option<Linker>,
    /// What failed is not measured any more.
    failed: BTreeSet<usize>,
    decided: BTreeSet<usize>,
    done: u32,
    times: Vec<[Duration; 2]>,
}

impl Rounds {
    /// Nothing measured yet.
    pub fn new(subjects: Vec<Subject>, plan: Plan, linker: Option<Linker>) -> Self {
        let times = vec![[Duration::ZERO; 2]; subjects.len()];
        Self {
            subjects,
            plan,
            linker,
            failed: BTreeSet::new(),
            decided: BTreeSet::new(),
            done: 0,
            times,
        }
    }

    /// The same subjects from the first round on, without those that failed.
    #[must_use]
    pub fn again(&self, plan: Plan, linker: Option<Linker>) -> Self {
        Self {
            failed: self.failed.clone(),
            ..Self::new(self.subjects.clone(), plan, linker)
        }
    }

    /// How many rounds are over.
    pub fn done(&self) -> u32 {
        self.done
    }

    /// The subjects that the next round measures.
    pub fn active(&self) -> impl Iterator<Item = usize> {
        (0..self.subjects.len())
            .filter(|at| !self.failed.contains(at) && !self.decided.contains(at))
    }

    /// Takes a subject out of the rounds to come.
    pub fn decide(&mut self, subject: usize) {
        self.decided.insert(subject);
    }

    /// How long a round will take, from what the subjects took last.
    pub fn expected(&self) -> Duration {
        self.active()
            .map(|at| self.times[at].iter().sum::<Duration>())
            .sum()
    }

    /// Measures every active subject once on either side; `each` is told of a subject before it
    /// runs, with the time that it took in the round before, and `take` gets what programs print.
    ///
    /// # Errors
    /// A program does not start, or everything was stopped; or what `take` says.
    pub fn round<E: From<ChildError>>(
        &mut self,
        children: &Children,
        mut each: impl FnMut(&Subject, Duration),
        mut take: impl FnMut(Printed) -> Result<(), E>,
    ) -> Result<(), E> {
        let round = self.done + 1;
        let active: Vec<usize> = self.active().collect();
        if let Some(linker) = &mut self.linker {
            let jobs = active.iter().flat_map(|&at| &self.subjects[at].sides);
            let packages: BTreeSet<usize> = jobs.flatten().filter_map(|job| job.build).collect();
            let packages: Vec<usize> = packages.into_iter().collect();
            linker.link(children, &packages, round)?;
        }
        for at in active {
            each(&self.subjects[at], self.times[at].iter().sum());
            for side in self.plan.pair(at, round) {
                if !self.failed.contains(&at)
                    && let Some(printed) = self.measure(children, at, side, round)?
                {
                    take(printed)?;
                }
            }
        }
        self.done = round;
        Ok(())
    }

    fn measure(
        &mut self,
        children: &Children,
        at: usize,
        side: Side,
        round: u32,
    ) -> Result<Option<Printed>, ChildError> {
        let subject = &self.subjects[at];
        let Some(job) = &subject.sides[side as usize] else {
            return Ok(None);
        };
        let (program, layout) = match (&self.linker, job.build) {
            (Some(linker), Some(build)) => linker.binary(build, round),
            _ => (job.program.clone(), None),
        };
        let ran = children.run(&mut job.command(&program))?;
        self.times[at][side as usize] = ran.elapsed;
        let mut printed = Printed {
            subject: at,
            side,
            layout,
            benchmark: job.benchmark.clone(),
            text: Vec::new(),
            failure: None,
        };
        if ran.status.success() {
            printed.text = ran.stdout;
        } else {
            let ending = ran.ending();
            printed.text = ran.stdout;
            if !printed.text.is_empty() && !printed.text.ends_with(b"\n") {
                printed.text.push(b'\n');
            }
            printed.text.extend(ran.stderr);
            printed.failure = Some(Failure {
                name: subject.name.clone(),
                side,
                round,
                ending,
                output: end_of(&printed.text),
            });
            // In a later round it leaves the sides with different numbers of samples.
            if job.is_borrowed && self.done == 0 {
                self.subjects[at].sides[side as usize] = None;
            } else {
                self.failed.insert(at);
            }
        }
        Ok(Some(printed))
    }
}

/// How many lines of a failed program's output are shown.
const SHOWN: usize = 30;

fn end_of(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let left_out = lines.len().saturating_sub(SHOWN);
    let shown = lines[left_out..].join("\n");
    match left_out {
        0 => shown,
        _ => format!("… {left_out} earlier lines\n{shown}"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::runner::plan::Order;

    fn subject(name: &str, base: &str, head: &str) -> Subject {
        let job = |script: &str| {
            Some(Job {
                program: "sh".into(),
                build: None,
                arguments: vec!["-c".into(), script.into()],
                folder: std::env::temp_dir(),
                benchmark: None,
                is_borrowed: false,
            })
        };
        Subject {
            name: name.into(),
            sides: [job(base), job(head)],
        }
    }

    fn rounds(subjects: Vec<Subject>) -> Rounds {
        let plan = Plan {
            order: Order::Abba,
            seed: 3,
        };
        Rounds::new(subjects, plan, None)
    }

    /// The names of the subjects that a round measures, and what it prints.
    fn measured(rounds: &mut Rounds) -> (Vec<String>, Vec<Printed>) {
        let (mut names, mut printed) = (Vec::new(), Vec::new());
        let each = |of: &Subject, _| names.push(of.name.clone());
        let taken = rounds.round(&Children::default(), each, |it| {
            printed.push(it);
            Ok::<(), ChildError>(())
        });
        taken.expect("a round");
        (names, printed)
    }

    #[test]
    fn a_failure_ends_its_subject_alone() {
        let good = "echo BenchmarkGood 1 5 ns/op";
        let bad = "echo BenchmarkBad 1 5 ns/op; echo oh no >&2; exit 2";
        let mut rounds = rounds(vec![subject("Bad", good, bad), subject("Good", good, good)]);
        let (_, printed) = measured(&mut rounds);
        let failed: Vec<&Printed> = printed.iter().filter(|it| it.failure.is_some()).collect();
        let [failed] = failed[..] else {
            panic!("one failed")
        };
        let failure = failed.failure.as_ref().expect("a failure");
        assert_eq!((failure.name.as_str(), failure.side), ("Bad", Side::Head));
        assert!(failure.output.ends_with("oh no"), "{}", failure.output);
        // What it printed before is still there.
        assert_eq!(failed.text, b"BenchmarkBad 1 5 ns/op\noh no\n");
        assert_eq!(measured(&mut rounds).0, ["Good"]);
    }

    #[test]
    fn what_is_settled_is_not_measured_again() {
        let good = "echo BenchmarkGood 1 5 ns/op";
        let mut rounds = rounds(vec![subject("A", good, good), subject("B", good, good)]);
        assert_eq!(measured(&mut rounds).0, ["A", "B"]);
        rounds.decide(0);
        assert_eq!(measured(&mut rounds).0, ["B"]);
    }

    #[test]
    fn long_output_is_cut_at_its_beginning() {
        let text: String = (0..100).map(|line| format!("{line}\n")).collect();
        let end = end_of(text.as_bytes());
        assert!(end.starts_with("… 70 earlier lines\n70\n") && end.ends_with("99"));
    }
}
