//! Which functions contribute to a slowdown.

use crate::sandbox::Sandbox;
use testsupport::json_schema::holds;
use testsupport::tools::has_go;

const WORK: &str = "package work

var Sink uint64

//go:noinline
func spin(steps int) {
	for i := 0; i < steps; i++ {
		Sink = Sink*31 + uint64(i)
	}
}

var Kept []byte

//go:noinline
func keep(size int) { Kept = make([]byte, size) }

func Work() {
	spin(400)
	keep(bytes)
	slower()
}
";

const TEST: &str = "package work

import \"testing\"

func BenchmarkWork(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Work()
	}
}

func BenchmarkSame(b *testing.B) {
	for i := 0; i < b.N; i++ {
		spin(100)
	}
}
";

#[test]
fn the_function_that_pays_is_named() {
    if !has_go("the_function_that_pays_is_named") {
        return;
    }
    let sandbox = Sandbox::alone();
    sandbox.write("go.mod", "module example.com/planted\n\ngo 1.22\n");
    sandbox.write("work/work.go", WORK);
    sandbox.write("work/work_test.go", TEST);
    let variant = |bytes: usize, body: &str| {
        format!(
            "package work\n\nconst bytes = {bytes}\n\n//go:noinline\nfunc slower() {{ {body} }}\n"
        )
    };
    sandbox.write("work/variant.go", &variant(64, ""));
    sandbox.commit("Base");
    sandbox.write("work/variant.go", &variant(1024, "spin(8000)"));
    let ran = sandbox.benchcli(&[
        "run",
        "--base",
        "HEAD",
        "--rounds",
        "8",
        "--benchtime",
        "20000x",
        "--explain",
    ]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let said = |text: &str| {
        ran.stdout
            .lines()
            .any(|line| line.starts_with("Work") && line.contains(text))
    };
    assert!(
        said("example.com/planted/work.spin, called from example.com/planted/work.slower"),
        "{}",
        ran.stdout
    );
    assert!(
        said("B/op is in example.com/planted/work.keep"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("\nSame-"), "{}", ran.stdout);
    sandbox.assert_clean();
}

/// Benchmarks whose memory depends on `bytes` and `objects` of another file.
const MEMORY_TEST: &str = "package work

import (
	\"flag\"
	\"os\"
	\"testing\"
)

var Kept [][]byte

//go:noinline
func keep() {
	for range objects {
		Kept = append(Kept[:0], make([]byte, bytes))
	}
}

func BenchmarkRefuses(b *testing.B) {
	if flag.Lookup(\"test.memprofile\").Value.String() != \"\" {
		os.Stderr.WriteString(\"not while someone looks\\n\")
		os.Exit(7)
	}
	for i := 0; i < b.N; i++ {
		keep()
		keep()
	}
}

func BenchmarkOldLoop(b *testing.B) {
	for i := 0; i < b.N; i++ {
		keep()
	}
}

func BenchmarkNewLoop(b *testing.B) {
	for b.Loop() {
		keep()
	}
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			keep()
		}
	})
}

func BenchmarkNamed(b *testing.B) {
	b.Run(\"n-2\", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			keep()
		}
	})
}
";

fn memory(head: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/planted\n\ngo 1.24\n");
    sandbox.write("work/work_test.go", MEMORY_TEST);
    let constants = |values: &str| format!("package work\n\nconst {values}\n");
    sandbox.write("work/constants.go", &constants("bytes, objects = 64, 1"));
    sandbox.commit("Base");
    sandbox.write("work/constants.go", &constants(head));
    sandbox
}

