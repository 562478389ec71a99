//! What the controllers do when a workload changes, step by step, with their arithmetic.
//!
//! A step is everything that a controller does until it has to wait for pods to become ready. The pods of a step become
//! ready at its end, unless they have no node; when nothing more can happen, the rollout is stalled.

pub mod amount;
pub mod daemon_set;
pub mod deployment;
pub mod duration;
pub mod job;
pub mod stateful_set;
pub mod workload;

/// Which template a pod is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// The template before the change.
    Old,
    /// The template after it.
    New,
}

/// A pod of a simulated rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodId {
    /// Which template it is made of.
    pub generation: Generation,
    /// For a StatefulSet the ordinal in its name; for a DaemonSet the index of its node; else a number from 0.
    pub index: u32,
}

impl PodId {
    /// A pod of the template before the change.
    pub fn old(index: u32) -> Self {
        Self { generation: Generation::Old, index }
    }

    /// A pod of the template after the change.
    pub fn new(index: u32) -> Self {
        Self { generation: Generation::New, index }
    }
}

/// What a rollout asks of the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Find a node for this pod, and keep it there.
    Place(PodId),
    /// The pod is gone: what it had is free. It may have had no node.
    Remove(PodId),
}

/// The answer of the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The pod runs; on this node, where nodes are known.
    Runs(Option<String>),
    /// It has no node, for this reason.
    Pending(String),
}

/// Where pods run: called for every pod that comes and goes, in order. The answer to a [`Move::Remove`] is not read.
pub type Nodes<'n> = dyn FnMut(Move) -> Answer + 'n;

/// Nodes that take every pod.
pub fn everywhere(_: Move) -> Answer {
    Answer::Runs(None)
}

/// A pod that a step makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// Which one.
    pub pod: PodId,
    /// Where it runs, or why it does not.
    pub answer: Answer,
}

/// What stands at the end of a step's actions, before the pods that it made become ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ready pods of the template before the change.
    pub old_ready: u32,
    /// Ready pods of the template after it.
    pub new_ready: u32,
    /// Pods that are not ready yet.
    pub waiting: u32,
    /// Pods beyond what is wanted.
    pub surge: u32,
    /// Pods that are wanted and not ready.
    pub unavailable: u32,
}

impl Counts {
    fn of(old_ready: u32, new_ready: u32, waiting: u32, wanted: u32) -> Self {
        Self {
            old_ready,
            new_ready,
            waiting,
            surge: (old_ready + new_ready + waiting).saturating_sub(wanted),
            unavailable: wanted.saturating_sub(old_ready + new_ready),
        }
    }
}

/// Everything that a controller does until it has to wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Pods that it deletes, in order.
    pub deleted: Vec<PodId>,
    /// Pods that it makes, in order, and those of earlier steps that have found a node only now.
    pub created: Vec<Created>,
    /// What stands then.
    pub counts: Counts,
}

/// How a rollout ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Every pod that the controller updates is updated and ready.
    Complete,
    /// It waits for pods that have no node, and nothing will change that.
    Stalled(Vec<Created>),
    /// The controller leaves the rest to somebody: `paused`, `OnDelete`, or a partition.
    Waits,
    /// There are more steps than are worth showing.
    Cut,
}

/// A whole rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// What stands before it.
    pub before: Counts,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// How it ends.
    pub end: End,
}

impl Simulation {
    /// The largest number of pods beyond what is wanted, at any step.
    pub fn peak_surge(&self) -> u32 {
        self.steps.iter().map(|step| step.counts.surge).max().unwrap_or(0)
    }

    /// The largest number of pods that are wanted and not ready, at any step.
    pub fn peak_unavailable(&self) -> u32 {
        self.steps.iter().map(|step| step.counts.unavailable).max().unwrap_or(0)
    }

    /// How often the controller waits for pods of the new template to become ready.
    pub fn waits(&self) -> usize {
        self.steps.iter().filter(|step| step.counts.waiting > 0).count()
    }
}

/// More steps than this are not computed: nobody reads them.
pub const MOST_STEPS: usize = 2_000;

/// The pods of one rollout, as the simulations keep them.
#[derive(Debug)]
struct Fleet<'n, 'w> {
    nodes: &'n mut NodesRef<'w>,
    pods: Vec<FleetPod>,
    step: Step,
}

