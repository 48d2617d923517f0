//! Splits flags into those for the go command and those for test binaries.

use anyhow::{Result, anyhow, bail};

use crate::hint::WithHint as _;

/// Flags that were given for the go command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoFlags {
    /// For `go list`: what decides which files are in a package.
    pub list: Vec<String>,
    /// For `go test -c`.
    pub build: Vec<String>,
    /// For the test binary.
    pub test: Vec<String>,
    /// For the benchmarks themselves, after `-args`.
    pub own: Vec<String>,
}

/// Test flags that take a value.
const TEST_VALUES: [&str; 13] = [
    "blockprofile",
    "blockprofilerate",
    "coverprofile",
    "cpuprofile",
    "memprofile",
    "memprofilerate",
    "mutexprofile",
    "mutexprofilefraction",
    "outputdir",
    "parallel",
    "skip",
    "timeout",
    "trace",
];

/// Test flags that stand alone.
const TEST_SWITCHES: [&str; 5] = ["benchmem", "failfast", "fullpath", "short", "v"];

/// Build flags that stand alone; all others take a value.
const BUILD_SWITCHES: [&str; 13] = [
    "a",
    "asan",
    "buildvcs",
    "cover",
    "linkshared",
    "modcacherw",
    "msan",
    "n",
    "race",
    "trimpath",
    "work",
    "x",
    "i",
];

/// Flags on which the files of a package depend.
const SELECTING: [&str; 9] = [
    "asan",
    "compiler",
    "mod",
    "modfile",
    "msan",
    "overlay",
    "race",
    "tags",
    "installsuffix",
];

impl GoFlags {
    /// Sorts flags as they stand after `--`.
    ///
    /// # Errors
    /// One is no flag, or is for something that benchmarks in turn cannot do.
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut flags = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let Some(flag) = argument.strip_prefix('-').filter(|flag| !flag.is_empty()) else {
                bail!(
                    "{argument} cannot be passed after --: expected flags of the go command; use --pkg to select packages"
                );
            };
            let flag = flag.strip_prefix('-').unwrap_or(flag);
            if flag == "args" {
                flags.own = arguments.cloned().collect();
                break;
            }
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (flag, None),
            };
            let name = name.strip_prefix("test.").unwrap_or(name);
            refuse(name)?;
            let stands_alone = TEST_SWITCHES.contains(&name) || BUILD_SWITCHES.contains(&name);
            let value = match value {
                None if !stands_alone => match arguments.next() {
                    Some(value) => Some(value.clone()),
                    None => bail!("-{name} after -- requires a value: write -{name}=VALUE"),
                },
                value => value,
            };
            let written = |prefix: &str| match &value {
                Some(value) => format!("-{prefix}{name}={value}"),
                None => format!("-{prefix}{name}"),
            };
            if TEST_VALUES.contains(&name) || TEST_SWITCHES.contains(&name) {
                flags.test.push(written("test."));
                continue;
            }
            if SELECTING.contains(&name) {
                flags.list.push(written(""));
            }
            flags.build.push(written(""));
        }
        Ok(flags)
    }
}

/// The user's own flags for the linker, from `GOFLAGS`. Those after `--` are among the build flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkerFlags {
    inherited: Vec<String>,
}

impl LinkerFlags {
    /// Takes the linker flags out of the value of `GOFLAGS`.
    pub fn of_environment(goflags: &str) -> Self {
        let values = split_quoted(goflags);
        Self {
            inherited: values.iter().filter_map(|it| linker_flags(it)).collect(),
        }
    }

    /// Build flags with one more flag for the linker beside all that the user wants it to have.
    ///
    /// Of several `-ldflags` the go command takes the last whose pattern matches the package, so the flag is added
    /// to each of them, and stands alone before them for packages that none matches.
    pub fn add_to(&self, build: &[String], flag: &str) -> Vec<String> {
        let (own, mut flags): (Vec<&String>, Vec<&String>) =
            build.iter().partition(|it| linker_flags(it).is_some());
        let own = own.into_iter().filter_map(|it| linker_flags(it));
        let added: Vec<String> = [format!("-ldflags={flag}")]
            .into_iter()
            .chain(self.inherited.iter().cloned().chain(own).map(|value| {
                let apart = if value.is_empty() { "" } else { " " };
                format!("-ldflags={value}{apart}{flag}")
            }))
            .collect();
        flags.extend(&added);
        flags.into_iter().cloned().collect()
    }

