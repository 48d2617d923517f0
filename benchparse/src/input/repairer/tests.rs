use super::*;

/// What is read of a text: results and what stands in for other lines, with their numbers.
struct Read {
    lines: Vec<(u64, String)>,
    errors: Vec<u64>,
    repairer: Repairer,
}

/// Does what the format's reader does, with a grammar that is just good enough.
fn read(text: &str) -> Read {
    let mut repairer = Repairer::new();
    let (mut lines, mut errors, mut held) = (Vec::new(), Vec::new(), Vec::new());
    let pieces = |repairer: &mut Repairer, lines: &mut Vec<(u64, String)>| {
        while let Some((number, text)) = repairer.piece() {
            lines.push((number, text.to_str_lossy().into_owned()));
        }
    };
    for (number, line) in (1..).zip(text.split('\n')) {
        let bytes = line.as_bytes();
        let config = line
            .split_once(": ")
            .filter(|(key, _)| key.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter(|(key, _)| !key.contains(|c: char| c.is_whitespace() || c.is_uppercase()));
        let refusal = if split_lines::is_result(bytes) {
            repairer.saw_result();
            lines.push((number, line.to_owned()));
            None
        } else if let Some((key, value)) = config {
            repairer.saw_config(key.as_bytes(), value.as_bytes(), number);
            None
        } else if line.starts_with("Benchmark") && line.contains(char::is_whitespace) {
            Some(Refusal::Error)
        } else {
            Some(Refusal::Ignored)
        };
        if let Some(refusal) = refusal {
            let is_error = refusal == Refusal::Error;
            match repairer.inspect(bytes, number, refusal) {
                RepairOutcome::Unchanged if is_error => held.push(number),
                RepairOutcome::Unchanged => {}
                RepairOutcome::Replaced => pieces(&mut repairer, &mut lines),
                RepairOutcome::Joined => {
                    held.remove(0);
                    pieces(&mut repairer, &mut lines);
                }
                RepairOutcome::Held => {
                    errors.append(&mut held);
                    held.push(number);
                }
            }
        }
        if !repairer.holds() {
            errors.append(&mut held);
        }
    }
    repairer.finish();
    errors.append(&mut held);
    pieces(&mut repairer, &mut lines);
    Read {
        lines,
        errors,
        repairer,
    }
}

impl Read {
    fn texts(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.1.as_str()).collect()
    }

    fn repairs(&self) -> Vec<(RepairKind, u64)> {
        let made = self.repairer.repairs.iter();
        made.map(|repair| (repair.kind, repair.count)).collect()
    }

    fn diagnostics(&self) -> Vec<(u64, String)> {
        let seen = self.repairer.diagnostics.iter();
        seen.map(|diagnostic| (diagnostic.line, diagnostic.to_string()))
            .collect()
    }
}

#[test]
fn joins_results_torn_by_what_the_benchmark_prints() {
    let torn = read(
        "pkg: example.com/m
BenchmarkMap-4         \tN=1
N=100
a: 0xc000
\ttook 5 ms, 30 B/op
 1486742\t       718 ns/op\t  11.14 MB/s
BenchmarkSet-4         \t1
100
  500000\t      3000 ns/op
PASS",
    );
    assert_eq!(
        torn.lines,
        [
            (
                2,
                "BenchmarkMap-4         \t 1486742\t       718 ns/op\t  11.14 MB/s".into()
            ),
            (
                7,
                "BenchmarkSet-4         \t  500000\t      3000 ns/op".into()
            ),
        ]
    );
    assert_eq!(torn.errors, [0; 0]);
    assert_eq!(torn.repairs(), [(RepairKind::TornResult, 2)]);
    assert_eq!(torn.diagnostics(), []);
}

