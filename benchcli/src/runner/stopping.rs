//! The stopping rule of adaptive runs: when to look at the results, and how much error each look costs.
//!
//! If you look at results repeatedly until one is significant, you will eventually find one, because each
//! look is another chance for a false alarm. The interim analyses therefore share the error budget of a single one,
//! following Lan and `DeMets`, *Discrete sequential boundaries for clinical trials* (Biometrika 70, 1983).
//! Once a fraction t of the rounds is over, a fraction f(t) of the false discovery rate q has been spent,
//! with f(1) = 1. We use their Pocock-type function f(t) = ln(1 + (e − 1)·t), which allows early analyses to
//! spend a lot.
//!
//! Each analysis adjusts its p-values at its own share of q, over all rows, including those decided before. The
//! false discovery proportion of all analyses together is at most the sum of their proportions, because the
//! total number of rejections is at least that of each analysis. The expected proportion therefore stays at or
//! below q, no matter how the analyses depend on each other. The same holds for the chance of any false alarm if
//! nothing changed.
//!
//! A decided row keeps its verdict, because its analysis has already paid for it. Testing it again at another
//! share with the same samples would give it a second chance, in either direction.

use std::f64::consts::E;

use benchparse::gate::{Reason, Verdict};

/// The interim analyses of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct InterimAnalyses {
    next: u32,
    most: u32,
    spent: f64,
}

/// One interim analysis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InterimAnalysis {
    /// The part of q that this analysis may spend.
    pub share: f64,
}

impl InterimAnalyses {
    /// Analyses after `first` rounds at the earliest, of `most` rounds.
    pub fn new(first: u32, most: u32) -> Self {
        Self {
            next: first,
            most,
            spent: 0.0,
        }
    }

    /// The analysis after so many rounds, if there is one. The rounds between analyses grow by a quarter.
    pub fn at(&mut self, round: u32) -> Option<InterimAnalysis> {
        if round < self.next || round >= self.most {
            return None;
        }
        self.next = round + round.div_ceil(4);
        let spent = spent(f64::from(round) / f64::from(self.most));
        let share = spent - self.spent;
        self.spent = spent;
        Some(InterimAnalysis { share })
    }

    /// The part of q that is left for the last analysis.
    pub fn rest(&self) -> f64 {
        1.0 - self.spent
    }
}

/// The part of q that is spent when a part of the rounds is over.
fn spent(over: f64) -> f64 {
    ((E - 1.0) * over).ln_1p().min(1.0)
}

/// Whether more samples would not change a row's verdict, or must not.
pub fn is_decided(verdict: &Verdict) -> bool {
    let Verdict::Inconclusive { reason } = verdict else {
        return true;
    };
    matches!(
        reason,
        Reason::Invalid | Reason::Environment { .. } | Reason::BenchmarkChanged { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analyses(first: u32, most: u32) -> (Vec<u32>, f64, f64) {
        let mut analyses = InterimAnalyses::new(first, most);
        let found: Vec<(u32, InterimAnalysis)> = (1..=most)
            .filter_map(|round| Some((round, analyses.at(round)?)))
            .collect();
        let spent = found.iter().map(|(_, analysis)| analysis.share).sum();
        let rounds = found.iter().map(|(round, _)| *round).collect();
        (rounds, spent, analyses.rest())
    }

    #[test]
    fn looks_become_rarer_and_leave_the_last_to_the_end() {
        assert_eq!(analyses(6, 30).0, [6, 8, 10, 13, 17, 22, 28]);
        assert_eq!(analyses(6, 6).0, [0; 0]);
        assert_eq!(analyses(1, 5).0, [1, 2, 3, 4]);
    }

    #[test]
    fn all_looks_together_spend_what_one_may() {
        for (first, most) in [(6, 30), (6, 6), (1, 1), (3, 1000)] {
            let (_, spent, rest) = analyses(first, most);
            assert!((spent + rest - 1.0).abs() < 1e-12);
            assert!(rest > 0.0 && spent >= 0.0);
        }
    }

    #[test]
    fn only_doubt_goes_on() {
        assert!(is_decided(&Verdict::Unchanged));
        assert!(is_decided(&Verdict::Regressed));
        for (reason, decided) in [
            (Reason::Noisy, false),
            (Reason::TooFew, false),
            (Reason::Borderline, false),
            (Reason::Invalid, true),
        ] {
            assert_eq!(is_decided(&Verdict::Inconclusive { reason }), decided);
        }
    }
}
