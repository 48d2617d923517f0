//! Collects results into samples.

use hashbrown::{HashMap, HashSet};

use super::measured::{Measured, SegmentList};
use super::options::TableOptions;
use super::project::{Projector, Shared};
use crate::format::{BenchmarkResult, Measurement, Source, Symbol};
use crate::grouping::Grouping;
use crate::query::{Field, Filter, Key, Order, Projection};

/// Puts measurements into the samples that a [`TableOptions`] asks for.
///
/// All results given to one collector must come from one [`Parser`](crate::format::Parser):
/// [`Collector::finish`] takes the same one, and refuses any other. The module's example shows it at work.
#[derive(Debug)]
pub struct Collector {
    pub(super) source: Source,
    filter: Filter,
    /// Fields whose order is a list: only values in it are taken.
    lists: Vec<Field>,
    pub(super) shared: Shared,
    pub(super) table: Projector,
    pub(super) row: Projector,
    pub(super) col: Projector,
    pub(super) residue: Projector,
    grouping: Grouping,
    pub(super) groups: Vec<Group>,
    /// The group of the last result.
    last: Option<u32>,
    pub(super) unit_groups: Vec<UnitGroup>,
    pub(super) layouts: Vec<Box<[Symbol]>>,
    shape_ids: HashMap<Box<[Symbol]>, u32>,
    pub(super) measured: Measured,
    /// Units in the order they were first seen.
    pub(super) units: Vec<Symbol>,
    known_units: HashSet<Symbol>,
    /// How many results came one after the other from the last benchmark, and from this one: the
    /// next one will have as many.
    expected: usize,
    streak: usize,
    /// Whether a −0 was seen: it is equal to 0, so that samples keep the order of the two.
    has_negative_zero: bool,
    last_strand: Option<u32>,
    chosen: Vec<Measurement>,
}

/// The results of one benchmark in one configuration of one input: they differ in nothing that a
/// key could tell.
#[derive(Debug)]
pub(super) struct Group {
    accepts: Accepts,
    pub(super) keys: Keys,
    /// The first of its unit groups, once a measurement was taken.
    pub(super) unit_group: Option<u32>,
}

