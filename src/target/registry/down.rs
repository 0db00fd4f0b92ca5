//! Takes the registry away; its images go only where that is what was asked for.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::look;
use super::{CONTAINER, VOLUME};
use crate::client::docker::{AnonymousVolumes, Docker};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::local::docker::DockerEngine;
use crate::target::lock::Lock;

/// Time for it to end.
const GRACE: Duration = Duration::from_secs(10);

/// What is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct DownOptions {
    /// Delete the images too.
    pub delete_data: bool,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// What `karctl registry down -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Down {
    /// The container that was removed; null where there was none.
    pub removed: Option<String>,
    /// The volume with the images that was deleted.
    pub data_deleted: Option<String>,
    /// The volume with the images that was left.
    pub data_left: Option<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Removes the registry's container, and its volume where that is asked for, after a question.
///
/// # Errors
/// When no engine answers, the container is not karctl's, nobody says yes, or something else uses the volume.
pub async fn down(context: &Context, options: DownOptions) -> Result<Down> {
    let engine = DockerEngine::connect(context, None).await?;
    let folder = context.environment.state_directory()?;
    let _lock = if options.dry_run { None } else { Some(Lock::acquire(context, &folder, CONTAINER).await?) };
    let docker = engine.client();
    let look = async {
        let (found, volume) = tokio::try_join!(look::find(docker), async { Ok(docker.volume(VOLUME).await?) })?;
        Ok((found, volume.map(|volume| volume.name)))
    };
    let (found, volume) = engine.within(&context.deadline, look).await?;
    if found.as_ref().is_some_and(|found| found.is_foreign) {
        return Err(Failure::new(format!("the container `{CONTAINER}` is not karctl's, and was left alone"))
            .hint(format!("remove it with `docker rm -f {CONTAINER}` if nobody needs it"))
            .code(Code::ForeignRegistry)
            .into());
    }
    if let (Some(volume), true, false) = (&volume, options.delete_data, options.dry_run)
        && !context.ui.confirm(&format!("Delete all images of the registry (volume {volume})?"), "-y")?
    {
        return Err(Failure::new("nothing was deleted").hint("`karctl registry down` keeps the images").into());
    }
    if !options.dry_run {
        engine.within(&context.deadline.restarted(), remove(docker, options.delete_data)).await?;
    }
    let (data_deleted, data_left) = if options.delete_data { (volume, None) } else { (None, volume) };
    Ok(Down { removed: found.map(|_| CONTAINER.to_owned()), data_deleted, data_left, dry_run: options.dry_run })
}

async fn remove(docker: &Docker, delete_data: bool) -> Result<()> {
    docker.stop_container(CONTAINER, GRACE).await?;
    docker.remove_container(CONTAINER, AnonymousVolumes::Keep).await?;
    if !delete_data {
        return Ok(());
    }
    match docker.remove_volume(VOLUME).await {
        Err(error) if error.status() == Some(409) => Err(Failure::new(format!("the volume {VOLUME} is in use"))
            .hint(format!("remove what `docker ps -a --filter volume={VOLUME}` names, then run the same command again"))
            .because(error)
            .into()),
        answer => Ok(answer?),
    }
}
