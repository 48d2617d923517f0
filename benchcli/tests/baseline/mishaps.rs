//! Programs that are killed and disks that are full.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use testsupport::repositories::{Ran, Repo, Sandbox, results, shared};
use testsupport::tools::skip;

/// `BENCHCLI_TEST_KILLS` says how many programs are killed, 40 where it is not set.
fn kills() -> u64 {
    let kills = std::env::var("BENCHCLI_TEST_KILLS").ok();
    kills.map_or(40, |kills| kills.parse().unwrap())
}

/// Starts a command, kills it after a while and says whether it was done before.
fn killed(repo: &Repo, args: &[&str], text: &str, after: Duration) -> bool {
    let mut command = repo.command(env!("CARGO_BIN_EXE_benchcli"));
    command.args(args).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let start = Instant::now();
    thread::sleep(after.saturating_sub(start.elapsed()));
    child.kill().unwrap();
    child.wait_with_output().unwrap().status.success()
}

#[test]
fn a_killed_record_loses_nothing_that_it_acknowledged() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let start = Instant::now();
    repo.record(&results(0));
    let usual = start.elapsed();

    let mut acknowledged = vec![0];
    for seed in 1..=kills() {
        // Every part of a run is a moment to die in.
        let after = usual.mul_f64(1.3 * (seed * 37 % 100) as f64 / 100.0);
        if killed(&repo, &["record", "--host", "lab"], &results(seed), after) {
            acknowledged.push(seed);
        }
        repo.benchcli(["show"]).succeeds();
    }
    let last = kills() + 1;
    repo.record(&results(last));
    acknowledged.push(last);
    let note = repo.note("HEAD");
    for seed in &acknowledged {
        assert!(note.contains(&results(*seed)), "{seed} was acknowledged");
    }
    let count = acknowledged.len() as u64;
    assert!(count < last, "all {last} were too fast to be killed");
    assert_eq!(repo.benchcli(["show"]).err, "");
    repo.fsck();
    eprintln!("{count} of {} were done before they were killed", last + 1);
}

#[test]
fn a_killed_push_leaves_both_sides_whole() {
    let sandbox = Sandbox::new();
    let (remote, clones) = shared(&sandbox, 2);
    clones[0].record(&results(0));
    let start = Instant::now();
    clones[0].benchcli(["push"]).succeeds();
    let usual = start.elapsed();
    let seeds = 1..=kills() / 4;
    for seed in seeds.clone() {
        let clone = &clones[seed as usize % 2];
        clone.record(&results(seed));
        let after = usual.mul_f64(1.3 * (seed * 37 % 100) as f64 / 100.0);
        killed(clone, &["push"], "", after);
    }
    for clone in [&clones[0], &clones[1], &clones[0]] {
        clone.benchcli(["push"]).succeeds();
    }
    for repo in [&remote, &clones[0], &clones[1]] {
        let note = repo.note("main");
        for seed in seeds.clone() {
            assert!(
                note.contains(&results(seed)),
                "{seed} in {}",
                repo.path.display()
            );
        }
        repo.fsck();
    }
}

#[test]
fn a_lock_that_a_dead_process_left_is_removed() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.record(&results(1));
    let dead = repo.git(["rev-parse", "HEAD"]);
    let lock = repo.path.join(".git/refs/notes/benchmarks.lock");
    repo.write(".git/benchcli/intent", &dead);
    fs::write(&lock, format!("{dead}\n")).unwrap();
    repo.record(&results(2));
    repo.write(".git/benchcli/intent", &dead);
    File::create(&lock).unwrap();
    repo.record(&results(3));
    assert!(!lock.exists());
    assert!(repo.note("HEAD").contains(&results(3)));
}

/// A small filesystem, gone with its value.
struct SmallDisk<'p>(&'p Path);

impl<'p> SmallDisk<'p> {
    fn mount(path: &'p Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=2m", "benchcli-test"])
            .arg(path);
        let mounted = mount.stderr(Stdio::null()).status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(path))
    }

    /// Takes all room but so many blocks of 4 kB.
    fn fill(&self, but: usize) {
        let path = self.0.join("filler");
        let mut filler = File::create(&path).unwrap();
        let mut blocks = 0u64;
        while filler.write_all(&[0; 4096]).is_ok() {
            blocks += 1;
        }
        filler
            .set_len(blocks.saturating_sub(but as u64) * 4096)
            .unwrap();
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_is_a_clear_error_and_the_old_state_stays() {
    let sandbox = Sandbox::new();
    let disk_path = sandbox.path().join("disk");
    fs::create_dir(&disk_path).unwrap();
    let Some(disk) = SmallDisk::mount(&disk_path) else {
        skip(
            "a_full_disk_is_a_clear_error_and_the_old_state_stays",
            "it needs the right to mount",
        );
        return;
    };
    let repo = sandbox.repo("disk/repo");
    let mut note = String::new();
    let mut failures = 0;
    for blocks in 0..24 {
        let text = results(blocks as u64);
        disk.fill(blocks);
        let ran: Ran = repo.pipe(["record", "--host", "lab"], text.as_bytes());
        fs::remove_file(disk_path.join("filler")).unwrap();
        if ran.code == 0 {
            note = repo.note("HEAD");
            assert!(note.contains(&text));
            continue;
        }
        failures += 1;
        ran.fails_with(&["No space left on device", "nothing was recorded or changed"]);
        if note.is_empty() {
            assert_eq!(repo.git(["for-each-ref", "refs/notes"]), "");
        } else {
            assert_eq!(repo.note("HEAD"), note);
        }
        repo.fsck();
        repo.record(&results(1000 + blocks as u64));
        note = repo.note("HEAD");
    }
    assert!(failures > 3, "{failures}");
}
