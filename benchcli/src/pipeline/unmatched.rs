//! Explains why a filter matches nothing: names the key or value that no result has, and the closest one that
//! exists.

use std::collections::BTreeSet;

use benchparse::format::{Parser, Reader, Record, RepairMode};
use benchparse::query::{Filter, Key, Term};

/// What is said of a filter that selects nothing.
pub(crate) const NO_MATCH: &str = "no results match the filter";

/// Keys that are no configuration keys.
const OWN_KEYS: [&str; 5] = [".name", ".fullname", ".file", ".unit", "/gomaxprocs"];

/// More values than these are not listed.
const LISTED: usize = 8;

/// What the results of some texts have.
struct Found {
    /// By term.
    values: Vec<BTreeSet<String>>,
    config_keys: BTreeSet<String>,
}

impl Found {
    fn of<'t>(filter: &Filter, texts: impl Iterator<Item = &'t [u8]>) -> Self {
        let mut found = Self {
            values: vec![BTreeSet::new(); filter.terms().len()],
            config_keys: BTreeSet::new(),
        };
        let mut parser = Parser::new();
        for text in texts {
            let mut reader = Reader::with_repair_mode(&mut parser, text, RepairMode::Repair);
            while let Ok(Some(record)) = reader.next_record() {
                let Record::Result(result) = record else {
                    continue;
                };
                let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
                let keys = result.configs().map(|(key, _)| shown(key));
                found.config_keys.extend(keys);
                for (values, term) in found.values.iter_mut().zip(filter.terms()) {
                    if *term.key() == Key::Unit {
                        values.extend(result.written_values().map(|(_, unit)| shown(unit)));
                    } else {
                        values.insert(shown(term.key().value(&result).unwrap_or_default()));
                    }
                }
            }
        }
        found
    }

    fn hint(&self, term: &Term, values: &BTreeSet<String>) -> Option<String> {
        // Of a text alone its label is not known.
        if *term.key() == Key::File {
            return None;
        }
        let key = String::from_utf8_lossy(term.key().text()).into_owned();
        if values.iter().all(String::is_empty) && OWN_KEYS.contains(&key.as_str()) {
            return Some(format!("no result has `{key}`"));
        }
        if values.iter().all(String::is_empty) {
            let known = OWN_KEYS.into_iter();
            let known = known.chain(self.config_keys.iter().map(String::as_str));
            let nearest = nearest(&key, known.clone());
            let there = nearest.map_or_else(
                || format!("the keys are {}", listed(known)),
                |nearest| format!("did you mean `{nearest}`?"),
            );
            return Some(format!("no result has the key `{key}`; {there}"));
        }
        let word = String::from_utf8_lossy(term.words().next()?).into_owned();
        let values = values.iter().map(String::as_str);
        let noun = match term.key() {
            Key::Unit => "unit",
            _ => "value",
        };
        let is_only = values.clone().count() == 1;
        let there = match nearest(&word, values.clone()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None if is_only => format!("the only {noun} is {}", listed(values)),
            None => format!("the {noun}s are {}", listed(values)),
        };
        Some(match term.key() {
            Key::Unit => format!("no result has the unit `{word}`; {there}"),
            _ => format!("no result has `{key}:{word}`; {there}"),
        })
    }
}

/// What mends a filter that selects nothing of these texts.
pub(crate) fn hint<'t>(filter: &Filter, texts: impl Iterator<Item = &'t [u8]>) -> Option<String> {
    let found = Found::of(filter, texts);
    let terms = filter.terms().iter().zip(&found.values);
    let mut unmatched = terms.filter(|(term, values)| {
        let mut values = values.iter();
        !values.any(|value| term.matches(value.as_bytes()))
    });
    unmatched.find_map(|(term, values)| found.hint(term, values))
}

/// The one that somebody may have meant.
fn nearest<'v>(word: &str, known: impl Iterator<Item = &'v str>) -> Option<&'v str> {
    let scored = known.map(|known| (strsim::jaro_winkler(word, known), known));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 > 0.8).then_some(best.1)
}

fn listed<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let values: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
    let shown = values.iter().take(LISTED);
    let shown: Vec<String> = shown.map(|value| format!("`{value}`")).collect();
    let more = match values.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] =
        b"goos: linux\nBenchmarkLabel-8 1 5 ns/op 3 allocs/op\nBenchmarkSort-8 1 5 ns/op\n";

    fn of(query: &str) -> Option<String> {
        let filter = Filter::parse(query.as_bytes()).unwrap();
        hint(&filter, [TEXT].into_iter())
    }

    #[test]
    fn the_word_that_nothing_has_is_named_with_the_nearest() {
        for (query, expected) in [
            (
                ".nmae:Label",
                "no result has the key `.nmae`; did you mean `.name`?",
            ),
            (
                ".name:Lable",
                "no result has `.name:Lable`; did you mean `Label`?",
            ),
            (
                ".unit:ns",
                "no result has the unit `ns`; did you mean `ns/op`?",
            ),
            (
                "goos:linux .unit:ms/op",
                "no result has the unit `ms/op`; did you mean `ns/op`?",
            ),
            (
                ".unit:widgets",
                "no result has the unit `widgets`; the units are `allocs/op`, `ns/op`",
            ),
            (
                "gos:linux",
                "no result has the key `gos`; did you mean `goos`?",
            ),
            (
                "goos:plan9",
                "no result has `goos:plan9`; the only value is `linux`",
            ),
        ] {
            assert_eq!(of(query).as_deref(), Some(expected), "{query}");
        }
        assert_eq!(of(".file:x"), None);
        // Each matches something, but nothing matches both.
        assert_eq!(of(".name:Sort .unit:allocs/op"), None);
    }
}
