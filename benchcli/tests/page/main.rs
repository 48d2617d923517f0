//! The page of a history, in a real browser.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use benchcli::profile::flame::is_flame_graph;
use benchcli::profile::per_op::Costs;
use benchcli::profile::read::Profile;
use benchcli::profile::render::explanation_json;
use benchcli::profile::{Answer, Explained};
use benchcli::report::page;
use benchparse::trend::{
    ChangePoint, Commit, CommitEffect, History, Kind, PendingChange, Point, Series,
};
use tempfile::TempDir;
use testsupport::paths::testdata;
use testsupport::tools::{find, found};

/// Chromium and node, or `None` after a visible line. Where `CHROMIUM_REQUIRED` is set they may not
/// be missing.
fn browser(test: &str) -> Option<(PathBuf, PathBuf)> {
    let chromium = find(&["chromium", "chromium-browser", "google-chrome"]);
    let reason = "chromium or node is not in PATH";
    found(
        chromium.zip(find(&["node"])),
        "CHROMIUM_REQUIRED",
        test,
        reason,
    )
}

fn drive(browser: &(PathBuf, PathBuf), page: &Path, arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/drive.mjs");
    Command::new(&browser.1)
        .args(["--experimental-websocket", "--no-warnings"])
        .arg(script)
        .arg(&browser.0)
        .arg(format!("file://{}", page.display()))
        .args(arguments)
        .output()
        .unwrap()
}

fn assert_drives(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

fn command(program: &str, folder: &Path, day: u64) -> Command {
    let mut command = Command::new(program);
    let date = format!("{} +0000", 1_760_000_000 + day * 86_400);
    command
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ada");
        command.env(format!("GIT_{role}_EMAIL"), "ada@example.com");
    }
    command
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
}

/// Forty commits, one of them not measured; the thirtieth makes one benchmark slower.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let git = |day, arguments: &[&str]| succeed(command("git", folder.path(), day).args(arguments));
    git(0, &["init", "-q", "-b", "main"]);
    git(
        0,
        &["remote", "add", "origin", "git@github.com:example/repo.git"],
    );
    for day in 0..40 {
        let subject = format!("Change number {day}");
        git(day, &["commit", "-q", "--allow-empty", "-m", &subject]);
        if day == 7 {
            continue;
        }
        let mut text =
            String::from("goos: linux\ngoarch: amd64\npkg: example.com/repo/codec\ncpu: X\n");
        for sample in 0..5 {
            let noise = (day * 7919 + sample * 104_729) % 13;
            let encode = if day >= 30 { 1250 } else { 1000 } + noise;
            for (name, time) in [
                ("Encode-8", encode),
                ("Decode-8", 2000 + 2 * noise),
                ("Hostile/</script><b>\"'&-8", 500 + noise),
            ] {
                text += &format!("Benchmark{name} 100 {time} ns/op 64 B/op 2 allocs/op\n");
            }
        }
        fs::write(folder.path().join("new.txt"), text).unwrap();
        succeed(
            command(env!("CARGO_BIN_EXE_benchcli"), folder.path(), day).args(["record", "new.txt"]),
        );
    }
    folder
}

/// The JSON of an explanation of real profiles, with flame graphs beside it.
fn explanation(folder: &Path) -> PathBuf {
    let explained = |benchmark: &str, stem: &str, ends: &[&str]| {
        let answers = ends.iter().map(|end| {
            let costs = ["old", "new"].map(|side| {
                let profiles = testdata("profiles");
                let bytes = fs::read(profiles.join(format!("{stem}{side}.{end}"))).unwrap();
                let profile = Profile::read(&bytes).unwrap();
                let kind = profile.sample_types[profile.default].clone();
                (kind, vec![Costs::of(&profile, profile.default, 2000.0)])
            });
            let [(kind, old), (_, new)] = costs;
            let mut answer = Answer::new(&kind, true, [old, new]);
            let name = format!("{}.svg", kind.name);
            let svg = answer.flame(&answer.sentence);
            fs::write(folder.join(&name), svg).unwrap();
            answer.flame_graph = Some(name);
            answer
        });
        Explained {
            package: "example.com/repo/codec".into(),
            benchmark: benchmark.into(),
            answers: answers.collect(),
        }
    };
    let all = [
        explained("Encode-8", "", &["heap.pprof", "cpu.pprof"]),
        explained("Hostile/</script><b>\"'&-8", "writers/rust-", &["cpu.pb"]),
        explained("Gone-8", "", &["cpu.pprof"]),
    ];
    let sides = ["v1".to_owned(), "<i>v2</i>".to_owned()];
    let path = folder.join("explained.json");
    fs::write(&path, explanation_json(&sides, &all).unwrap()).unwrap();
    path
}

