//! Pictures of a real history.

use std::fs;
use std::path::Path;

use snapbox::{Data, assert_data_eq};

use crate::story::{self, Bench, commit, run};
use testsupport::picture::{Pixels, without_font};
use testsupport::repositories::{Repo, Sandbox};

fn svg<const N: usize>(repo: &Repo, arguments: [&str; N]) -> String {
    let arguments = [&["plot", "-o", "-"], &arguments[..]].concat();
    let output = repo
        .command(env!("CARGO_BIN_EXE_benchcli"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn id(repo: &Repo, number: usize) -> String {
    let back = format!("HEAD~{}", 39 - number);
    repo.git(["rev-parse", &back]).trim()[..7].to_owned()
}

#[test]
fn each_change_has_its_commit_and_a_commit_not_measured_is_a_gap() {
    let sandbox = Sandbox::new();
    let repo = story::repo(&sandbox);
    let picture = svg(&repo, ["--filter", ".name:(Encode OR Key OR Label)"]);
    roxmltree::Document::parse(&picture).unwrap();
    for label in [
        format!("▲ {} +32.99%", id(&repo, 12)),
        format!("▲ {} +200.00%", id(&repo, 20)),
        format!("▲ spike {} +100.67%", id(&repo, 25)),
        format!("▼ {} -24.75%", id(&repo, 30)),
    ] {
        assert!(picture.contains(&label), "{label}: {picture}");
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/plot/trend.svg");
    assert_data_eq!(without_font(&picture), Data::read_from(&golden, None).raw());
}

#[test]
fn a_logarithmic_scale_has_room_for_every_size() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..12 {
        commit(&repo, number, "Change");
        let nanoseconds = if number < 6 { 100.0 } else { 90_000.0 };
        let bench = Bench {
            package: "p",
            name: "Sort",
            nanoseconds,
            allocs: 0,
        };
        repo.record(&run(number, &[bench]));
    }
    let ticks = |picture: &str| -> Vec<bool> {
        ["100 ns", "1 µs", "50 µs"]
            .map(|tick| picture.contains(&format!(">{tick}<")))
            .to_vec()
    };
    assert_eq!(
        ticks(&svg(&repo, ["--unit", "ns/op", "--log"])),
        [true, true, true]
    );
    assert_eq!(
        ticks(&svg(&repo, ["--unit", "ns/op"])),
        [false, false, false]
    );
}

#[test]
fn a_zero_has_no_logarithm_and_that_is_said() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..2 {
        commit(&repo, number, "Change");
        let bench = Bench {
            package: "p",
            name: "Sort",
            nanoseconds: 100.0,
            allocs: 0,
        };
        repo.record(&run(number, &[bench]));
    }
    let ran = repo.benchcli(["plot", "-o", "out.svg", "--log"]);
    ran.succeeds();
    assert!(
        ran.err
            .contains("p.Sort-8 allocs/op has values of 0 or below, so its scale is linear"),
        "{}",
        ran.err
    );
    let ran = repo.benchcli(["plot", "-o", "out.svg", "--log", "--unit", "ns/op"]);
    assert_eq!((ran.succeeds(), &*ran.err), ("", ""));
}

#[test]
fn a_png_has_the_colours_of_its_theme() {
    let sandbox = Sandbox::new();
    let repo = story::repo(&sandbox);
    for (theme, background, line) in [
        ("light", [255, 255, 255], [9, 105, 218]),
        ("dark", [13, 17, 23], [88, 166, 255]),
    ] {
        let ran = repo.benchcli(["plot", "-o", "out.png", "--theme", theme, "--dots", "1"]);
        assert_eq!((ran.succeeds(), &*ran.err), ("", ""));
        let pixels = Pixels::decode(&fs::read(repo.path.join("out.png")).unwrap());
        assert_eq!(pixels.size(), (960, 4 * 230 + 16));
        assert_eq!(pixels.background(), background);
        assert!(pixels.count(line) > 500, "{theme}");
    }
}

#[test]
fn panels_without_room_are_left_out_and_said() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    commit(&repo, 0, "Begin");
    let names: Vec<String> = (0..30).map(|at| format!("B{at}")).collect();
    let benches = names.iter().map(|name| Bench {
        package: "p",
        name,
        nanoseconds: 100.0,
        allocs: 0,
    });
    let benches: Vec<Bench<'_>> = benches.collect();
    repo.record(&run(0, &benches));
    for (size, left_out) in [("9999x9999", 6), ("320x200", 29)] {
        let arguments = ["plot", "--unit", "ns/op", "-o", "out.svg", "--size", size];
        let ran = repo.benchcli(arguments);
        ran.succeeds();
        let message = format!("{left_out} benchmarks left out: they do not fit into the chart");
        assert!(ran.err.contains(&message), "{}", ran.err);
    }
}

#[test]
fn nothing_changed_more_than_what_rose_from_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..12 {
        commit(&repo, number, "Change");
        let bench = |name, allocs: [u32; 2]| Bench {
            package: "p",
            name,
            nanoseconds: 100.0,
            allocs: allocs[usize::from(number >= 6)],
        };
        repo.record(&run(
            number,
            &[bench("Double", [2, 4]), bench("Rise", [0, 5])],
        ));
    }
    // Room for one.
    let picture = svg(&repo, ["--unit", "allocs/op", "--size", "320x200"]);
    assert!(picture.contains("Rise"), "{picture}");
    assert!(picture.contains("+Inf%"), "{picture}");
}
