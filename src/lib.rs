//! kplan: a compiler and validator for Kubernetes manifests.

pub mod analysis;
pub mod check;
pub mod config;
pub mod diagnostic;
pub mod graph;
pub mod parse;
pub mod plan;
pub mod source;
