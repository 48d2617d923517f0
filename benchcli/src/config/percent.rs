//! Percentages such as `5%`.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A relative change, written as a percentage: `5%` is 0.05.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percent(pub f64);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().strip_suffix('%').map(str::trim_end);
        number
            .and_then(|number| number.parse::<f64>().ok())
            .filter(|number| number.is_finite())
            .map(|number| Self(number / 100.0))
            .ok_or_else(|| format!("expected a percentage such as 5%, found {text}"))
    }
}

impl Percent {
    /// A percentage above 0, as a threshold is.
    ///
    /// # Errors
    /// The text is none.
    pub fn above_zero(text: &str) -> Result<Self, String> {
        match text.parse::<Self>()? {
            percent if percent.0 > 0.0 => Ok(percent),
            _ => Err(format!(
                "expected a percentage above 0%, such as 5%, found {text}"
            )),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.0 * 100.0;
        // What was written as a decimal is shown as one.
        let rounded = (percent * 1e9).round() / 1e9;
        write!(out, "{rounded}%")
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InQuotes(PhantomData))
    }
}

/// Reads a value that begins with a percentage from a text in quotes, and says of a bare number how to write it.
pub(super) struct InQuotes<T>(pub(super) PhantomData<T>);

impl<T: FromStr<Err = String>> Visitor<'_> for InQuotes<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a percentage in quotes, such as \"5%\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, found: i64) -> Result<T, E> {
        Err(E::custom(format!(
            "expected a percentage in quotes, such as \"{found}%\", found {found}"
        )))
    }

    fn visit_f64<E: de::Error>(self, found: f64) -> Result<T, E> {
        Err(E::custom(format!(
            "expected a percentage in quotes, such as \"5%\", found {found}"
        )))
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A relative change, such as 5%.",
            "pattern": "^ *[0-9.]+ *% *$"
        })
    }
}