#[test]
fn people_find_their_way() {
    let Some(browser) = browser("people_find_their_way") else {
        return;
    };
    let repository = repository();
    let mut report = command(env!("CARGO_BIN_EXE_benchcli"), repository.path(), 40);
    explanation(repository.path());
    let output = report
        .args(["report", "-o", "report.html", "--title", "Benchmarks"])
        .args(["--explained", "explained.json"])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "benchcli: warning: explained.json: the page has no such benchmark: \
         Gone-8 in example.com/repo/codec\n"
    );
    let page = repository.path().join("report.html");
    assert_drives(&drive(&browser, &page, &[]));
    // For people to look at.
    if let Some(folder) = env::var_os("PAGE_SCREENSHOTS") {
        assert_drives(&drive(
            &browser,
            &page,
            &["screenshots", &folder.to_string_lossy()],
        ));
    }
}

/// A series of 150 commits, without the 20th.
fn long_series(
    name: &str,
    unit: &str,
    environment: &str,
    median: &dyn Fn(usize) -> Option<f64>,
) -> Series {
    let points = (0..150).filter(|at| *at != 20).filter_map(|at| {
        let median = median(at)?;
        let mut point = Point::with_range(at, median, [median * 0.999, median * 1.001], 3);
        point.samples = vec![median; 3];
        Some(point)
    });
    let mut series = Series::new(name, unit, points.collect());
    series.package = "example.com/repo/codec".into();
    series.environment = environment.into();
    series
}

fn step([after, at]: [usize; 2], [before, level]: [f64; 2]) -> ChangePoint {
    let mut change = ChangePoint::new(Kind::Step, [after, at], [before, level]);
    change.interval = [change.ratio * 0.99, change.ratio * 1.01];
    change.p = 0.002;
    change.worse = level > before;
    change
}

