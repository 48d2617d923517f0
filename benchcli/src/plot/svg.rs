//! A plotters backend that writes SVG.
//!
//! plotters uses whole pixels. To get tenths of a pixel, this backend tells it that the canvas is ten times
//! as large.

use std::fmt::{self, Write as _};

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::font;
use crate::xml::escape;

/// How many of plotters' pixels are one CSS pixel.
pub(super) const FINE: i32 = 10;

/// Begins a document.
pub(super) fn begin(svg: &mut String, (width, height): (u32, u32), title: &str) {
    svg.push_str(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n\
         <style>@font-face{{font-family:\"{}\";src:url(data:font/woff2;base64,{})}}\
         text{{font-family:\"{}\",Verdana,sans-serif}}</style>\n",
        escape(title),
        font::NAME,
        crate::base64::encode(font::WEB),
        font::NAME,
    ));
}

/// Writes elements.
pub(super) struct Backend<'s> {
    out: &'s mut String,
    size: (u32, u32),
}

impl<'s> Backend<'s> {
    pub(super) fn new(out: &'s mut String, size: (u32, u32)) -> Self {
        Self { out, size }
    }

    fn put(&mut self, element: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.out.write_fmt(element);
        self.out.push('\n');
    }
}

/// A coordinate in CSS pixels.
struct Tenths(i32);

impl fmt::Display for Tenths {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, tenth) = (self.0 / FINE, self.0 % FINE);
        if tenth == 0 {
            write!(out, "{whole}")
        } else {
            let sign = if self.0 < 0 && whole == 0 { "-" } else { "" };
            write!(out, "{sign}{whole}.{}", tenth.abs())
        }
    }
}

fn paint(kind: &str, color: BackendColor) -> String {
    let (red, green, blue) = color.rgb;
    let opacity = if color.alpha < 1.0 {
        format!(" {kind}-opacity=\"{:.2}\"", color.alpha)
    } else {
        String::new()
    };
    format!(" {kind}=\"#{red:02x}{green:02x}{blue:02x}\"{opacity}")
}

fn stroke(style: &impl BackendStyle) -> String {
    let width = Tenths(style.stroke_width() as i32);
    format!(
        "{} stroke-width=\"{width}\" fill=\"none\"",
        paint("stroke", style.color())
    )
}

/// A figure filled, or its line.
fn painted(style: &impl BackendStyle, fill: bool) -> String {
    if fill {
        paint("fill", style.color())
    } else {
        stroke(style)
    }
}

fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut text = String::new();
    for (x, y) in path {
        let _ = write!(text, "{},{} ", Tenths(x), Tenths(y));
    }
    text.trim_end().to_owned()
}

type Drawn = Result<(), DrawingErrorKind<fmt::Error>>;

impl DrawingBackend for Backend<'_> {
    type ErrorType = fmt::Error;

    fn get_size(&self) -> (u32, u32) {
        let (width, height) = self.size;
        (width * FINE as u32, height * FINE as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let paint = painted(style, fill);
        self.put(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{paint}/>",
            Tenths(left),
            Tenths(top),
            Tenths(right - left),
            Tenths(bottom - top)
        ));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.put(format_args!(
            "<polyline points=\"{}\"{} stroke-linejoin=\"round\" stroke-linecap=\"round\"/>",
            points(path),
            stroke(style)
        ));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let paint = painted(style, fill);
        self.put(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{paint}/>",
            Tenths(x),
            Tenths(y),
            Tenths(radius as i32)
        ));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.put(format_args!(
            "<polygon points=\"{}\"{}/>",
            points(corners),
            paint("fill", style.color())
        ));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        let anchor = style.anchor();
        // From the middle or the top of capitals to their foot.
        let size = style.size();
        let down = match anchor.v_pos {
            VPos::Top => 0.76 * size,
            VPos::Center => 0.36 * size,
            VPos::Bottom => -0.24 * size,
        };
        let align = match anchor.h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        self.put(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{align}\"{}>{}</text>",
            Tenths(x),
            Tenths(y + down.round() as i32),
            size / f64::from(FINE),
            paint("fill", style.color()),
            escape(text)
        ));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_have_tenths() {
        let shown = [0, 5, -5, 10, 123, -123].map(|tenths| Tenths(tenths).to_string());
        assert_eq!(shown, ["0", "0.5", "-0.5", "1", "12.3", "-12.3"]);
    }
}
