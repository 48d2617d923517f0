//! The header line of a recording.
//!
//! ```text
//! # benchcli run=4b825dc642cb6eb9a060e54bf8d69288fbee4904 v=1 at=2026-05-04T10:11:12Z bytes=812 go=go1.26.1 dirty=false
//! ```
//!
//! Readers of Go's benchmark format ignore this line. It always has `run`, `v` and `bytes`, in this order and
//! with `at` between the last two. Every other field is kept as it was read, even if it is unknown, so an
//! older version of the program does not lose the fields of a newer one.

use std::fmt::Write as _;

use bstr::{BString, ByteSlice as _};
use git2::{ObjectType, Oid};
use jiff::Timestamp;

/// The version of the line that this module writes and reads.
pub(super) const VERSION: u32 = 1;

/// What every such line of every version starts with.
pub(super) const PREFIX: &[u8] = b"# benchcli run=";

/// A field before whose value there is a label's name.
const LABEL: &str = "label.";

/// What is known of a recording besides its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The hash of the recording's labels and text.
    pub id: Oid,
    /// When it was recorded; unknown for text that another program left in a note.
    pub at: Option<Timestamp>,
    /// Everything else, in the order of the line.
    pub fields: Vec<(String, BString)>,
}

/// Why a line that starts as a header cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum HeaderError {
    #[error(
        "it uses version {0} of the format, but this benchcli supports version {VERSION}; upgrade benchcli"
    )]
    Version(u32),
    #[error("its first line is invalid: {0}")]
    Malformed(&'static str),
}

impl Header {
    /// The value of a field.
    pub fn field(&self, key: &str) -> Option<&BString> {
        let field = self.fields.iter().find(|(name, _)| name == key);
        field.map(|(_, value)| value)
    }

    /// The labels with their values, in the order of the line.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &BString)> {
        self.fields
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(LABEL)?, value)))
    }

    /// Adds a label.
    pub fn push_label(&mut self, name: &str, value: BString) {
        self.fields.push((format!("{LABEL}{name}"), value));
    }

    /// Whether the working tree had changes that were not committed.
    pub fn is_dirty(&self) -> bool {
        self.field("dirty").is_some_and(|value| value == "true")
    }

    /// The line, with its line end, for a text of `length` bytes.
    pub(super) fn encode(&self, length: usize) -> Vec<u8> {
        let mut line = format!("{}{} v={VERSION}", PREFIX.as_bstr(), self.id);
        if let Some(at) = self.at {
            let _ = write!(line, " at={at}");
        }
        let _ = write!(line, " bytes={length}");
        for (key, value) in &self.fields {
            line.push(' ');
            line.push_str(key);
            line.push('=');
            push_quoted(&mut line, value);
        }
        line.push('\n');
        line.into_bytes()
    }

    /// Reads a line, given without its line end, and the length of the text after it. `None` where
    /// the line does not even start as one.
    pub(super) fn decode(line: &[u8]) -> Option<Result<(Self, usize), HeaderError>> {
        let rest = line.strip_prefix(PREFIX)?;
        Some(decode_fields(rest))
    }
}

