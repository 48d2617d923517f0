//! Numbers as Go reads and prints them.

use std::cmp::Ordering;

use benchparse::number::{NumberError, fixed, parse_f64, parse_i64, shortest};
use benchparse::query::{compare_alpha, compare_num};
use benchparse::unit::{Class, Scale};
use proptest::prelude::*;

/// Every double, each as likely as the other.
fn double() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits)
}

fn text_of_value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+]?[0-9]{1,4}(\\.[0-9]{0,2})?([kMG]i?)?[bB]?",
        "nan|inf|-inf|0x1p-2|1_0|1e3||-0|0",
        "[a-z0-9.kb]{0,4}",
    ]
}

proptest! {
    #[test]
    fn the_shortest_text_reads_back(value in double()) {
        let text = shortest(value);
        let read = parse_f64(text.as_bytes()).expect("a number");
        prop_assert!(read.to_bits() == value.to_bits() || read.is_nan() && value.is_nan(), "{text}");
    }

    #[test]
    fn decimals_are_rounded_to_the_nearest(
        text in "[-+]?([0-9]{1,22}(\\.[0-9]{0,22})?|\\.[0-9]{1,22})([eE][-+]?[0-9]{1,3})?",
    ) {
        let nearest: f64 = text.parse().expect("a decimal");
        let expected = if nearest.is_infinite() { Err(NumberError::Range) } else { Ok(nearest) };
        prop_assert_eq!(parse_f64(text.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits));
    }

    #[test]
    fn hexadecimals_are_exact(value in double(), shift in -3i32..4) {
        prop_assume!(value.is_normal());
        let bits = value.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as i32 - 1023;
        let mantissa = bits & ((1 << 52) - 1);
        let sign = if value < 0.0 { "-" } else { "" };
        // The same number with its point moved by whole digits.
        let digits = format!("1{mantissa:013x}000");
        let point = (1 + shift).max(0) as usize;
        let moved = exponent - 4 * (point as i32 - 1);
        let text = format!("{sign}0x{}.{}p{moved}", &digits[..point], &digits[point..]);
        prop_assert_eq!(parse_f64(text.as_bytes()), Ok(value), "{}", text);
    }

    #[test]
    fn underscores_between_digits_do_not_count(digits in "[1-9][0-9]{1,14}", at in 1..15usize) {
        let at = at.min(digits.len() - 1);
        let text = format!("{}_{}", &digits[..at], &digits[at..]);
        prop_assert_eq!(parse_f64(text.as_bytes()), parse_f64(digits.as_bytes()));
        for text in [format!("_{digits}"), format!("{digits}_"), format!("{digits}_.5")] {
            prop_assert_eq!(parse_f64(text.as_bytes()), Err(NumberError::Syntax));
        }
    }

    #[test]
    fn counts_read_back(value: i64) {
        prop_assert_eq!(parse_i64(value.to_string().as_bytes()), Ok(value));
        prop_assert_eq!(parse_i64(format!("{value:+}").as_bytes()), Ok(value));
        prop_assert_eq!(parse_i64(format!("{value}.").as_bytes()), Err(NumberError::Syntax));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, likely in "[-+0-9a-fA-FxXpP_.infNa]{0,40}") {
        for text in [&bytes[..], likely.as_bytes()] {
            let _ = (parse_f64(text), parse_i64(text));
        }
    }

    #[test]
    fn a_scale_shows_four_digits_of_the_smallest(
        values in prop::collection::vec(1e-9..1e14f64, 1..6),
        binary: bool,
    ) {
        let class = if binary { Class::Binary } else { Class::Decimal };
        // Binary values have no prefix below one.
        let values: Vec<f64> = values.iter().map(|v| if binary { v + 1.0 } else { *v }).collect();
        let scale = Scale::for_values(values.iter().copied(), class);
        for value in values {
            let text = scale.format(value);
            let number: f64 = text.trim_end_matches(scale.prefix).parse().expect("a number");
            prop_assert!((number * scale.factor / value - 1.0).abs() <= 5.001e-4, "{value} {text}");
        }
    }

    #[test]
    fn fixed_is_the_nearest_with_so_many_digits(value in -1e12..1e12f64, digits in 0..9usize) {
        let text = fixed(value, digits);
        let read: f64 = text.parse().expect("a number");
        let unit = 10f64.powi(-(digits as i32));
        prop_assert!((read - value).abs() <= unit * 0.5 + value.abs() * f64::EPSILON);
        prop_assert_eq!(text.split('.').nth(1).unwrap_or("").len(), digits);
    }

    #[test]
    fn orders_are_total(a in text_of_value(), b in text_of_value(), c in text_of_value()) {
        for compare in [compare_num, compare_alpha] {
            let order = |a: &str, b: &str| compare(a.as_bytes(), b.as_bytes());
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            prop_assert_eq!(order(&a, &b) == Ordering::Equal, a == b);
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le(), "{a} {b} {c}");
            }
        }
    }
}
