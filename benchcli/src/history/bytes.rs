//! Encodes numbers and strings in little-endian order, and decodes them without reading past the end.

/// Bytes that are read from the front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        let length = self.u32()?;
        let text = self.take(length as usize)?;
        String::from_utf8(text.to_vec()).ok()
    }

    pub(super) fn u32s(&mut self, count: usize) -> Option<Vec<u32>> {
        let (numbers, _) = self.take(count.checked_mul(4)?)?.as_chunks();
        Some(numbers.iter().map(|it| u32::from_le_bytes(*it)).collect())
    }

    pub(super) fn f64s(&mut self, count: usize) -> Option<Vec<f64>> {
        let (numbers, _) = self.take(count.checked_mul(8)?)?.as_chunks();
        Some(numbers.iter().map(|it| f64::from_le_bytes(*it)).collect())
    }
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn put_u32s(out: &mut Vec<u8>, numbers: &[u32]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

pub(super) fn put_f64s(out: &mut Vec<u8>, numbers: &[f64]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

/// The release is part of every file's first line: what another one wrote is not read.
fn first_line(kind: &str) -> String {
    format!("benchcli {} {kind} 3\n", env!("CARGO_PKG_VERSION"))
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Puts a body into a file of a kind: first line, checksum, body.
pub(super) fn sealed(kind: &str, body: &[u8]) -> Vec<u8> {
    let mut file = first_line(kind).into_bytes();
    file.extend_from_slice(&checksum(body).to_le_bytes());
    file.extend_from_slice(body);
    file
}

/// Where the body of a file begins; nothing for one that is not of the kind, or damaged.
pub(super) fn opened(kind: &str, file: &[u8]) -> Option<usize> {
    let line = first_line(kind);
    let mut rest = Bytes(file.strip_prefix(line.as_bytes())?);
    let expected = rest.u32()?;
    (checksum(rest.0) == expected).then(|| file.len() - rest.0.len())
}
