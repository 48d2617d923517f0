//! Escapes text for XML.

use crate::visible::is_hidden;

/// A text as XML takes it, in an element or an attribute. Characters that XML has not, and marks that
/// would turn the direction of what follows, are replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            // An attribute would make a blank of it.
            '\n' => escaped.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if is_hidden(letter) => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_break_out() {
        assert_eq!(
            escape("</svg><script>\"&\u{0}\u{202e}\u{1b}é\n"),
            "&lt;/svg&gt;&lt;script&gt;&quot;&amp;\u{fffd}\u{fffd}\u{fffd}é&#10;"
        );
    }
}
