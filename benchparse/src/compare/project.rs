//! From a result to its place: values of keys, grouped and ordered.

use std::cmp::Ordering;
use std::collections::HashSet;

use hashbrown::HashMap;

use crate::format::{BenchmarkResult, Config, Symbol, Symbols};
use crate::name::Name;
use crate::query::{Key, Order, Projection, compare_alpha, compare_num};

/// What the projections of a question have in common: keys that one of them names are left out of
/// the groups `.config` and `.fullname`.
#[derive(Debug)]
pub(super) struct Shared {
    named_config: HashSet<Vec<u8>>,
    named_parts: Vec<Vec<u8>>,
    names_base: bool,
    names_gomaxprocs: bool,
    /// Configuration keys that belong to `.config`, in the order they were first seen.
    pub(super) members: Vec<Symbol>,
    member_places: HashMap<Symbol, Option<usize>>,
    /// Values of the members, without the empty ones at the end.
    tuples: Vec<Box<[Symbol]>>,
    tuple_ids: HashMap<Box<[Symbol]>, u32>,
    tuple: Vec<Symbol>,
    pub(super) texts: Symbols,
}

/// A value of one field: a text, or a tuple of configuration values.
type Value = u32;

impl Shared {
    pub(super) fn new<'a>(projections: impl Iterator<Item = &'a Projection>) -> Self {
        let mut shared = Self {
            named_config: HashSet::new(),
            named_parts: Vec::new(),
            names_base: false,
            names_gomaxprocs: false,
            members: Vec::new(),
            member_places: HashMap::new(),
            tuples: Vec::new(),
            tuple_ids: HashMap::new(),
            tuple: Vec::new(),
            texts: Symbols::default(),
        };
        for field in projections.flat_map(|projection| &projection.fields) {
            match &field.key {
                Key::Name => shared.names_base = true,
                Key::GoMaxProcs => shared.names_gomaxprocs = true,
                Key::ConfigKey(key) => {
                    shared.named_config.insert(key.clone());
                }
                _ => {}
            }
            if matches!(field.key, Key::Sub(_) | Key::GoMaxProcs) {
                let mut part = field.key.text().to_vec();
                part.push(b'=');
                shared.named_parts.push(part);
            }
        }
        shared
    }

    /// The values of the configuration keys that no projection names, as a tuple.
    fn config_tuple(&mut self, config: &Config, symbols: &Symbols) -> Value {
        let mut tuple = std::mem::take(&mut self.tuple);
        tuple.clear();
        for &(key, value) in config.entries() {
            let Self {
                members,
                member_places,
                named_config,
                texts,
                ..
            } = self;
            let place = member_places.entry(key).or_insert_with(|| {
                let key = symbols.text(key);
                (!named_config.contains(key)).then(|| {
                    members.push(texts.intern(key));
                    members.len() - 1
                })
            });
            if let Some(place) = *place {
                if tuple.len() <= place {
                    tuple.resize(place + 1, Symbol::EMPTY);
                }
                tuple[place] = texts.intern(symbols.text(value));
            }
        }
        let known = self.tuple_ids.get(&tuple[..]).copied();
        let id = known.unwrap_or_else(|| {
            let id = self.tuples.len() as u32;
            self.tuples.push((&*tuple).into());
            self.tuple_ids.insert((&*tuple).into(), id);
            id
        });
        self.tuple = tuple;
        id
    }

    /// The name without what other keys say.
    fn reduced_name(&self, name: Name<'_>) -> Option<Vec<u8>> {
        if !self.names_base && !self.names_gomaxprocs && self.named_parts.is_empty() {
            return None;
        }
        let mut reduced = Vec::with_capacity(name.full().len());
        for (place, part) in name.parts().enumerate() {
            if place == 0 {
                reduced.extend_from_slice(if self.names_base { b"*" } else { part });
            } else if !self.named_parts.iter().any(|named| part.starts_with(named)) {
                reduced.extend_from_slice(part);
            }
        }
        if !self.names_gomaxprocs {
            reduced.extend_from_slice(name.suffix());
        }
        Some(reduced)
    }

    /// The value of a field for a result.
    pub(super) fn value(&mut self, key: &Key, result: &BenchmarkResult<'_>) -> Value {
        if *key == Key::Config {
            return self.config_tuple(result.config(), result.symbols());
        }
        let symbol = if *key == Key::FullName {
            match self.reduced_name(result.name()) {
                Some(reduced) => self.texts.intern(&reduced),
                None => self.texts.intern(result.name().full()),
            }
        } else {
            self.texts.intern(value_of(key, result))
        };
        symbol.index() as Value
    }

    /// The values that a field's value stands for: one, or one for each member of `.config`.
    fn texts_of(&self, key: &Key, value: Value) -> Vec<Symbol> {
        if *key == Key::Config {
            (0..self.members.len())
                .map(|place| self.member(value, place))
                .collect()
        } else {
            vec![self.texts.at(value as usize)]
        }
    }

    fn member(&self, tuple: Value, place: usize) -> Symbol {
        let tuple = &self.tuples[tuple as usize];
        tuple.get(place).copied().unwrap_or(Symbol::EMPTY)
    }

    /// The names of the keys by which two residues differ, added to `varying`.
    pub(super) fn varying(&mut self, residue: &Projector, keys: &[u32]) -> Vec<Symbol> {
        let mut names = Vec::new();
        for (place, field) in residue.projection.fields.iter().enumerate() {
            let values: Vec<Vec<Symbol>> = keys
                .iter()
                .map(|&key| self.texts_of(&field.key, residue.keys[key as usize][place]))
                .collect();
            let differs = |at: usize| values.iter().any(|texts| texts[at] != values[0][at]);
            if field.key == Key::Config {
                names.extend(
                    (0..self.members.len())
                        .filter(|&at| differs(at))
                        .map(|at| self.members[at]),
                );
            } else if differs(0) {
                names.push(self.texts.intern(field.key.text()));
            }
        }
        names
    }
}

