//! Repairs lines that the grammar rejects.

use bstr::ByteSlice as _;

use super::decoration::{self, Kinds};
use super::failure_patterns::{
    WORD, cause, ends_in_glue, is_dull, panic_kind, split_word, stack_frame,
};
use super::queue::LineQueue;
use super::split_lines::{self, Named};
use super::waiting::WaitingLines;
use super::{Diagnostic, DiagnosticKind, Diagnostics, RepairKind, Repairs, ansi, header};

/// What the grammar made of a line that is offered to a [`Repairer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no line of the format and nobody would miss it.
    Ignored,
    /// It looks like one and has a syntax error.
    Error,
}

/// What to do with a line that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum RepairOutcome {
    /// Nothing: it is ignored, or its error reported, as it would be without a repairer.
    Unchanged,
    /// Read what [`Repairer::piece`] gives in place of the line, whose error is void.
    Replaced,
    /// Like [`RepairOutcome::Replaced`]; also void is the error that is held back: its numbers came.
    Joined,
    /// Hold the line's error back: its numbers may still come. An error held back before is to be
    /// reported now.
    Held,
}

/// Finds results in lines that the grammar does not take.
///
/// The reader of the format calls [`Repairer::inspect`] for every line that is ignored or refused, and
/// [`Repairer::saw_result`] or [`Repairer::saw_config`] for the others. What it is told to read instead
/// it takes from [`Repairer::piece`] until there is nothing left; these texts are not offered again
/// and not reported as seen. At the end of the input it calls [`Repairer::finish`].
///
/// # Errors that are held back
///
/// The first half of a torn result is a syntax error if the second never comes. After
/// [`RepairOutcome::Held`] the reader keeps that error, and all that follow it, for as long as
/// [`Repairer::holds`] says so. [`RepairOutcome::Joined`] takes the kept error back; when `holds` is false
/// or the line is itself held, what is kept is reported.
///
/// # What is repaired
///
/// * Results that other output tore in two. The numbers go to the nearest name before them that has
///   none. A name is closed by another benchmark, by the log block of a benchmark, by the end of
///   the package and by the header of the next.
/// * What log collectors put before lines: times, terminal sequences, byte order marks. The header
///   lines of `go test` are taken too; other configuration is not, because logs are full of lines
///   that look like it.
/// * What people put before lines: blanks, comment marks, labels. An input that has results without
///   them has them for a reason; so such lines are read only at the end of an input that has no
///   other result.
///
/// Results of programs that count no iterations stay refused.
#[derive(Debug, Default)]
pub(crate) struct Repairer {
    /// Whether the next good result has to be looked at.
    watches: bool,
    /// Whether there was a result that nobody wrote anything in front of.
    has_result: bool,
    open: Option<Open>,
    /// The open name with the blanks after it.
    name: Vec<u8>,
    waiting: WaitingLines,
    pieces: LineQueue,
    without_escapes: Vec<u8>,
    repairs: Repairs,
    diagnostics: Diagnostics,
    /// Whether the last diagnostic is a panic or a signal that a stack trace follows.
    traces: bool,
}

/// A name whose numbers may come.
#[derive(Debug, Clone, Copy)]
struct Open {
    number: u64,
    standing: Standing,
    is_held: bool,
    kinds: Kinds,
}

/// What it means if the numbers of a name never come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is what `go test` prints before the numbers: they are missing.
    Half,
    /// It stands alone on its line, as `go test -v` prints it when a benchmark starts, whose result
    /// then has its name again: they are missing only if nothing comes after it.
    Lone,
    /// Nothing: the output says why there are none, or it may be prose.
    Other,
}

impl Repairer {
    /// A repairer for one input.
    pub(crate) fn new() -> Self {
        Self {
            watches: true,
            ..Self::default()
        }
    }

    /// What was repaired so far.
    pub(crate) fn repairs(&self) -> &Repairs {
        &self.repairs
    }

    /// What kept benchmarks from giving results so far.
    pub(crate) fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// Takes a text that is to be read, with the line that it came from.
    #[inline]
    pub(crate) fn piece(&mut self) -> Option<(u64, &[u8])> {
        self.pieces.pop()
    }

    /// Whether the error of an earlier line is still to be held back.
    #[inline]
    pub(crate) fn holds(&self) -> bool {
        self.open.is_some_and(|open| open.is_held)
    }

    /// A result was read without help.
    #[inline]
    pub(crate) fn saw_result(&mut self) {
        if self.watches {
            self.result_closes();
        }
    }

