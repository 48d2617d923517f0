//! Makes hidden characters visible.
//!
//! Data comes from files, notes and commits that anyone may have written, and terminals obey control characters.

use std::borrow::Cow;

use anstyle::Style;
use bstr::ByteSlice as _;

/// Whether a character is obeyed and not shown: control characters but the line end and the tab, and
/// what changes the direction of the text around it.
pub fn is_hidden(letter: char) -> bool {
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
    fn colours_are_the_programs_alone() {
        let mut styled = Styled::new(true);
        styled.paint("\u{1b}[31mX", anstyle::AnsiColor::Green.on_default());
        assert_eq!(styled.finish(), "\u{1b}[32m\\u{1b}[31mX\u{1b}[0m");
    }
}
