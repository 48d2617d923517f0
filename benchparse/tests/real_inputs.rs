//! Inputs that are not the plain output of `go test`, read from end to end.

use std::io::ErrorKind;

use benchparse::format::{NeedsRepair, Parser, Reader, Record, RepairMode};
use benchparse::input::{Diagnostics, RepairKind, Repairs};
use proptest::prelude::*;

/// What a reader finds in a text.
struct Found {
    /// Line of each result, and its name, iterations and values.
    results: Vec<(u64, String)>,
    /// The configuration of each result.
    configs: Vec<String>,
    errors: Vec<String>,
    repairs: Repairs,
    diagnostics: Diagnostics,
}

fn read_with(text: &[u8], repair_mode: RepairMode) -> std::io::Result<Found> {
    let mut parser = Parser::new();
    parser.begin(b"run.txt", b"run.txt");
    let mut reader = Reader::with_repair_mode(&mut parser, text, repair_mode);
    let (mut results, mut configs, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(record) = reader.next_record()? {
        match record {
            Record::Result(result) => {
                let text = String::from_utf8_lossy;
                let config = result.configs();
                let config = config.map(|(key, value)| format!("{}={}", text(key), text(value)));
                configs.push(config.collect::<Vec<_>>().join(" "));
                let measured = result.written_values();
                let measured = measured.map(|(value, unit)| format!(" {value} {}", text(unit)));
                let measured: String = measured.collect();
                let name = text(result.name().full());
                let said = format!("{name} {}{measured}", result.iterations());
                results.push((result.line(), said));
            }
            Record::Error(error) => errors.push(error.to_string()),
            _ => {}
        }
    }
    Ok(Found {
        results,
        configs,
        errors,
        repairs: reader.repairs(),
        diagnostics: reader.diagnostics().clone(),
    })
}

fn read(text: &str) -> Found {
    read_with(text.as_bytes(), RepairMode::Repair).expect("reading from memory")
}

impl Found {
    fn said(&self) -> Vec<&str> {
        self.results
            .iter()
            .map(|result| result.1.as_str())
            .collect()
    }

    fn repaired(&self) -> Vec<String> {
        self.repairs
            .iter()
            .map(|repair| repair.to_string())
            .collect()
    }
}

const TORN: &str = "\
goos: linux
BenchmarkMap-4         \tN=1
N=100
 1486742\t       718 ns/op\t  11.14 MB/s
BenchmarkSet-4         \t     100\t       250 ns/op
PASS
";

#[test]
fn a_torn_result_is_one_result_at_the_line_of_its_name() {
    let found = read(TORN);
    let map = "Map-4 1486742 718 ns/op 11.14 MB/s";
    let set = "Set-4 100 250 ns/op";
    assert_eq!(found.results, [(2, map.to_owned()), (5, set.to_owned())]);
    assert_eq!(found.configs, ["goos=linux"; 2]);
    assert_eq!(found.errors, [""; 0]);
    assert_eq!(
        found.repaired(),
        ["joined 1 result that was split by other output"]
    );
    assert!(found.diagnostics.is_empty());
}

#[test]
fn strict_reading_stops_at_what_it_would_have_to_repair() {
    for (text, line, kind) in [
        (TORN, 2, RepairKind::TornResult),
        ("\u{feff}goos: linux\n", 1, RepairKind::Utf8Bom),
        (
            "goos: linux\n2024-01-01T00:00:00Z BenchmarkA 1 1 ns/op\n",
            2,
            RepairKind::Timestamp,
        ),
        (
            "\n{\"Action\":\"output\",\"Output\":\"PASS\\n\"}\n",
            2,
            RepairKind::Test2Json,
        ),
        (
            "text\n  BenchmarkA 1 1 ns/op\nPASS\n",
            2,
            RepairKind::Indentation,
        ),
    ] {
        let Err(error) = read_with(text.as_bytes(), RepairMode::Refuse) else {
            panic!("read {text:?}");
        };
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        let needs = error
            .get_ref()
            .and_then(|source| source.downcast_ref::<NeedsRepair>())
            .expect("the error says what needs repair");
        assert_eq!((needs.line, needs.kind), (line, kind), "{text:?}");
    }
    let clean = "goos: linux\nBenchmarkA 1 1 ns/op\n# BenchmarkA 1 1 ns/op\nPASS\n";
    let clean = read_with(clean.as_bytes(), RepairMode::Refuse);
    assert_eq!(clean.map(|found| found.results.len()).ok(), Some(1));
}

#[test]
fn without_mending_input_is_read_as_benchstat_reads_it() {
    let found = read_with(TORN.as_bytes(), RepairMode::Off).expect("reading from memory");
    assert_eq!(found.results.len(), 1);
    assert_eq!(
        found.errors,
        ["run.txt:2: parsing iteration count: invalid syntax"]
    );
    assert!(found.repairs.is_empty());
}

#[test]
fn errors_come_in_the_order_of_their_lines() {
    let found = read(
        "BenchmarkA-4   \tlog
Unit tests passed
BenchmarkB-4   \tlog
Unit
     100\t       250 ns/op
BenchmarkC x
BenchmarkD-4   \tlog
",
    );
    assert_eq!(
        found.errors,
        [
            "run.txt:1: parsing iteration count: invalid syntax",
            "run.txt:2: expected key=value",
            "run.txt:4: missing unit",
            "run.txt:6: parsing iteration count: invalid syntax",
            "run.txt:7: parsing iteration count: invalid syntax",
        ]
    );
    assert_eq!(found.results, [(3, "B-4 100 250 ns/op".to_owned())]);
}

#[test]
fn events_and_text_read_the_same() {
    let events = TORN.split_inclusive('\n').map(|line| {
        let line = serde_json::to_string(line).expect("a string is JSON");
        format!(
            r#"{{"Action":"output","Package":"p","Output":{line}}}
{{"Action":"output","Package":"q","Output":"log\n"}}
"#
        )
    });
    let events: String = events.collect();
    let found = read(&events);
    assert_eq!(found.said(), read(TORN).said());
    assert_eq!(
        found.repaired(),
        [
            "took the output from 12 go test -json events",
            "joined 1 result that was split by other output"
        ]
    );
}

#[test]
fn diagnostics_name_benchmark_package_and_line() {
    let found = read(
        "pkg: example.com/m
BenchmarkA-4   \tpanic: oh no
panic: oh no [recovered]
exit status 2
FAIL\texample.com/m\t0.1s
",
    );
    let said: Vec<_> = found
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{}: {diagnostic}", diagnostic.line))
        .collect();
    assert_eq!(
        said,
        [
            "2: BenchmarkA-4 panicked: oh no (example.com/m)",
            "5: example.com/m failed: exit status 2"
        ]
    );
    let json = serde_json::to_value(&found.diagnostics).expect("diagnostics are data");
    assert_eq!(json[0]["kind"], "panicked");
    assert_eq!(json[0]["benchmark"], "BenchmarkA-4");
}

/// The bytes of one of the real outputs.
fn testdata(name: &str) -> Vec<u8> {
    let path = testsupport::paths::testdata(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read_file(name: &str) -> Found {
    read_with(&testdata(name), RepairMode::Repair).expect("reading from memory")
}

#[test]
fn what_shells_editors_and_collectors_do_to_a_file_is_undone() {
    let plain = read_file("onepkg-old.txt");
    assert_eq!(plain.results.len(), 18);
    assert!(plain.repairs.is_empty() && plain.diagnostics.is_empty());
    for (name, repaired) in [
        ("crlf.txt", None),
        ("fenced.md", None),
        ("bom.txt", Some("removed a byte order mark")),
        ("utf16.txt", Some("decoded the text from UTF-16")),
        ("ci-log.txt", Some("removed the log time before 22 lines")),
        (
            "ansi.txt",
            Some("removed terminal escape codes from 22 lines"),
        ),
    ] {
        let found = read_file(name);
        assert_eq!(found.said(), plain.said(), "{name}");
        assert_eq!(found.configs, plain.configs, "{name}");
        assert_eq!(found.errors, [""; 0], "{name}");
        assert_eq!(found.repaired().first().map(String::as_str), repaired);
        assert_eq!(found.repaired().len(), usize::from(repaired.is_some()));
    }
}

#[test]
fn every_result_of_an_odd_package_is_found_however_it_was_run() {
    let names = |found: &Found| -> Vec<String> {
        let mut names: Vec<_> = found
            .said()
            .iter()
            .map(|said| said.split(' ').next().unwrap_or_default().to_owned())
            .collect();
        names.dedup();
        names
    };
    let (plain, verbose, json) = (
        read_file("odd.txt"),
        read_file("odd-v.txt"),
        read_file("odd.json"),
    );
    for found in [&plain, &verbose, &json] {
        // Two runs of each benchmark, none with another's name.
        assert_eq!(found.results.len(), 2 * names(found).len());
        assert_eq!(names(found), names(&plain));
        assert!(
            found
                .configs
                .iter()
                .all(|config| config.contains("pkg=example.com/gobench/odd"))
        );
    }
    assert_eq!(
        plain.repaired(),
        [
            "joined 4 results that were split by other output",
            "separated 1 line from the unfinished line before"
        ]
    );
    let said: Vec<_> = verbose
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        [
            "BenchmarkSkips was skipped (example.com/gobench/odd)",
            "BenchmarkFails failed (example.com/gobench/odd)",
            "BenchmarkFatal failed (example.com/gobench/odd)",
            "example.com/gobench/odd failed: exit status 1",
        ]
    );
}

#[test]
fn a_panicking_benchmark_is_named() {
    for name in ["panic.txt", "panic.json"] {
        let found = read_file(name);
        assert_eq!(found.results.len(), 6, "{name}");
        let said: Vec<_> = found.diagnostics.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "BenchmarkPanics panicked: runtime error: index out of range [1] with length 0 \
                 (example.com/gobench/odd)",
                "example.com/gobench/odd failed: exit status 2"
            ],
            "{name}"
        );
    }
}

