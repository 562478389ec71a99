//! Finds the references of an object: all rows of the table in one walk over its fields.

use std::sync::LazyLock;

use compact_str::CompactString;

use crate::graph::declared::Declared;
use crate::graph::names::KindRef;
use crate::graph::reference::{Edge, From, Resolution, Row, Scope, To, listed};
use crate::graph::table::{self, DECLARED};
use crate::graph::world::service_of_host;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, group_of};
use crate::parse::paths::{Paths, steps, ways};
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;

/// The rows whose fields stand in one kind of object.
type Trie = Paths<&'static Row>;

/// All tries: one for pod specs, one for each kind.
#[derive(Debug)]
struct Tries {
    pod_spec: Trie,
    kinds: Vec<Trie>,
    /// By group and name.
    foreign: Vec<((&'static str, &'static str), Trie)>,
    /// For each kind, where pod specs stand in its objects beside a pod template.
    pod_specs: Vec<Vec<PodSpecPath>>,
}

impl Tries {
    /// The fields of an object outside its pod spec.
    fn of(&self, object: ObjectRef<'_>) -> &Trie {
        let own = &self.kinds[object.kind() as usize];
        if object.kind() != Kind::Other {
            return own;
        }
        let is_own = |named: &(&str, &str)| object.kind_name() == named.1 && object.group() == named.0;
        self.foreign.iter().find(|(named, _)| is_own(named)).map_or(own, |(_, trie)| trie)
    }
}

/// Where a pod spec stands: the steps to it.
type PodSpecPath = Vec<(CompactString, bool)>;

static TRIES: LazyLock<Tries> = LazyLock::new(|| {
    let mut tries =
        Tries { pod_spec: Trie::default(), kinds: Vec::new(), foreign: Vec::new(), pod_specs: Vec::new() };
    tries.kinds.resize_with(Kind::Other as usize + 1, Trie::default);
    tries.pod_specs.resize_with(Kind::Other as usize + 1, Vec::new);
    for (kinds, path) in table::POD_SPECS {
        for path in ways(path) {
            let path: PodSpecPath = steps(&path).map(|(key, is_list)| (key.into(), is_list)).collect();
            kinds.iter().for_each(|kind| tries.pod_specs[*kind as usize].push(path.clone()));
        }
    }
    for row in table::rows() {
        match row.from {
            From::PodSpec => tries.pod_spec.insert(row.path, row),
            From::Kinds(kinds) => {
                kinds.iter().for_each(|kind| tries.kinds[*kind as usize].insert(row.path, row))
            }
            From::Foreign(group, name) => {
                let named = (group, name);
                let known = tries.foreign.iter().position(|(other, _)| *other == named);
                let at = known.unwrap_or_else(|| {
                    tries.foreign.push((named, Trie::default()));
                    tries.foreign.len() - 1
                });
                tries.foreign[at].1.insert(row.path, row);
            }
            // There is one such row of each, and it is read without a trie.
            From::Namespaced | From::Declared => {}
        }
    }
    tries
});

/// All references of an object, in source order, each still unresolved.
pub(super) fn edges_of<'p>(object: ObjectRef<'p>, declared: &Declared<'p>, edges: &mut Vec<Edge<'p>>) {
    let first = edges.len();
    let tries = &*TRIES;
    for (reference, kind) in declared.references_of(object) {
        for (field, holder) in reference.fields(object.root()) {
            edges.extend(edge(object, &DECLARED, field, holder, kind));
        }
    }
    let mut found = |row: &'static Row, field: NodeRef<'p>, holder: NodeRef<'p>| match row.to {
        To::Resources => {
            let kinds = declared.kinds_of_rule(holder);
            edges.extend(kinds.into_iter().filter_map(|kind| edge(object, row, field, holder, kind)));
        }
        To::Parameters => {
            let kind = declared.kind_of_parameters(object);
            edges.extend(kind.and_then(|kind| edge(object, row, field, holder, kind)));
        }
        _ if row.scope.is_list() => {
            let kind = target_kind(row, field, holder);
            edges.extend(kind.into_iter().flat_map(|kind| listed_edges(object, row, field, holder, kind)));
        }
        _ => edges
            .extend(target_kind(row, field, holder).and_then(|kind| edge(object, row, field, holder, kind))),
    };
    if let Some(holder) = object.namespace().and_then(|_| object.root().get("metadata"))
        && let Some(field) = holder.get("namespace")
    {
        found(&table::NAMESPACE, field, holder);
    }
    tries.of(object).walk(object.root(), &mut found);
    if let Some(template) = PodTemplate::of(object) {
        tries.pod_spec.walk(template.spec, &mut found);
    }
    for path in &tries.pod_specs[object.kind() as usize] {
        pod_specs_at(object.root(), path).for_each(|spec| tries.pod_spec.walk(spec, &mut found));
    }
    edges[first..].sort_by_key(|edge| edge.field.id());
}

