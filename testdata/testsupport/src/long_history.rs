//! A repository with a long history and a baseline at every commit, or at every so many.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::isolated::isolated;

/// The first commit's time; each further one is an hour later.
const START: u64 = 1_600_000_000;

/// How much there is in a history.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Commits, one an hour.
    pub commits: u64,
    /// Benchmarks of each commit that was measured.
    pub benchmarks: u64,
    /// Values of each benchmark.
    pub samples: u64,
    /// One of so many commits was measured.
    pub every: u64,
}

/// Makes the repository in a folder that is not there yet; the baselines are imported by `benchcli`, which is at the
/// path.
///
/// # Errors
/// A file cannot be written, or a program does not run or does not succeed.
pub fn make(benchcli: &Path, folder: &Path, size: Size) -> Result<()> {
    fs::create_dir_all(folder)?;
    run(
        "git",
        folder,
        &["init", "--quiet", "--initial-branch=main"],
        "",
    )?;
    // Syncing 10,000 objects one by one takes longer than everything else.
    run("git", folder, &["config", "core.fsync", "none"], "")?;
    let results = folder.join(".git/results");
    fs::create_dir(&results)?;
    let commits = (0..size.commits).map(commit).collect::<String>();
    run(
        "git",
        folder,
        &[
            "fast-import",
            "--quiet",
            "--export-marks=.git/results/marks",
        ],
        &commits,
    )?;
    let marks = fs::read_to_string(results.join("marks"))?;
    fs::remove_file(results.join("marks"))?;
    for line in marks.lines() {
        let (mark, id) = line.split_once(' ').context("a mark and a commit")?;
        let index: u64 = mark.trim_start_matches(':').parse::<u64>()? - 1;
        if index.is_multiple_of(size.every) {
            fs::write(results.join(id), text(index, size.benchmarks, size.samples))?;
        }
    }
    run(benchcli, folder, &["import", ".git/results"], "")?;
    Ok(fs::remove_dir_all(results)?)
}

/// Runs a program with a text for its standard input.
fn run(program: impl AsRef<Path>, folder: &Path, arguments: &[&str], input: &str) -> Result<()> {
    let program = program.as_ref();
    let context = || format!("{} {arguments:?}", program.display());
    let mut child = isolated(program, folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .with_context(context)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).with_context(context)?;
    }
    let status = child.wait().with_context(context)?;
    ensure!(status.success(), "{}: {status}", context());
    Ok(())
}

/// A commit of nothing, in the words of `git fast-import`.
fn commit(index: u64) -> String {
    let time = START + 3600 * index;
    let subject = format!("Change {index}");
    format!(
        "commit refs/heads/main\nmark :{}\nauthor Ada <ada@example.com> {time} +0000\n\
         committer Ada <ada@example.com> {time} +0000\ndata {}\n{subject}\n",
        index + 1,
        subject.len(),
    )
}

/// Benchmark text whose numbers move from commit to commit, with a step up half way.
fn text(commit: u64, benchmarks: u64, samples: u64) -> String {
    let mut text =
        String::from("goos: linux\ngoarch: amd64\npkg: example.com/codec\ncpu: AMD EPYC 7B13\n");
    for benchmark in 0..benchmarks {
        for sample in 0..samples {
            let noise = (commit * 7919 + benchmark * 104_729 + sample * 1_299_709) % 97;
            let step = if commit % 5000 >= 2500 { 50 } else { 0 };
            let time = 1000 + 100 * benchmark + step + noise;
            let _ = writeln!(
                text,
                "BenchmarkEncode/size={benchmark}-8 \t  700000\t      {time} ns/op\t      48 B/op\t       2 allocs/op"
            );
        }
    }
    text.push_str("PASS\nok  \texample.com/codec\t12.3s\n");
    text
}
