//! The filter and projection languages.

use benchparse::query::{Filter, Key, Order, Projection};
use proptest::prelude::*;

/// A filter as it is meant.
#[derive(Debug, Clone)]
enum Meaning {
    /// Whether the key of this number has its value.
    Term(usize),
    Everything,
    Not(Box<Meaning>),
    And(Box<Meaning>, Box<Meaning>),
    Or(Box<Meaning>, Box<Meaning>),
}

impl Meaning {
    fn holds(&self, truth: &[bool]) -> bool {
        match self {
            Self::Term(number) => truth[*number],
            Self::Everything => true,
            Self::Not(term) => !term.holds(truth),
            Self::And(left, right) => left.holds(truth) && right.holds(truth),
            Self::Or(left, right) => left.holds(truth) || right.holds(truth),
        }
    }

    /// With parentheses wherever they may stand.
    fn written(&self) -> String {
        match self {
            Self::Term(number) => format!("k{number}:yes"),
            Self::Everything => "*".to_owned(),
            Self::Not(term) => format!("-({})", term.written()),
            Self::And(left, right) => format!("({}) ({})", left.written(), right.written()),
            Self::Or(left, right) => format!("({}) OR ({})", left.written(), right.written()),
        }
    }

    /// With parentheses only where they must stand.
    fn terse(&self) -> String {
        let bracketed = |term: &Self, tight: fn(&Self) -> bool| {
            let text = term.terse();
            if tight(term) {
                text
            } else {
                format!("({text})")
            }
        };
        let is_term = |term: &Self| !matches!(term, Self::And(..) | Self::Or(..));
        let is_conjunction = |term: &Self| !matches!(term, Self::Or(..));
        match self {
            Self::Not(term) => format!("-{}", bracketed(term, is_term)),
            Self::And(left, right) => {
                let (left, right) = (
                    bracketed(left, is_conjunction),
                    bracketed(right, is_conjunction),
                );
                format!("{left} AND {right}")
            }
            Self::Or(left, right) => format!("{} OR {}", left.terse(), right.terse()),
            _ => self.written(),
        }
    }
}

const KEYS: usize = 4;

fn meaning() -> impl Strategy<Value = Meaning> {
    let leaf = prop_oneof![4 => (0..KEYS).prop_map(Meaning::Term), 1 => Just(Meaning::Everything)];
    leaf.prop_recursive(5, 24, 2, |inner| {
        let pair = (
            inner.clone().prop_map(Box::new),
            inner.clone().prop_map(Box::new),
        );
        prop_oneof![
            inner.prop_map(|term| Meaning::Not(Box::new(term))),
            pair.clone()
                .prop_map(|(left, right)| Meaning::And(left, right)),
            pair.prop_map(|(left, right)| Meaning::Or(left, right)),
        ]
    })
}

fn holds(filter: &Filter, truth: &[bool]) -> bool {
    filter.eval(&mut |term| {
        let number = (0..KEYS).find(|key| term.key().text() == format!("k{key}").as_bytes());
        let value: &[u8] = if number.is_some_and(|key| truth[key]) {
            b"yes"
        } else {
            b"no"
        };
        term.matches(value)
    })
}

fn parse(query: &str) -> Filter {
    Filter::parse(query.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// A text in quotes, byte by byte.
fn quoted(text: &[u8]) -> String {
    let bytes: String = text.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("\"{bytes}\"")
}

/// Pieces of queries, so that almost every generated text is nearly one.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 30] = [
        b"a",
        b".name",
        b".unit",
        b".config",
        b"/n",
        b":",
        b"(",
        b")",
        b"@",
        b",",
        b"-",
        b"*",
        b" ",
        b"\t",
        b"AND",
        b"OR",
        b"\"x y\"",
        b"\"",
        b"\\",
        b"/",
        b"/a(b|c)/",
        b"/[x/",
        b"/(?i)a{2}/",
        b"alpha",
        b"num",
        b"first",
        b"fixed",
        b"\xff",
        b"\xe2\x80\x83",
        b"\xc3\xa9",
    ];
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..16)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_filter_means_what_it_says(meaning in meaning(), truth: [bool; KEYS]) {
        let expected = meaning.holds(&truth);
        prop_assert_eq!(holds(&parse(&meaning.written()), &truth), expected);
        prop_assert_eq!(holds(&parse(&meaning.terse()), &truth), expected, "{}", meaning.terse());
    }

    #[test]
    fn and_is_and(left in meaning(), right in meaning(), truth: [bool; KEYS]) {
        let both = parse(&left.written()).and(parse(&right.written()));
        prop_assert_eq!(holds(&both, &truth), left.holds(&truth) && right.holds(&truth));
    }

    #[test]
    fn a_quoted_value_matches_itself_alone(value: Vec<u8>, other: Vec<u8>) {
        let filter = parse(&format!("{}:{}", quoted(b"k"), quoted(&value)));
        let term = &filter.terms()[0];
        prop_assert_eq!(term.key(), &Key::ConfigKey(b"k".to_vec()));
        prop_assert!(term.matches(&value));
        prop_assert_eq!(term.matches(&other), value == other);
    }

    #[test]
    fn a_list_of_values_is_an_or(values in prop::collection::vec("[a-z]{1,3}", 1..5), value in "[a-z]{1,3}") {
        let filter = parse(&format!("k:({})", values.join(" OR ")));
        prop_assert_eq!(filter.terms()[0].matches(value.as_bytes()), values.contains(&value));
    }

    #[test]
    fn commas_and_blanks_separate_fields(
        fields in prop::collection::vec(("[./]?[a-z]{1,5}", "(@(first|alpha|num|\\(a b\\)))?"), 0..5),
    ) {
        prop_assume!(fields.iter().all(|(key, _)| !["unit", "config"].contains(&&key[1..])));
        let fields: Vec<String> = fields.into_iter().map(|(key, order)| key + &order).collect();
        let parse = |between: &str| Projection::parse(fields.join(between).as_bytes());
        let projection = parse(",").expect("a projection");
        prop_assert_eq!(projection.fields.len(), fields.len());
        for between in [" ", " , ", "\u{2003}"] {
            prop_assert_eq!(parse(between), Ok(projection.clone()));
        }
    }

    #[test]
    fn a_quoted_list_keeps_its_bytes(values in prop::collection::vec(any::<Vec<u8>>(), 1..4)) {
        let list: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        let query = format!("k@({})", list.join(" "));
        let projection = Projection::parse(query.as_bytes()).expect("a projection");
        prop_assert_eq!(&projection.fields[0].order, &Order::Fixed(values));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, nearly in nearly()) {
        for query in [bytes, nearly] {
            let errors = [Filter::parse(&query).err(), Projection::parse(&query).err()];
            for error in errors.into_iter().flatten() {
                prop_assert!(error.offset() <= query.len());
                prop_assert!(error.to_bytes().ends_with(b"^"));
            }
        }
    }
}
