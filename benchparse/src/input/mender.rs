//! Lines that the grammar does not take, read as what they were before something happened to them.

use std::sync::LazyLock;

use bstr::ByteSlice as _;
use memchr::memmem::Finder;

use super::decoration::{self, Kinds};
use super::halves::{self, Named};
use super::queue::LineQueue;
use super::{Incident, IncidentKind, Incidents, RepairKind, Repairs, ansi, header};

/// The word that every result begins with.
static WORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("Benchmark"));

/// What the grammar made of a line that is offered to a [`Mender`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is no line of the format and nobody would miss it.
    Ignored,
    /// It looks like one and has a syntax error.
    Error,
}

/// What to do with a line that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Mended {
    /// Nothing: it is ignored, or its error reported, as it would be without a mender.
    Unchanged,
    /// Read what [`Mender::piece`] gives in place of the line, whose error is void.
    Replaced,
    /// Like [`Mended::Replaced`]; also void is the error that is held back: its numbers came.
    Joined,
    /// Hold the line's error back: its numbers may still come. An error held back before is to be
    /// reported now.
    Held,
}

/// Finds results in lines that the grammar does not take.
///
/// The reader of the format calls [`Mender::offer`] for every line that is ignored or refused, and
/// [`Mender::saw_result`] or [`Mender::saw_config`] for the others. What it is told to read instead
/// it takes from [`Mender::piece`] until there is nothing left; these texts are not offered again
/// and not reported as seen. At the end of the input it calls [`Mender::finish`].
///
/// # Errors that are held back
///
/// The first half of a torn result is a syntax error if the second never comes. After
/// [`Mended::Held`] the reader keeps that error, and all that follow it, for as long as
/// [`Mender::holds`] says so. [`Mended::Joined`] takes the kept error back; when `holds` is false
/// or the line is itself held, what is kept is reported.
///
/// # What is mended
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
pub struct Mender {
    /// Whether the next good result has to be looked at.
    watches: bool,
    /// Whether there was a result that nobody wrote anything in front of.
    has_result: bool,
    open: Option<Open>,
    /// The open name with the blanks after it.
    name: Vec<u8>,
    waiting: Waiting,
    /// The values of [`header::KEYS`] in force.
    header: [Vec<u8>; header::KEYS.len()],
    pieces: LineQueue,
    without_escapes: Vec<u8>,
    repairs: Repairs,
    incidents: Incidents,
    /// Whether the last incident is a panic or a signal that a stack trace follows.
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

/// Lines that count if the input has nothing better.
#[derive(Debug, Default)]
struct Waiting {
    lines: LineQueue,
    kinds: Vec<Kinds>,
    has_result: bool,
}

impl Mender {
    /// A mender for one input.
    pub fn new() -> Self {
        Self {
            watches: true,
            ..Self::default()
        }
    }

    /// What was mended so far.
    pub fn repairs(&self) -> &Repairs {
        &self.repairs
    }

    /// What kept benchmarks from giving results so far.
    pub fn incidents(&self) -> &Incidents {
        &self.incidents
    }

    /// Takes a text that is to be read, with the line that it came from.
    #[inline]
    pub fn piece(&mut self) -> Option<(u64, &[u8])> {
        self.pieces.pop()
    }

    /// Whether the error of an earlier line is still to be held back.
    #[inline]
    pub fn holds(&self) -> bool {
        self.open.is_some_and(|open| open.is_held)
    }

    /// A result was read without help.
    #[inline]
    pub fn saw_result(&mut self) {
        if self.watches {
            self.result_closes();
        }
    }

    #[cold]
    fn result_closes(&mut self) {
        self.close();
        self.has_result = true;
        self.waiting = Waiting::default();
        self.watches = false;
    }

    /// A configuration line was read without help.
    #[inline]
    pub fn saw_config(&mut self, key: &[u8], value: &[u8], number: u64) {
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
            self.set_header(place, value);
            if !self.waiting.kinds.is_empty() {
                self.wait(&[key, b": ", value], number, Kinds::default());
            }
            return;
        }
        let kind = match key {
            b"panic" => panic_kind(value),
            b"signal" => IncidentKind::Killed,
            _ => return,
        };
        let text = [key, b": ", value].concat();
        self.report_about_open(kind, &text, number);
    }

