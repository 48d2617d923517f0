//! Tables beside those of the live benchstat.

mod generated;
mod reference;
mod testdata;
