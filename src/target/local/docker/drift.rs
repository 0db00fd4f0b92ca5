//! What is to be done with a component: the decision, without the doing. Pure.

use super::blueprint::Blueprint;
use super::inventory::Found;
use super::labels;
use crate::client::docker::models::ContainerStateStatusEnum as Status;
use crate::client::docker::{FoundNetwork, are_other_images};
use crate::target::local::engine::{Action, Outcome};

/// What is to be done with a component's container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make and start it.
    Create,
    /// Finish what a cut command began: it was made as wanted and never started.
    Finish,
    /// Remove it and make it anew.
    Recreate(String),
    /// Start it; it ended or was stopped.
    Start(String),
    /// Let it go on; somebody paused it.
    Unpause,
    /// Nothing.
    Leave,
}

/// What a container is compared with.
pub struct Wanted<'a> {
    /// What it is made from.
    pub blueprint: &'a Blueprint,
    /// The hash of that.
    pub specification: &'a str,
    /// Id of the image; `None` where there is none yet.
    pub image_id: Option<&'a str>,
    /// The network; `None` where there is none yet.
    pub network: Option<&'a FoundNetwork>,
}

impl Step {
    /// Decides.
    pub fn decide(found: Option<&Found>, wanted: &Wanted<'_>) -> Self {
        let Some(found) = found else { return Self::Create };
        if let Some(reason) = drift(found, wanted) {
            return Self::Recreate(reason);
        }
        match found.status() {
            Status::RUNNING | Status::RESTARTING => Self::Leave,
            Status::PAUSED => Self::Unpause,
            Status::CREATED => Self::Finish,
            Status::DEAD | Status::REMOVING => Self::Recreate("it was half removed".to_owned()),
            _ if found.was_stopped() => Self::Start("it was stopped".to_owned()),
            _ => Self::Start(found.ended().map_or_else(String::new, |ended| format!("it {ended}"))),
        }
    }

    /// What is told of it once it is done.
    pub fn outcome(&self, blueprint: &Blueprint) -> Outcome {
        let (action, reason) = match self {
            Self::Create => (Action::Created, None),
            Self::Finish => (Action::Created, Some("it was never started".to_owned())),
            Self::Recreate(reason) => (Action::Recreated, Some(reason.clone())),
            Self::Start(reason) => (Action::Started, Some(reason.clone())),
            Self::Unpause => (Action::Started, Some("it was paused".to_owned())),
            Self::Leave => (Action::Unchanged, None),
        };
        Outcome { component: blueprint.component, action, reason }
    }
}

/// What differs, in words; `None` when nothing does.
fn drift(found: &Found, wanted: &Wanted<'_>) -> Option<String> {
    let blueprint = wanted.blueprint;
    if found.is_foreign {
        return Some("it was not karctl's".to_owned());
    }
    if found.labels().get(labels::SPECIFICATION).map(String::as_str) != Some(wanted.specification) {
        let made_from = found.inspected.config.as_ref().and_then(|config| config.image.as_deref());
        return Some(match made_from {
            // Podman writes the registry in front of the name.
            Some(image) if !image.ends_with(&blueprint.image) => format!("its image was {image}"),
            _ => "its settings differ".to_owned(),
        });
    }
    if are_other_images(found.inspected.image.as_deref(), wanted.image_id) {
        return Some(format!("{} is another image now", blueprint.image));
    }
    if !has_volume(found, blueprint) {
        return Some(format!("its data was not in the volume {}", blueprint.volume));
    }
    if !is_attached(found, wanted) {
        return Some(format!("it was not on the network {}", blueprint.network));
    }
    None
}

fn has_volume(found: &Found, blueprint: &Blueprint) -> bool {
    found.inspected.mounts.iter().flatten().any(|mount| {
        mount.destination.as_deref() == Some(blueprint.mount) && mount.name.as_deref() == Some(&blueprint.volume)
    })
}

/// A container that never ran finds its network by name when it is started; Podman tells the name where Docker has the id.
fn is_attached(found: &Found, wanted: &Wanted<'_>) -> bool {
    let Some(network) = wanted.network else { return found.was_never_started() };
    let name = wanted.blueprint.network.as_str();
    let networks = found.inspected.network_settings.as_ref().and_then(|settings| settings.networks.as_ref());
    let Some(endpoint) = networks.and_then(|networks| networks.get(name).or_else(|| networks.get(&network.id))) else {
        return false;
    };
    let id = endpoint.network_id.as_deref().unwrap_or_default();
    id.is_empty() || id == network.id || id == name
}

#[cfg(test)]
#[path = "drift_tests.rs"]
mod tests;
