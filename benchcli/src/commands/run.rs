//! `benchcli run`: measures base and head in turn, and judges the difference.

use std::env;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use benchparse::gate::Report;
use git2::Oid;

use super::Outcome;
use super::record;
use crate::args::go::{BaseSource, GoOptions, Versions};
use crate::args::run::RunOptions;
use crate::atomic_file::{check_file, check_folder, unwritable};
use crate::baseline::find::{self, Baseline, Wanted};
use crate::baseline::{CiTarget, Contents, Store};
use crate::hint::WithHint;
use crate::pipeline::baselines::short;
use crate::pipeline::failure::hints;
use crate::pipeline::gate::{Comparison, Extras, Gate, conclude, ignores_layouts};
use crate::pipeline::profiling::{Explicable, Profiling};
use crate::pipeline::reproduce;
use crate::pipeline::run_state::{Confirming, RunState};
use crate::pipeline::toolchains;
use crate::pipeline::versions::{Linking, Prepared, prepare};
use crate::plural::counted;
use crate::report::verdicts::{Measured, RowMetadata, SameBinary};
use crate::runner::children::Children;
use crate::runner::machine::{Quietness, Snapshot};
use crate::runner::pin::{pin, set_priority};
use crate::runner::plan::Plan;
use crate::runner::rounds::Rounds;
use crate::runner::save::save;
use crate::runner::worktree::RunFolder;
use crate::runner::{Side, signals, workspace};
use crate::ui::{self, status, warn};

/// Runs the command.
///
/// # Errors
/// When the versions cannot be found, built or measured, or a report cannot be written.
pub fn run(options: &RunOptions) -> Result<Outcome> {
    let children = Children::default();
    signals::stop_on_signal(&children).context("cannot install signal handlers")?;
    let store = Store::open(Path::new("."));
    let record_for = preflight(options, store.as_ref())?;
    let store = store.ok();
    let git = store
        .as_ref()
        .map(|store| store.repo().commondir().to_owned());
    let mut place = RunFolder::create(&children, git.as_deref())?;
    // Enough to repeat a run with, and short enough to copy.
    let seed = options.seed.unwrap_or_else(|| workspace::random() >> 40);
    let linking = Linking {
        layouts: options.layouts,
        seed,
        measure_all: options.measure_all,
    };
    let prepared = prepare(
        &options.versions,
        &children,
        store.as_ref(),
        &mut place,
        linking,
    );
    let ended = prepared.and_then(|prepared| {
        let scratch = place.path().to_owned();
        let context = RunContext {
            children: &children,
            store: store.as_ref(),
            record_for,
            scratch: &scratch,
            seed,
            options,
        };
        measure(&context, prepared, &mut place)
    });
    let removed = place.remove();
    let outcome = ended?;
    removed?;
    Ok(outcome)
}

/// Looks for what would make the end of the run worthless; gives the commit to record for.
fn preflight(options: &RunOptions, store: Result<&Store, &anyhow::Error>) -> Result<Option<Oid>> {
    for to in &options.gate.reports {
        check_file(&to.path)?;
    }
    for folder in options.save_raw.iter().chain(&options.flame) {
        check_folder(folder)?;
    }
    match store {
        _ if !options.record => Ok(None),
        Ok(store) => Ok(Some(store.resolve("HEAD").context("--record")?.id())),
        Err(error) => {
            let flag = if is_alone(&options.versions) {
                "--record-only"
            } else {
                "--record"
            };
            let error_of_flag = anyhow!("{flag}: {error:#}");
            Err(hints(error).into_iter().fold(error_of_flag, WithHint::hint))
        }
    }
}

/// What a run needs besides the versions.
struct RunContext<'c> {
    children: &'c Children,
    store: Option<&'c Store>,
    /// The commit to record for.
    record_for: Option<Oid>,
    scratch: &'c Path,
    /// Where the order and the layouts are drawn from.
    seed: u64,
    options: &'c RunOptions,
}

/// What is known of the versions besides their results.
struct Unmeasured {
    /// The commit of the base.
    base: Option<Oid>,
    /// Why the layout of the code is not controlled although it should be.
    uncontrolled: Option<String>,
    same_binaries: Vec<SameBinary>,
    /// The versions of Go that build base and head.
    toolchains: [Option<String>; 2],
}

