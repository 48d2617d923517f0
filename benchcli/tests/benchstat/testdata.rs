//! Every file and pair in `testdata/` prints as the live benchstat prints it.

use std::path::Path;

use testsupport::paths::testdata;

use crate::reference::{benchstat, messages, run};

/// Files that the reference cannot read; see `unusual_inputs.rs` for them.
fn is_beyond_the_reference(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let repaired = [
        "utf16", "bom", "ci-log", "ansi", "fenced", "odd", "odd-v", "panic",
    ];
    name.ends_with(".json") || repaired.contains(&stem)
}

fn plain_files() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(testdata(""))
        .expect("testdata/ is there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| name.ends_with(".txt") && !is_beyond_the_reference(name))
        .collect();
    names.sort();
    names
}

fn assert_equal(benchstat: &Path, arguments: &[String]) {
    let ours = Path::new(env!("CARGO_BIN_EXE_benchdiff"));
    let expected = run(benchstat, arguments, &testdata(""), b"");
    let got = run(ours, arguments, &testdata(""), b"");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(text(&got.stdout), text(&expected.stdout), "{arguments:?}");
    assert_eq!(
        messages("benchdiff", &got.stderr),
        messages("benchstat", &expected.stderr),
        "{arguments:?}"
    );
    assert!(
        !expected.stdout.is_empty(),
        "{arguments:?} compares nothing"
    );
}

#[test]
fn every_file_alone() {
    let Some(benchstat) = benchstat("every_file_alone") else {
        return;
    };
    let files = plain_files();
    assert!(files.len() >= 12, "{files:?}");
    for file in files {
        for format in ["text", "csv"] {
            assert_equal(&benchstat, &["-format".into(), format.into(), file.clone()]);
        }
    }
}

#[test]
fn every_pair() {
    let Some(benchstat) = benchstat("every_pair") else {
        return;
    };
    let files = plain_files();
    for old in &files {
        for new in &files {
            for format in ["text", "csv"] {
                let arguments = ["-format", format, old, new].map(str::to_owned);
                assert_equal(&benchstat, &arguments);
            }
        }
    }
}

#[test]
fn all_files_at_once() {
    let Some(benchstat) = benchstat("all_files_at_once") else {
        return;
    };
    assert_equal(&benchstat, &plain_files());
}