/// The results of a group that have the same units in the same order.
#[derive(Debug)]
pub(super) struct UnitGroup {
    pub(super) layout: u32,
    pub(super) values: SegmentList,
    pub(super) next: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accepts {
    All,
    Nothing,
    /// The filter asks for the unit.
    ByUnit,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keys {
    pub(super) table: u32,
    pub(super) row: u32,
    pub(super) col: u32,
    pub(super) residue: u32,
}

/// Room is made for this many results of a benchmark at once; for more as they come.
const EXPECTED: usize = 1 << 12;

impl Default for Collector {
    fn default() -> Self {
        Self::new(TableOptions::default())
    }
}

impl Collector {
    /// A collector that has seen nothing.
    pub fn new(table_options: TableOptions) -> Self {
        let TableOptions {
            filter,
            table,
            row,
            col,
            ignore,
        } = table_options;
        let all = [&table, &row, &col, &ignore];
        let fields = || all.into_iter().flat_map(|projection| &projection.fields);
        let unused = [Key::Config, Key::FullName]
            .into_iter()
            .filter(|group| fields().all(|field| field.key != *group));
        let residue = Projection {
            fields: unused
                .map(|key| Field {
                    key,
                    order: Order::FirstSeen,
                })
                .collect(),
        };
        Self {
            source: Source::default(),
            lists: fields()
                .filter(|field| matches!(field.order, Order::Fixed(_)))
                .cloned()
                .collect(),
            shared: Shared::new(all.into_iter()),
            filter,
            table: Projector::new(table),
            row: Projector::new(row),
            col: Projector::new(col),
            residue: Projector::new(residue),
            grouping: Grouping::default(),
            groups: Vec::new(),
            last: None,
            unit_groups: Vec::new(),
            layouts: Vec::new(),
            shape_ids: HashMap::new(),
            measured: Measured::default(),
            units: Vec::new(),
            known_units: HashSet::new(),
            expected: 0,
            streak: 0,
            has_negative_zero: false,
            last_strand: None,
            chosen: Vec::new(),
        }
    }

    /// Takes those of a result's measurements that the filter selects. For a benchmark that is known
    /// already this is a look-up: filter and projections are asked again only where `.unit` is asked
    /// for.
    ///
    /// A result of another parser than the first one's is not taken, and [`Collector::finish`] says so.
    pub fn add(&mut self, result: &BenchmarkResult<'_>) {
        if !self.source.has(result) {
            return;
        }
        let group = self.group(result);
        match self.groups[group as usize].accepts {
            Accepts::Nothing => {}
            Accepts::All => self.take(group, result, result.measurements()),
            Accepts::ByUnit => {
                let mut chosen = std::mem::take(&mut self.chosen);
                chosen.clear();
                let measurements = result.measurements().iter().copied();
                chosen.extend(measurements.filter(|it| self.filter.matches(result, it)));
                if !chosen.is_empty() {
                    self.take(group, result, &chosen);
                }
                self.chosen = chosen;
            }
        }
    }

    fn group(&mut self, result: &BenchmarkResult<'_>) -> u32 {
        let group = self.grouping.number(result);
        if self.last == Some(group) {
            self.streak += 1;
            return group;
        }
        self.last = Some(group);
        self.expected = self.streak.min(EXPECTED);
        self.streak = 1;
        if group as usize == self.groups.len() {
            let accepts = self.accepts(result);
            self.groups.push(Group {
                accepts,
                keys: Keys::default(),
                unit_group: None,
            });
        }
        group
    }

    fn accepts(&self, result: &BenchmarkResult<'_>) -> Accepts {
        let listed = self.lists.iter().all(|field| match &field.order {
            Order::Fixed(list) => {
                let value = field.key.value(result).unwrap_or_default();
                list.iter().any(|listed| listed == value)
            }
            _ => true,
        });
        if !listed {
            Accepts::Nothing
        } else if self.filter.mentions(&Key::Unit) {
            Accepts::ByUnit
        } else if self.filter.matches_result(result) {
            Accepts::All
        } else {
            Accepts::Nothing
        }
    }

    /// Takes measurements, at least one.
    #[inline]
    fn take(&mut self, group: u32, result: &BenchmarkResult<'_>, measurements: &[Measurement]) {
        let unit_group = match self.unit_group(group, measurements) {
            Some(unit_group) => unit_group,
            None => self.new_strand(group, result, measurements),
        };
        let values = measurements.iter().map(|measured| measured.value);
        let chain = &mut self.unit_groups[unit_group as usize].values;
        let is_negative_zero = |value: f64| value.to_bits() == (-0.0_f64).to_bits();
        if values.clone().any(is_negative_zero) && !self.has_negative_zero {
            self.has_negative_zero = true;
            self.last_strand = None;
        }
        // From now on segments are in the order of their values.
        if self.has_negative_zero && self.last_strand.replace(unit_group) != Some(unit_group) {
            chain.cut();
        }
        self.measured.add(chain, values, self.expected);
    }

    /// The unit group of a group for results with these units.
    #[inline]
    fn unit_group(&self, group: u32, measurements: &[Measurement]) -> Option<u32> {
        let mut next = self.groups[group as usize].unit_group;
        while let Some(number) = next {
            let unit_group = &self.unit_groups[number as usize];
            let units = &self.layouts[unit_group.layout as usize];
            let unit_of = |measured: &Measurement| measured.unit;
            if units.len() == measurements.len()
                && measurements.iter().map(unit_of).eq(units.iter().copied())
            {
                break;
            }
            next = unit_group.next;
        }
        next
    }

    #[cold]
    fn new_strand(
        &mut self,
        group: u32,
        result: &BenchmarkResult<'_>,
        measurements: &[Measurement],
    ) -> u32 {
        let shared = &mut self.shared;
        let number = self.unit_groups.len() as u32;
        let group = &mut self.groups[group as usize];
        if group.unit_group.is_none() {
            group.keys = Keys {
                table: self.table.project(shared, result),
                row: self.row.project(shared, result),
                col: self.col.project(shared, result),
                residue: self.residue.project(shared, result),
            };
        }
        let next = group.unit_group.replace(number);
        let same = |units: &[Symbol]| {
            let taken = measurements.iter().map(|measured| measured.unit);
            units.iter().copied().eq(taken)
        };
        // Neighbours mostly have the same units.
        let last = self.unit_groups.last().map(|unit_group| unit_group.layout);
        let layout = match last.filter(|&layout| same(&self.layouts[layout as usize])) {
            Some(layout) => layout,
            None => self.layout(measurements),
        };
        self.unit_groups.push(UnitGroup {
            layout,
            values: SegmentList::EMPTY,
            next,
        });
        number
    }

    fn layout(&mut self, measurements: &[Measurement]) -> u32 {
        let units: Box<[Symbol]> = measurements.iter().map(|measured| measured.unit).collect();
        if let Some(&layout) = self.shape_ids.get(&units) {
            return layout;
        }
        for &unit in &units {
            if self.known_units.insert(unit) {
                self.units.push(unit);
            }
        }
        let layout = self.layouts.len() as u32;
        self.layouts.push(units.clone());
        self.shape_ids.insert(units, layout);
        layout
    }

    /// Whether no measurement was taken: no result came, or the filter leaves none.
    pub fn is_empty(&self) -> bool {
        self.unit_groups.is_empty()
    }

    /// Gives back what was needed to find a result's place.
    pub(super) fn forget_index(&mut self) {
        self.grouping = Grouping::default();
        self.shape_ids = HashMap::new();
    }
}
