//! The variables of a container as the kubelet makes them, and the `$(NAME)` that it replaces by them.

use std::borrow::Cow;

use crate::graph::Graph;
use crate::graph::reference::Edge;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// The names in the `$(NAME)` of a text, in order, without those that `$$` escapes. Mirrors `expansion.Expand`; whether a
/// name is that of a variable is another question.
pub fn references(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let after = &rest[rest.find('$')? + 1..];
            let Some(open) = after.strip_prefix('(') else {
                // `$$` is one character of the result, and what follows it is read anew.
                rest = after.strip_prefix('$').unwrap_or(after);
                continue;
            };
            let Some((name, behind)) = open.split_once(')') else {
                rest = open;
                continue;
            };
            rest = behind;
            return Some(name);
        }
    })
}

/// Whether a text could be the name of a variable; what a shell runs within `$()` mostly could not.
pub fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A text of a container that the kubelet expands.
#[derive(Clone, Copy, Debug)]
pub struct Text<'p> {
    /// The scalar.
    pub node: NodeRef<'p>,
    /// How many entries of `env` it can refer to, from the first on.
    pub visible: usize,
    /// It is a path, and without a value for each name the container is not started (`ExpandContainerVolumeMounts`).
    pub is_path: bool,
}

/// The texts of a container that are expanded: the values of `env`, each with the entries before it
/// (`makeEnvironmentVariables`), and with all of them `command`, `args` and the paths in `subPathExpr`.
pub fn expanded_texts(container: Container<'_>) -> impl Iterator<Item = Text<'_>> {
    let values = items_at(container.node, "env").filter(|entry| entry.get("name").is_some()).enumerate();
    let values = values
        .filter_map(|(visible, entry)| Some(Text { node: entry.get("value")?, visible, is_path: false }));
    let words = ["command", "args"].into_iter().flat_map(move |list| items_at(container.node, list));
    let words = words.map(|node| Text { node, visible: usize::MAX, is_path: false });
    let paths = items_at(container.node, "volumeMounts").filter_map(|mount| mount.get("subPathExpr"));
    values.chain(words).chain(paths.map(|node| Text { node, visible: usize::MAX, is_path: true }))
}

/// The keys that `envFrom` makes variables of.
#[derive(Clone, Copy, Debug)]
struct Imported<'p> {
    prefix: &'p str,
    source: ObjectRef<'p>,
}

/// What is known of the variables of a container.
#[derive(Debug)]
pub struct Environment<'p> {
    /// The entries of `env` with their names, in order.
    pub entries: Vec<(NodeRef<'p>, NodeRef<'p>)>,
    imported: Vec<Imported<'p>>,
}

impl<'p> Environment<'p> {
    /// The variables of a container; `None` where some come from an object whose keys are not known.
    pub fn of(graph: &Graph<'p>, template: PodTemplate<'p>, container: Container<'p>) -> Option<Self> {
        let entries = items_at(container.node, "env").filter_map(|entry| Some((entry, entry.get("name")?)));
        let mut imported = Vec::new();
        for from in items_at(container.node, "envFrom") {
            let prefix = from.get("prefix").map_or("", NodeRef::content);
            let holder = from.get("configMapRef").or_else(|| from.get("secretRef"))?;
            let mut edges = graph.edges_from(template.owner.id).iter();
            let edge = edges.find(|edge| edge.holder.id() == holder.id())?;
            edge.target()?;
            for source in sources(graph, edge) {
                if may_have_more(source) {
                    return None;
                }
                imported.push(Imported { prefix, source });
            }
        }
        Some(Self { entries: entries.collect(), imported })
    }

    /// Whether `envFrom` makes a variable of this name.
    pub fn imports(&self, name: &str) -> bool {
        self.imported_names().any(|own| own == name)
    }

    /// All names of `envFrom`.
    pub fn imported_names(&self) -> impl Iterator<Item = Cow<'p, str>> {
        self.imported.iter().flat_map(|imported| {
            let keys = ["data", "stringData"].into_iter().filter_map(|map| imported.source.get(map));
            keys.flat_map(NodeRef::entries).map(|(key, _)| match imported.prefix {
                "" => key.key(),
                prefix => Cow::Owned(format!("{prefix}{}", key.key())),
            })
        })
    }
}

/// Of several definitions of one object any may be meant.
fn sources<'g, 'p>(
    graph: &'g Graph<'p>,
    edge: &Edge<'p>,
) -> impl Iterator<Item = ObjectRef<'p>> + use<'g, 'p> {
    graph.find(edge.kind, edge.namespace, edge.name)
}

/// Whether something else may put keys into a ConfigMap or Secret, or part of it was not read.
fn may_have_more(source: ObjectRef<'_>) -> bool {
    let has_keys = ["data", "stringData"]
        .iter()
        .any(|map| source.get(map).is_some_and(|map| map.entries().next().is_some()));
    source.is_broken()
        || !has_keys
        || !matches!(source.kind(), Kind::ConfigMap | Kind::Secret)
        || source.annotation("helm.sh/hook").is_some()
}

/// Whether a name is one of those that the kubelet makes of Services. Mirrors `envvars.FromServices`.
pub fn is_service_link(name: &str) -> bool {
    name.starts_with("KUBERNETES_") || name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT")
}

/// Whether a name may be one that the kubelet makes of the ports of a Service in the style of Docker.
pub fn may_be_port_link(name: &str) -> bool {
    name.ends_with("_PORT") || name.contains("_PORT_")
}

/// Whether a name is one of those that a controller or a webhook adds to pods: the Job controller
/// (`addCompletionIndexEnvVariables`), the identities of clouds, and agents.
pub fn is_injected(name: &str) -> bool {
    let prefixes = ["AWS_", "AZURE_", "CONSUL_", "DAPR_", "DD_", "GOOGLE_", "OTEL_", "VAULT_"];
    name == "JOB_COMPLETION_INDEX" || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_the_kubelet_does() {
        let read = |text| references(text).collect::<Vec<_>>();
        assert_eq!(read("--ip=$(POD_IP) --name=$(NAME)"), ["POD_IP", "NAME"]);
        assert_eq!(read("$$(POD_IP)"), [""; 0], "escaped");
        assert_eq!(read("$$$(POD_IP)"), ["POD_IP"], "an escaped sign, then a reference");
        assert_eq!(read("$(POD_IP"), [""; 0], "never closed");
        assert_eq!(read("$POD_IP ${POD_IP} $"), [""; 0], "a shell's");
        assert_eq!(read("$(echo $(date))"), ["echo $(date"], "up to the first bracket");
        assert_eq!(read("$()"), [""]);
        assert_eq!(read("a$b$(C)ä$(Ö)"), ["C", "Ö"]);
    }

    #[test]
    fn commands_are_no_identifiers() {
        assert!(is_identifier("POD_IP") && is_identifier("_x1"));
        assert!(!is_identifier("cat /etc/hosts") && !is_identifier("1A") && !is_identifier(""));
    }
}
