//! `benchcli report`: writes the history as an HTML page.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use super::Outcome;
use crate::args::report::ReportOptions;
use crate::atomic_file::write_file;
use crate::baseline::Store;
use crate::pipeline::histories::{history, print_remarks, remarks};
use crate::profile::flame::is_flame_graph;
use crate::report::page::{self, Explanation, commit_link};
use crate::ui::{self, warn};

/// Writes the page.
///
/// # Errors
/// There is nothing to show, or the page cannot be written.
pub fn run(options: &ReportOptions) -> Result<Outcome> {
    let explained = options.explained.iter().map(|path| explanation(path));
    let explained = explained.collect::<Result<Vec<_>>>()?;
    let reading = history(&options.history, true)?;
    print_remarks(&remarks(&reading));
    let store = Store::open(Path::new("."))?;
    let commit_url = options.commit_url.clone().or_else(|| {
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
    for (path, explanation) in options.explained.iter().zip(&explained) {
        let strangers = explanation.strangers(&reading.history);
        if !strangers.is_empty() {
            warn(&format!(
                "{}: the page has no such benchmark: {}",
                path.display(),
                strangers.join(", ")
            ));
        }
    }
    let text = page::write(&reading.history, &title, commit_url.as_deref(), &explained)?;
    match &options.output {
        None => ui::stdout().write_all(text.as_bytes())?,
        Some(path) => write_file(path, text.as_bytes())?,
    }
    Ok(Outcome::Pass)
}

/// What a file explains, with its flame graphs.
fn explanation(path: &Path) -> Result<Explanation> {
    let text = fs::read(path).with_context(|| path.display().to_string())?;
    let mut explanation = Explanation::read(&text).with_context(|| path.display().to_string())?;
    if explanation.is_empty() {
        warn(&format!(
            "{}: no benchmark is explained in this file",
            path.display()
        ));
    }
    for answer in explanation.answers_mut() {
        let Some(flame) = answer.flame_graph.take() else {
            continue;
        };
        // What was fetched from elsewhere lies beside the report; what was drawn here may lie where
        // the command ran.
        let beside = fs::read_to_string(path.with_file_name(&flame));
        let read = match beside {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::read_to_string(&flame),
            read => read,
        };
        match read {
            Ok(svg) if is_flame_graph(&svg) => answer.flame_graph = Some(svg),
            Ok(_) => warn(&format!("skipped {flame}: not a flame graph")),
            Err(error) => warn(&format!("skipped the flame graph {flame}: {error}")),
        }
    }
    Ok(explanation)
}
