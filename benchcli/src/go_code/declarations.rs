//! The declarations of a Go file: what each declares and uses.

use std::collections::BTreeSet;
use std::ops::Range;

use super::tokens::{Kind, Token, last_element, tokens};

/// A Go file, taken apart.
#[derive(Debug, Default)]
pub(super) struct GoFile {
    pub(super) imports: Vec<Import>,
    pub(super) declarations: Vec<Declaration>,
}

/// A package that a file imports.
#[derive(Debug)]
pub(super) struct Import {
    /// What the file calls it: a name, `.`, or `_`.
    pub(super) name: String,
    /// The import as it is written, without formatting.
    pub(super) code: String,
    /// Which bytes of the file have it.
    pub(super) place: Range<usize>,
}

/// A function, method, type, variable or constant, or a group of constants, which count on from one to the next.
#[derive(Debug)]
pub(super) struct Declaration {
    /// What it declares. A method goes by its type as well: who uses the type may use the method.
    pub(super) names: Vec<String>,
    pub(super) kind: DeclarationKind,
    /// Everything that it names.
    pub(super) uses: BTreeSet<String>,
    /// The declaration without comments and formatting.
    pub(super) code: String,
    /// Which bytes of the file have it. Declarations of one group share theirs.
    pub(super) place: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeclarationKind {
    Function,
    Method,
    /// A type, a variable or a constant.
    Other,
}

impl Declaration {
    /// Whether Go calls it whatever is measured.
    pub(super) fn runs_always(&self) -> bool {
        let is_called = |name: &String| name == "init" || name == "TestMain";
        self.kind == DeclarationKind::Function && self.names.iter().any(is_called)
    }
}

impl GoFile {
    /// Takes a file apart. What is no Go has no declarations.
    pub(super) fn parse(text: &str) -> Self {
        let tokens = tokens(text);
        let mut file = Self::default();
        for piece in statements(&tokens) {
            let begins = piece.first().map_or(0, |first| first.offset);
            let (directives, piece) = split_directives(piece);
            let (Some(first), Some(last)) = (piece.first(), piece.last()) else {
                continue;
            };
            // An inserted semicolon may stand behind the end.
            let place = begins..text.len().min(last.offset + last.text.len());
            let specs = || specs(&piece[1..]);
            match first.text {
                "import" => {
                    let is_group = piece.get(1).is_some_and(|it| it.text == "(");
                    file.imports.extend(specs().into_iter().filter_map(|spec| {
                        let mut import = import(spec)?;
                        if !is_group {
                            import.place = place.clone();
                        }
                        Some(import)
                    }));
                }
                "func" => file.declarations.push(function(directives, piece, place)),
                // One of a group may repeat the expression of the one before.
                "const" => {
                    let names = specs().into_iter().flat_map(declared).collect();
                    file.declarations
                        .push(declaration(names, directives, piece, place));
                }
                "var" | "type" => {
                    for spec in specs() {
                        let whole: Vec<Token<'_>> =
                            [first].into_iter().chain(spec).copied().collect();
                        let names = declared(spec);
                        file.declarations.push(declaration(
                            names,
                            directives,
                            &whole,
                            place.clone(),
                        ));
                    }
                }
                _ => {}
            }
        }
        file
    }
}

/// Splits tokens at the semicolons outside of all brackets.
fn statements<'t, 's>(tokens: &'s [Token<'t>]) -> Vec<&'s [Token<'t>]> {
    let mut depth = 0_usize;
    let is_end = |token: &Token<'t>| {
        if token.kind == Kind::Operator {
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        token.kind == Kind::Operator && token.text == ";" && depth == 0
    };
    tokens.split(is_end).filter(|it| !it.is_empty()).collect()
}

/// The parts of a group in parentheses, or the only one.
fn specs<'t, 's>(tokens: &'s [Token<'t>]) -> Vec<&'s [Token<'t>]> {
    match tokens {
        [open, inner @ .., close] if open.text == "(" && close.text == ")" => statements(inner),
        [] => Vec::new(),
        one => vec![one],
    }
}

/// The directives before a declaration, and the declaration.
fn split_directives<'t, 's>(tokens: &'s [Token<'t>]) -> (&'s [Token<'t>], &'s [Token<'t>]) {
    let directives = tokens
        .iter()
        .take_while(|it| it.kind == Kind::Directive)
        .count();
    tokens.split_at(directives)
}

