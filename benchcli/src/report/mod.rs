//! Renderers, one a format, over plain data.

pub mod csv;
mod headings;
pub mod json;
mod layout;
pub mod markdown;
pub mod rank;
pub mod text;
