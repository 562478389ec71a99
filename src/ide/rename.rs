//! Giving another name to what stands at a place, everywhere.

use std::collections::BTreeSet;

use crate::diagnostic::Edit;
use crate::graph::ports::{PortRef, ports_of_container};
use crate::graph::reference::Resolution;
use crate::graph::selector::{Operator, Requirement};
use crate::graph::volumes::volume_names;
use crate::graph::{KindRef, Pod};
use crate::ide::cursor::{Cursor, inner_span};
use crate::ide::entity::{self, Entity, LabelPart, Named, Occurrence};
use crate::ide::selection::sites_reaching;
use crate::ide::{Place, View};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectId;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::{NodeId, Style};
use crate::practice::name_rule::NameRule;
use crate::render::manifest::{is_bare, quoted};
use crate::source::{Encoding, FileId, Span};

const NOTHING: &str = "nothing here has a name that could be changed";

/// What can be renamed at a place: where its name stands, and the name.
pub fn prepare(view: &View<'_>, place: Place) -> Option<(Span, String)> {
    let (entity, node) = entity::at(view, place)?;
    name_of(&entity)?;
    let mut all = entity::occurrences(view, &entity).into_iter();
    let own = all.find(|one| one.file == place.file && one.node.id() == node.id())?;
    let content = own.node.content();
    let text = content.get(own.skip..content.len().saturating_sub(own.rest)).unwrap_or_default();
    Some((own.span(), text.to_owned()))
}

/// The edits that rename what stands at a place, in order, at most one for each place.
///
/// # Errors
/// Why it cannot be renamed so, in one sentence for the user.
pub fn to(view: &View<'_>, place: Place, name: &str) -> Result<Vec<Edit>, String> {
    let (entity, _) = entity::at(view, place).ok_or(NOTHING)?;
    let old = name_of(&entity).ok_or(NOTHING)?;
    if old == name {
        return Ok(Vec::new());
    }
    rule(view, &entity).check(name)?;
    may_be_renamed(view, place, &entity, name)?;
    let found = entity::occurrences(view, &entity);
    if found.is_empty() {
        return Err(NOTHING.to_owned());
    }
    are_not_shared(view, &found)?;
    let mut edits: Vec<Edit> = found.iter().filter_map(|one| edit(&found, one, name)).collect();
    edits.sort();
    edits.dedup();
    for edit in &edits {
        let file = &view.program.file(edit.span.file).source;
        if file.encoding() != Encoding::Utf8 || file.damage().is_some() {
            return Err(format!("{} is not UTF-8, so that nothing can be changed in it", file.path()));
        }
    }
    Ok(edits)
}

/// The name that would change; `None` for what has a number.
fn name_of(entity: &Entity<'_>) -> Option<String> {
    Some(match entity {
        Entity::Object(named) => named.name.to_owned(),
        Entity::Key { key, .. } => key.clone(),
        Entity::Label { key, part: LabelPart::Key, .. } => key.clone(),
        Entity::Label { value, .. } => (*value).to_owned(),
        Entity::ContainerPort { port: PortRef::Name(name), .. }
        | Entity::ServicePort { port: PortRef::Name(name), .. } => (*name).to_owned(),
        Entity::ContainerPort { .. } | Entity::ServicePort { .. } => return None,
        Entity::Volume { name, .. } | Entity::Container { name, .. } => (*name).to_owned(),
    })
}

fn rule(view: &View<'_>, entity: &Entity<'_>) -> NameRule {
    match entity {
        Entity::Object(named) => NameRule::of_kind(named.kind, view.settings.target),
        Entity::Key { .. } => NameRule::Key,
        Entity::Label { part: LabelPart::Key, .. } => NameRule::LabelKey,
        Entity::Label { .. } => NameRule::LabelValue,
        Entity::ContainerPort { .. } => NameRule::Port,
        Entity::ServicePort { .. } | Entity::Volume { .. } | Entity::Container { .. } => NameRule::Label,
    }
}

