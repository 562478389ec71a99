//! What repairs make of a text: what is right after it, and what stays as it was written.

use std::collections::BTreeMap;

use kplan::analysis::{Analysis, analyze};
use kplan::config::{Level, Settings};
use kplan::diagnostic::Safety;
use kplan::fix;
use kplan::source::{FileId, SourceFile, Workspace};

const ROUNDS: usize = 10;

/// One check as it is, together with those that see to it that nothing is broken.
fn settings(check: &str) -> Settings {
    let mut settings = Settings::plain();
    for other in kplan::check::CHECKS {
        let group = other.group.as_str();
        // That nothing names an object is no fault of the repair.
        let guards =
            matches!(group, "syntax" | "schema" | "reference" | "deprecation") && other.id != "unused-object";
        let is_on = other.id == check || guards;
        settings.levels.insert(other.id.to_owned(), if is_on { Level::On } else { Level::Off });
    }
    settings
}

fn repaired(path: &str, text: &str, settings: &Settings, safety: Safety) -> (String, Analysis) {
    let mut workspace = Workspace::new([SourceFile::from_text(path, text)]);
    for _ in 0..ROUNDS {
        let analysis = analyze(&workspace, settings);
        let fixed = fix::apply(&workspace, &analysis.diagnostics, safety);
        if fixed.applied == 0 {
            return (workspace.file(FileId(0)).text().to_owned(), analysis);
        }
        workspace = workspace.with_texts(fixed.files);
    }
    panic!("no end: {}", workspace.file(FileId(0)).text());
}

fn counts(analysis: &Analysis) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in &analysis.diagnostics {
        *counts.entry(finding.check).or_default() += 1;
    }
    counts
}

/// The text becomes the other one and stays it; so it does with Windows line breaks; its finding is gone, and no other
/// check says more than before.
fn check(id: &str, safety: Safety, before: &str, after: &str) {
    let settings = settings(id);
    let path = if before.starts_with('{') { "a.json" } else { "a.yaml" };
    let first = analyze(&Workspace::new([SourceFile::from_text(path, before)]), &settings);
    let (text, left) = repaired(path, before, &settings, safety);
    assert_eq!(text, after, "{id}: {:#?}", first.diagnostics);
    assert_eq!(repaired(path, after, &settings, safety).0, after, "{id}: twice");
    let windows = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(repaired(path, &windows(before), &settings, safety).0, windows(after), "{id}: Windows");
    let (had, has) = (counts(&first), counts(&left));
    assert!(has.get(id) < had.get(id), "{id}: {:#?}", left.diagnostics);
    for (check, count) in has {
        assert!(had.get(check).is_some_and(|before| count <= *before), "{id}: {:#?}", left.diagnostics);
    }
    if safety == Safety::Unsafe {
        let (safe, _) = repaired(path, before, &settings, Safety::Safe);
        assert_ne!(safe, after, "{id}: not only probable");
    }
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec:\n";

fn pod(spec: &str) -> String {
    format!("{POD}{spec}")
}

#[test]
fn a_misspelt_field_is_written_right() {
    let check = |before: &str, after: &str| check("unknown-field", Safety::Safe, &pod(before), &pod(after));
    check("  contaners: # all\n  - name: a\n", "  containers: # all\n  - name: a\n");
    check("  containers: [{name: a, Image: b}]\n", "  containers: [{name: a, image: b}]\n");
    check(
        "  'restartpolicy': Never\n  containers: [{name: a}]\n",
        "  'restartPolicy': Never\n  containers: [{name: a}]\n",
    );
}

#[test]
fn a_misspelt_field_of_json_keeps_its_quotes() {
    check(
        "unknown-field",
        Safety::Safe,
        "{\n  \"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"},\n  \"spec\": {\"contaners\": [{\"name\": \"a\"}]}\n}\n",
        "{\n  \"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"},\n  \"spec\": {\"containers\": [{\"name\": \"a\"}]}\n}\n",
    );
}

