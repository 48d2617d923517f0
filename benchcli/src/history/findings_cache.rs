//! Caches the change points of series by their medians.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hasher as _};

use benchparse::trend::{ChangePoint, Findings, History, Kind, PendingChange, Sensitivity, Series};
use benchparse::unit::Direction;

use super::bytes::{Bytes, opened, put_f64s, put_u32s, sealed};
use super::cache::Cache;
use super::parallel::in_parallel;
use crate::atomic_file::write_whole;

const KIND: &str = "trend findings";
const NAME: &str = "findings";
/// More than this are not kept.
const MOST: usize = 50_000;

/// What a series is: two hashes and the length of everything that its findings follow from.
type Identity = [u64; 2];

/// Examines every series of a history.
pub(super) fn detect_changes(history: &mut History, sensitivity: Sensitivity, cache: &Cache) {
    let path = cache.path(NAME);
    let known = fs::read(&path).ok().and_then(|file| decode(&file));
    let known = known.unwrap_or_default();
    let found = in_parallel(&history.series, |series| {
        let identity = identity(series, sensitivity);
        match known.get(&identity) {
            Some(findings) => (identity, findings.clone(), false),
            None => (identity, series.findings(sensitivity), true),
        }
    });
    let mut all = known;
    let mut any_new = false;
    let mut current = HashMap::new();
    for (series, (identity, findings, is_new)) in history.series.iter_mut().zip(found) {
        any_new |= is_new;
        current.insert(identity, findings.clone());
        series.take(findings);
    }
    if any_new {
        if all.len() + current.len() > MOST {
            all.clear();
        }
        all.extend(current);
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let _ = write_whole(&path, &encode(&all));
    }
}

fn identity(series: &Series, sensitivity: Sensitivity) -> Identity {
    let mut words: Vec<u8> = Vec::with_capacity(series.points.len() * 8 + 64);
    let tolerance = series.tolerance.map(|it| [it.absolute, it.relative]);
    words.push(u8::from(tolerance.is_some()));
    put_f64s(&mut words, &tolerance.unwrap_or_default());
    words.push(u8::from(series.direction == Direction::Higher));
    words.push(match sensitivity {
        Sensitivity::Sensitive => 0,
        Sensitivity::Normal => 1,
        _ => 2,
    });
    for point in &series.points {
        words.extend_from_slice(&point.median.to_le_bytes());
    }
    let mut hasher = DefaultHasher::new();
    hasher.write(&words);
    let mut crc = flate2::Crc::new();
    crc.update(&words);
    let length = words.len() as u64;
    [hasher.finish(), u64::from(crc.sum()) << 32 | length]
}

fn encode(all: &HashMap<Identity, Findings>) -> Vec<u8> {
    let mut body = Vec::new();
    put_u32s(&mut body, &[all.len() as u32]);
    for (identity, findings) in all {
        for hash in identity {
            body.extend_from_slice(&hash.to_le_bytes());
        }
        put_u32s(&mut body, &[findings.changes.len() as u32]);
        for change in &findings.changes {
            let kind = match change.kind {
                Kind::Step => 0,
                Kind::Spike => 1,
                _ => 2,
            };
            body.extend_from_slice(&[kind, u8::from(change.worse)]);
            put_places(&mut body, &[change.after, change.at]);
            put_places(&mut body, &[change.fixed_at.map_or(0, |at| at + 1)]);
            let [low, high] = change.interval;
            let numbers = [
                change.before,
                change.level,
                change.ratio,
                low,
                high,
                change.p,
            ];
            put_f64s(&mut body, &numbers);
        }
        body.push(u8::from(findings.pending.is_some()));
        if let Some(pending) = &findings.pending {
            body.push(u8::from(pending.worse));
            put_places(&mut body, &[pending.after, pending.at]);
            put_f64s(&mut body, &[pending.before, pending.level, pending.ratio]);
        }
    }
    sealed(KIND, &body)
}

fn put_places(body: &mut Vec<u8>, places: &[usize]) {
    for place in places {
        body.extend_from_slice(&(*place as u64).to_le_bytes());
    }
}

fn decode(file: &[u8]) -> Option<HashMap<Identity, Findings>> {
    let mut body = Bytes(file.get(opened(KIND, file)?..)?);
    let count = body.u32()?;
    let mut all = HashMap::new();
    for _ in 0..count {
        let identity = [body.u64()?, body.u64()?];
        let changes = body.u32()?;
        let changes: Option<Vec<ChangePoint>> = (0..changes).map(|_| change(&mut body)).collect();
        let pending = match body.byte()? {
            0 => None,
            _ => Some(pending(&mut body)?),
        };
        let mut findings = Findings::default();
        findings.changes = changes?;
        findings.pending = pending;
        all.insert(identity, findings);
    }
    Some(all)
}

fn change(body: &mut Bytes<'_>) -> Option<ChangePoint> {
    let kind = match body.byte()? {
        0 => Kind::Step,
        1 => Kind::Spike,
        _ => Kind::Drift,
    };
    let worse = body.byte()? != 0;
    let commits = [place(body)?, place(body)?];
    let fixed_at = place(body)?.checked_sub(1);
    let mut number = || body.f64();
    let mut change = ChangePoint::new(kind, commits, [number()?, number()?]);
    change.ratio = number()?;
    change.interval = [number()?, number()?];
    change.p = number()?;
    change.worse = worse;
    change.fixed_at = fixed_at;
    Some(change)
}

fn pending(body: &mut Bytes<'_>) -> Option<PendingChange> {
    let worse = body.byte()? != 0;
    let commits = [place(body)?, place(body)?];
    let mut pending = PendingChange::new(commits, [body.f64()?, body.f64()?]);
    pending.ratio = body.f64()?;
    pending.worse = worse;
    Some(pending)
}

fn place(body: &mut Bytes<'_>) -> Option<usize> {
    usize::try_from(body.u64()?).ok()
}

#[cfg(test)]
mod tests {
    use benchparse::trend::detect_changes;

    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        let medians = |last: f64| -> Vec<f64> {
            let levels = (0..90).map(|it| if (30..60).contains(&it) { 150.0 } else { 100.0 });
            let mut medians: Vec<f64> = levels
                .enumerate()
                .map(|(i, x)| x + (i % 4) as f64)
                .collect();
            medians[10] = 300.0;
            medians[89] = last;
            medians
        };
        let found = |last| {
            let medians = medians(last);
            detect_changes(&medians, None, Direction::Lower, Sensitivity::Normal)
        };
        let all = HashMap::from([
            ([1, 2], Findings::default()),
            ([3, 4], found(100.0)),
            ([5, 6], found(200.0)),
        ]);
        assert!(all[&[5, 6]].pending.is_some() && all[&[3, 4]].changes.len() == 3);
        let file = encode(&all);
        assert_eq!(decode(&file), Some(all));
        for end in 0..file.len() {
            assert_eq!(decode(&file[..end]), None);
        }
    }
}
