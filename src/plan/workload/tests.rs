//! Workloads against what their controllers' source says.

use super::*;

use crate::plan::inventory::{InventoryObjects, inventory};
use crate::plan::scheduler::{Detail, Outcome, schedule};

fn cluster(yaml: &str) -> Cluster {
    let nodes: Vec<core::Node> = serde_yaml::from_str(yaml).unwrap();
    inventory(&InventoryObjects { nodes, ..InventoryObjects::default() }).cluster
}

fn expanded(object: WorkloadObject, cluster: &mut Cluster) -> Workload {
    let admission = AdmissionObjects::default();
    expand(&[object], &Autoscalers::default(), &admission, ScaleEnd::Minimum, cluster).remove(0)
}

fn names(workload: &Workload) -> Vec<&str> {
    workload.pods.iter().map(|pod| pod.name.as_str()).collect()
}

#[test]
fn a_deployment_makes_replicas_that_share_a_replica_set() {
    let deployment = serde_yaml::from_str(
        "{metadata: {name: web, namespace: shop}, spec: {replicas: 3, selector: {matchLabels: {app: web}}, template: \
         {metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}}}",
    )
    .unwrap();
    let mut cluster = Cluster::default();
    let workload = expanded(WorkloadObject::Deployment(Box::new(deployment)), &mut cluster);
    assert_eq!(names(&workload), ["web-0", "web-1", "web-2"]);
    let template = &workload.pods[0].template;
    assert!(Arc::ptr_eq(template, &workload.pods[2].template));
    let owner = template.controller.clone().unwrap();
    assert_eq!(owner.kind, "ReplicaSet");
    let selector = &cluster.replica_sets[&("shop".to_owned(), owner.name)];
    assert!(selector.matches(&template.labels));
    assert!(template.labels.contains_key("pod-template-hash"));
    // The ReplicaSet selects the pods, so they are spread by default.
    assert!(!cluster.default_selector(template).is_everything());
}

#[test]
fn replicas_default_to_one_and_autoscalers_have_the_last_word() {
    let deployment: apps::Deployment = serde_yaml::from_str(
        "{metadata: {name: web}, spec: {selector: {}, template: {spec: {containers: []}}}}",
    )
    .unwrap();
    let objects = [WorkloadObject::Deployment(Box::new(deployment))];
    let count = |autoscalers: &Autoscalers, end| {
        expand(&objects, autoscalers, &AdmissionObjects::default(), end, &mut Cluster::default())[0]
            .pods
            .len()
    };
    assert_eq!(count(&Autoscalers::default(), ScaleEnd::Minimum), 1);
    let horizontal = serde_yaml::from_str(
        "[{metadata: {name: a}, spec: {maxReplicas: 9, minReplicas: 2, scaleTargetRef: {kind: Deployment, name: web}}}]",
    )
    .unwrap();
    let autoscalers = Autoscalers { horizontal, ..Autoscalers::default() };
    assert_eq!(count(&autoscalers, ScaleEnd::Minimum), 2);
    assert_eq!(count(&autoscalers, ScaleEnd::Maximum), 9);
    let scaled_objects =
        serde_yaml::from_str("[{metadata: {name: a}, spec: {scaleTargetRef: {name: web}}}]").unwrap();
    let autoscalers = Autoscalers { scaled_objects, ..Autoscalers::default() };
    assert_eq!(count(&autoscalers, ScaleEnd::Minimum), 0);
    assert_eq!(count(&autoscalers, ScaleEnd::Maximum), 100);
}

#[test]
fn a_stateful_set_makes_ordinals_with_claims() {
    let set = serde_yaml::from_str(
        "{metadata: {name: db, namespace: shop}, spec: {replicas: 2, ordinals: {start: 5}, serviceName: db, selector: \
         {matchLabels: {app: db}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: \
         [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}], template: {metadata: {labels: {app: db}}, spec: \
         {containers: [{name: c}], volumes: [{name: data, emptyDir: {}}]}}}}",
    )
    .unwrap();
    let mut cluster = Cluster::default();
    let workload = expanded(WorkloadObject::StatefulSet(Box::new(set)), &mut cluster);
    assert_eq!(names(&workload), ["db-5", "db-6"]);
    let template = &workload.pods[1].template;
    assert_eq!(template.labels["statefulset.kubernetes.io/pod-name"], "db-6");
    assert_eq!(template.labels["apps.kubernetes.io/pod-index"], "6");
    assert_eq!(template.volumes, [PodVolume::Claim("data-db-6".to_owned())]);
    assert!(cluster.claims.contains_key(&("shop".to_owned(), "data-db-5".to_owned())));
}