    #[cold]
    fn result_closes(&mut self) {
        self.close();
        self.has_result = true;
        self.waiting.forget();
        self.watches = false;
    }

    /// A configuration line was read without help.
    #[inline]
    pub(crate) fn saw_config(&mut self, key: &[u8], value: &[u8], number: u64) {
        // No other key says anything here, and most inputs have many others.
        if (3..=6).contains(&key.len()) {
            self.look_at_config(key, value, number);
        }
    }

    fn look_at_config(&mut self, key: &[u8], value: &[u8], number: u64) {
        if let Some(place) = header::place(key) {
            if self.open.is_some() {
                self.close();
            }
            self.waiting.set_header(place, value);
            self.waiting.add_config(key, value, number);
            return;
        }
        let kind = match key {
            // A line without a value takes back the key.
            _ if value.is_empty() => return,
            b"panic" => panic_kind(value),
            b"signal" => DiagnosticKind::Killed,
            _ => return,
        };
        let text = [key, b": ", value].concat();
        self.report_about_open(kind, &text, number);
    }

    /// A line was ignored or refused.
    pub(crate) fn inspect(&mut self, line: &[u8], number: u64, refusal: Refusal) -> RepairOutcome {
        let marks = memchr::memchr3(0x1b, b'\r', b'\t', line);
        let is_dull = is_dull(line) || (self.open.is_none() && line == b"PASS");
        if self.has_result && marks.is_none() && is_dull && !self.traces {
            return RepairOutcome::Unchanged;
        }
        let Some(escape) = memchr::memchr(0x1b, line) else {
            return self.mend(line, number, refusal, Kinds::default());
        };
        let mut bare = std::mem::take(&mut self.without_escapes);
        let mut kinds = Kinds::default();
        // In what is printed behind a name it is not in the way.
        let is_behind_name = Named::of(&line[..escape]).is_some_and(|named| named.has_tab());
        if ansi::strip(line, &mut bare) && !is_behind_name {
            kinds.insert(RepairKind::Ansi);
        }
        let repaired = self.mend(&bare, number, refusal, kinds);
        self.without_escapes = bare;
        repaired
    }

    /// The input ended. What [`Repairer::piece`] gives now is still to be read.
    pub(crate) fn finish(&mut self) {
        self.close_for_good();
        if self.has_result {
            return;
        }
        let (pieces, repairs) = (&mut self.pieces, &mut self.repairs);
        self.waiting.take(|text, number, kinds| {
            pieces.push(text, number);
            repairs.add_all(kinds.iter(), number);
        });
    }

    fn mend(
        &mut self,
        line: &[u8],
        number: u64,
        refusal: Refusal,
        mut kinds: Kinds,
    ) -> RepairOutcome {
        let (text, collected) = decoration::collected(line);
        kinds.extend(collected);
        let text = text.strip_prefix(b"\x16").unwrap_or(text);
        let repaired = if text.starts_with(b"Benchmark") {
            self.benchmark(text, number, refusal, kinds)
        } else if let Some((place, value)) = header::parse(text).filter(|_| !kinds.is_empty()) {
            self.close();
            self.waiting.set_header(place, value);
            self.replace(&[text], number, kinds)
        } else if self.open.is_some() && split_lines::is_numbers(text) {
            self.join(text, kinds)
        } else {
            self.other(text, number, kinds)
        };
        let is_noise = repaired == RepairOutcome::Unchanged
            && refusal == Refusal::Error
            && kinds.has(RepairKind::Timestamp)
            && !text.starts_with(b"Benchmark");
        if is_noise {
            // Only what a log collector put before the line looked like the format.
            return RepairOutcome::Replaced;
        }
        repaired
    }

    /// A line that starts with the word `Benchmark`.
    fn benchmark(
        &mut self,
        text: &[u8],
        number: u64,
        refusal: Refusal,
        kinds: Kinds,
    ) -> RepairOutcome {
        if !kinds.is_empty() && split_lines::is_result(text) {
            self.close();
            self.take_as_result();
            return self.replace(&[text], number, kinds);
        }
        let Some(named) = Named::of(text) else {
            return RepairOutcome::Unchanged;
        };
        if named.rest.is_empty() {
            let standing = match named.blank {
                [] => Standing::Lone,
                _ => Standing::Half,
            };
            return self.open(named, number, standing, refusal, kinds);
        }
        let next = Named::of(named.rest);
        if next.is_some_and(|next| next.has_tab()) || header::is_header(named.rest) {
            return self.glued(named, number, refusal, kinds);
        }
        if let Some(start) = split_lines::trailing_numbers(named.rest).filter(|&start| start > 0) {
            self.close();
            self.take_as_result();
            let parts = [named.name, named.blank, &named.rest[start..]];
            return self.replace(&parts, number, kinds.with(RepairKind::TornResult));
        }
        if split_lines::is_measurements(named.rest) {
            self.close();
            return RepairOutcome::Unchanged;
        }
        if !named.may_be_half() {
            return RepairOutcome::Unchanged;
        }
        let cause = cause(named.rest);
        let standing = if named.has_tab() {
            Standing::Half
        } else {
            Standing::Other
        };
        let repaired = self.open(named, number, standing, refusal, kinds);
        if let Some((kind, _)) = cause {
            self.report_about_open(kind, named.rest, number);
        } else {
            self.end_of_package(named.rest, number);
        }
        if self.open.is_none() && repaired == RepairOutcome::Held {
            return RepairOutcome::Unchanged;
        }
        repaired
    }

