//! Builds test binaries and lists their benchmarks.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result, bail};

use super::Side;
use super::bench_pattern::BenchPattern;
use super::children::{ChildError, Children};
use super::go_flags::GoFlags;
use super::packages::Package;

/// A package to build.
#[derive(Debug, Clone)]
pub struct Build {
    /// Whose it is.
    pub side: Side,
    /// What to build.
    pub package: Package,
    /// Where to.
    pub binary: PathBuf,
    /// The overlay that gives it the benchmarks of the other side.
    pub overlay: Option<PathBuf>,
    /// Where its benchmarks run.
    pub folder: PathBuf,
}

/// A package that does not build.
#[derive(Debug, Clone)]
pub struct BuildFailure {
    /// Whose it is.
    pub side: Side,
    /// Its import path.
    pub package: String,
    /// What the compiler says.
    pub output: String,
}

type Built = Result<Option<BuildFailure>, ChildError>;

/// Builds packages with flags for the go command, as many at once as there are processors. Gives those that do not build.
///
/// # Errors
/// The go command cannot be run, or everything was stopped.
pub fn build(
    children: &Children,
    jobs: &[Build],
    flags: &[String],
) -> Result<Vec<BuildFailure>, ChildError> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Built)>> = Mutex::default();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return };
            let built = build_one(children, job, flags);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push((at, built));
        }
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..workers.min(jobs.len()) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    let failures: Result<Vec<_>, _> = done.into_iter().map(|(_, built)| built).collect();
    Ok(failures?.into_iter().flatten().collect())
}

fn build_one(
    children: &Children,
    job: &Build,
    flags: &[String],
) -> Result<Option<BuildFailure>, ChildError> {
    let mut go = job.package.go();
    go.args(["test", "-c", "-o"]).arg(&job.binary).args(flags);
    if let Some(overlay) = &job.overlay {
        go.arg("-overlay").arg(overlay);
    }
    go.arg(".");
    let ran = children.run(&mut go)?;
    let is_built = ran.status.success() && job.binary.is_file();
    Ok((!is_built).then(|| BuildFailure {
        side: job.side,
        package: job.package.path.clone(),
        output: String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat())
            .trim_end()
            .to_owned(),
    }))
}

/// The flags that the go command takes from its environment, as `go env GOFLAGS` prints them.
///
/// # Errors
/// Everything was stopped.
pub fn inherited_flags(children: &Children, folder: &Path) -> Result<String, ChildError> {
    let mut go = Command::new("go");
    go.args(["env", "GOFLAGS"])
        .current_dir(folder)
        .env("PWD", folder);
    match children.run(&mut go) {
        Ok(ran) => Ok(String::from_utf8_lossy(&ran.stdout).trim().to_owned()),
        Err(ChildError::Stopped) => Err(ChildError::Stopped),
        // What is wrong with go shows when it builds.
        Err(_) => Ok(String::new()),
    }
}

/// The version of Go that the go command of a folder has, where there is one.
pub fn go_version(folder: &Path) -> Option<String> {
    let mut go = Command::new("go");
    go.args(["env", "GOVERSION"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let output = go.output().ok().filter(|output| output.status.success())?;
    let version = String::from_utf8_lossy(output.stdout.trim_ascii()).into_owned();
    (!version.is_empty()).then_some(version)
}

/// A binary in its package's folder.
pub(super) fn in_folder(binary: &Path, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(folder).env("PWD", folder);
    command
}

/// The benchmarks of a binary that a pattern selects, each with the pattern for it alone, in the
/// order of the binary.
///
/// # Errors
/// The binary does not tell.
pub fn benchmarks(
    children: &Children,
    job: &Build,
    pattern: &BenchPattern,
    flags: &GoFlags,
) -> Result<Vec<(String, String)>> {
    let mut found: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, top) in pattern.tops().enumerate() {
        let mut list = in_folder(&job.binary, &job.folder);
        list.arg(format!("-test.list={top}")).args(&flags.own);
        let ran = children.run(&mut list)?;
        if !ran.status.success() {
            let output = [ran.stderr, ran.stdout].concat();
            bail!(
                "cannot list its benchmarks: {}",
                String::from_utf8_lossy(&output).trim_end()
            );
        }
        let text = String::from_utf8(ran.stdout).context("a benchmark name is not UTF-8")?;
        // Other code of the package may print as well.
        let is_name =
            |line: &&str| line.starts_with("Benchmark") && !line.contains(char::is_whitespace);
        for name in text.lines().filter(is_name) {
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, chosen)) => chosen.push(at),
                None => found.push((name.to_owned(), vec![at])),
            }
        }
    }
    let alone = |(name, chosen): (String, Vec<usize>)| {
        let pattern = pattern.within(&name, &chosen);
        (name, pattern)
    };
    Ok(found.into_iter().map(alone).collect())
}
