#![doc = include_str!("policy_parameters.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::KindRef;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, group_of};
use crate::parse::schema::suggest;
use crate::parse::schema::table::{Scope, Table};
use crate::parse::tree::NodeRef;

pub(super) static CHECK: Check = Check {
    id: "policy-parameters",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "an admission policy and its parameters do not fit",
    page: include_str!("policy_parameters.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    match object.kind() {
        Kind::ValidatingAdmissionPolicy | Kind::MutatingAdmissionPolicy => check_kind(context, object, sink),
        Kind::ValidatingAdmissionPolicyBinding | Kind::MutatingAdmissionPolicyBinding => {
            check_binding(context, object, sink);
        }
        _ => {}
    }
}

/// The kind of parameters, of a policy.
fn parameters(policy: ObjectRef<'_>) -> Option<(NodeRef<'_>, &str, &str)> {
    let kind = policy.get("spec.paramKind.kind")?;
    Some((kind, policy.get("spec.paramKind.apiVersion")?.as_str()?, kind.as_str()?))
}

/// Whether a kind of a group that Kubernetes itself serves is among those that it serves.
fn check_kind(context: &Context<'_>, policy: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some((node, api_version, kind)) = parameters(policy) else { return };
    let table = Table::of(context.settings.target);
    if !table.has_group(group_of(api_version)) || table.kind(api_version, kind).is_some() {
        return;
    }
    let message = format!(
        "{} takes parameters of kind {kind} of `{api_version}`, which there is not",
        absence::title(policy)
    );
    let report = sink.report(policy, node, message).label("no such kind").related(
        policy.name_span(),
        "every request that it is about is denied, unless `failurePolicy: Ignore`",
    );
    if let Some(other) =
        table.kinds_named(kind).into_iter().find(|other| other.group() == group_of(api_version))
    {
        report.help(format!("write `apiVersion: {}`", other.api_version));
        return;
    }
    let kinds = table.kinds().filter(|other| other.api_version == api_version).map(|other| other.kind);
    let Some(near) = suggest::closest(kind, kinds) else { return };
    let report = report.help(format!("write `kind: {near}`"));
    if let Some(text) = edit::in_style_of(node, near) {
        report.fix(format!("write `{near}`"), Safety::Safe, policy.span(node), text);
    }
}

/// Mirrors `CollectParams`.
fn check_binding<'p>(context: &Context<'p>, binding: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(given) = binding.get("spec.paramRef").filter(|given| given.is_mapping()) else { return };
    let mut edges = context.graph.edges_from(binding.id).iter();
    let Some(edge) = edges.find(|edge| edge.row.path == "spec.policyName") else { return };
    let Some(policy) = edge.target().map(|target| context.program.object(target)) else { return };
    if policy.is_broken() || context.graph.twins(policy).next().is_some() {
        return;
    }
    let title = absence::title(binding);
    if policy.get("spec.paramKind").is_none_or(NodeRef::is_null) {
        let message = format!("{title} gives parameters to policy `{}`, which takes none", edge.name);
        sink.report(binding, given, message)
            .severity(Severity::Warning)
            .label("passed over")
            .related(policy.name_span(), "it has no `paramKind`")
            .help("say with `paramKind` in the policy of which kind they are");
        return;
    }
    let Some((node, api_version, kind)) = parameters(policy) else { return };
    let Some(namespace) = given.get("namespace").filter(|node| !node.content().is_empty()) else { return };
    if is_of_cluster(context, api_version, kind) {
        let message = format!("{title} names a namespace for its parameters, but a {kind} lives in none");
        sink.report(binding, namespace, message)
            .label("must not be provided for a cluster-scoped `paramKind`")
            .related(policy.span(node), "of this kind")
            .help("leave the namespace out");
    }
}

/// Whether objects of a kind certainly live in no namespace.
fn is_of_cluster(context: &Context<'_>, api_version: &str, kind: &str) -> bool {
    if let Some(built_in) = Table::of(context.settings.target).kind(api_version, kind) {
        return built_in.scope == Scope::Cluster;
    }
    let mut definitions = context.graph.all(KindRef::Known(Kind::CustomResourceDefinition), None);
    definitions.any(|definition| {
        let says =
            |path: &str, wanted: &str| definition.get(path).is_some_and(|node| node.content() == wanted);
        says("spec.group", group_of(api_version))
            && says("spec.names.kind", kind)
            && says("spec.scope", "Cluster")
    })
}