/// Measures, judges and reports.
fn measure(context: &RunContext<'_>, prepared: Prepared, place: &mut RunFolder) -> Result<Outcome> {
    let options = context.options;
    let plan = Plan {
        order: options.order,
        seed: context.seed,
    };
    let before = Snapshot::take();
    let pinned = options.pin.as_deref().map(pin).transpose()?;
    let priority = options.nice.map(set_priority).transpose()?;
    let used = pinned.iter().map(|pinned| pinned.description.clone());
    let used = used.chain(priority).collect();
    let gate = Gate::new(&options.gate, context.store, prepared.base)?;
    let unmeasured = Unmeasured {
        base: prepared.base,
        uncontrolled: prepared.uncontrolled,
        same_binaries: prepared.same_binaries,
        toolchains: prepared.toolchains,
    };
    let mut comparison = Comparison::new(&options.gate, prepared.names);
    comparison.failed_builds = prepared.failed_builds;
    comparison.base_is_listed = prepared.base_is_listed;
    comparison.set_differences_of_confirmation(prepared.differences.clone());
    comparison.set_differences(prepared.differences);
    comparison.are_commands = matches!(options.versions, Versions::Commands(_));
    let baseline = stored_base(&options.versions);
    let is_alone = is_alone(&options.versions);
    comparison.is_interleaved |= baseline.is_none();
    let rounds = Rounds::new(prepared.subjects, plan, prepared.linker);
    let mut state = RunState::new(&gate, comparison, rounds, prepared.benchmarks);
    let mut stored = None;
    let ended = state.run(options, context.children).and_then(|()| {
        let mut build = None;
        if let (Versions::Go(go), Some(base), Some(store)) =
            (&options.versions, baseline, context.store)
        {
            let found = read_baseline(&mut state, options, store, base)?;
            build = Some((go, found.commit));
            stored = Some(found);
        }
        let how = Confirming {
            children: context.children,
            store: context.store,
            rounds: options.confirming_rounds,
            layouts: options.layouts,
            max_time: options.max_time,
            build,
        };
        if is_alone || how.rounds == 0 {
            return Ok(());
        }
        state.confirm(&how, place)
    });
    let quietness = Quietness::between(&before, &Snapshot::take(), used);
    let folder = options.save_raw.as_deref();
    if let Err(error) = ended {
        if is_alone {
            state.rescue_alone(folder)?;
        } else {
            state.rescue(folder)?;
        }
        return Err(error);
    }
    if is_alone {
        if let Some(why) = unmeasured.uncontrolled {
            warn(&format!("layout of the code not controlled: {why}"));
        }
        return keep_alone(context, &state);
    }
    let texts = state.texts();
    // Before profiles, which may be stopped; an error of it comes after the verdict.
    let mut diagnostics = state.comparison.diagnostics().into_iter();
    let is_partial = diagnostics.any(|it| it.is_failure() && it.side == Some(Side::Head.name()));
    let kept = keep(context, &texts, is_partial);
    let outcome = verdict(
        context,
        &state,
        texts,
        stored.as_ref(),
        unmeasured,
        &quietness,
    );
    drop(pinned);
    let outcome = outcome?;
    kept?;
    Ok(outcome)
}

/// Saves and records what was measured, as far as that was asked for.
fn keep(context: &RunContext<'_>, texts: &[Vec<u8>; 2], is_partial: bool) -> Result<()> {
    let saved = match &context.options.save_raw {
        Some(folder) => save(folder, texts).map_err(|error| unwritable(folder, error)),
        None => Ok(()),
    };
    if let (Some(store), Some(commit)) = (context.store, context.record_for) {
        let text = texts[1].clone();
        status(&record::just_measured(store, commit, text, is_partial)?);
    }
    saved
}

/// Prints, saves and records the results of the head, which was measured alone.
fn keep_alone(context: &RunContext<'_>, state: &RunState<'_>) -> Result<Outcome> {
    for line in state.comparison.all_lines() {
        status(&format!("note: {line}"));
    }
    let mut diagnostics = state.comparison.diagnostics().into_iter();
    let is_partial = diagnostics.any(|it| it.is_failure());
    let text = state.text_alone();
    // Whoever reads standard output may go away.
    keep(context, &[Vec::new(), text.clone()], is_partial)?;
    ui::printed(ui::stdout().write_all(&text))?;
    Ok(if is_partial {
        Outcome::Incomplete
    } else {
        Outcome::Pass
    })
}

/// The baseline that stands for the base, as it was written, where one does.
fn stored_base(versions: &Versions) -> Option<&str> {
    match versions {
        Versions::Go(GoOptions {
            base: BaseSource::Baseline(base),
            ..
        }) => Some(base),
        _ => None,
    }
}

/// Whether the head is measured alone.
fn is_alone(versions: &Versions) -> bool {
    matches!(versions, Versions::Go(go) if go.base == BaseSource::Nothing)
}

