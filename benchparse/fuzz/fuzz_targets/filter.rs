//! Any bytes are a filter or an error with a place, and a filter can be asked.
#![no_main]

use benchparse::query::Filter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &[u8]| {
    match Filter::parse(query) {
        Ok(filter) => {
            let values: [&[u8]; 4] = [b"", b"linux", b"a/b\xff", query];
            for value in values {
                let selects = filter.eval(&mut |term| term.matches(value));
                let everything = filter.clone().and(Filter::everything());
                assert_eq!(everything.eval(&mut |term| term.matches(value)), selects);
            }
        }
        Err(error) => {
            assert!(error.offset() <= query.len());
            assert!(error.to_bytes().starts_with(b"syntax error: "));
        }
    }
});
