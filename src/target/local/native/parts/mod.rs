//! Where Kafka and Redis come from, in this order: what the user gives, what is on PATH, karctl's cache, Maven, Kafka's
//! official archive. What is fetched is checked against pinned sums and kept.

mod fetch;
mod pins;
mod sources;
mod stamp;

use std::path::{Path, PathBuf};

use super::super::instance::Desired;
use crate::code::Code;
use crate::context::Context;
use crate::environment::without_passwords;
use crate::error::{Failure, OrFail, Result};
pub use sources::Sources;

use pins::Pins;
use stamp::Stamp;

/// Version of the Redis that karctl fetches.
const REDIS_VERSION: &str = "7.0.15";

/// Names under which a server that speaks Redis' protocol is looked for on PATH.
const REDIS_PROGRAMS: [&str; 2] = ["valkey-server", "redis-server"];

/// Kafka, ZooKeeper included where it is a 3.x.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kafka {
    /// Three parts.
    pub version: String,
    /// Its jars, in a fixed order.
    pub jars: Vec<PathBuf>,
}

/// Redis or Valkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redis {
    /// The program.
    pub program: PathBuf,
    /// What it says of itself.
    pub version: Option<String>,
}

/// Everything that an instance is made of, Java apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Kafka and ZooKeeper.
    pub kafka: Kafka,
    /// Redis.
    pub redis: Redis,
}

/// The version of Kafka that an instance will run: that of the folder that the user gives, else the one in the settings.
///
/// # Errors
/// When the folder holds no Kafka.
pub fn kafka_version(context: &Context, desired: &Desired) -> Result<String> {
    match given_home(context, desired) {
        Some(home) => Ok(of_home(&home)?.version),
        None => Ok(desired.kafka_version.clone()),
    }
}

/// The folder of an unpacked Kafka, by the settings or `KAFKA_HOME`.
pub fn given_home(context: &Context, desired: &Desired) -> Option<PathBuf> {
    let by_variable = || context.environment.variable("KAFKA_HOME").map(PathBuf::from);
    desired.kafka_home.clone().or_else(by_variable).map(|home| context.environment.working_directory().join(home))
}

/// Finds every part, and fetches what is not there.
///
/// # Errors
/// When a part that was given does not work, or one cannot be fetched.
pub async fn obtain(context: &Context, desired: &Desired) -> Result<Parts> {
    let cache = Cache::of(context)?;
    let kafka = match given_home(context, desired) {
        Some(home) => Some(of_home(&home)?),
        None => cache.kafka(&desired.kafka_version),
    };
    let redis = match given_redis(context, desired)? {
        Some(program) => Some(program),
        None => cache.redis(),
    };
    let (kafka, redis) = match (kafka, redis) {
        (Some(kafka), Some(redis)) => (kafka, redis),
        (kafka, redis) => fetch::missing(context, &cache, &desired.kafka_version, kafka, redis).await?,
    };
    let version = version_of_redis(&redis)?;
    Ok(Parts { kafka, redis: Redis { program: redis, version } })
}

/// karctl's cache.
pub(super) struct Cache {
    root: PathBuf,
}

impl Cache {
    /// Of this user.
    pub fn of(context: &Context) -> Result<Self> {
        Ok(Self { root: context.environment.cache_directory()? })
    }

    /// Where the jars of a version are.
    fn kafka_folder(&self, version: &str) -> PathBuf {
        self.root.join(format!("kafka-{version}")).join("libs")
    }

    fn redis_folder(&self) -> PathBuf {
        self.root.join(format!("redis-{REDIS_VERSION}"))
    }

    /// Kafka, if it is there and whole.
    fn kafka(&self, version: &str) -> Option<Kafka> {
        let folder = self.kafka_folder(version);
        let stamp = Stamp::verify(&folder, Pins::of_kafka(version))?;
        Some(Kafka { version: version.to_owned(), jars: stamp.paths(&folder) })
    }

