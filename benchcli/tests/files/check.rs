//! `benchcli check`: five stories in every report format, exit statuses, and bad input.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use snapbox::{Data, assert_data_eq};
use tempfile::TempDir;
use testsupport::isolated::git;
use testsupport::paths::testdata;

fn benchcli(folder: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("benchcli")
        .expect("built")
        .current_dir(folder)
        .env_remove("GITHUB_STEP_SUMMARY")
        .args(arguments)
        .output()
        .expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Old and new file, further flags, and the exit status.
const STORIES: [(&str, &[&str], i32); 5] = [
    (
        "fine",
        &[
            "onepkg-old.txt",
            "--base",
            "onepkg-old.txt",
            "--filter",
            ".name:(Marshal OR Pooled)",
        ],
        0,
    ),
    (
        "regression",
        &["onepkg-new.txt", "--base", "onepkg-old.txt"],
        1,
    ),
    (
        "traded",
        &[
            "turns-new.txt",
            "--base",
            "turns-old.txt",
            "--filter",
            ".name:Index",
            "--traded=warn",
        ],
        0,
    ),
    (
        "too-few",
        &[
            "count3-new.txt",
            "--base",
            "count3-old.txt",
            "--filter",
            ".name:(Label OR Title) .unit:ns/op",
        ],
        2,
    ),
    (
        "shift",
        &[
            "new.txt",
            "--base",
            "old.txt",
            "--filter",
            ".unit:ns/op .name:(Key OR Index OR Squares OR Label OR Title OR Fill OR Each)",
        ],
        3,
    ),
];

const FORMATS: [(&str, &str); 6] = [
    ("text", "txt"),
    ("markdown", "md"),
    ("json", "json"),
    ("junit", "xml"),
    ("github", "commands"),
    ("gitlab", "gitlab.json"),
];

fn story(name: &str, format: &str) -> String {
    let (_, arguments, exit) = STORIES
        .iter()
        .find(|story| story.0 == name)
        .expect("a story");
    let format = format!("--format={format}");
    let arguments = [&["check", "--no-config", &format], *arguments].concat();
    // Nothing of the project's own source may get into the annotations.
    let output = benchcli(&testdata(""), &arguments);
    assert_eq!(
        output.status.code(),
        Some(*exit),
        "{name}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

#[test]
fn five_stories_in_every_format() {
    for (name, _, _) in STORIES {
        for (format, ending) in FORMATS {
            let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("tests/golden/check/{name}.{ending}"));
            if std::env::var_os("SNAPSHOTS").is_some() && !golden.exists() {
                std::fs::create_dir_all(golden.parent().expect("a folder")).expect("made");
                std::fs::write(&golden, "").expect("written");
            }
            let shown = story(name, format);
            assert_data_eq!(
                shown,
                Data::read_from(&golden, Some(snapbox::data::DataFormat::Text)).raw()
            );
        }
    }
}

#[test]
fn what_is_done_about_a_trade_is_the_configurations_choice() {
    let told = |traded: &str| {
        ["junit", "github", "gitlab"].map(|format| {
            let output = benchcli(
                &testdata(""),
                &[
                    "check",
                    "--no-config",
                    "turns-new.txt",
                    "--base",
                    "turns-old.txt",
                    "--filter",
                    ".name:Index",
                    &format!("--format={format}"),
                    &format!("--traded={traded}"),
                ],
            );
            (text(&output.stdout), output.status.code())
        })
    };
    let [junit, github, gitlab] = told("fail");
    assert!(junit.0.contains("<failure type=\"traded\""), "{}", junit.0);
    assert!(
        github.0.contains("::error title=Index-2 traded"),
        "{}",
        github.0
    );
    assert!(gitlab.0.contains("\"severity\": \"major\""), "{}", gitlab.0);
    assert_eq!([junit.1, github.1, gitlab.1], [Some(1); 3]);

    let [junit, github, gitlab] = told("warn");
    assert!(
        junit.0.contains("<system-out>traded: +495.51% "),
        "{}",
        junit.0
    );
    assert!(
        github.0.contains("::warning title=Index-2 traded"),
        "{}",
        github.0
    );
    assert!(gitlab.0.contains("\"severity\": \"minor\""), "{}", gitlab.0);
    assert_eq!([junit.1, github.1, gitlab.1], [Some(0); 3]);

    let [junit, github, gitlab] = told("ignore");
    assert!(!junit.0.contains("traded"), "{}", junit.0);
    assert!(!github.0.contains("Index-2 traded"), "{}", github.0);
    assert_eq!(gitlab.0, "[]\n");
    assert_eq!([junit.1, github.1, gitlab.1], [Some(0); 3]);
}

#[test]
fn junit_is_well_formed_and_counts_its_cases() {
    for (name, _, exit) in STORIES {
        let xml = story(name, "junit");
        let document = roxmltree::Document::parse(&xml).expect("XML");
        let suite = document
            .descendants()
            .find(|node| node.has_tag_name("testsuite"))
            .expect("a suite");
        let cases: Vec<_> = suite
            .children()
            .filter(|node| node.has_tag_name("testcase"))
            .collect();
        let count = |tag| {
            cases
                .iter()
                .filter(|case| case.children().any(|node| node.has_tag_name(tag)))
                .count()
        };
        let stated = |name| {
            suite
                .attribute(name)
                .and_then(|text| text.parse::<usize>().ok())
                .expect("a number")
        };
        assert_eq!(cases.len(), stated("tests"), "{name}");
        assert_eq!(count("failure"), stated("failures"), "{name}");
        assert_eq!(count("skipped"), stated("skipped"), "{name}");
        assert_eq!(stated("failures") > 0, exit == 1, "{name}");
        for case in cases {
            assert!(case.attribute("name").is_some() && case.attribute("classname").is_some());
        }
    }
}

#[test]
fn code_quality_has_what_gitlab_asks_for() {
    for (name, _, exit) in STORIES {
        let report: serde_json::Value = serde_json::from_str(&story(name, "gitlab")).expect("JSON");
        let issues = report.as_array().expect("a list");
        assert!(exit != 1 || !issues.is_empty(), "{name}");
        let mut fingerprints: Vec<&str> = Vec::new();
        for issue in issues {
            assert!(issue["description"].is_string() && issue["check_name"].is_string());
            assert!(
                ["info", "minor", "major", "critical", "blocker"]
                    .contains(&issue["severity"].as_str().expect("text"))
            );
            assert!(issue["location"]["path"].is_string());
            assert!(issue["location"]["lines"]["begin"].as_u64() >= Some(1));
            fingerprints.push(issue["fingerprint"].as_str().expect("text"));
        }
        fingerprints.sort_unstable();
        fingerprints.dedup();
        assert_eq!(
            fingerprints.len(),
            issues.len(),
            "{name}: fingerprints are unique"
        );
    }
}

#[test]
fn the_json_report_follows_its_schema() {
    let schema: serde_json::Value =
        serde_json::from_slice(&benchcli(&testdata(""), &["schema"]).stdout).expect("JSON");
    let report: serde_json::Value =
        serde_json::from_str(&story("regression", "json")).expect("JSON");
    assert_eq!(report["schema"], "benchcli-check/3");
    for required in schema["required"].as_array().expect("a list") {
        let key = required.as_str().expect("text");
        assert!(report.get(key).is_some(), "{key}");
    }
    for key in report.as_object().expect("an object").keys() {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
}

#[test]
fn values_that_json_has_not_are_null_and_the_schema_allows_it() {
    let folder = configured("");
    let real = std::fs::read_to_string(testdata("onepkg-new.txt")).expect("readable");
    let broken = real.replacen(" ns/op", "e999 ns/op", 1).replacen(
        "-2 ",
        "-2 1 NaN ns/op\nBenchmarkKey-2 ",
        1,
    );
    std::fs::write(folder.path().join("onepkg-new.txt"), broken).expect("written");
    let (shown, _, _) = check(&folder, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let samples = report["rows"].as_array().expect("rows").iter();
    let mut samples = samples.flat_map(|row| row["new"]["samples"].as_array().expect("a list"));
    assert!(samples.any(serde_json::Value::is_null), "{shown}");
    let schema: serde_json::Value =
        serde_json::from_slice(&benchcli(folder.path(), &["schema"]).stdout).expect("JSON");
    let items = &schema["$defs"]["SideReport"]["properties"]["samples"]["items"];
    assert_eq!(items["type"], serde_json::json!(["number", "null"]));
}

#[test]
fn annotations_stand_at_the_function() {
    // A module that is not at the root of its repository.
    let repository = TempDir::new().expect("a temporary folder");
    std::fs::create_dir(repository.path().join(".git")).expect("made");
    let real = testdata("../examples/gobench");
    let gobench = repository.path().join("services/gobench");
    std::fs::create_dir_all(gobench.join("codec")).expect("made");
    for file in ["go.mod", "codec/codec_test.go"] {
        std::fs::copy(real.join(file), gobench.join(file)).expect("copied");
    }
    let at = |name: &str| testdata(name).to_str().expect("UTF-8").to_owned();
    let (old, new) = (at("onepkg-old.txt"), at("onepkg-new.txt"));
    let arguments = ["check", &new, "--base", &old, "--format=github"];
    let source = std::fs::read_to_string(gobench.join("codec/codec_test.go")).expect("readable");
    let line = source
        .lines()
        .position(|line| line.starts_with("func BenchmarkKey("))
        .expect("there")
        + 1;
    let expected = format!("::error file=services/gobench/codec/codec_test.go,line={line},title=");
    for folder in ["", "services", "services/gobench/codec"] {
        let shown = text(&benchcli(&repository.path().join(folder), &arguments).stdout);
        assert!(shown.contains(&expected), "{folder}: {shown}");
    }
}

#[test]
fn several_reports_at_once_and_the_step_summary() {
    let folder = TempDir::new().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (markdown, json, summary) = (at("a.md"), at("a.json"), at("summary.md"));
    let check = |reports: &[String]| {
        let mut command = Command::cargo_bin("benchcli").expect("built");
        command
            .current_dir(testdata(""))
            .env("GITHUB_STEP_SUMMARY", &summary)
            .args(["check", "onepkg-new.txt", "--base", "onepkg-old.txt"]);
        for report in reports {
            command.args(["--report", report]);
        }
        assert_eq!(command.output().expect("runs").status.code(), Some(1));
    };
    let read = |path: &str| std::fs::read_to_string(path).expect("written");
    check(&[format!("json={json}"), format!("markdown={markdown}")]);
    assert!(read(&summary).starts_with("### ❌ Benchmarks: regressed"));
    assert!(read(&json).contains("\"benchcli-check/3\""));
    assert_eq!(read(&markdown), read(&summary));
    // Where the summary is the report it has it once.
    check(&[format!("markdown={summary}")]);
    assert_eq!(read(&markdown), read(&summary));
}

/// A folder with the two real files, a configuration, and a program to ask there.
fn configured(config: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for name in ["onepkg-old.txt", "onepkg-new.txt"] {
        std::fs::copy(testdata(name), folder.path().join(name)).expect("copied");
    }
    std::fs::write(folder.path().join("benchcli.toml"), config).expect("written");
    folder
}

fn check(folder: &TempDir, flags: &[&str]) -> (String, String, Option<i32>) {
    let arguments = [
        &["check", "onepkg-new.txt", "--base", "onepkg-old.txt"],
        flags,
    ]
    .concat();
    let output = benchcli(folder.path(), &arguments);
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}

#[test]
fn the_file_sets_what_is_gated() {
    let gated = |config: &str| check(&configured(config), &[]).2;
    assert_eq!(gated(""), Some(1));
    assert_eq!(
        gated("threshold = \"1000%\"\ngate = [\"ns/op\"]\n"),
        Some(0)
    );
    assert_eq!(
        gated("[[rule]]\nfilter = \".name:Key\"\ngate = false\n"),
        Some(0)
    );
    assert_eq!(
        gated("[[rule]]\nfilter = \".unit:ns/op\"\ngate = false\n"),
        Some(1)
    );
    let folder = configured("gate = [\"ns/op\"]\nthreshold = \"1000%\"\n");
    assert_eq!(
        check(&folder, &["--threshold", "10%"]).2,
        Some(1),
        "a flag goes before the file"
    );
    assert_eq!(check(&folder, &["--no-config"]).2, Some(1));
}

#[test]
fn an_accepted_regression_passes_and_is_said() {
    let accept = |unit: &str, limit: &str| {
        format!(
            "[[accept]]\nbenchmark = \"Key\"\nunit = \"{unit}\"\nup-to = \"{limit}\"\nreason = \"readable keys\"\n"
        )
    };
    let all = [
        accept("ns/op", "900%"),
        accept("B/op", "100%"),
        accept("allocs/op", "200%"),
    ]
    .concat();
    let (shown, _, code) = check(&configured(&all), &[]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("accepted") && shown.contains("readable keys"),
        "{shown}"
    );
    let small = accept("ns/op", "900%") + &accept("B/op", "99%");
    assert_eq!(check(&configured(&small), &[]).2, Some(1));
    let gone = all
        + "[[accept]]\nbenchmark = \"Gone\"\nunit = \"ns/op\"\nup-to = \"5%\"\nreason = \"x\"\nuntil = \"2020-01-31\"\n";
    let (shown, _, code) = check(&configured(&gone), &[]);
    assert_eq!(code, Some(0));
    assert!(
        shown
            .contains("no effect: benchcli.toml:16: accept Gone ns/op: it expired on 2020-01-31\n"),
        "{shown}"
    );
}

#[test]
fn a_baseline_in_git_is_found_by_its_labels() {
    let folder = configured("[labels]\npool = \"large\"\n");
    git(&folder, &["init", "-q", "-b", "main"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-q", "-m", "Start"]);
    let record = |label: &str| {
        let arguments = ["record", "onepkg-old.txt", "--label", label];
        let output = benchcli(folder.path(), &arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    record("pool=small");
    let check = |base: &str| benchcli(folder.path(), &["check", "onepkg-new.txt", "--base", base]);
    let refused = check("HEAD");
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stdout));
    record("pool=large");
    let found = check("HEAD");
    assert_eq!(found.status.code(), Some(1), "{}", text(&found.stderr));
    assert!(text(&found.stdout).starts_with("regressed: Key-2"));
    git(&folder, &["commit", "-q", "--allow-empty", "-m", "Next"]);
    assert_eq!(
        check("auto").status.code(),
        Some(1),
        "{}",
        text(&check("auto").stderr)
    );
}

#[test]
fn a_commit_accepts_in_its_message() {
    let folder = configured("");
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "."]);
    git(
        &folder,
        &[
            "commit",
            "-q",
            "-m",
            "Make keys readable\n\nBenchmark-Accept: Key ns/op 900%: readable\nBenchmark-Accept: Key B/op 100%: readable\nBenchmark-Accept: Key allocs/op 200%: readable\n",
        ],
    );
    assert_eq!(check(&folder, &[]).2, Some(0));
    git(
        &folder,
        &["commit", "-q", "--allow-empty", "-m", "Nothing accepted"],
    );
    assert_eq!(check(&folder, &[]).2, Some(1));
}

#[test]
fn config_commands() {
    let folder =
        configured("threshold = \"5%\"\n[[rule]]\nfilter = \".unit:B/op\"\ngate = false\n");
    let shown = |action| text(&benchcli(folder.path(), &["config", action]).stdout);
    assert!(shown("check").contains("benchcli.toml: no errors (1 rule, 0 accepted regressions)"));
    let in_force = shown("show");
    assert!(
        in_force.contains("threshold = \"5%\"\nq = 0.05\nmin-samples = 5\n"),
        "{in_force}"
    );
    let schema: serde_json::Value = serde_json::from_str(&shown("schema")).expect("JSON");
    assert!(schema["properties"]["threshold"].is_object());
    let wrong = configured("threshhold = \"5%\"\n");
    let (_, stderr, code) = check(&wrong, &[]);
    assert_eq!(code, Some(2));
    assert!(
        stderr
            .ends_with("benchcli.toml:1:1: unknown key `threshhold`; did you mean `threshold`?\n"),
        "{stderr}"
    );
}

#[test]
fn exit_2_and_one_line_for_bad_input() {
    let folder = configured("");
    std::fs::write(folder.path().join("empty.txt"), "").expect("written");
    let new = std::fs::read_to_string(testdata("onepkg-new.txt")).expect("readable");
    std::fs::write(
        folder.path().join("other.txt"),
        new.replace("Benchmark", "BenchmarkOther"),
    )
    .expect("written");
    std::fs::write(
        folder.path().join("pkg.txt"),
        new.replace("/codec", "/renamed"),
    )
    .expect("written");
    for (arguments, said) in [
        (
            &["nosuch.txt", "--base", "onepkg-old.txt"][..],
            "cannot read nosuch.txt",
        ),
        (
            &["empty.txt", "--base", "onepkg-old.txt"],
            "no benchmark results in empty.txt",
        ),
        (
            &["onepkg-new.txt", "--base", "empty.txt"],
            "no benchmark results in empty.txt",
        ),
        (
            &["other.txt", "--base", "onepkg-old.txt"],
            "have no benchmark in common",
        ),
        (
            &["pkg.txt", "--base", "onepkg-old.txt"],
            "differ in pkg (\"example.com/gobench/codec\" and \"example.com/gobench/renamed\"); add --ignore pkg",
        ),
        (
            &[
                "onepkg-new.txt",
                "--base",
                "onepkg-old.txt",
                "--filter",
                ".name:Nosuch",
            ],
            "match the filter",
        ),
        (
            &[
                "onepkg-new.txt",
                "--base",
                "onepkg-old.txt",
                "--threshold",
                "0%",
            ],
            "expected a percentage above 0%, such as 5%",
        ),
        (
            &[
                "onepkg-new.txt",
                "--base",
                "onepkg-old.txt",
                "--threshold",
                "5",
            ],
            "expected a percentage such as 5%, found 5",
        ),
        (
            &["onepkg-new.txt", "--base", "onepkg-old.txt", "--q", "7"],
            "q 7: expected a false discovery rate between 0 and 1",
        ),
        (
            &[
                "onepkg-new.txt",
                "--base",
                "onepkg-old.txt",
                "--report",
                "pdf=x",
            ],
            "unknown format pdf",
        ),
        (
            &["onepkg-new.txt", "--base", "v1.0"],
            "--base v1.0: no such file",
        ),
    ] {
        let output = benchcli(folder.path(), &[&["check"], arguments].concat());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let ignored = benchcli(
        folder.path(),
        &[
            "check",
            "pkg.txt",
            "--base",
            "onepkg-old.txt",
            "--ignore",
            "pkg",
        ],
    );
    assert_eq!(ignored.status.code(), Some(1));
    let huge = benchcli(
        folder.path(),
        &[
            "check",
            "onepkg-new.txt",
            "--base",
            "onepkg-old.txt",
            "--threshold",
            "100000%",
            "--gate",
            "ns/op",
        ],
    );
    assert_eq!(huge.status.code(), Some(0));
}

#[test]
fn another_machine_settles_counters_only() {
    let folder = configured("");
    let new = std::fs::read_to_string(testdata("onepkg-new.txt")).expect("readable");
    let elsewhere = new.replace("cpu: ", "cpu: Other ").replace("-2 ", "-4 ");
    std::fs::write(folder.path().join("elsewhere.txt"), elsewhere).expect("written");
    let output = benchcli(
        folder.path(),
        &["check", "elsewhere.txt", "--base", "onepkg-old.txt"],
    );
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("the sides differ in cpu ("), "{shown}");
    assert!(shown.contains("GOMAXPROCS (2 and 4)"), "{shown}");
    assert!(shown.contains("regressed     Key-4"), "{shown}");
}

#[test]
fn removed_benchmarks_fail_on_request() {
    let folder = configured("");
    let new = std::fs::read_to_string(testdata("onepkg-old.txt")).expect("readable");
    let fewer: String = new
        .lines()
        .filter(|line| !line.contains("Pooled"))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(folder.path().join("fewer.txt"), fewer).expect("written");
    let run = |flags: &[&str]| {
        let arguments = [&["check", "fewer.txt", "--base", "onepkg-old.txt"], flags].concat();
        benchcli(folder.path(), &arguments).status.code()
    };
    assert_eq!(run(&[]), Some(0));
    assert_eq!(run(&["--fail-on-missing"]), Some(1));
    assert_eq!(run(&["--missing=fail"]), Some(1));
}

#[test]
fn benchdiff_gates_two_files() {
    let gate = |old: &str, new: &str| {
        let output = Command::cargo_bin("benchdiff")
            .expect("built")
            .current_dir(testdata(""))
            .env_remove("GITHUB_STEP_SUMMARY")
            .args(["--gate", old, new])
            .output()
            .expect("runs");
        (text(&output.stdout), output.status.code())
    };
    let (shown, code) = gate("onepkg-old.txt", "onepkg-new.txt");
    assert_eq!(code, Some(1));
    assert_eq!(shown, story("regression", "text"));
    assert_eq!(gate("onepkg-old.txt", "onepkg-old.txt").1, Some(0));
}

#[test]
fn a_gate_that_could_never_fail_is_refused() {
    let folder = configured("");
    let (_, stderr, code) = check(&folder, &["--gate", "nsop,ops"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.ends_with(
            "gate: no row has the unit nsop or ops, so nothing could fail; \
             the results have B/op, allocs/op, ns/op\n"
        ),
        "{stderr}"
    );
    let (_, stderr, code) = check(&folder, &["--gate", ""]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("gate lists no units"), "{stderr}");
    let (shown, _, code) = check(&folder, &["--gate", "ns/op,MB/s"]);
    assert_eq!(code, Some(1));
    assert!(
        shown.contains("no effect: gate: no row of this run has the unit MB/s\n"),
        "{shown}"
    );
}

#[test]
fn an_input_counts_once() {
    let folder = configured("");
    let run = |arguments: &[&str]| {
        let output = benchcli(folder.path(), arguments);
        (text(&output.stderr), output.status.code())
    };
    let twice = [
        "check",
        "onepkg-new.txt",
        "./onepkg-new.txt",
        "--base",
        "onepkg-old.txt",
    ];
    let (stderr, code) = run(&twice);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("./onepkg-new.txt was given twice"),
        "{stderr}"
    );
    let (stderr, code) = run(&["check", "-", "--base", "-"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("standard input cannot be both the base and the head"),
        "{stderr}"
    );
}

#[test]
fn inputs_that_contradict_each_other_about_a_unit_are_refused() {
    let folder = configured("");
    for (side, better) in [("old", "lower"), ("new", "higher")] {
        let file = format!("onepkg-{side}.txt");
        let real = std::fs::read_to_string(testdata(&file)).expect("readable");
        let text = format!("Unit ns/op better={better}\n{real}");
        std::fs::write(folder.path().join(file), text).expect("written");
    }
    let (shown, stderr, code) = check(&folder, &[]);
    assert_eq!((shown.as_str(), code), ("", Some(2)));
    assert!(
        stderr.contains("onepkg-new.txt:1: metadata better of unit ns/op already set to lower"),
        "{stderr}"
    );
    assert!(stderr.contains("disagree"), "{stderr}");
}

#[test]
fn a_regression_beyond_what_is_accepted_says_so() {
    let accept =
        "[[accept]]\nbenchmark = \"Key\"\nunit = \"ns/op\"\nup-to = \"10%\"\nreason = \"x\"\n";
    let folder = configured(accept);
    let (shown, _, code) = check(&folder, &[]);
    assert_eq!(code, Some(1));
    let row = shown
        .lines()
        .find(|line| line.contains("Key-2      sec/op"));
    let row = row.unwrap_or_else(|| panic!("{shown}"));
    assert!(row.contains("more than the accepted 10.0%"), "{row}");
}

#[test]
fn what_has_no_effect_is_named() {
    let rule = "[[rule]]\nfilter = \".unit:nsop\"\nthreshold = \"5%\"\n";
    let folder = configured(rule);
    let (shown, _, _) = check(&folder, &[]);
    let said = "no effect: benchcli.toml:1: rule .unit:nsop: matches no row of this run\n";
    assert!(shown.contains(said), "{shown}");
    let (shown, _, _) = check(&folder, &["--filter", ".unit:B/op"]);
    assert!(!shown.contains("no effect"), "{shown}");
}

#[test]
fn a_trailer_that_cannot_be_read_does_not_stop_a_check() {
    let folder = configured("");
    git(&folder, &["init", "-q"]);
    let message = "Tell of trailers\n\nBenchmark-Accept: PATTERN UNIT LIMIT: REASON\n";
    git(&folder, &["commit", "-q", "--allow-empty", "-m", message]);
    let (shown, _, code) = check(&folder, &[]);
    assert_eq!(code, Some(1));
    assert!(
        shown.contains(": Benchmark-Accept: PATTERN UNIT LIMIT: REASON: expected PATTERN"),
        "{shown}"
    );
}

#[test]
fn a_step_summary_that_cannot_be_written_does_not_change_the_answer() {
    let output = Command::cargo_bin("benchcli")
        .expect("built")
        .current_dir(testdata(""))
        .env("GITHUB_STEP_SUMMARY", "nosuch/summary.md")
        .args(["check", "--no-config", "onepkg-new.txt"])
        .args(["--base", "onepkg-old.txt"])
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("cannot write the step summary nosuch/summary.md"));
}

#[test]
fn markdown_stays_within_what_a_forge_takes() {
    let folder = configured("");
    // The real results under many names, each long enough to be told apart.
    for side in ["old", "new"] {
        let real = std::fs::read_to_string(testdata(&format!("onepkg-{side}.txt")));
        let real = real.expect("readable");
        let many: String = (0..400)
            .map(|copy| real.replace("-2 ", &format!("/variant={copy:060}-2 ")))
            .collect();
        std::fs::write(folder.path().join(format!("many-{side}.txt")), many).expect("written");
    }
    let accept: String = (0..300)
        .map(|at| {
            format!("[[accept]]\nbenchmark = \"Gone{at}\"\nunit = \"ns/op\"\nup-to = \"5%\"\nreason = \"x\"\n")
        })
        .collect();
    std::fs::write(folder.path().join("benchcli.toml"), accept).expect("written");
    let arguments = [
        "check",
        "many-new.txt",
        "--base",
        "many-old.txt",
        "--assume-stable",
        "--format",
        "markdown",
    ];
    let output = benchcli(folder.path(), &arguments);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    let length = shown.chars().count();
    assert!((50_000..=65_536).contains(&length), "{length}");
    assert!(shown.contains("more rows do not fit here; the JSON report lists all."));
    assert!(shown.contains("more notes\n"));
    assert_eq!(
        shown.matches("<details>").count(),
        shown.matches("</details>").count()
    );
}

#[test]
fn a_name_cannot_steer_the_terminal() {
    let folder = configured("");
    for (name, allocations) in [("old.txt", 1), ("new.txt", 2)] {
        let line = format!("BenchmarkBell\u{7}\u{9b}31m 1000 {allocations} allocs/op\n");
        std::fs::write(folder.path().join(name), line).expect("writable");
    }
    let output = benchcli(
        folder.path(),
        &["check", "new.txt", "--base", "old.txt", "--strict"],
    );
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(stdout.contains("Bell\\u{7}\\u{9b}31m"), "{stdout}");
    assert!(
        stdout
            .chars()
            .all(|letter| letter == '\n' || !letter.is_control())
    );
}

#[test]
fn remarks_say_how_a_timing_was_measured() {
    let folder = configured("");
    // Twice as fast now and then, as where a processor changes its frequency.
    let lines = |values: [u32; 10]| -> String {
        let lines = values.map(|value| format!("BenchmarkA 100000000 {value} ns/op\n"));
        lines.concat()
    };
    let two = [100, 101, 100, 200, 201, 200, 101, 200, 100, 201];
    std::fs::write(folder.path().join("old.txt"), lines([100; 10])).expect("writable");
    std::fs::write(folder.path().join("new.txt"), lines(two)).expect("writable");
    let arguments = ["check", "new.txt", "--base", "old.txt", "--format", "json"];
    let stdout = text(&benchcli(folder.path(), &arguments).stdout);
    let report: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(
        report["rows"][0]["remarks"][0],
        "two groups of values, 5 and 5, 66% apart"
    );
}
