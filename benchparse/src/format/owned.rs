//! Results that own their data.

use std::io::Read;

use super::error::ReadError;
use super::reader::Reader;
use super::record::{BenchmarkResult, Record};
use crate::name::Name;
use crate::unit::tidy;

/// A result that owns what it has, to keep, to change, and to build from nothing.
///
/// Values and units are as they were written: 1726 `ns/op`. [`BenchmarkResult::to_owned`] and
/// [`Reader::results`] make them of what is read; [`Writer::owned`](super::Writer::owned) writes them.
///
/// ```
/// use benchparse::format::{OwnedResult, Parser, Writer};
///
/// let mut result = OwnedResult::new("Encode-8", 695_278);
/// result.set_config("goos", "linux");
/// result.set_value("ns/op", 1726.0);
/// result.set_value("allocs/op", 3.0);
/// let mut writer = Writer::new(Vec::new());
/// writer.owned(&result)?;
/// let text = writer.into_inner();
/// assert_eq!(text, b"goos: linux\n\nBenchmarkEncode-8 695278 1726 ns/op 3 allocs/op\n");
///
/// let mut parser = Parser::new();
/// let read: Vec<_> = parser.read(b"", &text[..]).results().collect::<Result<_, _>>()?;
/// assert_eq!(read, [result]);
/// assert_eq!(read[0].value("sec/op"), Some(1726.0 * 1e-9));
/// # Ok::<(), benchparse::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnedResult {
    name: Vec<u8>,
    iterations: i64,
    label: Vec<u8>,
    config: Vec<(Vec<u8>, Vec<u8>)>,
    values: Vec<(f64, Vec<u8>)>,
}

impl OwnedResult {
    /// A result of a benchmark, named without the word `Benchmark`, without configuration and values.
    pub fn new(name: impl Into<Vec<u8>>, iterations: i64) -> Self {
        Self {
            name: name.into(),
            iterations,
            ..Self::default()
        }
    }

    /// The benchmark's name without the word `Benchmark`.
    pub fn name(&self) -> Name<'_> {
        Name::new(&self.name)
    }

    /// Gives the result another name.
    pub fn set_name(&mut self, name: impl Into<Vec<u8>>) {
        self.name = name.into();
    }

    /// How often the benchmark's body ran (`b.N`).
    pub fn iterations(&self) -> i64 {
        self.iterations
    }

    /// The label of the input that it was read from, if it was.
    pub fn label(&self) -> Option<&[u8]> {
        Some(&self.label[..]).filter(|label| !label.is_empty())
    }

    /// Says which input the result is of: results of different inputs share no configuration when they
    /// are written.
    pub fn set_label(&mut self, label: impl Into<Vec<u8>>) {
        self.label = label.into();
    }

    /// The value of a configuration key, if it is set.
    pub fn config_value(&self, key: impl AsRef<[u8]>) -> Option<&[u8]> {
        let key = key.as_ref();
        let found = self.config.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| &value[..])
    }

    /// All configuration keys with their values, in the order in which they were set.
    pub fn configs(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        let config = self.config.iter();
        config.map(|(key, value)| (&key[..], &value[..]))
    }

    /// Sets a configuration key; an empty value takes it away.
    pub fn set_config(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let (key, value) = (key.into(), value.into());
        let known = self.config.iter().position(|(known, _)| *known == key);
        match known {
            Some(place) if value.is_empty() => {
                self.config.remove(place);
            }
            Some(place) => self.config[place].1 = value,
            None if value.is_empty() => {}
            None => self.config.push((key, value)),
        }
    }

    /// The first value in a unit, either as it is written (`ns/op`) or tidied (`sec/op`).
    pub fn value(&self, unit: impl AsRef<[u8]>) -> Option<f64> {
        let unit = unit.as_ref();
        self.values.iter().find_map(|(value, written)| {
            if written == unit {
                return Some(*value);
            }
            let tidied = tidy(written);
            (*tidied.unit == *unit).then_some(value * tidied.factor)
        })
    }

    /// All values with their units, in the order in which they were written.
    pub fn values(&self) -> impl ExactSizeIterator<Item = (f64, &[u8])> {
        self.values.iter().map(|(value, unit)| (*value, &unit[..]))
    }

    /// Sets the value in a unit, spelled as it is to be written.
    pub fn set_value(&mut self, unit: impl Into<Vec<u8>>, value: f64) {
        let unit = unit.into();
        match self.values.iter_mut().find(|(_, known)| *known == unit) {
            Some(known) => known.0 = value,
            None => self.values.push((value, unit)),
        }
    }
}

