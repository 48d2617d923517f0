//! Regular expressions in the syntax of Go's `regexp` package.
//!
//! The `regex` crate does the matching. Its syntax is close to Go's, yet not equal, so a pattern is
//! read by Go's rules, refused with Go's texts, and written again in the crate's syntax.

use std::fmt::Write as _;

/// A compiled expression.
#[derive(Debug, Clone)]
pub(super) struct Regexp(regex::bytes::Regex);

impl Regexp {
    /// Compiles a pattern; an error is Go's text, such as ``missing closing ]: `[a` ``.
    pub(super) fn new(pattern: &[u8]) -> Result<Self, String> {
        let pattern = std::str::from_utf8(pattern).map_err(|error| {
            let rest = &pattern[error.valid_up_to()..];
            format!("invalid UTF-8: `{}`", String::from_utf8_lossy(rest))
        })?;
        let translated = Translator::new(pattern).translate()?;
        let compiled = regex::bytes::RegexBuilder::new(&translated)
            .nest_limit(2 * NESTING_LIMIT as u32)
            .build();
        compiled
            .map(Self)
            .map_err(|_| format!("expression too large: `{pattern}`"))
    }

    /// Whether the expression matches somewhere; a byte that is not UTF-8 counts as one U+FFFD.
    pub(super) fn matches(&self, value: &[u8]) -> bool {
        if value.is_ascii() || std::str::from_utf8(value).is_ok() {
            return self.0.is_match(value);
        }
        let mut replaced = String::new();
        for chunk in value.utf8_chunks() {
            replaced.push_str(chunk.valid());
            replaced.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
        }
        self.0.is_match(replaced.as_bytes())
    }
}

/// How deep groups may nest.
const NESTING_LIMIT: usize = 1000;
/// How often something may be repeated, also by nested repetitions together.
const REPEAT_LIMIT: u32 = 1000;

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\x0C\r ";

struct Translator<'p> {
    pattern: &'p str,
    at: usize,
    out: String,
    groups: Vec<Group>,
    names: Vec<&'p str>,
    /// Where the last repetition operator began, if nothing followed it yet.
    last_repeat: Option<usize>,
    /// What a repetition operator would repeat.
    operand: Option<Operand>,
}

/// A group that is open; the whole pattern is one.
#[derive(Default)]
struct Group {
    /// The largest product of repetition counts inside.
    repeats: u32,
    has_element: bool,
}

#[derive(Clone, Copy)]
struct Operand {
    /// Where it begins in the output.
    start: usize,
    repeats: u32,
}

type Result<T, E = String> = std::result::Result<T, E>;

impl<'p> Translator<'p> {
    fn new(pattern: &'p str) -> Self {
        Self {
            pattern,
            at: 0,
            out: String::with_capacity(pattern.len() + 16),
            groups: vec![Group::default()],
            names: Vec::new(),
            last_repeat: None,
            operand: None,
        }
    }

