//! A gate with a rule of one's own: a win in one unit may not be paid dearly in another.
//!
//! The library's own gate (`benchparse::gate`) judges every row for itself. This one looks at all
//! units of a benchmark together and refuses a trade, such as time bought with memory, unless the
//! win is at least three times the loss. It shows how to put two files side by side with a
//! `Collector`, to walk the tables, and to use the significance that each cell carries.
//!
//! Exit status: 0 where nothing is traded badly, 1 otherwise.
//!
//! ```sh
//! cargo run -p library-examples --bin own-gate -- testdata/turns-old.txt testdata/turns-new.txt
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use benchparse::compare::{Collector, TableOptions, Tables, Thresholds};
use benchparse::format::{Parser, Record};
use benchparse::query::{Filter, Projection};
use benchparse::unit::Direction;

/// A win has to be this many times the loss, both as logarithms of the ratio.
const WORTH: f64 = 3.0;

/// The significant changes of a benchmark: by unit, the logarithm of how much better it got.
type Changes = BTreeMap<String, f64>;

fn main() -> Result<ExitCode> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let [old, new] = paths.as_slice() else {
        bail!("usage: own-gate OLD NEW");
    };
    let mut table_options = TableOptions::default();
    table_options.filter = Filter::parse(b".unit:(ns/op OR B/op OR allocs/op)")?;
    // One row a benchmark, whatever the machine.
    table_options.table = Projection::parse(b"pkg")?;
    let mut parser = Parser::new();
    let mut collector = Collector::new(table_options);
    for path in [old, new] {
        let input = File::open(path).with_context(|| format!("opening {}", path.display()))?;
        let mut reader = parser.read(path.as_encoded_bytes(), input);
        while let Some(record) = reader.next_record()? {
            match record {
                Record::Result(result) => collector.add(&result),
                Record::Error(error) => eprintln!("{error}"),
                _ => {}
            }
        }
    }
    let tables = collector.finish(&parser, Thresholds::default())?;

    let mut refused = false;
    for (benchmark, changes) in changes(&tables) {
        let (gain, loss) = changes
            .values()
            .fold((0.0_f64, 0.0_f64), |(gain, loss), by| {
                (gain.max(*by), loss.max(-by))
            });
        if gain == 0.0 || loss == 0.0 {
            continue;
        }
        let is_worth_it = gain >= WORTH * loss;
        refused |= !is_worth_it;
        let said: Vec<_> = changes
            .iter()
            .map(|(unit, by)| format!("{unit} {}", told(*by)))
            .collect();
        let verdict = if is_worth_it { "accepted" } else { "refused" };
        println!("{verdict} {benchmark}: {}", said.join(", "));
    }
    Ok(ExitCode::from(u8::from(refused)))
}

/// How much better or worse, in words.
fn told(by: f64) -> String {
    let word = if by > 0.0 { "better" } else { "worse" };
    if by.is_infinite() {
        return format!("infinitely {word}");
    }
    format!("{:.2} times {word}", by.abs().exp())
}

/// What changed, by package and benchmark.
fn changes(tables: &Tables) -> BTreeMap<String, Changes> {
    let text = |symbol| String::from_utf8_lossy(tables.text(symbol).unwrap_or_default());
    let mut found: BTreeMap<String, Changes> = BTreeMap::new();
    for table in tables.tables() {
        let headings: Vec<_> = table.headings.iter().map(|value| text(*value)).collect();
        for row in table.rows() {
            let (Some(old), Some(new)) = (row.baseline(), row.cell(1)) else {
                continue; // It is in one of the files only.
            };
            let is_real = new.comparison.is_some_and(|found| found.is_significant());
            // Infinite where a counter comes from nothing: no win is worth that.
            let ratio = new.summary.center / old.summary.center;
            if is_real {
                let better = match table.direction {
                    Direction::Higher => ratio.ln(),
                    Direction::Lower => -ratio.ln(),
                };
                let benchmark = format!("{}.{}", headings.join(" "), text(row.label));
                let changes = found.entry(benchmark).or_default();
                changes.insert(text(table.unit).into_owned(), better);
            }
        }
    }
    found
}
