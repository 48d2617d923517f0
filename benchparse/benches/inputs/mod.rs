//! Inputs to measure with.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io;
use std::num::NonZeroUsize;

use benchparse::format::{Parser, Record, RepairMode};

/// Reads every record of a text that has nothing wrong in it, with its name, configuration, units and
/// values, and gives the sum of the values.
///
/// # Panics
/// Something was wrong.
pub(crate) fn read(text: &[u8], threads: usize) -> f64 {
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let mut parser = Parser::new();
    parser.begin(b"f", b"f");
    let mut sum = 0.0;
    let read = parser.read_each(text, RepairMode::Repair, threads, |record| {
        if let Record::Result(result) = record {
            black_box((result.name_symbol(), result.config_id()));
            sum += result.measurements().iter().map(|it| it.value).sum::<f64>();
        }
        io::Result::Ok(())
    });
    assert!(read.is_ok_and(|found| found.diagnostics.is_empty()));
    sum
}

/// 1,000 benchmarks × 100 × 3 metrics, as `go test -count=100` prints them.
pub(crate) fn counts() -> Vec<u8> {
    let mut text = "goos: linux\ngoarch: amd64\npkg: example.com/speed\n".to_owned();
    for benchmark in 0..1000 {
        let name = format!(
            "BenchmarkEncode/size={}/level={}-8",
            16 * benchmark,
            benchmark % 5
        );
        for run in 0..100 {
            let time = f64::from(100 * benchmark + run) / 7.0;
            line(&mut text, &name, time, &[]);
        }
    }
    text.into_bytes()
}

/// 16,000 benchmarks × 10 × 3 to 5 metrics, in packages of forty.
pub(crate) fn names() -> Vec<u8> {
    let mut text = "goos: linux\ngoarch: amd64\n".to_owned();
    for benchmark in 0..16_000 {
        if benchmark % 40 == 0 {
            let _ = writeln!(text, "pkg: example.com/many/group{}", benchmark / 40);
        }
        let name = format!(
            "BenchmarkLookup/size={}/level={}-8",
            16 * benchmark,
            benchmark % 5
        );
        let more = &["MB/s", "hits/op"][..(benchmark % 3) as usize];
        for run in 0..10 {
            line(
                &mut text,
                &name,
                f64::from(10 * benchmark + run) / 7.0,
                more,
            );
        }
    }
    text.into_bytes()
}

fn line(text: &mut String, name: &str, time: f64, more: &[&str]) {
    let _ = write!(
        text,
        "{name:<44}\t{:8}\t{time:12.1} ns/op",
        (1e9 / time.max(1.0)) as u64
    );
    for unit in more {
        let _ = write!(text, "\t{:10.2} {unit}", time.fract() * 100.0);
    }
    let _ = writeln!(
        text,
        "\t{:8} B/op\t{:8} allocs/op",
        (time * 3.0) as u64,
        time as u64 % 32
    );
}

/// `counts` in the events of `go test -json`.
pub(crate) fn events() -> Vec<u8> {
    let mut json = String::new();
    for line in String::from_utf8_lossy(&counts()).lines() {
        let line = line.replace('\t', "\\t");
        let _ = writeln!(
            json,
            "{{\"Time\":\"2026-01-02T03:04:05.678901234Z\",\"Action\":\"output\",\
             \"Package\":\"example.com/speed\",\"Output\":\"{line}\\n\"}}"
        );
    }
    json.into_bytes()
}
