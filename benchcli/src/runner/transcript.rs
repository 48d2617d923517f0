//! What was measured, as benchmark text.

use std::collections::BTreeSet;
use std::io;

use benchparse::format::{Mending, Parser, Reader, Record, Writer};

use super::Side;
use super::plan::Plan;

/// What the programs of a run printed, in the order they ran.
#[derive(Debug, Default)]
pub struct Transcript {
    outputs: Vec<Output>,
}

#[derive(Debug)]
struct Output {
    subject: usize,
    side: Side,
    text: Vec<u8>,
}

impl Transcript {
    /// Keeps what a subject's program printed. Gives how many results are in it.
    ///
    /// # Errors
    /// Never: reading from memory does not fail.
    pub fn add(&mut self, subject: usize, side: Side, text: Vec<u8>) -> io::Result<usize> {
        let mut results = 0;
        let mut parser = Parser::new();
        parser.begin(b"", b"");
        let mut reader = Reader::with_mending(&mut parser, &text[..], Mending::Repair);
        while let Some(record) = reader.next_record()? {
            results += usize::from(matches!(record, Record::Result(_)));
        }
        self.outputs.push(Output {
            subject,
            side,
            text,
        });
        Ok(results)
    }

    /// How many rounds a side was measured in, of the subject that has most.
    pub fn rounds(&self, side: Side) -> usize {
        let mut counts: Vec<usize> = Vec::new();
        for output in self.outputs.iter().filter(|output| output.side == side) {
            if counts.len() <= output.subject {
                counts.resize(output.subject + 1, 0);
            }
            counts[output.subject] += 1;
        }
        counts.into_iter().max().unwrap_or_default()
    }

    /// The results of one side, after a line that says how they were taken, which is the same for
    /// both sides and which Go's format ignores. Subjects that failed are left out.
    ///
    /// # Errors
    /// Never: reading from memory does not fail.
    pub fn text(&self, side: Side, mark: &str, failed: &BTreeSet<usize>) -> io::Result<Vec<u8>> {
        let mut writer = Writer::new(format!("{mark}\n").into_bytes());
        let mut parser = Parser::new();
        let mut units = BTreeSet::new();
        for output in &self.outputs {
            if output.side != side || failed.contains(&output.subject) {
                continue;
            }
            parser.begin(b"", b"");
            let mut reader = Reader::with_mending(&mut parser, &output.text[..], Mending::Repair);
            while let Some(record) = reader.next_record()? {
                match record {
                    Record::Result(result) => writer.result(&result)?,
                    // Every program says them again.
                    Record::Unit(unit)
                        if units.insert([unit.unit, unit.key, unit.value].map(<[u8]>::to_vec)) =>
                    {
                        writer.unit(unit)?;
                    }
                    _ => {}
                }
            }
        }
        Ok(writer.into_inner())
    }
}

/// The line that says that the sides were measured in turn.
pub fn mark(plan: &Plan, rounds: usize) -> String {
    format!(
        "# benchcli: interleaved rounds={rounds} order={} seed={}",
        plan.order.name(),
        plan.seed
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::plan::Order;

    const OUTPUT: &[u8] =
        b"goos: linux\npkg: p\nUnit widgets/op better=higher\nBenchmarkA \t 10 \t 5 ns/op\nPASS\n";

    #[test]
    fn a_side_is_written_once_and_without_what_failed() {
        let mut transcript = Transcript::default();
        for subject in [0, 1, 0] {
            assert_eq!(
                transcript
                    .add(subject, Side::Base, OUTPUT.to_vec())
                    .unwrap(),
                1
            );
        }
        assert_eq!(
            transcript
                .add(0, Side::Head, b"panic: no\n".to_vec())
                .unwrap(),
            0
        );
        let plan = Plan {
            order: Order::Abba,
            seed: 7,
        };
        let mark = mark(&plan, transcript.rounds(Side::Base));
        let text = transcript
            .text(Side::Base, &mark, &BTreeSet::from([1]))
            .unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "# benchcli: interleaved rounds=2 order=abba seed=7\n\
             Unit widgets/op better=higher\n\
             goos: linux\npkg: p\n\nBenchmarkA 10 5 ns/op\nBenchmarkA 10 5 ns/op\n"
        );
    }
}
