//! Defines the command lines and turns them into typed options.

/// How the commands that judge end, for their `--help`: see [`benchparse::gate::Outcome`].
macro_rules! exit_status {
    () => {
        "Exit status: 1 regressed; 2 incomplete (a benchmark or package failed, or there were too few \
         samples to judge anything) or invalid input; 3 the environment shifted between the sides, so timings \
         could not be judged; 0 pass. If several apply, the first one listed is used."
    };
}

/// Why the reports have units that the input does not.
macro_rules! times_in_seconds {
    () => {
        "Times are shown in seconds: ns/op in the input becomes sec/op, so 15.0n sec/op means 15.0 ns/op."
    };
}

pub mod benchcli;
pub mod check;
pub mod diff;
pub mod explain;
pub mod go;
mod go_style;
pub mod history;
mod number;
pub mod plot;
pub mod profile;
pub mod rank;
pub mod report;
pub mod run;
pub mod trend;

pub use go_style::{gnu_style, gnu_style_commands};

use clap::ValueEnum;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to colour what goes to `stream`.
    pub fn applies_to(self, stream: &impl anstream::stream::RawStream) -> bool {
        match self {
            Self::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }
}
