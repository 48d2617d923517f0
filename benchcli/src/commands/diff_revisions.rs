//! `benchcli diff`: prints the tables of commits and files.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};

use super::{Outcome, diff};
use crate::args::diff::DiffOptions;
use crate::baseline::find::{self, AUTO, Wanted};
use crate::baseline::{CiTarget, Contents, Store};
use crate::hint::WithHint as _;
use crate::inputs::Input;
use crate::pipeline::results::{Source, whole};
use crate::ui;

const PROGRAM: &str = "benchcli diff";

/// Reads baselines and files, compares them and prints the tables.
///
/// # Errors
/// A commit has no baseline, an input cannot be read, or the output cannot be written.
pub fn run(mut options: DiffOptions) -> Result<Outcome> {
    let store = Store::open(Path::new("."))?;
    if let [only] = &options.inputs[..] {
        if is_file(only) {
            return Err(
                anyhow!("{}: no second input to compare it with", only.display())
                    .hint("name an earlier commit, or `auto`"),
            );
        }
        options.inputs.push("HEAD".into());
    }
    let mut sources = Vec::new();
    let mut autos = Vec::new();
    let mut wanted = Wanted::default();
    for input in Input::from_arguments(&options.inputs) {
        if input.path == AUTO && !is_file(&input.path) {
            autos.push((sources.len(), input.label));
            continue;
        }
        let texts = if is_file(&input.path) {
            vec![whole(&input)?]
        } else {
            let baseline = find::at(&store, revision(&input.path)?, &Wanted::default())?;
            baseline.texts().map(<[u8]>::to_vec).collect()
        };
        let name = input.path.as_encoded_bytes();
        let contents = Contents::of_all(texts.iter().map(|text| (name, &text[..])));
        wanted.environments.extend(contents.environments);
        sources.push(Source::Texts {
            name: name.to_vec(),
            label: input.label,
            texts,
        });
    }
    if !autos.is_empty() {
        let target = CiTarget::from_variables(|name| env::var(name).ok());
        let baseline = find::find(&store, AUTO, &wanted, target.as_ref())?;
        ui::line(PROGRAM, &format!("using the baseline of commit {baseline}"));
        for (place, label) in autos.into_iter().rev() {
            let source = Source::Texts {
                name: AUTO.into(),
                label,
                texts: baseline.texts().map(<[u8]>::to_vec).collect(),
            };
            sources.insert(place, source);
        }
    }
    diff::run_on(PROGRAM, sources, options)
}

/// A file goes before a commit of the same name.
fn is_file(path: &OsStr) -> bool {
    path == "-" || fs::metadata(path).is_ok_and(|file| !file.is_dir())
}

fn revision(path: &OsString) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{}: neither a file nor a commit", path.display()))
}
