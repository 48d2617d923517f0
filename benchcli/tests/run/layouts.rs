//! The shapes that Go repositories have.

use crate::sandbox::Sandbox;
use testsupport::tools::has_go;

fn benchmark(package: &str, name: &str, body: &str) -> String {
    format!(
        "package {package}\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nvar _ = os.Args\n\n\
         func Benchmark{name}(b *testing.B) {{\n\tfor i := 0; i < b.N; i++ {{\n\t\t{body}\n\t}}\n}}\n"
    )
}

/// The packages of the benchmarks that a run measured on both sides.
fn measured(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let common = [
        "run",
        "--base",
        "HEAD",
        "--measure-all",
        "--rounds",
        "1",
        "--benchtime",
        "200x",
        "--format",
        "json",
    ];
    let ran = sandbox.benchcli(&[&common[..], arguments].concat());
    // From a single round a counter that varies may look changed.
    assert!(
        matches!(ran.code, Some(0 | 1)),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let report = ran.report();
    let rows = report["rows"].as_array().unwrap().iter();
    let mut found: Vec<String> = rows
        .filter(|row| row["unit"] == "sec/op" && row["old"].is_object() && row["new"].is_object())
        .map(|row| row["package"].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    sandbox.assert_clean();
    found
}

#[test]
fn files_beside_the_benchmark_and_tags() {
    if !has_go("files_beside_the_benchmark_and_tags") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/m\n\ngo 1.22\n");
    let read = "if _, err := os.ReadFile(\"testdata/in.txt\"); err != nil { b.Fatal(err) }";
    sandbox.write("read/read_test.go", &benchmark("read", "Read", read));
    sandbox.write("read/testdata/in.txt", "in");
    let tagged = format!("//go:build slow\n\n{}", benchmark("tagged", "Tagged", ""));
    sandbox.write("tagged/tagged_test.go", &tagged);
    sandbox.write("tagged/tagged.go", "package tagged\n");
    sandbox.commit("Base");
    assert_eq!(measured(&sandbox, &[]), ["example.com/m/read"]);
    assert_eq!(
        measured(&sandbox, &["--", "-tags", "slow"]),
        ["example.com/m/read", "example.com/m/tagged"]
    );
    // From a folder within, as go does it.
    assert_eq!(measured(&sandbox, &["-C", "read"]), ["example.com/m/read"]);
    assert_eq!(
        measured(&sandbox, &["--pkg", "./tagged", "--", "-tags=slow"]),
        ["example.com/m/tagged"]
    );
}

#[test]
fn modules_within_and_workspaces() {
    if !has_go("modules_within_and_workspaces") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/m\n\ngo 1.22\n");
    sandbox.write("top_test.go", &benchmark("m", "Top", ""));
    sandbox.write("sub/go.mod", "module example.com/sub\n\ngo 1.22\n");
    sandbox.write("sub/sub_test.go", &benchmark("sub", "Sub", ""));
    sandbox.write("lib/go.mod", "module example.com/lib\n\ngo 1.22\n");
    sandbox.write("lib/lib.go", "package lib\n\nfunc Work() {}\n");
    sandbox.write(
        "app/go.mod",
        "module example.com/app\n\ngo 1.22\n\nrequire example.com/lib v0.0.0\n",
    );
    let app =
        benchmark("app", "App", "lib.Work()").replace("\"os\"", "\"example.com/lib\"\n\t\"os\"");
    sandbox.write("app/app_test.go", &app);
    // Only the workspace knows where lib is; sub is none of it.
    sandbox.write("go.work", "go 1.22\n\nuse (\n\t.\n\t./app\n\t./lib\n)\n");
    sandbox.commit("Base");
    assert_eq!(
        measured(&sandbox, &[]),
        ["example.com/app", "example.com/m", "example.com/sub"]
    );
    // By their paths too, as a failing run names them.
    let named = ["--pkg=example.com/sub", "--pkg=example.com/m"];
    assert_eq!(
        measured(&sandbox, &named),
        ["example.com/m", "example.com/sub"]
    );
}

#[test]
fn vendored_dependencies() {
    if !has_go("vendored_dependencies") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write(
        "go.mod",
        "module example.com/m\n\ngo 1.22\n\nrequire example.com/dep v1.0.0\n",
    );
    sandbox.write(
        "vendor/modules.txt",
        "# example.com/dep v1.0.0\n## explicit; go 1.22\nexample.com/dep\n",
    );
    sandbox.write(
        "vendor/example.com/dep/dep.go",
        "package dep\n\nfunc Work() {}\n",
    );
    let text =
        benchmark("m", "Dep", "dep.Work()").replace("\"os\"", "\"example.com/dep\"\n\t\"os\"");
    sandbox.write("m_test.go", &text);
    sandbox.commit("Base");
    assert_eq!(measured(&sandbox, &[]), ["example.com/m"]);
}

#[test]
fn what_the_user_has_not_committed_is_the_head_alone() {
    if !has_go("what_the_user_has_not_committed_is_the_head_alone") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/m\n\ngo 1.22\n");
    let with = |allocations: usize| {
        let body = "\tsink = append(sink[:0:0], make([]byte, 16)...)\n".repeat(allocations);
        format!("package m\n\nvar sink []byte\n\nfunc work() {{\n{body}}}\n")
    };
    sandbox.write("m_test.go", &benchmark("m", "Allocs", "work()"));
    sandbox.write("m.go", &with(1));
    sandbox.commit("Base");
    sandbox.write("m.go", &with(2));
    let common = [
        "run",
        "--rounds",
        "1",
        "--benchtime",
        "10x",
        "--format",
        "json",
    ];
    let ran = sandbox.benchcli(&common);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    // auto: HEAD, as there are changes.
    let sides = ran.report()["sides"][0].as_str().unwrap().to_owned();
    assert!(
        sides.contains("HEAD, because the working tree has uncommitted changes"),
        "{sides}"
    );
    // Committed on a branch: the merge base with main.
    sandbox.git(&["checkout", "-q", "-b", "topic"]);
    sandbox.commit("More allocations");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Later"]);
    let ran = sandbox.benchcli(&common);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let sides = ran.report()["sides"][0].as_str().unwrap().to_owned();
    assert!(sides.contains("the merge base with main"), "{sides}");
    assert_eq!(sandbox.git(&["status", "--short"]), "");
}
