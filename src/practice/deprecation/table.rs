//! The table of what is on its way out.
//!
//! Sources: the warnings of the API server (`pkg/api/pod/warnings.go`, `pkg/api/persistentvolume/util.go`,
//! `pkg/api/persistentvolumeclaim/util.go`, `pkg/api/service/warnings.go` and the strategies under `pkg/registry`), in
//! their words; where it prints none, the documentation of the fields.

use crate::parse::kind::Kind;
use crate::parse::tree::NodeRef;
use crate::practice::deprecation::{Found, Remedy, Row, Site};
use crate::practice::place::Owner;

const fn row(key: &'static str, words: &'static str, help: &'static str) -> Row {
    Row { key, applies: always, words, since: 0, gone: None, is_mild: false, help, remedy: Remedy::Think }
}

const CSI: &str = "use a volume of a CSI driver, through a PersistentVolumeClaim";

/// A volume plugin that is no longer part of Kubernetes.
const fn gone(key: &'static str, words: &'static str, since: u16) -> Row {
    Row { gone: Some(since), ..row(key, words, CSI) }
}

/// A volume plugin whose work is handed on to a CSI driver. The API server says nothing of it; its documentation does.
const fn moved(key: &'static str, words: &'static str) -> Row {
    Row { is_mild: true, ..row(key, words, CSI) }
}

const CEPHFS: Row = gone("cephfs", "{path}: deprecated in v1.28, non-functional in v1.31+", 31);
const RBD: Row = gone("rbd", "{path}: deprecated in v1.28, non-functional in v1.31+", 31);
const GLUSTERFS: Row = gone("glusterfs", "{path}: deprecated in v1.25, non-functional in v1.26+", 26);
const FLOCKER: Row = gone("flocker", "{path}: deprecated in v1.22, non-functional in v1.25+", 25);
const STORAGE_OS: Row = gone("storageos", "{path}: deprecated in v1.22, non-functional in v1.25+", 25);
const QUOBYTE: Row = gone("quobyte", "{path}: deprecated in v1.22, non-functional in v1.25+", 25);
const SCALE_IO: Row = gone("scaleIO", "{path}: deprecated in v1.16, non-functional in v1.22+", 22);
const PHOTON: Row = gone("photonPersistentDisk", "{path}: deprecated in v1.11, non-functional in v1.16+", 16);
const AWS: Row =
    moved("awsElasticBlockStore", "{path} is deprecated: the CSI driver `ebs.csi.aws.com` does its work");
const AZURE_DISK: Row =
    moved("azureDisk", "{path} is deprecated: the CSI driver `disk.csi.azure.com` does its work");
const AZURE_FILE: Row =
    moved("azureFile", "{path} is deprecated: the CSI driver `file.csi.azure.com` does its work");
const CINDER: Row =
    moved("cinder", "{path} is deprecated: the CSI driver `cinder.csi.openstack.org` does its work");
const GCE: Row =
    moved("gcePersistentDisk", "{path} is deprecated: the CSI driver `pd.csi.storage.gke.io` does its work");
const PORTWORX: Row =
    moved("portworxVolume", "{path} is deprecated: the CSI driver `pxd.portworx.com` does its work");
const VSPHERE: Row =
    moved("vsphereVolume", "{path} is deprecated: the CSI driver `csi.vsphere.vmware.com` does its work");
const FLEX: Row = moved("flexVolume", "{path} is deprecated: volume plugins are CSI drivers now");

const CLASS_ANNOTATION: Row = row(
    "volume.beta.kubernetes.io/storage-class",
    "{path}: deprecated since v1.8; use \"storageClassName\" attribute instead",
    "write `storageClassName: {value}` under `spec` instead of the annotation",
);

/// The volume plugins that are gone or have moved, of pods and of volumes alike.
const PLUGINS: &[Row] = &[
    CEPHFS, RBD, GLUSTERFS, FLOCKER, STORAGE_OS, QUOBYTE, SCALE_IO, PHOTON, AWS, AZURE_DISK, AZURE_FILE,
    CINDER, GCE, PORTWORX, VSPHERE, FLEX,
];

