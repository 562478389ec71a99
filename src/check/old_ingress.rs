//! Rewrites an Ingress of `networking.k8s.io/v1beta1` as the API server converted it to `networking.k8s.io/v1`.

use crate::diagnostic::Edit;
use crate::parse::edit::{self, New};
use crate::parse::object::ObjectRef;
use crate::parse::schema::problem::{Fault, Problem};
use crate::parse::tree::{NodeKind, NodeRef, Style};
use crate::source::Span;

/// The edits that leave nothing of `problems`, which the object has under the new version. `None` where there is more to do,
/// or where it cannot be done without touching what stands between.
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
                let span = Span::new(file.id, change.range.start, change.range.end);
                edits.push(Edit { span, text: change.text });
            }
            _ => return None,
        }
    }
    (!edits.is_empty()).then_some(edits)
}

/// One of the two entries of a backend.
struct Entry<'t> {
    key: NodeRef<'t>,
    value: NodeRef<'t>,
    /// What it is called below `service`: one word, or two where one stands below the other.
    names: &'static [&'static str],
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
        entries.push(Entry { key, value, names });
    }
    let [first, second] = &entries[..] else { return None };
    let is_simple = |entry: &Entry<'_>| {
        let has_style = |node: NodeRef<'_>| {
            matches!(node.style(), Style::Plain | Style::Json | Style::SingleQuoted | Style::DoubleQuoted)
        };
        let is_bare = entry.key.anchor().is_none() && entry.key.tag().is_none();
        is_bare && entry.value.kind() == NodeKind::Scalar && has_style(entry.key) && has_style(entry.value)
    };
    if first.key.key() == second.key.key() || !is_simple(first) || !is_simple(second) {
        return None;
    }
    if backend.style() == Style::Flow {
        in_flow(object, first, "service", "", edits)?;
        in_flow(object, second, "", "}", edits)?;
    } else {
        in_block(object, first, "service", edits)?;
        in_block(object, second, "", edits)?;
    }
    Some(())
}

/// Writes the key of an entry deeper by two columns for each name above it, which gets a line of its own. `above` stands at
/// the old place of the key; where it is empty it stands further up already.
fn in_block(object: ObjectRef<'_>, entry: &Entry<'_>, above: &str, edits: &mut Vec<Edit>) -> Option<()> {
    let text = object.file.source.text();
    let start = object.span(entry.key).start as usize;
    let line = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = text[line..start].trim_start_matches('\u{FEFF}');
    let is_one_line = !text[start..object.span(entry.value).end as usize].contains(['\n', '\r']);
    if !is_one_line || !indent.bytes().all(|byte| byte == b' ') {
        return None;
    }
    let line_break = edit::line_break_at(text, start);
    let mut written = above.to_owned();
    let mut deeper = String::new();
    for name in entry.names {
        deeper.push_str("  ");
        if written.is_empty() {
            written.push_str(&format!("  {name}"));
        } else {
            written.push_str(&format!(":{line_break}{indent}{deeper}{name}"));
        }
    }
    edits.push(Edit { span: object.span(entry.key), text: written });
    Some(())
}

/// Opens a bracket for each name above the key of an entry, and closes those that are its own behind the value; `closing`
/// closes the others.
fn in_flow(
    object: ObjectRef<'_>,
    entry: &Entry<'_>,
    above: &str,
    closing: &str,
    edits: &mut Vec<Edit>,
) -> Option<()> {
    let text = object.file.source.text();
    let (key, value) = (object.span(entry.key), object.span(entry.value));
    let between = text.get(key.end as usize..value.start as usize)?;
    let colon = if between == ":" { ":" } else { ": " };
    let is_quoted = entry.key.style() == Style::DoubleQuoted;
    let names = [above].into_iter().filter(|above| !above.is_empty()).chain(entry.names.iter().copied());
    let names = names.map(|name| if is_quoted { format!("\"{name}\"") } else { name.to_owned() });
    let written = names.collect::<Vec<_>>().join(&format!("{colon}{{"));
    edits.push(Edit { span: key, text: written });
    let closing = "}".repeat(entry.names.len() - 1) + closing;
    if !closing.is_empty() {
        edits.push(Edit { span: Span::new(value.file, value.end, value.end), text: closing });
    }
    Some(())
}
