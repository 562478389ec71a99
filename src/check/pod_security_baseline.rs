#![doc = include_str!("pod_security_baseline.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::pod_security::{self, Fault, Level, Policy, Standard, Violation};

pub(super) static CHECK: Check = Check {
    id: "pod-security-baseline",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a pod is beyond the baseline Pod Security Standard",
    page: include_str!("pod_security_baseline.md"),
    run: Run::Object(run),
};

const SYSTEM: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"]; // Agents of a node live there.

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    // One finding speaks for several places, so what is suppressed is left out before it is written.
    let evaluate = |standard| {
        let counts = |node| !cx.is_suppressed(&CHECK, object.span(node));
        pod_security::evaluate_where(template, standard, cx.settings.target, &counts)
    };
    let policy = policy_of(cx, object);
    // What the restricted standard refuses or warns of is told there, in one finding for the pod.
    let is_told =
        |standard: Standard| standard.level == Level::Restricted && cx.is_on("pod-security-restricted");
    let asks = policy.iter().flat_map(|policy| policy.asks().map(move |standard| (policy, standard)));
    let mut asked = asks.peekable();
    // Whoever writes `privileged` on the namespace means it, be it to refuse nothing or to be told of nothing.
    if asked.peek().is_none() && !policy.is_some_and(|policy| policy.is_privileged_on_purpose()) {
        report_by_control(object, &evaluate(Standard::latest(Level::Baseline)), sink);
    }
    for (policy, standard) in asked {
        // Who is refused is not warned as well; who is let in by older rules may be warned by newer ones.
        let baseline = Standard { level: Level::Baseline, ..standard };
        if is_told(standard) || report_together(object, policy, standard, &evaluate(baseline), sink) {
            return;
        }
    }
}

/// One finding for each control that a pod breaks, however many places break it: one decision mends them. An agent of a node
/// needs what is of the node or does not, which is one decision for all of that.
fn report_by_control(object: ObjectRef<'_>, violations: &[Violation<'_>], sink: &mut Sink<'_>) {
    let is_agent = object.kind() == Kind::DaemonSet;
    let (of_the_node, others): (Vec<_>, Vec<_>) =
        violations.iter().partition(|violation| is_agent && OF_THE_NODE.contains(&violation.control));
    for together in std::iter::once(of_the_node).chain(others.into_iter().map(|one| vec![one])) {
        report_one(object, &together, sink);
    }
}

fn report_one(object: ObjectRef<'_>, violations: &[&Violation<'_>], sink: &mut Sink<'_>) {
    let mut faults =
        violations.iter().flat_map(|violation| violation.faults.iter().map(move |fault| (violation, fault)));
    let Some((violation, fault)) = faults.next() else { return };
    let is_system = object.namespace().is_some_and(|namespace| SYSTEM.contains(&namespace));
    let severity = if is_system { Severity::Note } else { Severity::Warning };
    let details: Vec<_> = violations.iter().map(ToString::to_string).collect();
    let (kind, name, details) = (object.kind_name(), object.name(), details.join(", "));
    let message = format!("{kind} `{name}` breaks the baseline Pod Security Standard: {details}");
    let report = sink.report(object, fault.node, message).severity(severity);
    let mut report = report.help(advice(object, violation));
    for (violation, fault) in faults {
        report = report.related(object.span(fault.node), format!("{}: {}", violation.reason, fault.detail));
    }
}

/// The policy of the namespace that an object lives in, if its Namespace is in the input.
pub(super) fn policy_of<'p>(cx: &Context<'p>, object: ObjectRef<'p>) -> Option<Policy<'p>> {
    let kind = KindRef::Known(Kind::Namespace);
    cx.graph.find(kind, None, object.namespace()?).next().map(Policy::of)
}

/// One finding for a pod that the namespace's policy refuses or warns of, in the plugin's words; whether there was one.
pub(super) fn report_together(
    object: ObjectRef<'_>,
    policy: &Policy<'_>,
    standard: Standard,
    violations: &[Violation<'_>],
    sink: &mut Sink<'_>,
) -> bool {
    let mut faults = violations
        .iter()
        .flat_map(|violation| violation.faults.iter().map(move |fault| (fault.node, &violation.reason)));
    let Some((node, reason)) = faults.next() else { return false };
    let is_enforced = standard == policy.enforce;
    let (verb, severity) =
        if is_enforced { ("violates", Severity::Error) } else { ("would violate", Severity::Warning) };
    let details: Vec<_> = violations.iter().map(ToString::to_string).collect();
    let message = format!(
        "{} `{}` {verb} PodSecurity \"{standard}\": {}",
        object.kind_name(),
        object.name(),
        details.join(", ")
    );
    let help = match (is_enforced, object.kind()) {
        (false, _) => "nothing is refused: the label `warn` of the namespace asks to be told".to_owned(),
        (true, Kind::Pod) => "the API server refuses the pod".to_owned(),
        (true, _) => {
            format!("the {} is accepted, and each of its pods refused when it is created", object.kind_name())
        }
    };
    let mut report = sink.report(object, node, message).severity(severity).label(reason.as_str()).help(help);
    for (node, reason) in faults {
        report = report.related(object.span(node), reason.as_str());
    }
    true
}

/// What is of the node, and what the agents of a node may need of it.
const OF_THE_NODE: [&str; 5] =
    ["capabilities_baseline", "hostNamespaces", "hostPathVolumes", "hostPorts", "privileged"];

fn advice(object: ObjectRef<'_>, violation: &Violation<'_>) -> &'static str {
    let is_socket = |fault: &Fault<'_>| fault.node.content().ends_with(".sock");
    match violation.control {
        control if object.kind() == Kind::DaemonSet && OF_THE_NODE.contains(&control) => {
            "leave it out, or, if the agent needs it, say so: label its namespace \
             `pod-security.kubernetes.io/enforce: privileged`"
        }
        "privileged" => {
            "a privileged container is root on its node: give it the one capability that it needs"
        }
        "hostPathVolumes" if violation.faults.iter().any(is_socket) => {
            "whoever can use this socket is root on the node"
        }
        "hostPathVolumes" => "use a claim, an emptyDir or a ConfigMap: the files of a node are not the pod's",
        "hostNamespaces" => {
            "leave it out: in the namespaces of its node a pod can see and reach what belongs to others"
        }
        "hostPorts" => {
            "expose it with a Service: a host port also leaves room for only one such pod on each node"
        }
        "capabilities_baseline" => {
            "leave it out, or keep the pod in a namespace labelled `pod-security.kubernetes.io/enforce: privileged`"
        }
        _ => "leave it out: the default is what the standard asks for",
    }
}
