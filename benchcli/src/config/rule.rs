//! Settings for some rows.

use benchparse::gate::{Class, Direction};
use benchparse::query::{Filter, Key, Term};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::error::{ConfigError, Place};
use super::percent::Percent;

/// One `[[rule]]`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Which rows, in the filter language: `pkg:example.com/codec .name:/^Enc/ .unit:ns/op`.
    pub filter: String,
    /// The change that matters in these rows.
    pub threshold: Option<Percent>,
    /// How their values behave.
    pub class: Option<ClassName>,
    /// By how much exact values may differ.
    pub tolerance: Option<Tolerance>,
    /// Which values are better.
    pub direction: Option<DirectionName>,
    /// Whether they may fail a run.
    pub gate: Option<bool>,
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
            DirectionName::Lower => Self::LowerIsBetter,
            DirectionName::Higher => Self::HigherIsBetter,
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
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Settings {
    /// The relative change that matters.
    pub threshold: Option<f64>,
    /// How the values behave.
    pub class: Option<Class>,
    /// Which values are better.
    pub direction: Option<Direction>,
    /// Whether the row may fail a run.
    pub gate: Option<bool>,
}

/// All rules, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<(Filter, Settings)>);

impl Rules {
    pub(super) fn new(rules: &[Spanned<Rule>], place: &Place<'_>) -> Result<Self, ConfigError> {
        let checked = rules.iter().map(|rule| {
            let start = rule.span().start;
            rule.get_ref()
                .check()
                .map_err(|message| place.fault(start, &format!("rule: {message}")))
        });
        checked.collect::<Result<_, _>>().map(Self)
    }

    /// What is set for a row, whose values of keys `value` gives.
    pub fn settings(&self, value: &dyn Fn(&Key) -> Vec<Vec<u8>>) -> Settings {
        let mut settings = Settings::default();
        for (filter, rule) in &self.0 {
            let mut truth = |term: &Term| value(term.key()).iter().any(|value| term.matches(value));
            if filter.eval(&mut truth) {
                settings = Settings {
                    threshold: rule.threshold.or(settings.threshold),
                    class: rule.class.or(settings.class),
                    direction: rule.direction.or(settings.direction),
                    gate: rule.gate.or(settings.gate),
                };
            }
        }
        settings
    }
}

impl Rule {
    fn check(&self) -> Result<(Filter, Settings), String> {
        let filter = Filter::parse(self.filter.as_bytes())
            .map_err(|error| format!("the filter is wrong: {}", error.message()))?;
        if self.tolerance.is_some() && self.class == Some(ClassName::Timing) {
            return Err("tolerance is for class = \"exact\"; timings have a threshold".to_owned());
        }
        if let Some(threshold) = self.threshold.filter(|threshold| threshold.0 <= 0.0) {
            return Err(format!("threshold {threshold} is not above 0%"));
        }
        if let Some(tolerance) = self.tolerance
            && (tolerance.abs < 0.0 || tolerance.rel.is_some_and(|rel| rel.0 < 0.0))
        {
            return Err("a tolerance is negative".to_owned());
        }
        let class = match (self.class, self.tolerance) {
            (Some(ClassName::Timing), _) => Some(Class::Timing),
            (None, None) => None,
            (_, tolerance) => Some(Class::Exact {
                abs: tolerance.map_or(0.0, |tolerance| tolerance.abs),
                rel: tolerance
                    .and_then(|tolerance| tolerance.rel)
                    .map_or(0.0, |rel| rel.0),
            }),
        };
        let settings = Settings {
            threshold: self.threshold.map(|threshold| threshold.0),
            class,
            direction: self.direction.map(Direction::from),
            gate: self.gate,
        };
        if settings == Settings::default() {
            return Err(
                "it sets nothing; set threshold, class, tolerance, direction or gate".to_owned(),
            );
        }
        Ok((filter, settings))
    }
}
