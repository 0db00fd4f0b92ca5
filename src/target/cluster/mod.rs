//! Clusters on this machine, made by kind or k3d. Replaces kind-start.sh, k3d-start.sh and setup-kind-kar-macos.sh.
//!
//! Both providers keep one contract: ports 31080, 31443, 31093 and 31379 on loopback, both names of the registry, nodes
//! labelled `kar-type`, and a ConfigMap that says where the registry is. The tools make and delete; what they leave to their
//! users (readiness, the registry, start and stop, the kubeconfig) is done here. Which clusters there are, the engine is
//! asked; the record of a cluster holds only how far its creation came, and when it ends.

mod configuration;
mod create;
mod current;
mod delete;
mod image;
mod ingress;
mod kubeconfig;
mod kubeconfig_file;
mod list;
mod look;
mod model;
mod power;
mod preflight;
mod ready;
mod record;
mod registry_access;
pub mod report;
mod returned;
mod standing;
mod tools;

pub use create::{Created, Options, create};
pub use current::{LocalCluster, current};
pub use delete::{DeleteOptions, Deleted, Which, delete};
pub use list::{Clusters, Listed, Status, kubeconfig, list, selection, status};
pub use model::{ClusterName, DEFAULT_NAME, Ingress, Provider};
pub use power::{Switched, start, stop};
