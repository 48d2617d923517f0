//! The configuration that applies to a result.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

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
/// (`key:`) gives its place to the last pair. No value is empty, since that
/// is how a key is taken back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    entries: Vec<(Symbol, Symbol)>,
    /// Where each key is, once there are many.
    places: HashMap<Symbol, usize>,
    fingerprint: Fingerprint,
}

/// So many entries are looked through one by one.
const FEW: usize = 16;

impl Config {
    /// Keys and values in order, as symbols of the parser's table.
    pub(crate) fn entries(&self) -> &[(Symbol, Symbol)] {
        &self.entries
    }

    /// The value of a key, if it is set.
    pub(crate) fn get(&self, key: Symbol) -> Option<Symbol> {
        self.place(key).map(|place| self.entries[place].1)
    }

    fn place(&self, key: Symbol) -> Option<usize> {
        if self.places.is_empty() {
            self.entries.iter().position(|entry| entry.0 == key)
        } else {
            self.places.get(&key).copied()
        }
    }

    /// Sets a key in its place, or at the end; an empty value deletes the key, and the last pair
    /// moves into its place. Says whether anything changed.
    pub(super) fn set(&mut self, key: Symbol, value: Symbol) -> bool {
        match (self.place(key), value) {
            (None, Symbol::EMPTY) => return false,
            (None, _) => self.push(key, value),
            (Some(place), Symbol::EMPTY) => self.remove(place),
            (Some(place), _) if self.entries[place].1 == value => return false,
            (Some(place), _) => {
                self.fingerprint.take(place, self.entries[place]);
                self.entries[place].1 = value;
                self.fingerprint.add(place, self.entries[place]);
            }
        }
        true
    }

    fn push(&mut self, key: Symbol, value: Symbol) {
        let place = self.entries.len();
        self.fingerprint.add(place, (key, value));
        self.entries.push((key, value));
        if !self.places.is_empty() {
            self.places.insert(key, place);
        } else if place > FEW {
            let keys = self.entries.iter().map(|entry| entry.0);
            self.places = keys.zip(0..).collect();
        }
    }

    fn remove(&mut self, place: usize) {
        let last = self.entries.len() - 1;
        self.fingerprint.take(last, self.entries[last]);
        if place != last {
            self.fingerprint.take(place, self.entries[place]);
            self.fingerprint.add(place, self.entries[last]);
        }
        let (removed, _) = self.entries.swap_remove(place);
        if !self.places.is_empty() {
            self.places.remove(&removed);
            if let Some((moved, _)) = self.entries.get(place) {
                self.places.insert(*moved, place);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.places.clear();
        self.fingerprint.sum = 0;
    }

    /// Keys and values in order, as texts. `symbols` is the table of the parser that read them.
    pub(crate) fn texts<'a>(
        &'a self,
        symbols: &'a Symbols,
    ) -> impl ExactSizeIterator<Item = (&'a [u8], &'a [u8])> {
        self.entries
            .iter()
            .map(|&(key, value)| (symbols.own_text(key), symbols.own_text(value)))
    }
}

/// What tells configurations apart without looking at all of their pairs: the sum of a hash of 128
/// bits for each pair and its place. A line that sets a key changes it by two terms. The hash has random
/// keys, so that nobody can look for two configurations with the same.
#[derive(Debug, Clone, Default)]
struct Fingerprint {
    halves: [RandomState; 2],
    sum: u128,
}

impl Fingerprint {
    fn add(&mut self, place: usize, entry: (Symbol, Symbol)) {
        self.sum = self.sum.wrapping_add(self.term(place, entry));
    }

    fn take(&mut self, place: usize, entry: (Symbol, Symbol)) {
        self.sum = self.sum.wrapping_sub(self.term(place, entry));
    }

    fn term(&self, place: usize, entry: (Symbol, Symbol)) -> u128 {
        let [high, low] = self
            .halves
            .each_ref()
            .map(|half| u128::from(half.hash_one((place, entry))));
        high << 64 | low
    }
}

/// Numbers for all configurations of one parser that a result was seen with.
#[derive(Debug, Clone, Default)]
pub(super) struct ConfigIds {
    ids: HashMap<u128, u32>,
}

impl ConfigIds {
    pub(super) fn id(&mut self, config: &Config) -> ConfigId {
        let next = self.ids.len() as u32;
        ConfigId(*self.ids.entry(config.fingerprint.sum).or_insert(next))
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
        assert_eq!(config.get(a), None);
        assert!(!config.set(a, Symbol::EMPTY));
    }

    /// Whatever is set and deleted, a configuration of many keys is what a list of pairs would be, and
    /// equal configurations have equal numbers.
    #[test]
    fn many_keys_are_as_a_list_of_them() {
        let mut symbols = Symbols::default();
        let keys: Vec<Symbol> = (0..60)
            .map(|n: u32| symbols.intern(&n.to_be_bytes()))
            .collect();
        let values = [Symbol::EMPTY, symbols.intern(b"1"), symbols.intern(b"2")];
        let (mut config, mut list) = (Config::default(), Vec::new());
        let (mut ids, mut known) = (ConfigIds::default(), HashMap::new());
        let mut state = 1u32;
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // More is set than deleted, so that there are few keys at times and many at others.
            let key = keys[(state >> 8) as usize % keys.len()];
            let value = values[(state >> 20) as usize % 3];
            config.set(key, value);
            let place = list.iter().position(|(known, _)| *known == key);
            match (place, value) {
                (None, Symbol::EMPTY) => {}
                (None, _) => list.push((key, value)),
                (Some(place), Symbol::EMPTY) => {
                    list.swap_remove(place);
                }
                (Some(place), _) => list[place].1 = value,
            }
            assert_eq!(config.entries(), list);
            assert_eq!(config.get(key).unwrap_or(Symbol::EMPTY), value);
            let next = known.len() as u32;
            let number = *known.entry(list.clone()).or_insert(next);
            assert_eq!(ids.id(&config), ConfigId(number));
        }
    }
}
