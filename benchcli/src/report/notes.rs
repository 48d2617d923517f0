//! Footnotes of a table.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use benchparse::stats::{ComparisonWarning, SummaryWarning};

/// The footnote about keys that vary within a cell.
pub(super) fn varying<'a>(keys: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let keys: Vec<&[u8]> = keys.collect();
    [b"benchmarks vary in ", &bstr::join(", ", keys)[..]].concat()
}

/// Texts in the order they were first noted, each once.
#[derive(Debug, Default)]
pub(super) struct Notes {
    texts: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u32>,
    /// The last warnings: mostly all rows have the same.
    summary: Option<(SummaryWarning, u32)>,
    comparison: Option<(ComparisonWarning, u32)>,
}

impl Notes {
    /// The place of a text, counted from 0, new or known.
    pub(super) fn note(&mut self, text: Vec<u8>) -> u32 {
        let next = self.texts.len() as u32;
        match self.numbers.entry(text) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.texts.push(new.key().clone());
                *new.insert(next)
            }
        }
    }

    pub(super) fn summary(&mut self, warning: SummaryWarning) -> u32 {
        if let Some((last, number)) = self.summary
            && last == warning
        {
            return number;
        }
        let number = self.note(warning.to_string().into_bytes());
        // Ranges are told apart by their texts: zeros are equal and may have a sign.
        if matches!(warning, SummaryWarning::TooFewSamples { .. }) {
            self.summary = Some((warning, number));
        }
        number
    }

    pub(super) fn comparison(&mut self, warning: ComparisonWarning) -> u32 {
        if let Some((last, number)) = self.comparison
            && last == warning
        {
            return number;
        }
        let number = self.note(warning.to_string().into_bytes());
        self.comparison = Some((warning, number));
        number
    }

    /// Takes over the texts of later rows and gives the numbers, from 1, that they have here.
    pub(super) fn take(&mut self, later: Self) -> Vec<u32> {
        let texts = later.texts.into_iter();
        texts.map(|text| self.note(text) + 1).collect()
    }

    /// The texts in order.
    pub(super) fn texts(&self) -> &[Vec<u8>] {
        &self.texts
    }
}