/// All of it, by where it stands.
pub static SITES: &[Site] = &[
    Site { owner: Owner::Pod, path: "spec.volumes[]", rows: PLUGINS },
    Site { owner: Owner::Kinds(&[Kind::PersistentVolume]), path: "spec", rows: PLUGINS },
    Site {
        owner: Owner::Pod,
        path: "spec.volumes[]",
        rows: &[Row {
            help: "clone the repository in an init container, into an `emptyDir` that the others mount",
            gone: Some(36),
            ..row("gitRepo", "{path}: deprecated in v1.11, and disabled by default in v1.33+", "")
        }],
    },
    Site {
        owner: Owner::Pod,
        path: "spec",
        rows: &[Row {
            applies: |found| {
                !found.value.content().is_empty() && !is_set(found.mapping.get("serviceAccountName"))
            },
            remedy: Remedy::RenameKey("serviceAccountName"),
            ..row(
                "serviceAccount",
                "{path} is deprecated: use `serviceAccountName` instead",
                "write `serviceAccountName: {value}`",
            )
        }],
    },
    Site {
        owner: Owner::Pod,
        path: "metadata.annotations",
        rows: &[
            row(
                "scheduler.alpha.kubernetes.io/critical-pod",
                "{path}: non-functional in v1.16+; use the \"priorityClassName\" field instead",
                "write `priorityClassName: system-cluster-critical` (or `system-node-critical`) in the pod's `spec`, or drop the annotation",
            ),
            row(
                "security.alpha.kubernetes.io/sysctls",
                "{path}: non-functional in v1.11+; use the \"sysctls\" field instead",
                "list them under `securityContext.sysctls` in the pod's `spec`",
            ),
            row(
                "security.alpha.kubernetes.io/unsafe-sysctls",
                "{path}: non-functional in v1.11+; use the \"sysctls\" field instead",
                "list them under `securityContext.sysctls` in the pod's `spec`",
            ),
            Row {
                applies: |found| !is_set(found.base.get_path("spec.securityContext.seccompProfile")),
                ..row(
                    "seccomp.security.alpha.kubernetes.io/pod",
                    "{path}: non-functional in v1.27+; use the \"seccompProfile\" field instead",
                    "write `seccompProfile` under the pod's `securityContext`: today no profile is applied",
                )
            },
            Row {
                applies: |found| lacks_in_container(found, "securityContext.seccompProfile"),
                ..row(
                    "container.seccomp.security.alpha.kubernetes.io/",
                    "{path}: non-functional in v1.27+; use the \"seccompProfile\" field instead",
                    "write `seccompProfile` under the `securityContext` of container `{name}`: today no profile is applied",
                )
            },
            Row {
                applies: |found| {
                    !is_set(found.base.get_path("spec.securityContext.appArmorProfile"))
                        && lacks_in_container(found, "securityContext.appArmorProfile")
                },
                ..row(
                    "container.apparmor.security.beta.kubernetes.io/",
                    "{path}: deprecated since v1.30; use the \"appArmorProfile\" field instead",
                    "write `appArmorProfile` under the `securityContext` of container `{name}`",
                )
            },
        ],
    },
    Site { owner: Owner::Container, path: "lifecycle.postStart", rows: &[HOOK] },
    Site { owner: Owner::Container, path: "lifecycle.preStop", rows: &[HOOK] },
    Site {
        owner: Owner::Kinds(&[Kind::PersistentVolume]),
        path: "spec",
        rows: &[Row {
            applies: |found| found.value.content() == "Recycle",
            ..row(
                "persistentVolumeReclaimPolicy",
                "{path}: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
                "write `Retain`, or let a StorageClass make the volumes and `Delete` them",
            )
        }],
    },
    Site {
        owner: Owner::Kinds(&[Kind::PersistentVolume]),
        path: "metadata.annotations",
        rows: &[
            CLASS_ANNOTATION,
            row(
                "volume.beta.kubernetes.io/mount-options",
                "{path}: deprecated since v1.31; use \"mountOptions\" attribute instead",
                "list the options under `spec.mountOptions`",
            ),
        ],
    },
    Site {
        owner: Owner::Kinds(&[Kind::PersistentVolumeClaim]),
        path: "metadata.annotations",
        rows: &[CLASS_ANNOTATION],
    },
    Site {
        owner: Owner::Kinds(&[Kind::StatefulSet]),
        path: "spec.volumeClaimTemplates[].metadata.annotations",
        rows: &[CLASS_ANNOTATION],
    },
    Site {
        owner: Owner::Kinds(&[Kind::Ingress]),
        path: "metadata.annotations",
        rows: &[Row {
            applies: |found| !is_set(found.base.get_path("spec.ingressClassName")),
            ..row(
                "kubernetes.io/ingress.class",
                "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead",
                "write `ingressClassName` under `spec`, with the name of the IngressClass whose controller serves `{value}`",
            )
        }],
    },
    Site {
        owner: Owner::Kinds(&[Kind::Service]),
        path: "metadata.annotations",
        rows: &[Row {
            remedy: Remedy::RenameKey("service.kubernetes.io/topology-mode"),
            ..row(
                "service.kubernetes.io/topology-aware-hints",
                "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead",
                "write `service.kubernetes.io/topology-mode: {value}`",
            )
        }],
    },
    Site {
        owner: Owner::Kinds(&[Kind::Service]),
        path: "spec",
        rows: &[
            Row {
                applies: |found| found.value.items().next().is_some() && !is_without_address(found.mapping),
                since: 36,
                ..row(
                    "externalIPs",
                    "{path} is deprecated and may no longer be implemented in some clusters",
                    "use a Service of type LoadBalancer, or a Gateway",
                )
            },
            Row {
                applies: |found| !found.value.content().is_empty(),
                is_mild: true,
                ..row(
                    "loadBalancerIP",
                    "{path} is deprecated: it means another thing to each implementation",
                    "use the annotation that the implementation of the load balancer documents",
                )
            },
            Row {
                applies: |found| found.value.content() == "PreferClose",
                since: 35,
                remedy: Remedy::Write("PreferSameZone"),
                ..row(
                    "trafficDistribution",
                    "{path}: \"PreferClose\" is deprecated; use \"PreferSameZone\"",
                    "write `PreferSameZone`, which means the same",
                )
            },
        ],
    },
    Site {
        owner: Owner::Kinds(&[Kind::ServiceAccount]),
        path: "metadata.annotations",
        rows: &[row(
            "kubernetes.io/enforce-mountable-secrets",
            "{path}: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets",
            "keep what may not read each other's Secrets in separate namespaces",
        )],
    },
    Site {
        owner: Owner::Kinds(&[Kind::Node]),
        path: "spec",
        rows: &[
            row("configSource", "{path}: the feature is removed", "configure the kubelet with its own file"),
            Row {
                applies: |found| !found.value.content().is_empty(),
                ..row(
                    "externalID",
                    "{path}: this field is deprecated, and is unused by Kubernetes",
                    "drop it; `providerID` is what the cloud provider reads",
                )
            },
        ],
    },
    Site {
        owner: Owner::Kinds(&[Kind::EndpointSlice]),
        path: "",
        rows: &[Row {
            applies: |found| found.value.content() == "FQDN",
            ..row(
                "addressType",
                "spec.addressType: FQDN endpoints are deprecated",
                "list addresses, or write a Service of type ExternalName",
            )
        }],
    },
    Site {
        owner: Owner::Kinds(&[Kind::EndpointSlice]),
        path: "endpoints[]",
        rows: &[row(
            "deprecatedTopology",
            "{path} is deprecated: what is written to it is ignored",
            "write `nodeName` and `zone`",
        )],
    },
];

