//! Units as people write and read them.

use benchparse::unit;

/// A tidied unit as Go writes it.
pub(crate) fn written_unit(unit: &str) -> &str {
    match unit {
        "sec/op" => "ns/op",
        "B/s" => "MB/s",
        unit => unit,
    }
}

/// Whether a unit as somebody writes it is a tidied one.
pub(crate) fn is_unit(written: &str, tidied: &str) -> bool {
    *unit::tidy(written.as_bytes()).unit == *tidied.as_bytes()
}

/// What follows a value of a tidied unit for people: `s` of `sec/op` and `p99-sec/op`, `B/s` of a rate
/// in bytes, nothing where the unit alone tells it.
pub(crate) fn base_unit(unit: &str) -> &'static str {
    let (above, below) = unit.split_once('/').unwrap_or((unit, ""));
    if unit.contains('*') {
        return "";
    }
    let has = |wanted: &[&str]| {
        let mut tokens = above.split(|letter: char| letter == '-' || letter.is_whitespace());
        tokens.any(|token| wanted.contains(&token))
    };
    let is_rate = matches!(below, "s" | "sec");
    match (has(&["sec"]), has(&["B", "bytes"])) {
        (true, false) if !is_rate => "s",
        (false, true) if is_rate => "B/s",
        (false, true) => "B",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_followed_by_seconds_and_bytes() {
        for (unit, base) in [
            ("sec/op", "s"),
            ("p99-sec/op", "s"),
            ("sec/GC", "s"),
            ("B/op", "B"),
            ("gc-bytes/op", "B"),
            ("B/s", "B/s"),
            ("allocs/op", ""),
            ("allocs/sec", ""),
            ("hits/s", ""),
            ("B*sec", ""),
            ("sec/s", ""),
        ] {
            assert_eq!(base_unit(unit), base, "{unit}");
        }
    }
}