/// 150 commits; the 20th was not measured.
fn every_kind_of_change() -> History {
    const MIB: f64 = 1024.0 * 1024.0;

    let commit = |at: usize| {
        let time = 1_760_000_000 + at as i64 * 86_400;
        let mut commit = Commit::new(format!("{at:03}{:037}", 0), time);
        commit.author = "Ada".into();
        commit.subject = format!("Change number {at}");
        commit.measured = at != 20;
        commit
    };
    let pending = |before: f64, level: f64| {
        let mut pending = PendingChange::new([148, 149], [before, level]);
        pending.worse = level > before;
        pending
    };
    let changed = |mut series: Series, changes: &[ChangePoint]| {
        series.changes = changes.to_vec();
        series
    };
    let steps = |levels: &'static [(usize, f64)]| {
        move |at: usize| {
            let passed = levels.iter().rev().find(|(from, _)| at >= *from);
            passed.map(|(_, level)| *level)
        }
    };
    let mut drift = step([30, 60], [1e-6, 1.3e-6]);
    drift.kind = Kind::Drift;
    let mut fixed = step([29, 30], [1e-6, 2e-6]);
    fixed.fixed_at = Some(50);
    let slope = |at: usize| Some(1e-6 + 1e-8 * (at.clamp(30, 60) - 30) as f64);
    // Every tenth commit was measured on another machine.
    let here = |at: usize| (at % 10 != 9).then_some(1e-6);
    let missing = |at: usize| here(at).filter(|_| at != 50 && at != 52);
    let there = |at: usize| (at % 10 == 9).then_some(1e-6);
    let mut all = vec![
        changed(
            long_series("Rise", "allocs/op", "A", &steps(&[(0, 0.0), (30, 5.0)])),
            &[step([29, 30], [0.0, 5.0])],
        ),
        changed(
            long_series(
                "Serve",
                "p99-sec/op",
                "A",
                &steps(&[(0, 3e-6), (40, 4.5e-6)]),
            ),
            &[step([39, 40], [3e-6, 4.5e-6])],
        ),
        changed(
            long_series(
                "Alloc",
                "B/op",
                "A",
                &steps(&[(0, 0.85 * MIB), (21, 1.25 * MIB)]),
            ),
            &[step([19, 21], [0.85 * MIB, 1.25 * MIB])],
        ),
        changed(
            long_series(
                "Mended",
                "sec/op",
                "A",
                &steps(&[(0, 2e-6), (10, 1e-6), (40, 1.2e-6)]),
            ),
            &[step([9, 10], [2e-6, 1e-6]), step([39, 40], [1e-6, 1.2e-6])],
        ),
        changed(
            long_series(
                "Half",
                "sec/op",
                "A",
                &steps(&[(0, 1e-6), (30, 2e-6), (60, 1.4e-6)]),
            ),
            &[step([29, 30], [1e-6, 2e-6]), step([59, 60], [2e-6, 1.4e-6])],
        ),
        changed(long_series("Creep", "sec/op", "A", &slope), &[drift]),
        changed(
            long_series(
                "Fixed",
                "sec/op",
                "A",
                &steps(&[(0, 1e-6), (30, 2e-6), (50, 1e-6)]),
            ),
            &[fixed],
        ),
        long_series("Hope", "sec/op", "A", &steps(&[(0, 1e-6), (149, 0.7e-6)])),
        long_series("Fear", "sec/op", "A", &steps(&[(0, 1e-6), (149, 1.3e-6)])),
        long_series("Full", "sec/op", "M1", &here),
        // Of fives alone, its axis would have one.
        long_series("Gauge", "widgets", "A", &steps(&[(0, 1.25), (30, 8.78)])),
        long_series("Mixed", "sec/op", "M1", &missing),
        long_series("Mixed", "sec/op", "M2", &there),
    ];
    all[7].pending = Some(pending(1e-6, 0.7e-6));
    all[8].pending = Some(pending(1e-6, 1.3e-6));
    let effect = |series: usize, after, at| {
        let changes = vec![(series, 0)];
        let mut effect = CommitEffect::new("example.com/repo/codec", [after, at], changes);
        effect.worse = true;
        (effect.least, effect.most) = (1.0, 1.0);
        effect
    };
    let mut effects = vec![effect(6, 29, 30)];
    effects.extend((0..205).map(|_| effect(2, 19, 21)));
    let mut history = History::default();
    history.commits = (0..150).map(commit).collect();
    (history.series, history.effects) = (all, effects);
    history
}

