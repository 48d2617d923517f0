//! Matches benchmarks as `go test -bench` does.
//!
//! A pattern has one regular expression for each level of sub-benchmarks, separated by `/`. Several such
//! patterns, separated by `|`, are alternatives. Neither character separates inside brackets and parentheses.

/// A pattern in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchPattern {
    alternatives: Vec<Vec<String>>,
}

impl BenchPattern {
    /// Takes a pattern apart. Whether its expressions are right is Go's to say.
    pub fn parse(pattern: &str) -> Self {
        let alternatives = split(pattern, '|');
        Self {
            alternatives: alternatives
                .into_iter()
                .map(|alternative| {
                    split(alternative, '/')
                        .into_iter()
                        .map(str::to_owned)
                        .collect()
                })
                .collect(),
        }
    }

    /// For each alternative, the expression for the names of whole benchmarks.
    pub fn tops(&self) -> impl Iterator<Item = &str> {
        self.alternatives
            .iter()
            .map(|levels| levels.first().map_or("", String::as_str))
    }

    /// The pattern for what this one selects of a single benchmark, whose name matches the `tops`
    /// that are `chosen`.
    pub fn within(&self, benchmark: &str, chosen: &[usize]) -> String {
        let top = format!("^{benchmark}$");
        let mut parts: Vec<String> = Vec::new();
        for levels in chosen.iter().filter_map(|&at| self.alternatives.get(at)) {
            let rest = levels.get(1..).unwrap_or_default();
            if rest.is_empty() {
                return top;
            }
            parts.push(format!("{top}/{}", rest.join("/")));
        }
        parts.dedup();
        parts.join("|")
    }
}

/// Splits where nothing is open.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut brackets, mut parentheses) = (0, 0, 0);
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match letter {
            '\\' => escaped = true,
            '[' => brackets += 1,
            ']' => brackets = i32::max(brackets - 1, 0),
            '(' if brackets == 0 => parentheses += 1,
            ')' if brackets == 0 => parentheses -= 1,
            _ if letter == separator && brackets == 0 && parentheses == 0 => {
                parts.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tops(pattern: &str) -> Vec<String> {
        BenchPattern::parse(pattern)
            .tops()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn alternatives_and_levels_are_told_apart() {
        assert_eq!(tops("."), ["."]);
        assert_eq!(tops("Encode|Decode/n=1"), ["Encode", "Decode"]);
        assert_eq!(tops("(Enc|Dec)ode/[a/]"), ["(Enc|Dec)ode"]);
        assert_eq!(tops(r"A\|B"), [r"A\|B"]);
        assert_eq!(tops(""), [""]);
    }

    #[test]
    fn a_benchmark_is_run_alone_with_the_sub_benchmarks_that_were_asked_for() {
        let pattern = BenchPattern::parse("Encode/n=1|Enc/m=2");
        assert_eq!(
            pattern.within("BenchmarkEncode", &[0, 1]),
            "^BenchmarkEncode$/n=1|^BenchmarkEncode$/m=2"
        );
        let pattern = BenchPattern::parse("Encode/n=1|.");
        assert_eq!(
            pattern.within("BenchmarkEncode", &[0]),
            "^BenchmarkEncode$/n=1"
        );
        assert_eq!(
            pattern.within("BenchmarkEncode", &[0, 1]),
            "^BenchmarkEncode$"
        );
    }
}
