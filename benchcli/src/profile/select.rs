//! Builds a pattern that selects a single benchmark by the name that it printed.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use benchparse::format::{BenchmarkResult, Parser, Record};

/// A test binary, and how its package runs it.
#[derive(Debug, Clone, Copy)]
pub struct Binary<'p> {
    /// What `go test -c` built.
    pub program: &'p Path,
    /// What it is given; flags that choose benchmarks and iterations are replaced.
    pub arguments: &'p [String],
    /// Where it runs.
    pub folder: &'p Path,
    /// The root of its sources; files below are told by their paths from here.
    pub root: &'p Path,
}

/// Runs a command and gives what it printed.
pub type Run<'r> = dyn FnMut(&mut Command) -> Result<Vec<u8>> + 'r;

/// What makes a test binary run one benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The full name that it prints, without `Benchmark`.
    pub benchmark: String,
    /// For `-test.bench`.
    pattern: String,
    /// For `-test.cpu`, where the binary is given a list.
    processors: Option<String>,
}

impl Selection {
    /// Finds what selects the benchmark of that full name. `Encode/n-2` may be `Encode/n` on two
    /// processors or, on one, a benchmark whose own name ends so: each is tried, and what it prints
    /// decides.
    ///
    /// # Errors
    /// The binary does not run, or it has no such benchmark.
    pub fn find(binary: Binary<'_>, benchmark: &str, run: &mut Run<'_>) -> Result<Self> {
        let list = binary
            .arguments
            .iter()
            .find_map(|argument| argument.strip_prefix("-test.cpu="));
        for candidate in candidates(benchmark, list) {
            let printed = run(&mut candidate.command(binary, 1))?;
            if candidate.count(&printed) > 0 {
                return Ok(candidate);
            }
        }
        bail!(
            "no benchmark of that name ran the second time; the names of benchmarks must be the same \
             in every run"
        );
    }

    /// The command that runs it so often.
    pub fn command(&self, binary: Binary<'_>, iterations: u64) -> Command {
        let mut command = Command::new(binary.program);
        command.current_dir(binary.folder).args([
            "-test.run=^$",
            "-test.paniconexit0",
            "-test.count=1",
            &format!("-test.bench={}", self.pattern),
            &format!("-test.benchtime={iterations}x"),
        ]);
        let own = ["run", "paniconexit0", "count", "bench", "benchtime", "cpu"];
        command.args(self.processors.iter().map(|it| format!("-test.cpu={it}")));
        command.args(binary.arguments.iter().filter(|argument| {
            let name = argument.strip_prefix("-test.").unwrap_or_default();
            let name = name.split('=').next().unwrap_or_default();
            !own.contains(&name)
        }));
        command
    }

    /// How often the benchmark printed a result.
    pub fn count(&self, printed: &[u8]) -> usize {
        let mut count = 0;
        self.each(printed, |_| count += 1);
        count
    }

    /// How long an operation took, where the benchmark printed it.
    pub fn seconds(&self, printed: &[u8]) -> Option<f64> {
        let mut seconds = None;
        self.each(printed, |result| {
            let time = result.values().find(|(_, unit)| *unit == b"sec/op");
            seconds = time.map(|(value, _)| value).or(seconds);
        });
        seconds
    }

    fn each(&self, printed: &[u8], mut look: impl FnMut(&BenchmarkResult<'_>)) {
        let mut parser = Parser::new();
        let mut reader = parser.read(b"benchmark", printed);
        while let Ok(Some(record)) = reader.next_record() {
            if let Record::Result(result) = record
                && result.name().full() == self.benchmark.as_bytes()
            {
                look(&result);
            }
        }
    }
}

/// What a full name can mean, the likelier first. With a list of processor counts only what they
/// allow.
fn candidates(benchmark: &str, list: Option<&str>) -> Vec<Selection> {
    let is_listed =
        |count: &str| list.is_none_or(|list| list.split(',').any(|one| one.trim() == count));
    let selection = |bare: &str, count: &str| Selection {
        benchmark: benchmark.to_owned(),
        pattern: pattern(bare),
        processors: list.map(|_| count.to_owned()),
    };
    let mut found = Vec::new();
    if let Some((bare, count)) = benchmark.rsplit_once('-')
        && !count.is_empty()
        && count.bytes().all(|byte| byte.is_ascii_digit())
        && is_listed(count)
    {
        found.push(selection(bare, count));
    }
    if is_listed("1") {
        found.push(selection(benchmark, "1"));
    }
    found
}

/// What selects one benchmark, a sub-benchmark by all its levels.
fn pattern(bare: &str) -> String {
    let exact = |level: &str| format!("^{}$", regex_syntax::escape(level));
    let levels: Vec<String> = format!("Benchmark{bare}").split('/').map(exact).collect();
    levels.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_is_selected_alone() {
        assert_eq!(pattern("Encode"), "^BenchmarkEncode$");
        assert_eq!(
            pattern("Encode/n=1.5/x-y"),
            r"^BenchmarkEncode$/^n=1\.5$/^x\-y$"
        );
    }

    #[test]
    fn a_number_at_the_end_may_be_the_processors_or_not() {
        let meant = |benchmark, list| -> Vec<(String, Option<String>)> {
            let all = candidates(benchmark, list).into_iter();
            all.map(|it| (it.pattern, it.processors)).collect()
        };
        let encode = || "^BenchmarkEncode$".to_owned();
        assert_eq!(meant("Encode", None), [(encode(), None)]);
        assert_eq!(
            meant("Encode-8", Some("1,8")),
            [
                (encode(), Some("8".to_owned())),
                (r"^BenchmarkEncode\-8$".to_owned(), Some("1".to_owned()))
            ]
        );
        assert_eq!(
            meant("Encode-8", Some("4,8")),
            [(encode(), Some("8".to_owned()))]
        );
        assert_eq!(meant("Encode/a-b", None).len(), 1);
        assert_eq!(meant("Encode/n-2", None).len(), 2);
    }
}
