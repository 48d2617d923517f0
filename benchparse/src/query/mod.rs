//! The filter and projection languages.