#[test]
fn a_field_that_is_there_already_or_cannot_hold_the_value_is_not_written() {
    for (spec, safety) in [
        ("  containers: [{name: a}]\n  contaners: [{name: b}]\n", Safety::Unsafe),
        ("  containers: [{name: a, port: 80}]\n", Safety::Safe),
    ] {
        let text = pod(spec);
        assert_eq!(repaired("a.yaml", &text, &settings("unknown-field"), safety).0, text);
    }
}

#[test]
fn a_value_gets_or_loses_its_quotes() {
    let check = |id: &str, before: &str, after: &str| check(id, Safety::Safe, &pod(before), &pod(after));
    check(
        "wrong-type",
        "  containers:\n  - {name: a, ports: [{containerPort: '80'}]} # p\n",
        "  containers:\n  - {name: a, ports: [{containerPort: 80}]} # p\n",
    );
    check(
        "ambiguous-scalar",
        "  containers:\n  - name: a\n    env:\n    - name: B\n      value: yes # on\n    - {name: C, value: 1}\n",
        "  containers:\n  - name: a\n    env:\n    - name: B\n      value: \"yes\" # on\n    - {name: C, value: \"1\"}\n",
    );
    check(
        "syntax",
        "  containers:\n  - name: a\n    image:nginx\n    command: [b]\n",
        "  containers:\n  - name: a\n    image: nginx\n    command: [b]\n",
    );
    check(
        "invalid-value",
        "  restartPolicy: \"never\" # once\n  containers: [{name: a}]\n",
        "  restartPolicy: \"Never\" # once\n  containers: [{name: a}]\n",
    );
}

#[test]
fn a_single_value_becomes_a_list_only_if_asked() {
    check(
        "wrong-type",
        Safety::Unsafe,
        &pod("  containers:\n  - name: a\n    command: run # it\n"),
        &pod("  containers:\n  - name: a\n    command: [run] # it\n"),
    );
}

#[test]
fn a_key_that_stands_twice_goes_where_that_loses_nothing() {
    check(
        "duplicate-key",
        Safety::Safe,
        &pod("  hostname: a\n  containers:\n  - image: b\n    name: a\n    image: b\n  hostname: a\n"),
        &pod("  containers:\n  - name: a\n    image: b\n  hostname: a\n"),
    );
    check(
        "duplicate-key",
        Safety::Unsafe,
        &pod("  hostname: a\n  containers: [{name: a}]\n  hostname: b # new\n"),
        &pod("  containers: [{name: a}]\n  hostname: b # new\n"),
    );
    for kept in [
        "  hostname: a # why\n  containers: [{name: a}]\n  hostname: a # what\n",
        "  nodeSelector: {a: b}\n  containers: [{name: a}]\n  nodeSelector: {c: d}\n",
    ] {
        let text = pod(kept);
        assert_eq!(repaired("a.yaml", &text, &settings("duplicate-key"), Safety::Unsafe).0, text);
    }
}

