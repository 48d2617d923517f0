//! Reads and prints numbers the way Go does.
//!
//! Measurements follow the grammar of Go's `strconv.ParseFloat`, which differs from both nom's and the
//! Rust standard library's: hexadecimal mantissas, `_` between digits and `infinity` are valid, and
//! `1e400` and `+nan` are errors.

use std::fmt::Write as _;

use thiserror::Error;

/// Why a text is not a number.
///
/// There are no other reasons, as there are none in Go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum NumberError {
    /// The text is not of the number grammar.
    #[error("invalid syntax")]
    Syntax,
    /// The text is a number that its type cannot hold.
    #[error("value out of range")]
    Range,
}

/// Powers of ten that a double holds exactly.
pub(crate) const POW10: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Reads a measurement: the nearest double (ties to even) to the text's value.
///
/// The grammar is that of Go's `strconv.ParseFloat`:
///
/// ```
/// use benchparse::number::{NumberError, parse_f64};
///
/// assert_eq!(parse_f64(b"1_000.5"), Ok(1000.5));
/// assert_eq!(parse_f64(b"0x1p-2"), Ok(0.25));
/// assert_eq!(parse_f64(b"-Inf"), Ok(f64::NEG_INFINITY));
/// assert_eq!(parse_f64(b"1,5"), Err(NumberError::Syntax));
/// assert_eq!(parse_f64(b"1e999"), Err(NumberError::Range));
/// ```
///
/// # Errors
/// [`NumberError::Syntax`] when the text is not of Go's grammar,
/// [`NumberError::Range`] when it rounds to infinity.
pub fn parse_f64(text: &[u8]) -> Result<f64, NumberError> {
    match parse_plain(text) {
        Some(value) => Ok(value),
        None => parse_any(text),
    }
}

/// Plain decimals of up to 19 digits whose value is one exact division away.
#[inline]
fn parse_plain(text: &[u8]) -> Option<f64> {
    if text.len() > 19 {
        return None;
    }
    let mut mantissa = 0u64;
    let mut digits = 0usize;
    let mut fraction = None;
    for (at, &byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = mantissa * 10 + u64::from(digit);
            digits += 1;
        } else if byte == b'.' && fraction.is_none() {
            fraction = Some(at + 1);
        } else {
            return None;
        }
    }
    if digits == 0 || mantissa > 1 << 53 {
        return None;
    }
    let places = fraction.map_or(0, |start| text.len() - start);
    // Both operands are exact doubles, so the quotient is correctly rounded.
    Some(mantissa as f64 / POW10.get(places)?)
}

#[cold]
fn parse_any(text: &[u8]) -> Result<f64, NumberError> {
    let (negative, signed, body) = match text {
        [b'+', rest @ ..] => (false, true, rest),
        [b'-', rest @ ..] => (true, true, rest),
        _ => (false, false, text),
    };
    let apply_sign = |value: f64| if negative { -value } else { value };
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Ok(apply_sign(f64::INFINITY));
    }
    if body.eq_ignore_ascii_case(b"nan") && !signed {
        return Ok(f64::NAN);
    }
    let hexadecimal = matches!(body, [b'0', b'x' | b'X', ..]);
    let scanned = if hexadecimal {
        scan(&body[2..], u8::is_ascii_hexdigit, b'p', true)
    } else {
        scan(body, u8::is_ascii_digit, b'e', false)
    };
    let number = scanned.ok_or(NumberError::Syntax)?;
    let value = if hexadecimal {
        number.hexadecimal()?
    } else {
        number.decimal()?
    };
    Ok(apply_sign(value))
}

/// A number taken apart: digits without `_`, and where the point was.
struct Scanned {
    mantissa: String,
    fraction_digits: i64,
    exponent: i64,
}