#[test]
fn a_daemon_set_runs_where_affinity_and_tolerations_allow_even_on_a_cordoned_node() {
    let mut cluster = cluster(
        "- {metadata: {name: plain}, status: {allocatable: {cpu: '4', memory: 8Gi, pods: '10'}}}
- {metadata: {name: cordoned}, spec: {unschedulable: true, taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule}]}, status: {allocatable: {cpu: '4', memory: 8Gi, pods: '10'}}}
- {metadata: {name: gpu}, spec: {taints: [{key: gpu, effect: NoSchedule}]}}
- {metadata: {name: windows, labels: {os: windows}}}
",
    );
    let set = serde_yaml::from_str(
        "{metadata: {name: agent}, spec: {selector: {}, template: {spec: {containers: [{name: c}], affinity: \
         {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: \
         [{key: os, operator: NotIn, values: [windows]}]}]}}}}}}}",
    )
    .unwrap();
    let workload = expanded(WorkloadObject::DaemonSet(Box::new(set)), &mut cluster);
    assert_eq!(names(&workload), ["agent-cordoned", "agent-plain"]);
    let placements = schedule(&cluster, &workload.pods, Detail::Outcome);
    let nodes: Vec<&Outcome> = placements.iter().map(|placement| &placement.outcome).collect();
    let at = |name: &str| Outcome::Placed(cluster.node_index(name).unwrap());
    assert_eq!(nodes, [&at("cordoned"), &at("plain")]);
}

#[test]
fn a_job_runs_its_parallelism_but_no_more_than_its_completions() {
    let count = |spec: &str| {
        let text =
            format!("{{metadata: {{name: j}}, spec: {{{spec}template: {{spec: {{containers: []}}}}}}}}");
        let job = serde_yaml::from_str(&text).unwrap();
        expanded(WorkloadObject::Job(Box::new(job)), &mut Cluster::default()).pods.len()
    };
    assert_eq!(count(""), 1);
    assert_eq!(count("parallelism: 4, "), 4);
    assert_eq!(count("parallelism: 4, completions: 2, "), 2);
    assert_eq!(count("parallelism: 4, completions: 9, completionMode: Indexed, "), 4);
    assert_eq!(count("parallelism: 4, suspend: true, "), 0);
}

#[test]
fn the_pods_of_an_indexed_job_know_their_index() {
    let job = serde_yaml::from_str(
        "{metadata: {name: j}, spec: {parallelism: 2, completions: 2, completionMode: Indexed, template: {spec: \
         {containers: []}}}}",
    )
    .unwrap();
    let workload = expanded(WorkloadObject::Job(Box::new(job)), &mut Cluster::default());
    assert_eq!(names(&workload), ["j-0", "j-1"]);
    assert_eq!(workload.pods[1].template.labels["batch.kubernetes.io/job-completion-index"], "1");
    assert_eq!(workload.pods[1].template.labels["batch.kubernetes.io/job-name"], "j");
}

#[test]
fn a_cron_job_is_looked_at_for_one_run() {
    let cron_job = serde_yaml::from_str(
        "{metadata: {name: nightly}, spec: {schedule: '0 0 * * *', jobTemplate: {spec: {parallelism: 3, template: \
         {spec: {containers: []}}}}}}",
    )
    .unwrap();
    let workload = expanded(WorkloadObject::CronJob(Box::new(cron_job)), &mut Cluster::default());
    assert_eq!(workload.pods.len(), 3);
}

#[test]
fn ephemeral_volumes_get_claims_of_their_own() {
    let deployment = serde_yaml::from_str(
        "{metadata: {name: web}, spec: {replicas: 2, selector: {}, template: {spec: {containers: [], volumes: [{name: \
         scratch, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], storageClassName: x}}}}]}}}}",
    )
    .unwrap();
    let mut cluster = Cluster::default();
    let workload = expanded(WorkloadObject::Deployment(Box::new(deployment)), &mut cluster);
    assert!(workload.pods.iter().all(|pod| has_own_claims(pod)));
    let claim = &cluster.claims[&("default".to_owned(), "web-1-scratch".to_owned())];
    assert_eq!(claim.owner_pod.as_deref(), Some("web-1"));
}

#[test]
fn a_bare_pod_is_itself() {
    let pod = serde_yaml::from_str("{metadata: {name: one}, spec: {containers: []}}").unwrap();
    let workload = expanded(WorkloadObject::Pod(Box::new(pod)), &mut Cluster::default());
    assert_eq!(names(&workload), ["one"]);
}

#[test]
fn a_rollout_makes_replicas_that_share_a_replica_set() {
    let resource = CustomResource {
        api_version: "argoproj.io/v1alpha1".to_owned(),
        kind: "Rollout".to_owned(),
        metadata: serde_yaml::from_str("{name: web, namespace: shop}").unwrap(),
        replicas: Some(2),
        rollout_selector: serde_yaml::from_str("{matchLabels: {app: web}}").unwrap(),
        template: serde_yaml::from_str("{metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}")
            .unwrap(),
    };
    let mut cluster = Cluster::default();
    let workload = expanded(WorkloadObject::Custom(Box::new(resource)), &mut cluster);
    assert_eq!((workload.kind.as_str(), names(&workload)), ("Rollout", vec!["web-0", "web-1"]));
    let template = &workload.pods[0].template;
    let selector = &cluster.replica_sets[&("shop".to_owned(), template.controller.clone().unwrap().name)];
    assert!(selector.matches(&template.labels) && template.labels.contains_key(ROLLOUT_HASH));
}
