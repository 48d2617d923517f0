//! Thresholds such as `5%` and `3% or 1ns`.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use benchparse::unit::tidy;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::percent::{InQuotes, Percent};

/// The smallest change that counts: a percentage, and where one is given an amount that the change must reach too.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// The relative change; above 0.
    pub relative: Percent,
    /// The least amount.
    pub least: Option<Amount>,
}

/// An amount with its unit, such as `1ns` or `16B`.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// As it was written.
    text: String,
    /// In the tidied unit.
    value: f64,
    /// The tidied unit, without what it is per.
    unit: String,
}

impl Amount {
    /// The amount for rows of a unit, tidied, such as `sec/op`; nothing where it is of another kind.
    pub fn of(&self, unit: &str) -> Option<f64> {
        let numerator = unit
            .split_once('/')
            .map_or(unit, |(numerator, _)| numerator);
        (numerator == self.unit).then_some(self.value)
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("expected an amount with its unit, such as 1ns or 16B, found {text}");
        let end = text
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .ok_or_else(wrong)?;
        let (number, unit) = text.split_at(end);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let unit = unit.trim();
        if unit.is_empty() || unit.contains(char::is_whitespace) || number <= 0.0 {
            return Err(wrong());
        }
        let (factor, unit) = match unit {
            "s" => (1.0, "sec".to_owned()),
            "ms" => (1e-3, "sec".to_owned()),
            "us" | "µs" | "μs" => (1e-6, "sec".to_owned()),
            _ => {
                let tidied = tidy(unit.as_bytes());
                let name = String::from_utf8_lossy(&tidied.unit).into_owned();
                let numerator = name.split('/').next().unwrap_or_default().to_owned();
                (tidied.factor, numerator)
            }
        };
        Ok(Self {
            text: text.to_owned(),
            value: number * factor,
            unit,
        })
    }
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (relative, least) = match text.split_once(" or ") {
            Some((relative, least)) => (relative, Some(least.trim())),
            None => (text, None),
        };
        Ok(Self {
            relative: Percent::above_zero(relative.trim())?,
            least: least.map(str::parse).transpose()?,
        })
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.relative.fmt(out)?;
        match &self.least {
            Some(least) => write!(out, " or {}", least.text),
            None => Ok(()),
        }
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InQuotes(PhantomData))
    }
}

impl JsonSchema for Threshold {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Threshold".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "The smallest change that counts, such as 5%, or 3% or 1ns: a change must reach both.",
            "pattern": "^ *[0-9.]+ *%( or +[0-9.]+ *[^ 0-9]+)? *$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_holds_for_units_of_its_kind() {
        for (text, unit, amount) in [
            ("3% or 1ns", "sec/op", Some(1e-9)),
            ("3% or 1.5 ms", "sec/op", Some(1.5e-3)),
            ("3% or 1ns", "B/op", None),
            ("3% or 16B", "B/op", Some(16.0)),
            ("3% or 2 allocs", "allocs/op", Some(2.0)),
            ("3% or 1ns/op", "sec/op", Some(1e-9)),
            ("3%", "sec/op", None),
        ] {
            let threshold: Threshold = text.parse().expect(text);
            let least = threshold.least.as_ref().and_then(|least| least.of(unit));
            assert_eq!(threshold.relative.0, 0.03, "{text}");
            assert_eq!(least, amount, "{text}");
            assert_eq!(threshold.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_threshold_is_refused() {
        for text in [
            "",
            "1ns",
            "3% or",
            "3% or 1",
            "3% or ns",
            "0% or 1ns",
            "3% or 0ns",
            "1ns or 3%",
        ] {
            assert!(text.parse::<Threshold>().is_err(), "{text}");
        }
    }
}
