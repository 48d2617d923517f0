//! Recognizes the two halves of a result line that was split by other output.
//!
//! `go test` prints a benchmark's name when it starts and the numbers when it ends:
//!
//! ```text
//! BenchmarkSort-8   <tab>
//!    10000<tab>    115392 ns/op<tab>   24576 B/op
//! ```
//!
//! `go test` pads the iteration count to at least eight columns and separates the numbers with tabs. This
//! module requires both. It is stricter than the format's grammar because the two lines can come from anywhere
//! in a log.

use crate::number::parse_f64;

/// A line that starts with the name of a benchmark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) name: &'a [u8],
    /// The blanks after it.
    pub(super) blank: &'a [u8],
    /// What follows.
    pub(super) rest: &'a [u8],
}

impl<'a> Named<'a> {
    /// Takes a line apart whose first word is the name of a Go benchmark: `Benchmark`, no
    /// lower-case letter, an identifier, perhaps sub-benchmarks and the number of processors.
    pub(super) fn of(line: &'a [u8]) -> Option<Self> {
        let end = line
            .iter()
            .position(|&byte| is_blank(byte))
            .unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        let blanks = rest.iter().take_while(|&&byte| is_blank(byte)).count();
        let (blank, rest) = rest.split_at(blanks);
        is_go_name(name).then_some(Self { name, blank, rest })
    }

    /// Whether the blanks are those that `go test` prints before the numbers.
    pub(super) fn has_tab(&self) -> bool {
        self.blank.contains(&b'\t')
    }

    /// Whether the first line of a result torn in two may look like this.
    pub(super) fn may_be_half(&self) -> bool {
        self.has_tab() || self.blank.len() > 1 || processors(self.name).is_some()
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

fn is_go_name(name: &[u8]) -> bool {
    let Some(rest) = name.strip_prefix(b"Benchmark") else {
        return false;
    };
    if rest.first().is_none_or(u8::is_ascii_lowercase) {
        return false;
    }
    let rest = &rest[..processors(rest).unwrap_or(rest.len())];
    let top = rest.split(|&byte| byte == b'/').next().unwrap_or_default();
    top.iter()
        .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii())
}

/// Where the suffix `-N` starts.
fn processors(name: &[u8]) -> Option<usize> {
    let digits = name
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let dash = (name.len() - digits).checked_sub(1)?;
    (digits > 0 && name[dash] == b'-').then_some(dash)
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| is_blank(byte))
        .filter(|word| !word.is_empty())
}

fn is_count(word: &[u8]) -> bool {
    (1..=19).contains(&word.len()) && word.iter().all(u8::is_ascii_digit)
}

fn is_unit(word: &[u8]) -> bool {
    let starts = |&byte: &u8| byte.is_ascii_alphabetic() || byte == b'%' || !byte.is_ascii();
    word.len() <= 100
        && word.first().is_some_and(starts)
        && !matches!(word.last(), Some(b':' | b',' | b';' | b')'))
        && !word.contains(&b'=')
}

/// Whether a unit is one that nobody prints by chance.
fn is_telling(unit: &[u8]) -> bool {
    unit.ends_with(b"/op") || unit == b"MB/s"
}

/// Reads `VALUE UNIT` pairs to the end; says whether one unit is a telling one.
fn pairs<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<bool> {
    let mut telling = None;
    while let Some(value) = words.next() {
        let unit = words.next()?;
        if !is_unit(unit) || parse_f64(value).is_err() {
            return None;
        }
        telling = Some(telling == Some(true) || is_telling(unit));
    }
    telling
}

/// Whether the text is `VALUE UNIT` pairs and nothing else, one unit being a telling one: what
/// programs print that count no iterations.
pub(super) fn is_measurements(text: &[u8]) -> bool {
    pairs(words(text)) == Some(true)
}

/// Whether the text is the second half of a result.
pub(super) fn is_numbers(text: &[u8]) -> bool {
    let mut fields = words(text);
    if !fields.next().is_some_and(is_count) {
        return false;
    }
    match pairs(fields) {
        None => false,
        Some(true) => true,
        Some(false) => {
            let mut columns = text.split(|&byte| byte == b'\t');
            columns
                .next()
                .is_some_and(|first| words(first).count() == 1)
                && columns.all(|column| words(column).count() == 2)
        }
    }
}

/// Whether the text is a whole result. Its name vouches for units that are not telling.
pub(super) fn is_result(text: &[u8]) -> bool {
    if !text.starts_with(b"Benchmark") {
        return false;
    }
    let mut fields = words(text);
    let name = fields.next().unwrap_or_default();
    let counted = fields.next().is_some_and(is_count);
    let vouches = name.len() > "Benchmark".len() && !name.ends_with(b":");
    counted && pairs(fields).is_some_and(|telling| telling || vouches)
}

