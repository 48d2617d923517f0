//! The projection language.

use std::str::FromStr;

use super::error::{QueryError, is_printable};
use super::key::Key;
use super::token::{Cursor, Kind};

/// The keys by which results are told apart.
///
/// Fields are separated by blanks or one comma. Each may have an order after `@`:
///
/// ```
/// use benchparse::query::{Key, Order, Projection};
///
/// let projection = Projection::parse(b"pkg, /n@num /format@(json gob)")?;
/// let orders: Vec<_> = projection.fields.iter().map(|field| &field.order).collect();
/// let listed = Order::Fixed(vec![b"json".to_vec(), b"gob".to_vec()]);
/// assert_eq!(orders, [&Order::FirstSeen, &Order::Num, &listed]);
/// assert_eq!(projection.fields[1].key, Key::Sub(b"/n".to_vec()));
/// # Ok::<(), benchparse::query::QueryError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Projection {
    /// The keys, the first counting most in sorting.
    pub fields: Vec<Field>,
}

/// One key of a projection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Field {
    /// The key.
    pub key: Key,
    /// How its values are sorted.
    pub order: Order,
}

impl Field {
    /// A key whose values are sorted in some order.
    pub fn new(key: Key, order: Order) -> Self {
        Self { key, order }
    }
}

/// The key in order of first appearance.
impl From<Key> for Field {
    fn from(key: Key) -> Self {
        Self::new(key, Order::default())
    }
}

impl FromIterator<Field> for Projection {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        Self {
            fields: fields.into_iter().collect(),
        }
    }
}

/// That one key, in order of first appearance.
impl From<Key> for Projection {
    fn from(key: Key) -> Self {
        Self::from_iter([key.into()])
    }
}

impl FromStr for Projection {
    type Err = QueryError;

    fn from_str(query: &str) -> Result<Self, QueryError> {
        Self::parse(query)
    }
}

/// How values are sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Order {
    /// By first appearance among all results, `@first`. It is the order of a key without one.
    #[default]
    FirstSeen,
    /// By bytes, `@alpha`; see [`compare_alpha`](super::compare_alpha).
    Alpha,
    /// By the numbers that they are, `@num`; see [`compare_num`](super::compare_num).
    Num,
    /// As in this list, `@(a b c)`; results with other values are dropped. The empty text in it
    /// stands for a missing key.
    Fixed(Vec<Vec<u8>>),
}

/// A field as it is written, with the places that errors point at.
struct Written {
    key: Vec<u8>,
    key_start: usize,
    order: WrittenOrder,
    order_start: usize,
}

enum WrittenOrder {
    Named(Vec<u8>),
    List(Vec<Vec<u8>>),
}

impl Projection {
    /// Reads a projection; the empty one has no field.
    ///
    /// # Errors
    /// The first place where it is not of the language.
    pub fn parse(query: impl AsRef<[u8]>) -> Result<Self, QueryError> {
        Self::read(query.as_ref())
    }

    fn read(query: &[u8]) -> Result<Self, QueryError> {
        let mut cursor = Cursor::new(query);
        let mut written = Vec::new();
        let mut token = cursor.key()?;
        let mut after_comma = false;
        while after_comma || !matches!(token.kind, Kind::End) {
            let Kind::Word(key) = token.kind else {
                return Err(cursor.error(token.start, "expected key"));
            };
            written.push(Self::field(&mut cursor, key, token.start)?);
            token = cursor.key()?;
            after_comma = matches!(token.kind, Kind::Operator(b','));
            if after_comma {
                token = cursor.key()?;
            }
        }
        let fields = written.into_iter().map(|field| field.check(&cursor));
        Ok(Self {
            fields: fields.collect::<Result<_, _>>()?,
        })
    }

    fn field(
        cursor: &mut Cursor<'_>,
        key: Vec<u8>,
        key_start: usize,
    ) -> Result<Written, QueryError> {
        let before = *cursor;
        if !matches!(cursor.key()?.kind, Kind::Operator(b'@')) {
            *cursor = before;
            return Ok(Written {
                key,
                key_start,
                order: WrittenOrder::Named(b"first".to_vec()),
                order_start: key_start,
            });
        }
        let token = cursor.key()?;
        let order = match token.kind {
            Kind::Word(name) => WrittenOrder::Named(name),
            Kind::Operator(b'(') => WrittenOrder::List(Self::list(cursor)?),
            _ => {
                let message = "expected named sort order or parenthesized list";
                return Err(cursor.error(token.start, message));
            }
        };
        Ok(Written {
            key,
            key_start,
            order,
            order_start: token.start,
        })
    }

