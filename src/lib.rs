//! kplan: a compiler and validator for Kubernetes manifests.

pub mod diagnostic;
pub mod parse;
pub mod source;
