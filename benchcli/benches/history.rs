//! Commands on a history of 10,000 commits with a baseline each:
//! `cargo bench -p benchcli --bench history`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use divan::Bencher;
use testsupport::long_history::{Size, make};

const SIZE: Size = Size {
    commits: 10_000,
    benchmarks: 10,
    samples: 6,
    every: 1,
};

/// Reads of the history; `trend` has its cache from the second time on.
const COMMANDS: [&str; 6] = [
    "log",
    "log --json -n 3",
    "show HEAD~5000",
    "diff HEAD~9000 HEAD",
    "prune --older-than 1d --keep-every 20 --dry-run",
    "trend --all",
];

fn main() {
    divan::main();
}

fn benchcli(folder: &PathBuf, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_benchcli"));
    command
        .args(arguments.split(' '))
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The repository, made where it is missing.
fn repository() -> anyhow::Result<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("long-history");
    let is_made = folder.join("made");
    if !is_made.exists() {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        make(Path::new(env!("CARGO_BIN_EXE_benchcli")), &folder, SIZE)?;
        fs::write(is_made, "")?;
    }
    Ok(folder)
}

#[divan::bench(args = COMMANDS, sample_count = 20)]
fn read(bencher: Bencher<'_, '_>, arguments: &str) {
    let Ok(folder) = repository() else {
        return;
    };
    bencher.bench_local(|| {
        let status = benchcli(&folder, arguments).status();
        assert!(status.is_ok_and(|status| status.success()), "{arguments}");
    });
}

/// Of everything in the history.
#[divan::bench(sample_count = 3)]
fn trend_without_cache(bencher: Bencher<'_, '_>) {
    let Ok(folder) = repository() else {
        return;
    };
    bencher
        .with_inputs(|| fs::remove_dir_all(folder.join(".git/benchcli/trend")))
        .bench_local_values(|_| benchcli(&folder, "trend --all").status());
}
