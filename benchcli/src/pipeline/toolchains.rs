//! Says when base and head were built with different versions of Go.

use std::collections::BTreeSet;

/// A sentence where the base was built with another version of Go than the head, as far as both are known.
pub(crate) fn advice(base: &BTreeSet<String>, head: Option<&str>) -> Option<String> {
    let (base, head) = different(base, head)?;
    Some(format!(
        "the base was built with {base} and the head with {head}; a change between versions of Go counts like any other change"
    ))
}

/// The same where the head is in a file, which does not say what it was built with. `here` is the version of the go
/// command in this folder.
pub(crate) fn advice_on_stored(base: &BTreeSet<String>, here: Option<&str>) -> Option<String> {
    let (base, here) = different(base, here)?;
    Some(format!(
        "the base was recorded with {base}, and the go command here is {here}; if it measured the head, a change between versions of Go counts like any other change"
    ))
}

/// The versions of the base as text and the other one, where they are known and differ.
fn different<'v>(base: &BTreeSet<String>, other: Option<&'v str>) -> Option<(String, &'v str)> {
    let other = other?;
    if base.iter().all(|version| version == other) {
        return None;
    }
    let base: Vec<&str> = base.iter().map(String::as_str).collect();
    Some((base.join(" and "), other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(base: &[&str], head: Option<&str>) -> Option<String> {
        advice(&base.iter().map(ToString::to_string).collect(), head)
    }

    #[test]
    fn only_different_versions_are_told() {
        assert_eq!(said(&["go1.26.1"], Some("go1.26.1")), None);
        assert_eq!(said(&[], Some("go1.26.1")), None);
        assert_eq!(said(&["go1.26.1"], None), None);
        let stored = BTreeSet::from(["go1.25.0".to_owned()]);
        assert_eq!(advice_on_stored(&stored, Some("go1.25.0")), None);
        assert!(advice_on_stored(&stored, Some("go1.26.1")).is_some());
        let told = said(&["go1.25.0", "go1.26.1"], Some("go1.26.1")).unwrap_or_default();
        assert!(
            told.starts_with(
                "the base was built with go1.25.0 and go1.26.1 and the head with go1.26.1;"
            ),
            "{told}"
        );
    }
}
