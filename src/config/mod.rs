//! What the analysis needs to know from outside, once flags and `kplan.yaml` are read.

mod declared;
pub mod file;
mod pattern;
mod scope;

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::parse::pod::CustomWorkload;
use crate::parse::schema::custom::UserSchemas;
use crate::parse::version::Version;

pub use crate::config::scope::{Exemption, Objects, Scope};

/// Whether what is not in the input may exist all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// The input is a part of the cluster: an object that is named and not found may be there already.
    Open,
    /// The input is all there is: what is not found does not exist.
    Closed,
}

/// The level of a check or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not reported.
    Off,
    /// Reported with this severity, whatever the check's own opinion.
    At(Severity),
    /// Reported with the severity that the check itself gives.
    On,
}

/// An object that exists in the cluster and is made elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// Kind, as written in `kind:`.
    pub kind: String,
    /// Namespace pattern; `None` for any.
    pub namespace: Option<String>,
    /// Name pattern, `*` for any run of characters; `None` for any.
    pub name: Option<String>,
}

impl External {
    /// Whether it says that this object exists. A namespace pattern says nothing of kinds that live in none.
    pub fn declares(&self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let is_in = |pattern: &str| namespace.is_none_or(|namespace| pattern::matches(pattern, namespace));
        self.kind == kind
            && self.name.as_deref().is_none_or(|pattern| pattern::matches(pattern, name))
            && self.namespace.as_deref().is_none_or(is_in)
    }
}

/// A field of a custom resource that names another object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Kind of the objects that have the field, as written in `kind:`.
    pub kind: String,
    /// Their API group; `None` for any.
    pub group: Option<String>,
    /// The field: keys joined by dots, each with `[]` after it where a list follows.
    pub path: String,
    /// The kind that it names.
    pub target: String,
    /// The API group of that; `None` where the kind alone says it.
    pub target_group: Option<String>,
}

/// Everything that steers an analysis. Made by the command line and the language server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Kubernetes version that the manifests are for.
    pub target: Version,
    /// Open or closed world.
    pub world: World,
    /// The namespace of objects that name none.
    pub default_namespace: String,
    /// Levels by check id or group name; a check's id goes before its group.
    pub levels: BTreeMap<String, Level>,
    /// Objects made elsewhere.
    pub external: Vec<External>,
    /// Fields of custom resources that name other objects.
    pub references: Vec<Reference>,
    /// Custom resources that carry a pod template.
    pub workloads: Vec<CustomWorkload>,
    /// Schemas of custom kinds that the user brings.
    pub schemas: UserSchemas,
    /// Files and objects for which some checks are not reported.
    pub exemptions: Vec<Exemption>,
}

impl Settings {
    /// Nothing configured: target 1.37, open world, namespace `default`, every check at its own level.
    pub fn plain() -> Self {
        Self {
            target: Version::NEWEST,
            world: World::Open,
            default_namespace: "default".to_owned(),
            levels: BTreeMap::new(),
            external: Vec::new(),
            references: Vec::new(),
            workloads: Vec::new(),
            schemas: UserSchemas::default(),
            exemptions: Vec::new(),
        }
    }
}
