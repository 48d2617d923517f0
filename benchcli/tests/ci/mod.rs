//! The workflows, scripts and the hook for CI, run as they stand, with stand-ins for what is outside.

mod change;
mod github;
mod gitlab;
mod release;
mod releases;
mod runner;
mod shell;
mod steps;
