//! What Kafka needs before it starts: a formatted folder in KRaft mode; in ZooKeeper mode, after a death, that its last
//! life is forgotten.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::instance::Component;
use super::data::Data;
use super::death;
use super::ensure::GRACE;
use super::folders::ServerFolder;
use super::plan::{Plan, zookeeper_address};
use super::server::Launcher;
use crate::client::process::{self, Life};
use crate::client::zookeeper;
use crate::code::Code;
use crate::environment;
use crate::error::{Failure, Result};
use crate::settings::KafkaMode;

/// How long the tool that formats Kafka's folder may take.
const FORMAT_LIMIT: Duration = Duration::from_secs(60);

/// How often it is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How often it is looked whether a server that is waited for has ended.
const LOOK_FOR_DEATH: Duration = Duration::from_millis(200);

/// The id of the cluster that Kafka's folder has to be formatted for; `None` where it need not be.
pub fn cluster_id(plan: &Plan, launcher: &Launcher<'_>) -> Result<Option<String>> {
    let data = Data::of(&plan.folder)?;
    let is_starting =
        plan.wanted.iter().any(|wanted| wanted.component == Component::Kafka && wanted.is_to_be_started());
    if launcher.desired.mode != KafkaMode::Kraft || !is_starting || data.is_formatted() {
        return Ok(None);
    }
    Ok(Some(data.cluster_id().map_or_else(new_cluster_id, str::to_owned)))
}

/// 16 random bytes in base64, not beginning with a dash, which tools would take for an option; as `Uuid` of Kafka.
fn new_cluster_id() -> String {
    loop {
        let id = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
        if !id.starts_with('-') {
            return id;
        }
    }
}

/// Prepares Kafka's folder. It runs under Kafka's own lock, so that one that a killed karctl left behind is ended like Kafka itself.
pub async fn format(plan: &Plan, launcher: &Launcher<'_>, cluster_id: &str) -> Result<()> {
    let folder = plan.folder.server(Component::Kafka);
    let step = launcher.context.ui.step("Formatting Kafka's folder");
    let mut formatting = process::launch(&environment::executable(), folder.root(), &launcher.format(cluster_id))?;
    let began = Instant::now();
    let status = loop {
        match formatting.ended() {
            Some(status) => break Some(status),
            None if began.elapsed() > FORMAT_LIMIT => break None,
            None => tokio::time::sleep(LOOK_AGAIN).await,
        }
    };
    process::end(folder.root(), GRACE).await?;
    if status.is_some_and(|status| status.success()) {
        step.skip();
        return Ok(());
    }
    let output = std::fs::read_to_string(folder.root().join(process::OUTPUT)).unwrap_or_default();
    let said = output.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned();
    Err(Failure::new(format!("Kafka's folder {} could not be formatted: {said}", folder.data().display())).into())
}

/// Takes the broker's registration out of ZooKeeper. A ZooKeeper that ended meanwhile is not waited for.
pub async fn forget_last_life(plan: &Plan, launcher: &Launcher<'_>) -> Result<()> {
    if launcher.desired.mode != KafkaMode::ZooKeeper {
        return Ok(());
    }
    let step = launcher.context.ui.step("Taking Kafka's last life out of ZooKeeper");
    let limit = launcher.context.deadline.left();
    let server = plan.folder.server(Component::ZooKeeper);
    tokio::select! {
        deleted = zookeeper::delete(zookeeper_address(&plan.state), &zookeeper::REGISTRATIONS, limit) => deleted?,
        cause = death_of(&server) => {
            return Err(Failure::new(format!("ZooKeeper {cause}")).code(Code::Exited).into());
        }
    }
    step.skip();
    Ok(())
}

/// Returns when ZooKeeper has ended, with how.
async fn death_of(folder: &ServerFolder) -> String {
    loop {
        match process::look(folder.root()) {
            Ok(Life::Dead(record)) => return death::cause(folder, Component::ZooKeeper, &record),
            Ok(Life::None) => return "ended".to_owned(),
            Ok(Life::Alive(_)) | Err(_) => tokio::time::sleep(LOOK_FOR_DEATH).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_id_is_what_kafka_takes_for_one() {
        let id = new_cluster_id();
        assert_eq!(id.len(), 22);
        assert!(!id.starts_with('-'));
    }
}
