//! Computes the geometric mean of a column.

use super::table::{Geomean, GeomeanWarning, Ratio, Rows};
use crate::stats::geomean;

pub(super) fn column_geomean(rows: &Rows, column: usize) -> Geomean {
    let all = || rows.entries.iter().map(|entry| rows.row(entry));
    let centers = || all().filter_map(|row| Some(row.cell(column)?.summary.center));
    let mut warnings = Vec::new();
    let summary = positive_geomean(centers());
    let ratio = (column > 0).then(|| {
        let baselines = all().filter(|row| row.baseline().is_some()).count();
        let pairs: Vec<(f64, f64)> = all()
            .filter_map(|row| {
                let (old, new) = (row.baseline()?, row.cell(column)?);
                Some((old.summary.center, new.summary.center))
            })
            .collect();
        if pairs.len() != baselines {
            warnings.push(GeomeanWarning::SetDiffers);
        }
        pairs
    });
    if summary.is_none() {
        warnings.push(GeomeanWarning::SummaryNotPositive);
    }
    let ratio = ratio.map(|pairs| {
        if pairs.iter().any(|&(old, new)| old == 0.0 && new != old) {
            return Ratio::Undefined;
        }
        let ratios = pairs
            .iter()
            .map(|&(old, new)| if old == new { 1.0 } else { new / old });
        match positive_geomean(ratios) {
            Some(ratio) => Ratio::Of(ratio),
            None => {
                warnings.push(GeomeanWarning::RatioNotPositive);
                Ratio::Undefined
            }
        }
    });
    Geomean {
        summary,
        ratio,
        warnings,
    }
}

/// The geometric mean, if all values are positive and there is one.
fn positive_geomean(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    if values.clone().any(|value| value <= 0.0) {
        return None;
    }
    let mut values = values.peekable();
    values.peek()?;
    let mean = geomean(values);
    (!mean.is_nan()).then_some(mean)
}
