//! Says in one sentence which function contributes most.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::difference::{Change, Samplings, mean};
use super::per_op::Costs;
use super::quantity::Scale;

/// A margin of less than this share of its difference is not told.
const LITTLE: f64 = 0.05;

/// Where nothing changed in all, one of many functions is beyond its margin by chance: it has to be so
/// far beyond.
const DOUBTFUL: f64 = 1.5;

/// The function that explains most of a change.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Payer {
    /// Its name.
    pub function: String,
    /// What it pays for itself, and for the runtime and the locks it calls.
    #[serde(flatten)]
    pub cost: Change,
    /// The caller that it grew most under, from another package where there is one.
    pub caller: Option<String>,
}

/// The values of one function, or of one of its callers, in each profile of base and head.
type Values = [Vec<f64>; 2];

/// The function whose cost moved most beyond the noise; in the direction of the total, where that
/// moved beyond it.
pub fn top_payer(base: &[Costs], head: &[Costs], total: &Change) -> Option<Payer> {
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
    Some(Payer {
        function: function.to_owned(),
        cost,
        caller: most.and_then(|(caller, _)| *caller).map(str::to_owned),
    })
}

/// `+212 ns/op of +240 ns/op is in json.encode, called from codec.Encode`.
pub(super) fn sentence(payer: Option<&Payer>, total: &Change, scale: &Scale<'_>) -> String {
    let told = |change: &Change| {
        let margin = change
            .margin
            .filter(|margin| *margin > LITTLE * change.difference.abs());
        scale.change(change.difference, margin)
    };
    let Some(payer) = payer else {
        return if total.is_significant() {
            format!(
                "{}, and no single function stands out beyond the noise",
                told(total)
            )
        } else if total.difference == 0.0 {
            "nothing changed".to_owned()
        } else {
            format!("{}: nothing changed beyond the noise", told(total))
        };
    };
    let called = match &payer.caller {
        Some(caller) => format!(", called from {caller}"),
        None => String::new(),
    };
    let (cost, function) = (told(&payer.cost), &payer.function);
    if total.is_significant() {
        let total = scale.change(total.difference, None);
        format!("{cost} of {total} is in {function}{called}")
    } else {
        format!(
            "{cost} is in {function}{called}; in all it is {}, within the noise",
            told(total)
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

    fn told(base: &[Costs], head: &[Costs]) -> (Option<Payer>, String) {
        let total = Difference::new(base, head).total;
        let payer = top_payer(base, head, &total);
        let said = sentence(payer.as_ref(), &total, &Scale::new("nanoseconds", true));
        (payer, said)
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
        let (payer, said) = told(&base, &head);
        assert!(payer.is_none(), "{said}");
        assert!(
            said.ends_with(" ns/op: nothing changed beyond the noise"),
            "{said}"
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
        let (payer, said) = told(&base, &head);
        let payer = payer.expect("it is planted");
        assert_eq!(payer.function, "b.Planted");
        assert_eq!(payer.caller.as_deref(), Some("a.Caller"));
        assert!(payer.cost.margin > Some(0.0), "{payer:?}");
        assert!(said.starts_with("+390 ± "), "{said}");
        assert!(said.ends_with(", within the noise"), "{said}");
    }

    #[test]
    fn many_who_pay_a_little_are_nobody() {
        let names = ["a.A", "a.B", "a.C", "a.D", "a.E", "a.F", "a.G", "a.H"].map(|name| [name]);
        let all = |each: f64| -> Vec<(&[&str], [f64; 3])> {
            names.iter().map(|name| (&name[..], [each; 3])).collect()
        };
        let (base, head) = (side(&all(20.0)), side(&all(40.0)));
        let (payer, said) = told(&base, &head);
        assert!(payer.is_none(), "{said}");
        assert!(
            said.ends_with("/op, and no single function stands out beyond the noise"),
            "{said}"
        );
    }
}
