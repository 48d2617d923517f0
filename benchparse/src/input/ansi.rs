//! Terminal escape sequences (ECMA-48).

/// Writes the line without its escape sequences and says whether there were any. What is no whole
/// sequence stays.
pub(super) fn strip(line: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let mut rest = line;
    let mut found = false;
    while let Some(place) = memchr::memchr(0x1b, rest) {
        out.extend_from_slice(&rest[..place]);
        let escape = &rest[place..];
        if let Some(length) = sequence(escape) {
            found = true;
            rest = &escape[length..];
        } else {
            out.push(0x1b);
            rest = &escape[1..];
        }
    }
    out.extend_from_slice(rest);
    found
}

/// The length of the sequence that the text begins with.
fn sequence(text: &[u8]) -> Option<usize> {
    let count = |from: usize, class: fn(&&u8) -> bool| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(class).count()
    };
    let intermediate: fn(&&u8) -> bool = |byte| matches!(byte, b' '..=b'/');
    match text.get(1)? {
        b'[' => {
            let parameters = count(2, |byte| matches!(byte, b'0'..=b'?'));
            let last = count(parameters, intermediate);
            matches!(text.get(last)?, b'@'..=b'~').then_some(last + 1)
        }
        // Strings: operating system commands and the private ones that build services put in.
        b']' | b'P' | b'X' | b'^' | b'_' => {
            let last = count(2, |byte| !matches!(byte, 0x07 | 0x1b));
            match text.get(last..)? {
                [0x07, ..] => Some(last + 1),
                [0x1b, b'\\', ..] => Some(last + 2),
                _ => None,
            }
        }
        _ => {
            let last = count(1, intermediate);
            matches!(text.get(last)?, b'0'..=b'~').then_some(last + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_whole_sequences_only() {
        for (line, bare) in [
            ("\x1b[1;32mBenchmarkX\x1b[0m 1", "BenchmarkX 1"),
            ("\x1b[0Kok", "ok"),
            ("\x1b]0;title\x07ok", "ok"),
            ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x1b_bk;t=1684943601478\x07ok", "ok"),
            ("\x1b(Bok\x1b7", "ok"),
            ("a\x1b", "a\x1b"),
            ("a\x1b[12", "a\x1b[12"),
            ("\x1b]never ends", "\x1b]never ends"),
            ("plain", "plain"),
        ] {
            let mut out = Vec::new();
            assert_eq!(strip(line.as_bytes(), &mut out), line != bare, "{line:?}");
            assert_eq!(out, bare.as_bytes());
        }
    }
}
