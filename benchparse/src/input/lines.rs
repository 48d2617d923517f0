//! Produces the text lines of an input.

use std::io::{self, Read};
use std::ops::Range;

use super::encoding::{Decoder, Encoding};
use super::feeder::Feeder;
use super::queue::LineQueue;
use super::test2json::{Events, is_event};
use super::window::Window;
use super::{RepairKind, Repairs, ansi, decoration, header, split_lines};

/// How much may stand before the first event of `go test -json`.
const HEAD: usize = 64 * 1024;

/// A line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Line<'a> {
    /// The bytes without the line feed and without one carriage return before it.
    pub text: &'a [u8],
    /// The line of the input, counted from 1. For text out of `go test -json` it is the line of the
    /// event in which the text line starts.
    pub number: u64,
}

/// Reads the lines of a byte stream, whatever it is wrapped in.
///
/// Recognised by their first bytes are a UTF-8 byte order mark, UTF-16 with and without one, and
/// the events of `go test -json`; the lines that come out are those that `go test` would have
/// printed into a file. The events' output is put together per package: packages that ran side by
/// side come one after the other, in the order of their first events. Lines of results with
/// terminal colours come without them. Every other line comes as it is.
///
/// One buffer is used for the whole stream; it grows only for a line that is longer. Of packages
/// that wait for an earlier one to end only lines that may matter are kept.
///
/// ```
/// use benchparse::input::{Lines, RepairKind};
///
/// let stream = br#"{"Action":"output","Package":"p","Output":"BenchmarkA-8   \t"}
/// {"Action":"output","Package":"p","Output":"     100\t  5 ns/op\n"}
/// "#;
/// let mut lines = Lines::new(&stream[..]);
/// let line = lines.next_line()?.expect("one line");
/// assert_eq!(line.text, b"BenchmarkA-8   \t     100\t  5 ns/op");
/// assert_eq!(line.number, 1);
/// assert!(lines.next_line()?.is_none());
/// assert_eq!(lines.repairs().count(RepairKind::Test2Json), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Lines<R> {
    window: Window<Decoder<R>>,
    /// Lines taken from the window so far.
    number: u64,
    stage: Stage,
    /// Lines that were read to find out what the stream is.
    head: LineQueue,
    events: Events,
    without_escapes: Vec<u8>,
    repairs: Repairs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is read.
    Start,
    /// Text of which some lines are in `head`.
    Head,
    Text,
    /// Text that is left as it is.
    Verbatim,
    Events,
}

/// Where a line's text is.
enum Place {
    Window(Range<usize>),
    WithoutEscapes,
}

impl<R: Read> Lines<R> {
    /// The lines of a stream.
    pub fn new(reader: R) -> Self {
        Self::with(Window::new(Decoder::new(reader)), Stage::Start)
    }

    /// The lines of a stream of which nothing is to be recognised: the bytes between line feeds.
    pub fn verbatim(reader: R) -> Self {
        Self::with(Window::new(Decoder::verbatim(reader)), Stage::Verbatim)
    }

    fn with(window: Window<Decoder<R>>, stage: Stage) -> Self {
        Self {
            window,
            number: 0,
            stage,
            head: LineQueue::default(),
            events: Events::default(),
            without_escapes: Vec::new(),
            repairs: Repairs::default(),
        }
    }

    /// What was done to the lines so far.
    pub fn repairs(&self) -> &Repairs {
        &self.repairs
    }

