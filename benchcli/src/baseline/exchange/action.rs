//! Reads the `data.js` of github-action-benchmark, or the same data as a plain JSON file.
//!
//! A result with several metrics occurs more than once. One entry has all metrics: `value` is the first one,
//! and `unit` contains the first unit and the remaining metrics. Then each metric has an entry of its own,
//! named `NAME - UNIT`.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Imported, Kept, Text};

/// What the script starts with.
pub(super) const SCRIPT: &[u8] = b"window.BENCHMARK_DATA";

#[derive(Deserialize)]
struct Data {
    entries: BTreeMap<String, Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    commit: Commit,
    #[serde(default)]
    date: i64,
    #[serde(default)]
    tool: String,
    #[serde(default)]
    benches: Vec<Bench>,
}

#[derive(Deserialize)]
struct Commit {
    id: String,
}

#[derive(Deserialize)]
struct Bench {
    name: String,
    value: f64,
    unit: String,
    #[serde(default)]
    extra: String,
}

pub(super) fn read(place: &str, json: Value, imported: &mut Imported) -> Result<()> {
    let data: Data = serde_json::from_value(json)
        .with_context(|| format!("{place}: not in the format of github-action-benchmark"))?;
    for (suite, entries) in data.entries {
        for entry in entries {
            let id = entry.commit.id.get(..10).unwrap_or(&entry.commit.id);
            let place = format!("{place}, {suite}, {id}");
            if entry.tool != "go" {
                let tool = &entry.tool;
                imported
                    .skipped
                    .push(format!("{place}: results of `{tool}`, not of Go"));
                continue;
            }
            imported.kept.push(Kept {
                text: text(&entry.benches),
                at: Timestamp::from_millisecond(entry.date)
                    .ok()
                    .filter(|_| entry.date != 0),
                revision: entry.commit.id,
                place,
            });
        }
    }
    Ok(())
}

fn text(benches: &[Bench]) -> Vec<u8> {
    let mut text = Text::default();
    let mut seen = HashSet::new();
    for bench in benches {
        let all = bench
            .name
            .strip_suffix(&bench.unit)
            .and_then(|name| name.strip_suffix(" - "));
        if all.is_some_and(|name| seen.contains(name)) {
            continue;
        }
        seen.insert(&*bench.name);
        let name = all.unwrap_or(&bench.name);
        // The package, where there are several.
        let (name, package) = match name
            .strip_suffix(')')
            .and_then(|name| name.split_once(" ("))
        {
            Some((name, package)) => (name, package),
            None => (name, ""),
        };
        text.package(package);
        let (mut iterations, mut procs) = (1, None);
        for line in bench.extra.lines() {
            if let Some(times) = line.strip_suffix(" times") {
                iterations = times.trim().parse().unwrap_or(1);
            } else if let Some(count) = line.strip_suffix(" procs") {
                procs = count.trim().parse::<u32>().ok();
            }
        }
        let name = match procs {
            Some(procs) => format!("{name}-{procs}"),
            None => name.to_owned(),
        };
        let mut values = Vec::new();
        let mut value = Some(bench.value);
        for word in bench.unit.split_whitespace() {
            match value.take() {
                Some(known) => values.push((known, word.to_owned())),
                None => value = word.parse().ok(),
            }
        }
        text.result(&name, iterations, &values);
    }
    text.lines.into_bytes()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bench(name: &str, value: f64, unit: &str) -> Value {
        json!({"name": name, "value": value, "unit": unit, "extra": "300 times\n4 procs"})
    }

    #[test]
    fn a_metric_that_is_there_twice_is_taken_once() {
        let entry = |tool: &str| {
            json!({
                "commit": {"id": "fa9f05f161d770479ca3f0568070523145acfbd1"},
                "date": 1_738_698_872_959_i64,
                "tool": tool,
                "benches": [
                    bench("BenchmarkHash", 362.5, "ns/op\t     448 B/op\t       1 allocs/op"),
                    bench("BenchmarkHash - ns/op", 362.5, "ns/op"),
                    bench("BenchmarkHash - B/op", 448.0, "B/op"),
                    bench("BenchmarkHash - allocs/op", 1.0, "allocs/op"),
                    bench("BenchmarkHash", 360.0, "ns/op"),
                    bench("BenchmarkSum (example.com/a)", 2.0, "ns/op"),
                ],
            })
        };
        let data = json!({"entries": {"Go": [entry("go"), entry("cargo")]}});
        let script = format!("window.BENCHMARK_DATA = {data};\n");
        let mut imported = Imported::default();
        assert!(imported.json("data.js", script.as_bytes()).unwrap());
        let [kept] = &imported.kept[..] else {
            panic!("one is of Go")
        };
        let text = "BenchmarkHash-4\t300\t362.5 ns/op\t448 B/op\t1 allocs/op\n\
            BenchmarkHash-4\t300\t360 ns/op\n\
            pkg: example.com/a\n\
            BenchmarkSum-4\t300\t2 ns/op\n";
        assert_eq!(String::from_utf8_lossy(&kept.text), text);
        assert_eq!(kept.at.unwrap().to_string(), "2025-02-04T19:54:32.959Z");
        assert_eq!(
            imported.skipped,
            ["data.js, Go, fa9f05f161: results of `cargo`, not of Go"]
        );
    }

    #[test]
    fn a_broken_script_is_an_error_and_other_text_is_none() {
        let mut imported = Imported::default();
        assert!(
            imported
                .json("x", b"window.BENCHMARK_DATA = {\"entries\": ")
                .is_err()
        );
        assert!(!imported.json("x", b"BenchmarkA 1 1 ns/op {").unwrap());
        assert!(
            !imported
                .json("x", b"{\"Action\":\"start\"}\n{\"Action\":\"run\"}\n")
                .unwrap()
        );
    }
}
