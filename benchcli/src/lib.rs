//! The program behind `benchdiff` and `benchcli`.
