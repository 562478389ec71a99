//! The outline of a file, and the objects of the workspace by name.

use crate::graph::ports::{ports_of_container, ports_of_service};
use crate::ide::View;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::source::{FileId, Span};

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// An object.
    Object,
    /// A container of a pod.
    Container,
    /// A port of a container or a Service.
    Port,
    /// A volume of a pod.
    Volume,
    /// A key of a ConfigMap or Secret.
    Key,
    /// A rule of an Ingress or of a role.
    Rule,
}

/// An object or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// `web`
    pub name: String,
    /// A few words beside it: `Deployment`, `shop/Deployment`.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it. Its file is where the symbol is.
    pub span: Span,
    /// Its name, inside `span`.
    pub name_span: Span,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// The objects of a file with their parts, in order.
pub fn of_file(view: &View<'_>, file: FileId) -> Vec<Symbol> {
    let objects = view.program.objects_of(file);
    objects
        .map(|object| Symbol { children: parts_of(object), ..symbol(object, object.kind_name().to_owned()) })
        .collect()
}

/// At most this many objects are found for one query.
const MOST_FOUND: usize = 500;

/// The objects of the workspace that fit what was typed, best first, without their parts: those whose name begins with
/// it, those that have it in them, those that have its letters in their order. `service/web` and `Service web` ask for a
/// kind as well.
pub fn matching(view: &View<'_>, query: &str) -> Vec<Symbol> {
    let query = query.to_lowercase();
    let words: Vec<&str> = query.split([' ', '/', '.']).filter(|word| !word.is_empty()).collect();
    let mut found: Vec<(u32, ObjectRef<'_>)> = Vec::new();
    let mut text = String::new();
    for object in view.program.objects().filter(|object| !object.name().is_empty()) {
        let rank = match &words[..] {
            [] => Some(0),
            [word] => rank(&mut text, object.name(), word)
                .or_else(|| Some(10 + rank(&mut text, object.kind_name(), word)?)),
            words => words.iter().try_fold(0, |sum, word| {
                let parts = [object.name(), object.kind_name(), object.namespace().unwrap_or_default()];
                let best = parts.into_iter().filter_map(|part| rank(&mut text, part, word)).min()?;
                Some(sum + best)
            }),
        };
        found.extend(rank.map(|rank| (rank, object)));
    }
    found.sort_by(|(left_rank, left), (right_rank, right)| {
        (left_rank, left.name().len(), left.id).cmp(&(right_rank, right.name().len(), right.id))
    });
    found.truncate(MOST_FOUND);
    let detailed = found.into_iter().map(|(_, object)| {
        let namespace = object.namespace().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        symbol(object, format!("{namespace}{}", object.kind_name()))
    });
    detailed.collect()
}

/// How well a word in lower case fits a text, 0 best; `None` if it does not.
fn rank(buffer: &mut String, text: &str, word: &str) -> Option<u32> {
    buffer.clear();
    buffer.extend(text.chars().map(|character| character.to_ascii_lowercase()));
    match buffer.find(word) {
        Some(0) if buffer.len() == word.len() => Some(0),
        Some(0) => Some(1),
        Some(_) => Some(2),
        None => {
            let mut rest = buffer.chars();
            word.chars().all(|wanted| rest.any(|own| own == wanted)).then_some(5)
        }
    }
}

fn symbol(object: ObjectRef<'_>, detail: String) -> Symbol {
    let name = if object.name().is_empty() { object.kind_name() } else { object.name() };
    Symbol {
        name: name.to_owned(),
        detail,
        kind: SymbolKind::Object,
        span: object.span(object.root()),
        name_span: inside(object.span(object.root()), object.name_span()),
        children: Vec::new(),
    }
}

/// The name's place, or the start of all of it where an alias has brought the name from elsewhere.
fn inside(span: Span, name_span: Span) -> Span {
    let is_inside = span.start <= name_span.start && name_span.end <= span.end;
    if is_inside { name_span } else { Span::new(span.file, span.start, span.start) }
}

fn part(object: ObjectRef<'_>, kind: SymbolKind, node: NodeRef<'_>, name: NodeRef<'_>) -> Symbol {
    let span = object.span(node);
    Symbol {
        name: name.content().to_owned(),
        detail: String::new(),
        kind,
        span,
        name_span: inside(span, object.span(name)),
        children: Vec::new(),
    }
}

fn parts_of(object: ObjectRef<'_>) -> Vec<Symbol> {
    let mut parts = Vec::new();
    if let Some(template) = PodTemplate::of(object) {
        for container in template.containers() {
            let Some(name) = named(container.node.get("name")) else { continue };
            let mut symbol = part(object, SymbolKind::Container, container.node, name);
            symbol.detail = container.get("image").map_or("", NodeRef::content).to_owned();
            symbol.children = ports_of_container(container)
                .map(|port| Symbol {
                    detail: port.name().unwrap_or_default().to_owned(),
                    ..part(object, SymbolKind::Port, port.node, port.number)
                })
                .collect();
            parts.push(symbol);
        }
        let volumes = template.get("volumes").into_iter().flat_map(NodeRef::items);
        let volumes = volumes.filter_map(|volume| Some((volume, named(volume.get("name"))?)));
        parts.extend(volumes.map(|(volume, name)| part(object, SymbolKind::Volume, volume, name)));
    }
    match object.kind() {
        Kind::Service => parts.extend(ports_of_service(object).map(|port| Symbol {
            detail: port.name().unwrap_or_default().to_owned(),
            ..part(object, SymbolKind::Port, port.node, port.port)
        })),
        Kind::ConfigMap | Kind::Secret => {
            for field in ["data", "stringData", "binaryData"] {
                let entries = object.get(field).into_iter().flat_map(NodeRef::raw_entries);
                parts.extend(entries.filter(|(key, _)| !key.content().is_empty()).map(|(key, value)| {
                    let (start, end) = (key.range().start, value.range().end.max(key.range().end));
                    let span = Span::new(object.file.id, start, end);
                    Symbol { span, ..part(object, SymbolKind::Key, key, key) }
                }));
            }
        }
        Kind::Ingress => {
            let rules = object.get("spec.rules").into_iter().flat_map(NodeRef::items);
            let rules = rules.filter_map(|rule| Some((rule, named(rule.get("host"))?)));
            parts.extend(rules.map(|(rule, host)| part(object, SymbolKind::Rule, rule, host)));
        }
        _ => {}
    }
    parts.sort_by_key(|part| part.span);
    parts
}

fn named(node: Option<NodeRef<'_>>) -> Option<NodeRef<'_>> {
    node.filter(|node| !node.content().is_empty())
}
