//! A verdict is about the code: not about the layout of one binary, nor about one unlucky moment.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use testsupport::tools::has_go;

use crate::sandbox::{Ran, Sandbox, ran};

const MODULE: &str = "module example.com/m\n\ngo 1.22\n";

/// A package whose benchmark allocates so many times, and reports how long a variable is that only the linker sets.
fn package(name: &str, allocations: usize) -> [String; 2] {
    let code = format!(
        "package {name}\n\nvar Linked string\n\nvar Sink []*[64]byte\n\n\
         func Work() {{\n\tSink = Sink[:0]\n\tfor i := 0; i < {allocations}; i++ {{\n\
         \t\tSink = append(Sink, new([64]byte))\n\t}}\n}}\n"
    );
    let test = format!(
        "package {name}\n\nimport \"testing\"\n\nfunc BenchmarkWork(b *testing.B) {{\n\
         \tfor i := 0; i < b.N; i++ {{\n\t\tWork()\n\t}}\n\
         \tb.ReportMetric(float64(len(Linked)), \"linked\")\n}}\n"
    );
    [code, test]
}

fn write(sandbox: &Sandbox, name: &str, allocations: usize) {
    let [code, test] = package(name, allocations);
    sandbox.write(&format!("{name}/work.go"), &code);
    sandbox.write(&format!("{name}/work_test.go"), &test);
}

/// A module with two packages, committed.
fn two_packages() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", MODULE);
    write(&sandbox, "a", 3);
    write(&sandbox, "b", 3);
    sandbox.write("b/testdata/input.txt", "1");
    sandbox.commit("Two packages");
    sandbox
}

const RUN: [&str; 8] = [
    "run",
    "--base",
    "HEAD",
    "--benchtime",
    "2000x",
    "--format",
    "json",
    "--seed=7",
];

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let ran = sandbox.benchcli(&[&RUN[..], arguments].concat());
    assert!(
        matches!(ran.code, Some(0 | 1)),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    ran
}

/// The same with a variable of the environment.
fn run_with(
    sandbox: &Sandbox,
    name: &str,
    value: impl AsRef<std::ffi::OsStr>,
    arguments: &[&str],
) -> Ran {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_benchcli"));
    let output = command.args(RUN).args(arguments).env(name, value).output();
    ran(&output.unwrap())
}

