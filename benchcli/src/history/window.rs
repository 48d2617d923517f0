//! Selects the commits of a history: the first-parent line of a revision, or a part of it.

use anyhow::{Context as _, Error, Result, bail};
use benchparse::trend::Commit;
use git2::{ErrorCode, Oid, Repository};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::baseline::Store;
use crate::hint::WithHint as _;

/// A part of the first-parent line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Window {
    /// All of HEAD's.
    #[default]
    All,
    /// HEAD's from a time or a commit on.
    Since(Since),
    /// The commits of the second revision's line that the first one does not have, as `git log A..B`.
    Range {
        /// The revision before the window; all commits where there is none.
        after: Option<String>,
        /// The last revision.
        to: String,
    },
}

/// Where a window begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Commits of that time and later.
    Time(Timestamp),
    /// That commit and later ones.
    Revision(String),
}

impl Since {
    /// Reads a date (`2026-01-31`, a time with a zone), an age before `now` (`90d`), or else takes
    /// it for a revision.
    pub fn parse(text: &str, now: Timestamp) -> Self {
        let age = text.char_indices().last().and_then(|(at, unit)| {
            let hours = match unit {
                'd' => 24,
                'w' => 7 * 24,
                'y' => 8766,
                _ => return None,
            };
            let number: i64 = text.get(..at)?.parse().ok()?;
            let age = SignedDuration::try_from_hours(number.checked_mul(hours)?)?;
            now.checked_sub(age).ok()
        });
        let day = || {
            let day: Date = text.parse().ok()?;
            // `20260131` may be the beginning of a commit's id.
            text.contains('-')
                .then(|| day.to_zoned(TimeZone::UTC).ok().map(|it| it.timestamp()))?
        };
        let local = || {
            let time: DateTime = text.parse().ok()?;
            text.contains(':')
                .then(|| time.to_zoned(TimeZone::UTC).ok().map(|it| it.timestamp()))?
        };
        let time = age
            .or_else(|| text.parse().ok())
            // A day is also what a time begins with.
            .or_else(local)
            .or_else(day);
        time.map_or_else(|| Self::Revision(text.to_owned()), Self::Time)
    }
}

impl Window {
    /// Reads `A..B`; one side may be left out.
    ///
    /// # Errors
    /// It is no range.
    pub fn range(text: &str) -> Result<Self> {
        let Some((after, to)) = text.split_once("..") else {
            bail!("found {text}, expected a range of commits such as v1.0..main");
        };
        if let Some(to) = to.strip_prefix('.') {
            bail!("found {text}, expected a range with two dots, such as {after}..{to}");
        }
        if after.is_empty() && to.is_empty() {
            bail!("found .., expected a commit on at least one side, such as v1.0..");
        }
        Ok(Self::Range {
            after: (!after.is_empty()).then(|| after.to_owned()),
            to: if to.is_empty() { "HEAD" } else { to }.to_owned(),
        })
    }
}

/// A commit and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) id: Oid,
    pub(super) parent: Option<Oid>,
    pub(super) time: i64,
    pub(super) author: String,
    pub(super) subject: String,
}

impl Member {
    /// Reads a commit.
    pub(super) fn read(repo: &Repository, id: Oid) -> Result<Option<Self>> {
        let commit = match repo.find_commit(id) {
            Ok(commit) => commit,
            // A shallow clone ends here.
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => {
                let error = Error::new(error).context(format!("cannot read the commit {id}"));
                return Err(error.hint("run `git fsck` to find out more"));
            }
        };
        let author = commit.author();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Some(Self {
            id,
            parent: commit.parent_id(0).ok(),
            time: commit.time().seconds(),
            author: text(author.name_bytes()),
            subject: text(commit.summary_bytes().unwrap_or_default()),
        }))
    }

    pub(super) fn into_commit(self) -> Commit {
        let mut commit = Commit::new(self.id.to_string(), self.time);
        (commit.author, commit.subject) = (self.author, self.subject);
        commit
    }
}

/// A line of commits, the oldest first.
pub(super) struct Line {
    pub(super) members: Vec<Member>,
    /// Where the window begins.
    pub(super) first: usize,
}

/// The line that a window is a part of; `read` gives a commit, or nothing where it is not in
/// this clone.
pub(super) fn members(
    store: &Store,
    window: &Window,
    mut read: impl FnMut(Oid) -> Result<Option<Member>>,
) -> Result<Line> {
    let tip = match window {
        Window::All | Window::Since(_) => "HEAD",
        Window::Range { to, .. } => to,
    };
    let mut members = Vec::new();
    let mut next = Some(store.resolve(tip)?.id());
    while let Some(id) = next {
        let Some(member) = read(id)? else {
            break;
        };
        next = member.parent;
        members.push(member);
    }
    members.reverse();
    let first = match window {
        Window::All | Window::Range { after: None, .. } => 0,
        Window::Since(Since::Time(time)) => {
            let from = time.as_second();
            let first = members.iter().position(|member| member.time >= from);
            first.unwrap_or(members.len())
        }
        Window::Since(Since::Revision(revision)) => {
            let since = store.resolve(revision).with_context(|| {
                format!(
                    "--since {revision}: expected a date (2026-01-31), an age (90d) or a commit"
                )
            })?;
            known_to(store, &members, since.id())?.saturating_sub(1)
        }
        Window::Range {
            after: Some(after), ..
        } => known_to(store, &members, store.resolve(after)?.id())?,
    };
    Ok(Line { members, first })
}

/// How many of the commits, the oldest first, are a commit or its ancestors.
fn known_to(store: &Store, members: &[Member], commit: Oid) -> Result<usize> {
    if let Some(place) = members.iter().position(|member| member.id == commit) {
        return Ok(place + 1);
    }
    // Ancestors of an ancestor are ancestors.
    let (mut low, mut high) = (0, members.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let is_known = match members.get(middle) {
            Some(member) => store.repo().graph_descendant_of(commit, member.id)?,
            None => false,
        };
        if is_known {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn time(text: &str) -> Since {
        Since::Time(text.parse().unwrap())
    }

    #[test]
    fn dates_ages_and_revisions_are_told_apart() {
        for (text, expected) in [
            ("2026-01-31", time("2026-01-31T00:00:00Z")),
            ("2026-01-31T10:00:00+02:00", time("2026-01-31T08:00:00Z")),
            ("2026-01-31T10:00:00", time("2026-01-31T10:00:00Z")),
            ("7d", time("2026-02-22T12:00:00Z")),
            ("2w", time("2026-02-15T12:00:00Z")),
        ] {
            assert_eq!(Since::parse(text, now()), expected, "{text}");
        }
        for text in [
            "v1.0",
            "main~10",
            "20260131",
            "d",
            "deadbeef",
            "99999999999999y",
        ] {
            let expected = Since::Revision(text.into());
            assert_eq!(Since::parse(text, now()), expected, "{text}");
        }
    }

    #[test]
    fn ranges_have_two_dots() {
        let range = |after: Option<&str>, to: &str| Window::Range {
            after: after.map(Into::into),
            to: to.into(),
        };
        assert_eq!(Window::range("a..b").unwrap(), range(Some("a"), "b"));
        assert_eq!(Window::range("a..").unwrap(), range(Some("a"), "HEAD"));
        assert_eq!(Window::range("..b").unwrap(), range(None, "b"));
        for text in ["a", "a...b", "..", ""] {
            let error = Window::range(text).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("found {text}, expected")),
                "{error}"
            );
        }
    }
}
