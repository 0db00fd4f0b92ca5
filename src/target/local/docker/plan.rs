//! What is wanted, beside what is: the steps that `ensure` does and `--dry-run` tells.

use super::blueprint::Blueprint;
use super::data;
use super::drift::{Step, Wanted};
use super::images::Images;
use super::inventory::Inventory;
use super::volume_reader::{self, Probe};
use crate::client::docker::{Docker, FoundNetwork};
use crate::code::Code;
use crate::error::{Failure, Result};
use crate::target::local::engine::{Action, Outcome};
use crate::target::local::instance::{Component, Desired};

/// One component: what it is made from, and what is to be done.
pub struct Planned {
    /// What it is made from.
    pub blueprint: Blueprint,
    /// The hash of that.
    pub specification: String,
    /// What is to be done.
    pub step: Step,
}

/// Everything that is to be done.
pub struct Plan {
    /// The components that are wanted, in the order in which they are started.
    pub components: Vec<Planned>,
    /// Components that are there and not wanted: ZooKeeper, after Kafka's mode was changed.
    pub orphans: Vec<Component>,
}

/// What every component of an instance is made from, in the order in which they are started.
///
/// # Errors
/// When a template does not render, which is a defect of karctl.
pub fn blueprints(desired: &Desired) -> Result<Vec<Blueprint>> {
    desired.components().into_iter().map(|component| Blueprint::new(desired, component)).collect()
}

impl Plan {
    /// Compares.
    ///
    /// # Errors
    /// When a specification cannot be written, which is a defect of karctl.
    pub fn new(blueprints: Vec<Blueprint>, inventory: &Inventory, images: &Images) -> Result<Self> {
        let wanted: Vec<_> = blueprints.iter().map(|blueprint| blueprint.component).collect();
        let network = network(inventory);
        let plan = |blueprint: Blueprint| {
            let specification = blueprint.specification()?;
            let image_id = images.get(&blueprint.image).and_then(|image| image.id.as_deref());
            let wanted = Wanted { blueprint: &blueprint, specification: &specification, image_id, network };
            let step = Step::decide(inventory.containers.get(&blueprint.component), &wanted);
            Ok(Planned { blueprint, specification, step })
        };
        let is_orphan = |component: &Component| !wanted.contains(component) && inventory.own(*component).is_some();
        Ok(Self {
            orphans: Component::ALL.into_iter().filter(is_orphan).collect(),
            components: blueprints.into_iter().map(plan).collect::<Result<_>>()?,
        })
    }

    /// What is told of it: the components, then the orphans.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let components = self.components.iter().map(|planned| planned.step.outcome(&planned.blueprint));
        let orphans = self.orphans.iter().map(|&component| Outcome {
            component,
            action: Action::Removed,
            reason: Some("Kafka's mode does not need it".to_owned()),
        });
        components.chain(orphans).collect()
    }

    /// Reads whose data is in the volumes, where a container is to be made for it, and says with which id it goes on.
    ///
    /// # Errors
    /// When the data does not fit what is wanted, or the engine does not answer.
    pub async fn check_data(
        &self,
        docker: &Docker,
        desired: &Desired,
        inventory: &Inventory,
        probe: Probe,
    ) -> Result<String> {
        let makes_one = self.components.iter().any(|planned| {
            planned.blueprint.component != Component::Redis
                && matches!(planned.step, Step::Create | Step::Finish | Step::Recreate(_))
        });
        if !makes_one {
            return Ok(String::new());
        }
        let blueprints: Vec<_> = self.components.iter().map(|planned| planned.blueprint.clone()).collect();
        let contents = volume_reader::read(docker, &desired.name, inventory, &blueprints, probe).await?;
        if probe == Probe::Forbidden && contents.len() < known_volumes(&blueprints, inventory) {
            // Unread data is not judged: a plan that cannot look inside does not guess.
            return Ok(String::new());
        }
        data::judge(desired, &contents)
    }
}

fn known_volumes(blueprints: &[Blueprint], inventory: &Inventory) -> usize {
    let has_one = |blueprint: &&Blueprint| {
        blueprint.component != Component::Redis && inventory.volumes.contains(&blueprint.volume)
    };
    blueprints.iter().filter(has_one).count()
}

/// The network to use: the oldest one that is karctl's, else the oldest one.
pub fn network(inventory: &Inventory) -> Option<&FoundNetwork> {
    let is_ours = |network: &&FoundNetwork| network.labels.contains_key(super::labels::INSTANCE);
    inventory.networks.iter().find(is_ours).or(inventory.networks.first())
}

/// Refuses what has the instance's names and is not karctl's.
///
/// # Errors
/// With the names, and what to do.
pub fn refuse_foreign(desired: &Desired, inventory: &Inventory) -> Result<()> {
    if let Some(network) = network(inventory)
        && (network.driver != "bridge" || network.is_internal)
    {
        let kind = if network.is_internal { "internal" } else { &network.driver };
        return Err(Failure::new(format!(
            "the network {} exists and is {kind}, so no port can be reached",
            desired.name.network()
        ))
        .hint(format!("remove it with `docker network rm {}`, or give another --name", desired.name.network()))
        .code(Code::ForeignContainer)
        .into());
    }
    let foreign: Vec<_> = desired
        .components()
        .into_iter()
        .filter(|component| inventory.containers.get(component).is_some_and(|found| found.is_foreign))
        .map(|component| desired.name.container(component))
        .collect();
    if foreign.is_empty() || desired.replace {
        return Ok(());
    }
    let (noun, verb) = if foreign.len() == 1 { ("container", "is") } else { ("containers", "are") };
    Err(Failure::new(format!("the {noun} {} {verb} not karctl's", foreign.join(", ")))
        .hint("give --replace to stop and remove what is there (volumes stay), or --name for an instance beside it")
        .code(Code::ForeignContainer)
        .into())
}
