//! What people see holds nothing that a terminal obeys, whoever wrote it.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;
use testsupport::isolated::git;

/// What is hidden in names, units, keys and subjects: escape sequences for colours, links and titles,
/// a bell, a return, a delete, controls of eight bits, ends of lines that only Unicode knows, and
/// characters that turn the direction of text.
const HIDDEN: [&str; 12] = [
    "\u{1b}[31m",
    "\u{1b}]8;;http://x\u{7}",
    "\u{1b}]0;title\u{1b}\\",
    "\u{7}",
    "\u{9b}2J",
    "\u{202e}",
    "\u{2066}",
    "\u{200f}",
    "\u{61c}",
    "\u{2028}",
    "\u{7f}",
    "\rx",
];

/// Results in which everything that can be named has something hidden in it.
fn results(hidden: &str, factor: u32) -> String {
    let mut text = format!("goos: linux{hidden}\ncpu: fast{hidden}\npkg: p{hidden}\n");
    for value in 100..106 {
        let value = value * factor;
        text += &format!(
            "Benchmark{hidden}A-2 1000 {value} ns/op{hidden} {factor} allocs{hidden}/op\n"
        );
    }
    text += "Benchmark";
    text += hidden;
    text += "B-2 oops\n";
    text += &format!("--- FAIL: BenchmarkC{hidden}\n");
    text
}

const PROFILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../testdata/profiles/old.cpu.pprof"
);

struct Sandbox(TempDir);

impl Sandbox {
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program)
            .args(arguments)
            .current_dir(self.0.path())
            .env("GIT_CONFIG_GLOBAL", self.0.path().join("no-config"))
            .env_remove("GITHUB_STEP_SUMMARY")
            .output()
            .unwrap()
    }
}

fn assert_visible(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let is_hidden = |letter: char| {
        let turns = "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        letter.is_control() && !matches!(letter, '\n' | '\t') || turns.contains(letter)
    };
    assert!(!text.contains(is_hidden), "{what}: {text:?}");
}

#[test]
fn nothing_hidden_reaches_people() {
    let benchcli = assert_cmd::cargo::cargo_bin!("benchcli").to_str().unwrap();
    for hidden in HIDDEN {
        let sandbox = Sandbox(TempDir::new().unwrap());
        git(&sandbox.0, &["init", "-q", "-b", "main"]);
        let write = |name: &str, text: String| fs::write(sandbox.0.path().join(name), text);
        write("old.txt", results(hidden, 1)).unwrap();
        write("new.txt", results(hidden, 9)).unwrap();
        for (subject, file) in [("One", "old.txt"), ("Two", "new.txt")] {
            let subject = format!("{subject}{hidden}");
            git(
                &sandbox.0,
                &["commit", "-q", "--allow-empty", "-m", &subject],
            );
            sandbox.run(benchcli, &["record", file]);
        }
        let check = ["check", "old.txt", "new.txt", "--no-config", "--format"];
        let missing = format!("no{hidden}such.txt");
        // No name of a file holds a slash.
        let named = format!("name{hidden}.txt").replace('/', "");
        fs::copy(
            sandbox.0.path().join("old.txt"),
            sandbox.0.path().join(&named),
        )
        .unwrap();
        let profile = format!("cpu{hidden}.pprof").replace('/', "");
        fs::copy(PROFILE, sandbox.0.path().join(&profile)).unwrap();
        let label = format!("pool=large{hidden}");
        let commands: Vec<Vec<&str>> = vec![
            vec!["log"],
            vec!["trend", "--all"],
            vec!["trend", "--all", "--format", "markdown"],
            [&check[..], &["text"]].concat(),
            [&check[..], &["markdown"]].concat(),
            [&check[..], &["junit"]].concat(),
            [&check[..], &["github"]].concat(),
            vec!["check", "old.txt", &missing],
            vec!["rank", "new.txt", "--by", "/x"],
            vec!["diff", "old.txt", "new.txt", "--format", "markdown"],
            vec!["record", "new.txt"],
            vec!["record", &named],
            vec!["record", "old.txt", "--label", &label],
            vec!["log", "-n", "2"],
            vec!["profile", "add", &profile, "--bench", &named],
            vec!["profile", "list"],
            vec!["profile", "get", &profile],
            vec!["prune", "--profiles", "--older-than", "0d", "--dry-run"],
            vec!["push", &missing],
            vec!["pull", &missing],
            vec!["explain", "--base", &missing],
            vec!["import", &missing],
            vec!["config", "check", "--config", &missing],
            vec!["show", &missing],
            vec!["plot", "old.txt", &missing],
        ];
        for arguments in commands {
            let ran = sandbox.run(benchcli, &arguments);
            let what = format!("{hidden:?} {arguments:?}");
            assert_visible(&what, &ran.stdout);
            assert_visible(&what, &ran.stderr);
            let said = ran.stdout.len() + ran.stderr.len();
            assert!(said > 0, "{what}");
        }
        // Colours are the program's alone.
        let colored = ["diff", &named, "new.txt", "--color", "always"];
        let page = sandbox.run(benchcli, &colored).stdout;
        let page = String::from_utf8(page).unwrap();
        let own = ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[0m"];
        let plain = own
            .iter()
            .fold(page.clone(), |page, own| page.replace(own, ""));
        assert_visible(&format!("{hidden:?} {colored:?}"), plain.as_bytes());
        let starts = page.matches("\u{1b}[3").count();
        assert_eq!(starts, page.matches("\u{1b}[0m").count(), "{page}");
        assert!(
            hidden != HIDDEN[0] || page.contains("\\u{1b}[31m"),
            "{page}"
        );
    }
}