#[test]
fn joins_results_with_text_that_has_no_line_end() {
    let torn = read(
        "BenchmarkA-8   \t....     100\t         5.0 ns/op
BenchmarkB-8   \tfirst
.....     200\t         6.0 ns/op
doneBenchmarkC-8   \t     300\t         7.0 ns/op
.BenchmarkD-8   \t.     400\t         8.0 ns/op
BenchmarkE
...BenchmarkE-8   \t     500\t         9.0 ns/op
10%\r100%\rBenchmarkF-8   \t10%\r100%\r     600\t         9.5 ns/op
bye.BenchmarkG-8   \tlog
?BenchmarkH-8   \tlog
     700\t         9.7 ns/op
BenchmarkI
<1><100>BenchmarkI-8   \t     800\t         9.8 ns/op
>BenchmarkJ-8   \t     900\t         9.9 ns/op",
    );
    assert_eq!(
        torn.texts(),
        [
            "BenchmarkA-8   \t     100\t         5.0 ns/op",
            "BenchmarkB-8   \t     200\t         6.0 ns/op",
            "BenchmarkC-8   \t     300\t         7.0 ns/op",
            "BenchmarkD-8   \t     400\t         8.0 ns/op",
            "BenchmarkE-8   \t     500\t         9.0 ns/op",
            "BenchmarkF-8   \t     600\t         9.5 ns/op",
            "BenchmarkH-8   \t     700\t         9.7 ns/op",
            "BenchmarkI-8   \t     800\t         9.8 ns/op",
        ]
    );
    assert_eq!(
        torn.repairs(),
        [(RepairKind::TornResult, 5), (RepairKind::GluedLine, 6)]
    );
    assert_eq!(torn.diagnostics(), []);
}

#[test]
fn numbers_without_an_open_name_are_left_alone() {
    for closer in [
        "--- BENCH: BenchmarkA-8",
        "PASS",
        "ok  \texample.com/m\t1.0s",
        "FAIL\texample.com/m\t1.0s",
        "pkg: example.com/n",
        "BenchmarkB-8   \t     100\t         5.0 ns/op",
    ] {
        let text = format!("BenchmarkA-8   \thello\n{closer}\n     200\t   6.0 ns/op");
        let read = read(&text);
        assert!(
            !read.texts().iter().any(|text| text.contains("200")),
            "{closer}"
        );
        assert_eq!(read.errors, [1], "{closer}");
        assert_eq!(
            read.diagnostics().first(),
            Some(&(1, "BenchmarkA-8 printed no result".into())),
            "{closer}"
        );
    }
}

#[test]
fn lone_names_of_verbose_runs_are_no_diagnostic() {
    let verbose = read(
        "BenchmarkA
    a_test.go:7: hello
BenchmarkA-8   \t     100\t         5.0 ns/op
BenchmarkA-8   \t     100\t         5.0 ns/op
BenchmarkB
BenchmarkB/sub
BenchmarkB/sub-8   \tlog
     100\t         6.0 ns/op
PASS",
    );
    assert_eq!(verbose.lines.len(), 3);
    assert_eq!(
        verbose.texts()[2],
        "BenchmarkB/sub-8   \t     100\t         6.0 ns/op"
    );
    assert_eq!(verbose.diagnostics(), []);
    assert_eq!(verbose.errors, [0; 0]);
}

#[test]
fn numbers_alone_are_noted() {
    let alone = read("pkg: a\n 6050972\t       252.7 ns/op\t      35 B/op\n100 5 ns/op");
    assert_eq!(
        alone.diagnostics(),
        [(2, "a result has no name (a)".to_owned())]
    );
    assert_eq!(alone.lines, []);
}

#[test]
fn the_last_name_of_a_cut_file_is_missed() {
    for text in ["BenchmarkA-8   \t", "BenchmarkA-8   ", "BenchmarkA-8"] {
        let cut = read(text);
        assert_eq!(
            cut.diagnostics(),
            [(1, "BenchmarkA-8 printed no result".to_owned())],
            "{text:?}"
        );
        assert_eq!(
            cut.errors.len(),
            usize::from(text.ends_with(char::is_whitespace))
        );
    }
}

