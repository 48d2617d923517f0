//! Parses a pattern by Go's rules.

use bstr::{BString, ByteSlice as _};
use regex_syntax::hir::{ClassUnicode, Hir, Look};

use super::tree::Node;
use super::unicode::code_points;

/// How many nodes may stand above each other.
const HEIGHT_LIMIT: u32 = 1000;
/// How often something may be repeated, also by nested repetitions together.
const REPEAT_LIMIT: u32 = 1000;
/// How many instructions of 40 bytes fit into Go's 128 MiB.
const SIZE_LIMIT: u64 = (128 << 20) / 40;
/// How many ends of ranges of characters do.
const RUNES_LIMIT: usize = (128 << 20) / 4;

pub(super) type Result<T, E = BString> = std::result::Result<T, E>;

/// Reads a pattern; an error is Go's text.
pub(super) fn parse(pattern: &[u8]) -> Result<Hir> {
    Parser {
        pattern,
        at: 0,
        flags: Flags::default(),
        groups: vec![Group::default()],
        last_repeat: None,
        runes: 0,
    }
    .parse()
}

/// An error about a part of the pattern.
pub(super) fn refusal(what: &str, text: &[u8]) -> BString {
    BString::from(bstr::concat([what.as_bytes(), b": `", text, b"`"]))
}

/// The error of a pattern that would take too much.
pub(super) fn too_large(pattern: &[u8]) -> BString {
    refusal("expression too large", pattern)
}

pub(super) struct Parser<'p> {
    pub(super) pattern: &'p [u8],
    pub(super) at: usize,
    pub(super) flags: Flags,
    /// The groups that are open; the whole pattern is one.
    groups: Vec<Group>,
    /// Where the last repetition operator began, if nothing followed it yet.
    last_repeat: Option<usize>,
    /// How many ends of ranges the classes have.
    runes: usize,
}

#[derive(Default, Clone, Copy)]
pub(super) struct Flags {
    pub(super) fold_case: bool,
    multi_line: bool,
    dot_matches_newline: bool,
}

#[derive(Default)]
struct Group {
    alternatives: Vec<Node>,
    sequence: Vec<Node>,
    captures: bool,
    /// The flags outside.
    outer: Flags,
}

impl Group {
    fn end_alternative(&mut self) {
        let sequence = std::mem::take(&mut self.sequence);
        self.alternatives.push(Node::sequence(sequence));
    }
}

