//! Real reports are what the published JSON Schemas say.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use testsupport::isolated::git;
use testsupport::json_schema::{faults, holds};
use testsupport::paths::testdata;

fn printed(arguments: &[&str]) -> Value {
    printed_in(&testdata(""), arguments)
}

fn printed_in(folder: &Path, arguments: &[&str]) -> Value {
    let output = Command::cargo_bin("benchcli")
        .expect("built")
        .current_dir(folder)
        .env_remove("GITHUB_STEP_SUMMARY")
        .args(arguments)
        .output()
        .expect("runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {output:?}"))
}

/// What is printed as one document or a line each.
fn lines_in(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let mut command = Command::cargo_bin("benchcli").expect("built");
    let output = command.current_dir(folder).args(arguments).output();
    let output = output.expect("runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    let documents = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    let documents: Result<Vec<Value>, _> = documents.collect();
    let documents = documents.expect("JSON");
    assert!(!documents.is_empty(), "{arguments:?}");
    documents
}

#[test]
fn verdicts() {
    let schema = printed(&["schema", "check"]);
    for (old, new) in [
        ("turns-old.txt", "turns-new.txt"),
        ("old.txt", "new.txt"),
        ("onepkg-old.txt", "unequal-new.txt"),
        ("count1-old.txt", "count1-new.txt"),
    ] {
        let report = printed(&["check", new, "--base", old, "--format", "json"]);
        assert_eq!(report["schema"], "benchcli-check/3");
        holds(&schema, &report);
    }
}

/// What a version of a schema says does not change: readers keep a copy.
#[test]
fn every_version_of_a_schema_is_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (report, file) in [
        ("check", "benchcli-check-3"),
        ("diff", "benchdiff-2"),
        ("explain", "benchcli-explain-2"),
        ("profile-diff", "benchcli-profile-diff-2"),
        ("trend", "benchcli-trend-2"),
    ] {
        let path = folder.join(format!("{file}.json"));
        let printed = printed(&["schema", report]);
        if std::env::var_os("SNAPSHOTS").is_some() {
            let text = serde_json::to_string_pretty(&printed).unwrap() + "\n";
            std::fs::write(&path, text).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&kept).unwrap(),
            printed,
            "a change of {file} that breaks readers needs the next number"
        );
    }
    for file in [
        "benchcli-check-1.json",
        "benchcli-check-2.json",
        "benchcli-explain-1.json",
        "benchcli-profile-diff-1.json",
        "benchcli-trend-1.json",
        "benchdiff-1.json",
    ] {
        assert!(folder.join(file).is_file(), "{file}");
    }
}

