//! Changes whose size is known.

use crate::sandbox::{Ran, Sandbox};
use testsupport::tools::has_go;

const WORK: &str = "package work

var Sink uint64
var Bytes []byte
var Pieces [][]byte

func Spin(steps int) {
	x := Sink | 1
	for i := 0; i < steps; i++ {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	Sink = x
}

func Allocate(count, size int) {
	Pieces = Pieces[:0]
	for i := 0; i < count; i++ {
		Pieces = append(Pieces, make([]byte, size))
	}
}
";

const TESTS: &str = "package work

import \"testing\"

func spin(b *testing.B, steps int) {
	for i := 0; i < b.N; i++ {
		Spin(steps)
	}
}

func BenchmarkSame(b *testing.B)     { spin(b, same) }
func BenchmarkSlower5(b *testing.B)  { spin(b, slower5) }
func BenchmarkSlower20(b *testing.B) { spin(b, slower20) }

func BenchmarkAllocs(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Allocate(allocs, 16)
	}
}

func BenchmarkTraded(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Bytes = make([]byte, bytes)
		Spin(traded)
	}
}
";

fn costs(values: [usize; 6]) -> String {
    let names = ["same", "slower5", "slower20", "allocs", "bytes", "traded"];
    let lines = names.iter().zip(values);
    let lines: String = lines
        .map(|(name, value)| format!("const {name} = {value}\n"))
        .collect();
    format!("package work\n\n{lines}")
}

/// Base committed, head in the working tree.
fn planted() -> Sandbox {
    let sandbox = Sandbox::alone();
    sandbox.write("go.mod", "module example.com/planted\n\ngo 1.22\n");
    sandbox.write("work/work.go", WORK);
    sandbox.write("work/work_test.go", TESTS);
    sandbox.write("work/costs.go", &costs([4000, 4000, 4000, 3, 4096, 4000]));
    sandbox.commit("Base");
    sandbox.write("work/costs.go", &costs([4000, 4200, 4800, 4, 1024, 8000]));
    sandbox
}

fn measured(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let common = [
        "run",
        "--base",
        "HEAD",
        "--format",
        "json",
        "--benchtime",
        "300x",
    ];
    sandbox.benchcli(&[&common[..], arguments].concat())
}

#[test]
fn planted_changes_are_named() {
    if !has_go("planted_changes_are_named") {
        return;
    }
    let sandbox = planted();
    // A disturbed machine may hide a change of the time, as may chance.
    for attempt in 1.. {
        let ran = measured(
            &sandbox,
            &[
                "--adaptive",
                "--rounds",
                "8",
                "--max-rounds",
                "40",
                "--save-raw",
                "raw",
            ],
        );
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert_eq!(ran.verdict("Allocs", "allocs/op"), "regressed");
        assert_eq!(ran.verdict("Traded", "B/op"), "improved");
        assert_ne!(ran.verdict("Same", "sec/op"), "regressed");
        assert_eq!(ran.verdict("Same", "allocs/op"), "unchanged");
        for unit in ["sec/op", "B/op"] {
            assert_ne!(ran.verdict("Slower5", unit), "improved");
        }
        let report = ran.report();
        let is_traded = report["traded"]
            .as_array()
            .unwrap()
            .iter()
            .any(|name| name.as_str().unwrap().starts_with("Traded"));
        if ran.verdict("Slower20", "sec/op") == "regressed" && is_traded {
            assert!(report["measured"]["machine"].is_string());
            break;
        }
        let check = sandbox.benchcli(&["check", "raw/new.txt", "--base", "raw/old.txt"]);
        assert!(attempt < 4, "{}{}", ran.stderr, check.stdout);
    }
    // Others can read what was kept, and judge it likewise.
    let old = sandbox.read("raw/old.txt");
    let new = sandbox.read("raw/new.txt");
    let mark = old.lines().next().unwrap();
    assert!(
        mark.starts_with("# benchcli: interleaved rounds="),
        "{mark}"
    );
    assert_eq!(Some(mark), new.lines().next());
    let check = sandbox.benchcli(&["check", "raw/new.txt", "--base", "raw/old.txt"]);
    assert_eq!(check.code, Some(1));
    assert!(
        check.stdout.contains("interleaved runs"),
        "{}",
        check.stdout
    );
    sandbox.assert_clean();
}

#[test]
fn a_single_allocation_more_fails_and_nothing_more_passes() {
    if !has_go("a_single_allocation_more_fails_and_nothing_more_passes") {
        return;
    }
    let sandbox = planted();
    let ran = measured(&sandbox, &["--bench", "Allocs", "--rounds", "1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let summary = ran.report()["summary"].as_str().unwrap().to_owned();
    assert!(
        summary.contains("Allocs") && summary.contains("allocs/op +33.33%"),
        "{summary}"
    );
    // One round cannot say anything of a time.
    let ran = measured(&sandbox, &["--bench", "Slower20", "--rounds", "1"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert_eq!(ran.verdict("Slower20", "sec/op"), "inconclusive");
    let ran = measured(&sandbox, &["--bench", "NoSuch"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("--bench NoSuch: no benchmarks match"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_run_is_recorded_and_stands_for_the_base_of_the_next() {
    if !has_go("a_run_is_recorded_and_stands_for_the_base_of_the_next") {
        return;
    }
    let sandbox = planted();
    sandbox.git(&["stash", "-q"]);
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "The same"]);
    let missing = sandbox.benchcli(&["run", "--cached-base"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("benchcli"), "{}", missing.stderr);
    let ran = sandbox.benchcli(&[
        "run",
        "--bench",
        "Allocs|Same",
        "--rounds",
        "6",
        "--benchtime",
        "50x",
        "--record",
    ]);
    assert!(
        ran.stderr.contains("recorded 2 benchmarks, 12 samples"),
        "{}",
        ran.stderr
    );
    let stored = sandbox.git(&["notes", "--ref=benchmarks", "show", "HEAD"]);
    assert!(
        stored.contains("interleaved: true") || stored.contains("interleaved=true"),
        "{stored}"
    );
    assert!(
        stored.contains("layouts: 5") || stored.contains("layouts=5"),
        "{stored}"
    );
    sandbox.git(&["stash", "pop", "-q"]);
    let ran = sandbox.benchcli(&[
        "run",
        "--cached-base",
        "--bench",
        "Allocs",
        "--rounds",
        "2",
        "--benchtime",
        "50x",
    ]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("the base was measured earlier"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("separate runs"), "{}", ran.stdout);
    // What the stored baseline makes suspect is measured in turn before it fails.
    assert!(
        ran.stderr
            .contains("1 benchmark may have regressed; measuring it again"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("confirmed, "), "{}", ran.stdout);
    sandbox.assert_clean();
}
