//! Checks out and builds base and head.

use std::collections::{BTreeSet, HashMap};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use git2::Oid;

use super::benchmark_changes::BenchmarkDifferences;
use super::changed_files::ChangedFiles;
use super::failure::in_one_line;
use super::same_benchmark::{SameBenchmarks, benchmark_hashes};
use crate::args::go::{BaseSource, GoOptions, Versions};
use crate::baseline::find::{self, Baseline, Wanted};
use crate::baseline::{CiTarget, Store};
use crate::diagnostics::Diagnostic;
use crate::hint::WithHint as _;
use crate::plural::counted;
use crate::report::verdicts::SameBinary;
use crate::runner::Side;
use crate::runner::bench_pattern::BenchPattern;
use crate::runner::build::{self, Build, BuildFailure};
use crate::runner::children::{ChildError, Children};
use crate::runner::code_layout::{Layouts, Linker};
use crate::runner::go_flags::LinkerFlags;
use crate::runner::packages::{self, NoGo, Package};
use crate::runner::rounds::{Job, Subject};
use crate::runner::same_binary::are_same;
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
    /// The versions of Go that build base and head, where they are built.
    pub(crate) toolchains: [Option<String>; 2],
    /// Packages that do not build.
    pub(crate) failed_builds: Vec<Diagnostic>,
    /// Whether the benchmarks of the base are known, so that what it lacks is new.
    pub(crate) base_is_listed: bool,
    /// Packages that need no measurement, as both sides have the same test binary.
    pub(crate) same_binaries: Vec<SameBinary>,
    /// What links the packages in other layouts; nothing for commands.
    pub(crate) linker: Option<Linker>,
    /// Why the layout of the code is not controlled although it should be.
    pub(crate) uncontrolled: Option<String>,
    /// Which benchmarks differ between the sides.
    pub(crate) differences: BenchmarkDifferences,
}

/// How binaries are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Linking {
    /// Which layouts are measured.
    pub(crate) layouts: Layouts,
    /// Where they are drawn from.
    pub(crate) seed: u64,
    /// Whether packages are measured whose test binary is the same on both sides.
    pub(crate) measure_all: bool,
}

impl Linking {
    /// Every package once, as the go command links it.
    pub(crate) const AS_IS: Self = Self {
        layouts: Layouts::Uncontrolled,
        seed: 0,
        measure_all: true,
    };
}

/// Builds both versions. A package that does not build on one of them is named and not measured.
pub(crate) fn prepare(
    versions: &Versions,
    children: &Children,
    store: Option<&Store>,
    place: &mut RunFolder,
    linking: Linking,
) -> Result<Prepared> {
    match versions {
        Versions::Commands(commands) => of_commands(commands),
        Versions::Go(go) => {
            let store = match store {
                Some(store) => store,
                None => &Store::open(Path::new("."))?,
            };
            of_packages(go, children, store, place, linking)
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
            build: None,
            arguments: vec![flag.into(), command.clone()],
            folder: folder.clone(),
            benchmark: None,
            is_borrowed: false,
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
        toolchains: [None, None],
        failed_builds: Vec::new(),
        base_is_listed: false,
        same_binaries: Vec::new(),
        linker: None,
        uncontrolled: None,
        differences: BenchmarkDifferences::default(),
    })
}

