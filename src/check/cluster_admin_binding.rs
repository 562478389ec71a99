#![doc = include_str!("cluster_admin_binding.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::role::{is_system, subjects_of};

pub(super) static CHECK: Check = Check {
    id: "cluster-admin-binding",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "somebody may do everything in the cluster",
    page: include_str!("cluster_admin_binding.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(role) = object.get("roleRef.name").filter(|role| role.content() == "cluster-admin") else {
        return;
    };
    let is_cluster_role = object.get("roleRef.kind").is_some_and(|kind| kind.content() == "ClusterRole");
    if !is_cluster_role || is_system(object) {
        return;
    }
    // Who is in this group is not asked for rights at all.
    let is_master = |subject: &NodeRef<'_>| {
        subject.get("kind").is_some_and(|kind| kind.content() == "Group")
            && subject.get("name").is_some_and(|name| name.content() == "system:masters")
    };
    let who: Vec<_> = subjects_of(object)
        .filter(|subject| !is_master(subject))
        .filter_map(|subject| {
            Some(format!("{} `{}`", subject.get("kind")?.content(), subject.get("name")?.content()))
        })
        .collect();
    if who.is_empty() {
        return;
    }
    let (scope, severity) = match (object.kind(), object.namespace()) {
        (Kind::ClusterRoleBinding, _) => ("in the cluster".to_owned(), Severity::Warning),
        (_, Some(namespace)) => (format!("in namespace `{namespace}`"), Severity::Note),
        _ => return,
    };
    let who = match who.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => who.concat(),
    };
    let message = format!("{} `{}` lets {who} do everything {scope}", object.kind_name(), object.name());
    sink.report(object, role, message)
        .severity(severity)
        .help("bind a role with the verbs and resources that are needed");
}
