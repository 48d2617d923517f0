//! The results of several inputs.

use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::sync::OnceLock;

use anyhow::{Context as _, Result};
use benchparse::compare::{Collector, Question};
use benchparse::format::{BenchmarkResult, Mending, Parser, Record, SyntaxFault};
use benchparse::input::{Incident, Incidents, Repairs};
use bstr::ByteSlice as _;

use super::Outcome;
use crate::inputs::Input;
use crate::report::json::{InFile, Notices};

/// All of an input.
pub(super) fn whole(input: &Input) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = input.open()?.read_to_end(&mut text);
    read.with_context(|| format!("cannot read {}", input.path.display()))?;
    Ok(text)
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

/// Reads sources, and says on standard error what is to be known about them.
pub(super) struct Reading {
    pub(super) parser: Parser,
    /// Whether something was wrong that makes the command fail.
    pub(super) outcome: Outcome,
    pub(super) notices: Notices,
    /// Whether `Unit` lines say different things about which values are better, or how they behave.
    pub(super) units_contradict: bool,
    program: &'static str,
    mending: Mending,
}

impl Reading {
    pub(super) fn new(program: &'static str, mending: Mending) -> Self {
        Self {
            parser: Parser::new(),
            outcome: Outcome::Pass,
            notices: Notices::default(),
            units_contradict: false,
            program,
            mending,
        }
    }

    /// Puts the results of all sources where the question wants them.
    pub(super) fn collect(
        &mut self,
        sources: impl IntoIterator<Item = Source>,
        question: Question,
    ) -> Result<Collector> {
        let mut collector = Collector::new(question);
        for source in sources {
            self.read(&source, |result| collector.add(result))?;
        }
        if collector.is_empty() && self.outcome == Outcome::Pass {
            let message = "the filter leaves no result, expected a query that some result matches";
            self.fail(message.to_owned())?;
        }
        Ok(collector)
    }

    /// Gives each result of a source to `each`. A source without one makes the command fail.
    pub(super) fn read(
        &mut self,
        source: &Source,
        mut each: impl FnMut(&BenchmarkResult<'_>),
    ) -> Result<()> {
        let mut count = 0u64;
        let mut counted = |result: &BenchmarkResult<'_>| {
            count += 1;
            each(result);
        };
        match source {
            Source::Input(input) => {
                let name = input.path.as_encoded_bytes();
                self.read_text(name, &input.label, input.open()?, &mut counted)?;
            }
            Source::Texts { name, label, texts } => {
                for text in texts {
                    self.read_text(name, label, &text[..], &mut counted)?;
                }
            }
        }
        if count == 0 {
            self.fail(format!(
                "no benchmark result in {}, expected the output of 'go test -bench'",
                source.name().as_bstr()
            ))?;
        }
        Ok(())
    }

    /// Says what makes the command fail.
    pub(super) fn fail(&mut self, message: String) -> Result<()> {
        self.outcome = Outcome::Failed;
        writeln!(io::stderr(), "{}: {message}", self.program)?;
        self.notices.notes.push(message);
        Ok(())
    }

    /// Says something to know.
    pub(super) fn note(&mut self, message: String) -> Result<()> {
        writeln!(io::stderr(), "{}: note: {message}", self.program)?;
        self.notices.notes.push(message);
        Ok(())
    }

    fn read_text(
        &mut self,
        name: &[u8],
        label: &[u8],
        text: impl Read + Send,
        mut each: impl FnMut(&BenchmarkResult<'_>),
    ) -> Result<()> {
        let Self {
            parser,
            notices,
            units_contradict,
            ..
        } = self;
        parser.begin(name, label);
        let found = parser.read_each(text, self.mending, threads(), |record| match &record {
            Record::Result(result) => {
                each(result);
                Ok(())
            }
            Record::Error(error) => {
                if let SyntaxFault::MetadataConflict { key, .. } = &error.fault {
                    *units_contradict |= key == "better" || key == "assume";
                }
                let mut message = error.to_bytes();
                message.push(b'\n');
                notices.errors.push(error.to_string());
                io::stderr().write_all(&message).map_err(Stop::Telling)
            }
            _ => Ok(()),
        });
        let found = match found {
            Ok(found) => found,
            Err(Stop::Telling(error)) => return Err(error.into()),
            Err(Stop::Reading(error)) => {
                return Err(error).with_context(|| format!("cannot read {}", name.as_bstr()));
            }
        };
        self.tell(&name.to_str_lossy(), &found.repairs, &found.incidents)
    }

    /// Says what was mended in an input, a line for each kind, and which of its benchmarks gave no
    /// result.
    fn tell(&mut self, file: &str, repairs: &Repairs, incidents: &Incidents) -> Result<()> {
        let mut stderr = io::stderr().lock();
        for repair in repairs.iter() {
            writeln!(stderr, "{}: note: {file}: {repair}", self.program)?;
            self.notices.repairs.push(InFile {
                file: file.to_owned(),
                what: repair,
            });
        }
        if incidents.is_empty() {
            return Ok(());
        }
        let mut names: Vec<&str> = incidents
            .iter()
            .filter_map(|incident| incident.benchmark.as_deref())
            .collect();
        names.dedup();
        let shown = names.len().min(NAMED);
        let more = match names.len() - shown {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let names = names[..shown].join(", ");
        let glue = if names.is_empty() { "" } else { ": " };
        writeln!(
            stderr,
            "{}: note: {file}: {incidents}{glue}{names}{more}",
            self.program
        )?;
        let in_file = |incident: &Incident| InFile {
            file: file.to_owned(),
            what: incident.clone(),
        };
        self.notices.incidents.extend(incidents.iter().map(in_file));
        Ok(())
    }
}

/// Why reading ended early.
enum Stop {
    Reading(io::Error),
    Telling(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Reading(error)
    }
}

/// How many threads read an input. Beyond a few the one that collects is the slowest.
pub(super) fn threads() -> NonZeroUsize {
    const MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);
    // To find out takes longer than a short input.
    static COUNT: OnceLock<NonZeroUsize> = OnceLock::new();
    let count = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    *COUNT.get_or_init(|| count().min(MOST))
}

/// How many benchmarks without a result are named in one line.
const NAMED: usize = 8;
