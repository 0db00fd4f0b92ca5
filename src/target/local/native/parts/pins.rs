//! The sums of the files that karctl fetches, made with `sha256sum` from files that Maven had checked itself; those of
//! Kafka's archives are the ones that Apache publishes beside them.

use crate::client::download::Digest;

/// Files that belong together, in the form of `sha256sum`.
#[derive(Clone, Copy, Debug)]
pub struct Pins(&'static str);

impl Pins {
    /// Kafka's class path as Maven resolves it, without the binding of slf4j's version for versions that are not pinned.
    pub fn of_kafka(version: &str) -> Option<Self> {
        let text = match version {
            "3.9.1" => include_str!("../../../../../templates/native/kafka-3.9.1.sha256"),
            "3.9.2" => include_str!("../../../../../templates/native/kafka-3.9.2.sha256"),
            "4.0.1" => include_str!("../../../../../templates/native/kafka-4.0.1.sha256"),
            "4.1.1" => include_str!("../../../../../templates/native/kafka-4.1.1.sha256"),
            "4.1.2" => include_str!("../../../../../templates/native/kafka-4.1.2.sha256"),
            "4.2.0" => include_str!("../../../../../templates/native/kafka-4.2.0.sha256"),
            "4.3.1" => include_str!("../../../../../templates/native/kafka-4.3.1.sha256"),
            _ => return None,
        };
        Some(Self(text))
    }

    /// The jar that carries Redis, and the programs in it.
    pub fn of_redis() -> Self {
        Self(include_str!("../../../../../templates/native/redis-7.0.15.sha256"))
    }

    /// Kafka's official archives, with SHA-512.
    pub fn of_archives() -> Self {
        Self(include_str!("../../../../../templates/native/kafka-archives.sha512"))
    }

    /// The sum of a file.
    pub fn sum(self, name: &str) -> Option<&'static str> {
        self.entries().find(|(_, file)| *file == name).map(|(sum, _)| sum)
    }

    /// The SHA-512 sum of Kafka's archive.
    pub fn archive(name: &str) -> Option<Digest> {
        Self::of_archives().sum(name).map(Digest::Sha512)
    }

    /// The names of all files.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.entries().map(|(_, name)| name)
    }

    fn entries(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.lines().filter_map(|line| line.split_once("  "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pinned_kafka_has_its_jar_and_a_binding_for_its_log() {
        for version in ["3.9.1", "3.9.2", "4.0.1", "4.1.1", "4.1.2", "4.2.0", "4.3.1"] {
            let pins = Pins::of_kafka(version).expect("pinned");
            assert!(pins.sum(&format!("kafka_2.13-{version}.jar")).is_some_and(|sum| sum.len() == 64), "{version}");
            assert!(pins.names().any(|name| name.starts_with("slf4j-jdk14-")), "{version}");
        }
        assert!(Pins::of_kafka("1.0.0").is_none());
    }

    #[test]
    fn archives_are_pinned_with_sha_512() {
        assert!(Pins::of_archives().entries().all(|(sum, name)| sum.len() == 128 && name.ends_with(".tgz")));
        assert!(Pins::archive("kafka_2.13-3.9.1.tgz").is_some());
    }
}
