#![doc = include_str!("binding_to_everyone.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::role::{is_system, subjects_of};

pub(super) static CHECK: Check = Check {
    id: "binding-to-everyone",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a binding that gives rights to everybody, or to nobody in particular",
    page: include_str!("binding_to_everyone.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if is_system(object) {
        return;
    }
    // What the API server itself gives to everybody tells nothing of the cluster's objects.
    let role = object.get("roleRef.name").map_or("", |role| role.content());
    if matches!(
        role,
        "system:public-info-viewer"
            | "system:discovery"
            | "system:basic-user"
            | "system:service-account-issuer-discovery"
    ) {
        return;
    }
    for subject in subjects_of(object) {
        let Some(name) = subject.get("name") else { continue };
        let (who, severity) = match name.content() {
            "system:anonymous" | "system:unauthenticated" => {
                ("whoever can reach the API server", Severity::Warning)
            }
            "system:authenticated" => ("everybody who can log in", Severity::Warning),
            "system:serviceaccounts" => ("every pod in the cluster", Severity::Warning),
            "default" if subject.get("kind").is_some_and(|kind| kind.content() == "ServiceAccount") => {
                ("every pod of a namespace that names no account of its own", Severity::Note)
            }
            _ => continue,
        };
        let message = format!("{} `{}` gives role `{role}` to {who}", object.kind_name(), object.name());
        sink.report(object, name, message).severity(severity).help("name those who need it");
    }
}
