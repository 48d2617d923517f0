//! Collects the output of both sides as text.

use std::collections::{BTreeMap, BTreeSet};

use benchparse::format::{Parser, Reader, Record, RepairMode, Writer};
use bstr::ByteSlice as _;

use super::Side;
use super::plan::Plan;
use crate::measured_marks::{ALONE, BENCHMARK, CONFIRMATION, INTERLEAVED, LAYOUT, UNKNOWN};

/// What the programs of a run printed, in the order they ran.
#[derive(Debug, Default)]
pub struct Transcript {
    sides: [Raw; 2],
    confirms: bool,
}

#[derive(Debug, Default)]
struct Raw {
    text: Vec<u8>,
    /// The configuration keys that the last program may have left in force.
    keys: BTreeSet<Vec<u8>>,
    /// How often each subject was measured.
    rounds: BTreeMap<usize, usize>,
    /// Whether a result had the hash of its benchmark.
    has_hashes: bool,
}

impl Transcript {
    /// Keeps what a subject's program printed, the number of its layout where that was controlled, and the hash of the
    /// benchmark's code where it is known.
    pub fn add(
        &mut self,
        subject: usize,
        side: Side,
        layout: Option<u32>,
        benchmark: Option<&str>,
        text: &[u8],
    ) {
        let raw = &mut self.sides[side as usize];
        if !self.confirms {
            *raw.rounds.entry(subject).or_default() += 1;
        }
        let layout = layout.map(|layout| format!("{LAYOUT}{layout}\n"));
        // A hash holds up to the next one.
        raw.has_hashes |= benchmark.is_some();
        let benchmark = raw
            .has_hashes
            .then(|| format!("{BENCHMARK}{}\n", benchmark.unwrap_or(UNKNOWN)));
        for mark in layout.iter().chain(&benchmark) {
            raw.text.extend_from_slice(mark.as_bytes());
        }
        raw.push(text);
    }

    /// What follows confirms what the results so far say.
    pub fn begin_confirmation(&mut self) {
        self.confirms = true;
        for raw in &mut self.sides {
            raw.text.extend_from_slice(CONFIRMATION);
            raw.text.push(b'\n');
        }
    }

    /// Whether what is added now confirms earlier results.
    pub fn confirms(&self) -> bool {
        self.confirms
    }

    /// Keeps a text that belongs to the last one, such as how its program ended.
    pub fn amend(&mut self, side: Side, text: &[u8]) {
        self.sides[side as usize].push(text);
    }

    /// How many rounds a side was measured in, of the subject that has most, before any confirmation.
    pub fn rounds(&self, side: Side) -> usize {
        let counts = self.sides[side as usize].rounds.values();
        counts.copied().max().unwrap_or_default()
    }

    /// What the programs of one side printed, after a line that says how they were taken, which is the
    /// same for both sides and which Go's format passes over.
    pub fn text(&self, side: Side, mark: &str) -> Vec<u8> {
        let mut text = format!("{mark}\n").into_bytes();
        text.extend_from_slice(&self.sides[side as usize].text);
        text
    }
}

impl Raw {
    fn push(&mut self, text: &[u8]) {
        let text = plain(text);
        let Configuration { keys, first } = Configuration::of(&text);
        // Each program begins without a configuration.
        for key in self.keys.difference(&first) {
            self.text.extend_from_slice(key);
            self.text.extend_from_slice(b":\n");
        }
        self.keys = keys;
        self.text.extend_from_slice(&text);
        if !text.is_empty() && !text.ends_with(b"\n") {
            self.text.push(b'\n');
        }
    }
}

/// The configuration keys of a text.
#[derive(Default)]
struct Configuration {
    /// Those that are in force at its end.
    keys: BTreeSet<Vec<u8>>,
    /// Those that the first result has.
    first: BTreeSet<Vec<u8>>,
}

