//! Where pods go and what changes: the inventory, the scheduler, the workloads that make pods, and plans.

pub mod admission;
pub mod bench;
pub mod certainty;
pub mod change;
pub mod cluster;
pub mod defaults;
pub mod diff;
pub mod explain;
pub mod gather;
pub mod immutable;
pub mod inventory;
pub mod node;
pub mod order;
pub mod pod;
pub mod preview;
pub mod quantity;
pub mod question;
pub mod resources;
pub mod rollout;
pub mod scheduler;
pub mod selector;
pub mod value;
pub mod volume;
pub mod workload;
