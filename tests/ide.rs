//! What an editor is told about a place in a manifest. The place is marked by `⟨⟩`.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot")]

use kplan::analysis::{analyze, read};
use kplan::config::Settings;
use kplan::diagnostic::Edit;
use kplan::graph::Graph;
use kplan::ide::{
    Place, View, actions, completion, definition, folding, hints, hover, lenses, references, rename, symbols,
};
use kplan::source::{SourceFile, Span, Workspace};

mod ide_properties;

const MARK: &str = "⟨⟩";

/// A workspace of files, one of which has a mark in it.
struct Case {
    workspace: Workspace,
    place: Place,
}

/// `--- web.yaml` lines begin a file; without any, all of it is `a.yaml`.
fn case(text: &str) -> Case {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("--- ") {
            files.push((path.trim().to_owned(), String::new()));
            continue;
        }
        if files.is_empty() {
            files.push(("a.yaml".to_owned(), String::new()));
        }
        files.last_mut().unwrap().1.push_str(line);
    }
    let marked = files.iter().find_map(|(path, text)| Some((path.clone(), text.find(MARK)?)));
    let sources =
        files.iter().map(|(path, text)| SourceFile::from_text(path.clone(), &text.replace(MARK, "")));
    let workspace = Workspace::new(sources);
    let (path, offset) = marked.unwrap_or(("a.yaml".to_owned(), 0));
    let file = workspace.id_of(&path).unwrap();
    Case { workspace, place: Place { file, offset: offset as u32 } }
}

