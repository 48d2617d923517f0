//! The gate against the reference verdicts.

use benchparse::gate::{Policy, Reason, Row, RowKey, Verdict, judge};
use benchparse::stats::Sample;
use benchparse::unit::{Direction, ValueClass as Class};
use serde_json::Value;

/// A side of a row; numbers that JSON has not are texts.
fn sample(values: &Value) -> Option<Sample> {
    let number = |value: &Value| match value.as_str() {
        Some(text) => text.to_lowercase().parse().expect("nan or inf"),
        None => value.as_f64().unwrap_or(f64::NAN),
    };
    let values: Vec<f64> = values.as_array()?.iter().map(number).collect();
    (!values.is_empty()).then(|| Sample::new(values))
}

fn row(case: &Value) -> Row {
    let text = |key: &str| case[key].as_str().expect("text").to_owned();
    let tolerance = |key: &str| case[key].as_f64().expect("a number");
    let key = RowKey::new("", text("name"), "");
    let mut row = Row::new(key, sample(&case["old"]), sample(&case["new"]));
    row.class = match case["kind"].as_str() {
        Some("exact") => Class::Exact {
            abs: tolerance("tol_abs"),
            rel: tolerance("tol_rel"),
        },
        _ => Class::Timing,
    };
    row.direction = if case["higher"] == Value::Bool(true) {
        Direction::Higher
    } else {
        Direction::Lower
    };
    row
}

/// The words of the vectors.
fn words(verdict: &Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Regressed => ("regressed", ""),
        Verdict::Improved => ("improved", ""),
        Verdict::Unchanged => ("unchanged", ""),
        Verdict::Added => ("new", ""),
        Verdict::Removed => ("removed", ""),
        Verdict::Inconclusive { reason } => {
            let reason = match reason {
                Reason::Invalid => "invalid value",
                Reason::TooFew => "too few samples",
                Reason::Borderline => "borderline",
                Reason::Noisy => "noisy",
                other => panic!("{other:?}"),
            };
            ("inconclusive", reason)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_verdict_is_as_expected() {
    let text = include_str!("vectors/gate_verdicts.json");
    let document: Value = serde_json::from_str(text).expect("JSON");
    let cases = document["cases"].as_array().expect("cases");
    assert!(cases.len() >= 30);
    for case in cases {
        let rows: Vec<Row> = case["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .map(row)
            .collect();
        let mut policy = Policy::default();
        policy.threshold = case["t"].as_f64();
        policy.q = case["q"].as_f64().expect("q");
        policy.interleaved = true;
        let report = judge(&rows, &policy);
        assert_eq!(
            report.family as u64,
            case["info"]["family"].as_u64().expect("family"),
            "{}",
            case["id"]
        );
        for (expected, got) in case["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .zip(&report.rows)
        {
            let (verdict, reason) = words(&got.verdict);
            assert_eq!(
                expected["verdict"], verdict,
                "{} {}",
                case["id"], expected["name"]
            );
            if verdict == "inconclusive" {
                assert_eq!(
                    expected["reason"], reason,
                    "{} {}",
                    case["id"], expected["name"]
                );
            }
        }
    }
}
