//! The font of all pictures: a part of `DejaVu Sans`.

use anyhow::{Result, anyhow};
use plotters::style::{FontStyle, register_font};

/// Its name.
pub(super) const NAME: &str = "DejaVu Sans";

/// The height of its lines, in its size.
pub(super) const LINE: f64 = 1.164;

/// As renderers read it.
pub(super) const TRUE_TYPE: &[u8] = include_bytes!("font/DejaVuSans.ttf");

/// As browsers read it, smaller.
pub(super) const WEB: &[u8] = include_bytes!("font/DejaVuSans.woff2");

/// Lets plotters measure texts.
pub(super) fn register() -> Result<()> {
    register_font(NAME, FontStyle::Normal, TRUE_TYPE)
        .map_err(|_| anyhow!("the embedded font cannot be read"))
}

/// Bytes as text, after RFC 4648.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or_default());
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
