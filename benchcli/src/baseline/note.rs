//! Parses and merges the recordings in the text of a note.
//!
//! A note is a sequence of recordings. A recording that this program wrote, and that nobody has changed
//! since, starts with a [header](super::header) that contains its length and its hash. All other text is
//! *found* text: text from another program, or a recording that was edited, cut off or written by a newer
//! version. It is kept byte for byte, read as far as possible, and reported.
//!
//! Notes are merged as sets of recordings, identified by id. The result is written in time order, so the
//! merge is commutative, associative and idempotent.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bstr::ByteSlice as _;
use git2::Oid;

use super::header::{self, Header, HeaderError};

/// The field that marks found text once a header was put before it.
const ORIGIN: &str = "origin";
const FOUND: &str = "found";

/// One run of benchmarks: the text as it was recorded and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording<'a> {
    /// What is known about it.
    pub header: Header,
    /// The benchmark text, byte for byte.
    pub text: Cow<'a, [u8]>,
}

/// What keeps a part of a note from being a recording as this program wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteFault {
    /// Text without a header.
    #[error("{lines} without a benchcli header (added by hand or by another program); they are kept and read unchanged", lines = lines(*.0))]
    Foreign(usize),
    /// The text is shorter than its header says.
    #[error("recording {run} is truncated: only {found} of {expected} bytes are present; its complete lines are used", run = short(.run))]
    Truncated {
        /// The id in the header.
        run: Oid,
        /// Bytes that are there.
        found: usize,
        /// Bytes that the header promises.
        expected: usize,
    },
    /// The text or a label was changed after it was recorded.
    #[error("recording {run} was edited after it was recorded; benchcli reads the edited text", run = short(.0))]
    Edited(Oid),
    /// A header that this program cannot read.
    #[error("{0}")]
    Unreadable(String),
}

fn short(id: &Oid) -> String {
    let mut id = id.to_string();
    id.truncate(10);
    id
}

fn lines(count: usize) -> String {
    match count {
        1 => "1 line".into(),
        count => format!("{count} lines"),
    }
}

impl Recording<'static> {
    /// A recording of `text`, whose id follows from the header's labels and the text.
    pub fn new(mut header: Header, text: Vec<u8>) -> Self {
        header.id = header::content_id(header.labels(), &text);
        let text = Cow::Owned(text);
        Self { header, text }
    }
}

impl<'a> Recording<'a> {
    /// Whether this is found text and not something that `benchcli record` stored.
    pub fn is_found(&self) -> bool {
        is_found(&self.header)
    }

    /// The text to read benchmarks from: of found text that breaks off, the whole lines.
    pub fn readable(&self) -> &[u8] {
        let text = &*self.text;
        if !self.is_found() || text.ends_with(b"\n") {
            return text;
        }
        match header_fault(text) {
            Some(NoteFault::Truncated { .. }) => {
                let end = text.rfind_byte(b'\n').map_or(0, |end| end + 1);
                &text[..end]
            }
            _ => text,
        }
    }

    /// What is wrong with found text.
    pub fn fault(&self) -> Option<NoteFault> {
        if !self.is_found() {
            return None;
        }
        let lines = self.text.trim_end_with(|char| char == '\n').lines().count();
        Some(header_fault(&self.text).unwrap_or(NoteFault::Foreign(lines)))
    }

    /// The same with a text of its own.
    pub fn into_owned(self) -> Recording<'static> {
        Recording {
            header: self.header,
            text: Cow::Owned(self.text.into_owned()),
        }
    }

    fn found(text: &'a [u8]) -> Self {
        Self {
            header: Header {
                id: header::content_id(std::iter::empty(), &essence(text)),
                at: None,
                fields: vec![(ORIGIN.into(), FOUND.into())],
            },
            text: Cow::Borrowed(text),
        }
    }

    fn is_whole(&self) -> bool {
        let labels = self.header.labels();
        self.header.id
            == if self.is_found() {
                header::content_id(labels, &essence(&self.text))
            } else {
                header::content_id(labels, &self.text)
            }
    }

    /// The order in a note.
    fn place(&self) -> impl Ord + use<> {
        (self.header.at, self.header.id)
    }

    /// Which of two with one id stays: the one that says when, then the earlier. Any total order
    /// would do for the merge's laws.
    fn rank(&self) -> impl Ord + use<'_, 'a> {
        let at = self.header.at;
        (
            at.is_none(),
            at,
            self.header.encode(self.text.len()),
            &*self.text,
        )
    }
}