impl BenchmarkResult<'_> {
    /// The result without its parser.
    pub fn to_owned(&self) -> OwnedResult {
        let config = self.configs();
        let values = self.written_values();
        OwnedResult {
            name: self.name().full().to_vec(),
            iterations: self.iterations(),
            label: self.label().unwrap_or_default().to_vec(),
            config: config
                .map(|(key, value)| (key.to_vec(), value.to_vec()))
                .collect(),
            values: values.map(|(value, unit)| (value, unit.to_vec())).collect(),
        }
    }
}

impl From<&BenchmarkResult<'_>> for OwnedResult {
    fn from(result: &BenchmarkResult<'_>) -> Self {
        result.to_owned()
    }
}

/// The results of an input, one after the other. See [`Reader::results`].
#[derive(Debug)]
pub struct Results<'p, R> {
    reader: Reader<'p, R>,
    is_over: bool,
}

impl<'p, R: Read> Reader<'p, R> {
    /// The results as values of their own, where speed matters less than ease. A line that is not of
    /// the format comes as [`ReadError::Syntax`], and the results after it follow; an error of the input
    /// is the last item. `Unit` lines are left out.
    pub fn results(self) -> Results<'p, R> {
        Results {
            reader: self,
            is_over: false,
        }
    }
}

impl<R: Read> Iterator for Results<'_, R> {
    type Item = Result<OwnedResult, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            match self.reader.next_record() {
                Ok(Some(Record::Result(result))) => return Some(Ok(result.to_owned())),
                Ok(Some(Record::Error(error))) => return Some(Err(error.into())),
                Ok(Some(Record::Unit(_))) => {}
                Ok(None) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error.into()));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Parser, Writer};
    use super::*;

    #[test]
    fn a_malformed_line_hides_no_result() {
        let text = b"BenchmarkA 1 5 ns/op\nBenchmarkB 1 5\nBenchmarkC 1 6 ns/op\n";
        let mut parser = Parser::new();
        let items: Vec<_> = parser.read(b"f", &text[..]).results().collect();
        let names = items.iter().map(|item| match item {
            Ok(result) => String::from_utf8_lossy(result.name().full()).into_owned(),
            Err(error) => error.to_string(),
        });
        assert_eq!(names.collect::<Vec<_>>(), ["A", "f:2: missing units", "C"]);
    }

    #[test]
    fn what_is_owned_is_written_as_what_is_borrowed() {
        let text = b"goos: linux\npkg: p\nBenchmarkA-2 1 5 ns/op 3 B/op\ngoos: plan9\nBenchmarkA-2 2 6 MB/s\n\
            pkg:\nBenchmarkB 3 7 x\n";
        let mut parser = Parser::new();
        let mut reader = parser.read(b"f", &text[..]);
        let (mut borrowed, mut owned) = (Writer::new(Vec::new()), Writer::new(Vec::new()));
        while let Some(record) = reader.next_record().unwrap() {
            if let Record::Result(result) = record {
                borrowed.result(&result).unwrap();
                owned.owned(&result.to_owned()).unwrap();
            }
        }
        assert_eq!(owned.into_inner(), borrowed.into_inner());
    }

    #[test]
    fn a_result_can_be_changed() {
        let mut result = OwnedResult::new("A", 1);
        result.set_config("goos", "linux");
        result.set_config("goos", "plan9");
        assert_eq!(result.config_value("goos"), Some(&b"plan9"[..]));
        result.set_config("goos", "");
        assert_eq!(
            (result.config_value("goos"), result.configs().len()),
            (None, 0)
        );
        result.set_value("ns/op", 5.0);
        result.set_value("ns/op", 6.0);
        assert_eq!(result.values().collect::<Vec<_>>(), [(6.0, &b"ns/op"[..])]);
        assert_eq!((result.value("B/op"), result.label()), (None, None));
        result.set_name("B/n=1-8");
        assert_eq!(result.name().base(), b"B");
    }
}