fn of_packages(
    go: &GoOptions,
    children: &Children,
    store: &Store,
    place: &mut RunFolder,
    linking: Linking,
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
    let base = find_base(go, store)?;
    let built_base = base
        .as_ref()
        .filter(|_| matches!(go.base, BaseSource::Commit(_)))
        .map(|base| base.commit);
    let mut folders = [None, Some(here.clone())];
    let mut checked_out = None;
    if let Some(base) = built_base {
        let folder = place.check_out(repository.commondir(), &base.to_string())?;
        let folder = fs::canonicalize(folder).context("cannot find the checkout of the base")?;
        folders[0] = Some(folder.join(within));
        checked_out = Some((base, folder));
    }
    let toolchains = folders
        .each_ref()
        .map(|folder| build::go_version(folder.as_deref()?));
    let (builds, mut broken) = list(go, children, folders, place.path())?;
    // A stored baseline does not tell which benchmarks its commit had.
    let base_is_listed = built_base.is_some() && !broken.iter().any(|it| it.package == THE_BASE);
    if builds.is_empty() && broken.is_empty() && !packages::has_module(&here) {
        return Err(anyhow!(
            "no benchmarks in {}: {} is not in a Go module and does not contain one",
            go.packages.join(" "),
            here.display()
        )
        .hint("run `go mod init example.com/NAME` to create one"));
    }
    if builds.is_empty() && broken.is_empty() {
        return Err(anyhow!("no benchmarks in {}", go.packages.join(" "))
            .hint("use --pkg to select packages that contain benchmarks"));
    }
    let inherited = build::inherited_flags(children, &here)?;
    let linker_flags = LinkerFlags::of_environment(&inherited);
    let mut builds = builds;
    let mut same_binaries = Vec::new();
    let mut same_benchmarks = None;
    if let Some((base, folder)) = &checked_out {
        let changed = ChangedFiles::since(repository, &root, *base)
            .context("the working tree cannot be compared with the base")?;
        let has_overlay = has_overlay(&inherited, &go.flags.build);
        same_benchmarks = Some(SameBenchmarks::prepare(
            &mut builds,
            &changed,
            folder,
            go.benchmarks,
            has_overlay,
            place.path(),
        )?);
        if !linking.measure_all {
            same_binaries = take_same_binaries(go, children, &linker_flags, &changed, &mut builds)?;
        }
    }
    let building = match builds.len() {
        1 => "building a test binary".to_owned(),
        count => format!("building {count} test binaries"),
    };
    status(&match &base {
        Some(base) => format!("base is {base}; {building}"),
        None => building,
    });
    let (linker, failures, uncontrolled) = link_first(
        go,
        children,
        linker_flags,
        linking,
        builds,
        same_benchmarks.as_mut(),
    )?;
    for failure in failures {
        broken.push(Broken::new(failure.side, &failure.package, &failure.output));
    }
    let differences = same_benchmarks
        .as_ref()
        .map(SameBenchmarks::differences)
        .unwrap_or_default();
    say_shared(&differences);
    let (subjects, benchmarks) = subjects(
        go,
        children,
        linker.builds(),
        same_benchmarks.as_ref(),
        &differences,
        &mut broken,
    )?;
    broken.iter().for_each(Broken::say);
    if subjects.is_empty() && broken.is_empty() && same_binaries.is_empty() {
        let all = names(go, children, linker.builds())?;
        bail!(
            "--bench {}: no benchmarks match; available: {}",
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
            base.as_ref().map(ToString::to_string).unwrap_or_default(),
            format!(
                "the working tree at {}",
                head.as_deref().unwrap_or("no commit yet")
            ),
        ],
        base: base.map(|base| base.commit),
        toolchains,
        failed_builds: broken
            .iter()
            .map(|it| Diagnostic::build_failed(it.side, &it.package, &it.output))
            .collect(),
        base_is_listed,
        same_binaries,
        linker: Some(linker),
        uncontrolled,
        differences,
    })
}

/// The commit of the base, or the stored baseline that stands for it.
fn find_base(go: &GoOptions, store: &Store) -> Result<Option<Baseline>> {
    let target = CiTarget::from_variables(|name| env::var(name).ok());
    Ok(match &go.base {
        BaseSource::Nothing => None,
        BaseSource::Commit(base) => Some(find::commit(store, base, target.as_ref())?),
        // To know before anything runs that there is one.
        BaseSource::Baseline(base) => {
            let wanted = Wanted::default();
            Some(find::find(store, base, &wanted, target.as_ref())?)
        }
    })
}

/// Says of how many benchmarks both sides run that of one.
fn say_shared(differences: &BenchmarkDifferences) {
    let count = differences.shared.len();
    if let Some(shared) = differences.shared.values().next() {
        status(&format!(
            "{} changed or {} new; both sides run the {}'s",
            counted(count, "benchmark"),
            if count == 1 { "is" } else { "are" },
            shared.of.name()
        ));
    }
}

