//! What people see: standard error, and text on standard output.
//!
//! Data come from files, notes and commits that anybody may have written, and a terminal obeys control
//! characters. So whatever people see passes through [`visible`] here, in one place: what is said on
//! standard error, and a page of text with its own colours ([`Styled`]).

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};

use anstyle::Style;
use bstr::ByteSlice as _;

/// Whether a character is obeyed and not shown: control characters but the line end and the tab, and
/// what changes the direction of the text around it.
fn is_hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        letter => letter.is_control(),
    }
}

/// The text with `\u{1b}` in place of a character that a terminal would obey.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_hidden(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// [`visible`] for bytes: what is not UTF-8 becomes U+FFFD.
pub fn visible_bytes(text: &[u8]) -> Cow<'_, [u8]> {
    match text.to_str() {
        Ok(text) if !text.contains(is_hidden) => Cow::Borrowed(text.as_bytes()),
        _ => Cow::Owned(visible(&text.to_str_lossy()).into_owned().into_bytes()),
    }
}

/// [`visible`] for a page with colours in it, which stay: `ESC [ 1 ; 31 m` and its like. Data can then
/// colour themselves and do nothing else.
pub fn visible_in_color(page: &[u8]) -> Cow<'_, [u8]> {
    let mut shown: Vec<u8> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find(b"\x1b[") {
        let (before, escape) = rest.split_at(at);
        let parameters = escape[2..]
            .iter()
            .take_while(|&&byte| byte.is_ascii_digit() || byte == b';')
            .count();
        let is_color = escape.get(2 + parameters) == Some(&b'm');
        let end = if is_color { 3 + parameters } else { 1 };
        shown.extend_from_slice(&visible_bytes(before));
        if is_color {
            shown.extend_from_slice(&escape[..end]);
        } else {
            shown.extend_from_slice(&visible_bytes(&escape[..end]));
        }
        rest = &escape[end..];
    }
    if rest.len() == page.len() {
        return visible_bytes(page);
    }
    shown.extend_from_slice(&visible_bytes(rest));
    Cow::Owned(shown)
}

/// Says a line on standard error, as `program: text`. Nobody is left to tell if that is gone.
pub fn say(program: &str, text: &str) {
    let line = format!("{program}: {text}");
    let _ = writeln!(io::stderr(), "{}", visible(&line));
}

/// Says how things go.
pub fn status(text: &str) {
    say("benchcli", text);
}

/// Says something that does not stop the command.
pub fn warn(text: &str) {
    say("benchcli", &format!("warning: {text}"));
}

/// Says something to know.
pub fn note(program: &str, text: &str) {
    say(program, &format!("note: {text}"));
}

/// Writes bytes that belong on standard error as they are, as the reference has them. A terminal is
/// not made to obey them.
///
/// # Errors
/// Standard error is gone.
pub fn as_it_is(bytes: &[u8]) -> io::Result<()> {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        stderr.write_all(&visible_bytes(bytes))
    } else {
        stderr.write_all(bytes)
    }
}

/// Asks a question on standard error; the answer is typed behind it.
///
/// # Errors
/// Standard error is gone.
pub fn ask(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    stderr.write_all(visible(text).as_bytes())?;
    stderr.flush()
}

/// Writes text for people to standard output.
///
/// # Errors
/// Standard output is gone.
pub fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(visible(text).as_bytes())?;
    stdout.flush()
}

/// Text in which the program's own colours are known from the data.
#[derive(Debug, Default)]
pub struct Styled {
    text: String,
    color: bool,
}

impl Styled {
    /// No text yet; with colours or without.
    pub fn new(color: bool) -> Self {
        Self {
            text: String::new(),
            color,
        }
    }

    /// Adds text.
    pub fn push_str(&mut self, text: &str) {
        self.text.push_str(&visible(text));
    }

    /// Adds a character that is the program's own.
    pub fn push(&mut self, letter: char) {
        self.text.push(letter);
    }

    /// Adds text in a style.
    pub fn paint(&mut self, text: &str, style: Style) {
        if self.color {
            self.text
                .push_str(&format!("{style}{}{style:#}", visible(text)));
        } else {
            self.push_str(text);
        }
    }

    /// Takes the white space from the end.
    pub fn trim_end(&mut self) {
        let length = self.text.trim_end().len();
        self.text.truncate(length);
    }

    /// The text with its colours.
    pub fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        assert_eq!(
            visible("a\u{1b}]8;;x\u{7}\r\n"),
            "a\\u{1b}]8;;x\\u{7}\\u{d}\n"
        );
        assert_eq!(visible("\u{9b}1m\u{202e}"), "\\u{9b}1m\\u{202e}");
        assert!(matches!(visible("Größe µ ± 5%\t"), Cow::Borrowed(_)));
        assert_eq!(&*visible_bytes(b"\xff\x07"), "\u{fffd}\\u{7}".as_bytes());
    }

    #[test]
    fn a_page_keeps_its_colours_and_nothing_else() {
        let page = b"\x1b[1;31mworse\x1b[0m \x1b]0;title\x07 \x1b[2J\n";
        assert_eq!(
            &*visible_in_color(page),
            b"\x1b[1;31mworse\x1b[0m \\u{1b}]0;title\\u{7} \\u{1b}[2J\n"
        );
        assert!(matches!(visible_in_color(b"plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn colours_are_the_programs_alone() {
        let mut styled = Styled::new(true);
        styled.paint("\u{1b}[31mX", anstyle::AnsiColor::Green.on_default());
        assert_eq!(styled.finish(), "\u{1b}[32m\\u{1b}[31mX\u{1b}[0m");
    }
}
