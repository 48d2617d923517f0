//! Extracts the text from the events of `go test -json`.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::Deserialize;

use super::header;
use super::queue::LineQueue;

/// One line of the stream.
#[derive(Debug, PartialEq, Eq)]
struct Event<'a> {
    action: Action,
    package: Cow<'a, [u8]>,
    has_test: bool,
    output: Output<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Output,
    /// `pass`, `fail`, `skip`: what it is about is over.
    End,
    Other,
}

impl Action {
    fn of(name: &[u8]) -> Self {
        match name {
            b"output" => Self::Output,
            b"pass" | b"fail" | b"skip" => Self::End,
            _ => Self::Other,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Output<'a> {
    None,
    /// The inside of a JSON string.
    Escaped(&'a [u8]),
    Text(String),
}

/// Reads an event, or says that the line is none.
fn event(line: &[u8]) -> Option<Event<'_>> {
    if !line.starts_with(b"{") {
        return None;
    }
    plain_event(line).or_else(|| any_event(line))
}

/// Whether a line is an event.
pub(super) fn is_event(line: &[u8]) -> bool {
    event(line).is_some()
}

/// An event as `go test` writes them: without blanks, with texts and numbers as values.
fn plain_event(line: &[u8]) -> Option<Event<'_>> {
    let mut action = None;
    let mut package = Cow::Borrowed(&b""[..]);
    let mut has_test = false;
    let mut output = Output::None;
    let mut rest = line.strip_prefix(b"{")?;
    loop {
        let (key, after) = string(rest)?;
        let after = after.strip_prefix(b":")?;
        if after.first()? == &b'"' {
            let (value, after) = string(after)?;
            match key {
                b"Action" => action = Some(Action::of(value)),
                b"Output" => output = Output::Escaped(value),
                b"Test" => has_test = true,
                b"Package" => package = unescaped(value)?,
                _ => {}
            }
            rest = after;
        } else {
            let number =
                |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
            rest = match after.iter().take_while(number).count() {
                0 => return None,
                length => &after[length..],
            };
        }
        match rest.split_first()? {
            (b',', after) => rest = after,
            (b'}', after) if after.trim_ascii().is_empty() => break,
            _ => return None,
        }
    }
    Some(Event {
        action: action?,
        package,
        has_test,
        output,
    })
}

/// Splits the inside of a JSON string from what follows it.
#[inline]
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let mut end = 0;
    loop {
        end += memchr::memchr2(b'"', b'\\', &text[end..])?;
        if text[end] == b'"' {
            return Some((&text[..end], &text[end + 1..]));
        }
        end += 2;
        if end > text.len() {
            return None;
        }
    }
}

fn unescaped(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if memchr::memchr(b'\\', text).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::new();
    unescape(text, &mut out)?;
    Some(Cow::Owned(out))
}

/// Appends what the inside of a JSON string stands for; `None` where it is no such string.
fn unescape(mut text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    while let Some(place) = memchr::memchr(b'\\', text) {
        out.extend_from_slice(&text[..place]);
        let (letter, rest) = text[place + 1..].split_first()?;
        text = rest;
        out.push(match letter {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'"' | b'\\' | b'/' => *letter,
            b'u' => {
                let (letter, rest) = letter_by_number(text)?;
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                text = rest;
                continue;
            }
            _ => return None,
        });
    }
    out.extend_from_slice(text);
    Some(())
}

/// What follows `\u`; a surrogate without its other half becomes a replacement character.
fn letter_by_number(text: &[u8]) -> Option<(char, &[u8])> {
    let (unit, rest) = code_unit(text)?;
    if (0xd800..0xdc00).contains(&unit) {
        let low = rest.strip_prefix(b"\\u").and_then(code_unit);
        if let Some((low @ 0xdc00..0xe000, rest)) = low {
            let number = 0x1_0000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
            return Some((char::from_u32(number)?, rest));
        }
    }
    let letter = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((letter, rest))
}

