//! Draws runs of 10 rounds from runs that were recorded with more, and says how many of them fail.
//!
//! `resampled_runs FOLDER BENCHCLI [RUNS [BENCHSTAT]]`, after `examples/bench/unchanged-code.sh`, which calls it. FOLDER
//! has one folder for each commit, with what `benchcli run --save-raw` wrote: `first` of 12 rounds in 6 layouts, `single`
//! of 12 rounds in the one layout that the go command gives, and `again` of 22 rounds in a layout each. BENCHCLI judges
//! what is drawn, as `benchcli check` does.
//!
//! A drawn run has the rounds of 5 of the 6 layouts, and 20 of the 22 rounds confirm it. Base and head have the same
//! rounds, because these were measured in turn. Nothing is drawn twice within a run.
//!
//! A commit may lack `single`: it then has no part in what is said of one layout, nor of power.
//!
//! `resampled_runs --again FOLDER` prints the pattern of the benchmarks of one commit that `again` must have:
//! those that any of the 6 possible first measurements makes suspect, and those that are calm.
//!
//! The intervals are those of independent draws, which draws from the same commit are not.
//!
//! For power, one benchmark of a drawn run is made slower by 5 or 10 percent in all its rounds. It is one that is calm:
//! in the one layout of the go command, its values vary by less than 2 % on both sides, as the reports measure it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use benchparse::stats::{Sample, median, robust_cv};
use fastrand::Rng;
use serde_json::Value;
use statrs::distribution::{Beta, ContinuousCDF as _};

const ROUNDS: usize = 10;
/// Only runs with as many compared timing rows count.
const LEAST_ROWS: usize = 15;
const CALM: f64 = 0.02;
const SIDES: [&str; 2] = ["old.txt", "new.txt"];

/// One side of a recorded run, by rounds.
struct Recorded {
    /// For each round the layout, and the results as they were printed.
    rounds: Vec<Round>,
}

#[derive(Default, Clone)]
struct Round {
    layout: Option<String>,
    /// Configuration lines and results in the order of the run.
    lines: Vec<String>,
}

impl Recorded {
    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let mut rounds: Vec<Round> = Vec::new();
        let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
        let (mut layout, mut package, mut before) = (None, String::new(), Vec::new());
        for line in text.lines() {
            if let Some(number) = line.strip_prefix("# benchcli: layout ") {
                layout = Some(number.to_owned());
            } else if let Some(name) = benchmark(line) {
                // A benchmark has one result a round.
                let count = seen.entry((package.clone(), name.to_owned())).or_default();
                if rounds.len() == *count {
                    rounds.push(Round::default());
                }
                let round = &mut rounds[*count];
                *count += 1;
                round.layout.clone_from(&layout);
                round.lines.append(&mut before);
                round.lines.push(line.to_owned());
            } else if !line.starts_with('#') && line != "PASS" {
                if let Some(of) = line.strip_prefix("pkg: ") {
                    of.clone_into(&mut package);
                }
                before.push(line.to_owned());
            }
        }
        Ok(Self { rounds })
    }

    /// Some of the rounds.
    fn of(&self, rounds: &[usize]) -> Self {
        let rounds = rounds.iter().map(|&at| self.rounds[at].clone());
        Self {
            rounds: rounds.collect(),
        }
    }

    /// The times of each benchmark.
    fn times(&self) -> BTreeMap<String, Vec<f64>> {
        let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for line in self.rounds.iter().flat_map(|round| &round.lines) {
            if let (Some(name), Some(time)) = (benchmark(line), time(line)) {
                times.entry(name.to_owned()).or_default().push(time);
            }
        }
        times
    }
}

fn benchmark(line: &str) -> Option<&str> {
    let name = line.split_whitespace().next()?;
    name.starts_with("Benchmark").then_some(name)
}

fn time(line: &str) -> Option<f64> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "ns/op")?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// The line with its time as many times as long.
fn slower(line: &str, factor: f64) -> String {
    let Some(time) = time(line) else {
        return line.to_owned();
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "ns/op");
    let mut out: Vec<String> = words.iter().map(ToString::to_string).collect();
    if let Some(at) = at {
        out[at - 1] = (time * factor).to_string();
    }
    // The throughput would contradict it.
    if let Some(rate) = words.iter().position(|word| *word == "MB/s") {
        out.drain(rate - 1..=rate);
    }
    out.join("\t")
}

/// Both sides of a recorded run.
struct Both([Recorded; 2]);

impl Both {
    fn read(folder: &Path) -> Result<Self> {
        let [old, new] = SIDES.map(|name| Recorded::read(&folder.join(name)));
        Ok(Self([old?, new?]))
    }