/// The pod specs at a path that may lead through lists.
fn pod_specs_at<'p>(root: NodeRef<'p>, path: &PodSpecPath) -> impl Iterator<Item = NodeRef<'p>> {
    let mut at = vec![root];
    for (key, is_list) in path {
        let values = at.into_iter().filter_map(|node| node.get(key));
        at = if *is_list { values.flat_map(NodeRef::items).collect() } else { values.collect() };
    }
    at.into_iter().filter(|node| node.is_mapping())
}

fn edge<'p>(
    object: ObjectRef<'p>,
    row: &'static Row,
    field: NodeRef<'p>,
    holder: NodeRef<'p>,
    kind: KindRef<'p>,
) -> Option<Edge<'p>> {
    let value = field.as_str()?;
    let (namespace, name) = match row.scope {
        Scope::Same => (object.namespace(), value),
        Scope::SiblingOrSame(key) => (sibling(holder, key).or(object.namespace()), value),
        Scope::Sibling(key) => (Some(sibling(holder, key)?), value),
        Scope::ServiceHost => {
            let (name, namespace) = service_of_host(value, object.namespace())?;
            (namespace, name)
        }
        Scope::ExternalName => service_of(value)?,
        Scope::Slash => match value.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (object.namespace(), value),
        },
        Scope::Principal => {
            let (_, identity) = value.split_once("/ns/")?;
            let (namespace, name) = identity.split_once("/sa/")?;
            (Some(namespace), name)
        }
        // The store of secrets that is meant may be written before the name.
        Scope::Anywhere => match value.split_once("://") {
            Some(("kubernetes", name)) => (None, name),
            Some(_) => return None,
            None => (None, value),
        },
        Scope::Dot => {
            let mut parts = value.split('.');
            let name = parts.next()?;
            (parts.next().or(object.namespace()), name)
        }
        // Such a field has as many edges as entries.
        Scope::Colons | Scope::Hyphens => return None,
    };
    edge_to(object, row, field, holder, kind, (namespace, name))
}

/// The edges of a field that names several objects.
fn listed_edges<'p>(
    object: ObjectRef<'p>,
    row: &'static Row,
    field: NodeRef<'p>,
    holder: NodeRef<'p>,
    kind: KindRef<'p>,
) -> impl Iterator<Item = Edge<'p>> {
    let entries = field.as_str().into_iter().flat_map(listed);
    entries.filter_map(move |(_, entry)| {
        let target = row.scope.of_entry(entry, object.namespace())?;
        edge_to(object, row, field, holder, kind, target)
    })
}

fn edge_to<'p>(
    object: ObjectRef<'p>,
    row: &'static Row,
    field: NodeRef<'p>,
    holder: NodeRef<'p>,
    kind: KindRef<'p>,
    (namespace, name): (Option<&'p str>, &'p str),
) -> Option<Edge<'p>> {
    if !is_plain_name(name) {
        return None;
    }
    Some(Edge {
        from: object.id,
        row,
        field,
        holder,
        kind,
        namespace: namespace.filter(|_| kind.is_namespaced()),
        name,
        resolution: Resolution::Missing,
    })
}

/// The Service of the cluster that a host is: its namespace and name. The domain of the cluster is taken to be the usual one.
fn service_of(host: &str) -> Option<(Option<&str>, &str)> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let (name, namespace) =
        host.strip_suffix(".cluster.local").unwrap_or(host).strip_suffix(".svc")?.split_once('.')?;
    // More labels are the host of one pod.
    (!namespace.is_empty() && !namespace.contains('.')).then_some((Some(namespace), name))
}

