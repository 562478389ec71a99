//! The pods of a Job, and of one run of a CronJob.

use std::sync::Arc;

use k8s_openapi::api::batch::v1 as batch;

use crate::plan::admission::pod_creation::AdmissionRefusal;
use crate::plan::pod::{Pod, namespace_or_default};
use crate::plan::workload::{MOST_PODS, Maker, add_label, owner};

/// The pods that a Job runs at a time when it starts: as many as its parallelism, but no more than its completions
/// (`manageJob`); none while it is suspended. The pods of an indexed Job have the label of their index.
pub(in crate::plan::workload) fn job(
    maker: &mut Maker<'_>,
    job: &batch::Job,
    refusals: &mut Vec<AdmissionRefusal>,
) -> Vec<Arc<Pod>> {
    let Some(spec) = &job.spec else {
        return Vec::new();
    };
    let namespace = namespace_or_default(job.metadata.namespace.as_deref());
    let name = job.metadata.name.clone().unwrap_or_default();
    run(maker, spec, &namespace, &name, refusals)
}

/// The pods of one run of a CronJob, suspended or not: what it needs when its time comes.
pub(in crate::plan::workload) fn cron_job(
    maker: &mut Maker<'_>,
    cron_job: &batch::CronJob,
    refusals: &mut Vec<AdmissionRefusal>,
) -> Vec<Arc<Pod>> {
    let spec = cron_job.spec.job_template.spec.as_ref();
    let Some(spec) = spec else {
        return Vec::new();
    };
    let namespace = namespace_or_default(cron_job.metadata.namespace.as_deref());
    let name = cron_job.metadata.name.clone().unwrap_or_default();
    run(maker, spec, &namespace, &name, refusals)
}

fn run(
    maker: &mut Maker<'_>,
    spec: &batch::JobSpec,
    namespace: &str,
    name: &str,
    refusals: &mut Vec<AdmissionRefusal>,
) -> Vec<Arc<Pod>> {
    // Without either, a Job runs one pod to one completion (`SetDefaults_Job`).
    let parallelism = spec.parallelism.unwrap_or(1);
    let count = match spec.completions {
        Some(completions) => parallelism.min(completions),
        None => parallelism,
    };
    let count = if spec.suspend == Some(true) { 0 } else { count.clamp(0, MOST_PODS) };
    let mut pod = maker.pod_of(&spec.template, namespace, owner("batch/v1", "Job", name));
    for key in ["job-name", "batch.kubernetes.io/job-name"] {
        add_label(&mut pod, key, name);
    }
    if spec.completion_mode.as_deref() != Some("Indexed") {
        return maker.alike(pod, name, count, refusals);
    }
    let indexed = (0..count).map(|index| {
        let mut pod = pod.clone();
        pod.metadata.name = Some(format!("{name}-{index}"));
        add_label(&mut pod, "batch.kubernetes.io/job-completion-index", &index.to_string());
        maker.single(pod, refusals)
    });
    indexed.collect()
}