/// A type of its own so that the fleet can have a `Debug` form.
struct NodesRef<'w>(&'w mut Nodes<'w>);

impl std::fmt::Debug for NodesRef<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Nodes")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FleetPod {
    id: PodId,
    state: PodState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PodState {
    Ready,
    /// On a node, on the way to readiness.
    Starting,
    /// Without a node.
    Pending(String),
}

impl Fleet<'_, '_> {
    fn count(&self, generation: Generation) -> u32 {
        self.pods.iter().filter(|pod| pod.id.generation == generation).count() as u32
    }

    fn ready(&self, generation: Generation) -> u32 {
        self.pods.iter().filter(|pod| pod.id.generation == generation && pod.state == PodState::Ready).count()
            as u32
    }

    fn counts(&self, wanted: u32) -> Counts {
        let (old, new) = (self.ready(Generation::Old), self.ready(Generation::New));
        Counts::of(old, new, self.pods.len() as u32 - old - new, wanted)
    }

    fn create(&mut self, id: PodId) {
        let answer = (self.nodes.0)(Move::Place(id));
        let state = match &answer {
            Answer::Runs(_) => PodState::Starting,
            Answer::Pending(reason) => PodState::Pending(reason.clone()),
        };
        self.step.created.push(Created { pod: id, answer });
        self.pods.push(FleetPod { id, state });
    }

    fn delete(&mut self, at: usize) {
        let pod = self.pods.remove(at);
        (self.nodes.0)(Move::Remove(pod.id));
        self.step.deleted.push(pod.id);
    }

    /// Pods without a node are tried again, for others may have gone.
    fn retry_pending(&mut self) {
        for pod in &mut self.pods {
            if !matches!(pod.state, PodState::Pending(_)) {
                continue;
            }
            let answer = (self.nodes.0)(Move::Place(pod.id));
            let state = match &answer {
                Answer::Runs(_) => PodState::Starting,
                Answer::Pending(reason) => PodState::Pending(reason.clone()),
            };
            let created = Created { pod: pod.id, answer };
            match self.step.created.iter_mut().find(|made| made.pod == pod.id) {
                Some(made) => *made = created,
                None if state == PodState::Starting => self.step.created.push(created),
                None => {}
            }
            pod.state = state;
        }
    }

    /// Every pod on a node becomes ready. Whether any did.
    fn become_ready(&mut self) -> bool {
        let mut any = false;
        for pod in &mut self.pods {
            if pod.state == PodState::Starting {
                pod.state = PodState::Ready;
                any = true;
            }
        }
        any
    }

    fn pending(&self) -> Vec<Created> {
        let pending = self.pods.iter().filter_map(|pod| match &pod.state {
            PodState::Pending(reason) => {
                Some(Created { pod: pod.id, answer: Answer::Pending(reason.clone()) })
            }
            _ => None,
        });
        pending.collect()
    }
}

/// Runs a controller: `sync` acts once on the fleet and says whether it did anything; `wanted` is the number of pods
/// that should be there.
fn run(
    nodes: &mut Nodes<'_>,
    pods: Vec<PodId>,
    wanted: u32,
    mut sync: impl FnMut(&mut Fleet<'_, '_>) -> bool,
) -> Simulation {
    let mut nodes = NodesRef(reborrow(nodes));
    let pods = pods.into_iter().map(|id| FleetPod { id, state: PodState::Ready }).collect();
    let mut fleet = Fleet { nodes: &mut nodes, pods, step: Step::default() };
    let before = fleet.counts(wanted);
    let mut steps = Vec::new();
    let end = loop {
        if steps.len() == MOST_STEPS {
            break End::Cut;
        }
        while sync(&mut fleet) {}
        fleet.retry_pending();
        let mut step = std::mem::take(&mut fleet.step);
        step.counts = fleet.counts(wanted);
        let acted = !step.deleted.is_empty() || !step.created.is_empty();
        if acted {
            steps.push(step);
        }
        if !fleet.become_ready() {
            let pending = fleet.pending();
            break if pending.is_empty() { End::Complete } else { End::Stalled(pending) };
        }
    };
    Simulation { before, steps, end }
}

fn reborrow<'a>(nodes: &'a mut Nodes<'_>) -> &'a mut Nodes<'a> {
    nodes
}
