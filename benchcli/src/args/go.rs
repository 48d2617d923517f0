//! Which Go benchmarks a command measures, and how.

use std::collections::BTreeSet;
use std::ffi::OsString;

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};

use crate::hint::WithHint as _;
use crate::runner::go_flags::GoFlags;

/// Which benchmarks run, and how.
#[derive(Debug, Args)]
pub(super) struct GoArgs {
    /// The benchmarks to run, as for `go test -bench`
    #[arg(
        long,
        value_name = "REGEXP",
        default_value = ".",
        allow_hyphen_values = true
    )]
    bench: String,

    /// The time or the number of iterations of each run, as for `go test -benchtime`
    #[arg(long, value_name = "T")]
    benchtime: Option<String>,

    /// The values of GOMAXPROCS, as for `go test -cpu`
    #[arg(long, value_name = "LIST")]
    cpu: Option<String>,

    #[arg(long, hide = true, value_parser = count)]
    count: Option<u32>,

    /// The packages to benchmark; repeatable
    #[arg(long = "pkg", value_name = "PACKAGES", default_value = "./...")]
    packages: Vec<String>,

    /// Whose benchmarks both sides run where the benchmarks themselves differ; `own` runs each side's and judges only
    /// those that are the same
    #[arg(long, value_enum, default_value_t, value_name = "SIDE")]
    benchmarks: BenchmarksOf,

    /// Flags for the go command and the test binaries
    #[arg(last = true, value_name = "GO FLAGS")]
    pub(super) go_flags: Vec<OsString>,
}

/// Refuses `-count`, which everybody types who comes from `go test`.
fn count(_: &str) -> Result<u32, &'static str> {
    Err("each benchmark runs once per round; use --rounds to set the number of rounds")
}

/// Measures memory too.
pub(super) const BENCHMEM: &str = "-test.benchmem";

impl GoArgs {
    /// Checks the flags, and adds those that test binaries are given.
    ///
    /// # Errors
    /// A flag that cannot be used.
    pub(super) fn into_options(self, base: BaseSource, mut test: Vec<String>) -> Result<GoOptions> {
        if let Some(time) = &self.benchtime
            && time.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(
                anyhow!("--benchtime {time}: neither a number of iterations nor a time").hint(
                    format!("write {time}x for iterations, or a time such as 100ms or 2s"),
                ),
            );
        }
        test.extend(self.benchtime.map(|time| format!("-test.benchtime={time}")));
        test.extend(self.cpu.map(|list| format!("-test.cpu={list}")));
        Ok(GoOptions {
            base,
            bench: self.bench,
            test,
            packages: self.packages,
            benchmarks: self.benchmarks,
            flags: GoFlags::parse(&texts(self.go_flags)?)?,
        })
    }
}

/// What to measure.
#[derive(Debug)]
pub enum Versions {
    /// Go packages of the base and the working tree.
    Go(GoOptions),
    /// Two shell commands.
    Commands([String; 2]),
}

/// How Go packages are measured.
#[derive(Debug, Clone)]
pub struct GoOptions {
    /// What the head is compared with.
    pub base: BaseSource,
    /// The pattern of the benchmarks.
    pub bench: String,
    /// Arguments of the test binaries besides the pattern.
    pub test: Vec<String>,
    /// Which packages.
    pub packages: Vec<String>,
    /// Whose benchmarks run where they differ.
    pub benchmarks: BenchmarksOf,
    /// Flags after `--`.
    pub flags: GoFlags,
}

/// Whose benchmarks both sides run, where the benchmarks differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum BenchmarksOf {
    /// The head's.
    #[default]
    Head,
    /// The base's.
    Base,
    /// Each side its own.
    Own,
}

/// What the head is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseSource {
    /// A commit, as it was written, which is built and measured.
    Commit(String),
    /// The stored baseline of a commit.
    Baseline(String),
    /// Nothing: the head is measured alone.
    Nothing,
}

impl GoOptions {
    /// All benchmarks below this folder, with their memory, and flags after `--`.
    ///
    /// # Errors
    /// A flag that cannot be used.
    pub(super) fn everything(benchtime: Option<String>, flags: Vec<OsString>) -> Result<Self> {
        let go = GoArgs {
            bench: ".".to_owned(),
            benchtime,
            cpu: None,
            count: None,
            packages: vec!["./...".to_owned()],
            benchmarks: BenchmarksOf::default(),
            go_flags: flags,
        };
        go.into_options(BaseSource::Nothing, vec![BENCHMEM.to_owned()])
    }

    /// The same for some benchmarks alone, each with its package, against a commit that is built.
    pub(crate) fn only(&self, base: &str, benchmarks: &BTreeSet<(String, String)>) -> Self {
        let names: BTreeSet<&str> = benchmarks.iter().map(|(_, name)| name.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let packages = benchmarks.iter().map(|(package, _)| package);
        let packages: BTreeSet<&String> = packages.filter(|it| !it.is_empty()).collect();
        Self {
            base: BaseSource::Commit(base.to_owned()),
            bench: match names[..] {
                [name] => format!("^Benchmark{name}$"),
                _ => format!("^Benchmark({})$", names.join("|")),
            },
            // Results without a package may be of any.
            packages: if packages.is_empty() {
                self.packages.clone()
            } else {
                packages.into_iter().cloned().collect()
            },
            ..self.clone()
        }
    }
}

/// How many times as many rounds confirm a failure. They measure few benchmarks, and must not miss a change.
pub(super) const CONFIRMING: u32 = 2;

fn texts(flags: Vec<OsString>) -> Result<Vec<String>> {
    let text = |flag: OsString| match flag.into_string() {
        Ok(flag) => Ok(flag),
        Err(flag) => bail!("{} after --: it is not UTF-8", flag.display()),
    };
    flags.into_iter().map(text).collect()
}
