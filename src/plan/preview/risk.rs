//! What could go wrong on the way from the one side to the other, and where in the sources that is decided.

mod change;
mod rollout;

use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef};
use crate::parse::tree::{NodeId, NodeRef};

pub(super) use change::of_changes;
pub(super) use rollout::{advice, of_maximum, of_pending, of_rollout, of_stall};

/// One thing that could go wrong, or that people get wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// Error: it cannot work. Warning: it will probably hurt. Note: worth knowing.
    pub severity: Severity,
    /// What it is about.
    pub concern: Concern,
    /// The object: an index into [`ChangeSet::changes`](crate::plan::change::ChangeSet::changes).
    pub change: Option<usize>,
    /// A sentence that stands alone.
    pub message: String,
    /// What would help.
    pub help: Option<String>,
    /// Where it is decided, and then what has to do with it. Empty where no object stands behind it.
    pub spots: Vec<Spot>,
}

/// What a risk is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// A new workload has pods that fit nowhere.
    Pending,
    /// A rollout that cannot finish.
    Stall,
    /// New pods take longer than the controller waits.
    SlowStart,
    /// Pods keep the old template.
    OldTemplate,
    /// At some moment no pod is ready.
    Outage,
    /// A disruption budget that people may take for a guard.
    Budget,
    /// A field that cannot change.
    Replacement,
    /// Something deleted that is still named.
    LooseEnds,
    /// A deletion that takes more with it.
    Cascade,
    /// Content that changes without a restart.
    StaleContent,
    /// A volume that the old pod holds.
    HeldClaim,
    /// Objects that need each other.
    Cycle,
    /// Objects that could not be compared.
    Unreadable,
}

impl Concern {
    /// The check that reports it; `None` where another one does from the program alone, or none at all.
    pub fn check(self) -> Option<&'static str> {
        Some(match self {
            Self::Stall => "rollout-stalls",
            Self::SlowStart => "rollout-too-slow",
            Self::OldTemplate => "old-template-stays",
            Self::Outage => "rollout-outage",
            Self::Budget => "rollout-under-budget",
            Self::Replacement => "immutable-field",
            Self::LooseEnds => "deleted-but-named",
            Self::Cascade => "cascading-deletion",
            Self::StaleContent => "stale-content",
            Self::HeldClaim => "claim-held-by-old-pod",
            Self::Pending | Self::Cycle | Self::Unreadable => return None,
        })
    }
}

/// Which of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideName {
    /// What was there before.
    Base,
    /// What comes.
    Head,
}

/// A place in the sources of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The side.
    pub side: SideName,
    /// The object.
    pub object: ObjectId,
    /// The node in its file.
    pub node: NodeId,
    /// A few words; may be empty.
    pub label: String,
}

impl Spot {
    /// The place of a node; in a Secret its name, for the lines of its content are not to be printed.
    fn new(side: SideName, object: ObjectRef<'_>, node: NodeRef<'_>, label: impl Into<String>) -> Self {
        let node = if object.kind() == Kind::Secret { first_written(object, &[]) } else { node };
        Self { side, object: object.id, node: node.id(), label: label.into() }
    }

    /// The name of an object.
    fn name(side: SideName, object: ObjectRef<'_>, label: impl Into<String>) -> Self {
        Self::new(side, object, first_written(object, &[]), label)
    }
}

impl Risk {
    fn new(severity: Severity, concern: Concern, change: usize, message: String) -> Self {
        Self { severity, concern, change: Some(change), message, help: None, spots: Vec::new() }
    }

    /// A risk of the plan as a whole.
    fn of_all(severity: Severity, concern: Concern, message: String) -> Self {
        Self { severity, concern, change: None, message, help: None, spots: Vec::new() }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn spot(mut self, spot: Spot) -> Self {
        self.spots.push(spot);
        self
    }
}

/// The first of the fields that is written, else the name, else the object.
fn first_written<'p>(object: ObjectRef<'p>, paths: &[&str]) -> NodeRef<'p> {
    paths
        .iter()
        .find_map(|path| object.get(path))
        .or_else(|| object.get("metadata.name"))
        .unwrap_or_else(|| object.root())
}
