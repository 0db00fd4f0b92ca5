//! What both providers leave to karctl, of a cluster that they have just made and of one that was there.

use std::net::{IpAddr, Ipv4Addr};

use super::super::look::{self, Found};
use super::super::model::{Ingress, Provider};
use super::super::record::{Made, Phase, Record};
use super::super::returned::returned;
use super::super::{ingress, kubeconfig_file, power, ready, registry_access};
use super::{Created, Creation, INGRESS_CHANGE, address};
use crate::client::docker::Docker;
use crate::client::kubernetes::Cluster;
use crate::context::Deadline;
use crate::error::{Failure, Result};
use crate::target::kubernetes::connection;
use crate::target::local::engine::Action;
use crate::target::registry::{self, LocalRegistry};

impl Creation<'_> {
    /// Brings a cluster that is there to its end: started, reachable, with its registry.
    pub(super) async fn converge(&self, found: Found, record: Option<Record>) -> Result<Created> {
        let Self { context, options, engine, .. } = self;
        let was_running = found.is_running();
        let registry = self.ensure_registry().await?;
        if !was_running {
            power::start_nodes(context, engine, self.tool, &found).await?;
        }
        let own = Made {
            workers: u16::try_from(found.workers()).unwrap_or(u16::MAX),
            affinity: options.affinity,
            image: None,
            bind: options.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            own_configuration: true,
            configuration: None,
            ingress: Ingress::default(),
        };
        let record = record.filter(|record| record.phase == Phase::Created);
        let adopt = || Record::adopted(self.provider, own, self.kubeconfig.clone(), address(engine));
        let mut record = record.unwrap_or_else(adopt);
        record.engine = address(engine);
        record.kubeconfig.clone_from(&self.kubeconfig);
        let look = async {
            let found = look::cluster(engine.client(), &options.name, Some(self.provider)).await?;
            found.ok_or_else(|| Failure::new(format!("the cluster `{}` is gone", options.name)).into())
        };
        let found = engine.within(&context.deadline.restarted(), look).await?;
        let is_changed = self.settle(&found, registry.as_ref(), &mut record).await?;
        let (action, reason) = match (was_running, is_changed) {
            (false, _) => (Action::Started, None),
            (true, Some(reason)) => (Action::Unchanged, Some(reason)),
            (true, None) => (Action::Unchanged, None),
        };
        let ingress = record.made.ingress;
        let registry = registry.map(|registry| registry.host);
        Ok(Created { ingress, ..self.told(action, reason, Some(&found), registry, record.expires) })
    }

    pub(super) async fn ensure_registry(&self) -> Result<Option<LocalRegistry>> {
        let Some(options) = &self.options.registry else { return Ok(None) };
        registry::up_on(self.context, self.engine, options).await?;
        let find = registry::find_on(self.engine.client());
        self.engine.within(&self.context.deadline.restarted(), find).await
    }

    /// What both providers leave to karctl, in an order in which each may be repeated. Returns what it changed of a cluster
    /// that was there.
    pub(super) async fn settle(
        &self,
        found: &Found,
        registry: Option<&LocalRegistry>,
        record: &mut Record,
    ) -> Result<Option<String>> {
        let Self { context, options, engine, tool, provider, kubeconfig, .. } = self;
        let docker: &Docker = engine.client();
        let deadline = context.deadline.restarted();
        let mut changes = Vec::new();
        if let Some(registry) = registry
            && engine.within(&deadline, registry_access::ensure_way(docker, found, registry)).await?
        {
            changes.push("its way to the registry");
        }
        let entries = tool.kubeconfig(&options.name).await?;
        let name = provider.context(&options.name);
        let switch = options.switch.then_some(name.as_str());
        let kubeconfig_change = kubeconfig_file::write(kubeconfig, &entries, switch).await?;
        if kubeconfig_change != crate::change::Change::Unchanged {
            changes.push("its entries in the kubeconfig");
        }
        let cluster = ready::connected(context, kubeconfig, &name, &deadline).await?;
        connection::expect(context, &cluster).await?;
        returned(context, engine, &cluster, found, &deadline).await?;
        ready::ready(context, &cluster, found.members().count(), &deadline).await?;
        if let Some(registry) = registry {
            if registry_access::ensure_announcement(&cluster, registry).await? {
                changes.push("what it says of its registry");
            }
            self.prove(found, registry, &deadline).await?;
        }
        if self.ensure_ingress(&cluster, found, record).await? {
            changes.push(INGRESS_CHANGE);
        }
        let expires = self.expires()?;
        if expires.is_some() {
            record.expires = expires;
            changes.push("when it expires");
        }
        record.write(context, &options.name)?;
        Ok((!changes.is_empty()).then(|| format!("changed: {}", changes.join(", "))))
    }

    /// Brings the ingress controller about, or takes it away; says whether anything was changed.
    async fn ensure_ingress(&self, cluster: &Cluster, found: &Found, record: &mut Record) -> Result<bool> {
        let Self { context, options, provider, .. } = self;
        let wanted = self.ingress(Some(record));
        let is_changed = match (provider, wanted) {
            (Provider::Kind, Ingress::Traefik) => {
                ingress::ensure(context, cluster, found, &options.ingress_image).await?
            }
            (Provider::Kind, Ingress::None) if options.ingress.is_some() => ingress::remove(context, cluster).await?,
            // k3s was told when it was made.
            (Provider::K3d, _) | (Provider::Kind, Ingress::None) => false,
        };
        if wanted == Ingress::Traefik {
            ingress::prove(context, found, &context.deadline.restarted()).await?;
        }
        record.made.ingress = wanted;
        Ok(is_changed)
    }

    async fn prove(&self, found: &Found, registry: &LocalRegistry, deadline: &Deadline) -> Result<()> {
        let step = self.context.ui.step("Having a node pull from the registry");
        self.engine.within(deadline, registry_access::prove(self.engine.client(), found, registry, deadline)).await?;
        step.done(format!("Nodes pull from the registry as {} and {}", registry.host, registry.in_cluster));
        Ok(())
    }
}
