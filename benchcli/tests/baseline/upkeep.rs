//! `prune` and `init`.

use serde_json::Value;

use testsupport::repositories::{Repo, Sandbox, results, shared};

/// A note as it would be after a recording so many days ago.
fn record_days_ago(repo: &Repo, commit: &str, days: i64) {
    repo.record_at(commit, &results(days.unsigned_abs()));
    let ago = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    let note = repo.note(commit);
    let (before, rest) = note.split_once(" at=").unwrap();
    let (_, after) = rest.split_once(' ').unwrap();
    repo.write("note", format!("{before} at={ago} {after}"));
    let blob = repo.git(["hash-object", "-w", "note"]);
    repo.git([
        "notes",
        "--ref=benchmarks",
        "add",
        "-f",
        "-C",
        &blob,
        commit,
    ]);
}

fn commits(repo: &Repo, count: usize) -> Vec<String> {
    let mut commits = vec![repo.git(["rev-parse", "HEAD"])];
    commits.extend((1..count).map(|index| repo.commit(&index.to_string())));
    commits
}

#[test]
fn what_is_old_goes_and_a_dry_run_says_so_first() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let ids = commits(&repo, 4);
    for (id, days) in ids.iter().zip([400, 300, 200, 100]) {
        record_days_ago(&repo, id, days);
    }
    let before = repo.git(["rev-parse", "refs/notes/benchmarks"]);
    let dry = repo.benchcli(["prune", "--older-than", "180d", "--dry-run", "--json"]);
    let report: Value = serde_json::from_str(dry.succeeds()).unwrap();
    let listed = report["pruned"].as_array().unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|it| it["commit"].as_str().unwrap())
        .collect();
    assert_eq!(listed, ids[..3]);
    let bytes: usize = ids[..3].iter().map(|id| repo.note(id).len()).sum();
    assert_eq!(report["bytes"], bytes);
    assert_eq!(repo.git(["rev-parse", "refs/notes/benchmarks"]), before);

    let pruned = repo.benchcli(["prune", "--older-than", "180d"]);
    let gone = format!("3 of 4 baselines removed, {bytes} bytes\n");
    assert!(pruned.succeeds().contains(&gone), "{pruned:?}");
    assert_eq!(repo.benchcli(["log"]).succeeds().lines().count(), 2);
    assert_eq!(
        repo.git(["rev-parse", "refs/notes/benchmarks^"]),
        before,
        "history stays"
    );
    let again = repo.benchcli(["prune", "--older-than", "180d"]);
    assert_eq!(
        again.succeeds(),
        "0 of 1 baseline would be removed, 0 bytes\n".replace("would be removed", "removed")
    );
    repo.fsck();
}

#[test]
fn what_was_kept_once_is_kept_again() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let ids = commits(&repo, 10);
    for id in &ids[1..9] {
        record_days_ago(&repo, id, 200);
    }
    let prune = ["prune", "--older-than", "26w", "--keep-every", "4"];
    assert!(
        repo.benchcli(prune)
            .succeeds()
            .contains("5 of 8 baselines removed")
    );
    let kept = repo.git(["notes", "--ref=benchmarks", "list"]);
    for index in [1, 4, 8] {
        assert!(kept.contains(&ids[index]), "{index}");
    }
    assert!(
        repo.benchcli(prune)
            .succeeds()
            .contains("0 of 3 baselines removed")
    );
    let shallow = repo.clone_to(&sandbox, "shallow", &["--depth=1"]);
    shallow
        .benchcli(prune)
        .fails_with(&["shallow", "git fetch --unshallow"]);
}

#[test]
fn what_was_pruned_does_not_come_back_and_what_is_new_stays() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 2);
    let [one, other] = &clones[..] else { panic!() };
    record_days_ago(one, "HEAD", 200);
    let old = results(200);
    one.benchcli(["push"]).succeeds();
    other.benchcli(["pull"]).succeeds();
    one.benchcli(["prune", "--older-than", "180d"]).succeeds();
    one.benchcli(["push"]).succeeds();
    // Meanwhile somebody measures the same commit again.
    other.record(&results(1));
    other.benchcli(["push"]).succeeds();
    one.benchcli(["pull"]).succeeds();
    for repo in [one, other, &remote] {
        let note = repo.note("main");
        assert!(note.contains(&results(1)) && !note.contains(&old), "{note}");
    }
}

#[test]
fn an_age_is_a_number_and_a_unit() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    for age in ["", "180", "d", "-1d", "1.5d", "1m", "99999999999d", "1é"] {
        repo.benchcli(["prune", "--older-than", age])
            .fails_with(&["--older-than"]);
    }
    repo.benchcli(["prune", "--older-than", "4000000000y"])
        .fails_with(&["old"]);
    repo.benchcli(["prune", "--older-than", "1d", "--keep-every", "0"])
        .fails_with(&["keep-every"]);
    repo.benchcli(["prune", "--older-than", "1y"]).succeeds();
}

#[test]
fn after_init_baselines_follow_amends_and_rebases() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.benchcli(["init"])
        .fails_with(&["notes.rewriteRef", "benchcli init --yes"]);
    repo.git(["config", "notes.rewriteRef", "refs/notes/reviews"]);
    repo.benchcli(["init", "--yes"]).succeeds();
    let set = repo.git(["config", "--get-all", "notes.rewriteRef"]);
    assert_eq!(set, "refs/notes/reviews\nrefs/notes/benchmarks");
    let again = repo.benchcli(["init", "--yes", "--json"]);
    assert!(again.succeeds().contains("\"was_set\": true"));
    assert_eq!(repo.git(["config", "--get-all", "notes.rewriteRef"]), set);

    repo.commit("second");
    repo.record(&results(1));
    repo.amend("better");
    assert!(repo.benchcli(["show"]).succeeds().contains(&results(1)));
    repo.git(["switch", "--quiet", "-c", "other", "HEAD~1"]);
    repo.commit("elsewhere");
    repo.git(["rebase", "--quiet", "--keep-empty", "other", "main"]);
    assert!(repo.benchcli(["show"]).succeeds().contains(&results(1)));
    let log = repo.git(["log", "-1", "--notes=benchmarks"]);
    assert!(log.contains("BenchmarkEncode"), "{log}");
}
