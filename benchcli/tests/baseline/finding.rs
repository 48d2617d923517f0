//! `diff`, and which baseline `auto` is.

use testsupport::repositories::{Ran, Repo, Sandbox, on, results};

fn diff_auto(repo: &Repo, variables: &[(&str, &str)]) -> Ran {
    repo.write("new.txt", results(50));
    let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
    command.envs(variables.iter().copied());
    Ran::from(command.args(["diff", "auto", "new.txt"]).output().unwrap())
}

#[track_caller]
fn found(ran: &Ran, commit: &str, way: &str) {
    ran.succeeds();
    let said = format!(
        "benchcli diff: using the baseline of commit {}, {way}\n",
        &commit[..10]
    );
    assert!(ran.err.starts_with(&said), "{said}\n{}", ran.err);
}

#[test]
fn two_commits_are_compared() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    repo.record(&results(2));
    repo.commit("second");
    repo.record(&results(3));
    repo.write("HEAD~1.txt", results(1) + &results(2));
    repo.write("HEAD.txt", results(3));
    let of_commits = repo.benchcli(["diff", "HEAD~1", "HEAD"]);
    let of_files = repo.benchcli(["diff", "HEAD~1=HEAD~1.txt", "HEAD=HEAD.txt"]);
    assert!(of_commits.succeeds().contains("HEAD~1"), "{of_commits:?}");
    assert_eq!(of_commits.out, of_files.out);
    assert_eq!(repo.benchcli(["diff", "HEAD~1"]).out, of_files.out);
    let mixed = repo.benchcli(["diff", "HEAD~1", "HEAD=HEAD.txt"]);
    assert_eq!(mixed.out, of_files.out);
    repo.benchcli(["diff", "HEAD.txt"])
        .fails_with(&["HEAD.txt: no second input to compare it with"]);
    repo.benchcli(["diff", "HEAD~1", "nowhere"])
        .fails_with(&["nowhere: no such commit"]);
}

#[test]
fn settings_of_one_recording_are_not_those_of_the_next() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record("pool: large\nBenchmarkA 1 5 ns/op\n");
    repo.record("BenchmarkB 1 6 ns/op\n");
    let table = repo.benchcli(["diff", "HEAD", "HEAD", "--filter", "pool:large"]);
    let rows = table.succeeds();
    assert!(rows.contains("\nA ") && !rows.contains("\nB "), "{rows}");
}

/// `main` with three commits, the first two with baselines, and a topic of two commits from there.
fn topic(sandbox: &Sandbox) -> (Repo, [String; 3]) {
    let repo = sandbox.repo("repo");
    let first = repo.git(["rev-parse", "HEAD"]);
    repo.record(&results(1));
    let second = repo.commit("second");
    repo.record(&results(2));
    let third = repo.commit("third");
    repo.git(["switch", "--quiet", "-c", "topic"]);
    repo.commit("topic 1");
    repo.commit("topic 2");
    repo.record(&results(3));
    (repo, [first, second, third])
}

#[test]
fn a_topic_is_compared_with_where_it_left_the_main_branch() {
    let sandbox = Sandbox::new();
    let (repo, [first, second, third]) = topic(&sandbox);
    found(
        &diff_auto(&repo, &[]),
        &second,
        "1 commit before the merge base with main",
    );
    repo.record_at(&third, &results(4));
    found(&diff_auto(&repo, &[]), &third, "the merge base with main");
    repo.git(["checkout", "--quiet", "--detach"]);
    found(&diff_auto(&repo, &[]), &third, "the merge base with main");
    // A merge brings in what others measured; the way back is along first parents.
    repo.git(["switch", "--quiet", "main"]);
    found(
        &diff_auto(&repo, &[]),
        &second,
        "the parent of HEAD, which is on main",
    );
    repo.write("code.go", "package code\n");
    repo.git(["add", "code.go"]);
    found(
        &diff_auto(&repo, &[]),
        &third,
        "HEAD, because the working tree has uncommitted changes",
    );
    repo.git(["reset", "--quiet", "--hard"]);
    repo.git(["checkout", "--quiet", &first]);
    diff_auto(&repo, &[]).fails_with(&["HEAD is the first commit", "name a commit"]);
}

#[test]
fn only_results_of_the_same_environment_fit() {
    let sandbox = Sandbox::new();
    let (repo, [first, second, third]) = topic(&sandbox);
    repo.record_at(&third, &on("Apple M4", &results(4)));
    found(
        &diff_auto(&repo, &[]),
        &second,
        "1 commit before the merge base with main",
    );
    for commit in [&first, &second] {
        repo.git(["notes", "--ref=benchmarks", "remove", commit]);
    }
    let ran = diff_auto(&repo, &[]);
    ran.fails_with(&[
        "no baseline from linux/amd64, AMD EPYC 7B13 in 3 commits",
        &third,
        ", is from linux/amd64, Apple M4",
        "benchcli record",
    ]);
}