/// Whether the new name is free and everything would still mean what it did.
fn may_be_renamed(view: &View<'_>, place: Place, entity: &Entity<'_>, name: &str) -> Result<(), String> {
    match entity {
        Entity::Object(named) => object_may_be_renamed(view, place, named, name),
        Entity::Key { object, key } => key_may_be_renamed(view, *object, key, name),
        Entity::Label { namespace, key, value, start, part } => {
            let new = match part {
                LabelPart::Key => (name, *value),
                LabelPart::Value => (key.as_str(), name),
            };
            let changes = entity::selectors_that_change(view, (namespace, key, value), *start, new);
            match &changes[..] {
                [] => Ok(()),
                [only] => Err(format!("the label cannot be renamed alone: {only}")),
                [first, rest @ ..] => Err(format!(
                    "the label cannot be renamed alone: {first}, and {} more selectors change",
                    rest.len()
                )),
            }
        }
        Entity::ContainerPort { owner, .. } => {
            let template = PodTemplate::of(view.program.object(*owner));
            let mut ports =
                template.into_iter().flat_map(PodTemplate::containers).flat_map(ports_of_container);
            if ports.any(|port| port.name() == Some(name)) {
                return Err(format!("the pod has a port `{name}` already"));
            }
            Ok(())
        }
        Entity::ServicePort { service, .. } => {
            let mut ports = crate::graph::ports::ports_of_service(view.program.object(*service));
            if ports.any(|port| port.name() == Some(name)) {
                return Err(format!("the Service has a port `{name}` already"));
            }
            Ok(())
        }
        Entity::Volume { owner, .. } => {
            let template = PodTemplate::of(view.program.object(*owner));
            if template.into_iter().flat_map(volume_names).any(|own| own.as_str() == Some(name)) {
                return Err(format!("the pod has a volume `{name}` already"));
            }
            // The claims of StatefulSets and of ephemeral volumes are called after the volume.
            let mut made = entity::made_by(view, *owner).into_iter();
            match made.find(|edge| edge.kind == KindRef::Known(Kind::PersistentVolumeClaim)) {
                Some(edge) => Err(format!("PersistentVolumeClaim `{}` may get its name from it", edge.name)),
                None => Ok(()),
            }
        }
        Entity::Container { owner, .. } => {
            let template = PodTemplate::of(view.program.object(*owner));
            if template.into_iter().flat_map(PodTemplate::containers).any(|own| own.name() == name) {
                return Err(format!("the pod has a container `{name}` already"));
            }
            Ok(())
        }
    }
}

fn object_may_be_renamed(view: &View<'_>, place: Place, named: &Named<'_>, name: &str) -> Result<(), String> {
    let kind = named.kind.name();
    if let Some(taken) = view.graph.find(named.kind, named.namespace, name).next() {
        let line = taken.file.source.position(taken.name_span().start).line + 1;
        return Err(format!("there is a {kind} `{name}` already, at {}:{line}", taken.file.source.path()));
    }
    if let Some(cursor) = Cursor::at(view, place)
        && let Some(edge) = entity::edge_at(view, &cursor)
    {
        match edge.resolution {
            Resolution::Made(maker) => {
                let maker = view.program.object(maker);
                return Err(format!(
                    "{kind} `{}` is made by {} `{}`, and gets its name there",
                    named.name,
                    maker.kind_name(),
                    maker.name()
                ));
            }
            Resolution::Generated => {
                return Err(format!(
                    "{kind} `{}` is made by a generator of a kustomization file",
                    named.name
                ));
            }
            Resolution::Always => {
                return Err(format!("{kind} `{}` is made by Kubernetes itself", named.name));
            }
            Resolution::Found(_) | Resolution::External | Resolution::Missing => {}
        }
    }
    let object = named.id.map(|id| view.program.object(id));
    if let Some(edge) = object.and_then(|object| entity::derived_name(view, object)) {
        return Err(format!(
            "{} `{}` gets its name from it, and is named elsewhere",
            edge.kind.name(),
            edge.name
        ));
    }
    if let Some(pod) = object.and_then(|object| view.graph.pod_of(object.id))
        && let Some(sentence) = selected_by_name(view, pod)
    {
        return Err(sentence);
    }
    // Objects that say no namespace live in the one that is configured, and would stay there.
    if named.kind == KindRef::Known(Kind::Namespace) && named.name == view.settings.default_namespace {
        let silent = view.program.objects().find(|object| {
            object.namespace() == Some(named.name) && object.get("metadata.namespace").is_none()
        });
        if let Some(object) = silent {
            return Err(format!(
                "{} `{}` says no namespace and would stay behind",
                object.kind_name(),
                object.name()
            ));
        }
    }
    Ok(())
}

