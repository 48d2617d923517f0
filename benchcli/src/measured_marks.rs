//! The lines that `benchcli run` writes into the results that it measures: how they were measured, the layout of the
//! binary behind them, and whether they confirm earlier ones. Go's format passes over these lines.

use std::collections::BTreeSet;

use bstr::ByteSlice as _;

/// What the first line of both sides begins with that says that they were measured in turn.
pub(crate) const INTERLEAVED: &[u8] = b"# benchcli: interleaved";

/// What the first line of results begins with that are of one version alone.
pub(crate) const ALONE: &[u8] = b"# benchcli: measured";

/// What a line begins with that gives the number of the layout of the binary behind the results after it.
pub(crate) const LAYOUT: &str = "# benchcli: layout ";

/// What a line begins with that gives the hash of the code of the benchmark behind the results after it.
pub(crate) const BENCHMARK: &str = "# benchcli: benchmark ";

/// What stands for the hash of a benchmark whose code is not known.
pub(crate) const UNKNOWN: &str = "unknown";

/// What the first line of a recording begins with, as `benchcli show` prints it.
const RECORDING: &[u8] = b"# benchcli run=";

/// The line before results that were measured to confirm what those before it say.
pub(crate) const CONFIRMATION: &[u8] = b"# benchcli: confirmation";

/// The same text as results of one version alone, so that nothing takes it for one side of a run whose seed it shares.
/// What confirmed a difference to the other side is then as good as any other result.
pub(crate) fn alone(text: Vec<u8>) -> Vec<u8> {
    if !text.starts_with(INTERLEAVED) {
        return text;
    }
    let mut alone = ALONE.to_vec();
    for line in text[INTERLEAVED.len()..].split_inclusive(|&byte| byte == b'\n') {
        if line.trim_ascii_end() != CONFIRMATION {
            alone.extend_from_slice(line);
        }
    }
    alone
}

/// Whether a text has any of these lines.
pub(crate) fn has_marks(text: &[u8]) -> bool {
    text.find(b"# benchcli: ").is_some()
}

/// The text as pairs of the lines that this module knows and the results after them.
pub(crate) fn parts(text: &[u8]) -> Vec<[Vec<u8>; 2]> {
    let mut parts: Vec<[Vec<u8>; 2]> = vec![<[Vec<u8>; 2]>::default()];
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let is_mark = line.starts_with(b"# benchcli: ");
        if is_mark && parts.last().is_some_and(|[_, results]| !results.is_empty()) {
            parts.push(Default::default());
        }
        if let Some(last) = parts.last_mut() {
            last[usize::from(!is_mark)].extend_from_slice(line);
        }
    }
    parts
}

/// The marks of a text by line, counted from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The line from which on results confirm those before.
    confirmation: Option<u64>,
    /// From which line on which layout is measured.
    layouts: Vec<(u64, Option<u32>)>,
    /// From which line on which benchmark is measured, by the hash of its code.
    benchmarks: Vec<(u64, Option<String>)>,
}

