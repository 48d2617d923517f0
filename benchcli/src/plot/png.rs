//! Converts SVG to PNG.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::font;
use crate::hint::WithHint as _;

/// Renders an SVG document, `scale` dots a CSS pixel, with the embedded font alone.
///
/// # Errors
/// The picture is too large.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(font::TRUE_TYPE.to_vec());
    fonts.set_sans_serif_family(font::NAME);
    let options = Options {
        fontdb: Arc::new(fonts),
        font_family: font::NAME.to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).context("cannot render the picture")?;
    let size = tree.size().to_int_size().scale_by(scale);
    let size = size.context("the picture has no size")?;
    let mut pixels = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| anyhow!("the picture is too large").hint("choose a smaller --size"))?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().context("cannot encode the picture")
}
