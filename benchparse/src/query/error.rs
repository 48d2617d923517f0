//! Errors in queries.

use std::borrow::Cow;
use std::fmt;

use bstr::{BString, ByteSlice as _};
use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// A query that is not of its language, and where. It prints with the query and a caret:
///
/// ```
/// use benchparse::query::Projection;
///
/// let error = Projection::parse(b"goos@up").unwrap_err();
/// assert_eq!(error.message(), "unknown order \"up\"");
/// assert_eq!(error.offset(), 5);
/// assert_eq!(
///     error.to_string(),
///     "syntax error: unknown order \"up\"\n\tgoos@up\n\t     ^"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub struct QueryError {
    query: BString,
    offset: usize,
    message: BString,
}

impl QueryError {
    pub(super) fn new(query: &[u8], offset: usize, message: impl Into<BString>) -> Self {
        Self {
            query: query.into(),
            offset,
            message: message.into(),
        }
    }

    /// What is wrong. It may quote a part of the query that is not UTF-8.
    pub fn message(&self) -> Cow<'_, str> {
        self.message.to_str_lossy()
    }

    /// Where in the query it is wrong, in bytes from its start.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The message, the query and a caret below the place, byte for byte also where the query is
    /// not UTF-8.
    pub fn to_bytes(&self) -> Vec<u8> {
        let before = &self.query[..self.offset.min(self.query.len())];
        let shown = before
            .utf8_chunks()
            .map(|chunk| {
                let graphic = chunk.valid().chars().filter(|&letter| is_graphic(letter));
                graphic.count() + chunk.invalid().len()
            })
            .sum();
        let caret = format!("\n\t{}^", " ".repeat(shown));
        bstr::concat([
            b"syntax error: ",
            &self.message[..],
            b"\n\t",
            &self.query,
            caret.as_bytes(),
        ])
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_bytes().as_bstr().fmt(out)
    }
}

/// Letters, marks, numbers, punctuation, symbols and space separators.
fn is_graphic(letter: char) -> bool {
    !matches!(
        get_general_category(letter),
        Category::Control
            | Category::Format
            | Category::Surrogate
            | Category::PrivateUse
            | Category::Unassigned
            | Category::LineSeparator
            | Category::ParagraphSeparator
    )
}

/// What is graphic and takes ink, and the blank.
pub(super) fn is_printable(letter: char) -> bool {
    letter == ' ' || is_graphic(letter) && get_general_category(letter) != Category::SpaceSeparator
}