fn import(spec: &[Token<'_>]) -> Option<Import> {
    let path = spec.last().filter(|it| it.kind == Kind::Literal)?;
    let name = match spec {
        [name, _] => name.text,
        _ => last_element(path.text.trim_matches(['"', '`'])),
    };
    Some(Import {
        name: name.to_owned(),
        code: code(spec),
        place: spec[0].offset..path.offset + path.text.len(),
    })
}

/// `a, b int = 1, 2` declares `a` and `b`.
fn declared(spec: &[Token<'_>]) -> Vec<String> {
    let mut names = Vec::new();
    let (_, mut rest) = split_directives(spec);
    while let [name, after @ ..] = rest {
        if name.kind != Kind::Word {
            break;
        }
        names.push(name.text.to_owned());
        match after {
            [comma, after @ ..] if comma.text == "," => rest = after,
            _ => break,
        }
    }
    names
}

fn function(directives: &[Token<'_>], piece: &[Token<'_>], place: Range<usize>) -> Declaration {
    let is_method = piece.get(1).is_some_and(|it| it.text == "(");
    let names = if is_method {
        // `(r *T)`, `(r T[P])`, `(T)`: the type is the last name before a parameter of it.
        let receiver = piece[2..]
            .iter()
            .take_while(|it| !matches!(it.text, ")" | "["));
        let of_type = receiver.filter(|it| it.kind == Kind::Word).last();
        let mut after = piece.iter().skip_while(|it| it.text != ")").skip(1);
        let names = [of_type, after.next()].into_iter().flatten();
        names.map(|it| it.text.to_owned()).collect()
    } else {
        let name = piece.get(1).map(|it| it.text.to_owned());
        name.into_iter().collect()
    };
    Declaration {
        kind: if is_method {
            DeclarationKind::Method
        } else {
            DeclarationKind::Function
        },
        ..declaration(names, directives, piece, place)
    }
}

fn declaration(
    names: Vec<String>,
    directives: &[Token<'_>],
    piece: &[Token<'_>],
    place: Range<usize>,
) -> Declaration {
    let words = piece.iter().filter(|it| it.kind == Kind::Word);
    let whole: Vec<Token<'_>> = directives.iter().chain(piece).copied().collect();
    Declaration {
        names,
        kind: DeclarationKind::Other,
        uses: words.map(|it| it.text.to_owned()).collect(),
        code: code(&whole),
        place,
    }
}

/// Tokens as text that is equal where they are.
fn code(tokens: &[Token<'_>]) -> String {
    let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    // How lines end depends on the checkout, and Go ignores it.
    texts.join(" ").replace('\r', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Vec<String>> {
        let declarations = GoFile::parse(text).declarations.into_iter();
        declarations.map(|it| it.names).collect()
    }

    #[test]
    fn each_declaration_has_its_names() {
        let text = "package p\nimport \"fmt\"\nvar (\n\ta, b = 1, 2\n\tc int\n)\ntype T struct{ x int }\n\
            const (\n\tK = iota\n\tL\n)\nfunc f() {}\nfunc (t *T) M() {}\nfunc (List[E]) N() {}\nfunc G[P any](p P) {}\n";
        assert_eq!(
            names(text),
            [
                vec!["a", "b"],
                vec!["c"],
                vec!["T"],
                vec!["K", "L"],
                vec!["f"],
                vec!["T", "M"],
                vec!["List", "N"],
                vec!["G"]
            ]
        );
    }

    #[test]
    fn imports_have_the_name_that_the_file_uses() {
        let file = GoFile::parse(
            "package p\nimport (\n\t\"math/rand/v2\"\n\tj \"encoding/json\"\n\t. \"x\"\n)\nimport _ \"embed\"\n",
        );
        let names: Vec<&str> = file.imports.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["rand", "j", ".", "_"]);
    }

    #[test]
    fn a_directive_belongs_to_the_declaration_after_it() {
        let file = GoFile::parse("package p\n\n//go:noinline\nfunc f() {}\n");
        assert_eq!(file.declarations[0].code, "//go:noinline func f ( ) { }");
        let text = "package p\nvar (\n\t//go:embed a\n\ta string\n)\n";
        let file = GoFile::parse(text);
        assert_eq!(file.declarations[0].names, ["a"]);
        assert_eq!(file.declarations[0].code, "var //go:embed a a string");
    }

    #[test]
    fn a_declaration_knows_its_place() {
        let text = "package p\n\nfunc f() {\n\treturn\n}\nvar x = 1\n";
        let file = GoFile::parse(text);
        let texts: Vec<&str> = file
            .declarations
            .iter()
            .map(|it| &text[it.place.clone()])
            .collect();
        assert_eq!(texts, ["func f() {\n\treturn\n}", "var x = 1"]);
    }
}