    fn count(&self) -> usize {
        self.0
            .iter()
            .map(|side| side.rounds.len())
            .min()
            .unwrap_or(0)
    }

    fn layouts(&self) -> Vec<&Option<String>> {
        let rounds = self.0[0].rounds[..self.count()].iter();
        let layouts: BTreeSet<&Option<String>> = rounds.map(|it| &it.layout).collect();
        layouts.into_iter().collect()
    }

    /// All rounds of some layouts, in the order of the run.
    fn of_layouts(&self, layouts: &[&Option<String>]) -> Vec<usize> {
        let rounds = &self.0[0].rounds[..self.count()];
        let of = |at: &usize| layouts.contains(&&rounds[*at].layout);
        (0..rounds.len()).filter(of).collect()
    }

    /// All rounds of so many layouts.
    fn of_some_layouts(&self, count: usize, random: &mut Rng) -> Vec<usize> {
        let mut layouts = self.layouts();
        random.shuffle(&mut layouts);
        layouts.truncate(count);
        self.of_layouts(&layouts)
    }

    fn some(&self, count: usize, random: &mut Rng) -> Vec<usize> {
        let mut rounds: Vec<usize> = (0..self.count()).collect();
        random.shuffle(&mut rounds);
        rounds.truncate(count);
        rounds.sort_unstable();
        rounds
    }

    /// The chosen rounds of a side as text, the head's with what was planted.
    fn text(&self, side: usize, rounds: &[usize], planted: Option<(&str, f64)>) -> String {
        let mut text = String::new();
        for &at in rounds {
            let round = &self.0[side].rounds[at];
            if let Some(layout) = &round.layout {
                text += &format!("# benchcli: layout {layout}\n");
            }
            for line in &round.lines {
                let line = match planted {
                    Some((name, factor)) if side == 1 && benchmark(line) == Some(name) => {
                        slower(line, factor)
                    }
                    _ => line.clone(),
                };
                text += &line;
                text.push('\n');
            }
        }
        text
    }
}

/// The benchmarks of a run in one layout that are calm on both sides.
fn calm(single: &Both) -> Vec<String> {
    let [old, new] = [0, 1].map(|side| single.0[side].times());
    let is_calm = |name: &String| {
        [&old, &new].iter().all(|times| {
            times
                .get(name)
                .is_some_and(|it| robust_cv(&Sample::new(it.clone())) < CALM)
        })
    };
    old.keys().filter(|name| is_calm(name)).cloned().collect()
}

/// What was measured in one layout, where that was done.
fn single(folder: &Path) -> Result<Option<Both>> {
    let folder = folder.join("single");
    folder.is_dir().then(|| Both::read(&folder)).transpose()
}

/// What was recorded of a commit.
struct Commit {
    first: Both,
    again: Both,
    single: Option<Both>,
    calm: Vec<String>,
}

impl Commit {
    fn read(folder: &Path) -> Result<Self> {
        let single = single(folder)?;
        Ok(Self {
            calm: single.as_ref().map(calm).unwrap_or_default(),
            first: Both::read(&folder.join("first"))?,
            again: Both::read(&folder.join("again"))?,
            single,
        })
    }
}

/// What was counted of a way to judge.
#[derive(Default)]
struct Tally {
    runs: usize,
    failed: usize,
    /// Commits of which at least one drawn run failed.
    commits: BTreeSet<usize>,
    rows: usize,
    within_layout: usize,
    /// For each planted change, how many there were and how many were found.
    planted: BTreeMap<u32, [usize; 2]>,
}

struct Judge<'j> {
    benchcli: &'j Path,
    benchstat: Option<&'j Path>,
    folder: PathBuf,
}

