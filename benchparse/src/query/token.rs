//! Splits a query into words, operators and regular expressions.

use super::error::QueryError;
use super::regexp::Regexp;

/// A token and where it starts.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// One of `( ) : @ , - *`.
    Operator(u8),
    /// The bare word `AND`.
    And,
    /// The bare word `OR`.
    Or,
    /// A word, bare or quoted.
    Word(Vec<u8>),
    /// A regular expression between slashes.
    Regexp(Regexp),
    /// The end of the query.
    End,
}

/// Where a query is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'q> {
    pub(super) query: &'q [u8],
    at: usize,
}

impl<'q> Cursor<'q> {
    pub(super) fn new(query: &'q [u8]) -> Self {
        Self { query, at: 0 }
    }

    pub(super) fn error(&self, offset: usize, message: impl Into<bstr::BString>) -> QueryError {
        QueryError::new(self.query, offset, message)
    }

    /// The next token, where a key or an operator may stand.
    pub(super) fn key(&mut self) -> Result<Token, QueryError> {
        self.token(false)
    }

    /// The next token, where a value may stand: a slash begins a regular expression.
    pub(super) fn value(&mut self) -> Result<Token, QueryError> {
        self.token(true)
    }

    fn token(&mut self, allow_regexp: bool) -> Result<Token, QueryError> {
        self.skip_space();
        let start = self.at;
        let kind = match self.query.get(start) {
            None => Kind::End,
            Some(&operator) if is_operator(operator) || matches!(operator, b'-' | b'*') => {
                self.at += 1;
                Kind::Operator(operator)
            }
            Some(b'"') => Kind::Word(self.quoted()?),
            Some(b'/') if allow_regexp => Kind::Regexp(self.regexp()?),
            Some(_) => self.bare(),
        };
        Ok(Token { kind, start })
    }

    fn skip_space(&mut self) {
        while let Some(length) = space(&self.query[self.at..]) {
            self.at += length;
        }
    }

    fn bare(&mut self) -> Kind {
        let start = self.at;
        while let Some(&byte) = self.query.get(self.at) {
            if is_operator(byte) || space(&self.query[self.at..]).is_some() {
                break;
            }
            self.at += 1;
        }
        match &self.query[start..self.at] {
            b"AND" => Kind::And,
            b"OR" => Kind::Or,
            word => Kind::Word(word.to_vec()),
        }
    }

    /// A quoted word ends at the next quote that does not follow a backslash.
    fn quoted(&mut self) -> Result<Vec<u8>, QueryError> {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.query.get(end) {
                None => return Err(self.error(start, "missing end quote")),
                Some(b'"') if self.query[end - 1] != b'\\' => break,
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        unescape(&self.query[start + 1..end])
            .ok_or_else(|| self.error(start, "bad escape sequence"))
    }

    /// A regular expression ends at the first slash outside of brackets and parentheses.
    fn regexp(&mut self) -> Result<Regexp, QueryError> {
        let start = self.at;
        let (mut brackets, mut parentheses) = (0u64, 0i64);
        let mut end = start + 1;
        loop {
            match self.query.get(end) {
                None => return Err(self.error(start, "missing close \"/\"")),
                Some(b'/') if brackets == 0 && parentheses == 0 => break,
                Some(b'\\') => end += 1,
                Some(b'[') => brackets += 1,
                Some(b']') => brackets = brackets.saturating_sub(1),
                Some(b'(') if brackets == 0 => parentheses += 1,
                Some(b')') if brackets == 0 => parentheses -= 1,
                Some(_) => {}
            }
            end += 1;
        }
        let regexp = Regexp::new(&self.query[start + 1..end]).map_err(|message| {
            let message = bstr::concat([b"error parsing regexp: ", &message[..]]);
            self.error(start, message)
        })?;
        self.at = end + 1;
        let ends_here = self.query.get(self.at).is_none_or(|&byte| {
            is_operator(byte) || matches!(byte, b'-' | b'*') || char::from(byte).is_whitespace()
        });
        if !ends_here {
            let message = "regexp must be followed by space or an operator (unescaped \"/\"?)";
            return Err(self.error(self.at, message));
        }
        Ok(regexp)
    }
}

/// Operators that also end a bare word.
fn is_operator(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b':' | b'@' | b',')
}

/// The length of the white space character that the text begins with.
fn space(text: &[u8]) -> Option<usize> {
    let head = &text[..text.len().min(4)];
    let letter = head.utf8_chunks().next()?.valid().chars().next()?;
    letter.is_whitespace().then_some(letter.len_utf8())
}

/// Undoes the escapes of a Go string literal; a byte that is not UTF-8 becomes U+FFFD.
fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    if text.contains(&b'\n') {
        return None;
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (letter, length) = bstr::decode_utf8(rest);
        if letter != Some('\\') {
            // What is left of a character that is cut off counts byte by byte.
            let length = if letter.is_some() { length } else { 1 };
            rest = rest.get(length..)?;
            let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
            plain.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        rest = &rest[1..];
        let (&escape, after) = rest.split_first()?;
        rest = after;
        let code = |digits: usize, rest: &mut &[u8]| -> Option<u32> {
            let (digits, after) = rest.split_at_checked(digits)?;
            *rest = after;
            let digits = std::str::from_utf8(digits).ok()?;
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_hex.then(|| u32::from_str_radix(digits, 16).ok())?
        };
        match escape {
            b'a' => plain.push(7),
            b'b' => plain.push(8),
            b'f' => plain.push(12),
            b'n' => plain.push(b'\n'),
            b'r' => plain.push(b'\r'),
            b't' => plain.push(b'\t'),
            b'v' => plain.push(11),
            b'\\' | b'"' => plain.push(escape),
            b'x' => plain.push(code(2, &mut rest)? as u8),
            b'u' | b'U' => {
                let letter = char::from_u32(code(if escape == b'u' { 4 } else { 8 }, &mut rest)?)?;
                plain.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            b'0'..=b'7' => {
                let (&[second, third], after) = rest.split_first_chunk()?;
                rest = after;
                let value = [escape, second, third]
                    .iter()
                    .try_fold(0u32, |value, digit| {
                        char::from(*digit)
                            .to_digit(8)
                            .map(|digit| value * 8 + digit)
                    });
                plain.push(u8::try_from(value?).ok()?);
            }
            _ => return None,
        }
    }
    Some(plain)
}
