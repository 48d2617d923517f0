//! Bad input gets one clear line, exit 2, and no panic; good lines around a bad one still count.

use assert_cmd::Command;
use tempfile::TempDir;
use testsupport::paths::testdata;

fn benchdiff(folder: &TempDir, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::cargo_bin("benchdiff")
        .expect("built")
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    folder
}

#[test]
fn a_missing_file() {
    let folder = folder(&[]);
    let (stdout, stderr, code) = benchdiff(&folder, &["nosuch.txt"]);
    assert_eq!(stdout, "");
    assert_eq!(
        stderr,
        "benchdiff: cannot read nosuch.txt: No such file or directory (os error 2)\n\
         hint: pass a file with the output of `go test -bench`\n"
    );
    assert_eq!(code, Some(2));
}

#[test]
fn a_directory() {
    let folder = folder(&[]);
    std::fs::create_dir(folder.path().join("results")).expect("made");
    let (stdout, stderr, code) = benchdiff(&folder, &["results"]);
    assert_eq!(stdout, "");
    assert_eq!(
        stderr,
        "benchdiff: cannot read results: is a directory\n\
         hint: pass a file with the output of `go test -bench`\n"
    );
    assert_eq!(code, Some(2));
}

#[test]
fn files_without_a_benchmark() {
    let rubbish: Vec<u8> = (0..4096u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8)
        .collect();
    let folder = folder(&[
        ("empty.txt", b""),
        ("rubbish.bin", &rubbish),
        ("log.txt", b"PASS\nok p 1s\n"),
    ]);
    for name in ["empty.txt", "rubbish.bin", "log.txt"] {
        let (stdout, stderr, code) = benchdiff(&folder, &[name]);
        assert_eq!(stdout, "");
        let expected = format!(
            "benchdiff: no benchmark results in {name}; expected the output of 'go test -bench'\n"
        );
        assert_eq!(stderr, expected);
        assert_eq!(code, Some(2), "{name}");
    }
}

#[test]
fn good_lines_around_a_broken_one_count() {
    let folder = folder(&[(
        "a.txt",
        b"BenchmarkA 1 2 x\nBenchmarkA 1 two x\nBenchmarkA 1 4 x\n",
    )]);
    let (stdout, stderr, code) = benchdiff(&folder, &["a.txt"]);
    assert!(stdout.contains("A   3.000"), "{stdout}");
    assert_eq!(stderr, "a.txt:2: parsing measurement: invalid syntax\n");
    assert_eq!(code, Some(0));
}

#[test]
fn an_empty_file_beside_a_good_one() {
    let folder = folder(&[("a.txt", b"BenchmarkA 1 2 x\n"), ("empty.txt", b"")]);
    let (stdout, stderr, code) = benchdiff(&folder, &["a.txt", "empty.txt"]);
    assert!(stdout.contains("A   2.000"), "{stdout}");
    assert!(stderr.contains("empty.txt"), "{stderr}");
    assert_eq!(code, Some(2));
}

#[test]
fn a_filter_that_leaves_nothing() {
    let folder = folder(&[("a.txt", b"BenchmarkA 1 2 x\n")]);
    let (stdout, stderr, code) = benchdiff(&folder, &["-filter", ".name:B", "a.txt"]);
    assert_eq!(stdout, "");
    assert_eq!(
        stderr,
        "benchdiff: no results match the filter\n\
         hint: no result has `.name:B`; the only value is `A`\n"
    );
    assert_eq!(code, Some(2));
}

#[test]
fn a_bad_flag_value_is_shown_with_a_caret() {
    let folder = folder(&[("a.txt", b"BenchmarkA 1 2 x\n")]);
    let (_, stderr, code) = benchdiff(&folder, &["-filter", "a:b foo", "a.txt"]);
    assert_eq!(
        stderr,
        "benchdiff: parsing -filter: syntax error: expected key:value\n\ta:b foo\n\t    ^\n"
    );
    assert_eq!(code, Some(2));
    let (_, stderr, code) = benchdiff(&folder, &["-alpha", "5%", "a.txt"]);
    assert_eq!(
        stderr,
        "benchdiff: invalid value \"5%\" for flag -alpha: parse error\n"
    );
    assert_eq!(code, Some(2));
    let (_, stderr, code) = benchdiff(&folder, &["-alpha", "2", "a.txt"]);
    assert_eq!(stderr, "benchdiff: -alpha must be in range [0, 1]\n");
    assert_eq!(code, Some(2));
}

