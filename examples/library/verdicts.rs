//! From two files to verdicts, as `benchcli check` does without its configuration.
//!
//! Exit status: that of the outcome, see [`benchparse::gate::Outcome`].
//!
//! ```sh
//! cargo run -p library-examples --bin verdicts -- testdata/turns-old.txt testdata/turns-new.txt
//! ```

use std::fs::File;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use benchparse::format::{Parser, Record};
use benchparse::gate::{Policy, judge};
use benchparse::pairing::{Pairing, Side};

fn main() -> Result<ExitCode> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    if paths.len() != 2 {
        bail!("usage: verdicts OLD NEW");
    }
    let (mut parser, mut pairing) = (Parser::new(), Pairing::default());
    for (side, path) in Side::BOTH.into_iter().zip(&paths) {
        let input = File::open(path).with_context(|| format!("opening {}", path.display()))?;
        let mut reader = parser.read(path.as_encoded_bytes(), input);
        while let Some(record) = reader.next_record()? {
            if let Record::Result(result) = record {
                pairing.add(side, &result);
            }
        }
    }
    let report = judge(&pairing.rows(&parser)?, &Policy::default());
    for row in report.rows.iter().filter(|row| row.verdict.is_regression()) {
        let worse = row.effect.map_or(f64::NAN, |effect| effect.worse);
        println!(
            "{} {}: {worse:.2} times worse",
            row.key.benchmark, row.key.unit
        );
    }
    Ok(report.outcome.exit_code().into())
}
