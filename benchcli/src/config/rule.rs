//! Settings for rows that match a filter.

use std::collections::BTreeSet;
use std::ops::Range;

use benchparse::query::{Filter, Key, Term};
use benchparse::unit::{Direction, ValueClass as Class};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::error::{ConfigError, Place};
use super::percent::Percent;
use super::threshold::{Amount, Threshold};

/// One `[[rule]]`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Which rows, in the filter language: `pkg:example.com/codec .name:/^Enc/ .unit:ns/op`.
    #[schemars(with = "String")]
    pub filter: Spanned<String>,
    /// The change that matters in these rows.
    #[schemars(with = "Option<Threshold>")]
    pub threshold: Option<Spanned<Threshold>>,
    /// How their values behave.
    #[schemars(with = "Option<ClassName>")]
    pub class: Option<Spanned<ClassName>>,
    /// By how much exact values may differ.
    #[schemars(with = "Option<Tolerance>")]
    pub tolerance: Option<Spanned<Tolerance>>,
    /// Which values are better.
    #[schemars(with = "Option<DirectionName>")]
    pub direction: Option<Spanned<DirectionName>>,
    /// Whether they may fail a run.
    #[schemars(with = "Option<bool>")]
    pub gate: Option<Spanned<bool>>,
}

/// How values behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClassName {
    /// They vary, and are judged by rank.
    Timing,
    /// They hardly vary, and are judged by their range.
    Exact,
}

/// Which values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DirectionName {
    /// Smaller ones.
    Lower,
    /// Larger ones.
    Higher,
}

impl From<DirectionName> for Direction {
    fn from(name: DirectionName) -> Self {
        match name {
            DirectionName::Lower => Self::Lower,
            DirectionName::Higher => Self::Higher,
        }
    }
}

/// By how much exact values may differ: the larger of both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tolerance {
    /// In the unit of the row.
    #[serde(default)]
    pub abs: f64,
    /// Of the old median.
    pub rel: Option<Percent>,
}

/// What rules set for one row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// The relative change that matters.
    pub threshold: Option<f64>,
    /// The least amount that matters; set together with the threshold.
    pub least: Option<Amount>,
    /// How the values behave.
    pub class: Option<Class>,
    /// Which values are better.
    pub direction: Option<Direction>,
    /// Whether the row may fail a run.
    pub gate: Option<bool>,
}

#[derive(Debug, Clone)]
struct Ready {
    /// Where it was said, for the report.
    origin: String,
    filter: Filter,
    settings: Settings,
}

/// All rules, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<Ready>);

impl Rules {
    pub(super) fn new(rules: &[Spanned<Rule>], place: &Place<'_>) -> Result<Self, ConfigError> {
        let mut ready = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            let line = place.line(rule.span().start);
            let rule = rule.get_ref();
            for earlier in &rules[..at] {
                rule.contradicts(earlier.get_ref(), place)?;
            }
            let (filter, settings) = rule.check(place)?;
            ready.push(Ready {
                origin: format!("{line}: rule {}", rule.filter.get_ref()),
                filter,
                settings,
            });
        }
        Ok(Self(ready))
    }

    /// What is set for a row, whose values of keys `value` gives. The places of the rules that match
    /// it go into `used`.
    pub fn settings(
        &self,
        value: &dyn Fn(&Key) -> Vec<Vec<u8>>,
        used: &mut BTreeSet<usize>,
    ) -> Settings {
        let mut settings = Settings::default();
        for (at, rule) in self.0.iter().enumerate() {
            let mut truth = |term: &Term| value(term.key()).iter().any(|value| term.matches(value));
            if rule.filter.eval(&mut truth) {
                used.insert(at);
                let rule = rule.settings.clone();
                let (threshold, least) = match rule.threshold {
                    Some(_) => (rule.threshold, rule.least),
                    None => (settings.threshold, settings.least),
                };
                settings = Settings {
                    threshold,
                    least,
                    class: rule.class.or(settings.class),
                    direction: rule.direction.or(settings.direction),
                    gate: rule.gate.or(settings.gate),
                };
            }
        }
        settings
    }

    /// A sentence for each rule whose place is not in `used`.
    pub fn unused(&self, used: &BTreeSet<usize>) -> Vec<String> {
        let rules = self.0.iter().enumerate();
        rules
            .filter(|(at, _)| !used.contains(at))
            .map(|(_, rule)| format!("{}: matches no row of this run", rule.origin))
            .collect()
    }
}

