//! Counts the repairs that were needed to read an input.

use std::fmt;

#[cfg(feature = "serde")]
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The kinds of repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RepairKind {
    /// A UTF-8 byte order mark, which would hide the line that it stands before.
    Utf8Bom,
    /// Text in UTF-16, as PowerShell's redirection writes it.
    Utf16,
    /// The events of `go test -json`.
    Test2Json,
    /// A result in two parts: something was printed between its name and its numbers.
    TornResult,
    /// Two lines in one, because what stands first never got its line end.
    GluedLine,
    /// The time, and what else a log collector puts before each line.
    Timestamp,
    /// Escape sequences for colours and the like.
    Ansi,
    /// Text that a carriage return makes a terminal write over.
    Overwritten,
    /// Blanks before a line.
    Indentation,
    /// `//`, `#`, `>` and the like before a line.
    CommentPrefix,
    /// A word with a colon before a line.
    Label,
    /// Backquotes around a line.
    MarkdownFence,
}

impl RepairKind {
    /// Every kind, in the order in which [`Repairs::iter`] gives them.
    pub const ALL: [Self; 12] = [
        Self::Utf8Bom,
        Self::Utf16,
        Self::Test2Json,
        Self::TornResult,
        Self::GluedLine,
        Self::Timestamp,
        Self::Ansi,
        Self::Overwritten,
        Self::Indentation,
        Self::CommentPrefix,
        Self::Label,
        Self::MarkdownFence,
    ];
}

/// A clause that says what is there to be repaired.
impl fmt::Display for RepairKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Utf8Bom => "a byte order mark stands before the text",
            Self::Utf16 => "the text is UTF-16",
            Self::Test2Json => "the text is wrapped in go test -json events",
            Self::TornResult => "a result is split by other output",
            Self::GluedLine => "a line starts within an unfinished one",
            Self::Timestamp => "the log time stands before the line",
            Self::Ansi => "the line has terminal escape codes",
            Self::Overwritten => "the line is written over other text",
            Self::Indentation => "the line is indented",
            Self::CommentPrefix => "the line has a comment mark",
            Self::Label => "the line has a label",
            Self::MarkdownFence => "the line is in backquotes",
        })
    }
}

/// How often a kind of repair was made.
///
/// Its `Display` is one sentence without a full stop, such as `joined 16 results that were split by
/// other output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Repair {
    /// What was done.
    pub kind: RepairKind,
    /// How often: results for [`RepairKind::TornResult`], events for [`RepairKind::Test2Json`],
    /// inputs for [`RepairKind::Utf16`], lines for the others.
    pub count: u64,
    /// The line where it was done first, counted from 1.
    pub first_line: u64,
}

impl fmt::Display for Repair {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count;
        let lines = if count == 1 { "line" } else { "lines" };
        match self.kind {
            RepairKind::Utf8Bom if count == 1 => out.write_str("removed a byte order mark"),
            RepairKind::Utf8Bom => write!(out, "removed {count} byte order marks"),
            RepairKind::Utf16 => out.write_str("decoded the text from UTF-16"),
            RepairKind::Test2Json => {
                let events = if count == 1 { "event" } else { "events" };
                write!(out, "took the output from {count} go test -json {events}")
            }
            RepairKind::TornResult if count == 1 => {
                out.write_str("joined 1 result that was split by other output")
            }
            RepairKind::TornResult => {
                write!(
                    out,
                    "joined {count} results that were split by other output"
                )
            }
            RepairKind::GluedLine => {
                write!(
                    out,
                    "separated {count} {lines} from the unfinished line before"
                )
            }
            RepairKind::Timestamp => write!(out, "removed the log time before {count} {lines}"),
            RepairKind::Ansi => {
                write!(out, "removed terminal escape codes from {count} {lines}")
            }
            RepairKind::Overwritten => {
                write!(out, "removed text that was written over in {count} {lines}")
            }
            RepairKind::Indentation => write!(out, "removed the indentation of {count} {lines}"),
            RepairKind::CommentPrefix => {
                write!(out, "removed the comment mark before {count} {lines}")
            }
            RepairKind::Label => write!(out, "removed the label before {count} {lines}"),
            RepairKind::MarkdownFence => {
                write!(out, "removed the backquotes around {count} {lines}")
            }
        }
    }
}

