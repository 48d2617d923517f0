//! What the library gives to those who draw: every value.

use std::fs;
use std::path::Path;

use benchcli::baseline::Store;
use benchcli::config::Loaded;
use benchcli::history::{Request, Window, read};
use benchparse::query::Filter;
use benchparse::stats::{Sample, median};
use benchparse::trend::{History, Sensitivity};

use crate::story::commit;
use testsupport::repositories::{Sandbox, results};

fn history(path: &Path, with_samples: bool) -> History {
    let config = Loaded::default();
    let request = Request {
        window: Window::All,
        filter: Filter::everything(),
        units: Vec::new(),
        environment: None,
        with_samples,
        sensitivity: Sensitivity::Normal,
        config: &config,
    };
    read(&Store::open(path).unwrap(), &request).unwrap().history
}

#[test]
fn samples_are_the_same_parsed_cached_and_merged() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    let fresh = || {
        let folder = repo.path.join(".git/benchcli/trend");
        let _ = fs::remove_dir_all(folder);
        history(&repo.path, true)
    };
    for number in 0..30 {
        commit(&repo, number, &number.to_string());
        repo.record(&results(number));
        // Without samples, so that small files are read again when they are put together.
        history(&repo.path, false);
    }
    let merged = history(&repo.path, true);
    let parsed = fresh();
    let cached = history(&repo.path, true);
    assert_eq!(merged, parsed);
    assert_eq!(cached, parsed);
    let mut without = history(&repo.path, false);
    for series in &parsed.series {
        for point in &series.points {
            assert_eq!(point.samples.len(), 5);
            assert_eq!(point.count, 5);
            assert!(point.samples.is_sorted());
            assert_eq!(median(&Sample::new(point.samples.clone())), point.median);
            assert!(point.low <= point.median && point.median <= point.high);
        }
    }
    for (series, whole) in without.series.iter_mut().zip(&parsed.series) {
        for (point, whole) in series.points.iter_mut().zip(&whole.points) {
            assert!(point.samples.is_empty());
            point.samples.clone_from(&whole.samples);
        }
    }
    assert_eq!(without, parsed);
}

#[test]
fn values_that_are_all_the_same_come_back_as_often() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo");
    for number in 0..3 {
        commit(&repo, number, &number.to_string());
        let line = format!("BenchmarkX 1 {number} ns/op\n");
        repo.record(&line.repeat(2 + number as usize));
    }
    for _ in 0..2 {
        let history = history(&repo.path, true);
        let points = history.series[0].points.iter();
        let samples: Vec<_> = points.map(|point| point.samples.clone()).collect();
        assert_eq!(samples, [vec![0.0; 2], vec![1e-9; 3], vec![2e-9; 4]]);
    }
}