    /// A name whose numbers are missing, with the next line of the output behind it.
    fn glued(
        &mut self,
        named: Named<'_>,
        number: u64,
        refusal: Refusal,
        kinds: Kinds,
    ) -> RepairOutcome {
        let kinds = kinds.with(RepairKind::GluedLine);
        let mut named = named;
        while let Some(next) = Named::of(named.rest) {
            if !Named::of(next.rest).is_some_and(|inner| inner.has_tab()) {
                break;
            }
            named = next;
        }
        let next = named.rest;
        // Only to be missed.
        let _ = self.open(named, number, Standing::Half, Refusal::Ignored, kinds);
        self.close();
        match header::parse(next) {
            Some((place, value)) => {
                self.waiting.set_header(place, value);
                self.replace(&[next], number, kinds)
            }
            None => self.benchmark(next, number, refusal, kinds),
        }
    }

    /// The second half of the open result.
    fn join(&mut self, numbers: &[u8], kinds: Kinds) -> RepairOutcome {
        let Some(open) = self.open.take() else {
            return RepairOutcome::Unchanged;
        };
        let mut kinds = kinds.with(RepairKind::TornResult);
        kinds.extend(open.kinds);
        let separator: &[u8] = if self.name.ends_with(b"\t") {
            b""
        } else {
            b"\t"
        };
        self.pieces
            .push_parts(&[&self.name, separator, numbers], open.number);
        self.repairs.add_all(kinds.iter(), open.number);
        self.take_as_result();
        if open.is_held {
            RepairOutcome::Joined
        } else {
            RepairOutcome::Replaced
        }
    }

    /// A line that has nothing at its start.
    fn other(&mut self, text: &[u8], number: u64, kinds: Kinds) -> RepairOutcome {
        let word = if self.has_result && memchr::memchr(b'\t', text).is_none() {
            // Beside other results only what `go test` printed itself counts, and that has tabs.
            None
        } else {
            WORD.find(text)
        };
        if let Some(start) = word
            && ends_in_glue(&text[..start])
            && split_lines::is_printed(&text[start..])
        {
            let kinds = kinds.with(RepairKind::GluedLine);
            return self.benchmark(&text[start..], number, Refusal::Ignored, kinds);
        }
        if self.open.is_some()
            && let Some(start) = split_lines::trailing_numbers(text)
        {
            return self.join(&text[start..], kinds);
        }
        if self.traces
            && let Some((package, name)) = stack_frame(text)
        {
            self.diagnostics.complete_last(package, name);
            self.traces = false;
            return RepairOutcome::Unchanged;
        }
        if split_lines::trailing_numbers(text) == Some(0) {
            self.report(DiagnosticKind::NoName, None, b"", number);
            return RepairOutcome::Unchanged;
        }
        if self.end_of_package(text, number) {
            return RepairOutcome::Unchanged;
        }
        if let Some((kind, _)) = cause(text) {
            self.report_about_open(kind, text, number);
            return RepairOutcome::Unchanged;
        }
        if self.has_result {
            return RepairOutcome::Unchanged;
        }
        let Some(start) = word else {
            self.waiting.add_header(text, number, kinds);
            return RepairOutcome::Unchanged;
        };
        if let Some(written) = decoration::written(text, start)
            && split_lines::is_result(written.text)
        {
            let kinds = kinds.with(written.kind);
            self.waiting.add_result(written.text, number, kinds);
        }
        RepairOutcome::Unchanged
    }

