//! `record`, `log` and `show`.

use std::process::Stdio;

use testsupport::repositories::{Sandbox, results};

#[test]
fn git_shows_what_was_recorded() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.write("bench.txt", results(1));
    let ran = repo.benchcli([
        "record",
        "--host",
        "lab",
        "--label",
        "pool=a b",
        "bench.txt",
    ]);
    assert!(
        ran.succeeds()
            .starts_with("bench.txt: 2 benchmarks, 10 samples for commit ")
    );

    let note = repo.note("HEAD");
    let (header, text) = note.split_once('\n').unwrap();
    assert_eq!(text, results(1));
    assert!(header.starts_with("# benchcli run="), "{header}");
    for field in [
        " v=1 at=20",
        " bytes=",
        " host=lab",
        " dirty=false",
        " goos=linux",
        " cpu=\"AMD EPYC 7B13\"",
        " benchmarks=2 samples=10",
        " label.pool=\"a b\"",
    ] {
        assert!(header.contains(field), "{header}");
    }
    assert_eq!(repo.benchcli(["show"]).succeeds(), note);
    repo.fsck();
}

#[test]
fn the_reference_reads_a_note_as_it_reads_the_file() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.write("bench.txt", results(1));
    repo.benchcli(["record", "bench.txt"]).succeeds();
    let read = |file: &str| {
        let mut benchstat = repo.command("benchstat");
        benchstat.arg(file).stderr(Stdio::inherit()).output().ok()
    };
    repo.write("notes.txt", repo.note("HEAD"));
    let (Some(file), Some(note)) = (read("bench.txt"), read("notes.txt")) else {
        eprintln!("skipped: no benchstat on PATH");
        return;
    };
    let note = String::from_utf8(note.stdout).unwrap();
    let file = String::from_utf8(file.stdout).unwrap();
    assert_eq!(note.replace("notes.txt", "bench.txt"), file);
}

#[test]
fn recording_the_same_twice_changes_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    let before = repo.git(["rev-parse", "refs/notes/benchmarks"]);
    let again = repo.pipe(["record", "-"], results(1).as_bytes());
    assert!(
        again.succeeds().ends_with("1 recording already stored\n"),
        "{again:?}"
    );
    assert_eq!(repo.git(["rev-parse", "refs/notes/benchmarks"]), before);
}

#[test]
fn several_files_are_several_recordings_in_one_step() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.write("a.txt", results(1));
    repo.write("b.txt", results(2));
    repo.benchcli(["record", "a.txt", "b.txt"]).succeeds();
    let json: serde_json::Value =
        serde_json::from_str(repo.benchcli(["show", "--json"]).succeeds()).unwrap();
    let recordings = json["recordings"].as_array().unwrap();
    let mut texts: Vec<_> = recordings
        .iter()
        .map(|it| it["text"].as_str().unwrap())
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, [results(1), results(2)]);
    assert_eq!(
        repo.git(["rev-list", "--count", "refs/notes/benchmarks"]),
        "1"
    );

    let run = &recordings[0]["run"].as_str().unwrap()[..12];
    let shown = repo.benchcli(["show", "HEAD", "--run", run]);
    assert_eq!(shown.succeeds(), recordings[0]["text"].as_str().unwrap());
    repo.benchcli(["show", "--run", "zz"])
        .fails_with(&["--run zz: no recording", run.get(..10).unwrap()]);
}

#[test]
fn bytes_that_are_no_text_survive() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let text = b"caf\xe9: \xff\r\nBenchmarkA 1 1 ns/op\x00\r\nno end";
    let ran = repo.pipe(["record"], text);
    ran.succeeds();
    let id = repo.benchcli(["show", "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&id).unwrap();
    let run = json["recordings"][0]["run"].as_str().unwrap();
    let mut show = repo.command(env!("CARGO_BIN_EXE_benchcli"));
    let output = show.args(["show", "--run", run]).output().unwrap();
    assert_eq!(output.stdout, text);
}

#[test]
fn input_without_a_benchmark_is_refused() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.write("empty.txt", "PASS\nok\n");
    let ran = repo.benchcli(["record", "empty.txt"]);
    ran.fails_with(&["empty.txt: no benchmark results", "go test -bench"]);
    repo.benchcli(["record", "missing.txt"])
        .fails_with(&["cannot read missing.txt"]);
    repo.benchcli(["record", "."])
        .fails_with(&["cannot read ."]);
    assert_eq!(repo.git(["for-each-ref", "refs/notes"]), "");
}

