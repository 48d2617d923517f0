//! `benchcli report`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::history::{HistoryArgs, HistoryOptions};

/// What `benchcli report --help` begins with.
pub const ABOUT: &str = "\
Writes the history of all benchmarks as one page to look at, share and keep.

The page is a single file: it needs no network and no server, and opens from disk as from GitHub \
Pages. It has charts with every change and its commit, search and filters, and its address says what \
it shows, so that a link leads others to the same view.";

/// Options of `benchcli report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli report -o report.html
  benchcli pull && benchcli report -o public/index.html --since 1y
  benchcli report -o - --filter 'pkg:example.com/codec' > codec.html
  benchcli explain --base HEAD~1 --bench Encode --flame flames --format json > explained.json
  benchcli report -o report.html --explained explained.json

Exit status: 0, or 2 where a flag is wrong or nothing can be shown.")]
pub struct ReportArgs {
    /// The page to write; - for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// Its title [default: the name of the repository]
    #[arg(long)]
    title: Option<String>,

    /// The address of a commit, with {id} for its id [default: by the remote origin]
    #[arg(long, value_name = "URL")]
    commit_url: Option<String>,

    /// Show who pays, from the JSON of `benchcli explain` or of `benchcli run --explain`; repeatable
    #[arg(long, value_name = "FILE")]
    explained: Vec<PathBuf>,

    #[command(flatten)]
    history: HistoryArgs,
}

/// What to write.
#[derive(Debug)]
pub struct ReportOptions {
    /// Where to; standard output where there is none.
    pub output: Option<PathBuf>,
    /// The title as it was given.
    pub title: Option<String>,
    /// The address of a commit as it was given.
    pub commit_url: Option<String>,
    /// Files that explain benchmarks.
    pub explained: Vec<PathBuf>,
    /// Which series.
    pub history: HistoryOptions,
}

impl ReportArgs {
    /// Checks every value, and reads the configuration file.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn into_options(self) -> Result<ReportOptions> {
        if let Some(url) = &self.commit_url
            && !(url.starts_with("https://") || url.starts_with("http://")) | !url.contains("{id}")
        {
            anyhow::bail!(
                "--commit-url {url}: expected an address such as https://example.com/commit/{{id}}"
            );
        }
        Ok(ReportOptions {
            output: (self.output.as_os_str() != "-").then_some(self.output),
            title: self.title,
            commit_url: self.commit_url,
            explained: self.explained,
            history: self.history.into_options()?,
        })
    }
}
