//! Checks out and builds base and head.

use std::collections::{BTreeSet, HashMap};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use git2::Oid;

use super::failure::in_one_line;
use crate::args::run::{GoOptions, Versions};
use crate::baseline::find::{self, Wanted};
use crate::baseline::{CiTarget, Store};
use crate::diagnostics::Diagnostic;
use crate::hint::WithHint as _;
use crate::runner::Side;
use crate::runner::bench_pattern::BenchPattern;
use crate::runner::build::{self, Build};
use crate::runner::children::{ChildError, Children};
use crate::runner::packages::{self, NoGo, Package};
use crate::runner::rounds::{Job, Subject};
use crate::runner::worktree::RunFolder;
use crate::ui::status;

/// What is to be measured, and what it is called.
pub(crate) struct Prepared {
    pub(crate) subjects: Vec<Subject>,
    /// For Go, the package and name of each subject's benchmark.
    pub(crate) benchmarks: HashMap<(String, String), usize>,
    /// The names of base and head.
    pub(crate) names: [String; 2],
    /// The commit of the base.
    pub(crate) base: Option<Oid>,
    /// What stands for the base, where it is not measured.
    pub(crate) baseline: Option<String>,
    /// Packages that do not build.
    pub(crate) failed_builds: Vec<Diagnostic>,
    /// Whether the benchmarks of the base are known, so that what it lacks is new.
    pub(crate) base_is_listed: bool,
}

/// Builds both versions. A package that does not build on one of them is named and not measured.
pub(crate) fn prepare(
    versions: &Versions,
    children: &Children,
    store: Option<&Store>,
    place: &mut RunFolder,
) -> Result<Prepared> {
    match versions {
        Versions::Commands(commands) => of_commands(commands),
        Versions::Go(go) => {
            let store = match store {
                Some(store) => store,
                None => &Store::open(Path::new("."))?,
            };
            of_packages(go, children, store, place)
        }
    }
}

fn of_commands(commands: &[String; 2]) -> Result<Prepared> {
    let folder = env::current_dir().context("the working directory no longer exists")?;
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let job = |command: &String| {
        Some(Job {
            program: shell.into(),
            arguments: vec![flag.into(), command.clone()],
            folder: folder.clone(),
        })
    };
    Ok(Prepared {
        subjects: vec![Subject {
            name: "the command".into(),
            sides: commands.each_ref().map(job),
        }],
        benchmarks: HashMap::new(),
        names: commands.clone(),
        base: None,
        baseline: None,
        failed_builds: Vec::new(),
        base_is_listed: false,
    })
}

