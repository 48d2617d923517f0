//! The syntax tree of a regular expression.

use regex_syntax::hir::{Class, ClassUnicode, Hir, Look, Repetition};

/// A part of an expression.
pub(super) struct Node {
    pub(super) hir: Hir,
    kind: Kind,
    /// How many nodes stand above each other; Go counts capturing groups, and merges texts,
    /// sequences and alternatives.
    pub(super) height: u32,
    /// The height of the highest member of a sequence or of alternatives.
    members: u32,
    /// How many instructions Go would need.
    pub(super) size: u64,
    /// The largest product of nested repetition counts.
    pub(super) repeats: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One character.
    Character,
    /// Several characters.
    Text,
    /// One of a class of characters.
    Letter,
    Sequence,
    Alternatives,
    Other,
}

impl Node {
    fn leaf(hir: Hir, kind: Kind) -> Self {
        Self {
            hir,
            kind,
            height: 1,
            members: 0,
            size: 1,
            repeats: 1,
        }
    }

    /// A character that stands for itself.
    pub(super) fn text(letter: char) -> Self {
        let bytes = letter.encode_utf8(&mut [0; 4]).as_bytes().to_vec();
        Self::leaf(Hir::literal(bytes), Kind::Character)
    }

    /// A character in any of its cases.
    pub(super) fn folded_text(cases: ClassUnicode) -> Self {
        Self::leaf(Hir::class(Class::Unicode(cases)), Kind::Character)
    }

    /// One character of a class.
    pub(super) fn letter(class: ClassUnicode) -> Self {
        Self::leaf(Hir::class(Class::Unicode(class)), Kind::Letter)
    }

    /// What matches between characters.
    pub(super) fn place(place: Look) -> Self {
        Self::leaf(Hir::look(place), Kind::Other)
    }

    /// A capturing group.
    pub(super) fn capture(self) -> Self {
        Self {
            kind: Kind::Other,
            height: self.height + 1,
            members: 0,
            size: self.size + 2,
            ..self
        }
    }

    /// One after the other.
    pub(super) fn sequence(mut nodes: Vec<Self>) -> Self {
        if nodes.len() == 1
            && let Some(only) = nodes.pop()
        {
            return only;
        }
        if nodes.is_empty() {
            return Self::leaf(Hir::empty(), Kind::Other);
        }
        let all_text = nodes
            .iter()
            .all(|node| matches!(node.kind, Kind::Character | Kind::Text));
        let mut whole = Self::joined(nodes, Kind::Sequence, Hir::concat);
        if all_text {
            whole.kind = Kind::Text;
            whole.height = 1;
        }
        whole
    }

    /// One of several.
    pub(super) fn alternatives(mut nodes: Vec<Self>) -> Self {
        if nodes.len() == 1
            && let Some(only) = nodes.pop()
        {
            return only;
        }
        let all_letters = nodes
            .iter()
            .all(|node| matches!(node.kind, Kind::Character | Kind::Letter));
        let more = nodes.len() as u64 - 1;
        let mut whole = Self::joined(nodes, Kind::Alternatives, Hir::alternation);
        if all_letters {
            whole.kind = Kind::Letter;
            whole.height = 1;
            whole.size = 1;
        } else {
            whole.size += more;
        }
        whole
    }

    fn joined(nodes: Vec<Self>, kind: Kind, join: fn(Vec<Hir>) -> Hir) -> Self {
        let mut members = 0;
        let mut size = 0;
        let mut repeats = 1;
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            members = members.max(if node.kind == kind {
                node.members
            } else {
                node.height
            });
            size += node.size;
            repeats = repeats.max(node.repeats);
            parts.push(node.hir);
        }
        Self {
            hir: join(parts),
            kind,
            height: members + 1,
            members,
            size,
            repeats,
        }
    }

    /// Again and again, at least `min` and at most `max` times.
    pub(super) fn repeated(self, min: u32, max: Option<u32>) -> Self {
        let inner = self.size;
        let size = match (min, max) {
            (0, None) => inner + 2,
            (min, None) => 1 + u64::from(min) * inner,
            (min, Some(max)) => u64::from(max) * inner + u64::from(max.saturating_sub(min)),
        };
        let repeats = match max {
            // What is repeated no times does not count.
            Some(0) => 1,
            _ => u64::from(max.unwrap_or(min).max(1)).saturating_mul(self.repeats),
        };
        let repetition = Repetition {
            min,
            max,
            greedy: true,
            sub: Box::new(self.hir),
        };
        Self {
            hir: Hir::repetition(repetition),
            kind: Kind::Other,
            height: self.height + 1,
            members: 0,
            size: size.max(1),
            repeats,
        }
    }
}