/// The packages that have rows, and those that were not measured.
fn packages(report: &Value) -> [Vec<String>; 2] {
    ["rows", "same_binaries"].map(|of| {
        let all = report[of].as_array().unwrap().iter();
        let mut names: Vec<String> = all
            .map(|it| it["package"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names.dedup();
        names
    })
}

#[test]
fn packages_with_the_same_test_binary_are_not_measured() {
    if !has_go("packages_with_the_same_test_binary_are_not_measured") {
        return;
    }
    let sandbox = two_packages();
    let [a, b] = ["example.com/m/a", "example.com/m/b"].map(str::to_owned);
    let once = ["--rounds", "1", "--no-confirm"];
    // Nothing changed at all.
    let nothing = run(&sandbox, &once);
    let report = nothing.report();
    assert_eq!(packages(&report), [vec![], vec![a.clone(), b.clone()]]);
    assert_eq!(nothing.code, Some(0));
    assert_eq!(
        report["summary"],
        "pass: nothing to measure, the test binaries of all 2 packages are the same on both sides"
    );
    assert_eq!(report["same_binaries"][0]["benchmarks"][0], "Work");
    let all = run(&sandbox, &[&once[..], &["--measure-all"]].concat());
    assert_eq!(
        packages(&all.report()),
        [vec![a.clone(), b.clone()], vec![]]
    );
    // One package changed.
    write(&sandbox, "a", 4);
    let one = run(&sandbox, &once);
    assert_eq!(packages(&one.report()), [vec![a.clone()], vec![b.clone()]]);
    // A file that benchmarks may read, and one of another package that they may read too.
    sandbox.git(&["checkout", "-q", "."]);
    sandbox.write("b/testdata/input.txt", "2");
    let data = run(&sandbox, &once);
    assert_eq!(
        packages(&data.report()),
        [vec![a.clone(), b.clone()], vec![]]
    );
    // Go code of the package's own that is in no binary, which a benchmark may read as well.
    sandbox.git(&["checkout", "-q", "."]);
    sandbox.write("b/other.go", "//go:build ignore\n\npackage main\n");
    let own = run(&sandbox, &once);
    assert_eq!(packages(&own.report()), [vec![b], vec![a]]);
    sandbox.assert_clean();
}

#[test]
fn each_binary_is_measured_in_several_layouts() {
    if !has_go("each_binary_is_measured_in_several_layouts") {
        return;
    }
    let sandbox = two_packages();
    let arguments = [
        "--pkg",
        "./a",
        "--rounds",
        "6",
        "--layouts",
        "3",
        "--measure-all",
        "--no-confirm",
        "--save-raw",
        "raw",
        // Both the user's own flags for the linker and those of the environment stay.
        "--",
        "-ldflags=-X example.com/m/a.Linked=four",
    ];
    let report = run(&sandbox, &arguments).report();
    assert_eq!(report["measured"]["layouts"], 3);
    for side in ["raw/old.txt", "raw/new.txt"] {
        let text = sandbox.read(side);
        let layouts: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# benchcli: layout "))
            .collect();
        assert_eq!(layouts, ["0", "1", "2", "0", "1", "2"]);
        assert_eq!(text.matches("4.000 linked").count(), 6, "{text}");
    }
    let inherited = run_with(
        &sandbox,
        "GOFLAGS",
        "'-ldflags=-X example.com/m/a.Linked=seven77'",
        &[
            "--pkg",
            "./a",
            "--rounds",
            "2",
            "--measure-all",
            "--no-confirm",
            "--save-raw",
            "raw",
        ],
    );
    assert_eq!(inherited.code, Some(0));
    let text = sandbox.read("raw/new.txt");
    assert_eq!(text.matches("7.000 linked").count(), 2, "{text}");
    assert!(text.contains("# benchcli: layout 1"), "{text}");
}

#[test]
fn a_layout_that_is_not_controlled_is_told() {
    if !has_go("a_layout_that_is_not_controlled_is_told") {
        return;
    }
    let sandbox = two_packages();
    let arguments = [
        "--pkg",
        "./a",
        "--rounds",
        "2",
        "--measure-all",
        "--no-confirm",
    ];
    let mine = [&arguments[..], &["--", "-ldflags=-randlayout=4"]].concat();
    let report = run(&sandbox, &mine).report();
    assert_eq!(report["measured"]["layouts"], Value::Null);
    let why = report["measured"]["uncontrolled"].as_str().unwrap();
    assert!(why.contains("your -ldflags set -randlayout"), "{why}");
    let none = run(&sandbox, &[&arguments[..], &["--no-layout"]].concat()).report();
    assert_eq!(none["measured"]["layouts"], Value::Null);
    assert_eq!(none["measured"]["uncontrolled"], Value::Null);
    // A linker that does not know the flag, as before Go 1.22.
    let programs = sandbox.temporary().join("programs");
    fs::create_dir(&programs).unwrap();
    let go = programs.join("go");
    let real = testsupport::tools::find(&["go"]).unwrap();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *-randlayout*)\n  echo 'flag provided but not defined: -randlayout' >&2\n  \
         exit 1 ;;\nesac\nexec '{}' \"$@\"\n",
        real.display()
    );
    fs::write(&go, script).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let programs = format!("{}:{path}", programs.display());
    let old = run_with(&sandbox, "PATH", programs, &arguments);
    assert_eq!(old.code, Some(0), "{}", old.stderr);
    let why = old.report()["measured"]["uncontrolled"].to_string();
    assert!(why.contains("Go 1.22"), "{why}");
    // What the linker refuses otherwise is told as it says it.
    let wrong = sandbox.benchcli(&[&RUN[..], &arguments, &["--", "-ldflags=-nosuch"]].concat());
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong
            .stderr
            .contains("flag provided but not defined: -nosuch"),
        "{}",
        wrong.stderr
    );
    sandbox.assert_clean();
}

