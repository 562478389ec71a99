//! Rewrites an Ingress of `networking.k8s.io/v1beta1` as the API server converted it to `networking.k8s.io/v1`.

use crate::check::reshape::{Nested, is_simple, nest};
use crate::diagnostic::Edit;
use crate::parse::edit::{self, New};
use crate::parse::object::ObjectRef;
use crate::parse::schema::problem::{Fault, Problem};
use crate::parse::tree::NodeRef;

/// As [`rewrite`](super::reshape::rewrite).
///
/// Mirrors `Convert_v1beta1_IngressBackend_To_networking_IngressBackend`, `Convert_v1beta1_IngressSpec_To_networking_IngressSpec`
/// and `SetDefaults_HTTPIngressPath`.
pub(super) fn rewrite(object: ObjectRef<'_>, problems: &[Problem]) -> Option<Vec<Edit>> {
    let file = object.file;
    let mut edits = Vec::new();
    for problem in problems {
        match &problem.fault {
            Fault::UnknownField { key, .. } => {
                let key = file.node(*key);
                let mapping = edit::parent_of(object.root(), key.id())?;
                match &*key.key() {
                    "backend" if object.get("spec")?.id() == mapping.id() => {
                        let text = edit::in_style_of(key, "defaultBackend")?;
                        edits.push(Edit { span: file.span(key), text });
                        // What stands below a field that is unknown is not looked at.
                        let backend = mapping.get("backend").filter(|backend| !backend.is_alias())?;
                        rewrite_backend(object, backend, &mut edits)?;
                    }
                    "serviceName" => rewrite_backend(object, mapping, &mut edits)?,
                    // Both are rewritten together.
                    "servicePort" if mapping.get("serviceName").is_some() => {}
                    _ => return None,
                }
            }
            Fault::MissingField { field, .. } if field == "pathType" => {
                let path = file.node(problem.node);
                let after = path.get_entry("path").map(|_| "path");
                let change =
                    edit::insert_entry(path, after, "pathType", New::Text("ImplementationSpecific"))?;
                edits.push(change.in_file(file.id));
            }
            _ => return None,
        }
    }
    (!edits.is_empty()).then_some(edits)
}

fn rewrite_backend(object: ObjectRef<'_>, backend: NodeRef<'_>, edits: &mut Vec<Edit>) -> Option<()> {
    let mut entries = Vec::new();
    for (key, value) in backend.raw_entries() {
        let names: &[&str] = match &*key.key() {
            "serviceName" => &["name"],
            "servicePort" if value.as_i64().is_some() => &["port", "number"],
            // A number in quotes is no name of a port.
            "servicePort" if !value.as_str()?.bytes().all(|byte| byte.is_ascii_digit()) => &["port", "name"],
            _ => return None,
        };
        let is_first = entries.is_empty();
        let above = if is_first { "service" } else { "" };
        entries.push(Nested { key, value, above, names, beside: None, is_last: !is_first });
    }
    let [first, second] = &entries[..] else { return None };
    if first.key.key() == second.key.key() || !entries.iter().all(|entry| is_simple(entry.key, entry.value)) {
        return None;
    }
    for entry in &entries {
        edits.extend(nest(object, backend, entry)?);
    }
    Some(())
}
