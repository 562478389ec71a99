//! Where pods go: the inventory, the scheduler, and the workloads that make pods.

pub mod admission;
pub mod bench;
pub mod certainty;
pub mod cluster;
pub mod explain;
pub mod inventory;
pub mod node;
pub mod pod;
pub mod quantity;
pub mod question;
pub mod resources;
pub mod scheduler;
pub mod selector;
pub mod volume;
pub mod workload;
