//! Interned strings.

use std::hash::BuildHasher as _;
use std::num::NonZeroU64;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Which table a symbol is of: the upper half of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TableId(NonZeroU64);

impl TableId {
    const BITS: u64 = !(u32::MAX as u64);

    /// What the empty text is of.
    const EVERY: Self = match NonZeroU64::new(1 << 32) {
        Some(id) => Self(id),
        None => unreachable!(),
    };

    /// Another one each time, until 2³² tables were made.
    fn next() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(2);
        loop {
            let id = u64::from(NEXT.fetch_add(1, Relaxed)) << 32;
            match NonZeroU64::new(id).map(Self) {
                Some(id) if id != Self::EVERY => return id,
                _ => {}
            }
        }
    }
}

/// A text that is stored once.
///
/// Equal symbols are equal texts, and of one [`Symbols`] equal texts are equal symbols, so texts are
/// compared and hashed as the numbers that they are. A symbol remembers which table it is of: another
/// one has no text for it, and two tables have no symbol in common but [`Symbol::EMPTY`]. The order of
/// a table's symbols is that of first appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(NonZeroU64);

impl Symbol {
    /// The empty text, which every table has.
    pub const EMPTY: Self = Self(TableId::EVERY.0);

    #[inline]
    fn new(table: TableId, index: u32) -> Self {
        match index {
            0 => Self::EMPTY,
            _ => Self(table.0 | u64::from(index)),
        }
    }

    /// The place of this symbol in the order of first appearance.
    #[inline]
    pub(crate) const fn index(self) -> u32 {
        self.0.get() as u32
    }

    #[inline]
    const fn is_of(self, table: TableId) -> bool {
        self.0.get() & TableId::BITS == table.0.get()
    }
}

impl Default for Symbol {
    fn default() -> Self {
        Self::EMPTY
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
/// assert_eq!(symbols.text(linux), Some(&b"linux"[..]));
/// assert_eq!(symbols.find(b"darwin"), None);
/// assert_eq!(symbols.text(Symbol::EMPTY), Some(&b""[..]));
///
/// let other = Symbols::default();
/// assert_eq!(other.text(linux), None);
/// ```
///
/// There is no `Clone`: two tables that grow apart would give one symbol two texts.
#[derive(Debug)]
pub struct Symbols {
    id: TableId,
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
            id: TableId::next(),
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
            id: own,
            bytes,
            ends,
            table,
            hasher,
        } = self;
        let own = *own;
        let hash = hasher.hash_one(text) as u32;
        let is_text =
            |it: &Known| it.hash == hash && text_of(bytes, ends, it.id as usize) == Some(text);
        if let Some(known) = table.find(Known::spread(hash), is_text) {
            return Symbol::new(own, known.id);
        }
        let id = u32::try_from(ends.len()).expect("fewer than 2^32 texts");
        bytes.extend_from_slice(text);
        ends.push(bytes.len());
        let known = Known { hash, id };
        table.insert_unique(Known::spread(hash), known, |it| Known::spread(it.hash));
        Symbol::new(own, id)
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
            it.hash == hash && text_of(&self.bytes, &self.ends, it.id as usize) == Some(text)
        });
        found.map(|it| Symbol::new(self.id, it.id))
    }

    /// The symbol with the given [`Symbol::index`].
    pub(crate) fn at(&self, index: u32) -> Symbol {
        debug_assert!(
            (index as usize) < self.ends.len(),
            "symbols come from this table"
        );
        Symbol::new(self.id, index)
    }

    /// The text of a symbol; `None` for a symbol of another table.
    #[inline]
    pub fn text(&self, symbol: Symbol) -> Option<&[u8]> {
        if symbol.is_of(self.id) || symbol == Symbol::EMPTY {
            text_of(&self.bytes, &self.ends, symbol.index() as usize)
        } else {
            None
        }
    }

    /// The text of a symbol that is known to be of this table.
    #[inline]
    pub(crate) fn own_text(&self, symbol: Symbol) -> &[u8] {
        let text = self.text(symbol);
        debug_assert!(text.is_some(), "{symbol:?} is of another table");
        text.unwrap_or_default()
    }

    /// Which table this is.
    #[inline]
    pub(crate) fn id(&self) -> TableId {
        self.id
    }
}

