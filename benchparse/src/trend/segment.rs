//! Fits a piecewise constant function with a bounded loss function.

/// Where a series changes: the place of the first point of each segment but the first.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Segmentation {
    /// Places in ascending order, counted from 0.
    pub changes: Vec<usize>,
    /// The cost of the fit.
    pub cost: f64,
}

/// More pieces than this mean a degenerate series.
const PIECE_LIMIT: usize = 4096;

/// Finds the segmentation with the least Σ min((`x_t` − μ)², K²) + `penalty` · changes, where μ is the
/// best level of each point's segment.
///
/// The optimum is exact. It is found by functional pruning (Maidstone et al., *On optimal multiple
/// changepoint algorithms for large data*, 2017) with the bounded loss of Fearnhead and Rigaill
/// (*Changepoint detection in the presence of outliers*, 2019): the least cost of the series so
/// far, as a function of the level of its last point, is kept as quadratic pieces.
///
/// `None` when the function falls into more than 4,096 pieces, which a degenerate series can do;
/// a larger scale for the values helps. The values must be finite.
///
/// ```
/// use benchparse::trend::segment;
/// let series = [0.0, 0.3, -0.2, 9.0, 0.1, 5.1, 4.9, 5.2, 5.0];
/// assert_eq!(segment(&series, 3.0, 6.0).unwrap().changes, [5]);
/// ```
pub fn segment(values: &[f64], bound: f64, penalty: f64) -> Option<Segmentation> {
    let mut cost = CostFunction::new(bound);
    let mut pieces_before = Vec::new();
    // For each point: where the last segment of the best fit up to it begins.
    let mut starts = Vec::with_capacity(values.len());
    let mut best = Minimum {
        cost: 0.0,
        start: 0,
    };
    for (place, &value) in values.iter().enumerate() {
        if place > 0 {
            cost.cap(best.cost + penalty, place, &mut pieces_before);
        }
        cost.add(value, &mut pieces_before);
        if cost.pieces.len() > PIECE_LIMIT {
            return None;
        }
        best = cost.minimum();
        starts.push(best.start);
    }
    let mut changes = Vec::new();
    let mut end = values.len();
    while let Some(&start) = end.checked_sub(1).and_then(|last| starts.get(last)) {
        if start == 0 {
            break;
        }
        changes.push(start);
        end = start;
    }
    changes.reverse();
    Some(Segmentation {
        changes,
        cost: best.cost,
    })
}

/// `weight · (μ − center)² + base` from the end of the piece before up to `end`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    end: f64,
    weight: f64,
    center: f64,
    base: f64,
    /// Where the segment that this level belongs to begins.
    start: usize,
}

#[derive(Debug, Clone, Copy)]
struct Minimum {
    cost: f64,
    start: usize,
}

impl Piece {
    /// The function plus (μ − value)², about its new centre: no large terms that cancel.
    fn plus_square(self, value: f64) -> Self {
        let weight = self.weight + 1.0;
        let distance = value - self.center;
        Self {
            weight,
            center: self.center + distance / weight,
            base: self.base + self.weight / weight * distance * distance,
            ..self
        }
    }

    /// The least value between `from` and the end.
    fn least(&self, from: f64) -> f64 {
        if self.weight == 0.0 {
            return self.base;
        }
        let distance = self.center.clamp(from, self.end) - self.center;
        self.base + self.weight * distance * distance
    }

    fn same_function(&self, other: &Self) -> bool {
        self.start == other.start
            && self.base == other.base
            && self.weight == other.weight
            && (self.weight == 0.0 || self.center == other.center)
    }
}

#[derive(Debug)]
struct CostFunction {
    bound: f64,
    pieces: Vec<Piece>,
}

impl CostFunction {
    fn new(bound: f64) -> Self {
        Self {
            bound,
            pieces: vec![Piece {
                end: f64::INFINITY,
                weight: 0.0,
                center: 0.0,
                base: 0.0,
                start: 0,
            }],
        }
    }

    /// Where the cost is above `limit`, a new segment that begins at `start` is the better way;
    /// `scratch` is memory to work in.
    fn cap(&mut self, limit: f64, start: usize, scratch: &mut Vec<Piece>) {
        let fresh = |end| Piece {
            end,
            weight: 0.0,
            center: 0.0,
            base: limit,
            start,
        };
        scratch.clear();
        std::mem::swap(scratch, &mut self.pieces);
        let mut from = f64::NEG_INFINITY;
        for &piece in scratch.iter() {
            let end = piece.end;
            if piece.base > limit {
                self.push(fresh(end));
            } else if piece.weight == 0.0 {
                self.push(piece);
            } else {
                let reach = ((limit - piece.base) / piece.weight).sqrt();
                let (low, high) = (piece.center - reach, piece.center + reach);
                if low > from {
                    self.push(fresh(low.min(end)));
                }
                if low < end && high > from {
                    self.push(Piece {
                        end: high.min(end),
                        ..piece
                    });
                }
                if high < end {
                    self.push(fresh(end));
                }
            }
            from = end;
        }
    }

    /// Adds the loss of a point; `scratch` is memory to work in.
    fn add(&mut self, value: f64, scratch: &mut Vec<Piece>) {
        scratch.clear();
        std::mem::swap(scratch, &mut self.pieces);
        let far = self.bound * self.bound;
        let (low, high) = (value - self.bound, value + self.bound);
        let mut from = f64::NEG_INFINITY;
        for &piece in scratch.iter() {
            let beyond = Piece {
                base: piece.base + far,
                ..piece
            };
            if from < low {
                self.push(Piece {
                    end: piece.end.min(low),
                    ..beyond
                });
            }
            if from < high && piece.end > low {
                self.push(Piece {
                    end: piece.end.min(high),
                    ..piece.plus_square(value)
                });
            }
            if piece.end > high {
                self.push(beyond);
            }
            from = piece.end;
        }
    }

    fn push(&mut self, piece: Piece) {
        match self.pieces.last_mut() {
            Some(last) if last.same_function(&piece) => last.end = piece.end,
            Some(last) if last.end >= piece.end => {}
            _ => self.pieces.push(piece),
        }
    }

    fn minimum(&self) -> Minimum {
        let mut best = Minimum {
            cost: f64::INFINITY,
            start: 0,
        };
        let mut from = f64::NEG_INFINITY;
        for piece in &self.pieces {
            let cost = piece.least(from);
            if cost < best.cost {
                best = Minimum {
                    cost,
                    start: piece.start,
                };
            }
            from = piece.end;
        }
        best
    }
}
