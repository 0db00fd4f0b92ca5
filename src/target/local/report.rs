//! What the results of `karctl local` look like to people.

use super::app::{Applications, Started, StoppedApp};
use super::application::ApplicationReset;
use super::choice::name_flag;
use super::engine::{Action, Outcome};
use super::instance::Presence;
use super::status::{ComponentStatus, InstanceStatus, Instances};
use super::teardown::{Reset, Teardown};
use super::up::Up;
use crate::services::host_and_port;
use crate::ui::table;

/// `karctl local up`.
pub fn up(up: &Up) -> String {
    let mut text = String::new();
    for outcome in &up.components {
        text.push_str(&outcome_line(outcome, up.dry_run));
    }
    let address = &up.address;
    let (kafka, redis) =
        (host_and_port(&address.advertise, address.kafka_port), host_and_port(&address.advertise, address.redis_port));
    let verb = if up.dry_run { "would be" } else { "is" };
    text.push_str(&format!("Kafka {verb} at {kafka}, Redis at {redis} ({})\n", up.engine_description));
    if up.secure {
        text.push_str("Clients need passwords; `karctl env` knows them\n");
    }
    if up.ephemeral {
        text.push_str("Nothing is kept beyond `karctl local down`\n");
    }
    if !up.dry_run {
        text.push_str(&format!("Point a shell at it: eval \"$(karctl env{})\"\n", name_flag(&up.name)));
    }
    text
}

fn outcome_line(outcome: &Outcome, is_plan: bool) -> String {
    let action = match (outcome.action, is_plan) {
        (Action::Created, false) => "created",
        (Action::Created, true) => "would be created",
        (Action::Recreated, false) => "made anew",
        (Action::Recreated, true) => "would be made anew",
        (Action::Started, false) => "started",
        (Action::Started, true) => "would be started",
        (Action::Unchanged, _) => "unchanged",
        (Action::Stopped, _) => "stopped",
        (Action::Removed, false) => "removed",
        (Action::Removed, true) => "would be removed",
    };
    let reason = outcome.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{} {action}{reason}\n", outcome.component.title())
}

/// `karctl local stop`.
pub fn stopped(teardown: &Teardown) -> String {
    let text: String = teardown.components.iter().map(|outcome| outcome_line(outcome, false)).collect();
    format!(
        "{text}`karctl local up{}`, with its other options if it had any, starts it again\n",
        name_flag(&teardown.name)
    )
}

/// `karctl local down`.
pub fn down(teardown: &Teardown) -> String {
    let mut text: String = teardown.components.iter().map(|outcome| outcome_line(outcome, false)).collect();
    if teardown.components.is_empty() {
        text.push_str(&format!("Nothing of `{}` runs\n", teardown.name));
    }
    match teardown.data_left.as_slice() {
        [] => text.push_str("No data is left\n"),
        left => text.push_str(&format!(
            "The data stays in {}; `karctl local reset{}` deletes it\n",
            left.join(", "),
            name_flag(&teardown.name)
        )),
    }
    text
}

/// `karctl local reset`.
pub fn reset(reset: &Reset) -> String {
    match (reset.data_deleted.as_slice(), reset.dry_run) {
        ([], _) => format!("There is no data of `{}`\n", reset.name),
        (data, true) => format!("Would delete {}\n", data.join(", ")),
        (data, false) => format!("Deleted {}; nothing of `{}` is left\n", data.join(", "), reset.name),
    }
}

/// `karctl local reset --app`.
pub fn reset_application(reset: &ApplicationReset) -> String {
    let verb = if reset.dry_run { "Would delete" } else { "Deleted" };
    let topic = match &reset.topic {
        Some(topic) => format!("the topic {topic}"),
        None => "no topic".to_owned(),
    };
    let group = if reset.group_deleted == Some(true) { ", its consumer group" } else { "" };
    format!("{verb} {topic}{group} and {} keys of `{}`\n", reset.keys, reset.app)
}

