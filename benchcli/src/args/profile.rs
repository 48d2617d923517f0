//! The command line of `benchcli profile`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::number::whole_from;

/// Options of `benchcli profile`.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ProfileCommand,
}

/// What can be done with profiles.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum ProfileCommand {
    /// Compare profiles: which functions contribute most to the difference
    Diff(ProfileDiffArgs),
    /// Keep profiles and execution traces with a commit
    Add(ProfileAddArgs),
    /// List stored profiles
    List(ProfileListArgs),
    /// Write a stored profile to a file, for `go tool pprof` or `go tool trace`
    Get(ProfileGetArgs),
}

/// Options of `benchcli profile add`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  go test -run '^$' -bench Encode -cpuprofile cpu.pprof | benchcli record
  benchcli profile add cpu.pprof --bench Encode
  benchcli profile add trace.out heap.pprof --commit v1.4.0

Files are stored unchanged under refs/benchcli/profiles. `benchcli push` and `benchcli pull` share \
them, and `benchcli prune` removes old ones. Adding a file again changes nothing.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/profiles.md")]
pub struct ProfileAddArgs {
    /// Files in pprof format, or execution traces of `go test -trace`
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The commit that was measured
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub commit: String,
    /// The recording that the profiles belong to, as a prefix of its id [default: the newest of the commit]
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// The benchmark that was profiled
    #[arg(long, value_name = "NAME")]
    pub bench: Option<String>,
    /// The limit on the total size of all kept profiles, in MiB [default: profiles-mib in benchcli.toml, or
    /// 100]
    #[arg(long, value_name = "MIB", value_parser = whole_from(0_u32))]
    pub max_mib: Option<u32>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `benchcli profile list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli profile list
  benchcli profile list v1.4.0 --json")]
pub struct ProfileListArgs {
    /// Only profiles of this commit
    #[arg(value_name = "REV")]
    pub revision: Option<String>,
    /// Print JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// Options of `benchcli profile get`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  go tool pprof -top $(benchcli profile get HEAD:cpu.pprof)
  benchcli profile get v1.4.0:trace.out -o old.trace && go tool trace old.trace

Prints the path of the file. NAME is the name of the file that was added, or the first digits of \
the id that `benchcli profile list` prints. You can omit NAME if the commit has only one profile.")]
pub struct ProfileGetArgs {
    /// The profile to write
    #[arg(value_name = "REV[:NAME]")]
    pub profile: String,
    /// The file to write; - for standard output [default: its own name, in the current folder]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
}

/// Options of `benchcli profile diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli profile diff old.pprof new.pprof
  benchcli profile diff v1.4.0 HEAD
  benchcli profile diff main:cpu.pprof cpu.pprof
  benchcli profile diff monday.heap friday.heap --sample-type inuse_space --lines
  benchcli profile diff old.cpu new.cpu --ops 100000,100000 --flame flame.svg
  benchcli profile diff old1.cpu new1.cpu --more-old old2.cpu --more-new new2.cpu

A profile is a file, or a profile that `benchcli profile add` kept: REV:NAME, or just REV if the \
commit has only one.

flat is the cost of the function itself; cum also includes everything that it calls. Both are head
minus base, and percentages are relative to the base, as in `go tool pprof -top -diff_base`. With
repeated profiles, flat ± and cum ± are half the 95% intervals, and differences within the noise are
not shown.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/profiles.md")]
pub struct ProfileDiffArgs {
    /// The profile of the base
    #[arg(value_name = "OLD")]
    pub old: OsString,
    /// The profile of the head
    #[arg(value_name = "NEW")]
    pub new: OsString,
    /// Another profile of the base, to estimate the noise; repeatable
    #[arg(long, value_name = "PROFILE")]
    pub more_old: Vec<OsString>,
    /// Another profile of the head; repeatable
    #[arg(long, value_name = "PROFILE")]
    pub more_new: Vec<OsString>,
    /// The sample type, such as `cpu`, `alloc_space` or `inuse_space` [default: that of the profile]
    #[arg(long, value_name = "NAME")]
    pub sample_type: Option<String>,
    /// The number of operations in each profile of the base and of the head, to compare per operation
    #[arg(long, value_name = "OLD,NEW", value_parser = operations)]
    pub ops: Option<(u64, u64)>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub view: ViewArgs,
}

/// How to show a comparison.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: ProfileFormat,
    /// Show lines instead of functions
    #[arg(long)]
    pub lines: bool,
    /// The maximum number of rows in each table
    #[arg(long, value_name = "ROWS", default_value_t = 20, value_parser = whole_from(0_usize))]
    pub top: usize,
    /// Write a differential flame graph
    #[arg(long, value_name = "FILE.svg")]
    pub flame: Option<PathBuf>,
}

/// The form of a comparison of profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProfileFormat {
    /// A table for a terminal
    #[default]
    Text,
    /// JSON, with every row
    Json,
    /// A table for a pull request
    Markdown,
}

/// `1000,2000`.
fn operations(text: &str) -> Result<(u64, u64), String> {
    let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
    let parsed = text
        .split_once(',')
        .and_then(|(old, new)| Some((number(old)?, number(new)?)));
    parsed.ok_or_else(|| "expected two numbers above 0, for example 1000,2000".to_owned())
}
