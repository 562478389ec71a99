//! The fast engine decides as the plain algorithm does, on random clusters.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use kplan::plan::inventory::{InventoryObjects, inventory};
use kplan::plan::pod::Pod;
use kplan::plan::scheduler::copies::copies;
use kplan::plan::scheduler::state::SchedulerState;
use kplan::plan::scheduler::{Detail, Outcome, Placement, plain, queue_order, schedule};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A small generator of choices (SplitMix64), so that a seed makes a cluster.
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

fn typed<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn selector(choices: &mut Choices) -> Value {
    match choices.below(7) {
        0 => json!({}),
        1 => Value::Null,
        2 => json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "db"]}]}),
        3 => {
            json!({"matchExpressions": [{"key": "tier", "operator": choices.of(&["Exists", "DoesNotExist"])}]})
        }
        4 => json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}),
        _ => json!({"matchLabels": {"app": choices.of(&["web", "db", "job"])}}),
    }
}

fn topology_key(choices: &mut Choices) -> &'static str {
    choices.of(&["kubernetes.io/hostname", "topology.kubernetes.io/zone", "rack"])
}

fn affinity_term(choices: &mut Choices) -> Value {
    let mut term = json!({"topologyKey": topology_key(choices), "labelSelector": selector(choices)});
    match choices.below(5) {
        0 => term["namespaces"] = json!(["prod", "dev"]),
        1 => term["namespaceSelector"] = json!({}),
        2 => term["namespaceSelector"] = json!({"matchLabels": {"team": choices.of(&["a", "b"])}}),
        _ => {}
    }
    term
}

fn affinity_terms(choices: &mut Choices) -> Value {
    let required: Vec<Value> = (0..choices.below(2)).map(|_| affinity_term(choices)).collect();
    let preferred: Vec<Value> = (0..choices.below(3))
        .map(|_| json!({"weight": choices.below(100) + 1, "podAffinityTerm": affinity_term(choices)}))
        .collect();
    json!({
        "requiredDuringSchedulingIgnoredDuringExecution": required,
        "preferredDuringSchedulingIgnoredDuringExecution": preferred,
    })
}

fn spread_constraint(choices: &mut Choices) -> Value {
    let mut constraint = json!({
        "maxSkew": choices.below(3) + 1,
        "topologyKey": topology_key(choices),
        "whenUnsatisfiable": choices.of(&["DoNotSchedule", "ScheduleAnyway"]),
        "labelSelector": selector(choices),
    });
    if choices.chance(20) {
        constraint["minDomains"] = json!(choices.below(4) + 1);
    }
    if choices.chance(30) {
        constraint["nodeAffinityPolicy"] = json!(choices.of(&["Honor", "Ignore"]));
    }
    if choices.chance(30) {
        constraint["nodeTaintsPolicy"] = json!(choices.of(&["Honor", "Ignore"]));
    }
    if choices.chance(20) {
        constraint["matchLabelKeys"] = json!(["tier"]);
    }
    constraint
}

fn pod(choices: &mut Choices, name: &str) -> Value {
    let mut labels = json!({"app": choices.of(&["web", "db", "job"])});
    if choices.chance(50) {
        labels["tier"] = json!(choices.of(&["front", "back"]));
    }
    let mut container = json!({"name": "c", "image": choices.of(&["big:v1", "app", "db:v2"])});
    if choices.chance(80) {
        container["resources"] = json!({"requests": {
            "cpu": choices.of(&["100m", "500m", "1", "0"]), "memory": choices.of(&["64Mi", "1Gi", "1500M"]),
        }});
    }
    if choices.chance(10) {
        container["ports"] = json!([{"containerPort": 80, "hostPort": 80 + choices.below(2), "hostIP":
            choices.of(&["", "127.0.0.1"])}]);
    }
    let mut spec = json!({"containers": [container]});
    if choices.chance(30) {
        let operator = choices.of(&["Exists", "Equal"]);
        spec["tolerations"] = json!([{"key": choices.of(&["gpu", "maint"]), "operator": operator, "value": if operator == "Equal" { "x" } else { "" }}]);
    }
    if choices.chance(15) {
        spec["nodeSelector"] = json!({"disk": choices.of(&["ssd", "hdd"])});
    }
    if choices.chance(40) {
        let constraints: Vec<Value> = (0..choices.below(3)).map(|_| spread_constraint(choices)).collect();
        spec["topologySpreadConstraints"] = json!(constraints);
    }
    let mut affinity = json!({});
    if choices.chance(25) {
        affinity["podAffinity"] = affinity_terms(choices);
    }
    if choices.chance(25) {
        affinity["podAntiAffinity"] = affinity_terms(choices);
    }
    if choices.chance(25) {
        affinity["nodeAffinity"] = json!({"preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 30, "preference": {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}},
            {"weight": 7, "preference": {"matchExpressions": [{"key": "rack", "operator": "Exists"}]}},
        ]});
    }
    if choices.chance(6) {
        affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = json!({"nodeSelectorTerms": [
            {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [format!("n{}", choices.below(6))]}]},
        ]});
    }
    spec["affinity"] = affinity;
    if choices.chance(10) {
        spec["priority"] = json!(choices.below(3) * 100);
    }
    if choices.chance(8) {
        spec["volumes"] =
            json!([{"name": "v", "persistentVolumeClaim": {"claimName": choices.of(&["a", "b"])}}]);
    }
    if choices.chance(3) {
        spec["schedulingGates"] = json!([{"name": "wait"}]);
    }
    let mut metadata =
        json!({"name": name, "labels": labels, "namespace": choices.of(&["default", "prod", "dev"])});
    if choices.chance(20) {
        metadata["ownerReferences"] = json!([
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "rs", "uid": "rs", "controller": true}
        ]);
    }
    json!({"metadata": metadata, "spec": spec})
}

