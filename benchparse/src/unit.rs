//! Units: tidying, class, direction and scaling.
//!
//! Go prints `ns/op` and `MB/s`. Tables use seconds and bytes, and choose a prefix for each row:
//!
//! ```
//! use benchparse::unit::{self, Class, Scale};
//! let tidied = unit::tidy(b"ns/op");
//! assert_eq!((&*tidied.unit, tidied.factor), (&b"sec/op"[..], 1e-9));
//! let scale = Scale::for_values([1.726e-6, 3.07e-6], Class::Decimal);
//! assert_eq!(scale.format(1.726e-6), "1.726µ");
//! ```

use std::borrow::Cow;

#[cfg(feature = "serde")]
use serde::Serialize;

use crate::number::{fixed, write_fixed};

mod direction;
mod semantics;

pub use direction::{Direction, DirectionBasis, follows_time};
pub use semantics::{Tolerance, UnitSemantics, ValueClass};

/// A unit brought to base units, and what a value in it is multiplied with.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tidied<'a> {
    /// The unit in base units.
    pub unit: Cow<'a, [u8]>,
    /// A value in the original unit times this factor is a value in [`Tidied::unit`].
    pub factor: f64,
}

/// Replaces `ns` by `sec` and `MB` by `B` wherever they stand in the numerator.
///
/// The unit is cut at `*`, `/`, `-` and white space. A `/` puts what follows into the denominator, a
/// `*` back into the numerator. All other text stays.
///
/// ```
/// use benchparse::unit::tidy;
///
/// let tidied = |unit: &'static str| tidy(unit.as_bytes()).unit.into_owned();
/// assert_eq!(tidied("MB/s"), b"B/s");
/// assert_eq!(tidied("p99-ns"), b"p99-sec");
/// assert_eq!(tidied("allocs/ns"), b"allocs/ns");
/// assert_eq!(tidy(b"MB*ns").factor, 1e-3);
/// ```
pub fn tidy(unit: &[u8]) -> Tidied<'_> {
    let mut tidied = Tidied {
        unit: Cow::Borrowed(unit),
        factor: 1.0,
    };
    if !numerator(unit).any(|token| matches!(token, b"ns" | b"MB")) {
        return tidied;
    }
    let mut text = Vec::with_capacity(unit.len() + 4);
    let mut copied = 0;
    for token in numerator(unit) {
        let (base, factor): (&[u8], f64) = match token {
            b"ns" => (b"sec", tidied.factor / 1e9),
            b"MB" => (b"B", tidied.factor * 1e6),
            _ => continue,
        };
        let start = token.as_ptr() as usize - unit.as_ptr() as usize;
        text.extend_from_slice(&unit[copied..start]);
        text.extend_from_slice(base);
        copied = start + token.len();
        tidied.factor = factor;
    }
    text.extend_from_slice(&unit[copied..]);
    tidied.unit = Cow::Owned(text);
    tidied
}

/// The ways in which people write a tidied unit: as it is, as Go writes it, and with its nanoseconds,
/// such as `p99-ns/op` for `p99-sec/op`.
pub fn spellings(unit: &[u8]) -> [Vec<u8>; 3] {
    let as_go: &[u8] = match unit {
        b"sec/op" => b"ns/op",
        b"B/s" => b"MB/s",
        unit => unit,
    };
    let nanoseconds = match unit.windows(3).position(|part| part == b"sec") {
        Some(at) => [&unit[..at], b"ns", &unit[at + 3..]].concat(),
        None => unit.to_vec(),
    };
    [unit.to_vec(), as_go.to_vec(), nanoseconds]
}

/// The pieces of a unit between `*`, `/`, `-` and white space that stand in the numerator:
/// `/` starts the denominator, `*` ends it.
fn numerator(unit: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(unit);
    let mut below = false;
    std::iter::from_fn(move || {
        loop {
            let text = rest?;
            let end = text
                .iter()
                .position(|byte| matches!(byte, b'*' | b'/' | b'-') || byte.is_ascii_whitespace());
            let token = &text[..end.unwrap_or(text.len())];
            let was_below = below;
            rest = end.map(|end| {
                match text[end] {
                    b'/' => below = true,
                    b'*' => below = false,
                    _ => {}
                }
                &text[end + 1..]
            });
            if !was_below {
                return Some(token);
            }
        }
    })
}

/// Which prefixes a unit's values take.
///
/// There are these two only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Class {
    /// Powers of 1000, from `n` to `T`.
    Decimal,
    /// Powers of 1024, from none to `Ti`: units with `B`, `MB` or `bytes` in the numerator.
    Binary,
}

