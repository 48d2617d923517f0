//! Says when base and head were built with different versions of Go.

use std::collections::BTreeSet;

/// A sentence where the base was built with another version of Go than the head, as far as both are known.
pub(crate) fn advice(base: &BTreeSet<String>, head: Option<&str>) -> Option<String> {
    let head = head?;
    if base.iter().all(|version| version == head) {
        return None;
    }
    let base: Vec<&str> = base.iter().map(String::as_str).collect();
    Some(format!(
        "the base was built with {} and the head with {head}; a change between versions of Go counts like any other change",
        base.join(" and ")
    ))
}

/// The same where the head is in a file, which does not say what it was built with. `here` is the version of the go
/// command in this folder.
pub(crate) fn advice_on_stored(base: &BTreeSet<String>, here: Option<&str>) -> Option<String> {
    let here = here?;
    if base.iter().all(|version| version == here) {
        return None;
    }
    let base: Vec<&str> = base.iter().map(String::as_str).collect();
    Some(format!(
        "the base was recorded with {}, and the go command here is {here}; if it measured the head, a change between versions of Go counts like any other change",
        base.join(" and ")
    ))
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
