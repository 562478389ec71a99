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
    // A text that cannot be read cannot be judged.
    let words: Vec<&str> = LEVELS.iter().copied().filter(|word| *word != "off").collect();
    if let Some(syntax) = levels.get_mut("syntax") {
        syntax["enum"] = json!(words);
    }
    let suppressible: Vec<&str> = names.iter().copied().filter(|name| *name != "syntax").collect();
    let texts = json!({"type": "array", "items": {"type": "string", "minLength": 1}});
    let text = json!({"type": "string", "minLength": 1});
    let shape = |key: &str| match key {
        "apiVersion" => json!({"const": "kplan.dev/v1"}),
        "kind" => json!({"const": "Config"}),
        "metadata" => json!({"type": "object"}),
        "kubernetesVersion" => {
            // With a patch or a `v` it means the same; without quotes it is a number.
            let versions: Vec<String> = Version::built_in().map(|version| version.to_string()).collect();
            let numbers: Vec<f64> = versions.iter().filter_map(|version| version.parse().ok()).collect();
            let pattern = format!("^v?({})(\\.[0-9]+)?$", versions.join("|").replace('.', "\\."));
            json!({"anyOf": [{"enum": versions}, {"type": "string", "pattern": pattern}, {"enum": numbers}]})
        }
        "namespace" => {
            json!({"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63})
        }
        "world" => json!({"enum": ["open", "closed"]}),
        "checks" => json!({"type": "object", "additionalProperties": false, "properties": levels}),
        "external" => {
            let entry = object(EXTERNAL_MEMBERS, &["kind"], |_| json!({"type": "string", "minLength": 1}));
            json!({"type": "array", "items": entry})
        }
        "references" => {
            let entry = object(REFERENCE_MEMBERS, &["kind", "path", "target"], |key| match key {
                "path" => path("(\\[\\])?"),
                _ => text.clone(),
            });
            json!({"type": "array", "items": entry})
        }
        "workloads" => {
            let entry = object(WORKLOAD_MEMBERS, &["kind", "path"], |key| match key {
                "path" => path(""),
                _ => text.clone(),
            });
            json!({"type": "array", "items": entry})
        }
        "overrides" => {
            let mut entry = object(OVERRIDE_MEMBERS, &["ignore"], |key| match key {
                "ignore" => json!({"type": "array", "items": {"enum": suppressible}, "minItems": 1}),
                _ => json!({"type": "array", "items": text, "minItems": 1}),
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

/// Keys joined by dots, each with this after it.
fn path(after: &str) -> Value {
    let key = format!("[^\\[\\]. ]+{after}");
    json!({"type": "string", "pattern": format!("^{key}(\\.{key})*$")})
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
