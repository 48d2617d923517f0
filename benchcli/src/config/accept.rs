//! Regressions that are accepted on purpose.

use std::cell::Cell;

use benchparse::gate::Acceptance;
use benchparse::name::Name;
use benchparse::query::{Filter, Term};
use benchparse::unit;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::error::{ConfigError, Place};
use super::percent::Percent;

/// One `[[accept]]`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Accept {
    /// Which benchmarks: a name, with or without sub-benchmark parts and the number of
    /// processors, or a regular expression between slashes.
    pub benchmark: String,
    /// In which unit, written or tidied.
    pub unit: String,
    /// How much worse is accepted.
    pub up_to: Percent,
    /// Why.
    pub reason: String,
    /// The last day, or a commit: accepted until HEAD contains it.
    pub until: Option<String>,
}

/// How long something is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Until {
    Always,
    Day(Date),
    Commit(String),
}

#[derive(Debug, Clone)]
struct Entry {
    /// Where it was said, for the report.
    origin: String,
    pattern: Filter,
    unit: Vec<u8>,
    limit_percent: f64,
    reason: String,
    until: Until,
    used: Cell<bool>,
}

/// All accepted regressions, ready to be asked. It remembers which of them were of use.
#[derive(Debug, Clone, Default)]
pub struct Acceptances(Vec<Entry>);

impl Acceptances {
    pub(super) fn new(accepts: &[Spanned<Accept>], place: &Place<'_>) -> Result<Self, ConfigError> {
        let checked = accepts.iter().map(|accept| {
            let start = accept.span().start;
            let accept = accept.get_ref();
            let origin = format!("[[accept]] {} {}", accept.benchmark, accept.unit);
            accept
                .check(origin)
                .map_err(|message| place.fault(start, &format!("accept: {message}")))
        });
        checked.collect::<Result<_, _>>().map(Self)
    }

    /// Adds what a commit message accepts.
    ///
    /// # Errors
    /// The first trailer that is wrong, with what is wrong.
    pub fn add_trailers(&mut self, message: &str) -> Result<(), String> {
        for accept in trailers(message) {
            let accept = accept?;
            let origin = format!("Benchmark-Accept: {} {}", accept.benchmark, accept.unit);
            let entry = accept
                .check(origin.clone())
                .map_err(|message| format!("{origin}: {message}"))?;
            self.0.push(entry);
        }
        Ok(())
    }

    /// Drops what is no longer accepted: past its day, or its commit being in HEAD. Gives a sentence
    /// for each.
    pub fn expire(&mut self, today: Date, is_in_head: impl Fn(&str) -> bool) -> Vec<String> {
        let mut stale = Vec::new();
        self.0.retain(|entry| {
            let why = match &entry.until {
                Until::Day(day) if *day < today => format!("it ended on {day}"),
                Until::Commit(commit) if is_in_head(commit) => {
                    format!("HEAD contains {commit}")
                }
                _ => return true,
            };
            stale.push(format!("{} is stale: {why}", entry.origin));
            false
        });
        stale
    }

    /// What is accepted of a benchmark, in a tidied unit.
    pub fn of(&self, benchmark: &[u8], unit: &[u8]) -> Vec<Acceptance> {
        let name = Name::new(benchmark);
        let without_suffix = &benchmark[..benchmark.len() - name.suffix().len()];
        let names = [benchmark, without_suffix, name.base()];
        let matching = self.0.iter().filter(|entry| {
            let mut truth = |term: &Term| names.iter().any(|name| term.matches(name));
            entry.unit == unit && entry.pattern.eval(&mut truth)
        });
        matching
            .map(|entry| {
                entry.used.set(true);
                Acceptance {
                    limit_percent: entry.limit_percent,
                    reason: entry.reason.clone(),
                }
            })
            .collect()
    }

    /// A sentence for each entry that no row of the run was about.
    pub fn unused(&self) -> Vec<String> {
        let unused = self.0.iter().filter(|entry| !entry.used.get());
        unused
            .map(|entry| format!("{} is stale: no row of this run matches it", entry.origin))
            .collect()
    }
}