impl Marks {
    /// Reads the marks of a text. Results that `benchcli run` did not write have none.
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut marks = Self::default();
        if !has_marks(text) {
            return marks;
        }
        let mut is_marked = false;
        for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            let line = line.trim_ascii_end();
            if line.starts_with(INTERLEAVED) || line.starts_with(ALONE) {
                is_marked = true;
            } else if line.starts_with(RECORDING) {
                // Another recording begins.
                is_marked = false;
                marks.layouts.push((number, None));
                marks.benchmarks.push((number, None));
            } else if !is_marked {
            } else if line == CONFIRMATION {
                marks.confirmation.get_or_insert(number);
            } else if let Some(layout) = line.strip_prefix(LAYOUT.as_bytes()) {
                let layout = std::str::from_utf8(layout).ok();
                marks
                    .layouts
                    .push((number, layout.and_then(|it| it.parse().ok())));
            } else if let Some(hash) = line.strip_prefix(BENCHMARK.as_bytes()) {
                let hash = std::str::from_utf8(hash).ok().filter(|it| *it != UNKNOWN);
                let hash = hash.map(str::to_owned);
                marks.benchmarks.push((number, hash));
            }
        }
        marks
    }

    /// The same without a confirmation, for results that no other side was measured in turn with.
    #[must_use]
    pub(crate) fn without_confirmation(self) -> Self {
        Self {
            confirmation: None,
            ..self
        }
    }

    /// The same marks for a whole text.
    pub(crate) fn everywhere(
        layout: Option<u32>,
        benchmark: Option<String>,
        confirms: bool,
    ) -> Self {
        Self {
            confirmation: confirms.then_some(0),
            layouts: vec![(0, layout)],
            benchmarks: vec![(0, benchmark)],
        }
    }

    /// In how many layouts results were measured, before any confirmation; none where layouts were not controlled.
    pub(crate) fn layouts(&self) -> usize {
        let before = self.layouts.iter();
        let before = before.take_while(|(line, _)| !self.confirms(*line));
        let layouts: BTreeSet<u32> = before.filter_map(|(_, layout)| *layout).collect();
        layouts.len()
    }

    pub(crate) fn confirms(&self, line: u64) -> bool {
        self.confirmation.is_some_and(|first| line >= first)
    }

    pub(crate) fn layout(&self, line: u64) -> Option<u32> {
        in_force(&self.layouts, line).and_then(|layout| *layout)
    }

    /// The hash of the code of the benchmark behind a result.
    pub(crate) fn benchmark(&self, line: u64) -> Option<&str> {
        in_force(&self.benchmarks, line).and_then(Option::as_deref)
    }
}

/// The last of the marks up to a line.
fn in_force<T>(marks: &[(u64, T)], line: u64) -> Option<&T> {
    let after = marks.partition_point(|(first, _)| *first <= line);
    marks[..after].last().map(|(_, mark)| mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_hold_for_the_lines_after_them() {
        let text = b"# benchcli: interleaved rounds=2 order=abba seed=1\nBenchmarkA 1 1 x\n\
            # benchcli: layout 3\nBenchmarkA 1 1 x\n# benchcli: confirmation\n\
            # benchcli: layout 0\nBenchmarkA 1 1 x\n";
        let marks = Marks::of(text);
        assert_eq!(
            [2, 4, 7].map(|line| marks.layout(line)),
            [None, Some(3), Some(0)]
        );
        assert_eq!(
            [2, 4, 7].map(|line| marks.confirms(line)),
            [false, false, true]
        );
        assert_eq!(marks.layouts(), 1);
        let text =
            b"# benchcli: measured seed=1\n# benchcli: benchmark a1\nx\n# benchcli run=2 v=1\nx\n";
        let marks = Marks::of(text);
        assert_eq!((marks.benchmark(3), marks.benchmark(5)), (Some("a1"), None));
    }

    #[test]
    fn results_of_one_version_alone_have_marks_too() {
        let text = b"# benchcli: interleaved rounds=2 order=abba seed=1\n# benchcli: layout 3\nx\n\
            # benchcli: layout 1\nx\n# benchcli: layout 3\nx\n";
        let alone = alone(text.to_vec());
        assert!(alone.starts_with(b"# benchcli: measured rounds=2 "));
        assert_eq!(Marks::of(&alone), Marks::of(text));
        assert_eq!(Marks::of(text).layouts(), 2);
        let confirmed = b"# benchcli: interleaved seed=1\nx\n# benchcli: confirmation\ny\n";
        assert_eq!(
            super::alone(confirmed.to_vec()),
            b"# benchcli: measured seed=1\nx\ny\n"
        );
    }

    #[test]
    fn only_texts_that_a_run_wrote_have_marks() {
        let text = b"# benchcli: layout 3\nBenchmarkA 1 1 x\n# benchcli: confirmation\n";
        assert_eq!(Marks::of(text), Marks::default());
        // As `benchcli show` prints two recordings, of which `benchcli run` wrote the first.
        let shown = b"# benchcli run=1 v=1\n# benchcli: measured rounds=1 seed=1\n# benchcli: layout 3\nx\n\
            # benchcli run=2 v=1\nx\n";
        let marks = Marks::of(shown);
        assert_eq!((marks.layout(4), marks.layout(6)), (Some(3), None));
        let marks = Marks::everywhere(Some(2), Some("a1".to_owned()), true);
        assert_eq!((marks.layout(1), marks.confirms(1)), (Some(2), true));
        assert_eq!(marks.benchmark(1), Some("a1"));
    }
}
