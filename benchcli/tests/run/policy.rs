//! Results of several layouts and of one are different measurements: what is recorded, found, judged and confirmed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use testsupport::tools::{find, has, has_go};

use crate::sandbox::{Ran, Sandbox, ran};

const TEST: &str = "package m

import \"testing\"

func BenchmarkWork(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Work()
	}
}
";

/// Code whose benchmark allocates so many times.
fn write(sandbox: &Sandbox, allocations: usize) {
    sandbox.write(
        "work.go",
        &format!(
            "package m\n\nvar Sink []*[64]byte\n\nfunc Work() {{\n\tSink = Sink[:0]\n\
             \tfor i := 0; i < {allocations}; i++ {{\n\t\tSink = append(Sink, new([64]byte))\n\t}}\n}}\n"
        ),
    );
}

fn repository() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/m\n\ngo 1.22\n");
    sandbox.write("work_test.go", TEST);
    write(&sandbox, 3);
    sandbox.commit("Work");
    sandbox
}

/// What `go test` prints of five runs.
fn go_test(sandbox: &Sandbox) -> String {
    let flags = [
        "test",
        "-run=^$",
        "-bench=.",
        "-benchmem",
        "-count=5",
        "-benchtime=300x",
    ];
    let output = sandbox.command("go").args(flags).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Runs benchcli where the go command says that it is another version.
fn with_go(sandbox: &Sandbox, version: &str, arguments: &[&str]) -> Ran {
    let programs = sandbox.temporary().join("programs");
    fs::create_dir(&programs).unwrap();
    let go = programs.join("go");
    let real = find(&["go"]).unwrap();
    let script = format!(
        "#!/bin/sh\n[ \"$*\" != 'env GOVERSION' ] || {{ echo {version}; exit; }}\nexec '{}' \"$@\"\n",
        real.display()
    );
    fs::write(&go, script).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_benchcli"));
    let output = command.args(arguments).env("PATH", path).output().unwrap();
    fs::remove_dir_all(&programs).unwrap();
    ran(&output)
}

fn record_only(sandbox: &Sandbox) -> Ran {
    let ran = sandbox.benchcli(&[
        "run",
        "--record-only",
        "--rounds=5",
        "--benchtime=300x",
        "--seed=7",
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    ran
}

fn row<'r>(report: &'r Value, unit: &str) -> &'r Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter()
        .find(|row| row["unit"] == unit)
        .unwrap_or_else(|| panic!("no {unit} in {report:#}"))
}

#[test]
fn a_baseline_stands_for_results_of_its_own_policy_alone() {
    if !has_go("a_baseline_stands_for_results_of_its_own_policy_alone") {
        return;
    }
    let sandbox = repository();
    let recorded = record_only(&sandbox);
    assert!(
        recorded
            .stdout
            .starts_with("# benchcli: measured rounds=5 seed=7\n"),
        "{}",
        recorded.stdout
    );
    assert_eq!(recorded.stdout.matches("\nBenchmarkWork").count(), 5);
    assert!(
        recorded
            .stderr
            .contains("recorded 1 benchmark, 5 samples for commit"),
        "{}",
        recorded.stderr
    );
    let stored = sandbox.benchcli(&["show", "HEAD"]).stdout;
    assert!(stored.contains(" layouts=5 ") && !stored.contains("interleaved"));
    assert!(stored.contains(&recorded.stdout), "{stored}");
    sandbox.write("README.md", "Nothing new.\n");
    sandbox.commit("Write it down");

    // Of one layout: no baseline fits, unless it is named.
    sandbox.write("one.txt", &go_test(&sandbox));
    sandbox.refuses(
        &["check", "one.txt"],
        "; several layouts, and such results cannot be compared",
    );
    let json = ["--format", "json"];
    let named = ["check", "one.txt", "--base", "HEAD~1"];
    let report = sandbox.benchcli(&[&named[..], &json].concat()).report();
    let reason = row(&report, "sec/op")["reason"].as_str().unwrap();
    assert_eq!(reason, "the sides differ in layouts (one and several)");
    assert_eq!(row(&report, "allocs/op")["verdict"], "unchanged");
    let ignored = [&named[..], &json, &["--ignore", "layouts"]].concat();
    let report = sandbox.benchcli(&ignored).report();
    let reason = row(&report, "sec/op")["reason"].to_string();
    assert!(!reason.contains("layouts"), "{reason}");

    // Of several: it fits. The same seed does not make two recordings one run.
    sandbox.write("several.txt", &record_only(&sandbox).stdout);
    let check = [&["check", "several.txt"], &json[..]].concat();
    let report = sandbox.benchcli(&check).report();
    assert_eq!(report["applied"]["interleaved"], false, "{report:#}");
    let reason = row(&report, "sec/op")["reason"].to_string();
    assert!(!reason.contains("layouts (one"), "{reason}");
}

#[test]
fn a_change_of_policy_is_no_step() {
    if !has_go("a_change_of_policy_is_no_step") {
        return;
    }
    let sandbox = repository();
    for number in 0..4 {
        sandbox.write("number.txt", &number.to_string());
        sandbox.commit("Count");
        if number < 2 {
            sandbox.write("one.txt", &go_test(&sandbox));
            assert_eq!(sandbox.benchcli(&["record", "one.txt"]).code, Some(0));
        } else {
            record_only(&sandbox);
        }
    }
    let report = sandbox
        .benchcli(&["trend", "--all", "--format", "json"])
        .report();
    let series = report["series"].as_array().unwrap();
    let of = |unit: &str| -> Vec<(bool, usize)> {
        let of_unit = series.iter().filter(|it| it["unit"] == unit);
        of_unit
            .map(|it| {
                let environment = it["environment"].as_str().unwrap();
                let points = it["points"]["commit"].as_array().unwrap().len();
                (environment.ends_with("; several layouts"), points)
            })
            .collect()
    };
    let mut times = of("sec/op");
    times.sort_unstable();
    assert_eq!(times, [(false, 2), (true, 2)]);
    // A layout changes no allocation.
    assert_eq!(of("allocs/op"), [(true, 4)]);
}

#[test]
fn results_of_a_file_are_confirmed_before_they_fail() {
    if !has_go("results_of_a_file_are_confirmed_before_they_fail") {
        return;
    }
    let sandbox = repository();
    sandbox.write("base.txt", &go_test(&sandbox));
    let recorded = with_go(&sandbox, "go1.20.1", &["record", "base.txt"]);
    assert_eq!(recorded.code, Some(0));
    write(&sandbox, 4);
    sandbox.commit("Allocate once more");
    sandbox.write("new.txt", &go_test(&sandbox));
    let check = |more: &[&str]| {
        let check = ["check", "new.txt", "--format", "json"];
        sandbox.benchcli(&[&check[..], more].concat())
    };
    let confirm = ["--confirm", "--rounds=5", "--benchtime=300x"];

    let confirmed = check(&confirm);
    assert_eq!(confirmed.code, Some(1), "{}", confirmed.stderr);
    let report = confirmed.report();
    let allocations = row(&report, "allocs/op");
    assert_eq!(allocations["verdict"], "regressed");
    let reason = allocations["reason"].as_str().unwrap();
    assert!(reason.starts_with("confirmed"), "{reason}");
    assert_eq!(report["measured"]["confirming_rounds"], 5);
    let advice = report["advice"].to_string();
    assert!(
        advice.contains("the base was recorded with go1.20.1, and the go command here is go1."),
        "{advice}"
    );
    let again = report["reproduce"].as_str().unwrap();
    let base = sandbox.git(&["rev-parse", "HEAD~1"]);
    assert_eq!(
        again,
        format!(
            "benchcli run --base {} --bench '^BenchmarkWork$' --pkg example.com/m --benchtime 300x",
            &base[..10]
        )
    );

    // The working tree is better than what the file says.
    write(&sandbox, 3);
    let mended = check(&confirm);
    assert_eq!(mended.code, Some(0), "{}{}", mended.stdout, mended.stderr);
    assert_eq!(row(&mended.report(), "allocs/op")["verdict"], "unchanged");
    assert_eq!(check(&[]).code, Some(1));

    // Baselines of another policy make benchmarks suspect too.
    sandbox.git(&["notes", "--ref=benchmarks", "remove", "HEAD~1"]);
    sandbox.git(&["checkout", "-q", "."]);
    sandbox.git(&["checkout", "-q", "HEAD~1", "--detach"]);
    record_only(&sandbox);
    sandbox.git(&["checkout", "-q", "main"]);
    write(&sandbox, 4);
    assert_eq!(check(&confirm).code, Some(1));

    let file = ["check", "new.txt", "--base", "base.txt", "--confirm"];
    sandbox.refuses(&file, "a file does not say which commit it is of");
    sandbox.refuses(&["check", "new.txt", "--rounds=2"], "--confirm");
    sandbox.assert_clean();
}

#[test]
fn race_detector_and_external_linker_work_with_layouts() {
    let name = "race_detector_and_external_linker_work_with_layouts";
    if !has_go(name) || !has("gcc", "GO_REQUIRED", name) {
        return;
    }
    let sandbox = repository();
    for flag in ["-race", "-ldflags=-linkmode=external"] {
        let ran = sandbox.benchcli(&[
            "run",
            "--base=HEAD",
            "--measure-all",
            "--rounds=2",
            "--benchtime=300x",
            "--no-confirm",
            "--save-raw=raw",
            "--format=json",
            "--",
            flag,
        ]);
        assert_eq!(ran.code, Some(0), "{flag}: {}", ran.stderr);
        let measured = &ran.report()["measured"];
        assert_eq!(measured["layouts"], 2, "{flag}");
        assert_eq!(measured["uncontrolled"], Value::Null, "{flag}");
        assert!(sandbox.read("raw/new.txt").contains("# benchcli: layout 1"));
    }
}
