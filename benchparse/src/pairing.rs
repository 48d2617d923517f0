//! Pairs the results of two sides into rows for the gate.
//!
//! A [`Pairing`] takes the results of a base and a head and matches them by benchmark, unit and
//! configuration. This example reads two files and judges the difference:
//!
//! ```
//! use benchparse::format::{Parser, Record};
//! use benchparse::gate::{Outcome, Policy, judge};
//! use benchparse::pairing::{Pairing, Side};
//!
//! let base = "BenchmarkEncode-8 1000 1726 ns/op 3 allocs/op\n";
//! let head = "BenchmarkEncode-8 1000 1730 ns/op 9 allocs/op\n";
//! let (mut parser, mut pairing) = (Parser::new(), Pairing::default());
//! for (side, text) in [(Side::Base, base), (Side::Head, head)] {
//!     let mut reader = parser.read(side.name().as_bytes(), text.as_bytes());
//!     while let Some(record) = reader.next_record()? {
//!         if let Record::Result(result) = record {
//!             pairing.add(side, &result);
//!         }
//!     }
//! }
//! let report = judge(&pairing.rows(&parser)?, &Policy::default());
//! assert_eq!(report.outcome, Outcome::Regressed);
//! # Ok::<(), benchparse::Error>(())
//! ```

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::format::{
    BenchmarkResult, ConfigId, ForeignParser, Measurement, Parser, Source, Symbol, Symbols,
};
use crate::gate::{LayoutEffect, Row, RowKey};
use crate::grouping::Grouping;
use crate::name::Name;
use crate::query::{Filter, Key};
use crate::stats::{Sample, median};
use crate::unit::{self, UnitSemantics, ValueClass};

/// Which version of the code a result is of.
///
/// There are these two only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// What is compared with.
    Base,
    /// What is judged.
    Head,
}

impl Side {
    /// Both, the base first.
    pub const BOTH: [Self; 2] = [Self::Base, Self::Head];

    /// `base` or `head`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Head => "head",
        }
    }

    /// The side that this one is compared with.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Base => Self::Head,
            Self::Head => Self::Base,
        }
    }
}

/// Which results are paired.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PairingOptions {
    /// Which measurements to take.
    pub filter: Filter,
    /// Configuration keys that name the environment: they do not keep results apart, but timings of
    /// different environments are not compared.
    pub environment: Vec<String>,
    /// Configuration keys that may differ.
    pub ignore: Vec<String>,
    /// Whether times are compared of which one side was measured in several layouts of the binary and the other in one.
    pub across_layouts: bool,
}

impl Default for PairingOptions {
    /// Takes everything; `cpu`, `goos` and `goarch` are the environment.
    fn default() -> Self {
        Self {
            filter: Filter::everything(),
            environment: ["cpu", "goos", "goarch"].map(str::to_owned).into(),
            ignore: Vec::new(),
            across_layouts: false,
        }
    }
}

/// The values of one side in the order they were measured.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Measurements {
    /// The values.
    pub values: Vec<f64>,
    /// How often the benchmark's body ran for each.
    pub iterations: Vec<i64>,
    /// The number of the layout that the binary behind each had; empty where layouts are not known.
    pub layouts: Vec<u32>,
    /// The numbers of the environments that they were measured in.
    environments: BTreeSet<u32>,
    /// The packages that they are of, where packages may differ.
    packages: BTreeSet<Symbol>,
}

/// Lists, each once, with numbers.
#[derive(Debug)]
struct Numbered<T> {
    lists: Vec<Box<[T]>>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            lists: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }
}

impl<T: Eq + Hash> Numbered<T> {
    /// The number of a list, new or known.
    fn number(&mut self, list: Vec<T>) -> u32 {
        let Self {
            lists,
            table,
            hasher,
        } = self;
        let hash = hasher.hash_one(&list[..]);
        if let Some(&known) = table.find(hash, |&it| *lists[it as usize] == list[..]) {
            return known;
        }
        let number = lists.len() as u32;
        lists.push(list.into());
        table.insert_unique(hash, number, |&it| hasher.hash_one(&lists[it as usize][..]));
        number
    }

    fn get(&self, number: u32) -> &[T] {
        &self.lists[number as usize]
    }
}