/// Splits mantissa and exponent, and checks the place of every `_`.
fn scan(
    body: &[u8],
    is_digit: fn(&u8) -> bool,
    exponent_mark: u8,
    after_prefix: bool,
) -> Option<Scanned> {
    let mut mantissa = String::new();
    let mut point = None;
    let mut at = 0;
    let mut previous_is_digit = after_prefix;
    while let Some(&byte) = body.get(at) {
        if is_digit(&byte) {
            mantissa.push(char::from(byte));
            previous_is_digit = true;
        } else if byte == b'_' {
            if !previous_is_digit || !body.get(at + 1).is_some_and(is_digit) {
                return None;
            }
            previous_is_digit = false;
        } else if byte == b'.' && point.is_none() {
            point = Some(mantissa.len());
            previous_is_digit = false;
        } else {
            break;
        }
        at += 1;
    }
    if mantissa.is_empty() {
        return None;
    }
    let exponent = match body.get(at) {
        // Only a decimal number may go without an exponent.
        None if exponent_mark == b'e' => 0,
        Some(byte) if byte.to_ascii_lowercase() == exponent_mark => scan_exponent(&body[at + 1..])?,
        _ => return None,
    };
    let fraction_digits = (mantissa.len() - point.unwrap_or(mantissa.len())) as i64;
    Some(Scanned {
        mantissa,
        fraction_digits,
        exponent,
    })
}

/// Far beyond every finite double, and small enough to do arithmetic with.
const EXPONENT_LIMIT: i64 = 1_000_000_000;

fn scan_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if !digits.first()?.is_ascii_digit() || !digits.last()?.is_ascii_digit() {
        return None;
    }
    let mut value = 0i64;
    let mut previous = b'0';
    for &byte in digits {
        match byte {
            b'0'..=b'9' => value = (value * 10 + i64::from(byte - b'0')).min(EXPONENT_LIMIT),
            b'_' if previous != b'_' => {}
            _ => return None,
        }
        previous = byte;
    }
    Some(if negative { -value } else { value })
}

impl Scanned {
    fn decimal(&self) -> Result<f64, NumberError> {
        let exponent = self.exponent - self.fraction_digits;
        let text = format!("{}e{exponent}", self.mantissa);
        let value: f64 = text.parse().map_err(|_| NumberError::Syntax)?;
        finite(value)
    }

    fn hexadecimal(&self) -> Result<f64, NumberError> {
        let digits = self.mantissa.trim_start_matches('0');
        if digits.is_empty() {
            return Ok(0.0);
        }
        // Sixteen digits carry more than a double can hold; what follows matters only as "not zero".
        let mut bits = 0u128;
        let mut dropped = 0i64;
        let mut sticky = false;
        for (place, digit) in digits.chars().enumerate() {
            let digit = digit.to_digit(16).unwrap_or(0);
            if place < 24 {
                bits = bits << 4 | u128::from(digit);
            } else {
                dropped += 1;
                sticky |= digit != 0;
            }
        }
        let exponent = self.exponent + 4 * (dropped - self.fraction_digits);
        finite(round_to_double(bits, exponent, sticky))
    }
}

/// `bits · 2^exponent`, rounded once, ties to even; `sticky` stands for lower bits that were cut.
fn round_to_double(bits: u128, exponent: i64, sticky: bool) -> f64 {
    let length = i64::from(128 - bits.leading_zeros());
    let top = exponent + length - 1;
    if top > 1023 {
        return f64::INFINITY;
    }
    if top < -1075 {
        return 0.0;
    }
    let kept = if top < -1022 { 53 - (-1022 - top) } else { 53 };
    let shift = length - kept;
    let (mut mantissa, lowest) = if shift > 0 {
        let kept_bits = if shift >= 128 { 0 } else { bits >> shift };
        let cut = bits - (kept_bits << shift.min(127));
        let half = 1u128 << (shift - 1);
        let up = cut > half || cut == half && (sticky || kept_bits & 1 == 1);
        (kept_bits + u128::from(up), exponent + shift)
    } else {
        (bits, exponent)
    };
    let mut power = lowest;
    while power < -1074 {
        mantissa >>= 1;
        power += 1;
    }
    // Two exact factors keep subnormal results from rounding twice.
    let first = power.clamp(-1000, 1000);
    mantissa as f64 * 2f64.powi(first as i32) * 2f64.powi((power - first) as i32)
}

fn finite(value: f64) -> Result<f64, NumberError> {
    if value.is_infinite() {
        Err(NumberError::Range)
    } else {
        Ok(value)
    }
}

