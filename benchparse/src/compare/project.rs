//! Assigns results to tables, rows and columns by the values of their keys.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use crate::format::{BenchmarkResult, Config, ConfigId, Symbol, Symbols, Texts};
use crate::name::Name;
use crate::query::{Field, Key, Order, Projection, compare_alpha, compare_num};

/// What the projections of a table have in common: keys that one of them names are left out of
/// the groups `.config` and `.fullname`.
#[derive(Debug)]
pub(super) struct Shared {
    named_config: HashSet<Vec<u8>>,
    named_parts: Vec<Vec<u8>>,
    names_base: bool,
    names_gomaxprocs: bool,
    /// Configuration keys that belong to `.config`, in the order they were first seen.
    members: Vec<Symbol>,
    member_places: HashMap<Symbol, Option<usize>>,
    /// Values of the members, without the empty ones at the end.
    tuples: Vec<Box<[Symbol]>>,
    tuple_ids: HashMap<Box<[Symbol]>, u32>,
    tuple: Vec<Symbol>,
    /// Texts that stand in no input as they are: parts of names, labels of several fields.
    pub(super) made: Symbols,
}

/// A value of one field: a number whose meaning its [`Kind`] says.
type Value = u32;

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Symbols of the parser.
    Read,
    /// Symbols of [`Shared::made`].
    Made,
    /// Numbers of [`Shared::tuples`].
    Tuple,
}

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
            made: Symbols::default(),
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

    fn reduces_names(&self) -> bool {
        self.names_base || self.names_gomaxprocs || !self.named_parts.is_empty()
    }

    fn kind(&self, key: &Key) -> Kind {
        match key {
            Key::Config => Kind::Tuple,
            Key::FullName if self.reduces_names() => Kind::Made,
            Key::FullName | Key::File | Key::ConfigKey(_) => Kind::Read,
            _ => Kind::Made,
        }
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
                ..
            } = self;
            let place = member_places.entry(key).or_insert_with(|| {
                (!named_config.contains(symbols.own_text(key))).then(|| {
                    members.push(key);
                    members.len() - 1
                })
            });
            if let Some(place) = *place {
                if tuple.len() <= place {
                    tuple.resize(place + 1, Symbol::EMPTY);
                }
                tuple[place] = value;
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
    fn reduced_name(&self, name: Name<'_>) -> Vec<u8> {
        let mut reduced = Vec::with_capacity(name.full().len());
        for (place, part) in name.parts().enumerate() {
            if place == 0 {
                reduced.extend_from_slice(if self.names_base { b"*" } else { part });
            } else if !self.named_parts.iter().any(|named| part.starts_with(named)) {
                reduced.extend_from_slice(part);
            }
        }
        if !self.names_gomaxprocs {
            reduced.extend_from_slice(name.suffix().unwrap_or_default());
        }
        reduced
    }

    /// The value of a field for a result.
    fn value(&mut self, key: &Key, result: &BenchmarkResult<'_>) -> Value {
        let symbol = match (self.kind(key), key) {
            (Kind::Tuple, _) => return self.config_tuple(result.config(), result.symbols()),
            (Kind::Read, Key::FullName) => result.name_symbol(),
            (Kind::Read, Key::ConfigKey(key)) => result.config_symbol(key).unwrap_or_default(),
            (Kind::Read, _) => result.label_symbol(),
            (Kind::Made, Key::FullName) => {
                let reduced = self.reduced_name(result.name());
                self.made.intern(&reduced)
            }
            (Kind::Made, _) => self.made.intern(key.value(result).unwrap_or_default()),
        };
        symbol.index()
    }

    fn member(&self, tuple: Value, place: usize) -> Symbol {
        let tuple = &self.tuples[tuple as usize];
        tuple.get(place).copied().unwrap_or(Symbol::EMPTY)
    }

    /// Makes all texts that tables may name; no other is made later.
    pub(super) fn make_texts(&mut self, projections: &[&Projector]) {
        for field in projections.iter().flat_map(|it| &it.projection.fields) {
            self.made.intern(field.key.text());
        }
    }
}

/// A text's symbol in the tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Naming<'a> {
    pub(super) shared: &'a Shared,
    pub(super) texts: &'a Texts,
}

