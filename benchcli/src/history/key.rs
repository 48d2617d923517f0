//! What tells series apart.

use benchparse::gate;
use benchparse::name::Name;
use benchparse::query::{Filter, Key, Term};
use benchparse::trend::Tolerance;
use benchparse::unit;

use crate::config::Rules;
use crate::wording::{is_unit, spellings};

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
    /// The labels of the recording, as `name=value`.
    pub(super) labels: String,
}

/// How the values of a series behave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nature {
    pub(super) tolerance: Option<Tolerance>,
    pub(super) direction: unit::Direction,
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
        let name = Name::new(self.benchmark.as_bytes());
        let value = match key {
            Key::Name => name.base(),
            Key::FullName => self.benchmark.as_bytes(),
            Key::Sub(part) => name.sub_value(part),
            Key::GoMaxProcs => name.gomaxprocs(),
            Key::Unit => {
                return spellings(&self.unit).map(String::into_bytes).into();
            }
            Key::ConfigKey(key) => match &key[..] {
                b"pkg" => self.package.as_bytes(),
                b"goos" => self.goos.as_bytes(),
                b"goarch" => self.goarch.as_bytes(),
                b"cpu" => self.cpu.as_bytes(),
                _ => b"",
            },
            _ => b"",
        };
        vec![value.to_vec()]
    }

    /// How the values behave: as the rules say, else as `Unit` lines say, else as the unit does.
    pub(super) fn nature(
        &self,
        rules: &Rules,
        is_exact: bool,
        better: Option<unit::Direction>,
    ) -> Nature {
        let settings = rules.settings(&|key| self.values(key));
        let class = settings.class.unwrap_or(match self.unit.as_str() {
            "allocs/op" => gate::Class::ALLOCATIONS,
            "B/op" => gate::Class::BYTES,
            _ if is_exact => gate::Class::EXACT,
            _ => gate::Class::Timing,
        });
        let tolerance = match class {
            gate::Class::Exact { abs, rel } => Some(Tolerance {
                absolute: abs,
                relative: rel,
            }),
            _ => None,
        };
        let direction = match settings.direction {
            Some(gate::Direction::LowerIsBetter) => unit::Direction::Lower,
            Some(gate::Direction::HigherIsBetter) => unit::Direction::Higher,
            None => better.unwrap_or_else(|| unit::Direction::of(self.unit.as_bytes())),
        };
        Nature {
            tolerance,
            direction,
        }
    }
}
