//! Pictures, as files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use snapbox::{Data, assert_data_eq};

fn testdata(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../testdata")
        .join(name);
    path.display().to_string()
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

/// An SVG without the font in it, which is the same everywhere.
fn without_font(svg: &str) -> String {
    let Some((head, rest)) = svg.split_once("base64,") else {
        panic!("no font in {svg}");
    };
    let (_, tail) = rest.split_once(')').expect("the font ends");
    format!("{head}base64,…){tail}")
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
    for theme in ["light", "dark"] {
        let arguments = [
            "-o", "out.png", "--size", "700x500", "--dots", "2", "--theme", theme,
        ];
        let output = plot(folder.path(), &[&common[..], &arguments].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let png = fs::read(folder.path().join("out.png")).expect("written");
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
        let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
        assert_eq!((side(16), side(20)), (1400, 1000));
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("there").collect();
    assert_eq!(left.len(), 1, "{left:?}");
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
        (&[&old, "-o", "out.svg"], "2 values required"),
        (
            &[&old, &new, "-o", "no/such/out.svg"],
            "no/such/out.svg cannot be written",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--size", "9x9"],
            "expected a width and a height from 100",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--unit", "bogus"],
            "--unit names others",
        ),
        (
            &[&old, &new, "-o", "out.svg", "--filter", ".name:No"],
            "the filter leaves no result",
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
