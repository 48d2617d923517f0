//! Judges JSON by the JSON Schemas that `benchcli schema` prints.

use serde_json::Value;

/// What of a value is not as its schema says, with the way to it. It knows the words that our
/// schemas use, and refuses others.
pub fn faults(root: &Value, schema: &Value, value: &Value, way: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        if schema == &Value::Bool(false) {
            found.push(format!("{way}: nothing may be here"));
        }
        return;
    };
    let passes = |schema: &Value| {
        let mut found = Vec::new();
        faults(root, schema, value, way, &mut found);
        found.is_empty()
    };
    for (word, said) in schema {
        let list = || said.as_array().into_iter().flatten();
        let is_right = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" | "examples"
            | "deprecated" | "readOnly" | "writeOnly" => true,
            "$ref" => {
                let name = said.as_str().and_then(|to| to.strip_prefix('#'));
                let target = name.and_then(|name| root.pointer(name));
                faults(root, target.expect("a definition"), value, way, found);
                true
            }
            "type" => {
                let is = |kind: &Value| match kind.as_str().unwrap_or_default() {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    kind => panic!("type {kind}"),
                };
                if said.is_array() {
                    list().any(is)
                } else {
                    is(said)
                }
            }
            "const" => value == said,
            "enum" => list().any(|one| one == value),
            "minimum" => value
                .as_f64()
                .is_none_or(|number| Some(number) >= said.as_f64()),
            "maximum" => value
                .as_f64()
                .is_none_or(|number| Some(number) <= said.as_f64()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| Some(items.len() as u64) >= said.as_u64()),
            "maxItems" => value
                .as_array()
                .is_none_or(|items| Some(items.len() as u64) <= said.as_u64()),
            "uniqueItems" => value.as_array().is_none_or(|items| {
                let mut before = items.iter().enumerate();
                before.all(|(at, item)| !items[..at].contains(item))
            }),
            "anyOf" => list().any(passes),
            "oneOf" => list().filter(|one| passes(one)).count() == 1,
            "allOf" => list().all(passes),
            "required" => value.as_object().is_none_or(|object| {
                list().all(|key| object.contains_key(key.as_str().unwrap_or_default()))
            }),
            "properties" => {
                for (key, schema) in said.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(key) {
                        faults(root, schema, value, &format!("{way}/{key}"), found);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (key, value) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| !known.contains_key(key)) {
                        faults(root, said, value, &format!("{way}/{key}"), found);
                    }
                }
                true
            }
            "prefixItems" => {
                for (at, (schema, value)) in list()
                    .zip(value.as_array().into_iter().flatten())
                    .enumerate()
                {
                    faults(root, schema, value, &format!("{way}/{at}"), found);
                }
                true
            }
            "items" => {
                for (at, value) in value.as_array().into_iter().flatten().enumerate() {
                    faults(root, said, value, &format!("{way}/{at}"), found);
                }
                true
            }
            word => panic!("{way}: this test does not know {word}"),
        };
        if !is_right {
            found.push(format!("{way}: {value} is not {word} {said}"));
        }
    }
}

/// A report is what its schema says.
pub fn holds(schema: &Value, report: &Value) {
    let mut found = Vec::new();
    faults(schema, schema, report, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    // Nothing is told that the schema does not know.
    let known = schema["properties"].as_object().expect("properties");
    for key in report.as_object().expect("an object").keys() {
        assert!(known.contains_key(key), "{key}");
    }
}
