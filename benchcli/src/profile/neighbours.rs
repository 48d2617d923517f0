//! The callers and callees of a function, with their costs.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::difference::{CostChange, Samplings};
use super::per_op::Costs;

/// The calls into a function and out of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Neighbours {
    /// Its name.
    pub function: String,
    /// Who calls it, the biggest change first.
    pub callers: Vec<Call>,
    /// What it calls, the biggest change first.
    pub callees: Vec<Call>,
}

/// A call into a function or out of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// The other function.
    pub function: String,
    /// What is spent in all such calls.
    pub cost: CostChange,
}

impl Neighbours {
    /// Sums up the stacks of both sides that the function is in; what it calls itself counts once.
    pub fn new(function: &str, base: &[Costs], head: &[Costs]) -> Self {
        let sums = |side: &[Costs]| -> Vec<[BTreeMap<String, f64>; 2]> {
            side.iter().map(|costs| calls(function, costs)).collect()
        };
        let samplings = Samplings::of(base, head);
        let (base, head) = (sums(base), sums(head));
        let [callers, callees] = [0, 1].map(|direction| {
            let both = base.iter().chain(&head);
            let names: BTreeSet<&String> = both.flat_map(|of| of[direction].keys()).collect();
            let values = |side: &[[BTreeMap<String, f64>; 2]], name: &String| -> Vec<f64> {
                let value = |of: &[BTreeMap<String, f64>; 2]| of[direction].get(name).copied();
                side.iter().map(|of| value(of).unwrap_or(0.0)).collect()
            };
            let call = |name: &String| Call {
                function: name.clone(),
                cost: samplings.change(&values(&base, name), &values(&head, name)),
            };
            let mut calls: Vec<Call> = names.into_iter().map(call).collect();
            let size = |call: &Call| call.cost.difference.abs();
            calls.sort_by(|one, other| size(other).total_cmp(&size(one)));
            calls
        });
        Self {
            function: function.to_owned(),
            callers,
            callees,
        }
    }
}

/// What is spent by caller and by callee.
fn calls(function: &str, costs: &Costs) -> [BTreeMap<String, f64>; 2] {
    let mut sums = [BTreeMap::new(), BTreeMap::new()];
    for (stack, value) in &costs.stacks {
        let mut found = [BTreeSet::new(), BTreeSet::new()];
        for pair in stack.windows(2) {
            if let [outer, inner] = pair
                && outer != inner
            {
                if &**inner == function {
                    found[0].insert(outer);
                }
                if &**outer == function {
                    found[1].insert(inner);
                }
            }
        }
        for (sums, found) in sums.iter_mut().zip(found) {
            for name in found {
                *sums.entry(name.to_string()).or_default() += value;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(stacks: &[(&[&str], f64)]) -> Costs {
        let stack = |names: &[&str]| names.iter().map(|name| (*name).into()).collect();
        Costs {
            stacks: stacks
                .iter()
                .map(|(names, value)| (stack(names), *value))
                .collect(),
            ..Costs::default()
        }
    }

    #[test]
    fn recursion_counts_once_and_the_biggest_change_comes_first() {
        let base = costs(&[(&["main", "f", "g"], 2.0), (&["other", "f"], 5.0)]);
        let head = costs(&[
            (&["main", "f", "f", "h", "f", "h"], 7.0),
            (&["other", "f"], 6.0),
        ]);
        let found = Neighbours::new("f", &[base], &[head]);
        let costs = |calls: &[Call]| -> Vec<(String, f64, f64)> {
            let calls = calls.iter();
            calls
                .map(|call| (call.function.clone(), call.cost.base, call.cost.head))
                .collect()
        };
        let call = |name: &str, base, head| (name.to_owned(), base, head);
        assert_eq!(
            costs(&found.callers),
            [
                call("h", 0.0, 7.0),
                call("main", 2.0, 7.0),
                call("other", 5.0, 6.0)
            ]
        );
        assert_eq!(
            costs(&found.callees),
            [call("h", 0.0, 7.0), call("g", 2.0, 0.0)]
        );
    }
}