impl Case {
    fn ask<T>(&self, question: impl FnOnce(&View<'_>, Place) -> T) -> T {
        let settings = Settings::plain();
        let program = read(&self.workspace, &settings);
        let graph = Graph::build(&program, &settings);
        let analysis = analyze(&self.workspace, &settings);
        let view = View {
            program: &program,
            graph: &graph,
            settings: &settings,
            diagnostics: &analysis.diagnostics,
        };
        question(&view, self.place)
    }

    /// `web.yaml:4:9 web` for each span.
    fn show(&self, spans: &[Span]) -> Vec<String> {
        let shown = spans.iter().map(|span| {
            let file = self.workspace.file(span.file);
            let at = file.position(span.start);
            format!("{}:{}:{} {}", file.path(), at.line + 1, at.byte + 1, self.workspace.text(*span))
        });
        shown.collect()
    }

    /// The texts of all files after some edits.
    fn after(&self, edits: &[Edit]) -> String {
        let mut out = String::new();
        for (id, file) in self.workspace.files() {
            let mut text = file.text().to_owned();
            let mut own: Vec<_> = edits.iter().filter(|edit| edit.span.file == id).collect();
            own.sort();
            for edit in own.into_iter().rev() {
                text.replace_range(edit.span.range(), &edit.text);
            }
            out.push_str(&text);
        }
        out
    }
}

fn hovered(text: &str) -> String {
    case(text).ask(hover::at).map(|hover| hover.markdown).unwrap_or_default()
}

/// The labels, best first.
fn completed(text: &str) -> Vec<String> {
    case(text).ask(completion::at).into_iter().map(|one| one.label).collect()
}

/// The text after the proposal of a label was taken.
fn taken(text: &str, label: &str) -> String {
    let case = case(text);
    let all = case.ask(completion::at);
    let Some(one) = all.iter().find(|one| one.label == label) else {
        panic!("no `{label}` in {:?}", all.iter().map(|one| &one.label).collect::<Vec<_>>());
    };
    case.after(&[Edit { span: one.replace, text: one.insert.clone() }])
}

fn renamed(text: &str, name: &str) -> Result<String, String> {
    let case = case(text);
    case.ask(|view, place| rename::to(view, place, name)).map(|edits| case.after(&edits))
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n";

const SHOP: &str = "\
--- config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  CURRENCY: EUR
  LOCALE: de
--- service.yaml
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - {name: main, port: 80, targetPort: http}
--- web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: nginx
          image: nginx:1.29
          ports:
            - {name: http, containerPort: 8080}
          envFrom:
            - configMapRef: {name: settings}
          readinessProbe:
            httpGet: {path: /, port: http}
";

/// The shop with the first `from` replaced by `to`.
fn shop(from: &str, to: &str) -> String {
    assert!(SHOP.contains(from), "{from}");
    SHOP.replacen(from, to, 1)
}

#[test]
fn hover_says_what_a_field_is() {
    let text = hovered(&shop("replicas: 3", "repl⟨⟩icas: 3"));
    assert!(text.contains("**Deployment.spec.replicas** `integer`"), "{text}");
    assert!(text.contains("default: `1`") && text.contains("Kubernetes 1.33 to 1.37"), "{text}");
    assert!(text.contains("Number of desired pods"), "{text}");
}

#[test]
fn hover_says_what_a_reference_leads_to() {
    let text = hovered(&shop("configMapRef: {name: settings}", "configMapRef: {name: sett⟨⟩ings}"));
    assert!(text.contains("ConfigMap `default/settings` — config.yaml:3"), "{text}");
    assert!(text.contains("keys: `CURRENCY`, `LOCALE`"), "{text}");
    let text = hovered(&shop("configMapRef: {name: settings}", "configMapRef: {name: setti⟨⟩gs}"));
    assert!(text.contains("not in the input; the closest name is ConfigMap `default/settings`"), "{text}");
}

#[test]
fn hover_says_whom_a_selector_matches() {
    let text = hovered(&shop("  selector: {app: web}", "  sel⟨⟩ector: {app: web}"));
    assert!(
        text.contains("selects **3 pods**") && text.contains("Deployment `default/web` — web.yaml:3"),
        "{text}"
    );
    let text = hovered(&shop("  selector: {app: web}", "  selector: {app: w⟨⟩eb, tier: front}"));
    assert!(text.contains("selects **no pods**") && text.contains("without `tier: front`"), "{text}");
}

#[test]
fn hover_never_shows_what_a_secret_holds() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {pass⟨⟩word: hunter2}\n";
    assert!(!hovered(text).contains("hunter2"));
}

#[test]
fn fields_are_proposed_with_those_that_must_be_there_first() {
    let fields = completed(&format!("{POD}  containers:\n    - name: a\n      ⟨⟩\n"));
    assert!(fields.contains(&"image".to_owned()) && !fields.contains(&"name".to_owned()), "{fields:?}");
    let fields = completed(&format!("{POD}  containers:\n    - ⟨⟩\n"));
    assert_eq!(fields[0], "name");
    assert!(completed(&format!("{POD}  ⟨⟩\n")).starts_with(&["containers".to_owned()]));
}

#[test]
fn a_half_written_field_is_completed() {
    assert_eq!(taken(&format!("{POD}  hostn⟨⟩\n"), "hostname"), format!("{POD}  hostname: \n"));
    assert_eq!(taken("apiVersion: v1\nkind: Pod\nspe⟨⟩\n", "spec"), "apiVersion: v1\nkind: Pod\nspec:\n  \n");
    assert_eq!(
        taken(&format!("{POD}  containers:\n    - name: a\n      po⟨⟩\n"), "ports"),
        format!("{POD}  containers:\n    - name: a\n      ports:\n        - \n")
    );
    assert_eq!(
        taken(&format!("{POD}  containers:\n  - name: a\n    po⟨⟩\n"), "ports"),
        format!("{POD}  containers:\n  - name: a\n    ports:\n    - \n"),
        "lists as the file has them"
    );
    assert_eq!(taken(&format!("{POD}  hostn⟨⟩: x\n"), "hostname"), format!("{POD}  hostname: x\n"));
    assert_eq!(
        taken("apiVersion: v1\nkind: Pod\nmetadata: {na⟨⟩}\n", "name"),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: }\n"
    );
    assert_eq!(
        taken("apiVersion: v1\r\nkind: Pod\r\nspe⟨⟩\r\n", "spec"),
        "apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  \r\n"
    );
}

#[test]
fn a_broken_document_is_completed_by_its_indentation() {
    let text = format!("{POD}  containers:\n    - name: \"a\n      image: b: c\n      ima⟨⟩\n  x y\n");
    assert!(completed(&text).contains(&"imagePullPolicy".to_owned()), "{:?}", completed(&text));
    let text = format!("{POD}  containers:\n    - name: a\n    ⟨⟩\n  restartPolicy: Always\n");
    assert_eq!(taken(&text, "image").lines().nth(6), Some("    - image: "));
}

