//! Parses lines into records and keeps the state that carries over from line to line.

use std::collections::VecDeque;

use bstr::{BStr, BString};

use super::config::{Config, ConfigId, ConfigIds};
use super::error::{SyntaxError, SyntaxFault};
use super::grammar::{self, Line};
use super::metadata::UnitTable;
use super::plain::PlainResult;
use super::record::{BenchmarkResult, Measurement, Record, UnitMetadata};
use super::symbol::{Symbol, Symbols};
use super::written_unit::WrittenUnits;

/// The state that lines are read in: configuration, unit metadata and interned texts.
///
/// One parser reads all inputs of a question, so that their texts are the same [`Symbol`]s. Mostly
/// [`Parser::read`] is all that is needed. A caller that has lines already, from a socket or a test
/// runner, may give them one by one:
///
/// ```
/// use benchparse::format::{LineKind, Parser, Record};
///
/// let mut parser = Parser::new();
/// parser.begin(b"stdin", b"new");
/// for (line, number) in ["goos: linux", "BenchmarkA-8 100 5 ns/op"].iter().zip(1..) {
///     if parser.line(line.as_bytes(), number) != LineKind::Result {
///         continue;
///     }
///     while let Some(record) = parser.record() {
///         let Record::Result(result) = record else { continue };
///         assert_eq!(result.name().full(), b"A-8");
///         assert_eq!(result.config_value("goos"), Some(&b"linux"[..]));
///         assert_eq!(result.label(), Some(&b"new"[..]));
///     }
/// }
/// ```
#[derive(Debug, Default)]
pub struct Parser {
    symbols: Symbols,
    units: UnitTable,
    config: Config,
    config_ids: ConfigIds,
    /// The number of the configuration in force, once a result asked for it.
    config_id: Option<ConfigId>,
    path: BString,
    label: Symbol,
    measurements: Vec<Measurement>,
    /// The result that the last line held.
    result: Option<ResultLine>,
    written_units: WrittenUnits,
    /// The name of the last result: repetitions of a benchmark come one after the other.
    last_name: Symbol,
    /// What a `Unit` line has still to say.
    pending: VecDeque<Pending>,
}

#[derive(Debug, Clone, Copy)]
struct ResultLine {
    name: Symbol,
    iterations: i64,
    config_id: ConfigId,
    line: u64,
}

#[derive(Debug)]
enum Pending {
    Metadata {
        unit: Symbol,
        key: Symbol,
        value: Symbol,
        line: u64,
    },
    Error(SyntaxError),
}

/// What a line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineKind<'t> {
    /// A result.
    Result,
    /// What is known of a unit.
    Unit,
    /// A configuration line; an empty value deletes the key.
    Config {
        /// The key.
        key: &'t [u8],
        /// The value.
        value: &'t [u8],
    },
    /// A line that is not of the format and seems to be meant for it.
    Error,
    /// A line that says nothing, the lone name of a benchmark included.
    Other,
}

impl Parser {
    /// A parser that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an input: its configuration is empty, its results have `label` as `.file`, its errors
    /// name `path`. Texts and what is known of units stay. Inputs with one label are one.
    pub fn begin(&mut self, path: impl AsRef<[u8]>, label: impl AsRef<[u8]>) {
        self.path = path.as_ref().into();
        self.label = self.symbols.intern(label.as_ref());
        self.config.clear();
        self.config_id = None;
        self.result = None;
        self.pending.clear();
    }

    /// Every text seen so far.
    pub fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// The units' metadata seen so far.
    pub fn units(&self) -> &UnitTable {
        &self.units
    }

