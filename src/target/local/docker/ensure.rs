//! Brings an instance to what is wanted: read, compare, do the difference. A cut at any point is finished by the next run.

use std::path::Path;

use futures_util::future::join_all;

use super::blueprint::Blueprint;
use super::data::Marker;
use super::drift::Step;
use super::images::Images;
use super::inventory::Inventory;
use super::plan::{self, Plan, Planned};
use super::volume_reader::Probe;
use super::{labels, registration, teardown, upload};
use crate::client::docker::models::ImageConfig;
use crate::client::docker::{AnonymousVolumes, Creation, Docker, DockerError};
use crate::code::Code;
use crate::error::{Failure, Result};
use crate::target::engine_port::{holder, is_about_a_port};
use crate::target::local::engine::Outcome;
use crate::target::local::instance::{Component, Desired};

/// What everything below is given.
pub struct Setting<'a> {
    /// The engine.
    pub docker: &'a Docker,
    /// What is wanted.
    pub desired: &'a Desired,
    /// What was there.
    pub inventory: &'a Inventory,
    /// The images, all present.
    pub images: &'a Images,
    /// The file that the labels of compose name.
    pub compose_file: &'a Path,
}

/// Does the difference. Nothing is changed before the data was found to fit.
///
/// # Errors
/// When the data does not fit, a port is taken, or the engine refuses or does not answer.
pub async fn converge(setting: &Setting<'_>, blueprints: Vec<Blueprint>) -> Result<Vec<Outcome>> {
    let Setting { docker, desired, inventory, images, .. } = setting;
    let plan = Plan::new(blueprints, inventory, images)?;
    let cluster_id = plan.check_data(docker, desired, inventory, Probe::Allowed).await?;
    let marker = Marker { kafka_version: desired.kafka_version.clone(), mode: desired.mode, cluster_id };
    remove_what_is_in_the_way(setting, &plan).await?;
    let (network, ()) = tokio::try_join!(ensure_network(setting), ensure_volumes(setting, &plan))?;
    let is_to_be_created = |planned: &Planned| matches!(planned.step, Step::Create | Step::Recreate(_));
    let all = &plan.components;
    side_by_side(all.iter().filter(|&planned| is_to_be_created(planned)), async |planned| {
        create(setting, planned, &network).await
    })
    .await?;
    upload_files(setting, &plan, &marker).await?;
    run(setting, &plan).await?;
    Ok(plan.outcomes())
}

/// Does the same for several components at once, all of them to the end whatever becomes of one; the first error counts.
async fn side_by_side<'a>(
    components: impl Iterator<Item = &'a Planned>,
    work: impl AsyncFn(&'a Planned) -> Result<()>,
) -> Result<()> {
    let work = &work;
    join_all(components.map(|planned| work(planned))).await.into_iter().collect()
}

/// Containers that are to be made anew, or not at all. The last one that was started goes first.
async fn remove_what_is_in_the_way(setting: &Setting<'_>, plan: &Plan) -> Result<()> {
    let Setting { docker, desired, inventory, .. } = setting;
    for stray in &inventory.strays {
        docker.remove_container(stray, AnonymousVolumes::Remove).await?;
    }
    let recreated = plan.components.iter().filter(|planned| matches!(planned.step, Step::Recreate(_)));
    let recreated = recreated.map(|planned| planned.blueprint.component);
    let mut in_the_way: Vec<_> = recreated.chain(plan.orphans.iter().copied()).collect();
    in_the_way.sort();
    for component in in_the_way.into_iter().rev() {
        let Some(found) = inventory.containers.get(&component) else { continue };
        let container = desired.name.container(component);
        teardown::end(docker, found, &container, component).await?;
        // What a foreign container kept in a volume without a name is its owner's.
        let volumes = if found.is_foreign { AnonymousVolumes::Keep } else { AnonymousVolumes::Remove };
        docker.remove_container(&container, volumes).await?;
    }
    Ok(())
}

/// The network, by its name, or by its id where another one has the same name.
async fn ensure_network(setting: &Setting<'_>) -> Result<String> {
    let Setting { docker, desired, inventory, .. } = setting;
    let name = desired.name.network();
    let Some(chosen) = plan::network(inventory) else {
        docker.create_network(&name, labels::of_network(&desired.name)).await?;
        return Ok(name);
    };
    let mut is_alone = true;
    for other in inventory.networks.iter().filter(|network| network.id != chosen.id) {
        // Twins come from two commands at once, on engines that let them; an empty one of ours is of no use.
        let is_empty = docker.attached(&other.id).await?.is_empty();
        if is_empty && labels::belongs(Some(&other.labels), &desired.name) {
            docker.remove_network(&other.id).await?;
        } else {
            is_alone = false;
        }
    }
    Ok(if is_alone { name } else { chosen.id.clone() })
}

