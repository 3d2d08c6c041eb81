//! The run record keeps to its published schema, and the schema explains every field.

use crate::program::{repository, seedflip};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn published() -> Value {
    serde_json::from_str(&std::fs::read_to_string(repository("docs/record.schema.json")).unwrap()).unwrap()
}

/// Calls `see` for every object in a schema, with its place.
fn every_object<'a>(schema: &'a Value, at: &str, see: &mut impl FnMut(&str, &'a serde_json::Map<String, Value>)) {
    match schema {
        Value::Object(object) => {
            see(at, object);
            object.iter().for_each(|(key, part)| every_object(part, &format!("{at}/{key}"), see));
        }
        Value::Array(parts) => {
            parts.iter().enumerate().for_each(|(n, part)| every_object(part, &format!("{at}/{n}"), see));
        }
        _ => {}
    }
}

/// Places of the definitions to which an object with properties of its own refers: a tagged choice names its tag beside a reference to the rest.
fn completed_elsewhere(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    every_object(schema, "", &mut |_, object| {
        if object.contains_key("properties") {
            found.extend(object.get("$ref").and_then(Value::as_str).map(|r| r.trim_start_matches('#').to_owned()));
        }
    });
    found
}

/// Forbids fields that the schema does not name, which readers need not be told of but a test must.
fn closed(schema: &mut Value, at: &str, open: &BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            object.iter_mut().for_each(|(key, part)| closed(part, &format!("{at}/{key}"), open));
            if object.get("properties").is_some_and(Value::is_object) && !open.contains(at) {
                object.insert("unevaluatedProperties".into(), json!(false));
            }
        }
        Value::Array(parts) => {
            parts.iter_mut().enumerate().for_each(|(n, part)| closed(part, &format!("{at}/{n}"), open));
        }
        _ => {}
    }
}

/// A validator that knows no fields but those of the published schema.
fn validator() -> Validator {
    let mut schema = published();
    jsonschema::meta::validate(&schema).unwrap();
    let open = completed_elsewhere(&schema);
    closed(&mut schema, "", &open);
    jsonschema::validator_for(&schema).unwrap()
}

fn faults(validator: &Validator, record: &Value) -> Vec<String> {
    validator.iter_errors(record).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_published_schema_is_the_one_of_the_program() {
    let run = seedflip(&["schema"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let text = std::fs::read_to_string(repository("docs/record.schema.json")).unwrap();
    assert!(text == run.stdout, "bring it up to date: seedflip schema > docs/record.schema.json");
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    assert!(readme.contains("](docs/record.schema.json)"), "README.md does not lead to docs/record.schema.json");
}

#[test]
fn every_field_is_explained() {
    let schema = published();
    let mut bare = Vec::new();
    let mut fields = 0;
    every_object(&schema, "", &mut |at, object| {
        let Some(properties) = object.get("properties").and_then(Value::as_object) else { return };
        for (name, field) in properties {
            fields += 1;
            // A choice explains itself as a whole; seconds and nanoseconds of a time are known by their names.
            let choice = object.contains_key("description") && (properties.len() == 1 || field.get("const").is_some());
            if field.get("description").is_none() && !choice && at != "/$defs/Duration" {
                bare.push(format!("{at}: {name}"));
            }
        }
    });
    assert!(fields > 100 && bare.is_empty(), "fields without a description:\n{}", bare.join("\n"));
}

#[test]
fn the_record_of_a_run_is_as_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_string_lossy().into_owned();
    let ins = repository("tests/data/aspirin.ins").to_string_lossy().into_owned();
    let validator = validator();
    for more in [["--trials", "4"].as_slice(), &["--resolution", "1.5", "--trials", "2", "--max-cycles", "10"]] {
        let mut arguments = vec!["solve", &ins, "-o", &out, "--backend", "cpu", "--json", "-q"];
        arguments.extend(more);
        let run = seedflip(&arguments);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let record: Value = serde_json::from_str(&run.stdout).unwrap();
        let wrong = faults(&validator, &record);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(!record["candidates"].as_array().unwrap().is_empty());
        assert_eq!(
            record["input"],
            json!({
                "reflections": "aspirin.hkl", "kind": "reflection list", "part": "", "layout": "columns 3I4,2F8,I4",
                "quantity": "F²", "rows": record["data"]["rows"], "crystal": "aspirin.ins"
            })
        );
        // The test can fail.
        for (key, value) in
            [("solved", json!("yes")), ("stopped", json!("bored")), ("cycles", json!(-1)), ("new", json!(1))]
        {
            let mut spoilt = record.clone();
            spoilt[key] = value;
            assert!(!faults(&validator, &spoilt).is_empty(), "{key}");
        }
        let mut spoilt = record.clone();
        spoilt.as_object_mut().unwrap().remove("probability");
        assert_eq!(faults(&validator, &spoilt).len(), 1);
        for (key, value) in [("r_weak", json!("low")), ("new", json!(1))] {
            let mut spoilt = record.clone();
            spoilt["candidates"][0]["merits"][key] = value;
            assert!(!faults(&validator, &spoilt).is_empty(), "{key}");
        }
    }
}