impl Configuration {
    fn of(text: &[u8]) -> Self {
        // What a result would have that came last.
        let probed = [text, b"\nBenchmarkProbe 1 1 x\n"].concat();
        let (mut found, mut is_first) = (Self::default(), true);
        each_result(&probed, |record| {
            if let Record::Result(result) = record {
                found.keys = result.configs().map(|(key, _)| key.to_vec()).collect();
                if std::mem::take(&mut is_first) {
                    found.first.clone_from(&found.keys);
                }
            }
        });
        found
    }
}

fn each_result(text: &[u8], mut each: impl FnMut(&Record<'_>)) {
    let mut parser = Parser::new();
    parser.begin(b"", b"");
    let mut reader = Reader::with_repair_mode(&mut parser, text, RepairMode::Repair);
    // Reading from memory does not fail.
    while let Ok(Some(record)) = reader.next_record() {
        each(&record);
    }
}

/// The text in UTF-8: texts in two encodings make no file together. Of UTF-16 the results stay.
fn plain(text: &[u8]) -> Vec<u8> {
    if let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") {
        return rest.to_vec();
    }
    if !text.starts_with(b"\xff\xfe") && !text.starts_with(b"\xfe\xff") && !text.contains(&0) {
        return text.to_vec();
    }
    let mut writer = Writer::new(Vec::new());
    each_result(text, |record| {
        // Writing to memory does not fail.
        let _ = match record {
            Record::Result(result) => writer.result(result),
            Record::Unit(unit) => writer.unit(*unit),
            _ => Ok(()),
        };
    });
    writer.into_inner()
}

/// The line that says that the sides were measured in turn.
pub fn mark(plan: &Plan, rounds: usize) -> String {
    format!(
        "{} rounds={rounds} order={} seed={}",
        INTERLEAVED.as_bstr(),
        plan.order.name(),
        plan.seed
    )
}

/// The line that says that the results are of one version alone.
pub fn mark_alone(plan: &Plan, rounds: usize) -> String {
    format!("{} rounds={rounds} seed={}", ALONE.as_bstr(), plan.seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(outputs: &[&str]) -> String {
        let mut transcript = Transcript::default();
        for output in outputs {
            transcript.add(0, Side::Base, None, None, output.as_bytes());
        }
        assert_eq!(transcript.rounds(Side::Base), outputs.len());
        String::from_utf8(transcript.text(Side::Base, "#")).unwrap()
    }

    #[test]
    fn what_programs_print_is_kept_to_the_byte() {
        let output = "goos: linux\npkg: p\nBenchmarkA \t 10 \t 5 ns/op\nPASS\n";
        assert_eq!(text(&[output, output]), format!("#\n{output}{output}"));
    }

    #[test]
    fn layouts_and_confirmations_are_marked() {
        let mut transcript = Transcript::default();
        transcript.add(0, Side::Base, Some(2), Some("a1"), b"BenchmarkA 1 5 x\n");
        transcript.begin_confirmation();
        transcript.add(0, Side::Base, Some(0), None, b"BenchmarkA 1 6 x\n");
        assert_eq!(transcript.rounds(Side::Base), 1);
        assert_eq!(
            String::from_utf8(transcript.text(Side::Base, "#")).unwrap(),
            "#\n# benchcli: layout 2\n# benchcli: benchmark a1\nBenchmarkA 1 5 x\n# benchcli: confirmation\n\
             # benchcli: layout 0\n# benchcli: benchmark unknown\nBenchmarkA 1 6 x\n"
        );
        assert_eq!(
            String::from_utf8(transcript.text(Side::Head, "#")).unwrap(),
            "#\n# benchcli: confirmation\n"
        );
    }

    #[test]
    fn a_configuration_ends_with_its_program() {
        assert_eq!(
            text(&["a: 1\nBenchmarkA 1 5 x\nb: 2", "BenchmarkA 1 5 x\n"]),
            "#\na: 1\nBenchmarkA 1 5 x\nb: 2\na:\nb:\nBenchmarkA 1 5 x\n"
        );
    }
}
