//! What is known of what stands at a place.

use crate::graph::KindRef;
use crate::graph::reference::{Edge, Resolution};
use crate::ide::cursor::{Cursor, Touched, inner_span, touches};
use crate::ide::describe::{code, content, list, title};
use crate::ide::entity::{self, Entity};
use crate::ide::model::{Model, Spot};
use crate::ide::selection::{Site, count_words, sites_of};
use crate::ide::{Place, View};
use crate::parse::kind::Kind;
use crate::parse::schema::field::versions_of;
use crate::parse::tree::{NodeRef, Step};
use crate::plan::defaults::single::default_of;
use crate::source::Span;

/// What is shown beside a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// What is known of what stands at a place: of a name what it stands for, of a selector whom it matches, and of each
/// field what Kubernetes says of it, its type, its default and its versions.
pub fn at(view: &View<'_>, place: Place) -> Option<Hover> {
    let cursor = Cursor::at(view, place)?;
    let node = cursor.trail.node()?;
    let mut sections = Vec::new();
    sections.extend(meaning(view, &cursor));
    sections.extend(selection(view, &cursor, place.offset));
    sections.extend(field(view, &cursor));
    if sections.is_empty() {
        return None;
    }
    let span = inner_span(place.file, node);
    Some(Hover { span, markdown: sections.join("\n\n---\n\n") })
}

/// What a name stands for.
fn meaning(view: &View<'_>, cursor: &Cursor<'_>) -> Option<String> {
    if let Some(edge) = entity::edge_at(view, cursor) {
        return Some(reference(view, edge));
    }
    match entity::of_cursor(view, cursor)? {
        Entity::Object(named) => {
            let object = view.program.object(named.id?);
            let mut lines = content(view, object);
            let mut namers: Vec<_> = view.graph.edges_to(object.id).map(|edge| edge.from).collect();
            namers.retain(|from| *from != object.id);
            namers.dedup();
            let namers = namers.into_iter().map(|from| view.program.object(from));
            let is_namespace = named.kind == KindRef::Known(Kind::Namespace);
            let namers: Vec<_> =
                namers.map(|from| format!("{} `{}`", from.kind_name(), from.name())).collect();
            if is_namespace {
                lines.push(format!("objects in it: {}", namers.len()));
            } else if !namers.is_empty() {
                lines.push(format!("named by: {}", list(&namers)));
            }
            lines.insert(0, format!("**{}**", title(object)));
            Some(lines.join("  \n"))
        }
        Entity::Key { object, key } => {
            let home = view.program.object(object);
            let entries = entity::entries_of(view, object);
            let Some((name, value)) = entries.into_iter().find(|(name, _)| name.key() == key) else {
                return Some(format!("{} has no key {}", title(home), code(&key)));
            };
            let line = home.file.source.position(home.span(name).start).line + 1;
            let head = format!("**{}**, {}:{line}", title(home), home.file.source.path());
            // The values of Secrets are nobody's business.
            let is_secret = home.kind() == Kind::Secret || !value.is_scalar();
            Some(if is_secret { head } else { format!("{head}\n\n{}", block(value.content())) })
        }
        Entity::Label { .. } => None,
        entity @ (Entity::ContainerPort { .. }
        | Entity::ServicePort { .. }
        | Entity::Volume { .. }
        | Entity::Container { .. }) => named_part(view, cursor, &entity),
    }
}

/// The first lines of a text, as a block of code.
fn block(text: &str) -> String {
    const MOST_LINES: usize = 8;
    const MOST_CHARACTERS: usize = 120;
    let cut = |line: &str| line.chars().take(MOST_CHARACTERS).collect::<String>();
    let shown: Vec<String> = text.lines().take(MOST_LINES).map(cut).collect();
    let more = if text.lines().count() > MOST_LINES { "\n..." } else { "" };
    format!("````text\n{}{more}\n````", shown.join("\n").replace("````", "'```"))
}

fn reference(view: &View<'_>, edge: &Edge<'_>) -> String {
    let kind = edge.kind.name();
    let full = edge.namespace.map_or(edge.name.to_owned(), |namespace| format!("{namespace}/{}", edge.name));
    match edge.resolution {
        Resolution::Found(id) => {
            let object = view.program.object(id);
            let mut lines = content(view, object);
            lines.insert(0, format!("**{}**", title(object)));
            lines.join("  \n")
        }
        Resolution::Made(id) => {
            format!("**{kind} {}**, made by {}", code(&full), title(view.program.object(id)))
        }
        Resolution::Generated => {
            format!("**{kind} {}**, made by a generator of a kustomization file", code(&full))
        }
        Resolution::Always => format!("**{kind} {}**, which every cluster has", code(&full)),
        Resolution::External => {
            format!("**{kind} {}**, declared as `external` in the configuration", code(&full))
        }
        Resolution::Missing => {
            let mut text = format!("**{kind} {}** is not in the input", code(&full));
            if let Some(closest) = view.graph.closest_name(edge.kind, edge.namespace, edge.name) {
                text.push_str(&format!("; the closest name is {}", title(closest.object)));
            }
            text
        }
    }
}

