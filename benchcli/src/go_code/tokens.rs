//! Splits Go source into tokens, without comments, and with the semicolons that Go inserts at the ends of lines.

use nom::branch::alt;
use nom::bytes::complete::{
    tag, tag_no_case, take, take_till, take_until, take_while, take_while1,
};
use nom::character::complete::{char, none_of, one_of, satisfy};
use nom::combinator::{opt, recognize, rest, verify};
use nom::multi::many0_count;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser as _};

/// A token and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    /// In bytes from the beginning of the file.
    pub(super) offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    /// A number, a character or a string.
    Literal,
    /// An operator, a bracket or a semicolon.
    Operator,
    /// A comment that the compiler obeys, such as `//go:embed data.txt`.
    Directive,
}

/// What a piece of the text is. Space and comments are no tokens.
#[derive(Debug, Clone, Copy)]
enum Piece {
    Space,
    NewLine,
    Token(Kind),
}

const OPERATORS: [&str; 25] = [
    "<<=", ">>=", "&^=", "...", "<<", ">>", "&^", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
    "&&", "||", "<-", "++", "--", "==", "!=", "<=", ">=", ":=",
];

/// Keywords after which a line may end a statement.
const ENDING_KEYWORDS: [&str; 4] = ["break", "continue", "fallthrough", "return"];

/// Keywords after which a statement goes on in the next line.
const OTHER_KEYWORDS: [&str; 21] = [
    "case",
    "chan",
    "const",
    "default",
    "defer",
    "else",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

/// The tokens of a file. Whatever is no Go becomes operators of one character, so that every text has tokens.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut rest = text;
    let mut is_line_start = true;
    while !rest.is_empty() {
        let offset = text.len() - rest.len();
        let Ok((after, (piece, taken))) = piece(rest) else {
            break;
        };
        match piece {
            Piece::Space => {}
            Piece::NewLine => {
                end_line(&mut tokens, offset);
                is_line_start = true;
            }
            // Behind code it is a comment like any other.
            Piece::Token(Kind::Directive) if !is_line_start => {}
            Piece::Token(kind) => {
                is_line_start = false;
                tokens.push(Token {
                    kind,
                    text: taken,
                    offset,
                });
            }
        }
        rest = after;
    }
    end_line(&mut tokens, text.len());
    without_optional(tokens)
}

/// Inserts a semicolon where the line ends a statement.
fn end_line(tokens: &mut Vec<Token<'_>>, offset: usize) {
    let ends = tokens.last().is_some_and(|last| match last.kind {
        Kind::Word => ENDING_KEYWORDS.contains(&last.text) || !OTHER_KEYWORDS.contains(&last.text),
        Kind::Literal => true,
        Kind::Operator => matches!(last.text, "++" | "--" | ")" | "]" | "}"),
        Kind::Directive => false,
    });
    if ends {
        tokens.push(Token {
            kind: Kind::Operator,
            text: ";",
            offset,
        });
    }
}

/// Leaves out semicolons and commas before closing brackets: whether they are there depends on how lines are broken.
fn without_optional(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut kept: Vec<Token<'_>> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let is_closing = matches!(token.text, ")" | "]" | "}") && token.kind == Kind::Operator;
        if is_closing {
            kept.pop_if(|last| matches!(last.text, ";" | ",") && last.kind == Kind::Operator);
        }
        kept.push(token);
    }
    kept
}

fn piece(text: &str) -> IResult<&str, (Piece, &str)> {
    let token = |kind| move |text| (Piece::Token(kind), text);
    alt((
        take_while1(|it| matches!(it, ' ' | '\t' | '\r')).map(|text| (Piece::Space, text)),
        tag("\n").map(|text| (Piece::NewLine, text)),
        verify(line_comment, is_directive).map(token(Kind::Directive)),
        line_comment.map(|text| (Piece::Space, text)),
        block_comment.map(|text: &str| {
            let is_line = text.contains('\n');
            (
                if is_line {
                    Piece::NewLine
                } else {
                    Piece::Space
                },
                text,
            )
        }),
        word.map(token(Kind::Word)),
        literal.map(token(Kind::Literal)),
        operator.map(token(Kind::Operator)),
    ))
    .parse(text)
}

fn line_comment(text: &str) -> IResult<&str, &str> {
    recognize(preceded(tag("//"), take_till(|it| it == '\n'))).parse(text)
}

fn is_directive(comment: &str) -> bool {
    comment.starts_with("//go:")
}

/// One that does not end takes the rest of the text.
fn block_comment(text: &str) -> IResult<&str, &str> {
    let closed = terminated(take_until("*/"), tag("*/"));
    recognize((tag("/*"), alt((closed, rest)))).parse(text)
}

fn is_in_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

