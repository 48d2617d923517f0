//! How fast inputs are read: `cargo bench -p benchparse --bench reader`.
//!
//! Every record is taken with its configuration, name, units and values. The names of the benches
//! say what is read, their arguments how many threads read.

mod inputs;

use benchparse::compare::{Collector, TableOptions};
use benchparse::format::{Parser, Reader, Record};
use divan::Bencher;
use divan::counter::BytesCount;
use inputs::{counts, events, names};

const THREADS: [usize; 2] = [1, 2];

fn main() {
    divan::main();
}

fn read(bencher: Bencher<'_, '_>, text: &[u8], threads: usize) {
    let bytes = BytesCount::of_slice(text);
    bencher
        .counter(bytes)
        .bench_local(|| inputs::read(text, threads));
}

#[divan::bench(args = THREADS)]
fn counts_by_threads(bencher: Bencher<'_, '_>, threads: usize) {
    read(bencher, &counts(), threads);
}

#[divan::bench(args = THREADS)]
fn names_by_threads(bencher: Bencher<'_, '_>, threads: usize) {
    read(bencher, &names(), threads);
}

/// `go test -json` is read by one thread.
#[divan::bench]
fn go_test_json(bencher: Bencher<'_, '_>) {
    read(bencher, &events(), 1);
}

/// The reader that gives one record at a time.
#[divan::bench]
fn counts_one_by_one(bencher: Bencher<'_, '_>) {
    let text = counts();
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench_local(|| {
            let mut parser = Parser::new();
            parser.begin(b"f", b"f");
            let mut reader = Reader::new(&mut parser, &text[..]);
            let mut count = 0;
            while let Ok(Some(record)) = reader.next_record() {
                count += u32::from(matches!(record, Record::Result(_)));
            }
            count
        });
}

/// Reading into samples, without statistics.
#[divan::bench]
fn names_into_samples(bencher: Bencher<'_, '_>) {
    let text = names();
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench_local(|| {
            let mut parser = Parser::new();
            let mut collector = Collector::new(TableOptions::default());
            let mut reader = parser.read(b"f", &text[..]);
            while let Ok(Some(record)) = reader.next_record() {
                if let Record::Result(result) = record {
                    collector.add(&result);
                }
            }
            collector.is_empty()
        });
}
