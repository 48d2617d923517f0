//! Decodes benchmark output to UTF-8.

use std::io::{self, ErrorKind, Read};

/// Byte order marks have at most three bytes; four characters tell UTF-16 without one.
const HEAD: usize = 8;
const CHUNK: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, or anything that is ASCII where it matters.
    Bytes {
        bom: bool,
    },
    Utf16 {
        big_endian: bool,
    },
}

impl Encoding {
    /// Says which encoding a stream is in by its first bytes, and how long its mark is.
    fn of(head: &[u8]) -> (Self, usize) {
        match head {
            [0xef, 0xbb, 0xbf, ..] => (Self::Bytes { bom: true }, 3),
            [0xff, 0xfe, ..] => (Self::Utf16 { big_endian: false }, 2),
            [0xfe, 0xff, ..] => (Self::Utf16 { big_endian: true }, 2),
            [a, 0, b, 0, c, 0, d, 0] if [a, b, c, d].iter().all(|&&byte| is_text(byte)) => {
                (Self::Utf16 { big_endian: false }, 0)
            }
            [0, a, 0, b, 0, c, 0, d] if [a, b, c, d].iter().all(|&&byte| is_text(byte)) => {
                (Self::Utf16 { big_endian: true }, 0)
            }
            _ => (Self::Bytes { bom: false }, 0),
        }
    }
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b | b' '..=b'~')
}

/// Reads a stream and gives UTF-8 without a byte order mark.
#[derive(Debug)]
pub(super) struct Decoder<R> {
    reader: R,
    encoding: Option<Encoding>,
    /// Bytes to give before anything else is read.
    ready: Vec<u8>,
    given: usize,
    utf16: Utf16,
}

/// What is left between two chunks of UTF-16.
#[derive(Debug, Default)]
struct Utf16 {
    chunk: Vec<u8>,
    odd: Option<u8>,
    high: Option<u16>,
}

impl<R: Read> Decoder<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            encoding: None,
            ready: Vec::new(),
            given: 0,
            utf16: Utf16::default(),
        }
    }

    /// Passes all bytes through as they are.
    pub(super) fn verbatim(reader: R) -> Self {
        Self {
            encoding: Some(Encoding::Bytes { bom: false }),
            ..Self::new(reader)
        }
    }

    /// The encoding, once a byte was read.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    fn detect(&mut self) -> io::Result<()> {
        let mut head = [0; HEAD];
        let mut length = 0;
        while length < HEAD {
            match self.reader.read(&mut head[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let (encoding, mark) = Encoding::of(&head[..length]);
        let rest = &head[mark..length];
        match encoding {
            Encoding::Bytes { .. } => self.ready.extend_from_slice(rest),
            Encoding::Utf16 { big_endian } => {
                self.utf16.decode(rest, big_endian, &mut self.ready);
            }
        }
        self.encoding = Some(encoding);
        Ok(())
    }

    /// Decodes until something is ready or the stream ends.
    fn decode(&mut self, big_endian: bool) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        self.utf16.chunk.resize(CHUNK, 0);
        let mut chunk = std::mem::take(&mut self.utf16.chunk);
        let result = loop {
            match self.reader.read(&mut chunk) {
                Ok(0) => {
                    self.utf16.end(&mut self.ready);
                    break Ok(());
                }
                Ok(count) => {
                    self.utf16
                        .decode(&chunk[..count], big_endian, &mut self.ready);
                    if !self.ready.is_empty() {
                        break Ok(());
                    }
                }
                Err(error) => break Err(error),
            }
        };
        self.utf16.chunk = chunk;
        result
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.encoding.is_none() {
            self.detect()?;
        }
        if self.given == self.ready.len() {
            match self.encoding {
                Some(Encoding::Utf16 { big_endian }) => self.decode(big_endian)?,
                _ => return self.reader.read(buffer),
            }
        }
        let count = (self.ready.len() - self.given).min(buffer.len());
        buffer[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

impl Utf16 {
    fn decode(&mut self, mut bytes: &[u8], big_endian: bool, text: &mut Vec<u8>) {
        let unit = |pair| {
            if big_endian {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            }
        };
        if let (Some(first), [second, rest @ ..]) = (self.odd, bytes) {
            self.odd = None;
            self.unit(unit([first, *second]), text);
            bytes = rest;
        }
        let (pairs, odd) = bytes.as_chunks::<2>();
        for &pair in pairs {
            let unit = unit(pair);
            match u8::try_from(unit) {
                Ok(ascii @ 0..=0x7f) if self.high.is_none() => text.push(ascii),
                _ => self.unit(unit, text),
            }
        }
        if let [odd] = odd {
            self.odd = Some(*odd);
        }
    }

    fn unit(&mut self, unit: u16, text: &mut Vec<u8>) {
        match (self.high.take(), unit) {
            (Some(high), 0xdc00..0xe000) => {
                let letter = 0x1_0000 + (u32::from(high & 0x3ff) << 10) + u32::from(unit & 0x3ff);
                push(char::from_u32(letter), text);
            }
            (Some(_), _) => {
                push(None, text);
                self.unit(unit, text);
            }
            (None, 0xd800..0xdc00) => self.high = Some(unit),
            (None, _) => push(char::from_u32(unit.into()), text),
        }
    }

    fn end(&mut self, text: &mut Vec<u8>) {
        if self.high.take().is_some() || self.odd.take().is_some() {
            push(None, text);
        }
    }
}

/// Appends a letter; what is none becomes a replacement character.
fn push(letter: Option<char>, text: &mut Vec<u8>) {
    let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> String {
        let mut text = Vec::new();
        let read = Decoder::new(bytes).read_to_end(&mut text);
        assert_eq!(read.ok(), Some(text.len()));
        String::from_utf8(text).unwrap_or_default()
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn reads_every_encoding_with_and_without_mark() {
        let text = "goos: windows\r\npkg: 벤치/𝛼\r\n";
        assert_eq!(decoded(text.as_bytes()), text);
        assert_eq!(decoded(format!("\u{feff}{text}").as_bytes()), text);
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(decoded(&utf16(text, bytes)), text);
            assert_eq!(decoded(&utf16(&format!("\u{feff}{text}"), bytes)), text);
        }
    }

    #[test]
    fn halves_of_letters_become_replacement_characters() {
        let bytes = |units: &[u16]| {
            let units = [&[0xfeff], units].concat();
            decoded(
                &units
                    .into_iter()
                    .flat_map(u16::to_le_bytes)
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(bytes(&[0xd800, 0x61]), "\u{fffd}a");
        assert_eq!(bytes(&[0xdc00, 0x61]), "\u{fffd}a");
        assert_eq!(bytes(&[0xd800, 0xd835, 0xdec2]), "\u{fffd}𝛂");
        assert_eq!(bytes(&[0x61, 0xd800]), "a\u{fffd}");
        assert_eq!(decoded(b"\xff\xfea\0b"), "a\u{fffd}");
    }

    #[test]
    fn short_inputs_are_themselves() {
        for text in ["", "a", "ab\n", "a\0b\0c\0"] {
            assert_eq!(decoded(text.as_bytes()), text);
        }
    }
}
