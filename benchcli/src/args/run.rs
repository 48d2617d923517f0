//! The command line of `benchcli run`.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use clap::Args;

use super::check::{GateArgs, GateOptions};
use super::go::{BENCHMEM, BaseSource, BenchmarksOf, CONFIRMING, GoArgs, Versions};
use super::number::{whole, whole_from};
use crate::hint::WithHint as _;
use crate::runner::code_layout::Layouts;
use crate::runner::plan::Order;
use crate::sample_counts::RECOMMENDED;

/// What `benchcli run --help` begins with.
pub const ABOUT: &str = "\
Benchmarks the base and the working tree side by side, and judges the difference.

benchcli checks out the base in a temporary worktree and builds both versions with `go test -c`. \
In each round it runs every benchmark once on each side, alternating between the sides. If the \
machine speeds up or slows down during the run, both sides are affected equally, and the effect \
cancels out. The verdict, its options, the reports and the exit status are the same as for \
`benchcli check`.";

/// What `benchcli run --help` ends with.
pub const EXAMPLES: &str = concat!(
    "\
Examples:
  benchcli run
  benchcli run --base v1.4.0 --bench 'Encode|Decode' --pkg ./codec --rounds 20
  benchcli run --adaptive --max-time 15m --report markdown=summary.md
  benchcli run --explain
  benchcli run --record-only && benchcli push
  benchcli run --save-raw raw -- -tags=integration -race
  benchcli run --base-cmd './old -bench' --head-cmd './new -bench'

--base auto is the merge base of HEAD and the main branch (in CI: the target branch). On the main \
branch it is HEAD's parent, or HEAD itself if the working tree has uncommitted changes.

",
    times_in_seconds!(),
    "\n\n",
    exit_status!(),
    "

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/verdicts.md
and https://github.com/benchparse/benchparse/blob/main/benchcli/docs/exit-status-and-json.md"
);

/// Options of `benchcli run`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct RunArgs {
    /// The base: a commit, or `auto` (see below)
    #[arg(
        long,
        value_name = "REV|auto",
        default_value = "auto",
        conflicts_with = "base_cmd"
    )]
    base: String,

    /// The number of times to run each benchmark on each side
    #[arg(long, value_name = "N", default_value_t = RECOMMENDED, value_parser = whole(1..=10_000_u32))]
    rounds: u32,

    #[command(flatten)]
    go: GoArgs,

    /// Stop benchmarks whose verdict is decided, and run more rounds of the others
    #[arg(long)]
    adaptive: bool,

    /// The maximum number of rounds of an adaptive run [default: three times --rounds]
    #[arg(long, value_name = "N", requires = "adaptive", value_parser = whole(1..=10_000_u32))]
    max_rounds: Option<u32>,

    /// Do not start a round after this time, such as 90s, 15m or 1h
    #[arg(long, value_name = "TIME")]
    max_time: Option<Time>,

    /// Measure only the head, compare it with the stored baseline, and measure both sides of the
    /// benchmarks that may have regressed: faster, but it can miss small regressions
    #[arg(long, conflicts_with_all = ["adaptive", "base_cmd"])]
    cached_base: bool,

    /// Record the working tree's results as a baseline of the HEAD commit
    #[arg(long)]
    record: bool,

    /// Measure the working tree alone, print its results and record them as a baseline of the HEAD
    /// commit; timings are taken as in other runs, so that --cached-base can use the baseline
    #[arg(long, conflicts_with_all = ["record", "cached_base", "adaptive", "base", "base_cmd", "explain", "gate_format", "reports"])]
    record_only: bool,

    /// Save the output of both sides to old.txt and new.txt in this folder
    #[arg(long, value_name = "DIR")]
    save_raw: Option<PathBuf>,

    /// For each benchmark that regressed, profile base and head, and name the functions that contribute
    /// most to the difference
    #[arg(long, conflicts_with_all = ["cached_base", "base_cmd"])]
    explain: bool,

    /// The maximum number of benchmarks to explain, worst first; each takes a few seconds
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = whole_from(1_usize), requires = "explain")]
    most: usize,

    /// Write differential flame graphs to this folder
    #[arg(long, value_name = "DIR", requires = "explain")]
    flame: Option<PathBuf>,

    /// Link each test binary N times, each time with its functions in a different order, and rotate through these
    /// binaries from round to round, so that code-layout effects count as noise
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = whole(1..=1000_u32), conflicts_with_all = ["no_layout", "base_cmd"])]
    layouts: u32,

    /// Link each test binary once, as the go command does
    #[arg(long, conflicts_with = "base_cmd")]
    no_layout: bool,

    /// Do not measure benchmarks that may have regressed a second time; fail by the first measurement
    #[arg(long, conflicts_with = "base_cmd")]
    no_confirm: bool,

    /// Also measure packages whose test binaries are identical on both sides
    #[arg(long, conflicts_with = "base_cmd")]
    measure_all: bool,

    /// The run order of the two sides
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    order: Order,

    /// The seed for the run order [default: a random seed, which is printed]
    #[arg(long, value_name = "N", value_parser = whole_from(0_u64))]
    seed: Option<u64>,

    /// Pin benchmarks to these processors, such as 2 or 2,3; `auto` chooses one
    #[arg(long, value_name = "CPUS|auto", num_args = 0..=1, default_missing_value = "auto")]
    pin: Option<String>,

    /// The priority of the benchmarks, from -20 (needs privileges) to 19
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole(-20..=19))]
    nice: Option<i32>,

    /// A shell command that prints the benchmark results of the base
    #[arg(
        long,
        value_name = "CMD",
        requires = "head_cmd",
        allow_hyphen_values = true
    )]
    base_cmd: Option<String>,

    /// A shell command that prints the benchmark results of the head
    #[arg(
        long,
        value_name = "CMD",
        requires = "base_cmd",
        allow_hyphen_values = true
    )]
    head_cmd: Option<String>,

    #[command(flatten)]
    gate: GateArgs,
}

