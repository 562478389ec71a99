//! The questions that a platform team asks of a cluster and its workloads.

pub mod headroom;
pub mod loss;
pub mod pool_size;
pub mod preemption;
pub mod quota;
pub mod surge;
