//! Reads gobenchdata's JSON: an array of runs, each with suites of benchmarks.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Imported, Kept, Text};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Run {
    #[serde(default)]
    version: String,
    #[serde(default)]
    date: i64,
    #[serde(default)]
    suites: Vec<Suite>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Suite {
    goos: String,
    goarch: String,
    pkg: String,
    cpu: String,
    benchmarks: Vec<Benchmark>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Benchmark {
    name: String,
    runs: i64,
    #[serde(default)]
    ns_per_op: f64,
    #[serde(default)]
    mem: Mem,
    #[serde(default)]
    custom: BTreeMap<String, f64>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "PascalCase", default)]
struct Mem {
    bytes_per_op: f64,
    allocs_per_op: f64,
    #[serde(rename = "MBPerSec")]
    mb_per_sec: f64,
}

pub(super) fn read(place: &str, json: Value, imported: &mut Imported) -> Result<()> {
    let runs: Vec<Run> = serde_json::from_value(json)
        .with_context(|| format!("{place}: not in the format of gobenchdata"))?;
    for (index, run) in runs.into_iter().enumerate() {
        let place = format!("{place}, run {index}");
        if run.version.is_empty() {
            imported.skipped.push(format!(
                "{place}: the run names no commit (Version is missing)"
            ));
            continue;
        }
        imported.kept.push(Kept {
            text: text(&run),
            at: Timestamp::from_second(run.date)
                .ok()
                .filter(|_| run.date != 0),
            revision: run.version,
            place,
        });
    }
    Ok(())
}

fn text(run: &Run) -> Vec<u8> {
    // Zero stands for nothing measured too. Where a run has any memory, all its zeros are real.
    let mut benchmarks = run.suites.iter().flat_map(|suite| &suite.benchmarks);
    let has_memory = benchmarks.any(|it| it.mem.bytes_per_op != 0.0 || it.mem.allocs_per_op != 0.0);
    let mut text = Text::default();
    for suite in &run.suites {
        text.config("goos", &suite.goos);
        text.config("goarch", &suite.goarch);
        text.package(&suite.pkg);
        text.config("cpu", &suite.cpu);
        for benchmark in &suite.benchmarks {
            let mut values = Vec::new();
            let mut push = |value: f64, unit: &str| values.push((value, unit.to_owned()));
            if benchmark.ns_per_op != 0.0 {
                push(benchmark.ns_per_op, "ns/op");
            }
            if benchmark.mem.mb_per_sec != 0.0 {
                push(benchmark.mem.mb_per_sec, "MB/s");
            }
            for (unit, value) in &benchmark.custom {
                push(*value, unit);
            }
            if has_memory {
                push(benchmark.mem.bytes_per_op, "B/op");
                push(benchmark.mem.allocs_per_op, "allocs/op");
            }
            text.result(&benchmark.name, benchmark.runs, &values);
        }
    }
    text.lines.into_bytes()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_becomes_benchmark_text() {
        let run = json!({
            "Version": "a3b33d25", "Date": 1_589_695_147,
            "Suites": [{
                "Goos": "linux", "Goarch": "amd64", "Pkg": "example.com/fib",
                "Benchmarks": [
                    {"Name": "BenchmarkFib/n=10-2", "Runs": 2_991_747, "NsPerOp": 412.5,
                     "Mem": {"BytesPerOp": 16, "AllocsPerOp": 0, "MBPerSec": 1.5}},
                    {"Name": "BenchmarkCustom", "Runs": 1, "NsPerOp": 0, "Mem": {},
                     "Custom": {"hits/op": 0.25}},
                ],
            }],
        });
        let mut imported = Imported::default();
        read(
            "b.json",
            json!([run, {"Date": 1, "Suites": []}]),
            &mut imported,
        )
        .unwrap();
        let [kept] = &imported.kept[..] else {
            panic!("one run names a commit")
        };
        assert_eq!(kept.revision, "a3b33d25");
        assert_eq!(kept.at.unwrap().to_string(), "2020-05-17T05:59:07Z");
        let text = "goos: linux\ngoarch: amd64\npkg: example.com/fib\n\
            BenchmarkFib/n=10-2\t2991747\t412.5 ns/op\t1.5 MB/s\t16 B/op\t0 allocs/op\n\
            BenchmarkCustom\t1\t0.25 hits/op\t0 B/op\t0 allocs/op\n";
        assert_eq!(String::from_utf8_lossy(&kept.text), text);
        assert_eq!(
            imported.skipped,
            ["b.json, run 1: the run names no commit (Version is missing)"]
        );
    }
}
