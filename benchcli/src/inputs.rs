//! Inputs given as `label=path`, `path` or `-`.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};

use anyhow::Result;
use bstr::ByteSlice as _;

use crate::hint::WithHint as _;

/// One input of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where to read it; `-` is standard input.
    pub path: OsString,
    /// What its results have as `.file`.
    pub label: Vec<u8>,
}

impl Input {
    /// Reads `path`, `label=path` and `-`. Paths that are named more than once without a label get
    /// `#0`, `#1`, … to tell them apart.
    pub fn from_arguments(arguments: &[OsString]) -> Vec<Self> {
        let mut unlabelled: HashMap<&OsStr, usize> = HashMap::new();
        let labelled = |argument: &OsStr| argument.as_encoded_bytes().contains(&b'=');
        for argument in arguments.iter().filter(|argument| !labelled(argument)) {
            *unlabelled.entry(argument).or_default() += 1;
        }
        let mut seen: HashMap<&OsStr, usize> = HashMap::new();
        arguments
            .iter()
            .map(|argument| {
                if let Some((label, path)) = argument.as_encoded_bytes().split_once_str("=") {
                    return Self {
                        path: from_bytes(path),
                        label: label.to_vec(),
                    };
                }
                let mut label = argument.as_encoded_bytes().to_vec();
                if unlabelled.get(&**argument).is_some_and(|&count| count > 1) {
                    let number = seen.entry(argument).or_default();
                    label.extend_from_slice(format!("#{number}").as_bytes());
                    *number += 1;
                }
                Self {
                    path: argument.clone(),
                    label,
                }
            })
            .collect()
    }

    /// Opens the input.
    ///
    /// # Errors
    /// When there is no such file, it cannot be opened, or it is a directory.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        if self.path == "-" {
            return Ok(Box::new(io::stdin()));
        }
        let unreadable = |error: io::Error| {
            anyhow::Error::new(error)
                .context(format!("cannot read {}", self.path.display()))
                .hint("pass a file with the output of `go test -bench`")
        };
        let file = File::open(&self.path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.is_dir() {
            return Err(unreadable(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Box::new(file))
    }
}

#[cfg(unix)]
fn from_bytes(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn from_bytes(bytes: &[u8]) -> OsString {
    // Cut at an ASCII character, so what was valid text still is.
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(arguments: &[&str]) -> Vec<(String, String)> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        Input::from_arguments(&arguments)
            .into_iter()
            .map(|input| {
                let label = String::from_utf8(input.label).unwrap();
                (input.path.into_string().unwrap(), label)
            })
            .collect()
    }

    fn pair(path: &str, label: &str) -> (String, String) {
        (path.to_owned(), label.to_owned())
    }

    #[test]
    fn labels_stand_before_the_first_equals_sign() {
        let read = labels(&["a", "x=a=b", "=a", "l=-"]);
        let expected = [
            pair("a", "a"),
            pair("a=b", "x"),
            pair("a", ""),
            pair("-", "l"),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn equal_paths_are_numbered_from_zero() {
        let read = labels(&["a", "./a", "l=a", "a"]);
        let expected = [
            pair("a", "a#0"),
            pair("./a", "./a"),
            pair("a", "l"),
            pair("a", "a#1"),
        ];
        assert_eq!(read, expected);
    }
}
