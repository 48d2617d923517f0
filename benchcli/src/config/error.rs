//! Errors in the configuration file, with line and column.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file says something that makes no sense.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}

impl ConfigError {
    /// The fault with what to do about it.
    pub(super) fn with_hint(mut self, text: &str) -> Self {
        if let Self::Fault { hint, .. } = &mut self {
            *hint = Some(text.to_owned());
        }
        self
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Read { .. } => None,
            Self::Fault { hint, .. } => hint.as_deref(),
        }
    }
}

/// The file that messages are about.
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Place<'_> {
    pub(super) fn fault(&self, offset: usize, message: &str) -> ConfigError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        ConfigError::Fault {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.to_owned(),
            hint: None,
        }
    }

    /// The line of an offset, from 1.
    pub(super) fn line_number(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    /// File and line for a report, the file without its folder, which differs from machine to
    /// machine.
    pub(super) fn line(&self, offset: usize) -> String {
        let file = self.path.file_name().unwrap_or(self.path.as_os_str());
        format!("{}:{}", file.display(), self.line_number(offset))
    }

    /// Where the byte at `offset` of a text value is, given the value's place in the file.
    pub(super) fn inside(&self, span: &Range<usize>, value: &str, offset: usize) -> usize {
        // Escapes shift what follows; then the beginning of the value has to do.
        let quoted = span.start + 1..span.end.saturating_sub(1);
        let is_verbatim = self.text.get(quoted) == Some(value);
        span.start + if is_verbatim { 1 + offset } else { 0 }
    }

    /// A fault of a key at the top of the file.
    pub(super) fn at_key(&self, key: &str, message: &str) -> ConfigError {
        let offset = self
            .text
            .match_indices(key)
            .map(|(offset, _)| offset)
            .find(|&offset| offset == 0 || self.text[..offset].ends_with('\n'));
        self.fault(offset.unwrap_or_default(), message)
    }

    pub(super) fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let offset = error.span().map_or(0, |span| span.start);
        let message = error.message();
        let key = message
            .strip_prefix("missing field `")
            .and_then(|rest| rest.strip_suffix('`'));
        let fault = |message: &str| self.fault(offset, message);
        match key.and_then(|key| Some((key, example(key)?))) {
            Some((key, example)) => {
                fault(&format!("missing key `{key}`")).with_hint(&format!("for example, {example}"))
            }
            None => fault(&reworded(message)),
        }
    }
}

/// Names the nearest key in place of all there are.
fn reworded(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted[..] {
        [unknown, ref known @ ..] if message.starts_with("unknown field") && !known.is_empty() => {
            let nearest = known
                .iter()
                .max_by(|a, b| {
                    let likeness = |name: &str| strsim::jaro_winkler(unknown, name);
                    likeness(a).total_cmp(&likeness(b))
                })
                .unwrap_or(&"");
            format!("unknown key `{unknown}`; did you mean `{nearest}`?")
        }
        [] if message.starts_with("invalid type: ") => match message
            .strip_prefix("invalid type: string ")
            .and_then(|rest| rest.strip_suffix(", expected a sequence"))
        {
            Some(found) => format!("expected a list such as [{found}], found {found}"),
            None => plainly(message),
        },
        _ => plainly(message),
    }
}

/// What somebody might write for a key that has to be there.
fn example(key: &str) -> Option<&'static str> {
    Some(match key {
        "filter" => r#"filter = ".name:Encode .unit:ns/op""#,
        "benchmark" => r#"benchmark = "Encode""#,
        "unit" => r#"unit = "ns/op""#,
        "up-to" => r#"up-to = "10%""#,
        "reason" => r#"reason = "checksums are worth it""#,
        _ => return None,
    })
}

/// Without the words of those who program.
fn plainly(message: &str) -> String {
    message
        .replacen("unknown variant", "unknown value", 1)
        .replacen("missing field", "missing key", 1)
        .replacen("expected f64", "expected a number", 1)
        .replacen("expected usize", "expected a whole number of at least 0", 1)
        .replacen("expected a sequence", "expected a list in brackets", 1)
}
