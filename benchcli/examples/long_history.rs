//! Makes a repository with a long history and a baseline at every commit, or at every so many.
//!
//! `cargo build --release && cargo run --release --example long_history -- FOLDER [COMMITS] [BENCHMARKS] [SAMPLES]
//! [EVERY]`

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use testsupport::long_history::{Size, make};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let Some(folder) = args.next() else {
        bail!("usage: long_history FOLDER [COMMITS] [BENCHMARKS] [SAMPLES] [EVERY]");
    };
    let mut number = |default: u64| args.next().map_or(Ok(default), |arg| arg.parse());
    let size = Size {
        commits: number(10_000)?,
        benchmarks: number(10)?,
        samples: number(6)?,
        every: number(1)?,
    };
    let this = std::env::current_exe()?;
    let programs = this.parent().and_then(Path::parent);
    let benchcli = programs.context("the folder of examples is in that of programs")?;
    make(&benchcli.join("benchcli"), Path::new(&folder), size)
}