#[test]
fn remote_head_default_branch_main_and_master_in_this_order() {
    let sandbox = Sandbox::new();
    let (repo, [_, second, third]) = topic(&sandbox);
    repo.record_at(&third, &results(4));
    repo.git(["branch", "--move", "main", "master"]);
    found(&diff_auto(&repo, &[]), &third, "the merge base with master");
    repo.git(["config", "init.defaultBranch", "stable"]);
    repo.git(["branch", "stable", &second]);
    found(
        &diff_auto(&repo, &[]),
        &second,
        "the merge base with stable",
    );
    repo.git(["remote", "add", "origin", "../nowhere"]);
    repo.git(["update-ref", "refs/remotes/origin/trunk", &third]);
    repo.git([
        "symbolic-ref",
        "refs/remotes/origin/HEAD",
        "refs/remotes/origin/trunk",
    ]);
    found(
        &diff_auto(&repo, &[]),
        &third,
        "the merge base with origin/trunk",
    );

    repo.git(["symbolic-ref", "--delete", "refs/remotes/origin/HEAD"]);
    repo.git(["config", "--unset", "init.defaultBranch"]);
    repo.git(["branch", "--move", "master", "elsewhere"]);
    found(
        &diff_auto(&repo, &[]),
        &third,
        "the merge base with origin/trunk",
    );
    // Which of two it is nobody can know.
    repo.git(["update-ref", "refs/remotes/origin/other", &third]);
    let ran = diff_auto(&repo, &[]);
    ran.fails_with(&[
        "no branch named origin/HEAD, origin/main, main",
        "git remote set-head origin --auto",
    ]);
}

#[test]
fn ci_jobs_say_where_their_changes_go() {
    let sandbox = Sandbox::new();
    let (repo, [first, second, _]) = topic(&sandbox);
    repo.git(["branch", "release", &first]);
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "release")];
    found(
        &diff_auto(&repo, &github),
        &first,
        "the merge base with release",
    );
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "release"),
    ];
    found(
        &diff_auto(&repo, &gitlab),
        &first,
        "the merge base with release",
    );

    // A push of two commits at once is compared with what was there before.
    repo.git(["switch", "--quiet", "main"]);
    repo.commit("fourth");
    let event = format!(
        r#"{{"ref": "refs/heads/main", "before": "{second}", "repository": {{"default_branch": "main"}}}}"#
    );
    repo.write("event.json", event);
    let push = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_PATH", "event.json"),
    ];
    found(
        &diff_auto(&repo, &push),
        &second,
        "the commit that the CI job is based on",
    );
}

#[test]
fn a_shallow_clone_uses_the_note_or_says_how_to_get_more() {
    let sandbox = Sandbox::new();
    let (repo, [_, _, third]) = topic(&sandbox);
    repo.git(["switch", "--quiet", "main"]);
    let shallow = repo.clone_to(&sandbox, "shallow", &["--depth=1", "--branch=topic"]);
    diff_auto(&shallow, &[]).fails_with(&["no refs/notes/benchmarks", "benchcli pull"]);
    shallow.benchcli(["pull"]).succeeds();
    diff_auto(&shallow, &[]).fails_with(&["shallow clone", "git fetch --unshallow"]);

    repo.record_at(&third, &results(4));
    shallow.benchcli(["pull"]).succeeds();
    let event = format!(r#"{{"pull_request": {{"base": {{"ref": "main", "sha": "{third}"}}}}}}"#);
    shallow.write("event.json", event);
    let job = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_PATH", "event.json"),
    ];
    found(
        &diff_auto(&shallow, &job),
        &third,
        "the commit that the CI job is based on",
    );

    shallow.git([
        "fetch",
        "--quiet",
        "--unshallow",
        "origin",
        "main:refs/remotes/origin/main",
    ]);
    found(
        &diff_auto(&shallow, &[]),
        &third,
        "the merge base with origin/main",
    );
}

#[test]
fn where_there_is_nothing_to_find_the_message_says_what_to_do() {
    let sandbox = Sandbox::new();
    let empty = sandbox.init("empty");
    diff_auto(&empty, &[]).fails_with(&["HEAD: the repository has no commits yet", "git commit"]);
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    repo.git(["checkout", "--quiet", "--orphan", "other"]);
    repo.commit("unrelated");
    diff_auto(&repo, &[]).fails_with(&["HEAD and main have no commit in common", "--base REV"]);
}

#[test]
fn a_folder_called_auto_does_not_hide_the_baseline() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    repo.commit("Second");
    repo.write("new.txt", results(2));
    std::fs::create_dir(repo.path.join("auto")).unwrap();
    let checked = repo.benchcli(["check", "new.txt"]);
    assert!(checked.out.contains("new.txt against "), "{checked:?}");
    std::fs::create_dir(repo.path.join("old")).unwrap();
    repo.benchcli(["check", "new.txt", "--base", "old"])
        .fails_with(&["--base old is a folder"]);
}
