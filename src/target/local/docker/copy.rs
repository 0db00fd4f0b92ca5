//! The data of an instance out of its volumes and into them, for snapshots, through a container that is never started.
//!
//! A volume has one name, so the old data has to go before the new comes; meanwhile it is kept in the instance's folder.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use super::inventory::Inventory;
use super::{labels, teardown};
use crate::client::disk;
use crate::client::docker::models::{ContainerCreateBody, HostConfig, Mount, MountType};
use crate::client::docker::{AnonymousVolumes, Docker};
use crate::client::file::{PRIVATE, create_private_folder, write_atomic};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};
use crate::target::local::instance::{Component, InstanceName};

/// How long nothing may move while data is copied.
const STALL: Duration = Duration::from_secs(60);

/// Time for the engine to unpack one archive: a gigabyte takes seconds.
const UNPACK_LIMIT: Duration = Duration::from_secs(600);

/// Where the container that is made for copying has the volumes.
const MOUNTS: &str = "/var/lib/karctl";

/// What the label of that container says that it is.
const COMPONENT: &str = "snapshot";

/// In the folder of what is kept: all of it is there.
const WHOLE: &str = "whole";

/// Who is told of the bytes that were copied, and may refuse to go on.
type Told<'a> = &'a mut (dyn FnMut(u64) -> Result<()> + Send);

/// Copies the volumes into archives of the components' names.
///
/// # Errors
/// When the engine refuses or does not answer, or something cannot be written.
pub async fn read(docker: &Docker, name: &InstanceName, into: &Path, told: Told<'_>) -> Result<Vec<Component>> {
    let inventory = Inventory::glance(docker, name).await?;
    let volumes = volumes(&inventory, name);
    if volumes.is_empty() {
        return Ok(Vec::new());
    }
    let images = Component::ALL.iter().filter_map(|&component| inventory.own(component)?.inspected.image.clone());
    let probe = Probe::make(docker, name, &volumes, images.collect()).await?;
    let copied = copy_out(&probe, &volumes, into, told).await;
    probe.remove().await?;
    copied
}

/// Which volume has which component's data.
fn volumes(inventory: &Inventory, name: &InstanceName) -> Vec<(Component, String)> {
    let of = |component: Component| {
        let mounted = inventory.own(component).and_then(|found| found.inspected.mounts.as_ref());
        let in_use = mounted.into_iter().flatten().find_map(|mount| mount.name.clone());
        let volume =
            in_use.filter(|volume| inventory.volumes.contains(volume)).unwrap_or_else(|| name.volume(component));
        inventory.volumes.contains(&volume).then_some((component, volume))
    };
    Component::ALL.into_iter().filter_map(of).collect()
}

async fn copy_out(
    probe: &Probe<'_>,
    volumes: &[(Component, String)],
    into: &Path,
    told: Told<'_>,
) -> Result<Vec<Component>> {
    let mut before = 0;
    for (component, _) in volumes {
        let path = archive(into, *component);
        let made = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&path);
        let mut file = made.or_fail(|| Failure::new(format!("{} cannot be written", path.display())))?;
        let mut told_all = |bytes: u64| told(before + bytes);
        probe
            .docker
            .download_folder(&probe.name, &format!("{}/.", mount(*component)), &mut file, STALL, &mut told_all)
            .await?;
        before += file.metadata().map_or(0, |metadata| metadata.len());
    }
    Ok(volumes.iter().map(|(component, _)| *component).collect())
}

/// Makes the volumes anew from a folder of archives. `kept` is where the old data lies meanwhile. No container is there.
///
/// # Errors
/// When the engine refuses or does not answer; the old data is in its place then, or the code of the failure is
/// [`Code::RestoreUnfinished`].
pub async fn replace(
    docker: &Docker,
    name: &InstanceName,
    from: &Path,
    components: &[Component],
    kept: &Path,
) -> Result<()> {
    let old = keep(docker, name, kept).await?;
    let replaced = put(docker, name, from, components).await;
    if let Err(error) = replaced {
        return match put(docker, name, kept, &old).await {
            Ok(()) => remove(kept).and(Err(error)),
            Err(second) => {
                let message =
                    format!("{error:#}, nor can the old data be put back, which is kept in {}", kept.display());
                Err(Failure::new(message).because(second).code(Code::RestoreUnfinished).into())
            }
        };
    }
    remove(kept)
}

/// What a replacement that was cut kept is the old data, whatever is in the volumes by now.
async fn keep(docker: &Docker, name: &InstanceName, kept: &Path) -> Result<Vec<Component>> {
    let unwritten = || Failure::new(format!("{} cannot be written", kept.display()));
    if !kept.join(WHOLE).exists() {
        remove(kept)?;
        create_private_folder(kept)?;
        disk::require(kept)?;
        read(docker, name, kept, &mut |_| disk::require(kept)).await?;
        rustix::fs::syncfs(File::open(kept).or_fail(unwritten)?).or_fail(unwritten)?;
        write_atomic(&kept.join(WHOLE), b"", PRIVATE)?;
    }
    Ok(Component::ALL.into_iter().filter(|&component| archive(kept, component).exists()).collect())
}

