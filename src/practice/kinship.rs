//! Whether two workloads are versions or parts of one program, or have nothing to do with each other.

use crate::graph::Pod;
use crate::parse::tree::NodeRef;
use crate::practice::image::Image;

/// Labels that say which program a pod runs, by the recommendation of Kubernetes and by custom.
const NAMES: [&str; 3] = ["app.kubernetes.io/name", "app", "k8s-app"];

/// Whether the pods run versions of one program, as in a canary release: some image of both comes from one repository.
pub fn share_an_image(left: &Pod<'_>, right: &Pod<'_>) -> bool {
    let others: Vec<&str> = repositories(right).collect();
    repositories(left).any(|image| others.contains(&image))
}

/// Whether the pods say that they run different programs, and nothing else says that these belong together: their labels
/// name another program each, and neither these names nor those of the images begin alike.
pub fn are_strangers(left: &Pod<'_>, right: &Pod<'_>) -> bool {
    let named = NAMES.iter().filter_map(|key| Some((left.labels.get(key)?, right.labels.get(key)?)));
    let mut named = named.peekable();
    named.peek().is_some() && named.all(|(left, right)| stem(left) != stem(right)) && !resemble(left, right)
}

/// Whether the names of some images of both begin alike, as those of parts and versions of one program do.
pub fn resemble(left: &Pod<'_>, right: &Pod<'_>) -> bool {
    let others: Vec<&str> = repositories(right).map(|image| stem(last_segment(image))).collect();
    repositories(left).any(|image| others.contains(&stem(last_segment(image))))
}

fn repositories<'p>(pod: &Pod<'p>) -> impl Iterator<Item = &'p str> {
    let images = pod.template.containers().filter_map(|container| container.get("image"));
    images.filter_map(NodeRef::as_str).map(|image| Image::parse(image).repository)
}

fn last_segment(repository: &str) -> &str {
    repository.rsplit('/').next().unwrap_or(repository)
}

/// What a name begins with: `web` of `web-blue`, `reviews` of `reviews_v2`.
fn stem(name: &str) -> &str {
    name.split(['-', '_', '.']).next().unwrap_or(name)
}