#[test]
fn an_api_version_moves_in_its_quotes() {
    let cron = |version: &str| {
        format!(
            "apiVersion: {version} # old\nkind: CronJob\nmetadata: {{name: a}}\nspec:\n  schedule: '* * * * *'\n  jobTemplate:\n    spec:\n      \
             template:\n        spec: {{restartPolicy: Never, containers: [{{name: a, image: b}}]}}\n"
        )
    };
    check("removed-api", Safety::Safe, &cron("batch/v1beta1"), &cron("batch/v1"));
    check("removed-api", Safety::Safe, &cron("'batch/v1beta1'"), &cron("'batch/v1'"));
    let json = |version: &str| {
        format!(
            "{{\"apiVersion\": \"{version}\", \"kind\": \"StorageClass\", \"metadata\": {{\"name\": \"a\"}}, \"provisioner\": \"b\"}}\n"
        )
    };
    check("removed-api", Safety::Safe, &json("storage.k8s.io/v1beta1"), &json("storage.k8s.io/v1"));
    check(
        "unknown-kind",
        Safety::Safe,
        "apiVersion: v1\nkind: configmap\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    );
    check(
        "missing-kind",
        Safety::Safe,
        "kind: ConfigMap # c\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: ConfigMap # c\nmetadata: {name: a}\n",
    );
}

fn service(pod: &str, service: &str) -> String {
    format!("{POD}{pod}---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec:\n{service}")
}

#[test]
fn a_service_finds_its_pods_and_their_port() {
    let container = "  containers:\n  - name: a\n    ports: [{containerPort: 8080, name: http}]\n";
    let check = |id: &str, before: &str, after: &str| {
        check(id, Safety::Safe, &service(container, before), &service(container, after));
    };
    check(
        "service-target-port",
        "  selector: {app: web}\n  ports:\n  - port: 80\n    targetPort: 808 # in\n",
        "  selector: {app: web}\n  ports:\n  - port: 80\n    targetPort: 8080 # in\n",
    );
    check(
        "service-target-port",
        "  selector: {app: web}\n  ports:\n  - port: 80 # out\n    protocol: TCP\n",
        "  selector: {app: web}\n  ports:\n  - port: 80 # out\n    targetPort: 8080\n    protocol: TCP\n",
    );
    check(
        "service-selects-nothing",
        "  selector:\n    app: 'wbe' # it\n  ports: [{port: 80, targetPort: http}]\n",
        "  selector:\n    app: 'web' # it\n  ports: [{port: 80, targetPort: http}]\n",
    );
}

#[test]
fn a_label_that_looks_like_a_boolean_stays_a_text() {
    let text = |label: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {{release: \"false\", app: stable}}}}\nspec: {{containers: [{{name: a}}]}}\n\
             ---\napiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec:\n  selector: {{release: {label}, app: stable}}\n  ports: [{{port: 80}}]\n"
        )
    };
    check("service-selects-nothing", Safety::Safe, &text("falsee"), &text("\"false\""));
}

#[test]
fn the_same_variable_twice_is_set_once() {
    check(
        "duplicate-env",
        Safety::Safe,
        &pod(
            "  containers:\n  - name: a\n    env:\n    - {name: B, value: b}\n    - {name: C, value: c}\n    - {name: B, value: b}\n",
        ),
        &pod("  containers:\n  - name: a\n    env:\n    - {name: B, value: b}\n    - {name: C, value: c}\n"),
    );
    check(
        "duplicate-env",
        Safety::Unsafe,
        &pod(
            "  containers:\n  - name: a\n    env:\n    - name: B\n      value: b\n    - name: B\n      value: c\n",
        ),
        &pod("  containers:\n  - name: a\n    env:\n    - name: B\n      value: c\n"),
    );
}

#[test]
fn an_autoscaler_and_its_target_agree() {
    let workload = |replicas: &str, target: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n{replicas}  selector: {{matchLabels: {{app: web}}}}\n  \
             template:\n    metadata: {{labels: {{app: web}}}}\n    spec: {{containers: [{{name: a}}]}}\n---\napiVersion: autoscaling/v2\n\
             kind: HorizontalPodAutoscaler\nmetadata: {{name: web}}\nspec:\n  scaleTargetRef:\n{target}    name: web\n  minReplicas: 3\n  maxReplicas: 9\n"
        )
    };
    let whole = "    kind: Deployment # it\n    apiVersion: apps/v1\n";
    check("hpa-target", Safety::Safe, &workload("", "    kind: Deployment # it\n"), &workload("", whole));
    check("replicas-under-hpa", Safety::Unsafe, &workload("  replicas: 1\n", whole), &workload("", whole));
    let off = workload("  replicas: 0\n", whole);
    assert_eq!(repaired("a.yaml", &off, &settings("replicas-under-hpa"), Safety::Unsafe).0, off);
}

#[test]
fn a_workload_gives_its_pods_the_label_that_it_selects() {
    let text = |labels: &str| {
        format!(
            "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web, tier: \"1\"}}}}\n  \
             template:\n    metadata:\n      labels:\n{labels}    spec: {{containers: [{{name: a}}]}}\n"
        )
    };
    check(
        "selector-template-mismatch",
        Safety::Unsafe,
        &text("        app: web # it\n"),
        &text("        app: web # it\n        tier: \"1\"\n"),
    );
}

