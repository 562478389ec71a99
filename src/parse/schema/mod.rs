//! What Kubernetes knows of its kinds: their fields and types, and what is wrong with an object in that light.

pub mod custom;
mod custom_walk;
pub mod documentation;
pub mod facts;
pub mod field;
mod hint;
pub(in crate::parse) mod json;
pub mod lifecycle;
pub mod problem;
pub mod retired;
mod rules;
mod structural;
pub mod suggest;
pub mod table;
mod user_schema;
pub mod value;
mod walk;
