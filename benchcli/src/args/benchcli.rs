//! The command line of `benchcli`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Span;

use super::check::{CheckArgs, ConfigArgs, EXAMPLES};
use super::diff::DiffArgs;
use super::explain::{ABOUT as EXPLAIN_ABOUT, ExplainArgs};
use super::number::whole_from;
use super::plot::{ABOUT as PLOT_ABOUT, PlotArgs};
use super::profile::ProfileArgs;
use super::rank::{ABOUT as RANK_ABOUT, RankArgs};
use super::report::{ABOUT as REPORT_ABOUT, ReportArgs};
use super::run::{ABOUT as RUN_ABOUT, EXAMPLES as RUN_EXAMPLES, RunArgs};
use super::trend::{ABOUT as TREND_ABOUT, TrendArgs};
use crate::baseline::SyncScope;

/// Compare, judge, record and explain Go benchmark results
#[derive(Debug, Parser)]
#[command(
    name = "benchcli",
    version,
    arg_required_else_help = true,
    after_help = TOP_EXAMPLES
)]
pub struct Benchcli {
    /// Run as if started in DIR; a repeated -C is relative to the previous one
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub dirs: Vec<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const TOP_EXAMPLES: &str = "\
Examples:
  benchcli run                               compare the working tree with its base, interleaving the runs
  benchcli check new.txt --base old.txt      compare two files and exit 1 on a regression
  go test -run '^$' -bench . -count 10 ./... | benchcli record
  benchcli help run

Documentation:
  https://github.com/benchparse/benchparse#documentation
  https://github.com/benchparse/benchparse/blob/main/benchcli/docs/upgrading.md
  https://github.com/benchparse/benchparse/blob/main/benchcli/docs/performance.md
  https://github.com/benchparse/benchparse/blob/main/benchcli/docs/other-tools.md";

const DIFF_ABOUT: &str = "\
Compares the baselines of two commits, or a commit's baseline with a file.

`auto` selects the baseline of the merge base of HEAD and the main branch or, if it has none, the \
baseline of the merge base's nearest ancestor measured in the same environment.";

const PUSH_EXAMPLES: &str = "\
Examples:
  benchcli push
  benchcli push origin
  benchcli push git@example.com:team/project.git --json

benchcli first fetches and merges the remote's baselines, so concurrent pushes do not lose any. It \
also pushes the profiles that `benchcli profile add` stored. For network access it runs your git, \
with your credentials and settings.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/baselines.md";

const PULL_EXAMPLES: &str = "\
Examples:
  benchcli pull
  benchcli pull origin --no-profiles
  benchcli pull git@example.com:team/project.git --json

benchcli merges the remote's baselines into yours, one recording at a time, without losing any. It \
also fetches the profiles that `benchcli profile add` stored. For network access it runs your git, \
with your credentials and settings.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/baselines.md";

const PRUNE_ABOUT: &str = "\
Removes old baselines. No other command removes data; use --dry-run first.

The age of a baseline is the age of its latest recording. The next `benchcli push` removes pruned \
baselines from the remote, too. They stay in the history of refs/notes/benchmarks.

Old profiles are removed even if their baseline stays. Their history is removed with them, so \
git can reclaim the space.";

const IMPORT_ABOUT: &str = "\
Imports results stored by other tools.

A SOURCE is one of: a directory, a branch, or a directory in a branch (BRANCH:PATH) that contains \
result files, where the name of each file or directory contains an abbreviated commit id or a tag; \
a gobenchdata JSON file; or github-action-benchmark's data.js. Importing the same results again \
changes nothing.";

const INIT_ABOUT: &str = "\
Sets up a repository. After asking, it writes benchcli.toml and a CI workflow that benchmarks \
every pull request and records a baseline for each commit on the main branch, and sets \
notes.rewriteRef so that baselines follow rebases and amends. It never overwrites a file.";

const DIFF_EXAMPLES: &str = "\
Examples:
  benchcli diff v1.4.0
  benchcli diff main~10 main --row .name
  go test -run '^$' -bench . -count 10 | benchcli diff auto -

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/baselines.md";

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
            .help("Commits, files, `-` or `auto`, in column order; a single commit is compared with HEAD")),
        long_about = DIFF_ABOUT,
        after_help = DIFF_EXAMPLES,
    )]
    Diff(DiffArgs),
    /// Push baselines to a remote
    #[command(after_help = PUSH_EXAMPLES)]
    Push(RemoteArgs),
    /// Fetch baselines from a remote and merge them into yours
    #[command(after_help = PULL_EXAMPLES)]
    Pull(RemoteArgs),
    /// Remove old baselines; the only command that removes data
    #[command(long_about = PRUNE_ABOUT)]
    Prune(PruneArgs),
    /// Import results stored by other tools
    #[command(long_about = IMPORT_ABOUT)]
    Import(ImportArgs),
    /// Export baselines for other tools
    Export(ExportArgs),
    /// Set up a repository: configuration, CI workflow, baselines that follow rebases
    #[command(long_about = INIT_ABOUT)]
    Init(InitArgs),
    /// Profile base and head, and name the functions that contribute most to the difference
    #[command(long_about = EXPLAIN_ABOUT)]
    Explain(Box<ExplainArgs>),
    /// Compare profiles, and keep them with commits
    Profile(ProfileArgs),
    /// Rank alternative implementations within one run
    #[command(long_about = RANK_ABOUT)]
    Rank(RankArgs),
    /// Judge new results against a baseline, and exit 1 on a regression
    #[command(after_help = EXAMPLES)]
    Check(CheckArgs),
    /// Benchmark base and head side by side, and judge the difference
    #[command(long_about = RUN_ABOUT, after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Show how benchmarks changed over time, and which commits changed them
    #[command(long_about = TREND_ABOUT)]
    Trend(TrendArgs),
    /// Chart the benchmark history, or compare two files
    #[command(long_about = PLOT_ABOUT)]
    Plot(Box<PlotArgs>),
    /// Write the benchmark history as an HTML page
    #[command(long_about = REPORT_ABOUT)]
    Report(Box<ReportArgs>),
    /// Check or show the configuration file
    Config(ConfigArgs),
    /// Print the JSON Schema of a JSON report
    Schema(SchemaArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Write manual pages
    Man(ManArgs),
}

