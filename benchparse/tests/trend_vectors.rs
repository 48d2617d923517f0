//! The segmentation against exact optima.

use benchparse::trend::segment;
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|x| x.as_f64().expect("a number")).collect()
}

#[test]
fn every_optimum_is_found() {
    let text = include_str!("vectors/potts_biweight.json");
    let document: Value = serde_json::from_str(text).expect("JSON");
    let cases = document["cases"].as_array().expect("cases");
    assert!(cases.len() >= 10);
    for case in cases {
        let id = &case["id"];
        let bound = case["K"].as_f64().expect("K");
        let penalty = case["beta"].as_f64().expect("beta");
        let found = segment(&numbers(&case["x"]), bound, penalty).expect("few pieces");
        let cost: f64 = case["cost"]
            .as_str()
            .and_then(|cost| cost.parse().ok())
            .expect("cost");
        // Sums of a few hundred squares: a few units in the last place.
        assert!(
            (found.cost - cost).abs() <= 1e-12 * cost.max(1.0),
            "{id}: {} {cost}",
            found.cost
        );
        if case["unique"] == Value::Bool(true) {
            let places: Vec<f64> = found.changes.iter().map(|&place| place as f64).collect();
            assert_eq!(places, numbers(&case["changepoints"]), "{id}");
        }
    }
}