impl Naming<'_> {
    /// The values that a field's value stands for: one, or one for each member of `.config`.
    fn add_texts(&self, key: &Key, value: Value, texts: &mut Vec<Symbol>) {
        match self.shared.kind(key) {
            Kind::Tuple => texts.extend(
                (0..self.shared.members.len()).map(|place| self.shared.member(value, place)),
            ),
            Kind::Read => texts.push(self.texts.of_first(value)),
            Kind::Made => texts.push(self.shared.made.at(value)),
        }
    }

    /// The names of a field, `.config` as its members.
    fn add_names(&self, field: &Field, names: &mut Vec<Symbol>) {
        if field.key == Key::Config {
            names.extend_from_slice(&self.shared.members);
        } else {
            names.extend(self.shared.made.find(field.key.text()));
        }
    }

    /// The names of the keys by which residues differ.
    pub(super) fn varying(&self, residue: &Projector, keys: &[u32]) -> Vec<Symbol> {
        let names = residue.field_names(self);
        let texts = |key: u32| {
            let mut texts = Vec::with_capacity(names.len());
            residue.add_texts(self, key, &mut texts);
            texts
        };
        let values: Vec<Vec<Symbol>> = keys.iter().map(|&key| texts(key)).collect();
        let differs = |at: &usize| values.iter().any(|texts| texts[*at] != values[0][*at]);
        (0..names.len())
            .filter(differs)
            .map(|at| names[at])
            .collect()
    }
}

/// One projection with all the keys it has produced, in the order they were first seen.
#[derive(Debug)]
pub(super) struct Projector {
    projection: Projection,
    /// The values of all keys, one for each field.
    values: Vec<Value>,
    count: u32,
    ids: Ids,
    key: Vec<Value>,
    /// The last configuration and input and their key, where a key depends on nothing else.
    last: Option<((ConfigId, Symbol), u32)>,
    is_by_input: bool,
}

/// The numbers of keys by their values.
#[derive(Debug)]
enum Ids {
    /// Of one field, whose values are small numbers: by the value.
    One(Vec<u32>),
    Many(HashTable<u32>, DefaultHashBuilder),
}

const UNSEEN: u32 = u32::MAX;

impl Projector {
    pub(super) fn new(projection: Projection) -> Self {
        let fields = projection.fields.iter();
        let is_by_input = fields
            .clone()
            .all(|field| matches!(field.key, Key::Config | Key::File | Key::ConfigKey(_)));
        Self {
            ids: match fields.len() {
                1 => Ids::One(Vec::new()),
                _ => Ids::Many(HashTable::new(), DefaultHashBuilder::default()),
            },
            projection,
            values: Vec::new(),
            count: 0,
            key: Vec::new(),
            last: None,
            is_by_input,
        }
    }

    /// The number of the key that a result has.
    pub(super) fn project(&mut self, shared: &mut Shared, result: &BenchmarkResult<'_>) -> u32 {
        if !self.is_by_input {
            return self.find(shared, result);
        }
        let input = (result.config_id(), result.label_symbol());
        match self.last {
            Some((last, id)) if last == input => id,
            _ => {
                let id = self.find(shared, result);
                self.last = Some((input, id));
                id
            }
        }
    }

    fn find(&mut self, shared: &mut Shared, result: &BenchmarkResult<'_>) -> u32 {
        let Self {
            projection,
            values,
            count,
            ids,
            key,
            ..
        } = self;
        key.clear();
        let fields = projection.fields.iter();
        key.extend(fields.map(|field| shared.value(&field.key, result)));
        match ids {
            Ids::One(ids) => {
                let value = key[0] as usize;
                if ids.len() <= value {
                    ids.resize(value + 1, UNSEEN);
                }
                if ids[value] != UNSEEN {
                    return ids[value];
                }
                ids[value] = *count;
            }
            Ids::Many(ids, hasher) => {
                let width = key.len();
                let of = |id: u32| &values[id as usize * width..][..width];
                let hash = hasher.hash_one(&*key);
                if let Some(&id) = ids.find(hash, |&id| of(id) == *key) {
                    return id;
                }
                ids.insert_unique(hash, *count, |&id| hasher.hash_one(of(id)));
            }
        }
        values.extend_from_slice(key);
        *count += 1;
        *count - 1
    }

