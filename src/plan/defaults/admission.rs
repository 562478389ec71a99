//! Defaults of what stands before and around the API: webhooks, admission policies, custom resources, access.

use serde_json::{Map, json};

use crate::plan::defaults::{Fields, child, set, text};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Sets the defaults of `admissionregistration`, `apiregistration`, `apiextensions` and `rbac`.
pub(super) fn set_defaults(package: &str, name: &str, fields: &mut Fields) {
    match (package, name) {
        ("admissionregistration", "ValidatingWebhook" | "MutatingWebhook") => {
            set(fields, "failurePolicy", "Fail");
            set(fields, "matchPolicy", "Equivalent");
            set(fields, "namespaceSelector", Map::new());
            set(fields, "objectSelector", Map::new());
            set(fields, "timeoutSeconds", 10);
            if name == "MutatingWebhook" {
                set(fields, "reinvocationPolicy", "Never");
            }
        }
        ("admissionregistration", "RuleWithOperations" | "NamedRuleWithOperations") => {
            set(fields, "scope", "*");
        }
        ("admissionregistration", "MatchResources") => {
            set(fields, "matchPolicy", "Equivalent");
            set(fields, "namespaceSelector", Map::new());
            set(fields, "objectSelector", Map::new());
        }
        ("admissionregistration", "ValidatingAdmissionPolicySpec" | "MutatingAdmissionPolicySpec") => {
            set(fields, "failurePolicy", "Fail");
        }
        (_, "ServiceReference") => set(fields, "port", 443),
        ("apiextensions", "CustomResourceDefinitionSpec") => set_definition(fields),
        ("rbac", "RoleRef") => set(fields, "apiGroup", RBAC),
        ("rbac", "Subject") if matches!(text(fields, "kind"), "User" | "Group") => {
            set(fields, "apiGroup", RBAC);
        }
        _ => {}
    }
}

/// Mirrors `SetDefaults_CustomResourceDefinitionSpec` of `v1`, which leaves `conversionReviewVersions` to its author.
fn set_definition(fields: &mut Fields) {
    if let Some(names) = child(fields, "names") {
        let kind = text(names, "kind").to_owned();
        if !kind.is_empty() {
            set(names, "singular", kind.to_lowercase());
            set(names, "listKind", format!("{kind}List"));
        }
    }
    set(fields, "conversion", json!({"strategy": "None"}));
}
