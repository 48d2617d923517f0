//! Draws a differential flame graph as a self-contained SVG file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::per_op::Costs;
use super::quantity::Scale;
use crate::xml::escape;

const WIDTH: f64 = 1200.0;
const ROW: f64 = 18.0;
const TOP: f64 = 46.0;

/// Narrower than this nothing is drawn, in pixels.
const NARROW: f64 = 0.2;

/// The most boxes that are drawn: more than these no browser shows in time.
const MOST_BOXES: usize = 30_000;

/// Calls, from the outermost function inwards: each before what it calls.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    name: Arc<str>,
    /// The place of its caller; the first node is its own.
    caller: usize,
    depth: usize,
    base: f64,
    head: f64,
    /// Wide enough for both sides, so that what is gone is seen too.
    width: f64,
}

impl Tree {
    /// The mean stacks of both sides.
    pub fn new(base: &[Costs], head: &[Costs]) -> Self {
        let mut stacks: BTreeMap<&[Arc<str>], [f64; 2]> = BTreeMap::new();
        for (at, side) in [base, head].into_iter().enumerate() {
            for (stack, value) in side.iter().flat_map(|costs| &costs.stacks) {
                stacks.entry(stack).or_default()[at] += value / side.len() as f64;
            }
        }
        let mut tree = Self {
            nodes: vec![Node::new("all".into(), 0, 0)],
        };
        // In their order, a stack begins with what it has in common with the one before.
        let (mut before, mut open): (&[Arc<str>], _) = (&[], vec![0]);
        for (stack, values) in stacks {
            let pairs = stack.iter().zip(before);
            let common = pairs.take_while(|(one, other)| one == other).count();
            open.truncate(common + 1);
            for name in stack.iter().skip(common) {
                let caller = open.last().copied().unwrap_or_default();
                let node = Node::new(name.clone(), caller, open.len());
                open.push(tree.nodes.len());
                tree.nodes.push(node);
            }
            if let Some(node) = open.last().and_then(|last| tree.nodes.get_mut(*last)) {
                [node.base, node.head] = values;
                node.width = values[0].max(values[1]).max(0.0);
            }
            before = stack;
        }
        tree.sum_up();
        tree
    }

    /// Adds to each caller what it calls.
    fn sum_up(&mut self) {
        for at in (1..self.nodes.len()).rev() {
            let (callers, rest) = self.nodes.split_at_mut(at);
            if let Some(node) = rest.first()
                && let Some(caller) = callers.get_mut(node.caller)
            {
                caller.base += node.base;
                caller.head += node.head;
                caller.width += node.width;
            }
        }
    }

    /// Whether each node is drawn: those of that width or more, the widest and outermost first.
    fn drawn(&self, narrowest: f64) -> Vec<bool> {
        let wide = self.nodes.iter().enumerate();
        let mut wide: Vec<(usize, &Node)> = wide
            .filter(|(_, node)| node.width > 0.0 && node.width >= narrowest)
            .collect();
        // What a function calls is no wider, and deeper: no box loses the one that it stands on.
        wide.sort_by(|(_, one), (_, other)| {
            other
                .width
                .total_cmp(&one.width)
                .then(one.depth.cmp(&other.depth))
        });
        let mut drawn = vec![false; self.nodes.len()];
        for (at, _) in wide.into_iter().take(MOST_BOXES) {
            if let Some(drawn) = drawn.get_mut(at) {
                *drawn = true;
            }
        }
        drawn
    }

