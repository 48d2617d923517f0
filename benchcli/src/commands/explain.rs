//! `benchcli explain`: names the functions that contribute most to a difference.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use benchparse::format::{Parser, Record};

use super::Outcome;
use crate::args::explain::ExplainOptions;
use crate::args::profile::ProfileFormat;
use crate::atomic_file::check_folder;
use crate::baseline::Store;
use crate::diagnostics::{Diagnostic, Severity};
use crate::pipeline::failure::in_one_line;
use crate::pipeline::profiling::{Explicable, Profiling, is_stopped, output};
use crate::pipeline::versions::{Linking, Prepared, prepare};
use crate::profile::render;
use crate::runner::children::Children;
use crate::runner::signals;
use crate::runner::worktree::RunFolder;
use crate::ui;
use crate::ui::warn;

/// Runs the command.
///
/// # Errors
/// When the versions cannot be found or built, or nothing could be explained.
pub fn run(options: &ExplainOptions) -> Result<Outcome> {
    if let Some(folder) = &options.flame {
        check_folder(folder)?;
    }
    let children = Children::default();
    signals::stop_on_signal(&children).context("cannot install signal handlers")?;
    let store = Store::open(Path::new("."))?;
    let mut place = RunFolder::create(&children, Some(store.repo().commondir()))?;
    let ended = match prepare(
        &options.versions,
        &children,
        Some(&store),
        &mut place,
        Linking::AS_IS,
    ) {
        Ok(prepared) => explain(options, &children, &prepared, place.path()),
        Err(error) => Err(error),
    };
    let removed = place.remove();
    let outcome = ended?;
    removed?;
    Ok(outcome)
}

fn explain(
    options: &ExplainOptions,
    children: &Children,
    prepared: &Prepared,
    scratch: &Path,
) -> Result<Outcome> {
    let (wanted, failed) = measured(children, prepared)?;
    if wanted.is_empty() && !failed.is_empty() {
        bail!("nothing could be explained: {} failed", failed.join(", "));
    }
    if let (true, Some(broken)) = (wanted.is_empty(), prepared.failed_builds.first()) {
        bail!("nothing could be explained: {}", broken.text());
    }
    if wanted.is_empty() {
        bail!("no benchmark exists in both versions; use --bench or --pkg to select others");
    }
    let profiling = Profiling {
        children,
        scratch,
        flames: options.flame.as_deref(),
        most: options.most,
    };
    let (explained, ended) = profiling.explain(&wanted, &prepared.subjects);
    let text = match options.format {
        ProfileFormat::Text => {
            let texts = explained
                .iter()
                .map(|it| render::explained_text(it, options.table_size));
            texts.collect::<Vec<_>>().join("\n")
        }
        ProfileFormat::Markdown => {
            let texts = explained
                .iter()
                .map(|it| render::explained_markdown(it, options.table_size));
            texts.collect::<Vec<_>>().join("\n")
        }
        ProfileFormat::Json => render::explanation_json(&prepared.names, &explained)?,
    };
    match options.format {
        ProfileFormat::Json => ui::stdout().write_all(text.as_bytes())?,
        ProfileFormat::Text | ProfileFormat::Markdown => ui::print(&text)?,
    }
    ended?;
    if explained.is_empty() {
        let tried = wanted.iter().take(options.most);
        let names = failed
            .into_iter()
            .chain(tried.map(|it| it.benchmark.clone()));
        let names: Vec<String> = names.collect();
        bail!("nothing could be explained: {} failed", names.join(", "));
    }
    let is_incomplete = |it: &Diagnostic| it.severity == Severity::Incomplete;
    Ok(if prepared.failed_builds.iter().any(is_incomplete) {
        Outcome::Incomplete
    } else {
        Outcome::Pass
    })
}

/// The benchmarks of both versions, with how often each runs in the time that was asked for, and the
/// names of those that fail.
fn measured(children: &Children, prepared: &Prepared) -> Result<(Vec<Explicable>, Vec<String>)> {
    let mut packages: Vec<(&String, &String, usize)> = prepared
        .benchmarks
        .iter()
        .map(|((package, bare), subject)| (package, bare, *subject))
        .collect();
    packages.sort_by_key(|(.., subject)| *subject);
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    for (package, bare, subject) in packages {
        let Some([Some(_), Some(head)]) = prepared.subjects.get(subject).map(|it| &it.sides) else {
            continue;
        };
        let mut command = Command::new(&head.program);
        command.args(&head.arguments).current_dir(&head.folder);
        let name = &prepared.subjects[subject].name;
        if let Some(change) = prepared.differences.changed_of(package, bare) {
            let file = change.file.as_deref().unwrap_or(package);
            warn(&format!(
                "{name} itself changed in {file}, so its profiles compare two benchmarks"
            ));
        }
        let printed = match output(children, &mut command) {
            Ok(printed) => printed,
            Err(error) if is_stopped(&error) => return Err(error),
            Err(error) => {
                warn(&format!(
                    "{name} cannot be explained because it failed: {}",
                    in_one_line(&error)
                ));
                failed.push(name.clone());
                continue;
            }
        };
        let mut parser = Parser::new();
        let mut reader = parser.read(b"head", &printed[..]);
        while let Some(record) = reader.next_record()? {
            if let Record::Result(result) = record {
                found.push(Explicable {
                    subject,
                    package: package.clone(),
                    benchmark: String::from_utf8_lossy(result.name().full()).into_owned(),
                    iterations: result.iterations(),
                });
            }
        }
    }
    Ok((found, failed))
}
