//! How long statistics take: `cargo bench -p benchparse --bench comparison`.

use benchparse::stats::{Assumption, Comparer, Sample, summarize};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// Values of which some are equal if there are more than `distinct` of them.
fn sample(count: u64, distinct: u64, seed: u64) -> Sample {
    let values = (0..count).map(|place| {
        let mixed = (place + 1000 * seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (mixed % distinct) as f64
    });
    values.collect()
}

/// Sizes of both samples, and how many values may be told apart.
const CASES: [(u64, u64); 5] = [
    (10, 1 << 30),
    (25, 40),
    (50, 40),
    (50, 1 << 30),
    (100, 1 << 30),
];

#[divan::bench(args = CASES)]
fn mann_whitney(bencher: Bencher<'_, '_>, (count, distinct): (u64, u64)) {
    let pairs: Vec<_> = (0..32)
        .map(|seed| {
            (
                sample(count, distinct, seed),
                sample(count, distinct, seed + 100),
            )
        })
        .collect();
    let mut comparer = Comparer::new();
    bencher.counter(pairs.len()).bench_local(|| {
        for (old, new) in &pairs {
            black_box(comparer.compare(old, new, Assumption::Nothing, 0.05));
        }
    });
}

#[divan::bench(args = [10, 100, 10_000])]
fn summary(bencher: Bencher<'_, '_>, count: u64) {
    let sample = sample(count, 1 << 30, 1);
    bencher.bench_local(|| summarize(black_box(&sample), Assumption::Nothing, 0.95));
}
