//! The files that are made of the code are what the code would make of them today.
//!
//! `UPDATE_MANUAL=1 cargo test --test manual` writes them anew.
#![expect(clippy::disallowed_methods, reason = "a test reads the files that it is about")]

use std::path::Path;

use kplan::check::CHECKS;
use kplan::config::file;
use kplan::render::config_schema::config_schema;
use kplan::render::explain::check_manual;
use kplan::render::{explain, rules};
use kplan::source::SourceFile;
use serde_json::{Value, json};

fn is_current(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_MANUAL").is_some() {
        std::fs::write(&path, text).expect("the file can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "{name} is out of date: UPDATE_MANUAL=1 cargo test --test manual");
}

#[test]
fn the_manual_of_the_checks_is_made_of_their_pages() {
    is_current("docs/checks.md", &check_manual(&rules()));
}

#[test]
fn the_list_of_checks_has_a_line_for_each() {
    let list = explain::check_list(&rules());
    assert_eq!(list.lines().count(), CHECKS.len());
    let columns: Vec<_> = list.lines().map(|line| line.find("  ")).collect();
    assert!(columns.iter().all(Option::is_some));
}

#[test]
fn the_schema_of_the_configuration_is_what_is_read() {
    let text = config_schema(&rules());
    is_current("schemas/kplan.schema.json", &text);
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    // Schema and reader are of one mind.
    let head = json!({"apiVersion": "kplan.dev/v1", "kind": "Config"});
    for (member, is_right) in [
        (json!({}), true),
        (json!({"kubernetesVersion": "1.35", "world": "closed", "paths": ["a"], "exclude": ["b"]}), true),
        (
            json!({"baseline": "b.json", "nodes": "n.yaml", "namespace": "shop", "metadata": {"name": "x"}}),
            true,
        ),
        (json!({"checks": {"latest-image": "error", "style": "off"}}), true),
        (json!({"external": [{"kind": "Secret", "namespace": "a", "name": "b-*"}]}), true),
        (json!({"overrides": [{"paths": ["a"], "kinds": ["Pod"], "ignore": ["security"]}]}), true),
        (json!({"pahts": []}), false),
        (json!({"paths": "a"}), false),
        (json!({"world": "flat"}), false),
        (json!({"kubernetesVersion": "1.20"}), false),
        (json!({"checks": {"latest-image": "fatal"}}), false),
        (json!({"external": [{"name": "b"}]}), false),
        (json!({"overrides": [{"ignore": ["security"]}]}), false),
        (json!({"overrides": [{"paths": ["a"]}]}), false),
    ] {
        let mut config = head.clone();
        let fields = member.as_object().expect("written as an object");
        config.as_object_mut().expect("an object").extend(fields.clone());
        assert_eq!(validator.is_valid(&config), is_right, "{config}");
        let (_, faults) = file::read(&SourceFile::from_text("kplan.yaml", &config.to_string()));
        assert_eq!(faults.is_empty(), is_right, "{config}: {faults:?}");
    }
}
