//! Gives a workload of an API version before `apps/v1` the selector that it had without saying so.

use crate::diagnostic::Edit;
use crate::parse::edit::{self, New};
use crate::parse::object::ObjectRef;
use crate::parse::schema::problem::{Fault, Problem};
use crate::parse::tree::{NodeRef, Style};

/// As [`rewrite`](super::reshape::rewrite). Mirrors `SetDefaults_Deployment` of `apps/v1beta1` and its like: the labels of
/// the template are what is selected.
pub(super) fn rewrite(object: ObjectRef<'_>, problems: &[Problem]) -> Option<Vec<Edit>> {
    let [Problem { fault: Fault::MissingField { field, .. }, .. }] = problems else { return None };
    let spec = object.get("spec").filter(|_| field == "selector")?;
    let labels = object.get("spec.template.metadata.labels").filter(|labels| !labels.is_alias())?;
    let mut pairs = Vec::new();
    let is_json =
        spec.style() == Style::Flow && spec.raw_entries().all(|(key, _)| key.style() == Style::DoubleQuoted);
    let written = |text: &str| {
        if is_json { serde_json::Value::from(text).to_string() } else { edit::bare_or_quoted(text) }
    };
    for (key, value) in labels.entries() {
        pairs.push(format!("{}: {}", written(&key.key()), written(value.as_str()?)));
    }
    if pairs.is_empty() {
        return None;
    }
    let selector = format!("{{{}: {{{}}}}}", written("matchLabels"), pairs.join(", "));
    let after = before_template(spec);
    let change = edit::insert_entry(spec, after.as_deref(), "selector", New::Raw(&selector))?;
    Some(vec![change.in_file(object.file.id)])
}

/// The key of the entry that stands before the template: nobody looks for a selector behind it.
fn before_template(spec: NodeRef<'_>) -> Option<String> {
    let keys: Vec<_> = spec.raw_entries().map(|(key, _)| key.key().into_owned()).collect();
    let at = keys.iter().position(|key| key == "template")?;
    keys.get(at.checked_sub(1)?).cloned()
}
