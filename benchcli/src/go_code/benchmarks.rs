//! The own code of each benchmark: its function and what that uses in test files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::declarations::{Declaration, DeclarationKind, GoFile};

/// A test file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestFile {
    /// Its name, without the folder.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What a benchmark's own code is: its declarations without comments and formatting, each with its file. Files do not
/// count for equality.
#[derive(Debug, Clone, Default)]
pub(crate) struct BenchmarkCode {
    parts: BTreeMap<Rc<str>, Rc<str>>,
}

impl BenchmarkCode {
    /// A text that is equal where the code is.
    pub(crate) fn text(&self) -> String {
        let parts: Vec<&str> = self.parts.keys().map(|part| &**part).collect();
        parts.join("\n")
    }

    /// A file with a part that the other one lacks, if the two differ.
    pub(crate) fn changed_file<'c>(&'c self, other: &'c Self) -> Option<&'c str> {
        let lacks = |one: &'c Self, other: &Self| {
            let mut parts = one.parts.iter();
            let lacking = parts.find(|(code, _)| !other.parts.contains_key(*code));
            lacking.map(|(_, file)| &**file)
        };
        lacks(self, other).or_else(|| lacks(other, self))
    }
}

/// Test files, taken apart.
pub(super) struct Declarations<'f> {
    parts: Vec<(&'f TestFile, &'f GoFile, &'f Declaration)>,
    by_name: HashMap<&'f str, Vec<usize>>,
    /// What runs whatever is measured.
    always: Vec<usize>,
    benchmarks: Vec<(&'f str, usize)>,
}

impl<'f> Declarations<'f> {
    pub(super) fn of(files: &'f [TestFile], parsed: &'f [GoFile]) -> Self {
        let mut found = Self {
            parts: Vec::new(),
            by_name: HashMap::new(),
            always: Vec::new(),
            benchmarks: Vec::new(),
        };
        for (file, go) in files.iter().zip(parsed) {
            for declaration in &go.declarations {
                found.add(file, go, declaration);
            }
        }
        found
    }

    fn add(&mut self, file: &'f TestFile, go: &'f GoFile, declaration: &'f Declaration) {
        let part = self.parts.len();
        self.parts.push((file, go, declaration));
        let is_function = declaration.kind == DeclarationKind::Function;
        for name in &declaration.names {
            if name == "_" || declaration.runs_always() {
                self.always.push(part);
            } else {
                self.by_name.entry(name).or_default().push(part);
            }
            if is_function && is_benchmark(name) {
                self.benchmarks.push((name, part));
            }
        }
    }

    /// The numbers of a benchmark's parts.
    fn reached(&self, benchmark: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = self.always.iter().copied().chain([benchmark]).collect();
        while let Some(part) = open.pop() {
            if reached.insert(part) {
                open.extend(self.used(part));
            }
        }
        reached
    }

    /// The numbers of the parts that a part uses.
    fn used(&self, part: usize) -> impl Iterator<Item = usize> {
        let uses = self.parts[part].2.uses.iter();
        let used = uses.filter_map(|name| self.by_name.get(name.as_str()));
        used.flatten().copied()
    }
}

/// The benchmarks of a package's test files by name, such as `BenchmarkEncode`.
pub(crate) fn benchmarks(files: &[TestFile]) -> BTreeMap<String, BenchmarkCode> {
    let parsed: Vec<GoFile> = files.iter().map(|file| GoFile::parse(&file.text)).collect();
    let declarations = Declarations::of(files, &parsed);
    let codes: Vec<BenchmarkCode> = declarations
        .parts
        .iter()
        .map(|(file, go, declaration)| code_of(file, go, declaration))
        .collect();
    let mut found: BTreeMap<String, BenchmarkCode> = BTreeMap::new();
    for &(name, benchmark) in &declarations.benchmarks {
        // Files for other systems may declare the same function.
        let code = found.entry(name.to_owned()).or_default();
        for part in declarations.reached(benchmark) {
            let parts = codes[part].parts.iter();
            code.parts
                .extend(parts.map(|(code, file)| (Rc::clone(code), Rc::clone(file))));
        }
    }
    found
}

/// A declaration and the imports that it may need.
fn code_of(file: &TestFile, go: &GoFile, declaration: &Declaration) -> BenchmarkCode {
    let name: Rc<str> = file.name.as_str().into();
    let is_used = |import: &str| go.declarations.iter().any(|it| it.uses.contains(import));
    let imports = go.imports.iter().filter(|import| match &*import.name {
        "." => true,
        "_" => !import.code.ends_with("\"embed\""),
        // A package may be called otherwise than the end of its path.
        name => declaration.uses.contains(name) || !is_used(name),
    });
    let imports = imports.map(|import| format!("import {}", import.code).into());
    let parts = imports.chain([declaration.code.as_str().into()]);
    BenchmarkCode {
        parts: parts.map(|part| (part, Rc::clone(&name))).collect(),
    }
}

/// The names of the files with benchmarks, and of those with what these need.
pub(crate) fn benchmark_files(files: &[TestFile]) -> BTreeSet<String> {
    let parsed: Vec<GoFile> = files.iter().map(|file| GoFile::parse(&file.text)).collect();
    let declarations = Declarations::of(files, &parsed);
    let mut by_file: HashMap<&str, Vec<usize>> = HashMap::new();
    for (part, (file, ..)) in declarations.parts.iter().enumerate() {
        by_file.entry(&file.name).or_default().push(part);
    }
    // An import for its side effects may be all that a file has.
    let effects = files.iter().zip(&parsed).filter(|(_, go)| {
        let mut imports = go.imports.iter();
        go.declarations.is_empty() && imports.any(|import| import.name == "_")
    });
    let mut needed: BTreeSet<String> = effects.map(|(file, _)| file.name.clone()).collect();
    let benchmarks = declarations.benchmarks.iter().map(|(_, part)| *part);
    let mut open: Vec<usize> = benchmarks.chain(declarations.always.clone()).collect();
    // A file is compiled as a whole, so all that it has is needed.
    while let Some(part) = open.pop() {
        let file = &declarations.parts[part].0.name;
        if needed.insert(file.clone()) {
            let parts = by_file.get(file.as_str()).into_iter().flatten();
            open.extend(parts.flat_map(|&part| declarations.used(part)));
        }
    }
    needed
}

/// Whether Go takes a function for a benchmark: no small letter follows the prefix.
fn is_benchmark(name: &str) -> bool {
    name.strip_prefix("Benchmark")
        .is_some_and(|rest| !rest.starts_with(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(name: &str, text: &str) -> TestFile {
        TestFile {
            name: name.to_owned(),
            text: format!("package p\n{text}"),
        }
    }

    const BENCHMARKS: &str = "import \"testing\"\n\
        var input = make([]int, size)\n\
        func BenchmarkA(b *testing.B) { for range b.N { work(input) } }\n\
        func BenchmarkB(b *testing.B) { for range b.N { other() } }\n\
        func TestX(t *testing.T) { help() }\n";
    const HELP: &str = "const size = 10\nfunc help() {}\n";

    fn changed(benchmarks_file: &str, help: &str) -> Vec<(String, String)> {
        let old = benchmarks(&[file("b_test.go", BENCHMARKS), file("h_test.go", HELP)]);
        let new = benchmarks(&[file("b_test.go", benchmarks_file), file("h_test.go", help)]);
        let changed = new.iter().filter_map(|(name, code)| {
            let file = code.changed_file(&old[name])?;
            Some((name.clone(), file.to_owned()))
        });
        changed.collect()
    }

    #[test]
    fn a_benchmark_changes_with_what_it_uses_and_with_nothing_else() {
        let larger = HELP.replace("10", "1000");
        assert_eq!(
            changed(BENCHMARKS, &larger),
            [("BenchmarkA".into(), "h_test.go".into())]
        );
        let helper = HELP.replace("help() {}", "help() { panic(1) }");
        assert_eq!(changed(BENCHMARKS, &helper), []);
        let other = BENCHMARKS.replace("other()", "other(); other()");
        assert_eq!(
            changed(&other, HELP),
            [("BenchmarkB".into(), "b_test.go".into())]
        );
    }

    #[test]
    fn comments_formatting_and_another_file_do_not_count() {
        let commented =
            BENCHMARKS.replace("{ for range b.N", "{\n// Again and again.\n\tfor range b.N");
        assert_ne!(commented, BENCHMARKS);
        assert_eq!(changed(&commented, HELP), []);
        let moved = format!("{BENCHMARKS}const size = 10\n");
        assert_eq!(changed(&moved, "func help() {}\n"), []);
    }

    #[test]
    fn init_functions_and_imports_count_for_every_benchmark_that_they_reach() {
        let with_init = format!("{HELP}func init() {{ help() }}\n");
        assert_eq!(changed(BENCHMARKS, &with_init).len(), 2);
        let import = |path: &str| {
            benchmarks(&[file(
                "b_test.go",
                &format!(
                    "import \"{path}\"\nfunc BenchmarkA(b B) {{ rand.Int() }}\nfunc BenchmarkB(b B) {{}}\n"
                ),
            )])
        };
        let (old, new) = (import("math/rand"), import("math/rand/v2"));
        assert_eq!(
            new["BenchmarkA"].changed_file(&old["BenchmarkA"]),
            Some("b_test.go")
        );
        assert_eq!(new["BenchmarkB"].changed_file(&old["BenchmarkB"]), None);
    }

    #[test]
    fn methods_count_by_their_own_names_too() {
        // The type is one of the code that is measured.
        let of = |count: usize| {
            let text = format!(
                "func (e *Encoder) Fill() {{ e.n = {count} }}\nfunc BenchmarkA(b B) {{ New().Fill() }}\n"
            );
            benchmarks(&[file("b_test.go", &text)])
        };
        let (old, new) = (of(1), of(2));
        let changed = new["BenchmarkA"].changed_file(&old["BenchmarkA"]);
        assert_eq!(changed, Some("b_test.go"));
    }

    #[test]
    fn an_import_counts_where_it_may_be_needed() {
        let changed = |old: &str, new: &str| {
            let of = |path: &str| {
                let text = format!("import {path}\nfunc BenchmarkA(b B) {{ bar.Do() }}\n");
                benchmarks(&[file("b_test.go", &text)])
            };
            let (old, new) = (of(old), of(new));
            new["BenchmarkA"].changed_file(&old["BenchmarkA"]).is_some()
        };
        assert!(changed("\"x.org/go-bar\"", "\"y.org/go-bar\""));
        assert!(changed("_ \"image/png\"", "_ \"image/gif\""));
        assert!(!changed("_ \"embed\"", "_ \"embed\""));
    }

    #[test]
    fn only_functions_that_go_calls_benchmarks_are_some() {
        let found = benchmarks(&[file(
            "b_test.go",
            "func Benchmarks() {}\nfunc Benchmark() {}\nfunc (t T) BenchmarkM() {}\n",
        )]);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Benchmark"]);
    }

    #[test]
    fn benchmarks_need_the_files_of_what_they_use() {
        let files = [
            file("b_test.go", "func BenchmarkA(b B) { one() }\n"),
            file("one_test.go", "func one() {}\nfunc TestOne() { two() }\n"),
            file("two_test.go", "func two() {}\n"),
            file("three_test.go", "func three() { one() }\n"),
        ];
        let needed: Vec<String> = benchmark_files(&files).into_iter().collect();
        assert_eq!(needed, ["b_test.go", "one_test.go", "two_test.go"]);
    }

    /// The standard library has most of what there is in Go.
    #[test]
    fn all_benchmarks_of_the_standard_library_are_found() {
        if !testsupport::tools::has_go("all_benchmarks_of_the_standard_library_are_found") {
            return;
        }
        let root = std::process::Command::new("go")
            .args(["env", "GOROOT"])
            .output()
            .expect("go runs");
        let root = String::from_utf8(root.stdout).expect("UTF-8");
        let mut open = vec![std::path::Path::new(root.trim()).join("src")];
        let mut count = 0;
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                let name = entry.file_name().to_string_lossy().into_owned();
                if path.is_dir() && name != "testdata" {
                    open.push(path);
                } else if name.ends_with("_test.go") {
                    let text = std::fs::read_to_string(&path).expect("UTF-8");
                    let mut expected: Vec<&str> = text
                        .lines()
                        .filter_map(|line| line.strip_prefix("func ")?.split('(').next())
                        .map(|name| name.split('[').next().unwrap_or(name))
                        .filter(|name| is_benchmark(name))
                        .collect();
                    expected.sort_unstable();
                    expected.dedup();
                    let found = benchmarks(&[TestFile {
                        name,
                        text: text.clone(),
                    }]);
                    let found: Vec<&str> = found.keys().map(String::as_str).collect();
                    assert_eq!(found, expected, "{}", path.display());
                    count += found.len();
                }
            }
        }
        assert!(count > 1000, "{count}");
    }

    proptest! {
        #[test]
        fn the_order_of_declarations_does_not_matter(seed in any::<u64>()) {
            let mut pieces: Vec<&str> = BENCHMARKS.lines().skip(1).chain(HELP.lines()).collect();
            fastrand::Rng::with_seed(seed).shuffle(&mut pieces);
            let shuffled = format!("import \"testing\"\n{}\n", pieces.join("\n"));
            prop_assert_eq!(changed(&shuffled, ""), []);
        }
    }
}
