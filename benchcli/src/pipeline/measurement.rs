//! The results of both sides of one measurement, paired, with what is known of the benchmarks behind them.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use benchparse::format::BenchmarkResult;
use benchparse::gate::BenchmarkChange;
use benchparse::pairing::{Pairing, PairingOptions, Side};

use super::benchmark_changes::{BenchmarkDifferences, BenchmarkName, SharedBenchmark};
use crate::measured_marks::Marks;

/// One measurement of both sides.
pub(super) struct Measurement {
    pub(super) pairing: Pairing,
    /// The packages that have results.
    pub(super) packages: BTreeSet<String>,
    last_package: Vec<u8>,
    /// The hashes of the code of benchmarks, of base and head, where results tell them.
    hashes: [HashMap<BenchmarkName, BTreeSet<String>>; 2],
    /// Which benchmarks differ between the sides, as their files say.
    pub(super) differences: BenchmarkDifferences,
}

impl Measurement {
    /// Nothing measured yet.
    pub(super) fn new(options: PairingOptions) -> Self {
        Self {
            pairing: Pairing::new(options),
            packages: BTreeSet::new(),
            last_package: Vec::new(),
            hashes: Default::default(),
            differences: BenchmarkDifferences::default(),
        }
    }

    /// Takes in a result.
    pub(super) fn add(&mut self, side: Side, result: &BenchmarkResult<'_>, marks: &Marks) {
        let text = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        let package = result.config_value("pkg").unwrap_or_default();
        if self.last_package != package {
            self.last_package = package.to_vec();
            self.packages.insert(text(package));
        }
        if let Some(hash) = marks.benchmark(result.line()) {
            let benchmark = (text(package), text(result.name().base()));
            let hashes = self.hashes[side as usize].entry(benchmark).or_default();
            if !hashes.contains(hash) {
                hashes.insert(hash.to_owned());
            }
        }
        let layout = marks.layout(result.line());
        self.pairing.add_in_layout(side, result, layout);
    }

    /// How a benchmark differs between the sides: as the results themselves say by hashes, where those of both sides do,
    /// else as the files do.
    pub(super) fn change_of(&self, benchmark: &BenchmarkName) -> Option<BenchmarkChange> {
        let known = find(&self.differences.changed, benchmark);
        match self.hashes.each_ref().map(|side| find(side, benchmark)) {
            [Some(base), Some(head)] if base == head => known.filter(|it| !is_of_code(it)).cloned(),
            [Some(_), Some(_)] => Some(known.cloned().unwrap_or_default()),
            _ => known.cloned(),
        }
    }

    /// The benchmark that both sides ran, where theirs differ.
    pub(super) fn shared(&self, benchmark: &BenchmarkName) -> Option<&SharedBenchmark> {
        find(&self.differences.shared, benchmark)
    }
}

/// What is known of a benchmark, of whatever package where that is not known.
fn find<'m, T>(known: &'m HashMap<BenchmarkName, T>, benchmark: &BenchmarkName) -> Option<&'m T> {
    let (package, name) = benchmark;
    if !package.is_empty() {
        return known.get(benchmark);
    }
    let of_name = known.iter().filter(|((_, known), _)| known == name);
    of_name
        .min_by_key(|((package, _), _)| package)
        .map(|(_, it)| it)
}

/// Whether a change is one of Go code, which hashes have, and not of data.
fn is_of_code(change: &BenchmarkChange) -> bool {
    let file = Path::new(change.file.as_deref().unwrap_or_default());
    file.components().count() == 1 && file.extension().is_some_and(|it| it == "go")
}
