//! Says in one sentence which function contributes most.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::difference::{CostChange, Samplings, mean};
use super::per_op::Costs;
use super::quantity::Scale;

/// A margin of less than this share of its difference is not printed.
const LITTLE: f64 = 0.05;

/// Where nothing changed in all, one of many functions is beyond its margin by chance: it has to be so
/// far beyond.
const DOUBTFUL: f64 = 1.5;

/// The function that explains most of a change.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Contributor {
    /// Its name.
    pub function: String,
    /// Its own cost, with that of the runtime and the locks it calls.
    #[serde(flatten)]
    pub cost: CostChange,
    /// The caller that it grew most under, from another package where there is one.
    pub caller: Option<String>,
}

/// The values of one function, or of one of its callers, in each profile of base and head.
type Values = [Vec<f64>; 2];

/// The function whose cost moved most beyond the noise; in the direction of the total, where that
/// moved beyond it.
pub fn top_contributor(base: &[Costs], head: &[Costs], total: &CostChange) -> Option<Contributor> {
    let samplings = Samplings::of(base, head);
    let none = || [vec![0.0; base.len()], vec![0.0; head.len()]];
    let mut moved: BTreeMap<&str, (Values, BTreeMap<Option<&str>, Values>)> = BTreeMap::new();
    for (side, profiles) in [base, head].into_iter().enumerate() {
        for (profile, costs) in profiles.iter().enumerate() {
            for ((name, caller), value) in costs.charged() {
                let (own, callers) = moved
                    .entry(name)
                    .or_insert_with(|| (none(), BTreeMap::new()));
                for values in [own, callers.entry(caller).or_insert_with(none)] {
                    values[side][profile] += value;
                }
            }
        }
    }
    let paid = moved.into_iter().filter_map(|(name, (own, callers))| {
        let cost = samplings.change(&own[0], &own[1]);
        let is_along = if total.is_significant() {
            cost.difference * total.difference > 0.0
        } else {
            cost.difference.abs() > DOUBTFUL * cost.margin.unwrap_or_default()
        };
        (is_along && cost.is_significant()).then_some((name, cost, callers))
    });
    let (function, cost, callers) = paid.max_by(|(_, one, _), (_, other, _)| {
        one.difference.abs().total_cmp(&other.difference.abs())
    })?;
    let along = |values: &Values| cost.difference.signum() * (mean(&values[1]) - mean(&values[0]));
    let most = callers
        .iter()
        .max_by(|(_, one), (_, other)| along(one).total_cmp(&along(other)));
    Some(Contributor {
        function: function.to_owned(),
        cost,
        caller: most.and_then(|(caller, _)| *caller).map(str::to_owned),
    })
}

/// `+212 ns/op of +240 ns/op is in json.encode, called from codec.Encode`.
pub(super) fn sentence(
    contributor: Option<&Contributor>,
    total: &CostChange,
    scale: &Scale<'_>,
) -> String {
    let format_change = |change: &CostChange| {
        let margin = change
            .margin
            .filter(|margin| *margin > LITTLE * change.difference.abs());
        scale.change(change.difference, margin)
    };
    let Some(contributor) = contributor else {
        return if total.is_significant() {
            format!(
                "{}, and no single function stands out beyond the noise",
                format_change(total)
            )
        } else if total.difference == 0.0 {
            "nothing changed".to_owned()
        } else {
            format!("{}: nothing changed beyond the noise", format_change(total))
        };
    };
    let called = match &contributor.caller {
        Some(caller) => format!(", called from {caller}"),
        None => String::new(),
    };
    let (cost, function) = (format_change(&contributor.cost), &contributor.function);
    if total.is_significant() {
        let total = scale.change(total.difference, None);
        format!("{cost} of {total} is in {function}{called}")
    } else {
        format!(
            "{cost} is in {function}{called}; the total of {} is within the noise",
            format_change(total)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::difference::Difference;
    use crate::profile::per_op::Cost;

    /// Profiles of stacks, each with a value for each profile, sampled ten at a time.
    fn side<const N: usize>(stacks: &[(&[&str], [f64; N])]) -> Vec<Costs> {
        let profile = |at: usize| {
            let stack = |names: &[&str]| names.iter().map(|name| (*name).into()).collect();
            let stacks = stacks
                .iter()
                .map(|(names, values)| (stack(names), values[at]));
            let mut costs = Costs {
                grain: 10.0,
                stacks: stacks.collect(),
                ..Costs::default()
            };
            costs.total = costs.stacks.values().sum();
            costs.functions.insert("testing.x".into(), Cost::default());
            costs
        };
        (0..N).map(profile).collect()
    }

    fn compared(base: &[Costs], head: &[Costs]) -> (Option<Contributor>, String) {
        let total = Difference::new(base, head).total;
        let contributor = top_contributor(base, head, &total);
        let text = sentence(
            contributor.as_ref(),
            &total,
            &Scale::new("nanoseconds", true),
        );
        (contributor, text)
    }

    #[test]
    fn noise_names_nobody() {
        let base = side(&[
            (&["a.A"], [500.0, 520.0, 540.0]),
            (&["a.B"], [30.0, 0.0, 10.0]),
        ]);
        let head = side(&[
            (&["a.A"], [530.0, 500.0, 510.0]),
            (&["a.C"], [40.0, 10.0, 20.0]),
        ]);
        let (contributor, text) = compared(&base, &head);
        assert!(contributor.is_none(), "{text}");
        assert!(
            text.ends_with(" ns/op: nothing changed beyond the noise"),
            "{text}"
        );
    }

    #[test]
    fn the_biggest_beyond_the_noise_is_named_not_the_biggest() {
        let base = side(&[
            (&["a.Wild"], [0.0, 900.0, 300.0]),
            (&["a.Caller", "b.Planted"], [100.0, 110.0, 120.0]),
        ]);
        let head = side(&[
            (&["a.Wild"], [1900.0, 600.0, 100.0]),
            (&["a.Caller", "b.Planted"], [500.0, 490.0, 510.0]),
        ]);
        let (contributor, text) = compared(&base, &head);
        let contributor = contributor.expect("it is planted");
        assert_eq!(contributor.function, "b.Planted");
        assert_eq!(contributor.caller.as_deref(), Some("a.Caller"));
        assert!(contributor.cost.margin > Some(0.0), "{contributor:?}");
        assert!(text.starts_with("+390 ± "), "{text}");
        assert!(text.ends_with(" is within the noise"), "{text}");
    }

    #[test]
    fn many_who_pay_a_little_are_nobody() {
        let names = ["a.A", "a.B", "a.C", "a.D", "a.E", "a.F", "a.G", "a.H"].map(|name| [name]);
        let all = |each: f64| -> Vec<(&[&str], [f64; 3])> {
            names.iter().map(|name| (&name[..], [each; 3])).collect()
        };
        let (base, head) = (side(&all(20.0)), side(&all(40.0)));
        let (contributor, text) = compared(&base, &head);
        assert!(contributor.is_none(), "{text}");
        assert!(
            text.ends_with("/op, and no single function stands out beyond the noise"),
            "{text}"
        );
    }
}
