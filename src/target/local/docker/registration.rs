//! What a Kafka that was killed leaves in ZooKeeper: taken away before the next one starts, which else ends with
//! `NodeExistsException` until ZooKeeper's session of the killed one has run out (18 s).
//!
//! ZooKeeper has no port on the host, so a bash of its own container opens the connection.

use std::time::Duration;

use super::blueprint::mount;
use super::data::META_PROPERTIES;
use crate::client::docker::Docker;
use crate::client::zookeeper::{REGISTRATIONS, answers_to_deletion, deletion};
use crate::error::Result;
use crate::target::local::instance::{Component, InstanceName};

/// File in Kafka's volume that says that it ended in good order; Kafka removes it when it starts.
const CLEAN_SHUTDOWN: &str = "log/.kafka_cleanshutdown";

/// Sends `$1` until `$2` bytes are the answer: ZooKeeper may be starting. It gives up after 30 s.
const SCRIPT: &str = r#"attempt=0
while [ $((attempt += 1)) -le 300 ]; do
  answered=$( (exec 3<>/dev/tcp/127.0.0.1/2181 && printf %b "$1" >&3 && wc -c <&3) 2>/dev/null)
  [ "${answered:-0}" -ge "$2" ] && exit
  sleep 0.1
done"#;

/// Time for the script, and for the engine to run it.
const LIMIT: Duration = Duration::from_secs(40);

/// Takes the registration away, where Kafka's data says that it did not end in good order. ZooKeeper must run, Kafka must not.
///
/// # Errors
/// When the engine refuses or does not answer. That ZooKeeper does not is no error here: Kafka tells it better.
pub async fn forget(docker: &Docker, name: &InstanceName, kafka: &str) -> Result<()> {
    let folder = mount(Component::Kafka);
    let is_there = async |file: &str| {
        let found = docker.download(kafka, &format!("{folder}/{file}")).await?;
        Ok::<_, anyhow::Error>(found.is_some())
    };
    if is_there(META_PROPERTIES).await? && !is_there(CLEAN_SHUTDOWN).await? {
        let (requests, answers) = (escaped(&deletion(&REGISTRATIONS)?), answers_to_deletion(REGISTRATIONS.len()));
        let command = ["bash", "-c", SCRIPT, "bash", &requests, &answers.to_string()];
        docker.run(&name.container(Component::ZooKeeper), &command, LIMIT).await?;
    }
    Ok(())
}

/// As `printf %b` takes it: every byte in octal.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\0{byte:03o}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_escaped_one_by_one() {
        assert_eq!(escaped(b"\0/\xff"), "\\0000\\0057\\0377");
    }
}