impl Class {
    /// The class of a unit, tidied or not: that of its numerator.
    ///
    /// ```
    /// use benchparse::unit::Class;
    /// assert_eq!(Class::of(b"B/op"), Class::Binary);
    /// assert_eq!(Class::of(b"ops/B"), Class::Decimal);
    /// ```
    pub fn of(unit: &[u8]) -> Self {
        if numerator(unit).any(|token| matches!(token, b"B" | b"MB" | b"bytes")) {
            Self::Binary
        } else {
            Self::Decimal
        }
    }
}

/// How the numbers of one row are written: digits after the point, a divisor and its prefix.
///
/// Numbers that are compared by eye should have one scale:
///
/// ```
/// use benchparse::unit::{Class, Scale};
///
/// let row = [1.726e-6, 98.4e-6];
/// let scale = Scale::for_values(row, Class::Decimal);
/// assert_eq!(row.map(|value| scale.format(value)), ["1.726µ", "98.400µ"]);
/// let sizes = Scale::for_values([2048.0], Class::Binary);
/// assert_eq!(sizes.format(2048.0), "2.000Ki");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Scale {
    /// Digits after the point.
    pub digits: usize,
    /// What a value is divided by: 1e-6 with the prefix `µ`.
    pub factor: f64,
    /// What follows the number: `n`, `µ`, `m`, nothing, `k`, …, `T`, or `Ki`, `Mi`, `Gi`, `Ti`.
    pub prefix: &'static str,
}

/// A prefix with the smallest magnitudes that take it with one, two and three digits.
struct Step {
    prefix: &'static str,
    factor: f64,
    from: [f64; 3],
}

const fn step(prefix: &'static str, factor: f64, from: [f64; 3]) -> Step {
    Step {
        prefix,
        factor,
        from,
    }
}

const fn binary_step(prefix: &'static str, factor: f64) -> Step {
    // Scaling by a power of two is exact.
    step(
        prefix,
        factor,
        [99.995 * factor, 9.9995 * factor, 0.99995 * factor],
    )
}

/// Each threshold is the double nearest to the decimal, so they are written out.
const DECIMAL: [Step; 8] = [
    step("T", 1e12, [99.995e12, 9.9995e12, 0.99995e12]),
    step("G", 1e9, [99.995e9, 9.9995e9, 0.99995e9]),
    step("M", 1e6, [99.995e6, 9.9995e6, 0.99995e6]),
    step("k", 1e3, [99.995e3, 9.9995e3, 0.99995e3]),
    step("", 1.0, [99.995, 9.9995, 0.99995]),
    step("m", 1e-3, [99.995e-3, 9.9995e-3, 0.99995e-3]),
    step("µ", 1e-6, [99.995e-6, 9.9995e-6, 0.99995e-6]),
    step("n", 1e-9, [99.995e-9, 9.9995e-9, 0.99995e-9]),
];

const BINARY: [Step; 5] = [
    binary_step("Ti", 1024.0 * 1024.0 * 1024.0 * 1024.0),
    binary_step("Gi", 1024.0 * 1024.0 * 1024.0),
    binary_step("Mi", 1024.0 * 1024.0),
    binary_step("Ki", 1024.0),
    binary_step("", 1.0),
];

/// Below the smallest prefix: the quotients that take 4 to 9 digits; smaller ones take 10.
const SMALL: [f64; 6] = [
    0.099_995,
    0.009_999_5,
    0.000_999_95,
    9.9995e-05,
    9.9995e-06,
    9.9995e-07,
];

impl Scale {
    /// The common scale of a set of numbers: the smallest magnitude but zero shows at least four
    /// significant digits.
    pub fn for_values(values: impl IntoIterator<Item = f64>, class: Class) -> Self {
        let mut smallest: Option<f64> = None;
        for value in values {
            let magnitude = value.abs();
            // A NaN that comes first stays; a later one never compares smaller.
            if value != 0.0 && smallest.is_none_or(|smallest| magnitude < smallest) {
                smallest = Some(magnitude);
            }
        }
        let Some(smallest) = smallest else {
            return Self {
                digits: 3,
                factor: 1.0,
                prefix: "",
            };
        };
        let steps: &[Step] = match class {
            Class::Decimal => &DECIMAL,
            Class::Binary => &BINARY,
        };
        for step in steps {
            for (digits, &from) in (1..).zip(&step.from) {
                if smallest >= from {
                    return Self {
                        digits,
                        factor: step.factor,
                        prefix: step.prefix,
                    };
                }
            }
        }
        let last = &steps[steps.len() - 1];
        let quotient = smallest / last.factor;
        let digits = SMALL
            .iter()
            .take_while(|&&from| quotient < from || quotient.is_nan())
            .count()
            + 4;
        Self {
            digits,
            factor: last.factor,
            prefix: last.prefix,
        }
    }