/// The texts of two [`Symbols`] as they were at one time. They have the symbols that they had there.
#[derive(Debug)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    first: TableId,
    second: TableId,
    /// How many are of the first.
    count: usize,
}

impl Texts {
    pub(crate) fn new(first: &Symbols, second: &Symbols) -> Self {
        let (start, count) = (first.bytes.len(), first.len());
        let ends = second.ends.iter().skip(1).map(|end| start + end);
        Self {
            bytes: [&*first.bytes, &second.bytes].concat(),
            ends: first.ends.iter().copied().chain(ends).collect(),
            first: first.id,
            second: second.id,
            count,
        }
    }

    /// The symbol of the first table with the given [`Symbol::index`].
    pub(crate) fn of_first(&self, index: u32) -> Symbol {
        Symbol::new(self.first, index)
    }

    /// The text of a symbol; `None` for one of a third table, or one that came later.
    #[inline]
    pub(crate) fn text(&self, symbol: Symbol) -> Option<&[u8]> {
        let index = symbol.index() as usize;
        let place = if symbol.is_of(self.first) && index < self.count {
            index
        } else if symbol.is_of(self.second) {
            // The empty text is not here twice.
            self.count + index - 1
        } else if symbol == Symbol::EMPTY {
            0
        } else {
            return None;
        };
        text_of(&self.bytes, &self.ends, place)
    }

    /// The text of a symbol that is known to be here.
    #[inline]
    pub(crate) fn own_text(&self, symbol: Symbol) -> &[u8] {
        self.text(symbol).unwrap_or_default()
    }
}

#[inline]
fn text_of<'a>(bytes: &'a [u8], ends: &[usize], index: usize) -> Option<&'a [u8]> {
    let end = *ends.get(index)?;
    let start = match index.checked_sub(1) {
        Some(before) => ends[before],
        None => 0,
    };
    bytes.get(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tables_together_keep_their_symbols() {
        let (mut first, mut second) = (Symbols::default(), Symbols::default());
        let encode = first.intern(b"Encode");
        let joined = second.intern(b"Encode json");
        let texts = Texts::new(&first, &second);
        assert_eq!(texts.text(encode), Some(&b"Encode"[..]));
        assert_eq!(texts.text(joined), Some(&b"Encode json"[..]));
        assert_eq!(texts.text(Symbol::EMPTY), Some(&b""[..]));
        // What came later is not here, whatever stands in its place.
        assert_eq!(texts.text(first.intern(b"Decode")), None);
        assert_eq!(texts.text(second.intern(b"Decode json")), None);
        assert_eq!(texts.text(Symbols::default().intern(b"Encode")), None);
    }

    #[test]
    fn a_symbol_of_another_table_has_no_text() {
        let (mut first, mut second) = (Symbols::default(), Symbols::default());
        let (encode, decode) = (first.intern(b"Encode"), second.intern(b"Decode"));
        assert_eq!(encode.index(), decode.index());
        assert_ne!(encode, decode);
        assert_eq!((first.text(decode), second.text(encode)), (None, None));
        assert_eq!(first.intern(b""), second.intern(b""));
    }

    #[test]
    fn a_symbol_is_no_larger_than_two_numbers() {
        assert_eq!(size_of::<Symbol>(), 8);
        assert_eq!(size_of::<Option<(f64, Symbol)>>(), 16);
    }

    #[test]
    fn equal_texts_are_one_symbol() {
        let mut symbols = Symbols::default();
        let first = symbols.intern(b"sec/op");
        let second = symbols.intern(b"B/op");
        assert_ne!(first, second);
        assert_eq!(symbols.intern(b"sec/op"), first);
        assert_eq!(symbols.text(second), Some(&b"B/op"[..]));
        assert_eq!(symbols.intern(b""), Symbol::EMPTY);
        assert_eq!(symbols.find(b"B/s"), None);
    }
}
