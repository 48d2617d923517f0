//! A picture of one's own: every sample of two files as a dot, one line a benchmark, as SVG.
//!
//! It shows that a cell keeps all its values, how to scale them with the unit's prefixes
//! (`benchparse::unit::Scale`), and that a small chart needs no library.
//!
//! ```sh
//! cargo run -p library-examples --bin own-plot -- testdata/old.txt testdata/new.txt > dots.svg
//! ```

use std::fs::File;

use anyhow::{Context as _, Result, bail};
use benchparse::compare::{Collector, Row, Table, TableOptions, Tables, Thresholds};
use benchparse::format::{Parser, Record};
use benchparse::query::{Filter, Projection};
use benchparse::unit::Scale;

/// In pixels: a benchmark's line, the room for its name, and that for its dots.
const LINE: usize = 28;
const NAMES: f64 = 260.0;
const DOTS: f64 = 460.0;
/// Of the first file and the second; they differ for those who see no colours, too.
const COLOURS: [&str; 2] = ["#1b6ca8", "#e07b00"];

fn main() -> Result<()> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let [old, new] = paths.as_slice() else {
        bail!("usage: own-plot OLD NEW");
    };
    let mut table_options = TableOptions::default();
    table_options.filter = Filter::parse(b".unit:ns/op")?;
    // One table for everything.
    table_options.table = Projection::parse(b"goos")?;
    table_options.row = Projection::parse(b".fullname")?;
    let mut parser = Parser::new();
    let mut collector = Collector::new(table_options);
    for path in [old, new] {
        let input = File::open(path).with_context(|| format!("opening {}", path.display()))?;
        let mut reader = parser.read(path.as_encoded_bytes(), input);
        while let Some(record) = reader.next_record()? {
            if let Record::Result(result) = record {
                collector.add(&result);
            }
        }
    }
    let tables = collector.finish(&parser, Thresholds::default())?;
    let Some(table) = tables.tables().first() else {
        bail!("no timings in these files: were they written with go test -bench?");
    };
    print!("{}", drawn(&tables, table));
    Ok(())
}

fn drawn(tables: &Tables, table: &Table) -> String {
    let height = (table.rows().len() + 1) * LINE;
    let width = NAMES + DOTS + 20.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<title>Samples of two files</title>\n"
    );
    for (place, row) in table.rows().enumerate() {
        svg += &line(tables, table, row, (place + 1) * LINE);
    }
    svg + "</svg>\n"
}

/// A benchmark's name, its range in words, and its dots, on an axis of its own from zero.
fn line(tables: &Tables, table: &Table, row: Row<'_>, y: usize) -> String {
    let largest = row.cells.iter().map(|cell| cell.sample.max());
    let largest = largest.fold(0.0, f64::max);
    let scale = Scale::for_values([largest], table.class);
    let mut svg = format!(
        "<text x=\"4\" y=\"{y}\">{} (to {})</text>\n",
        escaped(&String::from_utf8_lossy(
            tables.text(row.label).unwrap_or_default()
        )),
        scale.format(largest),
    );
    for cell in row.cells {
        let colour = COLOURS[cell.column % COLOURS.len()];
        for value in cell.sample.values() {
            let share = if largest > 0.0 { value / largest } else { 0.0 };
            // The first file above the second, so that equal values stay visible.
            let (x, y) = (NAMES + share * DOTS, y - 8 + 6 * cell.column);
            svg += &format!(
                "<circle cx=\"{x:.1}\" cy=\"{y}\" r=\"2.5\" fill=\"{colour}\" \
                 fill-opacity=\".6\"/>\n"
            );
        }
    }
    svg
}

/// A name may hold anything.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.chars().filter(|c| !c.is_control()).collect()
}
