//! Sums up the cost of each function and line of a profile.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use super::read::Profile;

/// The cost of a function or line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    /// In itself.
    pub flat: f64,
    /// In itself and in all that it calls; recursion counts once.
    pub cum: f64,
}

/// A line of a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    /// The function.
    pub function: Arc<str>,
    /// Its file.
    pub file: Arc<str>,
    /// The line in it.
    pub line: i64,
    /// Whether that is the number in the base, of a line that the head has no more.
    pub removed: bool,
}

/// The costs in a profile, of everything or per operation.
#[derive(Debug, Clone, Default)]
pub struct Costs {
    /// The sum of all samples.
    pub total: f64,
    /// What one sample adds; 0 where every event was looked at.
    pub grain: f64,
    /// Whether a clock took the samples, so that their number is that of the time.
    pub is_clocked: bool,
    /// By function.
    pub functions: BTreeMap<Arc<str>, Cost>,
    /// By line.
    pub lines: BTreeMap<Line, Cost>,
    /// By stack of functions, the outermost first.
    pub stacks: BTreeMap<Vec<Arc<str>>, f64>,
}

impl Costs {
    /// Sums up the values of one sample type, divided by the number of operations. Samples keep
    /// their values where that number is 1.
    pub fn of(profile: &Profile, sample_type: usize, operations: f64) -> Self {
        let mut costs = Self {
            grain: profile.grain(sample_type),
            is_clocked: profile.is_clocked(),
            ..Self::default()
        };
        let mut functions = Tallies::default();
        let mut lines = Tallies::default();
        let numbers = profile.frames.iter().map(|frame| {
            let function = functions.number(frame.function.clone());
            let line = Line {
                function: frame.function.clone(),
                file: frame.file.clone(),
                line: frame.line,
                removed: frame.removed,
            };
            (function, lines.number(line))
        });
        let numbers: Vec<(usize, usize)> = numbers.collect();
        for (at, sample) in profile.samples.iter().enumerate() {
            let value = sample.values.get(sample_type).copied().unwrap_or(0) as f64;
            if value == 0.0 {
                continue;
            }
            costs.total += value;
            let mut stack = Vec::with_capacity(sample.stack.len());
            for (depth, frame) in sample.stack.iter().enumerate() {
                let (Some(named), Some((function, line))) =
                    (profile.frames.get(*frame), numbers.get(*frame))
                else {
                    continue;
                };
                functions.add(*function, at, value, depth == 0);
                lines.add(*line, at, value, depth == 0);
                stack.push(named.function.clone());
            }
            stack.reverse();
            *costs.stacks.entry(stack).or_default() += value;
        }
        costs.functions = functions.into_costs();
        costs.lines = lines.into_costs();
        // Whole numbers are summed first, so that the sums are exact.
        costs.divide(operations);
        costs
    }

    fn divide(&mut self, operations: f64) {
        self.total /= operations;
        self.grain /= operations;
        let lines = self.lines.values_mut();
        for cost in self.functions.values_mut().chain(lines) {
            cost.flat /= operations;
            cost.cum /= operations;
        }
        for cost in self.stacks.values_mut() {
            *cost /= operations;
        }
    }

    /// What each function costs itself, with the runtime and the locks that it calls, by the
    /// function that called it. What other languages call a function says nothing of its package,
    /// so there each has its own cost.
    pub fn charged(&self) -> BTreeMap<(&str, Option<&str>), f64> {
        let mut charged = BTreeMap::new();
        let is_go = self.functions.keys().any(|name| is_of_go(name));
        for (stack, value) in &self.stacks {
            let own = stack.iter().rposition(|name| !is_go || !is_machinery(name));
            let Some(contributor) = own.or(stack.len().checked_sub(1)) else {
                continue;
            };
            let Some((name, callers)) = stack.get(..=contributor).and_then(<[_]>::split_last)
            else {
                continue;
            };
            let name: &str = name;
            // From outside of its package says more than from next to it.
            let abroad = |caller: &&Arc<str>| {
                is_go && package(caller) != package(name) && package(caller) != "testing"
            };
            let caller = callers.iter().rev().find(abroad).or(callers.last());
            let caller = caller.filter(|caller| package(caller) != "testing");
            *charged
                .entry((name, caller.map(|caller| &**caller)))
                .or_default() += value;
        }
        charged
    }
}

/// Costs by a number for each key, so that a frame needs no search.
struct Tallies<K> {
    numbers: HashMap<K, usize>,
    /// With the sample that was counted last, for each counts once.
    costs: Vec<(Cost, Option<usize>)>,
}

impl<K> Default for Tallies<K> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            costs: Vec::new(),
        }
    }
}

impl<K: Eq + Hash + Ord> Tallies<K> {
    fn number(&mut self, key: K) -> usize {
        let next = self.costs.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.costs.push((Cost::default(), None));
        }
        number
    }

    fn add(&mut self, number: usize, sample: usize, value: f64, is_own: bool) {
        let Some((cost, last)) = self.costs.get_mut(number) else {
            return;
        };
        if is_own {
            cost.flat += value;
        }
        if *last != Some(sample) {
            cost.cum += value;
            *last = Some(sample);
        }
    }

    /// The costs of all that is in a sample.
    fn into_costs(self) -> BTreeMap<K, Cost> {
        let Self { numbers, costs } = self;
        let cost = |(key, number): (K, usize)| match costs.get(number) {
            Some((cost, Some(_))) => Some((key, *cost)),
            _ => None,
        };
        numbers.into_iter().filter_map(cost).collect()
    }
}

/// Whether a function is one that only programs in Go have.
fn is_of_go(function: &str) -> bool {
    matches!(package(function), "runtime" | "testing" | "sync" | "main")
}

/// Whether a function is one that programs reach by allocating, copying or locking.
pub(super) fn is_machinery(function: &str) -> bool {
    let package = package(function);
    let root = package.split('/').next().unwrap_or(package);
    package.is_empty() || matches!(root, "runtime" | "internal" | "sync")
}

/// The import path in a function's name; that of assembly routines is empty.
pub(super) fn package(function: &str) -> &str {
    // Type arguments have slashes and dots of their own.
    let plain = function.split('[').next().unwrap_or(function);
    let last = plain.rfind('/').map_or(0, |slash| slash + 1);
    let dot = plain.get(last..).and_then(|name| name.find('.'));
    dot.and_then(|dot| plain.get(..last + dot)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_what_comes_before_the_name() {
        assert_eq!(
            package("encoding/json.(*encodeState).string"),
            "encoding/json"
        );
        assert_eq!(
            package("example.com/a/b.F[go.shape.int]"),
            "example.com/a/b"
        );
        assert_eq!(package("memeqbody"), "");
        assert!(is_machinery("internal/sync.(*Mutex).lockSlow"));
        assert!(!is_machinery("synchrony.Wait"));
    }
}
