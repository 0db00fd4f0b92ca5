//! Kubernetes: clusters to test on, and what has to hold of them before anything is tested there.
//!
//! ```ignore
//! let cluster = Cluster::api();                               // one's own, gone when dropped
//! let mark = cluster.mark();
//! cluster.karctl(&sandbox, ["k8s", "deploy"]).status(0);
//! assert_eq!(cluster.writes_since(mark), []);
//! ```

mod addon_logging;
mod addons;
mod adoption;
pub mod app_pods;
mod apps;
mod audit;
mod bad_input;
mod checks;
mod cluster;
mod deploy_api;
mod deploy_node;
mod deploy_openshift;
mod deploy_rights;
mod injection;
mod levels;
mod live;
mod managed;
mod many;
mod namespaces;
mod overview;
mod pods;
mod proxy;
mod refusals;
mod restore;
mod rotation;
mod runtime;
mod scenario_rows;
mod scenarios;
mod sidecars;
mod teams;
mod undeploy;

pub use cluster::{Cluster, Namespace};
pub use live::{Live, alone};