#[test]
fn changes_are_drawn_and_told_as_what_they_are() {
    let Some(browser) = browser("changes_are_drawn_and_told_as_what_they_are") else {
        return;
    };
    let commit_url = Some("https://example.com/commit/{id}");
    let text = page::write(&every_kind_of_change(), "Changes", commit_url, &[]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changes.html");
    fs::write(&path, &text).unwrap();
    assert_drives(&drive(&browser, &path, &["changes"]));
    assert_drives(&drive(&browser, &path, &["keys"]));
}

#[test]
fn two_thousand_series_of_a_thousand_commits_are_quick() {
    let Some(browser) = browser("two_thousand_series_of_a_thousand_commits_are_quick") else {
        return;
    };
    let commit = |at: usize| {
        let mut commit = Commit::new(format!("{at:040x}"), 1_760_000_000 + at as i64 * 3600);
        commit.author = "Ada".into();
        commit.subject = format!("Change number {at}");
        commit.measured = true;
        commit
    };
    let series = |number: usize| {
        let points = (0..1000).map(|at| {
            let median = 1e-6 * (1.0 + ((at * 7919 + number * 104_729) % 97) as f64 / 1000.0);
            Point::with_range(at, median, [median * 0.99, median * 1.01], 10)
        });
        let mut series = Series::new(&format!("Bench{number}-8"), "sec/op", points.collect());
        series.package = format!("example.com/repo/p{}", number % 40);
        series.environment = "linux/amd64, X".into();
        series
    };
    let mut history = History::default();
    history.commits = (0..1000).map(commit).collect();
    history.series = (0..2000).map(series).collect();
    let text = page::write(&history, "Many", None, &[]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.html");
    fs::write(&path, &text).unwrap();
    let output = drive(&browser, &path, &["size"]);
    assert_drives(&output);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // Written past the test harness, which would swallow it.
    let _ = writeln!(
        std::io::stderr(),
        "2,000 series of 1,000 commits, {} MB: {}",
        text.len() / 1_000_000,
        said.trim()
    );
}

#[test]
fn a_flame_graph_that_is_gone_is_no_obstacle() {
    let repository = repository();
    explanation(repository.path());
    fs::remove_file(repository.path().join("cpu.svg")).unwrap();
    fs::write(repository.path().join("alloc_space.svg"), "mine").unwrap();
    let said = report_explained(repository.path());
    for text in [
        "skipped the flame graph cpu.svg: No such file",
        "alloc_space.svg: not a flame graph",
    ] {
        assert!(said.contains(text), "{said}");
    }
    let page = fs::read_to_string(repository.path().join("report.html")).unwrap();
    assert!(page.contains("(*Index).Find"));
}

/// Makes the page with explanations, and gives what is said of it.
fn report_explained(repository: &Path) -> String {
    let arguments = "report -o report.html --explained explained.json";
    let output = command(env!("CARGO_BIN_EXE_benchcli"), repository, 40)
        .args(arguments.split(' '))
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_run_in_which_nothing_got_worse_explains_nothing() {
    let repository = repository();
    let checked = command(env!("CARGO_BIN_EXE_benchcli"), &testdata(""), 0)
        .args(["check", "old.txt", "--base", "old.txt", "--format", "json"])
        .output()
        .unwrap();
    fs::write(repository.path().join("explained.json"), checked.stdout).unwrap();
    let said = report_explained(repository.path());
    assert!(
        said.contains("explained.json: no benchmark is explained in this file"),
        "{said}"
    );
    assert!(repository.path().join("report.html").exists());
}

#[test]
fn only_our_own_flame_graphs_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    explanation(folder.path());
    let svg = fs::read_to_string(folder.path().join("cpu.svg")).unwrap();
    assert!(is_flame_graph(&svg));
    let (head, rest) = svg.split_once('>').unwrap();
    for foreign in [
        "<svg onload=\"alert(1)\" ".to_owned() + &svg["<svg ".len()..],
        "<svg ONLOAD='alert(1)' ".to_owned() + &svg["<svg ".len()..],
        format!("{head}><script>alert(1)</script>{rest}"),
        format!("{head}><a href=\"https://example.com\"><text>x</text></a>{rest}"),
        format!("{head}><g data-n=\">\" onclick=\"alert(1)\"></g>{rest}"),
        format!("{head}><foreignObject></foreignObject>{rest}"),
        format!("{svg}<script/>"),
        svg.replace("window.prompt", "window.confirm"),
    ] {
        assert!(!is_flame_graph(&foreign), "{}", &foreign[..200]);
    }
}

#[test]
fn what_explains_nothing_is_refused() {
    let repository = repository();
    for (text, message) in [
        (
            b"BenchmarkA 1 2 ns/op".to_vec(),
            "not valid JSON (expected value",
        ),
        (
            b"{\"schema\": \"benchdiff/1\"}".to_vec(),
            "found benchdiff/1; expected",
        ),
        (b"[1]".to_vec(), "found JSON without a schema; expected"),
        (
            b"{\"schema\": \"benchcli-explain/2\"}".to_vec(),
            "found a damaged report (missing field `sides`)",
        ),
    ] {
        fs::write(repository.path().join("explained.json"), text).unwrap();
        let output = command(env!("CARGO_BIN_EXE_benchcli"), repository.path(), 40)
            .args([
                "report",
                "-o",
                "report.html",
                "--explained",
                "explained.json",
            ])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.starts_with("benchcli: explained.json: "), "{said}");
        assert!(said.contains(message), "{message}: {said}");
        assert!(!repository.path().join("report.html").exists());
    }
}

#[test]
fn wrong_addresses_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, message) in [
        (
            &["report", "-o", "x.html", "--commit-url", "javascript:{id}"][..],
            "expected a URL",
        ),
        (&["report", "-o", "x.html"], "repository"),
        (&["report"], "--output"),
    ] {
        let output = command(env!("CARGO_BIN_EXE_benchcli"), folder.path(), 0)
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(message), "{stderr}");
    }
}