#[test]
fn one_that_cannot_be_profiled_does_not_hide_the_others_or_the_verdict() {
    if !has_go("one_that_cannot_be_profiled_does_not_hide_the_others_or_the_verdict") {
        return;
    }
    let sandbox = memory("bytes, objects = 1024, 1");
    let arguments = "run --base HEAD --rounds 2 --benchtime 2000x --gate B/op --explain \
                     --bench Refuses|OldLoop";
    let ran = sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    // The worst comes first, and is the one that fails.
    let refused = ran
        .stderr
        .lines()
        .find(|line| line.contains("cannot explain"))
        .unwrap_or_else(|| panic!("{}", ran.stderr));
    assert!(
        refused.contains("Refuses") && refused.contains("exit status 7: not while someone looks"),
        "{refused}"
    );
    assert!(
        ran.stdout.contains("\nOldLoop-2: +960 B/op of "),
        "{}",
        ran.stdout
    );
    sandbox.assert_clean();
}

#[test]
fn figures_are_per_operation_however_the_loop_is_written() {
    if !has_go("figures_are_per_operation_however_the_loop_is_written") {
        return;
    }
    // Large and often, so that what the runtime allocates meanwhile does not weigh.
    let sandbox = memory("bytes, objects = 65536, 1");
    let arguments = "run --base HEAD --rounds 2 --benchtime 200x --gate B/op --explain \
                     --bench Loop|Parallel --cpu 2";
    let ran = sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    for name in ["OldLoop", "NewLoop", "Parallel"] {
        let start = format!("{name}-2: +");
        let mut figures = ran.stdout.lines().filter_map(|line| {
            let (figure, _) = line.strip_prefix(&start)?.split_once(" B/op of ")?;
            figure.split(' ').next()?.parse::<f64>().ok()
        });
        // One more for each operation; the runtime allocates a little beside it, at any moment and on either side.
        let figure = figures
            .next()
            .unwrap_or_else(|| panic!("{name}\n{}", ran.stdout));
        assert!((65_300.0..65_600.0).contains(&figure), "{name} {figure}");
    }
}

#[test]
fn allocations_are_counted_too() {
    if !has_go("allocations_are_counted_too") {
        return;
    }
    let sandbox = memory("bytes, objects = 64, 3");
    let arguments = "run --base HEAD --rounds 2 --benchtime 5000x --gate allocs/op --explain \
                     --bench OldLoop";
    let ran = sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    for contributor in [
        "+128 B/op of +128 B/op is in",
        "+2.00 allocs/op of +2.00 allocs/op is in",
    ] {
        let sentence = format!("\nOldLoop-2: {contributor}");
        assert!(ran.stdout.contains(&sentence), "{sentence}\n{}", ran.stdout);
    }
}

#[test]
fn a_name_that_ends_like_a_number_of_processors_is_found() {
    if !has_go("a_name_that_ends_like_a_number_of_processors_is_found") {
        return;
    }
    let sandbox = memory("bytes, objects = 1024, 1");
    for (processors, names) in [
        (&["--cpu", "1,2"][..], &["Named/n-2", "Named/n-2-2"][..]),
        (&["--pin"], &["Named/n-2"]),
    ] {
        let arguments = "run --base HEAD --rounds 2 --benchtime 2000x --gate B/op --explain \
                         --bench Named";
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let ran = sandbox.benchcli(&[&arguments[..], processors].concat());
        assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
        for name in names {
            let sentence = format!("\n{name}: +960 B/op of ");
            assert!(
                ran.stdout.contains(&sentence),
                "{processors:?} {name}\n{}{}",
                ran.stdout,
                ran.stderr
            );
        }
    }
}

#[test]
fn the_report_says_how_many_are_not_explained() {
    if !has_go("the_report_says_how_many_are_not_explained") {
        return;
    }
    let sandbox = memory("bytes, objects = 1024, 1");
    let arguments = "run --base HEAD --rounds 1 --benchtime 2000x --gate B/op --format json \
                     --bench OldLoop|Named --explain --most 1";
    let ran = sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let report = ran.report();
    assert_eq!(report["explained"].as_array().unwrap().len(), 1);
    let advice = report["advice"].to_string();
    assert!(
        advice
            .contains("1 benchmark with regressions not explained; use `--most 2` to explain all"),
        "{advice}"
    );
}

