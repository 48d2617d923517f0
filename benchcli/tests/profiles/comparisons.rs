//! `benchcli profile diff`: bad files, unusual writers, and real Go profiles.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::pprof::{damage, equals_pprof, run};
use benchcli::profile::Answer;
use benchcli::profile::explain::{Binary, Effort, explain};
use benchcli::profile::per_op::Costs;
use benchcli::profile::read::{Profile, ReadError};
use tempfile::TempDir;
use testsupport::tools::has_go;

fn diff(old: &Path, new: &Path) -> Output {
    assert_cmd::Command::cargo_bin("benchcli")
        .expect("built")
        .args(["profile", "diff"])
        .args([old, new])
        .output()
        .expect("runs")
}

/// A field of bytes: `tag` is below 16 and the bytes are few.
fn field(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).expect("short");
    [&[tag << 3 | 2, length], bytes].concat()
}

/// No mapping, location 2 has no line, no default type, ids packed in one sample and not in the
/// other, `f` calls itself and has `g` inlined.
fn unusual() -> Vec<u8> {
    [
        field(1, &[8, 1, 16, 2]),
        field(2, &[10, 2, 1, 1, 18, 1, 5]),
        field(2, &[8, 2, 8, 1, 16, 3]),
        field(4, &[8, 1, 34, 2, 8, 2, 34, 4, 8, 1, 16, 9]),
        field(4, &[8, 2, 24, 0x40]),
        field(5, &[8, 1, 16, 3]),
        field(5, &[8, 2, 16, 4]),
        field(6, b""),
        field(6, b"cpu"),
        field(6, b"count"),
        field(6, b"f"),
        field(6, b"g"),
    ]
    .concat()
}