/// Whether the user's own flags have an overlay, which no second one can stand beside.
fn has_overlay(inherited: &str, flags: &[String]) -> bool {
    let words = inherited.split_whitespace();
    let mut words = words.chain(flags.iter().map(String::as_str));
    words.any(|word| {
        let flag = word.strip_prefix('-').unwrap_or_default();
        let flag = flag.strip_prefix('-').unwrap_or(flag);
        flag == "overlay" || flag.starts_with("overlay=")
    })
}

/// Builds everything once, in the first layout.
fn link_first(
    go: &GoOptions,
    children: &Children,
    linker_flags: LinkerFlags,
    linking: Linking,
    mut builds: Vec<Build>,
    same_benchmarks: Option<&mut SameBenchmarks>,
) -> Result<(Linker, Vec<BuildFailure>, Option<String>)> {
    let mut layouts = linking.layouts;
    let mut uncontrolled = None;
    if layouts != Layouts::Uncontrolled && linker_flags.has(&go.flags.build, "randlayout") {
        layouts = Layouts::Uncontrolled;
        uncontrolled = Some("your -ldflags set -randlayout, so one layout is measured".to_owned());
    }
    let is_aligned = !linker_flags.has(&go.flags.build, "funcalign");
    let mut linker = Linker::new(go.flags.clone(), linker_flags, linking.seed, layouts);
    linker.is_aligned = is_aligned;
    let flags = linker.flags(layouts.of_round(1));
    let mut failures = build::build(children, &builds, &flags)?;
    let is_unknown = |failures: &[BuildFailure], flag: &str| {
        let message = format!("not defined: -{flag}");
        failures.iter().any(|it| it.output.contains(&message))
    };
    if is_unknown(&failures, "funcalign") {
        linker.is_aligned = false;
        failures = build::build(children, &builds, &linker.flags(layouts.of_round(1)))?;
    }
    if is_unknown(&failures, "randlayout") {
        linker.layouts = Layouts::Uncontrolled;
        uncontrolled = Some(
            "this version of Go has no linker flag -randlayout (Go 1.22 added it), so only one layout is measured"
                .to_owned(),
        );
        failures = build::build(children, &builds, &linker.flags(None))?;
    }
    if let Some(same_benchmarks) = same_benchmarks {
        let flags = linker.flags(linker.layouts.of_round(1));
        loop {
            let next = same_benchmarks.narrow(&mut builds, &mut failures)?;
            failures.extend(build::build(children, &next, &flags)?);
            if next.is_empty() {
                let stopped = stopped_at_start(go, children, &builds)?;
                if stopped.is_empty() {
                    break;
                }
                failures.extend(stopped);
            }
        }
        let own = same_benchmarks.own_builds(&builds);
        let failed = build::build(children, &own, &flags)?;
        // Without them, only what one side alone has is not measured.
        let has_failed = |build: &Build| failed.iter().any(|it| it.package == build.package.path);
        builds.extend(own.into_iter().filter(|build| !has_failed(build)));
    }
    linker.set_builds(builds);
    Ok((linker, failures, uncontrolled))
}

/// The builds with an overlay that end before any benchmark runs: the main function or a variable of the tests may need what only the
/// other side has.
fn stopped_at_start(
    go: &GoOptions,
    children: &Children,
    builds: &[Build],
) -> Result<Vec<BuildFailure>> {
    let pattern = BenchPattern::parse(&go.bench);
    let mut stopped = Vec::new();
    for build in builds.iter().filter(|build| build.overlay.is_some()) {
        match build::benchmarks(children, build, &pattern, &go.flags) {
            Err(error) if error.is::<ChildError>() => return Err(error),
            // Go's own word on a pattern comes later.
            Err(error) if !error.to_string().contains("invalid regexp") => {
                stopped.push(BuildFailure {
                    side: build.side,
                    package: build.package.path.clone(),
                    output: in_one_line(&error),
                });
            }
            _ => {}
        }
    }
    Ok(stopped)
}

