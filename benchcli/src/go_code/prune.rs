//! Takes declarations out of test files that another version of a package cannot compile.

use std::collections::BTreeSet;

use super::benchmarks::TestFile;
use super::declarations::{DeclarationKind, GoFile};

/// The files without the declarations and imports on the lines that a compiler complains about (file, line from 1), and
/// without what uses them. Lines keep their numbers.
///
/// Nothing where no declaration is on these lines, or where what runs before every benchmark would go.
pub(crate) fn prune(
    files: &[TestFile],
    wrong: &BTreeSet<(String, usize)>,
) -> Option<Vec<TestFile>> {
    let parsed: Vec<GoFile> = files.iter().map(|file| GoFile::parse(&file.text)).collect();
    let is_wrong = |file: &TestFile, place: &std::ops::Range<usize>| {
        let line = |offset: usize| 1 + file.text[..offset].matches('\n').count();
        let lines = line(place.start)..=line(place.end);
        wrong
            .iter()
            .any(|(name, line)| *name == file.name && lines.contains(line))
    };
    let mut gone: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut gone_names: BTreeSet<&str> = BTreeSet::new();
    loop {
        let before = (gone.len(), gone_names.len());
        for (number, (file, go)) in files.iter().zip(&parsed).enumerate() {
            for declaration in &go.declarations {
                let uses_gone = declaration
                    .uses
                    .iter()
                    .any(|name| gone_names.contains(name.as_str()));
                let is_gone = gone.contains(&(number, declaration.place.start));
                if !is_gone && !uses_gone && !is_wrong(file, &declaration.place) {
                    continue;
                }
                if declaration.runs_always() {
                    return None;
                }
                gone.insert((number, declaration.place.start));
                let names = declaration.names.iter().map(String::as_str);
                match declaration.kind {
                    // Its type stays.
                    DeclarationKind::Method => gone_names.extend(names.skip(1)),
                    _ => gone_names.extend(names.filter(|name| *name != "_")),
                }
            }
        }
        if (gone.len(), gone_names.len()) == before {
            break;
        }
    }
    let mut pruned = files.to_vec();
    let mut is_changed = false;
    for (number, (file, go)) in pruned.iter_mut().zip(&parsed).enumerate() {
        let declarations = go
            .declarations
            .iter()
            .filter(|it| gone.contains(&(number, it.place.start)))
            .map(|it| &it.place);
        let imports = go
            .imports
            .iter()
            .map(|it| &it.place)
            .filter(|place| is_wrong(&files[number], place));
        for place in declarations.chain(imports) {
            is_changed = true;
            blank(&mut file.text, place);
        }
    }
    is_changed.then_some(pruned)
}

/// Overwrites a part of a text with spaces.
fn blank(text: &mut String, place: &std::ops::Range<usize>) {
    let spaces: String = text[place.clone()]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    text.replace_range(place.clone(), &spaces);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pruned(text: &str, lines: &[usize]) -> Option<String> {
        let file = TestFile {
            name: "a_test.go".to_owned(),
            text: text.to_owned(),
        };
        let wrong = lines.iter().map(|line| ("a_test.go".to_owned(), *line));
        prune(&[file], &wrong.collect()).map(|mut files| files.remove(0).text)
    }

    const TEXT: &str = "package p\nimport (\n\t\"fmt\"\n\t\"os\"\n)\nfunc BenchmarkA() {\n\tnew()\n}\n\
        func BenchmarkB() { old() }\nfunc help() { new() }\nfunc BenchmarkC() { help() }\n";

    #[test]
    fn what_does_not_compile_goes_with_all_that_uses_it() {
        let lines = |text: &str| -> Vec<String> {
            text.lines().map(|it| it.trim_end().to_owned()).collect()
        };
        let text = pruned(TEXT, &[7, 10]).expect("something is left");
        let expected =
            "package p\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\n\n\nfunc BenchmarkB() { old() }\n\n";
        assert_eq!(
            lines(&text),
            [lines(expected), vec![String::new()]].concat()
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_left_has_the_lines_that_it_had(
            pieces in proptest::collection::vec("(func [a-d]\\(\\) \\{ [a-d]\\(\\) \\}|var [a-d] = [a-d]|import \"[a-d]\"|\\(|\\}|`|/\\*|type [a-d] struct \\{)", 0..12),
            lines in proptest::collection::vec(1_usize..14, 0..4),
        ) {
            let text = format!("package p\n{}\n", pieces.join("\n"));
            if let Some(left) = pruned(&text, &lines) {
                proptest::prop_assert_eq!(left.len(), text.len());
                proptest::prop_assert_eq!(left.lines().count(), text.lines().count());
                proptest::prop_assert_ne!(left, text);
            }
        }
    }

    #[test]
    fn an_import_goes_alone() {
        let text = pruned(TEXT, &[3]).expect("something is left");
        assert!(!text.contains("fmt") && text.contains("\"os\"") && text.contains("BenchmarkA"));
    }

    #[test]
    fn a_directive_goes_with_its_declaration() {
        let text = "package p\n//go:noinline\nfunc a() { new() }\nfunc b() {}\n";
        let left = pruned(text, &[3]).expect("something is left");
        assert_eq!(left.trim_end().lines().last(), Some("func b() {}"));
        assert!(!left.contains("noinline"));
        // An embedded file that is not there is an error on the line of the directive.
        let text = "package p\n//go:embed new.txt\nvar a string\nfunc b() {}\n";
        let left = pruned(text, &[2]).expect("something is left");
        assert!(!left.contains("embed") && !left.contains("var"));
    }

    #[test]
    fn nothing_is_left_of_files_whose_main_function_is_wrong() {
        assert_eq!(
            pruned("package p\nfunc TestMain(m M) { new() }\n", &[2]),
            None
        );
        assert_eq!(pruned(TEXT, &[1]), None);
    }
}