#[test]
fn recursion_counts_once_and_inlined_functions_have_their_own_cost() {
    let profile = Profile::read(&unusual()).expect("valid");
    let costs = Costs::of(&profile, 0, 1.0);
    let cost = |name: &str| costs.functions.get(name).map(|cost| (cost.flat, cost.cum));
    assert_eq!(costs.total, 8.0);
    assert_eq!(cost("f"), Some((0.0, 8.0)));
    assert_eq!(cost("g"), Some((5.0, 8.0)));
    assert_eq!(cost("0x40"), Some((3.0, 3.0)));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

#[test]
fn a_profile_may_have_several_gzip_members() {
    let whole = unusual();
    let (start, end) = whole.split_at(20);
    let profile = Profile::read(&[gzip(start), gzip(end)].concat()).expect("valid");
    assert_eq!(Costs::of(&profile, 0, 2.0).total, 4.0);
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let packed = gzip(&vec![0; 1 << 20]);
    let error = Profile::read_within(&packed, 1 << 10).expect_err("too big");
    assert!(matches!(error, ReadError::Gigantic(1024)), "{error}");
}

#[test]
fn few_bytes_cannot_ask_for_frames_without_end() {
    // A location with a million lines, and a sample that is there forty times.
    let lines = field(4, &[8, 1]).repeat(1 << 20);
    let mut length = 2 + lines.len();
    let mut location = vec![4 << 3 | 2];
    while length > 0x7f {
        location.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    location.extend([length as u8, 8, 1]);
    location.extend(lines);
    let profile = [
        field(1, &[8, 1, 16, 1]),
        field(6, b""),
        field(6, b"x"),
        field(5, &[8, 1, 16, 1]),
        location,
        field(2, &[[10, 40].as_slice(), &[1; 40], &[18, 1, 5]].concat()),
    ];
    let error = Profile::read(&profile.concat()).expect_err("too deep");
    assert!(matches!(error, ReadError::Deep { sample: 1 }), "{error}");

    // Few lines, and very many samples that refer to them.
    let with_samples = |lines: usize, samples: usize, ids: usize| {
        let parts = [
            field(1, &[8, 1, 16, 1]),
            field(6, b""),
            field(6, b"x"),
            field(5, &[8, 1, 16, 1]),
            field(
                4,
                &[[8, 1].as_slice(), &field(4, &[8, 1]).repeat(lines)].concat(),
            ),
            field(2, &[field(1, &vec![1; ids]), field(2, &[5])].concat()).repeat(samples),
        ];
        Profile::read(&gzip(&parts.concat()))
    };
    let error = with_samples(30, 600, 120).expect_err("too many");
    assert!(matches!(error, ReadError::Frames(_)), "{error}");
    // Samples alone, of few bytes each.
    let error = with_samples(1, 2 << 20, 0).expect_err("too many");
    assert!(matches!(error, ReadError::Numerous), "{error}");
    let hint = error.hint().unwrap_or_default();
    assert!(hint.starts_with("profile for a shorter time"), "{hint}");
    assert_eq!(
        with_samples(30, 500, 120).expect("enough").samples.len(),
        500
    );
}

#[test]
fn the_deepest_stack_that_is_read_is_drawn() {
    // A function for each frame, and each calls the next.
    let deep = |depth: u16| {
        let two = |number: u16| [(number & 0x7f) as u8 | 0x80, (number >> 7) as u8];
        let mut parts = vec![field(1, &[8, 1, 16, 1]), field(6, b""), field(6, b"x")];
        let mut ids = Vec::new();
        for at in 0..depth {
            let [low, high] = two(at);
            parts.push(field(6, format!("f{at}").as_bytes()));
            let [name_low, name_high] = two(at + 2);
            parts.push(field(5, &[8, low, high, 16, name_low, name_high]));
            parts.push(field(4, &[8, low, high, 34, 3, 8, low, high]));
            ids.extend([low, high]);
        }
        let [low, high] = two(u16::try_from(ids.len()).expect("short"));
        let sample = [[10, low, high].as_slice(), &ids, &[18, 1, 5]].concat();
        let [low, high] = two(u16::try_from(sample.len()).expect("short"));
        parts.push([[2 << 3 | 2, low, high].as_slice(), &sample].concat());
        parts.concat()
    };
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    fs::write(file("deep"), deep(4096)).expect("written");
    fs::write(file("deeper"), deep(4097)).expect("written");
    fs::write(file("shallow"), deep(1)).expect("written");
    let flame = file("flame.svg");
    let draw = |new: &str| {
        assert_cmd::Command::cargo_bin("benchcli")
            .expect("built")
            .args(["profile", "diff", "--flame"])
            .args([&flame, &file("shallow"), &file(new)])
            .output()
            .expect("runs")
    };
    let output = draw("deeper");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("deeper: sample 1 has a stack of more than 4096 frames"),
        "{said}"
    );
    let output = draw("deep");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let svg = fs::read_to_string(&flame).expect("drawn");
    // With the one of the other side, which nothing calls.
    assert_eq!(svg.matches("data-n=\"f").count(), 4097);
    // In a dark room it is no lamp.
    assert!(svg.contains("@media (prefers-color-scheme: dark)"));
    assert!(svg.contains("<rect class=\"paper\" "));
}

#[test]
fn no_damage_makes_it_panic() {
    let whole = unusual();
    for at in 0..whole.len() {
        let _ = Profile::read(&whole[..at]);
        for byte in [0, 1, 0x7f, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = byte;
            let _ = Profile::read(&damaged);
        }
    }
}

#[test]
fn a_bad_file_gives_one_clear_error() {
    let dangling = [
        field(1, &[8, 1, 16, 1]),
        field(6, b""),
        field(6, b"x"),
        field(2, &[8, 7, 16, 1]),
    ];
    let packed = gzip(&unusual());
    let bad: [(&[u8], &str); 8] = [
        (b"", "the file is empty"),
        (
            b"<!DOCTYPE html>",
            "found HTML or XML; expected a pprof profile",
        ),
        (
            b"go 1.25 trace\0\0\0",
            "found an execution trace (view it with `go tool trace`)",
        ),
        (
            b"BenchmarkA 1 2 ns/op\n",
            "found text; expected a pprof profile",
        ),
        (&packed[..packed.len() / 2], "the profile is truncated"),
        (&unusual()[..19], "the profile is truncated"),
        (
            &dangling.concat(),
            "sample 1 refers to location 7, which does not exist",
        ),
        (
            &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff],
            "the gzip data is damaged",
        ),
    ];
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("bad.pprof");
    for (bytes, expected) in bad {
        fs::write(&path, bytes).expect("written");
        let output = diff(&path, &path);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("bad.pprof: ") && said.contains(expected),
            "{said} / {expected}"
        );
        let [_, ref hints @ ..] = said.lines().collect::<Vec<_>>()[..] else {
            panic!("{said}");
        };
        assert!(
            hints.iter().all(|hint| hint.starts_with("hint: ")),
            "{said}"
        );
        assert!(output.stdout.is_empty());
    }
}

fn work(rounds: u32, spare: &str) -> String {
    format!(
        "package planted\n\nvar kept []byte\n\n//go:noinline\nfunc mix(sum uint64) uint64 {{\n\t\
         for range {rounds} {{\n\t\tsum = sum*31 + sum>>7\n\t}}\n\treturn sum\n}}\n\n\
         //go:noinline\nfunc helper() {{\n\tkept = make([]byte, {spare})\n}}\n\n\
         func Work() uint64 {{\n\thelper()\n\treturn mix(7)\n}}\n"
    )
}

const BENCHMARK: &str = "package planted\n\nimport \"testing\"\n\nvar sink uint64\n\n\
    func BenchmarkWork(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tsink += Work()\n\t}\n}\n";

