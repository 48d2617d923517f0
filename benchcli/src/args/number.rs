//! Parses numbers on the command line.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Takes a whole number of a range.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Display + Clone,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        let (least, most) = (range.start(), range.end());
        number.ok_or_else(|| format!("expected a whole number from {least} to {most}"))
    }
}

/// Takes a whole number that is not less than another.
pub(super) fn whole_from<T>(least: T) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Display + Clone,
{
    move |text| {
        let number = text.parse().ok().filter(|number| *number >= least);
        number.ok_or_else(|| format!("expected a whole number of at least {least}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_of_the_range_is_told_the_range() {
        let percent = whole(0..=100_u8);
        assert_eq!(percent("100"), Ok(100));
        for wrong in ["many", "101", "-1", "1.5", "", "1000"] {
            let expected = "expected a whole number from 0 to 100";
            assert_eq!(percent(wrong), Err(expected.to_owned()), "{wrong}");
        }
        let some = whole_from(1_u64);
        assert_eq!(some("18446744073709551615"), Ok(u64::MAX));
        let expected = "expected a whole number of at least 1";
        assert_eq!(some("0"), Err(expected.to_owned()));
    }
}