async fn put(docker: &Docker, name: &InstanceName, from: &Path, components: &[Component]) -> Result<()> {
    teardown::delete_data(docker, name).await?;
    let volumes: Vec<_> = components.iter().map(|&component| (component, name.volume(component))).collect();
    if volumes.is_empty() {
        return Ok(());
    }
    for (component, volume) in &volumes {
        docker.create_volume(volume, labels::of_volume(name, *component, false)).await?;
    }
    let probe = Probe::make(docker, name, &volumes, Vec::new()).await?;
    let mut copied = Ok(());
    for &component in components {
        copied = put_one(&probe, &archive(from, component), component).await;
        if copied.is_err() {
            break;
        }
    }
    probe.remove().await?;
    copied
}

async fn put_one(probe: &Probe<'_>, path: &Path, component: Component) -> Result<()> {
    let file = File::open(path).or_fail(|| Failure::new(format!("{} cannot be read", path.display())))?;
    Ok(probe.docker.upload_folder(&probe.name, &mount(component), &file, UNPACK_LIMIT).await?)
}

/// Removes what was kept, if there is anything. What is in the volumes is whole: that the kept is so, is not said any more
/// before the first of it goes, so that nobody ever puts the rest of it back.
///
/// # Errors
/// When it cannot be removed; the code is [`Code::RestoreUnfinished`] where it still passes for whole.
pub fn remove(kept: &Path) -> Result<()> {
    let whole = kept.join(WHOLE);
    if whole.exists() {
        let cannot = || Failure::new(format!("{} cannot be removed", whole.display())).code(Code::RestoreUnfinished);
        std::fs::remove_file(&whole).and_then(|()| File::open(kept)?.sync_all()).or_fail(cannot)?;
    }
    match std::fs::remove_dir_all(kept) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("{} cannot be removed", kept.display())).because(error).into())
        }
        _ => Ok(()),
    }
}

fn archive(folder: &Path, component: Component) -> std::path::PathBuf {
    folder.join(format!("{}.tar", component.name()))
}

fn mount(component: Component) -> String {
    format!("{MOUNTS}/{}", component.name())
}

/// A container that has the volumes and is never started. One that a cut command left is removed by the next that makes one,
/// and by `up` and `down`.
struct Probe<'a> {
    docker: &'a Docker,
    name: String,
}

impl<'a> Probe<'a> {
    /// Of one of these images, or of any that the engine has: nothing of it is used.
    async fn make(
        docker: &'a Docker,
        instance: &InstanceName,
        volumes: &[(Component, String)],
        mut images: Vec<String>,
    ) -> Result<Self> {
        let name = format!("{instance}_snapshot");
        refuse_foreign(docker, instance, &name).await?;
        docker.remove_container(&name, AnonymousVolumes::Remove).await?;
        images.extend(docker.image_ids().await?);
        for image in images {
            match docker.create_container(&name, &body(instance, volumes, image)).await {
                // Somebody removed it just now.
                Err(error) if error.status() == Some(404) => {}
                made => {
                    made?;
                    return Ok(Self { docker, name });
                }
            }
        }
        Err(Failure::new("the engine has no image, and data of volumes can only be copied through a container")
            .hint("start an instance once with `karctl local up`, which pulls the images")
            .into())
    }

    async fn remove(self) -> Result<()> {
        Ok(self.docker.remove_container(&self.name, AnonymousVolumes::Remove).await?)
    }
}

/// What has the name and is not one that an earlier command left stays.
async fn refuse_foreign(docker: &Docker, instance: &InstanceName, name: &str) -> Result<()> {
    let Some(found) = docker.container(name).await? else { return Ok(()) };
    let labels = found.config.as_ref().and_then(|config| config.labels.as_ref());
    let is_own = labels::belongs(labels, instance)
        && labels.and_then(|labels| labels.get(labels::COMPONENT)).is_some_and(|component| component == COMPONENT);
    match is_own {
        true => Ok(()),
        false => Err(Failure::new(format!("there is a container `{name}` that is not karctl's"))
            .hint("snapshots are made through a container of this name: rename the other one")
            .code(Code::ForeignContainer)
            .into()),
    }
}

fn body(instance: &InstanceName, volumes: &[(Component, String)], image: String) -> ContainerCreateBody {
    let mounts = volumes.iter().map(|(component, volume)| Mount {
        target: Some(mount(*component)),
        source: Some(volume.clone()),
        typ: Some(MountType::VOLUME),
        ..Mount::default()
    });
    let own = [(labels::INSTANCE, instance.as_str()), (labels::COMPONENT, COMPONENT)];
    ContainerCreateBody {
        image: Some(image),
        // An image may have no command of its own.
        cmd: Some(vec!["true".to_owned()]),
        labels: Some(own.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect::<HashMap<_, _>>()),
        host_config: Some(HostConfig {
            mounts: Some(mounts.collect()),
            network_mode: Some("none".to_owned()),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}
