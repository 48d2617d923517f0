//! From lines to tables.

use benchparse::compare::{Collector, Table, TableOptions, Tables, Thresholds};
use benchparse::format::{Parser, Record};
use benchparse::query::{Filter, Projection};
use proptest::prelude::*;

use super::texts::{Line, ResultLine, lines, text_of};

/// The tables of inputs with their labels, down to the last bit.
fn tables(inputs: &[(&str, &str)], table_options: TableOptions) -> String {
    let mut parser = Parser::new();
    let mut collector = Collector::new(table_options);
    for (label, text) in inputs {
        let mut reader = parser.read(label.as_bytes(), text.as_bytes());
        while let Some(record) = reader.next_record().expect("reading from memory") {
            if let Record::Result(result) = record {
                collector.add(&result);
            }
        }
    }
    let tables = collector
        .finish(&parser, Thresholds::default())
        .expect("one parser");
    let mut shown = String::new();
    for table in tables.tables() {
        let texts = |symbols: &[_]| -> Vec<String> {
            let texts = symbols
                .iter()
                .map(|&symbol| tables.text(symbol).expect("a text"));
            texts
                .map(|text| String::from_utf8_lossy(text).into_owned())
                .collect()
        };
        shown += &format!("{:?} {:?}\n", texts(&table.headings), texts(&[table.unit]));
        shown += &format!(
            "{:?} {:?} {:?}\n",
            table.class, table.direction, table.assumption
        );
        for column in &table.columns {
            shown += &format!("{:?}\n", texts(&column.values));
        }
        for row in table.rows() {
            shown += &format!("{:?} {:?}\n", texts(row.values), texts(&[row.label]));
            for cell in row.cells {
                let (summary, comparison) = (&cell.summary, &cell.comparison);
                let values = cell.sample.values();
                shown += &format!("{} {values:?} {summary:?} {comparison:?}\n", cell.column);
                shown += &format!("{:?}\n", texts(&cell.varying));
            }
        }
        shown += &format!("{:?}\n", table.geomeans);
    }
    shown
}

fn table_options() -> impl Strategy<Value = TableOptions> {
    const PROJECTIONS: [&str; 7] = [
        "",
        ".config",
        ".fullname",
        ".name /n@num",
        "/format",
        "goos",
        ".file",
    ];
    const FILTERS: [&str; 5] = [
        "*",
        ".unit:(ns/op OR B/op)",
        "-.name:A",
        "goos:/./",
        "/n:10 OR pkg:\"\"",
    ];
    let projection = || prop::sample::select(&PROJECTIONS[..]);
    (
        prop::sample::select(&FILTERS[..]),
        projection(),
        projection(),
        projection(),
        projection(),
    )
        .prop_map(|(filter, table, row, col, ignore)| {
            let projection = |text: &str| Projection::parse(text.as_bytes()).expect("a projection");
            let mut options = TableOptions::default();
            options.filter = Filter::parse(filter.as_bytes()).expect("a filter");
            options.table = projection(table);
            options.row = projection(row);
            options.col = projection(col);
            options.ignore = projection(ignore);
            options
        })
}

/// The configuration in force after the lines, in its order: a deleted key's place goes to the last.
fn in_force(lines: &[Line]) -> Vec<Line> {
    let mut pairs: Vec<(&String, &String)> = Vec::new();
    for line in lines {
        let Line::Config(key, value) = line else {
            continue;
        };
        match (
            pairs.iter().position(|pair| pair.0 == key),
            value.is_empty(),
        ) {
            (None, true) => {}
            (None, false) => pairs.push((key, value)),
            (Some(place), true) => drop(pairs.swap_remove(place)),
            (Some(place), false) => pairs[place].1 = value,
        }
    }
    let lines = pairs.into_iter();
    lines
        .map(|(key, value)| Line::Config(key.clone(), value.clone()))
        .collect()
}

/// Runs of a few benchmarks, and the same runs in another order within each benchmark.
fn runs() -> impl Strategy<Value = (Vec<Line>, Vec<Line>)> {
    let run = (0..3usize, 1..1000u32, 1..1000u32);
    prop::collection::vec(run, 1..24).prop_flat_map(|runs| {
        let order: Vec<usize> = (0..runs.len()).collect();
        (Just(runs), Just(order).prop_shuffle()).prop_map(|(runs, order)| {
            let line = |&(name, time, size): &(usize, u32, u32)| {
                Line::Result(ResultLine {
                    name: ["A-8", "B/n=10-8", "B/n=9-8"][name].to_owned(),
                    iterations: 1,
                    measured: vec![
                        (f64::from(time) / 8.0, "ns/op".to_owned()),
                        (f64::from(size), "B/op".to_owned()),
                    ],
                })
            };
            // Each place keeps its benchmark and takes the benchmark's next run in the new order.
            let mut queues = [const { Vec::new() }; 3];
            for &at in &order {
                queues[runs[at].0].push(&runs[at]);
            }
            let shuffled = runs
                .iter()
                .filter_map(|run| queues[run.0].pop())
                .map(line)
                .collect();
            (runs.iter().map(line).collect(), shuffled)
        })
    })
}