fn word(text: &str) -> IResult<&str, &str> {
    let begins = |text: &&str| !text.starts_with(|it: char| it.is_ascii_digit());
    verify(take_while1(is_in_word), begins).parse(text)
}

fn literal(text: &str) -> IResult<&str, &str> {
    alt((number, raw_string, quoted('"'), quoted('\''))).parse(text)
}

/// `1_000`, `.5`, `0x1p-2`, `1e+9i`.
fn number(text: &str) -> IResult<&str, &str> {
    let digit = || take_while1(|it: char| it.is_ascii_digit());
    let after = |exponents: &'static str| {
        let exponent = recognize((one_of(exponents), one_of("+-")));
        let digit = recognize(satisfy(|it| it == '.' || is_in_word(it)));
        many0_count(alt((exponent, digit)))
    };
    let hexadecimal = recognize((tag_no_case("0x"), after("pP")));
    let whole = recognize((digit(), after("eE")));
    let fraction = recognize((tag("."), digit(), after("eE")));
    alt((hexadecimal, whole, fraction)).parse(text)
}

/// One that does not end takes the rest of the text.
fn raw_string(text: &str) -> IResult<&str, &str> {
    let closed = terminated(take_until("`"), tag("`"));
    recognize((tag("`"), alt((closed, rest)))).parse(text)
}

/// One that does not end takes the rest of its line.
fn quoted(quote: char) -> impl Fn(&str) -> IResult<&str, &str> {
    move |text| {
        let escaped = recognize((char('\\'), none_of("\n")));
        let plain = recognize(satisfy(|it| it != quote && !matches!(it, '\n' | '\\')));
        let inner = many0_count(alt((escaped, plain)));
        recognize((char(quote), inner, opt(char(quote)))).parse(text)
    }
}

fn operator(text: &str) -> IResult<&str, &str> {
    match OPERATORS
        .iter()
        .find(|operator| text.starts_with(**operator))
    {
        Some(operator) => tag(*operator).parse(text),
        None => take(1_usize).parse(text),
    }
}

/// The name at the end of an import path, without a version.
pub(super) fn last_element(path: &str) -> &str {
    let is_version = |element: &str| {
        element
            .strip_prefix('v')
            .is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or(path);
    let last = match elements.next() {
        Some(before) if is_version(last) => before,
        _ => last,
    };
    let (_, name) = take_while::<_, _, nom::error::Error<&str>>(is_in_word)
        .parse(last)
        .unwrap_or((last, last));
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_formatting_do_not_count() {
        let one = texts("func f(a int) {\n\t// Adds.\n\treturn a + 1 /* one */\n}\n");
        let other = texts("func f(\n  a int,\n) { return a+1; }");
        assert_eq!(one, other);
        assert_eq!(
            one,
            [
                "func", "f", "(", "a", "int", ")", "{", "return", "a", "+", "1", "}", ";"
            ]
        );
    }

    #[test]
    fn a_line_that_ends_a_statement_gets_a_semicolon() {
        assert_eq!(
            texts("x++\ny := `a\nb`\n"),
            ["x", "++", ";", "y", ":=", "`a\nb`", ";"]
        );
        assert_eq!(texts("a +\nb"), ["a", "+", "b", ";"]);
        assert_eq!(texts("return\nx"), ["return", ";", "x", ";"]);
    }

    #[test]
    fn literals_are_whole() {
        for literal in [
            r#""a \" // b""#,
            "'\\''",
            "'\"'",
            "`\"`",
            "1_000",
            ".5e+9",
            "0x1p-2",
            "0xe",
            "3i",
        ] {
            assert_eq!(texts(&format!("{literal}+x")), [literal, "+", "x", ";"]);
        }
        assert_eq!(texts("a.b x...,"), ["a", ".", "b", "x", "...", ","]);
    }

    #[test]
    fn directives_count_and_other_comments_do_not() {
        assert_eq!(
            texts("//go:embed a.txt\n// text\nvar a string"),
            ["//go:embed a.txt", "var", "a", "string", ";"]
        );
        assert_eq!(
            texts("f() //go:x\ng()"),
            ["f", "(", ")", ";", "g", "(", ")", ";"]
        );
    }

    #[test]
    fn a_package_is_called_by_the_end_of_its_path() {
        for (path, name) in [
            ("fmt", "fmt"),
            ("math/rand/v2", "rand"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("example.org/a/b", "b"),
        ] {
            assert_eq!(last_element(path), name);
        }
    }

    proptest! {
        #[test]
        fn every_text_has_tokens(text in "[a-z\"'`/*\\\\\n0-9.+{}() é;]{0,60}") {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(token.offset >= end || token.text == ";");
                if text[token.offset..].starts_with(token.text) {
                    end = token.offset + token.text.len();
                }
            }
        }
    }
}
