//! Recognizes the configuration lines that `go test` prints.

/// The keys, in the order in which `go test` prints them.
pub(super) const KEYS: [&[u8]; 4] = [b"goos", b"goarch", b"pkg", b"cpu"];

/// The place of `pkg` in [`KEYS`].
pub(super) const PACKAGE: usize = 2;

/// The place of a key in [`KEYS`].
#[inline]
pub(super) fn place(key: &[u8]) -> Option<usize> {
    match key {
        b"goos" => Some(0),
        b"goarch" => Some(1),
        b"pkg" => Some(PACKAGE),
        b"cpu" => Some(3),
        _ => None,
    }
}

/// Takes apart a line such as `goos: linux`: the place of its key and its value.
pub(super) fn parse(line: &[u8]) -> Option<(usize, &[u8])> {
    let colon = memchr::memchr(b':', line.get(..7.min(line.len()))?)?;
    let place = place(&line[..colon])?;
    let value = line[colon + 1..].trim_ascii();
    let apart = matches!(line.get(colon + 1), Some(b' ' | b'\t'));
    (apart && !value.is_empty()).then_some((place, value))
}

/// Whether a line is such a line.
pub(super) fn is_header(line: &[u8]) -> bool {
    parse(line).is_some()
}
