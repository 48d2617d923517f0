//! Recognizes lines that report failed, skipped or panicked benchmarks.

use std::sync::LazyLock;

use bstr::ByteSlice as _;
use memchr::memmem::Finder;

use super::{DiagnosticKind, decoration};

/// The word that every result begins with.
pub(super) static WORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("Benchmark"));

/// Whether a text may have been printed without a line end before a benchmark's name: it is no mark
/// or label that somebody put there, and it does not make the name a part of a longer word.
pub(super) fn ends_in_glue(before: &[u8]) -> bool {
    match before {
        [] | [.., b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9', b'.'] => false,
        [.., last] => {
            !b" \t/\\\"'`(:|".contains(last) && !decoration::is_mark(before.trim_ascii_start())
        }
    }
}

/// The benchmark's function and its package in a line of a stack trace, such as
/// `example.com/sort.BenchmarkSort(0xc000100c88)`.
pub(super) fn stack_frame(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = WORD.find(line)?;
    let package = line[..start].strip_suffix(b".")?;
    let rest = &line[start..];
    let end = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_' && byte.is_ascii());
    let (name, rest) = rest.split_at(end?);
    let is_path = !package.iter().any(u8::is_ascii_whitespace);
    (is_path && matches!(rest.first(), Some(b'(' | b'.'))).then_some((package, name))
}

/// Whether nothing is to be found in a line that begins like this, if there was a result, and there
/// is no tab and nothing for a terminal in it. It may be wrong one way only.
#[inline]
pub(super) fn is_dull(line: &[u8]) -> bool {
    match line {
        // The name of a month.
        [b'A'..=b'Z', _, _, b' ', ..] => false,
        [b'A'..=b'Z', ..] => {
            let words = [&b"Benchmark"[..], b"FAIL", b"PASS", b"SIG"];
            !words.iter().any(|word| line.starts_with(word))
        }
        // Times in numbers, indented lines, marks of encodings and of test2json, and what ends
        // benchmarks and runs.
        [first, ..] => !b"0123456789[ \xef\x16-*efops".contains(first),
        [] => true,
    }
}

pub(super) fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(u8::is_ascii_whitespace);
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    (word, rest.trim_ascii())
}

pub(super) fn panic_kind(message: &[u8]) -> DiagnosticKind {
    if message.starts_with(b"test timed out") {
        DiagnosticKind::Killed
    } else {
        DiagnosticKind::Panicked
    }
}

/// What a line says about a benchmark that gives no result; for a failed or skipped one its name.
pub(super) fn cause(text: &[u8]) -> Option<(DiagnosticKind, &[u8])> {
    let verdict = text.trim_ascii_start().strip_prefix(b"--- ");
    if let Some(verdict) = verdict {
        let kind = match verdict.get(..6)? {
            b"FAIL: " => DiagnosticKind::Failed,
            b"SKIP: " => DiagnosticKind::Skipped,
            _ => return None,
        };
        let (name, _) = split_word(&verdict[6..]);
        return name.starts_with(b"Benchmark").then_some((kind, name));
    }
    let kind = match text.first()? {
        b'p' => panic_kind(text.strip_prefix(b"panic: ")?),
        b'f' if text.starts_with(b"fatal error: ") => DiagnosticKind::Panicked,
        b's' if text.starts_with(b"signal: ") => DiagnosticKind::Killed,
        b'S' if text.starts_with(b"SIG") && text.contains_str(b": ") && !text.contains(&b'=') => {
            let (name, _) = split_word(text);
            let upper = name.strip_suffix(b":")?;
            if !upper.iter().all(u8::is_ascii_uppercase) {
                return None;
            }
            DiagnosticKind::Killed
        }
        b'*' if text.starts_with(b"*** Test killed") => DiagnosticKind::Killed,
        _ => return None,
    };
    Some((kind, b""))
}
