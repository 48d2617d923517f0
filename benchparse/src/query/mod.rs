//! The filter and projection languages.
//!
//! A *key* names something that a result has: `.name`, `.fullname`, `.file`, `.unit`, a
//! sub-benchmark part such as `/format`, or a configuration key such as `goos`. A missing key has
//! the empty value. [`Key`] lists them all.
//!
//! # Filters
//!
//! A [`Filter`] selects measurements by their keys:
//!
//! ```
//! use benchparse::query::Filter;
//! Filter::parse(b"goos:linux .unit:(ns/op OR B/op) -.name:/^Slow/")?;
//! let error = Filter::parse(b"goos:linux foo").unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "syntax error: expected key:value\n\tgoos:linux foo\n\t           ^"
//! );
//! # Ok::<(), benchparse::query::QueryError>(())
//! ```
//!
//! | written | selects |
//! |---|---|
//! | `goos:linux` | what has this value, and no other |
//! | `goos:""` | what has no such key |
//! | `goos:(linux OR darwin)` | what has one of these values |
//! | `.name:/^En/` | what the regular expression matches somewhere |
//! | `a:b c:d`, `a:b AND c:d` | what both select |
//! | `a:b OR c:d` | what one of them selects; `AND` binds tighter |
//! | `-a:b` | what the term does not select |
//! | `(…)` | as one term |
//! | `*` | everything |
//!
//! Key and value are words. A word ends at a blank or at one of `( ) : @ ,`. What has one of these in
//! it, is `AND` or `OR`, or begins with `-`, `*` or `"`, stands in quotes, with the escapes of a Go
//! string: `cpu:"Xeon(R) @ 2.30GHz"`, `"a\tb"`, `"\x00"`. So does a value that begins with `/`.
//!
//! # Regular expressions
//!
//! Between slashes stands an expression in the syntax of Go's `regexp` package, which is RE2's. It
//! ends at the first slash outside of `[…]` and `(…)`; others are written `\/`. It matches anywhere in
//! the value unless `^` and `$` hold it, and `(?i)` makes case not count. There is no look-around and
//! no back-reference, so no expression takes more than linear time. A byte of the value that is not
//! UTF-8 counts as one U+FFFD. Errors have Go's texts.
//!
//! # Projections
//!
//! A [`Projection`] lists the keys by which results are told apart, each with an order:
//!
//! ```
//! use benchparse::query::{Key, Order, Projection};
//! let projection = Projection::parse(b".name,/n@num")?;
//! assert_eq!(projection.fields[0].key, Key::Name);
//! assert_eq!(projection.fields[1].order, Order::Num);
//! # Ok::<(), benchparse::query::QueryError>(())
//! ```
//!
//! | written | order |
//! |---|---|
//! | `goos`, `goos@first` | of first appearance |
//! | `goos@alpha` | of bytes |
//! | `/n@num` | of numbers: `9`, `10`, `1k`, then texts |
//! | `goos@(linux darwin)` | of the list; other values are dropped |

mod error;
mod filter;
mod key;
mod order;
mod projection;
mod regexp;
mod token;

pub use error::QueryError;
pub use filter::{Filter, Term};
pub use key::Key;
pub use order::{compare_alpha, compare_num};
pub use projection::{Field, Order, Projection};
