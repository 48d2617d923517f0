//! What a profile says each function and line costs.

use std::collections::{BTreeMap, HashSet};
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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
        let mut costs = Self::default();
        let (mut functions, mut lines) = (HashSet::new(), HashSet::new());
        for sample in &profile.samples {
            let value = sample.values.get(sample_type).copied().unwrap_or(0) as f64;
            if value == 0.0 {
                continue;
            }
            costs.total += value;
            functions.clear();
            lines.clear();
            let mut stack = Vec::with_capacity(sample.stack.len());
            let frames = sample.stack.iter().filter_map(|at| profile.frames.get(*at));
            for (depth, frame) in frames.enumerate() {
                let flat = if depth == 0 { value } else { 0.0 };
                let function = costs.functions.entry(frame.function.clone()).or_default();
                function.flat += flat;
                if functions.insert(&frame.function) {
                    function.cum += value;
                }
                let line = Line {
                    function: frame.function.clone(),
                    file: frame.file.clone(),
                    line: frame.line,
                    removed: frame.removed,
                };
                let cost = costs.lines.entry(line).or_default();
                cost.flat += flat;
                if lines.insert(frame) {
                    cost.cum += value;
                }
                stack.push(frame.function.clone());
            }
            stack.reverse();
            *costs.stacks.entry(stack).or_default() += value;
        }
        // Whole numbers are summed first, so that the sums are exact.
        costs.divide(operations);
        costs
    }

    fn divide(&mut self, operations: f64) {
        self.total /= operations;
        let lines = self.lines.values_mut();
        for cost in self.functions.values_mut().chain(lines) {
            cost.flat /= operations;
            cost.cum /= operations;
        }
        for cost in self.stacks.values_mut() {
            *cost /= operations;
        }
    }

    /// What each function pays for itself and for the runtime and the locks that it calls, by the
    /// function that called it. What other languages call a function says nothing of its package,
    /// so there each pays for itself.
    pub fn charged(&self) -> BTreeMap<(&str, Option<&str>), f64> {
        let mut charged = BTreeMap::new();
        let is_go = self.functions.keys().any(|name| is_of_go(name));
        for (stack, value) in &self.stacks {
            let own = stack.iter().rposition(|name| !is_go || !is_machinery(name));
            let Some(payer) = own.or(stack.len().checked_sub(1)) else {
                continue;
            };
            let Some((name, callers)) = stack.get(..=payer).and_then(<[_]>::split_last) else {
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

/// Whether a function is one that only programs in Go have.
fn is_of_go(function: &str) -> bool {
    matches!(package(function), "runtime" | "testing" | "sync" | "main")
}

/// Whether a function is one that programs reach by allocating, copying or locking.
fn is_machinery(function: &str) -> bool {
    let package = package(function);
    let root = package.split('/').next().unwrap_or(package);
    package.is_empty() || matches!(root, "runtime" | "internal" | "sync")
}

/// The import path in a function's name; that of assembly routines is empty.
fn package(function: &str) -> &str {
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
