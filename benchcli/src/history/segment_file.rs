//! Encodes segments as bytes.
//!
//! Summaries and samples are stored separately, so that readers that do not need the samples can skip them.

use std::ops::Range;

use benchparse::unit::Direction;
use git2::Oid;

use super::bytes::{Bytes, opened, put_f64s, put_text, put_u32s, sealed};
use super::columns::{Column, Segment, UnitFact};
use super::key::SeriesKey;

const POINTS: &str = "trend points";
const SAMPLES: &str = "trend samples";
const ID: usize = 20;

/// All points of the column have one count.
const ONE_COUNT: u8 = 1;
/// The column has a point for each note.
const DENSE: u8 = 2;
/// All values of each point are equal: neither bounds nor samples are stored.
const STEADY: u8 = 4;

/// More values than a column of a segment has.
const MOST_SAMPLES: u64 = 1 << 24;

/// A segment whose columns are decoded when they are asked for.
#[derive(Debug)]
pub(super) struct SegmentFile {
    pub(super) points: Vec<u8>,
    /// Empty where nobody wants them.
    pub(super) samples: Vec<u8>,
    pub(super) notes: Vec<Oid>,
    pub(super) units: Vec<UnitFact>,
    pub(super) columns: Vec<Place>,
}

/// Where a column is.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) key: SeriesKey,
    /// How many points it has.
    pub(super) count: usize,
    flags: u8,
    points: Range<usize>,
    samples: Range<usize>,
}

/// The two files of a segment.
pub(super) fn encode(segment: &Segment) -> (Vec<u8>, Vec<u8>) {
    let mut data = Vec::new();
    let mut samples = Vec::new();
    let mut head = Vec::new();
    let sizes = [
        segment.notes.len(),
        segment.units.len(),
        segment.columns.len(),
    ];
    put_u32s(&mut head, &sizes.map(|size| size as u32));
    for note in &segment.notes {
        head.extend_from_slice(note.as_bytes());
    }
    for fact in &segment.units {
        put_u32s(&mut head, &[fact.note]);
        put_text(&mut head, &fact.unit);
        let better = match fact.better {
            None => 0,
            Some(Direction::Lower) => 1,
            Some(Direction::Higher) => 2,
        };
        head.extend_from_slice(&[u8::from(fact.is_exact), better]);
    }
    for column in &segment.columns {
        for text in column.key.texts() {
            put_text(&mut head, text);
        }
        let flags = flags(column, segment.notes.len());
        head.push(flags);
        put_u32s(&mut head, &[column.notes.len() as u32]);
        if flags & DENSE == 0 {
            put_u32s(&mut data, &column.notes);
        }
        match column.counts.first() {
            Some(&count) if flags & ONE_COUNT != 0 => put_u32s(&mut data, &[count]),
            _ => put_u32s(&mut data, &column.counts),
        }
        put_f64s(&mut data, &column.medians);
        if flags & STEADY == 0 {
            put_f64s(&mut data, &column.lows);
            put_f64s(&mut data, &column.highs);
            put_f64s(&mut samples, &column.samples);
        }
        head.extend_from_slice(&(data.len() as u64).to_le_bytes());
        head.extend_from_slice(&(samples.len() as u64).to_le_bytes());
    }
    head.extend_from_slice(&data);
    (sealed(POINTS, &head), sealed(SAMPLES, &samples))
}

fn flags(column: &Column, notes: usize) -> u8 {
    let mut flags = 0;
    if column.counts.windows(2).all(|pair| pair[0] == pair[1]) && !column.counts.is_empty() {
        flags |= ONE_COUNT;
    }
    if column.notes.len() == notes {
        flags |= DENSE;
    }
    let bounds = column.lows.iter().zip(&column.highs).zip(&column.medians);
    let mut samples = column.samples.iter();
    let mut values = column.counts.iter().zip(&column.medians);
    let is_same = |one: f64, other: f64| one.to_bits() == other.to_bits();
    if bounds
        .into_iter()
        .all(|((low, high), median)| is_same(*low, *median) && is_same(*high, *median))
        && values.all(|(&count, &median)| {
            let mut values = samples.by_ref().take(count as usize);
            values.all(|value| is_same(*value, median))
        })
    {
        flags |= STEADY;
    }
    flags
}

impl SegmentFile {
    /// Reads the directory of a segment; nothing where the file is not as [`encode`] writes it.
    pub(super) fn decode(points: Vec<u8>, samples: Option<Vec<u8>>) -> Option<Self> {
        let mut head = Bytes(points.get(opened(POINTS, &points)?..)?);
        let [notes, units, columns] = head.u32s(3)?.try_into().ok()?;
        let (ids, _) = head
            .take(ID.checked_mul(notes as usize)?)?
            .as_chunks::<ID>();
        let ids: Option<Vec<Oid>> = ids.iter().map(|id| Oid::from_bytes(id).ok()).collect();
        let units: Option<Vec<UnitFact>> = (0..units).map(|_| fact(&mut head)).collect();
        let mut places = Vec::new();
        let samples_start = match &samples {
            Some(samples) => Some(opened(SAMPLES, samples)?),
            None => None,
        };
        let (mut data_end, mut samples_end) = (0, samples_start.unwrap_or_default());
        for _ in 0..columns {
            let mut texts: [String; 7] = Default::default();
            for text in &mut texts {
                *text = head.text()?;
            }
            let flags = head.byte()?;
            let count = head.u32()? as usize;
            let data = data_end..usize::try_from(head.u64()?).ok()?;
            let end = usize::try_from(head.u64()?).ok()?;
            let samples = samples_end..end.checked_add(samples_start.unwrap_or_default())?;
            (data_end, samples_end) = (data.end, samples.end);
            if count > points.len() / 8 {
                return None;
            }
            places.push(Place {
                key: SeriesKey::from_texts(texts),
                count,
                flags,
                points: data,
                samples,
            });
        }
        let data_start = points.len() - head.0.len();
        for place in &mut places {
            place.points.start = place.points.start.checked_add(data_start)?;
            place.points.end = place.points.end.checked_add(data_start)?;
        }
        let has_all =
            data_end == head.0.len() && samples.as_ref().is_none_or(|it| it.len() == samples_end);
        has_all.then_some(Self {
            notes: ids?,
            units: units?,
            columns: places,
            points,
            samples: samples.unwrap_or_default(),
        })
    }