    fn rest(&self) -> &'p str {
        &self.pattern[self.at..]
    }

    fn bump(&mut self) -> Option<char> {
        let letter = self.rest().chars().next()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    fn translate(mut self) -> Result<String> {
        let mut starts = Vec::new();
        while let Some(letter) = self.rest().chars().next() {
            let begin = self.at;
            match letter {
                '*' | '+' | '?' => {
                    self.at += 1;
                    self.repeat(begin, 1)?;
                    continue;
                }
                '{' => {
                    if let Some((low, high, end)) = counts(self.rest()) {
                        self.at += end;
                        if low > REPEAT_LIMIT
                            || high.is_some_and(|high| high > REPEAT_LIMIT || high < low)
                        {
                            return Err(format!(
                                "invalid repeat count: `{}`",
                                &self.pattern[begin..self.at]
                            ));
                        }
                        self.repeat(begin, high.unwrap_or(low).max(1))?;
                        continue;
                    }
                    self.at += 1;
                    self.element(r"\{");
                }
                '(' => {
                    if let Some(start) = self.open()? {
                        starts.push(start);
                    }
                }
                ')' => {
                    self.at += 1;
                    let Some(start) = starts.pop() else {
                        return Err(format!("unexpected ): `{}`", self.pattern));
                    };
                    let group = self.groups.pop().unwrap_or_default();
                    self.out.push(')');
                    self.settle(start, group.repeats.max(1));
                }
                '|' => {
                    self.at += 1;
                    self.out.push('|');
                    self.operand = None;
                }
                '[' => {
                    let class = self.class()?;
                    self.element(&class);
                }
                '.' | '^' | '$' => {
                    self.at += 1;
                    self.element(letter.encode_utf8(&mut [0; 4]));
                }
                '\\' => self.escape()?,
                _ => {
                    self.at += letter.len_utf8();
                    self.literal(letter);
                }
            }
            self.last_repeat = None;
        }
        if starts.is_empty() {
            Ok(self.out)
        } else {
            Err(format!("missing closing ): `{}`", self.pattern))
        }
    }

    fn element(&mut self, text: &str) {
        let start = self.out.len();
        self.out.push_str(text);
        self.settle(start, 1);
    }

    fn literal(&mut self, letter: char) {
        self.element(&regex::escape(letter.encode_utf8(&mut [0; 4])));
    }

    /// What began at `start` is now the last element of its group.
    fn settle(&mut self, start: usize, repeats: u32) {
        self.operand = Some(Operand { start, repeats });
        if let Some(group) = self.groups.last_mut() {
            group.repeats = group.repeats.max(repeats);
            group.has_element = true;
        }
    }

    fn repeat(&mut self, begin: usize, count: u32) -> Result<()> {
        let operator = &self.pattern[begin..self.at];
        let lazy = self.eat("?");
        let Some(operand) = self.operand else {
            let text = &self.pattern[begin..self.at];
            return Err(format!("missing argument to repetition operator: `{text}`"));
        };
        if let Some(last) = self.last_repeat {
            let text = &self.pattern[last..self.at];
            return Err(format!("invalid nested repetition operator: `{text}`"));
        }
        let repeats = operand.repeats.saturating_mul(count);
        if count > 1 && repeats > REPEAT_LIMIT {
            let text = &self.pattern[begin..self.at];
            return Err(format!("invalid repeat count: `{text}`"));
        }
        self.out.push_str(operator);
        if lazy {
            self.out.push('?');
        }
        self.last_repeat = Some(begin);
        self.settle(operand.start, repeats);
        Ok(())
    }

    /// Reads what opens a group; where it only sets flags there is none.
    fn open(&mut self) -> Result<Option<usize>> {
        let start = self.out.len();
        if self.groups.len() > NESTING_LIMIT {
            return Err(format!("expression nests too deeply: `{}`", self.pattern));
        }
        let begin = self.at;
        let rest = self.rest();
        if !rest.starts_with("(?") {
            self.at += 1;
            self.out.push_str("(?:");
        } else if rest.starts_with("(?P<") || rest.starts_with("(?<") {
            let name_start = rest.find('<').unwrap_or_default() + 1;
            let Some(end) = rest.find('>') else {
                return Err(format!("invalid named capture: `{rest}`"));
            };
            let name = &rest[name_start..end];
            let is_name = !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !is_name {
                return Err(format!("invalid named capture: `{}`", &rest[..=end]));
            }
            if self.names.contains(&name) {
                return Err(format!("duplicate capture group name: `{name}`"));
            }
            self.names.push(name);
            self.at += end + 1;
            self.out.push_str("(?:");
        } else {
            self.at += 2;
            return self.flags(begin, start);
        }
        self.groups.push(Group::default());
        self.operand = None;
        Ok(Some(start))
    }

    /// Reads `(?flags)` or `(?flags:`, after the question mark.
    fn flags(&mut self, begin: usize, start: usize) -> Result<Option<usize>> {
        let (mut negative, mut seen) = (false, false);
        let mut flags = String::new();
        loop {
            let letter = self.bump();
            let unsupported = |at: usize| {
                let text = &self.pattern[begin..at];
                Err(format!("invalid or unsupported Perl syntax: `{text}`"))
            };
            match letter {
                None => return Err(format!("missing closing ): `{}`", self.pattern)),
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    flags.push(flag);
                    seen = true;
                }
                Some('-') if !negative => {
                    negative = true;
                    flags.push('-');
                    seen = false;
                }
                Some(end @ (':' | ')')) => {
                    if negative && !seen {
                        return unsupported(self.at);
                    }
                    // No flag may be named twice in the crate's syntax.
                    let mut unique = String::new();
                    for flag in flags.chars() {
                        if !unique.contains(flag) {
                            unique.push(flag);
                        }
                    }
                    if end == ':' {
                        let _ = write!(self.out, "(?{unique}:");
                        self.groups.push(Group::default());
                        self.operand = None;
                        return Ok(Some(start));
                    }
                    if !unique.is_empty() {
                        let _ = write!(self.out, "(?{unique})");
                    }
                    return Ok(None);
                }
                Some(_) => return unsupported(self.at),
            }
        }
    }

    fn escape(&mut self) -> Result<()> {
        let begin = self.at;
        let rest = self.rest();
        if let Some(quoted) = rest.strip_prefix(r"\Q") {
            let end = quoted.find(r"\E");
            let text = &quoted[..end.unwrap_or(quoted.len())];
            for letter in text.chars() {
                self.literal(letter);
            }
            self.at += 2 + text.len() + if end.is_some() { 2 } else { 0 };
            return Ok(());
        }
        if let Some(class) = perl_class(rest) {
            self.at += 2;
            self.element(&class);
            return Ok(());
        }
        if let Some(class) = self.unicode_class()? {
            self.element(&class);
            return Ok(());
        }
        self.at += 1;
        match self.rest().chars().next() {
            Some('A') => self.element_after(1, r"\A"),
            Some('z') => self.element_after(1, r"\z"),
            Some('b') => self.element_after(1, r"(?-u:\b)"),
            Some('B') => self.element_after(1, r"(?-u:\B)"),
            _ => {
                self.at = begin;
                let letter = self.escaped_letter()?;
                self.literal(letter);
            }
        }
        Ok(())
    }

    fn element_after(&mut self, length: usize, text: &str) {
        self.at += length;
        self.element(text);
    }

    /// An escape that stands for one character, backslash included.
    fn escaped_letter(&mut self) -> Result<char> {
        let begin = self.at;
        self.at += 1;
        let Some(letter) = self.bump() else {
            return Err("trailing backslash at end of expression: ``".to_owned());
        };
        let code = match letter {
            '1'..='7' if !self.rest().starts_with(|next: char| next.is_digit(8)) => None,
            '0'..='7' => {
                let mut value = letter.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = self.rest().chars().next().and_then(|next| next.to_digit(8))
                    else {
                        break;
                    };
                    value = value * 8 + digit;
                    self.at += 1;
                }
                Some(value)
            }
            'x' => self.hexadecimal(),
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => Some(letter.into()),
            _ => None,
        };
        code.and_then(char::from_u32).ok_or_else(|| {
            format!(
                "invalid escape sequence: `{}`",
                &self.pattern[begin..self.at]
            )
        })
    }

    /// What follows `\x`: two digits, or any number in braces.
    fn hexadecimal(&mut self) -> Option<u32> {
        if self.eat("{") {
            let mut value = 0u32;
            let mut digits = 0;
            loop {
                let letter = self.bump()?;
                if letter == '}' {
                    return (digits > 0).then_some(value);
                }
                value = value * 16 + letter.to_digit(16)?;
                digits += 1;
                if value > 0x10_ffff {
                    return None;
                }
            }
        }
        let high = self.bump()?.to_digit(16)?;
        let low = self.bump()?.to_digit(16)?;
        Some(high * 16 + low)
    }

    /// `\pN`, `\p{Name}`, `\P…`, `\p{^Name}`.
    fn unicode_class(&mut self) -> Result<Option<String>> {
        let rest = self.rest();
        let Some(name) = rest
            .strip_prefix(r"\p")
            .or_else(|| rest.strip_prefix(r"\P"))
        else {
            return Ok(None);
        };
        let mut negative = rest.starts_with(r"\P");
        let (name, length) = if let Some(braced) = name.strip_prefix('{') {
            let Some(end) = braced.find('}') else {
                return Err(format!("invalid character class range: `{rest}`"));
            };
            (&braced[..end], end + 4)
        } else {
            let Some(letter) = name.chars().next() else {
                return Ok(None);
            };
            (&name[..letter.len_utf8()], 2 + letter.len_utf8())
        };
        let whole = &rest[..length];
        let name = name
            .strip_prefix('^')
            .inspect(|_| negative = !negative)
            .unwrap_or(name);
        let known = name.starts_with(|first: char| first.is_ascii_uppercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && regex::Regex::new(&format!(r"\p{{{name}}}")).is_ok();
        if !known {
            return Err(format!("invalid character class range: `{whole}`"));
        }
        self.at += length;
        let letter = if negative { 'P' } else { 'p' };
        Ok(Some(format!(r"\{letter}{{{name}}}")))
    }

    /// A bracketed class.
    fn class(&mut self) -> Result<String> {
        let begin = self.at;
        self.at += 1;
        let mut class = String::from("[");
        if self.eat("^") {
            class.push('^');
        }
        let mut first = true;
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return Err(format!("missing closing ]: `{}`", &self.pattern[begin..]));
            }
            if rest.starts_with(']') && !first {
                self.at += 1;
                class.push(']');
                return Ok(class);
            }
            first = false;
            if let Some(posix) = rest.strip_prefix("[:")
                && let Some(length) = posix.find(":]")
            {
                let end = length + 2;
                let text = &rest[..end + 2];
                let name = posix[..length].trim_start_matches('^');
                let known = [
                    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower",
                    "print", "punct", "space", "upper", "word", "xdigit",
                ];
                if !known.contains(&name) || end - 2 - name.len() > 1 {
                    return Err(format!("invalid character class range: `{text}`"));
                }
                class.push_str(text);
                self.at += text.len();
                continue;
            }
            if let Some(perl) = perl_class(rest) {
                class.push_str(&perl);
                self.at += 2;
                continue;
            }
            if let Some(unicode) = self.unicode_class()? {
                class.push_str(&unicode);
                continue;
            }
            let start = self.at;
            let low = self.class_letter(begin)?;
            let mut high = low;
            let after = self.rest();
            if after.len() >= 2 && after.starts_with('-') && !after.starts_with("-]") {
                self.at += 1;
                high = self.class_letter(begin)?;
                if high < low {
                    let text = &self.pattern[start..self.at];
                    return Err(format!("invalid character class range: `{text}`"));
                }
            }
            let _ = write!(
                class,
                r"\x{{{:x}}}-\x{{{:x}}}",
                u32::from(low),
                u32::from(high)
            );
        }
    }

    fn class_letter(&mut self, begin: usize) -> Result<char> {
        if self.rest().starts_with('\\') {
            return self.escaped_letter();
        }
        self.bump()
            .ok_or_else(|| format!("missing closing ]: `{}`", &self.pattern[begin..]))
    }
}