fn of_packages(
    go: &GoOptions,
    children: &Children,
    store: &Store,
    place: &mut RunFolder,
) -> Result<Prepared> {
    let repository = store.repo();
    let Some(root) = repository.workdir() else {
        return Err(anyhow!("this repository has no working tree to measure")
            .hint("run benchcli in a clone that has a working tree"));
    };
    let root = fs::canonicalize(root).context("cannot find the working tree")?;
    let here = env::current_dir().and_then(fs::canonicalize);
    let here = here.context("the working directory no longer exists")?;
    let within = here.strip_prefix(&root).unwrap_or(Path::new(""));
    let target = CiTarget::from_variables(|name| env::var(name).ok());
    let baseline = if go.cached_base {
        // To know before anything runs that there is one.
        Some(find::find(
            store,
            &go.base,
            &Wanted::default(),
            target.as_ref(),
        )?)
    } else {
        None
    };
    let base = match &baseline {
        Some(baseline) => baseline.clone(),
        None => find::commit(store, &go.base, target.as_ref())?,
    };
    let mut folders = [None, Some(here.clone())];
    if baseline.is_none() {
        let commit = base.commit.to_string();
        let checked_out = place.check_out(repository.commondir(), &commit)?;
        folders[0] = Some(checked_out.join(within));
    }
    let (builds, mut broken) = list(go, children, folders, place.path())?;
    // A stored baseline does not tell which benchmarks its commit had.
    let base_is_listed = baseline.is_none() && !broken.iter().any(|it| it.package == THE_BASE);
    if builds.is_empty() && broken.is_empty() && !packages::has_module(&here) {
        return Err(anyhow!(
            "no benchmarks in {}: {} is not in a Go module and contains none",
            go.packages.join(" "),
            here.display()
        )
        .hint("run `go mod init example.com/NAME` to create one"));
    }
    if builds.is_empty() && broken.is_empty() {
        return Err(anyhow!("no benchmarks in {}", go.packages.join(" "))
            .hint("use --pkg to select packages that contain benchmarks"));
    }
    status(&format!(
        "base is {base}; building {}",
        match builds.len() {
            1 => "a test binary".to_owned(),
            count => format!("{count} test binaries"),
        }
    ));
    for failure in build::build(children, &builds, &go.flags)? {
        broken.push(Broken::new(failure.side, &failure.package, &failure.output));
    }
    let (subjects, benchmarks) = subjects(go, children, &builds, &mut broken)?;
    for it in &broken {
        status(&format!(
            "{} does not build ({}):\n{}",
            it.package,
            it.side.name(),
            it.output
        ));
    }
    if subjects.is_empty() && broken.is_empty() {
        let all = names(go, children, &builds)?;
        bail!(
            "--bench {}: no benchmark matches; there {}",
            go.bench,
            some_of(&all)
        );
    }
    let head = store
        .resolve("HEAD")
        .ok()
        .map(|head| super::baselines::short(head.id()));
    Ok(Prepared {
        subjects,
        benchmarks,
        names: [
            base.to_string(),
            format!(
                "the working tree at {}",
                head.as_deref().unwrap_or("no commit yet")
            ),
        ],
        base: Some(base.commit),
        baseline: baseline.map(|_| go.base.clone()),
        failed_builds: broken
            .iter()
            .map(|it| Diagnostic::build_failed(it.side, &it.package, &it.output))
            .collect(),
        base_is_listed,
    })
}

/// What stands for the packages of a base that cannot be listed at all.
const THE_BASE: &str = "the base";

/// Lists the packages with benchmarks in the folders of base and head, and those that the go command
/// cannot load.
fn list(
    go: &GoOptions,
    children: &Children,
    folders: [Option<PathBuf>; 2],
    scratch: &Path,
) -> Result<(Vec<Build>, Vec<Broken>)> {
    let mut builds = Vec::new();
    let mut broken: Vec<Broken> = Vec::new();
    for (side, folder) in Side::BOTH.into_iter().zip(folders) {
        let Some(folder) = folder else { continue };
        // A folder that the base has not yet has no benchmarks there.
        if !folder.is_dir() {
            continue;
        }
        let found = match packages::find(children, &folder, &go.packages, &go.flags) {
            Ok(found) => found,
            Err(error) if side == Side::Head || error.is::<NoGo>() || error.is::<ChildError>() => {
                let name = side.name();
                return Err(match error.downcast::<NoGo>() {
                    Ok(no_go) => no_go.with_hint(),
                    Err(error) => error.context(format!("cannot list the packages of the {name}")),
                });
            }
            Err(error) => {
                broken.push(Broken::new(side, THE_BASE, &in_one_line(&error)));
                continue;
            }
        };
        broken.extend(
            found
                .broken
                .iter()
                .map(|(path, why)| Broken::new(side, path, why)),
        );
        let binaries = scratch.join(side.name());
        fs::create_dir_all(&binaries)
            .with_context(|| format!("cannot create {}", binaries.display()))?;
        let found = found.packages.into_iter().enumerate();
        builds.extend(found.map(|(at, package)| Build {
            side,
            package,
            binary: binaries.join(format!("{at}.test{}", env::consts::EXE_SUFFIX)),
        }));
    }
    Ok((builds, broken))
}

/// A package that cannot be measured on a side.
struct Broken {
    side: Side,
    package: String,
    output: String,
}

impl Broken {
    fn new(side: Side, package: &str, output: &str) -> Self {
        Self {
            side,
            package: package.to_owned(),
            output: output.to_owned(),
        }
    }
}

