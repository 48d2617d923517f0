//! The key that identifies a series.

use std::collections::BTreeSet;

use benchparse::name::Name;
use benchparse::query::{Filter, Key, Term};
use benchparse::unit::{self, UnitSemantics};

use crate::config::Rules;
use crate::unit_words::is_unit;

/// One benchmark in one unit, measured in one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SeriesKey {
    pub(super) package: String,
    /// The full name.
    pub(super) benchmark: String,
    /// The unit, tidied.
    pub(super) unit: String,
    pub(super) goos: String,
    pub(super) goarch: String,
    pub(super) cpu: String,
    /// The labels of the recording, as `name=value`, and for times whether they are of several layouts.
    pub(super) labels: String,
}

impl SeriesKey {
    /// All texts, in a fixed order.
    pub(super) fn texts(&self) -> [&str; 7] {
        [
            &self.package,
            &self.benchmark,
            &self.unit,
            &self.goos,
            &self.goarch,
            &self.cpu,
            &self.labels,
        ]
    }

    /// The key with these texts, in the order of [`SeriesKey::texts`].
    pub(super) fn from_texts(texts: [String; 7]) -> Self {
        let [package, benchmark, unit, goos, goarch, cpu, labels] = texts;
        Self {
            package,
            benchmark,
            unit,
            goos,
            goarch,
            cpu,
            labels,
        }
    }

    /// The environment and labels, as people read them.
    pub(super) fn environment(&self) -> String {
        let environment = crate::baseline::Environment {
            goos: self.goos.as_str().into(),
            goarch: self.goarch.as_str().into(),
            cpu: self.cpu.as_str().into(),
            // It is among the labels.
            varies_layouts: false,
        };
        let mut text = environment.summary();
        if !self.labels.is_empty() {
            text.push_str("; ");
            text.push_str(&self.labels);
        }
        text
    }

    pub(super) fn matches(&self, filter: &Filter) -> bool {
        let mut truth = |term: &Term| {
            let values = self.values(term.key());
            values.iter().any(|value| term.matches(value))
        };
        filter.is_everything() || filter.eval(&mut truth)
    }

    /// Whether this is the unit, tidied or as Go writes it.
    pub(super) fn is_in(&self, unit: &str) -> bool {
        is_unit(unit, &self.unit)
    }

    /// The values of a key of the filter language.
    fn values(&self, key: &Key) -> Vec<Vec<u8>> {
        if let Some(value) = key.value_in_name(Name::new(self.benchmark.as_bytes())) {
            return vec![value.to_vec()];
        }
        let value = match key {
            Key::Unit => return unit::spellings(self.unit.as_bytes()).into(),
            Key::ConfigKey(key) => match &key[..] {
                b"pkg" => self.package.as_str(),
                b"goos" => &self.goos,
                b"goarch" => &self.goarch,
                b"cpu" => &self.cpu,
                _ => "",
            },
            _ => "",
        };
        vec![value.as_bytes().to_vec()]
    }

    /// What the unit says about the values: as the rules say, else as `Unit` lines say, else as the
    /// unit does.
    pub(super) fn semantics(
        &self,
        rules: &Rules,
        is_exact: bool,
        better: Option<unit::Direction>,
    ) -> UnitSemantics {
        let settings = rules.settings(&|key| self.values(key), &mut BTreeSet::new());
        let mut semantics = UnitSemantics::of(self.unit.as_bytes());
        if is_exact {
            semantics = semantics.repeating_exactly();
        }
        semantics.class = settings.class.unwrap_or(semantics.class);
        let direction = settings.direction.or(better);
        semantics.direction = direction.unwrap_or(semantics.direction);
        semantics
    }
}
