//! `profile add`, `list`, `get`, and `diff` of what is kept.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use testsupport::paths::testdata;
use testsupport::repositories::{Repo, Sandbox, results, shared};

const REF: &str = "refs/benchcli/profiles";

/// A real profile or trace.
fn real(name: &str) -> PathBuf {
    testdata("profiles").join(name)
}

/// Puts a real file into a repository under another name.
fn put(repo: &Repo, name: &str, from: &str) {
    fs::copy(real(from), repo.path.join(name)).unwrap();
}

fn ids(repo: &Repo) -> Vec<String> {
    let listed = repo.benchcli(["profile", "list", "--json"]);
    let entries = listed.succeeds().lines();
    let entries = entries.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut ids: Vec<_> = entries
        .map(|entry| entry["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn what_is_added_comes_back_to_the_byte() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    put(&repo, "cpu.pprof", "old.cpu.pprof");
    put(&repo, "heap.pprof", "old.heap.pprof");
    put(&repo, "trace.out", "old.trace");
    let files = ["cpu.pprof", "heap.pprof", "trace.out"];
    let [cpu, heap, trace] = files;
    let added = repo.benchcli(["profile", "add", cpu, heap, trace, "--bench", "Index"]);
    assert!(
        added.succeeds().ends_with(": 3 profiles kept\n"),
        "{added:?}"
    );

    let listed = repo.benchcli(["profile", "list"]);
    let lines: Vec<Vec<&str>> = listed
        .succeeds()
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        lines[0].join(" "),
        "commit added kind bytes name id benchmark"
    );
    let column = |name: &str| {
        let line = lines.iter().find(|line| line[4] == name).unwrap();
        (line[2], line[3].to_owned(), line[6])
    };
    for (name, kind) in [(cpu, "cpu"), (heap, "alloc_space"), (trace, "trace")] {
        let bytes = fs::metadata(repo.path.join(name)).unwrap().len();
        assert_eq!(column(name), (kind, bytes.to_string(), "Index"));
    }
    let shown = repo.benchcli(["show", "--json"]);
    let shown: Value = serde_json::from_str(shown.succeeds()).unwrap();
    let line = repo.benchcli(["profile", "list", "--json"]);
    let line: Value = serde_json::from_str(line.succeeds().lines().next().unwrap()).unwrap();
    assert_eq!(line["run"], shown["recordings"][0]["run"]);

    repo.git(["gc", "--quiet", "--prune=now"]);
    repo.fsck();
    for name in files {
        let which = format!("HEAD:{name}");
        let path = format!("got-{name}");
        let got = repo.benchcli(["profile", "get", &which, "-o", &path]);
        assert_eq!(got.succeeds(), format!("{path}\n"));
        let [was, is] = [name, &path].map(|name| fs::read(repo.path.join(name)).unwrap());
        assert!(was == is, "{name}");
    }
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    put(&repo, "cpu.pprof", "old.cpu.pprof");
    repo.benchcli(["profile", "add", "cpu.pprof"]).succeeds();
    // The same again is no harm.
    assert_eq!(
        repo.benchcli(["profile", "get", "HEAD"]).succeeds(),
        "cpu.pprof\n"
    );
    repo.write("cpu.pprof", "mine");
    repo.benchcli(["profile", "get", "HEAD"]).fails_with(&[
        "cpu.pprof already exists",
        "--force",
        "-o",
    ]);
    assert_eq!(fs::read(repo.path.join("cpu.pprof")).unwrap(), b"mine");
    repo.benchcli(["profile", "get", "HEAD", "--force"])
        .succeeds();
    assert!(fs::read(repo.path.join("cpu.pprof")).unwrap() != b"mine");
}

#[test]
fn adding_again_changes_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    put(&repo, "cpu.pprof", "old.cpu.pprof");
    repo.benchcli(["profile", "add", "cpu.pprof"]).succeeds();
    let before = repo.git(["rev-parse", REF]);
    let again = repo.benchcli(["profile", "add", "cpu.pprof"]);
    assert!(
        again.succeeds().ends_with(": 1 profile already kept\n"),
        "{again:?}"
    );
    assert_eq!(repo.git(["rev-parse", REF]), before);
    // Of another benchmark it is another one.
    repo.benchcli(["profile", "add", "cpu.pprof", "--bench", "Index"])
        .succeeds();
    let ids = ids(&repo);
    assert_eq!(ids.len(), 2);
    repo.benchcli(["profile", "get", "HEAD:cpu.pprof"])
        .fails_with(&["it was added 2 times", "by its id", &ids[0][..10]]);
    let which = format!("HEAD:{}", &ids[0][..10]);
    repo.benchcli(["profile", "get", &which]).succeeds();
}

