//! Finds where the values of benchmarks changed, in files that follow each other in time.
//!
//! Every result is a point: those of the first file come first. The program keeps one series for each
//! benchmark and unit, and asks the library for the places where the level changed.
//!
//! ```sh
//! cargo run -p library-examples --bin change-points -- testdata/count20-old.txt testdata/count20-new.txt
//! ```

use std::collections::BTreeMap;
use std::fs::File;

use anyhow::{Context as _, Result, bail};
use benchparse::format::Parser;
use benchparse::trend::{Sensitivity, detect_changes};
use benchparse::unit::Direction;

fn main() -> Result<()> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    if paths.is_empty() {
        bail!("usage: change-points FILE...");
    }
    let mut series: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    for path in &paths {
        let input = File::open(path).with_context(|| format!("opening {}", path.display()))?;
        let mut parser = Parser::new();
        for result in parser.read(path.as_encoded_bytes(), input).results() {
            let result = result?;
            let name = String::from_utf8_lossy(result.name().full()).into_owned();
            for (value, unit) in result.values() {
                let unit = String::from_utf8_lossy(unit).into_owned();
                series.entry((name.clone(), unit)).or_default().push(value);
            }
        }
    }
    for ((name, unit), values) in &series {
        let direction = Direction::of(unit.as_bytes());
        let found = detect_changes(values, None, direction, Sensitivity::Normal);
        for change in &found.changes {
            println!(
                "{name} {unit}: {:?} at point {} of {}, {:+.1} %, {}",
                change.kind,
                change.at + 1,
                values.len(),
                100.0 * (change.ratio - 1.0),
                if change.worse { "worse" } else { "better" },
            );
        }
    }
    Ok(())
}