#[test]
fn other_slips_are_corrected() {
    let check_pod = |id: &str, before: &str, after: &str| check(id, Safety::Safe, &pod(before), &pod(after));
    check_pod(
        "volume-mount",
        "  volumes: [{name: config, emptyDir: {}}]\n  containers:\n  - name: a\n    volumeMounts: [{name: cofnig, mountPath: /b}]\n",
        "  volumes: [{name: config, emptyDir: {}}]\n  containers:\n  - name: a\n    volumeMounts: [{name: config, mountPath: /b}]\n",
    );
    check_pod(
        "probe-port",
        "  containers:\n  - name: a\n    ports: [{containerPort: 80, name: metrics}]\n    livenessProbe: {tcpSocket: {port: metrisc}}\n",
        "  containers:\n  - name: a\n    ports: [{containerPort: 80, name: metrics}]\n    livenessProbe: {tcpSocket: {port: metrics}}\n",
    );
    check(
        "pod-security-label",
        Safety::Safe,
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    pod-security.kubernetes.io/enforce: basline # for now\n",
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    pod-security.kubernetes.io/enforce: baseline # for now\n",
    );
    let ingress = |host: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: a}}\nspec:\n  tls: [{{hosts: [{host}], secretName: b}}]\n  rules:\n  \
             - host: shop.example.com\n"
        )
    };
    check("ingress-tls-host", Safety::Unsafe, &ingress("shop.exmaple.com"), &ingress("shop.example.com"));
}

#[test]
fn a_pod_gives_up_its_token_only_if_asked() {
    check(
        "automounted-token",
        Safety::Unsafe,
        &pod("  hostname: a # h\n  containers:\n  - name: a\n"),
        &pod("  hostname: a # h\n  automountServiceAccountToken: false\n  containers:\n  - name: a\n"),
    );
}

#[test]
fn a_suppression_that_is_not_needed_goes() {
    let check =
        |safety, before: &str, after: &str| check("unused-suppression", safety, &pod(before), &pod(after));
    check(
        Safety::Safe,
        "  # kplan: ignore[unknown-field] not yet\n  hostname: a # kplan: ignore[wrong-type]\n  containers: [{name: a}]\n",
        "  hostname: a\n  containers: [{name: a}]\n",
    );
    check(
        Safety::Safe,
        "  hostnam: a # kplan: ignore[unknown-field, wrong-type] why\n  containers: [{name: a}]\n",
        "  hostnam: a # kplan: ignore[unknown-field] why\n  containers: [{name: a}]\n",
    );
    // Files that were not read may hold what it is for.
    check(
        Safety::Unsafe,
        "  # kplan: ignore[dangling-reference] other team\n  hostname: a\n  containers: [{name: a}]\n",
        "  hostname: a\n  containers: [{name: a}]\n",
    );
    check(
        Safety::Safe,
        "  other: a # kplan: ignore[unknwon-field] why\n  containers: [{name: a}]\n",
        "  other: a # kplan: ignore[unknown-field] why\n  containers: [{name: a}]\n",
    );
}

#[test]
fn a_misspelt_api_version_or_kind_is_renamed_and_none_put_beside_it() {
    let check = |before: &str, after: &str| check("missing-kind", Safety::Safe, before, after);
    let object = |keys: &str| format!("{keys}metadata: {{name: a}}\n");
    check(
        &object("apVersion: v1 # one\nkind: ConfigMap\n"),
        &object("apiVersion: v1 # one\nkind: ConfigMap\n"),
    );
    check(&object("'apiversion': v1\nkind: ConfigMap\n"), &object("'apiVersion': v1\nkind: ConfigMap\n"));
    check(&object("apiVersion: v1\nKind: ConfigMap\n"), &object("apiVersion: v1\nkind: ConfigMap\n"));
    check(
        "{\"apiVersion\": \"v1\", \"knid\": \"ConfigMap\", \"metadata\": {\"name\": \"a\"}}\n",
        "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"a\"}}\n",
    );
}