#[test]
fn values_are_those_that_the_schema_allows() {
    assert_eq!(completed(&format!("{POD}  restartPolicy: ⟨⟩\n")), ["Always", "Never", "OnFailure"]);
    assert_eq!(
        taken(&format!("{POD}  restartPolicy:⟨⟩\n"), "Never"),
        format!("{POD}  restartPolicy: Never\n")
    );
    assert_eq!(completed(&format!("{POD}  hostNetwork: ⟨⟩\n")), ["true", "false"]);
    assert_eq!(completed(&format!("{POD}  restartPolicy: \"On⟨⟩\n")), ["OnFailure"]);
    let text =
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n  accessModes:\n    - ⟨⟩\n";
    assert!(completed(text).contains(&"ReadWriteOnce".to_owned()), "{:?}", completed(text));
    assert!(completed(&text.replace("\n    - ⟨⟩", " [⟨⟩]")).contains(&"ReadWriteOnce".to_owned()));
}

#[test]
fn api_versions_and_kinds_go_together() {
    assert_eq!(
        completed("apiVersion: apps/v1\nkind: ⟨⟩\n"),
        ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]
    );
    assert_eq!(
        completed("apiVersion: ⟨⟩\nkind: HorizontalPodAutoscaler\n"),
        ["autoscaling/v2", "autoscaling/v1"]
    );
    assert!(completed("kind: Depl⟨⟩\n").contains(&"Deployment".to_owned()));
    assert_eq!(completed("api⟨⟩\n")[0], "apiVersion");
}

#[test]
fn names_are_those_that_exist() {
    assert_eq!(completed(&shop("configMapRef: {name: settings}", "configMapRef: {name: ⟨⟩}")), ["settings"]);
    assert_eq!(completed(&shop("targetPort: http", "targetPort: ⟨⟩")), ["http", "8080"]);
    assert_eq!(completed(&shop("port: http}", "port: ⟨⟩}")), ["http", "8080"]);
    assert_eq!(completed(&shop("  selector: {app: web}", "  selector: {app: ⟨⟩}")), ["web"]);
    assert_eq!(completed(&shop("  selector: {app: web}", "  selector:\n    ⟨⟩")), ["app"]);
    let keys = shop(
        "envFrom:\n            - configMapRef: {name: settings}",
        "env:\n            - name: A\n              valueFrom:\n                configMapKeyRef:\n                  name: settings\n                  key: ⟨⟩",
    );
    assert_eq!(completed(&keys), ["CURRENCY", "LOCALE"]);
    let mounts = format!(
        "{POD}  volumes:\n    - name: data\n  containers:\n    - name: a\n      volumeMounts:\n        - name: ⟨⟩\n"
    );
    assert_eq!(completed(&mounts), ["data"]);
    let ingress = format!(
        "{SHOP}--- i.yaml\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i}}\nspec:\n  defaultBackend:\n    service:\n      name: web\n      port:\n        number: ⟨⟩\n"
    );
    assert_eq!(completed(&ingress), ["80"]);
}

#[test]
fn nothing_is_proposed_in_texts_and_comments() {
    assert!(
        completed("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: |\n    app⟨⟩\n")
            .is_empty()
    );
    assert!(completed("apiVersion: v1 # spe⟨⟩\nkind: Pod\n").is_empty());
}

#[test]
fn a_definition_is_in_another_file() {
    let case = case(&shop("configMapRef: {name: settings}", "configMapRef: {name: sett⟨⟩ings}"));
    assert_eq!(case.show(&case.ask(definition::at)), ["config.yaml:3:18 settings"]);
}

#[test]
fn references_are_all_places_of_a_name() {
    let config = case(&shop("metadata: {name: settings}", "metadata: {name: settings⟨⟩}"));
    assert_eq!(
        config.show(&config.ask(references::at)),
        ["config.yaml:3:18 settings", "web.yaml:18:36 settings"]
    );
    let port = case(&shop("targetPort: http", "targetPort: ht⟨⟩tp"));
    assert_eq!(
        port.show(&port.ask(references::at)),
        ["service.yaml:7:42 http", "web.yaml:16:22 http", "web.yaml:20:38 http"]
    );
    assert_eq!(port.show(&port.ask(references::in_file)), ["service.yaml:7:42 http"]);
}

#[test]
fn an_object_is_renamed_with_all_that_names_it() {
    let after = renamed(&shop("metadata: {name: settings}", "metadata: {name: sett⟨⟩ings}"), "yes").unwrap();
    assert!(
        after.contains("metadata: {name: \"yes\"}") && after.contains("configMapRef: {name: \"yes\"}"),
        "{after}"
    );
    let error =
        renamed(&shop("metadata: {name: settings}", "metadata: {name: ⟨⟩settings}"), "No Name").unwrap_err();
    assert!(error.contains("is no valid name"), "{error}");
    let error = renamed(
        &format!(
            "{}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: b}}\n",
            shop("metadata: {name: settings}", "metadata: {name: ⟨⟩settings}")
        ),
        "b",
    )
    .unwrap_err();
    assert!(error.contains("already"), "{error}");
}

