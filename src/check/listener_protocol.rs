#![doc = include_str!("listener_protocol.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::listener::{self, Listener};

pub(super) static CHECK: Check = Check {
    id: "listener-protocol",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a listener has fields that its protocol does not allow, or terminates TLS without a certificate",
    page: include_str!("listener_protocol.md"),
    run: Run::Object(run),
};

/// The rules that the CRDs of the Gateway API state in CEL at `GatewaySpec.Listeners` and `ListenerTLSConfig`, in their words.
fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let has_listeners = matches!(object.kind(), Kind::Gateway | Kind::ListenerSet | Kind::XListenerSet);
    if !has_listeners || context.graph.is_patch(object) || object.is_broken() {
        return;
    }
    for listener in listener::listeners_of(object) {
        check_listener(object, listener, sink);
    }
}

fn check_listener<'p>(object: ObjectRef<'p>, listener: Listener<'p>, sink: &mut Sink<'_>) {
    let protocol = listener.protocol();
    let tls = listener.node.get("tls").filter(|tls| tls.is_mapping());
    let mode = tls.and_then(|tls| tls.get("mode")).filter(|mode| mode.as_str().is_some());
    if let (Some("TCP" | "UDP"), Some(host)) = (protocol, listener.hostname()) {
        let fault = "hostname must not be specified for protocols ['TCP', 'UDP']";
        rejected(object, host, fault, "remove it: this protocol carries no hostname", sink);
    }
    let Some(tls) = tls else { return };
    if matches!(protocol, Some("HTTP" | "TCP" | "UDP")) {
        let fault = "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']";
        let place = listener.node.get("protocol").unwrap_or(tls);
        rejected(object, place, fault, "write `protocol: HTTPS` or `TLS`, or remove `tls`", sink);
        return;
    }
    let is_terminated = mode.is_none_or(|mode| mode.content() == "Terminate");
    if let (Some("HTTPS"), Some(mode), false) = (protocol, mode, is_terminated) {
        let fault = "tls mode must be Terminate for protocol HTTPS";
        rejected(object, mode, fault, "write `protocol: TLS` and a TLSRoute to pass TLS through", sink);
        return;
    }
    let has = |node: Option<NodeRef<'p>>| {
        node.is_some_and(|node| node.items().next().is_some() || node.entries().next().is_some())
    };
    if is_terminated && !has(tls.get("certificateRefs")) && !has(tls.get("options")) {
        let fault = "certificateRefs or options must be specified when mode is Terminate";
        let entry = listener.node.get_entry("tls");
        let place = mode.or(entry.map(|(key, _)| key)).unwrap_or(tls);
        rejected(object, place, fault, "name the Secret of the certificate in `tls.certificateRefs`", sink);
    }
}

fn rejected(object: ObjectRef<'_>, place: NodeRef<'_>, fault: &str, help: &str, sink: &mut Sink<'_>) {
    let message = format!("{} is rejected: {fault}", absence::title(object));
    sink.report(object, place, message).help(help);
}