    /// Redis, if it is there and whole.
    fn redis(&self) -> Option<PathBuf> {
        let folder = self.redis_folder();
        Stamp::verify(&folder, None)?;
        Some(folder.join(REDIS_PROGRAMS[1]))
    }
}

/// Kafka's official layout: `libs/kafka_2.13-3.9.1.jar` tells the version.
fn of_home(home: &Path) -> Result<Kafka> {
    let libs = home.join("libs");
    let no_kafka = || {
        Failure::new(format!("{} holds no Kafka", home.display()))
            .hint("give the folder that Kafka's archive unpacks to, the one with `libs` in it, or unset KAFKA_HOME")
    };
    let mut jars = Vec::new();
    for entry in std::fs::read_dir(&libs).or_fail(no_kafka)? {
        let path = entry.or_fail(no_kafka)?.path();
        if path.extension().is_some_and(|extension| extension == "jar") {
            jars.push(path);
        }
    }
    jars.sort();
    let version = jars.iter().find_map(|jar| version_of_jar(jar.file_name()?.to_str()?)).ok_or_else(no_kafka)?;
    Ok(Kafka { version, jars })
}

/// `3.9.1` in `kafka_2.13-3.9.1.jar`; the same with `-sources` and the like is none.
fn version_of_jar(name: &str) -> Option<String> {
    let rest = name.strip_prefix("kafka_2.")?.strip_suffix(".jar")?;
    let (_, version) = rest.split_once('-')?;
    version.chars().all(|c| c.is_ascii_digit() || c == '.').then(|| version.to_owned())
}

fn given_redis(context: &Context, desired: &Desired) -> Result<Option<PathBuf>> {
    let Some(program) = &desired.redis_program else {
        return Ok(REDIS_PROGRAMS.iter().find_map(|name| context.environment.program(name)));
    };
    let found = program.to_str().and_then(|name| context.environment.program(name));
    found.map(Some).ok_or_else(|| {
        Failure::new(format!("redis.program `{}` cannot be executed", program.display()))
            .hint("give the path of a valkey-server or redis-server, or leave redis.program out")
            .into()
    })
}

/// `v=7.0.15` in `Redis server v=7.0.15 sha=00000000:0 ...`; it takes some 3 ms, and proves that the program runs here.
fn version_of_redis(program: &Path) -> Result<Option<String>> {
    let output =
        without_passwords(&mut std::process::Command::new(program)).arg("--version").output().or_fail(|| {
            Failure::new(format!("{} does not run on this machine", program.display()))
                .hint("install valkey-server or redis-server, or give one with `--set redis.program=PATH`")
        })?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.split_whitespace().find_map(|word| word.strip_prefix("v=")).map(str::to_owned))
}

/// What karctl would fetch is not there and cannot be had.
fn no_maven(what: &str) -> Failure {
    Failure::new(format!("{what} is not on this machine, and there is no `mvn` on PATH to fetch it with"))
        .code(Code::MavenMissing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_name_of_kafkas_jar() {
        assert_eq!(version_of_jar("kafka_2.13-3.9.1.jar").as_deref(), Some("3.9.1"));
        assert_eq!(version_of_jar("kafka_2.12-3.9.1-sources.jar"), None);
        assert_eq!(version_of_jar("kafka-clients-3.9.1.jar"), None);
    }

    #[test]
    fn an_unpacked_kafka_gives_its_jars_in_a_fixed_order() {
        let home = tempfile::tempdir().expect("a folder");
        let libs = home.path().join("libs");
        std::fs::create_dir(&libs).expect("made");
        for name in ["zookeeper-3.8.4.jar", "kafka_2.13-3.9.1.jar", "README"] {
            std::fs::write(libs.join(name), "").expect("written");
        }
        let kafka = of_home(home.path()).expect("a Kafka");
        assert_eq!(kafka.version, "3.9.1");
        assert_eq!(kafka.jars, [libs.join("kafka_2.13-3.9.1.jar"), libs.join("zookeeper-3.8.4.jar")]);
        assert!(of_home(&libs).is_err());
    }
}
