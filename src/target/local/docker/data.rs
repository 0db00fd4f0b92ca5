//! Whose data is in the volumes: read before anything is changed, so that what does not fit is refused and left as it is.
//!
//! Kafka writes `log/meta.properties` when it first starts; karctl writes [`MARKER`] beside it, and into ZooKeeper's volume,
//! before that. The marker's cluster id says that the two volumes belong together.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::labels::mode_name;
use crate::code::Code;
use crate::error::{Failure, Result};
use crate::settings::KafkaMode;
use crate::target::local::instance::{Component, Desired};

/// karctl's file in the volumes of Kafka and ZooKeeper.
pub const MARKER: &str = "karctl.json";

/// Kafka's own file in its volume.
pub const META_PROPERTIES: &str = "log/meta.properties";

/// Number of random bytes in a cluster id, as Kafka wants it.
const ID_BYTES: usize = 16;

/// What karctl writes of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// The newest Kafka that was started on it.
    pub kafka_version: String,
    /// How that Kafka kept its metadata.
    pub mode: KafkaMode,
    /// The same in both volumes of an instance; in KRaft mode also Kafka's own id.
    pub cluster_id: String,
}

/// What Kafka writes when it first starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaProperties {
    /// Version 0 of the file is ZooKeeper's, 1 is KRaft's.
    pub mode: KafkaMode,
    /// Kafka's own id.
    pub cluster_id: Option<String>,
}

/// What is in a volume that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// karctl's file.
    pub marker: Option<Marker>,
    /// Kafka's file; in Kafka's volume only.
    pub meta: Option<MetaProperties>,
}

/// What is in the volumes of Kafka and ZooKeeper; a volume that does not exist has no entry.
pub type Contents = BTreeMap<Component, Content>;

impl MetaProperties {
    /// Reads the file; `None` for what Kafka did not write.
    pub fn parse(text: &str) -> Option<Self> {
        let value = |name: &str| {
            text.lines().find_map(|line| line.trim().strip_prefix(name)?.trim_start().strip_prefix('=').map(str::trim))
        };
        let mode = if value("version")? == "0" { KafkaMode::ZooKeeper } else { KafkaMode::Kraft };
        Some(Self { mode, cluster_id: value("cluster.id").map(str::to_owned) })
    }
}

/// The cluster id to go on with: that of the data, else a new one.
///
/// # Errors
/// When the data was written in the other mode or by a newer Kafka, or one of the two volumes is not the other's.
pub fn judge(desired: &Desired, contents: &Contents) -> Result<String> {
    let kafka = contents.get(&Component::Kafka);
    let zookeeper = contents.get(&Component::ZooKeeper);
    if let Some(content) = kafka
        && let Some(meta) = &content.meta
    {
        check_mode(desired, meta)?;
        check_version(desired, content.marker.as_ref())?;
    }
    if desired.mode == KafkaMode::ZooKeeper {
        check_pair(desired, kafka, zookeeper)?;
    }
    let marked = |content: Option<&Content>| content?.marker.as_ref().map(|marker| marker.cluster_id.clone());
    let of_meta = kafka.and_then(|content| content.meta.as_ref()?.cluster_id.clone());
    Ok(marked(kafka).or(of_meta).or_else(|| marked(zookeeper)).unwrap_or_else(new_cluster_id))
}

fn check_mode(desired: &Desired, meta: &MetaProperties) -> Result<()> {
    if meta.mode == desired.mode {
        return Ok(());
    }
    let (was, wanted) = (mode_name(meta.mode), mode_name(desired.mode));
    Err(Failure::new(format!(
        "the data of Kafka in {} was written in {was} mode, which {wanted} mode cannot read; nothing was changed",
        desired.name.volume(Component::Kafka)
    ))
    .hint(format!(
        "go on with `--set kafka.mode={was}`, give another --name, or delete the data with `karctl local reset`"
    ))
    .code(Code::DataOfOtherMode)
    .into())
}

fn check_version(desired: &Desired, marker: Option<&Marker>) -> Result<()> {
    let Some(marker) = marker else { return Ok(()) };
    if numbers(&marker.kafka_version) <= numbers(&desired.kafka_version) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the data of Kafka in {} was written by Kafka {}, which {} may not read; nothing was changed",
        desired.name.volume(Component::Kafka),
        marker.kafka_version,
        desired.kafka_version
    ))
    .hint(format!(
        "go on with `--set kafka.version={}`, give another --name, or delete the data with `karctl local reset`",
        marker.kafka_version
    ))
    .code(Code::DataOfNewerKafka)
    .into())
}

