//! kplan: a compiler and validator for Kubernetes manifests.

pub mod analysis;
pub mod baseline;
pub mod check;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod fingerprint;
pub mod fix;
pub mod graph;
pub mod ide;
pub mod incremental;
pub mod load;
pub mod lsp;
pub mod parse;
pub mod plan;
pub mod practice;
pub mod render;
pub mod since;
pub mod source;
pub mod suppression;
