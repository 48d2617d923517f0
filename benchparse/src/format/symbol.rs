//! Interned strings.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A text that is stored once.
///
/// Equal symbols of one [`Symbols`] are equal texts, so texts are compared and hashed as the 32-bit
/// numbers that they are. A symbol means nothing to another table. The order of symbols is that of
/// first appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// The empty text, the value of every missing key.
    pub const EMPTY: Self = Self(0);

    pub(crate) const fn new(index: u32) -> Self {
        Self(index)
    }

    /// The place of this symbol in the order of first appearance.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Every text seen, each stored once. The empty text is always there.
///
/// ```
/// use benchparse::format::{Symbol, Symbols};
///
/// let mut symbols = Symbols::default();
/// let linux = symbols.intern(b"linux");
/// assert_eq!(symbols.intern(b"linux"), linux);
/// assert_eq!(symbols.text(linux), b"linux");
/// assert_eq!(symbols.find(b"darwin"), None);
/// assert_eq!(symbols.text(Symbol::EMPTY), b"");
/// ```
#[derive(Debug, Clone)]
pub struct Symbols {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    table: HashTable<Known>,
    hasher: DefaultHashBuilder,
}

/// A text's symbol, with a part of its hash: no text is looked at to move it or to pass it over.
#[derive(Debug, Clone, Copy)]
struct Known {
    hash: u32,
    id: u32,
}

impl Known {
    /// The hash that the table knows it by.
    fn spread(hash: u32) -> u64 {
        u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        };
        symbols.intern(b"");
        symbols
    }
}

impl Symbols {
    /// The symbol of a text, new or known.
    ///
    /// # Panics
    /// When 2³² different texts are stored.
    pub fn intern(&mut self, text: &[u8]) -> Symbol {
        let Self {
            bytes,
            ends,
            table,
            hasher,
        } = self;
        let hash = hasher.hash_one(text) as u32;
        let is_text = |it: &Known| it.hash == hash && text_of(bytes, ends, it.id) == text;
        if let Some(known) = table.find(Known::spread(hash), is_text) {
            return Symbol(known.id);
        }
        let id = u32::try_from(ends.len()).expect("fewer than 2^32 texts");
        bytes.extend_from_slice(text);
        ends.push(bytes.len());
        let known = Known { hash, id };
        table.insert_unique(Known::spread(hash), known, |it| Known::spread(it.hash));
        Symbol(id)
    }

    /// How many texts there are.
    #[allow(
        clippy::len_without_is_empty,
        reason = "the empty text is always there"
    )]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The symbol of a text, if it is known.
    pub fn find(&self, text: &[u8]) -> Option<Symbol> {
        let hash = self.hasher.hash_one(text) as u32;
        let found = self.table.find(Known::spread(hash), |it| {
            it.hash == hash && text_of(&self.bytes, &self.ends, it.id) == text
        });
        found.map(|it| Symbol(it.id))
    }

    /// The symbol with the given [`Symbol::index`].
    pub(crate) fn at(&self, index: usize) -> Symbol {
        debug_assert!(index < self.ends.len(), "symbols come from this table");
        Symbol(index as u32)
    }

    /// The text of a symbol.
    ///
    /// # Panics
    /// It may, when the symbol is of another table.
    #[inline]
    pub fn text(&self, symbol: Symbol) -> &[u8] {
        text_of(&self.bytes, &self.ends, symbol.0)
    }
}

/// The texts of a [`Symbols`] as they were at one time, and others behind them. They have the symbols
/// that they had there.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// How many are of the first.
    first: usize,
}

impl Texts {
    pub(crate) fn new(first: &Symbols, second: &Symbols) -> Self {
        let (start, count) = (first.bytes.len(), first.len());
        let ends = second.ends.iter().skip(1).map(|end| start + end);
        Self {
            bytes: [&*first.bytes, &second.bytes].concat(),
            ends: first.ends.iter().copied().chain(ends).collect(),
            first: count,
        }
    }

    /// The symbol here of one of the second table.
    pub(crate) fn of_second(&self, symbol: Symbol) -> Symbol {
        match symbol {
            Symbol::EMPTY => Symbol::EMPTY,
            Symbol(id) => Symbol(id + self.first as u32 - 1),
        }
    }

    #[inline]
    pub(crate) fn text(&self, symbol: Symbol) -> &[u8] {
        text_of(&self.bytes, &self.ends, symbol.0)
    }
}

#[inline]
fn text_of<'a>(bytes: &'a [u8], ends: &[usize], id: u32) -> &'a [u8] {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &bytes[start..ends[id]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tables_together_keep_the_symbols_of_the_first() {
        let (mut first, mut second) = (Symbols::default(), Symbols::default());
        let encode = first.intern(b"Encode");
        let joined = second.intern(b"Encode json");
        let texts = Texts::new(&first, &second);
        assert_eq!(texts.text(encode), b"Encode");
        assert_eq!(texts.text(texts.of_second(joined)), b"Encode json");
        assert_eq!(texts.of_second(Symbol::EMPTY), Symbol::EMPTY);
        assert_eq!(texts.text(Symbol::EMPTY), b"");
    }

    #[test]
    fn equal_texts_are_one_symbol() {
        let mut symbols = Symbols::default();
        let first = symbols.intern(b"sec/op");
        let second = symbols.intern(b"B/op");
        assert_ne!(first, second);
        assert_eq!(symbols.intern(b"sec/op"), first);
        assert_eq!(symbols.text(second), b"B/op");
        assert_eq!(symbols.intern(b""), Symbol::EMPTY);
        assert_eq!(symbols.find(b"B/s"), None);
    }
}
