//! What is known at a place and not written there.

use crate::ide::selection::{count_words, sites_of};
use crate::ide::{View, cursor};
use crate::parse::object::ObjectRef;
use crate::parse::tree::{NodeRef, Style};
use crate::practice::replicas::{Replicas, replicas_of};
use crate::source::FileId;

/// A few words behind a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hint {
    /// Bytes from the start of the file: the end of what it is about.
    pub offset: u32,
    /// `3 pods`
    pub label: String,
}

/// The hints of a file, in order: how many pods a selector matches, and what an autoscaler makes of `replicas`.
pub fn of_file(view: &View<'_>, file: FileId) -> Vec<Hint> {
    let Some(read) = cursor::file_of(view.program, file) else { return Vec::new() };
    let text = read.source.text();
    let mut hints = Vec::new();
    for object in view.program.objects_of(file).filter(|object| !view.graph.is_patch(*object)) {
        for site in sites_of(object) {
            // A workload's own selector says nothing new; which of its neighbours a pod looks for does.
            if site.selector.is_empty() || (site.is_main && view.graph.pod_of(object.id).is_some()) {
                continue;
            }
            let pods = site.pods(view);
            let label = if pods.is_empty() { "no pods".to_owned() } else { count_words(view, &pods) };
            hints.push(Hint { offset: end_of_head(text, object, site.node), label });
        }
        if let Some(Replicas::Autoscaled(scaler)) = replicas_of(view.graph, object)
            && let Some(node) = object.get("spec.replicas")
        {
            let label = format!("{} to {} pods", scaler.least, scaler.most);
            hints.push(Hint { offset: object.span(node).end, label });
        }
    }
    hints.sort();
    hints.dedup();
    hints
}

/// Where a hint about a mapping stands: behind it where it is in braces, else at the end of the line of its key.
fn end_of_head(text: &str, object: ObjectRef<'_>, node: NodeRef<'_>) -> u32 {
    let span = object.span(node);
    if node.style() == Style::Flow || node.is_alias() {
        return span.end;
    }
    let before = text[..span.start as usize].trim_end();
    // Behind a comment nothing would be read as ours.
    let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let end = before[line..].find(": #").map_or(before.len(), |at| line + at + 1);
    end as u32
}