#[test]
fn one_that_does_its_work_once_is_explained_too() {
    if !has_go("one_that_does_its_work_once_is_explained_too") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/once\n\ngo 1.22\n");
    let test = "package once\n\nimport \"testing\"\n\nvar Sink uint64\n\n\
         func BenchmarkOnce(b *testing.B) {\n\tfor i := 0; i < rounds; i++ {\n\
         \t\tSink = Sink*3 + 1\n\t}\n}\n";
    let code = |rounds: u32| format!("package once\n\nconst rounds = {rounds}\n");
    sandbox.write("once_test.go", test);
    sandbox.write("once.go", &code(1_000_000));
    sandbox.commit("Base");
    sandbox.write("once.go", &code(3_000_000));
    let ran = sandbox.benchcli(&["explain", "--base", "HEAD", "--bench", "Once", "--cpu", "1"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("cannot explain"), "{}", ran.stderr);
}

#[test]
fn explain_alone_names_who_pays_in_every_form() {
    if !has_go("explain_alone_names_who_pays_in_every_form") {
        return;
    }
    let sandbox = memory("bytes, objects = 1024, 1");
    let explain = |arguments: &str| {
        let common = "explain --base HEAD --benchtime 2000x --cpu 2 ";
        let arguments = format!("{common}{arguments}");
        sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>())
    };
    let ran = explain("--bench OldLoop|Named --flame flames --most 1");
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let sentence = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("OldLoop-2: +960 B/op of +960 B/op is in "))
        .unwrap_or_else(|| panic!("{}", ran.stdout));
    assert!(
        sentence.ends_with(
            " is in example.com/planted/work.keep, called from \
             example.com/planted/work.BenchmarkOldLoop"
        ),
        "{sentence}"
    );
    // The benchmark prints the same, and nothing of the testing package is told.
    assert!(
        ran.stdout
            .contains("\nalloc_space: 64.0 to 1024 B/op (+960 ± 0 B/op)\n"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("testing."), "{}", ran.stdout);
    // The calls around it.
    assert!(
        ran.stdout.contains(
            "\nexample.com/planted/work.keep\n  called by \
             example.com/planted/work.BenchmarkOldLoop: 64.0 to 1024 (+960)\n"
        ),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.contains("1 more not explained"),
        "{}",
        ran.stderr
    );

    // Red is what grew; the file needs nothing but a browser.
    let flame = sandbox.read("flames/work.OldLoop-2-alloc_space.svg");
    let document = roxmltree::Document::parse(&flame).expect("well-formed");
    let frames = document
        .descendants()
        .filter(|node| node.attribute("data-n").is_some());
    let fill = |wanted: &str| {
        let mut named = frames
            .clone()
            .filter(|frame| frame.attribute("data-n") == Some(wanted));
        let frame = named.next().unwrap_or_else(|| panic!("no {wanted}"));
        let rect = frame.children().find(|node| node.has_tag_name("rect"));
        let fill = rect.and_then(|rect| rect.attribute("fill")).unwrap();
        let part = |at: usize| u8::from_str_radix(&fill[at..at + 2], 16).unwrap();
        (part(1), part(5))
    };
    let (red, blue) = fill("example.com/planted/work.keep");
    assert!(red > 200 && blue < 120, "{red} {blue}");

    let ran = explain("--bench OldLoop --format json");
    let report = ran.report();
    assert_eq!(report["schema"], "benchcli-explain/2");
    holds(&sandbox.benchcli(&["schema", "explain"]).report(), &report);
    let answers = report["benchmarks"][0]["answers"].as_array().unwrap();
    let bytes = answers
        .iter()
        .find(|it| it["sample_type"] == "alloc_space")
        .unwrap();
    assert_eq!(
        bytes["top_contributor"]["function"],
        "example.com/planted/work.keep"
    );
    assert_eq!(bytes["functions"][0]["flat"]["difference"], 960.0);

    let ran = explain("--bench OldLoop --format markdown");
    assert!(
        ran.stdout.starts_with("#### OldLoop-2\n\n"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains(
            "\nexample.com/planted/work.keep\n\n- called by \
             example.com/planted/work.BenchmarkOldLoop: 64.0 to 1024 (+960)\n"
        ),
        "{}",
        ran.stdout
    );
    let ran = explain("--bench Refuses");
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr
            .contains("nothing could be explained: Refuses-2 failed"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("not while someone looks"),
        "{}",
        ran.stderr
    );
    sandbox.assert_clean();
}

#[test]
fn one_that_fails_does_not_hide_the_others() {
    if !has_go("one_that_fails_does_not_hide_the_others") {
        return;
    }
    let sandbox = memory("bytes, objects = 1024, 1");
    let fails = "package work

import \"testing\"

func BenchmarkFails(b *testing.B) {
	keep()
	b.Fatal(\"no such file\")
}
";
    sandbox.write("work/fails_test.go", fails);
    sandbox.commit("Failing");
    let explain = |benchmarks: &str| {
        let arguments = format!("explain --base HEAD~1 --benchtime 2000x --bench {benchmarks}");
        sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>())
    };
    // The base has it too, or it would not be explained anyway.
    sandbox.write(
        "work/constants.go",
        "package work\n\nconst bytes, objects = 64, 1\n",
    );
    sandbox.commit("Before");
    sandbox.write(
        "work/constants.go",
        "package work\n\nconst bytes, objects = 1024, 1\n",
    );
    sandbox.commit("After");
    let ran = explain("OldLoop|Fails");
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr
            .contains("work.Fails cannot be explained because it failed: ")
            && ran.stderr.contains("no such file"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stdout.contains(": +960 B/op of +960 B/op is in "),
        "{}",
        ran.stdout
    );
    let ran = explain("Fails");
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr
            .contains("nothing could be explained: work.Fails failed"),
        "{}",
        ran.stderr
    );
}

