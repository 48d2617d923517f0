//! Costs of two versions side by side, with the noise of repeated profiles.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::per_op::{Cost, Costs, Line};

/// A value of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The mean over the profiles of the base.
    pub base: f64,
    /// The mean over the profiles of the head.
    pub head: f64,
    /// Head minus base.
    pub difference: f64,
    /// Half the width of the 95 % interval around the difference (Welch); none without repeated
    /// profiles on both sides.
    pub margin: Option<f64>,
}

impl Change {
    pub(super) fn new(base: &[f64], head: &[f64]) -> Self {
        let (base_mean, head_mean) = (mean(base), mean(head));
        Self {
            base: base_mean,
            head: head_mean,
            difference: head_mean - base_mean,
            margin: margin(base, head),
        }
    }

    /// Whether there is a difference, and one beyond the noise where that is known.
    pub fn is_significant(&self) -> bool {
        self.difference != 0.0 && self.difference.abs() > self.margin.unwrap_or(0.0)
    }

    /// Whether the difference is significant, and half a percent or more: what the testing package
    /// itself does differs by less.
    pub fn matters(&self) -> bool {
        self.is_significant() && self.difference.abs() >= 0.005 * self.base.max(self.head)
    }
}

/// Which sides have a function or line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Both.
    Both,
    /// It is gone.
    BaseOnly,
    /// It is new.
    HeadOnly,
}

/// A function, or a line of one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// Its name.
    pub function: String,
    /// Its file; empty for a function.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Its line as the head numbers it, or as the base does if the head has it no more; 0 for a
    /// function.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub line: i64,
    /// In itself.
    pub flat: Change,
    /// With all that it calls.
    pub cum: Change,
    /// Which sides have it.
    pub presence: Presence,
}

impl Row {
    /// Whether anything differs.
    pub fn moved(&self) -> bool {
        self.flat.difference != 0.0 || self.cum.difference != 0.0
    }

    /// Whether anything differs beyond the noise.
    pub fn is_significant(&self) -> bool {
        self.flat.is_significant() || self.cum.is_significant()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(line: &i64) -> bool {
    *line == 0
}

/// Two versions compared.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Everything.
    pub total: Change,
    /// By function, the biggest change of the flat cost first and like ones by name, as
    /// `pprof -top -diff_base` has them.
    pub functions: Vec<Row>,
    /// By line, in the same order.
    pub lines: Vec<Row>,
    /// How many functions and lines are not in these, as they moved within the noise or less than
    /// others.
    pub left_out: [usize; 2],
}

impl Difference {
    /// Compares; each side has one profile or more.
    pub fn new(base: &[Costs], head: &[Costs]) -> Self {
        let total = |side: &[Costs]| side.iter().map(|costs| costs.total).collect::<Vec<_>>();
        let functions = rows(base, head, |costs| &costs.functions);
        let lines = rows(base, head, |costs| &costs.lines);
        Self {
            total: Change::new(&total(base), &total(head)),
            functions: sorted(
                functions
                    .into_iter()
                    .map(|(name, row): (&Arc<str>, Row)| Row {
                        function: name.to_string(),
                        ..row
                    }),
            ),
            lines: sorted(lines.into_iter().map(|(line, row): (&Line, Row)| Row {
                function: line.function.to_string(),
                file: line.file.to_string(),
                line: line.line,
                ..row
            })),
            left_out: [0; 2],
        }
    }

    /// Keeps the rows that moved beyond the noise, and of these the first.
    pub fn keep(&mut self, most: usize) {
        let tables = [&mut self.functions, &mut self.lines];
        for (rows, left_out) in tables.into_iter().zip(&mut self.left_out) {
            let all = rows.iter().filter(|row| row.moved()).count();
            rows.retain(Row::is_significant);
            rows.truncate(most);
            *left_out += all - rows.len();
        }
    }
}

fn rows<'c, K: Ord>(
    base: &'c [Costs],
    head: &'c [Costs],
    of: impl Fn(&'c Costs) -> &'c std::collections::BTreeMap<K, Cost>,
) -> Vec<(&'c K, Row)> {
    let all = base.iter().chain(head);
    let keys: BTreeSet<&K> = all.flat_map(|costs| of(costs).keys()).collect();
    let row = |key: &'c K| {
        let costs = |side: &'c [Costs]| -> Vec<Option<Cost>> {
            side.iter()
                .map(|costs| of(costs).get(key).copied())
                .collect()
        };
        let (base, head) = (costs(base), costs(head));
        let change = |value: fn(Cost) -> f64| {
            let values = |side: &[Option<Cost>]| -> Vec<f64> {
                side.iter().map(|cost| cost.map_or(0.0, value)).collect()
            };
            Change::new(&values(&base), &values(&head))
        };
        let presence = match (
            base.iter().any(Option::is_some),
            head.iter().any(Option::is_some),
        ) {
            (true, false) => Presence::BaseOnly,
            (false, true) => Presence::HeadOnly,
            _ => Presence::Both,
        };
        let row = Row {
            function: String::new(),
            file: String::new(),
            line: 0,
            flat: change(|cost| cost.flat),
            cum: change(|cost| cost.cum),
            presence,
        };
        (key, row)
    };
    keys.into_iter().map(row).collect()
}

fn sorted(rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by(|one, other| {
        let size = |row: &Row| row.flat.difference.abs();
        let place = |row: &Row| (row.function.clone(), row.file.clone(), row.line);
        let by_size = size(other).total_cmp(&size(one));
        by_size.then_with(|| place(one).cmp(&place(other)))
    });
    rows
}

pub(super) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.iter().sum::<f64>() / values.len() as f64
}

/// Half of Welch's interval for the difference of two means, with the degrees of freedom of
/// Satterthwaite.
fn margin(base: &[f64], head: &[f64]) -> Option<f64> {
    let of_mean = |values: &[f64]| {
        let degrees = values.len().checked_sub(1).filter(|degrees| *degrees > 0)? as f64;
        let mean = mean(values);
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some((squares / degrees / values.len() as f64, degrees))
    };
    let ((base, base_degrees), (head, head_degrees)) = (of_mean(base)?, of_mean(head)?);
    let variance = base + head;
    if variance == 0.0 {
        return Some(0.0);
    }
    let degrees = variance.powi(2) / (base.powi(2) / base_degrees + head.powi(2) / head_degrees);
    let student = StudentsT::new(0.0, 1.0, degrees).ok()?;
    Some(student.inverse_cdf(0.975) * variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_welchs() {
        // Both means have variance 1, so there are two degrees of freedom: t is 4.302652730.
        let margin = margin(&[0.0, 2.0], &[1.0, 3.0]).expect("repeated");
        assert!(
            (margin - 4.302_652_729_911_275 * 2.0_f64.sqrt()).abs() < 1e-9,
            "{margin}"
        );
    }

    #[test]
    fn one_profile_a_side_says_nothing_of_noise() {
        assert_eq!(margin(&[1.0], &[2.0, 3.0]), None);
        assert!(Change::new(&[1.0], &[2.0]).is_significant());
        assert!(!Change::new(&[1.0, 9.0], &[2.0, 12.0]).is_significant());
    }
}
