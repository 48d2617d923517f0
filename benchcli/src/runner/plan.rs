//! Plans the order in which the two sides run.

use super::Side;

/// How the order of a pair is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Order {
    /// Each pair of rounds runs base, head, head, base or the reverse, at random for each benchmark,
    /// so linear drift cancels out
    #[default]
    Abba,
    /// At random for each benchmark and round
    Random,
}

impl Order {
    /// As it is written on the command line and into raw files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Abba => "abba",
            Self::Random => "random",
        }
    }
}

/// The order of all pairs of a run. It follows from the seed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How pairs are ordered.
    pub order: Order,
    /// Where the draws come from.
    pub seed: u64,
}

impl Plan {
    /// The order of a benchmark, known by its number, in a round, counted from 1.
    pub fn pair(&self, benchmark: usize, round: u32) -> [Side; 2] {
        let (draw, mirrored) = match self.order {
            Order::Abba => (round.div_ceil(2), round.is_multiple_of(2)),
            Order::Random => (round, false),
        };
        // One mixing step for each coordinate, so that near numbers have unrelated draws.
        let drawn = mix(mix(mix(self.seed) ^ u64::from(draw)) ^ benchmark as u64);
        if (drawn & 1 == 1) == mirrored {
            [Side::Base, Side::Head]
        } else {
            [Side::Head, Side::Base]
        }
    }
}

/// A number that follows from a seed and a place alone; near places have unrelated numbers.
pub(super) fn draw(seed: u64, at: u64) -> u64 {
    mix(mix(seed) ^ at)
}

/// The output function of `SplitMix64` (Steele, Lea and Flood 2014) after one step.
fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abba_mirrors_every_second_round() {
        let plan = Plan {
            order: Order::Abba,
            seed: 7,
        };
        for benchmark in 0..50 {
            for round in (1..20).step_by(2) {
                let [first, second] = plan.pair(benchmark, round);
                assert_eq!(plan.pair(benchmark, round + 1), [second, first]);
            }
        }
    }

    #[test]
    fn both_sides_begin_equally_often() {
        for order in [Order::Abba, Order::Random] {
            let mut base_first = 0;
            for seed in 0..100 {
                let plan = Plan { order, seed };
                for benchmark in 0..10 {
                    for round in (1..=20).step_by(2) {
                        let [first, second] = plan.pair(benchmark, round);
                        assert_ne!(first, second);
                        base_first += u32::from(first == Side::Base);
                    }
                }
            }
            // 10,000 draws with a standard deviation of 50.
            assert!((4_750..=5_250).contains(&base_first), "{base_first}");
        }
    }

    #[test]
    fn neighbours_are_drawn_independently() {
        let plan = Plan {
            order: Order::Random,
            seed: 1,
        };
        let pairs = (0..100).flat_map(|benchmark| (1..=100).map(move |round| (benchmark, round)));
        let equal = pairs
            .filter(|&(benchmark, round)| {
                plan.pair(benchmark, round) == plan.pair(benchmark + 1, round)
                    && plan.pair(benchmark, round) == plan.pair(benchmark, round + 1)
            })
            .count();
        // A quarter of 10,000.
        assert!((2_300..=2_700).contains(&equal), "{equal}");
    }

    #[test]
    fn the_seed_decides_everything() {
        let orders = |seed| {
            let plan = Plan {
                order: Order::Random,
                seed,
            };
            (1..64).map(|round| plan.pair(0, round)).collect::<Vec<_>>()
        };
        assert_eq!(orders(3), orders(3));
        assert_ne!(orders(3), orders(4));
    }
}
