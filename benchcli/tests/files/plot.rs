//! Pictures, as files.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use snapbox::{Data, assert_data_eq};
use testsupport::paths;
use testsupport::picture::{Pixels, without_font};

fn testdata(name: &str) -> String {
    paths::testdata(name).display().to_string()
}

fn plot(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_benchcli"));
    command
        .current_dir(folder)
        .arg("plot")
        .args(arguments)
        .output()
        .expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn two_files_side_by_side() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (old, new) = (
        format!("old={}", testdata("turns-old.txt")),
        format!("new={}", testdata("turns-new.txt")),
    );
    let common = [
        &*old,
        &new,
        "--unit",
        "ns/op,B/op",
        "--filter",
        ".name:(Key OR Label OR Strconv)",
    ];
    let output = plot(folder.path(), &[&common[..], &["-o", "-"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let svg = text(&output.stdout);
    roxmltree::Document::parse(&svg).expect("well-formed");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/plot/compare.svg");
    assert_data_eq!(without_font(&svg), Data::read_from(&golden, None).raw());
    for (theme, background, line) in [
        ("light", [255, 255, 255], [9, 105, 218]),
        ("dark", [13, 17, 23], [88, 166, 255]),
    ] {
        let arguments = [
            "-o", "out.png", "--size", "700x500", "--dots", "2", "--theme", theme,
        ];
        let output = plot(folder.path(), &[&common[..], &arguments].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let png = fs::read(folder.path().join("out.png")).expect("written");
        let pixels = Pixels::decode(&png);
        assert_eq!(pixels.size(), (1400, 1000));
        assert_eq!(pixels.background(), background);
        assert!(pixels.count(line) > 500, "{theme}");
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("there").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn what_grew_from_nothing_stands_at_the_end_of_the_scale() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, allocs: &[u32]| {
        let line = |allocs: &u32| format!("BenchmarkA 10 {allocs} allocs/op\n");
        let lines: String = allocs.iter().map(line).collect();
        fs::write(folder.path().join(name), lines).expect("written");
    };
    file("old.txt", &[0; 6]);
    file("new.txt", &[5; 6]);
    let drawn = |old, new| {
        let output = plot(folder.path(), &[old, new, "-o", "-"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let places = |svg: &str, tag: &str, attribute: &str| -> Vec<f64> {
        let document = roxmltree::Document::parse(svg).expect("well-formed");
        let nodes = document.descendants().filter(|it| it.has_tag_name(tag));
        let value = |it: roxmltree::Node<'_, '_>| it.attribute(attribute)?.parse().ok();
        nodes.filter_map(value).collect()
    };
    let svg = drawn("old.txt", "new.txt");
    assert!(svg.contains("▲ +Inf%"), "{svg}");
    let dots = places(&svg, "circle", "cx");
    let (old, new) = (&dots[2..8], &dots[8..14]);
    let old_line = old[0];
    assert!(old.iter().all(|x| *x == old_line));
    assert!(new.iter().all(|x| *x > old_line + 200.0), "{dots:?}");
    // The other way round nothing is left: 100 % less has its place.
    let svg = drawn("new.txt", "old.txt");
    assert!(svg.contains("▼ -100.00%"), "{svg}");
    let dots = places(&svg, "circle", "cx");
    assert!(dots[8] < dots[2] - 200.0, "{dots:?}");
    let svg = drawn("old.txt", "old.txt");
    assert!(!svg.contains("Inf") && !svg.contains("NaN"), "{svg}");
}

#[test]
fn what_has_no_room_is_left_out_and_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let many: String = (0..70)
        .map(|at| format!("BenchmarkB{at} 10 5 ns/op\n"))
        .collect();
    fs::write(folder.path().join("many.txt"), many).expect("written");
    let left_out = |arguments: &[&str]| {
        let both = ["many.txt", "many.txt", "-o", "out.svg"];
        let output = plot(folder.path(), &[&both, arguments].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let svg = fs::read_to_string(folder.path().join("out.svg")).expect("written");
        let rows = (0..70)
            .filter(|at| svg.contains(&format!(">B{at}<")))
            .count();
        (text(&output.stderr), rows)
    };
    let (said, rows) = left_out(&[]);
    assert_eq!(
        said,
        "benchcli: warning: 10 benchmarks left out: they do not fit into the chart; use \
         --filter or --unit to choose which ones to show\n"
    );
    assert_eq!(rows, 60);
    let (said, rows) = left_out(&["--size", "320x200"]);
    assert!(said.contains("68 benchmarks left out"), "{said}");
    assert_eq!(rows, 2);
}

#[test]
fn packages_are_named_where_there_are_several() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let line = "BenchmarkA 10 5 ns/op\n";
    let several = format!("pkg: example.com/a/codec\n{line}pkg: example.com/b/codec\n{line}");
    fs::write(folder.path().join("x.txt"), several).expect("written");
    fs::write(
        folder.path().join("y.txt"),
        format!("pkg: example.com/a\n{line}"),
    )
    .expect("written");
    let drawn = |file| text(&plot(folder.path(), &[file, file, "-o", "-"]).stdout);
    let svg = drawn("x.txt");
    assert!(
        svg.contains(">a/codec.A<") && svg.contains(">b/codec.A<"),
        "{svg}"
    );
    let svg = drawn("y.txt");
    assert!(svg.contains(">A<"), "{svg}");
}

#[test]
fn names_cannot_break_out_of_the_picture() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let line = "BenchmarkA/</text><script>alert(1)</script>&\"\u{202e} 10 5 ns/op\n";
    fs::write(folder.path().join("x.txt"), line).expect("written");
    let output = plot(folder.path(), &["x.txt", "x.txt", "-o", "-"]);
    let svg = text(&output.stdout);
    roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    assert!(!svg.contains("<script") && !svg.contains('\u{202e}'));
}

#[test]
fn what_cannot_be_drawn_is_one_clear_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (old, new) = (testdata("old.txt"), testdata("new.txt"));
    for (arguments, message) in [
        (
            &[&*old, &new, "-o", "out.gif"][..],
            "-o out.gif: expected a name that ends in .svg or .png",
        ),
        (&[&old, "-o", "out.svg"], "1 file given: expected two"),
        (
            &[&old, &new, "-o", "no/such/out.svg"],
            "cannot write no/such/out.svg",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--size", "9x9"],
            "expected a width from 320 to 10000 and a height",
        ),
        (
            &[
                &old,
                &new,
                "-o",
                "out.png",
                "--size",
                "10000x10000",
                "--dots",
                "4",
            ],
            "--size 10000x10000: with --dots 4 a PNG of 1600 megapixels, expected 100 at most",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--since", "90d"],
            "--since chooses from the history, and two files have none",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--range", "a..b"],
            "--range chooses from the history",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--env", "EPYC"],
            "--env chooses from the history",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--unit", "bogus"],
            "use --unit to select others",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--filter", ".name:No"],
            "match the filter",
        ),
        (&["-o", "out.svg"], "repository"),
    ] {
        let output = plot(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let stderr = text(&output.stderr);
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
}
