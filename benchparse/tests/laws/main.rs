//! Laws that hold for every input, checked on generated ones.

#![allow(
    clippy::format_push_string,
    reason = "texts are put together, slowly, to be compared"
)]

mod format;
mod numbers;
mod queries;
mod tables;
mod texts;
