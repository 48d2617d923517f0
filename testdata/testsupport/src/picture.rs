//! Pictures, looked into.

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

/// An SVG without the font in it, which is the same everywhere.
pub fn without_font(svg: &str) -> String {
    let Some((head, rest)) = svg.split_once("base64,") else {
        panic!("no font in {svg}");
    };
    let (_, tail) = rest.split_once(')').expect("the font ends");
    format!("{head}base64,…){tail}")
}

/// A PNG's pixels.
#[derive(Debug)]
pub struct Pixels(Pixmap);

impl Pixels {
    /// Reads a PNG.
    pub fn decode(png: &[u8]) -> Self {
        Self(Pixmap::decode_png(png).expect("a PNG"))
    }

    /// Width and height.
    pub fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }

    /// Red, green and blue of the corner, which is background.
    pub fn background(&self) -> [u8; 3] {
        rgb(self.0.pixels()[0])
    }

    /// How many pixels have exactly this colour.
    pub fn count(&self, color: [u8; 3]) -> usize {
        let pixels = self.0.pixels().iter();
        pixels.filter(|pixel| rgb(**pixel) == color).count()
    }
}

fn rgb(pixel: PremultipliedColorU8) -> [u8; 3] {
    [pixel.red(), pixel.green(), pixel.blue()]
}