    fn values_of(&self, key: u32) -> &[Value] {
        let width = self.projection.fields.len();
        &self.values[key as usize * width..][..width]
    }

    /// Adds the values of a key, `.config` as its members.
    pub(super) fn add_texts(&self, naming: &Naming<'_>, key: u32, texts: &mut Vec<Symbol>) {
        let fields = self.projection.fields.iter();
        for (field, &value) in fields.zip(self.values_of(key)) {
            naming.add_texts(&field.key, value, texts);
        }
    }

    /// The names of the fields, `.config` as its members.
    pub(super) fn field_names(&self, naming: &Naming<'_>) -> Vec<Symbol> {
        let mut names = Vec::new();
        for field in &self.projection.fields {
            naming.add_names(field, &mut names);
        }
        names
    }

    /// The numbers of all keys, sorted.
    pub(super) fn sorted(&self, shared: &Shared, symbols: &Symbols) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.count).collect();
        if let [field] = &self.projection.fields[..]
            && field.key != Key::Config
            && field.order == Order::FirstSeen
        {
            return order;
        }
        // When the value of each key was first seen, by field.
        let seen: Vec<Vec<usize>> = (0..self.projection.fields.len())
            .map(|field| {
                let mut seen = HashMap::new();
                let keys = order.iter().map(|&key| self.values_of(key)[field]);
                keys.map(|value| {
                    let rank = seen.len();
                    *seen.entry(value).or_insert(rank)
                })
                .collect()
            })
            .collect();
        let text = |key: &Key, value: Value| match shared.kind(key) {
            Kind::Made => shared.made.own_text(shared.made.at(value)),
            _ => symbols.own_text(symbols.at(value)),
        };
        order.sort_by(|&one, &two| {
            let (a, b) = (self.values_of(one), self.values_of(two));
            let fields = self.projection.fields.iter().enumerate();
            fields.fold(Ordering::Equal, |so_far, (place, field)| {
                so_far.then_with(|| {
                    let (a, b) = (a[place], b[place]);
                    if a == b {
                        Ordering::Equal
                    } else if field.key == Key::Config {
                        shared.compare_tuples(symbols, &field.order, a, b)
                    } else if field.order == Order::FirstSeen {
                        seen[place][one as usize].cmp(&seen[place][two as usize])
                    } else {
                        compare_texts(&field.order, text(&field.key, a), text(&field.key, b))
                    }
                })
            })
        });
        order
    }

    /// The texts that are not empty, joined with blanks, where a key has more than one: those of
    /// one are its only field's own.
    fn joined(&self, shared: &Shared, symbols: &Symbols, key: u32, joined: &mut Vec<u8>) {
        joined.clear();
        let mut add = |text: &[u8]| {
            if !text.is_empty() {
                if !joined.is_empty() {
                    joined.push(b' ');
                }
                joined.extend_from_slice(text);
            }
        };
        for (field, &value) in self.projection.fields.iter().zip(self.values_of(key)) {
            match shared.kind(&field.key) {
                Kind::Tuple => {
                    for place in 0..shared.members.len() {
                        add(symbols.own_text(shared.member(value, place)));
                    }
                }
                Kind::Read => add(symbols.own_text(symbols.at(value))),
                Kind::Made => add(shared.made.own_text(shared.made.at(value))),
            }
        }
    }

    /// Makes the labels of all keys: their values that are not empty, joined with blanks. `None`
    /// where each key has one value, which is its label.
    pub(super) fn make_labels(
        &self,
        shared: &mut Shared,
        symbols: &Symbols,
    ) -> Option<Vec<Symbol>> {
        if let [field] = &self.projection.fields[..]
            && field.key != Key::Config
        {
            return None;
        }
        let mut joined = Vec::new();
        let labels = (0..self.count).map(|key| {
            self.joined(shared, symbols, key, &mut joined);
            shared.made.intern(&joined)
        });
        Some(labels.collect())
    }
}

impl Shared {
    /// Member by member; in order of first appearance members go by the bytes of their values.
    fn compare_tuples(&self, symbols: &Symbols, order: &Order, a: Value, b: Value) -> Ordering {
        (0..self.members.len()).fold(Ordering::Equal, |so_far, place| {
            so_far.then_with(|| {
                let [a, b] = [a, b].map(|tuple| symbols.own_text(self.member(tuple, place)));
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
