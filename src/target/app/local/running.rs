//! Whether an application runs beside a local instance: each container of its components.

use super::{container_of, foreign, without_containers};
use crate::context::Context;
use crate::error::Result;
use crate::settings::project::App;
use crate::target::app::folder::{Folder, PROJECT};
use crate::target::app::running::Running;
use crate::target::local::any_engine::AnyEngine;
use crate::target::local::app::container::{State, state};
use crate::target::local::choice;
use crate::target::local::docker::labels;
use crate::target::local::instance::InstanceName;

/// Looks at what [`Network::up`](super::Network::up) runs of one application.
///
/// # Errors
/// When a container is somebody else's, the instance has no containers, or the engine does not answer.
pub async fn running(context: &Context, name: &InstanceName, folder: &Folder, app: &App) -> Result<Running> {
    let engine = match choice::located(context, name).await?.engine {
        AnyEngine::Docker(engine) => engine,
        AnyEngine::Native(_) => return Err(without_containers(name, folder)),
    };
    let mut running = Running::of("containers");
    for component in &app.components {
        let wanted = container_of(folder, app, component, "");
        for container in wanted.names() {
            let Some(found) = engine.client().container(&container).await? else {
                running.missing(format!("container {container}"));
                continue;
            };
            let labels = found.config.as_ref().and_then(|config| config.labels.as_ref());
            let label = |label: &str| labels.and_then(|labels| labels.get(label)).map(String::as_str);
            if !folder.is_own(label(PROJECT)) || label(labels::APP) != Some(&app.name) {
                return Err(foreign(&container, folder, &app.name));
            }
            match state(&found, &wanted) {
                State::Running => running.ready(1),
                // What has done its work is no part of what is to be there.
                State::Done => running.ready(0),
                State::Wrong => {
                    let state = found.state.unwrap_or_default();
                    running.waiting(match (state.paused, state.exit_code) {
                        (Some(true), _) => format!("container {container} is paused"),
                        (_, Some(code)) => format!("container {container} ended with status {code}"),
                        (_, None) => format!("container {container} does not run"),
                    });
                }
            }
        }
    }
    Ok(running)
}
