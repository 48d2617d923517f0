//! The command line of `benchcli report`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::history::{HistoryArgs, HistoryOptions};

/// What `benchcli report --help` begins with.
pub const ABOUT: &str = "\
Writes the history of all benchmarks as an HTML page.

The page is a single file. It works without a network or a server, from disk or on GitHub Pages. \
It charts every series with its changes and their commits, and lets you search and filter. Its URL \
contains the current view, so you can share a link to it.";

/// Options of `benchcli report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  benchcli report -o report.html
  benchcli pull && benchcli report -o public/index.html --since 1y
  benchcli report -o - --filter 'pkg:example.com/codec' > codec.html
  benchcli explain --base HEAD~1 --bench Encode --flame flames --format json > explained.json
  benchcli report -o report.html --explained explained.json

Exit status: 0, or 2 if a flag is invalid or nothing can be shown.

See https://github.com/benchparse/benchparse/blob/main/benchcli/docs/trends.md")]
pub struct ReportArgs {
    /// The file to write; - for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// The title of the page [default: the name of the repository]
    #[arg(long)]
    title: Option<String>,

    /// URL template for commits; {id} is replaced with the commit id [default: derived from the origin remote]
    #[arg(long, value_name = "URL")]
    commit_url: Option<String>,

    /// Add explanations from the JSON of `benchcli explain` or `benchcli run --explain`; repeatable
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
                "--commit-url {url}: expected a URL such as https://example.com/commit/{{id}}"
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
