//! What must not get slower, printed as `go test -bench -benchmem` prints it, so that `benchcli run
//! --base-cmd … --head-cmd …` judges this project as it judges others; `.ci/speed` does so.
//!
//! Each bench runs for a fifth of a second.

mod inputs;

use std::hint::black_box;
use std::time::{Duration, Instant};

use benchparse::compare::{Collector, TableOptions, Thresholds};
use benchparse::format::{Parser, Record};
use benchparse::stats::{Assumption, Comparer, Sample};

fn main() {
    println!("goos: {}", std::env::consts::OS);
    println!("goarch: {}", std::env::consts::ARCH);
    println!("pkg: benchparse");
    let (counts, names, events) = (inputs::counts(), inputs::names(), inputs::events());
    for (input, text) in [("counts", &counts), ("names", &names)] {
        for threads in [1, 2] {
            let name = format!("Read/input={input}/threads={threads}");
            let memory = if threads == 1 {
                Memory::Counted
            } else {
                Memory::Varies
            };
            measure(&name, Some(text), memory, || {
                black_box(inputs::read(text, threads))
            });
        }
        let name = format!("Compare/input={input}");
        measure(&name, Some(text), Memory::Counted, || {
            black_box(compare(text))
        });
    }
    measure(
        "Read/input=json/threads=1",
        Some(&events),
        Memory::Counted,
        || black_box(inputs::read(&events, 1)),
    );
    let samples: Vec<Sample> = (0..64).map(sample).collect();
    let mut comparer = Comparer::new();
    measure("MannWhitney/n=25/ties=yes", None, Memory::Counted, || {
        let pairs = samples.chunks_exact(2);
        let compared =
            pairs.map(|pair| comparer.compare(&pair[0], &pair[1], Assumption::Nothing, 0.05));
        black_box(compared.filter(|it| it.p < 0.05).count())
    });
}

/// Whether the thread that begins an operation always allocates the same.
#[derive(Clone, Copy, PartialEq)]
enum Memory {
    Counted,
    Varies,
}

/// Runs something for a while, and prints a line of it.
fn measure<T>(
    name: &str,
    text: Option<&Vec<u8>>,
    memory: Memory,
    mut operation: impl FnMut() -> T,
) {
    const LONG_ENOUGH: Duration = Duration::from_millis(200);
    let allocated = allocation_counter::measure(|| drop(operation()));
    let started = Instant::now();
    let mut runs = 0u32;
    while started.elapsed() < LONG_ENOUGH {
        drop(operation());
        runs += 1;
    }
    let each = started.elapsed() / runs;
    print!("Benchmark{name} {runs} {} ns/op", each.as_nanos());
    if let Some(text) = text {
        print!(" {:.2} MB/s", text.len() as f64 / 1e6 / each.as_secs_f64());
    }
    if memory == Memory::Counted {
        print!(
            " {} B/op {} allocs/op",
            allocated.bytes_total, allocated.count_total
        );
    }
    println!();
}

/// From two texts to tables.
fn compare(text: &[u8]) -> usize {
    let mut parser = Parser::new();
    let mut collector = Collector::new(TableOptions::default());
    for label in ["old", "new"] {
        let mut reader = parser.read(label.as_bytes(), text);
        while let Ok(Some(record)) = reader.next_record() {
            if let Record::Result(result) = record {
                collector.add(&result);
            }
        }
    }
    let tables = collector
        .finish(&parser, Thresholds::default())
        .expect("one parser");
    tables.tables().len()
}

/// Values of which some are equal.
fn sample(seed: u64) -> Sample {
    let values = (0..25).map(|place| {
        let mixed = (place + 1000 * seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (mixed % 40) as f64
    });
    values.collect()
}