#[test]
fn reports_have_the_explanation() {
    if !has_go("reports_have_the_explanation") {
        return;
    }
    let sandbox = memory("bytes, objects = 1024, 1");
    let arguments = "run --base HEAD --rounds 2 --benchtime 2000x --gate B/op --bench OldLoop \
                     --explain --format json --report markdown=out.md --flame flames";
    let ran = sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let report = ran.report();
    holds(&sandbox.benchcli(&["schema", "check"]).report(), &report);
    let explained = &report["explained"][0];
    assert_eq!(explained["benchmark"], "OldLoop-2");
    assert!(!report["advice"].to_string().contains("--most"));
    assert_eq!(explained["package"], "example.com/planted/work");
    assert_eq!(
        explained["answers"][0]["flame_graph"],
        "flames/work.OldLoop-2-cpu.svg"
    );
    let bytes = &explained["answers"][1];
    assert_eq!(
        bytes["functions"][0]["function"],
        "example.com/planted/work.keep"
    );
    // What the testing package does itself is none of its cost.
    let rows = bytes["functions"].as_array().unwrap().iter();
    let names: Vec<_> = rows.map(|row| row["function"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "example.com/planted/work.keep",
            "example.com/planted/work.BenchmarkOldLoop"
        ]
    );
    let markdown = sandbox.read("out.md");
    assert!(markdown.contains("#### OldLoop-2"), "{markdown}");
    assert!(
        sandbox
            .read("flames/work.OldLoop-2-cpu.svg")
            .starts_with("<svg")
    );
}

