//! Benchmark names and their parts.
//!
//! A name is what follows `Benchmark` on a result line. It consists of a base name, sub-benchmark parts that
//! each begin with `/`, and, if `GOMAXPROCS` was greater than one, a `-N` suffix:
//!
//! ```
//! use benchparse::name::Name;
//! let name = Name::new(b"Encode/format=json/n=100-8");
//! assert_eq!(name.base(), b"Encode");
//! assert_eq!(name.sub_value("/format"), Some(&b"json"[..]));
//! assert_eq!(name.gomaxprocs(), Some(&b"8"[..]));
//! assert_eq!(name.sub_value("/level"), None);
//! ```

/// A benchmark's name without the word `Benchmark`, byte for byte as it was printed.
///
/// It borrows the bytes and cuts them only when asked. Any bytes are a name, the empty one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name<'a>(&'a [u8]);

impl<'a> From<&'a [u8]> for Name<'a> {
    fn from(name: &'a [u8]) -> Self {
        Self::new(name)
    }
}

impl<'a> From<&'a str> for Name<'a> {
    fn from(name: &'a str) -> Self {
        Self::new(name.as_bytes())
    }
}

impl AsRef<[u8]> for Name<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0
    }
}

impl<'a> Name<'a> {
    /// Wraps the bytes that follow `Benchmark` on a result line.
    pub const fn new(name: &'a [u8]) -> Self {
        Self(name)
    }

    /// The whole name, the value of the key `.fullname`.
    pub const fn full(self) -> &'a [u8] {
        self.0
    }

    /// The base name, the value of the key `.name`: everything before the first `/`, or, in a name
    /// without `/`, the name without its `-N` suffix.
    pub fn base(self) -> &'a [u8] {
        match memchr::memchr(b'/', self.0) {
            Some(slash) => &self.0[..slash],
            None => self.split_suffix().0,
        }
    }

    /// The base name and then each sub-benchmark part with its leading `/`, without the suffix.
    ///
    /// Joined with [`Name::suffix`] the pieces give the whole name again.
    ///
    /// ```
    /// use benchparse::name::Name;
    ///
    /// let parts: Vec<_> = Name::new(b"Encode/json/n=10-8").parts().collect();
    /// assert_eq!(parts, [&b"Encode"[..], b"/json", b"/n=10"]);
    /// ```
    pub fn parts(self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = Some(self.split_suffix().0);
        let mut from = 0;
        std::iter::from_fn(move || {
            let text = rest?;
            // The base name may be empty; every later piece begins with its slash.
            let end = memchr::memchr(b'/', &text[from..]).map(|slash| slash + from);
            from = 1;
            rest = end.map(|end| &text[end..]);
            Some(&text[..end.unwrap_or(text.len())])
        })
    }

    /// The `-N` suffix with its dash, if the name has one.
    pub fn suffix(self) -> Option<&'a [u8]> {
        self.split_suffix().1
    }

    /// The name without its `-N` suffix.
    ///
    /// ```
    /// use benchparse::name::Name;
    ///
    /// assert_eq!(Name::new(b"Encode/n=10-8").without_suffix(), b"Encode/n=10");
    /// assert_eq!(Name::new(b"Encode-fast").without_suffix(), b"Encode-fast");
    /// ```
    pub fn without_suffix(self) -> &'a [u8] {
        self.split_suffix().0
    }

    /// The value of the key `/gomaxprocs`: the suffix's digits, else the value of a
    /// `/gomaxprocs=` part, if the name has either.
    pub fn gomaxprocs(self) -> Option<&'a [u8]> {
        match self.suffix() {
            Some(suffix) => suffix.strip_prefix(b"-"),
            None => self.sub_value("/gomaxprocs"),
        }
    }

    /// The value of a sub-benchmark key such as `/format`, given with its slash: what follows
    /// `/format=` in the first part that has it. The value may be empty: `Encode/format=` has one,
    /// `Encode` has none.
    pub fn sub_value(self, key: impl AsRef<[u8]>) -> Option<&'a [u8]> {
        let key = key.as_ref();
        self.parts()
            .skip(1)
            .find_map(|part| part.strip_prefix(key)?.strip_prefix(b"="))
    }

    fn split_suffix(self) -> (&'a [u8], Option<&'a [u8]>) {
        let digits = self
            .0
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let start = self.0.len() - digits;
        if digits > 0 && start > 0 && self.0[start - 1] == b'-' {
            let (name, suffix) = self.0.split_at(start - 1);
            (name, Some(suffix))
        } else {
            (self.0, None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_the_reference() {
        for (name, base, procs) in [
            ("Foo/a=1/b-8", "Foo", Some("8")),
            ("Foo-bar", "Foo-bar", None),
            ("Foo-8-16", "Foo-8", Some("16")),
            ("Foo-", "Foo-", None),
            ("-8", "", Some("8")),
            ("Foo/gomaxprocs=4", "Foo", Some("4")),
            ("Foo/gomaxprocs=4-8", "Foo", Some("8")),
            ("Foo/gomaxprocs=", "Foo", Some("")),
            ("Foo-8/x", "Foo-8", None),
            ("Foo/neg=-1", "Foo", Some("1")),
            ("Foo/size=1-008", "Foo", Some("008")),
            ("12", "12", None),
            ("", "", None),
            ("/x-2", "", Some("2")),
        ] {
            let parsed = Name::new(name.as_bytes());
            assert_eq!(parsed.base(), base.as_bytes(), "{name}");
            assert_eq!(parsed.gomaxprocs(), procs.map(str::as_bytes), "{name}");
        }
    }

    #[test]
    fn the_first_of_equal_keys_counts() {
        let name = Name::new(b"Foo/size=1/size=2/x=1-2=3");
        assert_eq!(name.sub_value("/size"), Some(&b"1"[..]));
        assert_eq!(name.sub_value("/x"), Some(&b"1-2=3"[..]));
        assert_eq!(name.sub_value("/siz"), None);
        assert_eq!(Name::new(b"Foo/neg=-1").sub_value("/neg"), Some(&b""[..]));
    }

    #[test]
    fn parts_of_odd_names() {
        let parts = |name: &'static str| Name::new(name.as_bytes()).parts().collect::<Vec<_>>();
        assert_eq!(parts("A//b"), [&b"A"[..], b"/", b"/b"]);
        assert_eq!(parts("/b"), [&b""[..], b"/b"]);
        assert_eq!(parts("A/"), [&b"A"[..], b"/"]);
        assert_eq!(parts(""), [&b""[..]]);
    }

    proptest::proptest! {
        #[test]
        fn the_pieces_are_the_whole(name in "[A/=1-]{0,12}") {
            let name = Name::new(name.as_bytes());
            let mut joined: Vec<u8> = name.parts().flatten().copied().collect();
            joined.extend_from_slice(name.suffix().unwrap_or_default());
            proptest::prop_assert_eq!(joined, name.full());
        }
    }
}
