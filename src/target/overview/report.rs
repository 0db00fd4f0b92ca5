//! The overview for people.

use super::{Application, Health, Overview, Place, PlaceKind, Subscription};
use crate::target::kubernetes::status::EnabledNamespace;
use crate::ui::{DIM, DONE, ERROR, WARNING, paint, table};

/// The text of `karctl status`.
pub fn text(overview: &Overview) -> String {
    let names = overview.places.iter().map(|place| place.name.chars().count()).max().unwrap_or_default();
    let mut text: String = overview.places.iter().map(|place| lines(place, names)).collect();
    let applications: Vec<_> = overview.places.iter().flat_map(rows).collect();
    if !applications.is_empty() {
        let heading = ["APPLICATION", "INSTANCE", "PROCESSES", "SERVICES", "ACTORS (PLACED)", "RECORDS", "KEYS"];
        text.push('\n');
        text.push_str(&table(&[vec![heading.map(str::to_owned).to_vec()], applications].concat()));
    }
    for place in &overview.places {
        let Some(found) = &place.applications else { continue };
        for Subscription { group, topic, lag } in &found.subscriptions {
            let of = format!("group {group} of {}", place.name);
            text.push_str(&format!("{of} has {lag} records of {topic} to read\n"));
        }
        if !found.complete {
            text.push_str(&format!("{} has more keys or groups than were looked at\n", place.name));
        }
    }
    if overview.places.iter().all(|place| place.kind == PlaceKind::Engine) {
        text.push_str(NOTHING);
    }
    text
}

/// A row for each application.
fn rows(place: &Place) -> Vec<Vec<String>> {
    let list = |names: Vec<String>| if names.is_empty() { "-".to_owned() } else { names.join(", ") };
    let row = |of: &Application| {
        let records = match of.lag {
            Some(lag) => format!("{} ({lag} to read)", of.records),
            None => of.records.to_string(),
        };
        let services = of.services.iter().map(|service| service.name.clone()).collect();
        let actors = of.actors.iter().map(|actors| format!("{} ({})", actors.name, actors.placements)).collect();
        let processes = match of.is_rebalancing {
            true => format!("{} (joining or leaving)", of.processes),
            false => of.processes.to_string(),
        };
        vec![of.name.clone(), place.name.clone(), processes, list(services), list(actors), records, of.keys.to_string()]
    };
    place.applications.iter().flat_map(|found| &found.applications).map(row).collect()
}

const NOTHING: &str = "\
karctl knows of nothing yet. To begin:
  karctl local up                    Kafka and Redis on this machine
  karctl cluster create --deploy     a cluster on this machine, with the runtime on it
  karctl k8s deploy                  the runtime on the cluster of the kubeconfig
  karctl ce project use NAME         a project of Code Engine
";

fn lines(place: &Place, width: usize) -> String {
    let kind = match place.kind {
        PlaceKind::Engine => "engine",
        PlaceKind::Instance => "instance",
        PlaceKind::Cluster => "cluster",
        PlaceKind::Project => "project",
    };
    let (style, state) = match place.state {
        Health::Healthy => (DONE, "healthy"),
        Health::Stopped => (DIM, "stopped"),
        Health::Gone => (DIM, "gone"),
        Health::Unknown => (WARNING, "unknown"),
        Health::Unhealthy => (ERROR, "unhealthy"),
    };
    let state = paint(style, &format!("{state:9}"));
    let mut text = format!("{kind:8}  {:width$}  {state}  {}\n", place.name, place.summary);
    let mut more = |what: &str| text.push_str(&format!("{:width$}  {what}\n", "", width = width + 21));
    if let Some(member) = &place.member {
        more(&format!("member: {member}"));
    }
    if !place.namespaces.is_empty() {
        let name = |enabled: &EnabledNamespace| {
            format!("{}{}", enabled.name, if enabled.is_current { "" } else { " (out of date)" })
        };
        more(&format!("namespaces: {}", place.namespaces.iter().map(name).collect::<Vec<_>>().join(", ")));
    }
    if !place.components.is_empty() {
        let names: Vec<_> = place.components.iter().map(|component| component.name.as_str()).collect();
        more(&format!("components: {}", names.join(", ")));
    }
    for hint in place.hints.iter().take(1) {
        more(&paint(DIM, hint));
    }
    text
}
