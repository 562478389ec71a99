//! What the checks of names inside one pod share: which name was meant, and the repair.

use crate::check::sink::Report;
use crate::diagnostic::Safety;
use crate::graph::typo;
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::object::ObjectRef;

/// The name that one which is not there is a slip of the pen for.
pub(super) fn slip_of<'n, 'p>(wanted: &str, names: &'n [NodeRef<'p>]) -> Option<&'n NodeRef<'p>> {
    names.iter().find(|name| typo::is_typo(wanted, name.content()))
}

/// Completes the report of a name at a place of `object` that is none of `names`, which stand in `owner`: it says which
/// name was meant, with the repair where that is certain, else what there is, else `otherwise`.
pub(super) fn suggest<'p>(
    report: Report<'_>,
    (object, place): (ObjectRef<'_>, NodeRef<'_>),
    (owner, names): (ObjectRef<'p>, &[NodeRef<'p>]),
    otherwise: &str,
) {
    if let Some(right) = slip_of(place.content(), names) {
        let text = right.content();
        let report = report.related(owner.span(*right), "this one is there").help(format!("write `{text}`"));
        if let Some(written) = edit::in_style_of(place, text) {
            report.fix(format!("write `{text}`"), Safety::Safe, object.span(place), written);
        }
        return;
    }
    let list: Vec<_> = names.iter().map(|name| format!("`{}`", name.content())).collect();
    match (list.as_slice(), names) {
        ([one], [node]) => {
            report.related(owner.span(*node), "the only one there is").help(format!("write {one}"))
        }
        ([], _) => report.help(otherwise),
        _ => report.help(format!("write one of {}", list.join(", "))),
    };
}
