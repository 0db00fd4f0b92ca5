//! Configuration files of the servers in their pods. Pure.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::desired::Desired;
use super::{CONTROLLER_PORT, EXTERNAL_PORT, FORWARD_PORT, ZOOKEEPER_PORT, forward_port};
use crate::error::Result;
use crate::render::{self, context};
use crate::runtime_config::REDIS_USER;
use crate::services::{ClusterServices, KAFKA_CONTAINER_PORT, REDIS_CONTAINER_PORT, host_and_port};
use crate::settings::KafkaMode;
use crate::target::server_files::{self, Listener, ServerProperties};

/// The configuration files of one server, by name.
pub type Files = BTreeMap<String, String>;

/// One file a broker: its id and what it advertises differ.
///
/// # Errors
/// When the template does not render, which is a defect of karctl.
pub fn kafka_files(desired: &Desired, services: &ClusterServices) -> Result<Files> {
    let logging = server_files::container_logging(&desired.kafka.version);
    let mut files = Files::from([(logging.file.to_owned(), logging.content.to_owned())]);
    for ordinal in 0..services.brokers {
        let properties = ServerProperties {
            mode: desired.kafka.mode,
            id: ordinal,
            controllers: controllers(services),
            zookeeper: zookeepers(services),
            listeners: listeners(desired, services, ordinal),
            inter_broker: "INCLUSTER",
            sasl: services.kafka_login.is_some(),
            data: "/data/log".to_owned(),
            replication: services.brokers,
            in_sync: if services.brokers > 1 { 2 } else { 1 },
        };
        files.insert(format!("server-{ordinal}.properties"), properties.render()?);
    }
    Ok(files)
}

fn listeners(desired: &Desired, services: &ClusterServices, ordinal: u16) -> Vec<Listener> {
    let protocol = if services.kafka_login.is_some() { "SASL_PLAINTEXT" } else { "PLAINTEXT" };
    let listener = |name, bind: &str, port: u16, advertised: Option<String>| Listener {
        name,
        bind: format!("{bind}:{port}"),
        advertised,
        protocol,
    };
    let inside = format!("{}:{KAFKA_CONTAINER_PORT}", services.broker_host(ordinal));
    let forwarded = format!("127.0.0.1:{}", forward_port(ordinal));
    let mut listeners = vec![
        listener("INCLUSTER", "0.0.0.0", KAFKA_CONTAINER_PORT, Some(inside)),
        listener("FORWARD", "127.0.0.1", FORWARD_PORT, Some(forwarded)),
    ];
    if let Some(outside) = &services.outside {
        let advertised = host_and_port(&outside.host, outside.kafka_port.saturating_add(ordinal));
        listeners.push(listener("EXTERNAL", "0.0.0.0", EXTERNAL_PORT, Some(advertised)));
    }
    if desired.kafka.mode == KafkaMode::Kraft {
        listeners.push(Listener { protocol: "PLAINTEXT", ..listener("CONTROLLER", "0.0.0.0", CONTROLLER_PORT, None) });
    }
    listeners
}

fn controllers(services: &ClusterServices) -> String {
    let voter = |ordinal| format!("{ordinal}@{}:{CONTROLLER_PORT}", services.broker_host(ordinal));
    (0..services.brokers).map(voter).collect::<Vec<_>>().join(",")
}

fn zookeeper_host(services: &ClusterServices, ordinal: u16) -> String {
    format!("kar-zookeeper-{ordinal}.kar-zookeeper.{}", services.domain())
}

fn zookeepers(services: &ClusterServices) -> String {
    let server = |ordinal| format!("{}:{ZOOKEEPER_PORT}", zookeeper_host(services, ordinal));
    (0..services.brokers).map(server).collect::<Vec<_>>().join(",")
}

/// ZooKeeper's, with the others where there are some.
///
/// # Errors
/// When the template does not render, which is a defect of karctl.
pub fn zookeeper_files(desired: &Desired, services: &ClusterServices) -> Result<Files> {
    let logging = server_files::container_logging(&desired.kafka.version);
    let count = desired.zookeepers();
    // Ids begin with 1.
    let server = |ordinal| json!({"id": ordinal + 1, "host": zookeeper_host(services, ordinal)});
    let servers: Vec<_> = (0..count).filter(|_| count > 1).map(server).collect();
    let values = context! { data => "/data/zookeeper", host => "0.0.0.0", port => ZOOKEEPER_PORT, servers => servers };
    Ok(Files::from([
        ("zoo.cfg".to_owned(), render::ZOO_CFG.render(values)?),
        (logging.file.to_owned(), logging.content.to_owned()),
    ]))
}

/// Redis', without a password: its users are in a file of a secret.
///
/// # Errors
/// When the template does not render, which is a defect of karctl.
pub fn redis_files() -> Result<Files> {
    let values = context! {
        bind => "0.0.0.0",
        port => REDIS_CONTAINER_PORT,
        data => "/data",
        user => REDIS_USER,
        users => "/etc/kar-users/users.acl",
    };
    Ok(Files::from([("redis.conf".to_owned(), render::REDIS_CONF.render(values)?)]))
}