impl Rule {
    /// Refuses a rule that says of the same rows the opposite of an earlier one.
    fn contradicts(&self, earlier: &Self, place: &Place<'_>) -> Result<(), ConfigError> {
        if self.filter.get_ref().trim() != earlier.filter.get_ref().trim() {
            return Ok(());
        }
        let twice = [
            both(
                "threshold",
                self.threshold.as_ref(),
                earlier.threshold.as_ref(),
            ),
            both("class", self.class.as_ref(), earlier.class.as_ref()),
            both(
                "tolerance",
                self.tolerance.as_ref(),
                earlier.tolerance.as_ref(),
            ),
            both(
                "direction",
                self.direction.as_ref(),
                earlier.direction.as_ref(),
            ),
            both("gate", self.gate.as_ref(), earlier.gate.as_ref()),
        ];
        match twice.into_iter().flatten().next() {
            None => Ok(()),
            Some((key, here, there)) => Err(place
                .fault(
                    here.start,
                    &format!(
                        "rule: {key} contradicts the one on line {} for the same filter",
                        place.line_number(there.start)
                    ),
                )
                .with_hint("keep one")),
        }
    }

    fn check(&self, place: &Place<'_>) -> Result<(Filter, Settings), ConfigError> {
        let query = self.filter.get_ref();
        let filter = Filter::parse(query.as_bytes()).map_err(|error| {
            let at = place.inside(&self.filter.span(), query, error.offset());
            place.fault(at, &format!("rule: invalid filter: {}", error.message()))
        })?;
        let value = |spanned: &Option<Spanned<ClassName>>| spanned.as_ref().map(|of| *of.get_ref());
        if let Some(tolerance) = &self.tolerance {
            if value(&self.class) == Some(ClassName::Timing) {
                return Err(place.fault(
                    tolerance.span().start,
                    "rule: tolerance is for class = \"exact\"; timings have a threshold",
                ));
            }
            let Tolerance { abs, rel } = *tolerance.get_ref();
            let rel = rel.map_or(0.0, |rel| rel.0);
            if !(abs >= 0.0 && abs.is_finite() && rel >= 0.0) {
                return Err(place.fault(
                    tolerance.span().start,
                    "rule: the tolerance is negative or not a number; expected 0 or more",
                ));
            }
        }
        let tolerance = self
            .tolerance
            .as_ref()
            .map(|tolerance| *tolerance.get_ref());
        let class = match (value(&self.class), tolerance) {
            (Some(ClassName::Timing), _) => Some(Class::Timing),
            (None, None) => None,
            (_, tolerance) => Some(Class::Exact {
                abs: tolerance.map_or(0.0, |tolerance| tolerance.abs),
                rel: tolerance
                    .and_then(|tolerance| tolerance.rel)
                    .map_or(0.0, |rel| rel.0),
            }),
        };
        let threshold = self.threshold.as_ref().map(Spanned::get_ref);
        let direction = self.direction.as_ref().map(|name| *name.get_ref());
        let settings = Settings {
            threshold: threshold.map(|threshold| threshold.relative.0),
            least: threshold.and_then(|threshold| threshold.least.clone()),
            class,
            direction: direction.map(Direction::from),
            gate: self.gate.as_ref().map(|gate| *gate.get_ref()),
        };
        if settings == Settings::default() {
            return Err(place
                .fault(self.filter.span().start, "rule: the rule sets nothing")
                .with_hint("set threshold, class, tolerance, direction or gate"));
        }
        Ok((filter, settings))
    }
}

/// Where two rules set the same key to different values.
fn both<T: PartialEq>(
    key: &'static str,
    here: Option<&Spanned<T>>,
    there: Option<&Spanned<T>>,
) -> Option<(&'static str, Range<usize>, Range<usize>)> {
    let (here, there) = (here?, there?);
    (here.get_ref() != there.get_ref()).then(|| (key, here.span(), there.span()))
}
