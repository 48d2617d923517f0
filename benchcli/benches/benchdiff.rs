//! Whole runs of `benchdiff`, start included: `cargo bench -p benchcli --bench benchdiff`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

/// Benchmarks and results of each: from one screen to 20 MB.
const SIZES: [(u32, u32); 3] = [(5, 3), (200, 10), (2000, 50)];

/// Writes two inputs and gives their paths.
fn inputs(benchmarks: u32, count: u32) -> std::io::Result<[PathBuf; 2]> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder)?;
    let write = |seed: u32| {
        let mut text = "goos: linux\ngoarch: amd64\npkg: example.com/speed\n".to_owned();
        for benchmark in 0..benchmarks {
            for run in 0..count {
                let time = 1000 + 10 * benchmark + (run * seed) % 37;
                let _ = writeln!(
                    text,
                    "BenchmarkEncode/size={benchmark}-8\t{:8}\t{time:10} ns/op\t{benchmark:8} B/op",
                    1_000_000 / time
                );
            }
        }
        let path = folder.join(format!("speed-{benchmarks}-{count}-{seed}.txt"));
        fs::write(&path, text).map(|()| path)
    };
    Ok([write(7)?, write(11)?])
}

#[divan::bench(args = SIZES)]
fn two_inputs(bencher: Bencher<'_, '_>, (benchmarks, count): (u32, u32)) {
    let Ok(paths) = inputs(benchmarks, count) else {
        return;
    };
    let bytes: u64 = paths
        .iter()
        .filter_map(|path| fs::metadata(path).ok())
        .map(|file| file.len())
        .sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_benchdiff"));
        command
            .args(&paths)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().map(|status| status.success())
    });
}
