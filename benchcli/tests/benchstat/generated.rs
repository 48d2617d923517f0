//! Generated inputs and flags print as the live benchstat prints them.
//!
//! The cases are made from a fixed seed, so a run can be repeated; a failing case is shrunk and
//! printed. `CONFORMANCE_CASES` sets how many there are, `CONFORMANCE_SEED` makes others.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestRunner};

use crate::reference::{benchstat, messages, run};

/// What a test case runs: files by name, and arguments.
#[derive(Debug, Clone)]
struct Case {
    files: Vec<String>,
    flags: Vec<String>,
    inputs: Vec<String>,
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (1u32..200).prop_map(|n| n.to_string()),
        4 => (1u32..100_000, 0usize..4).prop_map(|(n, p)| format!("{:.p$}", f64::from(n) / 10f64.powi(p as i32))),
        2 => (1u64..1 << 60).prop_map(|n| n.to_string()),
        2 => any::<f64>().prop_filter("no geomean of subnormals", |x| x.is_finite() && (*x == 0.0 || x.abs() > 1e-300)).prop_map(|x| format!("{x:e}")),
        1 => select(vec!["0", "-0", "-5", "1e-9", "0x1p4", "1_000", "+Inf", "-Inf", "1e-200", "00012", "5.", ".5"]).prop_map(str::to_owned),
    ]
}

fn unit() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just("ns/op"),
        2 => Just("B/op"),
        2 => Just("allocs/op"),
        1 => select(vec!["MB/s", "x", "p99-ns", "sec/op", "items/s", "é/op", "MB*ns", "%hit"]),
    ]
    .prop_map(str::to_owned)
}

fn name() -> impl Strategy<Value = String> {
    let base = select(vec!["A", "B", "Enc", "Decode", "Löss", "", "x"]);
    let part = select(vec![
        "",
        "",
        "/n=1",
        "/n=10",
        "/n=2k",
        "/n=1/mode=fast",
        "/mode=slow",
        "/text",
        "/n=1/n=2",
        "/gomaxprocs=3",
        "/neg=-1",
        "//",
    ]);
    let suffix = select(vec!["", "", "-8", "-8", "-4", "-16", "-008", "-x"]);
    (base, part, suffix).prop_map(|(base, part, suffix)| format!("{base}{part}{suffix}"))
}

/// Repetitions of one benchmark, as `-count` makes them.
fn repetitions() -> impl Strategy<Value = String> {
    let count = prop_oneof![6 => 1usize..8, 4 => 8usize..22, 1 => 22usize..70];
    let spread = prop_oneof![Just(1u32), Just(3), Just(50), Just(100_000)];
    (name(), unit(), count, 1u32..2000, spread, any::<bool>()).prop_flat_map(
        |(name, unit, count, center, spread, memory)| {
            vec(0..spread, count).prop_map(move |offsets| {
                offsets
                    .iter()
                    .map(|offset| {
                        let value = f64::from(center + offset) / 4.0;
                        let memory = if memory {
                            "\t 16 B/op\t 2 allocs/op"
                        } else {
                            ""
                        };
                        format!("Benchmark{name} \t 100\t {value} {unit}{memory}\n")
                    })
                    .collect()
            })
        },
    )
}

fn single() -> impl Strategy<Value = String> {
    (name(), vec((number(), unit()), 1..4)).prop_map(|(name, pairs)| {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(value, unit)| format!("{value} {unit}"))
            .collect();
        format!("Benchmark{name} 1 {}\n", pairs.join(" "))
    })
}

fn other_line() -> impl Strategy<Value = String> {
    let config = (
        select(vec!["goos", "pkg", "note", "commit", "é", "k-1"]),
        select(vec![
            "",
            " ",
            " linux",
            "\twindows",
            " a b ",
            " \"q\", r",
            " 10",
            " 9",
        ]),
    )
        .prop_map(|(key, value)| format!("{key}:{value}\n"));
    let metadata = (
        unit(),
        select(vec![
            "assume=exact",
            "assume=nothing",
            "better=higher",
            "",
            "bad",
            "=x",
            "a=b assume=exact",
        ]),
    )
        .prop_map(|(unit, field)| format!("Unit {unit} {field}\n"));
    let broken = select(vec![
        "BenchmarkBad ",
        "BenchmarkBad x",
        "BenchmarkBad 1",
        "BenchmarkBad 1 2",
        "BenchmarkBad 1 z y",
        "BenchmarkBad 99999999999999999999 1 x",
        "BenchmarkBad 1 1e999 x",
        "BenchmarkBad 1 1 x 2",
        "Unit",
        "BenchmarkLone",
        "PASS",
        "",
        "ok  \tp\t1.0s",
        "G: x",
        "testing: warning: no tests",
    ])
    .prop_map(|line| format!("{line}\n"));
    prop_oneof![3 => config, 1 => metadata, 2 => broken]
}

fn file() -> impl Strategy<Value = String> {
    let line = prop_oneof![6 => repetitions(), 2 => single(), 2 => other_line()];
    (vec(line, 0..10), 0..12u32).prop_map(|(lines, ending)| {
        let text = lines.concat();
        match ending {
            0 => text.replace('\n', "\r\n"),
            1 => text.trim_end_matches('\n').to_owned(),
            _ => text,
        }
    })
}