/// `karctl local status`.
pub fn status(status: &InstanceStatus) -> String {
    let state = if status.ready { "ready" } else { "not ready" };
    let mut text = format!("{} is {state} ({})\n", status.name, status.engine_description);
    let mut rows = vec![["SERVICE", "STATE", "ANSWERS", "ID", "VERSION", "PROBLEM"].map(str::to_owned).to_vec()];
    rows.extend(status.components.iter().map(component_row));
    text.push_str(&table(&rows));
    if let Some(address) = &status.address {
        let at = |port| host_and_port(&address.advertise, port);
        text.push_str(&format!("Kafka at {}, Redis at {}\n", at(address.kafka_port), at(address.redis_port)));
    }
    if !status.data.is_empty() {
        text.push_str(&format!("Data in {}\n", status.data.join(", ")));
    }
    if !status.ready {
        text.push_str(&format!("`karctl local up{}` starts what is missing\n", name_flag(&status.name)));
    }
    text
}

fn component_row(status: &ComponentStatus) -> Vec<String> {
    let state = match &status.presence {
        Presence::Absent => "absent".to_owned(),
        Presence::Stopped { .. } => "stopped".to_owned(),
        Presence::Running { .. } if status.paused => "paused".to_owned(),
        Presence::Running { .. } => "running".to_owned(),
    };
    let answers = match status.answers {
        Some(true) => "yes",
        Some(false) => "no",
        None => "-",
    };
    let shortened: String = status.id.as_deref().unwrap_or("-").chars().take(12).collect();
    let version = status.version.clone().unwrap_or_else(|| "-".to_owned());
    let problem = status.problem.clone().unwrap_or_default();
    vec![status.component.title().to_owned(), state, answers.to_owned(), shortened, version, problem]
}

/// `karctl local ls`.
pub fn list(listed: &Instances) -> String {
    if listed.instances.is_empty() {
        return "No instances; `karctl local up` makes one\n".to_owned();
    }
    let mut rows = vec![["NAME", "ENGINE", "STATE", "KAFKA", "REDIS"].map(str::to_owned).to_vec()];
    rows.extend(listed.instances.iter().map(|instance| {
        let engine = match instance.engine {
            Some(super::engine::EngineKind::Docker) => "docker",
            Some(super::engine::EngineKind::Native) => "native",
            None => "-",
        };
        let at = |port: Option<u16>| match (&instance.address, port) {
            (Some(address), Some(port)) => host_and_port(&address.advertise, port),
            _ => "-".to_owned(),
        };
        let address = instance.address.as_ref();
        let kafka = at(address.map(|address| address.kafka_port));
        let redis = at(address.map(|address| address.redis_port));
        vec![instance.name.to_string(), engine.to_owned(), instance.state.clone(), kafka, redis]
    }));
    table(&rows)
}

/// `karctl local run`.
pub fn run(started: &Started) -> String {
    if started.exit_code.is_some() {
        return String::new();
    }
    let names: Vec<_> = started.containers.iter().map(|container| container.name.as_str()).collect();
    format!("Runs as {}; `karctl local stop-app {}` ends it\n", names.join(", "), started.app)
}

/// `karctl local ps`.
pub fn ps(applications: &Applications) -> String {
    if applications.containers.is_empty() {
        return "No containers of applications; `karctl local run` starts one\n".to_owned();
    }
    let mut rows = vec![["APP", "SERVICE", "CONTAINER", "IMAGE", "STATE"].map(str::to_owned).to_vec()];
    rows.extend(applications.containers.iter().map(|container| {
        let service = container.service.clone().unwrap_or_else(|| "-".to_owned());
        let (app, name) = (container.app.clone(), container.name.clone());
        vec![app, service, name, container.image.clone(), container.state.clone()]
    }));
    table(&rows)
}

/// `karctl local stop-app`.
pub fn stop_app(stopped: &StoppedApp) -> String {
    match (stopped.removed.as_slice(), stopped.dry_run) {
        ([], _) => format!("Nothing of `{}` runs\n", stopped.app),
        (removed, true) => format!("Would remove {}\n", removed.join(", ")),
        (removed, false) => format!("Removed {}\n", removed.join(", ")),
    }
}