/// A benchmark of which a side has results of several packages in one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MergedPackages<'p> {
    /// The benchmark's full name.
    pub name: &'p [u8],
    /// The side.
    pub side: Side,
    /// Two of the packages.
    pub packages: [&'p [u8]; 2],
}

/// What tells pairs apart: class of the configuration, name, and number of the unit.
type Identity = (u32, Symbol, u32);

/// What is known of a configuration. Those that differ in what is ignored and in the environment only
/// are of one class.
#[derive(Debug, Clone, Copy)]
struct ConfigOf {
    class: u32,
    environment: u32,
    /// The package, where packages may differ.
    package: Option<Symbol>,
}

/// The results of one benchmark in one configuration of one input.
#[derive(Debug)]
struct Group {
    config: ConfigOf,
    units: Vec<GroupUnit>,
}

/// A unit of a group.
#[derive(Debug)]
struct GroupUnit {
    /// Tidied, and as it is written where that differs.
    texts: (Symbol, Option<Symbol>),
    /// Where its values go, if the filter selects it.
    slot: Option<usize>,
}

#[derive(Debug)]
struct Slot {
    identity: Identity,
    sides: [Measurements; 2],
}

/// What only one side has, by class, name without the number of processors, and unit.
type Alone<'p> = HashMap<(u32, &'p [u8], u32), [Vec<usize>; 2]>;

/// Takes the results of two sides and pairs them.
///
/// All results must come from one [`Parser`]: [`Pairing::rows`] takes the same one, and refuses any
/// other. The module's example shows it at work.
#[derive(Debug, Default)]
pub struct Pairing {
    source: Source,
    options: PairingOptions,
    grouping: Grouping,
    groups: Vec<Group>,
    configs: HashMap<ConfigId, ConfigOf>,
    classes: Numbered<(Symbol, Symbol)>,
    environments: Numbered<Symbol>,
    units: Vec<Vec<u8>>,
    unit_ids: HashMap<Symbol, u32>,
    slots: Vec<Slot>,
    slot_ids: HashMap<Identity, usize>,
}

