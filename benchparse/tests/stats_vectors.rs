//! The statistics against values computed elsewhere: benchstat's own results, and exact rational arithmetic.

use benchparse::stats::{
    Assumption, Comparer, Sample, benjamini_hochberg, compare, geomean, holm, median,
    median_interval_orders, one_sided, ratio_interval, shift_interval, summarize,
};
use serde_json::Value;

// Orders of the interval's bounds for n = 1, 2, 3, … as benchstat chooses them.
const ORDERS_95: [(usize, usize); 100] = [
    (0, 2),
    (0, 3),
    (0, 4),
    (0, 5),
    (0, 5),
    (1, 6),
    (1, 7),
    (1, 7),
    (2, 8),
    (2, 9),
    (2, 9),
    (3, 10),
    (3, 11),
    (3, 11),
    (4, 12),
    (4, 12),
    (5, 13),
    (5, 14),
    (5, 14),
    (6, 15),
    (6, 16),
    (6, 16),
    (7, 17),
    (8, 18),
    (8, 18),
    (8, 19),
    (8, 19),
    (9, 20),
    (9, 20),
    (10, 21),
    (10, 22),
    (10, 22),
    (11, 23),
    (11, 23),
    (12, 24),
    (12, 24),
    (13, 25),
    (13, 26),
    (13, 26),
    (14, 27),
    (14, 27),
    (15, 28),
    (15, 29),
    (15, 29),
    (16, 30),
    (16, 30),
    (17, 31),
    (17, 31),
    (18, 32),
    (18, 32),
    (19, 33),
    (19, 34),
    (19, 34),
    (20, 35),
    (20, 35),
    (21, 36),
    (21, 36),
    (22, 37),
    (22, 38),
    (22, 38),
    (23, 39),
    (23, 39),
    (24, 40),
    (24, 40),
    (25, 41),
    (25, 42),
    (25, 42),
    (26, 43),
    (26, 43),
    (27, 44),
    (27, 44),
    (28, 45),
    (28, 45),
    (29, 46),
    (29, 47),
    (29, 47),
    (30, 48),
    (30, 48),
    (31, 49),
    (31, 49),
    (32, 50),
    (32, 50),
    (33, 51),
    (33, 52),
    (33, 52),
    (34, 53),
    (34, 53),
    (35, 54),
    (35, 54),
    (36, 55),
    (36, 55),
    (37, 56),
    (37, 57),
    (37, 57),
    (38, 58),
    (38, 58),
    (39, 59),
    (39, 59),
    (40, 60),
    (40, 60),
];
const ORDERS_90: [(usize, usize); 50] = [
    (0, 2),
    (0, 3),
    (0, 4),
    (0, 4),
    (1, 5),
    (1, 6),
    (1, 6),
    (2, 7),
    (2, 8),
    (2, 8),
    (3, 9),
    (3, 9),
    (4, 10),
    (4, 11),
    (4, 11),
    (5, 12),
    (5, 12),
    (6, 13),
    (6, 14),
    (6, 14),
    (7, 15),
    (8, 16),
    (8, 16),
    (8, 17),
    (8, 17),
    (9, 18),
    (9, 18),
    (10, 19),
    (11, 20),
    (11, 20),
    (11, 21),
    (11, 21),
    (12, 22),
    (12, 22),
    (13, 23),
    (13, 24),
    (13, 24),
    (14, 25),
    (14, 25),
    (15, 26),
    (15, 26),
    (16, 27),
    (16, 27),
    (17, 28),
    (17, 29),
    (17, 29),
    (18, 30),
    (18, 30),
    (19, 31),
    (19, 31),
];
const ORDERS_99: [(usize, usize); 50] = [
    (0, 2),
    (0, 3),
    (0, 4),
    (0, 5),
    (0, 6),
    (0, 7),
    (0, 7),
    (1, 8),
    (1, 9),
    (1, 10),
    (1, 10),
    (2, 11),
    (2, 12),
    (2, 12),
    (3, 13),
    (3, 14),
    (3, 14),
    (4, 15),
    (4, 16),
    (4, 16),
    (5, 17),
    (5, 18),
    (5, 18),
    (6, 19),
    (6, 19),
    (7, 20),
    (7, 21),
    (8, 22),
    (8, 22),
    (8, 23),
    (8, 23),
    (9, 24),
    (9, 25),
    (9, 25),
    (10, 26),
    (10, 26),
    (11, 27),
    (11, 28),
    (11, 28),
    (12, 29),
    (12, 29),
    (13, 30),
    (13, 31),
    (13, 31),
    (14, 32),
    (14, 32),
    (15, 33),
    (15, 34),
    (15, 34),
    (16, 35),
];