/// A host of Istio begins with the name of its Service, an identity ends with that of its account.
#[test]
fn an_object_is_renamed_inside_hosts_and_identities() {
    let text = "--- mesh.yaml
apiVersion: v1
kind: Service
metadata: {name: we⟨⟩b, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: rule, namespace: other}
spec: {host: web.shop.svc.cluster.local}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: short, namespace: shop}
spec: {host: web}
";
    let after = renamed(text, "front").unwrap();
    assert!(
        after.contains("{host: front.shop.svc.cluster.local}") && after.contains("{host: front}"),
        "{after}"
    );
    let text = "--- mesh.yaml
apiVersion: v1
kind: ServiceAccount
metadata: {name: we⟨⟩b, namespace: shop}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: policy, namespace: other}
spec: {rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}]}
";
    let after = renamed(text, "front").unwrap();
    assert!(after.contains("[cluster.local/ns/shop/sa/front]"), "{after}");
}

/// Annotations of Kong and Traefik list several names.
#[test]
fn an_object_is_renamed_inside_lists_of_names() {
    let text = "--- kong.yaml
apiVersion: configuration.konghq.com/v1
kind: KongPlugin
metadata: {name: lim⟨⟩its, namespace: shop}
---
apiVersion: configuration.konghq.com/v1
kind: KongClusterPlugin
metadata: {name: tracing}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop, annotations: {konghq.com/plugins: 'tracing, limits'}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: other, annotations: {konghq.com/plugins: 'tracing,shop:limits'}}
";
    let after = renamed(text, "slower").unwrap();
    assert!(after.contains("'tracing, slower'") && after.contains("'tracing,shop:slower'"), "{after}");
    // The name under the cursor is meant, not the first of the list.
    let inside = text.replace(MARK, "").replace("'tracing, limits'", "'tracing, lim⟨⟩its'");
    assert_eq!(renamed(&inside, "slower").unwrap(), after);
    let text = "--- traefik.yaml
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: basic-au⟨⟩th, namespace: kube-system}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: kube
  annotations:
    traefik.ingress.kubernetes.io/router.middlewares: kube-login@kubernetescrd, kube-system-basic-auth@kubernetescrd
";
    let after = renamed(text, "login").unwrap();
    assert!(after.contains(" kube-login@kubernetescrd, kube-system-login@kubernetescrd"), "{after}");
}

#[test]
fn quotes_stay_as_they_are() {
    let text = shop("configMapRef: {name: settings}", "configMapRef: {name: 'settings'}").replacen(
        "{name: settings}",
        "{name: \"sett⟨⟩ings\"}",
        1,
    );
    let after = renamed(&text, "other").unwrap();
    assert!(after.contains("{name: \"other\"}") && after.contains("{name: 'other'}"), "{after}");
}

#[test]
fn a_service_is_renamed_in_the_hosts_that_begin_with_it() {
    let text = "\
--- service.yaml
apiVersion: v1
kind: Service
metadata: {name: w⟨⟩eb, namespace: shop}
spec: {ports: [{port: 80}]}
--- alias.yaml
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: other}
spec: {type: ExternalName, externalName: web.shop.svc.cluster.local}
--- route.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: route, namespace: other}
spec: {http: [{route: [{destination: {host: 'web.shop.svc.cluster.local'}}]}]}
";
    let after = renamed(text, "front").unwrap();
    assert!(after.contains("metadata: {name: front, namespace: shop}"), "{after}");
    assert!(after.contains("externalName: front.shop.svc.cluster.local"), "{after}");
    assert!(after.contains("host: 'front.shop.svc.cluster.local'"), "{after}");
}

#[test]
fn a_label_is_renamed_in_selectors_and_templates() {
    let after = renamed(&shop("matchLabels: {app: web}", "matchLabels: {app: w⟨⟩eb}"), "front").unwrap();
    assert_eq!(after.matches("{app: front}").count(), 3, "{after}");
    let after = renamed(&shop("matchLabels: {app: web}", "matchLabels: {ap⟨⟩p: web}"), "name").unwrap();
    assert_eq!(after.matches("{name: web}").count(), 5, "three labels and two names: {after}");
}

