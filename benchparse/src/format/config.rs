//! The configuration in force.

use std::collections::HashMap;

use super::symbol::{Symbol, Symbols};

/// A number for a configuration.
///
/// Equal numbers from one [`Parser`](super::Parser) are equal configurations: the same pairs in the
/// same order. It saves comparing them pair by pair for every result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigId(u32);

/// The `key: value` pairs in force at a result, in order.
///
/// A new key goes to the end; a key that is set again keeps its place. A key that is taken back
/// (`key:`) gives its place to the last pair. No value is empty: a missing key and an empty value are
/// the same.
///
/// ```
/// use benchparse::format::{Parser, Record};
///
/// let text = b"goos: linux\npkg: p\ncpu: fast\ngoos:\nBenchmarkA 1 1 x\n";
/// let mut parser = Parser::new();
/// let mut reader = parser.read(b"f", &text[..]);
/// let Some(Record::Result(result)) = reader.next_record()? else { unreachable!() };
/// let pairs: Vec<_> = result.config().texts(result.symbols()).collect();
/// assert_eq!(pairs, [(&b"cpu"[..], &b"fast"[..]), (b"pkg", b"p")]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Config {
    entries: Vec<(Symbol, Symbol)>,
}

impl Config {
    /// Keys and values in order, as symbols of the parser's table.
    pub fn entries(&self) -> &[(Symbol, Symbol)] {
        &self.entries
    }

    /// The value of a key, [`Symbol::EMPTY`] where it is missing.
    pub fn get(&self, key: Symbol) -> Symbol {
        let entry = self.entries.iter().find(|entry| entry.0 == key);
        entry.map_or(Symbol::EMPTY, |entry| entry.1)
    }

    /// Sets a key in its place, or at the end; an empty value deletes the key, and the last pair
    /// moves into its place. Says whether anything changed.
    pub(super) fn set(&mut self, key: Symbol, value: Symbol) -> bool {
        let place = self.entries.iter().position(|entry| entry.0 == key);
        match (place, value) {
            (None, Symbol::EMPTY) => return false,
            (None, _) => self.entries.push((key, value)),
            (Some(place), Symbol::EMPTY) => {
                self.entries.swap_remove(place);
            }
            (Some(place), _) if self.entries[place].1 == value => return false,
            (Some(place), _) => self.entries[place].1 = value,
        }
        true
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Keys and values in order, as texts. `symbols` is the table of the parser that read them.
    pub fn texts<'a>(&'a self, symbols: &'a Symbols) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.entries
            .iter()
            .map(|&(key, value)| (symbols.text(key), symbols.text(value)))
    }
}

/// Numbers for all configurations that a result was seen with.
#[derive(Debug, Clone, Default)]
pub(super) struct ConfigIds {
    ids: HashMap<Box<[(Symbol, Symbol)]>, u32>,
}

impl ConfigIds {
    pub(super) fn id(&mut self, config: &Config) -> ConfigId {
        if let Some(&id) = self.ids.get(config.entries()) {
            return ConfigId(id);
        }
        let id = self.ids.len() as u32;
        self.ids.insert(config.entries().into(), id);
        ConfigId(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deleting_moves_the_last_pair() {
        let mut symbols = Symbols::default();
        let [a, b, c] = [b"a", b"b", b"c"].map(|key| symbols.intern(key));
        let one = symbols.intern(b"1");
        let mut config = Config::default();
        for key in [a, b, c] {
            assert!(config.set(key, one));
        }
        assert!(!config.set(b, one));
        assert!(config.set(a, Symbol::EMPTY));
        assert_eq!(config.entries(), [(c, one), (b, one)]);
        assert_eq!(config.get(a), Symbol::EMPTY);
        assert!(!config.set(a, Symbol::EMPTY));
    }
}
