//! `benchcli`.

fn main() {}
