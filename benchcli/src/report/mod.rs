//! Renderers, one a format, over plain data.

pub mod annotations;
pub mod csv;
mod headings;
pub mod json;
pub mod junit;
mod layout;
pub mod markdown;
pub mod rank;
pub mod text;
pub mod verdict_markdown;
pub mod verdict_text;
pub mod verdicts;
