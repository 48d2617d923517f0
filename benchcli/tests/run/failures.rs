//! Versions that do not build, and benchmarks that do not end well.

use crate::sandbox::Sandbox;
use testsupport::tools::has_go;

const GOOD: &str = "package p

import \"testing\"

func BenchmarkGood(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}
";

fn repository() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/p\n\ngo 1.22\n");
    sandbox.write("p/good_test.go", GOOD);
    sandbox.commit("Base");
    sandbox
}

const RUN: [&str; 7] = [
    "run",
    "--base",
    "HEAD",
    "--rounds",
    "2",
    "--benchtime",
    "10x",
];

#[test]
fn a_version_that_does_not_build_shows_what_the_compiler_says() {
    if !has_go("a_version_that_does_not_build_shows_what_the_compiler_says") {
        return;
    }
    let sandbox = repository();
    sandbox.write(
        "p/bad_test.go",
        "package p\n\nfunc broken() int { return undefinedName }\n",
    );
    let ran = sandbox.benchcli(&RUN);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("example.com/p/p does not build (head)"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("undefined: undefinedName"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stdout
            .starts_with("incomplete: example.com/p/p failed; nothing is compared"),
        "{}",
        ran.stdout
    );
    sandbox.assert_clean();
}

#[test]
fn a_package_that_is_broken_on_the_base_only_does_not_fail_the_change_that_mends_it() {
    if !has_go("a_package_that_is_broken_on_the_base_only_does_not_fail_the_change_that_mends_it") {
        return;
    }
    let sandbox = repository();
    let other = GOOD.replace("package p", "package q");
    sandbox.write("q/good_test.go", &other);
    sandbox.write("p/bad_test.go", "package p\n\nvar broken int = \"text\"\n");
    sandbox.commit("Broken");
    std::fs::remove_file(sandbox.repository().join("p/bad_test.go")).unwrap();
    // What the times say of an empty loop is chance.
    let run = "run --base HEAD --rounds 5 --benchtime 10x --gate allocs/op --format json";
    let run: Vec<&str> = run.split(' ').collect();
    let ran = sandbox.benchcli(&run);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("example.com/p/p does not build (base)"));
    let report = ran.report();
    assert_eq!(report["diagnostics"][0]["kind"], "build-failed");
    assert_eq!(report["diagnostics"][0]["severity"], "warning");
    // Nobody knows whether its benchmarks are new.
    assert_eq!(report["counts"]["added"], 0);
    // Where nothing is left to compare, a warning is not enough.
    std::fs::remove_dir_all(sandbox.repository().join("q")).unwrap();
    let ran = sandbox.benchcli(&[&run[..], &["--pkg", "./p"]].concat());
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.report()["outcome"], "incomplete");
    let ran = sandbox.benchcli(&[&run[..], &["--pkg", "./p", "--allow-broken-base"]].concat());
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    sandbox.assert_clean();
}

#[test]
fn a_package_that_builds_on_neither_side_does_not_cost_the_others() {
    if !has_go("a_package_that_builds_on_neither_side_does_not_cost_the_others") {
        return;
    }
    let sandbox = repository();
    sandbox.write("q/good_test.go", &GOOD.replace("package p", "package q"));
    sandbox.write("q/bad_test.go", "package q\n\nvar broken int = \"text\"\n");
    sandbox.commit("Broken for long");
    let ran = sandbox.benchcli(&[&RUN[..], &["--measure-all", "--format", "json"]].concat());
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    let report = ran.report();
    assert_eq!(report["outcome"], "incomplete");
    assert_eq!(report["rows"][0]["benchmark"], format!("Good{}", suffix()));
    sandbox.assert_clean();
}

/// How Go ends the names of benchmarks here.
fn suffix() -> String {
    match std::thread::available_parallelism().unwrap().get() {
        1 => String::new(),
        count => format!("-{count}"),
    }
}

#[test]
fn the_first_benchmarks_of_a_repository_pass() {
    if !has_go("the_first_benchmarks_of_a_repository_pass") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/p\n\ngo 1.22\n");
    sandbox.commit("Base");
    sandbox.write("p/p.go", "package p\n");
    sandbox.write("p/good_test.go", GOOD);
    let arguments = [
        "--report",
        "markdown=r.md",
        "--report",
        "junit=r.xml",
        "--format",
        "json",
    ];
    let ran = sandbox.benchcli(&[&RUN[..], &arguments].concat());
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let report = ran.report();
    assert_eq!(
        report["counts"]["added"],
        report["rows"].as_array().unwrap().len()
    );
    assert!(sandbox.read("r.md").contains("new benchmarks only"));
    assert!(sandbox.read("r.xml").contains("<testsuite"));
    sandbox.assert_clean();
}