fn decode_fields(text: &[u8]) -> Result<(Header, usize), HeaderError> {
    use HeaderError::Malformed;

    let truncated = Malformed("it is truncated");
    let (id, rest) = text.split_once_str(" ").ok_or(truncated)?;
    let mut fields = Fields { rest };
    // The version comes before anything whose form it may change, the id's included.
    match fields.next() {
        Some(Ok((key, value))) if key == "v" => {
            let version = value.to_str().ok().and_then(|value| value.parse().ok());
            let version = version.ok_or(Malformed("v= is not a number"))?;
            if version != VERSION {
                return Err(HeaderError::Version(version));
            }
        }
        _ => return Err(Malformed("v= is missing")),
    }
    let id = id.to_str().ok().filter(|id| id.len() == 40);
    let id = id.and_then(|id| Oid::from_str(id).ok());
    let id = id.ok_or(Malformed("run= is not an id of 40 hexadecimal digits"))?;
    let mut header = Header {
        id,
        at: None,
        fields: Vec::new(),
    };
    let mut length = None;
    for field in fields {
        let (key, value) = field?;
        match key.as_str() {
            "at" => {
                let at = value.to_str().ok().and_then(|value| value.parse().ok());
                header.at = Some(at.ok_or(Malformed("at= is not an RFC 3339 time"))?);
            }
            "bytes" => {
                let bytes = value.to_str().ok().and_then(|value| value.parse().ok());
                length = Some(bytes.ok_or(Malformed("bytes= is not a number"))?);
            }
            _ => header.fields.push((key, value)),
        }
    }
    Ok((header, length.ok_or(Malformed("bytes= is missing"))?))
}

/// The id of a recording: what `git hash-object` says of its labels in the order of their names,
/// as they stand in the line, a line end, and its text.
pub(super) fn content_id<'a>(
    labels: impl Iterator<Item = (&'a str, &'a BString)>,
    text: &[u8],
) -> Oid {
    let mut labels: Vec<_> = labels.collect();
    labels.sort_unstable();
    let mut content = String::new();
    for (name, value) in labels {
        content.push_str(name);
        content.push('=');
        push_quoted(&mut content, value);
        content.push(' ');
    }
    content.push('\n');
    let mut content = content.into_bytes();
    content.extend_from_slice(text);
    Oid::hash_object(ObjectType::Blob, &content).unwrap_or(Oid::ZERO_SHA1)
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

fn is_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')
}

fn push_quoted(line: &mut String, value: &[u8]) {
    if !value.is_empty() && value.iter().copied().all(is_bare) {
        line.extend(value.iter().map(|&byte| char::from(byte)));
        return;
    }
    line.push('"');
    for (start, end, char) in value.char_indices() {
        match char {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            // A byte that is no text, or the character that stands for such.
            char::REPLACEMENT_CHARACTER => {
                for byte in &value[start..end] {
                    let _ = write!(line, "\\x{byte:02x}");
                }
            }
            // Only those below 0x80 can be written as one byte.
            char if char.is_ascii_control() => {
                let _ = write!(line, "\\x{:02x}", u32::from(char));
            }
            char => line.push(char),
        }
    }
    line.push('"');
}

struct Fields<'a> {
    rest: &'a [u8],
}

impl Iterator for Fields<'_> {
    type Item = Result<(String, BString), HeaderError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rest = self.rest.trim_start_with(|char| char == ' ');
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field.map_err(HeaderError::Malformed))
    }
}