/// Options of `benchcli schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli schema > benchcli-check.schema.json
  benchcli schema trend > benchcli-trend.schema.json

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/exit-status-and-json.md")]
pub struct SchemaArgs {
    /// The command whose report schema to print
    #[arg(value_enum, default_value_t)]
    pub of: ReportName,
}

/// A command with a JSON report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReportName {
    /// `benchcli check --format json`
    #[default]
    Check,
    /// `benchcli trend --format json`
    Trend,
    /// `benchdiff --format json` and `benchcli diff --format json`
    Diff,
    /// `benchcli explain --format json`
    Explain,
    /// `benchcli profile diff --format json`
    ProfileDiff,
    /// `benchcli profile add --json`
    ProfileAdd,
    /// A line of `benchcli profile list --json`
    ProfileList,
    /// `benchcli record --json`
    Record,
    /// A line of `benchcli log --json`
    Log,
    /// `benchcli show --json`
    Show,
    /// `benchcli push --json`
    Push,
    /// `benchcli pull --json`
    Pull,
    /// `benchcli prune --json`
    Prune,
    /// `benchcli import --json`
    Import,
    /// A line of `benchcli export --format jsonl`
    Export,
    /// `benchcli init --json`
    Init,
}

/// Options of `benchcli record`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  go test -run '^$' -bench . -count 10 ./... | benchcli record
  benchcli record --label pool=large old.txt
  benchcli record --commit v1.4.0 --require-clean bench-*.txt

