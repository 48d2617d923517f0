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