    fn list(cursor: &mut Cursor<'_>) -> Result<Vec<Vec<u8>>, QueryError> {
        let mut list = Vec::new();
        loop {
            let token = cursor.key()?;
            match token.kind {
                Kind::Word(word) => list.push(word),
                Kind::Operator(b')') if list.is_empty() => {
                    return Err(cursor.error(token.start, "nothing to match"));
                }
                Kind::Operator(b')') => return Ok(list),
                _ => return Err(cursor.error(token.start, "missing )")),
            }
        }
    }
}

impl Written {
    /// What the grammar cannot know: the names of orders, and which keys may stand here.
    fn check(self, cursor: &Cursor<'_>) -> Result<Field, QueryError> {
        let key = Key::new(&self.key);
        let order = match self.order {
            WrittenOrder::List(list) => Order::Fixed(list),
            WrittenOrder::Named(name) => match &name[..] {
                b"first" => Order::FirstSeen,
                b"alpha" => Order::Alpha,
                b"num" => Order::Num,
                // The name of the list order names an empty list.
                b"fixed" => Order::Fixed(Vec::new()),
                _ => {
                    let message = format!("unknown order {}", quote(&name));
                    return Err(cursor.error(self.order_start, message));
                }
            },
        };
        let wrong = if self.key.is_empty() {
            Some((self.key_start, "key must not be empty"))
        } else if key == Key::Unit {
            Some((self.key_start, ".unit is only allowed in filters"))
        } else if key == Key::Config && matches!(order, Order::Fixed(_)) {
            Some((self.order_start, "fixed order not allowed for .config"))
        } else {
            None
        };
        match wrong {
            Some((place, message)) => Err(cursor.error(place, message)),
            None => Ok(Field { key, order }),
        }
    }
}

/// A text in quotes with Go's escapes.
fn quote(text: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut quoted = String::from("\"");
    for chunk in text.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\x07' => quoted.push_str("\\a"),
                '\x08' => quoted.push_str("\\b"),
                '\x0c' => quoted.push_str("\\f"),
                '\x0b' => quoted.push_str("\\v"),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '\x00'..='\x1f' | '\x7f' => {
                    let _ = write!(quoted, "\\x{:02x}", u32::from(letter));
                }
                letter if is_printable(letter) => quoted.push(letter),
                '\u{80}'..='\u{ffff}' => {
                    let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
                }
                letter => {
                    let _ = write!(quoted, "\\U{:08x}", u32::from(letter));
                }
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(quoted, "\\x{byte:02x}");
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(query: &str) -> Vec<Key> {
        let projection = Projection::parse(query.as_bytes()).unwrap();
        projection
            .fields
            .into_iter()
            .map(|field| field.key)
            .collect()
    }

    #[test]
    fn fields_stand_between_blanks_or_commas() {
        assert_eq!(keys(""), []);
        assert_eq!(keys("  "), []);
        for query in [".name,/n", ".name /n", " .name , /n "] {
            assert_eq!(
                keys(query),
                [Key::Name, Key::Sub(b"/n".to_vec())],
                "{query}"
            );
        }
    }

    #[test]
    fn errors_point_at_their_place() {
        for (query, message, offset) in [
            (",", "expected key", 0),
            (".name,", "expected key", 6),
            (".name,,/size", "expected key", 6),
            (
                ".name@",
                "expected named sort order or parenthesized list",
                6,
            ),
            (".name@foo", "unknown order \"foo\"", 6),
            (
                ".name@\u{200b}\u{e9}\u{10ffff}",
                r#"unknown order "\u200bé\U0010ffff""#,
                6,
            ),
            (".name@()", "nothing to match", 7),
            (".name@(a,b)", "missing )", 8),
            ("/size@(1 AND)", "missing )", 9),
            ("AND", "expected key", 0),
            (".unit", ".unit is only allowed in filters", 0),
            (".config@(a b)", "fixed order not allowed for .config", 8),
            ("\"\" .name", "key must not be empty", 0),
            (".name@alpha@num", "expected key", 11),
        ] {
            let error = Projection::parse(query.as_bytes()).unwrap_err();
            assert_eq!(
                (error.message(), error.offset()),
                (message.into(), offset),
                "{query}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_query_is_read_or_refused(query: Vec<u8>) {
            let _ = Projection::parse(&query).map_err(|error| error.to_string());
        }
    }
}