#[test]
fn interval_orders_are_benchstats() {
    for (level, table) in [
        (0.95, &ORDERS_95[..]),
        (0.9, &ORDERS_90),
        (0.99, &ORDERS_99),
    ] {
        for (i, orders) in table.iter().enumerate() {
            let n = i + 1;
            assert_eq!(median_interval_orders(n, level), *orders, "n {n}, {level}");
        }
    }
    for (n, orders) in [
        (200, (86, 114)),
        (500, (228, 272)),
        (1000, (469, 532)),
        (1001, (469, 532)),
        (10000, (4902, 5099)),
    ] {
        assert_eq!(median_interval_orders(n, 0.95), orders, "n {n}");
    }
    for n in 0..=100 {
        assert_eq!(median_interval_orders(n, 1.0), (0, n + 1));
    }
}

fn count(from: i32, to: i32, step: usize) -> Vec<f64> {
    (from..=to).step_by(step).map(f64::from).collect()
}

fn with_double(first: i32, rest: Vec<f64>) -> Vec<f64> {
    [vec![f64::from(first)], rest].concat()
}

/// p of benchstat with all digits, found by probing its α.
#[test]
fn p_values_are_benchstats_to_the_bit() {
    let table: Vec<(Vec<f64>, Vec<f64>, f64)> = vec![
        (vec![1.0], vec![2.0], 1.0),
        (vec![1.0], vec![1.0, 1.0, 2.0], 1.5),
        (vec![1.0, 1.0, 2.0], vec![1.0], 0.5),
        (vec![2.0], vec![1.0, 2.0], 0.666_666_666_666_666_6),
        (count(1, 3, 1), count(4, 6, 1), 0.100_000_000_000_000_02),
        (count(1, 4, 1), count(5, 8, 1), 0.028_571_428_571_428_577),
        (count(1, 9, 2), count(2, 10, 2), 0.690_476_190_476_190_6),
        (
            vec![1.0, 2.0, 2.0, 3.0, 3.0],
            vec![2.0, 3.0, 3.0, 4.0, 5.0],
            0.190_476_190_476_190_47,
        ),
        (
            vec![115.0, 114.0, 115.0, 115.0, 115.0],
            vec![78.8; 5],
            0.007_936_507_936_507_936,
        ),
        (
            vec![1.0, 1.0, 1.0, 1.0, 2.0],
            vec![1.0, 2.0, 2.0, 2.0, 2.0],
            0.206_349_206_349_206_34,
        ),
        (count(0, 9, 1), count(10, 19, 1), 1.082_508_822_446_903e-5),
        (count(0, 18, 2), count(1, 19, 2), 0.739_364_350_819_459_4),
        (count(0, 18, 2), count(3, 19, 2), 0.496_698_348_091_537_07),
        (count(0, 38, 2), count(7, 45, 2), 0.085_914_019_985_693_85),
        (
            with_double(0, count(0, 23, 1)),
            with_double(3, count(3, 26, 1)),
            0.168_024_485_420_625_34,
        ),
        (
            with_double(0, count(0, 24, 1)),
            with_double(3, count(3, 26, 1)),
            0.250_122_184_008_147_23,
        ),
        (
            count(0, 98, 2),
            count(21, 119, 2),
            0.001_055_016_471_113_676,
        ),
        (
            count(0, 100, 2),
            count(21, 119, 2),
            0.002_021_020_125_776_692,
        ),
        (
            count(1, 60, 1),
            count(101, 160, 1),
            3.556_570_974_984_777e-21,
        ),
        (count(101, 160, 1), count(1, 60, 1), 0.0),
    ];
    for (baseline, new, p) in table {
        let found = compare(
            &Sample::new(baseline.clone()),
            &Sample::new(new.clone()),
            Assumption::Nothing,
            0.05,
        );
        assert_eq!(found.p, p, "{baseline:?} against {new:?}");
    }
}

fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("a vector file is JSON");
    file["cases"].as_array().expect("cases").clone()
}

