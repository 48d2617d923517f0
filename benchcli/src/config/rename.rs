//! Renamed benchmarks, whose history continues under the new name.

use std::collections::BTreeMap;

use benchparse::name::Name;
use toml::Spanned;

use super::error::{ConfigError, Place};

/// What `[rename]` says, ready to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames(Vec<(String, String)>);

impl Renames {
    pub(super) fn new(
        names: &BTreeMap<String, Spanned<String>>,
        place: &Place<'_>,
    ) -> Result<Self, ConfigError> {
        for (old, new) in names {
            let fault = |message: String| place.fault(new.span().start, &message);
            let new = new.get_ref();
            if old.is_empty() || new.is_empty() {
                return Err(fault(
                    "rename: a name is empty, expected old = \"new\"".into(),
                ));
            }
            for name in [old, new] {
                if name.starts_with("Benchmark") {
                    return Err(fault(format!("rename: {name} starts with Benchmark"))
                        .with_hint("omit the word Benchmark"));
                }
            }
            if old == new {
                return Err(fault(format!("rename: {old} is renamed to itself"))
                    .with_hint("remove the line"));
            }
            let mut way = vec![old.as_str()];
            let mut next = Some(new.as_str());
            while let Some(name) = next {
                way.push(name);
                if name == old {
                    return Err(fault(format!("rename: {} forms a cycle", way.join(" → ")))
                        .with_hint("remove the line of the newest name"));
                }
                // A circle that this name is not a part of is found from another.
                next = names.get(name).map(|it| it.get_ref().as_str());
                next = next.filter(|_| way.len() <= names.len());
            }
        }
        let mut renames: Vec<(String, String)> = names
            .iter()
            .map(|(old, new)| (old.clone(), new.get_ref().clone()))
            .collect();
        // What says more of a name goes before what says less.
        renames.sort_by_key(|(old, _)| std::cmp::Reverse(old.len()));
        Ok(Self(renames))
    }

    /// The newest name of a benchmark that had another. A base name stands for all sub-benchmarks
    /// and any number of processors.
    pub fn apply(&self, name: &str) -> Option<String> {
        let mut newest: Option<String> = None;
        let mut open: Vec<&(String, String)> = self.0.iter().collect();
        loop {
            let now = newest.as_deref().unwrap_or(name);
            let found = open
                .iter()
                .enumerate()
                .find_map(|(place, (old, new))| Some((place, format!("{new}{}", rest(now, old)?))));
            let Some((place, renamed)) = found else {
                return newest;
            };
            open.remove(place);
            newest = Some(renamed);
        }
    }
}

/// What follows an old name in a full one: nothing, sub-benchmarks, the number of processors.
fn rest<'n>(name: &'n str, old: &str) -> Option<&'n str> {
    let rest = name.strip_prefix(old)?;
    let suffix = Name::new(name.as_bytes()).suffix();
    (rest.is_empty() || rest.starts_with('/') || Some(rest.as_bytes()) == suffix).then_some(rest)
}
