//! `benchcli check`: judges files and ends with an exit status for CI.

use std::collections::{BTreeSet, HashSet};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use benchparse::gate::Report;

use super::Outcome;
use crate::args::check::{AUTO, CheckOptions, GateArgs, ReportFormat};
use crate::args::diff::{DiffOptions, Format};
use crate::baseline::find::{self, Baseline, Wanted};
use crate::baseline::{CiTarget, Contents, Store};
use crate::hint::WithHint as _;
use crate::inputs::Input;
use crate::pipeline::baselines::short;
use crate::pipeline::gate::{Comparison, Extras, Gate, conclude, ignores_layouts, read_sides};
use crate::pipeline::reproduce;
use crate::pipeline::results::{two_files, whole};
use crate::pipeline::run_state::{Confirming, RunState};
use crate::pipeline::toolchains;
use crate::pipeline::versions::Benchmarks;
use crate::report::verdicts::{Measured, RowMetadata};
use crate::runner::build::go_version;
use crate::runner::children::Children;
use crate::runner::code_layout::Layouts;
use crate::runner::machine::{Quietness, Snapshot};
use crate::runner::plan::{Order, Plan};
use crate::runner::rounds::Rounds;
use crate::runner::worktree::RunFolder;
use crate::runner::{signals, workspace};

/// Judges new results against a baseline.
///
/// # Errors
/// When an input cannot be read, there is no baseline, or a report cannot be written.
pub fn run(options: &CheckOptions) -> Result<Outcome> {
    refuse_duplicates(options)?;
    let new = options.new.iter().map(|path| text_of(path));
    let new = new.collect::<Result<Vec<_>>>()?;
    let new_name = joined(options.new.iter().map(|path| path.display().to_string()));
    let labels = options.gate.loaded.config.labels.iter();
    let labels: Vec<_> = labels
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let contents = Contents::of_all(new.iter().map(|text| (&b"new"[..], &text[..])));
    let wanted = Wanted {
        environments: contents.environments,
        labels,
        across_layouts: ignores_layouts(&options.gate),
    };
    let confirms = options.confirming_rounds > 0;
    let (mut old, mut names, mut baseline) = (Vec::new(), Vec::new(), None);
    for base in &options.base {
        match read_base(base, &wanted, confirms)? {
            Base::File(text) => {
                old.push(text);
                names.push(base.display().to_string());
            }
            Base::Stored(found) => {
                old.extend(found.texts().map(<[u8]>::to_vec));
                names.push(found.to_string());
                baseline.get_or_insert(found);
            }
        }
    }
    let store = Store::open(Path::new(".")).ok();
    let since = baseline.as_ref().map(|baseline| baseline.commit);
    let gate = Gate::new(&options.gate, store.as_ref(), since)?;
    let names = [joined(names.into_iter()), new_name];
    let texts = [old, new];
    let mut comparison = read_sides("benchcli check", names, &texts, gate.options)?;
    if let Some(baseline) = &baseline {
        // Results that were stored at another time were not measured in turn with any others.
        comparison.is_interleaved = options.gate.policy.interleaved;
        comparison.selects_across_layouts = confirms && baseline.is_across_layouts(&wanted);
        if let Some(store) = &store {
            comparison.compare_benchmarks_with(store, baseline.commit);
        }
    }
    if confirms {
        let Some(baseline) = &baseline else {
            return Err(anyhow!(
                "--confirm builds the base to measure it again, and a file does not say which commit it is of"
            )
            .hint("record the file with `benchcli record --commit REV`, and pass that commit to --base"));
        };
        return confirm(options, store.as_ref(), &gate, comparison, baseline, &texts);
    }
    let mut rows = comparison.rows(&gate);
    let report = comparison.judge(&gate, &mut rows, &[], 1.0);
    let mut extras = Extras::default();
    if let Some(baseline) = &baseline {
        extras = about_stored(options, baseline, &report, &rows.metadata);
    }
    conclude(&comparison, rows, &report, &gate, &texts, extras)
}

/// What a report says where the base is a stored baseline.
fn about_stored(
    options: &CheckOptions,
    baseline: &Baseline,
    report: &Report,
    metadata: &[RowMetadata],
) -> Extras {
    let base = short(baseline.commit);
    let of_base = baseline.go_versions();
    let here = (!of_base.is_empty()).then(|| go_version(Path::new(".")));
    Extras {
        reproduce: reproduce::command(&options.go, &base, None, report, metadata),
        advice: Vec::from_iter(toolchains::advice_on_stored(
            &of_base,
            here.flatten().as_deref(),
        )),
        ..Extras::default()
    }
}