    /// Reads one line and says what it was; [`Parser::record`] then gives what it said.
    ///
    /// `text` has no line end. `number` is where it stands in the input, counted from 1, and comes
    /// back in results and errors.
    pub fn line<'t>(&mut self, text: &'t [u8], number: u64) -> LineKind<'t> {
        match grammar::classify(text) {
            Line::Benchmark(rest) => self.benchmark(rest, number),
            Line::Unit(rest) => self.unit(rest, number),
            Line::Config(key, value) => {
                let (key_symbol, value_symbol) =
                    (self.symbols.intern(key), self.symbols.intern(value));
                if self.config.set(key_symbol, value_symbol) {
                    self.config_id = None;
                }
                LineKind::Config { key, value }
            }
            Line::Other => LineKind::Other,
        }
    }

    /// Takes a result that was read without the grammar, as [`Parser::line`] takes its line.
    #[inline]
    pub(super) fn plain_result(&mut self, result: PlainResult<'_>, line: u64) {
        let iterations = result.iterations;
        let config_id = self.take_plain(result);
        self.result = Some(ResultLine {
            name: self.last_name,
            iterations,
            config_id,
            line,
        });
    }

    /// [`Parser::plain_result`] and [`Parser::record`] in one.
    #[inline]
    pub(super) fn plain_record(&mut self, result: PlainResult<'_>, line: u64) -> Record<'_> {
        let iterations = result.iterations;
        let config_id = self.take_plain(result);
        Record::Result(self.benchmark_result(ResultLine {
            name: self.last_name,
            iterations,
            config_id,
            line,
        }))
    }

    /// Takes name and measurements and gives the configuration.
    #[inline]
    fn take_plain(&mut self, result: PlainResult<'_>) -> ConfigId {
        let PlainResult {
            name,
            values,
            shape,
            ..
        } = result;
        if shape.written.is_empty() {
            let (symbols, units) = (&mut self.symbols, &mut self.written_units);
            let written = shape.units().map(|unit| units.look_up(symbols, unit));
            shape.written = written.collect();
        }
        self.measurements.clear();
        let measured = shape.written.iter().zip(values);
        self.measurements
            .extend(measured.map(|(unit, &value)| unit.measure(value)));
        if let Some(name) = name
            && self.symbols.text(self.last_name) != Some(name)
        {
            self.last_name = self.symbols.intern(name);
        }
        *self
            .config_id
            .get_or_insert_with(|| self.config_ids.id(&self.config))
    }

    #[inline]
    fn benchmark_result(&self, result: ResultLine) -> BenchmarkResult<'_> {
        BenchmarkResult {
            name: result.name,
            iterations: result.iterations,
            measurements: &self.measurements,
            config: &self.config,
            config_id: result.config_id,
            label: self.label,
            line: result.line,
            symbols: &self.symbols,
        }
    }

    /// The path that errors name.
    pub(super) fn path(&self) -> &BStr {
        self.path.as_ref()
    }

    /// Takes back the errors of the last line, which was a [`LineKind::Error`].
    pub(super) fn take_errors(&mut self) -> impl Iterator<Item = SyntaxError> + use<> {
        std::mem::take(&mut self.pending)
            .into_iter()
            .filter_map(|pending| match pending {
                Pending::Error(error) => Some(error),
                Pending::Metadata { .. } => None,
            })
    }

    /// Forgets what the last line said, which was a [`LineKind::Error`].
    pub(super) fn drop_errors(&mut self) {
        self.pending.clear();
    }

    /// Whether lines that were read have a record left to give.
    #[inline]
    pub(super) fn has_record(&self) -> bool {
        self.result.is_some() || !self.pending.is_empty()
    }

    /// The next record of the lines that were read. Take all of a line's records before the next
    /// line is read: a `Unit` line may have several.
    pub fn record(&mut self) -> Option<Record<'_>> {
        if let Some(result) = self.result.take() {
            return Some(Record::Result(self.benchmark_result(result)));
        }
        Some(match self.pending.pop_front()? {
            Pending::Error(error) => Record::Error(error),
            Pending::Metadata {
                unit,
                key,
                value,
                line,
            } => Record::Unit(UnitMetadata {
                unit: self.symbols.own_text(unit),
                key: self.symbols.own_text(key),
                value: self.symbols.own_text(value),
                line: Some(line),
            }),
        })
    }

    fn benchmark(&mut self, text: &[u8], line: u64) -> LineKind<'static> {
        let Self {
            symbols,
            written_units: units,
            measurements,
            ..
        } = self;
        measurements.clear();
        let head = grammar::result(text, |value, unit| {
            let measurement = units.measure(symbols, measurements.len(), value, unit);
            measurements.push(measurement);
        });
        match head {
            Err(fault) => {
                self.pending.push_back(Pending::Error(SyntaxError {
                    file: self.path.to_vec(),
                    line,
                    fault,
                }));
                LineKind::Error
            }
            Ok(None) => LineKind::Other,
            Ok(Some(head)) => {
                if self.symbols.text(self.last_name) != Some(head.name) {
                    self.last_name = self.symbols.intern(head.name);
                }
                self.result = Some(ResultLine {
                    name: self.last_name,
                    iterations: head.iterations,
                    config_id: *self
                        .config_id
                        .get_or_insert_with(|| self.config_ids.id(&self.config)),
                    line,
                });
                LineKind::Result
            }
        }
    }

    fn unit(&mut self, text: &[u8], number: u64) -> LineKind<'static> {
        let Self {
            symbols,
            units,
            path,
            pending,
            ..
        } = self;
        let error = |fault| {
            Pending::Error(SyntaxError {
                file: path.to_vec(),
                line: number,
                fault,
            })
        };
        let read = grammar::unit(text, |unit, field| {
            let set = field.map(|(key, value)| (key, value, units.set(unit, key, value)));
            pending.push_back(match set {
                Ok((_, _, Ok(false))) => return,
                Ok((key, value, Ok(true))) => Pending::Metadata {
                    unit: symbols.intern(unit),
                    key: symbols.intern(key),
                    value: symbols.intern(value),
                    line: number,
                },
                Ok((key, _, Err(old))) => error(SyntaxFault::MetadataConflict {
                    key: key.into(),
                    unit: unit.into(),
                    value: old.into(),
                }),
                Err(fault) => error(fault),
            });
        });
        if let Err(fault) = read {
            pending.push_back(error(fault));
        }
        let is_error = |pending: &Pending| matches!(pending, Pending::Error(_));
        if !pending.is_empty() && pending.iter().all(is_error) {
            LineKind::Error
        } else {
            LineKind::Unit
        }
    }
}