    /// The next line, or `None` at the end.
    ///
    /// # Errors
    /// Whatever the stream fails with.
    #[inline]
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        if !matches!(self.stage, Stage::Text | Stage::Verbatim) {
            return self.next_line_of_stage();
        }
        let Some(range) = self.window.next_line()? else {
            return Ok(None);
        };
        self.number += 1;
        let number = self.number;
        let place = if self.window.has_escapes() && self.stage == Stage::Text {
            self.place_without_escapes(range)
        } else {
            Place::Window(range)
        };
        let text = match place {
            Place::Window(range) => self.window.text(range),
            Place::WithoutEscapes => &self.without_escapes,
        };
        Ok(Some(Line { text, number }))
    }

    /// Takes the stream away where its lines are the bytes between line feeds: then what
    /// [`Lines::next_line`] still has are [`Lines::count`] lines at most, and the others come in blocks.
    ///
    /// # Errors
    /// Whatever the stream fails with.
    pub(crate) fn take_feeder(&mut self) -> io::Result<Option<Feeder<R>>> {
        if self.stage == Stage::Start {
            self.read_head()?;
        }
        let decoder = self.window.reader();
        let is_bytes = match decoder.and_then(Decoder::encoding) {
            Some(Encoding::Utf16 { .. }) | None => false,
            Some(Encoding::Bytes { .. }) => self.stage != Stage::Events,
        };
        if !is_bytes {
            return Ok(None);
        }
        let rest = self.window.take_rest();
        Ok(rest.map(|(rest, reader)| Feeder::new(reader, rest)))
    }

    /// How many lines were read, those included that [`Lines::next_line`] has still to give.
    pub(crate) fn count(&self) -> u64 {
        self.number
    }

    /// Whether lines wait that were read to find out what the stream is.
    pub(crate) fn has_head(&self) -> bool {
        !self.head.is_empty()
    }

    /// A line that came in a block, as [`Lines::next_line`] would give it.
    pub(crate) fn line_of_block<'a>(&'a mut self, text: &'a [u8], number: u64) -> Line<'a> {
        if self.stage != Stage::Verbatim && remove_escapes(text, &mut self.without_escapes) {
            self.repairs.add(RepairKind::Ansi, number);
            let text = &self.without_escapes;
            return Line { text, number };
        }
        Line { text, number }
    }

    #[cold]
    fn place_without_escapes(&mut self, range: Range<usize>) -> Place {
        let text = self.window.text(range.clone());
        if remove_escapes(text, &mut self.without_escapes) {
            self.repairs.add(RepairKind::Ansi, self.number);
            Place::WithoutEscapes
        } else {
            Place::Window(range)
        }
    }

    fn next_line_of_stage(&mut self) -> io::Result<Option<Line<'_>>> {
        if self.stage == Stage::Start {
            self.read_head()?;
        }
        if self.stage == Stage::Head && self.head.is_empty() {
            self.stage = Stage::Text;
        }
        if self.stage == Stage::Text {
            return self.next_line();
        }
        if self.stage == Stage::Events {
            while !self.events.is_ready() {
                let Some(range) = self.window.next_line()? else {
                    self.events.end();
                    if self.events.is_ready() {
                        break;
                    }
                    return Ok(None);
                };
                self.number += 1;
                self.take_event(range);
            }
        }
        let line = if self.stage == Stage::Events {
            self.events.next()
        } else {
            self.head.pop()
        };
        let Some((number, text)) = line else {
            return Ok(None);
        };
        if remove_escapes(text, &mut self.without_escapes) {
            self.repairs.add(RepairKind::Ansi, number);
            let text = &self.without_escapes;
            return Ok(Some(Line { text, number }));
        }
        Ok(Some(Line { text, number }))
    }

    fn take_event(&mut self, range: Range<usize>) {
        let line = self.window.text(range);
        let (bare, _) = without_collector(line);
        if self.events.take(bare, self.number) {
            self.repairs.add(RepairKind::Test2Json, self.number);
        }
    }

    /// Reads until it is clear whether the stream is text or events.
    fn read_head(&mut self) -> io::Result<()> {
        while let Some(range) = self.window.next_line()? {
            self.number += 1;
            if self.number == 1 {
                match self.window.reader().and_then(Decoder::encoding) {
                    Some(Encoding::Bytes { bom: true }) => self.repairs.add(RepairKind::Utf8Bom, 1),
                    Some(Encoding::Utf16 { .. }) => self.repairs.add(RepairKind::Utf16, 1),
                    _ => {}
                }
            }
            let line = self.window.text(range.clone());
            let (bare, is_collected) = without_collector(line);
            if is_event(bare) {
                self.stage = Stage::Events;
                while let Some((number, line)) = self.head.pop() {
                    self.events.take_other(line, number);
                }
                if is_collected {
                    self.repairs.add(RepairKind::Timestamp, self.number);
                }
                self.take_event(range);
                return Ok(());
            }
            self.head.push(line, self.number);
            if is_test_output(line) || self.head.size() > HEAD {
                break;
            }
        }
        self.stage = Stage::Head;
        Ok(())
    }
}