    /// Draws the graph: red grew, blue shrank.
    pub fn svg(&self, title: &str, values: &Scale<'_>) -> String {
        let whole = self.nodes.first().map_or(0.0, |all| all.width);
        let drawn = self.drawn(NARROW * whole / WIDTH);
        let depth = self.nodes.iter().zip(&drawn).filter(|(_, drawn)| **drawn);
        let depth = depth.map(|(node, _)| node.depth).max();
        let height = TOP + ROW * (depth.unwrap_or_default() + 1) as f64 + 10.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" font-family=\"monospace\" font-size=\"12\">\n\
             <rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text class=\"ink\" x=\"8\" y=\"18\" font-size=\"14\">{}</text>\n\
             <text class=\"ink\" x=\"8\" y=\"36\" fill=\"#555\">red grew, blue shrank; click to zoom, \
             click &quot;all&quot; to go back</text>\n\
             <text id=\"search\" x=\"{}\" y=\"18\" text-anchor=\"end\" fill=\"#06c\" \
             style=\"cursor:pointer\">Search</text>\n",
            escape(title),
            WIDTH - 8.0
        );
        if whole > 0.0 {
            let changes = self.nodes.iter().map(|node| (node.head - node.base).abs());
            let drawing = Drawing {
                per_pixel: WIDTH / whole,
                largest: changes.fold(0.0, f64::max),
                values,
            };
            // Where the next one goes that a node calls.
            let mut free = vec![0.0; self.nodes.len()];
            for (at, node) in self.nodes.iter().enumerate() {
                let x = free.get(node.caller).copied().unwrap_or_default();
                if drawn.get(at) == Some(&true) {
                    drawing.draw(&mut svg, node, x);
                }
                for (place, next) in [(node.caller, x + node.width * drawing.per_pixel), (at, x)] {
                    if let Some(free) = free.get_mut(place) {
                        *free = next;
                    }
                }
            }
        }
        svg += &end();
        svg
    }
}

impl Node {
    fn new(name: Arc<str>, caller: usize, depth: usize) -> Self {
        Self {
            name,
            caller,
            depth,
            base: 0.0,
            head: 0.0,
            width: 0.0,
        }
    }
}

/// The style for dark mode, the script, and what closes the drawing.
fn end() -> String {
    let (style, script) = (include_str!("flame.css"), include_str!("flame.js"));
    format!("<style>{style}</style>\n<script><![CDATA[\n{script}]]></script>\n</svg>\n")
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

struct Drawing<'u> {
    per_pixel: f64,
    largest: f64,
    values: &'u Scale<'u>,
}

impl Drawing<'_> {
    fn draw(&self, svg: &mut String, node: &Node, x: f64) {
        let width = node.width * self.per_pixel;
        let y = TOP + ROW * node.depth as f64;
        let name = escape(&node.name);
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
            self.values.change(difference, None),
            self.values.number(node.base),
            self.values.number(node.head),
            ROW - 1.0,
            x + 3.0,
            y + 13.0,
            escape(&fitting(&node.name, width)),
        );
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
fn fitting(name: &str, width: f64) -> String {
    let fits = ((width - 6.0) / 7.3).max(0.0) as usize;
    if fits < 3 {
        return String::new();
    }
    if name.chars().count() <= fits {
        return name.to_owned();
    }
    name.chars().take(fits - 2).chain("..".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_an_end_and_no_box_without_its_caller() {
        let stack = |at: usize| -> Vec<Arc<str>> {
            (0..400)
                .map(|depth| format!("f{at}-{depth}").into())
                .collect()
        };
        let costs = Costs {
            stacks: (0..100).map(|at| (stack(at), 1.0)).collect(),
            ..Costs::default()
        };
        let tree = Tree::new(&[], std::slice::from_ref(&costs));
        assert_eq!(tree.nodes.len(), 1 + 100 * 400);
        let drawn = tree.drawn(0.0);
        assert_eq!(drawn.iter().filter(|drawn| **drawn).count(), MOST_BOXES);
        for (node, is_drawn) in tree.nodes.iter().zip(&drawn) {
            assert!(!is_drawn || drawn[node.caller], "{}", node.name);
        }
        let svg = tree.svg("", &Scale::new("bytes", true));
        assert_eq!(svg.matches("<g ").count(), MOST_BOXES);
    }
}
