//! Writes benchmark output to measure speed with: the same bytes for the same arguments.
//!
//! `cargo run --release --example generate -- SHAPE FOLDER [SCALE]`
//!
//! writes `old.txt` and, for the shapes with two inputs, `new.txt` into the folder. The shapes, with
//! what SCALE (1 by default, fractions too) multiplies:
//!
//! | shape      | results                                                       | bytes    |
//! |------------|---------------------------------------------------------------|----------|
//! | `small`    | two inputs of 20 lines; SCALE has no effect                    | 2 × 1 kB |
//! | `counts`   | two inputs of 5,000 benchmarks, scaled, × 100 × 3 metrics      | 98 MB    |
//! | `turns`    | the same results in turns: every benchmark once, 100 times     | 98 MB    |
//! | `names`    | 161,800 benchmarks, scaled, in packages × 10 × 3 to 5 metrics  | 200 MB   |
//! | `distinct` | 1,000,000 benchmarks, scaled, once                             | 57 MB    |
//! | `samples`  | one benchmark × 1,000,000, scaled                              | 49 MB    |
//! | `ties`     | two inputs of 10,000 benchmarks, scaled, × 50 tied values      | 62 MB    |
//! | `ties25`   | the same with 25 values: the reference's exact test            | 31 MB    |
//! | `json`     | `counts`' first input as `go test -json` wraps it              | 145 MB   |

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Result, bail};

const SHAPES: &str = "small, counts, turns, names, distinct, samples, ties, ties25, json";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (shape, folder, scale) = match &arguments[..] {
        [shape, folder] => (shape, folder, 1.0),
        [shape, folder, scale] => (shape, folder, scale.parse()?),
        _ => bail!("usage: generate SHAPE FOLDER [SCALE]"),
    };
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    let scaled = |count: u64| ((count as f64 * scale) as u64).max(1);
    let inputs = |write: &dyn Fn(&mut Output, u64) -> io::Result<()>, names: &[&str]| {
        for (name, seed) in names.iter().zip(1..) {
            let file = File::create(folder.join(name))?;
            let mut out = Output(BufWriter::with_capacity(1 << 20, file));
            write(&mut out, seed)?;
            out.0.flush()?;
        }
        io::Result::Ok(())
    };
    let (one, two) = (["old.txt"], ["old.txt", "new.txt"]);
    match shape.as_str() {
        "small" => inputs(&|out, seed| counts(out, seed, 5, 3), &two)?,
        "counts" => inputs(&|out, seed| counts(out, seed, scaled(5_000), 100), &two)?,
        "turns" => inputs(&|out, seed| turns(out, seed, scaled(5_000), 100), &two)?,
        "names" => inputs(&|out, seed| names(out, seed, scaled(161_800)), &one)?,
        "distinct" => inputs(&|out, seed| distinct(out, seed, scaled(1_000_000)), &one)?,
        "samples" => inputs(&|out, seed| samples(out, seed, scaled(1_000_000)), &one)?,
        "ties" => inputs(&|out, seed| ties(out, seed, scaled(10_000), 50), &two)?,
        "ties25" => inputs(&|out, seed| ties(out, seed, scaled(10_000), 25), &two)?,
        "json" => inputs(&|out, seed| json(out, seed, scaled(5_000), 100), &one)?,
        other => bail!("no shape {other:?}, expected one of {SHAPES}"),
    }
    Ok(())
}

struct Output(BufWriter<File>);

impl Output {
    fn header(&mut self, package: &str) -> io::Result<()> {
        write!(
            self.0,
            "goos: linux\ngoarch: amd64\npkg: {package}\ncpu: Made-up CPU @ 3.00GHz\n"
        )
    }

    fn footer(&mut self, package: &str) -> io::Result<()> {
        writeln!(self.0, "PASS\nok  \t{package}\t12.345s")
    }

    /// A result as `go test -benchmem` prints it.
    fn result(&mut self, name: &str, time: f64, bytes: u64, allocations: u64) -> io::Result<()> {
        let count = (1e9 / time.max(1.0)) as u64;
        write!(self.0, "{name}\t{count:8}\t")?;
        self.time(time)?;
        writeln!(self.0, "\t{bytes:8} B/op\t{allocations:8} allocs/op")
    }

    /// A time with the digits that `go test` gives it.
    fn time(&mut self, time: f64) -> io::Result<()> {
        match time {
            100.0.. => write!(self.0, "{time:10.0} ns/op"),
            10.0.. => write!(self.0, "{time:12.1} ns/op"),
            1.0.. => write!(self.0, "{time:13.2} ns/op"),
            _ => write!(self.0, "{time:14.3} ns/op"),
        }
    }
}

