//! Real reports are what the published JSON Schemas say.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata")
}

fn printed(arguments: &[&str]) -> Value {
    printed_in(&testdata(), arguments)
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

/// What of a value is not as its schema says, with the way to it. It knows the words that our
/// schemas use, and refuses others.
fn faults(root: &Value, schema: &Value, value: &Value, way: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        if schema == &Value::Bool(false) {
            found.push(format!("{way}: nothing may be here"));
        }
        return;
    };
    let passes = |schema: &Value| {
        let mut found = Vec::new();
        faults(root, schema, value, way, &mut found);
        found.is_empty()
    };
    for (word, said) in schema {
        let list = || said.as_array().into_iter().flatten();
        let is_right = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" | "examples"
            | "deprecated" | "readOnly" | "writeOnly" => true,
            "$ref" => {
                let name = said.as_str().and_then(|to| to.strip_prefix('#'));
                let target = name.and_then(|name| root.pointer(name));
                faults(root, target.expect("a definition"), value, way, found);
                true
            }
            "type" => {
                let is = |kind: &Value| match kind.as_str().unwrap_or_default() {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    kind => panic!("type {kind}"),
                };
                if said.is_array() {
                    list().any(is)
                } else {
                    is(said)
                }
            }
            "const" => value == said,
            "enum" => list().any(|one| one == value),
            "minimum" => value
                .as_f64()
                .is_none_or(|number| Some(number) >= said.as_f64()),
            "maximum" => value
                .as_f64()
                .is_none_or(|number| Some(number) <= said.as_f64()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| Some(items.len() as u64) >= said.as_u64()),
            "maxItems" => value
                .as_array()
                .is_none_or(|items| Some(items.len() as u64) <= said.as_u64()),
            "anyOf" => list().any(passes),
            "oneOf" => list().filter(|one| passes(one)).count() == 1,
            "allOf" => list().all(passes),
            "required" => value.as_object().is_none_or(|object| {
                list().all(|key| object.contains_key(key.as_str().unwrap_or_default()))
            }),
            "properties" => {
                for (key, schema) in said.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(key) {
                        faults(root, schema, value, &format!("{way}/{key}"), found);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (key, value) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| !known.contains_key(key)) {
                        faults(root, said, value, &format!("{way}/{key}"), found);
                    }
                }
                true
            }
            "prefixItems" => {
                for (at, (schema, value)) in list()
                    .zip(value.as_array().into_iter().flatten())
                    .enumerate()
                {
                    faults(root, schema, value, &format!("{way}/{at}"), found);
                }
                true
            }
            "items" => {
                for (at, value) in value.as_array().into_iter().flatten().enumerate() {
                    faults(root, said, value, &format!("{way}/{at}"), found);
                }
                true
            }
            word => panic!("{way}: this test does not know {word}"),
        };
        if !is_right {
            found.push(format!("{way}: {value} is not {word} {said}"));
        }
    }
}

fn holds(schema: &Value, report: &Value) {
    let mut found = Vec::new();
    faults(schema, schema, report, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    // Nothing is told that the schema does not know.
    let known = schema["properties"].as_object().expect("properties");
    for key in report.as_object().expect("an object").keys() {
        assert!(known.contains_key(key), "{key}");
    }
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
        assert_eq!(report["schema"], "benchcli-check/1");
        holds(&schema, &report);
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
            .current_dir(testdata())
            .args(["--format", "json"])
            .args(inputs)
            .output()
            .expect("runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["schema"], "benchdiff/1");
        holds(&schema, &report);
    }
}

#[test]
fn histories() {
    let repo = tempfile::tempdir().expect("a temporary folder");
    let git = |arguments: &[&str]| {
        let status = std::process::Command::new("git")
            .current_dir(repo.path())
            .args(["-c", "user.name=gopher", "-c", "user.email=g@example.com"])
            .args(arguments)
            .status();
        assert!(status.expect("git runs").success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    for file in [
        "onepkg-old.txt",
        "onepkg-old.txt",
        "onepkg-new.txt",
        "onepkg-new.txt",
    ] {
        git(&["commit", "-q", "--allow-empty", "-m", "A commit"]);
        let file = testdata().join(file).display().to_string();
        git(&["notes", "--ref=benchmarks", "add", "-F", &file]);
    }
    let report = printed_in(repo.path(), &["trend", "--format", "json", "--all"]);
    assert_eq!(report["schema"], "benchcli-trend/1");
    holds(&printed(&["schema", "trend"]), &report);
}

#[test]
fn a_wrong_report_is_refused() {
    let schema = printed(&["schema", "check"]);
    let mut report = printed(&["check", "old.txt", "--base", "old.txt", "--format", "json"]);
    report["run"] = "perhaps".into();
    report["rows"][0]["benchmark"] = 7.into();
    report["exit"].take();
    let mut found = Vec::new();
    faults(&schema, &schema, &report, "", &mut found);
    for wrong in ["/run:", "/rows/0/benchmark:", "/exit:"] {
        let is_told = found.iter().any(|fault| fault.starts_with(wrong));
        assert!(is_told, "{wrong} {found:?}");
    }
}