/// Names that are templates of names (`${pvc.name}`, `$(NAME)`, `{{ .Values.name }}`) name nothing that can be looked up.
fn is_plain_name(name: &str) -> bool {
    // Istio writes `.` for the own namespace and `~` for none.
    !name.is_empty() && !matches!(name, "." | "~") && !name.contains(['$', '{', '}', '<', '>', ' ', '*'])
}

fn sibling<'p>(holder: NodeRef<'p>, key: &str) -> Option<&'p str> {
    holder.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn target_kind<'p>(row: &Row, field: NodeRef<'p>, holder: NodeRef<'p>) -> Option<KindRef<'p>> {
    match row.to {
        To::Kind(kind) => Some(KindRef::Known(kind)),
        To::Backend => {
            let port = holder.get_path("port.name").and_then(NodeRef::as_str);
            (port != Some("use-annotation")).then_some(KindRef::Known(Kind::Service))
        }
        To::Unless(key, kind) => {
            let is_outdone = sibling(holder, key).is_some_and(|other| field.as_str() != Some(other));
            (!is_outdone).then_some(KindRef::Known(kind))
        }
        To::If(kind) => (sibling(holder, "kind") == Some(kind.as_str())).then_some(KindRef::Known(kind)),
        To::Said { group: group_key, default } => {
            // The kind has a default of its own, whichever group is named.
            let kind = sibling(holder, "kind").or(default.map(Kind::as_str))?;
            let written = holder.get(group_key).and_then(NodeRef::as_str).map(|text| match group_key {
                "apiVersion" => group_of(text),
                _ => text,
            });
            let default_group = default.map_or("", Kind::group);
            // An empty `apiGroup` is none (`SetDefaults_ClusterRoleBinding`); elsewhere it is the core group.
            let written = written.filter(|text| !(group_key == "apiGroup" && text.is_empty()));
            Some(KindRef::of(written.unwrap_or(default_group), kind))
        }
        To::SaidBy { kind, group, default_kind, default_group } => {
            let kind = sibling(holder, kind).or(default_kind)?;
            let written = sibling(holder, group).map(|text| match group {
                "apiVersion" => group_of(text),
                _ => text,
            });
            Some(KindRef::of(written.unwrap_or(default_group), kind))
        }
        To::ByFlag(flag, unset, set) => {
            let is_set = holder.get(flag).and_then(NodeRef::as_bool) == Some(true);
            Some(KindRef::Known(if is_set { set } else { unset }))
        }
        To::Either(kind, _) => Some(KindRef::Known(kind)),
        To::Among(kinds) => {
            let said = sibling(holder, "kind");
            let kind = kinds.iter().find(|kind| said.is_none_or(|said| kind.as_str() == said));
            kind.filter(|_| !field.content().contains('@')).map(|kind| KindRef::Known(*kind))
        }
        To::NamedBy(key) => Kind::named(sibling(holder, key)?).map(KindRef::Known),
        To::Foreign(group, name) => Some(KindRef::Other { group, name }),
        // They are found with the help of the whole input.
        To::Resources | To::Parameters | To::Declared => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_table_is_well_formed() {
        let rows = table::rows().map(|row| row.path);
        for path in rows.chain(table::POD_SPECS.iter().map(|(_, path)| *path)) {
            for way in ways(path) {
                let steps: Vec<_> = steps(&way).collect();
                assert!(!steps.is_empty(), "{way}");
                let is_plain = |key: &str| !key.is_empty() && !key.contains(['[', ']', '{', '}', '|']);
                assert!(steps.iter().all(|(key, _)| is_plain(key)), "{way}");
            }
        }
    }

    #[test]
    fn no_field_stands_in_the_table_twice() {
        let mut fields = Vec::new();
        for row in table::rows() {
            let From::Kinds(kinds) = row.from else { continue };
            let paths = ways(row.path);
            fields.extend(kinds.iter().flat_map(|kind| paths.iter().map(move |path| (*kind, path.clone()))));
        }
        fields.sort();
        let twice = fields.windows(2).find(|pair| pair[0] == pair[1]);
        assert_eq!(twice, None);
    }
}
