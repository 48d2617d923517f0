//! Benchmarks that differ between base and head: both sides run the same one, or the row has no verdict.

use std::fs;

use serde_json::Value;
use testsupport::tools::has_go;

use crate::sandbox::{Ran, Sandbox};

/// Code that allocates so many times for each element.
fn code(allocations: usize, more: &str) -> String {
    format!(
        "package m\n\nvar Sink []*[64]byte\n\nfunc Work(n int) {{\n\tSink = Sink[:0]\n\
         \tfor i := 0; i < n*{allocations}; i++ {{\n\t\tSink = append(Sink, new([64]byte))\n\t}}\n}}\n{more}"
    )
}

/// A test file with a benchmark of so many elements.
fn benchmark(name: &str, n: &str) -> String {
    format!(
        "package m\n\nimport \"testing\"\n\nfunc Benchmark{name}(b *testing.B) {{\n\
         \tfor i := 0; i < b.N; i++ {{\n\t\tWork({n})\n\t}}\n}}\n"
    )
}

/// Code of four allocations for each element, and a benchmark of 10.
fn repository(test: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/m\n\ngo 1.22\n");
    sandbox.write("work.go", &code(4, ""));
    sandbox.write("work_test.go", test);
    sandbox.commit("Work");
    sandbox
}

fn run(sandbox: &Sandbox, more: &[&str]) -> Ran {
    let arguments = [
        "run",
        "--base=HEAD",
        "--rounds=2",
        "--benchtime=50x",
        "--no-layout",
        "--no-confirm",
        "--format=json",
    ];
    sandbox.benchcli(&[&arguments, more].concat())
}

/// Verdict, reason, and whose benchmark both sides ran, of the allocations of a benchmark.
fn row(ran: &Ran, benchmark: &str) -> (String, String, String) {
    let verdict = ran.verdict(benchmark, "allocs/op");
    let report = ran.report();
    let rows = report["rows"].as_array().unwrap().iter();
    let mut rows = rows.filter(|row| {
        let name = row["benchmark"].as_str().unwrap();
        row["unit"] == "allocs/op" && name.split('-').next() == Some(benchmark)
    });
    let row = rows.next().unwrap();
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    (verdict, text("reason"), text("benchmark_of"))
}

fn expect(ran: &Ran, benchmark: &str, verdict: &str, of: &str) {
    let (found, reason, side) = row(ran, benchmark);
    assert_eq!(
        (&found[..], &side[..]),
        (verdict, of),
        "{benchmark}: {reason}\n{}",
        ran.stderr
    );
}

#[test]
fn faster_code_with_a_larger_input_is_improved() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let sandbox = repository(&benchmark("Work", "10"));
    sandbox.write("work.go", &code(2, ""));
    sandbox.write("work_test.go", &benchmark("Work", "100"));
    let ran = run(&sandbox, &[]);
    expect(&ran, "Work", "improved", "head");
    assert_eq!(ran.code, Some(0));
    expect(
        &run(&sandbox, &["--benchmarks=base"]),
        "Work",
        "improved",
        "base",
    );
    let own = run(&sandbox, &["--benchmarks=own"]);
    expect(&own, "Work", "inconclusive", "");
    assert_eq!(row(&own, "Work").1, "benchmark changed in work_test.go");
    let text = sandbox.benchcli(&[
        "run",
        "--base=HEAD",
        "--rounds=2",
        "--benchtime=50x",
        "--no-layout",
    ]);
    assert!(
        text.stdout.contains("the head's benchmark on both sides"),
        "{}",
        text.stdout
    );
    // What was measured says itself which benchmark it was.
    run(&sandbox, &["--save-raw=raw", "--benchmarks=own"]);
    let judged = sandbox.benchcli(&["check", "raw/old.txt", "raw/new.txt", "--format=json"]);
    assert_eq!(row(&judged, "Work").1, "benchmark changed");
    run(&sandbox, &["--save-raw=same"]);
    let judged = sandbox.benchcli(&["check", "same/old.txt", "same/new.txt", "--format=json"]);
    expect(&judged, "Work", "improved", "");
    sandbox.assert_clean();
}

