//! The settings of the gate.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The settings of a gate.
///
/// ```
/// use benchparse::gate::Policy;
///
/// assert_eq!(Policy::default().applied_threshold(), 0.1);
/// let mut interleaved = Policy::default();
/// interleaved.interleaved = true;
/// assert_eq!(interleaved.applied_threshold(), 0.03);
/// ```
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(default, rename_all = "kebab-case", deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Policy {
    /// The relative change that matters; 0.03 is 3 %. Unset, it is 3 % if the sides are interleaved, else 10 %.
    pub threshold: Option<f64>,
    /// The false discovery rate of regressions, and of improvements.
    pub q: f64,
    /// The fewest values a side with which ranks may decide.
    pub min_samples: usize,
    /// Whether old and new were measured in alternation, so that a drift of the machine meets both alike.
    pub interleaved: bool,
    /// Whether to trust that the environment did not shift between sides that are not interleaved.
    pub assume_stable: bool,
    /// For a benchmark that regressed in one unit and improved in another.
    pub on_traded: Action,
    /// For a row without a verdict.
    pub on_inconclusive: Action,
    /// For a row that the new side lacks.
    pub on_missing: Action,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            threshold: None,
            q: 0.05,
            min_samples: 5,
            interleaved: false,
            assume_stable: false,
            on_traded: Action::Fail,
            on_inconclusive: Action::Warn,
            on_missing: Action::Warn,
        }
    }
}

impl Policy {
    /// The threshold of rows without one of their own.
    pub fn applied_threshold(&self) -> f64 {
        self.threshold
            .unwrap_or(if self.interleaved { 0.03 } else { 0.1 })
    }

    /// Refuses settings that make no sense.
    ///
    /// # Errors
    ///
    /// The first setting that is outside its range.
    pub fn check(&self) -> Result<(), PolicyError> {
        if let Some(found) = self.threshold
            && !(found > 0.0 && found.is_finite())
        {
            return Err(PolicyError::Threshold { found });
        }
        if !(self.q > 0.0 && self.q < 1.0) {
            return Err(PolicyError::Rate { found: self.q });
        }
        if self.min_samples == 0 {
            return Err(PolicyError::MinSamples);
        }
        Ok(())
    }
}

/// A setting outside its range.
#[derive(Clone, Copy, PartialEq, Debug, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// See [`Policy::threshold`].
    #[error("threshold {found}: expected a relative change above 0, such as 0.05 for 5 %")]
    Threshold {
        /// What was set.
        found: f64,
    },
    /// See [`Policy::q`].
    #[error("q {found}: expected a false discovery rate between 0 and 1, such as 0.05")]
    Rate {
        /// What was set.
        found: f64,
    },
    /// See [`Policy::min_samples`].
    #[error("min-samples is 0; at least one value a side is needed, and 5 is the usual minimum")]
    MinSamples,
}

/// What an outcome means for the run.
///
/// There are these three only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Action {
    /// The run fails.
    Fail,
    /// The run passes, and the report mentions it.
    Warn,
    /// The run passes.
    Ignore,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senseless_settings_are_refused() {
        let with = |change: fn(&mut Policy)| {
            let mut policy = Policy::default();
            change(&mut policy);
            policy.check()
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert!(with(|p| p.threshold = Some(0.0)).is_err());
        assert!(with(|p| p.threshold = Some(f64::NAN)).is_err());
        assert!(with(|p| p.q = 1.0).is_err());
        assert_eq!(with(|p| p.min_samples = 0), Err(PolicyError::MinSamples));
    }

    #[test]
    fn a_policy_survives_its_own_text() {
        let policy = Policy {
            threshold: Some(0.05),
            ..Policy::default()
        };
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
    }
}