/// Measures what may have regressed once more, base and working tree in turn, and reports.
fn confirm(
    options: &CheckOptions,
    store: Option<&Store>,
    gate: &Gate<'_>,
    comparison: Comparison,
    baseline: &Baseline,
    texts: &[Vec<Vec<u8>>; 2],
) -> Result<Outcome> {
    let children = Children::default();
    signals::stop_on_signal(&children).context("cannot install signal handlers")?;
    let git = store.map(|store| store.repo().commondir().to_owned());
    let mut place = RunFolder::create(&children, git.as_deref())?;
    let plan = Plan {
        order: Order::default(),
        seed: workspace::random() >> 40,
    };
    let before = Snapshot::take();
    let rounds = Rounds::new(Vec::new(), plan, None);
    let mut state = RunState::new(gate, comparison, rounds, Benchmarks::default());
    let ended = state.confirm(
        &Confirming {
            children: &children,
            store,
            rounds: options.confirming_rounds,
            layouts: Layouts::Cycle(1),
            max_time: None,
            build: Some((&options.go, baseline.commit)),
        },
        &mut place,
    );
    let removed = place.remove();
    ended?;
    removed?;
    let quietness = Quietness::between(&before, &Snapshot::take(), Vec::new());
    let mut rows = state.comparison.rows(gate);
    let report = state.judged(&mut rows);
    let mut extras = about_stored(options, baseline, &report, &rows.metadata);
    extras.measured = (state.confirmed > 0).then(|| Measured {
        rounds: 0,
        order: Some(plan.order.name()),
        seed: plan.seed,
        machine: quietness.to_string(),
        layouts: None,
        uncontrolled: state.uncontrolled.clone(),
        confirming_rounds: state.confirmed as usize,
    });
    extras.advice.extend(state.advice(&report));
    conclude(&state.comparison, rows, &report, gate, texts, extras)
}

/// Refuses an input that would count twice: its values would look like more samples than they are.
fn refuse_duplicates(options: &CheckOptions) -> Result<()> {
    if options.base.iter().any(|path| path == "-") && options.new.iter().any(|path| path == "-") {
        return Err(
            anyhow!("standard input cannot be both the base and the head")
                .hint("pass a file or a commit to --base"),
        );
    }
    for side in [&options.base, &options.new] {
        let mut seen = HashSet::new();
        for path in side {
            let real = fs::canonicalize(path).unwrap_or_else(|_| path.into());
            if !seen.insert(real) {
                return Err(anyhow!(
                    "{} was given twice, so its values would be counted twice",
                    path.display()
                )
                .hint("pass the file only once"));
            }
        }
    }
    Ok(())
}

/// `benchdiff --gate`: the same for two files.
///
/// # Errors
/// As [`run`].
pub fn gate_files(diff: &DiffOptions) -> Result<Outcome> {
    let mut gate = GateArgs::default().into_options()?;
    gate.filter = diff.table_options.filter.clone();
    gate.repair_mode = diff.repair_mode;
    gate.color = diff.color;
    gate.format = match diff.format {
        Format::Text => ReportFormat::Text,
        Format::Json => ReportFormat::Json,
        Format::Markdown => ReportFormat::Markdown,
        Format::Csv => {
            return Err(
                anyhow!("--gate supports only the formats text, json and markdown")
                    .hint("omit --format csv, or choose one of these formats"),
            );
        }
    };
    let [old, new] = &diff.inputs[..] else {
        bail!(
            "--gate requires two inputs, an old and a new one; found {}",
            diff.inputs.len()
        );
    };
    let (names, texts) = two_files(&[old.clone(), new.clone()])?;
    let gate = Gate::new(&gate, None, None)?;
    let comparison = read_sides("benchdiff", names, &texts, gate.options)?;
    let mut rows = comparison.rows(&gate);
    let report = comparison.judge(&gate, &mut rows, &[], 1.0);
    conclude(&comparison, rows, &report, &gate, &texts, Extras::default())
}

fn joined(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn text_of(path: &OsStr) -> Result<Vec<u8>> {
    whole(&Input {
        path: path.to_owned(),
        label: path.as_encoded_bytes().to_vec(),
    })
}

/// What the head is compared with.
enum Base {
    /// The text of a file.
    File(Vec<u8>),
    /// What is stored for a commit.
    Stored(Baseline),
}

/// Finds a base. Where `confirms`, what it says only selects what is measured again.
fn read_base(base: &OsStr, wanted: &Wanted, confirms: bool) -> Result<Base> {
    let found = fs::metadata(base).ok();
    let is_file = found.as_ref().is_some_and(|found| !found.is_dir());
    if is_file || base == "-" {
        return Ok(Base::File(text_of(base)?));
    }
    let store = Store::open(Path::new("."));
    let is_revision = |store: &Store| base.to_str().is_some_and(|it| store.resolve(it).is_ok());
    let has_meaning = base == AUTO || store.as_ref().is_ok_and(is_revision);
    if found.is_some() && !has_meaning {
        return Err(
            anyhow!("--base {} is a folder", base.display()).hint("name a file in it, or a commit")
        );
    }
    let store = store.with_context(|| {
        if base == AUTO {
            "--base auto requires a git repository".to_owned()
        } else {
            format!(
                "--base {}: no such file, and cannot look for a commit",
                base.display()
            )
        }
    })?;
    let baseline = if base == AUTO {
        let target = CiTarget::from_variables(|name| env::var(name).ok());
        let find = if confirms {
            find::to_select_suspects
        } else {
            find::find
        };
        find(&store, AUTO, wanted, target.as_ref())?
    } else {
        let revision = base
            .to_str()
            .with_context(|| format!("--base {}: neither a file nor a commit", base.display()))?;
        let of_any_environment = Wanted {
            environments: BTreeSet::new(),
            ..wanted.clone()
        };
        let mut found = find::at(&store, revision, &of_any_environment)
            .with_context(|| format!("--base {revision}: no such file, and not a usable commit"))?;
        found.prefer_layouts(wanted);
        found
    };
    Ok(Base::Stored(baseline))
}
