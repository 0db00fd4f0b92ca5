//! What an undeploy finds: what is karctl's, the data, and what is somebody else's.

use futures_util::future::{join_all, try_join_all};

use super::{Left, Options};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{
    AUTOSCALER, CLAIM, CONFIG_MAP, CRON_JOB, DAEMON_SET, DEPLOYMENT, DISRUPTION_BUDGET, INGRESS, JOB, Kind, NAMESPACE,
    NETWORK_POLICY, Object, POD, REPLICA_SET, ROLE, ROLE_BINDING, Reference, SECRET, SERVICE, SERVICE_ACCOUNT,
    STATEFUL_SET, WEBHOOK,
};
use crate::error::{Failure, Result};
use crate::target::kubernetes::inventory::{self, Inventory};
use crate::target::kubernetes::{addon, names};

/// Kinds that karctl makes, in the order in which they go: who asks before who is asked, data last.
pub const KINDS: [Kind; 12] = [
    WEBHOOK,
    DEPLOYMENT,
    STATEFUL_SET,
    POD,
    DISRUPTION_BUDGET,
    SERVICE,
    NETWORK_POLICY,
    ROLE_BINDING,
    ROLE,
    SERVICE_ACCOUNT,
    CONFIG_MAP,
    SECRET,
];

/// Config maps and secrets that Kubernetes itself puts into every namespace.
const OF_KUBERNETES: [&str; 2] = ["kube-root-ca.crt", "openshift-service-ca.crt"];

/// Other kinds that somebody may have made in the namespace, and that would go with it. Kinds that a cluster was extended
/// by are not looked for.
const OF_OTHERS: [Kind; 6] = [DAEMON_SET, REPLICA_SET, JOB, CRON_JOB, INGRESS, AUTOSCALER];

/// What is there.
#[derive(Default)]
pub struct Found {
    /// The runtime's own.
    pub namespace: Option<Object>,
    /// What was deployed.
    pub inventory: Option<Object>,
    /// What is karctl's, the claims, the namespace and the inventory excepted.
    pub objects: Vec<Object>,
    /// The data.
    pub claims: Vec<Object>,
    /// What is somebody else's, in the runtime's namespace.
    foreign: Vec<Object>,
    /// Kinds of which nobody may say whether somebody else has some there, in the plural.
    unseen: Vec<&'static str>,
}

impl Found {
    /// Looks for all of it; what an undeploy with these options leaves alone is not asked for.
    ///
    /// # Errors
    /// When the server refuses, or an inventory cannot be read.
    pub async fn look(cluster: &Cluster, namespace: &str, options: Options) -> Result<Self> {
        let own = Reference::new(NAMESPACE, "", namespace);
        let Some(own) = cluster.get(&own).await.map_err(Failure::from)? else {
            let objects = webhook(cluster, namespace).await?.into_iter().collect();
            return Ok(Self { objects, ..Self::default() });
        };
        let namespaced: Vec<_> = KINDS.iter().chain([&CLAIM]).filter(|kind| kind.is_namespaced).collect();
        let lists = try_join_all(namespaced.iter().map(|kind| cluster.list(**kind, Some(namespace), ""))).await;
        let mut found = Self {
            namespace: Some(own),
            objects: webhook(cluster, namespace).await?.into_iter().collect(),
            ..Self::default()
        };
        let listed: Vec<_> = lists.map_err(Failure::from)?.into_iter().flatten().collect();
        let known = Inventory::read(cluster, &inventory::reference(namespace)).await?.unwrap_or_default();
        found.look_at_addons(cluster, &listed).await?;
        for object in listed {
            found.sort(object, &known);
        }
        if found.removable_namespace(options).is_some() {
            found.look_for_others(cluster, namespace).await?;
        }
        Ok(found)
    }

    /// What else would go with the namespace. What an object owns is not told beside it.
    async fn look_for_others(&mut self, cluster: &Cluster, namespace: &str) -> Result<()> {
        let lists = OF_OTHERS.map(|kind| async move { (kind, cluster.list(kind, Some(namespace), "").await) });
        for (kind, list) in join_all(lists).await {
            match list {
                Ok(objects) => self.foreign.extend(objects.into_iter().filter(|object| !is_owned(object))),
                Err(error) if error.status() == Some(403) => self.unseen.push(kind.plural),
                Err(error) => return Err(Failure::from(error).into()),
            }
        }
        Ok(())
    }

    /// What of addons is of a kind that is not listed, since not every cluster has it.
    async fn look_at_addons(&mut self, cluster: &Cluster, listed: &[Object]) -> Result<()> {
        for inventory in listed.iter().map(Object::reference).filter(inventory::is_of_addon) {
            let objects = addon::objects(cluster, &inventory).await?;
            self.objects.extend(objects.into_iter().filter(|object| !is_listed(object)));
        }
        Ok(())
    }