fn code_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let unit = digits.iter().try_fold(0, |unit, &digit| {
        Some(unit << 4 | char::from(digit).to_digit(16)?)
    })?;
    Some((unit, rest))
}

/// An event in any spelling.
#[cold]
fn any_event(line: &[u8]) -> Option<Event<'_>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Fields {
        action: String,
        #[serde(default)]
        package: String,
        test: Option<String>,
        output: Option<String>,
    }
    memchr::memmem::find(line, b"\"Action\"")?;
    let fields: Fields = serde_json::from_slice(line).ok()?;
    Some(Event {
        action: Action::of(fields.action.as_bytes()),
        package: Cow::Owned(fields.package.into_bytes()),
        has_test: fields.test.is_some(),
        output: fields.output.map_or(Output::None, Output::Text),
    })
}

/// The output of one package, or lines between the events.
#[derive(Debug, Default)]
struct Source {
    /// `None` for lines that are in no event.
    package: Option<Box<[u8]>>,
    lines: LineQueue,
    /// The last line while it has no end, and the number of the event that it starts in.
    unfinished: Vec<u8>,
    unfinished_number: u64,
    is_over: bool,
}

impl Source {
    fn end_line(&mut self) {
        if !self.unfinished.is_empty() {
            self.lines.push(&self.unfinished, self.unfinished_number);
            self.unfinished.clear();
        }
        self.is_over = true;
    }

    /// Moves the lines that are whole to the queue; `streams` says whether somebody reads them at
    /// once.
    fn finish_lines(&mut self, number: u64, streams: bool) {
        let mut start = 0;
        while let Some(length) = memchr::memchr(b'\n', &self.unfinished[start..]) {
            let line = &self.unfinished[start..start + length];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let starts_in = if start == 0 {
                self.unfinished_number
            } else {
                number
            };
            if streams || may_matter(line) {
                self.lines.push(line, starts_in);
            }
            start += length + 1;
        }
        if start == self.unfinished.len() {
            self.unfinished.clear();
        } else if start > 0 {
            self.unfinished.drain(..start);
            self.unfinished_number = number;
        }
    }
}

/// Whether a line can change what is read. Only such lines are kept of a package that has to wait,
/// so that memory does not grow with what programs log.
fn may_matter(line: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(line, word).is_some();
    let is_config = || {
        let blank = line.iter().position(u8::is_ascii_whitespace);
        line[..blank.unwrap_or(line.len())].ends_with(b":")
    };
    match line.first() {
        None => false,
        Some(b'B' | b'U' | b'F' | b'P' | b'-' | b'*') => true,
        Some(_) => {
            is_config()
                || line.starts_with(b"exit status")
                || line.starts_with(b"fatal error")
                || has(b"\t")
                || has(b"/op")
                || has(b"Benchmark")
        }
    }
}

/// Puts the events of packages that run side by side in order: first everything of the package that
/// comes first, then everything of the next.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// In the order of their first events; the lines of the first are read as they come.
    sources: VecDeque<Source>,
    /// Where the last event belonged.
    last: usize,
}

impl Events {
    /// Takes one line of the stream, says whether it is an event.
    pub(super) fn take(&mut self, line: &[u8], number: u64) -> bool {
        let Some(event) = event(line) else {
            self.take_other(line, number);
            return false;
        };
        let source = self.source(&event.package);
        let streams = source == 0;
        let source = &mut self.sources[source];
        if event.action == Action::Output {
            let before = source.unfinished.len();
            if before == 0 {
                source.unfinished_number = number;
            }
            match event.output {
                Output::Escaped(text) => {
                    if unescape(text, &mut source.unfinished).is_none() {
                        source.unfinished.truncate(before);
                    }
                }
                Output::Text(text) => source.unfinished.extend_from_slice(text.as_bytes()),
                Output::None => {}
            }
            source.finish_lines(number, streams);
        } else if event.action == Action::End && !event.has_test {
            source.end_line();
        }
        true
    }

