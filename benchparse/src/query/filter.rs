//! The filter language.

use std::str::FromStr;

use super::error::QueryError;
use super::key::Key;
use super::regexp::Regexp;
use super::token::{Cursor, Kind, Token};
use crate::format::{BenchmarkResult, Measurement};

/// A query that selects measurements.
///
/// ```
/// use benchparse::query::{Filter, Key};
///
/// let filter = Filter::parse(b".name:/^En/ -goos:windows .unit:(ns/op OR B/op)")?;
/// let selects = filter.eval(&mut |term| match term.key() {
///     Key::Name => term.matches(b"Encode"),
///     Key::Unit => term.matches(b"B/op"),
///     _ => term.matches(b"linux"),
/// });
/// assert!(selects);
/// # Ok::<(), benchparse::query::QueryError>(())
/// ```
///
/// A filter is asked once for every measurement: a result stays with those that it selects.
/// [`Collector`](crate::compare::Collector) does so. `.unit` is matched against the tidied unit and
/// against the unit as it was written, so both `ns/op` and `sec/op` find a time.
///
/// Regular expressions have the syntax of Go's `regexp` and match anywhere in the value.
///
/// It is kept as a program in postfix order, so that neither reading nor evaluating nor dropping a
/// deeply nested query takes stack.
#[derive(Debug, Clone)]
pub struct Filter {
    terms: Vec<Term>,
    program: Vec<Step>,
}

/// One `key:value`, or `key:(value OR value)`.
#[derive(Debug, Clone)]
pub struct Term {
    key: Key,
    values: Vec<Matcher>,
}

#[derive(Debug, Clone)]
enum Matcher {
    Word(Vec<u8>),
    Regexp(Regexp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Term(usize),
    Everything,
    Not,
    And,
    Or,
}

impl Term {
    /// The key whose value is asked for.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The words that are asked for, without the regular expressions.
    pub fn words(&self) -> impl Iterator<Item = &[u8]> {
        self.values.iter().filter_map(|matcher| match matcher {
            Matcher::Word(word) => Some(word.as_slice()),
            Matcher::Regexp(_) => None,
        })
    }

    /// Whether a value of the key is one of those asked for: equal to a word, or matched somewhere
    /// by a regular expression. A key that is missing has the empty value.
    pub fn matches(&self, value: &[u8]) -> bool {
        self.values.iter().any(|matcher| match matcher {
            Matcher::Word(word) => word == value,
            Matcher::Regexp(regexp) => regexp.matches(value),
        })
    }
}

impl Filter {
    /// Reads a query. The empty one is an error; `*` selects everything.
    ///
    /// # Errors
    /// The first place where it is not of the language, or a regular expression is not of Go's.
    pub fn parse(query: impl AsRef<[u8]>) -> Result<Self, QueryError> {
        Reader::new(query.as_ref()).read()
    }

    /// The filter `*`.
    pub fn everything() -> Self {
        Self {
            terms: Vec::new(),
            program: vec![Step::Everything],
        }
    }

    /// The terms in the order of the query.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether a term asks for the key.
    pub fn mentions(&self, key: &Key) -> bool {
        self.terms.iter().any(|term| term.key == *key)
    }

    /// Whether this is the filter `*`.
    pub fn is_everything(&self) -> bool {
        self.program == [Step::Everything]
    }

    /// What both this and the other filter select.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let shift = self.terms.len();
        self.terms.extend(other.terms);
        self.program
            .extend(other.program.into_iter().map(|step| match step {
                Step::Term(term) => Step::Term(term + shift),
                step => step,
            }));
        self.program.push(Step::And);
        self
    }