#[test]
fn what_does_not_change_a_benchmark_does_not_count() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let help = "package m\n\nfunc help() int { return 1 }\n";
    let sandbox = repository(&benchmark("Work", "10"));
    sandbox.write("help_test.go", help);
    sandbox.commit("Help");
    sandbox.write("work.go", &code(8, ""));
    // Comments, formatting, another file, and a helper that only a test uses.
    sandbox.write("help_test.go", &help.replace('1', "2"));
    let moved = benchmark("Work", "10").replace("\t\tWork", "\t\t// Works.\n\n\t\tWork");
    fs::remove_file(sandbox.repository().join("work_test.go")).unwrap();
    sandbox.write("moved_test.go", &moved);
    let ran = run(&sandbox, &[]);
    expect(&ran, "Work", "regressed", "");
    assert_eq!(ran.code, Some(1));
}

#[test]
fn a_renamed_benchmark_is_compared_under_its_new_name() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let sandbox = repository(&benchmark("Work", "10"));
    sandbox.write("work.go", &code(8, ""));
    sandbox.write("work_test.go", &benchmark("Renamed", "10"));
    let ran = run(&sandbox, &[]);
    expect(&ran, "Renamed", "regressed", "head");
    expect(&ran, "Work", "removed", "");
}

#[test]
fn helpers_and_data_belong_to_the_benchmark() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let sandbox = repository(&benchmark("Work", "size"));
    let reading = "package m\n\nimport (\n\t_ \"embed\"\n\t\"os\"\n\t\"testing\"\n)\n\n\
        //go:embed testdata/embedded.txt\nvar embedded string\n\n\
        func BenchmarkEmbedded(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tWork(len(embedded))\n\t}\n}\n\n\
        func BenchmarkRead(b *testing.B) {\n\ttext, err := os.ReadFile(\"testdata/read.txt\")\n\
        \tif err != nil {\n\t\tb.Fatal(err)\n\t}\n\tfor i := 0; i < b.N; i++ {\n\t\tWork(len(text))\n\t}\n}\n";
    sandbox.write("data_test.go", reading);
    let write = |size: usize| {
        let text = "x".repeat(size);
        sandbox.write(
            "size_test.go",
            &format!("package m\n\nconst size = {size}\n"),
        );
        sandbox.write("testdata/embedded.txt", &text);
        sandbox.write("testdata/read.txt", &text);
    };
    write(10);
    sandbox.commit("Data");
    sandbox.write("work.go", &code(2, ""));
    write(100);
    let ran = run(&sandbox, &[]);
    for benchmark in ["Work", "Embedded", "Read"] {
        expect(&ran, benchmark, "improved", "head");
    }
    let own = run(&sandbox, &["--benchmarks=own"]);
    let reasons = ["Work", "Read"].map(|benchmark| row(&own, benchmark).1);
    assert!(reasons[0].ends_with("size_test.go"), "{reasons:?}");
    assert!(reasons[1].contains("testdata"), "{reasons:?}");
}

#[test]
fn a_new_benchmark_is_compared_where_the_base_can_run_it() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let sandbox = repository(&benchmark("Work", "10"));
    sandbox.write(
        "fresh/fresh.go",
        "package fresh\n\nfunc Do() []int { return make([]int, 10) }\n",
    );
    sandbox.commit("A package without benchmarks");
    sandbox.write("work.go", &code(8, "\nfunc Other(n int) { Work(n) }\n"));
    // One file with both: a benchmark of what was there, and one of what is new.
    let new = [
        benchmark("Work", "20"),
        benchmark("Known", "10").replace("package m\n\nimport \"testing\"\n", ""),
        benchmark("Other", "10")
            .replace("package m\n\nimport \"testing\"\n", "")
            .replace("Work(", "Other("),
    ];
    sandbox.write("work_test.go", &new.concat());
    let fresh = "package fresh\n\nimport \"testing\"\n\nvar sink []int\n\n\
        func BenchmarkDo(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tsink = Do()\n\t}\n}\n";
    sandbox.write("fresh/fresh_test.go", fresh);
    let ran = run(&sandbox, &[]);
    expect(&ran, "Work", "regressed", "head");
    expect(&ran, "Known", "regressed", "head");
    expect(&ran, "Other", "added", "");
    expect(&ran, "Do", "unchanged", "head");
}

