//! Compares the costs of two versions, with the noise of repeated profiles.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::per_op::{Cost, Costs, Line};

/// A value of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostChange {
    /// The mean over the profiles of the base.
    pub base: f64,
    /// The mean over the profiles of the head.
    pub head: f64,
    /// Head minus base.
    pub difference: f64,
    /// Half the width of the 95 % interval around the difference, by the spread of the profiles and
    /// by how few samples they have; none without repeated profiles on both sides.
    pub margin: Option<f64>,
}

/// How the profiles of base and head were sampled.
#[derive(Debug)]
pub(super) struct Samplings([Vec<Sampling>; 2]);

/// How much chance there is in the values of a profile.
#[derive(Debug, Clone, Copy)]
struct Sampling {
    /// What one sample adds.
    grain: f64,
    /// The sum of all samples, where a clock takes them: chance only shares them out.
    shared: Option<f64>,
}

impl Sampling {
    /// The variance of a value that is counted in samples. What has none might have had one.
    fn variance(&self, value: f64) -> f64 {
        let share = |total: f64| (value / total).clamp(0.0, 1.0);
        let others = self
            .shared
            .filter(|total| *total != 0.0)
            .map_or(1.0, |total| 1.0 - share(total));
        self.grain * (value.abs() * others).max(self.grain)
    }
}

impl Samplings {
    pub(super) fn of(base: &[Costs], head: &[Costs]) -> Self {
        let sampling = |costs: &Costs| Sampling {
            grain: costs.grain,
            shared: costs.is_clocked.then_some(costs.total),
        };
        Self([base, head].map(|side| side.iter().map(sampling).collect()))
    }

    /// Compares the values of as many profiles.
    pub(super) fn change(&self, base: &[f64], head: &[f64]) -> CostChange {
        let (base_mean, head_mean) = (mean(base), mean(head));
        let [of_base, of_head] = &self.0;
        CostChange {
            base: base_mean,
            head: head_mean,
            difference: head_mean - base_mean,
            margin: margin([(base, of_base), (head, of_head)]),
        }
    }
}