/// A number, or a number in a string: "nan" and "inf" have no other form in JSON.
fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().expect("a number"),
        other => other.as_f64().expect("a number"),
    }
}

fn sample(value: &Value) -> Sample {
    value
        .as_array()
        .expect("values")
        .iter()
        .map(number)
        .collect()
}

#[track_caller]
fn assert_near(found: f64, expected: f64, relative: f64, case: &str) {
    let near = found == expected || (found - expected).abs() <= relative * expected.abs();
    assert!(near, "{case}: found {found:e}, expected {expected:e}");
}

#[test]
fn two_sided_p_values_are_the_exact_ones() {
    let mut comparer = Comparer::new();
    for case in cases(include_str!("vectors/mwu_exact.json")) {
        let name = case["name"].as_str().expect("name");
        let (old, new) = (sample(&case["old"]), sample(&case["new"]));
        let found = comparer.compare(&old, &new, Assumption::Nothing, 0.05);
        assert_near(found.p, number(&case["p_two_benchstat"]), 1e-13, name);
    }
    for case in cases(include_str!("vectors/mwu_normal.json")) {
        let name = case["name"].as_str().expect("name");
        let (old, new) = (sample(&case["old"]), sample(&case["new"]));
        let found = comparer.compare(&old, &new, Assumption::Nothing, 0.05);
        if case.get("error").is_some() {
            assert_eq!(found.p, 1.0);
        } else {
            assert_near(found.p, number(&case["p_two_benchstat"]), 1e-12, name);
        }
    }
}

#[test]
fn geomeans_and_medians_are_the_exact_ones() {
    for case in cases(include_str!("vectors/geomean_median.json")) {
        let name = case["name"].as_str().expect("name");
        let values: Vec<f64> = case["values"]
            .as_array()
            .expect("values")
            .iter()
            .map(number)
            .collect();
        let found = geomean(values.iter().copied());
        if case["geomean"].is_null() {
            assert!(found.is_nan(), "{name}");
        } else {
            assert_near(found, number(&case["geomean"]), 2e-13, name);
        }
        if !values.is_empty() {
            let found = median(&Sample::new(values));
            assert_near(found, number(&case["median"]), f64::EPSILON, name);
        }
    }
}

#[test]
fn interval_orders_match_the_vectors() {
    for case in cases(include_str!("vectors/median_ci.json")) {
        let n = case["n"].as_u64().expect("n") as usize;
        let orders = &case["benchstat"];
        let expected = (
            orders["lo_order"].as_u64().expect("order") as usize,
            orders["hi_order"].as_u64().expect("order") as usize,
        );
        let level = number(&case["confidence"]);
        assert_eq!(median_interval_orders(n, level), expected, "n {n}, {level}");
    }
}

#[test]
fn one_sided_p_values_are_the_exact_ones() {
    let exact = cases(include_str!("vectors/mwu_exact.json"));
    let normal = cases(include_str!("vectors/mwu_normal.json"));
    for (case, relative) in exact
        .iter()
        .map(|case| (case, 4.0 * f64::EPSILON))
        .chain(normal.iter().map(|case| (case, 1e-12)))
    {
        let name = case["name"].as_str().expect("name");
        let (old, new) = (sample(&case["old"]), sample(&case["new"]));
        let found = one_sided(&old, &new);
        if case.get("error").is_some() {
            assert_eq!((found.new_larger, found.new_smaller), (1.0, 1.0), "{name}");
            continue;
        }
        assert_near(
            found.new_larger,
            number(&case["p_old_less"]),
            relative,
            name,
        );
        assert_near(
            found.new_smaller,
            number(&case["p_old_greater"]),
            relative,
            name,
        );
    }
}

