//! Reads a benchmark file and prints one JSON object for each result.
//!
//! It shows the smallest use of the library: a `Parser`, a `Reader` over anything that can be read,
//! and the three things to do with a record. Values come out in base units (`sec/op`, not `ns/op`),
//! with every digit.
//!
//! ```sh
//! cargo run -p library-examples --bin results-as-json -- testdata/onepkg-old.txt
//! ```

use std::fs::File;
use std::io::{BufWriter, Write as _};

use anyhow::{Context as _, Result};
use benchparse::format::{Parser, Record};
use serde_json::{Map, Value, json};

fn main() -> Result<()> {
    let path = std::env::args_os().nth(1);
    let path = path.context("usage: results-as-json FILE")?;
    let input = File::open(&path).with_context(|| format!("opening {}", path.display()))?;
    let mut out = BufWriter::new(std::io::stdout().lock());

    let mut parser = Parser::new();
    let mut reader = parser.read(path.as_encoded_bytes(), input);
    while let Some(record) = reader.next_record()? {
        match record {
            Record::Result(result) => {
                // Nothing in the format asks for UTF-8; JSON does.
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                let values: Map<String, Value> = result
                    .values()
                    .map(|(value, unit)| (text(unit), json!(value)))
                    .collect();
                let object = json!({
                    "line": result.line(),
                    "package": result.config_value("pkg").map(text),
                    "benchmark": text(result.name().full()),
                    "iterations": result.iterations(),
                    "values": values,
                });
                writeln!(out, "{object}")?;
            }
            // A line that was meant for us and is wrong. What follows may still be right.
            Record::Error(error) => eprintln!("{error}"),
            // Units' metadata, and what later versions may add.
            _ => {}
        }
    }
    Ok(())
}