/// What a run is to do.
#[derive(Debug)]
pub struct RunOptions {
    /// What to measure.
    pub versions: Versions,
    /// How many rounds; the most, if adaptive.
    pub rounds: u32,
    /// How many rounds measure again what may have regressed; none where nothing is confirmed.
    pub confirming_rounds: u32,
    /// Which layouts of the code are measured.
    pub layouts: Layouts,
    /// Whether packages are measured whose test binary is the same on both sides.
    pub measure_all: bool,
    /// For an adaptive run, after how many rounds the results are first looked at.
    pub first_analysis: Option<u32>,
    /// After which time no round begins.
    pub max_time: Option<Duration>,
    /// Whether to store the head's results.
    pub record: bool,
    /// Whether to profile what got worse.
    pub explain: bool,
    /// The most benchmarks to profile.
    pub most_explained: usize,
    /// Where flame graphs of it go.
    pub flame: Option<PathBuf>,
    /// Where to keep the results of both sides.
    pub save_raw: Option<PathBuf>,
    /// How the order is found.
    pub order: Order,
    /// Where it is drawn from.
    pub seed: Option<u64>,
    /// The processors to run on.
    pub pin: Option<String>,
    /// The priority to run with.
    pub nice: Option<i32>,
    /// The gate's settings.
    pub gate: GateOptions,
}

/// The first interim analysis of an adaptive run comes after this many rounds: fewer samples decide little.
const FIRST_ANALYSIS: u32 = 6;

impl RunArgs {
    /// Checks every value, and reads the configuration file.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn into_options(self) -> Result<RunOptions> {
        let versions = match (self.base_cmd, self.head_cmd) {
            (Some(base), Some(head)) => {
                if !self.go.go_flags.is_empty() {
                    bail!(
                        "flags after -- are passed to the go command, which is not used with --base-cmd"
                    );
                }
                Versions::Commands([base, head])
            }
            _ => {
                let base = match (self.record_only, self.cached_base) {
                    (true, _) => BaseSource::Nothing,
                    (false, true) => BaseSource::Baseline(self.base),
                    (false, false) => BaseSource::Commit(self.base),
                };
                Versions::Go(self.go.into_options(base, vec![BENCHMEM.to_owned()])?)
            }
        };
        if let Versions::Go(go) = &versions
            && self.record
            && go.benchmarks == BenchmarksOf::Base
        {
            return Err(anyhow!(
                "--record with --benchmarks base: the results are not those of the head's own benchmarks"
            )
            .hint("omit one of the two"));
        }
        let rounds = match (self.adaptive, self.max_rounds) {
            (false, _) => self.rounds,
            (true, None) => self.rounds.saturating_mul(3),
            (true, Some(most)) => most,
        };
        let is_go = matches!(versions, Versions::Go(_));
        Ok(RunOptions {
            confirming_rounds: if is_go && !self.no_confirm {
                self.rounds.saturating_mul(CONFIRMING)
            } else {
                0
            },
            layouts: if self.no_layout {
                Layouts::Uncontrolled
            } else {
                Layouts::Cycle(self.layouts)
            },
            // A baseline that lacks benchmarks would be none for them.
            measure_all: self.measure_all || self.record || self.record_only,
            versions,
            rounds,
            first_analysis: self
                .adaptive
                .then_some(self.rounds.min(FIRST_ANALYSIS).min(rounds)),
            max_time: self.max_time.map(|time| time.0),
            record: self.record || self.record_only,
            explain: self.explain,
            most_explained: self.most,
            flame: self.flame,
            save_raw: self.save_raw,
            order: self.order,
            seed: self.seed,
            pin: self.pin,
            nice: self.nice,
            gate: self.gate.into_options()?,
        })
    }
}

/// A time as Go writes it: `90s`, `1m30s`, `1h`.
#[derive(Debug, Clone, Copy)]
struct Time(Duration);

impl FromStr for Time {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "expected a time such as 90s, 15m or 1h30m";
        let mut rest = text;
        let mut total = Duration::ZERO;
        while !rest.is_empty() {
            let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
            let (number, unit) = rest.split_at(digits.ok_or(WRONG)?);
            let number: f64 = number.parse().map_err(|_| WRONG)?;
            let end = unit.find(|letter: char| letter.is_ascii_digit());
            let (unit, after) = unit.split_at(end.unwrap_or(unit.len()));
            let seconds = match unit {
                "ms" => 0.001,
                "s" => 1.0,
                "m" | "min" => 60.0,
                "h" => 3600.0,
                _ => return Err(WRONG),
            };
            let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| WRONG)?;
            total = total.checked_add(part).ok_or(WRONG)?;
            rest = after;
        }
        if total.is_zero() {
            return Err(WRONG);
        }
        Ok(Self(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_in_go() {
        let millis = |text: &str| text.parse::<Time>().ok().map(|time| time.0.as_millis());
        assert_eq!(millis("90s"), Some(90_000));
        assert_eq!(millis("1h30m"), Some(5_400_000));
        assert_eq!(millis("1.5m"), Some(90_000));
        for wrong in ["", "90", "0s", "-1s", "1d", "s", "1e400h", "1..2s"] {
            assert_eq!(millis(wrong), None, "{wrong}");
        }
    }
}
