//! Whose data it is: nothing is started on data that another mode, a newer Kafka or another cluster wrote.
//!
//! Kafka's and ZooKeeper's folders carry a mark of karctl's own, outside of what the servers read; where Kafka's is
//! missing, Kafka's own `meta.properties` tells the mode and the cluster.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::choice::name_flag;
use super::super::instance::{Component, Desired};
use super::folders::{InstanceFolder, is_empty};
use crate::client::file;
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};
use crate::settings::KafkaMode;

/// File name of the mark.
const FILE: &str = "karctl.json";

/// What Kafka writes into each log folder when it first starts, or is formatted.
pub const META: &str = "log/meta.properties";

/// Where ZooKeeper keeps its snapshots and logs, within its data folder.
const ZOOKEEPER_STORE: &str = "version-2";

/// What is known of data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The newest Kafka that wrote it.
    pub kafka_version: Option<String>,
    /// Its mode.
    pub mode: Option<KafkaMode>,
    /// Its cluster.
    pub cluster_id: Option<String>,
}

/// The data of an instance.
pub struct Data<'a> {
    folder: &'a InstanceFolder,
    kafka: Mark,
    zookeeper: Mark,
}

impl<'a> Data<'a> {
    /// Looks at the data.
    ///
    /// # Errors
    /// When a mark cannot be understood.
    pub fn of(folder: &'a InstanceFolder) -> Result<Self> {
        let mut kafka = read_mark(&data(folder, Component::Kafka))?;
        let meta = read_meta(&data(folder, Component::Kafka).join(META));
        kafka.mode = meta.mode.or(kafka.mode);
        kafka.cluster_id = meta.cluster_id.or(kafka.cluster_id);
        Ok(Self { folder, kafka, zookeeper: read_mark(&data(folder, Component::ZooKeeper))? })
    }

    /// Kafka's cluster id, where it has one.
    pub fn cluster_id(&self) -> Option<&str> {
        self.kafka.cluster_id.as_deref()
    }

    /// Whether Kafka's folder was formatted, or used.
    pub fn is_formatted(&self) -> bool {
        data(self.folder, Component::Kafka).join(META).exists()
    }

    /// Refuses data that the desired instance must not touch.
    ///
    /// # Errors
    /// When the data is another mode's, a newer Kafka's, or ZooKeeper's and Kafka's do not belong together.
    pub fn check(&self, desired: &Desired, kafka_version: &str) -> Result<()> {
        self.check_mode(desired)?;
        self.check_version(kafka_version)?;
        if desired.mode == KafkaMode::ZooKeeper { self.check_cluster() } else { Ok(()) }
    }

    /// Notes what will write the data; called before it does.
    ///
    /// # Errors
    /// When the folders cannot be written.
    pub fn mark(&self, desired: &Desired, kafka_version: &str, cluster_id: Option<&str>) -> Result<()> {
        let cluster_id = cluster_id.or(self.cluster_id()).map(str::to_owned);
        let mark = Mark { kafka_version: Some(kafka_version.to_owned()), mode: Some(desired.mode), cluster_id };
        write_mark(&data(self.folder, Component::Kafka), &mark)?;
        match desired.mode {
            KafkaMode::ZooKeeper => write_mark(&data(self.folder, Component::ZooKeeper), &mark),
            KafkaMode::Kraft => Ok(()),
        }
    }

    /// Notes the cluster that Kafka made of itself when it first started.
    ///
    /// # Errors
    /// When the folders cannot be written.
    pub fn remember_cluster(&self) -> Result<()> {
        if self.kafka.cluster_id.is_none() {
            return Ok(());
        }
        for component in [Component::Kafka, Component::ZooKeeper] {
            let folder = data(self.folder, component);
            let old = read_mark(&folder)?;
            if old.mode.is_some() && old.cluster_id != self.kafka.cluster_id {
                write_mark(&folder, &Mark { cluster_id: self.kafka.cluster_id.clone(), ..old })?;
            }
        }
        Ok(())
    }