fn projection() -> impl Strategy<Value = String> {
    let key = select(vec![
        ".name",
        ".fullname",
        ".file",
        ".config",
        "/n",
        "/mode",
        "/gomaxprocs",
        "goos",
        "pkg",
        "note",
        "commit",
        "nosuch",
        "\"pkg\"",
    ]);
    let order = select(vec![
        "",
        "",
        "",
        "",
        "@alpha",
        "@num",
        "@first",
        "@(1 10 2k)",
        "@(A B Enc)",
        "@(linux \"\")",
        "@bad",
        "@(",
    ]);
    let separator = select(vec![",", " ", " , ", ",,"]);
    let several = vec((key, order), 0..4);
    (several, separator).prop_map(|(fields, separator)| {
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, order)| format!("{key}{order}"))
            .collect();
        // A doubled comma is an error: rare enough to see past it.
        fields.join(separator)
    })
}

fn filter() -> impl Strategy<Value = String> {
    let term = select(vec![
        "*",
        ".name:A",
        ".name:/^[AE]/",
        ".unit:ns/op",
        ".unit:sec/op",
        ".unit:(B/op OR x)",
        "-.unit:/op/",
        "/n:1",
        "/n:(1 OR 10)",
        "goos:linux",
        "note:\"\"",
        "-pkg:/x/",
        ".fullname:/n=1/",
        ".file:/0/",
        "/gomaxprocs:8",
        ".config:x",
        "foo",
        "a:",
        ".name:/(/",
        ".name:/*/",
        "\"\":x",
    ]);
    let glue = select(vec![" ", " AND ", " OR ", " -"]);
    (vec((glue, term), 1..4), any::<bool>()).prop_map(|(terms, group)| {
        let mut text = String::new();
        for (place, (glue, term)) in terms.iter().enumerate() {
            if place > 0 {
                text.push_str(glue);
            }
            text.push_str(term);
        }
        if group { format!("({text})") } else { text }
    })
}

fn flags() -> impl Strategy<Value = Vec<String>> {
    let projected = ["-row", "-col", "-table", "-ignore"].map(|flag| {
        prop::option::weighted(0.25, projection()).prop_map(move |value| (flag, value))
    });
    let alpha = prop::option::weighted(
        0.15,
        select(vec!["0", "0.01", "0.1", "0.5", "1", "1e-6", "2"]),
    );
    let confidence =
        prop::option::weighted(0.15, select(vec!["0", "0.5", "0.9", "0.99", "1", "-1"]));
    let format = prop::option::weighted(0.4, select(vec!["csv", "text"]));
    let filter = prop::option::weighted(0.3, filter());
    (projected, alpha, confidence, format, filter).prop_map(
        |(projected, alpha, confidence, format, filter)| {
            let mut flags = Vec::new();
            for (flag, value) in projected {
                if let Some(value) = value {
                    flags.extend([flag.to_owned(), value]);
                }
            }
            let named = [
                ("-alpha", alpha),
                ("-confidence", confidence),
                ("-format", format),
            ];
            for (flag, value) in named {
                if let Some(value) = value {
                    flags.push(format!("{flag}={value}"));
                }
            }
            if let Some(filter) = filter {
                flags.extend(["--filter".to_owned(), filter]);
            }
            flags
        },
    )
}

fn case() -> impl Strategy<Value = Case> {
    let input = (0usize..4, select(vec!["", "", "", "label=", "é b=", "="]));
    (vec(file(), 3), flags(), vec(input, 1..4)).prop_map(|(files, flags, inputs)| Case {
        inputs: inputs
            .into_iter()
            .map(|(file, label)| match file {
                3 => format!("{label}-"),
                _ => format!("{label}f{file}"),
            })
            .collect(),
        files,
        flags,
    })
}

fn check(benchstat: &Path, folder: &Path, case: &Case) -> Result<(), TestCaseError> {
    for (number, text) in case.files.iter().enumerate() {
        std::fs::write(folder.join(format!("f{number}")), text).expect("a writable folder");
    }
    let arguments = [&case.flags[..], &case.inputs[..]].concat();
    let stdin = b"goos: linux\nBenchmarkA 1 1 x\nBenchmarkA 1 5 ns/op\n";
    let expected = run(benchstat, &arguments, folder, stdin);
    let ours = Path::new(env!("CARGO_BIN_EXE_benchdiff"));
    let got = run(ours, &arguments, folder, stdin);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    prop_assert_eq!(text(&got.stdout), text(&expected.stdout));
    prop_assert_eq!(
        messages("benchdiff", &got.stderr),
        messages("benchstat", &expected.stderr)
    );
    Ok(())
}

#[test]
fn generated_cases() {
    let Some(benchstat) = benchstat("generated_cases") else {
        return;
    };
    let setting = |name: &str, default: u64| {
        let value = std::env::var(name).ok();
        value.map_or(default, |value| value.parse().expect("a number"))
    };
    let mut runner = TestRunner::new(Config {
        cases: setting("CONFORMANCE_CASES", 1200) as u32,
        rng_seed: RngSeed::Fixed(setting("CONFORMANCE_SEED", 20_260_908)),
        failure_persistence: None::<Box<FileFailurePersistence>>.map(|it| it as _),
        max_shrink_iters: 2000,
        ..Config::default()
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let result = runner.run(&case(), |case| check(&benchstat, folder.path(), &case));
    if let Err(error) = result {
        panic!("{error}\n{runner}");
    }
}