/// What benchdiff says of the real file and of one that is like it but for one replacement.
fn said_of_changed(from: &str, to: &str) -> String {
    let old = std::fs::read_to_string(testdata("onepkg-old.txt")).expect("readable");
    let new = std::fs::read_to_string(testdata("onepkg-new.txt")).expect("readable");
    assert!(new.contains(from));
    let changed = new.replace(from, to);
    let folder = folder(&[("old.txt", old.as_bytes()), ("new.txt", changed.as_bytes())]);
    let (stdout, stderr, code) = benchdiff(&folder, &["old.txt", "new.txt"]);
    assert!(!stdout.is_empty());
    assert_eq!(code, Some(0));
    let Some((_, flag)) = stderr.trim_end().split_once("; add ") else {
        return stderr;
    };
    // The flag that is named must mend it.
    let mended: Vec<&str> = flag.split(' ').chain(["old.txt", "new.txt"]).collect();
    let (stdout, after, _) = benchdiff(&folder, &mended);
    assert!(stdout.contains("p=") && after.is_empty(), "{flag}: {after}");
    stderr
}

#[test]
fn nothing_compared_names_the_key_and_the_flag() {
    assert_eq!(
        said_of_changed("goarch: amd64\n", "goarch: arm64\n"),
        "benchdiff: note: nothing is compared: old.txt and new.txt differ in goarch (\"amd64\" and \"arm64\"); \
         add -ignore goarch\n"
    );
    assert_eq!(
        said_of_changed("goos:", "commit: 1f2e3d\ngoos:"),
        "benchdiff: note: nothing is compared: old.txt and new.txt differ in commit (\"\" and \"1f2e3d\"); \
         add -ignore commit\n"
    );
}

#[test]
fn inputs_that_differ_are_named_in_the_order_of_the_command_line() {
    let testdata = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let text = std::fs::read_to_string(testdata.join("onepkg-old.txt")).expect("readable");
    // The table of `new.txt` comes first: it has no commit.
    let old = format!("commit: 1f2e3d\n{text}");
    let folder = folder(&[("old.txt", old.as_bytes()), ("new.txt", text.as_bytes())]);
    let differ = |first, second| {
        format!(
            "note: nothing is compared: {first}.txt and {second}.txt differ in commit \
             ({}); add -ignore commit\n",
            if first == "old" {
                r#""1f2e3d" and """#
            } else {
                r#""" and "1f2e3d""#
            },
        )
    };
    for (first, second) in [("old", "new"), ("new", "old")] {
        let (first_file, second_file) = (format!("{first}.txt"), format!("{second}.txt"));
        let (_, stderr, _) = benchdiff(&folder, &[&first_file, &second_file]);
        assert_eq!(stderr, format!("benchdiff: {}", differ(first, second)));
    }
}

#[test]
fn nothing_compared_for_other_processors() {
    assert_eq!(
        said_of_changed("-2 ", "-8 "),
        "benchdiff: note: nothing is compared: old.txt and new.txt differ in /gomaxprocs (\"2\" and \"8\"); \
         add -ignore /gomaxprocs\n"
    );
}

#[test]
fn nothing_compared_for_other_benchmarks() {
    assert_eq!(
        said_of_changed("Benchmark", "BenchmarkOther"),
        "benchdiff: note: nothing is compared: old.txt and new.txt have no benchmark in common\n"
    );
}

#[test]
fn help_and_messages_agree_on_how_many_samples_are_needed() {
    let three = |value: u32| format!("BenchmarkA 1 {value} ns/op\n").repeat(3);
    let (old, new) = (three(1), three(2));
    let folder = folder(&[("old.txt", old.as_bytes()), ("new.txt", new.as_bytes())]);
    let in_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");

    let (tables, _, _) = benchdiff(&folder, &["old.txt", "new.txt"]);
    let (help, _, _) = benchdiff(&folder, &["--help"]);
    for (note, sentence) in [
        (
            "need >= 6 samples for confidence interval at level 0.95",
            "An interval at the default --confidence requires at least 6 samples",
        ),
        (
            "need >= 4 samples to detect a difference at alpha level 0.05",
            "a significant difference at the default --alpha requires at least 4 per side; 10",
        ),
    ] {
        assert!(tables.contains(note), "{note}: {tables}");
        assert!(in_one_line(&help).contains(sentence), "{sentence}: {help}");
    }

    let (verdict, _, _) = benchdiff(&folder, &["--gate", "old.txt", "new.txt"]);
    let needed = "at least 5 per side for a verdict at q 0.05 on 1 timing; 10 recommended";
    assert!(verdict.contains(needed), "{verdict}");
}