/// A mixing function of Steele, Lea and Flood (`SplitMix64`): the number at a place of a sequence.
fn random(seed: u64, place: u64) -> u64 {
    let mut bits = (seed << 48).wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// What one run of a benchmark measures: the benchmark's own base and a few percent of noise.
fn measured(seed: u64, benchmark: u64, run: u64) -> (f64, u64, u64) {
    let base = random(0, benchmark);
    let scale = 10f64.powi((base % 6) as i32) * (1.0 + (base >> 8 & 0xff) as f64 / 32.0);
    let noise = (random(seed, benchmark * 1_000_003 + run) % 1000) as f64 / 1000.0;
    let change = if benchmark % 7 == 3 {
        0.03 * seed as f64
    } else {
        0.0
    };
    let time = scale * (1.0 + 0.05 * noise * noise + change);
    (time, 16 * (base >> 20 & 0xfff), base >> 40 & 0x1f)
}

fn name(benchmark: u64) -> String {
    const WORDS: [&str; 8] = [
        "Encode",
        "Decode",
        "MarshalIndent",
        "Lookup",
        "Insert",
        "RangeScan",
        "Compress",
        "Walk",
    ];
    let word = WORDS[(benchmark % 8) as usize];
    let full = format!(
        "Benchmark{word}/size={}/level={}-8",
        16 * (benchmark / 8),
        benchmark % 5
    );
    format!("{full:<44}")
}

fn counts(out: &mut Output, seed: u64, benchmarks: u64, count: u64) -> io::Result<()> {
    out.header("example.com/speed")?;
    for benchmark in 0..benchmarks {
        let name = name(benchmark);
        for run in 0..count {
            let (time, bytes, allocations) = measured(seed, benchmark, run);
            out.result(&name, time, bytes, allocations)?;
        }
    }
    out.footer("example.com/speed")
}

fn turns(out: &mut Output, seed: u64, benchmarks: u64, count: u64) -> io::Result<()> {
    let names: Vec<String> = (0..benchmarks).map(name).collect();
    for run in 0..count {
        out.header("example.com/speed")?;
        for (benchmark, name) in (0..).zip(&names) {
            let (time, bytes, allocations) = measured(seed, benchmark, run);
            out.result(name, time, bytes, allocations)?;
        }
        out.footer("example.com/speed")?;
    }
    Ok(())
}

/// Forty benchmarks a package, three to five metrics.
fn names(out: &mut Output, seed: u64, benchmarks: u64) -> io::Result<()> {
    for first in (0..benchmarks).step_by(40) {
        let package = format!("example.com/many/group{}", first / 40);
        out.header(&package)?;
        for benchmark in first..benchmarks.min(first + 40) {
            let name = name(benchmark);
            for run in 0..10 {
                let (time, bytes, allocations) = measured(seed, benchmark, run);
                let count = (1e9 / time.max(1.0)) as u64;
                write!(out.0, "{name}\t{count:8}\t")?;
                out.time(time)?;
                if benchmark % 3 > 0 {
                    write!(out.0, "\t{:10.2} MB/s", 16e3 / time)?;
                }
                if benchmark % 3 > 1 {
                    write!(out.0, "\t{:10.4} hits/op", time.fract())?;
                }
                writeln!(out.0, "\t{bytes:8} B/op\t{allocations:8} allocs/op")?;
            }
        }
        out.footer(&package)?;
    }
    Ok(())
}

fn distinct(out: &mut Output, seed: u64, benchmarks: u64) -> io::Result<()> {
    out.header("example.com/distinct")?;
    for benchmark in 0..benchmarks {
        let (time, ..) = measured(seed, benchmark, 0);
        write!(out.0, "{}\t     100\t", name(benchmark).trim_end())?;
        out.time(time)?;
        writeln!(out.0)?;
    }
    out.footer("example.com/distinct")
}

fn samples(out: &mut Output, seed: u64, count: u64) -> io::Result<()> {
    out.header("example.com/samples")?;
    for run in 0..count {
        let (time, ..) = measured(seed, 5, run);
        writeln!(out.0, "BenchmarkOnly-8\t     100\t{time:12.3} ns/op")?;
    }
    out.footer("example.com/samples")
}

/// Values of which many are equal.
fn ties(out: &mut Output, seed: u64, benchmarks: u64, count: u64) -> io::Result<()> {
    out.header("example.com/ties")?;
    for benchmark in 0..benchmarks {
        let name = name(benchmark);
        for run in 0..count {
            let value = 100 + random(seed, benchmark * 1_000_003 + run) % (40 + seed);
            writeln!(out.0, "{name}\t     100\t{value:8} ns/op")?;
        }
    }
    out.footer("example.com/ties")
}

/// Each result in two events, as test2json makes them of the name and the numbers.
fn json(out: &mut Output, seed: u64, benchmarks: u64, count: u64) -> io::Result<()> {
    const PACKAGE: &str = "example.com/speed";
    let mut event = |text: &str| {
        writeln!(
            out.0,
            "{{\"Time\":\"2026-01-02T03:04:05.678901234Z\",\"Action\":\"output\",\
             \"Package\":\"{PACKAGE}\",\"Output\":\"{text}\"}}"
        )
    };
    for line in ["goos: linux", "goarch: amd64", "pkg: example.com/speed"] {
        event(&format!("{line}\\n"))?;
    }
    for benchmark in 0..benchmarks {
        let name = name(benchmark);
        for run in 0..count {
            let (time, bytes, allocations) = measured(seed, benchmark, run);
            let iterations = (1e9 / time.max(1.0)) as u64;
            event(&format!("{name}\\t"))?;
            event(&format!(
                "{iterations:8}\\t{time:10.1} ns/op\\t{bytes:8} B/op\\t{allocations:8} allocs/op\\n"
            ))?;
        }
    }
    event("PASS\\n")?;
    writeln!(
        out.0,
        "{{\"Action\":\"pass\",\"Package\":\"{PACKAGE}\",\"Elapsed\":12.3}}"
    )
}