/// `\d`, `\s`, `\w` and their opposites, which are ASCII only.
fn perl_class(text: &str) -> Option<String> {
    let letter = text.strip_prefix('\\')?.chars().next()?;
    let set = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        's' => SPACE,
        'w' => WORD,
        _ => return None,
    };
    let negation = if letter.is_ascii_uppercase() { "^" } else { "" };
    Some(format!("[{negation}{set}]"))
}

/// `{n}`, `{n,}` or `{n,m}`: the numbers and the length. Anything else is no repetition.
fn counts(text: &str) -> Option<(u32, Option<u32>, usize)> {
    let end = text.find('}')?;
    let number = |digits: &str| -> Option<u32> {
        let is_number = !digits.is_empty()
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && (digits.len() == 1 || !digits.starts_with('0'));
        // A number too large to hold is too large anyway.
        is_number.then(|| digits.parse().unwrap_or(u32::MAX))
    };
    let inside = &text[1..end];
    let (low, high) = match inside.split_once(',') {
        None => (number(inside)?, Some(number(inside)?)),
        Some((low, "")) => (number(low)?, None),
        Some((low, high)) => (number(low)?, Some(number(high)?)),
    };
    Some((low, high, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, value: &str) -> bool {
        Regexp::new(pattern.as_bytes())
            .unwrap()
            .matches(value.as_bytes())
    }

    #[test]
    fn matches_as_go_does() {
        for (pattern, value) in [
            ("b", "abc"),
            ("^a.c$", "abc"),
            (r"^\d+$", "123"),
            (r"\bfoo\b", "a foo b"),
            (r"(?i)FOO", "foo"),
            (r"[[:alpha:]]{3}", "abc"),
            (r"\Qa.b\E", "a.b"),
            (r"\x41\101\x{e9}", "AAé"),
            (r"\p{Greek}", "λ"),
            (r"^[^a]$", "\n"),
            (r"(?P<n>x)(?<m>y)", "xy"),
            (r"a{,2}", "a{,2}"),
            (r"[]a]", "]"),
            (r"a|", ""),
        ] {
            assert!(matches(pattern, value), "{pattern} {value}");
        }
        for (pattern, value) in [
            (r"^\d+$", "٣"),
            (r"^a$", "a\n"),
            (r"^.$", "\n"),
            (r"\w", "é"),
            (r"A", "a"),
        ] {
            assert!(!matches(pattern, value), "{pattern} {value}");
        }
        let one_letter = Regexp::new(b"^.$").unwrap();
        assert!(one_letter.matches(b"\xff"));
        assert!(!one_letter.matches(b"\xe2\x82"));
    }

    #[test]
    fn refuses_as_go_does() {
        for (pattern, message) in [
            ("*", "missing argument to repetition operator: `*`"),
            ("a**", "invalid nested repetition operator: `**`"),
            (r"\8", r"invalid escape sequence: `\8`"),
            (r"\Z", r"invalid escape sequence: `\Z`"),
            ("[z-a]", "invalid character class range: `z-a`"),
            ("[[:foo:]]", "invalid character class range: `[:foo:]`"),
            (r"\p{Foo}", r"invalid character class range: `\p{Foo}`"),
            ("[a", "missing closing ]: `[a`"),
            ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
            ("(?P<1 >a)", "invalid named capture: `(?P<1 >`"),
            ("a{2000}", "invalid repeat count: `{2000}`"),
            ("(a{100}){100}", "invalid repeat count: `{100}`"),
        ] {
            assert_eq!(Regexp::new(pattern.as_bytes()).unwrap_err(), message);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_pattern_is_compiled_or_refused(pattern in r"[-a-z\\\[\]{}()|*+?.^$:0-9,P<>ipQE]{0,20}") {
            let _ = Regexp::new(pattern.as_bytes());
        }
    }
}
