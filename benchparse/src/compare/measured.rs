//! Stores measurements in the order they arrive, grouped by benchmark.

/// So many values are made room for at a time.
const PAGE: usize = 1 << 15;

/// Segments grow to this length.
const LONGEST: usize = 1 << 10;

const NONE: u32 = u32::MAX;

/// The values of all results: pages, cut into segments that have one owner each. A value costs no
/// more than its eight bytes and is never moved.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pages: Vec<Box<[f64]>>,
    /// How much of the last page is given away.
    used: usize,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    page: u32,
    start: u32,
    length: u32,
    /// The owner's next segment, which comes later in [`Measured::segments`].
    next: u32,
}

/// The segments of one owner.
#[derive(Debug, Clone, Copy)]
pub(super) struct SegmentList {
    first: u32,
    last: u32,
    /// How many values the last segment has room for.
    room: u32,
}

impl SegmentList {
    pub(super) const EMPTY: Self = Self {
        first: NONE,
        last: NONE,
        room: 0,
    };

    /// What is added next goes to a new segment.
    pub(super) fn cut(&mut self) {
        self.room = 0;
    }
}

impl Measured {
    /// Adds the values of one result; `expected` results are made room for at first.
    #[inline]
    pub(super) fn add(
        &mut self,
        chain: &mut SegmentList,
        values: impl ExactSizeIterator<Item = f64>,
        expected: usize,
    ) {
        let width = values.len();
        if (chain.room as usize) < width {
            self.lengthen(chain, width, expected);
        }
        let segment = &mut self.segments[chain.last as usize];
        let start = (segment.start + segment.length) as usize;
        let room = &mut self.pages[segment.page as usize][start..start + width];
        for (place, value) in room.iter_mut().zip(values) {
            *place = value;
        }
        segment.length += width as u32;
        chain.room -= width as u32;
    }

    #[cold]
    fn lengthen(&mut self, chain: &mut SegmentList, width: usize, expected: usize) {
        let results = match self.segments.get(chain.last as usize) {
            Some(last) if chain.room == 0 => 2 * last.length as usize / width.max(1),
            _ => expected,
        };
        let capacity = width * results.min(LONGEST / width.max(1)).max(1);
        let left = self.pages.last().map_or(0, |page| page.len() - self.used);
        if left < capacity {
            self.pages.push(vec![0.0; PAGE.max(capacity)].into());
            self.used = 0;
        }
        let number = u32::try_from(self.segments.len()).expect("fewer than 2^32 segments");
        self.segments.push(Segment {
            page: self.pages.len() as u32 - 1,
            start: self.used as u32,
            length: 0,
            next: NONE,
        });
        self.used += capacity;
        match self.segments.get_mut(chain.last as usize) {
            Some(last) => last.next = number,
            None => chain.first = number,
        }
        chain.last = number;
        chain.room = capacity as u32;
    }

    /// The segments of a chain with their numbers, which say when they were begun.
    pub(super) fn segments(&self, chain: &SegmentList) -> impl Iterator<Item = (u32, &[f64])> {
        let mut next = chain.first;
        std::iter::from_fn(move || {
            let segment = self.segments.get(next as usize)?;
            let number = next;
            next = segment.next;
            let start = segment.start as usize;
            let page = &self.pages[segment.page as usize];
            Some((number, &page[start..start + segment.length as usize]))
        })
    }

    /// How many values there is room for.
    pub(super) fn len(&self) -> usize {
        let full = self.pages.iter().rev().skip(1);
        full.map(|page| page.len()).sum::<usize>() + self.used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_in_turn_keep_their_values_in_order() {
        let mut measured = Measured::default();
        let mut chains = [SegmentList::EMPTY; 3];
        for run in 0..5000 {
            for (chain, width) in chains.iter_mut().zip(1..) {
                let values = (0..width).map(|place| f64::from(run * width + place));
                measured.add(chain, values, 1);
            }
        }
        for (chain, width) in chains.iter().zip(1..) {
            let segments = measured.segments(chain).flat_map(|(_, values)| values);
            let all: Vec<f64> = segments.copied().collect();
            let expected: Vec<f64> = (0..5000 * width).map(f64::from).collect();
            assert_eq!(all, expected);
        }
    }
}
