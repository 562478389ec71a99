//! kplan: a compiler and validator for Kubernetes manifests.