Each FILE is stored byte for byte as a separate recording. Recording the same text again changes
nothing. Recordings are stored as git notes under refs/notes/benchmarks, so you can also read them
with git:
  git notes --ref=benchmarks show HEAD | benchstat -

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/baselines.md")]
pub struct RecordArgs {
    /// Files with the output of `go test -bench` [default: standard input]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The commit that was measured
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub commit: String,
    /// A label for the recording; recordings with different labels are not compared; repeatable
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
    /// Fail if tracked files have uncommitted changes, instead of marking the recording as dirty
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

To show baselines in git's own log:
  git log --notes=benchmarks

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/baselines.md")]
pub struct LogArgs {
    /// Stop after this many commits
    #[arg(short = 'n', long, value_name = "NUMBER", value_parser = whole_from(0_usize))]
    pub max_count: Option<usize>,
    /// Print JSON, one object per line
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
    /// Show only the recording whose id starts with this prefix
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// Print JSON, including the metadata of each recording
    #[arg(long)]
    pub json: bool,
}

/// Options of `benchcli push` and `benchcli pull`.
#[derive(Debug, Args)]
pub struct RemoteArgs {
    /// The name or URL of a remote [default: the current branch's push remote, else the only remote, else origin]
    #[arg(value_name = "REMOTE")]
    pub remote: Option<String>,
    /// Skip profiles
    #[arg(long)]
    pub no_profiles: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl RemoteArgs {
    /// What to share.
    pub fn sync_scope(&self) -> SyncScope {
        if self.no_profiles {
            SyncScope::Baselines
        } else {
            SyncScope::WithProfiles
        }
    }
}

/// Options of `benchcli prune`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli prune --older-than 180d --dry-run
  benchcli prune --older-than 180d --keep-every 20
  benchcli prune --profiles --older-than 30d

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/baselines.md")]
pub struct PruneArgs {
    /// Remove baselines older than this: a number followed by h, d, w or y
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub older_than: Span,
    /// Keep the first baseline of every N commits
    #[arg(long, value_name = "N", value_parser = whole_from(1_u64))]
    pub keep_every: Option<u64>,
    /// Remove only profiles
    #[arg(long, conflicts_with = "keep_every")]
    pub profiles: bool,
    /// Print what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `benchcli import`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli import old-results/
  benchcli import origin/gh-pages:dev/bench
  benchcli import benchmarks.json --label pool=github

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/baselines.md")]
pub struct ImportArgs {
    /// Where the results are stored
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// A label for the recordings; repeatable
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `benchcli export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli export --format csv --output benchmarks.csv
  benchcli export | benchstat -col commit -
  benchcli export v1.4.0 HEAD --format jsonl | jq 'select(.unit == \"ns/op\") | .value'

Text output adds the keys `commit` and `run` to each result. JSON lines and CSV have one row per \
value.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/baselines.md")]
pub struct ExportArgs {
    /// The commits to export [default: all commits with baselines, oldest first]
    #[arg(value_name = "REV")]
    pub revisions: Vec<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: ExportFormat,
    /// Write to this file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print JSON lines; the same as --format jsonl
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
}

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ExportFormat {
    /// Go benchmark format, as printed by `go test -bench`
    #[default]
    Text,
    /// JSON lines
    Jsonl,
    /// Comma-separated values with a header row
    Csv,
}

/// Options of `benchcli completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli completions bash > ~/.local/share/bash-completion/completions/benchcli
  benchcli completions fish --program benchdiff > ~/.config/fish/completions/benchdiff.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
    /// The program
    #[arg(long, value_enum, default_value_t)]
    pub program: Program,
}

/// Options of `benchcli man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli man ~/.local/share/man/man1 && man benchcli-run")]
pub struct ManArgs {
    /// The folder to write one page per command to
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// One of the two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Program {
    /// The gate, baselines and trends
    #[default]
    Benchcli,
    /// The comparison of files
    Benchdiff,
}

/// Where a repository's jobs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ci {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
    /// No CI workflow
    None,
}

/// Options of `benchcli init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli init
  benchcli init --yes --ci gitlab

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/ci-github.md
and https://github.com/benchparse/benchparse/blob/main/benchcli/docs/ci-gitlab.md")]
pub struct InitArgs {
    /// Skip the confirmation prompt
    #[arg(long, short)]
    pub yes: bool,
    /// The CI system [default: detected from files and remotes]
    #[arg(long, value_enum, value_name = "CI")]
    pub ci: Option<Ci>,
    /// The main branch [default: detected from the remote or the branch names]
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `180d`.
fn age(text: &str) -> Result<Span, String> {
    const HOURS: [(char, i64); 4] = [('h', 1), ('d', 24), ('w', 7 * 24), ('y', 8766)];

    let wrong = || "must be a whole number followed by h, d, w or y, for example 180d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let (_, hours) = HOURS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(wrong)?;
    let number = &text[..text.len() - unit.len_utf8()];
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let hours = i64::from(number).checked_mul(*hours);
    let span = hours.and_then(|hours| Span::new().try_hours(hours).ok());
    span.ok_or_else(|| "nothing is that old".to_owned())
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
