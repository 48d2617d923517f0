//! How many samples a timing needs, for help and messages.

use benchparse::gate::Policy;
use benchparse::stats::separating_count;

/// How many samples per side are recommended; `benchcli run` measures so many rounds by default.
pub(crate) const RECOMMENDED: u32 = 10;

/// The fewest samples per side with which a timing can get a verdict: the smallest p-value that they
/// allow must be significant among as many tests.
pub(crate) fn least(policy: &Policy, timings: usize) -> Option<u32> {
    let level = policy.q / timings.max(1) as f64;
    let separating = separating_count(level)?;
    Some(separating.max(u32::try_from(policy.min_samples).unwrap_or(u32::MAX)))
}

/// `at least 5 per side for a verdict at q 0.05 on 2 timings; 10 recommended`.
pub(crate) fn requirement(least: u32, q: f64, timings: usize) -> String {
    let recommended = if least < RECOMMENDED {
        format!("; {RECOMMENDED} recommended")
    } else {
        String::new()
    };
    let timings = crate::plural::counted(timings, "timing");
    format!("at least {least} per side for a verdict at q {q} on {timings}{recommended}")
}

/// The help of `--min-samples`.
pub(crate) fn min_samples_help() -> String {
    format!(
        "The minimum number of samples per side for a verdict on a timing; {RECOMMENDED} or more \
         recommended [default: {}]",
        Policy::default().min_samples
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_timings_need_more_samples() {
        let policy = Policy::default();
        for (timings, needed) in [(0, 5), (1, 5), (23, 6), (1000, 9)] {
            assert_eq!(least(&policy, timings), Some(needed), "{timings}");
        }
        let mut strict = policy;
        strict.q = 1e-6;
        assert_eq!(least(&strict, 1), Some(12));
    }

    #[test]
    fn nothing_is_recommended_that_is_too_little() {
        assert_eq!(
            requirement(5, 0.05, 2),
            "at least 5 per side for a verdict at q 0.05 on 2 timings; 10 recommended"
        );
        assert_eq!(
            requirement(12, 1e-6, 1),
            "at least 12 per side for a verdict at q 0.000001 on 1 timing"
        );
    }
}
