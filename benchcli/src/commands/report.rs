//! `benchcli report`: the history as a page.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use super::Outcome;
use super::histories::{history, remarks, tell};
use crate::args::report::ReportOptions;
use crate::baseline::Store;
use crate::report::page::{self, commit_link};
use crate::whole_file::write_whole;

/// Writes the page.
///
/// # Errors
/// There is nothing to show, or the page cannot be written.
pub fn run(options: &ReportOptions) -> Result<Outcome> {
    let reading = history(&options.history, true)?;
    tell(&remarks(&reading));
    let store = Store::open(Path::new("."))?;
    let forge = options.commit_url.clone().or_else(|| {
        let origin = store.repo().find_remote("origin").ok()?;
        commit_link(origin.url().ok()?)
    });
    let title = options.title.clone().unwrap_or_else(|| {
        let folder = store.repo().workdir().unwrap_or(store.repo().path());
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        format!("Benchmarks of {name}")
    });
    let text = page::write(&reading.history, &title, forge.as_deref())?;
    match &options.output {
        None => io::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => write_whole(path, text.as_bytes())
            .with_context(|| format!("{} cannot be written", path.display()))?,
    }
    Ok(Outcome::Pass)
}