impl<'p> Parser<'p> {
    pub(super) fn rest(&self) -> &'p [u8] {
        &self.pattern[self.at..]
    }

    /// The next character.
    pub(super) fn bump(&mut self) -> Result<Option<char>> {
        let rest = self.rest();
        if rest.is_empty() {
            return Ok(None);
        }
        let (letter, length) = bstr::decode_utf8(rest);
        if letter.is_none() {
            return Err(refusal("invalid UTF-8", rest));
        }
        self.at += length;
        Ok(letter)
    }

    pub(super) fn eat(&mut self, prefix: &[u8]) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    pub(super) fn check_utf8(text: &[u8]) -> Result<()> {
        std::str::from_utf8(text)
            .map(drop)
            .map_err(|error| refusal("invalid UTF-8", &text[error.valid_up_to()..]))
    }

    fn parse(mut self) -> Result<Hir> {
        while let Some(&byte) = self.rest().first() {
            let begin = self.at;
            let is_repeat = match byte {
                b'*' => self.operator(0, None)?,
                b'+' => self.operator(1, None)?,
                b'?' => self.operator(0, Some(1))?,
                b'{' => self.counted()?,
                _ => false,
            };
            if is_repeat {
                self.last_repeat = Some(begin);
                continue;
            }
            match byte {
                b'(' => self.open()?,
                b')' => self.close()?,
                b'|' => {
                    self.at += 1;
                    if let Some(group) = self.groups.last_mut() {
                        group.end_alternative();
                    }
                }
                b'[' => {
                    let class = self.bracketed()?;
                    self.push_class(class)?;
                }
                b'.' => {
                    self.at += 1;
                    let mut class = ClassUnicode::empty();
                    if !self.flags.dot_matches_newline {
                        class = code_points(u32::from('\n'), u32::from('\n'));
                    }
                    class.negate();
                    self.push(Node::letter(class))?;
                }
                b'^' if self.flags.multi_line => self.push_place(1, Look::StartLF)?,
                b'^' => self.push_place(1, Look::Start)?,
                b'$' if self.flags.multi_line => self.push_place(1, Look::EndLF)?,
                b'$' => self.push_place(1, Look::End)?,
                b'\\' => self.escape()?,
                _ => {
                    if let Some(letter) = self.bump()? {
                        self.push_letter(letter.into())?;
                    }
                }
            }
            self.last_repeat = None;
        }
        match self.groups.pop() {
            Some(group) if self.groups.is_empty() => self.finished(group).map(|node| node.hir),
            _ => Err(refusal("missing closing )", self.pattern)),
        }
    }

    fn push(&mut self, node: Node) -> Result<()> {
        let node = self.checked(node)?;
        if let Some(group) = self.groups.last_mut() {
            group.sequence.push(node);
        }
        Ok(())
    }

    fn checked(&self, node: Node) -> Result<Node> {
        if node.height > HEIGHT_LIMIT {
            return Err(refusal("expression nests too deeply", self.pattern));
        }
        if node.size > SIZE_LIMIT || self.runes > RUNES_LIMIT {
            return Err(too_large(self.pattern));
        }
        Ok(node)
    }

    fn push_place(&mut self, length: usize, place: Look) -> Result<()> {
        self.at += length;
        self.push(Node::place(place))
    }

    fn push_class(&mut self, class: ClassUnicode) -> Result<()> {
        self.runes += 2 * class.ranges().len();
        self.push(Node::letter(class))
    }

    fn push_letter(&mut self, code: u32) -> Result<()> {
        let node = match char::from_u32(code) {
            Some(letter) if !self.flags.fold_case => Node::text(letter),
            _ => Node::folded_text(self.folded(code_points(code, code))),
        };
        self.push(node)
    }

    /// `*`, `+` or `?`; says that it is an operator.
    fn operator(&mut self, min: u32, max: Option<u32>) -> Result<bool> {
        let begin = self.at;
        self.at += 1;
        self.repeat(begin, min, max)
    }

    /// `{n}`, `{n,}` or `{n,m}`; says whether it is one of these.
    fn counted(&mut self) -> Result<bool> {
        let begin = self.at;
        let Some((min, max, length)) = counts(self.rest()) else {
            return Ok(false);
        };
        self.at += length;
        if min > REPEAT_LIMIT || max.is_some_and(|max| max > REPEAT_LIMIT || max < min) {
            return Err(self.bad_count(begin));
        }
        self.repeat(begin, min, max)
    }

    fn bad_count(&self, begin: usize) -> BString {
        refusal("invalid repeat count", &self.pattern[begin..self.at])
    }

    fn repeat(&mut self, begin: usize, min: u32, max: Option<u32>) -> Result<bool> {
        // Which of several matches is preferred does not matter here.
        self.eat(b"?");
        if let Some(last) = self.last_repeat {
            let text = &self.pattern[last..self.at];
            return Err(refusal("invalid nested repetition operator", text));
        }
        let operand = self
            .groups
            .last_mut()
            .and_then(|group| group.sequence.pop());
        let Some(operand) = operand else {
            let text = &self.pattern[begin..self.at];
            return Err(refusal("missing argument to repetition operator", text));
        };
        let repeated = self.checked(operand.repeated(min, max))?;
        if repeated.repeats > u64::from(REPEAT_LIMIT) {
            return Err(self.bad_count(begin));
        }
        self.push(repeated)?;
        Ok(true)
    }

    /// Reads what opens a group, or only sets flags.
    fn open(&mut self) -> Result<()> {
        let rest = self.rest();
        let named = (rest.starts_with(b"(?P<") && rest.len() > 4)
            || (rest.starts_with(b"(?<") && rest.len() > 3);
        let outer = self.flags;
        let captures = named || !rest.starts_with(b"(?");
        if named {
            self.name()?;
        } else if captures {
            self.at += 1;
        } else if !self.flags()? {
            return Ok(());
        }
        self.groups.push(Group {
            captures,
            outer,
            ..Group::default()
        });
        Ok(())
    }

    /// `(?P<name>` or `(?<name>`.
    fn name(&mut self) -> Result<()> {
        const BAD_NAME: &str = "invalid named capture";
        let rest = self.rest();
        let start = rest.find_byte(b'<').map_or(0, |at| at + 1);
        let Some(end) = rest.find_byte(b'>') else {
            Self::check_utf8(rest)?;
            return Err(refusal(BAD_NAME, rest));
        };
        let name = &rest[start..end];
        Self::check_utf8(name)?;
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        if name.is_empty() || !name.iter().all(is_word) {
            return Err(refusal(BAD_NAME, &rest[..=end]));
        }
        self.at += end + 1;
        Ok(())
    }

    /// `(?flags)` or `(?flags:`; says whether a group is open then.
    fn flags(&mut self) -> Result<bool> {
        let begin = self.at;
        self.at += 2;
        let mut flags = self.flags;
        let (mut on, mut any) = (true, false);
        loop {
            match self.bump()? {
                Some('i') => flags.fold_case = on,
                Some('m') => flags.multi_line = on,
                Some('s') => flags.dot_matches_newline = on,
                Some('U') => {}
                Some('-') if on => {
                    on = false;
                    any = false;
                    continue;
                }
                Some(end @ (':' | ')')) if on || any => {
                    self.flags = flags;
                    return Ok(end == ':');
                }
                _ => {
                    let text = &self.pattern[begin..self.at];
                    return Err(refusal("invalid or unsupported Perl syntax", text));
                }
            }
            any = true;
        }
    }

    fn close(&mut self) -> Result<()> {
        self.at += 1;
        let group = self.groups.pop().filter(|_| !self.groups.is_empty());
        let Some(group) = group else {
            return Err(refusal("unexpected )", self.pattern));
        };
        self.flags = group.outer;
        let node = self.finished(group)?;
        self.push(node)
    }

    fn finished(&self, mut group: Group) -> Result<Node> {
        group.end_alternative();
        let node = self.checked(Node::alternatives(group.alternatives))?;
        Ok(if group.captures { node.capture() } else { node })
    }

    fn escape(&mut self) -> Result<()> {
        let rest = self.rest();
        match rest.get(1) {
            Some(b'A') => return self.push_place(2, Look::Start),
            Some(b'z') => return self.push_place(2, Look::End),
            Some(b'b') => return self.push_place(2, Look::WordAscii),
            Some(b'B') => return self.push_place(2, Look::WordAsciiNegate),
            Some(b'Q') => return self.quoted(),
            _ => {}
        }
        if let Some(class) = self.unicode()? {
            return self.push_class(class);
        }
        if let Some(class) = self.perl() {
            return self.push_class(class);
        }
        let code = self.escaped_letter()?;
        self.push_letter(code)
    }

    /// `\Q…\E`.
    fn quoted(&mut self) -> Result<()> {
        let quoted = &self.rest()[2..];
        let end = quoted.find(br"\E");
        let mut text = &quoted[..end.unwrap_or(quoted.len())];
        self.at += 2 + text.len() + if end.is_some() { 2 } else { 0 };
        while !text.is_empty() {
            let (letter, length) = bstr::decode_utf8(text);
            let letter = letter.ok_or_else(|| refusal("invalid UTF-8", text))?;
            self.push_letter(letter.into())?;
            text = &text[length..];
        }
        Ok(())
    }

    /// An escape that stands for one character, backslash included.
    pub(super) fn escaped_letter(&mut self) -> Result<u32> {
        let begin = self.at;
        self.at += 1;
        let Some(letter) = self.bump()? else {
            return Err(refusal("trailing backslash at end of expression", b""));
        };
        let code = match letter {
            '0'..='7' => self.octal(letter),
            'x' => self.hexadecimal()?,
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => Some(letter.into()),
            _ => None,
        };
        code.ok_or_else(|| refusal("invalid escape sequence", &self.pattern[begin..self.at]))
    }

    /// Up to three octal digits, of which one is read. A single digit other than zero would be a
    /// reference to a group.
    fn octal(&mut self, first: char) -> Option<u32> {
        let mut value = first.to_digit(8)?;
        for more in 0..2 {
            let digit = self
                .rest()
                .first()
                .and_then(|&next| char::from(next).to_digit(8));
            let Some(digit) = digit else {
                return (more > 0 || value == 0).then_some(value);
            };
            value = value * 8 + digit;
            self.at += 1;
        }
        Some(value)
    }

    /// What follows `\x`: two digits, or any number in braces.
    fn hexadecimal(&mut self) -> Result<Option<u32>> {
        let digit = |letter: Option<char>| letter.and_then(|letter| letter.to_digit(16));
        if self.eat(b"{") {
            let mut value = None;
            loop {
                let letter = self.bump()?;
                if letter == Some('}') {
                    return Ok(value);
                }
                let Some(digit) = digit(letter) else {
                    return Ok(None);
                };
                let next = value.unwrap_or(0) * 16 + digit;
                if next > u32::from(char::MAX) {
                    return Ok(None);
                }
                value = Some(next);
            }
        }
        let high = digit(self.bump()?);
        let low = digit(self.bump()?);
        Ok(high.zip(low).map(|(high, low)| high * 16 + low))
    }
}

/// `{n}`, `{n,}` or `{n,m}`: the numbers and the length. Anything else is no repetition.
fn counts(text: &[u8]) -> Option<(u32, Option<u32>, usize)> {
    let end = text.find_byte(b'}')?;
    let number = |digits: &[u8]| -> Option<u32> {
        let is_number = !digits.is_empty()
            && digits.iter().all(u8::is_ascii_digit)
            && (digits.len() == 1 || digits[0] != b'0');
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
        // A number too large to hold is too large anyway.
        Some(digits.parse().unwrap_or(u32::MAX))
    };
    let inside = text.get(1..end)?;
    let (min, max) = match inside.split_once_str(",") {
        None => (number(inside)?, Some(number(inside)?)),
        Some((min, b"")) => (number(min)?, None),
        Some((min, max)) => (number(min)?, Some(number(max)?)),
    };
    Some((min, max, end + 1))
}