const HOOK: Row = row(
    "tcpSocket",
    "{path} is deprecated: it is not supported as a lifecycle hook, which fails when it runs",
    "use `exec`, `httpGet` or `sleep`",
);

fn always(_: &Found<'_>) -> bool {
    true
}

fn is_set(node: Option<NodeRef<'_>>) -> bool {
    node.is_some_and(|node| !node.is_null() && node.source() != "\"\"" && node.source() != "''")
}

/// Whether a Service has no address of its own, so that nothing is sent to its external ones either.
fn is_without_address(spec: NodeRef<'_>) -> bool {
    let text = |key| spec.get(key).map_or("", NodeRef::content);
    let kind = text("type");
    kind == "ExternalName" || (text("clusterIP") == "None" && matches!(kind, "" | "ClusterIP"))
}

/// Whether the container that the rest of an annotation's key names is there and lacks a field.
fn lacks_in_container(found: &Found<'_>, field: &str) -> bool {
    let name = found.name();
    let lists = ["spec.initContainers", "spec.containers", "spec.ephemeralContainers"];
    let mut containers = lists.iter().filter_map(|list| found.base.get_path(list)).flat_map(NodeRef::items);
    containers
        .find(|container| container.get("name").is_some_and(|node| node.content() == name))
        .is_some_and(|container| !is_set(container.get_path(field)))
}
