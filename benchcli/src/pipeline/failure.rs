//! Formats errors and their hints.

use std::error::Error;

use crate::config::ConfigError;
use crate::hint;
use crate::profile::read::ReadError;

/// What the user can do about an error.
pub(crate) fn hints(error: &anyhow::Error) -> Vec<String> {
    let hint = |cause: &(dyn Error + 'static)| {
        let of_config = || cause.downcast_ref::<ConfigError>()?.hint();
        let of_profile = || cause.downcast_ref::<ReadError>()?.hint();
        hint::of(cause)
            .or_else(of_config)
            .or_else(of_profile)
            .map(str::to_owned)
    };
    error.chain().filter_map(hint).collect()
}

/// An error in one line: what went wrong, and behind a semicolon what to do about it.
pub(crate) fn in_one_line(error: &anyhow::Error) -> String {
    let mut text = format!("{error:#}");
    for hint in hints(error) {
        text.push_str("; ");
        text.push_str(&hint);
    }
    text
}
