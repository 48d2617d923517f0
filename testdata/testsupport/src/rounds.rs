//! A real run in whole rounds: one program against itself, every benchmark once a round.

use benchparse::format::{Parser, Record};
use benchparse::gate::{Row, RowKey};
use benchparse::stats::Sample;
use benchparse::unit::{Direction, ValueClass};

/// The values of one benchmark and unit, one a round.
#[derive(Debug, Clone)]
pub struct Series {
    /// Which it is.
    pub key: RowKey,
    /// In the order of the rounds.
    pub values: Vec<f64>,
}

impl Series {
    /// Some rounds compared with others, whose values are multiplied by a factor.
    pub fn row(&self, old: &[usize], new: &[usize], factor: f64) -> Row {
        let side = |rounds: &[usize], factor: f64| {
            let values = rounds.iter().map(|&round| self.values[round] * factor);
            Some(Sample::new(values.collect()))
        };
        let is_rate = self.key.unit.ends_with("/s");
        let mut row = Row::new(self.key.clone(), side(old, 1.0), side(new, factor));
        row.class = match self.key.unit.as_str() {
            "allocs/op" => ValueClass::ALLOCATIONS,
            "B/op" => ValueClass::BYTES,
            _ => ValueClass::Timing,
        };
        row.direction = if is_rate {
            Direction::Higher
        } else {
            Direction::Lower
        };
        row.in_family = self.key.unit != "B/s";
        row
    }
}

/// Every benchmark and unit of the run.
pub fn rounds() -> Vec<Series> {
    let text = include_str!("../../rounds.txt");
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
