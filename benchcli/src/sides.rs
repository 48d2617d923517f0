//! The results of two sides, as rows for the gate.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use benchparse::format::{BenchmarkResult, UnitTable};
use benchparse::gate::{Class, Direction, Row, RowKey};
use benchparse::name::Name;
use benchparse::query::{Filter, Key, Term};
use benchparse::stats::Sample;
use benchparse::unit;
use bstr::{BString, ByteSlice as _};

use crate::config::{Acceptances, Rules};
use crate::wording::spellings;

/// Bytes that Go's runtime allocates to start a thread, at any moment; about 5.1 KiB were seen.
const THREAD_START: f64 = 6144.0;

/// Which side a result is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The baseline.
    Old,
    /// What is judged.
    New,
}

/// How results become rows.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// Which measurements to take.
    pub filter: Filter,
    /// Configuration keys that name the environment: they do not tell rows apart, but timings of
    /// different environments are not compared.
    pub environment: Vec<String>,
    /// Configuration keys that may differ.
    pub ignore: Vec<String>,
}

/// What tells rows apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Id {
    /// The configuration without the environment.
    config: Vec<(BString, BString)>,
    name: BString,
    unit: BString,
}

/// One benchmark in one unit, on both sides.
#[derive(Debug, Clone)]
struct Cell {
    id: Id,
    sides: [Measured; 2],
    /// What differs besides the values of the environment keys.
    processors: Option<String>,
}

/// The values of one side in the order they were measured.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// The values.
    pub values: Vec<f64>,
    /// How often the body ran for each.
    pub iterations: Vec<i64>,
    environment: BTreeMap<String, BTreeSet<BString>>,
}

/// What is known of a row besides what the gate is told.
#[derive(Debug, Clone)]
pub struct RowContext {
    /// The package, empty where it is not known.
    pub package: BString,
    /// Both sides as they were measured.
    pub sides: [Measured; 2],
    /// Whether the row may fail a run.
    pub gated: bool,
}

/// The results of two sides.
#[derive(Debug)]
pub struct Sides {
    grouping: Grouping,
    cells: Vec<Cell>,
    places: HashMap<Id, usize>,
}