#[test]
fn other_tests_that_the_base_cannot_compile_cost_nothing() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let sandbox = repository(&benchmark("Work", "10"));
    sandbox.write("work.go", &code(2, "\nfunc fresh() int { return 1 }\n"));
    sandbox.write("work_test.go", &benchmark("Work", "100"));
    let test =
        "package m\n\nimport \"testing\"\n\nfunc TestFresh(t *testing.T) {\n\t_ = fresh()\n}\n";
    sandbox.write("fresh_test.go", test);
    expect(&run(&sandbox, &[]), "Work", "improved", "head");
}

#[test]
fn a_benchmark_that_the_base_cannot_compile_has_no_verdict() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let unrelated = benchmark("Same", "10").replace("package m\n\nimport \"testing\"\n", "");
    let sandbox = repository(&(benchmark("Work", "10") + &unrelated));
    sandbox.write("work.go", &code(8, "\nfunc size() int { return 100 }\n"));
    sandbox.write("work_test.go", &(benchmark("Work", "size()") + &unrelated));
    let ran = run(&sandbox, &[]);
    expect(&ran, "Work", "inconclusive", "");
    let reason = row(&ran, "Work").1;
    assert_eq!(
        reason,
        "benchmark changed in work_test.go: work_test.go:7:8: undefined: size"
    );
    // The rest goes on.
    expect(&ran, "Same", "regressed", "");
    sandbox.write("overlay.json", "{\"Replace\":{}}");
    let overlay = sandbox.repository().join("overlay.json");
    let overlay = format!("-overlay={}", overlay.display());
    let flag = ["--", &overlay];
    sandbox.write("work_test.go", &(benchmark("Work", "20") + &unrelated));
    let ran = run(&sandbox, &flag);
    let reason = row(&ran, "Work").1;
    assert!(reason.ends_with("your own -overlay is in use"), "{reason}");
}

#[test]
fn external_test_packages_main_functions_and_tags_work() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let external = |n: usize| {
        benchmark("External", &n.to_string())
            .replace(
                "package m\n\nimport \"testing\"",
                "package m_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m\"\n)",
            )
            .replace("Work(", "m.Work(m.Scale * ")
    };
    let main = "package m\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nvar Scale int\n\n\
        func TestMain(m *testing.M) {\n\tScale = 1\n\tos.Exit(m.Run())\n}\n";
    let sandbox = repository(&external(10));
    sandbox.write("main_test.go", main);
    let tagged = |n: &str| format!("//go:build slow\n\n{}", benchmark("Tagged", n));
    sandbox.write("tagged_test.go", &tagged("10"));
    sandbox.commit("Tests");
    sandbox.write("work.go", &code(2, ""));
    sandbox.write("work_test.go", &external(100));
    sandbox.write("tagged_test.go", &tagged("100"));
    expect(&run(&sandbox, &[]), "External", "improved", "head");
    let ran = run(&sandbox, &["--", "-tags=slow"]);
    expect(&ran, "Tagged", "improved", "head");
    // A change of TestMain is one of every benchmark.
    sandbox.commit("Head");
    sandbox.write("main_test.go", &main.replace("= 1", "= 2"));
    sandbox.write("work.go", &code(1, ""));
    let ran = run(&sandbox, &["--", "-tags=slow"]);
    expect(&ran, "External", "improved", "head");
    expect(&ran, "Tagged", "improved", "head");
}

#[test]
fn stored_results_of_another_benchmark_are_not_compared() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let sandbox = repository(&benchmark("Work", "10"));
    let record = [
        "run",
        "--record-only",
        "--rounds=5",
        "--benchtime=50x",
        "--no-layout",
    ];
    let recorded = sandbox.benchcli(&record);
    assert_eq!(recorded.code, Some(0), "{}", recorded.stderr);
    assert!(recorded.stdout.contains("\n# benchcli: benchmark "));
    sandbox.write("work.go", &code(2, ""));
    sandbox.write("work_test.go", &benchmark("Work", "100"));
    let tested = sandbox
        .command("go")
        .args([
            "test",
            "-run=^$",
            "-bench=.",
            "-benchmem",
            "-count=5",
            "-benchtime=50x",
        ])
        .output()
        .unwrap();
    assert!(tested.status.success());
    sandbox.write("new.txt", &String::from_utf8(tested.stdout).unwrap());
    // The results of go test do not say which benchmark they are of; the files of both versions do.
    let check = ["check", "--base=HEAD", "new.txt", "--format=json"];
    let judged = sandbox.benchcli(&check);
    assert_eq!(row(&judged, "Work").1, "benchmark changed in work_test.go");
    assert_eq!(judged.code, Some(0));
    // A measurement in turn has the same benchmark on both sides.
    let confirmed =
        sandbox.benchcli(&[&check[..], &["--confirm", "--rounds=2", "--benchtime=50x"]].concat());
    expect(&confirmed, "Work", "improved", "head");
    let cached = [
        "run",
        "--cached-base",
        "--base=HEAD",
        "--rounds=5",
        "--benchtime=50x",
        "--no-layout",
        "--format=json",
    ];
    expect(&sandbox.benchcli(&cached), "Work", "improved", "head");
}

