//! A deployed runtime as others reach it: from the cluster's own objects, never from settings that may have changed since.

use std::collections::BTreeMap;

use super::desired::{Elsewhere, KAFKA_USERNAME};
use super::manifests::forward_port;
use super::proof::forward_kafka;
use super::{facts, names, not_deployed};
use crate::client::kubernetes::Cluster;
pub use crate::client::kubernetes::Forward;
use crate::client::kubernetes::object::{CONFIG_MAP, Object, Reference};
use crate::error::{Failure, Result};
use crate::redacted::Secret;
use crate::runtime_config::{RuntimeConfig, parse};
use crate::services::{ClusterServices, Outside, REDIS_CONTAINER_PORT, Services};

/// A runtime that is reached, and the port-forwards that it is reached by.
pub struct Reached {
    /// Where Kafka and Redis are, for whoever is on this machine.
    pub services: Services,
    /// They end when this is dropped.
    pub forwards: Vec<Forward>,
}

/// The services of a deployed runtime.
///
/// # Errors
/// When KAR does not run there, or its configuration cannot be understood.
pub async fn services(cluster: &Cluster, namespace: &str) -> Result<Services> {
    let Some(secret) = facts::secret(cluster, namespace, names::RUNTIME_CONFIG).await? else {
        return Err(not_deployed(namespace).into());
    };
    let configuration = cluster.get(&Reference::new(CONFIG_MAP, namespace, names::KAFKA)).await;
    let Some(configuration) = configuration.map_err(Failure::from)? else {
        return Ok(Services::Given(given(&secret)?));
    };
    let brokers = advertised(&configuration);
    let Some(inside) = brokers.first().and_then(|listeners| listeners.get("INCLUSTER")) else {
        let message = format!("the ConfigMap {namespace}/{} cannot be understood", names::KAFKA);
        return Err(Failure::new(message).hint("`karctl k8s deploy` writes it anew").into());
    };
    let (prefix, suffix) = (format!("kar-kafka-0.kar-kafka.{namespace}.svc."), ":9092");
    let domain = inside.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(suffix)).unwrap_or("cluster.local");
    let redis_port = redis_port(cluster, namespace).await?;
    let external = brokers.first().and_then(|listeners| listeners.get("EXTERNAL"));
    let outside = external.and_then(|address| address.rsplit_once(':')).zip(redis_port);
    Ok(Services::Cluster(ClusterServices {
        namespace: namespace.to_owned(),
        cluster_domain: domain.to_owned(),
        brokers: u16::try_from(brokers.len()).unwrap_or(1),
        outside: outside.and_then(|((host, port), redis_port)| {
            let host = host.trim_matches(['[', ']']).to_owned();
            Some(Outside { host, kafka_port: port.parse().ok()?, redis_port })
        }),
        kafka_login: facts::value(&secret, "kafka_password")
            .map(|password| (KAFKA_USERNAME.to_owned(), Secret::new(password))),
        redis_password: Secret::new(facts::value(&secret, "redis_password").unwrap_or_default()),
    }))
}

/// The advertised address of every listener, broker by broker.
fn advertised(configuration: &Object) -> Vec<BTreeMap<String, String>> {
    let file = |ordinal: usize| configuration.entry("/data", &format!("server-{ordinal}.properties"));
    let files = (0..).map_while(file);
    let listeners = |text: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix("advertised.listeners=")).unwrap_or_default();
        let pairs = line.split(',').filter_map(|listener| listener.split_once("://"));
        pairs.map(|(name, address)| (name.to_owned(), address.to_owned())).collect()
    };
    files.map(listeners).collect()
}

/// The node port of Redis, where it has one.
async fn redis_port(cluster: &Cluster, namespace: &str) -> Result<Option<u16>> {
    let reference = Reference::new(crate::client::kubernetes::object::SERVICE, namespace, "kar-redis-0");
    let service = cluster.get(&reference).await.map_err(Failure::from)?;
    let port = service.and_then(|service| service.number("/spec/ports/0/nodePort"));
    Ok(port.and_then(|port| u16::try_from(port).ok()))
}

/// The managed services that a deployed runtime uses, if it uses any.
///
/// # Errors
/// When the cluster does not say, or its configuration cannot be understood.
pub async fn managed(cluster: &Cluster, namespace: &str) -> Result<Option<Elsewhere>> {
    let Some(secret) = facts::secret(cluster, namespace, names::RUNTIME_CONFIG).await? else { return Ok(None) };
    match secret.annotation(names::MANAGED_KEY) {
        Some(key) => Ok(Some(Elsewhere { config: given(&secret)?, managed_key: Some(key.to_owned()) })),
        None => Ok(None),
    }
}

/// Kafka and Redis that a deployed runtime uses and that are not in its cluster, by whatever they were told to it.
///
/// # Errors
/// When the cluster does not say, or its configuration cannot be understood.
pub async fn elsewhere(cluster: &Cluster, namespace: &str) -> Result<Option<Elsewhere>> {
    let Some(secret) = facts::secret(cluster, namespace, names::RUNTIME_CONFIG).await? else { return Ok(None) };
    let config = given(&secret)?;
    let own = format!("{0}-0.{0}.{namespace}.svc.", names::KAFKA);
    let is_inside = config.kafka_brokers.iter().any(|broker| broker.starts_with(&own));
    let managed_key = secret.annotation(names::MANAGED_KEY).map(str::to_owned);
    Ok((!is_inside).then_some(Elsewhere { config, managed_key }))
}

/// Kafka and Redis that are elsewhere: the secret says it all.
fn given(secret: &Object) -> Result<RuntimeConfig> {
    let (config, problems) = parse::read(|variable| facts::value(secret, &variable.to_lowercase()));
    match problems.first() {
        None => Ok(config),
        Some(problem) => {
            let message = format!("{}: {} {}", secret.reference(), problem.variable.to_lowercase(), problem.message);
            Err(Failure::new(message).hint("`karctl k8s deploy --services FILE` writes it anew").into())
        }
    }
}

/// Reaches a runtime from this machine: through exposed ports, else through port-forwards.
///
/// # Errors
/// When KAR does not run there, or a port of this machine that Kafka advertises is taken.
pub async fn reach(cluster: &Cluster, namespace: &str) -> Result<Reached> {
    let services = services(cluster, namespace).await?;
    let Services::Cluster(mut inside) = services else { return Ok(Reached { services, forwards: Vec::new() }) };
    if inside.outside.is_some() {
        return Ok(Reached { services: Services::Cluster(inside), forwards: Vec::new() });
    }
    let mut forwards = forward_kafka(cluster, &inside).await?;
    let redis = cluster.forward(namespace, "kar-redis-0", REDIS_CONTAINER_PORT, 0).await?;
    inside.outside =
        Some(Outside { host: "127.0.0.1".to_owned(), kafka_port: forward_port(0), redis_port: redis.port });
    forwards.push(redis);
    Ok(Reached { services: Services::Cluster(inside), forwards })
}