    /// A line was ignored or refused.
    pub fn offer(&mut self, line: &[u8], number: u64, refusal: Refusal) -> Mended {
        let marks = memchr::memchr3(0x1b, b'\r', b'\t', line);
        let is_dull = is_dull(line) || (self.open.is_none() && line == b"PASS");
        if self.has_result && marks.is_none() && is_dull && !self.traces {
            return Mended::Unchanged;
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
        let mended = self.mend(&bare, number, refusal, kinds);
        self.without_escapes = bare;
        mended
    }

    /// The input ended. What [`Mender::piece`] gives now is still to be read.
    pub fn finish(&mut self) {
        self.close_for_good();
        let mut waiting = std::mem::take(&mut self.waiting);
        if self.has_result || !waiting.has_result {
            return;
        }
        for kinds in waiting.kinds {
            let Some((number, text)) = waiting.lines.pop() else {
                break;
            };
            self.pieces.push(text, number);
            self.count(kinds, number);
        }
    }

    fn mend(&mut self, line: &[u8], number: u64, refusal: Refusal, mut kinds: Kinds) -> Mended {
        let (text, collected) = decoration::collected(line);
        kinds.extend(collected);
        let text = text.strip_prefix(b"\x16").unwrap_or(text);
        let mended = if text.starts_with(b"Benchmark") {
            self.benchmark(text, number, refusal, kinds)
        } else if let Some((place, value)) = header::parse(text).filter(|_| !kinds.is_empty()) {
            self.close();
            self.set_header(place, value);
            self.replace(&[text], number, kinds)
        } else if self.open.is_some() && halves::is_numbers(text) {
            self.join(text, kinds)
        } else {
            self.other(text, number, kinds)
        };
        let is_noise = mended == Mended::Unchanged
            && refusal == Refusal::Error
            && kinds.has(RepairKind::Timestamp)
            && !text.starts_with(b"Benchmark");
        if is_noise {
            // Only what a log collector put before the line looked like the format.
            return Mended::Replaced;
        }
        mended
    }

    /// A line that starts with the word `Benchmark`.
    fn benchmark(&mut self, text: &[u8], number: u64, refusal: Refusal, kinds: Kinds) -> Mended {
        if !kinds.is_empty() && halves::is_result(text) {
            self.close();
            self.take_as_result();
            return self.replace(&[text], number, kinds);
        }
        let Some(named) = Named::of(text) else {
            return Mended::Unchanged;
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
        if let Some(start) = halves::trailing_numbers(named.rest).filter(|&start| start > 0) {
            self.close();
            self.take_as_result();
            let parts = [named.name, named.blank, &named.rest[start..]];
            return self.replace(&parts, number, kinds.with(RepairKind::TornResult));
        }
        if halves::is_measurements(named.rest) {
            self.close();
            return Mended::Unchanged;
        }
        if !named.may_be_half() {
            return Mended::Unchanged;
        }
        let cause = cause(named.rest);
        let standing = if named.has_tab() {
            Standing::Half
        } else {
            Standing::Other
        };
        let mended = self.open(named, number, standing, refusal, kinds);
        if let Some((kind, _)) = cause {
            self.report_about_open(kind, named.rest, number);
        } else {
            self.end_of_package(named.rest, number);
        }
        if self.open.is_none() && mended == Mended::Held {
            return Mended::Unchanged;
        }
        mended
    }

    /// A name whose numbers are missing, with the next line of the output behind it.
    fn glued(&mut self, named: Named<'_>, number: u64, refusal: Refusal, kinds: Kinds) -> Mended {
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
                self.set_header(place, value);
                self.replace(&[next], number, kinds)
            }
            None => self.benchmark(next, number, refusal, kinds),
        }
    }