pub(crate) type Benchmarks = HashMap<(String, String), usize>;

/// Pairs the benchmarks of both sides by package and name. A package that is broken on one side is
/// measured on neither; one whose binary does not tell its benchmarks is broken too.
fn subjects(
    go: &GoOptions,
    children: &Children,
    builds: &[Build],
    broken: &mut Vec<Broken>,
) -> Result<(Vec<Subject>, Benchmarks)> {
    let pattern = BenchPattern::parse(&go.bench);
    let is_broken =
        |broken: &[Broken], build: &Build| broken.iter().any(|it| it.package == build.package.path);
    let mut lists = Vec::new();
    let buildable: Vec<&Build> = builds
        .iter()
        .filter(|build| !is_broken(broken, build))
        .collect();
    for build in buildable {
        match build::benchmarks(children, build, &pattern, &go.flags) {
            Ok(list) => lists.push((build, list)),
            Err(error) if error.is::<ChildError>() => return Err(error),
            // Go's own word on a pattern is as good as ours.
            Err(error) if error.to_string().contains("invalid regexp") => {
                return Err(error.context(build.package.path.clone()));
            }
            Err(error) => {
                let text = format!("{error:#}");
                broken.push(Broken::new(build.side, &build.package.path, &text));
            }
        }
    }
    lists.retain(|(build, _)| !is_broken(broken, build));
    let mut subjects: Vec<Subject> = Vec::new();
    let mut benchmarks = HashMap::new();
    let prefix = common_folder(builds.iter().map(|build| &build.package));
    for (build, list) in lists {
        for (name, pattern) in list {
            let bare = name.strip_prefix("Benchmark").unwrap_or(&name).to_owned();
            let path = &build.package.path;
            let at = *benchmarks
                .entry((path.clone(), bare.clone()))
                .or_insert_with(|| {
                    let package = path.get(prefix..).unwrap_or(path);
                    subjects.push(Subject {
                        name: format!("{package}.{bare}"),
                        sides: [None, None],
                    });
                    subjects.len() - 1
                });
            let mut arguments: Vec<String> =
                ["-test.run=^$", "-test.paniconexit0", "-test.count=1"]
                    .map(str::to_owned)
                    .to_vec();
            arguments.push(format!("-test.bench={pattern}"));
            arguments.extend(
                go.test
                    .iter()
                    .chain(&go.flags.test)
                    .chain(&go.flags.own)
                    .cloned(),
            );
            subjects[at].sides[build.side as usize] = Some(Job {
                program: build.binary.clone(),
                arguments,
                folder: build.package.folder.clone(),
            });
        }
    }
    Ok((subjects, benchmarks))
}

/// The names of all benchmarks.
fn names(go: &GoOptions, children: &Children, builds: &[Build]) -> Result<BTreeSet<String>> {
    let all = BenchPattern::parse(".");
    let mut names = BTreeSet::new();
    for build in builds {
        let found = build::benchmarks(children, build, &all, &go.flags)?;
        names.extend(found.into_iter().map(|(name, _)| name));
    }
    Ok(names)
}

/// `is BenchmarkA`, `are BenchmarkA, BenchmarkB and 7 more`.
fn some_of(names: &BTreeSet<String>) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let (is, shown) = (
        if names.len() == 1 { "is" } else { "are" },
        shown.join(", "),
    );
    match names.len() {
        0 => "is none at all".to_owned(),
        count if count > SHOWN => format!("{is} {shown} and {} more", count - SHOWN),
        _ => format!("{is} {shown}"),
    }
}

/// How much of the packages' paths need not be said.
fn common_folder<'p>(packages: impl Iterator<Item = &'p Package>) -> usize {
    let paths: Vec<&str> = packages.map(|package| package.path.as_str()).collect();
    let Some(first) = paths.first() else { return 0 };
    let same = |path: &&str| {
        let pairs = first.bytes().zip(path.bytes());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let common = paths.iter().map(same).min().unwrap_or_default();
    first.as_bytes()[..common]
        .iter()
        .rposition(|&byte| byte == b'/')
        .map_or(0, |slash| slash + 1)
}
