//! `apiVersion` and `kind`, each by what the other says.

use std::collections::BTreeMap;

use crate::ide::completion::{Blank, CompletionKind, Proposal};
use crate::ide::model::custom_kinds;
use crate::parse::schema::table::{Scope, Table, by_stability};
use crate::parse::tree::NodeRef;

/// All kinds that can be written in a manifest: API version and kind.
fn all(blank: &Blank<'_>) -> Vec<(String, String)> {
    let table = Table::of(blank.view.settings.target);
    let is_object = |scope: Scope, plural: &str| scope != Scope::Subresource && plural != "-";
    let built_in = table.kinds().filter(|kind| is_object(kind.scope, kind.plural));
    let mut kinds: Vec<_> =
        built_in.map(|kind| (kind.api_version.to_owned(), kind.kind.to_owned())).collect();
    kinds.extend(custom_kinds(&blank.view));
    kinds
}

fn beside(blank: &Blank<'_>, key: &str) -> Option<String> {
    let text = blank.root.get(key).and_then(NodeRef::as_str)?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The kinds of the API version that is written, or all of them.
pub(super) fn kinds(blank: &Blank<'_>) -> Vec<Proposal> {
    let version = beside(blank, "apiVersion");
    let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (api_version, kind) in all(blank) {
        if version.as_ref().is_none_or(|wanted| *wanted == api_version) {
            by_kind.entry(kind).or_default().push(api_version);
        }
    }
    let proposals = by_kind.into_iter().map(|(kind, mut versions)| {
        versions.sort_by(|left, right| by_stability(left, right));
        Proposal::new(CompletionKind::Type, kind, versions.join(", "))
    });
    proposals.collect()
}

/// The API versions of the kind that is written, the most stable one first, or all of them.
pub(super) fn versions(blank: &Blank<'_>) -> Vec<Proposal> {
    let kind = beside(blank, "kind");
    let mut by_version: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (api_version, own) in all(blank) {
        if kind.as_ref().is_none_or(|wanted| *wanted == own) {
            by_version.entry(api_version).or_default().push(own);
        }
    }
    let mut versions: Vec<_> = by_version.into_iter().collect();
    if kind.is_some() {
        versions.sort_by(|(left, _), (right, _)| by_stability(left, right));
    }
    let proposals = versions.into_iter().map(|(version, kinds)| {
        let more = if kinds.len() > 4 { ", ..." } else { "" };
        let shown: Vec<_> = kinds.into_iter().take(4).collect();
        Proposal::new(CompletionKind::Type, version, format!("{}{more}", shown.join(", ")))
    });
    proposals.collect()
}