/// In ZooKeeper mode neither volume is of use without the other.
fn check_pair(desired: &Desired, kafka: Option<&Content>, zookeeper: Option<&Content>) -> Result<()> {
    let volume = |component| desired.name.volume(component);
    let marked = |content: Option<&Content>| content?.marker.as_ref().map(|marker| marker.cluster_id.clone());
    let has_data = kafka.is_some_and(|content| content.meta.is_some());
    let problem = match (marked(kafka), marked(zookeeper)) {
        _ if has_data && zookeeper.is_none() => {
            format!(
                "{} is gone, without which that in {} cannot be read",
                volume(Component::ZooKeeper),
                volume(Component::Kafka)
            )
        }
        (_, Some(_)) if kafka.is_none() => {
            format!("{} is gone, to which that in {} belongs", volume(Component::Kafka), volume(Component::ZooKeeper))
        }
        (Some(id), other) if has_data && other.as_ref() != Some(&id) => {
            format!("{} and {} belong to different clusters", volume(Component::ZooKeeper), volume(Component::Kafka))
        }
        _ => return Ok(()),
    };
    Err(Failure::new(format!("the data of Kafka and ZooKeeper does not fit together: {problem}; nothing was changed"))
        .hint("restore the two volumes together, give another --name, or delete both with `karctl local reset`")
        .code(Code::DataOfOtherCluster)
        .into())
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// 22 characters, the first of which is no `-`: it is an argument of a command.
fn new_cluster_id() -> String {
    loop {
        let id = URL_SAFE_NO_PAD.encode(rand::random::<[u8; ID_BYTES]>());
        if !id.starts_with('-') {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;
    use crate::target::local::docker::test_support::desired;

    fn marker(version: &str, id: &str) -> Option<Marker> {
        Some(Marker { kafka_version: version.to_owned(), mode: KafkaMode::ZooKeeper, cluster_id: id.to_owned() })
    }

    fn written(mode: KafkaMode) -> Option<MetaProperties> {
        Some(MetaProperties { mode, cluster_id: Some("kafka-id".to_owned()) })
    }

    fn contents(kafka: Option<Content>, zookeeper: Option<Content>) -> Contents {
        let pairs = [(Component::Kafka, kafka), (Component::ZooKeeper, zookeeper)];
        pairs.into_iter().filter_map(|(component, content)| Some((component, content?))).collect()
    }

    fn refusal(mode: KafkaMode, contents: &Contents) -> Option<Code> {
        let mut desired = desired();
        desired.mode = mode;
        judge(&desired, contents).err().and_then(|error| report(&error).code)
    }

    #[test]
    fn kafkas_own_file_tells_the_mode() {
        let text = "#\n#Sun Nov 22\ncluster.id=abc\nversion=0\nbroker.id=0\n";
        let expected = MetaProperties { mode: KafkaMode::ZooKeeper, cluster_id: Some("abc".to_owned()) };
        assert_eq!(MetaProperties::parse(text), Some(expected));
        assert_eq!(MetaProperties::parse("version=1").map(|meta| meta.mode), Some(KafkaMode::Kraft));
        assert_eq!(MetaProperties::parse("nonsense"), None);
    }

    #[test]
    fn fresh_volumes_get_a_new_id_and_used_ones_keep_theirs() {
        let fresh = judge(&desired(), &Contents::new()).expect("fits");
        assert_eq!(fresh.len(), 22);
        let used = Content { marker: marker("3.9.1", "id"), meta: written(KafkaMode::ZooKeeper) };
        let zookeeper = Content { marker: marker("3.9.1", "id"), meta: None };
        assert_eq!(judge(&desired(), &contents(Some(used), Some(zookeeper))).expect("fits"), "id");
    }

    #[test]
    fn a_first_start_that_was_cut_goes_on() {
        let empty = Content::default();
        let marked = Content { marker: marker("3.9.1", "id"), meta: None };
        let cut = contents(Some(empty), Some(marked.clone()));
        assert_eq!(judge(&desired(), &cut).expect("fits"), "id");
        // Nothing was written in the old mode, so another one may begin.
        assert_eq!(refusal(KafkaMode::Kraft, &contents(Some(marked.clone()), Some(marked))), None);
    }

    #[test]
    fn data_that_does_not_fit_is_refused() {
        let content = |version, id| Content { marker: marker(version, id), meta: written(KafkaMode::ZooKeeper) };
        let zookeeper = |id| Some(Content { marker: marker("3.9.1", id), meta: None });
        let zk = KafkaMode::ZooKeeper;
        let cases = [
            (KafkaMode::Kraft, contents(Some(content("3.9.1", "a")), zookeeper("a")), Code::DataOfOtherMode),
            (zk, contents(Some(content("3.10.0", "a")), zookeeper("a")), Code::DataOfNewerKafka),
            (zk, contents(Some(content("3.9.1", "a")), zookeeper("b")), Code::DataOfOtherCluster),
            (zk, contents(Some(content("3.9.1", "a")), Some(Content::default())), Code::DataOfOtherCluster),
            (zk, contents(Some(content("3.9.1", "a")), None), Code::DataOfOtherCluster),
            (zk, contents(None, zookeeper("a")), Code::DataOfOtherCluster),
        ];
        for (mode, contents, code) in cases {
            assert_eq!(refusal(mode, &contents), Some(code), "{contents:?}");
        }
    }
}
