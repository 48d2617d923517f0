//! Groups results that do not differ in any key.
//!
//! All results of one benchmark in one configuration of one input have the same keys, so whatever is
//! asked of a key is asked once for each such group: tables, the pairing of two sides and histories
//! all begin here, with numbers in place of texts.

use hashbrown::HashMap;

use crate::format::{BenchmarkResult, ConfigId, Symbol};

/// Numbers the groups of the results of one [`Parser`](crate::format::Parser), from 0 in the order in
/// which they are first seen.
///
/// An input that begins again after another one has new groups.
///
/// ```
/// use benchparse::format::{Parser, Record};
/// use benchparse::grouping::Grouping;
///
/// let text = b"BenchmarkA 1 5 x\nBenchmarkB 1 5 x\nBenchmarkA 1 6 x\npkg: p\nBenchmarkA 1 6 x\n";
/// let (mut parser, mut grouping, mut numbers) = (Parser::new(), Grouping::default(), Vec::new());
/// let mut reader = parser.read(b"f", &text[..]);
/// while let Some(Record::Result(result)) = reader.next_record()? {
///     numbers.push(grouping.number(&result));
/// }
/// assert_eq!(numbers, [0, 1, 0, 2]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Grouping {
    file: Symbol,
    /// The first group of each name in the current input.
    by_name: Vec<u32>,
    /// Further groups of a name, in other configurations.
    others: HashMap<(ConfigId, Symbol), u32>,
    /// The configuration of each group.
    configs: Vec<ConfigId>,
    last: Option<((ConfigId, Symbol), u32)>,
}

const NONE: u32 = u32::MAX;

impl Grouping {
    /// The number of a result's group: that of an earlier result, or the next one.
    #[inline]
    pub fn number(&mut self, result: &BenchmarkResult<'_>) -> u32 {
        let key = (result.config_id(), result.name_symbol());
        match self.last {
            Some((last, number)) if last == key && result.label_symbol() == self.file => number,
            _ => self.look_up(key, result.label_symbol()),
        }
    }

    /// Forgets all groups; the next one is number 0 again.
    pub fn clear(&mut self) {
        self.by_name.fill(NONE);
        self.others.clear();
        self.configs.clear();
        self.last = None;
    }

    fn look_up(&mut self, key: (ConfigId, Symbol), file: Symbol) -> u32 {
        if file != self.file {
            self.file = file;
            self.by_name.fill(NONE);
            self.others.clear();
        }
        let number = self.find(key).unwrap_or_else(|| self.insert(key));
        self.last = Some((key, number));
        number
    }

    fn find(&self, key: (ConfigId, Symbol)) -> Option<u32> {
        let first = *self.by_name.get(key.1.index())?;
        if *self.configs.get(first as usize)? == key.0 {
            return Some(first);
        }
        self.others.get(&key).copied()
    }

    fn insert(&mut self, key: (ConfigId, Symbol)) -> u32 {
        let number = self.configs.len() as u32;
        self.configs.push(key.0);
        let name = key.1.index();
        if self.by_name.len() <= name {
            self.by_name.resize(name + 1, NONE);
        }
        if self.by_name[name] == NONE {
            self.by_name[name] = number;
        } else {
            self.others.insert(key, number);
        }
        number
    }
}
