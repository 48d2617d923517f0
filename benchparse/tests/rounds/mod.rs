//! A real run in whole rounds: one program against itself, every benchmark once a round.

use benchparse::format::{Parser, Record};
use benchparse::gate::RowKey;

/// The values of one benchmark and unit, one a round.
pub(crate) struct Series {
    pub(crate) key: RowKey,
    pub(crate) values: Vec<f64>,
}

/// Every benchmark and unit of the run.
pub(crate) fn rounds() -> Vec<Series> {
    let text = include_str!("../../../testdata/rounds.txt");
    let mut all: Vec<Series> = Vec::new();
    let mut parser = Parser::new();
    let mut reader = parser.read(b"rounds.txt", text.as_bytes());
    while let Some(record) = reader.next_record().expect("reading from memory") {
        let Record::Result(result) = record else {
            continue;
        };
        for (value, unit) in result.values() {
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            let table = text(result.config_value("pkg").unwrap_or_default());
            let key = RowKey::new(table, text(result.name().full()), text(unit));
            match all.iter_mut().find(|series| series.key == key) {
                Some(series) => series.values.push(value),
                None => all.push(Series {
                    key,
                    values: vec![value],
                }),
            }
        }
    }
    all
}