#[test]
fn a_step_of_a_changed_benchmark_is_no_alarm() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let sandbox = repository(&benchmark("Work", "10"));
    let record = |subject: &str| {
        if !subject.is_empty() {
            sandbox.commit(subject);
        }
        let recorded = sandbox.benchcli(&[
            "run",
            "--record-only",
            "--rounds=1",
            "--benchtime=50x",
            "--no-layout",
        ]);
        assert_eq!(recorded.code, Some(0), "{}", recorded.stderr);
    };
    record("");
    for number in 0..3 {
        sandbox.write("notes.txt", &number.to_string());
        record("Notes");
    }
    sandbox.write("work_test.go", &benchmark("Work", "20"));
    for number in 4..8 {
        record("Measure more");
        sandbox.write("notes.txt", &number.to_string());
    }
    let trend = |more: &[&str]| {
        sandbox.benchcli(&[&["trend", "--unit=allocs/op", "--fail-on-new=6"][..], more].concat())
    };
    let text = trend(&[]);
    assert_eq!(text.code, Some(0), "{}{}", text.stdout, text.stderr);
    assert!(
        text.stdout
            .contains("; the benchmark itself changed there, in work_test.go"),
        "{}",
        text.stdout
    );
    let report: Value = trend(&["--format=json"]).report();
    assert_eq!(report["effects"][0]["benchmark_changed"], "work_test.go");
    // The same step of the code is one.
    sandbox.write("work.go", &code(8, ""));
    for number in 9..13 {
        record("Work more");
        sandbox.write("notes.txt", &number.to_string());
    }
    let text = trend(&[]);
    assert_eq!(text.code, Some(1), "{}", text.stdout);
}

#[test]
fn a_benchmark_that_fails_on_the_base_costs_no_other() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let bare = |name: &str, before: &str| {
        format!(
            "\nfunc Benchmark{name}(b *testing.B) {{\n\t{before}\n\tfor i := 0; i < b.N; i++ {{\n\t\tWork(10)\n\t}}\n}}\n"
        )
    };
    let sandbox = repository(&(benchmark("Work", "10") + &bare("Changed", "")));
    sandbox.write("work.go", &code(4, "\nfunc Version() int { return 1 }\n"));
    sandbox.commit("Version");
    sandbox.write("work.go", &code(8, "\nfunc Version() int { return 2 }\n"));
    let check = "if Version() < 2 {\n\t\tpanic(\"too old\")\n\t}";
    let test = benchmark("Work", "10") + &bare("Changed", check) + &bare("New", check);
    sandbox.write("work_test.go", &test);
    let ran = run(&sandbox, &[]);
    expect(&ran, "Work", "regressed", "");
    expect(&ran, "New", "added", "");
    expect(&ran, "Changed", "inconclusive", "");
    assert_eq!(
        row(&ran, "Changed").1,
        "benchmark changed in work_test.go: it fails on the base"
    );
    // One that ends every benchmark at once is not used at all.
    let main = "\nfunc TestMain(m *testing.M) {\n\tif Version() < 2 {\n\t\tpanic(\"too old to test\")\n\t}\n\tm.Run()\n}\n";
    sandbox.write("work_test.go", &(benchmark("Work", "10") + main));
    let ran = run(&sandbox, &[]);
    let reason = row(&ran, "Work").1;
    assert!(
        reason.starts_with(
            "benchmark changed in work_test.go: cannot list its benchmarks: panic: too old to test"
        ),
        "{reason}"
    );
    expect(&ran, "Changed", "removed", "");
}