#[cfg(feature = "serde")]
impl Serialize for Repair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Repair", 4)?;
        fields.serialize_field("kind", &self.kind)?;
        fields.serialize_field("count", &self.count)?;
        fields.serialize_field("first_line", &self.first_line)?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}

/// All repairs of an input, or of several.
///
/// Serialises as a list of the repairs that were made, each with `kind`, `count`, `first_line` and
/// the sentence as `message`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repairs {
    /// Count and first line, by kind.
    made: [(u64, u64); RepairKind::ALL.len()],
}

impl Repairs {
    /// Whether nothing was repaired.
    pub fn is_empty(&self) -> bool {
        self.made.iter().all(|made| made.0 == 0)
    }

    /// How often a kind of repair was made.
    pub fn count(&self, kind: RepairKind) -> u64 {
        self.made[kind as usize].0
    }

    /// The repairs that were made.
    pub fn iter(&self) -> impl Iterator<Item = Repair> {
        RepairKind::ALL
            .into_iter()
            .zip(self.made)
            .filter(|(_, made)| made.0 > 0)
            .map(|(kind, (count, first_line))| Repair {
                kind,
                count,
                first_line,
            })
    }

    /// The repair that stands first in the input.
    pub fn first(&self) -> Option<Repair> {
        self.iter().min_by_key(|repair| repair.first_line)
    }

    /// Adds the repairs of another input, or of another stage. For a kind that both have the lower
    /// line is kept.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.made.iter_mut().zip(other.made) {
            mine.1 = match (mine.0, theirs.0) {
                (_, 0) => mine.1,
                (0, _) => theirs.1,
                _ => mine.1.min(theirs.1),
            };
            mine.0 += theirs.0;
        }
    }

    pub(crate) fn add(&mut self, kind: RepairKind, line: u64) {
        let made = &mut self.made[kind as usize];
        if made.0 == 0 {
            made.1 = line;
        }
        made.0 += 1;
    }

    pub(crate) fn add_all(&mut self, kinds: impl Iterator<Item = RepairKind>, line: u64) {
        for kind in kinds {
            self.add(kind, line);
        }
    }
}

#[cfg(feature = "serde")]
impl Serialize for Repairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_done_in_one_sentence() {
        let mut repairs = Repairs::default();
        assert!(repairs.is_empty());
        repairs.add(RepairKind::Timestamp, 1);
        for line in 4..20 {
            repairs.add(RepairKind::TornResult, line);
        }
        let said: Vec<_> = repairs.iter().map(|repair| repair.to_string()).collect();
        assert_eq!(
            said,
            [
                "joined 16 results that were split by other output",
                "removed the log time before 1 line"
            ]
        );
        assert_eq!(
            serde_json::to_value(&repairs).ok(),
            Some(serde_json::json!([
                {"kind": "torn_result", "count": 16, "first_line": 4,
                 "message": "joined 16 results that were split by other output"},
                {"kind": "timestamp", "count": 1, "first_line": 1,
                 "message": "removed the log time before 1 line"},
            ]))
        );
    }

    #[test]
    fn merging_adds_counts_and_keeps_the_first_line() {
        let (mut one, mut two) = (Repairs::default(), Repairs::default());
        one.add(RepairKind::Ansi, 7);
        two.add(RepairKind::Ansi, 3);
        two.add(RepairKind::Utf16, 1);
        one.merge(&two);
        assert_eq!(one.count(RepairKind::Ansi), 2);
        assert_eq!(one.count(RepairKind::Utf16), 1);
        assert_eq!(one.first().map(|first| first.kind), Some(RepairKind::Utf16));
        assert_eq!(one.iter().map(|made| made.first_line).max(), Some(3));
    }

    #[test]
    fn kinds_are_listed_by_their_numbers() {
        for (place, kind) in RepairKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
        }
    }
}