#[test]
fn kept_profiles_are_compared() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    for side in ["old", "new"] {
        for kind in ["cpu", "heap"] {
            put(
                &repo,
                &format!("{kind}.pprof"),
                &format!("{side}.{kind}.pprof"),
            );
        }
        put(&repo, "trace.out", "old.trace");
        repo.commit(side);
        repo.benchcli(["profile", "add", "cpu.pprof", "heap.pprof", "trace.out"])
            .succeeds();
    }
    let [old, new] =
        ["old.cpu.pprof", "new.cpu.pprof"].map(|name| real(name).display().to_string());
    let files = repo.benchcli(["profile", "diff", &old, &new]);
    assert!(files.succeeds().contains("(*Index).Find"), "{files:?}");

    let several = repo.benchcli(["profile", "diff", "HEAD~", "HEAD"]);
    several.fails_with(&[
        "HEAD~: several profiles",
        "HEAD~:cpu.pprof, HEAD~:heap.pprof",
    ]);
    assert!(!several.err.contains("trace"), "{several:?}");
    // What one side says decides for the other.
    for pair in [
        ["HEAD~:cpu.pprof", "HEAD"],
        ["HEAD~", "HEAD:cpu.pprof"],
        [&old, "HEAD"],
    ] {
        let [one, other] = pair;
        let compared = repo.benchcli(["profile", "diff", one, other]);
        assert_eq!(compared.succeeds(), files.out, "{pair:?}");
    }
    let kind = ["profile", "diff", "HEAD~", "HEAD", "--sample-type", "cpu"];
    assert_eq!(repo.benchcli(kind).succeeds(), files.out);
}

#[test]
fn a_name_added_twice_tells_the_noise() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    for from in ["old.cpu.pprof", "new.cpu.pprof"] {
        put(&repo, "cpu.pprof", from);
        repo.benchcli(["profile", "add", "cpu.pprof"]).succeeds();
    }
    let file = real("new.cpu.pprof").display().to_string();
    let compared = repo.benchcli(["profile", "diff", "HEAD", &file, "--format", "json"]);
    let report: Value = serde_json::from_str(compared.succeeds()).unwrap();
    assert_eq!(report["profiles"], serde_json::json!([2, 1]));
}

#[test]
fn clones_share_profiles_and_lose_none() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 3);
    let [one, other, third] = &clones[..] else {
        panic!()
    };
    put(one, "cpu.pprof", "old.cpu.pprof");
    put(other, "cpu.pprof", "new.cpu.pprof");
    for clone in [one, other] {
        clone.benchcli(["profile", "add", "cpu.pprof"]).succeeds();
    }
    one.record(&results(1));
    assert_eq!(
        one.benchcli(["push"]).succeeds(),
        "origin: baselines of 1 commit and 1 profile pushed\n"
    );
    let pushed: Value =
        serde_json::from_str(other.benchcli(["push", "--json"]).succeeds()).unwrap();
    assert_eq!(
        pushed["profiles"],
        serde_json::json!({"received": 1, "sent": 1})
    );
    assert_eq!(
        third.benchcli(["pull", "--no-profiles"]).succeeds(),
        "origin: baselines of 1 commit pulled\n"
    );
    assert_eq!(
        third.benchcli(["pull"]).succeeds(),
        "origin: 2 profiles pulled\n"
    );
    assert_eq!(third.benchcli(["pull"]).succeeds(), "origin: up to date\n");
    assert_eq!(
        one.benchcli(["pull"]).succeeds(),
        "origin: 1 profile pulled\n"
    );
    assert_eq!(one.benchcli(["push"]).succeeds(), "origin: up to date\n");
    for clone in &clones {
        assert_eq!(ids(clone), ids(one));
        let here = clone.git(["rev-parse", REF]);
        assert_eq!(here, remote.git(["rev-parse", REF]));
    }
    assert_eq!(ids(one).len(), 2);
    remote.fsck();
}

#[test]
fn what_was_pruned_stays_away_and_frees_its_space() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 2);
    let [one, other] = &clones[..] else { panic!() };
    put(one, "cpu.pprof", "old.cpu.pprof");
    one.benchcli(["profile", "add", "cpu.pprof"]).succeeds();
    one.record(&results(1));
    one.benchcli(["push"]).succeeds();
    other.benchcli(["pull"]).succeeds();
    put(other, "heap.pprof", "new.heap.pprof");
    other.benchcli(["profile", "add", "heap.pprof"]).succeeds();

    let dry = one.benchcli(["prune", "--older-than", "0h", "--dry-run", "--profiles"]);
    assert!(
        dry.succeeds()
            .contains("1 of 1 profile would be removed, 557 bytes\n"),
        "{dry:?}"
    );
    assert_eq!(ids(one).len(), 1);
    let gone = one.benchcli(["prune", "--older-than", "0h", "--profiles"]);
    assert!(
        gone.succeeds().contains("1 of 1 profile removed"),
        "{gone:?}"
    );
    assert_eq!(ids(one).len(), 0);
    assert!(!one.note("HEAD").is_empty(), "baselines stay");
    one.benchcli(["push"]).succeeds();

    // The other has not heard of it, and has one more.
    assert_eq!(
        other.benchcli(["push"]).succeeds(),
        "origin: 1 profile pushed\n"
    );
    one.benchcli(["pull"]).succeeds();
    for repo in [one, other] {
        assert_eq!(ids(repo).len(), 1);
        let listed = repo.benchcli(["profile", "list"]);
        assert!(listed.succeeds().contains("heap.pprof"), "{listed:?}");
    }
    for repo in [one, other, &remote] {
        repo.git(["reflog", "expire", "--all", "--expire=now"]);
        repo.git(["gc", "--quiet", "--prune=now"]);
        repo.fsck();
        let objects = repo.git([
            "cat-file",
            "--batch-check=%(objectsize)",
            "--batch-all-objects",
        ]);
        assert!(!objects.lines().any(|size| size == "557"), "{objects}");
    }
}

