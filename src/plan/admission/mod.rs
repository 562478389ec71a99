//! What the API server makes of an object before the scheduler or a controller sees it.

pub mod pod_creation;
pub mod pod_defaults;