    fn check_mode(&self, desired: &Desired) -> Result<()> {
        let of_zookeeper = !is_empty(&data(self.folder, Component::ZooKeeper).join(ZOOKEEPER_STORE));
        let mode = self.kafka.mode.or(of_zookeeper.then_some(KafkaMode::ZooKeeper));
        match mode {
            Some(mode) if mode != desired.mode => {
                let place = data(self.folder, Component::Kafka);
                Err(Failure::new(format!("the data in {} was written in {} mode", place.display(), name_of(mode)))
                    .hint(format!("give `--set kafka.mode={}`, or another --name", setting_of(mode)))
                    .hint(format!("delete it with `karctl local reset{}`", name_flag(&desired.name)))
                    .code(Code::DataOfOtherMode)
                    .into())
            }
            _ => Ok(()),
        }
    }

    fn check_version(&self, kafka_version: &str) -> Result<()> {
        match &self.kafka.kafka_version {
            Some(written) if version_parts(written) > version_parts(kafka_version) => {
                let place = data(self.folder, Component::Kafka);
                let message = format!("the data in {} was written by Kafka {written}", place.display());
                Err(Failure::new(format!("{message}, newer than {kafka_version}"))
                    .hint(format!("give `--set kafka.version={written}`, or another --name"))
                    .code(Code::DataOfNewerKafka)
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Kafka started on an empty ZooKeeper would delete what it does not find there; ZooKeeper's topics without Kafka's
    /// records would come up empty.
    fn check_cluster(&self) -> Result<()> {
        let (kafka, zookeeper) = (&self.kafka.cluster_id, &self.zookeeper.cluster_id);
        let (kafka_data, zookeeper_data) =
            (data(self.folder, Component::Kafka), data(self.folder, Component::ZooKeeper));
        let message = match (kafka, zookeeper) {
            (Some(kafka), _) if is_empty(&zookeeper_data.join(ZOOKEEPER_STORE)) => {
                format!(
                    "Kafka's data belongs to cluster {kafka}, but ZooKeeper's in {} is gone",
                    zookeeper_data.display()
                )
            }
            (None, Some(zookeeper)) => {
                format!(
                    "ZooKeeper's data belongs to cluster {zookeeper}, but Kafka's in {} is gone",
                    kafka_data.display()
                )
            }
            // Kafka's mark is written before ZooKeeper's.
            (None, None) if self.zookeeper != Mark::default() && self.kafka == Mark::default() => {
                format!("there is ZooKeeper's data, but Kafka's in {} is gone", kafka_data.display())
            }
            (Some(kafka), Some(zookeeper)) if kafka != zookeeper => format!(
                "Kafka's data in {} belongs to cluster {kafka}, ZooKeeper's to {zookeeper}",
                kafka_data.display()
            ),
            _ => return Ok(()),
        };
        Err(Failure::new(message)
            .hint("restore both folders together, or delete both with `karctl local reset`")
            .code(Code::DataOfOtherCluster)
            .into())
    }
}

fn data(folder: &InstanceFolder, component: Component) -> PathBuf {
    folder.server(component).data()
}

fn name_of(mode: KafkaMode) -> &'static str {
    match mode {
        KafkaMode::ZooKeeper => "ZooKeeper",
        KafkaMode::Kraft => "KRaft",
    }
}

fn setting_of(mode: KafkaMode) -> &'static str {
    match mode {
        KafkaMode::ZooKeeper => "zookeeper",
        KafkaMode::Kraft => "kraft",
    }
}

/// The numbers of a version, for comparing; what is no number counts as 0.
pub fn version_parts(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

fn read_mark(folder: &Path) -> Result<Mark> {
    let path = folder.join(FILE);
    let bad = || {
        Failure::new(format!("{} cannot be understood", path.display()))
            .hint(format!("move it away (`mv {0} {0}.bad`); the data itself is not touched", path.display()))
            .code(Code::BadState)
    };
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).or_fail(bad),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Mark::default()),
        Err(error) => Err(bad().because(error).into()),
    }
}

fn write_mark(folder: &Path, mark: &Mark) -> Result<()> {
    file::write_atomic(&folder.join(FILE), &serde_json::to_vec_pretty(mark)?, file::PRIVATE).map(drop)
}

/// `version=0` is ZooKeeper mode, 1 KRaft; see `MetaPropertiesVersion` of Kafka.
fn read_meta(path: &Path) -> Mark {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let mode = match value("version") {
        Some("0") => Some(KafkaMode::ZooKeeper),
        Some("1") => Some(KafkaMode::Kraft),
        _ => None,
    };
    Mark { kafka_version: None, mode, cluster_id: value("cluster.id").map(str::to_owned) }
}
