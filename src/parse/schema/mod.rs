//! What Kubernetes knows of its kinds: their fields and types, and what is wrong with an object in that light.

mod hint;
pub mod lifecycle;
pub mod problem;
pub mod suggest;
pub mod table;
pub mod value;
mod walk;
