#![doc = include_str!("open_etcd.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "open-etcd",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an etcd that asks nobody who they are",
    page: include_str!("open_etcd.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for container in template.containers().filter(|container| runs_etcd(*container)) {
        let words = ["command", "args"].into_iter().flat_map(|list| items_at(container.node, list));
        for word in words {
            let Some(url) = open_url(word) else { continue };
            let message = format!(
                "etcd in {} serves clients at `{url}`, without TLS and to everybody",
                container.title()
            );
            sink.report(object, word, message)
                .help("listen at `https://`, with `--client-cert-auth` and a `--trusted-ca-file`");
        }
    }
}

fn runs_etcd(container: Container<'_>) -> bool {
    let first = items_at(container.node, "command").next().map(NodeRef::content);
    first.is_some_and(|program| program == "etcd" || program.ends_with("/etcd"))
}

/// An address without TLS beyond the container's own pod, among those that etcd is told to serve clients at.
fn open_url(word: NodeRef<'_>) -> Option<&str> {
    let flag = word.content().trim_start_matches('-');
    let urls = flag.strip_prefix("listen-client-urls=")?;
    urls.split(',').find(|url| {
        let host = url.strip_prefix("http://");
        host.is_some_and(|host| {
            !host.starts_with("127.") && !host.starts_with("localhost") && !host.starts_with("[::1]")
        })
    })
}