#[test]
fn a_port_in_quotes_is_a_number() {
    let probe = |port: &str| {
        pod(&format!(
            "  containers:\n  - name: a\n    ports: [{{containerPort: 80, name: http}}]\n    livenessProbe: {{httpGet: {{port: {port}}}}} # p\n"
        ))
    };
    check("invalid-value", Safety::Safe, &probe("\"80\""), &probe("80"));
    let container = "  containers:\n  - name: a\n    ports: [{containerPort: '80', name: http}]\n";
    let fixed = "  containers:\n  - name: a\n    ports: [{containerPort: 80, name: http}]\n";
    let ports = "  selector: {app: web}\n  ports: [{port: 80, targetPort: ";
    check(
        "invalid-value",
        Safety::Safe,
        &service(fixed, &format!("{ports}\"80\"}}]\n")),
        &service(fixed, &format!("{ports}80}}]\n")),
    );
    // The Service is right, and is left alone.
    check(
        "wrong-type",
        Safety::Safe,
        &service(container, &format!("{ports}80}}]\n")),
        &service(fixed, &format!("{ports}80}}]\n")),
    );
}

#[test]
fn a_truth_in_quotes_is_written_as_one() {
    check(
        "wrong-type",
        Safety::Safe,
        &pod("  hostNetwork: \"yes\"\n  hostPID: 'False' # no\n  containers: [{name: a}]\n"),
        &pod("  hostNetwork: true\n  hostPID: false # no\n  containers: [{name: a}]\n"),
    );
}

#[test]
fn a_colon_gets_its_space_before_a_bracket_and_among_braces() {
    let containers = |text: &str| pod(&format!("  containers:\n  - name: a\n    {text}\n    image: b\n"));
    let check = |id: &str, before: &str, after: &str| {
        check(id, Safety::Safe, &containers(before), &containers(after));
    };
    check(
        "unknown-field",
        "securityContext:{privileged: true} # all",
        "securityContext: {privileged: true} # all",
    );
    check(
        "syntax",
        "resources: {requests: {cpu: 1}}\n    envFrom:[{secretRef: {name: c}}, {prefix: D}]",
        "resources: {requests: {cpu: 1}}\n    envFrom: [{secretRef: {name: c}}, {prefix: D}]",
    );
    check(
        "syntax",
        "securityContext:{capabilities: {drop: [ALL]}}",
        "securityContext: {capabilities: {drop: [ALL]}}",
    );
    check(
        "unknown-field",
        "livenessProbe: {tcpSocket: {port: 80}, periodSeconds:5}",
        "livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 5}",
    );
}

#[test]
fn of_two_that_say_the_same_the_one_with_a_comment_stays() {
    check(
        "duplicate-key",
        Safety::Safe,
        &pod("  hostname: a # why\n  containers: [{name: a}]\n  hostname: a\n"),
        &pod("  hostname: a # why\n  containers: [{name: a}]\n"),
    );
}

fn ingress(version: &str, spec: &str) -> String {
    format!("apiVersion: {version} # v\nkind: Ingress\nmetadata: {{name: a}}\nspec:\n{spec}")
}

#[test]
fn an_old_ingress_takes_its_new_shape() {
    let check = |before: &str, after: &str| {
        let after = ingress("networking.k8s.io/v1", after);
        check("removed-api", Safety::Safe, &ingress("networking.k8s.io/v1beta1", before), &after);
        check("removed-api", Safety::Safe, &ingress("extensions/v1beta1", before), &after);
    };
    let head = "  # all\n  rules:\n  - host: a.example.com\n    http:\n      paths:\n";
    check(
        &format!(
            "  backend:\n    serviceName: web # it\n    # there\n    servicePort: 80 # p\n{head}      - path: / # root\n        backend:\n          \
             servicePort: http\n          serviceName: \"web\"\n"
        ),
        &format!(
            "  defaultBackend:\n    service:\n      name: web # it\n    # there\n      port:\n        number: 80 # p\n{head}      - path: / # root\n        \
             pathType: ImplementationSpecific\n        backend:\n          service:\n            port:\n              name: http\n            name: \"web\"\n"
        ),
    );
    check(
        &format!("{head}      - backend: {{serviceName: web, servicePort: 80}} # b\n"),
        &format!(
            "{head}      - backend: {{service: {{name: web, port: {{number: 80}}}}}} # b\n        pathType: ImplementationSpecific\n"
        ),
    );
    check(
        &format!(
            "{head}      - {{pathType: Exact, path: /, backend: {{servicePort: http, serviceName: web}}}}\n"
        ),
        &format!(
            "{head}      - {{pathType: Exact, path: /, backend: {{service: {{port: {{name: http}}, name: web}}}}}}\n"
        ),
    );
    // Only the version was old.
    let new = "  defaultBackend: {service: {name: web, port: {number: 80}}}\n";
    check(new, new);
}

