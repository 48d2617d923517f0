//! Ranks alternative implementations that were measured in one run.

use super::table::{Cell, Tables};
use crate::stats::{Interval, ratio_interval};
use crate::unit::Direction;

/// The alternatives of one group.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Ranking {
    /// `key: value` of the configuration that the group is of.
    pub headings: Vec<(Vec<u8>, Vec<u8>)>,
    /// What the alternatives have in common.
    pub group: Vec<u8>,
    /// The unit.
    pub unit: Vec<u8>,
    /// The alternatives, the best first.
    pub places: Vec<Place>,
}

/// One alternative.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Place {
    /// Its value of the key that tells alternatives apart.
    pub name: Vec<u8>,
    /// The centre of its sample.
    pub center: f64,
    /// How many values it has.
    pub samples: usize,
    /// By which factor it is worse than the best, after Hodges and Lehmann, with an interval;
    /// nothing for the best itself.
    pub behind: Option<Interval>,
}

impl Tables {
    /// Ranks the columns of each row against each other. The rows should be what alternatives have
    /// in common and the columns what tells them apart; rows with one alternative are left out.
    ///
    /// `confidence` is the level of the intervals.
    pub fn rankings(&self, confidence: f64) -> Vec<Ranking> {
        let mut rankings = Vec::new();
        for table in &self.tables {
            let headings = || {
                let pairs = self.heading_keys.iter().zip(&table.headings);
                pairs.map(|(&key, &value)| (self.own_text(key).into(), self.own_text(value).into()))
            };
            for row in table.rows().filter(|row| row.cells.len() > 1) {
                let mut cells: Vec<&Cell> = row.cells.iter().collect();
                cells.sort_by(|a, b| {
                    let by_center = a.summary.center.total_cmp(&b.summary.center);
                    match table.direction {
                        Direction::Lower => by_center,
                        Direction::Higher => by_center.reverse(),
                    }
                });
                let best = cells[0];
                let place = |(rank, cell): (usize, &&Cell)| {
                    let (better, worse) = match table.direction {
                        Direction::Lower => (&best.sample, &cell.sample),
                        Direction::Higher => (&cell.sample, &best.sample),
                    };
                    let values = &table.columns[cell.column].values;
                    Place {
                        name: bstr::join(" ", values.iter().map(|&value| self.own_text(value))),
                        center: cell.summary.center,
                        samples: cell.sample.len(),
                        behind: (rank > 0).then(|| ratio_interval(better, worse, confidence)),
                    }
                };
                rankings.push(Ranking {
                    headings: headings().collect(),
                    group: self.own_text(row.label).into(),
                    unit: self.own_text(table.unit).into(),
                    places: cells.iter().enumerate().map(place).collect(),
                });
            }
        }
        rankings
    }
}
