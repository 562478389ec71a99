//! What a suppression takes out of a finding that speaks for several containers, and what is left of it.

use kplan::analysis::analyze;
use kplan::config::{Level, Settings};
use kplan::diagnostic::Severity;
use kplan::incremental::Session;
use kplan::source::{SourceFile, Workspace};

const CHECKS: [&str; 3] = ["pod-security-baseline", "pod-security-restricted", "unused-suppression"];

/// Line from 1 and message of each finding above note, in the whole analysis; it must be what an editor is told, too.
fn said(text: &str) -> Vec<(u32, String)> {
    let workspace = Workspace::new([SourceFile::from_text("a.yaml", text)]);
    let mut settings = Settings::plain();
    for check in kplan::check::CHECKS {
        let level = if CHECKS.contains(&check.id) { Level::On } else { Level::Off };
        settings.levels.insert(check.id.to_owned(), level);
    }
    let analysis = analyze(&workspace, &settings);
    let mut session = Session::new(&workspace, settings);
    session.refresh();
    assert!(session.diagnostics().eq(&analysis.diagnostics), "an editor is told something else");
    let graver = analysis.diagnostics.into_iter().filter(|finding| finding.severity != Severity::Note);
    let findings = graver.map(|finding| {
        let span = finding.primary.span;
        (workspace.file(span.file).position(span.start).line + 1, finding.message)
    });
    findings.collect()
}

/// Where the namespace enforces a level: what is said of a Pod with this spec.
fn said_of(level: &str, spec: &str) -> Vec<(u32, String)> {
    let namespace = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {{pod-security.kubernetes.io/enforce: {level}}}\n"
    );
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\nspec:\n{spec}---\n{namespace}"
    );
    said(&pod)
}

fn refusal(line: u32, detail: &str) -> Vec<(u32, String)> {
    vec![(line, format!("Pod `web` violates PodSecurity \"baseline:latest\": {detail}"))]
}

const TWO: &str = "  containers:\n  - name: a\n    securityContext: {privileged: true}\n  - name: b\n    securityContext: {privileged: true}\n";

#[test]
fn one_container_of_two_is_taken_out_of_what_is_said() {
    assert_eq!(
        said_of("baseline", TWO),
        refusal(7, "privileged (containers \"a\", \"b\" must not set securityContext.privileged=true)")
    );
    let first = TWO.replace("  - name: a", "  # kplan: ignore[pod-security-baseline] because\n  - name: a");
    assert_eq!(
        said_of("baseline", &first),
        refusal(10, "privileged (container \"b\" must not set securityContext.privileged=true)")
    );
    let second = TWO.replace("  - name: b", "  # kplan: ignore[security] a group\n  - name: b");
    assert_eq!(
        said_of("baseline", &second),
        refusal(7, "privileged (container \"a\" must not set securityContext.privileged=true)")
    );
}

#[test]
fn a_field_is_taken_out_and_the_rest_of_its_container_is_not() {
    let both = "  hostPID: true\n  containers:\n  - name: a\n    securityContext:\n      \
                privileged: true # kplan: ignore[pod-security-baseline] because\n      procMount: Unmasked\n";
    assert_eq!(
        said_of("baseline", both),
        refusal(
            5,
            "host namespaces (hostPID=true), procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")"
        )
    );
}

#[test]
fn init_and_ephemeral_containers_are_containers() {
    for list in ["initContainers", "ephemeralContainers"] {
        let text = format!(
            "  {list}:\n  # kplan: ignore[pod-security-baseline] because\n  - name: first\n    securityContext: {{privileged: true}}\n{TWO}"
        );
        assert_eq!(
            said_of("baseline", &text),
            refusal(11, "privileged (containers \"a\", \"b\" must not set securityContext.privileged=true)"),
            "{list}"
        );
    }
}

#[test]
fn nothing_is_left_where_all_is_taken_out() {
    let each = TWO.replace("true}", "true} # kplan: ignore[pod-security-baseline] because");
    let list = format!("  # kplan: ignore[pod-security-baseline] because\n{TWO}");
    for text in [each, list] {
        assert_eq!(said_of("baseline", &text), [], "{text}");
    }
    let annotated = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {pod-security.kubernetes.io/enforce: baseline}\n\
                     ---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    metadata:\n      \
                     annotations: {kplan.dev/ignore: pod-security-baseline}\n    spec:\n      hostPID: true\n      containers: [{name: a}]\n";
    assert_eq!(said(annotated), []);
    assert_eq!(said(&annotated.replace("kplan.dev/ignore", "other")).len(), 1);
}

#[test]
fn a_suppression_on_a_container_without_fault_is_unused() {
    let calm = format!("{TWO}  # kplan: ignore[pod-security-baseline] because\n  - name: calm\n");
    let said = said_of("baseline", &calm);
    assert_eq!(
        said[1..],
        [(10, "this suppresses no finding of `pod-security-baseline`".to_owned())],
        "{said:#?}"
    );
}

#[test]
fn what_the_pod_or_all_its_containers_must_set_is_asked_of_those_that_are_left() {
    let hard = "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}";
    let pod = format!(
        "  containers:\n  # kplan: ignore[pod-security-restricted] because\n  - name: a\n    securityContext: {{{hard}, runAsNonRoot: false}}\n  \
         - name: b\n    securityContext: {{{hard}}}\n  - name: c\n    securityContext: {{{hard}}}\n"
    );
    let rest = "Pod `web` violates PodSecurity \"restricted:latest\": runAsNonRoot != true (pod or containers \"b\", \"c\" must set securityContext.runAsNonRoot=true)";
    assert_eq!(said_of("restricted", &pod), [(9, rest.to_owned())]);
}