#[test]
fn an_old_ingress_of_json_keeps_its_style() {
    let json = |version: &str, spec: &str| {
        format!(
            "{{\"apiVersion\":\"{version}\",\"kind\":\"Ingress\",\"metadata\":{{\"name\":\"a\"}},\"spec\":{{{spec}}}}}\n"
        )
    };
    check(
        "removed-api",
        Safety::Safe,
        &json("networking.k8s.io/v1beta1", "\"backend\":{\"serviceName\":\"web\",\"servicePort\":80}"),
        &json(
            "networking.k8s.io/v1",
            "\"defaultBackend\":{\"service\":{\"name\":\"web\",\"port\":{\"number\":80}}}",
        ),
    );
}

#[test]
fn an_old_ingress_with_more_to_do_is_left_alone() {
    for spec in [
        "  backend: {serviceName: web, servicePort: \"80\"}\n",
        "  backend: {serviceName: web}\n",
        "  backend: {serviceName: web, servicePort: 80}\n  other: 1\n",
    ] {
        let text = ingress("networking.k8s.io/v1beta1", spec);
        assert_eq!(repaired("a.yaml", &text, &settings("removed-api"), Safety::Unsafe).0, text);
    }
}

fn autoscaler(version: &str, metrics: &str) -> String {
    format!(
        "apiVersion: autoscaling/{version}\nkind: HorizontalPodAutoscaler\nmetadata: {{name: a}}\nspec:\n  maxReplicas: 4\n  \
         scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: a}}\n  metrics:\n{metrics}"
    )
}

#[test]
fn an_old_autoscaler_takes_its_new_shape() {
    let check = |before: &str, after: &str| {
        check("removed-api", Safety::Safe, &autoscaler("v2beta1", before), &autoscaler("v2", after));
    };
    check(
        "  - type: Resource\n    resource:\n      # of the request\n      targetAverageUtilization: 60 # percent\n      name: cpu\n",
        "  - type: Resource\n    resource:\n      # of the request\n      target:\n        type: Utilization\n        \
         averageUtilization: 60 # percent\n      name: cpu\n",
    );
    check(
        "  - {type: Resource, resource: {name: memory, targetAverageValue: 1Gi}}\n",
        "  - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Gi}}}\n",
    );
    check(
        "  - type: Pods\n    pods: {metricName: rps, targetAverageValue: '10'}\n  - type: External\n    external:\n      metricName: \
         depth\n      targetValue: 30\n",
        "  - type: Pods\n    pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: '10'}}\n  - type: External\n    \
         external:\n      metric:\n        name: depth\n      target:\n        type: Value\n        value: 30\n",
    );
    check(
        "  - type: Object\n    object:\n      metricName: rps\n      target: {kind: Service, name: a} # it\n      targetValue: 2k\n",
        "  - type: Object\n    object:\n      metric:\n        name: rps\n      describedObject: {kind: Service, name: a} # it\n      \
         target:\n        type: Value\n        value: 2k\n",
    );
}

#[test]
fn an_old_autoscaler_with_more_to_do_is_left_alone() {
    for metrics in [
        "  - {type: Resource, resource: {name: cpu, targetAverageUtilization: 60, targetAverageValue: 1}}\n",
        "  - {type: Pods, pods: {metricName: rps, targetAverageValue: 1, selector: {matchLabels: {a: b}}}}\n",
        "  - {type: Pods, pods: {targetAverageValue: 1}}\n",
        "  - {type: Resource, resource: {name: cpu, targetAverageUtilization: 60, other: 1}}\n",
        "  - {type: Resource, resource: {name: cpu}}\n",
    ] {
        let text = autoscaler("v2beta1", metrics);
        assert_eq!(repaired("a.yaml", &text, &settings("removed-api"), Safety::Unsafe).0, text);
    }
}