fn planted(folder: &Path, base: &str, head: &str) -> [Answer; 3] {
    for (side, code) in [("base", base), ("head", head)] {
        let package = folder.join(side);
        fs::create_dir(&package).expect("made");
        fs::write(
            package.join("go.mod"),
            "module example.com/planted\n\ngo 1.22\n",
        )
        .expect("written");
        fs::write(package.join("work.go"), code).expect("written");
        fs::write(package.join("work_test.go"), BENCHMARK).expect("written");
        let mut go = Command::new("go");
        run(go
            .args(["test", "-c", "-o", "bin", "."])
            .current_dir(&package))
        .expect("builds");
    }
    let [base, head] = ["base", "head"].map(|side| folder.join(side));
    let programs = [base.join("bin"), head.join("bin")];
    let arguments = ["-test.cpu=2".to_owned()];
    let binary = |program, folder| Binary {
        program,
        arguments: &arguments,
        folder,
        root: folder,
    };
    let sides = [binary(&programs[0], &base), binary(&programs[1], &head)];
    let effort = Effort {
        iterations: 20_000,
        repeats: 2,
    };
    let answers = explain(sides, "Work-2", effort, folder, &mut run).expect("explained");
    answers.try_into().expect("time, bytes and objects")
}

#[test]
fn the_planted_function_pays() {
    if !has_go("the_planted_function_pays") {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let [cpu, bytes, objects] = planted(folder.path(), &work(2_000, "64"), &work(20_000, "1024"));
    let contributor = cpu.top_contributor.expect("slower");
    assert_eq!(
        contributor.function, "example.com/planted.mix",
        "{}",
        cpu.sentence
    );
    let contributor = bytes.top_contributor.expect("allocates more");
    assert_eq!(
        contributor.function, "example.com/planted.helper",
        "{}",
        bytes.sentence
    );
    // The allocator's size classes are exact: 1024 and 64 bytes are ones.
    assert!(
        (contributor.cost.difference - 960.0).abs() < 1.0,
        "{}",
        contributor.cost.difference
    );
    // Larger, and no more of them.
    assert!(!objects.matters(), "{}", objects.sentence);
    let files = |kind| [0, 1].map(|side| folder.path().join(format!("{kind}-{side}-0.pprof")));
    for kind in [
        "alloc_space",
        "alloc_objects",
        "inuse_space",
        "inuse_objects",
    ] {
        equals_pprof(&files("alloc_space"), kind);
    }
    equals_pprof(&files("cpu"), "cpu");
}

/// Goroutines that wait for each other, and memory that stays.
const WAITING: &str = "package waiting

import (
	\"sync\"
	\"testing\"
	\"time\"
)

var (
	mutex sync.Mutex
	leak  [][]byte
)

func hold(each time.Duration) {
	mutex.Lock()
	defer mutex.Unlock()
	time.Sleep(each)
}

func keep(size int) { leak = append(leak, make([]byte, size)) }

func TestWait(t *testing.T) {
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			hold(WAIT)
			done <- true
		}()
	}
	for range 4 {
		<-done
	}
	group.Wait()
	for range KEPT {
		keep(1 << 16)
	}
}

var done = make(chan bool)
";

#[test]
fn locks_and_leaks_are_compared_as_pprof_compares_them() {
    if !has_go("locks_and_leaks_are_compared_as_pprof_compares_them") {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let kinds = ["mutex", "block", "mem"];
    for (side, wait, kept) in [
        ("base", "2 * time.Millisecond", "4"),
        ("head", "7000000", "24"),
    ] {
        let package = folder.path().join(side);
        fs::create_dir(&package).expect("made");
        fs::write(
            package.join("go.mod"),
            "module example.com/waiting\n\ngo 1.22\n",
        )
        .expect("written");
        let code = WAITING
            .replace("WAIT)", &format!("{wait})"))
            .replace("KEPT", kept);
        fs::write(package.join("waiting_test.go"), code).expect("written");
        let mut go = Command::new("go");
        go.args(["test", "-c", "-o", "bin", "."])
            .current_dir(&package);
        run(&mut go).expect("builds");
        let mut program = Command::new(package.join("bin"));
        program.args(kinds.map(|kind| format!("-test.{kind}profile={kind}.pprof")));
        program.args(["-test.blockprofilerate=1", "-test.memprofilerate=1"]);
        run(program.current_dir(&package)).expect("runs");
    }
    let files = |kind: &str| {
        ["base", "head"].map(|side| folder.path().join(side).join(format!("{kind}.pprof")))
    };
    equals_pprof(&files("mutex"), "delay");
    equals_pprof(&files("mutex"), "contentions");
    equals_pprof(&files("block"), "delay");
    equals_pprof(&files("mem"), "inuse_space");

    // A leak is named by where it grew.
    let [old, new] = files("mem");
    let arguments = [
        "profile",
        "diff",
        "--sample-type",
        "inuse_space",
        "--format",
        "json",
    ];
    let output = assert_cmd::Command::cargo_bin("benchcli")
        .expect("built")
        .args(arguments)
        .args([old, new])
        .output()
        .expect("runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["schema"], "benchcli-profile-diff/2");
    assert_eq!(
        report["top_contributor"]["function"],
        "example.com/waiting.keep"
    );
    let grown = report["functions"][0]["flat"]["difference"].as_f64();
    // Twenty more, and the slice that holds them.
    assert!(
        grown >= Some(20.0 * 65536.0) && grown < Some(20.5 * 65536.0),
        "{grown:?}"
    );
    for kind in kinds {
        damage(&fs::read(&files(kind)[1]).expect("there"));
    }
}
