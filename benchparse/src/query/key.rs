//! The keys of filters and projections.

use crate::format::BenchmarkResult;
use crate::name::Name;

/// A key of the filter and projection languages.
///
/// | written | value |
/// |---|---|
/// | `.name` | base name, `Encode` of `Encode/n=10-8` |
/// | `.fullname` | whole name |
/// | `/n` | value of the name's part `/n=…` |
/// | `/gomaxprocs` | the name's `-8` suffix, or its part `/gomaxprocs=…` |
/// | `.file` | label of the input |
/// | `.unit` | unit of one measurement, only in filters |
/// | `.config` | all configuration keys together, only in projections |
/// | anything else | configuration key of that name, as `goos` |
///
/// There is no list of allowed names: a key that no result has is empty everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// `.name`: the benchmark's base name.
    Name,
    /// `.fullname`: the whole name; in a projection without what other keys say.
    FullName,
    /// `/k`: the value of a sub-benchmark part `/k=value`; with its slash.
    Sub(Vec<u8>),
    /// `/gomaxprocs`: the `-N` suffix, or the value of a part of that name.
    GoMaxProcs,
    /// `.file`: the label of the input.
    File,
    /// `.unit`: the unit of a measurement; filters only.
    Unit,
    /// `.config`: all configuration keys together; projections only.
    Config,
    /// Any other text: a configuration key.
    ConfigKey(Vec<u8>),
}

impl Key {
    /// The key that a word stands for, as a query writes it, without quotes.
    ///
    /// ```
    /// use benchparse::query::Key;
    ///
    /// assert_eq!(Key::new(".name"), Key::Name);
    /// assert_eq!(Key::new("goos"), Key::ConfigKey(b"goos".to_vec()));
    /// ```
    pub fn new(word: impl AsRef<[u8]>) -> Self {
        let word = word.as_ref();
        match word {
            b".name" => Self::Name,
            b".fullname" => Self::FullName,
            b".file" => Self::File,
            b".unit" => Self::Unit,
            b".config" => Self::Config,
            b"/gomaxprocs" => Self::GoMaxProcs,
            [b'/', ..] => Self::Sub(word.to_vec()),
            _ => Self::ConfigKey(word.to_vec()),
        }
    }

    /// The key as it is written, with its dot or slash and without quotes.
    pub fn text(&self) -> &[u8] {
        match self {
            Self::Name => b".name",
            Self::FullName => b".fullname",
            Self::GoMaxProcs => b"/gomaxprocs",
            Self::File => b".file",
            Self::Unit => b".unit",
            Self::Config => b".config",
            Self::Sub(text) | Self::ConfigKey(text) => text,
        }
    }

    /// The value of the key for a result, if it has one. `.unit` is a measurement's and `.config` a
    /// group of keys, so a result has no value for them.
    ///
    /// Filters and projections take a key that is missing for one with the empty value.
    ///
    /// ```
    /// use benchparse::format::{Parser, Record};
    /// use benchparse::query::Key;
    ///
    /// let text = b"goos: linux\nBenchmarkEncode/n=10-8 1 5 ns/op\n";
    /// let mut parser = Parser::new();
    /// let mut reader = parser.read(b"f", &text[..]);
    /// let Some(Record::Result(result)) = reader.next_record()? else { unreachable!() };
    /// assert_eq!(Key::new("/n").value(&result), Some(&b"10"[..]));
    /// assert_eq!(Key::new("goos").value(&result), Some(&b"linux"[..]));
    /// assert_eq!(Key::new("goarch").value(&result), None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn value<'r>(&self, result: &BenchmarkResult<'r>) -> Option<&'r [u8]> {
        match self {
            Self::File => result.label(),
            Self::ConfigKey(key) => result.config_value(key),
            key => key.value_in_name(result.name()),
        }
    }

    /// The value of a key that asks for the name or a part of it; `None` where the name has no such
    /// part, and for any other key.
    pub fn value_in_name<'n>(&self, name: Name<'n>) -> Option<&'n [u8]> {
        match self {
            Self::Name => Some(name.base()),
            Self::FullName => Some(name.full()),
            Self::Sub(part) => name.sub_value(part),
            Self::GoMaxProcs => name.gomaxprocs(),
            _ => None,
        }
    }
}
