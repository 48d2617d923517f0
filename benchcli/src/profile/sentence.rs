//! Who pays, in one sentence.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::difference::mean;
use super::per_op::Costs;
use super::quantity::{per, signed};

/// The function that explains most of a growth.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Payer {
    /// Its name.
    pub function: String,
    /// How much more it pays for itself, and for the runtime and the locks it calls.
    pub difference: f64,
    /// The caller that it grew most under, from another package where there is one.
    pub caller: Option<String>,
}

/// The function whose cost moved most in the direction of the total.
pub fn top_payer(base: &[Costs], head: &[Costs], total: f64) -> Option<Payer> {
    let mut moved: BTreeMap<&str, BTreeMap<Option<&str>, f64>> = BTreeMap::new();
    for (side, sign) in [(base, -1.0), (head, 1.0)] {
        for costs in side {
            for ((name, caller), value) in costs.charged() {
                let of_caller = moved.entry(name).or_default().entry(caller).or_default();
                *of_caller += sign * value / side.len() as f64;
            }
        }
    }
    let direction = if total < 0.0 { -1.0 } else { 1.0 };
    let (function, callers) = moved.into_iter().max_by(|(_, one), (_, other)| {
        let sum = |callers: &BTreeMap<_, f64>| direction * callers.values().sum::<f64>();
        sum(one).total_cmp(&sum(other))
    })?;
    let difference: f64 = callers.values().sum();
    if difference * direction <= 0.0 {
        return None;
    }
    let most = callers
        .into_iter()
        .max_by(|(_, one), (_, other)| (direction * one).total_cmp(&(direction * other)));
    Some(Payer {
        function: function.to_owned(),
        difference,
        caller: most.and_then(|(caller, _)| caller).map(str::to_owned),
    })
}

/// `+212 ns/op of +240 ns/op is in json.encode, called from codec.Encode`.
pub fn sentence(base: &[Costs], head: &[Costs], unit: &str, per_op: bool) -> String {
    let total = |side: &[Costs]| mean(&side.iter().map(|costs| costs.total).collect::<Vec<_>>());
    let total = total(head) - total(base);
    let unit = per(unit, per_op);
    let Some(payer) = top_payer(base, head, total) else {
        return format!("nothing changed: {} in all", signed(total, &unit));
    };
    let mut sentence = format!(
        "{} of {} is in {}",
        signed(payer.difference, &unit),
        signed(total, &unit),
        payer.function
    );
    if let Some(caller) = payer.caller {
        sentence += &format!(", called from {caller}");
    }
    sentence
}