    /// A value written with this scale, its prefix included and its unit not.
    pub fn format(&self, value: f64) -> String {
        let mut text = fixed(value / self.factor, self.digits);
        text.push_str(self.prefix);
        text
    }

    /// Writes what [`Scale::format`] gives.
    pub fn write(&self, out: &mut Vec<u8>, value: f64) {
        write_fixed(out, value / self.factor, self.digits);
        out.extend_from_slice(self.prefix.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tidies_numerators_only() {
        for (unit, expected, factor) in [
            ("ns/op", "sec/op", 1e-9),
            ("MB/s", "B/s", 1e6),
            ("p50-ns", "p50-sec", 1e-9),
            ("ns/GC", "sec/GC", 1e-9),
            ("MB-total", "B-total", 1e6),
            ("1/ns", "1/ns", 1.0),
            ("a/b-ns", "a/b-ns", 1.0),
            ("1/ns*MB", "1/ns*B", 1e6),
            ("MB*ns", "B*sec", 1e-3),
            ("nsx", "nsx", 1.0),
            ("", "", 1.0),
        ] {
            let tidied = tidy(unit.as_bytes());
            assert_eq!(&*tidied.unit, expected.as_bytes(), "{unit}");
            assert_eq!(tidied.factor, factor, "{unit}");
        }
    }

    #[test]
    fn classes() {
        for unit in [
            "B/op",
            "B/s",
            "MB/s",
            "text-bytes",
            "B-total",
            "gc-bytes/op",
            "x/s*B",
        ] {
            assert_eq!(Class::of(unit.as_bytes()), Class::Binary, "{unit}");
        }
        for unit in [
            "sec/op",
            "allocs/op",
            "op/B",
            "KB",
            "Bs",
            "b/s",
            "GB",
            "byte",
        ] {
            assert_eq!(Class::of(unit.as_bytes()), Class::Decimal, "{unit}");
        }
    }

    #[test]
    fn rates_are_better_when_higher() {
        assert_eq!(Direction::of(b"B/s"), Direction::Higher);
        assert_eq!(Direction::of(b"items/s"), Direction::Higher);
        assert_eq!(Direction::of(b"sec/op"), Direction::Lower);
        assert_eq!(Direction::of(b"allocs/op"), Direction::Lower);
    }

    #[test]
    fn scales_single_numbers() {
        for (value, decimal, binary) in [
            (0.0, "0.000", "0.000"),
            (-0.0, "-0.000", "-0.000"),
            (0.99995, "1.000", "1.000"),
            (0.99994, "999.9m", "0.9999"),
            (9.99949, "9.999", "9.999"),
            (9.9995, "10.00", "10.00"),
            (99.9949, "99.99", "99.99"),
            (99.995, "100.0", "100.0"),
            (999.949, "999.9", "999.9"),
            (999.95, "1.000k", "1000.0"),
            (1024.0, "1.024k", "1.000Ki"),
            (-123_456_789.0, "-123.5M", "-117.7Mi"),
            (0.001, "1.000m", "0.001000"),
            (1e-9, "1.000n", "0.0000000010"),
            (1e-10, "0.1000n", "0.0000000001"),
            (1e-18, "0.0000000010n", "0.0000000000"),
            (1e15, "1000.0T", "909.5Ti"),
            (f64::INFINITY, "+InfT", "+InfTi"),
            (f64::NAN, "NaNn", "NaN"),
        ] {
            for (class, expected) in [(Class::Decimal, decimal), (Class::Binary, binary)] {
                assert_eq!(Scale::for_values([value], class).format(value), expected);
            }
        }
    }

    #[test]
    fn the_smallest_magnitude_decides() {
        let shown = |values: [f64; 2]| {
            let scale = Scale::for_values(values, Class::Decimal);
            values.map(|value| scale.format(value))
        };
        assert_eq!(shown([1.0, 1000.0]), ["1.000", "1000.000"]);
        assert_eq!(shown([0.0, 1000.0]), ["0.000k", "1.000k"]);
        assert_eq!(shown([0.0, 0.0]), ["0.000", "0.000"]);
        assert_eq!(shown([5.0, f64::NAN]), ["5.000", "NaN"]);
        assert_eq!(shown([f64::NAN, 5.0]), ["NaNn", "5000000000.0000000000n"]);
        assert_eq!(shown([f64::INFINITY, 5.0]), ["+Inf", "5.000"]);
    }
}
