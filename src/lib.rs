//! kplan: a compiler and validator for Kubernetes manifests.

pub mod plan;
