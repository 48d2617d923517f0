//! Benchmarks that got another name.

use crate::story::{commit, json, series};
use testsupport::repositories::{Repo, Sandbox, results};

/// Ten commits; Encode is called Marshal from the sixth on.
fn renamed(sandbox: &Sandbox) -> Repo {
    edited(sandbox, |text| text.replace("Encode", "Marshal"))
}

/// Ten commits, whose results are edited from the sixth on.
fn edited(sandbox: &Sandbox, edit: impl Fn(&str) -> String) -> Repo {
    let repo = sandbox.init("repo");
    for number in 0..10 {
        commit(&repo, number, &number.to_string());
        let text = results(number);
        repo.record(&if number < 5 { text } else { edit(&text) });
    }
    repo
}

fn points(report: &serde_json::Value, benchmark: &str) -> usize {
    let series = series(report, benchmark, "allocs/op");
    series["points"]["commit"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_rename_is_offered_and_keeps_the_history_whole() {
    let sandbox = Sandbox::new();
    let repo = renamed(&sandbox);
    let ran = repo.benchcli(["trend"]);
    assert!(
        ran.err.contains("Encode looks renamed to Marshal at ")
            && ran
                .err
                .contains("add `\"Encode\" = \"Marshal\"` under [rename] in benchcli.toml"),
        "{}",
        ran.err
    );
    assert_eq!(points(&json(&repo, ["--all"]), "Marshal/n=10-8"), 5);

    repo.write("benchcli.toml", "[rename]\n\"Encode\" = \"Marshal\"\n");
    assert_eq!(repo.benchcli(["trend"]).err, "");
    let report = json(&repo, ["--all"]);
    assert_eq!(points(&report, "Marshal/n=10-8"), 10);
    assert_eq!(points(&report, "Encode/n=10-8"), 0);
    let shown = repo.benchcli(["config", "show"]);
    assert!(
        shown
            .succeeds()
            .contains("[rename]\nEncode = \"Marshal\"\n"),
        "{shown:?}"
    );
}

#[test]
fn nothing_is_offered_for_values_that_differ_or_names_that_stay() {
    let sandbox = Sandbox::new();
    // The new one allocates more.
    let repo = edited(&sandbox, |text| {
        text.replace("Encode", "Marshal")
            .replace("2 allocs/op", "9 allocs/op")
    });
    assert_eq!(repo.benchcli(["trend"]).err, "");
}

#[test]
fn both_names_at_one_commit_are_told() {
    let sandbox = Sandbox::new();
    let repo = renamed(&sandbox);
    repo.record(&results(3));
    repo.write("benchcli.toml", "[rename]\n\"Encode\" = \"Marshal\"\n");
    let ran = repo.benchcli(["trend", "--unit", "ns/op"]);
    assert!(
        ran.err
            .contains("Marshal/n=10-8: 1 commit has results under both the old and the new name"),
        "{}",
        ran.err
    );
    assert_eq!(points(&json(&repo, ["--all"]), "Marshal/n=10-8"), 10);
}

#[test]
fn a_wrong_rename_has_a_place() {
    let sandbox = Sandbox::new();
    let repo = renamed(&sandbox);
    repo.write("benchcli.toml", "[rename]\nA = \"B\"\nB = \"A\"\n");
    repo.benchcli(["trend"])
        .fails_with(&["benchcli.toml:2:5: rename: A → B → A forms a cycle"]);
}
