//! The grammar of single lines.

use nom::bytes::complete::tag;
use nom::error::{ErrorKind, ParseError};
use nom::{Err, IResult, Parser as _};
use unicode_general_category::{GeneralCategory, get_general_category};

use super::error::SyntaxFault;
use crate::number::{parse_f64, parse_i64};

/// What a line is, by its first bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// What follows the word `Benchmark`.
    Benchmark(&'a [u8]),
    /// What follows the word `Unit`.
    Unit(&'a [u8]),
    /// A configuration key with its value; an empty value deletes it.
    Config(&'a [u8], &'a [u8]),
    /// Everything else.
    Other,
}

/// Name and iteration count of a result line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) name: &'a [u8],
    pub(super) iterations: i64,
}

type Parsed<'a, O> = IResult<&'a [u8], O, SyntaxFault>;

impl ParseError<&[u8]> for SyntaxFault {
    // The grammar below names each of its faults; nom's own kinds only steer alternatives.
    fn from_error_kind(_: &[u8], _: ErrorKind) -> Self {
        Self::MissingMeasurements
    }

    fn append(_: &[u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// The length of the white space that the bytes begin with: one character of Unicode's
/// `White_Space`, or nothing.
#[inline]
fn space(text: &[u8]) -> usize {
    match text {
        [b'\t'..=b'\r' | b' ', ..] => 1,
        [0xc2, 0x85 | 0xa0, ..] => 2,
        [0xe1, 0x9a, 0x80, ..]
        | [0xe2, 0x80, 0x80..=0x8a | 0xa8 | 0xa9 | 0xaf, ..]
        | [0xe2, 0x81, 0x9f, ..]
        | [0xe3, 0x80, 0x80, ..] => 3,
        _ => 0,
    }
}

/// Skips white space.
#[inline]
fn blank(mut input: &[u8]) -> &[u8] {
    loop {
        match space(input) {
            0 => return input,
            length => input = &input[length..],
        }
    }
}

/// What follows the first word, and that word: it ends before white space.
#[inline]
pub(super) fn word(input: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    while let Some(&byte) = input.get(end) {
        if (byte <= b' ' || byte >= 0xc2) && space(&input[end..]) > 0 {
            break;
        }
        end += 1;
    }
    (&input[end..], &input[..end])
}

/// A word that must be there, and the white space after it.
#[inline]
fn field(missing: SyntaxFault) -> impl FnMut(&[u8]) -> Parsed<'_, &[u8]> {
    move |input| {
        let (rest, text) = word(input);
        if text.is_empty() {
            return Err(Err::Error(missing.clone()));
        }
        Ok((blank(rest), text))
    }
}

/// Says what a line is.
pub(super) fn classify(line: &[u8]) -> Line<'_> {
    match line {
        [
            b'B',
            b'e',
            b'n',
            b'c',
            b'h',
            b'm',
            b'a',
            b'r',
            b'k',
            rest @ ..,
        ] => Line::Benchmark(rest),
        [b'U', b'n', b'i', b't', rest @ ..] if rest.is_empty() || space(rest) > 0 => {
            Line::Unit(rest)
        }
        [b'a'..=b'z' | 0x80.., ..] => {
            config(line).map_or(Line::Other, |(key, value)| Line::Config(key, value))
        }
        _ => Line::Other,
    }
}

/// `key:`, `key: value`: a key begins with a lower-case letter and holds no white space and no
/// upper-case letter.
fn config(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let (key, rest) = (&line[..colon], &line[colon + 1..]);
    let value = match rest {
        [] => rest,
        [b' ' | b'\t', ..] => {
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
            &rest[blanks.count()..]
        }
        _ => return None,
    };
    let is_key = if key.is_ascii() {
        key.iter()
            .all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() || is_control(*byte))
            && key.first().is_some_and(u8::is_ascii_lowercase)
    } else {
        is_unicode_key(key)
    };
    is_key.then_some((key, value))
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t'..=b'\r')
}

#[cold]
fn is_unicode_key(key: &[u8]) -> bool {
    use bstr::ByteSlice as _;
    key.chars().enumerate().all(|(place, letter)| {
        let category = get_general_category(letter);
        if place == 0 {
            category == GeneralCategory::LowercaseLetter
        } else {
            category != GeneralCategory::UppercaseLetter && !letter.is_whitespace()
        }
    })
}

/// Reads what follows `Benchmark` on a line: a name, a count, then values with their units, each
/// given to `measured`. `None` is a lone name, as `go test -v` prints it when a benchmark starts.
pub(super) fn result<'a>(
    text: &'a [u8],
    mut measured: impl FnMut(f64, &'a [u8]),
) -> Result<Option<Head<'a>>, SyntaxFault> {
    let mut parse = |input: &'a [u8]| -> Parsed<'a, Option<Head<'a>>> {
        let (input, name) = word(input);
        if input.is_empty() {
            return Ok((input, None));
        }
        let (input, count) = field(SyntaxFault::MissingIterations)(blank(input))?;
        let iterations =
            parse_i64(count).map_err(|error| Err::Error(SyntaxFault::Iterations(error)))?;
        let (mut input, ()) = measurement(input, SyntaxFault::MissingMeasurements, &mut measured)?;
        while !input.is_empty() {
            (input, ()) = measurement(input, SyntaxFault::MissingUnits, &mut measured)?;
        }
        Ok((input, Some(Head { name, iterations })))
    };
    finish(parse(text))
}

