use super::*;

fn matches(pattern: &[u8], value: &[u8]) -> bool {
    Regexp::new(pattern).unwrap().matches(value)
}

fn refusal(pattern: impl AsRef<[u8]>) -> String {
    Regexp::new(pattern.as_ref()).unwrap_err().to_string()
}

#[test]
fn matches_as_go_does() {
    for (pattern, value) in [
        ("b", "abc"),
        ("^a.c$", "abc"),
        (r"^\d+$", "123"),
        (r"\bfoo\b", "a foo b"),
        (r"[[:alpha:]]{3}", "abc"),
        (r"\Qa.b\E", "a.b"),
        (r"\Q*\E{2}", "**"),
        (r"\Q", ""),
        (r"^\Qa\", r"a\"),
        (r"\x41\101\x{e9}\0\012", "AAé\0\n"),
        (r"^\08$", "\08"),
        (r"^[^a]$", "\n"),
        (r"(?P<n>x)(?<m>y)", "xy"),
        // A name may be given twice.
        (r"(?P<n>x)(?<n>y)", "xy"),
        (r"a{,2}", "a{,2}"),
        (r"a{01}", "a{01}"),
        (r"a{1, 2}", "a{1, 2}"),
        (r"[]a]", "]"),
        (r"[a-z-9]", "-"),
        (r"[[:]]", ":]"),
        (r"[\d-z]", "-"),
        (r"a|", ""),
        (r"(|a)*b", "aab"),
        // Flags are no element, so what stands before them is repeated.
        (r"^a(?i)*B$", "aab"),
        (r"^a*(?s)*$", "aa"),
        (r"^(?i:a)b$", "Ab"),
        (r"(?s)^.$", "\n"),
        (r"(?m)^a$", "b\na\n"),
        (r"(?U)^a+?$", "aa"),
        (r"^(?:(?:)){2}$", ""),
        (r"^(a{0}){1000}$", ""),
        (r"^\w\W\s\S\D$", "_- xé"),
    ] {
        assert!(
            matches(pattern.as_bytes(), value.as_bytes()),
            "{pattern} {value}"
        );
    }
    for (pattern, value) in [
        (r"^\d+$", "٣"),
        (r"^a$", "a\n"),
        (r"^.$", "\n"),
        (r"\w", "é"),
        ("A", "a"),
        (r"^(?i:a)b$", "AB"),
        (r"(?i)(?-i)a", "A"),
        (r"^a{01}$", "a"),
        // Between the bytes of a character there is no place to match.
        (r"\B", "aéa"),
        // The vertical tab is a space in POSIX only.
        (r"\s", "\x0b"),
        // No text has a surrogate.
        (r"\x{d800}", "\u{fffd}"),
        (r"[\x{d800}-\x{dfff}]", "\u{e000}"),
    ] {
        assert!(
            !matches(pattern.as_bytes(), value.as_bytes()),
            "{pattern} {value}"
        );
    }
}

#[test]
fn folds_case_in_classes() {
    for (pattern, value, expected) in [
        ("(?i)FOO", "foo", true),
        ("(?i)λ", "Λ", true),
        // The Kelvin sign and the long s.
        (r"(?i)^\w$", "\u{212a}", true),
        (r"(?i)^\W$", "\u{212a}", false),
        (r"^\W$", "\u{212a}", true),
        ("(?i)[^k]", "\u{212a}", false),
        ("(?i)[[:lower:]]", "ſ", true),
        ("(?i)[[:^upper:]]", "ſ", false),
        (r"(?i)^\p{Lu}$", "a", true),
        (r"(?i)^\P{Lu}$", "a", false),
        (r"(?i)[^\P{Ll}]", "A", true),
        (r"(?i)\x41", "a", true),
        (r"(?i)\QAb\E", "aB", true),
    ] {
        assert_eq!(
            matches(pattern.as_bytes(), value.as_bytes()),
            expected,
            "{pattern} {value}"
        );
    }
}

#[test]
fn knows_gos_names_of_classes() {
    for (name, letter) in [
        ("Greek", "λ"),
        ("greek", "λ"),
        (" GREEK", "λ"),
        ("^Latin", "λ"),
        ("Old_Italic", "𐌀"),
        ("Lu", "Λ"),
        ("Uppercase Letter", "Λ"),
        ("lc", "λ"),
        ("L", "λ"),
        ("punct", "!"),
        ("Zl", "\u{2028}"),
        ("Zp", "\u{2029}"),
        ("Any", "λ"),
        ("ASCII", "a"),
        ("Assigned", "a"),
        ("Cn", "\u{378}"),
        ("^Cs", "a"),
    ] {
        let pattern = format!(r"^\p{{{name}}}$");
        assert!(matches(pattern.as_bytes(), letter.as_bytes()), "{name}");
        let opposite = format!(r"^[^\p{{{name}}}]$");
        assert!(!matches(opposite.as_bytes(), letter.as_bytes()), "{name}");
    }
    for name in [
        "Foo",
        "",
        "^",
        " ",
        "^^L",
        "Grek",
        "sc=Greek",
        "isGreek",
        "Alphabetic",
        "L&",
        "Unknown",
        "Lué",
    ] {
        let class = format!(r"\p{{{name}}}");
        assert_eq!(
            refusal(format!("a{class}b")),
            format!("invalid character class range: `{class}`")
        );
    }
}

#[test]
fn a_byte_that_is_not_utf8_is_one_replacement_character() {
    for (pattern, value, expected) in [
        (&b"^.$"[..], &b"\xff"[..], true),
        (b"^.$", b"\xe2\x82", false),
        (b"^..$", b"\xe2\x82", true),
        (b"^...$", b"\xed\xa0\x80", true),
        (br"^[\x{fffd}]$", b"\xff", true),
        (br"^\W$", b"\xff", true),
        (br"^\w$", b"\xff", false),
    ] {
        assert_eq!(
            matches(pattern, value),
            expected,
            "{:?}",
            BString::from(pattern)
        );
    }
}

#[test]
fn refuses_as_go_does() {
    const REPEAT: &str = "missing argument to repetition operator";
    const NESTED: &str = "invalid nested repetition operator";
    const COUNT: &str = "invalid repeat count";
    const ESCAPE: &str = "invalid escape sequence";
    const RANGE: &str = "invalid character class range";
    const BRACKET: &str = "missing closing ]";
    const PERL: &str = "invalid or unsupported Perl syntax";
    const NAME: &str = "invalid named capture";
    const OPEN: &str = "missing closing )";
    for (pattern, what, text) in [
        ("*", REPEAT, "*"),
        ("??", REPEAT, "??"),
        ("(*)", REPEAT, "*"),
        ("a|*", REPEAT, "*"),
        ("(?i)*", REPEAT, "*"),
        ("{2}", REPEAT, "{2}"),
        (r"\Q\E*", REPEAT, "*"),
        ("a**", NESTED, "**"),
        ("a*?+", NESTED, "*?+"),
        ("a{2}{3}", NESTED, "{2}{3}"),
        ("a{2}??", NESTED, "{2}??"),
        ("^?*", NESTED, "?*"),
        ("a{2000}", COUNT, "{2000}"),
        ("a{2,1}", COUNT, "{2,1}"),
        ("a{99999999999}", COUNT, "{99999999999}"),
        ("a{1001}?", COUNT, "{1001}"),
        ("a*{1001}", COUNT, "{1001}"),
        ("(a{100}){100}", COUNT, "{100}"),
        ("(a{2,}){501}??", COUNT, "{501}?"),
        ("((a{0}){1000}){2}", COUNT, "{2}"),
        (r"\8", ESCAPE, r"\8"),
        (r"\18", ESCAPE, r"\1"),
        (r"\Z", ESCAPE, r"\Z"),
        (r"\C", ESCAPE, r"\C"),
        (r"a\E", ESCAPE, r"\E"),
        (r"\é", ESCAPE, r"\é"),
        (r"\x", ESCAPE, r"\x"),
        (r"\xgz", ESCAPE, r"\xgz"),
        (r"\x{}", ESCAPE, r"\x{}"),
        (r"\x{4 1}", ESCAPE, r"\x{4 "),
        (r"\x{110000}", ESCAPE, r"\x{110000"),
        (r"[a-\d]", ESCAPE, r"\d"),
        (r"[a\Q]", ESCAPE, r"\Q"),
        ("\\", "trailing backslash at end of expression", ""),
        (r"[a\", "trailing backslash at end of expression", ""),
        ("[z-a]", RANGE, "z-a"),
        ("[a--b]", RANGE, "a--"),
        ("[a-[:alpha:]]", RANGE, "a-["),
        ("[[:foo:]]", RANGE, "[:foo:]"),
        ("[[:^^alpha:]]", RANGE, "[:^^alpha:]"),
        (r"\pX", RANGE, r"\pX"),
        (r"\p", RANGE, r"\p"),
        (r"a\p{Lu", RANGE, r"\p{Lu"),
        ("b[a", BRACKET, "[a"),
        ("[]", BRACKET, "[]"),
        ("[^]", BRACKET, "[^]"),
        ("[a-", BRACKET, "[a-"),
        ("[[:alpha:]", BRACKET, "[[:alpha:]"),
        ("(?=a)", PERL, "(?="),
        ("(?!a)", PERL, "(?!"),
        ("(?P<", PERL, "(?P"),
        ("(?<", PERL, "(?<"),
        ("(?i", PERL, "(?i"),
        ("(?i-)", PERL, "(?i-)"),
        ("(?--i)", PERL, "(?--"),
        ("(?i-s-m)", PERL, "(?i-s-"),
        ("(?P<1 >a)", NAME, "(?P<1 >"),
        ("(?<>a)", NAME, "(?<>"),
        ("(?<=a)", NAME, "(?<=a)"),
        ("(?P<é>a)", NAME, "(?P<é>"),
        ("b(a", OPEN, "b(a"),
        ("(?s:", OPEN, "(?s:"),
        ("a)b", "unexpected )", "a)b"),
    ] {
        assert_eq!(refusal(pattern), format!("{what}: `{text}`"), "{pattern}");
    }
}

#[test]
fn refuses_bytes_that_are_not_utf8_where_it_meets_them() {
    for (pattern, text) in [
        (&b"a\xffb*"[..], &b"\xffb*"[..]),
        (b"[a-\xff]", b"\xff]"),
        (b"\\\xff)", b"\xff)"),
        (b"\\Qa\xffb\\Ec", b"\xffb"),
        (b"\\p{a\xff}c", b"\xff"),
        (b"\\pa\xff", b"\\pa"),
        (b"(?P<a\xff>b)", b"\xff"),
        (b"(?i\xff:", b"\xff:"),
    ] {
        let error = Regexp::new(pattern).unwrap_err();
        assert!(
            error.ends_with(&bstr::concat([&b": `"[..], text, b"`"])),
            "{error}"
        );
    }
    // An error before them comes first.
    assert!(refusal(b"*\xff").starts_with("missing argument"));
}

#[test]
fn nests_as_deeply_as_go_does() {
    let nested = |open: &str, close: &str, depth: usize| {
        let pattern = open.repeat(depth) + "a" + &close.repeat(depth);
        Regexp::new(pattern.as_bytes()).map(|regexp| regexp.matches(b"a"))
    };
    for (open, close, deepest) in [
        ("(", ")", 999),
        ("(?:", ")*", 999),
        ("(", ")*", 499),
        ("(.", ")", 499),
        ("(b|", ")", 500),
        ("(", "b)", 500),
        ("(bb|", ")", 499),
    ] {
        assert!(nested(open, close, deepest).is_ok(), "{open} {close}");
        let error = nested(open, close, deepest + 1).unwrap_err();
        assert!(
            error.starts_with(b"expression nests too deeply: `"),
            "{open} {close}"
        );
    }
    // Without a capture nothing is nested.
    assert_eq!(nested("(?:", ")", 20_000), Ok(true));
    assert!(refusal("(".repeat(100_000)).starts_with("missing closing )"));
}

#[test]
fn refuses_what_takes_too_much() {
    for element in [".*", "(.)", "bc?"] {
        let pattern = format!("({}){{1000}}", element.repeat(1700));
        assert!(
            refusal(&pattern).starts_with("expression too large: `"),
            "{element}"
        );
    }
    assert!(matches(br"^\pL{1000}$", "é".repeat(1000).as_bytes()));
}

proptest::proptest! {
    #[test]
    fn any_pattern_is_compiled_or_refused(pattern in r"[-a-z\\\[\]{}()|*+?.^$:0-9,P<>ipQE]{0,20}") {
        let _ = Regexp::new(pattern.as_bytes());
    }

    #[test]
    fn any_bytes_are_compiled_or_refused(pattern: Vec<u8>, value: Vec<u8>) {
        let _ = Regexp::new(&pattern).map(|regexp| regexp.matches(&value));
    }

    #[test]
    fn a_quoted_text_matches_itself(text in r"[^\\]{0,12}") {
        let pattern = format!(r"^\Q{text}\E$");
        proptest::prop_assert!(matches(pattern.as_bytes(), text.as_bytes()));
    }
}