proptest! {
    #[test]
    fn the_order_of_runs_does_not_matter((old, shuffled) in runs(), (new, again) in runs()) {
        let tables = |old: &[Line], new: &[Line]| {
            tables(&[("old", &text_of(old)), ("new", &text_of(new))], TableOptions::default())
        };
        prop_assert_eq!(tables(&old, &new), tables(&shuffled, &again));
    }

    #[test]
    fn two_halves_with_one_label_are_the_whole(
        old in lines(),
        new in lines(),
        cut in 0..24usize,
        table_options in table_options(),
    ) {
        let cut = cut.min(old.len());
        let (first, second) = old.split_at(cut);
        let second = text_of(&in_force(first)) + &text_of(second);
        let (whole, first, new) = (text_of(&old), text_of(first), text_of(&new));
        prop_assert_eq!(
            tables(&[("old", &whole), ("new", &new)], table_options.clone()),
            tables(&[("old", &first), ("old", &second), ("new", &new)], table_options)
        );
    }

    #[test]
    fn log_lines_and_line_ends_change_no_table(lines in lines(), table_options in table_options()) {
        let is_log = |line: &Line| matches!(line, Line::Log(_));
        let said: Vec<Line> = lines.iter().filter(|line| !is_log(line)).cloned().collect();
        let plain = tables(&[("f", &text_of(&said))], table_options.clone());
        let noisy = text_of(&lines).replace('\n', "\r\n");
        prop_assert_eq!(plain, tables(&[("f", &noisy)], table_options));
    }

    #[test]
    fn a_filter_and_its_opposite_share_the_measurements(lines in lines(), filter in "(\\.unit:/op/|goos:linux|\\.name:A)") {
        let text = text_of(&lines);
        let count = |filter: &str| {
            let mut table_options = TableOptions::default();
            table_options.filter = Filter::parse(filter.as_bytes()).expect("a filter");
            let mut parser = Parser::new();
            let mut collector = Collector::new(table_options);
            let mut reader = parser.read(b"f", text.as_bytes());
            while let Some(record) = reader.next_record().expect("reading from memory") {
                if let Record::Result(result) = record {
                    collector.add(&result);
                }
            }
            let tables = collector.finish(&parser, Thresholds::default()).unwrap();
            let rows = tables.tables().iter().flat_map(Table::rows);
            rows.flat_map(|row| row.cells).map(|cell| cell.sample.len()).sum::<usize>()
        };
        prop_assert_eq!(count(&filter) + count(&format!("-{filter}")), count("*"));
    }
}

#[test]
fn equal_zeros_keep_the_order_of_their_lines_across_configurations() {
    let result = |cpu: &str, values: &str| format!("cpu: {cpu}\nBenchmarkA 1 {values}\n");
    let lines = [
        result("a", "0 x"),
        result("b", "0 x"),
        result("a", "-0 x"),
        result("b", "0 x 1 y"),
        result("a", "0 x"),
        result("a", "-0 x"),
        result("b", "-0 x"),
        result("b", "-0 x 1 y"),
    ];
    let everything = || {
        let mut options = TableOptions::default();
        options.table = Projection::default();
        options.ignore = Projection::parse(b"cpu").expect("a projection");
        options
    };
    for many in [1, 50] {
        let shown = tables(&[("f", &lines.concat().repeat(many))], everything());
        let zeros = "0.0, 0.0, -0.0, 0.0, 0.0, -0.0, -0.0, -0.0";
        let all = vec![zeros; many].join(", ");
        assert!(shown.contains(&format!("0 [{all}] ")), "{shown}");
    }
}

#[test]
fn tables_in_parts_are_all_tables_in_order() {
    let mut parser = Parser::new();
    let mut collector = || {
        let mut collector = Collector::new(TableOptions::default());
        for label in ["old", "new"] {
            // Many small tables, and one that takes more than one thread.
            let package = |number: u32| {
                let count = if number == 100 { 9000 } else { 40 };
                let result = |row: u32| format!("BenchmarkA{row} 1 {row} ns/op {number} x\n");
                format!("pkg: p{number}\n") + &(0..count).map(result).collect::<String>()
            };
            let text: String = (0..200).map(package).collect();
            let mut reader = parser.read(label.as_bytes(), text.as_bytes());
            while let Some(record) = reader.next_record().expect("reading from memory") {
                if let Record::Result(result) = record {
                    collector.add(&result);
                }
            }
        }
        collector
    };
    let (all, in_parts) = (collector(), collector());
    let all = all.finish(&parser, Thresholds::default()).unwrap();
    let parts = in_parts
        .finish_in_parts(&parser, Thresholds::default())
        .unwrap();
    let shown = |tables: &Tables| -> Vec<String> {
        let table = |table: &Table| {
            let rows = table.rows().map(|row| {
                let centers = row.cells.iter().map(|cell| cell.summary.center);
                let comparisons = row.cells.iter().map(|cell| cell.comparison);
                let cells: Vec<_> = centers.zip(comparisons).collect();
                format!(
                    "{} {cells:?}\n",
                    tables.text(row.label).unwrap().escape_ascii()
                )
            });
            let heading = table
                .headings
                .iter()
                .map(|&value| tables.text(value).unwrap());
            let heading = heading.map(|text| text.escape_ascii().to_string());
            format!(
                "{:?} {}",
                heading.collect::<Vec<_>>(),
                rows.collect::<String>()
            )
        };
        tables.tables().iter().map(table).collect()
    };
    for threads in [1, 2, 4] {
        let threads = std::num::NonZeroUsize::new(threads).expect("some threads");
        let (mut together, mut count) = (Vec::new(), 0);
        let made = parts.each(
            threads,
            |tables, _| shown(tables),
            |some| -> Result<(), std::convert::Infallible> {
                together.extend(some);
                count += 1;
                Ok(())
            },
        );
        assert!(made.is_ok() && count > 3, "{count} parts");
        assert!(together == shown(&all), "{threads} threads");
    }
}