#[test]
fn takes_collector_times_off_everything_of_go_test() {
    let log = read(
        "2023-05-24T15:53:20.1Z ##[group]Run go test
2023-05-24T15:53:20.2Z shell: /usr/bin/bash
2023-05-24T15:53:21.1Z goos: linux
2023-05-24T15:53:21.2Z BenchmarkA-2 \t1000000000\t 2.502 ns/op
2023-05-24T15:53:21.3Z BenchmarkB-2 \tlog
2023-05-24T15:53:21.4Z      100\t 7.5 ns/op
2023-05-24T15:53:21.5Z PASS",
    );
    assert_eq!(
        log.lines,
        [
            (3, "goos: linux".into()),
            (4, "BenchmarkA-2 \t1000000000\t 2.502 ns/op".into()),
            (5, "BenchmarkB-2 \t     100\t 7.5 ns/op".into()),
        ]
    );
    assert_eq!(
        log.repairs(),
        [(RepairKind::TornResult, 1), (RepairKind::Timestamp, 3)]
    );
}

#[test]
fn job_names_that_look_like_benchmarks_are_no_errors() {
    let log = read(
        "Benchmark\tRun\t2023-05-24T15:53:21.1Z go: downloading
Benchmark\tRun\t2023-05-24T15:53:21.2Z BenchmarkA-2 \t100\t 2.502 ns/op",
    );
    assert_eq!(log.texts(), ["BenchmarkA-2 \t100\t 2.502 ns/op"]);
    assert_eq!(log.errors, [0; 0]);
}

