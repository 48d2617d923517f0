//! A differential flame graph that opens alone in a browser.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::per_op::Costs;
use super::quantity::{number, signed};

const WIDTH: f64 = 1200.0;
const ROW: f64 = 18.0;
const TOP: f64 = 46.0;

/// Narrower than this nothing is drawn, in pixels.
const NARROW: f64 = 0.2;

/// Calls, from the outermost function inwards.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    base: f64,
    head: f64,
    flat_base: f64,
    flat_head: f64,
    children: BTreeMap<Arc<str>, Tree>,
}

impl Tree {
    /// The mean stacks of both sides.
    pub fn new(base: &[Costs], head: &[Costs]) -> Self {
        let mut tree = Self::default();
        for costs in base {
            let share = 1.0 / base.len() as f64;
            costs
                .stacks
                .iter()
                .for_each(|(stack, value)| tree.add(stack, value * share, 0.0));
        }
        for costs in head {
            let share = 1.0 / head.len() as f64;
            costs
                .stacks
                .iter()
                .for_each(|(stack, value)| tree.add(stack, 0.0, value * share));
        }
        tree
    }

    fn add(&mut self, stack: &[Arc<str>], base: f64, head: f64) {
        let mut node = self;
        node.base += base;
        node.head += head;
        for name in stack {
            node = node.children.entry(name.clone()).or_default();
            node.base += base;
            node.head += head;
        }
        node.flat_base += base;
        node.flat_head += head;
    }

    /// Wide enough for both sides, so that what is gone is seen too.
    fn width(&self) -> f64 {
        let own = self.flat_base.max(self.flat_head).max(0.0);
        own + self.children.values().map(Self::width).sum::<f64>()
    }

    fn depth(&self) -> usize {
        1 + self.children.values().map(Self::depth).max().unwrap_or(0)
    }

    /// Draws the graph: red grew, blue shrank. Values are in `unit`.
    pub fn svg(&self, title: &str, unit: &str) -> String {
        let height = TOP + ROW * self.depth() as f64 + 10.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" font-family=\"monospace\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"8\" y=\"18\" font-size=\"14\">{}</text>\n\
             <text x=\"8\" y=\"36\" fill=\"#555\">red grew, blue shrank; click to zoom, \
             click &quot;all&quot; to go back</text>\n\
             <text id=\"search\" x=\"{}\" y=\"18\" text-anchor=\"end\" fill=\"#06c\" \
             style=\"cursor:pointer\">Search</text>\n",
            escaped(title),
            WIDTH - 8.0
        );
        let whole = self.width();
        if whole > 0.0 {
            let largest = self.largest();
            let scale = Scale {
                per_pixel: WIDTH / whole,
                largest,
                unit,
            };
            scale.draw(&mut svg, self, "all", 0.0, TOP);
        }
        svg += &end();
        svg
    }

    /// The biggest change of a function's own cost, which has the fullest colour.
    fn largest(&self) -> f64 {
        let own = (self.head - self.base).abs();
        self.children
            .values()
            .map(Self::largest)
            .fold(own, f64::max)
    }
}

/// The script, and what closes the drawing.
fn end() -> String {
    let script = include_str!("flame.js");
    format!("<script><![CDATA[\n{script}]]></script>\n</svg>\n")
}

/// Whether a text is what [`Tree::svg`] draws, with its script and no other: a page that contains it
/// runs nothing of a stranger's.
pub fn is_flame_graph(svg: &str) -> bool {
    const ELEMENTS: [&str; 5] = ["svg", "rect", "text", "g", "title"];

    let Some(drawing) = svg.strip_suffix(&end()) else {
        return false;
    };
    let is_known = |tag: &str| {
        let Some((tag, _)) = tag.split_once('>') else {
            return false;
        };
        let tag = tag.trim_start_matches('/');
        let name = tag.split([' ', '/']).next().unwrap_or(tag);
        // Every other part stands between quotes; what is left are names of attributes.
        let parts: Vec<&str> = tag.split('"').collect();
        let is_plain = |part: &&str| {
            let part = part.to_ascii_lowercase();
            let is_handler = |word: &str| word.starts_with("on");
            !part.contains('\'') && !part.split([' ', '/', '\n', '\t']).any(is_handler)
        };
        let is_paired = parts.len() % 2 == 1;
        ELEMENTS.contains(&name) && is_paired && parts.iter().step_by(2).all(is_plain)
    };
    drawing.starts_with("<svg ") && drawing.split('<').skip(1).all(is_known)
}

struct Scale<'u> {
    per_pixel: f64,
    largest: f64,
    unit: &'u str,
}

impl Scale<'_> {
    fn draw(&self, svg: &mut String, node: &Tree, name: &str, x: f64, y: f64) {
        let width = node.width() * self.per_pixel;
        if width < NARROW {
            return;
        }
        let name = escaped(name);
        let difference = node.head - node.base;
        let fill = color(difference, self.largest);
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<g class=\"f\" data-x=\"{x:.3}\" data-w=\"{width:.3}\" data-n=\"{name}\" \
             style=\"cursor:pointer\"><title>{name}: {} ({} to {})</title>\
             <rect x=\"{x:.3}\" y=\"{y}\" width=\"{width:.3}\" height=\"{}\" fill=\"{fill}\" \
             stroke=\"#fff\" stroke-width=\"0.5\"/><text x=\"{:.3}\" y=\"{}\" \
             pointer-events=\"none\">{}</text></g>",
            signed(difference, self.unit),
            number(node.base),
            number(node.head),
            ROW - 1.0,
            x + 3.0,
            y + 13.0,
            fitting(&name, width),
        );
        let mut x = x;
        for (name, child) in &node.children {
            self.draw(svg, child, name, x, y + ROW);
            x += child.width() * self.per_pixel;
        }
    }
}

/// From white to red where it grew, to blue where it shrank.
fn color(difference: f64, largest: f64) -> String {
    if difference == 0.0 || largest == 0.0 {
        return "#eee".to_owned();
    }
    let rest = 235.0 - 165.0 * (difference.abs() / largest).sqrt();
    let rest = rest as u8;
    if difference > 0.0 {
        format!("#f0{rest:02x}{rest:02x}")
    } else {
        format!("#{rest:02x}{rest:02x}f0")
    }
}

/// What fits into a box; the script cuts anew when it zooms.
fn fitting(escaped_name: &str, width: f64) -> String {
    let fits = ((width - 6.0) / 7.3).max(0.0) as usize;
    if escaped_name.contains('&') || fits < 3 {
        return String::new();
    }
    if escaped_name.chars().count() <= fits {
        return escaped_name.to_owned();
    }
    escaped_name
        .chars()
        .take(fits - 2)
        .chain("..".chars())
        .collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // XML has no way to write it.
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}