/// Whether the text starts as `go test` prints it: a name, a tab, perhaps the numbers in columns.
pub(super) fn is_printed(text: &[u8]) -> bool {
    let Some(named) = Named::of(text) else {
        return false;
    };
    let after_name = &text[named.name.len()..];
    named.has_tab()
        && (!is_numbers(named.rest)
            || trailing_numbers(after_name)
                .is_some_and(|start| after_name[..start].iter().all(|&byte| is_blank(byte))))
}

/// Where the second half of a result starts in a line that ends with it, laid out as `go test`
/// does.
pub(super) fn trailing_numbers(text: &[u8]) -> Option<usize> {
    let mut end = text.len();
    let mut telling = false;
    loop {
        let tab = memchr::memrchr(b'\t', &text[..end])?;
        let mut fields = words(&text[tab + 1..end]);
        match (fields.next(), fields.next(), fields.next()) {
            (Some(value), Some(unit), None) if is_unit(unit) && parse_f64(value).is_ok() => {
                telling |= is_telling(unit);
                end = tab;
            }
            _ => return None,
        }
        if let Some(start) = trailing_count(&text[..end]) {
            return telling.then_some(start);
        }
    }
}

/// Where a count of at least eight columns starts that the text ends with.
fn trailing_count(text: &[u8]) -> Option<usize> {
    let before = |end: usize, class: fn(&u8) -> bool| {
        let run = text[..end].iter().rev().take_while(|byte| class(byte));
        end - run.count()
    };
    let digits = before(text.len(), u8::is_ascii_digit);
    let start = before(digits, |&byte| byte == b' ');
    let is_apart = start < digits
        || text[..start]
            .last()
            .is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'.');
    (is_count(&text[digits..]) && text.len() - start >= 8 && is_apart).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_names_from_prose() {
        for name in [
            "BenchmarkX",
            "BenchmarkX-8",
            "Benchmark_x/a:b,c-16",
            "Benchmark정렬-4",
            "Benchmark8",
        ] {
            assert!(is_go_name(name.as_bytes()), "{name}");
        }
        for word in [
            "Benchmark",
            "Benchmark:",
            "Benchmarks",
            "Benchmarking...",
            "BenchmarkX:",
            "BenchmarkX-a",
        ] {
            assert!(!is_go_name(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn knows_numbers_from_log_lines() {
        for text in [
            " 1486742\t       718 ns/op\t  11.14 MB/s",
            "     100  5 ns/op",
            "  200\t 1.5 p99_us\t +Inf entries",
            "1 0.5 B/op",
        ] {
            assert!(is_numbers(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "100",
            "  100 5",
            " 12 34 ms",
            "100 5 ns/op done",
            "N=100 5 ns/op",
            "100 5 ns/op,",
            "-1 5 ns/op",
            "3 files 4 B/op",
            "100 5 req/s",
        ] {
            assert!(!is_numbers(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn knows_results() {
        for text in [
            "BenchmarkA-8 100 5 ns/op",
            "Benchmark[x] 100 5 ns/op",
            "Benchmarkstorage_text 1 2593409 text-bytes",
            "BenchmarkA 1 5 total-bytes 6 p99_us",
        ] {
            assert!(is_result(text.as_bytes()), "{text}");
        }
        for text in [
            "BenchmarkA-8",
            "BenchmarkA-8 100",
            "BenchmarkA-8 5 ns/op",
            "Benchmark: 100 5 bytes",
            "BenchmarkA took 5 ns/op",
        ] {
            assert!(!is_result(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn finds_numbers_behind_other_text() {
        let start = |text: &str| trailing_numbers(text.as_bytes());
        assert_eq!(start("....     100\t       718 ns/op\t 3 B/op"), Some(4));
        assert_eq!(start("at 5% 12345678\t       718 ns/op"), Some(5));
        assert_eq!(start("%12345678\t       718 ns/op"), Some(1));
        assert_eq!(start("     100\t       718 ns/op"), Some(0));
        assert_eq!(start("N=12345678\t       718 ns/op"), Some(2));
        for text in [
            "v1.12345678\t 718 ns/op",
            "took 100\t 718 ns/op",
            "     100 718 ns/op",
            "     100\t 718 ns/op\tand more",
            "     100\t 718 things",
        ] {
            assert_eq!(start(text), None, "{text}");
        }
    }
}