    /// Whether the filter selects a measurement of a result. `.unit` is compared with the tidied unit
    /// and with the unit as it was written. The measurement must be one of the result, or of its parser:
    /// any other has no unit here.
    ///
    /// ```
    /// use benchparse::format::{Parser, Record};
    /// use benchparse::query::Filter;
    ///
    /// let filter = Filter::parse(b".name:Encode .unit:ns/op")?;
    /// let mut parser = Parser::new();
    /// let mut reader = parser.read(b"f", &b"BenchmarkEncode-8 1 5 ns/op 3 allocs/op\n"[..]);
    /// let Some(Record::Result(result)) = reader.next_record()? else { unreachable!() };
    /// let [time, allocs] = result.measurements() else { unreachable!() };
    /// assert!(filter.matches(&result, time) && !filter.matches(&result, allocs));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn matches(&self, result: &BenchmarkResult<'_>, measurement: &Measurement) -> bool {
        let has = |term: &Term, unit| {
            let text = result.symbols().text(unit);
            text.is_some_and(|text| term.matches(text))
        };
        self.is_everything()
            || self.eval(&mut |term| match term.key() {
                Key::Unit => {
                    has(term, measurement.unit)
                        || measurement.written.is_some_and(|(_, unit)| has(term, unit))
                }
                key => term.matches(key.value(result).unwrap_or_default()),
            })
    }

    /// Whether the filter selects a result, whatever its units: terms that ask for the unit never
    /// match. Where the filter does not [mention](Filter::mentions) `.unit` this decides for all of a
    /// result's measurements.
    pub fn matches_result(&self, result: &BenchmarkResult<'_>) -> bool {
        self.is_everything()
            || self.eval(&mut |term| {
                *term.key() != Key::Unit
                    && term.matches(term.key().value(result).unwrap_or_default())
            })
    }

    /// Whether the filter selects what has these truths of its terms. `truth` is called once for
    /// each term, in their order.
    pub fn eval(&self, truth: &mut dyn FnMut(&Term) -> bool) -> bool {
        let mut stack: Vec<bool> = Vec::with_capacity(4);
        for step in &self.program {
            let value = match step {
                Step::Term(term) => self.terms.get(*term).is_some_and(&mut *truth),
                Step::Everything => true,
                Step::Not => !stack.pop().unwrap_or_default(),
                Step::And | Step::Or => {
                    let right = stack.pop().unwrap_or_default();
                    let left = stack.pop().unwrap_or_default();
                    if *step == Step::And {
                        left && right
                    } else {
                        left || right
                    }
                }
            };
            stack.push(value);
        }
        stack.pop().unwrap_or_default()
    }
}

/// The filter `*`.
impl Default for Filter {
    fn default() -> Self {
        Self::everything()
    }
}

impl FromStr for Filter {
    type Err = QueryError;

    fn from_str(query: &str) -> Result<Self, QueryError> {
        Self::parse(query)
    }
}

/// What has been begun and waits for its end.
enum Open {
    Group,
    Not,
    /// A conjunction with so many terms.
    And(usize),
    /// A disjunction with so many conjunctions.
    Or(usize),
}

struct Reader<'q> {
    cursor: Cursor<'q>,
    filter: Filter,
    open: Vec<Open>,
    /// Key errors count only where the grammar has none.
    key_error: Option<QueryError>,
}

impl<'q> Reader<'q> {
    fn new(query: &'q [u8]) -> Self {
        Self {
            cursor: Cursor::new(query),
            filter: Filter {
                terms: Vec::new(),
                program: Vec::new(),
            },
            open: vec![Open::Or(0), Open::And(0)],
            key_error: None,
        }
    }

    fn read(mut self) -> Result<Filter, QueryError> {
        loop {
            self.begin_term()?;
            if self.end_terms()? {
                return match self.key_error {
                    None => Ok(self.filter),
                    Some(error) => Err(error),
                };
            }
        }
    }

    /// Reads up to the end of a term that opens nothing.
    fn begin_term(&mut self) -> Result<(), QueryError> {
        loop {
            let token = self.cursor.key()?;
            match token.kind {
                Kind::Operator(b'(') => {
                    self.open.extend([Open::Group, Open::Or(0), Open::And(0)]);
                }
                Kind::Operator(b'-') => self.open.push(Open::Not),
                Kind::Operator(b'*') => {
                    self.filter.program.push(Step::Everything);
                    return Ok(());
                }
                Kind::Word(key) => return self.term(&key, token.start),
                _ => {
                    let message = "expected key:value or subexpression";
                    return Err(self.cursor.error(token.start, message));
                }
            }
        }
    }

