//! `benchcli config`: checks or prints the configuration file.

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use schemars::generate::SchemaSettings;
use schemars::schema_for;

use super::{Outcome, import, init, log, profile, prune, record, show, units};
use crate::args::benchcli::ReportName;
use crate::args::check::{ConfigAction, ConfigArgs, GateArgs};
use crate::baseline::Shared;
use crate::baseline::exchange::export::ExportRow;
use crate::config::{Config, FILE_NAME, Loaded};
use crate::plural::counted;
use crate::profile::render::{Explanation, ProfileDiff};
use crate::report::json::Document;
use crate::report::trend::TrendReport;
use crate::report::verdicts::CheckReport;
use crate::ui;

/// Checks or shows the configuration, or prints its schema.
///
/// # Errors
/// Where the file is wrong.
pub fn run(args: &ConfigArgs) -> Result<Outcome> {
    if args.action == ConfigAction::Units {
        let gate = GateArgs::of_config(args.config.clone());
        return units::list(&args.files, gate);
    }
    if let Some(file) = args.files.first() {
        bail!(
            "only `benchcli config units` takes files, found {}",
            file.display()
        );
    }
    let mut stdout = ui::stdout();
    if args.action == ConfigAction::Schema {
        let schema = serde_json::to_string_pretty(&schema_for!(Config))?;
        writeln!(stdout, "{schema}")?;
        return Ok(Outcome::Pass);
    }
    let loaded = match &args.config {
        Some(path) => Loaded::from_file(path)?,
        None => Loaded::find(
            &std::env::current_dir().context("the working directory no longer exists")?,
        )?,
    };
    let place = loaded.path.as_ref().map_or_else(
        || format!("no {FILE_NAME} in this folder or one above it; the defaults apply"),
        |path| path.display().to_string(),
    );
    if args.action == ConfigAction::Check {
        let config = &loaded.config;
        writeln!(
            stdout,
            "{place}: no errors ({}, {})",
            counted(config.rule.len(), "rule"),
            counted(config.accept.len(), "accepted regression")
        )?;
        return Ok(Outcome::Pass);
    }
    writeln!(stdout, "# {place}")?;
    stdout.write_all(in_force(&loaded).as_bytes())?;
    Ok(Outcome::Pass)
}

/// The file with all defaults filled in.
fn in_force(loaded: &Loaded) -> String {
    let config = &loaded.config;
    let policy = config.policy();
    let list = |keys: &[String]| format!("{keys:?}");
    let threshold = match &config.threshold {
        Some(threshold) => format!("threshold = \"{threshold}\""),
        None => "# threshold = \"3%\" if the runs were interleaved, else \"10%\"".to_owned(),
    };
    let gate = match &config.gate {
        Some(units) => format!("gate = {}", list(units)),
        None => "# gate: all units".to_owned(),
    };
    let mut lines = vec![
        threshold,
        format!("q = {}", policy.q),
        format!("min-samples = {}", policy.min_samples),
        format!("assume-stable = {}", policy.assume_stable),
        gate,
    ];
    for (key, action) in [
        ("traded", policy.on_traded),
        ("inconclusive", policy.on_inconclusive),
        ("missing", policy.on_missing),
    ] {
        lines.push(format!(
            "{key} = \"{}\"",
            format!("{action:?}").to_lowercase()
        ));
    }
    lines.push(format!(
        "environment = {}",
        list(&config.environment_keys())
    ));
    lines.push(format!(
        "ignore = {}",
        list(config.ignore.as_deref().unwrap_or_default())
    ));
    if !config.labels.is_empty() {
        let labels = toml::to_string(&config.labels).unwrap_or_default();
        lines.push(format!("\n[labels]\n{}", labels.trim_end()));
    }
    if !config.rename.is_empty() {
        let renames: BTreeMap<&str, &str> = config
            .rename
            .iter()
            .map(|(old, new)| (old.as_str(), new.get_ref().as_str()))
            .collect();
        let renames = toml::to_string(&renames).unwrap_or_default();
        lines.push(format!("\n[rename]\n{}", renames.trim_end()));
    }
    for rule in &config.rule {
        lines.push(String::from("\n[[rule]]"));
        lines.push(
            toml::to_string(rule.get_ref())
                .unwrap_or_default()
                .trim_end()
                .to_owned(),
        );
    }
    for accept in &config.accept {
        lines.push(String::from("\n[[accept]]"));
        lines.push(
            toml::to_string(accept.get_ref())
                .unwrap_or_default()
                .trim_end()
                .to_owned(),
        );
    }
    lines.join("\n") + "\n"
}

/// `benchcli schema`: prints the JSON Schema of a command's JSON report.
///
/// # Errors
/// When standard output cannot be written.
pub fn schema(of: ReportName) -> Result<Outcome> {
    // As they are written: what may be left out is not required.
    let reports = SchemaSettings::draft2020_12().for_serialize();
    let reports = reports.into_generator();
    let schema = match of {
        ReportName::Check => reports.into_root_schema_for::<CheckReport>(),
        ReportName::Trend => reports.into_root_schema_for::<TrendReport>(),
        ReportName::Diff => reports.into_root_schema_for::<Document<'static>>(),
        ReportName::Explain => reports.into_root_schema_for::<Explanation<'static>>(),
        ReportName::ProfileDiff => reports.into_root_schema_for::<ProfileDiff<'static>>(),
        ReportName::ProfileAdd => reports.into_root_schema_for::<profile::Added>(),
        ReportName::ProfileList => reports.into_root_schema_for::<profile::Entry>(),
        ReportName::Record => reports.into_root_schema_for::<record::Report>(),
        ReportName::Log => reports.into_root_schema_for::<log::Entry>(),
        ReportName::Show => reports.into_root_schema_for::<show::Report>(),
        ReportName::Push | ReportName::Pull => reports.into_root_schema_for::<Shared>(),
        ReportName::Prune => reports.into_root_schema_for::<prune::Report>(),
        ReportName::Import => reports.into_root_schema_for::<import::Report>(),
        ReportName::Export => reports.into_root_schema_for::<ExportRow<'static>>(),
        ReportName::Init => reports.into_root_schema_for::<init::Report>(),
    };
    let schema = serde_json::to_string_pretty(&schema)?;
    writeln!(ui::stdout(), "{schema}")?;
    Ok(Outcome::Pass)
}