async fn ensure_volumes(setting: &Setting<'_>, plan: &Plan) -> Result<()> {
    let Setting { docker, desired, inventory, .. } = setting;
    let missing = plan.components.iter().filter(|planned| !inventory.volumes.contains(&planned.blueprint.volume));
    side_by_side(missing, async |Planned { blueprint, .. }| {
        let labels = labels::of_volume(&desired.name, blueprint.component, desired.ephemeral);
        Ok(docker.create_volume(&blueprint.volume, labels).await?)
    })
    .await
}

/// The files of every container that was made and not started yet.
async fn upload_files(setting: &Setting<'_>, plan: &Plan, marker: &Marker) -> Result<()> {
    let is_new = |planned: &&Planned| matches!(planned.step, Step::Create | Step::Recreate(_) | Step::Finish);
    let made = plan.components.iter().filter(is_new);
    let of_images = made.clone().map(|planned| (&planned.blueprint, image_config(setting, &planned.blueprint)));
    let owners = upload::owners(setting.docker, of_images).await?;
    side_by_side(made, async |Planned { blueprint, .. }| {
        let owner = owners.get(&blueprint.component).copied().unwrap_or_default();
        upload::files(setting.docker, blueprint, owner, marker).await
    })
    .await
}

/// Starts what does not run. Kafka comes after ZooKeeper: one that connects within the very milliseconds in which ZooKeeper
/// begins to listen was seen to wait 18 s for its answer, and one that comes too early asks again only a second later.
async fn run(setting: &Setting<'_>, plan: &Plan) -> Result<()> {
    let needs_zookeeper = |planned: &&Planned| planned.blueprint.needs_zookeeper();
    let (last, first): (Vec<_>, Vec<_>) = plan.components.iter().partition(needs_zookeeper);
    for components in [first, last] {
        side_by_side(components.into_iter(), async |planned| run_one(setting, planned).await).await?;
    }
    Ok(())
}

async fn run_one(setting: &Setting<'_>, planned: &Planned) -> Result<()> {
    let Setting { docker, desired, inventory, .. } = setting;
    let Planned { blueprint, step, .. } = planned;
    match step {
        Step::Leave => Ok(()),
        Step::Unpause => Ok(docker.unpause_container(&blueprint.container).await?),
        Step::Create | Step::Recreate(_) | Step::Finish | Step::Start(_) => {
            // In a fresh volume there is no last life.
            if blueprint.needs_zookeeper() && inventory.volumes.contains(&blueprint.volume) {
                registration::forget(docker, &desired.name, &blueprint.container).await?;
            }
            start(setting, blueprint).await
        }
    }
}

async fn create(setting: &Setting<'_>, planned: &Planned, network: &str) -> Result<()> {
    let Setting { docker, desired, compose_file, .. } = setting;
    let Planned { blueprint, specification, .. } = planned;
    let labels = labels::of_container(desired, blueprint, specification, compose_file);
    let body = blueprint.body(image_config(setting, blueprint), network, labels);
    match docker.create_container(&blueprint.container, &body).await? {
        Creation::Created(_) => Ok(()),
        Creation::NameTaken => is_our_own(setting, planned).await,
    }
}

/// The name was free a moment ago, so it is our own container, whose answer was lost; or somebody was faster.
async fn is_our_own(setting: &Setting<'_>, planned: &Planned) -> Result<()> {
    let name = &planned.blueprint.container;
    let found = setting.docker.container(name).await?;
    let labels = found.and_then(|found| found.config).and_then(|config| config.labels).unwrap_or_default();
    if labels.get(labels::SPECIFICATION) == Some(&planned.specification) {
        return Ok(());
    }
    Err(Failure::new(format!("somebody else made a container {name} just now"))
        .hint("run the same command again")
        .code(Code::ForeignContainer)
        .into())
}

async fn start(setting: &Setting<'_>, blueprint: &Blueprint) -> Result<()> {
    match setting.docker.start_container(&blueprint.container).await {
        Err(error) if is_about_a_port(&error) => Err(port_taken(setting, blueprint, error).await),
        answer => Ok(answer?),
    }
}

fn image_config<'a>(setting: &Setting<'a>, blueprint: &Blueprint) -> &'a ImageConfig {
    static NONE: std::sync::LazyLock<ImageConfig> = std::sync::LazyLock::new(ImageConfig::default);
    setting.images.get(&blueprint.image).and_then(|image| image.config.as_ref()).unwrap_or(&NONE)
}

/// A container that could not have its port stays behind half made; it goes, and the holder of the port is named.
async fn port_taken(setting: &Setting<'_>, blueprint: &Blueprint, error: DockerError) -> anyhow::Error {
    let Some((_, _, port)) = blueprint.port else { return error.into() };
    if let Err(error) = setting.docker.remove_container(&blueprint.container, AnonymousVolumes::Remove).await {
        return error.into();
    }
    let holder = holder(setting.docker, port).await;
    let flag = if blueprint.component == Component::Kafka { "--kafka-port" } else { "--redis-port" };
    Failure::new(format!("port {port}, which {} needs, is taken{holder}", blueprint.component.title()))
        .hint(format!("give {flag} another port, or --any-port to take free ones"))
        .code(Code::PortTaken)
        .into()
}
