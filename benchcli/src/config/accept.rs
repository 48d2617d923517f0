//! Regressions that the user accepts on purpose.

use std::collections::BTreeSet;

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
}

/// All accepted regressions, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Acceptances(Vec<Entry>);

impl Acceptances {
    pub(super) fn new(accepts: &[Spanned<Accept>], place: &Place<'_>) -> Result<Self, ConfigError> {
        let checked = accepts.iter().map(|accept| {
            let start = accept.span().start;
            let accept = accept.get_ref();
            let origin = format!(
                "{}: accept {} {}",
                place.line(start),
                accept.benchmark,
                accept.unit
            );
            accept.check(origin).map_err(|Fault { message, hint }| {
                let fault = place.fault(start, &format!("accept: {message}"));
                match hint {
                    Some(hint) => fault.with_hint(hint),
                    None => fault,
                }
            })
        });
        checked.collect::<Result<_, _>>().map(Self)
    }

    /// Adds what the message of a commit accepts. Gives a sentence for each trailer that cannot be
    /// read: it accepts nothing, and as a commit cannot be mended it is no error either.
    pub fn add_trailers(&mut self, commit: &str, message: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        for accept in trailers(message) {
            let entry = accept.and_then(|accept| {
                let origin = format!("{commit}: accept {} {}", accept.benchmark, accept.unit);
                let what = format!("Benchmark-Accept: {} {}", accept.benchmark, accept.unit);
                let entry = accept.check(origin);
                entry.map_err(|Fault { message, hint }| {
                    let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
                    format!("{what}: {message}{hint}")
                })
            });
            match entry {
                Ok(entry) => self.0.push(entry),
                Err(message) => wrong.push(format!("{commit}: {message}")),
            }
        }
        wrong
    }

    /// What is still accepted: neither past its day nor is its commit in HEAD, of which `is_in_head`
    /// knows nothing where the repository lacks the commit. With a sentence for each that is not, and
    /// for those of which nothing is known.
    #[must_use]
    pub fn in_force(
        &self,
        today: Date,
        is_in_head: impl Fn(&str) -> Option<bool>,
    ) -> (Self, Vec<String>) {
        let (mut kept, mut stale) = (Vec::new(), Vec::new());
        for entry in &self.0 {
            let (why, stays) = match &entry.until {
                Until::Day(day) if *day < today => (Some(format!("it expired on {day}")), false),
                Until::Commit(commit) => match is_in_head(commit) {
                    Some(true) => (
                        Some(format!("it expired because HEAD contains {commit}")),
                        false,
                    ),
                    Some(false) => (None, true),
                    None => (
                        Some(format!(
                            "it is still in force because this clone has no commit {commit}"
                        )),
                        true,
                    ),
                },
                _ => (None, true),
            };
            stale.extend(why.map(|why| format!("{}: {why}", entry.origin)));
            if stays {
                kept.push(entry.clone());
            }
        }
        (Self(kept), stale)
    }

    /// What is accepted of a benchmark, in a tidied unit. The places of those entries go into `used`.
    pub fn of(&self, benchmark: &[u8], unit: &[u8], used: &mut BTreeSet<usize>) -> Vec<Acceptance> {
        let name = Name::new(benchmark);
        let names = [name.full(), name.without_suffix(), name.base()];
        let mut found = Vec::new();
        for (at, entry) in self.0.iter().enumerate() {
            let mut truth = |term: &Term| names.iter().any(|name| term.matches(name));
            if entry.unit == unit && entry.pattern.eval(&mut truth) {
                used.insert(at);
                found.push(Acceptance::new(entry.limit_percent, &entry.reason));
            }
        }
        found
    }

    /// A sentence for each entry whose place is not in `used`.
    pub fn unused(&self, used: &BTreeSet<usize>) -> Vec<String> {
        let entries = self.0.iter().enumerate();
        entries
            .filter(|(at, _)| !used.contains(at))
            .map(|(_, entry)| format!("{}: matches no row of this run", entry.origin))
            .collect()
    }
}

