//! Where each part would come from, without fetching anything: what `karctl check local` tells before the first `up`.

use super::super::super::instance::Desired;
use super::super::ensure::minimum_java;
use super::{Cache, REDIS_VERSION, given_home, given_redis, kafka_version, no_maven, of_home, version_of_redis};
use crate::client::java;
use crate::context::Context;
use crate::error::Result;

/// Where each part is, or would come from, for people; or why it cannot be had.
pub struct Sources {
    /// The Java that runs Kafka.
    pub java: Result<String>,
    /// Kafka, with ZooKeeper where it needs one.
    pub kafka: Result<String>,
    /// Redis.
    pub redis: Result<String>,
}

impl Sources {
    /// Looks everywhere that `up` would look.
    pub fn look(context: &Context, desired: &Desired) -> Self {
        Self { java: java_of(context, desired), kafka: kafka(context, desired), redis: redis(context, desired) }
    }
}

fn java_of(context: &Context, desired: &Desired) -> Result<String> {
    let version = kafka_version(context, desired).unwrap_or_else(|_| desired.kafka_version.clone());
    let java = java::find(&context.environment, minimum_java(&version))?;
    Ok(format!("Java {} for Kafka ({})", java.version, java.program.display()))
}

fn kafka(context: &Context, desired: &Desired) -> Result<String> {
    if let Some(home) = given_home(context, desired) {
        return Ok(format!("Kafka {} in {}", of_home(&home)?.version, home.display()));
    }
    let version = &desired.kafka_version;
    let cache = Cache::of(context)?;
    Ok(match (cache.kafka(version), context.environment.program("mvn")) {
        (Some(_), _) => format!("Kafka {version} in karctl's cache"),
        (None, Some(maven)) => format!("Kafka {version} will be fetched with Maven ({})", maven.display()),
        (None, None) => format!("Kafka {version} will be fetched from Apache's archive"),
    })
}

fn redis(context: &Context, desired: &Desired) -> Result<String> {
    if let Some(program) = given_redis(context, desired)? {
        let version = version_of_redis(&program)?.unwrap_or_else(|| "of an unknown version".to_owned());
        return Ok(format!("Redis {version} ({})", program.display()));
    }
    match (Cache::of(context)?.redis(), context.environment.program("mvn")) {
        (Some(_), _) => Ok(format!("Redis {REDIS_VERSION} in karctl's cache")),
        (None, Some(maven)) => Ok(format!("Redis {REDIS_VERSION} will be fetched with Maven ({})", maven.display())),
        (None, None) => Err(no_maven("a Redis server").hint("install valkey-server or redis-server, or Maven").into()),
    }
}
