//! `push` and `pull`.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use testsupport::repositories::{Sandbox, results, shared};
use testsupport::tools::skip;

#[test]
fn what_one_pushes_another_pulls() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 2);
    let [one, other] = &clones[..] else { panic!() };
    assert_eq!(
        other.benchcli(["pull"]).succeeds(),
        "origin: the remote has no baselines yet\n"
    );
    one.benchcli(["push"])
        .fails_with(&["no baseline to push yet", "benchcli record"]);
    one.record(&results(1));
    assert_eq!(
        one.benchcli(["push"]).succeeds(),
        "origin: baselines of 1 commit pushed\n"
    );
    assert_eq!(one.benchcli(["push"]).succeeds(), "origin: up to date\n");
    assert_eq!(
        other.benchcli(["pull"]).succeeds(),
        "origin: baselines of 1 commit pulled\n"
    );
    assert_eq!(other.benchcli(["pull"]).succeeds(), "origin: up to date\n");
    assert_eq!(other.note("HEAD"), one.note("HEAD"));
    assert_eq!(other.git(["for-each-ref", "refs/benchcli"]), "");
    remote.fsck();
}

#[test]
fn both_sides_of_one_commit_are_kept() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 2);
    let [one, other] = &clones[..] else { panic!() };
    one.record(&results(1));
    other.record(&results(2));
    one.benchcli(["push"]).succeeds();
    other.benchcli(["push"]).succeeds();
    one.benchcli(["pull"]).succeeds();
    assert_eq!(one.note("HEAD"), other.note("HEAD"));
    assert_eq!(one.note("HEAD"), remote.note("main"));
    for seed in [1, 2] {
        assert!(one.note("HEAD").contains(&results(seed)));
    }
    let parents = one.git(["rev-list", "--parents", "-1", "refs/notes/benchmarks"]);
    assert_eq!(
        parents.split(' ').count(),
        3,
        "the merge has both as parents"
    );
}

#[test]
fn what_git_merges_by_hand_can_be_read() {
    let sandbox = Sandbox::new();
    let (_, clones) = shared(&sandbox, 2);
    let [one, other] = &clones[..] else { panic!() };
    one.record(&results(1));
    other.record(&results(2));
    one.benchcli(["push"]).succeeds();
    other.git([
        "fetch",
        "--quiet",
        "origin",
        "refs/notes/benchmarks:refs/notes/theirs",
    ]);
    other.git([
        "notes",
        "--ref=benchmarks",
        "merge",
        "--quiet",
        "--strategy=union",
        "theirs",
    ]);
    let shown = other.benchcli(["show", "--json"]);
    assert_eq!(shown.err, "");
    let json: serde_json::Value = serde_json::from_str(shown.succeeds()).unwrap();
    assert_eq!(json["recordings"].as_array().unwrap().len(), 2);
    other.benchcli(["push"]).succeeds();
    one.benchcli(["pull"]).succeeds();
    assert!(one.note("HEAD").contains(&results(2)));
}

#[test]
fn notes_without_common_history_are_merged_too() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 1);
    let [one] = &clones[..] else { panic!() };
    // A flat tree and one with slashes after pairs of digits, as other programs write them.
    let head = one.git(["rev-parse", "HEAD"]);
    remote.write("note", "BenchmarkFlat 1 1 ns/op\n");
    let blob = remote.git(["hash-object", "-w", "note"]);
    let entry = format!("100644 blob {blob}\t{head}\n");
    remote.write("tree", entry);
    let mut mktree = remote.command("git");
    mktree
        .arg("mktree")
        .stdin(std::fs::File::open(remote.path.join("tree")).unwrap());
    let tree = String::from_utf8(mktree.output().unwrap().stdout).unwrap();
    let commit = remote.git(["commit-tree", "-m", "notes", tree.trim()]);
    remote.git(["update-ref", "refs/notes/benchmarks", &commit]);

    one.record(&results(1));
    one.benchcli(["push"]).succeeds();
    for repo in [one, &remote] {
        let note = repo.note("main");
        assert!(
            note.contains("BenchmarkFlat") && note.contains(&results(1)),
            "{note}"
        );
        assert_eq!(
            repo.git(["notes", "--ref=benchmarks", "list"])
                .lines()
                .count(),
            1
        );
        repo.fsck();
    }
}

