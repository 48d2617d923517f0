//! Strips what log collectors and people put in front of lines, such as timestamps.

use super::{RepairKind, header};

/// Kinds of repair that a line needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u16);

impl Kinds {
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, kind: RepairKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    pub(super) fn insert(&mut self, kind: RepairKind) {
        self.0 |= 1 << kind as u16;
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(super) fn with(mut self, kind: RepairKind) -> Self {
        self.insert(kind);
        self
    }

    pub(super) fn iter(self) -> impl Iterator<Item = RepairKind> {
        RepairKind::ALL
            .into_iter()
            .filter(move |&kind| self.has(kind))
    }
}

/// Takes off what no person wrote: byte order marks, times, what a terminal would not show. It may
/// stand before any line of a log.
pub(super) fn collected(line: &[u8]) -> (&[u8], Kinds) {
    let mut text = line;
    let mut kinds = Kinds::default();
    if let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") {
        text = rest;
        kinds.insert(RepairKind::Utf8Bom);
    }
    if let Some(length) = job_and_step(text) {
        let rest = &text[length..];
        text = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    }
    if let Some(length) = timestamp(text) {
        text = &text[length..];
        text = &text[stream_mark(text)..];
        kinds.insert(RepairKind::Timestamp);
    }
    if !text.starts_with(b"Benchmark") {
        let shown = memchr::memrchr(b'\r', text.trim_ascii_end()).map(|place| &text[place + 1..]);
        let is_output = |shown: &&[u8]| shown.starts_with(b"Benchmark") || header::is_header(shown);
        if let Some(shown) = shown.filter(is_output) {
            text = shown;
            kinds.insert(RepairKind::Overwritten);
        }
    }
    (text, kinds)
}

/// The length of the two columns that GitHub's command line client puts before the time.
fn job_and_step(text: &[u8]) -> Option<usize> {
    let job = memchr::memchr(b'\t', text)?;
    let step = memchr::memchr(b'\t', &text[job + 1..])?;
    let length = job + step + 2;
    let rest = &text[length..];
    let rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    (rest.first()?.is_ascii_digit() && timestamp(rest).is_some()).then_some(length)
}

/// The length of a time and of one blank after it.
fn timestamp(text: &[u8]) -> Option<usize> {
    match text {
        [b'0'..=b'9' | b'[', ..] | [b'A'..=b'S', _, _, b' ', ..] => {}
        _ => return None,
    }
    let mut scan = Scan { text, place: 0 };
    let bracket = scan.eat(b"[");
    scan.date();
    scan.clock()?;
    scan.zone();
    if bracket && !scan.eat(b"]") {
        return None;
    }
    scan.eat(b":");
    match scan.rest().first() {
        Some(b' ' | b'\t') => Some(scan.place + 1),
        Some(_) => None,
        None => Some(scan.place),
    }
}

struct Scan<'a> {
    text: &'a [u8],
    place: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &[u8] {
        self.text.get(self.place..).unwrap_or_default()
    }

    fn eat(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word);
        self.place += if found { word.len() } else { 0 };
        found
    }

    /// Eats a pattern in which `0` is any digit.
    fn pattern(&mut self, pattern: &[u8]) -> Option<()> {
        let head = self.rest().get(..pattern.len())?;
        let fits = head
            .iter()
            .zip(pattern)
            .all(|(byte, expected)| match expected {
                b'0' => byte.is_ascii_digit(),
                _ => byte == expected,
            });
        fits.then(|| self.place += pattern.len())
    }

    fn digits(&mut self) {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit());
        self.place += digits.count();
    }

    /// `2006-01-02T`, `2006/01/02 ` or `Jan  2 `; none is fine too.
    fn date(&mut self) {
        const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
        let start = self.place;
        let numbers = ["0000-00-00", "0000/00/00"];
        let found = if numbers
            .iter()
            .any(|date| self.pattern(date.as_bytes()).is_some())
        {
            self.eat(b"T") || self.eat(b" ") || self.eat(b"_")
        } else {
            let month = self.rest().get(..3);
            month.is_some_and(|month| MONTHS.chunks(3).any(|name| name == month)) && {
                self.place += 3;
                self.pattern(b" 00 ").is_some()
                    || self.pattern(b"  0 ").is_some()
                    || self.pattern(b" 0 ").is_some()
            }
        };
        if !found {
            self.place = start;
        }
    }

    /// `15:04:05`, perhaps with a fraction.
    fn clock(&mut self) -> Option<()> {
        self.pattern(b"00:00:00")?;
        if self.eat(b".") || self.eat(b",") {
            self.digits();
        }
        Some(())
    }

    fn zone(&mut self) {
        let _ = self.eat(b"Z") || self.eat(b" UTC") || {
            let start = self.place;
            let found = (self.eat(b"+") || self.eat(b"-"))
                && (self.pattern(b"00:00").is_some() || self.pattern(b"0000").is_some());
            if !found {
                self.place = start;
            }
            found
        };
    }
}