    /// The second half of the open result.
    fn join(&mut self, numbers: &[u8], kinds: Kinds) -> Mended {
        let Some(open) = self.open.take() else {
            return Mended::Unchanged;
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
        self.count(kinds, open.number);
        self.take_as_result();
        if open.is_held {
            Mended::Joined
        } else {
            Mended::Replaced
        }
    }

    /// A line that has nothing at its start.
    fn other(&mut self, text: &[u8], number: u64, kinds: Kinds) -> Mended {
        let word = if self.has_result && memchr::memchr(b'\t', text).is_none() {
            // Beside other results only what `go test` printed itself counts, and that has tabs.
            None
        } else {
            WORD.find(text)
        };
        if let Some(start) = word
            && ends_in_glue(&text[..start])
            && halves::is_printed(&text[start..])
        {
            let kinds = kinds.with(RepairKind::GluedLine);
            return self.benchmark(&text[start..], number, Refusal::Ignored, kinds);
        }
        if self.open.is_some()
            && let Some(start) = halves::trailing_numbers(text)
        {
            return self.join(&text[start..], kinds);
        }
        if self.traces
            && let Some((package, name)) = stack_frame(text)
        {
            self.incidents.complete_last(package, name);
            self.traces = false;
            return Mended::Unchanged;
        }
        if halves::trailing_numbers(text) == Some(0) {
            self.report(IncidentKind::NoName, None, b"", number);
            return Mended::Unchanged;
        }
        if self.end_of_package(text, number) {
            return Mended::Unchanged;
        }
        if let Some((kind, _)) = cause(text) {
            self.report_about_open(kind, text, number);
            return Mended::Unchanged;
        }
        if self.has_result {
            return Mended::Unchanged;
        }
        let Some(start) = word else {
            self.wait_for_header(text, number, kinds);
            return Mended::Unchanged;
        };
        if let Some(written) = decoration::written(text, start)
            && halves::is_result(written.text)
        {
            self.wait(&[written.text], number, kinds.with(written.kind));
            self.waiting.has_result = true;
        }
        Mended::Unchanged
    }

    /// Looks for the lines that end a benchmark or a package.
    fn end_of_package(&mut self, text: &[u8], number: u64) -> bool {
        if let Some(package) = text.strip_prefix(b"FAIL\t") {
            self.traces = false;
            let exit = self.incidents.take_last(IncidentKind::ExitStatus);
            let (package, rest) = split_word(package);
            let detail = match exit {
                Some(exit) => exit.detail,
                None if rest.starts_with(b"[") => rest.to_str_lossy().into_owned(),
                None => String::new(),
            };
            self.close();
            self.incidents.add(Incident {
                kind: IncidentKind::PackageFailed,
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
            self.report(IncidentKind::ExitStatus, None, text, number);
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

    /// Waits with a header line that has something before it that people write.
    fn wait_for_header(&mut self, text: &[u8], number: u64, kinds: Kinds) {
        for key in header::KEYS {
            let Some(start) = text.find(key) else {
                continue;
            };
            let Some(written) = decoration::written(text, start) else {
                continue;
            };
            if header::is_header(written.text) {
                self.wait(&[written.text], number, kinds.with(written.kind));
                return;
            }
        }
    }

    fn wait(&mut self, parts: &[&[u8]], number: u64, kinds: Kinds) {
        let waiting = &mut self.waiting;
        if waiting.kinds.is_empty() {
            // When these lines are read the configuration is that of the input's end.
            for (key, value) in header::KEYS.into_iter().zip(&self.header) {
                if !value.is_empty() {
                    waiting.lines.push_parts(&[key, b": ", value], number);
                    waiting.kinds.push(Kinds::default());
                }
            }
        }
        waiting.lines.push_parts(parts, number);
        waiting.kinds.push(kinds);
    }

    fn set_header(&mut self, place: usize, value: &[u8]) {
        let header = &mut self.header[place];
        if header != value {
            header.clear();
            header.extend_from_slice(value);
        }
    }

    fn replace(&mut self, parts: &[&[u8]], number: u64, kinds: Kinds) -> Mended {
        self.pieces.push_parts(parts, number);
        self.count(kinds, number);
        Mended::Replaced
    }

    fn count(&mut self, kinds: Kinds, number: u64) {
        for kind in kinds.iter() {
            self.repairs.add(kind, number);
        }
    }

    fn take_as_result(&mut self) {
        self.has_result = true;
        self.waiting = Waiting::default();
    }

    fn open(
        &mut self,
        named: Named<'_>,
        number: u64,
        standing: Standing,
        refusal: Refusal,
        kinds: Kinds,
    ) -> Mended {
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
            Mended::Held
        } else {
            Mended::Unchanged
        }
    }

    /// No numbers come for the open name any more.
    fn close(&mut self) {
        if let Some(open) = self.open.take()
            && open.standing == Standing::Half
        {
            let name = self.open_name();
            self.report(IncidentKind::NoNumbers, Some(name), b"", open.number);
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
    fn report_about_open(&mut self, kind: IncidentKind, text: &[u8], number: u64) {
        if matches!(kind, IncidentKind::Failed | IncidentKind::Skipped) {
            let name = cause(text).map_or(&b""[..], |(_, name)| name);
            let name = name.to_str_lossy().into_owned();
            self.open = None;
            // A benchmark fails with its sub-benchmarks: that is one failure.
            let is_known = kind == IncidentKind::Failed
                && self.incidents.last().is_some_and(|last| {
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
            if !is_news && self.incidents.last().is_some_and(|last| last.kind == kind) {
                return;
            }
        }
        let benchmark = self.open.is_some().then(|| self.open_name());
        let detail = text.strip_prefix(b"panic: ").unwrap_or(text);
        let traces = benchmark.is_none();
        self.report(kind, benchmark, detail, number);
        self.traces = traces;
    }

    fn report(&mut self, kind: IncidentKind, name: Option<String>, detail: &[u8], line: u64) {
        self.traces = false;
        let package = &self.header[2];
        self.incidents.add(Incident {
            kind,
            benchmark: name,
            package: (!package.is_empty()).then(|| package.to_str_lossy().into_owned()),
            detail: detail.trim_ascii().to_str_lossy().into_owned(),
            line,
        });
    }
}

/// Whether a text may have been printed without a line end before a benchmark's name: it is no mark
/// or label that somebody put there, and it does not make the name a part of a longer word.
fn ends_in_glue(before: &[u8]) -> bool {
    match before {
        [] | [.., b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9', b'.'] => false,
        [.., last] => {
            !b" \t/\\\"'`(:|".contains(last) && !decoration::is_mark(before.trim_ascii_start())
        }
    }
}

/// The benchmark's function and its package in a line of a stack trace, such as
/// `example.com/sort.BenchmarkSort(0xc000100c88)`.
fn stack_frame(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = WORD.find(line)?;
    let package = line[..start].strip_suffix(b".")?;
    let rest = &line[start..];
    let end = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_' && byte.is_ascii());
    let (name, rest) = rest.split_at(end?);
    let is_path = !package.iter().any(u8::is_ascii_whitespace);
    (is_path && matches!(rest.first(), Some(b'(' | b'.'))).then_some((package, name))
}

/// Whether nothing is to be found in a line that begins like this, if there was a result, and there
/// is no tab and nothing for a terminal in it. It may be wrong one way only.
#[inline]
fn is_dull(line: &[u8]) -> bool {
    match line {
        // The name of a month.
        [b'A'..=b'Z', _, _, b' ', ..] => false,
        [b'A'..=b'Z', ..] => {
            let words = [&b"Benchmark"[..], b"FAIL", b"PASS", b"SIG"];
            !words.iter().any(|word| line.starts_with(word))
        }
        // Times in numbers, indented lines, marks of encodings and of test2json, and what ends
        // benchmarks and runs.
        [first, ..] => !b"0123456789[ \xef\x16-*efops".contains(first),
        [] => true,
    }
}

fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(u8::is_ascii_whitespace);
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    (word, rest.trim_ascii())
}

fn panic_kind(message: &[u8]) -> IncidentKind {
    if message.starts_with(b"test timed out") {
        IncidentKind::Killed
    } else {
        IncidentKind::Panicked
    }
}

/// What a line says about a benchmark that gives no result; for a failed or skipped one its name.
fn cause(text: &[u8]) -> Option<(IncidentKind, &[u8])> {
    let verdict = text.trim_ascii_start().strip_prefix(b"--- ");
    if let Some(verdict) = verdict {
        let kind = match verdict.get(..6)? {
            b"FAIL: " => IncidentKind::Failed,
            b"SKIP: " => IncidentKind::Skipped,
            _ => return None,
        };
        let (name, _) = split_word(&verdict[6..]);
        return name.starts_with(b"Benchmark").then_some((kind, name));
    }
    let kind = match text.first()? {
        b'p' => panic_kind(text.strip_prefix(b"panic: ")?),
        b'f' if text.starts_with(b"fatal error: ") => IncidentKind::Panicked,
        b's' if text.starts_with(b"signal: ") => IncidentKind::Killed,
        b'S' if text.starts_with(b"SIG") && text.contains_str(b": ") && !text.contains(&b'=') => {
            let (name, _) = split_word(text);
            let upper = name.strip_suffix(b":")?;
            if !upper.iter().all(u8::is_ascii_uppercase) {
                return None;
            }
            IncidentKind::Killed
        }
        b'*' if text.starts_with(b"*** Test killed") => IncidentKind::Killed,
        _ => return None,
    };
    Some((kind, b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a text: results and what stands in for other lines, with their numbers.
    struct Read {
        lines: Vec<(u64, String)>,
        errors: Vec<u64>,
        mender: Mender,
    }

    /// Does what the format's reader does, with a grammar that is just good enough.
    fn read(text: &str) -> Read {
        let mut mender = Mender::new();
        let (mut lines, mut errors, mut held) = (Vec::new(), Vec::new(), Vec::new());
        let pieces = |mender: &mut Mender, lines: &mut Vec<(u64, String)>| {
            while let Some((number, text)) = mender.piece() {
                lines.push((number, text.to_str_lossy().into_owned()));
            }
        };
        for (number, line) in (1..).zip(text.split('\n')) {
            let bytes = line.as_bytes();
            let config = line
                .split_once(": ")
                .filter(|(key, _)| key.starts_with(|c: char| c.is_ascii_lowercase()))
                .filter(|(key, _)| !key.contains(|c: char| c.is_whitespace() || c.is_uppercase()));
            let refusal = if halves::is_result(bytes) {
                mender.saw_result();
                lines.push((number, line.to_owned()));
                None
            } else if let Some((key, value)) = config {
                mender.saw_config(key.as_bytes(), value.as_bytes(), number);
                None
            } else if line.starts_with("Benchmark") && line.contains(char::is_whitespace) {
                Some(Refusal::Error)
            } else {
                Some(Refusal::Ignored)
            };
            if let Some(refusal) = refusal {
                let is_error = refusal == Refusal::Error;
                match mender.offer(bytes, number, refusal) {
                    Mended::Unchanged if is_error => held.push(number),
                    Mended::Unchanged => {}
                    Mended::Replaced => pieces(&mut mender, &mut lines),
                    Mended::Joined => {
                        held.remove(0);
                        pieces(&mut mender, &mut lines);
                    }
                    Mended::Held => {
                        errors.append(&mut held);
                        held.push(number);
                    }
                }
            }
            if !mender.holds() {
                errors.append(&mut held);
            }
        }
        mender.finish();
        errors.append(&mut held);
        pieces(&mut mender, &mut lines);
        Read {
            lines,
            errors,
            mender,
        }
    }

    impl Read {
        fn texts(&self) -> Vec<&str> {
            self.lines.iter().map(|line| line.1.as_str()).collect()
        }

        fn repairs(&self) -> Vec<(RepairKind, u64)> {
            let made = self.mender.repairs.iter();
            made.map(|repair| (repair.kind, repair.count)).collect()
        }

        fn incidents(&self) -> Vec<(u64, String)> {
            let seen = self.mender.incidents.iter();
            seen.map(|incident| (incident.line, incident.to_string()))
                .collect()
        }
    }

    #[test]
    fn joins_results_torn_by_what_the_benchmark_prints() {
        let torn = read(
            "pkg: example.com/m
BenchmarkMap-4         \tN=1
N=100
a: 0xc000
\ttook 5 ms, 30 B/op
 1486742\t       718 ns/op\t  11.14 MB/s
BenchmarkSet-4         \t1
100
  500000\t      3000 ns/op
PASS",
        );
        assert_eq!(
            torn.lines,
            [
                (
                    2,
                    "BenchmarkMap-4         \t 1486742\t       718 ns/op\t  11.14 MB/s".into()
                ),
                (
                    7,
                    "BenchmarkSet-4         \t  500000\t      3000 ns/op".into()
                ),
            ]
        );
        assert_eq!(torn.errors, [0; 0]);
        assert_eq!(torn.repairs(), [(RepairKind::TornResult, 2)]);
        assert_eq!(torn.incidents(), []);
    }

    #[test]
    fn joins_results_with_text_that_has_no_line_end() {
        let torn = read(
            "BenchmarkA-8   \t....     100\t         5.0 ns/op
BenchmarkB-8   \tfirst
.....     200\t         6.0 ns/op
doneBenchmarkC-8   \t     300\t         7.0 ns/op
.BenchmarkD-8   \t.     400\t         8.0 ns/op
BenchmarkE
...BenchmarkE-8   \t     500\t         9.0 ns/op
10%\r100%\rBenchmarkF-8   \t10%\r100%\r     600\t         9.5 ns/op
bye.BenchmarkG-8   \tlog
?BenchmarkH-8   \tlog
     700\t         9.7 ns/op
BenchmarkI
<1><100>BenchmarkI-8   \t     800\t         9.8 ns/op
>BenchmarkJ-8   \t     900\t         9.9 ns/op",
        );
        assert_eq!(
            torn.texts(),
            [
                "BenchmarkA-8   \t     100\t         5.0 ns/op",
                "BenchmarkB-8   \t     200\t         6.0 ns/op",
                "BenchmarkC-8   \t     300\t         7.0 ns/op",
                "BenchmarkD-8   \t     400\t         8.0 ns/op",
                "BenchmarkE-8   \t     500\t         9.0 ns/op",
                "BenchmarkF-8   \t     600\t         9.5 ns/op",
                "BenchmarkH-8   \t     700\t         9.7 ns/op",
                "BenchmarkI-8   \t     800\t         9.8 ns/op",
            ]
        );
        assert_eq!(
            torn.repairs(),
            [(RepairKind::TornResult, 5), (RepairKind::GluedLine, 6)]
        );
        assert_eq!(torn.incidents(), []);
    }

    #[test]
    fn numbers_without_an_open_name_are_left_alone() {
        for closer in [
            "--- BENCH: BenchmarkA-8",
            "PASS",
            "ok  \texample.com/m\t1.0s",
            "FAIL\texample.com/m\t1.0s",
            "pkg: example.com/n",
            "BenchmarkB-8   \t     100\t         5.0 ns/op",
        ] {
            let text = format!("BenchmarkA-8   \thello\n{closer}\n     200\t   6.0 ns/op");
            let read = read(&text);
            assert!(
                !read.texts().iter().any(|text| text.contains("200")),
                "{closer}"
            );
            assert_eq!(read.errors, [1], "{closer}");
            assert_eq!(
                read.incidents().first(),
                Some(&(1, "BenchmarkA-8 printed no result".into())),
                "{closer}"
            );
        }
    }

    #[test]
    fn lone_names_of_verbose_runs_are_no_incident() {
        let verbose = read(
            "BenchmarkA
    a_test.go:7: hello
BenchmarkA-8   \t     100\t         5.0 ns/op
BenchmarkA-8   \t     100\t         5.0 ns/op
BenchmarkB
BenchmarkB/sub
BenchmarkB/sub-8   \tlog
     100\t         6.0 ns/op
PASS",
        );
        assert_eq!(verbose.lines.len(), 3);
        assert_eq!(
            verbose.texts()[2],
            "BenchmarkB/sub-8   \t     100\t         6.0 ns/op"
        );
        assert_eq!(verbose.incidents(), []);
        assert_eq!(verbose.errors, [0; 0]);
    }

    #[test]
    fn numbers_alone_are_noted() {
        let alone = read("pkg: a\n 6050972\t       252.7 ns/op\t      35 B/op\n100 5 ns/op");
        assert_eq!(
            alone.incidents(),
            [(2, "a result has no name (a)".to_owned())]
        );
        assert_eq!(alone.lines, []);
    }

    #[test]
    fn the_last_name_of_a_cut_file_is_missed() {
        for text in ["BenchmarkA-8   \t", "BenchmarkA-8   ", "BenchmarkA-8"] {
            let cut = read(text);
            assert_eq!(
                cut.incidents(),
                [(1, "BenchmarkA-8 printed no result".to_owned())],
                "{text:?}"
            );
            assert_eq!(
                cut.errors.len(),
                usize::from(text.ends_with(char::is_whitespace))
            );
        }
    }

    #[test]
    fn takes_collector_times_off_everything_of_go_test() {
        let log = read(
            "2023-05-24T15:53:20.1Z ##[group]Run go test
2023-05-24T15:53:20.2Z shell: /usr/bin/bash
2023-05-24T15:53:21.1Z goos: linux
2023-05-24T15:53:21.2Z BenchmarkA-2 \t1000000000\t 2.502 ns/op
2023-05-24T15:53:21.3Z BenchmarkB-2 \tlog
2023-05-24T15:53:21.4Z      100\t 7.5 ns/op
2023-05-24T15:53:21.5Z PASS",
        );
        assert_eq!(
            log.lines,
            [
                (3, "goos: linux".into()),
                (4, "BenchmarkA-2 \t1000000000\t 2.502 ns/op".into()),
                (5, "BenchmarkB-2 \t     100\t 7.5 ns/op".into()),
            ]
        );
        assert_eq!(
            log.repairs(),
            [(RepairKind::TornResult, 1), (RepairKind::Timestamp, 3)]
        );
    }

    #[test]
    fn job_names_that_look_like_benchmarks_are_no_errors() {
        let log = read(
            "Benchmark\tRun\t2023-05-24T15:53:21.1Z go: downloading
Benchmark\tRun\t2023-05-24T15:53:21.2Z BenchmarkA-2 \t100\t 2.502 ns/op",
        );
        assert_eq!(log.texts(), ["BenchmarkA-2 \t100\t 2.502 ns/op"]);
        assert_eq!(log.errors, [0; 0]);
    }

    #[test]
    fn takes_colours_off() {
        let coloured = read(
            "\x1b[1mgoos: linux\x1b[0m
\x1b[32mBenchmarkA-8\x1b[0m   \t     100\t         5.0 ns/op\x1b[0m
BenchmarkB-8   \t\x1b[32mlog\x1b[0m
     200\t         6.0 ns/op",
        );
        assert_eq!(
            coloured.texts(),
            [
                "goos: linux",
                "BenchmarkA-8   \t     100\t         5.0 ns/op",
                "BenchmarkB-8   \t     200\t         6.0 ns/op"
            ]
        );
        assert_eq!(
            coloured.repairs(),
            [(RepairKind::TornResult, 1), (RepairKind::Ansi, 2)]
        );
    }

    #[test]
    fn reads_pasted_results_where_there_are_no_others() {
        for (before, kind) in [
            ("    ", RepairKind::Indentation),
            ("// ", RepairKind::CommentPrefix),
            ("# ", RepairKind::CommentPrefix),
            ("> ", RepairKind::CommentPrefix),
            ("BEFORE: ", RepairKind::Label),
        ] {
            let pasted = format!(
                "{before}pkg: example.com/m\n{before}BenchmarkA-8   \t     100\t     5.0 ns/op\n"
            );
            let alone = read(&pasted);
            assert_eq!(
                alone.texts(),
                [
                    "pkg: example.com/m",
                    "BenchmarkA-8   \t     100\t     5.0 ns/op"
                ]
            );
            assert_eq!(alone.repairs(), [(kind, 2)], "{before}");

            for text in [
                format!("{pasted}BenchmarkA-8 1 1 ns/op"),
                format!("BenchmarkA-8 1 1 ns/op\n{pasted}"),
            ] {
                let beside = read(&text);
                assert_eq!(beside.texts(), ["BenchmarkA-8 1 1 ns/op"], "{before}");
                assert_eq!(beside.repairs(), []);
            }
        }
    }

    #[test]
    fn pasted_results_keep_the_plain_header_around_them() {
        let pasted = read(
            "goos: linux
pkg: a
  BenchmarkA-8 1 1 ns/op
pkg: b
  BenchmarkB-8 1 1 ns/op",
        );
        assert_eq!(
            pasted.texts(),
            [
                "goos: linux",
                "pkg: a",
                "BenchmarkA-8 1 1 ns/op",
                "pkg: b",
                "BenchmarkB-8 1 1 ns/op"
            ]
        );
        assert_eq!(pasted.repairs(), [(RepairKind::Indentation, 2)]);
    }

    #[test]
    fn separates_what_follows_an_unfinished_result() {
        let glued = read(
            "pkg: a
BenchmarkA-8   \tgoos: windows
BenchmarkB-8   \tBenchmarkC-8   \t     100\t         5.0 ns/op
BenchmarkD-8   \tBenchmarkE-8   \tlog
     200\t         6.0 ns/op",
        );
        assert_eq!(
            glued.texts(),
            [
                "goos: windows",
                "BenchmarkC-8   \t     100\t         5.0 ns/op",
                "BenchmarkE-8   \t     200\t         6.0 ns/op",
            ]
        );
        assert_eq!(glued.errors, [0; 0]);
        assert_eq!(
            glued.incidents(),
            ["A", "B", "D"].map(|name| {
                let line = match name {
                    "A" => 2,
                    "B" => 3,
                    _ => 4,
                };
                (line, format!("Benchmark{name}-8 printed no result (a)"))
            })
        );
    }

    #[test]
    fn prose_and_foreign_results_stay_refused() {
        let text = "Benchmark: results of today
Benchmark One-Pass Run (see below):
Benchmarks took 5 minutes
BenchmarkA-8       41227 ns/op
BenchmarkA-8       41612 ns/op
     100\t         5.0 ns/op";
        let prose = read(text);
        assert_eq!(prose.lines, []);
        assert_eq!(prose.errors, [1, 2, 3, 4, 5]);
        assert_eq!(prose.repairs(), []);
        assert_eq!(prose.incidents(), [(6, "a result has no name".to_owned())]);
    }

    #[test]
    fn names_what_failed_and_why() {
        let bad = read(
            "pkg: a
BenchmarkA-8   \t--- FAIL: BenchmarkA-8
--- SKIP: BenchmarkB
--- FAIL: BenchmarkC/x/y
--- FAIL: BenchmarkC/x
--- FAIL: BenchmarkC
BenchmarkD-64 \tsignal: killed
FAIL\ta\t1.0s
BenchmarkE-8   \tpanic: oh no
panic: oh no [recovered]
exit status 2
FAIL\tb\t0.1s
BenchmarkF-8   \tSIGQUIT: quit
*** Test killed with quit: ran too long (11m0s).
FAIL\tc [build failed]",
        );
        assert_eq!(
            bad.incidents(),
            [
                (2, "BenchmarkA-8 failed (a)"),
                (3, "BenchmarkB was skipped (a)"),
                (4, "BenchmarkC/x/y failed (a)"),
                (7, "BenchmarkD-64 was killed: signal: killed (a)"),
                (8, "a failed"),
                (9, "BenchmarkE-8 panicked: oh no (a)"),
                (12, "b failed: exit status 2"),
                (13, "BenchmarkF-8 was killed: SIGQUIT: quit (a)"),
                (15, "c failed: [build failed]"),
            ]
            .map(|(line, text)| (line, text.to_owned()))
        );
        assert_eq!(bad.errors, [2, 7, 9, 13]);
    }

    #[test]
    fn a_panic_names_the_benchmark_that_ran() {
        let verbose = read("BenchmarkA\npanic: oh no\n\ngoroutine 1 [running]:\nexit status 2");
        assert_eq!(
            verbose.incidents(),
            [
                (2, "BenchmarkA panicked: oh no".to_owned()),
                (5, "the run did not end well: exit status 2".to_owned()),
            ]
        );
        let traced = read(
            "BenchmarkA-8 1 1 ns/op
panic: oh no

goroutine 20 [running]:
github.com/x/y.(*T).do(...)
\tgithub.com/x/y/t.go:7
github.com/x/y.BenchmarkB.func1(0x13c87caf2608?)
github.com/x/y.BenchmarkC(0x13c87caf2608?)",
        );
        assert_eq!(
            traced.incidents(),
            [(2, "BenchmarkB panicked: oh no (github.com/x/y)".to_owned())]
        );
        let timeout = read("BenchmarkA-8   \tlog\npanic: test timed out after 1s");
        assert_eq!(
            timeout.incidents(),
            [(
                2,
                "BenchmarkA-8 was killed: test timed out after 1s".to_owned()
            )]
        );
    }

    #[test]
    fn a_line_of_nothing_but_names_is_read_without_recursion() {
        let line = "BenchmarkA\t".repeat(100_000);
        let mut mender = Mender::new();
        assert_eq!(
            mender.offer(line.as_bytes(), 1, Refusal::Error),
            Mended::Held
        );
    }
}