impl Accept {
    fn check(&self, origin: String) -> Result<Entry, Fault> {
        let is_regexp = self.benchmark.starts_with('/');
        let value = if is_regexp {
            self.benchmark.clone()
        } else {
            format!("{:?}", self.benchmark)
        };
        let pattern = Filter::parse(format!(".name:{value}").as_bytes())
            .map_err(|error| format!("invalid benchmark pattern: {}", error.message()))?;
        if self.up_to.0 <= 0.0 {
            return Err(format!("up-to {} is not above 0%", self.up_to).into());
        }
        if self.reason.trim().is_empty() {
            return Err(Fault::new(
                "the reason is empty",
                "give a reason for the readers of the report",
            ));
        }
        let until = match self.until.as_deref().map(str::trim) {
            None => Until::Always,
            Some("") => return Err(Fault::new("until is empty", "give a date or a commit")),
            Some(text) => match text.parse::<Date>() {
                Ok(day) => Until::Day(day),
                Err(_) if text.contains('-') && text.starts_with(|c: char| c.is_ascii_digit()) => {
                    return Err(Fault::new(
                        &format!("until {text} is not a date"),
                        "write the date like 2027-01-31",
                    ));
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
        })
    }
}

/// Why something is not accepted, and what to do about it.
struct Fault {
    message: String,
    hint: Option<&'static str>,
}

impl Fault {
    fn new(message: &str, hint: &'static str) -> Self {
        Self {
            message: message.to_owned(),
            hint: Some(hint),
        }
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self {
            message,
            hint: None,
        }
    }
}

/// The lines `Benchmark-Accept: PATTERN UNIT LIMIT: REASON` of a commit message.
pub(super) fn trailers(message: &str) -> impl Iterator<Item = Result<Accept, String>> {
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
        assert_eq!(acceptances.add_trailers("1a2b3c4", message), [""; 0]);
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
            let found = acceptances.of(name.as_bytes(), unit.as_bytes(), &mut BTreeSet::new());
            found
                .iter()
                .map(|acceptance| acceptance.limit_percent)
                .collect()
        };
        assert_eq!(limits("Encode-8", "sec/op"), [10.0]);
        assert_eq!(limits("Encode/n=10-8", "sec/op"), [10.0, 20.0]);
        assert!(limits("Encoder-8", "sec/op").is_empty());
        assert!(limits("Encode-8", "B/op").is_empty());
        let mut used = BTreeSet::new();
        let _ = acceptances.of(b"Encode/n=10-8", b"sec/op", &mut used);
        assert!(acceptances.unused(&used).is_empty());
    }

    #[test]
    fn stale_entries_are_named() {
        let mut acceptances = accepting("Benchmark-Accept: Gone ns/op 10%: a\n");
        assert_eq!(
            acceptances.unused(&BTreeSet::new()),
            ["1a2b3c4: accept Gone ns/op: matches no row of this run"]
        );
        acceptances.0[0].until = Until::Day(jiff::civil::date(2020, 1, 1));
        let today = jiff::civil::date(2026, 1, 1);
        let (kept, stale) = acceptances.in_force(today, |_| Some(false));
        assert_eq!(
            stale,
            ["1a2b3c4: accept Gone ns/op: it expired on 2020-01-01"]
        );
        assert!(kept.0.is_empty() && !acceptances.0.is_empty());
    }

    #[test]
    fn what_ends_with_a_commit_ends_when_it_is_known_to_be_there() {
        let until = |is_in_head: Option<bool>| {
            let mut acceptances = accepting("Benchmark-Accept: Encode ns/op 10%: a\n");
            acceptances.0[0].until = Until::Commit("v2".to_owned());
            let (kept, stale) = acceptances.in_force(jiff::civil::date(2026, 1, 1), |_| is_in_head);
            (kept.0.len(), stale.len())
        };
        assert_eq!(until(Some(false)), (1, 0));
        assert_eq!(until(Some(true)), (0, 1));
        assert_eq!(until(None), (1, 1));
    }

    #[test]
    fn a_trailer_that_cannot_be_read_is_named_and_accepts_nothing() {
        let mut acceptances = Acceptances::default();
        let message = "Explain trailers\n\nBenchmark-Accept: PATTERN UNIT LIMIT: REASON\n\
                       Benchmark-Accept: /A( ns/op 10%: why\n";
        let wrong = acceptances.add_trailers("1a2b3c4", message);
        assert!(
            wrong[0].starts_with("1a2b3c4: Benchmark-Accept: PATTERN UNIT LIMIT: REASON: expected")
        );
        assert_eq!(
            wrong[1],
            "1a2b3c4: Benchmark-Accept: /A( ns/op: invalid benchmark pattern: missing close \"/\""
        );
        assert!(acceptances.0.is_empty());
    }
}
