//! The workflows, scripts and the hook for CI, run as they stand, with stand-ins for what is outside.

mod change;
mod github;
mod release;
mod runner;
mod shell;
mod steps;
