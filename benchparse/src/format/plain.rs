//! A fast path for result lines in the exact form that `go test` prints.
//!
//! For any line it accepts, the result is the same as that of the [grammar](super::grammar). It leaves
//! every unusual line to the grammar. Nearly all bytes of a large input are in lines of this form, so
//! this code scans eight bytes at a time.
//!
//! A block of lines becomes columns with one entry per line, and values and units are stored separately.
//! Parsing a block does not depend on what comes before it, so several threads can parse blocks in parallel.

use std::ops::Range;

use super::grammar;
use super::written_unit::WrittenUnit;
use crate::input::BlockText;
use crate::number::{POW10, parse_f64, parse_i64};

/// So many kinds of lines of a block are told apart; more are left to the grammar.
const SHAPES: usize = 64;

/// Some lines of an input and what could be read of them alone.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) text: BlockText,
    entries: Vec<Entry>,
    values: Vec<f64>,
    shapes: Vec<Shape>,
}

/// One line.
#[derive(Debug, Clone, Copy)]
enum Entry {
    /// A line that the grammar has to read.
    Text { start: usize, end: usize },
    /// A result whose name differs from the one before it.
    Named {
        start: usize,
        length: u32,
        shape: u32,
        iterations: i64,
    },
    /// A result with the same name as the one before it.
    Again { shape: u32, iterations: i64 },
}

/// What a line is.
#[derive(Debug)]
pub(super) enum BlockLine<'b> {
    /// A line that the grammar has to read, without its line end.
    Text(&'b [u8]),
    Result(PlainResult<'b>),
}

/// A result that was read without the grammar.
#[derive(Debug)]
pub(super) struct PlainResult<'b> {
    /// The name, if it is not that of the result before it.
    pub(super) name: Option<&'b [u8]>,
    pub(super) iterations: i64,
    pub(super) values: &'b [f64],
    pub(super) shape: &'b mut Shape,
}

/// The place in a block up to which its lines were taken.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    line: usize,
    value: usize,
}

/// The units of a kind of line.
#[derive(Debug, Default)]
pub(super) struct Shape {
    units: Vec<UnitText>,
    /// The shape that came after it last: benchmarks alternate.
    follower: usize,
    /// What the parser makes of the units, once it was asked.
    pub(super) written: Vec<WrittenUnit>,
}

impl Shape {
    /// The units as they are written.
    pub(super) fn units(&self) -> impl Iterator<Item = &[u8]> {
        self.units.iter().map(|unit| &*unit.text)
    }
}

#[derive(Debug)]
struct UnitText {
    text: Box<[u8]>,
    /// The first bytes as a number, of which `mask` tells how many there are.
    head: u128,
    mask: u128,
}

impl UnitText {
    fn new(text: &[u8]) -> Self {
        let mut head = [0; 16];
        let mut mask = [0; 16];
        for ((head, mask), byte) in head.iter_mut().zip(&mut mask).zip(text) {
            *head = *byte;
            *mask = 0xff;
        }
        Self {
            text: text.into(),
            head: u128::from_le_bytes(head),
            mask: u128::from_le_bytes(mask),
        }
    }

    /// Whether the text begins with this unit.
    #[inline]
    fn begins(&self, text: &[u8]) -> bool {
        let Some(head) = text.first_chunk::<16>() else {
            return text.starts_with(&self.text);
        };
        u128::from_le_bytes(*head) & self.mask == self.head
            && (self.text.len() <= 16 || text.starts_with(&self.text))
    }
}

