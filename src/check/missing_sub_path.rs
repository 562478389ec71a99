#![doc = include_str!("missing_sub_path.md")]

use std::borrow::Cow;

use crate::check::missing_key::{has_key, is_filled_by_others, keys_of};
use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::reference::Edge;
use crate::graph::{KindRef, typo};
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;
use crate::source::Span;

pub(super) static CHECK: Check = Check {
    id: "missing-sub-path",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a container mounts a file of a ConfigMap or Secret that has no such key",
    page: include_str!("missing_sub_path.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object).filter(|template| template.get("volumes").is_some()) else {
        return;
    };
    if object.is_broken() {
        return;
    }
    for container in template.containers() {
        for mount in items_at(container.node, "volumeMounts") {
            let Some(path) = mount.get("subPath").filter(|path| path.as_str().is_some()) else { continue };
            let Some(name) = mount.get("name") else { continue };
            let mut volumes = items_at(template.spec, "volumes");
            let volume =
                volumes.find(|volume| volume.get("name").is_some_and(|own| own.content() == name.content()));
            if let Some(source) = volume.and_then(|volume| volume.get("configMap").or(volume.get("secret"))) {
                check_mount(context, object, path, source, sink);
            }
        }
    }
}

/// The kubelet makes what is not there: a directory (`SafeMakeDir` of the subpath of a volume).
fn check_mount(
    context: &Context<'_>,
    object: ObjectRef<'_>,
    path: NodeRef<'_>,
    source: NodeRef<'_>,
    sink: &mut Sink<'_>,
) {
    let wanted = path.content().trim_end_matches('/');
    if wanted.is_empty() || wanted.contains(['$', '{', '}']) {
        return;
    }
    let mut edges = context.graph.edges_from(object.id).iter();
    let Some(edge) = edges.find(|edge| edge.holder.id() == source.id()) else { return };
    let leads_to =
        |file: &str| file.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // With items, the files are named there and the rest is left out.
    if let Some(items) = source.get("items").filter(|items| items.items().next().is_some()) {
        let paths: Vec<_> = items.items().filter_map(|item| item.get("path")).map(NodeRef::content).collect();
        if !paths.iter().any(|file| leads_to(file)) {
            let paths = paths.into_iter().map(Cow::Borrowed).collect();
            report(object, path, edge, (object.span(items), "the files that the volume has"), paths, sink);
        }
        return;
    }
    let Some(found) = edge.target().map(|id| context.program.object(id)) else { return };
    let mut all = context.graph.find(edge.kind, edge.namespace, edge.name);
    // Defined twice, it may be either. Others may add keys, and fill one that has none.
    let is_open = |source: ObjectRef<'_>| {
        is_filled_by_others(source) || keys_of(source).next().is_none() || has_key(source, wanted)
    };
    let KindRef::Known(kind) = edge.kind else { return };
    if all.any(is_open)
        || context.graph.makers(kind, edge.namespace, edge.name).next().is_some()
        || context.graph.may_be_patched_in(kind, edge.name, wanted)
    {
        return;
    }
    let keys = keys_of(found).map(|key| key.key()).collect();
    report(object, path, edge, (found.name_span(), "this has other keys"), keys, sink);
}

fn report(
    object: ObjectRef<'_>,
    path: NodeRef<'_>,
    edge: &Edge<'_>,
    (place, said): (Span, &str),
    files: Vec<Cow<'_, str>>,
    sink: &mut Sink<'_>,
) {
    let wanted = path.content();
    let near = files.iter().filter_map(|file| Some((typo::nearness(wanted, file)?, file))).min();
    let is_slip = near.is_some_and(|(_, file)| typo::is_typo(wanted, file));
    let message = format!(
        "{} mounts `{wanted}` of {} `{}`, which has no such file: the container gets an empty directory",
        absence::title(object),
        edge.kind.name(),
        edge.name
    );
    let report = sink
        .report(object, path, message)
        .severity(if is_slip { Severity::Error } else { Severity::Warning })
        .label("no such file")
        .related(place, said);
    let Some((_, file)) = near else {
        report.help("name a key, or a path under `items`");
        return;
    };
    let report = report.help(format!("did you mean `{file}`?"));
    if is_slip && let Some(text) = edit::in_style_of(path, file) {
        report.fix(format!("write `{file}`"), Safety::Safe, object.span(path), text);
    }
}
