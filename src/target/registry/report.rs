//! What the results of `karctl registry` look like to people.

use super::{Down, Status, Up};
use crate::target::local::engine::Action;

/// `karctl registry up`.
pub fn up(up: &Up) -> String {
    let action = match (up.action, up.dry_run) {
        (Action::Created, false) => "created",
        (Action::Created, true) => "would be created",
        (Action::Recreated, false) => "made anew",
        (Action::Recreated, true) => "would be made anew",
        (Action::Started, false) => "started",
        (Action::Started, true) => "would be started",
        _ => "unchanged",
    };
    let reason = up.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let verb = if up.dry_run { "would be" } else { "is" };
    let mut text = format!("Registry {action}{reason}\n");
    text.push_str(&format!("It {verb} at {}; clusters on this machine know it as {}\n", up.host, up.in_cluster));
    if !up.attached.is_empty() {
        let verb = if up.dry_run { "would be put" } else { "was put" };
        text.push_str(&format!("It {verb} on {}\n", up.attached.join(", ")));
    }
    text
}

/// `karctl registry status`.
pub fn status(status: &Status) -> String {
    let Some(state) = &status.state else {
        let data = status.volume.as_ref().map(|volume| format!("; images are kept in the volume {volume}"));
        return format!("No registry{}\n", data.unwrap_or_default());
    };
    let whose = if status.foreign { ", not karctl's" } else { "" };
    let answers = if status.answers { "answers" } else { "does not answer" };
    let mut text = format!("Registry {state} ({}{whose}), {answers}\n", status.image.as_deref().unwrap_or("no image"));
    if let Some(host) = &status.host {
        text.push_str(&format!("Here it is {host}, in clusters on this machine {}\n", status.in_cluster));
    }
    if let Some(volume) = &status.volume {
        text.push_str(&format!("Images are kept in the volume {volume}\n"));
    }
    text.push_str(&format!("Networks: {}\n", status.networks.join(", ")));
    if !status.missing_networks.is_empty() {
        let missing = status.missing_networks.join(", ");
        text.push_str(&format!("Not on: {missing} (`karctl registry up` puts it there)\n"));
    }
    text
}

/// `karctl registry down`.
pub fn down(down: &Down) -> String {
    let verb = if down.dry_run { "would be " } else { "" };
    let mut text = match &down.removed {
        Some(container) => format!("Container {container} {verb}removed\n"),
        None => "There is no registry\n".to_owned(),
    };
    if let Some(volume) = &down.data_deleted {
        text.push_str(&format!("Volume {volume} with all images {verb}deleted\n"));
    }
    if let Some(volume) = &down.data_left {
        let verb = if down.dry_run { "would stay" } else { "stays" };
        text.push_str(&format!(
            "Volume {volume} with the images {verb}; `karctl registry down --delete-data` deletes it\n"
        ));
    }
    text
}
