//! The one cluster of a command: chosen once, shown, and pinned.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::client::file;
use crate::client::kubernetes::choose;
use crate::client::kubernetes::object::{NAMESPACE, Reference};
pub use crate::client::kubernetes::{Cluster, Selection, context_names};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// File in the state folder with the identity of every cluster that karctl changed.
const FILE: &str = "clusters.json";

/// Its uid is the identity of a cluster: it is made with the cluster, and never again.
const IDENTITY: &str = "kube-system";

/// Beginnings of the names that local clusters give their contexts.
const LOCAL_CONTEXTS: [&str; 7] =
    ["kind-", "k3d-", "docker-desktop", "rancher-desktop", "minikube", "colima", "orbstack"];

/// Chooses the cluster, connects, and says which it is.
///
/// # Errors
/// When none can be chosen, or it does not answer.
pub async fn connect(context: &Context, selection: &Selection) -> Result<Cluster> {
    let chosen = choose(&context.environment, selection).await?;
    let ui = context.ui.clone();
    let tracer = Arc::new(move |level: u8, text: &str| ui.trace(level, || text.to_owned()));
    let cluster = Cluster::connect(chosen, context.deadline.left(), tracer).await?;
    let chosen = cluster.chosen();
    let version = &cluster.version().text;
    context.ui.trace(1, || format!("context {} is {}, Kubernetes {version}", chosen.context, chosen.server));
    Ok(cluster)
}

/// Whether the API server is on this machine, or a local tool made it.
pub fn is_local(cluster: &Cluster) -> bool {
    let chosen = cluster.chosen();
    is_loopback(&chosen.server) || LOCAL_CONTEXTS.iter().any(|local| chosen.context.starts_with(local))
}

/// Whether an address such as `https://127.0.0.1:6443` is of this machine itself; a name that only begins like it is not.
fn is_loopback(server: &str) -> bool {
    let authority = server.split("://").last().unwrap_or_default().split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

/// What is remembered of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pinned {
    server: String,
    uid: String,
}

/// Asks before anything that changes a cluster that is not local, or whose name led to another one before; remembers it.
///
/// # Errors
/// When nobody says yes.
pub async fn permit(context: &Context, cluster: &Cluster, what: &str) -> Result<()> {
    let chosen = cluster.chosen();
    let found = identity(cluster).await?;
    let mut known = read(context)?;
    match known.get(&chosen.context) {
        Some(pinned) if *pinned == found => {}
        Some(pinned) if pinned.uid != found.uid => {
            let question = format!(
                "Context `{}` led to another cluster before ({}, now {}). {what} there all the same?",
                chosen.context, pinned.server, found.server
            );
            refuse_unless(context.ui.confirm(&question, "-y")?, Code::WrongCluster)?;
        }
        None if !is_local(cluster) => {
            let question = format!("{what} on the cluster {} (context `{}`)?", found.server, chosen.context);
            refuse_unless(context.ui.confirm(&question, "-y")?, Code::WrongCluster)?;
        }
        _ => {}
    }
    if known.get(&chosen.context) != Some(&found) {
        known.insert(chosen.context.clone(), found);
        write(context, &known)?;
    }
    Ok(())
}

/// Remembers a cluster that karctl has just made, whatever its context led to before.
///
/// # Errors
/// When the server does not say which it is, or the state cannot be written.
pub async fn expect(context: &Context, cluster: &Cluster) -> Result<()> {
    let found = identity(cluster).await?;
    let mut known = read(context)?;
    if known.get(&cluster.chosen().context) != Some(&found) {
        known.insert(cluster.chosen().context.clone(), found);
        write(context, &known)?;
    }
    Ok(())
}

/// Forgets which cluster a context led to: there is none any more.
///
/// # Errors
/// When the state cannot be read or written.
pub fn forget(context: &Context, name: &str) -> Result<()> {
    let mut known = read(context)?;
    if known.remove(name).is_some() {
        write(context, &known)?;
    }
    Ok(())
}

async fn identity(cluster: &Cluster) -> Result<Pinned> {
    let identity = Reference::new(NAMESPACE, "", IDENTITY);
    // Who may not see it is not held up: then the server's address is all there is.
    let uid = match cluster.get(&identity).await {
        Ok(Some(namespace)) => namespace.text("/metadata/uid").unwrap_or_default().to_owned(),
        Ok(None) => String::new(),
        Err(error) if error.status() == Some(403) => String::new(),
        Err(error) => return Err(Failure::from(error).into()),
    };
    Ok(Pinned { server: cluster.chosen().server.clone(), uid })
}

fn refuse_unless(is_permitted: bool, code: Code) -> Result<()> {
    if is_permitted { Ok(()) } else { Err(Failure::new("nothing was changed, as you said").code(code).into()) }
}

fn path(context: &Context) -> Result<PathBuf> {
    Ok(context.environment.state_directory()?.join(FILE))
}

fn read(context: &Context) -> Result<BTreeMap<String, Pinned>> {
    let path = path(context)?;
    let Some(content) = file::read(&path)? else { return Ok(BTreeMap::new()) };
    serde_json::from_slice(&content).or_fail(|| {
        Failure::new(format!("{} cannot be understood", path.display()))
            .hint(format!("move it away (`mv {0} {0}.bad`); karctl then asks again about each cluster", path.display()))
            .code(Code::BadState)
    })
}

fn write(context: &Context, known: &BTreeMap<String, Pinned>) -> Result<()> {
    let path = path(context)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .or_fail(|| Failure::new(format!("{} cannot be made", folder.display())).code(Code::HomeUnusable))?;
    }
    file::write_atomic(&path, serde_json::to_string_pretty(known)?.as_bytes(), file::PRIVATE)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_only_begins_like_loopback_is_elsewhere() {
        for server in ["https://127.0.0.1:6443", "https://localhost", "http://[::1]:80/path", "https://0.0.0.0:1"] {
            assert!(is_loopback(server), "{server}");
        }
        for server in ["https://localhost.example.org:6443", "https://127.example.org", "https://10.0.0.1", ""] {
            assert!(!is_loopback(server), "{server}");
        }
    }
}
