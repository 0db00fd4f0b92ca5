//! What the results look like to people.

use super::list::Component;
use super::{ComponentLogs, ComponentStatus, Components, DeletedComponent, InstanceStatus, Ran, Scaled};
use crate::change::Change;
use crate::ui::table;

/// `karctl ce run`.
pub fn run(ran: &Ran) -> String {
    let (name, verb) = (&ran.name, verb(ran.change, ran.dry_run));
    let fields = if ran.changed.is_empty() { String::new() } else { format!(" ({})", ran.changed.join(", ")) };
    let mut text = format!("{name} of the application {} {verb} in the project {}{fields}\n", ran.app, ran.project);
    if let Some(request) = &ran.request {
        text.push_str(&format!("{request:#}\n"));
    }
    if let Some(endpoint) = &ran.endpoint {
        text.push_str(&format!("Everybody calls it at {endpoint}\n"));
    }
    if let Some(endpoint) = &ran.endpoint_internal {
        text.push_str(&format!("Its project calls it at {endpoint}\n"));
    }
    text
}

/// `karctl ce list`.
pub fn list(list: &Components) -> String {
    let mut text = match list.components.is_empty() {
        true => format!("No components in the project {}\n", list.project),
        false => {
            let heading = ["NAME", "APP", "STATUS", "INSTANCES", "IMAGE", "ENDPOINT"].map(str::to_owned).to_vec();
            let rows = list.components.iter().map(row);
            table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
        }
    };
    match list.others {
        0 => {}
        1 => text.push_str("One more application of the project is not KAR's\n"),
        others => text.push_str(&format!("{others} more applications of the project are not KAR's\n")),
    }
    text
}

fn row(component: &Component) -> Vec<String> {
    let endpoint = component.endpoint.as_ref().or(component.endpoint_internal.as_ref());
    vec![
        component.name.clone(),
        component.app.clone(),
        component.status.to_string(),
        range(component.min_instances, component.max_instances),
        component.image.clone(),
        endpoint.cloned().unwrap_or_default(),
    ]
}

fn range(least: u32, most: u32) -> String {
    if least == most { least.to_string() } else { format!("{least}-{most}") }
}

/// `karctl ce status`.
pub fn status(status: &ComponentStatus) -> String {
    let component = &status.component;
    let mut text = format!(
        "{} of the application {} is {} in the project {}\n",
        component.name, component.app, component.status, status.project
    );
    if let Some(trouble) = &status.trouble {
        text.push_str(&format!("The reason: {trouble}\n"));
    }
    if let Some(endpoint) = &component.endpoint {
        text.push_str(&format!("Everybody calls it at {endpoint}\n"));
    }
    if let Some(endpoint) = &component.endpoint_internal {
        text.push_str(&format!("Its project calls it at {endpoint}\n"));
    }
    let heading = ["REVISION", "STATUS", "IMAGE"].map(str::to_owned).to_vec();
    let rows = status.revisions.iter().map(|one| vec![one.name.clone(), one.status.clone(), one.image.clone()]);
    text.push_str(&table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>()));
    text.push_str(&instances(&status.instances));
    text
}

fn instances(instances: &[InstanceStatus]) -> String {
    if instances.is_empty() {
        return "No instances\n".to_owned();
    }
    let heading = ["INSTANCE", "STATUS", "CONTAINER"].map(str::to_owned).to_vec();
    let rows = instances.iter().map(|one| vec![one.name.clone(), one.status.clone(), one.state.clone()]);
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

/// `karctl ce logs`.
pub fn logs(logs: &ComponentLogs) -> String {
    let mut text = instances(&logs.instances);
    if let Some(trouble) = &logs.trouble {
        text.push_str(&format!("It does not run: {trouble}\n"));
    }
    text.push_str(&format!("Its log is in IBM Cloud Logs: {}\n", logs.cloud_logs));
    text.push_str(&format!("What it says now is shown by `{}`\n", logs.command));
    text
}

/// `karctl ce scale`.
pub fn scale(scaled: &Scaled) -> String {
    let (name, count) = (&scaled.name, scaled.instances);
    let noun = if count == 1 { "instance" } else { "instances" };
    let before = range(scaled.before[0], scaled.before[1]);
    match (scaled.change, scaled.dry_run) {
        (Change::Unchanged, _) => format!("{name} has {count} {noun} (unchanged)\n"),
        (_, true) => format!("{name} would have {count} {noun} instead of {before}\n"),
        (_, false) => format!("{name} has {count} {noun} instead of {before}\n"),
    }
}

/// `karctl ce delete`.
pub fn delete(deleted: &DeletedComponent) -> String {
    let (name, project) = (&deleted.name, &deleted.project);
    match (deleted.was_there, deleted.dry_run) {
        (false, _) => format!("There is no {name} in the project {project}\n"),
        (true, true) => format!("{name} would be deleted from the project {project}\n"),
        (true, false) => format!("{name} deleted from the project {project}\n"),
    }
}

fn verb(action: Change, dry_run: bool) -> String {
    match (action, dry_run) {
        (Change::Unchanged, _) => "unchanged".to_owned(),
        (action, true) => format!("would be {action}"),
        (action, false) => action.to_string(),
    }
}
