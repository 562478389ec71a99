//! Turns the schemas of one Kubernetes version into lines: a kind, or a field of a type, each on its own line and with the
//! name of its type, so that the lines of several versions can be merged as sets.

use std::collections::BTreeMap;

use k8s_openapi::Resource;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// What was collected of all types, by schema name such as `io.k8s.api.core.v1.Container`.
#[derive(Default)]
struct Types {
    schemas: BTreeMap<String, TypeFacts>,
    kinds: Vec<String>,
}

struct TypeFacts {
    schema: Value,
    /// Rust field name to JSON field name.
    idents: BTreeMap<&'static str, &'static str>,
    /// JSON field name to (strategy, Rust names of the key fields).
    merges: BTreeMap<&'static str, (&'static str, &'static [&'static str])>,
}

include!(concat!(env!("OUT_DIR"), "/types.rs"));

type Merge = (&'static str, &'static str, &'static [&'static str]);

fn schema<T: JsonSchema>(types: &mut Types, idents: &[(&'static str, &'static str)], merges: &[Merge]) {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let schema = T::json_schema(&mut generator);
    let idents: BTreeMap<_, _> = idents.iter().copied().collect();
    let merges = merges
        .iter()
        .map(|&(field, strategy, keys)| {
            let field = idents.get(field).copied().unwrap_or(field);
            (field, (strategy, keys))
        })
        .collect();
    let facts = TypeFacts { schema: schema.to_value(), idents, merges };
    assert!(
        types.schemas.insert(T::schema_name().into_owned(), facts).is_none(),
        "a schema name is used once"
    );
}

fn kind<T: Resource + JsonSchema>(types: &mut Types, scope: &str) {
    let scope = if scope == "Namespace" { "Namespaced" } else { scope };
    types.kinds.push(format!(
        "kind {} {} {} {scope} {}",
        T::API_VERSION,
        T::KIND,
        // Kinds that stand behind no address of their own, such as `Status`, have none.
        if T::URL_PATH_SEGMENT.is_empty() { "-" } else { T::URL_PATH_SEGMENT },
        short_name(&T::schema_name()),
    ));
}

/// The facts as lines, sorted.
pub fn facts() -> String {
    let mut types = Types::default();
    collect(&mut types);
    let mut lines = types.kinds.clone();
    for (name, facts) in &types.schemas {
        if is_built_in(name) {
            continue;
        }
        let short = short_name(name);
        let required: Vec<&str> =
            facts.schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(facts.schema["type"] == "object", "{name} is neither an object nor known to `is_built_in`");
        // A struct without fields, such as StorageVersionSpec, has no properties.
        let properties = facts.schema["properties"].as_object().into_iter().flatten();
        lines.push(format!("type {short}"));
        for (field, schema) in properties {
            let flag = if required.contains(&field.as_str()) { "!" } else { "" };
            let mut line = format!("field {short} {field}{flag} {}", type_of(schema));
            if let Some((strategy, keys)) = facts.merges.get(field.as_str()) {
                let element = element_idents(&types, schema);
                let keys: Vec<String> = keys.iter().map(|key| json_path(key, element)).collect();
                line.push_str(&match *strategy {
                    "map" => format!(" key={}", keys.join(",")),
                    other => format!(" {other}"),
                });
            }
            lines.push(line);
        }
    }
    lines.sort();
    lines.join("\n") + "\n"
}

fn element_idents<'a>(types: &'a Types, list: &Value) -> Option<&'a BTreeMap<&'static str, &'static str>> {
    let name = list["items"]["$ref"].as_str()?.trim_start_matches("#/$defs/");
    types.schemas.get(name).map(|facts| &facts.idents)
}

/// `share_id` to `shareID`; of a path such as `metadata.name` only the first step is looked up.
fn json_path(key: &str, idents: Option<&BTreeMap<&'static str, &'static str>>) -> String {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let first = idents
        .and_then(|idents| idents.get(first))
        .unwrap_or_else(|| panic!("the list element has no field {first}"));
    rest.map_or_else(|| (*first).to_owned(), |rest| format!("{first}.{rest}"))
}

/// Schemas that are written as a word of their own, because the API server decodes them by code and not by their fields.
fn is_built_in(name: &str) -> bool {
    built_in(name).is_some()
}

fn built_in(name: &str) -> Option<&'static str> {
    Some(match name.trim_start_matches("io.k8s.") {
        "apimachinery.pkg.util.intstr.IntOrString" => "int-or-string",
        "apimachinery.pkg.api.resource.Quantity" => "quantity",
        "apimachinery.pkg.apis.meta.v1.Time" => "time",
        "apimachinery.pkg.apis.meta.v1.MicroTime" => "micro-time",
        "apimachinery.pkg.apis.meta.v1.FieldsV1" => "any",
        "apimachinery.pkg.apis.meta.v1.Patch" => "any",
        "apimachinery.pkg.runtime.RawExtension" => "raw",
        "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON" => "any",
        "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool" => "schema-or-bool",
        "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray" => "schema-or-array",
        "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray" => {
            "schema-or-strings"
        }
        _ => return None,
    })
}

/// `io.k8s.api.core.v1.Container` to `core.v1.Container`.
fn short_name(name: &str) -> String {
    for (prefix, short) in [
        ("io.k8s.api.", ""),
        ("io.k8s.apimachinery.pkg.apis.meta.", "meta."),
        ("io.k8s.apimachinery.pkg.", ""),
        ("io.k8s.apiextensions-apiserver.pkg.apis.", ""),
        ("io.k8s.kube-aggregator.pkg.apis.", ""),
    ] {
        if let Some(rest) = name.strip_prefix(prefix) {
            return format!("{short}{rest}");
        }
    }
    panic!("{name} has no short form");
}

fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/$defs/");
        return built_in(name).map_or_else(|| short_name(name), str::to_owned);
    }
    let format = schema["format"].as_str();
    match (schema["type"].as_str(), format) {
        (Some("string"), None) => "string".to_owned(),
        (Some("string"), Some("byte")) => "bytes".to_owned(),
        (Some("boolean"), None) => "bool".to_owned(),
        (Some("integer"), Some("int32")) => "int32".to_owned(),
        (Some("integer"), Some("int64")) => "int64".to_owned(),
        (Some("number"), Some("double")) => "double".to_owned(),
        (Some("array"), None) => format!("[]{}", type_of(&schema["items"])),
        (Some("object"), None) if schema.get("additionalProperties").is_some() => {
            format!("{{}}{}", type_of(&schema["additionalProperties"]))
        }
        (Some("object"), None) if schema.get("properties").is_none() => "any".to_owned(),
        _ => panic!("unexpected schema: {schema}"),
    }
}
