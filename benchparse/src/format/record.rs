//! The records of the format: results, unit metadata and errors.

use super::config::{Config, ConfigId};
use super::error::SyntaxError;
use super::symbol::{Symbol, Symbols};
use crate::name::Name;

/// What a line says. Configuration lines give no record: they show in the results after them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Record<'r> {
    /// A benchmark's result.
    Result(BenchmarkResult<'r>),
    /// One accepted `key=value` of a `Unit` line.
    Unit(UnitMetadata<'r>),
    /// A line that is not of the format; the lines around it are read all the same.
    Error(SyntaxError),
}

/// One value of a result with its unit.
///
/// `1726 ns/op` is read as 1.726e-6 `sec/op`, and `written` is 1726 `ns/op`. `3 allocs/op` stays as it
/// is and has no `written`. See [`unit::tidy`](crate::unit::tidy).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Measurement {
    /// The value in [`Measurement::unit`].
    pub value: f64,
    /// The unit, tidied.
    pub unit: Symbol,
    /// Value and unit as they were written, where tidying changed them.
    pub written: Option<(f64, Symbol)>,
}

impl Measurement {
    /// Value and unit as they were written, whether tidying changed them or not.
    pub fn as_written(&self) -> (f64, Symbol) {
        self.written.unwrap_or((self.value, self.unit))
    }
}

/// The result of one run of a benchmark.
///
/// It borrows from its parser until the next record is read; take out what is to stay.
#[derive(Debug, Clone, Copy)]
pub struct BenchmarkResult<'r> {
    pub(super) name: Symbol,
    pub(super) iterations: i64,
    pub(super) measurements: &'r [Measurement],
    pub(super) config: &'r Config,
    pub(super) config_id: ConfigId,
    pub(super) label: Symbol,
    pub(super) line: u64,
    pub(super) symbols: &'r Symbols,
}

impl<'r> BenchmarkResult<'r> {
    /// The benchmark's name without the word `Benchmark`.
    pub fn name(&self) -> Name<'r> {
        Name::new(self.symbols.own_text(self.name))
    }

    /// The symbol of the whole name: equal for all results of one benchmark.
    pub fn name_symbol(&self) -> Symbol {
        self.name
    }

    /// How often the benchmark's body ran for this result (`b.N`).
    pub fn iterations(&self) -> i64 {
        self.iterations
    }

    /// The values in the order of the line, at least one. A unit may stand there twice.
    pub fn measurements(&self) -> &'r [Measurement] {
        self.measurements
    }

    /// The values with their tidied units as texts.
    pub fn values(&self) -> impl ExactSizeIterator<Item = (f64, &'r [u8])> {
        let symbols = self.symbols;
        let measured = self.measurements.iter();
        measured.map(move |measured| (measured.value, symbols.own_text(measured.unit)))
    }

    /// The values with their units as they were written: 1726 `ns/op`.
    pub fn written_values(&self) -> impl ExactSizeIterator<Item = (f64, &'r [u8])> {
        let symbols = self.symbols;
        self.measurements.iter().map(move |measured| {
            let (value, unit) = measured.as_written();
            (value, symbols.own_text(unit))
        })
    }

    /// The configuration in force, as symbols.
    pub(crate) fn config(&self) -> &'r Config {
        self.config
    }

    /// A number for that configuration: equal for equal configurations.
    pub fn config_id(&self) -> ConfigId {
        self.config_id
    }

    /// All configuration keys in force with their values, in order.
    ///
    /// A new key goes to the end; a key that is set again keeps its place. A key that is taken back
    /// (`key:`) gives its place to the last one.
    ///
    /// ```
    /// use benchparse::format::{Parser, Record};
    ///
    /// let text = b"goos: linux\npkg: p\ncpu: fast\ngoos:\nBenchmarkA 1 1 x\n";
    /// let mut parser = Parser::new();
    /// let mut reader = parser.read(b"f", &text[..]);
    /// let Some(Record::Result(result)) = reader.next_record()? else { unreachable!() };
    /// let pairs: Vec<_> = result.configs().collect();
    /// assert_eq!(pairs, [(&b"cpu"[..], &b"fast"[..]), (b"pkg", b"p")]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn configs(&self) -> impl ExactSizeIterator<Item = (&'r [u8], &'r [u8])> {
        self.config.texts(self.symbols)
    }

    /// The value of a configuration key, if it is set.
    pub fn config_value(&self, key: impl AsRef<[u8]>) -> Option<&'r [u8]> {
        let value = self.config_symbol(key)?;
        Some(self.symbols.own_text(value))
    }

    /// The symbol of [`BenchmarkResult::config_value`]: equal for equal values.
    pub fn config_symbol(&self, key: impl AsRef<[u8]>) -> Option<Symbol> {
        self.config.get(self.symbols.find(key.as_ref())?)
    }

    /// The label of the input, the value of the key `.file`; `None` where the input was given the empty
    /// one.
    pub fn label(&self) -> Option<&'r [u8]> {
        Some(self.symbols.own_text(self.label)).filter(|label| !label.is_empty())
    }

    /// The symbol of the label: equal for all results of one input.
    pub fn label_symbol(&self) -> Symbol {
        self.label
    }

    /// The line of the input that it came from, counted from 1. For a result that stands in a larger
    /// text, such as an event of `go test -json`, the line where that text begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The table that its symbols are of.
    pub fn symbols(&self) -> &'r Symbols {
        self.symbols
    }
}

/// One `key=value` of a `Unit` line.
///
/// ```
/// use benchparse::format::{UnitMetadata, Writer};
///
/// let mut writer = Writer::new(Vec::new());
/// writer.unit(UnitMetadata::new(b"allocs/op", b"assume", b"exact"))?;
/// assert_eq!(writer.into_inner(), b"Unit allocs/op assume=exact\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UnitMetadata<'r> {
    /// The unit as it was written.
    pub unit: &'r [u8],
    /// The key.
    pub key: &'r [u8],
    /// The value.
    pub value: &'r [u8],
    /// The line of the input that it came from, counted from 1; `None` where it came from none.
    pub line: Option<u64>,
}

impl<'r> UnitMetadata<'r> {
    /// What is to be said of a unit.
    pub const fn new(unit: &'r [u8], key: &'r [u8], value: &'r [u8]) -> Self {
        Self {
            unit,
            key,
            value,
            line: None,
        }
    }
}
