//! A lower bound of the time that a rollout takes, from what the pods say of themselves.

use serde_json::Value;

/// One reason why a step takes at least so long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// `spec.minReadySeconds`, `container web: readinessProbe.initialDelaySeconds`.
    pub what: String,
    /// Seconds.
    pub seconds: u64,
}

/// The least time of one wait for new pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeastWait {
    /// What adds up, in order; terms of zero are left out.
    pub terms: Vec<Term>,
}

impl LeastWait {
    /// The sum, in seconds.
    pub fn seconds(&self) -> u64 {
        self.terms.iter().map(|term| term.seconds).fold(0, u64::saturating_add)
    }

    fn push(&mut self, what: String, seconds: u64) {
        if seconds > 0 {
            self.terms.push(Term { what, seconds });
        }
    }
}

/// The least time from a pod's start to its availability: sidecars start one after the other, each when its startup
/// probe has succeeded; then the slowest container counts; then `minReadySeconds`. Pulling images, running init
/// containers and answering probes take more, and are not known.
///
/// `spec` is a pod spec with its defaults.
pub fn least_wait(spec: &Value, min_ready_seconds: u64) -> LeastWait {
    let mut wait = LeastWait::default();
    for container in items(spec, "initContainers") {
        if container.get("restartPolicy").and_then(Value::as_str) == Some("Always") {
            let delay = number(container, "startupProbe", "initialDelaySeconds", 0);
            wait.push(describe(container, "startupProbe.initialDelaySeconds"), delay);
        }
    }
    let slowest = items(spec, "containers")
        .map(terms_of_container)
        .max_by_key(|terms| terms.iter().map(|term| term.seconds).sum::<u64>());
    wait.terms.extend(slowest.unwrap_or_default());
    wait.push("minReadySeconds".to_owned(), min_ready_seconds);
    wait
}

/// The least time of a pod's end: the longest `preStop` sleep, which the grace period cuts.
pub fn least_end(spec: &Value) -> LeastWait {
    let grace = spec.get("terminationGracePeriodSeconds").and_then(Value::as_u64).unwrap_or(30);
    let mut wait = LeastWait::default();
    let sleeping = items(spec, "containers").filter_map(|container| {
        let seconds = container.pointer("/lifecycle/preStop/sleep/seconds")?.as_u64()?;
        Some((container, seconds.min(grace)))
    });
    if let Some((container, seconds)) = sleeping.max_by_key(|(_, seconds)| *seconds) {
        wait.push(describe(container, "lifecycle.preStop.sleep.seconds"), seconds);
    }
    wait
}

/// The readiness probe runs from the container's start on, but not before the startup probe has succeeded; each of its
/// successes after the first takes a period.
fn terms_of_container(container: &Value) -> Vec<Term> {
    let startup = number(container, "startupProbe", "initialDelaySeconds", 0);
    let readiness = number(container, "readinessProbe", "initialDelaySeconds", 0);
    let successes = number(container, "readinessProbe", "successThreshold", 1);
    let period = number(container, "readinessProbe", "periodSeconds", 10);
    let mut wait = LeastWait::default();
    if startup > readiness {
        wait.push(describe(container, "startupProbe.initialDelaySeconds"), startup);
    } else {
        wait.push(describe(container, "readinessProbe.initialDelaySeconds"), readiness);
    }
    let repeats = successes.saturating_sub(1).saturating_mul(period);
    wait.push(describe(container, "(readinessProbe.successThreshold - 1) * periodSeconds"), repeats);
    wait.terms
}

fn items<'v>(spec: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    spec.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn number(container: &Value, probe: &str, field: &str, default: u64) -> u64 {
    let Some(probe) = container.get(probe) else { return if field == "successThreshold" { 1 } else { 0 } };
    probe.get(field).and_then(Value::as_u64).unwrap_or(default)
}

fn describe(container: &Value, field: &str) -> String {
    let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
    format!("container {name}: {field}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_slowest_container_and_min_ready_seconds_add_up() {
        let spec = json!({"containers": [
            {"name": "web", "readinessProbe": {"initialDelaySeconds": 5, "successThreshold": 3, "periodSeconds": 10}},
            {"name": "slow", "startupProbe": {"initialDelaySeconds": 20}, "readinessProbe": {"initialDelaySeconds": 3}},
        ]});
        let wait = least_wait(&spec, 30);
        assert_eq!(wait.seconds(), 5 + 20 + 30);
        assert_eq!(wait.terms[2], Term { what: "minReadySeconds".to_owned(), seconds: 30 });
    }

    #[test]
    fn sidecars_start_one_after_the_other() {
        let sidecar = |name: &str| json!({"name": name, "restartPolicy": "Always", "startupProbe": {"initialDelaySeconds": 4}});
        let spec = json!({"initContainers": [sidecar("a"), sidecar("b")], "containers": [{"name": "web"}]});
        assert_eq!(least_wait(&spec, 0).seconds(), 8);
    }

    #[test]
    fn a_pre_stop_sleep_is_cut_by_the_grace_period() {
        let spec = json!({"terminationGracePeriodSeconds": 10,
            "containers": [{"name": "web", "lifecycle": {"preStop": {"sleep": {"seconds": 15}}}}]});
        assert_eq!(least_end(&spec).seconds(), 10);
    }

    #[test]
    fn no_probes_no_bound() {
        assert_eq!(least_wait(&json!({"containers": [{"name": "web"}]}), 0), LeastWait::default());
    }
}