#[test]
fn hodges_lehmann_intervals_are_the_exact_ones() {
    for case in cases(include_str!("vectors/hodges_lehmann.json")) {
        let name = case["name"].as_str().expect("name");
        let (old, new) = (sample(&case["old"]), sample(&case["new"]));
        let level = number(&case["confidence"]);
        // The differences of the vectors are exact, ours rounded once.
        let shift = shift_interval(&old, &new, level);
        let scale = f64::EPSILON * old.max().max(new.max());
        for (found, key) in [
            (shift.estimate, "shift"),
            (shift.low, "shift_lo"),
            (shift.high, "shift_hi"),
        ] {
            let expected = number(&case[key]);
            let near = found == expected || (found - expected).abs() <= scale;
            assert!(near, "{name} {key}: found {found}, expected {expected}");
        }
        if case.get("ratio").is_none() {
            continue;
        }
        let ratio = ratio_interval(&old, &new, level);
        for (found, key) in [
            (ratio.estimate, "ratio"),
            (ratio.low, "ratio_lo"),
            (ratio.high, "ratio_hi"),
        ] {
            assert_near(found, number(&case[key]), 2.0 * f64::EPSILON, name);
        }
        let medians = median(&new) / median(&old);
        assert_near(
            medians,
            number(&case["median_ratio"]),
            2.0 * f64::EPSILON,
            name,
        );
    }
}

#[test]
fn adjusted_p_values_are_the_exact_ones() {
    for case in cases(include_str!("vectors/multiple_testing.json")) {
        let name = case["name"].as_str().expect("name");
        let p: Vec<f64> = case["p"]
            .as_array()
            .expect("p")
            .iter()
            .map(number)
            .collect();
        for (found, key) in [(benjamini_hochberg(&p), "bh"), (holm(&p), "holm")] {
            let expected = case[key].as_array().expect("adjusted");
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.into_iter().zip(expected) {
                assert_near(found, number(expected), 2.0 * f64::EPSILON, name);
            }
        }
    }
}

mod laws {
    use super::*;
    use proptest::prelude::*;

    fn values(max: usize) -> impl Strategy<Value = Vec<f64>> {
        prop_oneof![
            prop::collection::vec(1.0..1e9_f64, 1..max),
            prop::collection::vec((1..6_i32).prop_map(f64::from), 1..max),
        ]
    }

    fn p(a: &[f64], b: &[f64]) -> f64 {
        let (a, b) = (Sample::new(a.to_vec()), Sample::new(b.to_vec()));
        compare(&a, &b, Assumption::Nothing, 0.05).p
    }

    /// P(U ≤ u) by trying every choice, doubled: what the exact test is defined by.
    fn by_enumeration(a: &[f64], b: &[f64]) -> f64 {
        let twice_u = |first: &[f64], second: &[f64]| -> u32 {
            let pairs = first
                .iter()
                .flat_map(|x| second.iter().map(move |y| (x, y)));
            pairs
                .map(|(x, y)| if x > y { 2 } else { u32::from(x == y) })
                .sum()
        };
        let (u1, u2) = (twice_u(a, b), twice_u(b, a));
        if u1 == u2 {
            return 1.0;
        }
        let all = [a, b].concat();
        let (mut low, mut total) = (0.0, 0.0);
        for mask in 0_u32..1 << all.len() {
            if mask.count_ones() as usize == a.len() {
                let side = |chosen: bool| -> Vec<f64> {
                    let bits = all.iter().enumerate();
                    bits.filter(|(i, _)| (mask >> i & 1 == 1) == chosen)
                        .map(|(_, x)| *x)
                        .collect()
                };
                total += 1.0;
                if twice_u(&side(true), &side(false)) <= u1.min(u2) {
                    low += 1.0;
                }
            }
        }
        2.0 * low / total
    }

