//! Writes tables as JSON, in full precision.

use std::borrow::Cow;
use std::collections::BTreeMap;

use benchparse::compare::{Cell, Geomean, Ratio, Row, Table, Tables};
use benchparse::stats::Assumption;
use benchparse::unit::{Class, Direction};
use bstr::ByteSlice as _;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::headings::text_of;
use super::notes::varying;
use crate::diagnostics::Diagnostic;

/// The name and version of what [`write()`] writes; the number grows when a reader would break.
pub const SCHEMA: &str = "benchdiff/2";

/// What is to be known about the inputs.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Notices {
    /// Malformed lines, repairs, and benchmarks that gave no result.
    pub diagnostics: Vec<Diagnostic>,
    /// What else was said on standard error.
    pub notes: Vec<String>,
}

/// Writes all tables as one JSON document. Texts that are not UTF-8 have U+FFFD for what is not.
///
/// # Errors
/// Never in practice: everything written is a number, a text, a list or a map.
pub fn write(out: &mut Vec<u8>, tables: &Tables, notices: &Notices) -> serde_json::Result<()> {
    let document = Document {
        schema: SCHEMA,
        tables: tables
            .tables()
            .iter()
            .map(|table| table_json(tables, table))
            .collect(),
        notices,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.push(b'\n');
    Ok(())
}

/// The document.
#[derive(Serialize, JsonSchema)]
pub struct Document<'t> {
    /// Name and version of this format.
    schema: &'static str,
    /// The tables, in the order of the text.
    tables: Vec<TableJson>,
    #[serde(flatten)]
    notices: &'t Notices,
}

#[derive(Serialize, JsonSchema)]
struct TableJson {
    config: BTreeMap<String, String>,
    unit: String,
    #[schemars(with = "String")]
    class: Class,
    #[schemars(with = "String")]
    better: Direction,
    #[schemars(with = "String")]
    assume: Assumption,
    columns: Vec<BTreeMap<String, String>>,
    rows: Vec<RowJson>,
    geomeans: Vec<GeomeanJson>,
}

#[derive(Serialize, JsonSchema)]
struct RowJson {
    label: String,
    keys: BTreeMap<String, String>,
    cells: Vec<CellJson>,
}

#[derive(Serialize, JsonSchema)]
struct CellJson {
    column: usize,
    center: Number,
    low: Number,
    high: Number,
    range: String,
    samples: Vec<Number>,
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonJson>,
}

#[derive(Serialize, JsonSchema)]
struct ComparisonJson {
    p: Number,
    alpha: Number,
    n: [usize; 2],
    significant: bool,
    /// New over old.
    ratio: Number,
    delta: String,
    /// `better`, `worse`, or `same` where the difference is not significant.
    change: &'static str,
    warnings: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct GeomeanJson {
    summary: Option<Number>,
    ratio: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delta: Option<String>,
    warnings: Vec<String>,
}

/// A number; infinities and NaN, which JSON has not, as the texts `+Inf`, `-Inf` and `NaN`.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            serializer.serialize_str(&benchparse::number::shortest(self.0))
        }
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number; the infinities and NaN, which JSON has not, as texts.",
            "anyOf": [{ "type": "number" }, { "enum": ["+Inf", "-Inf", "NaN"] }]
        })
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.to_str_lossy().into_owned()
}

fn table_json(tables: &Tables, table: &Table) -> TableJson {
    let pairs = |keys: &[_], values: &[_]| -> BTreeMap<String, String> {
        let keys = keys.iter().map(|&key| text(text_of(tables, key)));
        keys.zip(values.iter().map(|&value| text(text_of(tables, value))))
            .collect()
    };
    TableJson {
        config: pairs(tables.heading_keys(), &table.headings),
        unit: text(text_of(tables, table.unit)),
        class: table.class,
        better: table.direction,
        assume: table.assumption,
        columns: table
            .columns
            .iter()
            .map(|column| pairs(tables.column_keys(), &column.values))
            .collect(),
        rows: table
            .rows()
            .map(|row| RowJson {
                label: text(text_of(tables, row.label)),
                keys: pairs(tables.row_keys(), row.values),
                cells: row
                    .cells
                    .iter()
                    .map(|cell| cell_json(tables, table.direction, &row, cell))
                    .collect(),
            })
            .collect(),
        geomeans: table.geomeans.iter().map(geomean_json).collect(),
    }
}

fn cell_json(tables: &Tables, direction: Direction, row: &Row<'_>, cell: &Cell) -> CellJson {
    let mut warnings = Vec::new();
    if !cell.varying.is_empty() {
        let keys = cell.varying.iter().map(|&key| text_of(tables, key));
        warnings.push(text(&varying(keys)));
    }
    warnings.extend(cell.summary.warning.map(|it| it.to_string()));
    let comparison = row.baseline().zip(cell.comparison);
    CellJson {
        column: cell.column,
        center: Number(cell.summary.center),
        low: Number(cell.summary.low),
        high: Number(cell.summary.high),
        range: cell.summary.range_text(),
        samples: cell.sample.values().iter().copied().map(Number).collect(),
        warnings,
        comparison: comparison.map(|(baseline, comparison)| {
            let (old, new) = (baseline.summary.center, cell.summary.center);
            let worse = match direction {
                Direction::Lower => new > old,
                Direction::Higher => new < old,
            };
            ComparisonJson {
                p: Number(comparison.p),
                alpha: Number(comparison.alpha),
                n: [comparison.n1, comparison.n2],
                significant: comparison.is_significant(),
                ratio: Number(new / old),
                delta: comparison.delta_text(old, new),
                change: match (comparison.is_significant() && new != old, worse) {
                    (false, _) => "same",
                    (true, true) => "worse",
                    (true, false) => "better",
                },
                warnings: comparison
                    .warning
                    .map(|warning| warning.to_string())
                    .into_iter()
                    .collect(),
            }
        }),
    }
}

fn geomean_json(geomean: &Geomean) -> GeomeanJson {
    let known = geomean.ratio.and_then(|ratio| match ratio {
        Ratio::Of(of) => Some((of, ratio.delta_text())),
        Ratio::Undefined => None,
    });
    let (ratio, delta) = known.unzip();
    GeomeanJson {
        summary: geomean.summary.map(Number),
        ratio: ratio.map(Number),
        delta,
        warnings: geomean.warnings.iter().map(ToString::to_string).collect(),
    }
}
