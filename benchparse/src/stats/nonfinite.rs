//! Serializes doubles to formats that have no infinities or NaN.

#[cfg(feature = "serde")]
use serde::Serializer;

/// Writes a finite double as a number, else one of the texts `NaN`, `+Inf` and `-Inf`, as JSON has no number for them.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if x.is_finite() {
        serializer.serialize_f64(*x)
    } else if x.is_nan() {
        serializer.serialize_str("NaN")
    } else if *x > 0.0 {
        serializer.serialize_str("+Inf")
    } else {
        serializer.serialize_str("-Inf")
    }
}
