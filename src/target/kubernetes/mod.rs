//! The runtime on a Kubernetes or OpenShift cluster.

pub mod desired;
pub mod manifests;
pub mod names;
