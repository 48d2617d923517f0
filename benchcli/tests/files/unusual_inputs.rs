//! Real outputs that the reference cannot read: they are mended, and every repair is said.

use std::process::Output;

use assert_cmd::Command;
use testsupport::paths::testdata;

fn benchdiff(arguments: &[&str]) -> Output {
    Command::cargo_bin("benchdiff")
        .expect("built")
        .current_dir(testdata(""))
        .args(arguments)
        .output()
        .expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn disguised_files_read_as_what_they_are() {
    let plain = text(&benchdiff(&["x=onepkg-old.txt"]).stdout);
    assert!(plain.contains("Marshal"));
    for (file, note) in [
        ("utf16.txt", "decoded the text from UTF-16"),
        ("bom.txt", "removed a byte order mark"),
        ("ci-log.txt", "removed the log time before 22 lines"),
        ("ansi.txt", "removed terminal escape codes from 22 lines"),
        ("fenced.md", ""),
        ("crlf.txt", ""),
    ] {
        let output = benchdiff(&[&format!("x={file}")]);
        assert_eq!(text(&output.stdout), plain, "{file}");
        let expected = match note {
            "" => String::new(),
            note => format!("benchdiff: note: {file}: {note}\n"),
        };
        assert_eq!(text(&output.stderr), expected, "{file}");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn json_streams_compare() {
    let output = benchdiff(&["json-old.json", "json-new.json"]);
    let shown = text(&output.stdout);
    assert!(shown.contains("pkg: example.com/gobench/codec"), "{shown}");
    assert!(shown.contains("pkg: example.com/gobench/text"), "{shown}");
    assert!(shown.contains("n=6)"), "{shown}");
    let notes = text(&output.stderr);
    assert!(
        notes.contains("json-old.json: took the output from "),
        "{notes}"
    );
    assert!(notes.contains(" go test -json events\n"), "{notes}");
}

/// How many values a benchmark has in a file.
fn samples(file: &str, name: &str) -> usize {
    let output = benchdiff(&["--format=json", "--units=ns/op", file]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rows = document["tables"][0]["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["label"] == name);
    let samples = row.and_then(|row| row["cells"][0]["samples"].as_array());
    samples.map_or(0, Vec::len)
}

#[test]
fn torn_results_are_joined() {
    for file in ["odd.txt", "odd-v.txt", "odd.json"] {
        for name in [
            "Before-2",
            "Logs-2",
            "Prints-2",
            "PrintsWithoutNewline-2",
            "Names/한국어/deep-2",
        ] {
            assert_eq!(samples(file, name), 2, "{file} {name}");
        }
    }
}

#[test]
fn benchmarks_without_a_result_are_counted_and_named() {
    let notes = |file| text(&benchdiff(&[file]).stderr);
    assert!(notes("odd-v.txt").ends_with(
        "odd-v.txt: 2 benchmarks failed, 1 benchmark was skipped, 1 package failed: \
         BenchmarkSkips, BenchmarkFails, BenchmarkFatal\n"
    ));
    assert!(
        notes("panic.txt")
            .ends_with("panic.txt: 1 panic was printed, 1 package failed: BenchmarkPanics\n")
    );
}

#[test]
fn json_output_carries_what_was_noticed() {
    let output = benchdiff(&["--format=json", "odd.json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let diagnostics = document["diagnostics"].as_array().expect("a list");
    let repaired = diagnostics.iter().find(|it| it["kind"] == "repaired");
    let repaired = repaired.expect("a repair");
    assert_eq!(repaired["file"], "odd.json");
    assert_eq!(repaired["severity"], "note");
    let failed = diagnostics.iter().filter(|it| it["kind"] == "failed");
    let named: Vec<_> = failed.map(|it| it["benchmark"].as_str()).collect();
    assert!(named.contains(&Some("BenchmarkFatal")), "{named:?}");
}

#[test]
fn strict_reading_refuses_with_the_place() {
    for (file, said) in [
        ("utf16.txt", "utf16.txt:1: the text is UTF-16"),
        ("odd.txt", "odd.txt:"),
        (
            "json-old.json",
            "json-old.json:1: the text is wrapped in go test -json events",
        ),
    ] {
        let output = benchdiff(&["--strict", "onepkg-old.txt", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(output.stdout.is_empty(), "{file}");
        assert!(
            text(&output.stderr).contains(said),
            "{}",
            text(&output.stderr)
        );
    }
    assert_eq!(
        benchdiff(&["--strict", "onepkg-old.txt"]).status.code(),
        Some(0)
    );
}