#[test]
fn a_changed_working_tree_is_marked_or_refused() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.write("codec.go", "package codec\n");
    repo.write("bench.txt", results(1));
    repo.git(["add", "codec.go"]);
    repo.commit("codec");
    repo.benchcli(["record", "--require-clean", "bench.txt"])
        .succeeds();

    repo.write("codec.go", "package codec // faster\n");
    repo.write("bench.txt", results(2));
    let refused = repo.benchcli(["record", "--require-clean", "bench.txt"]);
    refused.fails_with(&["uncommitted changes", "git stash"]);
    let marked = repo.benchcli(["record", "bench.txt"]);
    marked.succeeds();
    assert!(marked.err.contains("dirty=true"), "{marked:?}");
    assert!(repo.note("HEAD").contains(" dirty=true"));
    // Of another commit the working tree says nothing.
    repo.benchcli(["record", "--commit", "HEAD~1", "bench.txt"])
        .succeeds();
    assert!(!repo.note("HEAD~1").contains("dirty"));
}

#[test]
fn the_log_has_the_newest_commit_first() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    let mut ids = Vec::new();
    for (index, subject) in ["one", "two", "three"].into_iter().enumerate() {
        let date = format!("2026-05-0{}T10:00:00Z", index + 1);
        let mut git = repo.command("git");
        git.env("GIT_COMMITTER_DATE", date);
        let made = git
            .args(["commit", "-q", "--allow-empty", "-m", subject])
            .status();
        assert!(made.unwrap().success());
        ids.push(repo.git(["rev-parse", "HEAD"]));
    }
    repo.record_at(&ids[0], &results(1));
    repo.record_at(&ids[2], &results(2));
    repo.record_at(&ids[2], &results(3));
    let log = repo.benchcli(["log"]);
    let expected = format!(
        "commit      date        benchmarks  samples  recordings  environment  subject\n\
         {}  2026-05-03           2       20           2  linux/amd64, AMD EPYC 7B13  three\n\
         {}  2026-05-01           2       10           1  linux/amd64, AMD EPYC 7B13  one\n",
        &ids[2][..10],
        &ids[0][..10]
    );
    assert_eq!(log.succeeds(), expected);
    let json = repo.benchcli(["log", "--json", "-n", "1"]);
    let entry: serde_json::Value = serde_json::from_str(json.succeeds()).unwrap();
    assert_eq!(entry["commit"], *ids[2]);
    assert_eq!(entry["samples"], 20);
}

#[test]
fn a_note_of_other_hands_is_kept_and_named() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let foreign = "Tested-by: Ada\n\nBenchmarkA 1 1 ns/op\n";
    repo.write("note", foreign);
    repo.git(["notes", "--ref=benchmarks", "add", "-F", "note"]);
    let head = repo.git(["rev-parse", "--short=10", "HEAD"]);
    let warning = format!("note of commit {head}: 3 lines without a benchcli header");

    let shown = repo.benchcli(["show"]);
    assert_eq!(shown.succeeds(), foreign);
    assert!(shown.err.contains(&warning), "{shown:?}");
    repo.record(&results(1));
    let note = repo.note("HEAD");
    assert!(
        note.contains(foreign) && note.contains(&results(1)),
        "{note}"
    );
    let log = repo.benchcli(["log"]);
    assert!(
        log.succeeds().contains(" 3       11           2 "),
        "{log:?}"
    );
    assert!(log.err.contains(&warning), "{log:?}");
}

#[test]
fn an_edited_or_cut_note_is_used_as_far_as_it_goes() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    let note = repo.note("HEAD");
    for (edited, fault) in [
        (
            note.replace("Encode", "Encrypt"),
            "was edited after it was recorded",
        ),
        (note[..note.len() - 100].to_owned(), "is truncated"),
        (note.replace(" v=1 ", " v=9 "), "upgrade benchcli"),
        (
            note.replace(" at=2", " at=x"),
            "at= is not an RFC 3339 time",
        ),
    ] {
        repo.write("edited", &edited);
        let blob = repo.git(["hash-object", "-w", "edited"]);
        repo.git(["notes", "--ref=benchmarks", "add", "-f", "-C", &blob]);
        let shown = repo.benchcli(["show"]);
        assert_eq!(shown.succeeds(), edited);
        assert!(shown.err.contains(fault), "{shown:?}");
        repo.record(&results(2));
        let merged = repo.note("HEAD");
        assert!(
            merged.contains(&edited) && merged.contains(&results(2)),
            "{merged}"
        );
    }
}

#[test]
fn where_there_is_nothing_the_message_says_what_to_do() {
    let sandbox = Sandbox::new();
    let outside = sandbox.at("outside");
    outside
        .benchcli(["log"])
        .fails_with(&["outside is not inside a git repository", "-C DIR"]);
    let repo = sandbox.init("empty");
    let ran = repo.pipe(["record"], results(1).as_bytes());
    ran.fails_with(&["no commits yet", "git commit"]);
    repo.commit("first");
    repo.benchcli(["show"])
        .fails_with(&["no refs/notes/benchmarks", "benchcli pull"]);
    repo.record(&results(1));
    repo.commit("second");
    repo.benchcli(["show"])
        .fails_with(&["HEAD: no baseline for this commit", "benchcli log"]);
    repo.benchcli(["show", "v9"])
        .fails_with(&["v9: no such commit", "git fetch"]);
    repo.benchcli(["show", "HEAD^{tree}"])
        .fails_with(&["is a tree; expected a commit"]);
    repo.benchcli(["show", "..@{"])
        .fails_with(&["expected a commit: an id"]);
    let log = repo.benchcli(["-C", "nowhere", "log"]);
    log.fails_with(&["cannot change to the folder nowhere"]);
}