#[test]
fn plain_outputs_are_read_without_repair() {
    for name in [
        "old.txt",
        "new.txt",
        "cpu12-old.txt",
        "nomem-new.txt",
        "verbose.txt",
    ] {
        let mended = read_file(name);
        let plain = read_with(&testdata(name), RepairMode::Off).expect("reading from memory");
        assert!(mended.repairs.is_empty(), "{name}");
        assert_eq!(mended.results, plain.results, "{name}");
        assert_eq!(mended.configs, plain.configs, "{name}");
        assert_eq!(mended.errors, plain.errors, "{name}");
    }
}

/// Lines that do something to the repairer or to the grammar.
fn text() -> impl Strategy<Value = String> {
    const LINES: [&str; 34] = [
        "",
        "PASS",
        "ok  \texample.com/m\t1.0s",
        "FAIL\texample.com/m\t1.0s",
        "exit status 1",
        "goos: linux",
        "pkg: example.com/m",
        "pkg: example.com/n",
        "cpu:",
        "panic: oh no",
        "signal: killed",
        "log: x",
        "Unit tests passed",
        "Unit ns/op assume=exact",
        "BenchmarkA",
        "BenchmarkA-8   \t     100\t         5.0 ns/op",
        "BenchmarkA-8 100 5 ns/op",
        "BenchmarkA-8   \t",
        "BenchmarkA-8   \tlog",
        "BenchmarkA-8   \t100",
        "BenchmarkA-8   \tlog     100\t         5.0 ns/op",
        "BenchmarkA-8   \tgoos: windows",
        "BenchmarkA-8   \tBenchmarkB-8   \t",
        "BenchmarkA-8   \t--- FAIL: BenchmarkA-8",
        "byeBenchmarkA-8   \t     100\t         5.0 ns/op",
        "     100\t         5.0 ns/op",
        "....     100\t         5.0 ns/op",
        "--- BENCH: BenchmarkA-8",
        "--- FAIL: BenchmarkA-8/x",
        "    BenchmarkA-8 1 1 ns/op",
        "# goos: plan9",
        "2024-01-01T00:00:00Z BenchmarkA-8 1 1 ns/op",
        "2024-01-01T00:00:00Z pkg: example.com/o",
        "Benchmark results:",
    ];
    let line = prop_oneof![
        8 => prop::sample::select(&LINES[..]).prop_map(str::to_owned),
        1 => "[ -~\t\r]{0,40}",
        1 => "Benchmark[ -~\t\r]{0,40}",
    ];
    prop::collection::vec(line, 0..16).prop_map(|lines| lines.join("\n"))
}

