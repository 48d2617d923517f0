//! Regular expressions in the syntax of Go's `regexp` package.
//!
//! A pattern is parsed by Go's rules and rejected with Go's error messages. It is then translated for the
//! `regex` crate, whose own syntax is close to Go's but not the same.

mod class;
mod parse;
#[cfg(test)]
mod tests;
mod tree;
mod unicode;

use bstr::BString;
use regex_automata::meta;

/// A compiled expression.
#[derive(Debug, Clone)]
pub(super) struct Regexp(meta::Regex);

/// What a compiled expression may take, in bytes. It is what Go grants its own.
const SIZE_LIMIT: usize = 128 << 20;

impl Regexp {
    /// Compiles a pattern; an error is Go's text, such as ``missing closing ]: `[a` ``.
    pub(super) fn new(pattern: &[u8]) -> Result<Self, BString> {
        let expression = parse::parse(pattern)?;
        let config = meta::Config::new()
            .utf8_empty(true)
            .nfa_size_limit(Some(SIZE_LIMIT));
        meta::Builder::new()
            .configure(config)
            .build_from_hir(&expression)
            .map(Self)
            .map_err(|_| parse::too_large(pattern))
    }

    /// Whether the expression matches somewhere; a byte that is not UTF-8 counts as one U+FFFD.
    pub(super) fn matches(&self, value: &[u8]) -> bool {
        if std::str::from_utf8(value).is_ok() {
            return self.0.is_match(value);
        }
        let mut replaced = String::with_capacity(value.len() + 16);
        for chunk in value.utf8_chunks() {
            replaced.push_str(chunk.valid());
            replaced.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
        }
        self.0.is_match(&replaced)
    }
}