impl CostChange {
    /// Whether there is a difference, and one beyond the noise where that is known.
    pub fn is_significant(&self) -> bool {
        self.difference != 0.0 && self.difference.abs() > self.margin.unwrap_or(0.0)
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
pub struct FunctionRow {
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
    pub flat: CostChange,
    /// With all that it calls.
    pub cum: CostChange,
    /// Which sides have it.
    pub presence: Presence,
}

impl FunctionRow {
    /// Whether anything differs.
    pub fn moved(&self) -> bool {
        self.flat.difference != 0.0 || self.cum.difference != 0.0
    }

    /// Whether anything differs beyond the noise.
    pub fn is_significant(&self) -> bool {
        self.flat.is_significant() || self.cum.is_significant()
    }

    /// What it goes by in a table: the change of its own cost beyond the noise, then that with what it
    /// calls. Where the noise is not known, the order of `pprof -top` is kept.
    fn weight(&self) -> (f64, f64) {
        let size = |change: &CostChange| {
            if change.is_significant() {
                change.difference.abs()
            } else {
                0.0
            }
        };
        let cum = self.cum.margin.map_or(0.0, |_| size(&self.cum));
        (size(&self.flat), cum)
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
    pub total: CostChange,
    /// By function, the biggest change of the flat cost first and like ones by name, as
    /// `pprof -top -diff_base` has them.
    pub functions: Vec<FunctionRow>,
    /// By line, in the same order.
    pub lines: Vec<FunctionRow>,
    /// How many functions and lines are not in these, as they moved within the noise.
    pub left_out: [usize; 2],
    /// How many are not in these, as they moved less than others.
    #[serde(default)]
    pub cut: [usize; 2],
}

impl Difference {
    /// Compares; each side has one profile or more.
    pub fn new(base: &[Costs], head: &[Costs]) -> Self {
        let total = |side: &[Costs]| side.iter().map(|costs| costs.total).collect::<Vec<_>>();
        let samplings = Samplings::of(base, head);
        let functions = rows(base, head, &samplings, |costs| &costs.functions);
        let lines = rows(base, head, &samplings, |costs| &costs.lines);
        Self {
            total: samplings.change(&total(base), &total(head)),
            functions: sorted(functions.into_iter().map(
                |(name, row): (&Arc<str>, FunctionRow)| FunctionRow {
                    function: name.to_string(),
                    ..row
                },
            )),
            lines: sorted(
                lines
                    .into_iter()
                    .map(|(line, row): (&Line, FunctionRow)| FunctionRow {
                        function: line.function.to_string(),
                        file: line.file.to_string(),
                        line: line.line,
                        ..row
                    }),
            ),
            left_out: [0; 2],
            cut: [0; 2],
        }
    }

    /// Keeps the rows that moved beyond the noise, of these the first, and that of the top contributor.
    pub(super) fn keep(&mut self, most: usize, contributor: Option<&str>) {
        for by_line in [false, true] {
            let Chosen { rows, noise, cut } = self.choose(by_line, most, contributor);
            let rows = rows.into_iter().cloned().collect();
            let (table, at) = if by_line {
                (&mut self.lines, 1)
            } else {
                (&mut self.functions, 0)
            };
            *table = sorted(Vec::into_iter(rows));
            self.left_out[at] = noise;
            self.cut[at] = cut;
        }
    }

    /// What of a table is worth showing: what moved beyond the noise, the biggest first, and the row
    /// of the top contributor in any case.
    pub(crate) fn choose(
        &self,
        by_line: bool,
        most: usize,
        contributor: Option<&str>,
    ) -> Chosen<'_> {
        let rows = if by_line {
            &self.lines
        } else {
            &self.functions
        };
        let moved: Vec<&FunctionRow> = rows.iter().filter(|row| row.moved()).collect();
        let is_contributor = |row: &&FunctionRow| contributor == Some(&*row.function);
        let contributor = moved.iter().copied().find(is_contributor);
        let is_chosen = |row: &FunctionRow| {
            contributor.is_some_and(|contributor| std::ptr::eq(contributor, row))
        };
        let all = moved.len();
        let mut chosen = moved;
        chosen.retain(|row| row.is_significant() || is_chosen(row));
        let noise = all - chosen.len();
        chosen.sort_by(|one, other| {
            let [one, other] = [one, other].map(|row| row.weight());
            other.0.total_cmp(&one.0).then(other.1.total_cmp(&one.1))
        });
        let mut at = 0..;
        chosen.retain(|row| at.next() < Some(most) || is_chosen(row));
        Chosen {
            cut: all - noise - chosen.len() + self.cut[usize::from(by_line)],
            noise: noise + self.left_out[usize::from(by_line)],
            rows: chosen,
        }
    }
}

/// Rows that are worth showing.
pub(crate) struct Chosen<'d> {
    pub(crate) rows: Vec<&'d FunctionRow>,
    /// How many are not, as they moved within the noise.
    pub(crate) noise: usize,
    /// How many are not, as they moved less than those.
    pub(crate) cut: usize,
}

fn rows<'c, K: Ord>(
    base: &'c [Costs],
    head: &'c [Costs],
    samplings: &Samplings,
    of: impl Fn(&'c Costs) -> &'c std::collections::BTreeMap<K, Cost>,
) -> Vec<(&'c K, FunctionRow)> {
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
            samplings.change(&values(&base), &values(&head))
        };
        let presence = match (
            base.iter().any(Option::is_some),
            head.iter().any(Option::is_some),
        ) {
            (true, false) => Presence::BaseOnly,
            (false, true) => Presence::HeadOnly,
            _ => Presence::Both,
        };
        let row = FunctionRow {
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

fn sorted(rows: impl Iterator<Item = FunctionRow>) -> Vec<FunctionRow> {
    let mut rows: Vec<FunctionRow> = rows.collect();
    rows.sort_by(|one, other| {
        let size = |row: &FunctionRow| row.flat.difference.abs();
        let place = |row: &FunctionRow| (row.function.clone(), row.file.clone(), row.line);
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

/// Fewer samples a profile than these are never a difference.
const FEW: f64 = 2.0;

/// Half of Welch's interval for the difference of two means, with the degrees of freedom of
/// Satterthwaite. The spread of a side is no less than counting its samples makes, which is known:
/// three profiles with the same few samples agree by luck.
fn margin(sides: [(&[f64], &[Sampling]); 2]) -> Option<f64> {
    let (mut variance, mut by_degrees, mut least) = (0.0, 0.0, 0.0_f64);
    for (values, samplings) in sides {
        let count = values.len() as f64;
        let degrees = values.len().checked_sub(1).filter(|degrees| *degrees > 0)? as f64;
        let mean = mean(values);
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let spread = squares / degrees / count;
        let sampled = values.iter().zip(samplings);
        let counting: f64 = sampled.map(|(value, it)| it.variance(*value)).sum();
        let counting = counting / count.powi(2);
        variance += spread.max(counting);
        if spread > counting {
            by_degrees += spread.powi(2) / degrees;
        }
        least = samplings
            .iter()
            .fold(least, |least, it| least.max(it.grain));
    }
    let degrees = variance.powi(2) / by_degrees;
    // With so many the distributions are the same.
    let factor = if by_degrees > 0.0 && degrees < 1e5 {
        let student = StudentsT::new(0.0, 1.0, degrees).ok()?;
        student.inverse_cdf(0.975)
    } else {
        1.959_963_984_540_054
    };
    // Rounding must not lift a difference of so few above it.
    Some((factor * variance.sqrt()).max(FEW * least * (1.0 + 1e-9)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(grain: f64, base: &[f64], head: &[f64]) -> CostChange {
        let sampling = Sampling {
            grain,
            shared: None,
        };
        Samplings([base, head].map(|side| vec![sampling; side.len()])).change(base, head)
    }

    #[test]
    fn the_margin_is_welchs_where_nothing_is_sampled() {
        // Both means have variance 1, so there are two degrees of freedom: t is 4.302652730.
        let margin = change(0.0, &[0.0, 2.0], &[1.0, 3.0]).margin;
        let margin = margin.expect("repeated");
        assert!(
            (margin - 4.302_652_729_911_275 * 2.0_f64.sqrt()).abs() < 1e-9,
            "{margin}"
        );
        assert_eq!(change(0.0, &[5.0; 3], &[7.0; 3]).margin, Some(0.0));
    }

    #[test]
    fn a_few_samples_that_agree_are_no_difference() {
        let grain = 100.0;
        let is_significant = |base: [f64; 3], head: [f64; 3]| {
            let scaled = |side: [f64; 3]| side.map(|samples| samples * grain);
            change(grain, &scaled(base), &scaled(head)).is_significant()
        };
        assert!(!is_significant([0.0; 3], [1.0; 3]));
        assert!(!is_significant([1.0; 3], [0.0; 3]));
        assert!(!is_significant([0.0; 3], [2.0; 3]));
        assert!(!is_significant([0.0; 3], [0.0, 0.0, 8.0]));
        // Fifty that agree may be seven apart: each mean has a variance of 50/3.
        assert!(!is_significant([50.0; 3], [57.0; 3]));
        assert!(is_significant([50.0; 3], [64.0; 3]));
        assert!(is_significant([0.0; 3], [5.0, 6.0, 5.0]));
        let margin = change(1.0, &[50.0; 3], &[64.0; 3]).margin.unwrap();
        assert!(
            (margin - 1.96 * (114.0_f64 / 3.0).sqrt()).abs() < 0.001,
            "{margin}"
        );
    }

    #[test]
    fn a_clock_shares_its_samples_out() {
        let side = |total: f64| Costs {
            total,
            grain: 1.0,
            is_clocked: true,
            ..Costs::default()
        };
        let [base, head] = [50.0, 57.0].map(|total| [(); 3].map(|()| side(total)));
        let samplings = Samplings::of(&base, &head);
        // All of them together are as many as the time that went by.
        assert!(samplings.change(&[50.0; 3], &[57.0; 3]).is_significant());
        // Half of them might well be other ones.
        assert!(!samplings.change(&[25.0; 3], &[30.0; 3]).is_significant());
        assert!(!samplings.change(&[0.0; 3], &[2.0; 3]).is_significant());
        assert!(!samplings.change(&[50.0; 3], &[52.0; 3]).is_significant());
    }

    #[test]
    fn one_profile_a_side_says_nothing_of_noise() {
        assert_eq!(change(0.0, &[1.0], &[2.0, 3.0]).margin, None);
        assert!(change(0.0, &[1.0], &[2.0]).is_significant());
        assert!(!change(0.0, &[1.0, 9.0], &[2.0, 12.0]).is_significant());
    }

    #[test]
    fn what_is_beyond_the_noise_comes_first_and_who_pays_is_always_there() {
        let costs = |values: [(&str, f64, f64); 5]| Costs {
            functions: values
                .map(|(name, flat, cum)| (name.into(), crate::profile::per_op::Cost { flat, cum }))
                .into(),
            ..Costs::default()
        };
        let base = [0.0, 50.0].map(|noise| {
            costs([
                ("big", 10.0, 20.0),
                ("caller", noise, 10.0),
                ("little", 1.0, 1.0),
                ("noise", noise, noise),
                ("contributor", noise, noise),
            ])
        });
        let head = [40.0, 20.0].map(|noise| {
            costs([
                ("big", 30.0, 40.0),
                ("caller", noise, 40.0),
                ("little", 2.0, 2.0),
                ("noise", noise, noise),
                ("contributor", noise, noise),
            ])
        });
        let difference = Difference::new(&base, &head);
        let chosen = |most| {
            let Chosen { rows, noise, cut } = difference.choose(false, most, Some("contributor"));
            let names = rows.iter().map(|row| row.function.clone());
            (names.collect::<Vec<_>>().join(" "), noise, cut)
        };
        assert_eq!(
            chosen(9),
            ("big little caller contributor".to_owned(), 1, 0)
        );
        assert_eq!(chosen(2), ("big little contributor".to_owned(), 1, 1));
        let mut kept = difference.clone();
        kept.keep(2, Some("contributor"));
        assert_eq!(
            (kept.functions.len(), kept.left_out[0], kept.cut[0]),
            (3, 1, 1)
        );
        let again = kept.choose(false, 1, Some("contributor"));
        assert_eq!((again.rows.len(), again.noise, again.cut), (2, 1, 2));
    }
}