impl Block {
    /// Reads the lines of the text.
    pub(super) fn parse(&mut self) {
        let Self {
            text,
            entries,
            values,
            shapes,
        } = self;
        entries.clear();
        values.clear();
        if shapes.len() == SHAPES {
            shapes.clear();
        }
        let buffer = text.buffer();
        let end = text.lines().len();
        // Behind a last line without a line feed stand bytes without meaning.
        let whole = memchr::memrchr(b'\n', text.lines()).map_or(0, |last| last + 1);
        let mut at = 0;
        let mut name = 0..0;
        let mut shape = 0;
        while at < whole {
            let known = values.len();
            let mut scanned = Err(Miss::Line);
            if buffer[at..].starts_with(b"Benchmark") {
                scanned = scan(buffer, at, &name, shapes.get(shape), values);
                if let (Err(Miss::Shape), Some(last)) = (&scanned, shapes.get(shape)) {
                    values.truncate(known);
                    let follower = last.follower;
                    scanned = scan(buffer, at, &name, shapes.get(follower), values);
                    if scanned.is_ok() {
                        shape = follower;
                    }
                }
                if let Err(Miss::Shape) = scanned {
                    values.truncate(known);
                    if let Some(other) = find_shape(line_at(buffer, at), shapes) {
                        if let Some(last) = shapes.get_mut(shape) {
                            last.follower = other;
                        }
                        shape = other;
                        scanned = scan(buffer, at, &name, shapes.get(shape), values);
                    }
                }
            }
            if let Ok(scanned) = scanned {
                let Scanned {
                    iterations, next, ..
                } = scanned;
                let shape = shape as u32;
                entries.push(if scanned.name == name {
                    Entry::Again { shape, iterations }
                } else {
                    Entry::Named {
                        start: scanned.name.start,
                        length: scanned.name.len() as u32,
                        shape,
                        iterations,
                    }
                });
                name = scanned.name;
                at = next;
            } else {
                values.truncate(known);
                // The grammar may find a name in it.
                name = 0..0;
                let line = line_at(buffer, at);
                let next = at + line.len() + 1;
                let length = line.len() - usize::from(line.ends_with(b"\r"));
                entries.push(Entry::Text {
                    start: at,
                    end: at + length,
                });
                at = next;
            }
        }
        if at < end {
            let line = &buffer[at..end];
            let end = end - usize::from(line.ends_with(b"\r"));
            entries.push(Entry::Text { start: at, end });
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Whether all lines were taken.
    #[inline]
    pub(super) fn is_behind(&self, place: Place) -> bool {
        place.line >= self.entries.len()
    }

    /// The next line, or `None` behind the last.
    #[inline]
    pub(super) fn next(&mut self, place: &mut Place) -> Option<BlockLine<'_>> {
        if let Entry::Text { start, end } = *self.entries.get(place.line)? {
            place.line += 1;
            return Some(BlockLine::Text(&self.text.buffer()[start..end]));
        }
        self.next_result(place).map(BlockLine::Result)
    }

    /// The next line if it was read without the grammar.
    #[inline]
    pub(super) fn next_result(&mut self, place: &mut Place) -> Option<PlainResult<'_>> {
        let (name, iterations, shape) = match *self.entries.get(place.line)? {
            Entry::Text { .. } => return None,
            Entry::Named {
                start,
                length,
                shape,
                iterations,
            } => {
                let name = &self.text.buffer()[start..start + length as usize];
                (Some(name), iterations, shape)
            }
            Entry::Again { shape, iterations } => (None, iterations, shape),
        };
        let shape = self.shapes.get_mut(shape as usize)?;
        let start = place.value;
        place.line += 1;
        place.value += shape.units.len();
        Some(PlainResult {
            name,
            iterations,
            values: self.values.get(start..place.value)?,
            shape,
        })
    }
}

/// The line at a place, without its line feed.
fn line_at(buffer: &[u8], at: usize) -> &[u8] {
    let rest = &buffer[at..];
    &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
}

struct Scanned {
    name: Range<usize>,
    iterations: i64,
    /// Where the next line starts.
    next: usize,
}

/// Why a line was not read.
enum Miss {
    /// It may be of another shape.
    Shape,
    /// It is for the grammar.
    Line,
}

/// Reads the line at a place, which begins with `Benchmark` and ends with a line feed.
#[inline]
fn scan(
    buffer: &[u8],
    at: usize,
    last: &Range<usize>,
    shape: Option<&Shape>,
    values: &mut Vec<f64>,
) -> Result<Scanned, Miss> {
    let start = at + b"Benchmark".len();
    let last_name = &buffer[last.clone()];
    let is_again = !last_name.is_empty()
        && buffer[start..].starts_with(last_name)
        && matches!(buffer[start + last_name.len()], b' ' | b'\t');
    let end = if is_again {
        start + last_name.len()
    } else {
        start + name_length(&buffer[start..]).ok_or(Miss::Line)?
    };
    let units = shape.ok_or(Miss::Shape)?.units.iter();
    let count = end + blanks(buffer, end);
    let (iterations, mut here) = integer(buffer, count).ok_or(Miss::Line)?;
    for unit in units {
        here += blanks(buffer, here);
        if matches!(buffer[here], b'\n' | b'\r') {
            return Err(Miss::Shape);
        }
        let (value, behind) = number(buffer, here).ok_or(Miss::Line)?;
        // Mostly one blank stands between them.
        here = behind + 1;
        if buffer[here] <= b' ' {
            here += blanks(buffer, here);
        }
        if !unit.begins(&buffer[here..]) {
            return Err(Miss::Shape);
        }
        here += unit.text.len();
        if buffer[here] > b' ' {
            return Err(Miss::Shape);
        }
        values.push(value);
    }
    if buffer[here] != b'\n' {
        here += blanks(buffer, here);
        here += usize::from(buffer[here] == b'\r');
    }
    if buffer[here] != b'\n' {
        return Err(Miss::Shape);
    }
    Ok(Scanned {
        name: if is_again { last.clone() } else { start..end },
        iterations,
        next: here + 1,
    })
}

