//! Profiles itself with the crate pprof: `writer STEPS FILE`.

use std::hint::black_box;
use std::{env, fs};

use pprof::protos::Message as _;

#[inline(never)]
fn outer(steps: u64) -> u64 {
    let mut sum = 0;
    for _ in 0..50 {
        sum += inner(black_box(steps));
    }
    sum
}

#[inline(never)]
fn inner(steps: u64) -> u64 {
    let mut sum = 1;
    let mut step = 0;
    while step < steps {
        sum = (sum * 31 + step) % 1_000_003;
        step += 1;
    }
    sum
}

fn main() {
    let mut arguments = env::args().skip(1);
    let steps = arguments.next().expect("STEPS").parse().expect("a number");
    let file = arguments.next().expect("FILE");
    let guard = pprof::ProfilerGuardBuilder::default()
        .frequency(1000)
        .build()
        .expect("a profiler");
    black_box(outer(steps));
    let report = guard.report().build().expect("a report");
    let profile = report.pprof().expect("a profile");
    fs::write(file, profile.encode_to_vec()).expect("written");
}
