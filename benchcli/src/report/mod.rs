//! Renderers for plain data, one per format.

mod advice;
pub mod annotations;
pub mod csv;
mod effect_sentence;
mod headings;
pub mod json;
pub mod junit;
mod layout;
pub mod markdown;
pub(crate) mod mismatch;
mod notes;
pub mod page;
pub mod rank;
mod row_metadata;
pub mod text;
mod trade_offs;
pub mod trend;
pub mod trend_csv;
pub mod trend_markdown;
mod trend_sparkline;
pub mod trend_text;
pub mod verdict_markdown;
pub mod verdict_model;
pub mod verdict_text;
mod verdict_words;
pub mod verdicts;

/// The verdict of what got worse of a benchmark that is better in another unit.
const TRADED: &str = "traded";