impl Pairing {
    /// Nothing yet.
    pub fn new(options: PairingOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Which results are paired.
    pub fn options(&self) -> &PairingOptions {
        &self.options
    }

    /// Takes those of a result's measurements that the filter selects. A result of another parser than
    /// the first one's is not taken, and [`Pairing::rows`] says so.
    pub fn add(&mut self, side: Side, result: &BenchmarkResult<'_>) {
        self.add_in_layout(side, result, None);
    }

    /// Like [`Pairing::add`], for a result of a binary whose layout has a number. Each side has numbers of its own.
    pub fn add_in_layout(&mut self, side: Side, result: &BenchmarkResult<'_>, layout: Option<u32>) {
        if !self.source.has(result) {
            return;
        }
        let number = self.grouping.number(result) as usize;
        if number == self.groups.len() {
            let config = self.config(result);
            self.groups.push(Group {
                config,
                units: Vec::new(),
            });
        }
        for (place, measured) in result.measurements().iter().enumerate() {
            let texts = (measured.unit, measured.written.map(|(_, unit)| unit));
            let group = &self.groups[number];
            let known = match group.units.get(place) {
                Some(known) if known.texts == texts => Some(known),
                _ => group.units.iter().find(|known| known.texts == texts),
            };
            let slot = match known {
                Some(known) => known.slot,
                None => {
                    let slot = self.slot(group.config.class, result, measured);
                    self.groups[number].units.push(GroupUnit { texts, slot });
                    slot
                }
            };
            if let Some(slot) = slot {
                let ConfigOf {
                    environment,
                    package,
                    ..
                } = self.groups[number].config;
                let values = &mut self.slots[slot].sides[side as usize];
                values.values.push(measured.value);
                values.iterations.push(result.iterations());
                values.layouts.extend(layout);
                values.environments.insert(environment);
                values.packages.extend(package);
            }
        }
    }

    /// Where a group's values of a unit go; nowhere where the filter leaves them out.
    #[cold]
    fn slot(
        &mut self,
        class: u32,
        result: &BenchmarkResult<'_>,
        measured: &Measurement,
    ) -> Option<usize> {
        if !self.options.filter.matches(result, measured) {
            return None;
        }
        let unit = self.unit(result.symbols(), measured.unit);
        let identity = (class, result.name_symbol(), unit);
        let slots = &mut self.slots;
        Some(*self.slot_ids.entry(identity).or_insert_with(|| {
            slots.push(Slot {
                identity,
                sides: Default::default(),
            });
            slots.len() - 1
        }))
    }

    /// Whether a side has no measurement.
    pub fn lacks(&self, side: Side) -> bool {
        let mut sides = self.slots.iter().map(|slot| &slot.sides[side as usize]);
        sides.all(|side| side.values.is_empty())
    }

    /// The first benchmark of which a side has results of several packages in one sample, as packages may differ. Such
    /// a sample is of no benchmark.
    pub fn merged_packages<'p>(&self, parser: &'p Parser) -> Option<MergedPackages<'p>> {
        let symbols = parser.symbols();
        self.slots.iter().find_map(|slot| {
            Side::BOTH.into_iter().find_map(|side| {
                let mut packages = slot.sides[side as usize].packages.iter();
                let two = [*packages.next()?, *packages.next()?];
                Some(MergedPackages {
                    name: symbols.own_text(slot.identity.1),
                    side,
                    packages: two.map(|package| symbols.own_text(package)),
                })
            })
        })
    }

    /// The rows for the gate, judged as the units say.
    ///
    /// # Errors
    /// When a result came from another parser.
    pub fn rows(&self, parser: &Parser) -> Result<Vec<Row>, ForeignParser> {
        Ok(self.pairs(parser)?.iter().map(Pair::row).collect())
    }

    /// All pairs in the order of the input. Two benchmarks that differ in the number of processors
    /// only, one on either side, are one pair.
    ///
    /// # Errors
    /// When a result came from another parser.
    pub fn pairs<'p>(&'p self, parser: &'p Parser) -> Result<Vec<Pair<'p>>, ForeignParser> {
        self.source.check(parser)?;
        let symbols = parser.symbols();
        let name = |slot: &Slot| Name::new(symbols.own_text(slot.identity.1));
        let mut alone: Alone<'_> = HashMap::new();
        for (at, slot) in self.slots.iter().enumerate() {
            let side = match slot.sides.each_ref().map(|side| side.values.is_empty()) {
                [false, true] => Side::Base,
                [true, false] => Side::Head,
                _ => continue,
            };
            let (class, _, unit) = slot.identity;
            let name = name(slot);
            let bare = name.without_suffix();
            alone.entry((class, bare, unit)).or_default()[side as usize].push(at);
        }
        // The place of the base for a head, and the bases that have gone there.
        let mut base_of: HashMap<usize, usize> = HashMap::new();
        for [base, head] in alone.values() {
            if let ([base], [head]) = (&base[..], &head[..]) {
                base_of.insert(*head, *base);
            }
        }
        let gone: BTreeSet<usize> = base_of.values().copied().collect();
        let timed: HashMap<(u32, Symbol), &[Measurements; 2]> = self
            .slots
            .iter()
            .filter(|slot| self.units[slot.identity.2 as usize] == b"sec/op")
            .map(|slot| ((slot.identity.0, slot.identity.1), &slot.sides))
            .collect();
        let tables: Vec<String> = (0..self.classes.lists.len() as u32)
            .map(|class| self.table_text(symbols, class))
            .collect();
        let kept = self.slots.iter().enumerate();
        let pairs = kept.filter(|(at, _)| !gone.contains(at)).map(|(at, slot)| {
            let base = base_of.get(&at).map_or(slot, |&base| &self.slots[base]);
            let (class, symbol, unit) = slot.identity;
            let unit = &self.units[unit as usize][..];
            let processors = (base.identity.1 != symbol)
                .then(|| [base, slot].map(|slot| name(slot).gomaxprocs()));
            Pair {
                table: tables[class as usize].clone(),
                name: symbols.own_text(symbol),
                unit,
                semantics: parser.units().semantics(unit),
                // Throughput says what the time says.
                is_derived: unit == b"B/s" && timed.contains_key(&(class, symbol)),
                timed: timed.get(&(class, symbol)).copied(),
                sides: [&base.sides[0], &slot.sides[1]],
                processors,
                pairing: self,
                class,
                symbols,
            }
        });
        Ok(pairs.collect())
    }

    /// What is known of a configuration.
    #[cold]
    fn config(&mut self, result: &BenchmarkResult<'_>) -> ConfigOf {
        let id = result.config_id();
        if let Some(known) = self.configs.get(&id) {
            return *known;
        }
        let symbols = result.symbols();
        let Self {
            options,
            classes,
            environments,
            ..
        } = self;
        let keys = options.environment.iter().chain(&options.ignore);
        let apart: Vec<Symbol> = keys
            .filter_map(|key| symbols.find(key.as_bytes()))
            .collect();
        let entries = result.config().entries().iter().copied();
        let mut class: Vec<(Symbol, Symbol)> =
            entries.filter(|(key, _)| !apart.contains(key)).collect();
        class.sort_unstable();
        let environment = options.environment.iter().map(|key| {
            let key = symbols.find(key.as_bytes());
            let value = key.and_then(|key| result.config().get(key));
            value.unwrap_or_default()
        });
        let config = ConfigOf {
            class: classes.number(class),
            environment: environments.number(environment.collect()),
            package: (options.ignore.iter().any(|key| key == "pkg"))
                .then(|| symbols.find(b"pkg"))
                .flatten()
                .and_then(|key| result.config().get(key)),
        };
        self.configs.insert(id, config);
        config
    }

    /// The number of a unit. A zero keeps its written unit; here it belongs to the others.
    fn unit(&mut self, symbols: &Symbols, unit: Symbol) -> u32 {
        let units = &mut self.units;
        *self.unit_ids.entry(unit).or_insert_with(|| {
            let tidied = unit::tidy(symbols.own_text(unit)).unit;
            let known = units.iter().position(|known| *known == *tidied);
            let at = known.unwrap_or_else(|| {
                units.push(tidied.into_owned());
                units.len() - 1
            });
            at as u32
        })
    }

    /// What the results of a class have in common, as text. A long one is cut and numbered.
    fn table_text(&self, symbols: &Symbols, class: u32) -> String {
        const LONGEST: usize = 1 << 10;
        let entries = self.classes.get(class);
        let mut texts: Vec<(&[u8], &[u8])> = Vec::new();
        let mut length = 0;
        for &(key, value) in entries {
            let (key, value) = (symbols.own_text(key), symbols.own_text(value));
            length += key.len() + value.len() + 4;
            if length > LONGEST {
                break;
            }
            texts.push((key, value));
        }
        texts.sort_unstable();
        let shown = texts.iter().map(|(key, value)| {
            let [key, value] = [key, value].map(|text| String::from_utf8_lossy(text));
            format!("{key}: {value}")
        });
        let mut text = shown.collect::<Vec<_>>().join(", ");
        if texts.len() < entries.len() {
            text += &format!(", … ({class})");
        }
        text
    }
}

