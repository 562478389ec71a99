//! The parts of `kplan.yaml` that declare what custom resources are: the fields that name other objects, and where pod
//! templates stand.

use std::ops::Range;

use crate::config::Reference;
use crate::config::file::{Faults, REFERENCE_MEMBERS, WORKLOAD_MEMBERS, keys};
use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::pod::CustomWorkload;

/// Reads `references`.
pub(super) fn references(faults: &mut Faults, value: NodeRef<'_>) -> Vec<(Reference, Range<u32>)> {
    let mut references = Vec::new();
    for item in faults.items(value, "`references`") {
        let Some(entry) = entry(faults, item, "`references`", REFERENCE_MEMBERS) else { continue };
        let kind = entry.required(faults, "kind", "write whose field it is, such as `kind: Cache`");
        let path = entry.required(faults, "path", "write which field, such as `path: spec.secretName`");
        let target = entry.required(faults, "target", "write what it names, such as `target: Secret`");
        let target_group = entry.optional("targetGroup");
        let (Some(kind), Some(path), Some(target)) = (kind, path, target) else { continue };
        if target_group.is_none() && Kind::named(&target).is_none() {
            let help = Some("write its API group as `targetGroup`".to_owned());
            let place = item.get("target").unwrap_or(item).range();
            faults.add(place, format!("kplan knows no kind `{target}`"), "", help);
            continue;
        }
        if is_path(faults, item, &path, true) {
            let group = entry.optional("group");
            references.push((Reference { kind, group, path, target, target_group }, item.range()));
        }
    }
    references
}

/// Reads `workloads`.
pub(super) fn workloads(faults: &mut Faults, value: NodeRef<'_>) -> Vec<(CustomWorkload, Range<u32>)> {
    let mut workloads = Vec::new();
    for item in faults.items(value, "`workloads`") {
        let Some(entry) = entry(faults, item, "`workloads`", WORKLOAD_MEMBERS) else { continue };
        let kind = entry.required(faults, "kind", "write which kind, such as `kind: Worker`");
        let path = entry.required(faults, "path", "write where, such as `path: spec.template`");
        let (Some(kind), Some(path)) = (kind, path) else { continue };
        if is_path(faults, item, &path, false) {
            workloads.push((CustomWorkload { kind, group: entry.optional("group"), path }, item.range()));
        }
    }
    workloads
}

/// The texts of one entry, by key.
struct Entry {
    what: &'static str,
    range: Range<u32>,
    texts: Vec<(String, Option<String>)>,
}

fn entry(
    faults: &mut Faults,
    item: NodeRef<'_>,
    what: &'static str,
    members: &'static [(&str, &str)],
) -> Option<Entry> {
    if !faults.is_mapping(item, &format!("an entry of {what}")) {
        return None;
    }
    let known = keys(members);
    let mut texts = Vec::new();
    for (key, value) in item.entries() {
        let name = key.key().into_owned();
        if known.contains(&name.as_str()) {
            let text = faults.text(value, &format!("`{name}`")).map(|written| written.text);
            texts.push((name, text));
        } else {
            faults.unknown(key, &known);
        }
    }
    Some(Entry { what, range: item.range(), texts })
}

impl Entry {
    fn find(&self, key: &str) -> Option<&Option<String>> {
        self.texts.iter().find(|(name, _)| name == key).map(|(_, text)| text)
    }

    fn optional(&self, key: &str) -> Option<String> {
        self.find(key).cloned().flatten()
    }

    /// The text of a key that must be there; that it is there and no text has been said already.
    fn required(&self, faults: &mut Faults, key: &str, help: &str) -> Option<String> {
        let found = self.find(key);
        if found.is_none() {
            let message = format!("an entry of {} has no `{key}`", self.what);
            faults.add(self.range.clone(), message, "", Some(help.to_owned()));
        }
        found.cloned().flatten()
    }
}

fn is_path(faults: &mut Faults, item: NodeRef<'_>, path: &str, may_have_lists: bool) -> bool {
    let is_step = |step: &str| {
        let key = step.strip_suffix("[]").filter(|_| may_have_lists).unwrap_or(step);
        !key.is_empty() && !key.contains(['[', ']', ' '])
    };
    let is_path = path.split('.').all(is_step);
    if !is_path {
        let help = match may_have_lists {
            true => "write keys joined by dots, with `[]` after lists, such as `spec.users[].secretName`",
            false => "write keys joined by dots, such as `spec.template`",
        };
        let place = item.get("path").unwrap_or(item).range();
        faults.add(place, format!("`{path}` is not a path"), "", Some(help.to_owned()));
    }
    is_path
}
