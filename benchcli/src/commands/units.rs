//! `benchcli config units`: lists what the gate takes each unit for.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use benchparse::gate::Row;
use benchparse::pairing::Side;
use benchparse::unit::{Direction, DirectionBasis, ValueClass};

use super::Outcome;
use crate::args::check::{AUTO, GateArgs};
use crate::baseline::find::{self, Wanted};
use crate::baseline::{CiTarget, Store};
use crate::inputs::Input;
use crate::pipeline::gate::{Comparison, Gate, Rows};
use crate::pipeline::results::whole;
use crate::ui;
use crate::unit_words::written_unit;

/// What the gate takes a unit for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Taken {
    unit: String,
    better: &'static str,
    judged: String,
    basis: &'static str,
}

/// Lists the units of files, or of the baseline that a check would take.
///
/// # Errors
/// An input cannot be read, or there is no baseline.
pub(super) fn list(files: &[OsString], gate: GateArgs) -> Result<Outcome> {
    let texts = match files {
        [] => of_baseline()?,
        files => files.iter().map(text_of).collect::<Result<_>>()?,
    };
    let options = gate.into_options()?;
    let gate = Gate::new(&options, None, None)?;
    let names = ["base", "head"].map(str::to_owned);
    let mut comparison = Comparison::new(gate.options, names);
    // Every unit is on both sides, and no sample is so small that its size counts.
    for side in [Side::Base, Side::Head] {
        for text in texts.iter().cycle().take(3 * texts.len()) {
            comparison.read(side, gate.options, text, |_| Ok(()))?;
        }
    }
    let rows = comparison.rows(&gate);
    comparison.check(&rows, &[texts.clone(), texts])?;
    ui::printed(ui::stdout().write_all(table(&taken(&rows)).as_bytes()))?;
    Ok(Outcome::Pass)
}

fn text_of(path: &OsString) -> Result<Vec<u8>> {
    whole(&Input {
        path: path.clone(),
        label: path.as_encoded_bytes().to_vec(),
    })
}

fn of_baseline() -> Result<Vec<Vec<u8>>> {
    let store = Store::open(Path::new("."))?;
    let target = CiTarget::from_variables(|name| env::var(name).ok());
    let found = find::find(&store, AUTO, &Wanted::default(), target.as_ref())?;
    Ok(found.texts().map(<[u8]>::to_vec).collect())
}

fn taken(rows: &Rows) -> BTreeSet<Taken> {
    let of_row = rows.rows.iter().zip(&rows.metadata);
    of_row
        .map(|(row, metadata)| Taken {
            unit: written_unit(&row.key.unit).to_owned(),
            better: match row.direction {
                Direction::Lower => "lower",
                Direction::Higher => "higher",
            },
            judged: judged(row),
            basis: match metadata.direction_basis {
                DirectionBasis::Stated => "a Unit line or a rule says so",
                DirectionBasis::Known => "a unit that benchcli knows",
                DirectionBasis::Name => "a word in its name",
                _ => "nothing in its name: assumed",
            },
        })
        .collect()
}

/// How the values of a row are compared.
fn judged(row: &Row) -> String {
    if !row.in_family {
        return "shown only: it follows from ns/op".to_owned();
    }
    let not_gated = if row.gated { "" } else { ", cannot fail a run" };
    match row.class {
        ValueClass::Exact { abs, rel } if abs == 0.0 && rel == 0.0 => {
            format!("exact: any difference counts{not_gated}")
        }
        ValueClass::Exact { abs, rel } => {
            format!(
                "counter: differences from max({abs}, {}%) on count{not_gated}",
                rel * 100.0
            )
        }
        _ => format!("timing: by a rank test{not_gated}"),
    }
}

fn table(units: &BTreeSet<Taken>) -> String {
    let head = Taken {
        unit: "unit".to_owned(),
        better: "better",
        judged: "judged as".to_owned(),
        basis: "direction known from",
    };
    let lines: Vec<&Taken> = std::iter::once(&head).chain(units).collect();
    let width = |of: fn(&Taken) -> usize| lines.iter().map(|it| of(it)).max().unwrap_or_default();
    let (units, judged) = (
        width(|it| it.unit.chars().count()),
        width(|it| it.judged.chars().count()),
    );
    let mut text = String::new();
    for it in &lines {
        // Writing to memory does not fail.
        let _ = writeln!(
            text,
            "{:units$}  {:6}  {:judged$}  {}",
            it.unit, it.better, it.judged, it.basis
        );
    }
    text
}