/// Takes out the packages whose test binary is the same on both sides and that no changed file can reach.
fn take_same_binaries(
    go: &GoOptions,
    children: &Children,
    linker_flags: &LinkerFlags,
    changed: &ChangedFiles,
    builds: &mut Vec<Build>,
) -> Result<Vec<SameBinary>> {
    let mut pairs: Vec<[Build; 2]> = Vec::new();
    for head in builds.iter().filter(|build| build.side == Side::Head) {
        let is_base =
            |build: &&Build| build.side == Side::Base && build.package.path == head.package.path;
        if let Some(base) = builds.iter().find(is_base)
            && !changed.may_be_read_by(&head.package.folder)
        {
            pairs.push([base.clone(), head.clone()]);
        }
    }
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    status(&format!(
        "comparing the test binaries of {}",
        counted(pairs.len(), "package")
    ));
    let same = are_same(children, &pairs, &go.flags, linker_flags)?;
    let pattern = BenchPattern::parse(&go.bench);
    let mut found = Vec::new();
    for ([base, head], _) in pairs.iter().zip(same).filter(|(_, is_same)| *is_same) {
        // One that does not list its benchmarks is built and measured, which tells why.
        let Ok(list) = build::benchmarks(children, head, &pattern, &go.flags) else {
            continue;
        };
        builds.retain(|it| it.binary != base.binary && it.binary != head.binary);
        found.push(SameBinary {
            package: head.package.path.clone(),
            benchmarks: list
                .into_iter()
                .map(|(name, _)| name.strip_prefix("Benchmark").unwrap_or(&name).to_owned())
                .collect(),
        });
    }
    for build in pairs.iter().flatten() {
        // What stays goes with the run's folder.
        let _ = fs::remove_file(&build.binary);
    }
    Ok(found)
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
            overlay: None,
            folder: package.folder.clone(),
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
    fn say(&self) {
        status(&format!(
            "{} does not build ({}):\n{}",
            self.package,
            self.side.name(),
            self.output
        ));
    }

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
    same_benchmarks: Option<&SameBenchmarks>,
    differences: &BenchmarkDifferences,
    broken: &mut Vec<Broken>,
) -> Result<(Vec<Subject>, Benchmarks)> {
    let pattern = BenchPattern::parse(&go.bench);
    let is_broken =
        |broken: &[Broken], build: &Build| broken.iter().any(|it| it.package == build.package.path);
    let mut lists = Vec::new();
    let buildable: Vec<(usize, &Build)> = builds
        .iter()
        .enumerate()
        .filter(|(_, build)| !is_broken(broken, build))
        .collect();
    for (number, build) in buildable {
        match build::benchmarks(children, build, &pattern, &go.flags) {
            Ok(list) => lists.push((number, build, list)),
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
    lists.retain(|(_, build, _)| !is_broken(broken, build));
    let mut subjects: Vec<Subject> = Vec::new();
    let mut benchmarks = HashMap::new();
    let prefix = common_folder(builds.iter().map(|build| &build.package));
    for (number, build, list) in lists {
        let hashes = benchmark_hashes(build, same_benchmarks);
        let is_shared = |package: &str, name: &str| {
            let benchmark = (package.to_owned(), name.to_owned());
            differences.shared.contains_key(&benchmark)
        };
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
            // A package that has the benchmarks of the other side was built with them first.
            subjects[at].sides[build.side as usize].get_or_insert(Job {
                program: build.binary.clone(),
                build: Some(number),
                arguments,
                folder: build.folder.clone(),
                benchmark: hashes.get(&name).cloned(),
                is_borrowed: build.overlay.is_some() && is_shared(path, &bare),
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

/// `BenchmarkA, BenchmarkB and 7 more`.
fn some_of(names: &BTreeSet<String>) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let shown = shown.join(", ");
    match names.len() {
        0 => "none".to_owned(),
        count if count > SHOWN => format!("{shown} and {} more", count - SHOWN),
        _ => shown,
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
