//! Who else has to do with an object.

use std::collections::BTreeSet;

use crate::graph::table;
use crate::ide::View;
use crate::parse::object::{ObjectId, ObjectRef};
use crate::practice::Practice;
use crate::source::{FileId, Span};

/// More of them are counted and not named.
const MOST_NAMED: usize = 4;

/// A line above an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The name of the object.
    pub span: Span,
    /// `selected by Service web, NetworkPolicy deny-all`
    pub title: String,
}

/// The lenses of a file, in order: by whom the pods of an object are selected, and how many objects name it.
pub fn of_file(view: &View<'_>, file: FileId) -> Vec<Lens> {
    let mut lenses = Vec::new();
    // Its indexes are made when the first pod of the file asks.
    let practice = Practice::new(view.program);
    for object in view.program.objects_of(file).filter(|object| !view.graph.is_patch(*object)) {
        let span = object.name_span();
        if let Some(pod) = view.graph.pod_of(object.id) {
            let mut selecting = view.graph.services_of_pod(pod);
            selecting.extend(practice.budgets_of(pod));
            selecting.extend(practice.policies_of(pod));
            if !selecting.is_empty() {
                lenses.push(Lens { span, title: format!("selected by {}", list(&selecting)) });
            }
        }
        let named = naming(view, object);
        match named.len() {
            0 => {}
            1 => lenses.push(Lens { span, title: "named by 1 object".to_owned() }),
            many => lenses.push(Lens { span, title: format!("named by {many} objects") }),
        }
    }
    lenses
}

/// The other objects with a field that names an object. That they live in a namespace does not count.
fn naming(view: &View<'_>, object: ObjectRef<'_>) -> BTreeSet<ObjectId> {
    let edges = view.graph.edges_to(object.id);
    let edges = edges.filter(|edge| !std::ptr::eq(edge.row, &table::NAMESPACE) && edge.from != object.id);
    edges.map(|edge| edge.from).collect()
}

fn list(objects: &[ObjectRef<'_>]) -> String {
    let names =
        objects.iter().take(MOST_NAMED).map(|object| format!("{} {}", object.kind_name(), object.name()));
    let names: Vec<_> = names.collect();
    match objects.len().saturating_sub(MOST_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