    /// After a term: closes what it closes. Says whether the query is at its end; if not, another
    /// term follows.
    fn end_terms(&mut self) -> Result<bool, QueryError> {
        loop {
            while let Some(Open::Not) = self.open.last() {
                self.open.pop();
                self.filter.program.push(Step::Not);
            }
            self.count_term();
            let (token, rewound) = self.after_ands()?;
            match token.kind {
                Kind::Or => {
                    self.close_and();
                    self.open.push(Open::And(0));
                    return Ok(false);
                }
                Kind::Operator(b'(' | b'-' | b'*') | Kind::Word(_) => {
                    self.cursor = rewound;
                    return Ok(false);
                }
                Kind::Operator(b')') if self.in_group() => {
                    self.close_and();
                    self.open.pop();
                    self.open.pop();
                }
                Kind::End if self.in_group() => {
                    return Err(self.cursor.error(token.start, "missing \")\""));
                }
                Kind::End => {
                    self.close_and();
                    return Ok(true);
                }
                Kind::Operator(operator) => {
                    let message = format!("unexpected {:?}", char::from(operator).to_string());
                    return Err(self.cursor.error(token.start, message));
                }
                Kind::And | Kind::Regexp(_) => {
                    return Err(self.cursor.error(token.start, "expected key:value"));
                }
            }
        }
    }

    fn in_group(&self) -> bool {
        // The outermost disjunction and conjunction are open all the time.
        self.open.len() > 2
    }

    /// The first token that is no `AND`, and the place before it.
    fn after_ands(&mut self) -> Result<(Token, Cursor<'q>), QueryError> {
        loop {
            let before = self.cursor;
            let token = self.cursor.key()?;
            if !matches!(token.kind, Kind::And) {
                return Ok((token, before));
            }
        }
    }

    fn count_term(&mut self) {
        if let Some(Open::And(count)) = self.open.last_mut() {
            *count += 1;
            if *count > 1 {
                self.filter.program.push(Step::And);
            }
        }
    }

    fn close_and(&mut self) {
        self.open.pop();
        if let Some(Open::Or(count)) = self.open.last_mut() {
            *count += 1;
            if *count > 1 {
                self.filter.program.push(Step::Or);
            }
        }
    }

    fn term(&mut self, key: &[u8], start: usize) -> Result<(), QueryError> {
        let expected = self.cursor.error(start, "expected key:value");
        if !matches!(self.cursor.key()?.kind, Kind::Operator(b':')) {
            return Err(expected);
        }
        let value = self.cursor.value()?;
        let values = match value.kind {
            Kind::Operator(b'(') => self.values()?,
            _ => vec![matcher(value).ok_or(expected)?],
        };
        let key_error = if key.is_empty() {
            Some("key must not be empty")
        } else if key == b".config" {
            Some(".config is only allowed in projections")
        } else {
            None
        };
        if let Some(message) = key_error {
            let error = self.cursor.error(start, message);
            self.key_error.get_or_insert(error);
        }
        self.filter
            .program
            .push(Step::Term(self.filter.terms.len()));
        self.filter.terms.push(Term {
            key: Key::new(key),
            values,
        });
        Ok(())
    }

    /// The values of `key:(value OR value)`, after the parenthesis.
    fn values(&mut self) -> Result<Vec<Matcher>, QueryError> {
        let mut values = Vec::new();
        loop {
            let value = self.cursor.value()?;
            let start = value.start;
            let expected = || self.cursor.error(start, "expected value");
            values.push(matcher(value).ok_or_else(expected)?);
            let next = self.cursor.value()?;
            match next.kind {
                Kind::Or => {}
                Kind::Operator(b')') => return Ok(values),
                _ => {
                    let message = "value list must be separated by OR";
                    return Err(self.cursor.error(next.start, message));
                }
            }
        }
    }
}