#[test]
fn a_nested_module_is_measured_from_a_folder_below() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("sub/go.mod", "module example.com/sub\n\ngo 1.22\n");
    let read = |n: usize| {
        sandbox.write("sub/m/testdata/size.txt", &"x".repeat(n));
        let test = benchmark("Work", "len(text)").replace(
            "func BenchmarkWork(b *testing.B) {\n",
            "func BenchmarkWork(b *testing.B) {\n\ttext, _ := os.ReadFile(\"testdata/size.txt\")\n",
        );
        let test = test.replace("import \"testing\"", "import (\n\t\"os\"\n\t\"testing\"\n)");
        sandbox.write("sub/m/work_test.go", &test);
    };
    sandbox.write("sub/m/work.go", &code(4, ""));
    read(10);
    sandbox.write(
        ".gitattributes",
        "*.txt text eol=crlf\n*.go text eol=crlf\n",
    );
    sandbox.commit("Nested");
    sandbox.write("sub/m/work.go", &code(2, ""));
    let below = |arguments: &[&str]| {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_benchcli"));
        let output = command
            .args(arguments)
            .current_dir(sandbox.repository().join("sub/m"))
            .output();
        crate::sandbox::ran(&output.unwrap())
    };
    let arguments = [
        "run",
        "--base=HEAD",
        "--rounds=2",
        "--benchtime=50x",
        "--format=json",
    ];
    expect(&below(&arguments), "Work", "improved", "");
    read(100);
    expect(&below(&arguments), "Work", "improved", "head");
    // Other ends of lines are no difference.
    let recorded = below(&[
        "run",
        "--record-only",
        "--rounds=5",
        "--benchtime=50x",
        "--no-layout",
    ]);
    assert_eq!(recorded.code, Some(0), "{}", recorded.stderr);
    let crlf = sandbox.read("sub/m/work_test.go").replace('\n', "\r\n");
    sandbox.commit("Smaller");
    sandbox.write("sub/m/work_test.go", &crlf);
    let recorded = below(&[
        "run",
        "--record-only",
        "--rounds=5",
        "--benchtime=50x",
        "--no-layout",
    ]);
    let plain: String = recorded
        .stdout
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    sandbox.write("sub/m/new.txt", &plain);
    let check = ["check", "--base=HEAD", "new.txt", "--format=json"];
    expect(&below(&check), "Work", "unchanged", "");
    // Without their package the benchmarks are found all the same.
    sandbox.write("sub/m/testdata/size.txt", &"x".repeat(50));
    let judged = below(&[&check[..], &["--ignore=pkg"]].concat());
    assert!(row(&judged, "Work").1.starts_with("benchmark changed in "));
}

#[test]
fn a_baseline_is_of_its_own_benchmarks() {
    let sandbox = Sandbox::new();
    sandbox.refuses(
        &["run", "--record", "--benchmarks=base"],
        "--record with --benchmarks base",
    );
}

#[test]
fn sub_benchmarks_of_one_side_are_added_or_removed() {
    if !has_go("run::same_benchmark") {
        return;
    }
    let test = |n: usize| {
        format!(
            "package m\n\nimport \"testing\"\n\nfunc BenchmarkAll(b *testing.B) {{\n\
             \tfor _, name := range Names() {{\n\t\tb.Run(name, func(b *testing.B) {{\n\
             \t\t\tfor i := 0; i < b.N; i++ {{\n\t\t\t\tWork({n})\n\t\t\t}}\n\t\t}})\n\t}}\n}}\n"
        )
    };
    let names = |names: &str| format!("\nfunc Names() []string {{ return []string{{{names}}} }}\n");
    let sandbox = repository(&test(10));
    sandbox.write("work.go", &code(4, &names("\"both\", \"old\"")));
    sandbox.commit("Names");
    sandbox.write("work.go", &code(8, &names("\"both\", \"new\"")));
    sandbox.write("work_test.go", &test(20));
    let ran = run(&sandbox, &[]);
    expect(&ran, "All/both", "regressed", "head");
    expect(&ran, "All/new", "added", "");
    expect(&ran, "All/old", "removed", "");
}