#[test]
fn a_label_that_somebody_else_selects_by_is_not_renamed() {
    let other = "---\napiVersion: v1\nkind: Service\nmetadata: {name: old}\nspec:\n  selector: {app: front}\n  ports: [{port: 80}]\n";
    let text = format!("{}{other}", shop("matchLabels: {app: web}", "matchLabels: {app: w⟨⟩eb}"));
    let error = renamed(&text, "front").unwrap_err();
    assert!(error.contains("Service `old` would then select Deployment `web`"), "{error}");
}

#[test]
fn ports_volumes_and_containers_are_renamed() {
    let after = renamed(&shop("port: http}", "port: h⟨⟩ttp}"), "web").unwrap();
    assert!(
        after.contains("targetPort: web")
            && after.contains("{name: web, containerPort")
            && after.contains("port: web}"),
        "{after}"
    );
    assert!(renamed(&shop("port: http}", "port: h⟨⟩ttp}"), "a-name-too-long-for-a-port").is_err());
    let pod = format!(
        "{POD}  volumes:\n    - name: d⟨⟩ata\n      emptyDir: {{}}\n  containers:\n    - name: a\n      volumeMounts:\n        - name: data\n          mountPath: /data\n"
    );
    let after = renamed(&pod, "cache").unwrap();
    assert_eq!(after.matches("name: cache").count(), 2, "{after}");
    assert!(after.contains("mountPath: /data"));
}

#[test]
fn an_alias_follows_its_anchor() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: w}\nspec: {selector: {app: web}, ports: [{port: 1}]}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector:\n    matchLabels: &labels {app: w⟨⟩eb}\n  template:\n    metadata:\n      labels: *labels\n    spec: {containers: [{name: a, image: b}]}\n";
    let after = renamed(text, "front").unwrap();
    assert!(
        after.contains("&labels {app: front}")
            && after.contains("labels: *labels")
            && after.contains("selector: {app: front}"),
        "{after}"
    );
}

#[test]
fn fixes_are_offered_with_what_silences_and_what_creates() {
    let case = case(&shop("configMapRef: {name: settings}", "configMapRef: {name: setti⟨⟩gs}"));
    let offered =
        case.ask(|view, place| actions::at(view, Span::new(place.file, place.offset, place.offset)));
    let titles: Vec<_> = offered.iter().map(|action| action.title.as_str()).collect();
    assert!(titles[0].contains("settings") && offered[0].is_preferred, "{titles:?}");
    let ignore = offered.iter().find(|action| action.title.starts_with("ignore")).unwrap();
    assert!(case.after(&ignore.edits).contains("{name: settigs}  # kplan: ignore[dangling-reference]\n"));
    let create = offered.iter().find(|action| action.title.contains("in this file")).unwrap();
    assert!(
        case.after(&create.edits)
            .ends_with("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settigs\ndata: {}\n"),
        "{titles:?}"
    );
    let file = offered.iter().find_map(|action| action.new_file.clone()).unwrap();
    assert_eq!(file.0, "settigs-configmap.yaml");
}

#[test]
fn a_comment_that_silences_is_joined() {
    let text = shop("configMapRef: {name: settings}", "configMapRef: {name: n⟨⟩ope}  # kplan: ignore[x] why");
    let case = case(&text);
    let offered =
        case.ask(|view, place| actions::at(view, Span::new(place.file, place.offset, place.offset)));
    let ignore = offered.iter().find(|action| action.title.starts_with("ignore `dangling")).unwrap();
    assert!(case.after(&ignore.edits).contains("# kplan: ignore[x, dangling-reference] why\n"));
}

#[test]
fn the_outline_has_containers_and_ports() {
    let case = case(&shop("replicas: 3", "replicas: 3⟨⟩"));
    let outline = case.ask(|view, place| symbols::of_file(view, place.file));
    assert_eq!((outline[0].name.as_str(), outline[0].detail.as_str()), ("web", "Deployment"));
    assert_eq!(outline[0].children[0].name, "nginx");
    assert_eq!(outline[0].children[0].children[0].name, "8080");
    let found = case.ask(|view, _| symbols::matching(view, "service/web"));
    assert_eq!(found.iter().map(|one| one.detail.as_str()).collect::<Vec<_>>(), ["default/Service"]);
    let found = case.ask(|view, _| symbols::matching(view, "stgs"));
    assert_eq!(found[0].name, "settings");
}

