//! Numbers with units, as people read them.

/// `ns/op` for `nanoseconds` per operation.
pub fn per(unit: &str, per_op: bool) -> String {
    let short = match unit {
        "nanoseconds" => "ns",
        "bytes" => "B",
        "count" if per_op => "",
        other => other,
    };
    match (short, per_op) {
        ("", _) => "/op".to_owned(),
        (short, true) => format!("{short}/op"),
        (short, false) => short.to_owned(),
    }
}

/// `1234`, `12.3`, `0.0123`: three digits at least, whole numbers whole.
pub fn number(value: f64) -> String {
    let size = value.abs();
    // Less than rounding leaves of everyday values.
    if size < 1e-9 {
        return "0".to_owned();
    }
    if value == value.trunc() || size >= 100.0 {
        return format!("{value:.0}");
    }
    match size {
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        0.001.. => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}

/// `+212 ns/op`.
pub fn signed(value: f64, unit: &str) -> String {
    let sign = if value >= 0.0 { "+" } else { "" };
    let gap = if unit.starts_with('/') { "" } else { " " };
    format!("{sign}{}{gap}{unit}", number(value))
}

/// `12.5%` of a whole, or `-` where the whole is nothing.
pub fn share(part: f64, whole: f64) -> String {
    if whole == 0.0 {
        return "-".to_owned();
    }
    format!("{:.2}%", 100.0 * part / whole.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        let shown = [0.0, 7.0, 212.4, 24.06, 2.345, 0.012].map(number);
        assert_eq!(shown, ["0", "7", "212", "24.1", "2.35", "0.0120"]);
        assert_eq!(signed(-2.0, &per("count", true)), "-2/op");
        assert_eq!(signed(212.0, &per("nanoseconds", true)), "+212 ns/op");
    }
}
