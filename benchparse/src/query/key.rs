//! What a result can be asked for.

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
    /// The key that a word stands for.
    pub(super) fn new(word: &[u8]) -> Self {
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
}