    /// Keeps a line that is no event if it may be benchmark output all the same: files are joined,
    /// and `go test` reports a package that does not build between the events.
    pub(super) fn take_other(&mut self, line: &[u8], number: u64) {
        let is_output = line.starts_with(b"Benchmark")
            || line.starts_with(b"Unit ")
            || line.starts_with(b"FAIL\t")
            || header::is_header(line);
        if !is_output {
            return;
        }
        let last = self.sources.back_mut();
        if let Some(source) = last.filter(|source| source.package.is_none()) {
            source.lines.push(line, number);
            return;
        }
        let mut source = Source {
            is_over: true,
            ..Source::default()
        };
        source.lines.push(line, number);
        self.sources.push_back(source);
    }

    fn source(&mut self, package: &[u8]) -> usize {
        let is_it = |source: &Source| !source.is_over && source.package.as_deref() == Some(package);
        if !self.sources.get(self.last).is_some_and(is_it) {
            self.last = self
                .sources
                .iter()
                .position(is_it)
                .unwrap_or_else(|| self.start(package));
        }
        self.last
    }

    fn start(&mut self, package: &[u8]) -> usize {
        self.sources.push_back(Source {
            package: Some(package.into()),
            ..Source::default()
        });
        self.sources.len() - 1
    }

    /// The stream ended; whatever is there can be read.
    pub(super) fn end(&mut self) {
        for source in &mut self.sources {
            source.end_line();
        }
    }

    /// Whether a line can be read now. If so [`Events::next`] gives it.
    pub(super) fn is_ready(&mut self) -> bool {
        while let Some(first) = self.sources.front() {
            if !first.lines.is_empty() {
                return true;
            }
            if !first.is_over {
                return false;
            }
            self.sources.pop_front();
            self.last = self.last.saturating_sub(1);
        }
        false
    }

    /// The number and text of the next line.
    pub(super) fn next(&mut self) -> Option<(u64, &[u8])> {
        self.sources.front_mut()?.lines.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stream: &str) -> Vec<(u64, String)> {
        let mut events = Events::default();
        let mut lines = Vec::new();
        let mut drain = |events: &mut Events| {
            while events.is_ready() {
                let line = events.next();
                lines.extend(
                    line.map(|(number, text)| (number, String::from_utf8_lossy(text).into_owned())),
                );
            }
        };
        for (number, line) in (1..).zip(stream.lines()) {
            events.take(line.as_bytes(), number);
            drain(&mut events);
        }
        events.end();
        drain(&mut events);
        lines
    }

    fn texts(stream: &str) -> Vec<String> {
        read(stream).into_iter().map(|line| line.1).collect()
    }

    #[test]
    fn joins_name_and_numbers_whatever_test_they_are_put_down_to() {
        let stream = r#"{"Time":"2024-01-01T00:00:00Z","Action":"start","Package":"p"}
{"Action":"output","Package":"p","Test":"BenchmarkA","Output":"BenchmarkA-8   \t"}
{"Action":"output","Package":"p","Output":"     100\t  5 ns/op\n"}
{"Action":"output","Package":"p","Output":"BenchmarkB-8   \t"}
{"Action":"output","Package":"p","Test":"TestZ","Output":"     200\t  6 ns/op\nPASS\n"}
{"Action":"pass","Package":"p","Elapsed":1.5}"#;
        let expected = [
            (2, "BenchmarkA-8   \t     100\t  5 ns/op"),
            (4, "BenchmarkB-8   \t     200\t  6 ns/op"),
            (5, "PASS"),
        ];
        assert_eq!(
            read(stream),
            expected.map(|(line, text)| (line, text.to_owned()))
        );
    }

