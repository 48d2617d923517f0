//! Renderers, one a format, over plain data.

pub mod csv;
mod headings;
mod layout;
pub mod text;