/// Reads an iteration count: an optional sign, then decimal digits only.
///
/// # Errors
/// [`NumberError::Syntax`] for anything else, [`NumberError::Range`] when it does not fit; of two
/// faults the one met first, reading from the left, wins.
pub fn parse_i64(text: &[u8]) -> Result<i64, NumberError> {
    let (negative, digits) = match text {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.contains(&b'_') {
        return Err(NumberError::Syntax);
    }
    let mut value = 0u64;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(NumberError::Syntax);
        }
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit)))
            .ok_or(NumberError::Range)?;
    }
    if negative {
        0i64.checked_sub_unsigned(value).ok_or(NumberError::Range)
    } else {
        i64::try_from(value).map_err(|_| NumberError::Range)
    }
}

/// The shortest text that reads back to the same double, as Go's `%v` writes it: plain digits from
/// 1e-4 up to, but not including, `exponent_from` (10 to that power), else `d.ddde±XX`.
fn shortest_from(value: f64, exponent_from: i32) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && (exponent < -4 || exponent >= exponent_from) {
        let sign = if exponent < 0 { '-' } else { '+' };
        let mut text = mantissa.to_owned();
        // Writing to a String cannot fail.
        let _ = write!(text, "e{sign}{:02}", exponent.abs());
        text
    } else {
        format!("{value}")
    }
}

/// A double in the shortest form that reads back to it, as the comma-separated output, the warnings
/// and the writer print it: exponent form below 1e-4 and from 1e6 on.
///
/// ```
/// use benchparse::number::shortest;
/// assert_eq!(shortest(999999.5), "999999.5");
/// assert_eq!(shortest(1234567.0), "1.234567e+06");
/// assert_eq!(shortest(-0.0), "-0");
/// ```
pub fn shortest(value: f64) -> String {
    shortest_from(value, 6)
}

/// A double with `digits` digits after the point, rounded exactly with ties to even; infinities as
/// `+Inf` and `-Inf`, NaN as `NaN`.
///
/// ```
/// use benchparse::number::fixed;
/// assert_eq!(fixed(2.5, 0), "2");
/// assert_eq!(fixed(0.125, 2), "0.12");
/// assert_eq!(fixed(f64::INFINITY, 2), "+Inf");
/// ```
pub fn fixed(value: f64, digits: usize) -> String {
    let mut out = Vec::new();
    write_fixed(&mut out, value, digits);
    String::from_utf8(out).unwrap_or_default()
}

/// Writes what [`fixed`] gives.
pub fn write_fixed(out: &mut Vec<u8>, value: f64, digits: usize) {
    if !value.is_finite() {
        out.extend_from_slice(shortest(value).as_bytes());
    } else if write_in_integers(out, value, digits).is_none() {
        out.extend_from_slice(format!("{value:.digits$}").as_bytes());
    }
}