    /// Whether the user asks the linker for something himself.
    pub fn has(&self, build: &[String], flag: &str) -> bool {
        let own = build.iter().filter_map(|it| linker_flags(it));
        let mut all = self.inherited.iter().cloned().chain(own);
        all.any(|value| {
            split_quoted(&value).iter().any(|word| {
                let word = word.rsplit_once("=-").map_or(&word[..], |(_, rest)| rest);
                let word = word.trim_start_matches('-');
                word.split_once('=').map_or(word, |(name, _)| name) == flag
            })
        })
    }
}

/// The value of an `-ldflags` flag.
fn linker_flags(flag: &str) -> Option<String> {
    let flag = flag.strip_prefix('-')?;
    let flag = flag.strip_prefix('-').unwrap_or(flag);
    flag.strip_prefix("ldflags=").map(str::to_owned)
}

/// Splits at blanks as the go command does: a field that begins with a quote ends with the same quote.
fn split_quoted(text: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (field, after) = if first == '\'' || first == '"' {
            rest[1..].split_once(first).unwrap_or((&rest[1..], ""))
        } else {
            rest.split_once(char::is_whitespace).unwrap_or((rest, ""))
        };
        fields.push(field.to_owned());
        rest = after.trim_start();
    }
    fields
}

fn refuse(name: &str) -> Result<()> {
    match name {
        "bench" | "benchtime" | "cpu" => {
            bail!("-{name} cannot be passed after --: use --{name} before it")
        }
        "count" => bail!(
            "-count cannot be passed after --: use --rounds to set how many times each benchmark runs"
        ),
        "c" | "o" | "exec" | "json" | "run" | "list" | "fuzz" | "fuzztime" | "fuzzminimizetime"
        | "shuffle" | "C" => Err(anyhow!(
            "-{name} cannot be passed after --: interleaved runs do not support it"
        )
        .hint("omit this flag")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<GoFlags> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        GoFlags::parse(&arguments)
    }

    #[test]
    fn each_flag_goes_to_whom_it_is_for() {
        let flags = parse(&[
            "-tags",
            "a,b",
            "-race",
            "--timeout=1m",
            "-gcflags=all=-N",
            "-short",
            "-args",
            "-x",
            "y",
        ]);
        let expected = GoFlags {
            list: vec!["-tags=a,b".into(), "-race".into()],
            build: vec!["-tags=a,b".into(), "-race".into(), "-gcflags=all=-N".into()],
            test: vec!["-test.timeout=1m".into(), "-test.short".into()],
            own: vec!["-x".into(), "y".into()],
        };
        assert_eq!(flags.unwrap(), expected);
    }

    #[test]
    fn the_linker_gets_one_more_flag_beside_the_users_own() {
        let flags = LinkerFlags::of_environment("-mod=vendor '-ldflags=-X a.b=c -s' -tags=x");
        let build = ["-race".to_owned(), "-ldflags=net=-w".to_owned()];
        assert_eq!(
            flags.add_to(&build, "-randlayout=3"),
            [
                "-race",
                "-ldflags=-randlayout=3",
                "-ldflags=-X a.b=c -s -randlayout=3",
                "-ldflags=net=-w -randlayout=3"
            ]
        );
        assert_eq!(
            LinkerFlags::default().add_to(&["-ldflags=".to_owned()], "-x"),
            ["-ldflags=-x", "-ldflags=-x"]
        );
    }

    #[test]
    fn a_layout_of_the_users_own_is_noticed() {
        let none = LinkerFlags::default();
        for (flag, has) in [
            ("-ldflags=-randlayout=4", true),
            ("-ldflags=-s -randlayout 4", true),
            ("-ldflags=all=-randlayout=4", true),
            ("-ldflags=-X a.randlayout=4", false),
            ("-gcflags=-randlayout=4", false),
        ] {
            assert_eq!(none.has(&[flag.to_owned()], "randlayout"), has, "{flag}");
        }
        let inherited = LinkerFlags::of_environment("\"-ldflags=-w -randlayout=2\"");
        assert!(inherited.has(&[], "randlayout"));
    }

    #[test]
    fn what_would_spoil_the_run_is_refused() {
        for (arguments, message) in [
            (&["-count=5"][..], "use --rounds to set"),
            (&["-bench", "."], "use --bench before it"),
            (&["./..."], "use --pkg to select packages"),
            (&["-tags"], "write -tags=VALUE"),
        ] {
            let error = parse(arguments).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