/// The line without what a log collector puts before it, if that is before JSON.
fn without_collector(line: &[u8]) -> (&[u8], bool) {
    if line.starts_with(b"{") || memchr::memchr(b'{', line).is_none() {
        return (line, false);
    }
    let (bare, kinds) = decoration::collected(line);
    (bare, !kinds.is_empty())
}

/// Whether a line shows that `go test` prints text.
fn is_test_output(line: &[u8]) -> bool {
    let words: [&[u8]; 6] = [
        b"Benchmark",
        b"Unit ",
        b"=== RUN",
        b"--- ",
        b"ok  \t",
        b"FAIL",
    ];
    line == b"PASS" || words.iter().any(|word| line.starts_with(word)) || header::is_header(line)
}

/// Writes a coloured line of the format in its plain form, if it is one: colours in a name or in a
/// unit would be read as part of it.
fn remove_escapes(line: &[u8], out: &mut Vec<u8>) -> bool {
    let starts_well = line.starts_with(b"Benchmark") || header::is_header(line);
    starts_well
        && memchr::memchr(0x1b, line).is_some()
        && ansi::strip(line, out)
        && (split_lines::is_result(out) || header::is_header(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives at most so many bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len());
            self.0.read(&mut buffer[..count])
        }
    }

    type Lined = Vec<(u64, Vec<u8>)>;

    fn lined<R: Read>(mut lines: Lines<R>) -> (Lined, Repairs) {
        let mut read = Vec::new();
        while let Ok(Some(line)) = lines.next_line() {
            read.push((line.number, line.text.to_vec()));
        }
        (read, lines.repairs().clone())
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        let (lines, _) = lined(Lines::new(bytes));
        lines
            .into_iter()
            .map(|line| String::from_utf8_lossy(&line.1).into_owned())
            .collect()
    }

    /// What a line is by definition.
    fn split(text: &[u8]) -> Lined {
        let mut lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
        if lines.last().is_some_and(|last| last.is_empty()) {
            lines.pop();
        }
        let lines = lines
            .into_iter()
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec());
        (1..).zip(lines).collect()
    }

    const TEXT: &str = "goos: linux\r\n\r\nBenchmarkA-8 1 1 ns/op\r\r\n a\rb \nPASS";

    fn utf16(text: &str) -> Vec<u8> {
        let units = [0xfeff].into_iter().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn clean_text_comes_as_it_is() {
        let (lines, repairs) = lined(Lines::new(TEXT.as_bytes()));
        assert_eq!(lines, split(TEXT.as_bytes()));
        assert!(repairs.is_empty());
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn every_encoding_gives_the_same_lines() {
        for (bytes, kind) in [
            (
                [b"\xef\xbb\xbf", TEXT.as_bytes()].concat(),
                RepairKind::Utf8Bom,
            ),
            (utf16(TEXT), RepairKind::Utf16),
            (utf16(TEXT)[2..].to_vec(), RepairKind::Utf16),
        ] {
            let (lines, repairs) = lined(Lines::new(&bytes[..]));
            assert_eq!(lines, split(TEXT.as_bytes()));
            let made: Vec<_> = repairs.iter().map(|made| (made.kind, made.count)).collect();
            assert_eq!(made, [(kind, 1)]);
        }
    }

    #[test]
    fn a_long_line_is_one_line() {
        let mut text = vec![b'x'; 3_000_000];
        text.extend_from_slice(b"\nBenchmarkA 1 1 ns/op\n");
        assert_eq!(lined(Lines::new(&text[..])).0, split(&text));
    }

    #[test]
    fn events_may_come_after_other_output_and_in_a_ci_log() {
        let event = r#"{"Action":"output","Package":"a","Output":"BenchmarkA 1 1 ns/op\n"}"#;
        for before in [
            "",
            "\n\n",
            "go: downloading example.com/x v1.0.0\n",
            "{\"msg\":1}\n",
        ] {
            assert_eq!(
                texts(format!("{before}{event}\n").as_bytes()),
                ["BenchmarkA 1 1 ns/op"]
            );
        }
        let collected = format!("2023-05-24T15:53:21.1Z {event}\n2023-05-24T15:53:22.1Z {event}");
        assert_eq!(texts(collected.as_bytes()), ["BenchmarkA 1 1 ns/op"; 2]);
        assert_eq!(
            texts(&utf16(&format!("{event}\r\n"))),
            ["BenchmarkA 1 1 ns/op"]
        );
    }

    #[test]
    fn events_that_a_program_prints_are_text() {
        let text = format!(
            "{TEXT}\n{}",
            r#"{"Action":"output","Output":"BenchmarkB 1 1 x\n"}"#
        );
        let (lines, repairs) = lined(Lines::new(text.as_bytes()));
        assert_eq!(lines, split(text.as_bytes()));
        assert!(repairs.is_empty());
    }

    #[test]
    fn colours_go_from_results_and_stay_in_other_lines() {
        let text = "BenchmarkA-8 1 1 ns/op\x1b[0m\ncpu: x\x1b[0m\n\x1b[1mlog\nBenchmark \x1b[1mB";
        let expected = [
            "BenchmarkA-8 1 1 ns/op",
            "cpu: x",
            "\x1b[1mlog",
            "Benchmark \x1b[1mB",
        ];
        assert_eq!(texts(text.as_bytes()), expected);
        let padded = format!("goos: linux\n{}{text}", "log\n".repeat(200_000));
        assert!(texts(padded.as_bytes()).ends_with(&expected.map(str::to_owned)));
        let verbatim = lined(Lines::verbatim(text.as_bytes()));
        assert_eq!(verbatim.0, split(text.as_bytes()));
    }

    #[test]
    fn verbatim_lines_are_the_bytes() {
        for bytes in [utf16(TEXT), [b"\xef\xbb\xbf", TEXT.as_bytes()].concat()] {
            let (lines, repairs) = lined(Lines::verbatim(&bytes[..]));
            assert_eq!(lines, split(&bytes));
            assert!(repairs.is_empty());
        }
    }

    /// Pieces that make up inputs which go through every part of the code.
    fn input() -> impl Strategy<Value = Vec<u8>> {
        const PIECES: [&str; 12] = [
            "\n",
            "\r\n",
            "\r",
            "BenchmarkA-8   \t     100\t 5 ns/op\n",
            "goos: linux\n",
            "\u{feff}",
            "g\0o\0o\0s\0",
            "\x1b[0m",
            "{\"Action\":\"output\",\"Package\":\"a\",\"Output\":\"Bench\"}\n",
            "{\"Action\":\"output\",\"Package\":\"b\",\"Output\":\"x\\ny\\u12\\n\"}\n",
            "{\"Action\":\"output\",\"Package\":\"b\",\"Output\":\"\\ud800y\\nz\"}\n",
            "{\"Action\":\"pass\",\"Package\":\"a\"}\n",
        ];
        let piece = prop_oneof![
            6 => prop::sample::select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
            1 => Just(b"\xff\xfe".to_vec()),
            1 => prop::collection::vec(any::<u8>(), 0..20),
        ];
        prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            lined(Lines::new(&bytes[..]));
        }

        #[test]
        fn how_bytes_arrive_makes_no_difference(
            bytes in input(),
            size in 1..9usize,
            capacity in 1..64usize,
        ) {
            let slow = Window::with_capacity(Decoder::new(Slow(&bytes, size)), capacity);
            prop_assert_eq!(lined(Lines::with(slow, Stage::Start)), lined(Lines::new(&bytes[..])));
        }

        #[test]
        fn numbers_are_lines_of_the_input(bytes in input()) {
            let (lines, _) = lined(Lines::new(&bytes[..]));
            let count = 1 + memchr::memchr_iter(b'\n', &bytes).count() as u64;
            prop_assert!(lines.iter().all(|line| (1..=count).contains(&line.0)));
        }

        #[test]
        fn printable_text_is_unchanged(text in "([ -z]{0,30}\r?\n){0,12}") {
            let (lines, repairs) = lined(Lines::new(text.as_bytes()));
            prop_assert_eq!(lines, split(text.as_bytes()));
            prop_assert!(repairs.is_empty());
        }
    }
}