/// [`write_fixed`] for values and digits of everyday size, which is all that tables have: the value is
/// mantissa · 2^exponent, so mantissa · 10^digits · 2^exponent is rounded once, exactly.
fn write_in_integers(out: &mut Vec<u8>, value: f64, digits: usize) -> Option<()> {
    if digits > 9 {
        return None;
    }
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = match (bits >> 52 & 0x7ff) as i32 {
        0 => (fraction, -1074),
        biased => (fraction | 1 << 52, biased - 1075),
    };
    let power = 10u64.pow(digits as u32);
    let scaled = u128::from(mantissa) * u128::from(power);
    let rounded = if exponent >= 0 {
        scaled.checked_mul(1u128.checked_shl(exponent as u32)?)?
    } else if exponent > -127 {
        let shift = exponent.unsigned_abs();
        let whole = scaled >> shift;
        let cut = scaled - (whole << shift);
        let half = 1u128 << (shift - 1);
        whole + u128::from(cut > half || cut == half && whole & 1 == 1)
    } else {
        // Below 2^83 · 2^-127: far below a half.
        0
    };
    let rounded = u64::try_from(rounded).ok()?;
    let mut text = [b'0'; 32];
    let mut at = text.len();
    let mut rest = rounded;
    let mut written = 0;
    while rest > 0 || written <= digits {
        if written == digits && digits > 0 {
            at -= 1;
            text[at] = b'.';
        }
        at -= 1;
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        written += 1;
    }
    if value.is_sign_negative() {
        at -= 1;
        text[at] = b'-';
    }
    out.extend_from_slice(text.get(at..)?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::Strategy as _;

    fn value(text: &str) -> f64 {
        parse_f64(text.as_bytes()).unwrap()
    }

    #[test]
    fn reads_what_go_reads() {
        for (text, expected) in [
            ("1726", 1726.0),
            ("0.1", 0.1),
            (".5", 0.5),
            ("5.", 5.0),
            ("+3", 3.0),
            ("1e-9", 1e-9),
            ("1E+2", 100.0),
            ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("0.30000000000000004", 0.300_000_000_000_000_04),
            ("1_000.5", 1000.5),
            ("1e5_0", 1e50),
            ("0x_1p1", 2.0),
            ("0x1p-2", 0.25),
            ("0X1.8P1", 3.0),
            ("0x.8p0", 0.5),
            ("0x1p-1074", 5e-324),
            ("0x1p-1075", 0.0),
            ("0x1.8p-1075", 5e-324),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x1.fffffffffffff4p0", 1.999_999_999_999_999_8),
            ("0x0p9999999999", 0.0),
            ("5e-324", 5e-324),
            ("1e-400", 0.0),
            ("iNf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
        assert!(value("NaN").is_nan());
        assert!(value("-0").is_sign_negative());
    }

    #[test]
    fn refuses_what_go_refuses() {
        for text in [
            "", "+", ".", "e5", "1e", "1e+", "_1", "1_", "1__0", "1._5", "1_.5", "1e_5", "1e5_",
            "0x10", "0x1p", "0xp1", "0x1e5", "0b1", "0o7", "+nan", "-nan", "1,000", "1 ", "infx",
            "1.2.3", "0x_p1", "1e5__0",
        ] {
            assert_eq!(
                parse_f64(text.as_bytes()),
                Err(NumberError::Syntax),
                "{text}"
            );
        }
        for text in ["1e400", "-1e309", "0x1p1024", "1e99999999999999999999"] {
            assert_eq!(
                parse_f64(text.as_bytes()),
                Err(NumberError::Range),
                "{text}"
            );
        }
    }

    #[test]
    fn counts_are_decimal_only() {
        assert_eq!(parse_i64(b"+0100"), Ok(100));
        assert_eq!(parse_i64(b"-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(parse_i64(b"9223372036854775808"), Err(NumberError::Range));
        assert_eq!(parse_i64(b"9223372036854775808x"), Err(NumberError::Syntax));
        assert_eq!(parse_i64(b"99999999999999999999x"), Err(NumberError::Range));
        for text in ["", "-", "1_0", "0x10", "1.0", "99999999999999999999_1"] {
            assert_eq!(
                parse_i64(text.as_bytes()),
                Err(NumberError::Syntax),
                "{text}"
            );
        }
    }

    #[test]
    fn prints_the_shortest_form() {
        for (value, text) in [
            (1.0, "1"),
            (100_000.0, "100000"),
            (1e6, "1e+06"),
            (2e7, "2e+07"),
            (0.0001, "0.0001"),
            (0.000_099_99, "9.999e-05"),
            (5e-324, "5e-324"),
            (1e100, "1e+100"),
            (0.0, "0"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(shortest(value), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn shortest_reads_back(value: f64) {
            let read = parse_f64(shortest(value).as_bytes()).unwrap();
            proptest::prop_assert!(read == value || value.is_nan() && read.is_nan());
        }

        #[test]
        fn fixed_rounds_as_the_standard_library(
            value in proptest::prop_oneof![
                proptest::num::f64::ANY,
                -1e6..1e6f64,
                (-4096..4096i32, 0..12i32).prop_map(|(n, power)| f64::from(n) / 2f64.powi(power)),
            ],
            digits in 0..12usize,
        ) {
            let expected = if value.is_finite() { format!("{value:.digits$}") } else { shortest(value) };
            proptest::prop_assert_eq!(fixed(value, digits), expected);
        }

        #[test]
        fn agrees_with_the_standard_library(text in "[0-9]{0,12}\\.?[0-9]{0,12}(e-?[0-9]{1,2})?") {
            if let Ok(expected) = text.parse::<f64>() {
                proptest::prop_assert_eq!(parse_f64(text.as_bytes()), Ok(expected));
            }
        }
    }
}