/// What matches a value, if the token is one.
fn matcher(token: Token) -> Option<Matcher> {
    match token.kind {
        Kind::Word(word) => Some(Matcher::Word(word)),
        Kind::Regexp(regexp) => Some(Matcher::Regexp(regexp)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bstr::ByteSlice as _;

    use super::*;

    /// Whether a query selects what has the goos linux, the name A and the unit B/op.
    fn selects(query: &str) -> bool {
        let filter = Filter::parse(query.as_bytes()).unwrap();
        filter.eval(&mut |term| {
            term.matches(match term.key() {
                Key::Name => b"A",
                Key::Unit => b"B/op",
                Key::ConfigKey(key) if key == b"goos" => b"linux",
                _ => b"",
            })
        })
    }

    #[test]
    fn terms_combine() {
        for query in [
            "*",
            "goos:linux",
            "goos : linux .name:A",
            "(goos:linux)(.name:A)",
            "goos:windows OR .name:A",
            "goos:windows .name:A OR .unit:/^B/",
            "-goos:windows",
            "--goos:linux",
            "goos:(windows OR /^lin/)",
            "goos:linux AND AND .name:A AND",
            "pkg:\"\"",
            "-(goos:windows OR .name:B) *",
            r#"goos:"l\x69nux""#,
        ] {
            assert!(selects(query), "{query}");
        }
        for query in [
            "-*",
            "goos:lin",
            "goos:linux .name:B",
            "-.unit:/op/",
            "goos:Linux",
        ] {
            assert!(!selects(query), "{query}");
        }
    }

    fn error(query: &str) -> (String, usize) {
        let error = Filter::parse(query.as_bytes()).unwrap_err();
        (error.message().to_string(), error.offset())
    }

    const FOLLOWED: &str = "regexp must be followed by space or an operator (unescaped \"/\"?)";

    #[test]
    fn an_error_quotes_the_query_byte_for_byte() {
        let error = Filter::parse(b"a:/b\xff/").unwrap_err();
        assert_eq!(
            error.to_bytes(),
            b"syntax error: error parsing regexp: invalid UTF-8: `\xff`\n\ta:/b\xff/\n\t  ^"
        );
    }

    #[test]
    fn errors_point_at_their_place() {
        for (query, message, offset) in [
            ("", "expected key:value or subexpression", 0),
            ("foo", "expected key:value", 0),
            ("a:", "expected key:value", 0),
            ("a:b foo", "expected key:value", 4),
            ("a:b:c", "unexpected \":\"", 3),
            ("(a:b", "missing \")\"", 4),
            ("a:b)", "unexpected \")\"", 3),
            ("a:()", "expected value", 3),
            ("a:(b c)", "value list must be separated by OR", 5),
            ("a:(b OR", "expected value", 7),
            ("a:(b", "value list must be separated by OR", 4),
            ("AND a:b", "expected key:value or subexpression", 0),
            ("a:b OR", "expected key:value or subexpression", 6),
            ("a:\"b", "missing end quote", 2),
            ("a:\"\\q\"", "bad escape sequence", 2),
            ("a:/b", "missing close \"/\"", 2),
            ("a:/b/c", FOLLOWED, 5),
            ("a:/b/\u{a0}c:d", FOLLOWED, 5),
            (
                "a:/*/c",
                "error parsing regexp: missing argument to repetition operator: `*`",
                2,
            ),
            ("\"\":b", "key must not be empty", 0),
            ("x:y .config:x", ".config is only allowed in projections", 4),
        ] {
            assert_eq!(error(query), (message.to_owned(), offset), "{query}");
        }
    }

    #[test]
    fn a_quoted_word_is_text_and_a_bare_one_bytes() {
        for (query, value) in [
            (&br#"k:"\xff""#[..], &b"\xff"[..]),
            (b"k:\"\xff\"", "\u{fffd}".as_bytes()),
            (b"k:\"a\xe2\x82\"", "a\u{fffd}\u{fffd}".as_bytes()),
            (b"k:\xff", b"\xff"),
        ] {
            let filter = Filter::parse(query).unwrap();
            assert!(filter.terms()[0].matches(value), "{}", query.as_bstr());
        }
    }

    #[test]
    fn deep_nesting_takes_no_stack() {
        let deep = "(".repeat(200_000) + "goos:linux" + &")".repeat(200_000);
        assert!(selects(&deep));
        let negated = "-".repeat(200_000) + "goos:linux";
        assert!(selects(&negated));
    }

    proptest::proptest! {
        #[test]
        fn any_query_is_read_or_refused(query: Vec<u8>) {
            let _ = Filter::parse(&query).map_err(|error| error.to_string());
        }

        #[test]
        fn likely_queries_are_read_or_refused(query in "[-a:/()\\[\\]\"\\\\ *ORAND,@.]{0,24}") {
            let _ = Filter::parse(query.as_bytes()).map_err(|error| error.to_string());
        }
    }
}