    fn sort(&mut self, object: Object, known: &Inventory) {
        let is_claim = object.0["kind"] == CLAIM.name;
        let is_part = object.label("app.kubernetes.io/name") == Some(names::PART_OF);
        let is_ours =
            object.label(names::MANAGED_BY) == Some(names::KARCTL) || known.objects.contains(&object.reference());
        if object.name() == names::INVENTORY {
            self.inventory = Some(object);
        } else if is_claim && is_part {
            self.claims.push(object);
        } else if is_ours && object.0["kind"] != POD.name {
            self.objects.push(object);
        } else if !is_part && !is_of_kubernetes(&object) {
            self.foreign.push(object);
        }
    }

    /// Whether there is nothing to do.
    pub fn is_nothing(&self, options: Options) -> bool {
        let has_objects = self.objects.iter().any(|object| !is_kept(object, options));
        let has_claims = options.delete_data && !self.claims.is_empty();
        !has_objects && !has_claims && self.inventory.is_none() && self.removable_namespace(options).is_none()
    }

    /// The namespace, where karctl made it and nothing is to stay in it.
    pub fn removable_namespace(&self, options: Options) -> Option<&Object> {
        let own = self.namespace.as_ref()?;
        let is_ours = own.label(names::MANAGED_BY) == Some(names::KARCTL);
        let holds_data = !options.delete_data && !self.claims.is_empty();
        let is_all_ours = self.foreign.is_empty() && self.unseen.is_empty();
        (is_ours && !holds_data && !options.keep_namespace && is_all_ours).then_some(own)
    }

    /// What an undeploy leaves.
    pub fn left(&self, options: Options) -> Vec<Left> {
        let left =
            |object: &Object, reason: &str| Left { object: object.reference().to_string(), reason: reason.to_owned() };
        let mut rest = Vec::new();
        let goes = self.removable_namespace(options).is_some();
        if !options.delete_data && !goes {
            rest.extend(self.claims.iter().map(|claim| left(claim, "data; --delete-data deletes it")));
            let kept = self.objects.iter().filter(|object| is_kept(object, options));
            let is_claim = |object: &&Object| object.0["kind"] != CLAIM.name;
            rest.extend(kept.filter(is_claim).map(|object| left(object, "opens the data")));
        }
        rest.extend(self.foreign.iter().map(|object| left(object, "not karctl's")));
        let stays = |own: &&Object| !own.is_terminating() && !goes;
        if let Some(own) = self.namespace.as_ref().filter(stays) {
            let is_ours = own.label(names::MANAGED_BY) == Some(names::KARCTL);
            let unseen = format!("you may not see whether it holds {} of others", self.unseen.join(", "));
            rest.push(left(
                own,
                match (is_ours, options.keep_namespace, self.foreign.is_empty(), self.unseen.is_empty()) {
                    (false, ..) => "it was there before karctl",
                    (true, true, ..) => "as asked",
                    (true, false, false, _) => "it holds what is not karctl's",
                    (true, false, true, false) => &unseen,
                    (true, false, true, true) => "it holds the data",
                },
            ));
        }
        rest
    }
}

/// Whether it is of a kind that is looked for wherever karctl may have made something.
pub fn is_listed(object: &Object) -> bool {
    KINDS.iter().any(|kind| object.0["kind"] == kind.name)
}

fn is_owned(object: &Object) -> bool {
    object.0["metadata"]["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty())
}

fn is_of_kubernetes(object: &Object) -> bool {
    OF_KUBERNETES.contains(&object.name())
        || (object.0["kind"] == SERVICE_ACCOUNT.name && object.name() == "default")
        || object.text("/type") == Some("kubernetes.io/service-account-token")
        || object.text("/type") == Some("kubernetes.io/dockercfg")
}

/// What opens the data stays with it.
pub fn is_kept(object: &Object, options: Options) -> bool {
    !options.delete_data && object.annotation(names::KEEP).is_some()
}

/// The webhook's configuration, where it is this runtime's.
async fn webhook(cluster: &Cluster, namespace: &str) -> Result<Option<Object>> {
    let reference = Reference::new(WEBHOOK, "", names::WEBHOOK);
    let found = cluster.get(&reference).await.map_err(Failure::from)?;
    let is_ours = |webhook: &Object| {
        webhook.label(names::MANAGED_BY) == Some(names::KARCTL)
            && webhook.text("/webhooks/0/clientConfig/service/namespace") == Some(namespace)
    };
    Ok(found.filter(is_ours))
}