#[test]
fn the_remote_is_the_one_that_git_would_push_to() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    repo.benchcli(["push"])
        .fails_with(&["no remote", "git remote add origin URL"]);
    for name in ["a", "b"] {
        let bare = sandbox.bare(&format!("{name}.git"));
        repo.git(["remote", "add", name, bare.path.to_str().unwrap()]);
    }
    repo.benchcli(["push"])
        .fails_with(&["several remotes", "a, b"]);
    repo.git(["config", "remote.pushDefault", "b"]);
    assert_eq!(
        repo.benchcli(["push"]).succeeds(),
        "b: baselines of 1 commit pushed\n"
    );
    assert!(
        repo.benchcli(["push", "../a.git", "--json"])
            .succeeds()
            .contains("\"sent\": 1")
    );
    repo.benchcli(["push", "--", "--upload-pack=x"])
        .fails_with(&["not a remote"]);
}

#[test]
fn a_remote_that_refuses_is_quoted() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 1);
    let hook = remote.path.join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(
        &hook,
        "#!/bin/sh\necho no baselines on Fridays >&2\nexit 1\n",
    )
    .unwrap();
    let mut mode = std::fs::metadata(&hook).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    std::fs::set_permissions(&hook, mode).unwrap();
    clones[0].record(&results(1));
    let ran = clones[0].benchcli(["push"]);
    ran.fails_with(&[
        "no baselines on Fridays",
        "pre-receive hook declined",
        "safe in this clone",
    ]);
    let ran = clones[0].benchcli(["pull", "nowhere"]);
    ran.fails_with(&["`git fetch nowhere` failed", "git remote -v"]);
}

/// A server of git's own protocol, gone with its value.
struct Daemon {
    child: Child,
    port: u16,
}

impl Daemon {
    fn start(sandbox: &Sandbox) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        // Started by way of `git daemon` it would be a child of the child, and outlive it.
        let home = sandbox.at("");
        let program = Path::new(&home.git(["--exec-path"])).join("git-daemon");
        let mut git = home.command(program);
        git.args([
            "--listen=127.0.0.1",
            "--export-all",
            "--enable=receive-pack",
        ]);
        git.arg(format!("--port={port}"))
            .args(["--base-path=.", "."]);
        git.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = git.spawn().ok()?;
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if child.try_wait().unwrap().is_some() || start.elapsed() > Duration::from_secs(10) {
                let _ = child.kill();
                return None;
            }
            thread::sleep(Duration::from_millis(10));
        }
        Some(Self { child, port })
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_over_a_socket_gets_both_sides_too() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 2);
    let Some(daemon) = Daemon::start(&sandbox) else {
        skip(
            "a_server_over_a_socket_gets_both_sides_too",
            "`git daemon` does not start",
        );
        return;
    };
    let url = format!("git://127.0.0.1:{}/remote.git", daemon.port);
    for (clone, seed) in clones.iter().zip([1, 2]) {
        clone.record(&results(seed));
        clone.benchcli(["push", &url]).succeeds();
    }
    clones[0].benchcli(["pull", &url]).succeeds();
    for seed in [1, 2] {
        assert!(clones[0].note("HEAD").contains(&results(seed)));
        assert!(remote.note("main").contains(&results(seed)));
    }
    drop(daemon);
    clones[0]
        .benchcli(["push", &url])
        .fails_with(&["`git fetch git://127.0.0.1"]);
}

#[test]
fn a_clone_without_blobs_gets_the_notes_whole() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 1);
    remote.git(["config", "uploadpack.allowFilter", "true"]);
    clones[0].record(&results(1));
    clones[0].benchcli(["push"]).succeeds();
    let partial = remote.clone_to(&sandbox, "partial", &["--filter=blob:none"]);
    partial.benchcli(["pull"]).succeeds();
    let shown = partial.benchcli(["show"]);
    assert!(shown.succeeds().contains(&results(1)), "{shown:?}");

    // Git alone leaves out what the notes say.
    let bare = remote.clone_to(&sandbox, "bare", &["--filter=blob:none"]);
    let refspec = "refs/notes/*:refs/notes/*";
    bare.git(["fetch", "--quiet", "origin", refspec]);
    bare.benchcli(["show"]).fails_with(&[
        "this partial clone lacks ",
        "git fetch --refetch --no-filter",
    ]);
    let mend = ["fetch", "--quiet", "--refetch", "--no-filter", "origin"];
    let [a, b, c, d, e] = mend;
    bare.git([a, b, c, d, e, "refs/notes/benchmarks"]);
    assert_eq!(bare.benchcli(["show"]).succeeds(), shown.out);
}
