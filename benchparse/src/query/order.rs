//! The orders in which a projection can sort values.

use std::cmp::Ordering;

use crate::number::parse_f64;

/// Ascending bytes.
pub fn compare_alpha(a: &[u8], b: &[u8]) -> Ordering {
    a.cmp(b)
}

/// Numbers before other texts, ascending, NaN last among them; equal numbers by their bytes.
///
/// A text is a number as Go reads one (`1e3`, `0x1p4`), or with a prefix such as `k` (1000) or `Mi`
/// (1024²) and a `b` or `B` after it: `64kB`, `-5k`, `4MiB`.
///
/// ```
/// use benchparse::query::compare_num;
///
/// let mut sizes = ["1MiB", "all", "64kB", "512"];
/// sizes.sort_by(|a, b| compare_num(a.as_bytes(), b.as_bytes()));
/// assert_eq!(sizes, ["512", "64kB", "1MiB", "all"]);
/// ```
pub fn compare_num(a: &[u8], b: &[u8]) -> Ordering {
    let by_number = match (number(a), number(b)) {
        (Some(a), Some(b)) => match (a.is_nan(), b.is_nan()) {
            (false, false) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (a_is_nan, b_is_nan) => a_is_nan.cmp(&b_is_nan),
        },
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    by_number.then_with(|| a.cmp(b))
}

fn number(text: &[u8]) -> Option<f64> {
    if let Ok(value) = parse_f64(text) {
        return Some(value);
    }
    let text = text
        .strip_suffix(b"b")
        .or_else(|| text.strip_suffix(b"B"))
        .unwrap_or(text);
    let (text, base) = match text.strip_suffix(b"i") {
        Some(text) => (text, 1024.0),
        None => (text, 1000.0),
    };
    let power = text.last().and_then(|prefix| match prefix {
        b'k' | b'K' => Some(1),
        b'M' => Some(2),
        b'G' => Some(3),
        b'T' => Some(4),
        b'P' => Some(5),
        b'E' => Some(6),
        b'Z' => Some(7),
        b'Y' => Some(8),
        _ => None,
    });
    let (digits, factor) = match power {
        Some(power) => (&text[..text.len() - 1], f64::powi(base, power)),
        None if base == 1000.0 => (text, 1.0),
        None => return None,
    };
    let unsigned = digits
        .strip_prefix(b"-")
        .or_else(|| digits.strip_prefix(b"+"))
        .unwrap_or(digits);
    let plain = unsigned
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let value = parse_f64(digits).ok().filter(|_| plain)?;
    Some(value * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_prefixes() {
        for (text, expected) in [
            ("-5", -5.0),
            ("-5k", -5000.0),
            ("+5K", 5000.0),
            (".5k", 500.0),
            ("64b", 64.0),
            ("3kb", 3000.0),
            ("5E", 5e18),
            ("1Ki", 1024.0),
            ("4MiB", 4_194_304.0),
            ("1e3", 1000.0),
            ("1_0", 10.0),
        ] {
            assert_eq!(number(text.as_bytes()), Some(expected), "{text}");
        }
        for text in [
            "", "abc", "1.2.3", "a.b7", ".", "v3", "10ms", "5i", "5iB", "5BB", "1e3k", "1_0k",
            "infB", "0x10",
        ] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn sorts_numbers_first() {
        let mut texts = [
            "abc", "", "1k", "NaN", "1e3", "2.0", "inf", "2", "a.b7", "1.2.3", "-5k", "0x10",
        ];
        texts.sort_by(|a, b| compare_num(a.as_bytes(), b.as_bytes()));
        assert_eq!(
            texts,
            [
                "-5k", "2", "2.0", "1e3", "1k", "inf", "NaN", "", "0x10", "1.2.3", "a.b7", "abc"
            ]
        );
    }
}
