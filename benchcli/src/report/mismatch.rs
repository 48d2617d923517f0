//! Why nothing is compared, in a sentence.

use benchparse::compare::Mismatch;
use bstr::ByteSlice as _;

/// What keeps two columns apart, and which keys to give to the option that ignores keys.
pub(crate) fn mismatch_text(mismatch: &Mismatch, ignore_option: &str) -> String {
    let [first, second] = mismatch.columns.each_ref().map(|column| column.as_bstr());
    if !mismatch.mends || mismatch.keys.is_empty() {
        return format!("nothing is compared: {first} and {second} have no benchmark in common");
    }
    let keys = || {
        mismatch
            .keys
            .iter()
            .map(|differing| differing.key.as_bstr())
    };
    let differences = keys().zip(&mismatch.keys).map(|(key, differing)| {
        let values = differing.values.each_ref();
        let [old, new] = values.map(|value| value.as_deref().unwrap_or_default().as_bstr());
        format!("{key} ({old:?} and {new:?})")
    });
    let differences = differences.collect::<Vec<_>>().join(", ");
    let keys = keys()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",");
    format!(
        "nothing is compared: {first} and {second} differ in {differences}; add {ignore_option} {keys}"
    )
}