#[inline]
fn measurement<'a>(
    input: &'a [u8],
    missing: SyntaxFault,
    measured: &mut impl FnMut(f64, &'a [u8]),
) -> Parsed<'a, ()> {
    let (input, value) = field(missing)(input)?;
    let value = parse_f64(value).map_err(|error| Err::Error(SyntaxFault::Measurement(error)))?;
    let (input, unit) = field(SyntaxFault::MissingUnits)(input)?;
    measured(value, unit);
    Ok((input, ()))
}

/// Reads what follows `Unit` on a line: the unit, then its fields, each given to `field_read` as
/// key and value, or as a fault.
pub(super) fn unit<'a>(
    text: &'a [u8],
    mut field_read: impl FnMut(&'a [u8], Result<(&'a [u8], &'a [u8]), SyntaxFault>),
) -> Result<(), SyntaxFault> {
    let mut parse = |input: &'a [u8]| -> Parsed<'a, ()> {
        let (mut input, unit) = field(SyntaxFault::MissingUnit)(blank(input))?;
        while !input.is_empty() {
            let text;
            (input, text) = field(SyntaxFault::ExpectedKeyValue)(input)?;
            field_read(unit, finish(key_value(text)));
        }
        Ok((input, ()))
    };
    finish(parse(text))
}

fn key_value(text: &[u8]) -> Parsed<'_, (&[u8], &[u8])> {
    let equals = memchr::memchr(b'=', text).filter(|&place| place > 0);
    let Some(place) = equals else {
        return Err(Err::Error(SyntaxFault::ExpectedKeyValue));
    };
    let (value, _) = tag(&b"="[..]).parse(&text[place..])?;
    Ok((b"", (&text[..place], value)))
}

fn finish<O>(parsed: Parsed<'_, O>) -> Result<O, SyntaxFault> {
    match parsed {
        Ok((_, output)) => Ok(output),
        Err(Err::Error(fault) | Err::Failure(fault)) => Err(fault),
        Err(Err::Incomplete(_)) => Err(SyntaxFault::MissingMeasurements),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::NumberError;

    #[test]
    fn classifies_by_first_bytes() {
        assert_eq!(classify(b"BenchmarkA 1 1 x"), Line::Benchmark(b"A 1 1 x"));
        assert_eq!(classify(b"Unit x a=b"), Line::Unit(b" x a=b"));
        assert_eq!(classify(b"Unit"), Line::Unit(b""));
        for line in [
            " BenchmarkA 1 1 x",
            "Units x",
            "PASS",
            "",
            "benchmark",
            "unit",
        ] {
            assert_eq!(classify(line.as_bytes()), Line::Other, "{line}");
        }
    }

    #[test]
    fn config_keys() {
        let read = |line: &'static str| match classify(line.as_bytes()) {
            Line::Config(key, value) => Some((key, value)),
            _ => None,
        };
        assert_eq!(read("goos: linux "), Some((&b"goos"[..], &b"linux "[..])));
        assert_eq!(read("d: \t mixed  "), Some((&b"d"[..], &b"mixed  "[..])));
        assert_eq!(read("e:"), Some((&b"e"[..], &b""[..])));
        assert_eq!(read("f:   "), Some((&b"f"[..], &b""[..])));
        assert_eq!(read("k-l_m.n/o: x"), Some((&b"k-l_m.n/o"[..], &b"x"[..])));
        assert_eq!(read("é: x"), Some(("é".as_bytes(), &b"x"[..])));
        assert_eq!(read("q::r"), None);
        assert_eq!(read("r:: s"), None);
        assert_eq!(read("a\u{a0}b: x"), None);
        for line in [
            ": x", "G: x", "hI: x", "i j: x", "1a: x", "ª: x", "中: x", "aÉ: x", "a",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
        assert_eq!(read("a中: x"), Some(("a中".as_bytes(), &b"x"[..])));
    }

    fn faults(text: &str) -> Option<SyntaxFault> {
        result(text.as_bytes(), |_, _| {}).err()
    }

    #[test]
    fn names_each_fault() {
        use SyntaxFault as F;
        for (text, fault) in [
            ("A ", F::MissingIterations),
            ("A x", F::Iterations(NumberError::Syntax)),
            ("A 99999999999999999999", F::Iterations(NumberError::Range)),
            ("A 1", F::MissingMeasurements),
            ("A 1 ", F::MissingMeasurements),
            ("A 1 1", F::MissingUnits),
            ("A 1 1 x 2", F::MissingUnits),
            ("A 1 1x x", F::Measurement(NumberError::Syntax)),
            ("A 1 1e999 x", F::Measurement(NumberError::Range)),
            ("A 1 1 x # note", F::Measurement(NumberError::Syntax)),
        ] {
            assert_eq!(faults(text), Some(fault), "{text}");
        }
        assert_eq!(faults("A"), None);
        assert_eq!(faults(""), None);
    }

    #[test]
    fn every_white_space_separates() {
        let mut pairs = Vec::new();
        let text = "A\u{a0}1\u{2003}2\u{3000}x\t 3\u{85}y  ";
        let head = result(text.as_bytes(), |value, unit| pairs.push((value, unit)));
        assert_eq!(
            head,
            Ok(Some(Head {
                name: b"A",
                iterations: 1
            }))
        );
        assert_eq!(pairs, [(2.0, &b"x"[..]), (3.0, &b"y"[..])]);
    }
}
