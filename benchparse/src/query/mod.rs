//! The filter and projection languages.
//!
//! A *key* names something that a result has: `.name`, `.fullname`, `.file`, `.unit`, a
//! sub-benchmark part such as `/format`, or a configuration key such as `goos`. A missing key has
//! the empty value.
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
//! Terms next to each other must all hold, `OR` separates alternatives, `-` negates one term, `*`
//! matches everything. A value is a word that must be equal, or a regular expression between
//! slashes that must match somewhere.
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