/// Reads the stored results that stand for the base.
fn read_baseline(
    state: &mut RunState<'_>,
    options: &RunOptions,
    store: &Store,
    base: &str,
) -> Result<Baseline> {
    let [_, head] = state.texts();
    let target = CiTarget::from_variables(|name| env::var(name).ok());
    let wanted = Wanted {
        environments: Contents::of(b"new", &head).environments,
        across_layouts: ignores_layouts(&options.gate),
        ..Wanted::default()
    };
    let found = if options.confirming_rounds > 0 {
        find::to_select_suspects(store, base, &wanted, target.as_ref())
    } else {
        find::find(store, base, &wanted, target.as_ref())
    };
    let cached = found?;
    warn(
        "the base was measured earlier, so machine drift can look like a change; omit --cached-base to interleave both sides",
    );
    state.comparison.rename_base(cached.to_string());
    state.comparison.selects_across_layouts = cached.is_across_layouts(&wanted);
    state
        .comparison
        .compare_benchmarks_with(store, cached.commit);
    for text in cached.texts() {
        let quiet = |_: &[u8]| Ok(());
        state
            .comparison
            .read(Side::Base, &options.gate, text, quiet)?;
    }
    Ok(cached)
}

fn verdict(
    context: &RunContext<'_>,
    state: &RunState<'_>,
    texts: [Vec<u8>; 2],
    stored: Option<&Baseline>,
    unmeasured: Unmeasured,
    quietness: &Quietness,
) -> Result<Outcome> {
    let options = context.options;
    let mut measured = Measured {
        layouts: state.layouts(),
        uncontrolled: unmeasured.uncontrolled,
        confirming_rounds: state.confirmed as usize,
        rounds: state.transcript.rounds(Side::Head),
        order: Some(options.order.name()),
        seed: state.rounds.plan.seed,
        machine: quietness.to_string(),
    };
    let [old, new] = texts;
    let mut texts = [vec![old], vec![new]];
    if let Some(stored) = stored {
        measured.order = None;
        texts[0] = stored.texts().map(<[u8]>::to_vec).collect();
    }
    for line in state.comparison.all_lines() {
        status(&format!("note: {line}"));
    }
    let mut rows = state.comparison.rows(state.gate);
    let report = state.judged(&mut rows);
    let [of_base, of_head] = unmeasured.toolchains;
    let of_base = match stored {
        Some(stored) => stored.go_versions(),
        None => of_base.into_iter().collect(),
    };
    let mut advice = Vec::from_iter(toolchains::advice(&of_base, of_head.as_deref()));
    let (explained, ended) = if options.explain {
        let profiling = Profiling {
            children: context.children,
            scratch: context.scratch,
            flames: options.flame.as_deref(),
            most: options.most_explained,
        };
        let worse = worse(&report, &rows.metadata, state);
        if worse.len() > options.most_explained {
            advice.push(format!(
                "{} with regressions not explained; use `--most {}` to explain all",
                counted(worse.len() - options.most_explained, "benchmark"),
                worse.len()
            ));
        }
        profiling.explain(&worse, &state.rounds.subjects)
    } else {
        (Vec::new(), Ok(()))
    };
    advice.extend(state.advice(&report));
    let base = stored.map(|stored| stored.commit).or(unmeasured.base);
    let reproduce = match (&options.versions, base) {
        (Versions::Go(go), Some(base)) => {
            let rounds = state.transcript.rounds(Side::Head) as u32;
            let seeded = Some((rounds, measured.seed));
            reproduce::command(go, &short(base), seeded, &report, &rows.metadata)
        }
        _ => None,
    };
    let extras = Extras {
        measured: Some(measured),
        same_binaries: unmeasured.same_binaries,
        reproduce,
        advice,
        explained,
    };
    let RunState {
        comparison, gate, ..
    } = state;
    let outcome = conclude(comparison, rows, &report, gate, &texts, extras)?;
    ended?;
    Ok(outcome)
}

/// The benchmarks that got worse, the worst first, each once.
fn worse(report: &Report, metadata: &[RowMetadata], state: &RunState<'_>) -> Vec<Explicable> {
    let mut found: Vec<(f64, Explicable)> = Vec::new();
    for (row, metadata) in report.rows.iter().zip(metadata) {
        let size = row.effect.map_or(0.0, |effect| effect.worse);
        let is_known = found.iter().any(|(_, known)| {
            known.benchmark == row.key.benchmark && known.package == metadata.package
        });
        if !row.verdict.is_regression() || is_known {
            continue;
        }
        if let Some(subject) = state.subject_of(row, metadata) {
            let counts = metadata.sides[1].iterations.iter();
            let worse = Explicable {
                subject,
                package: metadata.package.clone(),
                benchmark: row.key.benchmark.clone(),
                iterations: counts.copied().max().unwrap_or(1),
            };
            found.push((size, worse));
        }
    }
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    found.into_iter().map(|(_, worse)| worse).collect()
}