fn is_part<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|item| whole.any(|other| other == item))
}

proptest! {
    /// Every result that can be read without help is read with it; every error with it is one
    /// without.
    #[test]
    fn mending_only_adds(text in text()) {
        let plain = read_with(text.as_bytes(), RepairMode::Off).expect("reading from memory");
        let mended = read(&text);
        prop_assert!(is_part(&plain.results, &mended.results));
        prop_assert!(is_part(&mended.errors, &plain.errors));
    }

    /// Where nothing was repaired everything is the same, and strict reading takes it.
    #[test]
    fn nothing_repaired_is_nothing_changed(text in text()) {
        let mended = read(&text);
        let strict = read_with(text.as_bytes(), RepairMode::Refuse);
        prop_assert_eq!(strict.is_ok(), mended.repairs.is_empty());
        if mended.repairs.is_empty() {
            let plain = read_with(text.as_bytes(), RepairMode::Off).expect("reading from memory");
            prop_assert_eq!(plain.results, mended.results);
            prop_assert_eq!(plain.configs, mended.configs);
            prop_assert_eq!(plain.errors, mended.errors);
        }
    }

    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for repair_mode in [RepairMode::Repair, RepairMode::Refuse, RepairMode::Off] {
            let _ = read_with(&bytes, repair_mode);
        }
    }
}
