//! Reads the results of several inputs.

use std::ffi::OsString;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::OnceLock;

use anyhow::{Context as _, Result};
use benchparse::compare::{Collector, TableOptions};
use benchparse::format::{BenchmarkResult, Parser, Record, RepairMode};
use benchparse::gate::Outcome;
use benchparse::pairing::Side;
use bstr::ByteSlice as _;

use super::unmatched::{self, NO_MATCH};
use crate::diagnostics::Noticed;
use crate::inputs::Input;
use crate::report::json::Notices;
use crate::ui;

/// All of an input.
pub(crate) fn whole(input: &Input) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = input.open()?.read_to_end(&mut text);
    read.with_context(|| format!("cannot read {}", input.path.display()))?;
    Ok(text)
}

/// The texts of a side.
pub(crate) type Texts = Vec<Vec<u8>>;

/// The labels and the texts of an old and a new file, as the gate takes them.
pub(crate) fn two_files(files: &[OsString; 2]) -> Result<([String; 2], [Texts; 2])> {
    let mut sides: [(String, Texts); 2] = Default::default();
    for (side, input) in sides.iter_mut().zip(Input::from_arguments(files)) {
        let label = String::from_utf8_lossy(&input.label).into_owned();
        *side = (label, vec![whole(&input)?]);
    }
    let [(old, olds), (new, news)] = sides;
    Ok(([old, new], [olds, news]))
}

/// Where results come from.
pub(crate) enum Source {
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

    /// The texts, as far as they can be read a second time.
    fn texts(self) -> Vec<Vec<u8>> {
        match self {
            Self::Input(input) if input.path == "-" => Vec::new(),
            Self::Input(input) => whole(&input).into_iter().collect(),
            Self::Texts { texts, .. } => texts,
        }
    }
}

/// Reads one text into a parser: gives each result to `each`, each malformed line to `malformed` as
/// soon as it is met, and all that was noticed.
pub(crate) fn read_text(
    parser: &mut Parser,
    repair_mode: RepairMode,
    (name, label): (&[u8], &[u8]),
    text: impl Read + Send,
    side: Option<Side>,
    mut each: impl FnMut(&BenchmarkResult<'_>),
    mut malformed: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Noticed> {
    let mut noticed = Noticed::new(name.to_str_lossy(), side);
    parser.begin(name, label);
    let found = parser.read_each(text, repair_mode, threads(), |record| match record {
        Record::Result(result) => {
            noticed.results += 1;
            each(&result);
            Ok(())
        }
        Record::Error(error) => {
            let mut message = error.to_bytes();
            message.push(b'\n');
            noticed.malformed.push(error);
            malformed(&message).map_err(Stop::Telling)
        }
        _ => Ok(()),
    });
    match found {
        Ok(found) => {
            noticed.repairs = found.repairs;
            noticed.missing = found.diagnostics;
            Ok(noticed)
        }
        Err(Stop::Telling(error)) => Err(error.into()),
        Err(Stop::Reading(error)) => {
            Err(error).with_context(|| format!("cannot read {}", name.as_bstr()))
        }
    }
}

/// Reads sources, and says on standard error what is to be known about them.
pub(crate) struct Reading {
    pub(crate) parser: Parser,
    /// What the inputs mean for the outcome of the command.
    pub(crate) outcome: Outcome,
    pub(crate) notices: Notices,
    /// What is said if the filter selects nothing.
    pub(crate) no_match: String,
    program: &'static str,
    repair_mode: RepairMode,
}

impl Reading {
    pub(crate) fn new(program: &'static str, repair_mode: RepairMode) -> Self {
        Self {
            parser: Parser::new(),
            outcome: Outcome::Pass,
            notices: Notices::default(),
            no_match: NO_MATCH.to_owned(),
            program,
            repair_mode,
        }
    }

    /// Puts the results of all sources where the table options want them.
    pub(crate) fn collect(
        &mut self,
        sources: impl IntoIterator<Item = Source>,
        table_options: TableOptions,
    ) -> Result<Collector> {
        let filter = table_options.filter.clone();
        let mut collector = Collector::new(table_options);
        let sources: Vec<Source> = sources.into_iter().collect();
        for source in &sources {
            self.read(source, |result| collector.add(result))?;
        }
        if collector.is_empty() && self.outcome == Outcome::Pass {
            self.fail(self.no_match.clone());
            let texts: Vec<Vec<u8>> = sources.into_iter().flat_map(Source::texts).collect();
            if let Some(hint) = unmatched::hint(&filter, texts.iter().map(Vec::as_slice)) {
                ui::hint(&hint);
            }
        }
        Ok(collector)
    }

    /// Gives each result of a source to `each`. A source without one makes the command fail.
    pub(crate) fn read(
        &mut self,
        source: &Source,
        mut each: impl FnMut(&BenchmarkResult<'_>),
    ) -> Result<()> {
        let count = match source {
            Source::Input(input) => {
                let name = input.path.as_encoded_bytes();
                self.read_text(name, &input.label, input.open()?, &mut each)?
            }
            Source::Texts { name, label, texts } => {
                let mut count = 0;
                for text in texts {
                    count += self.read_text(name, label, &text[..], &mut each)?;
                }
                count
            }
        };
        if count == 0 {
            self.fail(no_result(source.name()));
        }
        Ok(())
    }

    /// Says what makes the command fail.
    pub(crate) fn fail(&mut self, message: String) {
        self.outcome = Outcome::Incomplete;
        ui::line(self.program, &message);
        self.notices.notes.push(message);
    }

    /// Says something to know.
    pub(crate) fn note(&mut self, message: String) {
        ui::note(self.program, &message);
        self.notices.notes.push(message);
    }

    fn read_text(
        &mut self,
        name: &[u8],
        label: &[u8],
        text: impl Read + Send,
        each: impl FnMut(&BenchmarkResult<'_>),
    ) -> Result<u64> {
        let names = (name, label);
        let noticed = read_text(
            &mut self.parser,
            self.repair_mode,
            names,
            text,
            None,
            each,
            |line| ui::warnings(self.program, line),
        )?;
        for line in noticed.lines() {
            ui::note(self.program, &line);
        }
        self.notices.diagnostics.extend(noticed.diagnostics());
        Ok(noticed.results)
    }
}

/// What is said of an input without results.
pub(crate) fn no_result(name: &[u8]) -> String {
    let place = match name {
        b"-" => "on standard input".to_owned(),
        _ => format!("in {}", name.as_bstr()),
    };
    format!("no benchmark results {place}; expected the output of 'go test -bench'")
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
pub(crate) fn threads() -> NonZeroUsize {
    const MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);
    // To find out takes longer than a short input.
    static COUNT: OnceLock<NonZeroUsize> = OnceLock::new();
    let count = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    *COUNT.get_or_init(|| count().min(MOST))
}
