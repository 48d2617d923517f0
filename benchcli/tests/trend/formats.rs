//! Every format of one story, word for word. `SNAPSHOTS=overwrite` writes them anew.

use std::path::Path;

use snapbox::{Data, assert_data_eq};

use crate::story;
use testsupport::repositories::Sandbox;

fn golden(name: &str) -> Data {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/trend");
    Data::read_from(&folder.join(name), None).raw()
}

#[test]
fn text_markdown_and_csv() {
    let sandbox = Sandbox::new();
    let repo = story::repo(&sandbox);
    for (args, name) in [
        (&["trend"][..], "story.txt"),
        (
            &["trend", "--all", "--color", "always", "--unit", "allocs/op"],
            "story-color.txt",
        ),
        (
            &["trend", "--format", "markdown", "--fail-on-new", "25"],
            "story.md",
        ),
        (&["trend", "--format", "csv"], "story.csv"),
        (
            &[
                "trend",
                "--format",
                "json",
                "--filter",
                ".name:Label .unit:allocs/op",
            ],
            "story.json",
        ),
    ] {
        let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
        let output = command.args(args).output().unwrap();
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{output:?}"
        );
        assert_data_eq!(String::from_utf8(output.stdout).unwrap(), golden(name));
    }
}

#[test]
fn help_has_examples_and_tells_the_exit_status() {
    let sandbox = Sandbox::new();
    for (command, name) in [("trend", "help.txt"), ("schema", "schema-help.txt")] {
        let mut benchcli = sandbox
            .at("nowhere")
            .command(env!("CARGO_BIN_EXE_benchcli"));
        let output = benchcli
            .args([command, "--help"])
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.contains("Examples:\n"), "{help}");
        assert_data_eq!(help, golden(name));
    }
}

#[test]
fn the_schema_describes_the_report() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("nowhere");
    let schema = repo.benchcli(["schema", "trend"]);
    let schema: serde_json::Value = serde_json::from_str(schema.succeeds()).unwrap();
    assert_eq!(schema["title"], "TrendReport");
    let report = story::json(&story::repo(&sandbox), []);
    let described = schema["properties"].as_object().unwrap();
    for key in report.as_object().unwrap().keys() {
        assert!(described.contains_key(key), "{key}");
    }
    let check = repo.benchcli(["schema"]);
    assert!(check.succeeds().contains("\"CheckReport\""));
}