impl Fields<'_> {
    fn field(&mut self) -> Result<(String, BString), &'static str> {
        let end = self.rest.iter().position(|&byte| !is_key_byte(byte));
        let end = end.ok_or("a field has no value")?;
        let (key, rest) = self.rest.split_at(end);
        let rest = rest.strip_prefix(b"=").ok_or("a field has no value")?;
        if key.is_empty() {
            return Err("a field has no name");
        }
        let key = String::from_utf8_lossy(key).into_owned();
        let value = match rest.strip_prefix(b"\"") {
            Some(rest) => {
                self.rest = rest;
                self.quoted()?
            }
            None => {
                let end = rest.iter().position(|&byte| byte == b' ');
                let (value, rest) = rest.split_at(end.unwrap_or(rest.len()));
                self.rest = rest;
                value.into()
            }
        };
        if self.rest.first().is_some_and(|&byte| byte != b' ') {
            return Err("text follows the closing quote of a value");
        }
        Ok((key, value))
    }

    fn quoted(&mut self) -> Result<BString, &'static str> {
        let mut value = BString::default();
        loop {
            let end = self.rest.find_byteset(b"\"\\");
            let end = end.ok_or("a quoted value is not closed")?;
            value.extend_from_slice(&self.rest[..end]);
            let rest = &self.rest[end..];
            self.rest = match rest {
                [b'"', rest @ ..] => {
                    self.rest = rest;
                    return Ok(value);
                }
                [b'\\', byte @ (b'"' | b'\\'), rest @ ..] => {
                    value.push(*byte);
                    rest
                }
                [b'\\', b'x', high, low, rest @ ..] => {
                    let digit = |byte: u8| char::from(byte).to_digit(16);
                    let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
                        return Err("\\x needs two hexadecimal digits");
                    };
                    value.push((high * 16 + low) as u8);
                    rest
                }
                _ => return Err("a quoted value has an unknown escape"),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header() -> impl Strategy<Value = Header> {
        let value = prop_oneof![
            "[ -~]{0,12}".prop_map(BString::from),
            ".{0,6}".prop_map(BString::from),
            prop::collection::vec(any::<u8>(), 0..12).prop_map(BString::from),
        ];
        let known = ["run", "v", "at", "bytes"];
        let key = "[a-zA-Z0-9._-]{1,8}".prop_filter("known", move |key| !known.contains(&&**key));
        let fields = prop::collection::vec((key, value), 0..6);
        let at = prop::option::of(-1_000_000_000_000i64..4_000_000_000_000);
        (any::<[u8; 20]>(), at, fields).prop_map(|(id, at, fields)| Header {
            id: Oid::from_bytes(&id).unwrap(),
            at: at.map(|at| Timestamp::from_millisecond(at).unwrap()),
            fields,
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(header in header(), length in any::<usize>()) {
            let line = header.encode(length);
            let (text, end) = line.split_at(line.len() - 1);
            prop_assert_eq!(end, b"\n");
            prop_assert!(!text.contains(&b'\n') && text.is_ascii() | text.is_utf8());
            prop_assert_eq!(Header::decode(text), Some(Ok((header, length))));
        }

        #[test]
        fn any_line_is_read_without_a_panic(rest in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Header::decode(&[PREFIX, &rest].concat());
            let _ = Header::decode(&rest);
        }
    }

    #[test]
    fn the_line_can_be_read_by_people() {
        let header = Header {
            id: Oid::ZERO_SHA1,
            at: Some("2026-05-04T10:11:12Z".parse().unwrap()),
            fields: vec![
                ("cpu".into(), "AMD EPYC 7B13".into()),
                ("dirty".into(), "false".into()),
            ],
        };
        let line = "# benchcli run=0000000000000000000000000000000000000000 v=1 \
                    at=2026-05-04T10:11:12Z bytes=7 cpu=\"AMD EPYC 7B13\" dirty=false\n";
        assert_eq!(header.encode(7).as_bstr(), line);
    }

    #[test]
    fn a_newer_version_is_told_from_a_broken_line() {
        let read = |line: &str| Header::decode(line.as_bytes());
        assert_eq!(read("# benchmark"), None);
        let newer = read("# benchcli run=sha256-abc v=2 whatever");
        assert_eq!(newer, Some(Err(HeaderError::Version(2))));
        let cut = "# benchcli run=0000000000000000000000000000000000000000 v=1 at=2026-";
        let malformed = |text| Some(Err(HeaderError::Malformed(text)));
        assert_eq!(read(cut), malformed("at= is not an RFC 3339 time"));
    }

    #[test]
    fn labels_count_for_the_id_and_their_order_does_not() {
        let (a, b) = (BString::from("1"), BString::from("2"));
        let id = |labels: &[(&'static str, &BString)]| {
            let labels: Vec<_> = labels.to_vec();
            content_id(labels.into_iter(), b"BenchmarkA 1 1 ns/op\n")
        };
        assert_eq!(id(&[("x", &a), ("y", &b)]), id(&[("y", &b), ("x", &a)]));
        assert_ne!(id(&[("x", &a)]), id(&[("y", &a)]));
        assert_ne!(id(&[]), id(&[("x", &a)]));
    }
}