fn is_found(header: &Header) -> bool {
    header.field(ORIGIN).is_some_and(|it| it == FOUND)
}

/// What of found text counts for its id: programs that put notes together add and take line ends.
fn essence(text: &[u8]) -> Vec<u8> {
    let mut essence = text.trim_end_with(|char| char == '\n').to_vec();
    essence.push(b'\n');
    essence
}

/// What is wrong with text that starts with a header and is not what the header says.
fn header_fault(text: &[u8]) -> Option<NoteFault> {
    let (line, rest) = text.split_once_str("\n").unwrap_or((text, b""));
    Some(match Header::decode(line)? {
        Err(error @ (HeaderError::Version(_) | HeaderError::Malformed(_))) => {
            NoteFault::Unreadable(format!("a recording is invalid: {error}"))
        }
        Ok((header, expected)) if rest.len() < expected => NoteFault::Truncated {
            run: header.id,
            found: rest.len(),
            expected,
        },
        Ok((header, _)) => NoteFault::Edited(header.id),
    })
}

/// The recordings of one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note<'a> {
    recordings: BTreeMap<Oid, Recording<'a>>,
}

impl<'a> Note<'a> {
    /// Reads a note's text. There is no text that cannot be read.
    pub fn parse(text: &'a [u8]) -> Self {
        let mut note = Self::default();
        let mut rest = text;
        while !rest.trim_ascii().is_empty() {
            let (recording, length) = first(rest);
            note.insert(recording);
            rest = &rest[length..];
            // Line ends between two recordings are nobody's text.
            rest = rest.trim_start_with(|char| char == '\n');
        }
        note
    }

    /// The text that [`Note::parse`] reads as this note.
    pub fn encode(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for recording in self.recordings() {
            text.extend_from_slice(&recording.header.encode(recording.text.len()));
            text.extend_from_slice(&recording.text);
            if !recording.text.ends_with(b"\n") {
                text.push(b'\n');
            }
        }
        text
    }

    /// The recordings in time order, found text first.
    pub fn recordings(&self) -> Vec<&Recording<'a>> {
        let mut recordings: Vec<_> = self.recordings.values().collect();
        recordings.sort_by_cached_key(|recording| recording.place());
        recordings
    }

    /// Whether there is no recording.
    pub fn is_empty(&self) -> bool {
        self.recordings.is_empty()
    }

    /// Whether it holds a recording of that id.
    pub fn contains(&self, id: Oid) -> bool {
        self.recordings.contains_key(&id)
    }

    /// Adds a recording; says whether it was not there.
    pub fn insert(&mut self, recording: Recording<'a>) -> bool {
        use std::collections::btree_map::Entry;

        match self.recordings.entry(recording.header.id) {
            Entry::Vacant(entry) => {
                entry.insert(recording);
                true
            }
            Entry::Occupied(mut entry) => {
                if recording.rank() < entry.get().rank() {
                    entry.insert(recording);
                }
                false
            }
        }
    }

    /// Adds every recording of another note.
    pub fn merge(&mut self, other: Self) {
        for recording in other.recordings.into_values() {
            self.insert(recording);
        }
    }

    /// Keeps the recordings that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&Recording<'a>) -> bool) {
        self.recordings.retain(|_, recording| keep(recording));
    }
}

/// The first recording of a text that is not empty, and how many bytes it takes.
fn first(text: &[u8]) -> (Recording<'_>, usize) {
    if let Some(whole) = first_whole(text) {
        return whole;
    }
    let length = next_header(text);
    (Recording::found(&text[..length]), length)
}

fn first_whole(text: &[u8]) -> Option<(Recording<'_>, usize)> {
    let end = text.find_byte(b'\n')?;
    let (header, length) = Header::decode(&text[..end])?.ok()?;
    let start = end + 1;
    let stop = start.checked_add(length)?;
    let body = text.get(start..stop)?;
    let recording = Recording {
        header,
        text: Cow::Borrowed(body),
    };
    // What follows a text without a last line end is on a line of its own.
    let ends =
        body.is_empty() || body.ends_with(b"\n") || matches!(text.get(stop), None | Some(b'\n'));
    (ends && recording.is_whole()).then_some((recording, stop))
}

