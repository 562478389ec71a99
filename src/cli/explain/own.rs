//! What is kplan's own: the keys of `kplan.yaml`, and the two names in findings that are no checks.

use crate::config::file::{EXTERNAL_MEMBERS, MEMBERS, OVERRIDE_MEMBERS, REFERENCE_MEMBERS, WORKLOAD_MEMBERS};
use crate::load::Failure;
use crate::parse::schema::suggest::closest;
use crate::render::explain::{Child, FieldPage, field_page};

const CONFIG: &str = "\
# config

config: something is wrong with `kplan.yaml`. No check and in no group: it cannot be selected, ignored or suppressed.

An error is a key, a value, a name or a pattern that cannot be what was meant; nothing is checked until it is corrected.
A warning is an entry that matches nothing. It is given only where all of the input is read and all checks run: with a part of it, no entry can be told to be of no use.

`kplan explain Config` prints the keys.
";

const BASELINE: &str = "\
# baseline

baseline: entries of the baseline match nothing any more. No check and in no group: it cannot be selected, ignored or suppressed.

What was accepted is gone, so the next finding that says the same would go unnoticed.
`kplan check --write-baseline` writes the file anew. It is a note, for that a finding is gone must not break a build.
";

/// The page of what is kplan's own; `None` for anything else.
pub(super) fn explain(query: &str) -> Option<Result<String, Failure>> {
    match query {
        "config" => return Some(Ok(CONFIG.to_owned())),
        "baseline" => return Some(Ok(BASELINE.to_owned())),
        _ => {}
    }
    let query = query.strip_prefix("kplan.dev/v1/").unwrap_or(query);
    let rest = query.strip_prefix("kplan.yaml").or_else(|| query.strip_prefix("Config"))?;
    if !(rest.is_empty() || rest.starts_with('.')) {
        return None;
    }
    let path: Vec<&str> = rest.split('.').filter(|step| !step.is_empty()).collect();
    let path: Vec<&str> = path.iter().map(|step| step.split('[').next().unwrap_or(step)).collect();
    Some(page(&path))
}

fn page(path: &[&str]) -> Result<String, Failure> {
    let mut title = "Config".to_owned();
    let mut text = "The configuration of kplan: `kplan.yaml` in the folder of the first path, or above it.";
    let mut members = Some(MEMBERS);
    for step in path {
        let known = members.unwrap_or_default();
        let Some((name, said)) = known.iter().find(|(name, _)| name == step) else {
            let help = match closest(step, known.iter().map(|(name, _)| *name)) {
                Some(similar) => format!("did you mean `{title}.{similar}`?"),
                None => format!("`kplan explain {title}` says what it is"),
            };
            return Err(Failure::new(format!("`{title}` has no key `{step}`"), Some(help)));
        };
        members = inside(name).filter(|_| title == "Config");
        title = format!("{title}.{name}");
        text = said;
    }
    let child = |(name, said): &(&str, &str)| Child {
        name: (*name).to_owned(),
        shape: shape(&title, name).to_owned(),
        required: matches!(*name, "apiVersion" | "kind" | "ignore" | "path" | "target"),
        text: (*said).to_owned(),
    };
    let mut facts = Vec::new();
    if let (Some(last), Some((parent, _))) = (path.last(), title.rsplit_once('.')) {
        facts.push(("type", shape(parent, last).to_owned()));
    }
    facts.push(("in", "kplan.dev/v1 Config".to_owned()));
    let children = members.unwrap_or_default().iter().map(child).collect();
    Ok(field_page(&FieldPage { title: title.clone(), facts, text: text.to_owned(), children }))
}

fn inside(key: &str) -> Option<&'static [(&'static str, &'static str)]> {
    match key {
        "external" => Some(EXTERNAL_MEMBERS),
        "references" => Some(REFERENCE_MEMBERS),
        "workloads" => Some(WORKLOAD_MEMBERS),
        "overrides" => Some(OVERRIDE_MEMBERS),
        _ => None,
    }
}

fn shape(parent: &str, key: &str) -> &'static str {
    match (parent, key) {
        (_, "checks") => "map of error, warning, note or off",
        ("Config", "external" | "references" | "workloads" | "overrides") => "list of entries",
        (_, "world") => "open or closed",
        (_, "metadata") => "object",
        (_, "paths" | "exclude" | "kinds" | "names" | "namespaces" | "ignore") => "[]string",
        _ => "string",
    }
}
