//! Groups results whose keys all have the same values.
//!
//! All results of one benchmark in one configuration of one input have the same keys, so a filter or
//! projection needs to look at each such group only once. Tables, pairing and histories all start from
//! these groups, which are identified by numbers rather than strings.

use hashbrown::HashMap;

use crate::format::{BenchmarkResult, ConfigId, Symbol, TableId};

/// Numbers the groups of results, from 0 in the order in which they are first seen.
///
/// An input that begins again after another one has new groups, and so have the results of another
/// [`Parser`](crate::format::Parser).
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
#[derive(Debug, Default, Clone)]
pub struct Grouping {
    parser: Option<TableId>,
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
            Some((last, number)) if last == key && self.is_same_input(result) => number,
            _ => self.look_up(key, result),
        }
    }

    /// Forgets all groups; the next one is number 0 again.
    pub fn clear(&mut self) {
        self.by_name.fill(NONE);
        self.others.clear();
        self.configs.clear();
        self.last = None;
    }

    #[inline]
    fn is_same_input(&self, result: &BenchmarkResult<'_>) -> bool {
        result.label_symbol() == self.file && Some(result.symbols().id()) == self.parser
    }

    fn look_up(&mut self, key: (ConfigId, Symbol), result: &BenchmarkResult<'_>) -> u32 {
        if !self.is_same_input(result) {
            self.file = result.label_symbol();
            self.parser = Some(result.symbols().id());
            self.by_name.fill(NONE);
            self.others.clear();
        }
        let number = self.find(key).unwrap_or_else(|| self.insert(key));
        self.last = Some((key, number));
        number
    }

    fn find(&self, key: (ConfigId, Symbol)) -> Option<u32> {
        let first = *self.by_name.get(key.1.index() as usize)?;
        if *self.configs.get(first as usize)? == key.0 {
            return Some(first);
        }
        self.others.get(&key).copied()
    }

    fn insert(&mut self, key: (ConfigId, Symbol)) -> u32 {
        let number = self.configs.len() as u32;
        self.configs.push(key.0);
        let name = key.1.index() as usize;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Parser, Record};

    /// Even where name, configuration and label are nothing.
    #[test]
    fn results_of_another_parser_have_other_groups() {
        let (mut grouping, mut numbers) = (Grouping::default(), Vec::new());
        for text in ["Benchmark 1 5 x\n", "Benchmark 1 5 x\n"] {
            let mut parser = Parser::new();
            let mut reader = parser.read(b"", text.as_bytes());
            while let Ok(Some(Record::Result(result))) = reader.next_record() {
                numbers.push(grouping.number(&result));
            }
        }
        assert_eq!(numbers, [0, 1]);
    }
}
