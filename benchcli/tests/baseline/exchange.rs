//! `import` and `export`.

use std::fs;

use serde_json::{Value, json};

use testsupport::repositories::{Sandbox, results};

#[test]
fn files_named_by_commit_become_baselines() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let first = repo.git(["rev-parse", "HEAD"]);
    let second = repo.commit("second");
    let third = repo.commit("third");
    repo.git(["tag", "v1.2.0", &third]);
    fs::create_dir_all(repo.path.join("old/sub").join(&second)).unwrap();
    repo.write(&format!("old/bench-{}.txt", &first[..9]), results(1));
    repo.write(&format!("old/sub/{second}/linux.txt"), results(2));
    repo.write("old/v1.2.0.txt", results(3));
    repo.write("old/README.md", "Results of old\n");
    repo.write("old/bench-0123456789.txt", results(4));
    let ran = repo.benchcli(["import", "old", "--label", "source=old"]);
    assert_eq!(ran.succeeds(), "3 recordings for 3 commits\n");
    assert!(
        ran.err
            .contains("bench-0123456789.txt: its name contains no commit or tag"),
        "{ran:?}"
    );
    assert!(
        ran.err
            .contains("README.md: it contains no benchmark results"),
        "{ran:?}"
    );
    for (commit, seed) in [(&first, 1), (&second, 2), (&third, 3)] {
        let note = repo.note(commit);
        assert!(
            note.contains(&results(seed)) && note.contains("label.source=old"),
            "{note}"
        );
    }
    let again = repo.benchcli(["import", "old", "--label", "source=old"]);
    assert_eq!(
        again.succeeds(),
        "0 recordings for 3 commits, 3 already stored\n"
    );

    // The same from a branch of its own.
    repo.git(["switch", "--quiet", "--orphan", "results"]);
    repo.git(["add", "old"]);
    repo.commit("results");
    repo.git(["switch", "--quiet", "main"]);
    let ran = repo.benchcli(["import", "results:old"]);
    assert_eq!(ran.succeeds(), "3 recordings for 3 commits\n");
    let ran = repo.benchcli(["import", "results:nowhere"]);
    ran.fails_with(&["results:nowhere is not a file, a folder or a branch"]);
}

#[test]
fn other_tools_files_become_baselines() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let head = repo.git(["rev-parse", "HEAD"]);
    let gobenchdata = json!([
        {"Version": head, "Date": 1_700_000_000, "Suites": [{
            "Goos": "linux", "Goarch": "amd64", "Pkg": "example.com/fib",
            "Benchmarks": [{"Name": "BenchmarkFib-2", "Runs": 100, "NsPerOp": 412, "Mem": {}}],
        }]},
        {"Version": "0123456789012345678901234567890123456789", "Date": 1, "Suites": []},
    ]);
    repo.write("benchmarks.json", gobenchdata.to_string());
    let ran = repo.benchcli(["import", "benchmarks.json"]);
    assert_eq!(ran.succeeds(), "1 recording for 1 commit\n");
    assert!(
        ran.err.contains("benchmarks.json, run 1: 0123456789"),
        "{ran:?}"
    );
    let data = json!({"entries": {"Go Benchmark": [{
        "commit": {"id": head}, "date": 1_700_000_000_000_i64, "tool": "go",
        "benches": [{"name": "BenchmarkSum", "value": 401, "unit": "ns/op", "extra": "3 times\n2 procs"}],
    }]}});
    repo.write("data.js", format!("window.BENCHMARK_DATA = {data}"));
    repo.benchcli(["import", "data.js"]).succeeds();
    let note = repo.note("HEAD");
    for part in [
        "pkg: example.com/fib\nBenchmarkFib-2\t100\t412 ns/op\n",
        "BenchmarkSum-2\t3\t401 ns/op\n",
        " at=2023-11-14T22:13:20Z ",
        " imported=\"benchmarks.json, run 0\"",
    ] {
        assert!(note.contains(part), "{note}");
    }
    repo.write(
        "data.js",
        "window.BENCHMARK_DATA = {\"entries\": {\"x\": 3}}",
    );
    repo.benchcli(["import", "data.js"])
        .fails_with(&["data.js: not in the format of github-action-benchmark"]);
    repo.write("results.txt", results(1));
    repo.benchcli(["import", "results.txt"])
        .fails_with(&["benchcli record --commit REV results.txt"]);
}

#[test]
fn an_export_has_a_row_for_each_value() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let text = "goos: linux\npool: a,b\nBenchmarkA-8 100 5 ns/op 0.5 hits/op\n";
    let ran = repo.pipe(
        ["record", "--host", "lab", "--label", "k=\"v\""],
        text.as_bytes(),
    );
    ran.succeeds();
    let head = repo.git(["rev-parse", "HEAD"]);

    let csv = repo.benchcli(["export", "--format", "csv"]);
    let lines: Vec<_> = csv.succeeds().lines().collect();
    assert!(lines[0].starts_with("commit,commit_time,run,recorded_at,host,go,dirty,labels,"));
    assert_eq!(lines.len(), 3);
    assert!(lines[1].starts_with(&format!("{head},")), "{csv:?}");
    assert!(lines[1].contains(",lab,"), "{csv:?}");
    let tail = ",false,\"k=\"\"v\"\"\",linux,,,,\"pool=a,b\",BenchmarkA-8,100,5,ns/op";
    assert!(lines[1].ends_with(tail), "{csv:?}");
    assert!(
        lines[2].ends_with(",BenchmarkA-8,100,0.5,hits/op"),
        "{csv:?}"
    );

    let json = repo.benchcli(["export", "HEAD", "--json"]);
    let rows: Vec<Value> = json
        .succeeds()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["value"], 0.5);
    assert_eq!(rows[1]["unit"], "hits/op");
    assert_eq!(rows[0]["config"], json!({"goos": "linux", "pool": "a,b"}));
    assert_eq!(rows[0]["labels"], json!({"k": "\"v\""}));
    assert_eq!(rows[0]["commit"], head);
}

#[test]
fn exported_text_keeps_recordings_apart() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let first = repo.git(["rev-parse", "HEAD"]);
    repo.record("pool: large\nBenchmarkA 1 5 ns/op\n");
    let second = repo.commit("second");
    repo.record("BenchmarkA 1 6 ns/op\n");
    repo.benchcli(["export", "--output", "all.txt"]).succeeds();
    let text = fs::read_to_string(repo.path.join("all.txt")).unwrap();
    let (one, two) = text.split_once("pool:\n").unwrap();
    assert!(
        one.starts_with(&format!("commit: {first}\nrun: ")),
        "{text}"
    );
    assert!(
        one.ends_with("pool: large\nBenchmarkA 1 5 ns/op\n"),
        "{text}"
    );
    assert!(two.contains(&format!("commit: {second}\n")), "{text}");
    repo.benchcli(["export", "v9"])
        .fails_with(&["v9: no such commit"]);
    repo.benchcli(["export", "--output", "no/where"])
        .fails_with(&["cannot write no/where"]);
}
