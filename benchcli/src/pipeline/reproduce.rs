//! Says how to measure again what failed, and nothing else.

use std::collections::BTreeSet;

use benchparse::gate::{Action, Report};

use clap::ValueEnum as _;

use crate::args::go::{BenchmarksOf, GoOptions};
use crate::report::verdicts::RowMetadata;

/// The command that measures the failing rows again; nothing where no row fails. `base` is the commit. `seeded` is the
/// number of rounds and the seed of the run that failed, where there was one.
pub(crate) fn command(
    go: &GoOptions,
    base: &str,
    seeded: Option<(u32, u64)>,
    report: &Report,
    metadata: &[RowMetadata],
) -> Option<String> {
    let of_row = report.rows.iter().zip(metadata);
    let benchmarks: BTreeSet<(String, String)> = of_row
        .filter(|(row, _)| row.action == Action::Fail)
        .map(|(row, metadata)| metadata.benchmark(&row.key))
        .collect();
    if benchmarks.is_empty() {
        return None;
    }
    let go = go.only(base, &benchmarks);
    let mut words = ["benchcli", "run", "--base", base, "--bench", &go.bench]
        .map(str::to_owned)
        .to_vec();
    for package in &go.packages {
        words.extend(["--pkg".to_owned(), package.clone()]);
    }
    let mut behind: Vec<String> = go.flags.build.clone();
    for flag in go.test.iter().chain(&go.flags.test) {
        let own = [("-test.benchtime=", "--benchtime"), ("-test.cpu=", "--cpu")];
        let own = own.iter().find_map(|(prefix, name)| {
            let value = flag.strip_prefix(prefix)?;
            Some([(*name).to_owned(), value.to_owned()])
        });
        match own {
            Some(own) => words.extend(own),
            // Every run measures memory.
            None if flag == "-test.benchmem" => {}
            None => behind.push(flag.replacen("-test.", "-", 1)),
        }
    }
    if let Some(side) = (go.benchmarks != BenchmarksOf::default())
        .then(|| go.benchmarks.to_possible_value())
        .flatten()
    {
        words.extend(["--benchmarks".to_owned(), side.get_name().to_owned()]);
    }
    if let Some((rounds, seed)) = seeded {
        words.extend(["--rounds".to_owned(), rounds.to_string()]);
        words.extend(["--seed".to_owned(), seed.to_string()]);
    }
    if !go.flags.own.is_empty() {
        behind.push("-args".to_owned());
        behind.extend(go.flags.own.iter().cloned());
    }
    if !behind.is_empty() {
        words.push("--".to_owned());
        words.extend(behind);
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    Some(words.join(" "))
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use benchparse::gate::{Policy, Row, RowKey, judge};
    use benchparse::stats::Sample;
    use benchparse::unit::DirectionBasis;

    use super::*;
    use crate::args::go::{BaseSource, BenchmarksOf};
    use crate::runner::go_flags::GoFlags;

    fn failing(benchmarks: &[&str]) -> (Report, Vec<RowMetadata>) {
        let sample = |value: f64| Some(Sample::new(vec![value; 10]));
        let rows: Vec<Row> = benchmarks
            .iter()
            .map(|benchmark| {
                let key = RowKey::new(String::new(), (*benchmark).to_owned(), "sec/op".to_owned());
                Row::new(key, sample(1.0), sample(2.0))
            })
            .collect();
        let metadata = RowMetadata {
            package: "example.com/codec".to_owned(),
            benchmark_of: None,
            sides: Default::default(),
            gated: true,
            direction_basis: DirectionBasis::Known,
            accepted_percent: None,
        };
        let metadata = vec![metadata; rows.len()];
        (judge(&rows, &Policy::default()), metadata)
    }

    fn go(flags: &[&str]) -> GoOptions {
        let flags: Vec<String> = flags.iter().map(ToString::to_string).collect();
        GoOptions {
            base: BaseSource::Commit("auto".to_owned()),
            bench: ".".to_owned(),
            test: vec!["-test.benchmem".into(), "-test.benchtime=20ms".into()],
            packages: vec!["./...".into()],
            benchmarks: BenchmarksOf::Head,
            flags: GoFlags::parse(&flags).expect("flags"),
        }
    }

    #[test]
    fn the_command_measures_the_failing_benchmarks_alone() {
        let (report, metadata) = failing(&["Encode/n=1-8", "Encode/n=2-8", "Decode-8"]);
        let command = command(
            &go(&["-tags=a b", "-short", "-args", "-x"]),
            "0123456789",
            Some((10, 7)),
            &report,
            &metadata,
        );
        assert_eq!(
            command.expect("a command"),
            "benchcli run --base 0123456789 --bench '^Benchmark(Decode|Encode)$' --pkg example.com/codec \
             --benchtime 20ms --rounds 10 --seed 7 -- '-tags=a b' -short -args -x"
        );
    }

    #[test]
    fn there_is_none_where_nothing_fails() {
        assert_eq!(command(&go(&[]), "0", None, &failing(&[]).0, &[]), None);
    }

    #[test]
    fn a_shell_reads_a_quoted_word_back() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("./codec"), "./codec");
    }
}
