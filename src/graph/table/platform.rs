//! Fields of kinds that a platform brings: Config Connector of Google Cloud, and routes of OpenShift.
//!
//! Source: the types of `apis/sql/v1beta1` of `k8s-config-connector`, in which a reference is `external` or has a name, and a
//! namespace where it is another (`refs.SQLInstanceRef`, `secret.Legacy`); `RouteSpec` of `route/v1` of `openshift/api`.

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::parse::kind::Kind;

const INSTANCE: &[Kind] = &[Kind::SQLInstance];

const fn route(path: &'static str) -> Row {
    Row::new(From::Foreign("route.openshift.io", "Route"), path, To::Among(&[Kind::Service]))
}

pub(super) static ROWS: &[Row] = &[
    Row::of(&[Kind::SQLDatabase, Kind::SQLUser], "spec.instanceRef.name", Kind::SQLInstance)
        .scope(Scope::SiblingOrSame("namespace")),
    Row::of(INSTANCE, "spec.masterInstanceRef.name", Kind::SQLInstance)
        .scope(Scope::SiblingOrSame("namespace")),
    Row::of(&[Kind::SQLUser], "spec.password.valueFrom.secretKeyRef.name", Kind::Secret).keys(Keys::Key),
    Row::of(INSTANCE, "spec.rootPassword.valueFrom.secretKeyRef.name", Kind::Secret).keys(Keys::Key),
    route("spec.to.name"),
    route("spec.alternateBackends[].name"),
];