/// The value of a key other than `.config`, unreduced.
pub(super) fn value_of<'r>(key: &Key, result: &BenchmarkResult<'r>) -> &'r [u8] {
    match key {
        Key::Name => result.name().base(),
        Key::FullName => result.name().full(),
        Key::Sub(part) => result.name().sub_value(part),
        Key::GoMaxProcs => result.name().gomaxprocs(),
        Key::File => result.symbols().text(result.file()),
        Key::ConfigKey(key) => result.config_value(key),
        // The unit is a measurement's, and a group has no value of its own.
        _ => b"",
    }
}

/// One projection with all the keys it has produced, in the order they were first seen.
#[derive(Debug)]
pub(super) struct Projector {
    pub(super) projection: Projection,
    keys: Vec<Box<[Value]>>,
    ids: HashMap<Box<[Value]>, u32>,
    key: Vec<Value>,
}

impl Projector {
    pub(super) fn new(projection: Projection) -> Self {
        Self {
            projection,
            keys: Vec::new(),
            ids: HashMap::new(),
            key: Vec::new(),
        }
    }

    /// The number of the key that a result has.
    pub(super) fn project(&mut self, shared: &mut Shared, result: &BenchmarkResult<'_>) -> u32 {
        let fields = self.projection.fields.iter();
        self.key.clear();
        self.key
            .extend(fields.map(|field| shared.value(&field.key, result)));
        if let Some(&id) = self.ids.get(&self.key[..]) {
            return id;
        }
        let id = self.keys.len() as u32;
        let key: Box<[Value]> = (&*self.key).into();
        self.keys.push(key.clone());
        self.ids.insert(key, id);
        id
    }

    /// The values of a key, `.config` as its members.
    pub(super) fn texts(&self, shared: &Shared, key: u32) -> Vec<Symbol> {
        let values = self.keys[key as usize].iter();
        let fields = self.projection.fields.iter().zip(values);
        let mut texts = Vec::with_capacity(fields.len());
        for (field, &value) in fields {
            if field.key == Key::Config {
                texts.extend(shared.texts_of(&field.key, value));
            } else {
                texts.push(shared.texts.at(value as usize));
            }
        }
        texts
    }

    /// The names of the fields, `.config` as its members.
    pub(super) fn field_names(&self, shared: &mut Shared) -> Vec<Symbol> {
        let mut names = Vec::new();
        for field in &self.projection.fields {
            if field.key == Key::Config {
                names.extend_from_slice(&shared.members);
            } else {
                names.push(shared.texts.intern(field.key.text()));
            }
        }
        names
    }

    /// The place of each key, by its number, when all are sorted.
    pub(super) fn places(&self, shared: &Shared) -> Vec<u32> {
        // When the value of each key was first seen, by field.
        let seen: Vec<Vec<usize>> = (0..self.projection.fields.len())
            .map(|field| {
                let mut seen = HashMap::new();
                let keys = self.keys.iter();
                keys.map(|key| {
                    let rank = seen.len();
                    *seen.entry(key[field]).or_insert(rank)
                })
                .collect()
            })
            .collect();
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        order.sort_by(|&a, &b| {
            let (one, two) = (a as usize, b as usize);
            let (a, b) = (&self.keys[one], &self.keys[two]);
            let fields = self.projection.fields.iter().enumerate();
            fields.fold(Ordering::Equal, |so_far, (place, field)| {
                so_far.then_with(|| {
                    let (a, b) = (a[place], b[place]);
                    if a == b {
                        Ordering::Equal
                    } else if field.key == Key::Config {
                        shared.compare_tuples(&field.order, a, b)
                    } else if field.order == Order::FirstSeen {
                        seen[place][one].cmp(&seen[place][two])
                    } else {
                        let (a, b) = (shared.texts.at(a as usize), shared.texts.at(b as usize));
                        compare_texts(&field.order, shared.texts.text(a), shared.texts.text(b))
                    }
                })
            })
        });
        let mut places = vec![0; order.len()];
        for (place, key) in order.into_iter().enumerate() {
            places[key as usize] = place as u32;
        }
        places
    }
}

impl Shared {
    /// Member by member; in order of first appearance members go by the bytes of their values.
    fn compare_tuples(&self, order: &Order, a: Value, b: Value) -> Ordering {
        (0..self.members.len()).fold(Ordering::Equal, |so_far, place| {
            so_far.then_with(|| {
                let a = self.texts.text(self.member(a, place));
                let b = self.texts.text(self.member(b, place));
                compare_texts(order, a, b)
            })
        })
    }
}

fn compare_texts(order: &Order, a: &[u8], b: &[u8]) -> Ordering {
    match order {
        Order::Num => compare_num(a, b),
        Order::Fixed(list) => {
            let place = |text: &[u8]| list.iter().rposition(|listed| listed == text);
            place(a).cmp(&place(b)).then_with(|| a.cmp(b))
        }
        _ => compare_alpha(a, b),
    }
}