#[test]
fn an_old_workload_says_what_it_selects() {
    let set = |version: &str, selector: &str, labels: &str| {
        format!(
            "apiVersion: {version}\nkind: ReplicaSet\nmetadata: {{name: a}}\nspec:\n  replicas: 1 # one\n{selector}  template:\n    \
             metadata: {{labels: {labels}}}\n    spec: {{containers: [{{name: a, image: \"a:1\"}}]}}\n"
        )
    };
    let labels = "{app: web, tier: \"1\"}";
    let after = set("apps/v1", "  selector: {matchLabels: {app: web, tier: \"1\"}}\n", labels);
    check("removed-api", Safety::Safe, &set("extensions/v1beta1", "", labels), &after);
    // Nothing was selected without a selector.
    check("removed-api", Safety::Unsafe, &set("apps/v1beta2", "", labels), &after);
    let is_kept = |text: String, safety| {
        assert_eq!(repaired("a.yaml", &text, &settings("removed-api"), safety).0, text);
    };
    is_kept(set("apps/v1beta2", "", labels), Safety::Safe);
    is_kept(set("extensions/v1beta1", "", "{}"), Safety::Unsafe);
    is_kept(set("extensions/v1beta1", "  other: 1\n", labels), Safety::Unsafe);
    // Other fields have other defaults there.
    let deployment = |text: String| text.replace("ReplicaSet", "Deployment");
    is_kept(deployment(set("extensions/v1beta1", "", labels)), Safety::Safe);
    check(
        "removed-api",
        Safety::Unsafe,
        &deployment(set("extensions/v1beta1", "", labels)),
        &deployment(after),
    );
    let json = |version: &str, selector: &str| {
        format!(
            "{{\"apiVersion\":\"{version}\",\"kind\":\"ReplicaSet\",\"metadata\":{{\"name\":\"a\"}},\"spec\":{{\"replicas\":1,{selector}\"template\":{{\"metadata\":{{\"labels\":{{\"a\":\"b\"}}}},\"spec\":{{\"containers\":[{{\"name\":\"a\",\"image\":\"a:1\"}}]}}}}}}}}\n"
        )
    };
    let selector = "\"selector\":{\"matchLabels\": {\"a\": \"b\"}},";
    check("removed-api", Safety::Safe, &json("extensions/v1beta1", ""), &json("apps/v1", selector));
}

#[test]
fn a_misspelt_api_version_moves_only_where_the_object_is_right_there() {
    let job = |version: &str, spec: &str| {
        format!(
            "apiVersion: {version}\nkind: CronJob\nmetadata: {{name: a}}\nspec:\n  {spec}\n  jobTemplate:\n    spec:\n      template:\n        \
             spec: {{restartPolicy: Never, containers: [{{name: a, image: b}}]}}\n"
        )
    };
    let daily = "schedule: '0 3 * * *'";
    check("unknown-kind", Safety::Safe, &job("batch/V1", daily), &job("batch/v1", daily));
    check("unknown-kind", Safety::Safe, &job("bacth/v1", daily), &job("batch/v1", daily));
    check("unknown-kind", Safety::Safe, &job("batch/v3", daily), &job("batch/v1", daily));
    // What it says was never right: which version is meant, nobody knows.
    check("unknown-kind", Safety::Unsafe, &job("batch/v3", "schedul: '0 3 * * *'"), &job("batch/v1", daily));
}

#[test]
fn where_more_name_the_missing_object_the_other_one_is_misspelt() {
    let text = |first: &str, second: &str, name: &str| {
        format!(
            "{POD}  serviceAccountName: {first}\n  containers: [{{name: a}}]\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: other}}\nspec:\n  \
             serviceAccountName: {second}\n  containers: [{{name: a}}]\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}}}\n"
        )
    };
    check(
        "dangling-reference",
        Safety::Safe,
        &text("chekcout", "checkout", "checkout"),
        &text("checkout", "checkout", "checkout"),
    );
    check(
        "dangling-reference",
        Safety::Unsafe,
        &text("checkout", "checkout", "chekcout"),
        &text("chekcout", "chekcout", "chekcout"),
    );
    // What the API server refuses is never the right name.
    let refused = text("checkout", "web", "Checkout");
    assert_eq!(repaired("a.yaml", &refused, &settings("dangling-reference"), Safety::Unsafe).0, refused);
}