fn node(choices: &mut Choices, name: &str) -> Value {
    let mut labels = json!({"kubernetes.io/hostname": name, "disk": choices.of(&["ssd", "hdd"])});
    if choices.chance(85) {
        labels["topology.kubernetes.io/zone"] = json!(choices.of(&["z1", "z2", "z3"]));
    }
    if choices.chance(40) {
        labels["rack"] = json!(choices.of(&["r1", "r2"]));
    }
    let mut taints = Vec::new();
    if choices.chance(30) {
        let effect = choices.of(&["NoSchedule", "PreferNoSchedule", "NoExecute", "PreferNoSchedule"]);
        taints.push(
            json!({"key": choices.of(&["gpu", "maint"]), "value": choices.of(&["x", ""]), "effect": effect}),
        );
    }
    let mut images = Vec::new();
    if choices.chance(40) {
        images.push(json!({"names": ["big:v1"], "sizeBytes": 900_000_000}));
    }
    json!({
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": taints, "unschedulable": choices.chance(5)},
        "status": {
            "allocatable": {"cpu": choices.of(&["2", "4", "7920m"]), "memory": choices.of(&["4Gi", "8Gi"]),
                "pods": choices.of(&["3", "8", "110"])},
            "images": images,
        },
    })
}

fn cluster(seed: u64, nodes: usize, pods: usize) -> InventoryObjects {
    let choices = &mut Choices(seed);
    let mut objects = InventoryObjects::default();
    for (name, team) in [("default", "none"), ("prod", "a"), ("dev", "b")] {
        objects.namespaces.push(typed(json!({"metadata": {"name": name, "labels": {"team": team}}})));
    }
    for index in 0..nodes {
        objects.nodes.push(typed(node(choices, &format!("n{index}"))));
    }
    objects.services.push(typed(json!({"metadata": {"name": "s"}, "spec": {"selector": {"app": "web"}}})));
    objects.replica_sets.push(typed(json!({
        "metadata": {"name": "rs"},
        "spec": {"selector": {"matchLabels": {"app": choices.of(&["web", "db"])}}},
    })));
    let mode = choices.of(&["WaitForFirstConsumer", "Immediate"]);
    objects.storage_classes.push(typed(
        json!({"metadata": {"name": "fast"}, "provisioner": "csi.example.com", "volumeBindingMode": mode}),
    ));
    for name in ["a", "b"] {
        objects.claims.push(typed(json!({
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]},
        })));
    }
    // Some pods come from the same template, which is what the fast engine lives on.
    let kinds: Vec<Value> = (0..pods.div_ceil(3)).map(|_| pod(choices, "template")).collect();
    for index in 0..pods {
        let mut made = kinds[choices.below(kinds.len())].clone();
        made["metadata"]["name"] = json!(format!("p{index}"));
        if choices.chance(20) {
            made["spec"]["nodeName"] = json!(format!("n{}", choices.below(nodes)));
            made["status"] = json!({"phase": "Running"});
        }
        objects.pods.push(typed(made));
    }
    objects
}

fn plain_schedule(objects: &InventoryObjects) -> (Vec<Placement>, Vec<Arc<Pod>>) {
    let inventory = inventory(objects);
    let mut state = SchedulerState::new(&inventory.cluster);
    let queue = queue_order(&inventory.pending);
    let placements = queue.iter().map(|pod| plain::schedule_one(&mut state, pod.clone(), Detail::PerNode));
    (placements.collect(), inventory.pending)
}

/// Copies of a pod, one after the other, by the plain algorithm: how many are placed, and what the next one is told.
fn plain_copies(mut state: SchedulerState<'_>, pod: &Arc<Pod>, most: usize) -> (usize, Option<Outcome>) {
    for placed in 0..most {
        let placement = plain::schedule_one(&mut state, pod.clone(), Detail::Outcome);
        if !matches!(placement.outcome, Outcome::Placed(_)) {
            return (placed, Some(placement.outcome));
        }
    }
    (most, None)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn copies_are_counted_as_if_placed_one_by_one(seed in any::<u64>(), nodes in 1..10_usize, pods in 1..20_usize) {
        const MOST: usize = 60;
        let inventory = inventory(&cluster(seed, nodes, pods));
        for pod in inventory.pending.iter().filter(|pod| pod.template.volumes.is_empty()) {
            let state = SchedulerState::new(&inventory.cluster);
            let counted = copies(&state, pod, MOST);
            prop_assert_eq!(plain_copies(state, pod, MOST), (counted.placed, counted.then), "{}", pod.full_name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn both_engines_decide_alike(seed in any::<u64>(), nodes in 1..14_usize, pods in 1..60_usize) {
        let objects = cluster(seed, nodes, pods);
        let (plain, pending) = plain_schedule(&objects);
        let fast = schedule(&inventory(&objects).cluster, &pending, Detail::Outcome);
        prop_assert_eq!(plain.len(), fast.len());
        for (plain, fast) in plain.iter().zip(&fast) {
            prop_assert_eq!(plain.pod.full_name(), fast.pod.full_name());
            prop_assert_eq!(&plain.outcome, &fast.outcome, "{}: {:#?}", plain.pod.full_name(), plain);
        }
    }
}
