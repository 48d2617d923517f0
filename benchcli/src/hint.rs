//! Errors with a hint: a message that says what went wrong, and a separate suggestion of what to do about it.

use std::error::Error as StdError;
use std::fmt;

use anyhow::Error;

/// An error, and what the user can do about it.
#[derive(Debug)]
struct Hinted {
    error: Error,
    hint: String,
}

impl fmt::Display for Hinted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(out)
    }
}

impl StdError for Hinted {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

/// Errors that take a hint.
pub trait WithHint {
    /// The error with what the user can do about it, in place of an earlier hint.
    #[must_use]
    fn hint(self, hint: impl Into<String>) -> Error;
}

impl<E: Into<Error>> WithHint for E {
    fn hint(self, hint: impl Into<String>) -> Error {
        Error::new(Hinted {
            error: self.into(),
            hint: hint.into(),
        })
    }
}

/// What the user can do about an error of [`WithHint`].
pub fn of<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e str> {
    let hinted: &Hinted = error.downcast_ref()?;
    Some(&hinted.hint)
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::*;

    #[test]
    fn a_hint_is_no_part_of_the_message() {
        let error = anyhow!("no such commit").hint("run `git fetch`");
        let error = Err::<(), _>(error).context("v1.4.0").unwrap_err();
        assert_eq!(format!("{error:#}"), "v1.4.0: no such commit");
        let hints: Vec<_> = error.chain().filter_map(of).collect();
        assert_eq!(hints, ["run `git fetch`"]);
    }
}