    /// Looks for the lines that end a benchmark or a package.
    fn end_of_package(&mut self, text: &[u8], number: u64) -> bool {
        if let Some(package) = text.strip_prefix(b"FAIL\t") {
            self.traces = false;
            let exit = self.diagnostics.take_last(DiagnosticKind::ExitStatus);
            let (package, rest) = split_word(package);
            let detail = match exit {
                Some(exit) => exit.detail,
                None if rest.starts_with(b"[") => rest.to_str_lossy().into_owned(),
                None => String::new(),
            };
            self.close();
            self.diagnostics.add(Diagnostic {
                kind: DiagnosticKind::PackageFailed,
                benchmark: None,
                package: Some(package.to_str_lossy().into_owned()),
                detail,
                line: number,
            });
            return true;
        }
        if let Some(status) = text.strip_prefix(b"exit status ")
            && status.iter().all(u8::is_ascii_digit)
            && !status.is_empty()
        {
            self.close_for_good();
            self.report(DiagnosticKind::ExitStatus, None, text, number);
            return true;
        }
        let ends = matches!(text, b"PASS" | b"FAIL")
            || text.starts_with(b"ok  \t")
            || text.starts_with(b"--- BENCH: ");
        if ends {
            self.close();
        }
        ends
    }

    fn replace(&mut self, parts: &[&[u8]], number: u64, kinds: Kinds) -> RepairOutcome {
        self.pieces.push_parts(parts, number);
        self.repairs.add_all(kinds.iter(), number);
        RepairOutcome::Replaced
    }

    fn take_as_result(&mut self) {
        self.has_result = true;
        self.waiting.forget();
    }

    fn open(
        &mut self,
        named: Named<'_>,
        number: u64,
        standing: Standing,
        refusal: Refusal,
        kinds: Kinds,
    ) -> RepairOutcome {
        self.close();
        self.name.clear();
        self.name.extend_from_slice(named.name);
        self.name.extend_from_slice(named.blank);
        let is_held = refusal == Refusal::Error;
        self.open = Some(Open {
            number,
            standing,
            is_held,
            kinds,
        });
        self.watches = true;
        if is_held {
            RepairOutcome::Held
        } else {
            RepairOutcome::Unchanged
        }
    }

    /// No numbers come for the open name any more.
    fn close(&mut self) {
        if let Some(open) = self.open.take()
            && open.standing == Standing::Half
        {
            let name = self.open_name();
            self.report(DiagnosticKind::NoNumbers, Some(name), b"", open.number);
        }
    }

    /// Nothing comes any more.
    fn close_for_good(&mut self) {
        if let Some(open) = &mut self.open
            && open.standing == Standing::Lone
        {
            open.standing = Standing::Half;
        }
        self.close();
    }

    fn open_name(&self) -> String {
        self.name.trim_ascii_end().to_str_lossy().into_owned()
    }

    /// Reports what happened while the open benchmark ran, or to the one that the text names.
    fn report_about_open(&mut self, kind: DiagnosticKind, text: &[u8], number: u64) {
        if matches!(kind, DiagnosticKind::Failed | DiagnosticKind::Skipped) {
            let name = cause(text).map_or(&b""[..], |(_, name)| name);
            let name = name.to_str_lossy().into_owned();
            self.open = None;
            // A benchmark fails with its sub-benchmarks: that is one failure.
            let is_known = kind == DiagnosticKind::Failed
                && self.diagnostics.last().is_some_and(|last| {
                    let inner = last.benchmark.as_deref().unwrap_or_default();
                    last.kind == kind
                        && inner
                            .strip_prefix(&name)
                            .is_some_and(|rest| rest.starts_with('/'))
                });
            if !is_known {
                self.report(kind, Some(name), b"", number);
            }
            return;
        }
        if let Some(open) = &mut self.open {
            // One death has many lines.
            let is_news = std::mem::replace(&mut open.standing, Standing::Other) != Standing::Other;
            if !is_news
                && self
                    .diagnostics
                    .last()
                    .is_some_and(|last| last.kind == kind)
            {
                return;
            }
        }
        let benchmark = self.open.is_some().then(|| self.open_name());
        let detail = text.strip_prefix(b"panic: ").unwrap_or(text);
        let traces = benchmark.is_none();
        self.report(kind, benchmark, detail, number);
        self.traces = traces;
    }

    fn report(&mut self, kind: DiagnosticKind, name: Option<String>, detail: &[u8], line: u64) {
        self.traces = false;
        let package = self.waiting.package();
        self.diagnostics.add(Diagnostic {
            kind,
            benchmark: name,
            package: (!package.is_empty()).then(|| package.to_str_lossy().into_owned()),
            detail: detail.trim_ascii().to_str_lossy().into_owned(),
            line,
        });
    }
}

#[cfg(test)]
mod tests;
