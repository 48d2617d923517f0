//! An error type that covers every error of this crate.

use std::io;

use crate::format::{ForeignParser, ReadError, SyntaxError};
use crate::gate::PolicyError;
use crate::number::NumberError;
use crate::query::QueryError;

/// Anything that this crate can refuse, for programs that need not tell one from the other.
///
/// Functions return the error that they can fail with; `?` turns each into this one.
///
/// ```
/// use benchparse::Error;
/// use benchparse::format::Parser;
/// use benchparse::query::Filter;
///
/// fn count(text: &[u8], query: &str) -> Result<usize, Error> {
///     let filter = Filter::parse(query.as_bytes())?;
///     let mut parser = Parser::new();
///     let mut reader = parser.read(b"run.txt", text);
///     let mut count = 0;
///     while let Some(record) = reader.next_record()? {
///         if let benchparse::format::Record::Result(result) = record {
///             count += usize::from(filter.matches_result(&result));
///         }
///     }
///     Ok(count)
/// }
///
/// assert_eq!(count(b"BenchmarkA 1 5 ns/op\n", ".name:A").unwrap(), 1);
/// assert!(matches!(count(b"", ".name:("), Err(Error::Query(_))));
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum Error {
    /// An input cannot be read, or an output cannot be written.
    Io(#[from] io::Error),
    /// A line is not of the format.
    Syntax(#[from] SyntaxError),
    /// Results of different parsers were brought together.
    ForeignParser(#[from] ForeignParser),
    /// A filter or a projection is wrong.
    Query(#[from] QueryError),
    /// A setting of the gate is out of range.
    Policy(#[from] PolicyError),
    /// A text is not a number.
    Number(#[from] NumberError),
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::Syntax(error) => Self::Syntax(error),
        }
    }
}
