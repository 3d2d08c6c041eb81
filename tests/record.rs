//! The run record keeps to its published schema.

#[path = "common/program.rs"]
mod program;

use program::{repository, seedflip};
use serde_json::{Value, json};

/// What of `value` is not as `schema` says, one line each; `known` are keys that the schema around this one knows. The
/// part of JSON Schema that the published document uses; a word it does not know is a fault too.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str, known: &[String]) -> Vec<String> {
    let Some(schema) = schema.as_object() else { return Vec::new() };
    let mut found = Vec::new();
    let mut wrong = |what: String| found.push(format!("{at}: {what}"));
    let mut deeper: Vec<String> = Vec::new();
    // A tagged choice names its tag beside a reference to the rest.
    let own: Vec<String> =
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.clone()).collect();
    for (word, rule) in schema {
        match word.as_str() {
            "$ref" => {
                let target = rule.as_str().and_then(|r| r.strip_prefix('#')).and_then(|r| root.pointer(r));
                match target {
                    Some(target) => deeper.extend(faults(root, target, value, at, &own)),
                    None => wrong(format!("{rule} leads nowhere")),
                }
            }
            "type" => {
                let types: Vec<&str> = rule.as_array().map_or_else(
                    || rule.as_str().into_iter().collect(),
                    |types| types.iter().filter_map(Value::as_str).collect(),
                );
                if !types.iter().any(|kind| is(value, kind)) {
                    wrong(format!("{value} is not {rule}"));
                }
            }
            "properties" => {
                for (key, part) in value.as_object().into_iter().flatten() {
                    match rule.get(key) {
                        Some(rule) => deeper.extend(faults(root, rule, part, &format!("{at}/{key}"), &[])),
                        None if schema.contains_key("$ref") || known.contains(key) => {}
                        None => wrong(format!("{key} is not in the schema")),
                    }
                }
            }
            "required" => {
                for key in rule.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.is_object() && value.get(key).is_none() {
                        wrong(format!("{key} is missing"));
                    }
                }
            }
            "items" => {
                for (n, part) in value.as_array().into_iter().flatten().enumerate() {
                    deeper.extend(faults(root, rule, part, &format!("{at}/{n}"), &[]));
                }
            }
            "minItems" | "maxItems" => {
                let (Some(items), Some(bound)) = (value.as_array(), rule.as_u64()) else { continue };
                let n = items.len() as u64;
                if (word == "minItems" && n < bound) || (word == "maxItems" && n > bound) {
                    wrong(format!("{n} items"));
                }
            }
            "anyOf" | "oneOf" => {
                let choices = rule.as_array().map_or(&[][..], Vec::as_slice);
                if !choices.iter().any(|choice| faults(root, choice, value, at, &[]).is_empty()) {
                    wrong(format!("{value} is none of the choices"));
                }
            }
            "enum" if !rule.as_array().is_some_and(|all| all.contains(value)) => {
                wrong(format!("{value} is not in {rule}"))
            }
            "const" if rule != value => wrong(format!("{value} is not {rule}")),
            "minimum" if value.is_number() && value.as_f64() < rule.as_f64() => {
                wrong(format!("{value} is below {rule}"))
            }
            "maximum" if value.is_number() && value.as_f64() > rule.as_f64() => {
                wrong(format!("{value} is above {rule}"))
            }
            "enum" | "const" | "minimum" | "maximum" => {}
            "$schema" | "$defs" | "title" | "description" | "format" | "default" | "additionalProperties" => {}
            other => wrong(format!("the word {other} is not known to this test")),
        }
    }
    found.extend(deeper);
    found
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn published() -> Value {
    serde_json::from_str(&std::fs::read_to_string(repository("docs/record.schema.json")).unwrap()).unwrap()
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
fn the_record_of_a_run_is_as_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_string_lossy().into_owned();
    let ins = repository("tests/data/aspirin.ins").to_string_lossy().into_owned();
    let schema = published();
    for more in [["--trials", "4"].as_slice(), &["--resolution", "1.5", "--trials", "2", "--max-cycles", "10"]] {
        let mut arguments = vec!["solve", &ins, "-o", &out, "--backend", "cpu", "--json", "-q"];
        arguments.extend(more);
        let run = seedflip(&arguments);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let record: Value = serde_json::from_str(&run.stdout).unwrap();
        let wrong = faults(&schema, &schema, &record, "", &[]);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(!record["candidates"].as_array().unwrap().is_empty());
        // The test can fail.
        for (key, value) in
            [("solved", json!("yes")), ("stopped", json!("bored")), ("cycles", json!(-1)), ("new", json!(1))]
        {
            let mut spoilt = record.clone();
            spoilt[key] = value;
            assert!(!faults(&schema, &schema, &spoilt, "", &[]).is_empty(), "{key}");
        }
        let mut spoilt = record.clone();
        spoilt.as_object_mut().unwrap().remove("probability");
        assert_eq!(faults(&schema, &schema, &spoilt, "", &[]).len(), 1);
        spoilt = record;
        spoilt["candidates"][0]["merits"]["r_weak"] = json!("low");
        assert_eq!(faults(&schema, &schema, &spoilt, "", &[]).len(), 1);
    }
}
