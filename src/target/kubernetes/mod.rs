//! The runtime on a Kubernetes or OpenShift cluster.
//!
//! ```text
//! settings + facts -> Desired -> manifests -> plan (compare with what there is) -> apply -> wait -> proof -> namespaces
//! ```
//!
//! [`desired`], [`manifests`], [`compare`] and [`ready`] are pure; the others ask and change the API server. What karctl made
//! is in an inventory on the cluster itself; the generated passwords and the certificate are there too, so that any machine
//! can go on where another stopped.

pub mod access;
pub mod addon;
pub mod agent;
pub mod apply;
pub mod check;
pub mod compare;
pub mod connection;
pub mod deploy;
pub mod desired;
pub mod facts;
pub mod flavour;
pub mod inventory;
pub mod live;
pub mod manifests;
pub mod names;
pub mod namespaces;
pub mod permission;
pub mod plan;
pub mod pods;
mod proof;
mod proof_pod;
pub mod ready;
pub mod registry;
pub mod release;
pub mod render;
pub mod report;
pub mod restore;
pub mod rights;
mod rotation;
pub mod short_pod;
pub mod status;
pub mod team;
pub mod undeploy;
pub mod wait;
pub mod workloads;

use crate::code::Code;
use crate::error::Failure;

/// KAR does not run on the cluster.
pub fn not_deployed(namespace: &str) -> Failure {
    Failure::new(format!("KAR does not run in namespace {namespace} of this cluster"))
        .hint("deploy it with `karctl k8s deploy`")
        .code(Code::NotDeployed)
}
