//! A repository with a story: what happened at which commit is known.

use std::fmt::Write as _;

use serde_json::Value;

use testsupport::repositories::{Repo, Sandbox};

/// A repeatable noise between −1 and 1.
fn wobble(seed: u64) -> f64 {
    let hash = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let hash = (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((hash >> 40) as f64 / f64::from(1u32 << 23)) - 1.0
}

/// One benchmark at one commit.
pub(crate) struct Bench<'b> {
    pub(crate) package: &'b str,
    pub(crate) name: &'b str,
    pub(crate) nanoseconds: f64,
    pub(crate) allocs: u32,
}

/// The output of a run at a commit.
pub(crate) fn run(commit: u64, benches: &[Bench<'_>]) -> String {
    let mut text = String::new();
    for (place, bench) in benches.iter().enumerate() {
        let package = bench.package;
        let _ = writeln!(
            text,
            "goos: linux\ngoarch: amd64\npkg: {package}\ncpu: AMD EPYC 7B13"
        );
        for sample in 0..6 {
            let seed = commit * 1009 + place as u64 * 97 + sample * 13;
            let time = bench.nanoseconds * (1.0 + 0.01 * wobble(seed));
            let (name, allocs) = (bench.name, bench.allocs);
            let _ = writeln!(
                text,
                "Benchmark{name}-8\t1000\t{time:.1} ns/op\t{allocs} allocs/op"
            );
        }
        text.push_str("PASS\n");
    }
    text
}

/// Commits with a fixed time each, an hour apart, so that ids and dates are always the same.
pub(crate) fn commit(repo: &Repo, number: u64, subject: &str) {
    let time = format!("{} +0000", 1_767_225_600 + 3600 * number);
    let output = repo
        .command("git")
        .args(["commit", "--quiet", "--allow-empty", "-m", subject])
        .env("GIT_AUTHOR_DATE", &time)
        .env("GIT_COMMITTER_DATE", &time)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Forty commits: at 12 everything in codec gets a third slower, at 30 that is fixed; at 20 Label
/// allocates more and stays so; Key has a spike at 25; Key is not measured from 5 to 7.
pub(crate) fn repo(sandbox: &Sandbox) -> Repo {
    let repo = sandbox.init("repo");
    for number in 0..40 {
        let subject = match number {
            12 => "Use a map".to_owned(),
            20 => "Copy labels, \"safely\"".to_owned(),
            30 => "Use an array again".to_owned(),
            number => format!("Change {number}"),
        };
        commit(&repo, number, &subject);
        let slow = if (12..30).contains(&number) {
            1.33
        } else {
            1.0
        };
        let bench = |package, name, nanoseconds, allocs| Bench {
            package,
            name,
            nanoseconds,
            allocs,
        };
        let spike = if number == 25 { 2.0 } else { 1.0 };
        let mut benches = vec![
            bench("example.com/m/codec", "Encode/n=10", 1700.0 * slow, 2),
            bench("example.com/m/codec", "Decode", 900.0 * slow, 1),
            bench(
                "example.com/m/text",
                "Label",
                80.0,
                if number < 20 { 1 } else { 3 },
            ),
        ];
        if !(5..8).contains(&number) {
            benches.push(bench("example.com/m/text", "Key", 15.0 * spike, 0));
        }
        repo.record(&run(number, &benches));
    }
    repo
}

pub(crate) fn json<const N: usize>(repo: &Repo, args: [&str; N]) -> Value {
    let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
    let output = command
        .args(["trend", "--format", "json"])
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{output:?}"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The series of a benchmark and unit.
pub(crate) fn series<'j>(report: &'j Value, benchmark: &str, unit: &str) -> &'j Value {
    let all = report["series"].as_array().unwrap();
    let mut found = all
        .iter()
        .filter(|it| it["benchmark"] == benchmark && it["unit"] == unit);
    found.next().unwrap_or(&Value::Null)
}

/// Kind and commit of the changes of a series.
pub(crate) fn changes(series: &Value) -> Vec<(String, u64)> {
    let all = series["changes"].as_array().unwrap();
    let change = |it: &Value| {
        let kind = it["kind"].as_str().unwrap();
        (kind.to_owned(), it["at"].as_u64().unwrap())
    };
    all.iter().map(change).collect()
}

#[test]
fn every_commit_that_did_something_is_named() {
    let sandbox = Sandbox::new();
    let repo = repo(&sandbox);
    let report = json(&repo, ["--all"]);
    assert_eq!(report["schema"], "benchcli-trend/2");
    let step = |at| ("step".to_owned(), at);
    for name in ["Encode/n=10-8", "Decode-8"] {
        let series = series(&report, name, "sec/op");
        assert_eq!(changes(series), [step(12), step(30)], "{name}");
        assert_eq!(series["changes"][0]["fixed_at"], 30);
        assert_eq!(series["changes"][0]["worse"], true);
        let [low, high] = [0, 1].map(|end| series["changes"][0]["interval"][end].as_f64().unwrap());
        assert!(
            1.30 < low && low < 1.33 && 1.33 < high && high < 1.36,
            "{low} {high}"
        );
    }
    let labels = series(&report, "Label-8", "allocs/op");
    assert_eq!(changes(labels), [step(20)]);
    assert_eq!(labels["exact"], true);
    assert_eq!(labels["change"], 2.0);
    let key = series(&report, "Key-8", "sec/op");
    assert_eq!(changes(key), [("spike".to_owned(), 25)]);
    let points = key["points"]["commit"].as_array().unwrap();
    assert_eq!(points.len(), 37);
    assert!(!points.contains(&5.into()));
    assert!(changes(series(&report, "Label-8", "sec/op")).is_empty());

    let effects = report["effects"].as_array().unwrap();
    let id = |at: usize| report["commits"][at]["id"].as_str().unwrap()[..10].to_owned();
    let sentences: Vec<&str> = effects
        .iter()
        .map(|it| it["sentence"].as_str().unwrap())
        .collect();
    assert_eq!(effects.len(), 3, "{sentences:?}");
    assert!(
        sentences[0].starts_with("2 benchmarks in ./codec got 33 % slower"),
        "{sentences:?}"
    );
    assert!(sentences[0].ends_with(&format!("at {}; fixed at {}", id(12), id(30))));
    assert_eq!(
        sentences[1],
        format!("Label-8 in ./text has 200 % more allocs/op at {}", id(20))
    );
    assert!(sentences[2].starts_with("2 benchmarks in ./codec got 25 % faster"));
}

#[test]
fn new_regressions_fail_and_old_or_fixed_ones_do_not() {
    let sandbox = Sandbox::new();
    let repo = repo(&sandbox);
    // Label got worse 20 commits ago and Encode was fixed since.
    for (last, code) in [("20", 1), ("19", 0), ("1", 0)] {
        let ran = repo.benchcli(["trend", "--fail-on-new", last]);
        assert_eq!(ran.code, code, "{last}: {ran:?}");
    }
    let ran = repo.benchcli(["trend", "--fail-on-new", "20"]);
    assert!(
        ran.out.ends_with(
            "failed: regressed in the last 20 commits: text.Label-8 allocs/op +200.00%\n"
        ),
        "{}",
        ran.out
    );
    let ran = repo.benchcli(["trend", "--fail-on-new", "20", "--range", "HEAD~40.."]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let ran = repo.benchcli(["trend", "--fail-on-new", "5", "--range", "HEAD~30..HEAD~16"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let report = json(&repo, ["--fail-on-new", "20"]);
    assert_eq!(report["failed"], true);
    let labels = series(&report, "Label-8", "allocs/op");
    assert_eq!(labels["changes"][0]["fails"], true);
}

#[test]
fn a_subject_commands_no_terminal() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..12 {
        commit(&repo, number, "\u{1b}]0;title\u{7}boo");
        let allocs = if number < 6 { 1 } else { 2 };
        let bench = Bench {
            package: "p",
            name: "Copy",
            nanoseconds: 100.0,
            allocs,
        };
        repo.record(&run(number, &[bench]));
    }
    let ran = repo.benchcli(["trend"]);
    let out = ran.succeeds();
    assert!(
        out.contains(r"]0;title\u{7}boo") && !out.contains('\u{1b}'),
        "{out:?}"
    );
}

#[test]
fn rules_of_the_configuration_hold() {
    let sandbox = Sandbox::new();
    let repo = repo(&sandbox);
    repo.write(
        "benchcli.toml",
        "[[rule]]\nfilter = \".unit:allocs/op\"\ndirection = \"higher\"\n",
    );
    let report = json(&repo, []);
    let labels = series(&report, "Label-8", "allocs/op");
    assert_eq!(labels["changes"][0]["worse"], false);
    let report = json(&repo, ["--no-config"]);
    let labels = series(&report, "Label-8", "allocs/op");
    assert_eq!(labels["changes"][0]["worse"], true);
}

#[test]
fn sensitivity_is_a_matter_of_the_reader() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    let names: Vec<String> = (0..40).map(|step| format!("Step{step}")).collect();
    for number in 0..40 {
        commit(&repo, number, "x");
        let benches: Vec<Bench<'_>> = names
            .iter()
            .zip(0u32..)
            .map(|(name, step)| {
                let slow = 1.0 + f64::from(step) / 1000.0;
                let noise = 1.0 + 0.012 * wobble(number * 7 + u64::from(step) * 1000);
                Bench {
                    package: "p",
                    name,
                    nanoseconds: 100.0 * noise * if number < 35 { 1.0 } else { slow },
                    allocs: 0,
                }
            })
            .collect();
        repo.record(&run(number, &benches));
    }
    let found = ["sensitive", "normal", "calm"].map(|level| {
        let report = json(&repo, ["--sensitivity", level]);
        report["series"].as_array().map_or(0, Vec::len)
    });
    assert!(
        found[0] > found[1] && found[1] > found[2] && found[2] > 5,
        "{found:?}"
    );
}
