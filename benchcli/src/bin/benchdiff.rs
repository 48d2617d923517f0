//! `benchdiff`.

fn main() {}