#[test]
fn a_job_without_a_name_records() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.write("bench.txt", results(1));
    let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
    for name in ["AUTHOR", "COMMITTER"] {
        command.env_remove(format!("GIT_{name}_NAME"));
        command.env_remove(format!("GIT_{name}_EMAIL"));
    }
    let output = command.args(["record", "bench.txt"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let who = repo.git(["log", "-1", "--format=%cn <%ce>", "refs/notes/benchmarks"]);
    assert_eq!(who, "benchcli <benchcli@localhost>");
}

#[test]
fn repositories_of_every_shape_record() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));

    repo.git(["worktree", "add", "--quiet", "--detach", "../tree"]);
    let tree = sandbox.at("tree");
    tree.record(&results(2));
    assert!(
        repo.note("HEAD").contains(&results(2)),
        "worktrees share notes"
    );

    let bare = repo.clone_to(&sandbox, "bare.git", &["--bare"]);
    bare.record(&results(3));
    assert_eq!(bare.benchcli(["log"]).succeeds().lines().count(), 2);

    let outer = sandbox.repo("outer");
    let url = repo.path.to_str().unwrap();
    outer.git([
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        url,
        "sub",
    ]);
    let sub = sandbox.at("outer/sub");
    sub.record(&results(4));
    assert!(sub.note("HEAD").contains(&results(4)));
    assert_eq!(outer.git(["for-each-ref", "refs/notes"]), "");

    let shallow = repo.clone_to(&sandbox, "shallow", &["--depth=1"]);
    shallow.record(&results(5));
    shallow
        .benchcli(["show", "HEAD~1"])
        .fails_with(&["shallow", "git fetch --unshallow"]);
    for repo in [&repo, &bare, &sub, &shallow] {
        repo.fsck();
    }
}

#[test]
fn repositories_that_cannot_be_read_say_why() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("sha256");
    repo.git(["init", "--quiet", "--object-format=sha256"]);
    repo.benchcli(["log"])
        .fails_with(&["uses SHA-256 object ids"]);

    let repo = sandbox.repo("reftable");
    repo.git(["config", "core.repositoryFormatVersion", "1"]);
    repo.git(["config", "extensions.refStorage", "reftable"]);
    repo.benchcli(["log"])
        .fails_with(&["reftable", "git refs migrate --ref-format=files"]);
}

#[test]
fn what_is_no_plain_text_is_stored_as_what_it_says() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let line = |output: &str| {
        let event = serde_json::json!({"Action": "output", "Package": "x", "Output": output});
        format!("{event}\n")
    };
    let json = line("pool: large\n") + &line("BenchmarkA-8 \t 1\t 5 ns/op\n");
    let ran = repo.pipe(["record"], json.as_bytes());
    ran.succeeds();
    assert!(ran.err.contains("not plain `go test` output"), "{ran:?}");
    let note = repo.note("HEAD");
    assert!(note.contains(" repaired=true"), "{note}");
    assert!(
        note.ends_with("\npool: large\n\nBenchmarkA-8 1 5 ns/op\n"),
        "{note}"
    );
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_needs_trust_first() {
    use std::os::unix::fs::chown;

    use testsupport::tools::skip;

    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let strange = Some(12345);
    if chown(&repo.path, strange, None).is_err() {
        skip(
            "a_repository_of_somebody_else_needs_trust_first",
            "it needs the right to give files away",
        );
        return;
    }
    chown(repo.path.join(".git"), strange, None).unwrap();
    let ran = repo.benchcli(["log"]);
    ran.fails_with(&[
        "belongs to another user",
        "git config --global --add safe.directory",
    ]);
}

#[test]
fn commits_of_one_second_are_in_the_order_of_their_history() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    let mut ids = Vec::new();
    for index in 0..8 {
        let mut git = repo.command("git");
        git.env("GIT_COMMITTER_DATE", "2026-05-01T10:00:00Z");
        let subject = index.to_string();
        let made = git
            .args(["commit", "-q", "--allow-empty", "-m", &subject])
            .status();
        assert!(made.unwrap().success());
        ids.push(repo.git(["rev-parse", "HEAD"]));
        // Some on the way have no baseline.
        if index % 3 != 1 {
            repo.record(&results(index));
        }
    }
    let log = repo.benchcli(["log"]);
    let subjects = log
        .succeeds()
        .lines()
        .skip(1)
        .map(|line| line.rsplit(' ').next().unwrap());
    assert_eq!(subjects.collect::<Vec<_>>(), ["6", "5", "3", "2", "0"]);
}
