#![doc = include_str!("invalid_name.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::name_rule::NameRule;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "invalid-name",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a name, key or label that the API server does not take",
    page: include_str!("invalid_name.md"),
    run: Run::Object(run),
};

/// Kinds of whose names the rule is certain. Of others the API server may ask more, or less.
const KINDS: &[Kind] = &[
    Kind::ClusterRole,
    Kind::ClusterRoleBinding,
    Kind::ConfigMap,
    Kind::CronJob,
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::HorizontalPodAutoscaler,
    Kind::Ingress,
    Kind::IngressClass,
    Kind::Job,
    Kind::LimitRange,
    Kind::Namespace,
    Kind::NetworkPolicy,
    Kind::PersistentVolume,
    Kind::PersistentVolumeClaim,
    Kind::Pod,
    Kind::PriorityClass,
    Kind::ReplicaSet,
    Kind::ReplicationController,
    Kind::ResourceQuota,
    Kind::Role,
    Kind::RoleBinding,
    Kind::Secret,
    Kind::Service,
    Kind::ServiceAccount,
    Kind::StatefulSet,
    Kind::StorageClass,
];

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let graph = context.graph;
    if object.is_broken() || graph.is_patch(object) || graph.is_live(object.id) {
        return;
    }
    let mut check = |node: NodeRef<'_>, rule: NameRule, what: &str| {
        check(object, node, rule, what, sink);
    };
    let kind = object.kind();
    if let Some(metadata) = object.get("metadata") {
        if KINDS.contains(&kind) {
            let rule = match NameRule::of_kind(KindRef::Known(kind), context.settings.target) {
                // Too long a name is the matter of `unusable-hostname`.
                NameRule::CronJob => NameRule::Subdomain,
                rule => rule,
            };
            metadata.get("name").into_iter().for_each(|name| check(name, rule, "the name"));
        }
        metadata.get("namespace").into_iter().for_each(|name| check(name, NameRule::Label, "the namespace"));
        check_labels(metadata, &mut check);
    }
    if matches!(kind, Kind::ConfigMap | Kind::Secret) {
        let maps = ["data", "binaryData", "stringData"].into_iter().filter_map(|map| object.get(map));
        maps.flat_map(NodeRef::entries).for_each(|(key, _)| check(key, NameRule::Key, "the key"));
    }
    if kind == Kind::Service {
        let names = items_at(object.root(), "spec.ports").filter_map(|port| port.get("name"));
        names.for_each(|name| check(name, NameRule::Label, "the name of the port"));
    }
    let Some(template) = PodTemplate::of(object) else { return };
    if kind != Kind::Pod {
        template.node.get("metadata").into_iter().for_each(|metadata| check_labels(metadata, &mut check));
    }
    let names = items_at(template.spec, "volumes").filter_map(|volume| volume.get("name"));
    names.for_each(|name| check(name, NameRule::Label, "the name of the volume"));
    for container in template.containers() {
        let name = container.node.get("name");
        name.into_iter().for_each(|name| check(name, NameRule::Label, "the name of the container"));
        let ports = items_at(container.node, "ports").filter_map(|port| port.get("name"));
        ports.for_each(|name| check(name, NameRule::Port, "the name of the port"));
    }
}

fn check_labels(metadata: NodeRef<'_>, check: &mut impl FnMut(NodeRef<'_>, NameRule, &str)) {
    for (key, value) in metadata.get("labels").into_iter().flat_map(NodeRef::entries) {
        check(key, NameRule::LabelKey, "the label");
        check(value, NameRule::LabelValue, "the value of the label");
    }
}

fn check(object: ObjectRef<'_>, node: NodeRef<'_>, rule: NameRule, what: &str, sink: &mut Sink<'_>) {
    let Some(name) = node.as_str().filter(|name| !name.is_empty()) else { return };
    let Err(why) = rule.check(name) else { return };
    if is_placeholder(name, rule) {
        return;
    }
    let message = format!("{} is rejected for {what}: {why}", absence::title(object));
    let report = sink.report(object, node, message);
    let plain = name.to_lowercase().replace(['_', ' '], "-");
    if plain != name && rule.check(&plain).is_ok() {
        report.help(format!("such as `{plain}`"));
    }
}

/// Whether a text stands for a name that is put in later.
fn is_placeholder(name: &str, rule: NameRule) -> bool {
    let is_shouted = !name.contains(|letter: char| letter.is_ascii_lowercase());
    name.contains(['$', '{', '}', '<', '>', '%', '@', '#'])
        || (is_shouted && (name.contains('_') || matches!(rule, NameRule::Subdomain)))
}