impl Judge<'_> {
    fn write(&self, texts: [String; 2]) -> Result<[PathBuf; 2]> {
        let paths = SIDES.map(|name| self.folder.join(name));
        for (path, text) in paths.iter().zip(texts) {
            let mark = "# benchcli: interleaved rounds=10 order=abba seed=1";
            fs::write(path, format!("{mark}\n{text}"))?;
        }
        Ok(paths)
    }

    /// The rows of a check of two texts.
    fn check(&self, texts: [String; 2]) -> Result<Vec<Value>> {
        let [old, new] = self.write(texts)?;
        let ran = Command::new(self.benchcli)
            .args(["check", "--no-config", "--format", "json", "--base"])
            .args([old, new])
            .current_dir(&self.folder)
            .output()?;
        if !matches!(ran.status.code(), Some(0 | 1)) {
            bail!("{}", String::from_utf8_lossy(&ran.stderr));
        }
        let report: Value = serde_json::from_slice(&ran.stdout)?;
        let rows = report["rows"].as_array().cloned().unwrap_or_default();
        let is_time = |row: &Value| row["unit"] == "sec/op";
        Ok(rows.into_iter().filter(is_time).collect())
    }

    /// The benchmarks whose time benchstat calls larger.
    fn benchstat(&self, texts: [String; 2]) -> Result<Vec<String>> {
        let Some(benchstat) = self.benchstat else {
            return Ok(Vec::new());
        };
        let [old, new] = self.write(texts)?;
        let ran = Command::new(benchstat)
            .args(["-format", "csv", "-filter", ".unit:ns/op"])
            .args([old, new])
            .output()?;
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        let lines = text.lines().filter(|line| line.contains(",+"));
        Ok(lines
            .filter_map(|line| Some(format!("Benchmark{}", line.split(',').next()?)))
            .filter(|name| name != "Benchmarkgeomean")
            .collect())
    }
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1).peekable();
    if args.next_if_eq("--again").is_some() {
        let Some(folder) = args.next() else {
            bail!("usage: resampled_runs --again FOLDER");
        };
        println!("{}", again(Path::new(&folder))?);
        return Ok(());
    }
    let (Some(folder), Some(benchcli)) = (args.next(), args.next()) else {
        bail!("usage: resampled_runs FOLDER BENCHCLI [RUNS [BENCHSTAT]]");
    };
    let benchcli = fs::canonicalize(&benchcli).with_context(|| benchcli.clone())?;
    let wanted: usize = args.next().map_or(Ok(300), |it| it.parse())?;
    let benchstat = args.next().map(PathBuf::from);
    let mut commits = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let folder = entry?.path();
        if ["first", "again"]
            .iter()
            .all(|way| folder.join(way).is_dir())
        {
            commits.push((folder.clone(), Commit::read(&folder)?));
        }
    }
    if commits.is_empty() {
        bail!("{folder}: no commit was measured in all three ways");
    }
    commits.sort_by(|one, other| one.0.cmp(&other.0));
    let each = wanted.div_ceil(commits.len());
    let scratch = tempfile::tempdir()?;
    let judge = Judge {
        benchcli: &benchcli,
        benchstat: benchstat.as_deref(),
        folder: scratch.path().to_owned(),
    };
    let mut tallies: [Tally; 3] = Default::default();
    let mut random = Rng::with_seed(30);
    for (number, (_, commit)) in commits.iter().enumerate() {
        for _ in 0..each {
            draw(number, commit, &judge, &mut random, &mut tallies)?;
        }
    }
    let calm: Vec<usize> = commits
        .iter()
        .map(|(_, commit)| commit.calm.len())
        .collect();
    println!(
        "{} commits, {each} runs drawn from each; {} calm benchmarks a commit",
        commits.len(),
        calm.iter().sum::<usize>() as f64 / calm.len() as f64
    );
    let names = [
        "several layouts, confirmed (default)",
        "one layout, not confirmed (1.0.0)",
        "one layout, benchstat's p < .05",
    ];
    for (name, tally) in names.iter().zip(&tallies) {
        if tally.runs == 0 {
            println!("{name}: not measured");
            continue;
        }
        let [low, high] = interval(tally.failed, tally.runs);
        println!(
            "{name}: {} of {} runs failed, {:.2} % [{low:.2}, {high:.2}], of {} commits; {} of {} timing rows within the layout",
            tally.failed,
            tally.runs,
            share(tally.failed, tally.runs),
            tally.commits.len(),
            tally.within_layout,
            tally.rows
        );
        for (percent, [found, of]) in &tally.planted {
            let [low, high] = interval(*found, *of);
            println!(
                "  +{percent} % on a calm benchmark: found in {found} of {of}, {:.1} % [{low:.1}, {high:.1}]",
                share(*found, *of)
            );
        }
    }
    Ok(())
}

