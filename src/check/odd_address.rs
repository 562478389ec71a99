#![doc = include_str!("odd_address.md")]

use std::sync::LazyLock;

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::address::{Oddity, of_address, of_range};
use crate::practice::place::{Owner, Places, written_path};

pub(super) static CHECK: Check = Check {
    id: "odd-address",
    group: Group::Schema,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an IP address or CIDR in a form that can be read in two ways",
    page: include_str!("odd_address.md"),
    run: Run::Object(run),
};

/// The minor version since which `StrictIPCIDRValidation` is on.
const STRICT_SINCE: u16 = 36;

type Form = fn(&str) -> Option<Oddity>;

const SERVICE: Owner = Owner::Kinds(&[Kind::Service]);
const POLICY: Owner = Owner::Kinds(&[Kind::NetworkPolicy]);
const SLICE: Owner = Owner::Kinds(&[Kind::EndpointSlice]);
const ENDPOINTS: Owner = Owner::Kinds(&[Kind::Endpoints]);

/// Where addresses stand. Mirrors the callers of `GetWarningsForIP` and `GetWarningsForCIDR`.
const PLACES: &[(Owner, &str, Form)] = &[
    (SERVICE, "spec.clusterIP", of_address),
    (SERVICE, "spec.clusterIPs[]", of_address),
    (SERVICE, "spec.externalIPs[]", of_address),
    (SERVICE, "spec.loadBalancerIP", of_address),
    (SERVICE, "spec.loadBalancerSourceRanges[]", |text| of_range(text.trim())),
    (Owner::Pod, "spec.dnsConfig.nameservers[]", of_address),
    (Owner::Pod, "spec.hostAliases[].ip", of_address),
    (POLICY, "spec.ingress[].from[].ipBlock.cidr", of_range),
    (POLICY, "spec.ingress[].from[].ipBlock.except[]", of_range),
    (POLICY, "spec.egress[].to[].ipBlock.cidr", of_range),
    (POLICY, "spec.egress[].to[].ipBlock.except[]", of_range),
    (SLICE, "endpoints[].addresses[]", of_address),
    (ENDPOINTS, "subsets[].addresses[].ip", of_address),
    (ENDPOINTS, "subsets[].notReadyAddresses[].ip", of_address),
];

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    static READ: LazyLock<Places<Form>> = LazyLock::new(|| Places::new(PLACES.iter().copied()));
    READ.each(object, &mut |form, _, node, _| {
        if let Some(oddity) = node.as_str().and_then(form) {
            report(context, object, node, &oddity, sink);
        }
    });
}

fn report(
    context: &Context<'_>,
    object: ObjectRef<'_>,
    node: NodeRef<'_>,
    oddity: &Oddity,
    sink: &mut Sink<'_>,
) {
    let path = written_path(object, node);
    let refusal = oddity.refusal.filter(|_| context.settings.target.minor >= STRICT_SINCE);
    let (severity, message) = match refusal {
        Some(refusal) => {
            (Severity::Error, format!("{path}: Invalid value: \"{}\": {refusal}", node.content()))
        }
        None => (Severity::Warning, format!("{path}: {}", oddity.warning)),
    };
    let report = sink.report(object, node, message).severity(severity);
    match (&oddity.canonical, &oddity.alternative) {
        (Some(range), Some(single)) => {
            report.help(format!("write `{range}` for the whole range, or `{single}` for the one address"));
        }
        (Some(canonical), None) => {
            let report = report.help(format!("write `{canonical}`"));
            // The address of a Service cannot be changed, not even in how it is written.
            let is_fixed_for_good = path.starts_with("spec.clusterIP");
            let safety = if is_fixed_for_good { Safety::Unsafe } else { Safety::Safe };
            if let Some(text) = edit::in_style_of(node, canonical) {
                report.fix(format!("write `{canonical}`"), safety, object.span(node), text);
            }
        }
        (None, _) => {}
    }
}
