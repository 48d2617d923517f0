//! Gives benchmarks other names, and the results a label, and writes them as `go test` would.
//!
//! Results that own what they have can be changed and written again; the format of the output is the
//! one that is read.
//!
//! ```sh
//! cargo run -p library-examples --bin rename-benchmarks -- testdata/onepkg-old.txt Key Lookup
//! ```

use std::fs::File;
use std::io::BufWriter;

use anyhow::{Context as _, Result, bail};
use benchparse::format::{Parser, Writer};

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [path, old, new] = &arguments[..] else {
        bail!("usage: rename-benchmarks FILE OLD NEW");
    };
    let input = File::open(path).with_context(|| format!("opening {path}"))?;
    let mut writer = Writer::new(BufWriter::new(std::io::stdout().lock()));
    let mut parser = Parser::new();
    for result in parser.read(path.as_bytes(), input).results() {
        let mut result = result?;
        if result.name().base() == old.as_bytes() {
            let rest = &result.name().full()[old.len()..];
            result.set_name([new.as_bytes(), rest].concat());
        }
        result.set_config("renamed", "true");
        writer.owned(&result)?;
    }
    Ok(())
}