    proptest! {
        #[test]
        fn the_order_of_the_input_does_not_matter(
            a in values(12),
            b in values(12),
            turn in 0..12_usize,
        ) {
            let mut turned = a.clone();
            turned.rotate_left(turn % a.len());
            prop_assert_eq!(p(&a, &b), p(&turned, &b));
            prop_assert_eq!(
                summarize(&Sample::new(a), Assumption::Nothing, 0.95),
                summarize(&Sample::new(turned), Assumption::Nothing, 0.95)
            );
        }

        #[test]
        fn scaling_by_a_power_of_two_changes_only_the_scale(
            a in values(30),
            b in values(30),
            exponent in -20..20_i32,
        ) {
            let scale = 2.0_f64.powi(exponent);
            let scaled = |v: &[f64]| -> Vec<f64> { v.iter().map(|x| x * scale).collect() };
            prop_assert_eq!(p(&a, &b), p(&scaled(&a), &scaled(&b)));
            let plain = summarize(&Sample::new(a.clone()), Assumption::Nothing, 0.95);
            let large = summarize(&Sample::new(scaled(&a)), Assumption::Nothing, 0.95);
            prop_assert_eq!(
                (plain.center * scale, plain.low * scale, plain.high * scale),
                (large.center, large.low, large.high)
            );
        }

        #[test]
        fn without_ties_the_sides_may_be_exchanged(
            order in Just((0..60).map(f64::from).collect::<Vec<f64>>()).prop_shuffle(),
            cut in 1..60_usize,
        ) {
            let (a, b) = order.split_at(cut);
            if cut.max(60 - cut) <= 50 {
                prop_assert_eq!(p(a, b), p(b, a));
            }
        }

        #[test]
        fn small_samples_agree_with_enumeration(
            a in prop::collection::vec((0..7_i32).prop_map(f64::from), 1..7),
            b in prop::collection::vec((0..7_i32).prop_map(f64::from), 1..7),
        ) {
            let mut distinct = [a.clone(), b.clone()].concat();
            distinct.sort_by(f64::total_cmp);
            distinct.dedup();
            // Two distinct values have a rule of their own.
            if distinct.len() > 2 {
                let (found, expected) = (p(&a, &b), by_enumeration(&a, &b));
                prop_assert!((found - expected).abs() <= 1e-13 * expected, "{found} {expected}");
            }
        }

        #[test]
        fn one_sided_evidence_turns_with_the_samples(a in values(26), b in values(26)) {
            let (a, b) = (Sample::new(a), Sample::new(b));
            let (there, back) = (one_sided(&a, &b), one_sided(&b, &a));
            prop_assert_eq!(there.new_larger, back.new_smaller);
            prop_assert_eq!(there.new_smaller, back.new_larger);
            // Both tails hold the observed U.
            prop_assert!(there.new_larger + there.new_smaller >= 1.0 - 1e-12);
        }

        #[test]
        fn larger_new_values_are_never_evidence_against_themselves(
            a in values(20),
            b in values(20),
            by in 1.0..3.0_f64,
        ) {
            let old = Sample::new(a);
            let larger: Sample = b.iter().map(|x| x * by).collect();
            let new = Sample::new(b);
            let ties = |s: &Sample| s.values().windows(2).any(|w| w[0] == w[1]);
            // Ties change the distribution itself.
            if !ties(&[old.values(), new.values(), larger.values()].concat().into()) {
                let (before, after) = (one_sided(&old, &new), one_sided(&old, &larger));
                prop_assert!(after.new_larger <= before.new_larger);
            }
        }

        #[test]
        fn pairs_are_selected_as_if_sorted(a in values(12), b in values(12)) {
            let mut ratios: Vec<f64> = a.iter().flat_map(|x| b.iter().map(move |y| y / x)).collect();
            ratios.sort_by(f64::total_cmp);
            let k = ratios.len() / 2;
            let (low, high) = (ratios[(ratios.len() - 1) / 2], ratios[k]);
            let found = ratio_interval(&Sample::new(a), &Sample::new(b), 0.95);
            prop_assert!((found.estimate / (low * high).sqrt() - 1.0).abs() < 1e-14);
            if found.low > 0.0 {
                prop_assert!(ratios.contains(&found.low) && ratios.contains(&found.high));
                prop_assert!(found.low <= found.estimate && found.estimate <= found.high);
            }
        }

        #[test]
        fn adjusting_keeps_the_order_and_never_lowers_p(
            p in prop::collection::vec(0.0..1.0_f64, 1..40),
        ) {
            let (bh, holm) = (benjamini_hochberg(&p), holm(&p));
            for i in 0..p.len() {
                prop_assert!(p[i] <= bh[i] * (1.0 + 1e-15) && bh[i] <= holm[i] * (1.0 + 1e-15) && holm[i] <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || (bh[i] <= bh[j] && holm[i] <= holm[j]));
                }
            }
        }

        #[test]
        fn the_interval_holds_the_median(a in values(80), level in 0.0..1.0_f64) {
            let summary = summarize(&Sample::new(a), Assumption::Nothing, level);
            prop_assert!(summary.low <= summary.center && summary.center <= summary.high);
        }

        #[test]
        fn the_geomean_lies_between_the_extremes(a in values(50)) {
            let sample = Sample::new(a.clone());
            let mean = geomean(a);
            prop_assert!(mean >= sample.min() * (1.0 - 1e-12));
            prop_assert!(mean <= sample.max() * (1.0 + 1e-12));
        }
    }
}