/// Where a port, volume or container is defined, and by how many places it is named.
fn named_part(view: &View<'_>, cursor: &Cursor<'_>, entity: &Entity<'_>) -> Option<String> {
    let found = entity::occurrences(view, entity);
    let touched = cursor.trail.node()?;
    let mut lines = Vec::new();
    for one in found.iter().filter(|one| one.is_definition).take(4) {
        let file = view.program.file(one.file);
        let home = view
            .program
            .objects_of(one.file)
            .find(|object| touches(object.root(), one.node.range().start))?;
        let line = file.source.position(one.span().start).line + 1;
        let inside = home.root().path_to(one.node).unwrap_or_default();
        let number = match entity {
            Entity::ContainerPort { .. } => port_number(home.root(), one.node, "containerPort"),
            Entity::ServicePort { .. } => port_number(home.root(), one.node, "port"),
            _ => String::new(),
        };
        lines.push(format!(
            "{}{} of {} `{}` — {}:{line}",
            number,
            code(&inside),
            home.kind_name(),
            home.full_name(),
            file.source.path()
        ));
    }
    let others =
        found.iter().filter(|one| one.file != cursor.object.file.id || one.node.id() != touched.id());
    let count = others.count();
    if lines.is_empty() || (count == 0 && lines.len() < 2) {
        return None;
    }
    Some(lines.join("  \n"))
}

/// `8080/TCP: ` of the port that a name or number belongs to.
fn port_number(root: NodeRef<'_>, node: NodeRef<'_>, key: &str) -> String {
    let trail = crate::ide::cursor::Trail::down(root, node.range().start);
    let Some(port) = trail.holder().and_then(|holder| Some((holder.get(key)?, holder))) else {
        return String::new();
    };
    format!("port {}/{}: ", port.0.content(), crate::graph::ports::protocol(port.1))
}

/// Whom a selector matches that a place lies in or whose key it touches.
fn selection(view: &View<'_>, cursor: &Cursor<'_>, offset: u32) -> Option<String> {
    let of_key = match cursor.trail.touched {
        Touched::Key { value, .. } => Some(value.id()),
        _ => None,
    };
    let sites = sites_of(cursor.object);
    let is_meant = |site: &&Site<'_>| {
        of_key == Some(site.node.id())
            || touches(site.node, offset)
            || cursor.trail.holder().is_some_and(|holder| holder.id() == site.node.id())
    };
    let mut site = sites.iter().filter(is_meant).last();
    // Labels of a template: whoever selects them.
    if site.is_none() {
        let own = view.graph.pod_of(cursor.object.id)?;
        let labels = own.template.labels()?;
        if touches(labels, offset) || of_key == Some(labels.id()) {
            let selecting = crate::ide::selection::selecting(view, own);
            let names: Vec<_> = selecting.iter().map(|object| title(*object)).collect();
            return (!names.is_empty()).then(|| format!("selected by  \n{}", names.join("  \n")));
        }
        site = sites.iter().find(|site| site.is_main && is_name(cursor));
    }
    let site = site?;
    let pods = site.pods(view);
    if site.selector.is_empty() {
        return Some(format!("selects every pod: {}", count_words(view, &pods)));
    }
    if pods.is_empty() {
        let mut text = "selects **no pods** of the input".to_owned();
        let namespace = cursor.object.namespace().unwrap_or_default();
        if let Some(near) = view.graph.nearest_pod(namespace, &site.selector) {
            let failing: Vec<_> =
                site.selector.failing(&near.pod.labels).map(|one| code(&one.describe())).collect();
            let owner = near.pod.owner();
            text.push_str(&format!("; the nearest is {}, without {}", title(owner), list(&failing)));
        }
        return Some(text);
    }
    let shown: Vec<_> = pods.iter().take(8).map(|pod| format!("- {}", title(pod.owner()))).collect();
    let more = pods.len().saturating_sub(shown.len());
    let more = if more > 0 { format!("\n- and {more} more") } else { String::new() };
    Some(format!("selects **{}**\n\n{}{more}", count_words(view, &pods), shown.join("\n")))
}

/// Whether the name of the object is touched.
fn is_name(cursor: &Cursor<'_>) -> bool {
    matches!(&cursor.trail.steps[..], [Step::Key(first), Step::Key(second)] if first == "metadata" && second == "name")
}

/// What Kubernetes says of a field.
fn field(view: &View<'_>, cursor: &Cursor<'_>) -> Option<String> {
    let object = cursor.object;
    let model = Model::of(view, object.api_version(), object.kind_name());
    let spot = model.follow(&cursor.trail.steps)?;
    if let [Step::Key(only)] = &cursor.trail.steps[..]
        && only == "kind"
        && matches!(cursor.trail.touched, Touched::Scalar(_))
    {
        let text = model.text_of_kind()?;
        let kind = model.kind()?;
        return Some(format!("**{}** `{}`\n\n{text}", kind.kind, kind.api_version));
    }
    page(view, &model, &spot, object.kind_name())
}

fn page(view: &View<'_>, model: &Model<'_>, spot: &Spot<'_>, kind: &str) -> Option<String> {
    let field = spot.field.as_ref()?;
    let path = if spot.keys.is_empty() { field.name.to_string() } else { spot.keys.join(".") };
    let required = if field.required { ", required" } else { "" };
    let mut out = format!("**{kind}.{path}** `{}`{required}", field.words);
    if !field.text.is_empty() {
        out.push_str("\n\n");
        out.push_str(&field.text);
    }
    let mut facts = Vec::new();
    if !field.allowed.is_empty() && field.words != "boolean" {
        let allowed: Vec<_> = field.allowed.iter().map(|value| code(value)).collect();
        facts.push(format!("one of {}", allowed.join(", ")));
    }
    if let Some(kind) = model.kind()
        && let Some(found) = model.explain(&spot.keys)
    {
        if let Some(default) = default_of(kind, &spot.keys, view.settings.target) {
            facts.push(format!("default: {}", code(&default.to_string())));
        }
        facts.push(format!("Kubernetes {}", versions_of(&found)));
    }
    if !facts.is_empty() {
        out.push_str("\n\n");
        out.push_str(&facts.iter().map(|fact| format!("- {fact}")).collect::<Vec<_>>().join("\n"));
    }
    Some(out)
}
