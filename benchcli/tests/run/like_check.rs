//! What `run` says of results, `check` says of the same results in files.

use std::path::Path;

use serde_json::Value;

use crate::sandbox::{Ran, Sandbox};
use testsupport::paths::testdata;

/// Takes out what only a run knows, or knows otherwise:
///
/// - how it measured;
/// - what the sides are called: commands there, files here;
/// - where in an input something stands: in what one program printed there, in all of it here;
/// - another encoding than UTF-8, which the files of `--save-raw` do not have.
fn without_what_a_run_knows(mut report: Value) -> Value {
    report["measured"].take();
    let diagnostics = report["diagnostics"].as_array_mut().unwrap();
    diagnostics.retain(|it| {
        let message = it["message"].as_str().unwrap();
        !message.contains("UTF-16") && !message.contains("byte order mark")
    });
    for diagnostic in diagnostics {
        diagnostic["line"].take();
        diagnostic["file"].take();
    }
    report["sides"].take();
    report
}

/// The same of the report as text: without the lines that say how it was measured, and without the
/// places of what was noticed.
fn text_without_what_a_run_knows(sandbox: &Sandbox, program: &str) -> Vec<String> {
    let text = sandbox.read(&format!("{program}.txt"));
    let lines = text.lines().enumerate().filter(|(place, line)| {
        let is_about_measuring = *place == 1 || line.contains(" rounds in ");
        !is_about_measuring && !line.contains("UTF-16") && !line.contains("byte order mark")
    });
    let without_place = |line: &str| {
        let is_noticed = ["failed: ", "warning: ", "note: "]
            .iter()
            .find(|start| line.starts_with(**start));
        match (is_noticed, line.rsplit_once(": ")) {
            (Some(start), Some((_, what))) => format!("{start}{what}"),
            _ => line.to_owned(),
        }
    };
    lines.map(|(_, line)| without_place(line)).collect()
}

/// Runs `cat` of both files in turn, and checks what that saves.
fn both(sandbox: &Sandbox, old: &Path, new: &Path, arguments: &[&str]) -> [Ran; 2] {
    let cat = |path: &Path| format!("cat '{}'", path.display());
    let (base, head) = (cat(old), cat(new));
    let common = ["--format", "json", "--no-config"];
    let run = ["run", "--base-cmd", &base, "--head-cmd", &head];
    let rounds = ["--rounds", "2", "--save-raw", "raw", "--seed", "1"];
    let check = ["check", "raw/old.txt", "raw/new.txt"];
    [
        sandbox.benchcli(
            &[
                &run[..],
                &rounds,
                &common,
                &["--report", "text=run.txt"],
                arguments,
            ]
            .concat(),
        ),
        sandbox.benchcli(
            &[
                &check[..],
                &common,
                &["--report", "text=check.txt"],
                arguments,
            ]
            .concat(),
        ),
    ]
}

fn files() -> Vec<std::path::PathBuf> {
    let folder = testdata("");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    let is_result = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        // Large recordings of one version say nothing that others do not. The line `panic: …` sets a
        // key as any such line does; the events of go test -json are put together by package, so
        // that no line between two programs' events ends it.
        let left_out = [
            "make.sh",
            "README.md",
            "noise.txt",
            "rounds.txt",
            "panic.json",
        ];
        path.is_file() && !left_out.contains(&name)
    };
    files.retain(is_result);
    files.sort();
    assert!(files.len() > 20);
    files
}

#[test]
fn run_says_what_check_says_of_all_test_data() {
    let sandbox = Sandbox::new();
    let mut compared = 0;
    for file in files() {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        // The other side of a pair, or the file against itself.
        let other = file.with_file_name(name.replace("-old.", "-new."));
        for arguments in [&[][..], &["--strict"]] {
            let [run, check] = both(&sandbox, &file, &other, arguments);
            let what = format!("{name} {arguments:?}\n{}\n{}", run.stderr, check.stderr);
            if arguments == ["--strict"] && run.code == Some(2) && run.stdout.is_empty() {
                // The saved text may be plainer than what was printed; it is never the other way round.
                continue;
            }
            assert_eq!(run.code, check.code, "{what}");
            assert_eq!(run.stdout.is_empty(), check.stdout.is_empty(), "{what}");
            if !run.stdout.is_empty() {
                compared += 1;
                assert_eq!(
                    without_what_a_run_knows(run.report()),
                    without_what_a_run_knows(check.report()),
                    "{what}"
                );
                let [run, check] =
                    ["run", "check"].map(|it| text_without_what_a_run_knows(&sandbox, it));
                assert_eq!(run, check, "{what}");
                assert!(!run.is_empty(), "{what}");
            }
        }
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn strict_reading_refuses_in_a_run_too() {
    let sandbox = Sandbox::new();
    let [_, odd] = ["onepkg-old.txt", "odd.txt"].map(testdata);
    let [run, check] = both(&sandbox, &odd, &odd, &["--strict"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("strict mode"), "{}", run.stderr);
    assert_eq!(check.code, Some(2));
}

#[test]
fn an_acceptance_that_ended_is_told_by_an_adaptive_run() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "benchcli.toml",
        "[[accept]]\nbenchmark = \"It\"\nunit = \"widgets/op\"\nup-to = \"50%\"\nreason = \"x\"\nuntil = \"2020-01-01\"\n",
    );
    let ran = sandbox.benchcli(&[
        "run",
        "--base-cmd",
        "echo BenchmarkIt 100 5 widgets/op",
        "--head-cmd",
        "echo BenchmarkIt 100 6 widgets/op",
        "--adaptive",
        "--rounds",
        "2",
        "--max-rounds",
        "12",
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let stale = ran.report()["stale"].to_string();
    assert!(stale.contains("it expired on 2020-01-01"), "{stale}");
}
