//! What everything on the cluster needs, as the API server and the kubeconfig tell it.

use std::time::{Duration, Instant};

use super::list;
use super::webhooks::is_served;
use crate::check::Reason;
use crate::check::cluster::{Health, Ingress, Told};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{INGRESS, INGRESS_CLASS, NAMESPACE, Object, Reference, SERVICE};
use crate::client::port;
use crate::context::Context;
use crate::error::Failure;
use crate::settings::Settings;
use crate::target::kubernetes::{connection, namespaces};

/// The services by which pods find the cluster's DNS: of Kubernetes, and of OpenShift.
const DNS: [(&str, &str); 2] = [("kube-system", "kube-dns"), ("openshift-dns", "dns-default")];

/// Annotation of the class that ingresses without one are of.
const DEFAULT_INGRESS_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";

/// Looks at the cluster, whatever karctl made on it.
pub async fn look(context: &Context, cluster: &Cluster, settings: &Settings) -> Health {
    // Alone, before anything else is asked, so that nothing waits for its turn.
    let answered_in = answered_in(cluster).await;
    let (former_server, dns, ingresses, exposed) =
        tokio::join!(former_server(context, cluster), dns(cluster), ingresses(cluster), exposed(settings));
    Health { answered_in, former_server, dns, ingresses, exposed }
}

async fn answered_in(cluster: &Cluster) -> Duration {
    let began = Instant::now();
    // Also a refusal is an answer, and of one that is none others tell.
    drop(cluster.get(&Reference::new(NAMESPACE, "", "default")).await);
    began.elapsed()
}

async fn former_server(context: &Context, cluster: &Cluster) -> Option<String> {
    connection::former_server(context, cluster).await.ok().flatten()
}

async fn dns(cluster: &Cluster) -> Told<Option<bool>> {
    for (namespace, name) in DNS {
        let found = cluster.get(&Reference::new(SERVICE, namespace, name)).await;
        if found.map_err(|error| Reason::of(&Failure::from(error).into()))?.is_some() {
            return Ok(is_served(cluster, namespace, name).await);
        }
    }
    Ok(None)
}

async fn ingresses(cluster: &Cluster) -> Told<Vec<Ingress>> {
    let enabled = namespaces::enabled(cluster).await.map_err(|error| Reason::of(&error))?;
    let mut found = Vec::new();
    for namespace in &enabled {
        found.extend(list(cluster, INGRESS, Some(namespace.name())).await?);
    }
    let default = match found.is_empty() {
        true => None,
        false => default_class(cluster).await,
    };
    let ingress = |ingress: Object| Ingress {
        name: format!("{}/{}", ingress.namespace(), ingress.name()),
        class: ingress.text("/spec/ingressClassName").map(str::to_owned).or_else(|| default.clone()),
        has_address: !ingress.list("/status/loadBalancer/ingress").is_empty(),
    };
    Ok(found.into_iter().map(ingress).collect())
}

/// Who may not see classes is told of none.
async fn default_class(cluster: &Cluster) -> Option<String> {
    let classes = list(cluster, INGRESS_CLASS, None).await.ok()?;
    let default = classes.iter().find(|class| class.annotation(DEFAULT_INGRESS_CLASS) == Some("true"))?;
    Some(default.name().to_owned())
}

async fn exposed(settings: &Settings) -> Option<(String, Result<(), String>)> {
    let host = settings.kubernetes.expose.clone()?;
    let found = port::resolve(&host).await;
    Some((host, found))
}