/// The length of what container runtimes and GitLab's runner put after the time to tell the streams
/// apart: `stdout F `, `00O `, `01E+`.
fn stream_mark(text: &[u8]) -> usize {
    match text {
        [
            b's',
            b't',
            b'd',
            b'o',
            b'u',
            b't',
            b' ',
            b'F' | b'P',
            b' ',
            ..,
        ]
        | [
            b's',
            b't',
            b'd',
            b'e',
            b'r',
            b'r',
            b' ',
            b'F' | b'P',
            b' ',
            ..,
        ] => 9,
        [a, b, b'O' | b'E', b' ' | b'+', ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => 4,
        _ => 0,
    }
}

/// Whether a text is a mark for comments, quotations, lists or differences.
pub(super) fn is_mark(text: &[u8]) -> bool {
    text.iter().all(|byte| b"/#>*-+|;%!".contains(byte))
}

/// What a person may have put around a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written<'a> {
    pub(super) text: &'a [u8],
    pub(super) kind: RepairKind,
}

/// Takes off what people put before lines that they paste: blanks, comment marks, labels,
/// backquotes. `start` is where the line proper begins.
pub(super) fn written(line: &[u8], start: usize) -> Option<Written<'_>> {
    let (before, text) = line.split_at_checked(start)?;
    let mark = before.trim_ascii();
    let kind = match mark {
        [] if before.is_empty() => return None,
        [] => RepairKind::Indentation,
        [.., b'`'] if mark.iter().all(|&byte| byte == b'`') => {
            let text = text.trim_ascii_end();
            let text = text.strip_suffix(mark).unwrap_or(text);
            return Some(Written {
                text,
                kind: RepairKind::MarkdownFence,
            });
        }
        _ if mark.len() > 64 => return None,
        _ if is_mark(mark) => RepairKind::CommentPrefix,
        [.., b':' | b'|'] | [b'[', .., b']'] => RepairKind::Label,
        _ => return None,
    };
    Some(Written { text, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_times_off() {
        for line in [
            "2023-05-24T15:53:21.4781736Z X",
            "2023-05-24T15:53:21+02:00 X",
            "2023-05-24 15:53:21,123 X",
            "2023/05/24 15:53:21 X",
            "2023/05/24 15:53:21.000001\tX",
            "[15:04:05] X",
            "15:04:05 X",
            "[2023-05-24T15:53:21.478Z] X",
            "[2023-05-24 15:53:21 UTC] X",
            "May 24 15:53:21 X",
            "May  4 15:53:21: X",
            "2024-05-22T12:43:46.962646Z 00O X",
            "2024-05-22T12:43:46.962646Z 01E+X",
            "2024-05-22T12:43:46.962646123Z stderr F X",
            "bench\tRun go test\t2023-05-24T15:53:21.4781736Z X",
            "Benchmark\tRun go test\t\u{feff}2023-05-24T15:53:21.4781736Z X",
        ] {
            let kinds = Kinds::default().with(RepairKind::Timestamp);
            assert_eq!(collected(line.as_bytes()), (&b"X"[..], kinds), "{line}");
        }
        for line in [
            "2023-05-24 X",
            "15:04 X",
            "15:04:05X",
            "[15:04:05 X",
            "bench\tRun\tgo test",
            "May X",
            "",
        ] {
            assert_eq!(collected(line.as_bytes()).0, line.as_bytes(), "{line}");
        }
    }

    #[test]
    fn shows_what_a_terminal_would() {
        let kinds = Kinds::default().with(RepairKind::Overwritten);
        assert_eq!(collected(b"10%\r100%\rgoos: x"), (&b"goos: x"[..], kinds));
        for line in [&b"goos: x\r"[..], b"10%\r100%", b"BenchmarkA\t10%\rgoos: x"] {
            assert_eq!(collected(line), (line, Kinds::default()));
        }
    }

    #[test]
    fn takes_off_what_people_write() {
        for (before, kind) in [
            ("    ", Some(RepairKind::Indentation)),
            ("\t", Some(RepairKind::Indentation)),
            ("// ", Some(RepairKind::CommentPrefix)),
            ("#", Some(RepairKind::CommentPrefix)),
            (" > ", Some(RepairKind::CommentPrefix)),
            ("BEFORE: ", Some(RepairKind::Label)),
            ("bench-1  | ", Some(RepairKind::Label)),
            ("[bench] ", Some(RepairKind::Label)),
            ("see ", None),
            ("func ", None),
            ("", None),
        ] {
            let line = format!("{before}X");
            let found = written(line.as_bytes(), before.len());
            assert_eq!(found.map(|found| found.kind), kind, "{line}");
        }
        let fenced = written(b"`X 1 ns/op`", 1).map(|found| found.text);
        assert_eq!(fenced, Some(&b"X 1 ns/op"[..]));
    }
}