/// The pattern of the benchmarks of a commit that a second measurement must have.
fn again(folder: &Path) -> Result<String> {
    let first = Both::read(&folder.join("first"))?;
    let mut names: BTreeSet<String> = single(folder)?
        .as_ref()
        .map(calm)
        .unwrap_or_default()
        .into_iter()
        .collect();
    let layouts = first.layouts();
    for without in &layouts {
        let others: Vec<_> = layouts
            .iter()
            .filter(|it| *it != without)
            .copied()
            .collect();
        let rounds = first.of_layouts(&others);
        let [old, new] = [0, 1].map(|side| first.0[side].of(&rounds).times());
        for (name, old) in old {
            let Some(new) = new.get(&name) else { continue };
            // A little more than what the gate takes for a suspect: p is 0.05 where 73 % of the pairs are slower.
            let pairs = old
                .iter()
                .flat_map(|old| new.iter().map(move |new| (old, new)));
            let slower = pairs.filter(|(old, new)| new > old).count();
            let [old, new] = [old.clone(), new.clone()].map(Sample::new);
            if 100 * slower >= 72 * old.len() * new.len() && median(&new) / median(&old) > 1.014 {
                names.insert(name);
            }
        }
    }
    // The patterns of go have no number of processors, and sub-benchmarks come with their parent.
    let parents = names.iter().map(|name| {
        let name = name
            .rsplit_once('-')
            .map_or(name.as_str(), |(name, _)| name);
        name.split('/').next().unwrap_or(name)
    });
    let parents: BTreeSet<&str> = parents.collect();
    Ok(parents.into_iter().collect::<Vec<_>>().join("|"))
}

fn draw(
    number: usize,
    commit: &Commit,
    judge: &Judge<'_>,
    random: &mut Rng,
    tallies: &mut [Tally; 3],
) -> Result<()> {
    let Commit {
        first,
        again,
        single,
        calm,
    } = commit;
    let of_first = first.of_some_layouts(5, random);
    let of_again = again.some(2 * ROUNDS, random);
    let of_single = single.as_ref().map(|single| single.some(ROUNDS, random));
    let planted = random.choice(calm).cloned();
    let default = |planted: Option<(&str, f64)>| {
        [0, 1].map(|side| {
            first.text(side, &of_first, planted)
                + "# benchcli: confirmation\n"
                + &again.text(side, &of_again, planted)
        })
    };
    let alone = |planted: Option<(&str, f64)>| {
        let (single, rounds) = (single.as_ref()?, of_single.as_ref()?);
        Some([0, 1].map(|side| single.text(side, rounds, planted)))
    };
    let mut rows = vec![judge.check(default(None))?];
    if let Some(texts) = alone(None) {
        rows.push(judge.check(texts)?);
    }
    if rows.iter().any(|rows| rows.len() < LEAST_ROWS) {
        return Ok(());
    }
    for (tally, rows) in tallies.iter_mut().zip(&rows) {
        tally.runs += 1;
        if rows.iter().any(|row| row["fails"] == true) {
            tally.failed += 1;
            tally.commits.insert(number);
        }
        tally.rows += rows.len();
        let reason = |row: &&Value| {
            row["reason"]
                .as_str()
                .is_some_and(|it| it.starts_with("layout"))
        };
        tally.within_layout += rows.iter().filter(reason).count();
    }
    if let (true, Some(texts)) = (judge.benchstat.is_some(), alone(None)) {
        tallies[2].runs += 1;
        if !judge.benchstat(texts)?.is_empty() {
            tallies[2].failed += 1;
            tallies[2].commits.insert(number);
        }
        tallies[2].rows += rows[1].len();
    }
    let Some(name) = planted else { return Ok(()) };
    for percent in [5, 10] {
        let change = Some((name.as_str(), 1.0 + f64::from(percent) / 100.0));
        let is_found = |rows: &[Value]| {
            let mut rows = rows.iter();
            rows.any(|row| {
                row["fails"] == true
                    && row["benchmark"].as_str().map(|it| format!("Benchmark{it}"))
                        == Some(name.clone())
            })
        };
        let Some(texts) = alone(change) else {
            continue;
        };
        let found = [
            is_found(&judge.check(default(change))?),
            is_found(&judge.check(texts.clone())?),
            judge.benchstat(texts)?.contains(&name),
        ];
        for (tally, found) in tallies.iter_mut().zip(found) {
            let [of_found, of] = tally.planted.entry(percent).or_default();
            *of_found += usize::from(found);
            *of += 1;
        }
    }
    Ok(())
}

fn share(part: usize, of: usize) -> f64 {
    100.0 * part as f64 / of as f64
}

/// The interval of Clopper and Pearson for a share, in percent, at 95 %.
fn interval(part: usize, of: usize) -> [f64; 2] {
    let (part, of) = (part as f64, of as f64);
    let quantile =
        |a: f64, b: f64, p: f64| Beta::new(a, b).map_or(f64::NAN, |it| it.inverse_cdf(p));
    let low = if part == 0.0 {
        0.0
    } else {
        quantile(part, of - part + 1.0, 0.025)
    };
    let high = if part == of {
        1.0
    } else {
        quantile(part + 1.0, of - part, 0.975)
    };
    [100.0 * low, 100.0 * high]
}
