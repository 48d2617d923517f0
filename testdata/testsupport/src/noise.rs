//! Noise of real runs, and the generator that draws from it.

use benchparse::format::{Parser, Record};
use benchparse::stats::{Sample, median};

/// Output of a real run on a busy machine.
pub const REAL: &str = include_str!("../../noise.txt");

/// The values of one benchmark in the order they were measured, relative to their median.
pub type Noise = Vec<f64>;

/// The noise of all benchmarks in an output.
pub fn noises(text: &str) -> Vec<Noise> {
    let mut samples: Vec<(Vec<u8>, Noise)> = Vec::new();
    let mut parser = Parser::new();
    let mut reader = parser.read(b"", text.as_bytes());
    while let Ok(Some(record)) = reader.next_record() {
        let Record::Result(result) = record else {
            continue;
        };
        let time = result.values().find(|(_, unit)| *unit == b"sec/op");
        let Some((seconds, _)) = time else { continue };
        let name = result.name().full();
        match samples.last_mut() {
            Some((last, values)) if last == name => values.push(seconds),
            _ => samples.push((name.to_vec(), vec![seconds])),
        }
    }
    let relative = |values: Noise| {
        let center = median(&Sample::new(values.clone()));
        values.iter().map(|value| value / center).collect()
    };
    samples
        .into_iter()
        .map(|(_, values)| relative(values))
        .collect()
}

/// The generator `SplitMix64`: small, seeded, and the same everywhere.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.draw() % limit as u64) as usize
    }
}
