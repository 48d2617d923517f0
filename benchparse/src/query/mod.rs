//! The filter and projection languages.
//!
//! These are benchstat's languages for selecting and grouping results. Use them to accept the same queries
//! that your users already type into benchstat.
//!
//! A *key* names a property of a result: `.name`, `.fullname`, `.file`, `.unit`, a
//! sub-benchmark part such as `/format`, or a configuration key such as `goos`. If a result lacks a key,
//! the key's value is empty. [`Key`] lists all keys.
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
//! | query | selects |
//! |---|---|
//! | `goos:linux` | results whose `goos` is exactly `linux` |
//! | `goos:""` | results without the key |
//! | `goos:(linux OR darwin)` | results with either value |
//! | `.name:/^En/` | results whose name matches the regular expression |
//! | `a:b c:d`, `a:b AND c:d` | results that match both terms |
//! | `a:b OR c:d` | results that match at least one term; `AND` binds tighter than `OR` |
//! | `-a:b` | results that do not match the term |
//! | `(…)` | groups terms |
//! | `*` | everything |
//!
//! Keys and values are words. A word ends at whitespace or at one of `( ) : @ ,`. Quote a word, with the escapes
//! of a Go string, if it contains one of these, if it is `AND` or `OR`, or if it begins with `-`, `*` or `"`:
//! `cpu:"Xeon(R) @ 2.30GHz"`, `"a\tb"`, `"\x00"`. Also quote a value that begins with `/`.
//!
//! # Regular expressions
//!
//! A regular expression is written between slashes, in the RE2 syntax of Go's `regexp` package. It
//! ends at the first slash outside `[…]` and `(…)`; escape any other slash as `\/`. It can match anywhere in
//! the value unless you anchor it with `^` and `$`, and `(?i)` makes it case-insensitive. Look-around and
//! backreferences are not supported, so matching takes linear time. Each byte of the value that is not valid
//! UTF-8 is matched as U+FFFD. Error messages are the same as Go's.
//!
//! # Projections
//!
//! A [`Projection`] lists the keys to group results by, each with a sort order:
//!
//! ```
//! use benchparse::query::{Key, Order, Projection};
//! let projection = Projection::parse(b".name,/n@num")?;
//! assert_eq!(projection.fields[0].key, Key::Name);
//! assert_eq!(projection.fields[1].order, Order::Num);
//! # Ok::<(), benchparse::query::QueryError>(())
//! ```
//!
//! | projection | order of the values |
//! |---|---|
//! | `goos`, `goos@first` | by first appearance |
//! | `goos@alpha` | alphabetical, byte by byte |
//! | `/n@num` | numeric: `9`, `10`, `1k`, then values that are not numbers |
//! | `goos@(linux darwin)` | as listed; results with other values are dropped |

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