/// A selector that finds pods by a label which a controller makes of the name of its workload.
fn selected_by_name(view: &View<'_>, pod: &Pod<'_>) -> Option<String> {
    let owner = pod.owner();
    let has_name = |term: &Requirement<'_>| {
        let is_name = |value: &&str| {
            value.strip_prefix(owner.name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let is_made = pod.labels.get(&term.key).is_none();
        is_made
            && match &term.operator {
                Operator::Is(value) => is_name(value),
                Operator::In(values) | Operator::NotIn(values) => values.iter().any(is_name),
                Operator::Exists | Operator::DoesNotExist => false,
            }
    };
    let sites = sites_reaching(view, pod.namespace).into_iter();
    let mut sites = sites.filter(|site| site.selector.matches(&pod.labels));
    let (site, term) = sites.find_map(|site| {
        let term = site.selector.requirements.iter().find(|term| has_name(term))?.describe();
        Some((site, term))
    })?;
    Some(format!(
        "{} `{}` selects its pods by `{term}`, which has the name in it",
        site.object.kind_name(),
        site.object.name()
    ))
}

/// Where all entries are taken together, the key is the name of a file or of a variable as well.
fn key_may_be_renamed(view: &View<'_>, object: ObjectId, key: &str, name: &str) -> Result<(), String> {
    let entries = entity::entries_of(view, object);
    if entries.iter().any(|(own, _)| own.key() == name) {
        return Err(format!("there is a key `{name}` already"));
    }
    if !entries.iter().any(|(own, _)| own.key() == key) {
        return Ok(());
    }
    for edge in view.graph.edges_to(object) {
        let takes_all = match edge.row.keys {
            crate::graph::reference::Keys::Key => false,
            crate::graph::reference::Keys::Items => edge.holder.get("items").is_none(),
            crate::graph::reference::Keys::None => edge.row.path.contains("envFrom"),
        };
        if takes_all {
            let from = view.program.object(edge.from);
            return Err(format!(
                "{} `{}` takes all keys as they are, as names of variables or files",
                from.kind_name(),
                from.name()
            ));
        }
    }
    Ok(())
}

/// A text with an anchor is changed for all its aliases: they must all be places of the name.
fn are_not_shared(view: &View<'_>, found: &[Occurrence<'_>]) -> Result<(), String> {
    let places: BTreeSet<(FileId, NodeId)> = found.iter().map(|one| (one.file, one.node.id())).collect();
    for one in found.iter().filter(|one| one.node.anchor().is_some()) {
        let tree = one.node.tree();
        let mut nodes = (0..tree.len() as u32).map(|id| tree.node(NodeId(id)));
        let stranger = nodes.find(|node| {
            node.is_alias() && node.target().id() == one.node.id() && !places.contains(&(one.file, node.id()))
        });
        if let Some(stranger) = stranger {
            let file = &view.program.file(one.file).source;
            let line = file.position(stranger.range().start).line + 1;
            return Err(format!(
                "`{}` at {}:{line} stands for the same text and means something else",
                stranger.source(),
                file.path()
            ));
        }
    }
    Ok(())
}

/// The edit of one place, in its own style; `None` for an alias of a text that is changed anyway.
fn edit(all: &[Occurrence<'_>], one: &Occurrence<'_>, name: &str) -> Option<Edit> {
    let node = one.node;
    let content = node.content();
    let before = content.get(..one.skip).unwrap_or_default();
    let behind = content.get(content.len().saturating_sub(one.rest)..).unwrap_or_default();
    let whole = || format!("{before}{name}{behind}");
    let range = node.range();
    let span = Span::new(one.file, range.start, range.end);
    if node.is_alias() {
        let is_changed =
            all.iter().any(|other| other.file == one.file && other.node.id() == node.target().id());
        return (!is_changed).then(|| Edit { span, text: in_any_style(&whole()) });
    }
    let is_verbatim = node.tree().text().get(inner_span(one.file, node).range()) == Some(node.content());
    match node.style() {
        // What may stand in a name is nothing that quotes would change.
        Style::SingleQuoted | Style::DoubleQuoted if is_verbatim && is_harmless(name) => {
            Some(Edit { span: one.span(), text: name.to_owned() })
        }
        Style::Plain if is_verbatim && is_bare(&whole()) => {
            Some(Edit { span: one.span(), text: name.to_owned() })
        }
        _ => Some(Edit { span, text: in_any_style(&whole()) }),
    }
}

fn is_harmless(name: &str) -> bool {
    !name.contains(['"', '\'', '\\']) && !name.contains(char::is_control)
}

fn in_any_style(text: &str) -> String {
    if is_bare(text) && !text.contains([',', '[', ']', '{', '}']) { text.to_owned() } else { quoted(text) }
}