/// The length of the name that a text begins with, if a blank stands behind it.
fn name_length(text: &[u8]) -> Option<usize> {
    let stop = |&byte: &u8| byte <= b' ' || byte >= 0xc2;
    let mut length = text.iter().position(stop)?;
    if text[length] >= 0xc2 {
        length = grammar::word(text).1.len();
    }
    let is_plain = (1..1 << 31).contains(&length)
        && matches!(text[length], b' ' | b'\t')
        && text[..length].iter().all(|&byte| byte > b' ');
    is_plain.then_some(length)
}

/// The shape of a result line, new or known.
#[cold]
fn find_shape(line: &[u8], shapes: &mut Vec<Shape>) -> Option<usize> {
    let mut units = Vec::new();
    grammar::result(line.strip_prefix(b"Benchmark")?, |_, unit| units.push(unit)).ok()??;
    let known = |shape: &Shape| shape.units().eq(units.iter().copied());
    if let Some(place) = shapes.iter().position(known) {
        return Some(place);
    }
    let is_plain = |unit: &&[u8]| unit.iter().all(|&byte| byte > b' ');
    if shapes.len() == SHAPES || !units.iter().all(is_plain) {
        return None;
    }
    shapes.push(Shape {
        units: units.into_iter().map(UnitText::new).collect(),
        follower: 0,
        written: Vec::new(),
    });
    Some(shapes.len() - 1)
}

const fn each_byte(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The eight bytes at a place.
#[inline]
fn load(buffer: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*buffer.get(at..)?.first_chunk()?))
}

/// How many blanks and tabs there are.
#[inline]
fn blanks(buffer: &[u8], at: usize) -> usize {
    let mut end = at;
    loop {
        // Tabs stand alone, before runs of blanks.
        end += usize::from(buffer.get(end) == Some(&b'\t'));
        let Some(word) = load(buffer, end) else {
            return end - at;
        };
        let others = word ^ each_byte(b' ');
        end += others.trailing_zeros() as usize / 8;
        if others != 0 && buffer.get(end) != Some(&b'\t') {
            return end - at;
        }
    }
}

/// How many of eight bytes are digits from the first on, and the number that they make.
#[inline]
fn digits(word: u64) -> (u32, u64) {
    let digits = word ^ each_byte(b'0');
    let others = (((digits & each_byte(0x7f)) + each_byte(0x7f - 9)) | digits) & each_byte(0x80);
    let count = others.trailing_zeros() / 8;
    // Ones first: zeros come in before them.
    let aligned = digits.checked_shl(64 - 8 * count).unwrap_or(0);
    let pairs = (aligned * 10 + (aligned >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    (count, (fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

#[inline]
fn is_blank_at(word: u64, place: u32) -> bool {
    matches!((word >> (8 * place)) as u8, b' ' | b'\t')
}

/// The iteration count at a place and where it ends.
#[inline]
fn integer(buffer: &[u8], at: usize) -> Option<(i64, usize)> {
    let word = load(buffer, at)?;
    let (count, value) = digits(word);
    if count < 8 && count > 0 && is_blank_at(word, count) {
        return Some((value as i64, at + count as usize));
    }
    let text = token(buffer, at)?;
    Some((parse_i64(text).ok()?, at + text.len()))
}

/// The value at a place and where it ends.
#[inline]
fn number(buffer: &[u8], at: usize) -> Option<(f64, usize)> {
    let word = load(buffer, at)?;
    let (count, whole) = digits(word);
    if count == 0 || count == 8 {
        return any_number(buffer, at);
    }
    let end = at + count as usize;
    if is_blank_at(word, count) {
        return Some((whole as f64, end));
    }
    if (word >> (8 * count)) as u8 != b'.' {
        return any_number(buffer, at);
    }
    let word = load(buffer, end + 1)?;
    let (places, fraction) = digits(word);
    if places == 8 || !is_blank_at(word, places) {
        return any_number(buffer, at);
    }
    // At most 14 digits: both operands are exact, so the quotient is correctly rounded.
    let scale = POW10[places as usize];
    let value = (whole as f64 * scale + fraction as f64) / scale;
    Some((value, end + 1 + places as usize))
}

fn any_number(buffer: &[u8], at: usize) -> Option<(f64, usize)> {
    let text = token(buffer, at)?;
    Some((parse_f64(text).ok()?, at + text.len()))
}

/// The text up to the next blank.
fn token(buffer: &[u8], at: usize) -> Option<&[u8]> {
    let text = buffer.get(at..)?;
    let length = text.iter().position(|&byte| byte <= b' ')?;
    matches!(text[length], b' ' | b'\t').then(|| &text[..length])
}
