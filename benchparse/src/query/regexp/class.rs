//! Character classes.

use bstr::ByteSlice as _;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::parse::{Parser, Result, refusal};
use super::unicode::{self, code_points};

const BAD_RANGE: &str = "invalid character class range";

impl Parser<'_> {
    /// A class in brackets.
    pub(super) fn bracketed(&mut self) -> Result<ClassUnicode> {
        let begin = self.at;
        self.at += 1;
        let negative = self.eat(b"^");
        let mut class = ClassUnicode::empty();
        let mut first = true;
        loop {
            let rest = self.rest();
            if rest.starts_with(b"]") && !first {
                self.at += 1;
                break;
            }
            first = false;
            if let Some(set) = self.posix()? {
                class.union(&set);
            } else if let Some(set) = self.unicode()? {
                class.union(&set);
            } else if let Some(set) = self.perl() {
                class.union(&set);
            } else {
                let start = self.at;
                let low = self.class_letter(begin)?;
                let mut high = low;
                let after = self.rest();
                if after.len() >= 2 && after[0] == b'-' && after[1] != b']' {
                    self.at += 1;
                    high = self.class_letter(begin)?;
                    if high < low {
                        return Err(refusal(BAD_RANGE, &self.pattern[start..self.at]));
                    }
                }
                class.union(&self.folded(code_points(low, high)));
            }
        }
        if negative {
            class.negate();
        }
        Ok(class)
    }

    fn class_letter(&mut self, begin: usize) -> Result<u32> {
        match self.rest().first() {
            None => Err(refusal("missing closing ]", &self.pattern[begin..])),
            Some(b'\\') => self.escaped_letter(),
            Some(_) => Ok(self.bump()?.map_or(0, u32::from)),
        }
    }

    /// `[:name:]` inside brackets.
    fn posix(&mut self) -> Result<Option<ClassUnicode>> {
        let rest = self.rest();
        if !rest.starts_with(b"[:") {
            return Ok(None);
        }
        let Some(end) = rest[2..].find(b":]") else {
            return Ok(None);
        };
        let text = &rest[..end + 4];
        let name = &rest[2..end + 2];
        let positive = name.strip_prefix(b"^");
        let Some(set) = posix_class(positive.unwrap_or(name)) else {
            return Err(refusal(BAD_RANGE, text));
        };
        self.at += text.len();
        Ok(Some(self.signed(ascii(set), positive.is_some())))
    }

    /// `\d`, `\s`, `\w` and their opposites, which are ASCII only.
    pub(super) fn perl(&mut self) -> Option<ClassUnicode> {
        let [b'\\', letter, ..] = self.rest() else {
            return None;
        };
        let set: &[_] = match letter.to_ascii_lowercase() {
            b'd' => &[('0', '9')],
            b's' => &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')],
            b'w' => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            _ => return None,
        };
        let negative = letter.is_ascii_uppercase();
        self.at += 2;
        Some(self.signed(ascii(set), negative))
    }

    /// `\pN`, `\p{Name}`, `\P…`, `\p{^Name}`.
    pub(super) fn unicode(&mut self) -> Result<Option<ClassUnicode>> {
        let begin = self.at;
        let [b'\\', letter @ (b'p' | b'P'), ..] = self.rest() else {
            return Ok(None);
        };
        let mut negative = *letter == b'P';
        self.at += 2;
        let name = if self.eat(b"{") {
            let rest = self.rest();
            let Some(end) = rest.find_byte(b'}') else {
                Self::check_utf8(rest)?;
                return Err(refusal(BAD_RANGE, &self.pattern[begin..]));
            };
            Self::check_utf8(&rest[..end])?;
            self.at += end + 1;
            &rest[..end]
        } else {
            let start = self.at;
            self.bump()?;
            &self.pattern[start..self.at]
        };
        let positive = name.strip_prefix(b"^");
        negative ^= positive.is_some();
        match unicode::named(positive.unwrap_or(name)) {
            Some(class) => Ok(Some(self.signed(class, negative))),
            None => Err(refusal(BAD_RANGE, &self.pattern[begin..self.at])),
        }
    }

    /// The class with the other cases of its characters, or what is not in that.
    fn signed(&self, class: ClassUnicode, negative: bool) -> ClassUnicode {
        let mut class = self.folded(class);
        if negative {
            class.negate();
        }
        class
    }

    /// The class with the other cases of its characters, if case does not count.
    pub(super) fn folded(&self, mut class: ClassUnicode) -> ClassUnicode {
        if self.flags.fold_case {
            class.case_fold_simple();
        }
        class
    }
}

fn ascii(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(
        ranges
            .iter()
            .map(|&(low, high)| ClassUnicodeRange::new(low, high)),
    )
}

fn posix_class(name: &[u8]) -> Option<&'static [(char, char)]> {
    Some(match name {
        b"alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        b"alpha" => &[('A', 'Z'), ('a', 'z')],
        b"ascii" => &[('\0', '\x7f')],
        b"blank" => &[('\t', '\t'), (' ', ' ')],
        b"cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        b"digit" => &[('0', '9')],
        b"graph" => &[('!', '~')],
        b"lower" => &[('a', 'z')],
        b"print" => &[(' ', '~')],
        b"punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        b"space" => &[('\t', '\r'), (' ', ' ')],
        b"upper" => &[('A', 'Z')],
        b"word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        b"xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    })
}
