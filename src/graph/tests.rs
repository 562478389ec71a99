//! The graph as its users see it: whole programs in, edges and answers out.

mod mesh;

use std::sync::Arc;

use crate::config::{External, Settings, World};
use crate::graph::reference::Resolution;
use crate::graph::selector::Selector;
use crate::graph::{Graph, KindRef};
use crate::parse;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program, Reading, read_objects};
use crate::source::{SourceFile, Workspace};

fn program(files: &[(&str, &str)]) -> Program {
    let workspace = Workspace::new(files.iter().map(|(path, text)| SourceFile::from_text(*path, text)));
    let read = workspace.files().map(|(id, source)| {
        Arc::new(read_objects(id, Arc::clone(source), parse::parse(source), Reading::PLAIN))
    });
    Program::new(read.collect())
}

fn object<'p>(program: &'p Program, kind: &str, name: &str) -> ObjectRef<'p> {
    program.objects().find(|object| object.kind_name() == kind && object.name() == name).unwrap()
}

/// `field -> Kind namespace/name: resolution` for each edge of an object.
fn edges(graph: &Graph<'_>, object: ObjectRef<'_>) -> Vec<String> {
    let edges = graph.edges_from(object.id).iter().map(|edge| {
        let field = object.root().path_to(edge.field).unwrap();
        let resolution = match edge.resolution {
            Resolution::Found(_) => "found",
            Resolution::Made(_) => "made",
            Resolution::Generated => "generated",
            Resolution::Always => "always",
            Resolution::External => "external",
            Resolution::Missing => "missing",
        };
        let namespace = edge.namespace.map(|namespace| format!("{namespace}/")).unwrap_or_default();
        format!("{field} -> {} {namespace}{}: {resolution}", edge.kind.name(), edge.name)
    });
    edges.collect()
}

const SHOP: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      priorityClassName: system-node-critical
      containers:
      - name: web
        image: nginx:1.27
        envFrom:
        - configMapRef: {name: settings}
        - secretRef: {name: from-elsewhere}
        - secretRef: {name: nowhere}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {selector: {tier: front}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: other}
spec: {selector: {app: web}, ports: [{port: 80}]}
";

#[test]
fn edges_are_in_source_order_and_say_what_they_lead_to() {
    let program = program(&[("shop.yaml", SHOP)]);
    let mut settings = Settings::plain();
    settings.external.push(External {
        kind: "Secret".to_owned(),
        namespace: Some("sh*".to_owned()),
        name: Some("from-*".to_owned()),
    });
    let graph = Graph::build(&program, &settings);
    assert_eq!(
        edges(&graph, object(&program, "Deployment", "web")),
        [
            "metadata.namespace -> Namespace shop: missing",
            "spec.template.spec.priorityClassName -> PriorityClass system-node-critical: always",
            "spec.template.spec.containers[0].envFrom[0].configMapRef.name -> ConfigMap shop/settings: found",
            "spec.template.spec.containers[0].envFrom[1].secretRef.name -> Secret shop/from-elsewhere: external",
            "spec.template.spec.containers[0].envFrom[2].secretRef.name -> Secret shop/nowhere: missing",
        ]
    );
}

#[test]
fn edges_are_found_from_their_target() {
    let program = program(&[("shop.yaml", SHOP)]);
    let settings = Settings::plain();
    let graph = Graph::build(&program, &settings);
    let settings_map = object(&program, "ConfigMap", "settings");
    let users: Vec<_> =
        graph.edges_to(settings_map.id).map(|edge| program.object(edge.from).name()).collect();
    assert_eq!(users, ["web"]);
}

#[test]
fn services_and_pods_find_each_other_within_a_namespace() {
    let program = program(&[("shop.yaml", SHOP)]);
    let settings = Settings::plain();
    let graph = Graph::build(&program, &settings);
    let deployment = object(&program, "Deployment", "web");
    let pod = graph.pod_of(deployment.id).unwrap();
    let services: Vec<_> = graph.services_of_pod(pod).iter().map(|service| service.name()).collect();
    assert_eq!(services, ["web", "front"]);
    assert_eq!(graph.pods_of_service(object(&program, "Service", "web").id).count(), 1);
    assert_eq!(graph.pods_of_service(object(&program, "Service", "other").id).count(), 0);
}

#[test]
fn an_empty_selector_matches_every_pod_of_the_namespace() {
    let program = program(&[("shop.yaml", SHOP)]);
    let settings = Settings::plain();
    let graph = Graph::build(&program, &settings);
    assert_eq!(graph.select("shop", &Selector::default()).count(), 1);
    assert_eq!(graph.select("other", &Selector::default()).count(), 0);
}

#[test]
fn of_several_with_one_name_the_nearest_is_meant() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, envFrom: [{configMapRef: {name: settings}}]}]}\n";
    let program = program(&[("a/config.yaml", config), ("b/config.yaml", config), ("b/web/pod.yaml", pod)]);
    let settings = Settings::plain();
    let graph = Graph::build(&program, &settings);
    let pod = object(&program, "Pod", "web");
    let target = graph.edges_from(pod.id)[0].target().unwrap();
    assert_eq!(program.object(target).file.source.path(), "b/config.yaml");
    let all = graph.find(KindRef::Known(Kind::ConfigMap), Some("default"), "settings");
    assert_eq!(all.count(), 2);
}

#[test]
fn the_closest_name_is_of_the_same_kind_and_namespace() {
    let program = program(&[("shop.yaml", SHOP)]);
    let settings = Settings { world: World::Closed, ..Settings::plain() };
    let graph = Graph::build(&program, &settings);
    let closest = |kind, namespace, name| {
        let closest = graph.closest_name(KindRef::Known(kind), Some(namespace), name)?;
        Some((closest.object.name(), closest.is_typo))
    };
    assert_eq!(closest(Kind::ConfigMap, "shop", "setings"), Some(("settings", true)));
    assert_eq!(closest(Kind::ConfigMap, "other", "setings"), None);
    assert_eq!(closest(Kind::Secret, "shop", "setings"), None);
    assert_eq!(closest(Kind::Service, "shop", "wib"), Some(("web", false)));
    assert!(graph.is_closed());
}

#[test]
fn an_unreadable_program_has_a_graph() {
    let program = program(&[("a.yaml", "kind: Pod\napiVersion: v1\nspec: [\n"), ("b.yaml", ": : :")]);
    let settings = Settings::plain();
    assert!(Graph::build(&program, &settings).edges().is_empty());
}
