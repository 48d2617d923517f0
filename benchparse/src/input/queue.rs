//! A queue of lines that are still to be read.

/// A queue of lines in one buffer.
#[derive(Debug, Default)]
pub(super) struct LineQueue {
    bytes: Vec<u8>,
    /// Number in the input and end in the buffer of each line.
    lines: Vec<(u64, usize)>,
    next: usize,
}

impl LineQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.next == self.lines.len()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.lines.clear();
        self.next = 0;
    }

    pub(super) fn push(&mut self, text: &[u8], number: u64) {
        self.push_parts(&[text], number);
    }

    /// Appends a line that consists of several parts.
    pub(super) fn push_parts(&mut self, parts: &[&[u8]], number: u64) {
        if self.is_empty() {
            self.clear();
        }
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.lines.push((number, self.bytes.len()));
    }

    /// How many bytes wait, read ones included.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Takes the first line: its number and text.
    pub(super) fn pop(&mut self) -> Option<(u64, &[u8])> {
        let &(number, end) = self.lines.get(self.next)?;
        let before = self.next.checked_sub(1);
        let start = before.and_then(|before| self.lines.get(before));
        self.next += 1;
        Some((number, &self.bytes[start.map_or(0, |line| line.1)..end]))
    }
}