#[test]
fn a_server_that_keeps_the_history_of_branches_takes_a_prune() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 1);
    remote.git(["config", "receive.denyNonFastForwards", "true"]);
    let one = &clones[0];
    put(one, "cpu.pprof", "old.cpu.pprof");
    one.benchcli(["profile", "add", "cpu.pprof"]).succeeds();
    one.benchcli(["push"]).succeeds();
    one.benchcli(["prune", "--older-than", "0h", "--profiles"])
        .succeeds();
    one.benchcli(["push"]).succeeds();
    assert_eq!(remote.git(["rev-parse", REF]), one.git(["rev-parse", REF]));
}

#[test]
fn eight_clones_add_and_push_at_once() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 8);
    let pushes = clones.iter().enumerate().map(|(index, clone)| {
        put(clone, "cpu.pprof", "old.cpu.pprof");
        let name = index.to_string();
        clone
            .benchcli(["profile", "add", "cpu.pprof", "--bench", &name])
            .succeeds();
        let mut command = clone.command(env!("CARGO_BIN_EXE_benchcli"));
        command.arg("push").stdout(Stdio::null()).spawn().unwrap()
    });
    for mut push in pushes.collect::<Vec<_>>() {
        assert!(push.wait().unwrap().success());
    }
    clones[0].benchcli(["pull"]).succeeds();
    assert_eq!(ids(&clones[0]).len(), 8);
    remote.fsck();
}

#[test]
fn sixteen_processes_add_at_once() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    put(&repo, "cpu.pprof", "old.cpu.pprof");
    let adding = (0..16).map(|index| {
        let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
        command.args(["profile", "add", "cpu.pprof", "--bench"]);
        command.arg(index.to_string()).stdout(Stdio::null());
        command.spawn().unwrap()
    });
    for mut add in adding.collect::<Vec<_>>() {
        assert!(add.wait().unwrap().success());
    }
    assert_eq!(ids(&repo).len(), 16);
    repo.fsck();
}

#[test]
fn too_much_is_refused_whole() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    put(&repo, "cpu.pprof", "old.cpu.pprof");
    let limit = "kept profiles would total 1 MiB, more than the limit of 0 MiB";
    repo.benchcli(["profile", "add", "cpu.pprof", "--max-mib", "0"])
        .fails_with(&[limit, "benchcli prune --profiles", "profiles-mib"]);
    repo.write("benchcli.toml", "profiles-mib = 0\n");
    repo.benchcli(["profile", "add", "cpu.pprof"])
        .fails_with(&[limit]);
    assert_eq!(repo.git(["for-each-ref", "refs/benchcli"]), "");
    repo.write("benchcli.toml", "profiles-mib = 1\n");
    repo.benchcli(["profile", "add", "cpu.pprof"]).succeeds();
}

#[test]
fn what_is_no_profile_is_not_kept() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    put(&repo, "cpu.pprof", "old.cpu.pprof");
    repo.write("results.txt", results(1));
    repo.benchcli(["profile", "add", "cpu.pprof", "results.txt"])
        .fails_with(&["results.txt: found text; expected a pprof profile"]);
    assert_eq!(ids(&repo).len(), 0);
    repo.benchcli(["profile", "get", "HEAD"])
        .fails_with(&["HEAD: no profile is kept with commit", "benchcli pull"]);
    repo.benchcli(["profile", "diff", "nope.pprof", "cpu.pprof"])
        .fails_with(&["nope.pprof: No such file"]);
    repo.benchcli(["profile", "add", "cpu.pprof", "--run", "abc"])
        .fails_with(&["has no recording", "benchcli record"]);
    repo.benchcli(["profile", "add", "cpu.pprof"]).succeeds();
    repo.benchcli(["profile", "get", "HEAD:mem.pprof"])
        .fails_with(&[
            "HEAD:mem.pprof: commit",
            "has no such profile; it has cpu.pprof",
        ]);
    put(&repo, "trace.out", "old.trace");
    repo.commit("second");
    repo.benchcli(["profile", "add", "trace.out"]).succeeds();
    repo.benchcli(["profile", "diff", "HEAD~", "HEAD"])
        .fails_with(&["HEAD:trace.out: found an execution trace", "go tool trace"]);
}
