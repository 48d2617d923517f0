//! Colour on request: worse red, better green, by the unit's own direction.

use assert_cmd::Command;

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";

fn file(value: u32, unit: &str) -> String {
    format!("BenchmarkA 1 {value} {unit}\n").repeat(6)
}

/// The table of six values of 10 against six of 20, with flags and environment.
fn table(unit: &str, flags: &[&str], environment: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("old"), file(10, unit)).expect("written");
    std::fs::write(folder.path().join("new"), file(20, unit)).expect("written");
    let output = Command::cargo_bin("benchdiff")
        .expect("built")
        .current_dir(&folder)
        .env_remove("NO_COLOR")
        .envs(environment.iter().copied())
        .args(flags)
        .args(["old", "new"])
        .output()
        .expect("runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn more_time_is_red_and_more_throughput_green() {
    let shown = table("ns/op", &["--color=always"], &[]);
    assert!(
        shown.contains(&format!("{RED}+100.00%\u{1b}[0m")),
        "{shown:?}"
    );
    let shown = table("MB/s", &["--color=always"], &[]);
    assert!(
        shown.contains(&format!("{GREEN}+100.00%\u{1b}[0m")),
        "{shown:?}"
    );
}

#[test]
fn the_input_can_say_which_way_is_better() {
    let shown = table("hits\nUnit hits better=higher", &["--color=always"], &[]);
    assert!(shown.contains(GREEN) && !shown.contains(RED), "{shown:?}");
}

#[test]
fn a_pipe_gets_no_colour() {
    assert!(!table("ns/op", &[], &[]).contains('\u{1b}'));
    assert!(!table("ns/op", &["--color=never"], &[]).contains('\u{1b}'));
    assert!(table("ns/op", &[], &[("CLICOLOR_FORCE", "1")]).contains(RED));
    assert!(!table("ns/op", &[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
}

#[test]
fn colour_changes_no_width() {
    let plain = table("ns/op", &[], &[]);
    let mut coloured = table("ns/op", &["--color=always"], &[]);
    for code in [RED, "\u{1b}[0m"] {
        coloured = coloured.replace(code, "");
    }
    assert_eq!(plain, coloured);
}