impl Accept {
    fn check(&self, origin: String) -> Result<Entry, String> {
        let is_regexp = self.benchmark.starts_with('/');
        let value = if is_regexp {
            self.benchmark.clone()
        } else {
            format!("{:?}", self.benchmark)
        };
        let pattern = Filter::parse(format!(".name:{value}").as_bytes())
            .map_err(|error| format!("the benchmark pattern is wrong: {}", error.message()))?;
        if self.up_to.0 <= 0.0 {
            return Err(format!("up-to {} is not above 0%", self.up_to));
        }
        if self.reason.trim().is_empty() {
            return Err("the reason is empty; say why, for those who read the report".to_owned());
        }
        let until = match self.until.as_deref().map(str::trim) {
            None => Until::Always,
            Some("") => return Err("until is empty; give a date or a commit".to_owned()),
            Some(text) => match text.parse::<Date>() {
                Ok(day) => Until::Day(day),
                Err(_) if text.contains('-') && text.starts_with(|c: char| c.is_ascii_digit()) => {
                    return Err(format!("until {text} is no date; write 2027-01-31"));
                }
                Err(_) => Until::Commit(text.to_owned()),
            },
        };
        Ok(Entry {
            origin,
            pattern,
            unit: unit::tidy(self.unit.as_bytes()).unit.into_owned(),
            limit_percent: self.up_to.0 * 100.0,
            reason: self.reason.trim().to_owned(),
            until,
            used: Cell::new(false),
        })
    }
}

/// The lines `Benchmark-Accept: PATTERN UNIT LIMIT: REASON` of a commit message.
pub fn trailers(message: &str) -> impl Iterator<Item = Result<Accept, String>> {
    let lines = message.lines().filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case("Benchmark-Accept")
            .then(|| value.trim())
    });
    lines.map(|value| {
        let wrong = || {
            format!(
                "Benchmark-Accept: {value}: expected PATTERN UNIT LIMIT: REASON, such as \
                 Encode ns/op 10%: checksums"
            )
        };
        // The colon after the limit: a pattern may hold others.
        let (head, reason) = value
            .match_indices("%:")
            .next()
            .map(|(place, _)| (&value[..=place], &value[place + 2..]))
            .ok_or_else(wrong)?;
        let mut words = head.rsplitn(3, ' ');
        let (Some(limit), Some(unit), Some(pattern)) = (words.next(), words.next(), words.next())
        else {
            return Err(wrong());
        };
        Ok(Accept {
            benchmark: pattern.trim().to_owned(),
            unit: unit.to_owned(),
            up_to: limit.parse().map_err(|_| wrong())?,
            reason: reason.trim().to_owned(),
            until: None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(message: &str) -> Acceptances {
        let mut acceptances = Acceptances::default();
        acceptances.add_trailers(message).unwrap();
        acceptances
    }

    #[test]
    fn trailers_are_read() {
        let message = "Add checksums\n\nBenchmark-Accept: Encode ns/op 12.5%: checksums: worth it\n\
                       Benchmark-accept: /^Dec.*:x/ B/op 50%: buffers\n";
        let read: Vec<Accept> = trailers(message).map(Result::unwrap).collect();
        assert_eq!(read[0].reason, "checksums: worth it");
        assert_eq!(read[0].up_to, Percent(0.125));
        assert_eq!(read[1].benchmark, "/^Dec.*:x/");
        assert!(
            trailers("Benchmark-Accept: Encode")
                .next()
                .unwrap()
                .is_err()
        );
    }

    #[test]
    fn patterns_match_names_with_and_without_their_parts() {
        let acceptances = accepting(
            "Benchmark-Accept: Encode ns/op 10%: a\nBenchmark-Accept: /n=10$/ ns/op 20%: b\n",
        );
        let limits = |name: &str, unit: &str| -> Vec<f64> {
            let found = acceptances.of(name.as_bytes(), unit.as_bytes());
            found
                .iter()
                .map(|acceptance| acceptance.limit_percent)
                .collect()
        };
        assert_eq!(limits("Encode-8", "sec/op"), [10.0]);
        assert_eq!(limits("Encode/n=10-8", "sec/op"), [10.0, 20.0]);
        assert!(limits("Encoder-8", "sec/op").is_empty());
        assert!(limits("Encode-8", "B/op").is_empty());
        assert!(acceptances.unused().is_empty());
    }

    #[test]
    fn stale_entries_are_named() {
        let mut acceptances = accepting("Benchmark-Accept: Gone ns/op 10%: a\n");
        assert_eq!(
            acceptances.unused(),
            ["Benchmark-Accept: Gone ns/op is stale: no row of this run matches it"]
        );
        acceptances.0[0].until = Until::Day(jiff::civil::date(2020, 1, 1));
        let stale = acceptances.expire(jiff::civil::date(2026, 1, 1), |_| false);
        assert_eq!(
            stale,
            ["Benchmark-Accept: Gone ns/op is stale: it ended on 2020-01-01"]
        );
    }
}
