//! Any bytes are a projection or an error with a place, and orders are total.
#![no_main]

use std::cmp::Ordering;

use benchparse::query::{Order, Projection, compare_alpha, compare_num};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &[u8]| {
    match Projection::parse(query) {
        Ok(projection) => {
            for field in &projection.fields {
                let Order::Fixed(list) = &field.order else {
                    continue;
                };
                for pair in list.windows(2) {
                    for compare in [compare_alpha, compare_num] {
                        let order = compare(&pair[0], &pair[1]);
                        assert_eq!(order, compare(&pair[1], &pair[0]).reverse());
                        assert_eq!(order == Ordering::Equal, pair[0] == pair[1]);
                    }
                }
            }
        }
        Err(error) => {
            assert!(error.offset() <= query.len());
            assert!(error.to_bytes().starts_with(b"syntax error: "));
        }
    }
});
