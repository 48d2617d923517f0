//! shim
#![allow(missing_docs)]
use benchparse::gate::Verdict;
pub struct Looks {
    first: u32,
    max: u32,
    spent: f64,
}
pub struct Look {
    pub share: f64,
}
impl Looks {
    pub fn new(first: u32, max: u32) -> Self {
        Self {
            first,
            max,
            spent: 0.0,
        }
    }
    pub fn at(&mut self, round: u32) -> Option<Look> {
        if round < self.first || (round - self.first) % 2 == 1 {
            return None;
        }
        let t = f64::from(round) / f64::from(self.max);
        let share = t - self.spent;
        self.spent = t;
        Some(Look { share })
    }
    pub fn rest(&self) -> f64 {
        1.0 - self.spent
    }
}
pub fn is_settled(v: &Verdict) -> bool {
    !matches!(v, Verdict::Inconclusive { .. })
}