impl Sides {
    /// Nothing yet.
    pub fn new(grouping: Grouping) -> Self {
        Self {
            grouping,
            cells: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Takes a result's measurements.
    pub fn add(&mut self, which: Which, result: &BenchmarkResult<'_>) {
        let texts = || result.config().texts(result.symbols());
        let is_in = |keys: &[String], key: &[u8]| keys.iter().any(|known| known.as_bytes() == key);
        let mut config: Vec<(BString, BString)> = texts()
            .filter(|(key, _)| {
                !is_in(&self.grouping.environment, key) && !is_in(&self.grouping.ignore, key)
            })
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        config.sort();
        for measured in result.measurements() {
            let symbols = result.symbols();
            let written = measured.written.map(|(_, unit)| symbols.text(unit));
            let text = symbols.text(measured.unit);
            let matches = |term: &Term| match term.key() {
                Key::Unit => term.matches(text) || written.is_some_and(|unit| term.matches(unit)),
                key => term.matches(&value_of(key, result)),
            };
            if !self.grouping.filter.eval(&mut { matches }) {
                continue;
            }
            let id = Id {
                config: config.clone(),
                name: result.name().full().into(),
                // A zero keeps its written unit; here it belongs to the others.
                unit: unit::tidy(text).unit.into_owned().into(),
            };
            let cells = &mut self.cells;
            let place = *self.places.entry(id).or_insert_with_key(|id| {
                cells.push(Cell {
                    id: id.clone(),
                    sides: [Measured::default(), Measured::default()],
                    processors: None,
                });
                cells.len() - 1
            });
            let side = &mut self.cells[place].sides[which as usize];
            side.values.push(measured.value);
            side.iterations.push(result.iterations());
            for key in &self.grouping.environment {
                let value = result.config_value(key.as_bytes());
                let values = side.environment.entry(key.clone()).or_default();
                values.insert(value.into());
            }
        }
    }

    /// Whether a side has no measurement.
    pub fn lacks(&self, which: Which) -> bool {
        let side = which as usize;
        self.cells
            .iter()
            .all(|cell| cell.sides[side].values.is_empty())
    }

    /// Pairs benchmarks that differ in the number of processors only: one name on either side.
    fn pair_processors(&mut self) {
        let mut alone: HashMap<Id, [Vec<usize>; 2]> = HashMap::new();
        for (place, cell) in self.cells.iter().enumerate() {
            let of =
                [Which::Old, Which::New].map(|which| !cell.sides[which as usize].values.is_empty());
            let side = match of {
                [true, false] => 0,
                [false, true] => 1,
                _ => continue,
            };
            let name = Name::new(&cell.id.name);
            let bare = &cell.id.name[..cell.id.name.len() - name.suffix().len()];
            let id = Id {
                name: bare.into(),
                ..cell.id.clone()
            };
            alone.entry(id).or_default()[side].push(place);
        }
        let mut gone = Vec::new();
        for sides in alone.into_values() {
            let ([old], [new]) = (&sides[0][..], &sides[1][..]) else {
                continue;
            };
            let processors = |place: usize| {
                Name::new(&self.cells[place].id.name)
                    .gomaxprocs()
                    .to_str_lossy()
                    .into_owned()
            };
            let differs = format!(
                "GOMAXPROCS ({} and {})",
                shown(&processors(*old)),
                shown(&processors(*new))
            );
            let measured = std::mem::take(&mut self.cells[*old].sides[0]);
            self.cells[*new].sides[0] = measured;
            self.cells[*new].processors = Some(differs);
            gone.push(*old);
        }
        gone.sort_unstable();
        for place in gone.into_iter().rev() {
            self.cells.remove(place);
        }
        self.places.clear();
    }

    /// The rows in the order of the input, with what else is known of each.
    pub fn into_rows(
        mut self,
        units: &UnitTable,
        rules: &Rules,
        acceptances: &Acceptances,
        gated: Option<&[String]>,
    ) -> Vec<(Row, RowContext)> {
        self.pair_processors();
        let gated: Option<Vec<Vec<u8>>> = gated.map(|units| {
            units
                .iter()
                .map(|unit| unit::tidy(unit.as_bytes()).unit.into_owned())
                .collect()
        });
        let timed: BTreeSet<Id> = self
            .cells
            .iter()
            .filter(|cell| cell.id.unit == "sec/op")
            .map(|cell| cell.id.clone())
            .collect();
        self.cells
            .into_iter()
            .map(|cell| {
                let settings = rules.settings(&|key| values_of(key, &cell));
                let of = |key: &str| cell.id.config.iter().find(|(known, _)| known == key);
                let package = of("pkg").map_or_else(BString::default, |(_, value)| value.clone());
                let sample = |side: &Measured| {
                    (!side.values.is_empty()).then(|| Sample::new(side.values.clone()))
                };
                let time = Id {
                    unit: "sec/op".into(),
                    ..cell.id.clone()
                };
                let key = RowKey {
                    table: table_text(&cell.id.config),
                    benchmark: cell.id.name.to_string(),
                    unit: cell.id.unit.to_string(),
                };
                let row = Row {
                    class: settings.class.unwrap_or_else(|| class_of(&cell, units)),
                    direction: settings
                        .direction
                        .unwrap_or_else(|| direction_of(&cell.id.unit, units)),
                    threshold: settings.threshold,
                    gated: settings.gate.unwrap_or_else(|| {
                        gated
                            .as_ref()
                            .is_none_or(|units| units.iter().any(|unit| cell.id.unit == *unit))
                    }),
                    // Throughput says what the time says.
                    in_family: cell.id.unit != "B/s" || !timed.contains(&time),
                    environment_differs: environment_differs(&cell),
                    acceptances: acceptances.of(&cell.id.name, &cell.id.unit),
                    ..Row::new(key, sample(&cell.sides[0]), sample(&cell.sides[1]))
                };
                let context = RowContext {
                    package,
                    sides: cell.sides,
                    gated: row.gated && row.in_family,
                };
                (row, context)
            })
            .collect()
    }
}

fn shown(processors: &str) -> &str {
    if processors.is_empty() {
        "none"
    } else {
        processors
    }
}

fn class_of(cell: &Cell, units: &UnitTable) -> Class {
    match &cell.id.unit[..] {
        b"allocs/op" => Class::ALLOCATIONS,
        b"B/op" => bytes_class(&cell.sides),
        unit if units.is_exact(unit) => Class::EXACT,
        _ => Class::Timing,
    }
}

/// Of a single sample nobody can tell whether a thread started in it: what that allocates, spread
/// over few iterations, is no difference of the code. Among several samples it stands out.
fn bytes_class(sides: &[Measured; 2]) -> Class {
    let Class::Exact { abs, rel } = Class::BYTES else {
        return Class::BYTES;
    };
    let alone = sides.iter().filter_map(|side| match side.iterations[..] {
        [iterations] => Some(THREAD_START / iterations.max(1) as f64),
        _ => None,
    });
    Class::Exact {
        abs: alone.fold(abs, f64::max),
        rel,
    }
}

fn direction_of(unit: &[u8], units: &UnitTable) -> Direction {
    match units.direction(unit) {
        unit::Direction::Lower => Direction::LowerIsBetter,
        unit::Direction::Higher => Direction::HigherIsBetter,
    }
}

fn table_text(config: &[(BString, BString)]) -> String {
    let pairs: Vec<String> = config
        .iter()
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    pairs.join(", ")
}

/// Which keys of the environment differ between the sides, if both have values.
fn environment_differs(cell: &Cell) -> Option<String> {
    let [old, new] = &cell.sides;
    if old.values.is_empty() || new.values.is_empty() {
        return None;
    }
    let text = |values: &BTreeSet<BString>| {
        let texts: Vec<String> = values
            .iter()
            .map(|value| shown(&value.to_str_lossy()).to_owned())
            .collect();
        texts.join("/")
    };
    let differing = old.environment.iter().filter_map(|(key, value)| {
        let other = new.environment.get(key)?;
        (value != other).then(|| format!("{key} ({} and {})", text(value), text(other)))
    });
    let all: Vec<String> = differing.chain(cell.processors.clone()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn value_of(key: &Key, result: &BenchmarkResult<'_>) -> Vec<u8> {
    match key {
        Key::File => result.symbols().text(result.file()).to_vec(),
        Key::ConfigKey(key) => result.config_value(key).to_vec(),
        key => name_value(key, result.name()),
    }
}

fn name_value(key: &Key, name: Name<'_>) -> Vec<u8> {
    match key {
        Key::Name => name.base(),
        Key::FullName => name.full(),
        Key::Sub(part) => name.sub_value(part),
        Key::GoMaxProcs => name.gomaxprocs(),
        _ => b"",
    }
    .to_vec()
}

/// The values of a key that a rule may ask for: a unit tidied or as Go writes it.
fn values_of(key: &Key, cell: &Cell) -> Vec<Vec<u8>> {
    match key {
        Key::Unit => {
            let unit = cell.id.unit.to_str_lossy();
            spellings(&unit).map(String::into_bytes).into()
        }
        Key::ConfigKey(key) => {
            let known = cell.id.config.iter().find(|(known, _)| known == key);
            if let Some((_, value)) = known {
                return vec![value.to_vec()];
            }
            let key = key.to_str_lossy();
            let values = cell
                .sides
                .iter()
                .filter_map(|side| side.environment.get(&*key));
            let values: Vec<Vec<u8>> = values.flatten().map(|value| value.to_vec()).collect();
            if values.is_empty() {
                vec![Vec::new()]
            } else {
                values
            }
        }
        key => vec![name_value(key, Name::new(&cell.id.name))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tolerance(old: &[i64], new: &[i64]) -> f64 {
        let side = |iterations: &[i64]| Measured {
            iterations: iterations.to_vec(),
            ..Measured::default()
        };
        match bytes_class(&[side(old), side(new)]) {
            Class::Exact { abs, .. } => abs,
            _ => f64::NAN,
        }
    }

    #[test]
    fn a_thread_that_starts_in_a_single_short_sample_is_no_regression() {
        // Seen: 0 B/op against 17 B/op of the same code in 300 iterations.
        assert!(tolerance(&[300], &[300]) > 17.0);
        assert!(tolerance(&[300, 300], &[300]) > 17.0);
        assert_eq!(tolerance(&[300, 300], &[300, 300]), 16.0);
        assert_eq!(tolerance(&[1_000_000], &[1_000_000]), 16.0);
    }
}