#[test]
fn what_would_fail_is_measured_again_and_says_how_to_do_that() {
    if !has_go("what_would_fail_is_measured_again_and_says_how_to_do_that") {
        return;
    }
    let sandbox = two_packages();
    write(&sandbox, "a", 9);
    let arguments = ["--rounds", "3", "--gate", "allocs/op", "--save-raw", "raw"];
    let regressed = run(&sandbox, &arguments);
    assert_eq!(regressed.code, Some(1), "{}", regressed.stdout);
    assert_eq!(regressed.verdict("Work", "allocs/op"), "regressed");
    let report = regressed.report();
    assert_eq!(report["measured"]["confirming_rounds"], 6);
    let rows = report["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["unit"] == "allocs/op").unwrap();
    assert!(row["first_change"].as_f64().unwrap() > 1.0, "{row}");
    assert_eq!(row["new"]["samples"].as_array().unwrap().len(), 6);
    let text = sandbox.read("raw/new.txt");
    assert_eq!(text.matches("# benchcli: confirmation").count(), 1);
    // The files say the same as the run.
    let check = sandbox.benchcli(&[
        "check",
        "raw/old.txt",
        "raw/new.txt",
        "--gate",
        "allocs/op",
        "--format",
        "json",
    ]);
    assert_eq!(check.report()["rows"], report["rows"]);
    // The command of the report measures the same and nothing else.
    let again = report["reproduce"].as_str().unwrap();
    let commit = sandbox.git(&["rev-parse", "HEAD"]);
    assert_eq!(
        again,
        format!(
            "benchcli run --base {} --bench '^BenchmarkWork$' --pkg example.com/m/a --benchtime 2000x --rounds 3 --seed 7",
            &commit[..10]
        )
    );
    let mut shell = sandbox.command("sh");
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_benchcli"))
        .parent()
        .unwrap();
    let path = std::env::var("PATH").unwrap();
    let again = shell
        .args(["-c", &format!("{again} --gate allocs/op --format json")])
        .env("PATH", format!("{}:{path}", folder.display()))
        .output();
    let again = ran(&again.unwrap());
    assert_eq!(again.code, Some(1), "{}", again.stderr);
    assert_eq!(again.verdict("Work", "allocs/op"), "regressed");
    // Who does not want it has one measurement.
    let once = run(&sandbox, &[&arguments[..], &["--no-confirm"]].concat());
    assert_eq!(once.code, Some(1));
    assert_eq!(once.report()["measured"]["confirming_rounds"], 0);
}

#[test]
fn what_is_worse_in_the_first_measurement_only_does_not_fail() {
    if !has_go("what_is_worse_in_the_first_measurement_only_does_not_fail") {
        return;
    }
    let sandbox = two_packages();
    // The head allocates more in its first three processes that run the benchmark.
    sandbox.write(
        "a/work.go",
        "package a\n\nimport (\n\t\"os\"\n\t\"sync\"\n)\n\nvar Linked string\n\nvar Sink []*[64]byte\n\n\
         var processes = sync.OnceValue(func() int {\n\
         \tfile, err := os.OpenFile(os.Getenv(\"COUNT\"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)\n\
         \tif err != nil {\n\t\tpanic(err)\n\t}\n\tfile.Write([]byte(\"x\"))\n\tfile.Close()\n\
         \truns, _ := os.ReadFile(os.Getenv(\"COUNT\"))\n\treturn len(runs)\n})\n\n\
         func Work() {\n\tSink = Sink[:0]\n\tcount := 3\n\tif processes() <= 3 {\n\t\tcount = 6\n\t}\n\
         \tfor i := 0; i < count; i++ {\n\t\tSink = append(Sink, new([64]byte))\n\t}\n}\n",
    );
    let count = sandbox.temporary().join("count");
    let unlucky = run_with(
        &sandbox,
        "COUNT",
        count,
        &["--pkg", "./a", "--rounds", "3", "--gate", "allocs/op"],
    );
    assert_eq!(
        unlucky.code,
        Some(0),
        "{}{}",
        unlucky.stdout,
        unlucky.stderr
    );
    assert!(
        unlucky
            .stderr
            .contains("1 benchmark may have regressed; measuring it again"),
        "{}",
        unlucky.stderr
    );
    assert_eq!(unlucky.verdict("Work", "allocs/op"), "unchanged");
    assert_eq!(unlucky.report()["reproduce"], Value::Null);
}
