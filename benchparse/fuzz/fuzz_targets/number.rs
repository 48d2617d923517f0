//! Numbers are those of the standard library where both know the syntax, and read back as written.
#![no_main]

use benchparse::name::Name;
use benchparse::number::{NumberError, fixed, parse_f64, parse_i64, shortest};
use benchparse::unit::{Class, Scale, tidy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let read = parse_f64(text);
    if let Ok(value) = read {
        let again = parse_f64(shortest(value).as_bytes()).expect("a number");
        assert!(again.to_bits() == value.to_bits() || value.is_nan());
        for class in [Class::Decimal, Class::Binary] {
            Scale::for_values([value], class).format(value);
        }
        fixed(value, 2);
    }
    let decimal = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    if text.iter().all(decimal) {
        let text = std::str::from_utf8(text).expect("ASCII");
        let expected = match text.parse::<f64>() {
            Err(_) => Err(NumberError::Syntax),
            Ok(value) if value.is_infinite() => Err(NumberError::Range),
            Ok(value) => Ok(value.to_bits()),
        };
        assert_eq!(read.map(f64::to_bits), expected);
        assert_eq!(parse_i64(text.as_bytes()).ok(), text.parse::<i64>().ok());
    }
    let name = Name::new(text);
    let joined: Vec<u8> = name
        .parts()
        .chain(name.suffix())
        .flatten()
        .copied()
        .collect();
    assert_eq!(joined, text);
    name.base();
    name.sub_value("/n");
    let unit = tidy(text).unit.into_owned();
    assert_eq!(tidy(&unit).factor, 1.0);
});