#[test]
fn hints_and_lenses_say_who_selects_whom() {
    let service = case(&shop("selector: {app: web}", "⟨⟩selector: {app: web}"));
    let shown = service.ask(|view, place| hints::of_file(view, place.file));
    assert_eq!(shown.iter().map(|hint| hint.label.as_str()).collect::<Vec<_>>(), ["3 pods"]);
    let web = case(&shop("replicas: 3", "⟨⟩replicas: 3"));
    let shown = web.ask(|view, place| lenses::of_file(view, place.file));
    assert_eq!(shown.iter().map(|lens| lens.title.as_str()).collect::<Vec<_>>(), ["selected by Service web"]);
    let config = case(&shop("data:", "⟨⟩data:"));
    let shown = config.ask(|view, place| lenses::of_file(view, place.file));
    assert_eq!(shown.iter().map(|lens| lens.title.as_str()).collect::<Vec<_>>(), ["named by 1 object"]);
}

#[test]
fn blocks_and_comments_fold() {
    let case = case(
        "# a\n# b\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: |\n    x\n    y\n⟨⟩",
    );
    let folds = case.ask(|view, place| folding::of_file(view, place.file));
    let lines = |span: &Span| {
        let file = case.workspace.file(span.file);
        (file.position(span.start).line, file.position(span.end).line)
    };
    assert_eq!(folds.iter().map(lines).collect::<Vec<_>>(), [(0, 1), (2, 9), (4, 5), (6, 9), (7, 9)]);
}

#[test]
fn a_fenced_block_of_markdown_is_a_manifest() {
    let text = "--- guide.md\n# Guide\n```yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  restartPolicy: ⟨⟩\n```\ntext\n";
    assert_eq!(completed(text), ["Always", "Never", "OnFailure"]);
    assert!(
        hovered(&text.replace("restartPolicy: ⟨⟩", "restart⟨⟩Policy: Never"))
            .contains("Pod.spec.restartPolicy")
    );
}

#[test]
fn a_custom_kind_is_known_by_its_definition() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: caches.shop.io}\nspec:\n  group: shop.io\n  names: {kind: Cache, plural: caches}\n  scope: Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec:\n            type: object\n            required: [size]\n            properties:\n              size: {type: integer, description: How much it holds.}\n              mode: {type: string, enum: [lru, fifo]}\n---\n";
    let fields = completed(&format!("{definition}apiVersion: shop.io/v1\nkind: Cache\nspec:\n  ⟨⟩\n"));
    assert_eq!(fields, ["size", "mode"]);
    assert_eq!(
        completed(&format!("{definition}apiVersion: shop.io/v1\nkind: Cache\nspec:\n  mode: ⟨⟩\n")),
        ["lru", "fifo"]
    );
    assert_eq!(completed(&format!("{definition}apiVersion: shop.io/v1\nkind: ⟨⟩\n")), ["Cache"]);
    let text = hovered(&format!(
        "{definition}apiVersion: shop.io/v1\nkind: Cache\nmetadata: {{name: a}}\nspec:\n  si⟨⟩ze: 3\n"
    ));
    assert!(text.contains("How much it holds."), "{text}");
}

#[test]
fn hover_answers_in_a_broken_document() {
    let text =
        hovered(&format!("{POD}  containers:\n    - name: a\n      image: b: c\n  restart⟨⟩Policy: Never\n"));
    assert!(text.contains("Pod.spec.restartPolicy"), "{text}");
}

#[test]
fn what_a_controller_makes_of_a_name_keeps_it() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: d⟨⟩b}\nspec:\n  serviceName: x\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec: {containers: [{name: db, image: b}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: first}\nspec:\n  selector: {statefulset.kubernetes.io/pod-name: db-0}\n  ports: [{port: 1}]\n";
    let error = renamed(set, "data").unwrap_err();
    assert!(
        error.contains("Service `first` selects its pods by `statefulset.kubernetes.io/pod-name: db-0`"),
        "{error}"
    );
}

#[test]
fn a_missing_key_is_added_where_it_is_missed() {
    let text = shop(
        "envFrom:\n            - configMapRef: {name: settings}",
        "env:\n            - name: A\n              valueFrom: {configMapKeyRef: {name: settings, key: TI⟨⟩ER}}",
    );
    let case = case(&text);
    let offered =
        case.ask(|view, place| actions::at(view, Span::new(place.file, place.offset, place.offset)));
    let add = offered.iter().find(|action| action.title.starts_with("add the missing key")).unwrap();
    assert!(case.after(&add.edits).contains("  CURRENCY: EUR\n  TIER: \"\"\n  LOCALE: de\n"));
}
