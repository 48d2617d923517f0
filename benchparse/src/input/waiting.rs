//! Holds decorated lines that a person may have written, until the end of the input decides whether they count.

use bstr::ByteSlice as _;

use super::decoration::{self, Kinds};
use super::header;
use super::queue::LineQueue;

/// Lines that count only if the input has no other result, and the configuration in force.
#[derive(Debug, Default)]
pub(super) struct WaitingLines {
    lines: LineQueue,
    /// What was repaired in each line.
    kinds: Vec<Kinds>,
    has_result: bool,
    /// The values of [`header::KEYS`] in force.
    header: [Vec<u8>; header::KEYS.len()],
}

impl WaitingLines {
    /// Sets a value of the configuration that `go test` prints.
    pub(super) fn set_header(&mut self, place: usize, value: &[u8]) {
        let header = &mut self.header[place];
        if header != value {
            header.clear();
            header.extend_from_slice(value);
        }
    }

    /// The package in force, empty where there is none.
    pub(super) fn package(&self) -> &[u8] {
        &self.header[header::PACKAGE]
    }

    /// Keeps a configuration line, if results wait that it follows.
    pub(super) fn add_config(&mut self, key: &[u8], value: &[u8], number: u64) {
        if !self.kinds.is_empty() {
            self.add(&[key, b": ", value], number, Kinds::default());
        }
    }

    /// Keeps a header line that has something in front of it, if the text is one.
    pub(super) fn add_header(&mut self, text: &[u8], number: u64, kinds: Kinds) {
        for key in header::KEYS {
            let Some(start) = text.find(key) else {
                continue;
            };
            let Some(written) = decoration::written(text, start) else {
                continue;
            };
            if header::is_header(written.text) {
                self.add(&[written.text], number, kinds.with(written.kind));
                return;
            }
        }
    }

    /// Keeps a result.
    pub(super) fn add_result(&mut self, text: &[u8], number: u64, kinds: Kinds) {
        self.add(&[text], number, kinds);
        self.has_result = true;
    }

    fn add(&mut self, parts: &[&[u8]], number: u64, kinds: Kinds) {
        if self.kinds.is_empty() {
            // When these lines are read the configuration is that of the input's end.
            for (key, value) in header::KEYS.into_iter().zip(&self.header) {
                if !value.is_empty() {
                    self.lines.push_parts(&[key, b": ", value], number);
                    self.kinds.push(Kinds::default());
                }
            }
        }
        self.lines.push_parts(parts, number);
        self.kinds.push(kinds);
    }

    /// Forgets the lines: the input has a result of its own.
    pub(super) fn forget(&mut self) {
        self.lines = LineQueue::default();
        self.kinds = Vec::new();
        self.has_result = false;
    }

    /// Gives the lines, if one of them is a result, each with its repairs.
    pub(super) fn take(&mut self, mut each: impl FnMut(&[u8], u64, Kinds)) {
        if self.has_result {
            for kinds in std::mem::take(&mut self.kinds) {
                let Some((number, text)) = self.lines.pop() else {
                    break;
                };
                each(text, number, kinds);
            }
        }
        self.forget();
    }
}