#[test]
fn a_service_that_agrees_with_the_workload_is_not_misspelt() {
    let text = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: frontend}}\n  template:\n    \
         metadata: {labels: {app: fronted}}\n    spec: {containers: [{name: a}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
         spec:\n  selector: {app: frontend}\n  ports: [{port: 80}]\n";
    assert_eq!(repaired("a.yaml", text, &settings("service-selects-nothing"), Safety::Safe).0, text);
}

#[test]
fn the_port_that_is_left_is_the_one_that_is_meant() {
    let container = "  containers:\n  - name: a\n    ports: [{containerPort: 80, name: http}, {containerPort: 81, name: metrics}]\n";
    let ports = |target: &str| {
        service(
            container,
            &format!(
                "  selector: {{app: web}}\n  ports:\n  - {{port: 80, name: a, targetPort: {target}}}\n  - {{port: 81, name: b, targetPort: metrics}}\n"
            ),
        )
    };
    check("service-target-port", Safety::Safe, &ports("htp"), &ports("http"));
}

#[test]
fn what_an_alias_repeats_is_changed_only_where_it_is_wrong_everywhere() {
    let text = |number: &str, other: &str| {
        pod(&format!(
            "  terminationGracePeriodSeconds: &n {number}\n  containers:\n  - name: a\n    env: [{{name: B, value: {other}}}]\n  activeDeadlineSeconds: *n\n"
        ))
    };
    check("wrong-type", Safety::Safe, &text("\"30\"", "c"), &text("30", "c"));
    let shared = text("\"30\"", "*n");
    assert_eq!(repaired("a.yaml", &shared, &settings("wrong-type"), Safety::Unsafe).0, shared);
    let shared = text("30", "*n");
    assert_eq!(repaired("a.yaml", &shared, &settings("ambiguous-scalar"), Safety::Unsafe).0, shared);
    let tagged = pod("  containers:\n  - name: a\n    env: [{name: B, value: !!bool yes}]\n");
    assert_eq!(repaired("a.yaml", &tagged, &settings("ambiguous-scalar"), Safety::Unsafe).0, tagged);
}

#[test]
fn a_quantity_in_the_wrong_case_is_certain_where_it_can_be_one_only() {
    let memory = |written: &str| {
        pod(&format!("  containers:\n  - name: a\n    resources: {{requests: {{memory: {written}}}}}\n"))
    };
    check("invalid-value", Safety::Safe, &memory("64mi"), &memory("64Mi"));
    check("invalid-value", Safety::Unsafe, &memory("512MB"), &memory("512M"));
}

#[test]
fn an_only_entry_gets_its_space() {
    let text = |label: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    {label} # l\nspec:\n  containers: [{{name: a}}]\n"
        )
    };
    check("wrong-type", Safety::Safe, &text("app:web"), &text("app: web"));
    let beside = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: app:web\nspec:\n  containers: [{name: a}]\n";
    assert_eq!(repaired("a.yaml", beside, &settings("wrong-type"), Safety::Unsafe).0, beside);
    let path = |path: &str| {
        pod(&format!("  containers:\n  - name: a\n    volumeMounts:\n    - {path}\n      name: c\n"))
    };
    let mounts = repaired("a.yaml", &path("mountPath:/b"), &settings("syntax"), Safety::Safe).0;
    assert_eq!(mounts, path("mountPath: /b"));
}

#[test]
fn a_port_of_no_known_protocol_is_one_all_the_same() {
    let container = |protocol: &str| {
        format!(
            "  containers:\n  - name: a\n    ports: [{{containerPort: 80, protocol: {protocol}}}, {{containerPort: 81}}]\n"
        )
    };
    let own = "  selector: {app: web}\n  ports: [{port: 80}]\n";
    check("invalid-value", Safety::Safe, &service(&container("tcp"), own), &service(&container("TCP"), own));
    let unknown = service(&container("TXP"), own);
    assert_eq!(repaired("a.yaml", &unknown, &settings("service-target-port"), Safety::Safe).0, unknown);
}