/// Where the next header line starts after the first line of `text`, or its end.
fn next_header(text: &[u8]) -> usize {
    let mut needle = vec![b'\n'];
    needle.extend_from_slice(header::PREFIX);
    text.find(&needle).map_or(text.len(), |end| end + 1)
}

/// The headers of a note and the texts after them, for those who only want to know what is in it:
/// whether a text is still what was recorded is not checked. `None` where there is found text.
pub(super) fn headers(text: &[u8]) -> Option<Vec<(Header, &[u8])>> {
    let mut headers = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find_byte(b'\n')?;
        let (header, length) = Header::decode(&rest[..end])?.ok()?;
        if is_found(&header) {
            return None;
        }
        let stop = (end + 1).checked_add(length)?;
        let body = rest.get(end + 1..stop)?;
        headers.push((header, body));
        rest = rest[stop..].trim_start_with(|char| char == '\n');
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn recording(at: i64, text: &str) -> Recording<'static> {
        let header = Header {
            id: Oid::ZERO_SHA1,
            at: Some(jiff::Timestamp::from_second(at).unwrap()),
            fields: vec![("label.pool".into(), "a b".into())],
        };
        Recording::new(header, text.into())
    }

    /// The union of two notes' texts.
    fn merge_texts(ours: &[u8], theirs: &[u8]) -> Vec<u8> {
        let mut note = Note::parse(ours);
        note.merge(Note::parse(theirs));
        note.encode()
    }

    fn note(recordings: &[Recording<'static>]) -> Note<'static> {
        let mut note = Note::default();
        for recording in recordings {
            note.insert(recording.clone());
        }
        note
    }

    fn texts<'n>(note: &'n Note<'_>) -> Vec<&'n [u8]> {
        note.recordings().iter().map(|it| &*it.text).collect()
    }

    /// Texts that notes may hold: of benchmarks, of other programs, and parts of our own headers.
    fn text() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            Just("BenchmarkEncode-8 1000 1726 ns/op".to_owned()),
            Just("pkg: example.com/codec".to_owned()),
            Just("# benchcli run=0123 v=1 at=now".to_owned()),
            Just("# benchcli run=0000000000000000000000000000000000000000 v=1 bytes=3".to_owned()),
            Just(String::new()),
            "[ -~]{0,20}",
        ];
        (prop::collection::vec(line, 1..5), any::<bool>())
            .prop_map(|(lines, end)| lines.join("\n") + if end { "\n" } else { "" })
    }

    /// A note's text after a life among people and programs.
    fn note_text() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            3 => (0..4i64, text()).prop_map(|(at, text)| note(&[recording(at, &text)]).encode()),
            1 => text().prop_map(String::into_bytes),
            1 => Just(b"\n".to_vec()),
            1 => (text(), 0..200usize).prop_map(|(text, cut)| {
                let mut text = note(&[recording(1, &text)]).encode();
                text.truncate(cut);
                text
            }),
        ];
        prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read(text in note_text()) {
            let note = Note::parse(&text);
            let encoded = note.encode();
            prop_assert_eq!(&Note::parse(&encoded), &note);
            prop_assert_eq!(Note::parse(&encoded).encode(), encoded);
        }

        #[test]
        fn merging_is_commutative(a in note_text(), b in note_text()) {
            prop_assert_eq!(merge_texts(&a, &b), merge_texts(&b, &a));
        }

        #[test]
        fn merging_is_associative(a in note_text(), b in note_text(), c in note_text()) {
            let left = merge_texts(&merge_texts(&a, &b), &c);
            let right = merge_texts(&a, &merge_texts(&b, &c));
            prop_assert_eq!(left, right);
        }

        #[test]
        fn merging_is_idempotent(a in note_text(), b in note_text()) {
            let once = merge_texts(&a, &b);
            prop_assert_eq!(&merge_texts(&once, &once), &once);
            prop_assert_eq!(&merge_texts(&once, &b), &once);
        }

        #[test]
        fn merging_is_the_union(a in note_text(), b in note_text()) {
            let merged = merge_texts(&a, &b);
            let merged = Note::parse(&merged);
            let (a, b) = (Note::parse(&a), Note::parse(&b));
            for recording in a.recordings().into_iter().chain(b.recordings()) {
                prop_assert!(merged.contains(recording.header.id));
            }
            let known = |id| a.contains(id) || b.contains(id);
            let all_known = merged.recordings().iter().all(|it| known(it.header.id));
            prop_assert!(all_known);
        }

        #[test]
        fn no_byte_but_line_ends_is_lost(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let note = Note::parse(&text);
            let kept: Vec<u8> = texts(&note).concat();
            let count = |bytes: &[u8]| bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
            // A text that is there twice is kept once; nothing above makes one of random bytes.
            prop_assert_eq!(count(&kept), count(&text));
        }
    }

    #[test]
    fn a_text_is_kept_to_the_byte() {
        let text = b"\xff\xfe\r\nBenchmarkA 1 1 ns/op";
        let mut note = Note::default();
        let header = recording(0, "").header;
        note.insert(Recording::new(header, text.to_vec()));
        note.insert(recording(1, "BenchmarkB 1 1 ns/op\n"));
        let encoded = note.encode();
        let read = Note::parse(&encoded);
        assert_eq!(texts(&read), [&text[..], b"BenchmarkB 1 1 ns/op\n"]);
    }

    #[test]
    fn a_recorded_note_is_no_end_of_a_recording() {
        let inner = note(&[recording(1, "BenchmarkA 1 1 ns/op\n"), recording(2, "x\n")]).encode();
        let outer = note(&[recording(3, &String::from_utf8(inner.clone()).unwrap())]).encode();
        assert_eq!(texts(&Note::parse(&outer)), [inner]);
    }

    #[test]
    fn what_git_puts_between_notes_is_no_text() {
        let [a, b] = [recording(1, "a\n"), recording(2, "b\n")].map(|it| note(&[it]).encode());
        let appended = [&a[..], b"\n", &b].concat();
        assert_eq!(Note::parse(&appended).encode(), merge_texts(&a, &b));
    }

    #[test]
    fn a_cut_recording_gives_its_whole_lines() {
        let mut text = note(&[recording(
            1,
            "BenchmarkA 1 1 ns/op\nBenchmarkB 1 17 ns/op\n",
        )])
        .encode();
        text.truncate(text.len() - 6);
        let note = Note::parse(&text);
        let [cut] = note.recordings()[..] else {
            panic!("one recording")
        };
        assert!(matches!(
            cut.fault(),
            Some(NoteFault::Truncated {
                found: 37,
                expected: 43,
                ..
            })
        ));
        assert!(cut.readable().ends_with(b"BenchmarkA 1 1 ns/op\n"));
        assert_eq!(*cut.text, text[..]);
    }

    #[test]
    fn an_edited_recording_is_named_and_stays_beside_the_old_one() {
        let old = note(&[recording(1, "BenchmarkA 1 1 ns/op\n")]).encode();
        let new = old.replace("A 1 1", "A 1 2");
        let edited = Note::parse(&new);
        let fault = edited.recordings()[0].fault();
        assert!(matches!(fault, Some(NoteFault::Edited(_))), "{fault:?}");
        let merged = merge_texts(&old, &new);
        assert_eq!(Note::parse(&merged).recordings().len(), 2);
        assert!(merged.contains_str("A 1 2") && merged.contains_str("A 1 1"));
    }

    #[test]
    fn foreign_text_is_kept_and_told_apart() {
        let ours = note(&[recording(1, "BenchmarkA 1 1 ns/op\n")]).encode();
        let merged = merge_texts(b"Reviewed-by: someone\n", &ours);
        let note = Note::parse(&merged);
        let [foreign, own] = note.recordings()[..] else {
            panic!("two recordings")
        };
        assert_eq!(foreign.fault(), Some(NoteFault::Foreign(1)));
        assert_eq!(&*foreign.text, b"Reviewed-by: someone\n");
        assert_eq!(own.fault(), None);
    }
}
