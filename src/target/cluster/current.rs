//! Which kind of local cluster a context leads to, by its name and the engine's containers. Nothing is created on those
//! that karctl does not make: Docker Desktop, Rancher Desktop, Colima, minikube, OrbStack.

use super::look;
use super::model::{ClusterName, Provider};
use crate::client::kubernetes::choose;
use crate::context::Context;
use crate::error::Result;
use crate::target::kubernetes::connection::Selection;
use crate::target::kubernetes::flavour::Flavour;
use crate::target::local::docker::DockerEngine;

/// A cluster of this machine that the kubeconfig leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalCluster {
    /// Who made it.
    pub flavour: Flavour,
    /// Its name, as its maker has it; that of the context where its maker has only one.
    pub name: String,
    /// Its context.
    pub context: String,
    /// Containers of its nodes, where the engine has them; else it is in a virtual machine.
    pub nodes: Vec<String>,
}

/// The local cluster that a selection leads to; `None` where it leads to another one, or nowhere.
///
/// # Errors
/// When the kubeconfig cannot be read, or the engine that has the nodes does not answer.
pub async fn current(context: &Context, selection: &Selection) -> Result<Option<LocalCluster>> {
    let chosen = choose(&context.environment, selection).await?;
    let Some(flavour) = Flavour::of_context(&chosen.context) else { return Ok(None) };
    let provider = match flavour {
        Flavour::Kind => Some(Provider::Kind),
        Flavour::K3d => Some(Provider::K3d),
        _ => None,
    };
    let own_name = provider.and_then(|provider| chosen.context.strip_prefix(provider.name())?.strip_prefix('-'));
    let name = own_name.unwrap_or(&chosen.context).to_owned();
    let mut nodes = Vec::new();
    if let (Some(provider), Ok(cluster)) = (provider, ClusterName::parse(&name)) {
        let engine = DockerEngine::connect(context, None).await?;
        let look = look::cluster(engine.client(), &cluster, Some(provider));
        let found = engine.within(&context.deadline, look).await?;
        nodes = found.map(|found| found.members().map(|node| node.container.clone()).collect()).unwrap_or_default();
    }
    Ok(Some(LocalCluster { flavour, name, context: chosen.context, nodes }))
}