#[test]
fn a_benchmark_that_panics_is_named_and_the_rest_goes_on() {
    if !has_go("a_benchmark_that_panics_is_named_and_the_rest_goes_on") {
        return;
    }
    let sandbox = repository();
    let code = |panics: &str| format!("package p\n\nfunc bad() {{\n{panics}\n}}\n");
    let test = "package p\n\nimport \"testing\"\n\nfunc BenchmarkBad(b *testing.B) {\n\tbad()\n}\n";
    sandbox.write("p/bad_test.go", test);
    sandbox.write("p/bad.go", &code(""));
    sandbox.commit("Good still");
    sandbox.write("p/bad.go", &code("\tpanic(\"out of cheese\")"));
    let reports = [
        "markdown=r.md",
        "json=r.json",
        "junit=r.xml",
        "github=r.txt",
        "gitlab=q.json",
    ];
    let reports = reports.iter().flat_map(|report| ["--report", report]);
    let arguments: Vec<&str> = RUN.into_iter().chain(reports).collect();
    let ran = sandbox.benchcli(&arguments);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("p.Bad failed on the head in round 1"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("out of cheese"), "{}", ran.stderr);
    assert!(ran.stdout.contains("1 benchmark"), "{}", ran.stdout);
    // Whatever the others say, that is no pass, and every report says so.
    // Go goes on with a benchmark while it dies of its panic: it may have printed the name, with the
    // number of processors.
    let cpus = ["", "-2"]
        .into_iter()
        .find(|cpus| ran.stdout.contains(&format!("Bad{cpus} failed; ")));
    let cpus = cpus.unwrap_or_else(|| panic!("{}", ran.stdout));
    let sentence = format!("on the head: BenchmarkBad{cpus} panicked: out of cheese");
    let sentence = sentence.as_str();
    for (text, start) in [
        (
            ran.stdout.clone(),
            format!("incomplete: p.Bad{cpus} failed; "),
        ),
        (
            sandbox.read("r.md"),
            format!("### ⚠️ Benchmarks: incomplete: p.Bad{cpus} failed; "),
        ),
    ] {
        assert!(
            text.starts_with(&start) && text.contains(sentence),
            "{text}"
        );
        assert!(!text.contains("✅"), "{text}");
    }
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("r.json")).unwrap();
    assert_eq!(
        (&report["outcome"], &report["exit"]),
        (&"incomplete".into(), &2.into())
    );
    assert_eq!(report["diagnostics"][0]["side"], "head");
    let junit = sandbox.read("r.xml");
    assert!(
        junit.contains("errors=\"1\"")
            && junit.contains("<error message=\"on the head: BenchmarkBad"),
        "{junit}"
    );
    let gitlab: serde_json::Value = serde_json::from_str(&sandbox.read("q.json")).unwrap();
    assert_eq!(gitlab[0]["check_name"], "benchmark-failed");
    let github = sandbox.read("r.txt");
    assert!(
        github.contains(&format!("::error title=p.Bad{cpus} failed::{sentence}")),
        "{github}"
    );
    sandbox.assert_clean();
}

#[test]
fn benchmarks_of_one_side_are_added_or_removed() {
    if !has_go("benchmarks_of_one_side_are_added_or_removed") {
        return;
    }
    let sandbox = repository();
    sandbox.write("p/gone_test.go", &GOOD.replace("Good", "Gone"));
    sandbox.commit("One more");
    std::fs::remove_file(sandbox.repository().join("p/gone_test.go")).unwrap();
    sandbox.write(
        "q/new_test.go",
        &GOOD
            .replace("Good", "New")
            .replace("package p", "package q"),
    );
    let ran = sandbox.benchcli(&[&RUN[..], &["--format", "json"]].concat());
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.verdict("New", "sec/op"), "added");
    assert_eq!(ran.verdict("Gone", "sec/op"), "removed");
    let ran = sandbox.benchcli(&[&RUN[..], &["--fail-on-missing"]].concat());
    assert_eq!(ran.code, Some(1));
}

#[test]
fn what_is_missing_is_said() {
    if !has_go("what_is_missing_is_said") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/none\n\ngo 1.22\n");
    sandbox.write("none.go", "package none\n");
    sandbox.commit("No benchmark");
    for (arguments, message) in [
        (&["run"][..], "HEAD is the first commit"),
        (&["run", "--base", "HEAD"], "no benchmarks in ./..."),
        (&["run", "--base", "nowhere"], "nowhere"),
        (
            &["run", "--base", "HEAD", "--pkg", "./missing"],
            "no benchmarks in ./missing",
        ),
    ] {
        sandbox.refuses(arguments, message);
    }
    sandbox.assert_clean();
}