    /// A column's points. The samples are empty where the segment has none.
    pub(super) fn column(&self, place: &Place) -> Option<Column> {
        let mut data = Bytes(self.points.get(place.points.clone())?);
        let count = place.count;
        let is_dense = place.flags & DENSE != 0;
        // Memory is asked for only where there are bytes to fill it.
        if count > data.0.len() / 8 || (is_dense && count != self.notes.len()) {
            return None;
        }
        let has = |flag: u8| place.flags & flag != 0;
        let notes = if is_dense {
            (0..count as u32).collect()
        } else {
            data.u32s(count)?
        };
        let counts = if has(ONE_COUNT) {
            vec![data.u32()?; count]
        } else {
            data.u32s(count)?
        };
        let medians = data.f64s(count)?;
        let (lows, highs) = if has(STEADY) {
            (medians.clone(), medians.clone())
        } else {
            (data.f64s(count)?, data.f64s(count)?)
        };
        let samples = if self.samples.is_empty() {
            Vec::new()
        } else if has(STEADY) {
            let total: u64 = counts.iter().map(|&count| u64::from(count)).sum();
            if total > MOST_SAMPLES {
                return None;
            }
            let values = counts.iter().zip(&medians);
            values
                .flat_map(|(&count, &median)| std::iter::repeat_n(median, count as usize))
                .collect()
        } else {
            let bytes = self.samples.get(place.samples.clone())?;
            Bytes(bytes).f64s(bytes.len() / 8)?
        };
        Some(Column {
            key: place.key.clone(),
            notes,
            counts,
            medians,
            lows,
            highs,
            samples,
        })
    }
}

fn fact(head: &mut Bytes<'_>) -> Option<UnitFact> {
    Some(UnitFact {
        note: head.u32()?,
        unit: head.text()?,
        is_exact: head.byte()? != 0,
        better: match head.byte()? {
            0 => None,
            1 => Some(Direction::Lower),
            _ => Some(Direction::Higher),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::columns::Builder;
    use super::*;

    fn segment() -> Segment {
        let mut builder = Builder::default();
        for note in 0..5u8 {
            let mut text = String::from("pkg: a\ncpu: x\nUnit frames better=higher\n");
            for sample in 0..3 {
                text += &format!("BenchmarkX 1 {}{sample} ns/op 7 frames\n", note + 1);
            }
            if note % 2 == 1 {
                text += "BenchmarkOdd 1 5 B/op\nBenchmarkOdd 1 5 B/op\n";
            }
            if note == 3 {
                text += "BenchmarkOdd 1 6 B/op\nBenchmarkOnce 1 2 ns/op\n";
            }
            builder.add(Oid::from_bytes(&[note; 20]).unwrap(), text.as_bytes());
        }
        builder.finish()
    }

    fn columns(file: &SegmentFile) -> Vec<Column> {
        let places = file.columns.iter();
        places.map(|place| file.column(place).unwrap()).collect()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let segment = segment();
        let (points, samples) = encode(&segment);
        let file = SegmentFile::decode(points.clone(), Some(samples)).unwrap();
        assert_eq!((&file.notes, &file.units), (&segment.notes, &segment.units));
        assert_eq!(columns(&file), segment.columns);

        let without = SegmentFile::decode(points, None).unwrap();
        let mut expected = segment.columns;
        for column in &mut expected {
            column.samples.clear();
        }
        assert_eq!(columns(&without), expected);
    }

    #[test]
    fn a_damaged_file_is_none() {
        let (points, samples) = encode(&segment());
        for place in 0..points.len() {
            let mut damaged = points.clone();
            damaged[place] ^= 0x10;
            assert!(SegmentFile::decode(damaged, None).is_none(), "{place}");
            assert!(SegmentFile::decode(points[..place].to_vec(), None).is_none());
        }
        let mut damaged = samples.clone();
        damaged.pop();
        assert!(SegmentFile::decode(points, Some(damaged)).is_none());
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_claims_to_be_a_segment_panics(
            body in proptest::collection::vec(proptest::num::u8::ANY, 0..300),
            samples in proptest::collection::vec(proptest::num::u8::ANY, 0..40),
        ) {
            let file = SegmentFile::decode(sealed(POINTS, &body), Some(sealed(SAMPLES, &samples)));
            if let Some(file) = file {
                for place in &file.columns {
                    file.column(place);
                }
            }
        }
    }
}
