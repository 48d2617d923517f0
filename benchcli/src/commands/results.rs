//! The results of several inputs.

use std::ffi::OsString;
use std::io::{self, Read, Write};

use anyhow::{Context as _, Result};
use benchparse::compare::{Collector, Question};
use benchparse::format::{Parser, Reader, Record};
use bstr::ByteSlice as _;

use super::Outcome;
use crate::inputs::Input;
use crate::report::json::Notices;

/// Everything that was read.
pub(super) struct Results {
    pub(super) parser: Parser,
    pub(super) collector: Collector,
    /// Whether an input had nothing for us.
    pub(super) outcome: Outcome,
    pub(super) notices: Notices,
}

/// Reads all inputs. Lines that are wrong, and inputs without a result, are said on standard error
/// as they are met.
pub(super) fn read(program: &str, inputs: &[OsString], question: Question) -> Result<Results> {
    let inputs = Input::from_arguments(inputs).into_iter().map(Source::Input);
    read_sources(program, inputs, question)
}

/// Where results come from.
pub(super) enum Source {
    /// A file or standard input.
    Input(Input),
    /// Texts that are in memory, under one name and label.
    Texts {
        name: Vec<u8>,
        label: Vec<u8>,
        texts: Vec<Vec<u8>>,
    },
}

impl Source {
    fn name(&self) -> &[u8] {
        match self {
            Self::Input(input) => input.path.as_encoded_bytes(),
            Self::Texts { name, .. } => name,
        }
    }
}

/// The same for any sources.
pub(super) fn read_sources(
    program: &str,
    sources: impl IntoIterator<Item = Source>,
    question: Question,
) -> Result<Results> {
    let mut results = Results {
        parser: Parser::new(),
        collector: Collector::new(question),
        outcome: Outcome::Pass,
        notices: Notices::default(),
    };
    for source in sources {
        if results.read(&source)? == 0 {
            results.fail(
                program,
                format!(
                    "no benchmark result in {}, expected the output of 'go test -bench'",
                    source.name().as_bstr()
                ),
            )?;
        }
    }
    if results.collector.is_empty() && results.outcome == Outcome::Pass {
        let message = "the filter leaves no result, expected a query that some result matches";
        results.fail(program, message.to_owned())?;
    }
    Ok(results)
}

impl Results {
    fn fail(&mut self, program: &str, message: String) -> Result<()> {
        self.outcome = Outcome::Failed;
        self.note(program, message)
    }

    /// Says something about the inputs.
    pub(super) fn note(&mut self, program: &str, message: String) -> Result<()> {
        writeln!(io::stderr(), "{program}: {message}")?;
        self.notices.notes.push(message);
        Ok(())
    }

    /// Reads one source and counts its results.
    fn read(&mut self, source: &Source) -> Result<u64> {
        match source {
            Source::Input(input) => {
                self.read_text(input.path.as_encoded_bytes(), &input.label, input.open()?)
            }
            Source::Texts { name, label, texts } => {
                let mut results = 0;
                for text in texts {
                    results += self.read_text(name, label, &text[..])?;
                }
                Ok(results)
            }
        }
    }

    fn read_text(&mut self, name: &[u8], label: &[u8], text: impl Read) -> Result<u64> {
        self.parser.begin(name, label);
        let mut reader = Reader::new(&mut self.parser, text);
        let mut results = 0;
        loop {
            let record = reader
                .next_record()
                .with_context(|| format!("cannot read {}", name.as_bstr()))?;
            match record {
                None => return Ok(results),
                Some(Record::Result(result)) => {
                    results += 1;
                    self.collector.add(&result);
                }
                Some(Record::Error(error)) => {
                    let mut message = error.to_bytes();
                    message.push(b'\n');
                    io::stderr().write_all(&message)?;
                    self.notices.errors.push(error.to_string());
                }
                Some(_) => {}
            }
        }
    }
}
