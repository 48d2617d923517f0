//! What reading takes: memory for what is kept, and nothing for what is passed over.

use std::io::{self, Read};

use allocation_counter::{AllocationInfo, measure};
use benchparse::compare::{Collector, TableOptions};
use benchparse::format::{BenchmarkResult, Parser, Reader, Record, RepairMode};

/// A stream of blocks that takes no memory itself: `block` writes the block of a number.
struct Blocks<F> {
    count: u32,
    next: u32,
    block: F,
    buffer: Vec<u8>,
    at: usize,
}

impl<F: Fn(u32, &mut Vec<u8>)> Blocks<F> {
    fn new(count: u32, block: F) -> Self {
        Self {
            count,
            next: 0,
            block,
            buffer: Vec::with_capacity(1024),
            at: 0,
        }
    }
}

impl<F: Fn(u32, &mut Vec<u8>)> Read for Blocks<F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.buffer.len() && self.next < self.count {
            self.buffer.clear();
            self.at = 0;
            (self.block)(self.next, &mut self.buffer);
            self.next += 1;
        }
        let count = out.len().min(self.buffer.len() - self.at);
        out[..count].copy_from_slice(&self.buffer[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn results(run: u32, out: &mut Vec<u8>) {
    use std::io::Write as _;
    for name in ["Encode/n=1", "Encode/n=2", "Decode"] {
        let time = 100 + run % 7;
        let written = writeln!(
            out,
            "Benchmark{name}-8\t1000\t{time} ns/op\t32 B/op\t1 allocs/op"
        );
        written.expect("writing to memory");
    }
}

/// What programs print around results: every line another text.
fn log(number: u32, out: &mut Vec<u8>) {
    use std::io::Write as _;
    for line in 0..10 {
        let written = writeln!(
            out,
            "2024/05/01 12:00:{line:02} request {number} served\n    a_test.go:{number}: done\n\
             === RUN   TestA{number}\n--- PASS: TestA{number} (0.00s)\nok  \tp{number}\t1.2s"
        );
        written.expect("writing to memory");
    }
}

/// Reads a stream and gives each result to `take`.
fn read(stream: impl Read, repair_mode: RepairMode, mut take: impl FnMut(&BenchmarkResult<'_>)) {
    let mut parser = Parser::new();
    parser.begin(b"f", b"f");
    let mut reader = Reader::with_repair_mode(&mut parser, stream, repair_mode);
    while let Some(record) = reader.next_record().expect("reading from memory") {
        if let Record::Result(result) = record {
            take(&result);
        }
    }
}

/// What reading so many blocks of a stream takes, and how many results it gives.
fn reading(
    count: u32,
    repair_mode: RepairMode,
    block: fn(u32, &mut Vec<u8>),
) -> (AllocationInfo, u64) {
    // What is made once for the whole program.
    read(Blocks::new(2, block), repair_mode, |_| ());
    let mut found = 0;
    let taken = measure(|| read(Blocks::new(count, block), repair_mode, |_| found += 1));
    (taken, found)
}

const MENDINGS: [RepairMode; 3] = [RepairMode::Repair, RepairMode::Refuse, RepairMode::Off];

#[test]
fn a_known_benchmark_costs_no_allocation() {
    for repair_mode in MENDINGS {
        let (few, _) = reading(1000, repair_mode, results);
        let (many, found) = reading(20_000, repair_mode, results);
        assert_eq!(found, 60_000);
        assert_eq!(few.count_total, many.count_total, "{repair_mode:?}");
        assert_eq!(few.bytes_total, many.bytes_total, "{repair_mode:?}");
    }
}

#[test]
fn blocks_of_known_benchmarks_cost_no_allocation() {
    let text = |count: u32| {
        let mut text = Vec::new();
        (0..count).for_each(|run| results(run, &mut text));
        text
    };
    let taken = |text: &[u8]| {
        let mut found = 0;
        let info = measure(|| {
            let mut parser = Parser::new();
            parser.begin(b"f", b"f");
            let threads = std::num::NonZeroUsize::MIN;
            let read = parser.read_each(text, RepairMode::Repair, threads, |record| {
                found += u32::from(matches!(record, Record::Result(_)));
                io::Result::Ok(())
            });
            read.expect("reading from memory");
        });
        (info, found)
    };
    let (few, many) = (text(20_000), text(80_000));
    // What is made once for the whole program.
    taken(&few);
    let ((few, _), (many, found)) = (taken(&few), taken(&many));
    assert_eq!(found, 240_000);
    assert_eq!(few.count_total, many.count_total);
    assert_eq!(few.bytes_max, many.bytes_max);
}

#[test]
fn log_lines_take_no_memory() {
    let noisy = |number: u32, out: &mut Vec<u8>| {
        log(number, out);
        results(number, out);
    };
    for repair_mode in MENDINGS {
        let (few, _) = reading(500, repair_mode, noisy);
        let (many, found) = reading(10_000, repair_mode, noisy);
        assert_eq!(found, 30_000);
        assert_eq!(few.bytes_max, many.bytes_max, "{repair_mode:?}");
        assert_eq!(few.count_total, many.count_total, "{repair_mode:?}");
    }
}

#[test]
fn a_long_line_takes_its_length() {
    const LENGTH: usize = 8 << 20;
    let long = |number: u32, out: &mut Vec<u8>| {
        if number == 5 {
            out.resize(LENGTH, b'x');
            out.push(b'\n');
        }
        results(number, out);
    };
    let (taken, _) = reading(10, RepairMode::Off, long);
    // The stream's own buffer is one of these lengths; the others are the reader's.
    assert!(taken.bytes_max < 6 * LENGTH as u64, "{taken:?}");
}

#[test]
fn a_measurement_takes_its_eight_bytes() {
    let collecting = |count: u32| {
        measure(|| {
            let mut collector = Collector::new(TableOptions::default());
            read(Blocks::new(count, results), RepairMode::Repair, |result| {
                collector.add(result);
            });
        })
    };
    let (few, many) = (collecting(1024), collecting(16 * 1024));
    // All nine samples share pages, which are never moved; only the list of their segments grows.
    let measurements = 9 * 16 * 1024;
    let pages = measurements / (1 << 15);
    assert!(many.count_total - few.count_total < pages + 6, "{many:?}");
    assert!(
        many.bytes_max < 8 * measurements + few.bytes_max + (1 << 16),
        "{many:?}"
    );
}