/// A loop over a small function, and one over a function that may take a lock.
fn hot(variant: &str) -> String {
    format!(
        "package work

import (
	\"sync\"
	\"testing\"
)

var Sink uint64

{variant}

func loop(x uint64) uint64 {{
	for i := uint64(0); i < 1000; i++ {{
		x = mix(x+i, 8)
	}}
	return x
}}

func BenchmarkLoop(b *testing.B) {{
	for i := 0; i < b.N; i++ {{
		Sink = loop(Sink)
	}}
}}

func BenchmarkGuarded(b *testing.B) {{
	local := uint64(0)
	for i := 0; i < b.N; i++ {{
		local = count(local)
	}}
	mutex.Lock()
	Sink += local
	mutex.Unlock()
}}
"
    )
}

#[test]
fn a_lost_inlining_and_a_lock_are_named() {
    if !has_go("a_lost_inlining_and_a_lock_are_named") {
        return;
    }
    let sandbox = Sandbox::alone();
    sandbox.write("go.mod", "module example.com/planted\n\ngo 1.22\n");
    // Where it is inlined the divisor is known and the division a shift; where it is not, it divides.
    let mix = "func mix(x, by uint64) uint64 { return x/by + 7 }";
    let work = "return local*31 + 7";
    sandbox.write(
        "work/work_test.go",
        &hot(&format!(
            "var mutex sync.Mutex\n\n{mix}\n\n//go:noinline\nfunc count(local uint64) uint64 {{\n\t{work}\n}}\n"
        )),
    );
    sandbox.commit("Base");
    sandbox.write(
        "work/work_test.go",
        &hot(&format!(
            "var mutex sync.Mutex\n\n//go:noinline\n{mix}\n\n//go:noinline\nfunc count(local uint64) \
             uint64 {{\n\tmutex.Lock()\n\tdefer mutex.Unlock()\n\t{work}\n}}\n"
        )),
    );
    // The code is in the test file.
    let arguments = "explain --base HEAD --benchtime 200ms --cpu 2 --benchmarks own";
    let ran = sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let warning = " itself changed in work_test.go, so its profiles compare two benchmarks";
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
    for (name, contributor) in [
        ("Loop-2", "mix, called from example.com/planted/work.loop"),
        (
            "Guarded-2",
            "count, called from example.com/planted/work.BenchmarkGuarded",
        ),
    ] {
        let says = format!(" ns/op is in example.com/planted/work.{contributor}");
        let mut lines = ran.stdout.lines();
        assert!(
            lines.any(|line| line.starts_with(&format!("{name}: +")) && line.ends_with(&says)),
            "{name}\n{}",
            ran.stdout
        );
    }
    let mix = ran.stdout.lines().find(|line| line.ends_with("work.mix"));
    assert!(
        mix.is_some_and(|line| line.trim_start().starts_with('+')),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_lock_that_others_wait_for_is_named() {
    if !has_go("a_lock_that_others_wait_for_is_named") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/planted\n\ngo 1.22\n");
    let code = |body: &str| {
        format!(
            "package work

import (
	\"sync\"
	\"testing\"
	\"time\"
)

var mutex sync.Mutex

func hold() {{ {body} }}

func BenchmarkShared(b *testing.B) {{
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {{
		for pb.Next() {{
			hold()
		}}
	}})
}}

func BenchmarkAlone(b *testing.B) {{
	for i := 0; i < b.N; i++ {{
		hold()
	}}
}}
"
        )
    };
    let sleep = "time.Sleep(2 * time.Millisecond)";
    sandbox.write(
        "work/work_test.go",
        &code(&format!("mutex.Lock(); mutex.Unlock(); {sleep}")),
    );
    sandbox.commit("Base");
    sandbox.write(
        "work/work_test.go",
        &code(&format!("mutex.Lock(); {sleep}; mutex.Unlock()")),
    );
    // The code is in the test file.
    let arguments = "explain --base HEAD --benchtime 100x --cpu 2 --format json --benchmarks own";
    let ran = sandbox.benchcli(&arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let report = ran.report();
    holds(&sandbox.benchcli(&["schema", "explain"]).report(), &report);
    let lock = |benchmark: &str| {
        let benchmarks = report["benchmarks"].as_array().unwrap();
        let found = benchmarks.iter().find(|it| it["benchmark"] == benchmark);
        let answers = found.unwrap()["answers"].as_array().unwrap();
        answers.iter().find(|it| it["sample_type"] == "lock delay")
    };
    let shared = lock("Shared-2").unwrap();
    assert_eq!(
        shared["top_contributor"]["function"], "example.com/planted/work.hold",
        "{shared}"
    );
    let sentence = shared["sentence"].as_str().unwrap();
    assert!(
        sentence.ends_with(", while others wait for its lock"),
        "{sentence}"
    );
    // Three others wait for each sleep, of two milliseconds or more.
    let waited = shared["total"]["difference"].as_f64().unwrap();
    assert!(waited > 4_000_000.0, "{waited}");
    assert!(lock("Alone-2").is_none());
}

#[test]
fn a_line_is_the_same_wherever_an_edit_moved_it() {
    if !has_go("a_line_is_the_same_wherever_an_edit_moved_it") {
        return;
    }
    let sandbox = Sandbox::new();
    // A module within the repository: paths are from the root all the same.
    sandbox.write("sub/go.mod", "module example.com/planted\n\ngo 1.22\n");
    sandbox.write(
        "sub/work/work_test.go",
        "package work

import \"testing\"

func BenchmarkKeep(b *testing.B) {
	for i := 0; i < b.N; i++ {
		keep()
	}
}
",
    );
    let work = |comment: &str, first: usize, second: &str| {
        format!(
            "package work

var Kept, Other []byte

{comment}//go:noinline
func keep() {{
	Kept = make([]byte, {first})
{second}}}
"
        )
    };
    let other = "\tOther = make([]byte, 256)\n";
    sandbox.write("sub/work/work.go", &work("", 64, other));
    sandbox.commit("Base");
    sandbox.write("sub/work/work.go", &work("// keep keeps.\n", 1024, ""));
    let common = "--base HEAD --benchtime 2000x --cpu 2 --format json";
    let explained = sandbox.benchcli(
        &format!("explain {common}")
            .split_whitespace()
            .collect::<Vec<_>>(),
    );
    let ran = sandbox.benchcli(
        &format!("run {common} --rounds 2 --gate B/op --explain")
            .split_whitespace()
            .collect::<Vec<_>>(),
    );
    for (ran, benchmarks) in [(explained, "benchmarks"), (ran, "explained")] {
        assert!(
            !ran.stdout.contains(sandbox.temporary().to_str().unwrap()),
            "{}",
            ran.stdout
        );
        let report = ran.report();
        let answers = report[benchmarks][0]["answers"].as_array().unwrap();
        let bytes = answers
            .iter()
            .find(|it| it["sample_type"] == "alloc_space")
            .unwrap();
        let lines = bytes["lines"].as_array().unwrap().iter();
        let own = lines.filter(|line| line["file"] == "sub/work/work.go");
        let told = own.map(|line| {
            let flat = &line["flat"];
            let value = |side: &str| flat[side].as_f64().unwrap().round();
            let presence = line["presence"].as_str().unwrap();
            (
                line["line"].as_i64().unwrap(),
                value("base"),
                value("head"),
                presence,
            )
        });
        // The edited line as the head numbers it, the one that is gone as the base did.
        assert_eq!(
            told.collect::<Vec<_>>(),
            [(8, 64.0, 1024.0, "both"), (8, 256.0, 0.0, "base-only")],
            "{bytes:#}"
        );
    }
    let common = "explain --base HEAD --benchtime 200x --cpu 2 --lines";
    let ran = sandbox.benchcli(&common.split_whitespace().collect::<Vec<_>>());
    let row = "  example.com/planted/work.keep sub/work/work.go:8";
    assert!(ran.stdout.contains(&format!("{row}\n")), "{}", ran.stdout);
    assert!(
        ran.stdout.contains(&format!("{row} (gone)\n")),
        "{}",
        ran.stdout
    );
    sandbox.assert_clean();
}