#[test]
fn takes_colours_off() {
    let coloured = read(
        "\x1b[1mgoos: linux\x1b[0m
\x1b[32mBenchmarkA-8\x1b[0m   \t     100\t         5.0 ns/op\x1b[0m
BenchmarkB-8   \t\x1b[32mlog\x1b[0m
     200\t         6.0 ns/op",
    );
    assert_eq!(
        coloured.texts(),
        [
            "goos: linux",
            "BenchmarkA-8   \t     100\t         5.0 ns/op",
            "BenchmarkB-8   \t     200\t         6.0 ns/op"
        ]
    );
    assert_eq!(
        coloured.repairs(),
        [(RepairKind::TornResult, 1), (RepairKind::Ansi, 2)]
    );
}

#[test]
fn reads_pasted_results_where_there_are_no_others() {
    for (before, kind) in [
        ("    ", RepairKind::Indentation),
        ("// ", RepairKind::CommentPrefix),
        ("# ", RepairKind::CommentPrefix),
        ("> ", RepairKind::CommentPrefix),
        ("BEFORE: ", RepairKind::Label),
    ] {
        let pasted = format!(
            "{before}pkg: example.com/m\n{before}BenchmarkA-8   \t     100\t     5.0 ns/op\n"
        );
        let alone = read(&pasted);
        assert_eq!(
            alone.texts(),
            [
                "pkg: example.com/m",
                "BenchmarkA-8   \t     100\t     5.0 ns/op"
            ]
        );
        assert_eq!(alone.repairs(), [(kind, 2)], "{before}");

        for text in [
            format!("{pasted}BenchmarkA-8 1 1 ns/op"),
            format!("BenchmarkA-8 1 1 ns/op\n{pasted}"),
        ] {
            let beside = read(&text);
            assert_eq!(beside.texts(), ["BenchmarkA-8 1 1 ns/op"], "{before}");
            assert_eq!(beside.repairs(), []);
        }
    }
}

#[test]
fn pasted_results_keep_the_plain_header_around_them() {
    let pasted = read(
        "goos: linux
pkg: a
  BenchmarkA-8 1 1 ns/op
pkg: b
  BenchmarkB-8 1 1 ns/op",
    );
    assert_eq!(
        pasted.texts(),
        [
            "goos: linux",
            "pkg: a",
            "BenchmarkA-8 1 1 ns/op",
            "pkg: b",
            "BenchmarkB-8 1 1 ns/op"
        ]
    );
    assert_eq!(pasted.repairs(), [(RepairKind::Indentation, 2)]);
}

#[test]
fn separates_what_follows_an_unfinished_result() {
    let glued = read(
        "pkg: a
BenchmarkA-8   \tgoos: windows
BenchmarkB-8   \tBenchmarkC-8   \t     100\t         5.0 ns/op
BenchmarkD-8   \tBenchmarkE-8   \tlog
     200\t         6.0 ns/op",
    );
    assert_eq!(
        glued.texts(),
        [
            "goos: windows",
            "BenchmarkC-8   \t     100\t         5.0 ns/op",
            "BenchmarkE-8   \t     200\t         6.0 ns/op",
        ]
    );
    assert_eq!(glued.errors, [0; 0]);
    assert_eq!(
        glued.diagnostics(),
        ["A", "B", "D"].map(|name| {
            let line = match name {
                "A" => 2,
                "B" => 3,
                _ => 4,
            };
            (line, format!("Benchmark{name}-8 printed no result (a)"))
        })
    );
}

#[test]
fn prose_and_foreign_results_stay_refused() {
    let text = "Benchmark: results of today
Benchmark One-Pass Run (see below):
Benchmarks took 5 minutes
BenchmarkA-8       41227 ns/op
BenchmarkA-8       41612 ns/op
     100\t         5.0 ns/op";
    let prose = read(text);
    assert_eq!(prose.lines, []);
    assert_eq!(prose.errors, [1, 2, 3, 4, 5]);
    assert_eq!(prose.repairs(), []);
    assert_eq!(
        prose.diagnostics(),
        [(6, "a result has no name".to_owned())]
    );
}

#[test]
fn names_what_failed_and_why() {
    let bad = read(
        "pkg: a
BenchmarkA-8   \t--- FAIL: BenchmarkA-8
--- SKIP: BenchmarkB
--- FAIL: BenchmarkC/x/y
--- FAIL: BenchmarkC/x
--- FAIL: BenchmarkC
BenchmarkD-64 \tsignal: killed
FAIL\ta\t1.0s
BenchmarkE-8   \tpanic: oh no
panic: oh no [recovered]
exit status 2
FAIL\tb\t0.1s
BenchmarkF-8   \tSIGQUIT: quit
*** Test killed with quit: ran too long (11m0s).
FAIL\tc [build failed]",
    );
    assert_eq!(
        bad.diagnostics(),
        [
            (2, "BenchmarkA-8 failed (a)"),
            (3, "BenchmarkB was skipped (a)"),
            (4, "BenchmarkC/x/y failed (a)"),
            (7, "BenchmarkD-64 was killed: signal: killed (a)"),
            (8, "a failed"),
            (9, "BenchmarkE-8 panicked: oh no (a)"),
            (12, "b failed: exit status 2"),
            (13, "BenchmarkF-8 was killed: SIGQUIT: quit (a)"),
            (15, "c failed: [build failed]"),
        ]
        .map(|(line, text)| (line, text.to_owned()))
    );
    assert_eq!(bad.errors, [2, 7, 9, 13]);
}

#[test]
fn a_panic_names_the_benchmark_that_ran() {
    let verbose = read("BenchmarkA\npanic: oh no\n\ngoroutine 1 [running]:\nexit status 2");
    assert_eq!(
        verbose.diagnostics(),
        [
            (2, "BenchmarkA panicked: oh no".to_owned()),
            (5, "the run failed: exit status 2".to_owned()),
        ]
    );
    let traced = read(
        "BenchmarkA-8 1 1 ns/op
panic: oh no

goroutine 20 [running]:
github.com/x/y.(*T).do(...)
\tgithub.com/x/y/t.go:7
github.com/x/y.BenchmarkB.func1(0x13c87caf2608?)
github.com/x/y.BenchmarkC(0x13c87caf2608?)",
    );
    assert_eq!(
        traced.diagnostics(),
        [(2, "BenchmarkB panicked: oh no (github.com/x/y)".to_owned())]
    );
    let timeout = read("BenchmarkA-8   \tlog\npanic: test timed out after 1s");
    assert_eq!(
        timeout.diagnostics(),
        [(
            2,
            "BenchmarkA-8 was killed: test timed out after 1s".to_owned()
        )]
    );
}

#[test]
fn a_line_of_nothing_but_names_is_read_without_recursion() {
    let line = "BenchmarkA\t".repeat(100_000);
    let mut repairer = Repairer::new();
    assert_eq!(
        repairer.inspect(line.as_bytes(), 1, Refusal::Error),
        RepairOutcome::Held
    );
}
