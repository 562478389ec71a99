#![doc = include_str!("latest_image.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{ContainerRole, PodTemplate};
use crate::parse::tree::NodeRef;
use crate::practice::image::{Image, is_injected, is_placeholder, is_renamed};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "latest-image",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an image whose content can change while its name stays",
    page: include_str!("latest_image.md"),
    run: Run::Object(run),
};

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let containers = template
        .containers()
        .filter(|container| container.role != ContainerRole::Ephemeral && !is_injected(*container));
    let volumes = items_at(template.spec, "volumes").filter_map(|volume| volume.get_path("image.reference"));
    for node in containers.filter_map(|container| container.get("image")).chain(volumes) {
        let Some(text) = node.as_str().filter(|text| !is_placeholder(text)) else { continue };
        let image = Image::parse(text);
        if image.is_latest() && !is_renamed(cx.program, image.repository) {
            report(object, node, image, sink);
        }
    }
}

fn report(object: ObjectRef<'_>, node: NodeRef<'_>, image: Image<'_>, sink: &mut Sink<'_>) {
    let message = match image.tag {
        Some(tag) => format!("image `{}:{tag}` can be another one at the next pull", image.repository),
        None => format!(
            "image `{}` has no tag: it is `latest`, which can be another one at the next pull",
            image.repository
        ),
    };
    sink.report(object, node, message).help("name a version, or a digest (`@sha256:...`)");
}
