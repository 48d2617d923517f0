//! The results of both sides of one measurement, paired, with what is known of the benchmarks behind them.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use benchparse::format::{BenchmarkResult, Parser};
use benchparse::gate::BenchmarkChange;
use benchparse::pairing::{Pairing, PairingOptions, Side};

use super::benchmark_changes::{BenchmarkDifferences, BenchmarkName};
use crate::measured_marks::Marks;

/// One measurement of both sides.
pub(super) struct Measurement {
    pub(super) pairing: Pairing,
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
            hashes: Default::default(),
            differences: BenchmarkDifferences::default(),
        }
    }

    /// Takes in a result.
    pub(super) fn add(&mut self, side: Side, result: &BenchmarkResult<'_>, marks: &Marks) {
        if let Some(hash) = marks.benchmark(result.line()) {
            let text = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
            let package = result.config_value("pkg").unwrap_or_default();
            let benchmark = (text(package), text(result.name().base()));
            let hashes = self.hashes[side as usize].entry(benchmark).or_default();
            if !hashes.contains(hash) {
                hashes.insert(hash.to_owned());
            }
        }
        let layout = marks.layout(result.line());
        self.pairing.add_in_layout(side, result, layout);
    }

    /// The packages that have results.
    pub(super) fn packages(&self, parser: &Parser) -> BTreeSet<String> {
        let pairs = self.pairing.pairs(parser);
        let pairs = pairs.iter().flatten();
        pairs
            .filter_map(|pair| Some(String::from_utf8_lossy(pair.package()?).into_owned()))
            .collect()
    }

    /// How a benchmark differs between the sides: as the results themselves say by hashes, where those of both sides do,
    /// else as the files do.
    pub(super) fn change_of(&self, benchmark: &BenchmarkName) -> Option<BenchmarkChange> {
        let known = self.differences.changed.get(benchmark);
        match self.hashes.each_ref().map(|side| side.get(benchmark)) {
            [Some(base), Some(head)] if base == head => known.filter(|it| !is_of_code(it)).cloned(),
            [Some(_), Some(_)] => Some(known.cloned().unwrap_or_default()),
            _ => known.cloned(),
        }
    }
}

/// Whether a change is one of Go code, which hashes have, and not of data.
fn is_of_code(change: &BenchmarkChange) -> bool {
    let file = Path::new(change.file.as_deref().unwrap_or_default());
    !file.starts_with("testdata")
}
