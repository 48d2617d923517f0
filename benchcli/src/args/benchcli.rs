//! The command line of `benchcli`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::diff::DiffArgs;
use super::rank::RankArgs;

/// Go benchmark results: compared, ranked, judged and kept
#[derive(Debug, Parser)]
#[command(name = "benchcli", version, arg_required_else_help = true)]
pub struct Benchcli {
    /// Run as if started in DIR; given more than once, each is in the one before
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub dirs: Vec<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const DIFF_ABOUT: &str = "\
Compares the baselines of commits, or a commit with a file.

`auto` is the baseline for what is checked out: of the merge base of HEAD with the main branch, or \
of its nearest first-parent ancestor with results of the same environment.";

const DIFF_EXAMPLES: &str = "\
Examples:
  benchcli diff v1.4.0
  benchcli diff main~10 main --row .name
  go test -run '^$' -bench . -count 10 | benchcli diff auto -";

/// The commands.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Store benchmark results for a commit
    Record(RecordArgs),
    /// List the commits that have baselines, newest first
    Log(LogArgs),
    /// Print what is stored for a commit
    Show(ShowArgs),
    /// Compare the baselines of commits, or a commit with a file
    #[command(
        mut_arg("inputs", |arg| arg
            .value_name("[LABEL=]REV|FILE")
            .help("Commits, files, `-` or `auto`, in the order of the columns; HEAD after a single commit")),
        long_about = DIFF_ABOUT,
        after_help = DIFF_EXAMPLES,
    )]
    Diff(DiffArgs),
    /// Share baselines with a remote
    Push(RemoteArgs),
    /// Fetch the baselines of a remote and merge them into ours
    Pull(RemoteArgs),
    /// Rank alternatives within one run against each other
    Rank(RankArgs),
}

/// Options of `benchcli record`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  go test -run '^$' -bench . -count 10 ./... | benchcli record
  benchcli record --label pool=large old.txt
  benchcli record --commit v1.4.0 --require-clean bench-*.txt

Each FILE becomes a recording of its own, to the byte as it is. Recording the same text again
changes nothing. Notes are under refs/notes/benchmarks:
  git notes --ref=benchmarks show HEAD | benchstat -")]
pub struct RecordArgs {
    /// Files with the output of `go test -bench`; `-` or none for standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The commit that was measured
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub commit: String,
    /// Something to know the recording by, and to tell environments apart; repeatable
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
    /// A name for this machine [default: its host name]
    #[arg(
        long,
        value_name = "NAME",
        env = "BENCHCLI_HOST",
        hide_env_values = true
    )]
    pub host: Option<String>,
    /// Refuse when tracked files have changes that are not committed, instead of marking it
    #[arg(long)]
    pub require_clean: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `benchcli log`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli log -n 20
  benchcli log --json | jq -r 'select(.dirty | not) | .commit'

In git's own log:
  git log --notes=benchmarks")]
pub struct LogArgs {
    /// Stop after this many commits
    #[arg(short = 'n', long, value_name = "NUMBER")]
    pub max_count: Option<usize>,
    /// Print JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

/// Options of `benchcli show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli show HEAD~3
  benchcli show v1.4.0 --run 4b825dc642 | benchdiff - new.txt")]
pub struct ShowArgs {
    /// The commit
    #[arg(value_name = "REV", default_value = "HEAD")]
    pub revision: String,
    /// Only the recording whose id starts so, as it was recorded
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// Print JSON, with what is known of each recording
    #[arg(long)]
    pub json: bool,
}

/// Options of `benchcli push` and `benchcli pull`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli pull
  benchcli push origin
  benchcli push git@example.com:team/project.git --json

The network is left to your own git, with its credentials and settings. Two sides' baselines are
merged by recording; none is lost, whoever pushes first.")]
pub struct RemoteArgs {
    /// A remote's name or address [default: the one git would push to]
    #[arg(value_name = "REMOTE")]
    pub remote: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `NAME=VALUE`, as it fits into a line that people read.
fn label(text: &str) -> Result<(String, String), String> {
    const LONGEST: usize = 1000;

    let (name, value) = text
        .split_once('=')
        .ok_or("a label is NAME=VALUE, for example pool=large")?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if name.is_empty() || !name.bytes().all(fits) {
        return Err("a label's name is made of letters, digits, `.`, `_` and `-`".into());
    }
    if text.len() > LONGEST {
        return Err(format!("a label has at most {LONGEST} bytes"));
    }
    Ok((name.into(), value.into()))
}
