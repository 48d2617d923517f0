//! What the lines of an interleaved run say about the results after them: the layout of the binary, and whether they
//! confirm earlier ones.

use crate::runner::transcript::{CONFIRMATION, INTERLEAVED, LAYOUT};

/// The marks of a text by line, counted from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The line from which on results confirm those before.
    confirmation: Option<u64>,
    /// From which line on which layout is measured.
    layouts: Vec<(u64, Option<u32>)>,
}

impl Marks {
    /// Reads the marks of a text. One that no interleaved run wrote has none.
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut marks = Self::default();
        if !text.starts_with(INTERLEAVED) {
            return marks;
        }
        for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            let line = line.trim_ascii_end();
            if line == CONFIRMATION {
                marks.confirmation.get_or_insert(number);
            } else if let Some(layout) = line.strip_prefix(LAYOUT.as_bytes()) {
                let layout = std::str::from_utf8(layout).ok();
                marks
                    .layouts
                    .push((number, layout.and_then(|it| it.parse().ok())));
            }
        }
        marks
    }

    /// The same marks for a whole text.
    pub(crate) fn everywhere(layout: Option<u32>, confirms: bool) -> Self {
        Self {
            confirmation: confirms.then_some(0),
            layouts: vec![(0, layout)],
        }
    }

    pub(crate) fn confirms(&self, line: u64) -> bool {
        self.confirmation.is_some_and(|first| line >= first)
    }

    pub(crate) fn layout(&self, line: u64) -> Option<u32> {
        let after = self.layouts.partition_point(|(first, _)| *first <= line);
        self.layouts[..after].last().and_then(|(_, layout)| *layout)
    }
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
    }

    #[test]
    fn only_texts_of_interleaved_runs_have_marks() {
        let text = b"# benchcli: layout 3\nBenchmarkA 1 1 x\n# benchcli: confirmation\n";
        assert_eq!(Marks::of(text), Marks::default());
        let marks = Marks::everywhere(Some(2), true);
        assert_eq!((marks.layout(1), marks.confirms(1)), (Some(2), true));
    }
}
