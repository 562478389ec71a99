//! How the checks of RBAC rules name API groups, and how a rule comes to name another one.

use crate::check::Context;
use crate::diagnostic::Edit;
use crate::graph::{KindRef, typo};
use crate::parse::Style;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::schema::table::Table;
use crate::parse::tree::NodeRef;
use crate::practice::permission::{base_of, exists, plural_of};
use crate::practice::role::Rule;
use crate::practice::selection::items_at;

/// `Role `shop/reader``.
pub(super) fn role(object: ObjectRef<'_>) -> String {
    let name = if object.kind() == Kind::Role { object.full_name() } else { object.name().to_owned() };
    format!("{} `{name}`", object.kind_name())
}

/// As people say it: `the core group`, `API group `apps``.
pub(super) fn name(group: &str) -> String {
    if group.is_empty() { "the core group".to_owned() } else { format!("API group `{group}`") }
}

/// The same of several.
pub(super) fn names(groups: &[&str]) -> String {
    let names: Vec<String> = groups.iter().map(|group| name(group)).collect();
    names.join(" or ")
}

/// As it stands in a list.
pub(super) fn written(group: &str) -> String {
    if group.is_empty() { "\"\"".to_owned() } else { group.to_owned() }
}

/// The text of an item that names `group`, in the style of the one that stands there.
pub(super) fn in_style_of(node: NodeRef<'_>, group: &str) -> Option<String> {
    match node.style() {
        Style::Plain if group.is_empty() => Some(written(group)),
        _ => edit::in_style_of(node, group),
    }
}

/// The edit by which a rule names `home` too; instead of what it names where nothing of it is there. None where another
/// of its resources would then be permitted that is not now.
pub(super) fn moved(object: ObjectRef<'_>, rule: Rule<'_>, table: &Table, home: &str) -> Option<Edit> {
    let groups: Vec<NodeRef<'_>> = items_at(rule.node, "apiGroups").collect();
    let is_here = |resource: NodeRef<'_>| {
        groups.iter().any(|group| exists(table, group.content(), base_of(resource.content())))
    };
    let mut resources = items_at(rule.node, "resources");
    if resources
        .any(|one| one.content() == "*" || (is_here(one) && exists(table, home, base_of(one.content()))))
    {
        return None;
    }
    let last = *groups.last()?;
    if groups.len() == 1 && !items_at(rule.node, "resources").any(is_here) {
        return Some(Edit { span: object.span(last), text: in_style_of(last, home)? });
    }
    Some(edit::append_item(rule.node.get("apiGroups")?, home)?.in_file(object.file.id))
}

/// The CustomResourceDefinitions of the input for kinds of these groups.
pub(super) fn definitions_of<'p>(context: &Context<'p>, groups: &[&str]) -> Vec<ObjectRef<'p>> {
    let all = context.graph.all(KindRef::Known(Kind::CustomResourceDefinition), None);
    all.filter(|one| one.get("spec.group").is_some_and(|group| groups.contains(&group.content()))).collect()
}

/// The resource that is meant by a word which is none of these definitions' nor of these groups: its singular, its kind, a
/// short name, or a slip of the pen; and what defines it, where the input does.
pub(super) fn meant_custom<'p>(
    definitions: &[ObjectRef<'p>],
    groups: &[&str],
    written: &str,
) -> Option<(String, Option<ObjectRef<'p>>)> {
    let text = |one: ObjectRef<'p>, path: &str| one.get(path).and_then(NodeRef::as_str);
    if definitions.iter().any(|one| text(*one, "spec.names.plural") == Some(written)) {
        return None;
    }
    let defined = definitions.iter().find_map(|one| {
        let plural = text(*one, "spec.names.plural")?;
        let is_name = |path| text(*one, path).is_some_and(|name| name.eq_ignore_ascii_case(written));
        let is_short = || items_at(one.root(), "spec.names.shortNames").any(|name| name.content() == written);
        let is_meant = is_name("spec.names.singular")
            || is_name("spec.names.kind")
            || is_short()
            || typo::is_typo(written, plural);
        is_meant.then(|| (plural.to_owned(), Some(*one)))
    });
    defined.or_else(|| {
        let mut known = groups.iter().flat_map(|group| Kind::all_of(group));
        let kind = known.find(|kind| kind.as_str().eq_ignore_ascii_case(written))?;
        Some((plural_of(kind.as_str()), None)).filter(|(plural, _)| plural != written)
    })
}
