#![doc = include_str!("in_tree_provisioner.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::version::Version;

pub(super) static CHECK: Check = Check {
    id: "in-tree-provisioner",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a StorageClass names a provisioner that is no longer part of Kubernetes",
    page: include_str!("in_tree_provisioner.md"),
    run: Run::Object(run),
};

/// A provisioner that was once part of Kubernetes.
struct InTree {
    name: &'static str,
    /// The minor version since which Kubernetes itself does not provision for it.
    gone_since: u16,
    /// The CSI driver to which its work is handed on (`csi-translation-lib`), if there is one.
    driver: Option<&'static str>,
}

const fn in_tree(name: &'static str, gone_since: u16, driver: Option<&'static str>) -> InTree {
    InTree { name, gone_since, driver }
}

/// Sources: `inTreePlugins` of csi-translation-lib, and the pages of the volume types, which say in which release each
/// driver was removed (for vSphere: since when all its operations are redirected).
const IN_TREE: &[InTree] = &[
    in_tree("kubernetes.io/aws-ebs", 27, Some("ebs.csi.aws.com")),
    in_tree("kubernetes.io/azure-disk", 27, Some("disk.csi.azure.com")),
    in_tree("kubernetes.io/azure-file", 30, Some("file.csi.azure.com")),
    in_tree("kubernetes.io/cinder", 26, Some("cinder.csi.openstack.org")),
    in_tree("kubernetes.io/flocker", 25, None),
    in_tree("kubernetes.io/gce-pd", 28, Some("pd.csi.storage.gke.io")),
    in_tree("kubernetes.io/glusterfs", 26, None),
    in_tree("kubernetes.io/quobyte", 25, None),
    in_tree("kubernetes.io/rbd", 31, None),
    in_tree("kubernetes.io/storageos", 25, None),
    in_tree("kubernetes.io/vsphere-volume", 26, Some("csi.vsphere.vmware.com")),
];

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::StorageClass {
        return;
    }
    let Some(place) = object.get("provisioner") else { return };
    let known = place.as_str().and_then(|name| IN_TREE.iter().find(|known| known.name == name));
    let target = context.settings.target;
    let Some(known) = known.filter(|known| target.minor >= known.gone_since) else { return };
    let since = Version { minor: known.gone_since };
    let message = format!(
        "{} names the in-tree provisioner `{}`, which was removed in Kubernetes {since}",
        absence::title(object),
        known.name
    );
    let report = sink.report(object, place, message);
    let Some(driver) = known.driver else {
        report
            .severity(Severity::Error)
            .label("nothing provisions these volumes any more")
            .help("install a CSI driver for this storage, and name it here");
        return;
    };
    let report = report
        .label(format!("works only where the CSI driver `{driver}` is installed, which takes over"))
        .help(format!("write `provisioner: {driver}`, and the parameters that this driver knows"));
    // Parameters differ between the two, and the provisioner of a class in use cannot be changed.
    let has_parameters = object.get("parameters").is_some_and(NodeRef::is_mapping);
    if let Some(text) = edit::in_style_of(place, driver).filter(|_| !has_parameters) {
        report.fix(format!("write `{driver}`"), Safety::Unsafe, object.span(place), text);
    }
}