#[test]
fn tables() {
    let schema = printed(&["schema", "diff"]);
    for inputs in [
        &["turns-old.txt", "turns-new.txt"][..],
        &["odd.txt"],
        &["count1-old.txt", "count1-new.txt"],
        &["json-old.json", "panic.txt", "ci-log.txt"],
    ] {
        let output = Command::cargo_bin("benchdiff")
            .expect("built")
            .current_dir(testdata(""))
            .args(["--format", "json"])
            .args(inputs)
            .output()
            .expect("runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["schema"], "benchdiff/2");
        holds(&schema, &report);
    }
}

#[test]
fn histories() {
    let repo = tempfile::tempdir().expect("a temporary folder");
    git(&repo, &["init", "-q"]);
    for file in [
        "onepkg-old.txt",
        "onepkg-old.txt",
        "onepkg-new.txt",
        "onepkg-new.txt",
    ] {
        git(&repo, &["commit", "-q", "--allow-empty", "-m", "A commit"]);
        let file = testdata(file).display().to_string();
        git(&repo, &["notes", "--ref=benchmarks", "add", "-F", &file]);
    }
    let report = printed_in(repo.path(), &["trend", "--format", "json", "--all"]);
    assert_eq!(report["schema"], "benchcli-trend/2");
    holds(&printed(&["schema", "trend"]), &report);
}

#[test]
fn profiles() {
    let schema = printed(&["schema", "profile-diff"]);
    for kind in ["cpu", "heap"] {
        let [old, new] = ["old", "new"].map(|side| format!("profiles/{side}.{kind}.pprof"));
        for arguments in [&[][..], &["--more-old", &new, "--ops", "2000,2000"]] {
            let diff = [
                &["profile", "diff", &old, &new, "--format", "json"],
                arguments,
            ]
            .concat();
            let report = printed(&diff);
            assert_eq!(report["schema"], "benchcli-profile-diff/2");
            assert!(
                report["functions"]
                    .as_array()
                    .is_some_and(|rows| rows.len() > 3)
            );
            holds(&schema, &report);
        }
    }
}

#[test]
fn what_commands_on_baselines_print() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    git(&folder, &["init", "-q", "-b", "main", "--bare", "remote"]);
    git(&folder, &["init", "-q", "-b", "main", "repo"]);
    let repo = at("repo");
    git(&repo, &["commit", "-q", "--allow-empty", "-m", "A commit"]);
    git(&repo, &["remote", "add", "origin", "../remote"]);
    std::fs::write(repo.join("go.mod"), "module example.com/m\n").expect("written");
    std::fs::create_dir(repo.join("old")).expect("made");
    let head = git(&repo, &["rev-parse", "HEAD"]);
    let named = format!("old/{}.txt", head.trim());
    std::fs::copy(testdata("unequal-new.txt"), repo.join(named)).expect("copied");
    let file = |name: &str| testdata(name).display().to_string();
    let (results, profile) = (file("onepkg-old.txt"), file("profiles/old.cpu.pprof"));
    let prune = ["prune", "--older-than", "1h", "--dry-run", "--json"];
    for (name, arguments) in [
        ("init", &["init", "--yes", "--json"][..]),
        ("record", &["record", "--json", "--label", "a=b", &results]),
        ("import", &["import", "--json", "old"]),
        ("log", &["log", "--json"]),
        ("show", &["show", "--json"]),
        ("export", &["export", "--format", "jsonl"]),
        ("profile-add", &["profile", "add", "--json", &profile]),
        ("profile-list", &["profile", "list", "--json"]),
        ("push", &["push", "--json"]),
        ("pull", &["pull", "--json"]),
        ("prune", &prune),
    ] {
        let schema = printed(&["schema", name]);
        for line in lines_in(&repo, arguments) {
            holds(&schema, &line);
        }
        let report = lines_in(&repo, arguments).remove(0);
        // No key that is printed is missing in the schema.
        for key in report.as_object().expect("an object").keys() {
            assert!(schema["properties"].get(key).is_some(), "{name}: {key}");
        }
        for key in schema["required"].as_array().expect("keys") {
            let mut without = report.clone();
            without
                .as_object_mut()
                .expect("an object")
                .remove(key.as_str().expect("a key"));
            let mut found = Vec::new();
            faults(&schema, &schema, &without, "", &mut found);
            assert!(!found.is_empty(), "{name}: {key}");
        }
    }
}

#[test]
fn a_wrong_report_is_refused() {
    let schema = printed(&["schema", "check"]);
    let mut report = printed(&["check", "old.txt", "--base", "old.txt", "--format", "json"]);
    report["outcome"] = "perhaps".into();
    report["rows"][0]["benchmark"] = 7.into();
    report["exit"].take();
    report["schema"] = "benchcli-check/0".into();
    report["rows"][1]["verdict"] = "slower".into();
    let mut found = Vec::new();
    faults(&schema, &schema, &report, "", &mut found);
    for wrong in [
        "/outcome:",
        "/rows/0/benchmark:",
        "/exit:",
        "/schema:",
        "/rows/1/verdict:",
    ] {
        let is_told = found.iter().any(|fault| fault.starts_with(wrong));
        assert!(is_told, "{wrong} {found:?}");
    }
}