/// One benchmark in one unit and configuration, on both sides.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Pair<'p> {
    /// The configuration without environment and ignored keys, as text.
    pub table: String,
    /// The benchmark's full name; where the sides differ in the number of processors, the head's.
    pub name: &'p [u8],
    /// The unit, tidied.
    pub unit: &'p [u8],
    /// What the unit says about its values.
    pub semantics: UnitSemantics,
    /// Whether the values follow from another unit's of the same benchmark, as B/s does from sec/op.
    pub is_derived: bool,
    /// Base and head.
    pub sides: [&'p Measurements; 2],
    /// The time per operation of the same benchmark on both sides, where it was measured.
    timed: Option<&'p [Measurements; 2]>,
    /// The numbers of processors, where they differ.
    processors: Option<[Option<&'p [u8]>; 2]>,
    pairing: &'p Pairing,
    class: u32,
    symbols: &'p Symbols,
}

/// What [`Row::environment_differs`] says of times that were measured in one layout of the binary on one side and in
/// several on the other.
pub const LAYOUTS_DIFFER: &str = "layouts (one and several)";

/// How many times as long a sample takes where it was measured for another time. Go aims at the same time whatever an
/// operation takes.
const OTHER_DURATION: f64 = 4.0;

/// How many times as many iterations it then has, whatever the sides' speed.
const OTHER_COUNT: f64 = 2.0;

/// Bytes that Go's runtime allocates to start a thread, at any moment; 5320 were seen.
const THREAD_START: f64 = 6144.0;

/// Objects that it allocates then; 6 were seen.
const THREAD_START_OBJECTS: f64 = 8.0;

impl<'p> Pair<'p> {
    /// The import path of the package, where it is known.
    pub fn package(&self) -> Option<&'p [u8]> {
        self.config_value(b"pkg")
    }

    /// The row, judged as the unit says, gated, and without a threshold of its own.
    pub fn row(&self) -> Row {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let key = RowKey {
            table: self.table.clone(),
            benchmark: text(self.name),
            unit: text(self.unit),
        };
        let [base, head] = self
            .sides
            .map(|side| (!side.values.is_empty()).then(|| Sample::new(side.values.clone())));
        Row {
            class: self.class(),
            direction: self.semantics.direction,
            in_family: !self.is_derived,
            environment_differs: self.environment_differs(),
            layout: self.layout(),
            durations_differ: self.durations_differ(),
            ..Row::new(key, base, head)
        }
    }

    /// Whether a sample took several times as long on one side as on the other, by the benchmark's time per operation
    /// and its number of iterations. Where the numbers are alike, what is done once is divided alike, and the times say
    /// only how fast the sides are.
    fn durations_differ(&self) -> bool {
        let Some(timed) = self.timed else {
            return false;
        };
        let [base, head] = timed.each_ref().map(|side| {
            let durations = side.values.iter().zip(&side.iterations);
            let durations = durations.map(|(value, &count)| value * count as f64);
            let durations: Vec<f64> = durations.filter(|it| it.is_finite()).collect();
            (!durations.is_empty()).then(|| median(&Sample::new(durations)))
        });
        let [of_base, of_head] = timed.each_ref().map(|side| {
            let counts = side.iterations.iter().map(|&count| count as f64);
            median(&Sample::new(counts.collect()))
        });
        match (base, head) {
            (Some(base), Some(head)) if base > 0.0 && head > 0.0 => {
                base.max(head) / base.min(head) >= OTHER_DURATION
                    && of_base.max(of_head) / of_base.min(of_head) >= OTHER_COUNT
            }
            _ => false,
        }
    }

    /// What layouts do to the times of this benchmark, where all values have one.
    fn layout(&self) -> Option<LayoutEffect> {
        if self.class() != ValueClass::Timing {
            return None;
        }
        let [base, head] = self.sides.map(|side| {
            let is_known = side.layouts.len() == side.values.len();
            let layouts = side
                .layouts
                .iter()
                .copied()
                .zip(side.values.iter().copied());
            is_known.then(|| layouts.collect::<Vec<_>>())
        });
        LayoutEffect::of([&base?, &head?])
    }

    /// The values of a key of the filter language that the results of this pair have; a unit tidied
    /// and as Go writes it.
    pub fn values(&self, key: &Key) -> Vec<Vec<u8>> {
        if let Some(value) = key.value_in_name(Name::new(self.name)) {
            return vec![value.to_vec()];
        }
        match key {
            Key::Unit => unit::spellings(self.unit).into(),
            Key::ConfigKey(key) => {
                if let Some(value) = self.config_value(key) {
                    return vec![value.to_vec()];
                }
                let keys = &self.pairing.options.environment;
                let Some(place) = keys.iter().position(|known| known.as_bytes() == &key[..]) else {
                    return vec![Vec::new()];
                };
                let values = self.sides.map(|side| self.environment(side, place));
                let values = values.into_iter().flatten().map(<[u8]>::to_vec);
                values.collect()
            }
            _ => vec![Vec::new()],
        }
    }

    fn config_value(&self, key: &[u8]) -> Option<&'p [u8]> {
        let key = self.symbols.find(key)?;
        let entries = self.pairing.classes.get(self.class);
        let at = entries.binary_search_by_key(&key, |entry| entry.0).ok()?;
        Some(self.symbols.own_text(entries[at].1))
    }

    /// The values of an environment's key on a side.
    fn environment(&self, side: &Measurements, place: usize) -> BTreeSet<&'p [u8]> {
        let numbers = side.environments.iter();
        numbers
            .map(|&number| {
                let environment = self.pairing.environments.get(number);
                self.symbols.own_text(environment[place])
            })
            .collect()
    }

    /// What Go allocates for a thread that starts during a short sample is no difference of the code. The
    /// median of three samples or more does not see it; that of one or two does.
    fn class(&self) -> ValueClass {
        let ValueClass::Exact { abs, rel } = self.semantics.class else {
            return self.semantics.class;
        };
        let thread_start = match self.unit {
            b"B/op" => THREAD_START,
            b"allocs/op" => THREAD_START_OBJECTS,
            _ => return self.semantics.class,
        };
        let few = self
            .sides
            .iter()
            .filter_map(|side| match side.iterations[..] {
                [] | [_, _, _, ..] => None,
                ref few => Some(thread_start / few.iter().min().copied()?.max(1) as f64),
            });
        ValueClass::Exact {
            abs: few.fold(abs, f64::max),
            rel,
        }
    }

    /// Whether these are times, of one layout of the binary on one side and of several on the other, or of both kinds on
    /// a side.
    fn layouts_differ(&self) -> bool {
        let varies = self.sides.map(|side| {
            let layouts: BTreeSet<u32> = side.layouts.iter().copied().collect();
            let is_mixed = layouts.len() > 1 && side.layouts.len() < side.values.len();
            (!is_mixed).then_some(layouts.len() > 1)
        });
        (varies[0] != varies[1] || varies[0].is_none()) && unit::follows_time(self.unit)
    }

    /// Which keys of the environment differ between the sides, if both have values.
    fn environment_differs(&self) -> Option<String> {
        if self.sides.iter().any(|side| side.values.is_empty()) {
            return None;
        }
        let shown = |text: &[u8]| match text {
            b"" => "none".to_owned(),
            text => String::from_utf8_lossy(text).into_owned(),
        };
        let list = |texts: BTreeSet<&[u8]>| {
            let texts: Vec<String> = texts.into_iter().map(shown).collect();
            texts.join("/")
        };
        let keys = self.pairing.options.environment.iter().enumerate();
        let mut differing: Vec<String> = keys
            .filter_map(|(place, key)| {
                let [base, head] = self.sides.map(|side| self.environment(side, place));
                (base != head).then(|| format!("{key} ({} and {})", list(base), list(head)))
            })
            .collect();
        // One order, however the keys were given.
        differing.sort();
        if self.layouts_differ() && !self.pairing.options.across_layouts {
            differing.push(LAYOUTS_DIFFER.to_owned());
        }
        differing.extend(
            self.processors
                .map(|sides| sides.map(|side| shown(side.unwrap_or_default())))
                .map(|[base, head]| format!("GOMAXPROCS ({base} and {head})")),
        );
        (!differing.is_empty()).then(|| differing.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Record;

    /// The pairing of two texts.
    fn paired(base: &str, head: &str) -> (Parser, Pairing) {
        let (mut parser, mut pairing) = (Parser::new(), Pairing::default());
        for (side, text) in Side::BOTH.into_iter().zip([base, head]) {
            let mut reader = parser.read(side.name().as_bytes(), text.as_bytes());
            while let Ok(Some(record)) = reader.next_record() {
                if let Record::Result(result) = record {
                    pairing.add(side, &result);
                }
            }
        }
        (parser, pairing)
    }

    fn row(base: &str, head: &str) -> Row {
        let (parser, pairing) = paired(base, head);
        let rows = pairing.rows(&parser).unwrap();
        assert_eq!(rows.len(), 1);
        rows.into_iter().next().unwrap()
    }

    #[test]
    fn a_thread_that_starts_in_a_short_sample_is_no_regression() {
        // Seen: 0 B/op against 17 B/op of the same code in 300 iterations, and twice 0 against twice 10
        // iterations, with a thread in one of them.
        let tolerance_in = |unit: &str, base: &[i64], head: &[i64]| {
            let text = |counts: &[i64]| -> String {
                let lines = counts.iter().map(|n| format!("BenchmarkA {n} 0 {unit}\n"));
                lines.collect()
            };
            row(&text(base), &text(head))
                .class
                .tolerance()
                .unwrap()
                .absolute
        };
        let tolerance = |base: &[i64], head: &[i64]| tolerance_in("B/op", base, head);
        assert!(tolerance(&[300], &[300]) > 17.0);
        assert!(tolerance(&[300, 300], &[300]) > 17.0);
        assert!(tolerance(&[10, 10], &[10, 10]) > 512.0);
        assert_eq!(tolerance(&[300, 300, 300], &[300, 300, 300]), 16.0);
        assert_eq!(tolerance(&[1_000_000], &[1_000_000]), 16.0);
        // Seen: 6 objects in a sample of one iteration. With 100, less than one of them per operation is left.
        let objects = |base: &[i64], head: &[i64]| tolerance_in("allocs/op", base, head);
        assert!(objects(&[1], &[1]) > 6.0);
        assert_eq!(objects(&[100], &[100]), 1.0);
        assert_eq!(objects(&[1, 1, 1], &[1, 1, 1]), 1.0);
    }

    #[test]
    fn the_order_of_configuration_keys_does_not_matter() {
        let row = row(
            "pkg: p\ntags: x\nBenchmarkA 1 5 x\n",
            "tags: x\npkg: p\nBenchmarkA 1 6 x\n",
        );
        assert!(row.old.is_some() && row.new.is_some());
        assert_eq!(row.key.table, "pkg: p, tags: x");
    }

    #[test]
    fn environments_are_named_and_do_not_keep_results_apart() {
        let row = row("cpu: a\nBenchmarkA-2 1 5 x\n", "BenchmarkA-4 1 5 x\n");
        assert_eq!(
            row.environment_differs.as_deref(),
            Some("cpu (a and none), GOMAXPROCS (2 and 4)")
        );
    }

    #[test]
    fn a_slow_moment_is_no_other_benchtime() {
        let differ = |base: &str, head: &str| {
            let (parser, pairing) = paired(base, head);
            let rows = pairing.rows(&parser).unwrap();
            rows.iter().any(|row| row.durations_differ)
        };
        let base = "BenchmarkA 300 60 ns/op 3 allocs/op\n";
        assert!(!differ(base, "BenchmarkA 300 600 ns/op 4 allocs/op\n"));
        assert!(!differ(base, "BenchmarkA 30 600 ns/op 4 allocs/op\n"));
        assert!(differ(base, "BenchmarkA 3000 60 ns/op 4 allocs/op\n"));
    }

    #[test]
    fn times_of_one_layout_and_of_several_are_not_compared() {
        let differing = |across_layouts: bool, layouts: [&[Option<u32>]; 2]| {
            let options = PairingOptions {
                across_layouts,
                ..PairingOptions::default()
            };
            let (mut parser, mut pairing) = (Parser::new(), Pairing::new(options));
            for (side, layouts) in Side::BOTH.into_iter().zip(layouts) {
                for layout in layouts {
                    let mut reader = parser.read(b"", &b"BenchmarkA 1 5 ns/op 3 allocs/op\n"[..]);
                    while let Ok(Some(Record::Result(result))) = reader.next_record() {
                        pairing.add_in_layout(side, &result, *layout);
                    }
                }
            }
            let rows = pairing.rows(&parser).unwrap();
            let differs: Vec<bool> = rows
                .iter()
                .map(|row| row.environment_differs.as_deref() == Some("layouts (one and several)"))
                .collect();
            // Only times depend on them.
            assert!(!differs[1]);
            differs[0]
        };
        let (one, random, several) = ([None, None], [Some(1), Some(1)], [Some(1), Some(2)]);
        assert!(!differing(false, [&one, &one]));
        assert!(!differing(false, [&one, &random]));
        assert!(!differing(false, [&several, &several]));
        assert!(differing(false, [&one, &several]));
        assert!(!differing(true, [&one, &several]));
        let mixed = [None, Some(1), Some(2)];
        assert!(differing(false, [&mixed, &mixed]));
    }

    #[test]
    fn a_zero_is_of_the_same_unit_as_other_values() {
        let row = row("BenchmarkA 1 0 ns/op\n", "BenchmarkA 1 5 ns/op\n");
        assert_eq!(row.key.unit, "sec/op");
        assert!(row.old.is_some() && row.new.is_some());
    }

    #[test]
    fn long_configurations_stay_apart() {
        let long = "x".repeat(2000);
        let text = format!("a: {long}1\nBenchmarkA 1 5 x\na: {long}2\nBenchmarkA 1 5 x\n");
        let (parser, pairing) = paired(&text, &text);
        let rows = pairing.rows(&parser).unwrap();
        assert_eq!(rows.len(), 2);
        assert_ne!(rows[0].key, rows[1].key);
    }
}
