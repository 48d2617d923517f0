//! Formats numbers with units for people.

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

/// How values of a unit are printed: per operation as they are, else in the unit that fits.
#[derive(Debug)]
pub struct Scale<'u> {
    unit: &'u str,
    per_op: bool,
}

impl<'u> Scale<'u> {
    /// The scale of `nanoseconds`, `bytes` or something else that is counted.
    pub const fn new(unit: &'u str, per_op: bool) -> Self {
        Self { unit, per_op }
    }

    /// `300ms`, `1.50MB`, as pprof has them; a bare number where the unit is the same for all.
    pub fn number(&self, value: f64) -> String {
        let steps: &[(f64, &str)] = match self.unit {
            _ if self.per_op => &[],
            "nanoseconds" => &[(1e9, "s"), (1e6, "ms"), (1e3, "us"), (1.0, "ns")],
            "bytes" => &[
                (1024.0 * 1024.0 * 1024.0, "GB"),
                (1024.0 * 1024.0, "MB"),
                (1024.0, "kB"),
                (1.0, "B"),
            ],
            _ => &[],
        };
        // Nothing is nothing in every unit.
        if value == 0.0 {
            return number(value);
        }
        let fits = steps.iter().find(|(step, _)| value.abs() >= *step);
        match fits.or(steps.last()) {
            Some((step, unit)) => format!("{}{unit}", number(value / step)),
            None => number(value),
        }
    }

    /// `+300ms`, `+212`.
    pub fn signed(&self, value: f64) -> String {
        let sign = if value >= 0.0 { "+" } else { "" };
        format!("{sign}{}", self.number(value))
    }

    /// `212 ns/op`: with the unit in any case.
    pub fn whole(&self, value: f64) -> String {
        self.with_unit(self.number(value))
    }

    /// `+212 ± 20 ns/op`.
    pub fn change(&self, difference: f64, margin: Option<f64>) -> String {
        let margin = margin.map(|margin| format!(" ± {}", self.number(margin)));
        self.with_unit(self.signed(difference) + &margin.unwrap_or_default())
    }

    fn with_unit(&self, text: String) -> String {
        let has_scale = !self.per_op && matches!(self.unit, "nanoseconds" | "bytes");
        let unit = per(self.unit, self.per_op);
        let gap = if unit.starts_with('/') { "" } else { " " };
        if has_scale {
            text
        } else {
            format!("{text}{gap}{unit}")
        }
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
    }

    #[test]
    fn values_are_told_in_the_unit_that_fits() {
        let text = |unit, per_op, value, margin| Scale::new(unit, per_op).change(value, margin);
        assert_eq!(text("count", true, -2.0, None), "-2/op");
        assert_eq!(
            text("nanoseconds", true, 3e8, Some(5e6)),
            "+300000000 ± 5000000 ns/op"
        );
        assert_eq!(text("nanoseconds", false, 3e8, Some(5e5)), "+300ms ± 500us");
        assert_eq!(text("nanoseconds", false, -1.5e9, None), "-1.50s");
        assert_eq!(text("bytes", false, 1536.0, None), "+1.50kB");
        assert_eq!(text("bytes", false, 0.0, None), "+0");
        assert_eq!(text("count", false, 5.0, None), "+5 count");
        assert_eq!(Scale::new("nanoseconds", false).number(2.5e6), "2.50ms");
        assert_eq!(Scale::new("nanoseconds", true).number(2.5e6), "2500000");
        assert_eq!(Scale::new("nanoseconds", true).whole(24.06), "24.1 ns/op");
    }
}