    #[test]
    fn packages_do_not_mix() {
        let stream = r#"{"Action":"output","Package":"a","Output":"pkg: a\n"}
{"Action":"output","Package":"b","Output":"pkg: b\n"}
{"Action":"output","Package":"b","Output":"a line of log\n"}
{"Action":"output","Package":"c","Output":"pkg: c\nBenchmarkC 1 1 ns/op\n"}
{"Action":"output","Package":"a","Output":"BenchmarkA 1 1 ns/op\n"}
{"Action":"pass","Package":"c"}
{"Action":"pass","Package":"a","Test":"TestA"}
{"Action":"output","Package":"a","Output":"ok  \ta\n"}
{"Action":"output","Package":"b","Output":"BenchmarkB 1 1 ns/op"}
{"Action":"pass","Package":"a"}"#;
        assert_eq!(
            texts(stream),
            [
                "pkg: a",
                "BenchmarkA 1 1 ns/op",
                "ok  \ta",
                "pkg: b",
                "BenchmarkB 1 1 ns/op",
                "pkg: c",
                "BenchmarkC 1 1 ns/op",
            ]
        );
    }

    #[test]
    fn a_package_that_runs_again_comes_again() {
        let stream = r#"{"Action":"output","Package":"a","Output":"one\n"}
{"Action":"pass","Package":"a"}
{"Action":"output","Package":"b","Output":"two\n"}
{"Action":"output","Package":"a","Output":"pkg: a\n"}
{"Action":"pass","Package":"b"}
{"Action":"output","Package":"a","Output":"three\n"}"#;
        assert_eq!(texts(stream), ["one", "two", "pkg: a", "three"]);
    }

    #[test]
    fn keeps_benchmark_output_between_events_only() {
        let stream = "go: downloading example.com/x v1.0.0
{\"Action\":\"output\",\"Package\":\"a\",\"Output\":\"pkg: a\\n\"}
# example.com/broken
FAIL\texample.com/broken [build failed]
{\"Action\":\"output\",\"Package\":\"a\",\"Output\":\"PASS\\n\"}
{\"Action\":\"output\",\"Package\":\"a\",\"Outp";
        assert_eq!(
            texts(stream),
            ["pkg: a", "PASS", "FAIL\texample.com/broken [build failed]"]
        );
    }

    #[test]
    fn every_spelling_of_an_event_is_read() {
        for line in [
            r#"{"Action":"output","Package":"a/b","Output":"B<\"\\\/\t\u00b5𝛼\uD835\uDEFC\ud800\n"}"#,
            r#"{ "Output": "B<\"\\/\t\u00b5𝛼\uD835\uDEFC\ufffd\n", "Action": "output", "Test": null, "Package": "a\/b" }"#,
            "{\"Action\":\"output\",\"Package\":\"a\\/b\",\"Output\":\"B\\u003c\\\"\\\\/\\tµ𝛼𝛼\\uFFFD\\r\\n\",\"Elapsed\":-1.5e3} \r",
        ] {
            assert_eq!(texts(line), ["B<\"\\/\tµ𝛼𝛼\u{fffd}"], "{line}");
        }
        for line in [
            "",
            "{}",
            "{",
            "null",
            "[1]",
            r#"{"level":"info","msg":"Action"}"#,
            r#"{"Action":"output""#,
            r#"{"Action":"output","Output":"\"#,
            r#"{"Action":7}"#,
            r#"{"Action":"output"}x"#,
        ] {
            assert!(!is_event(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn the_fast_way_reads_as_serde_does() {
        for line in [
            r#"{"Action":"output","Package":"p","Test":"T","Output":"a\tb\n"}"#,
            r#"{"Time":"t","Action":"pass","Package":"p\u0026q","Elapsed":0.5}"#,
            r#"{"Action":"bench"}"#,
        ] {
            let plain = plain_event(line.as_bytes());
            let any = any_event(line.as_bytes());
            let facts = |event: Option<Event<'_>>| {
                event.map(|event| {
                    let output = match event.output {
                        Output::None => None,
                        Output::Escaped(text) => unescaped(text).map(Cow::into_owned),
                        Output::Text(text) => Some(text.into_bytes()),
                    };
                    (
                        event.action,
                        event.package.into_owned(),
                        event.has_test,
                        output,
                    )
                })
            };
            assert!(plain.is_some(), "{line}");
            assert_eq!(facts(plain), facts(any), "{line}");
        }
    }
}
