//! The JSON Schema of `kplan.yaml`, for editors: made of the lists that the configuration is read by.

use serde_json::{Map, Value, json};

use crate::config::file::{
    EXTERNAL_MEMBERS, LEVELS, MEMBERS, OVERRIDE_MEMBERS, REFERENCE_MEMBERS, WORKLOAD_MEMBERS,
};
use crate::parse::version::Version;
use crate::render::Rule;

/// The schema as pretty JSON that ends in a line break.
pub fn config_schema(rules: &[Rule<'_>]) -> String {
    let mut groups: Vec<&str> = rules.iter().map(|rule| rule.group).collect();
    groups.dedup();
    groups.sort_unstable();
    groups.dedup();
    let mut names: Vec<&str> = rules.iter().map(|rule| rule.id).chain(groups.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    let mut levels = Map::new();
    for group in &groups {
        let description = format!("All checks of the group `{group}` that are not named themselves.");
        levels.insert((*group).to_owned(), level(&description));
    }
    for rule in rules {
        levels.insert(rule.id.to_owned(), level(rule.summary));
    }
    let suppressible: Vec<&str> = names.iter().copied().filter(|name| *name != "syntax").collect();
    let texts = json!({"type": "array", "items": {"type": "string", "minLength": 1}});
    let text = json!({"type": "string", "minLength": 1});
    let shape = |key: &str| match key {
        "apiVersion" => json!({"const": "kplan.dev/v1"}),
        "kind" => json!({"const": "Config"}),
        "metadata" => json!({"type": "object"}),
        "kubernetesVersion" => {
            let versions: Vec<String> = Version::built_in().map(|version| version.to_string()).collect();
            json!({"enum": versions})
        }
        "world" => json!({"enum": ["open", "closed"]}),
        "checks" => json!({"type": "object", "additionalProperties": false, "properties": levels}),
        "external" => {
            let entry = object(EXTERNAL_MEMBERS, &["kind"], |_| json!({"type": "string", "minLength": 1}));
            json!({"type": "array", "items": entry})
        }
        "references" => {
            let entry = object(REFERENCE_MEMBERS, &["kind", "path", "target"], |_| text.clone());
            json!({"type": "array", "items": entry})
        }
        "workloads" => {
            let entry = object(WORKLOAD_MEMBERS, &["kind", "path"], |_| text.clone());
            json!({"type": "array", "items": entry})
        }
        "overrides" => {
            let mut entry = object(OVERRIDE_MEMBERS, &["ignore"], |key| match key {
                "ignore" => json!({"type": "array", "items": {"enum": suppressible}}),
                _ => texts.clone(),
            });
            let narrowing = OVERRIDE_MEMBERS.iter().filter(|(key, _)| *key != "ignore");
            entry["anyOf"] = narrowing.map(|(key, _)| json!({"required": [key]})).collect();
            json!({"type": "array", "items": entry})
        }
        "paths" | "exclude" => texts.clone(),
        _ => json!({"type": "string", "minLength": 1}),
    };
    let mut schema = object(MEMBERS, &["apiVersion", "kind"], shape);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("The configuration of kplan");
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// `off` without quotes is the boolean false for some readers of YAML.
fn level(description: &str) -> Value {
    let words: Vec<Value> = LEVELS.iter().map(|word| json!(word)).chain([json!(false)]).collect();
    json!({"description": description, "enum": words})
}

fn object(members: &[(&str, &str)], required: &[&str], shape: impl Fn(&str) -> Value) -> Value {
    let mut properties = Map::new();
    for (key, description) in members {
        let mut member = shape(key);
        member["description"] = json!(description);
        properties.insert((*key).to_owned(), member);
    }
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}
