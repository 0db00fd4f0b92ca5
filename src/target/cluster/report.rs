//! What the results of `karctl cluster` look like to people.

use super::{Clusters, Created, Deleted, Ingress, Status, Switched};
use crate::target::kubernetes::report;
use crate::target::local::engine::Action;
use crate::ui::table;

/// `karctl cluster create`.
pub fn created(created: &Created) -> String {
    let action = done(created.action, created.dry_run);
    let reason = created.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let mut text = format!("Cluster `{}` of {} {action}{reason}\n", created.name, created.provider);
    let verb = if created.dry_run { "would be" } else { "is" };
    text.push_str(&format!("Its context {verb} {} in {}\n", created.context, created.kubeconfig));
    if !created.ports.is_empty() {
        let ports = created.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("Ports of this machine that lead to it: {ports}\n"));
    }
    if let Some(registry) = &created.registry {
        text.push_str(&format!("Images that are pushed to {registry} are {registry} and registry:5000 there\n"));
    }
    if created.ingress == Ingress::Traefik {
        text.push_str("Traefik leads requests to ports 31080 and 31443 to the services of Ingresses\n");
    }
    if let Some(expires) = &created.expires {
        text.push_str(&format!("From {expires} on `karctl cluster delete --expired` deletes it\n"));
    }
    if let Some(configuration) = &created.configuration {
        text.push_str(&format!("\n{configuration}"));
    }
    match &created.deployed {
        Some(deployed) => text.push_str(&report::deployed(deployed)),
        None if created.dry_run => {}
        None => text.push_str(&format!("Deploy KAR: karctl k8s deploy --profile {}\n", created.provider)),
    }
    text
}

fn done(action: Action, is_plan: bool) -> &'static str {
    match (action, is_plan) {
        (Action::Created, false) => "made",
        (Action::Created, true) => "would be made",
        (Action::Recreated, false) => "made anew",
        (Action::Recreated, true) => "would be made anew",
        (Action::Started, false) => "started",
        (Action::Started, true) => "would be started",
        (Action::Stopped, false) => "stopped",
        (Action::Stopped, true) => "would be stopped",
        (Action::Removed, false) => "deleted",
        (Action::Removed, true) => "would be deleted",
        (Action::Unchanged, _) => "unchanged",
    }
}

/// `karctl cluster start` and `stop`.
pub fn switched(switched: &Switched) -> String {
    let action = done(switched.action, switched.dry_run);
    let containers = switched.containers.join(", ");
    let containers = if containers.is_empty() { containers } else { format!(": {containers}") };
    format!("Cluster `{}` of {} {action}{containers}\n", switched.name, switched.provider)
}

/// `karctl cluster delete`.
pub fn deleted(deleted: &Deleted) -> String {
    let mut text = String::new();
    if deleted.clusters.is_empty() {
        text.push_str("There is no cluster to delete\n");
    }
    let action = done(Action::Removed, deleted.dry_run);
    for cluster in &deleted.clusters {
        text.push_str(&format!("Cluster `{}` of {} {action}", cluster.name, cluster.provider));
        if !cluster.containers.is_empty() {
            text.push_str(&format!(": {}", cluster.containers.join(", ")));
        }
        text.push('\n');
        if !cluster.kubeconfigs.is_empty() {
            text.push_str(&format!("Taken out of {}\n", cluster.kubeconfigs.join(", ")));
        }
    }
    for left in &deleted.left {
        text.push_str(&format!("Stays: {left}\n"));
    }
    text
}

/// `karctl cluster list`.
pub fn list(clusters: &Clusters) -> String {
    if clusters.clusters.is_empty() {
        return "No clusters\n".to_owned();
    }
    let heading = ["NAME", "PROVIDER", "STATE", "NODES", "CONTEXT", "CREATED", "EXPIRES"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for cluster in &clusters.clusters {
        let expires = cluster.expires.clone().unwrap_or_else(|| "-".to_owned());
        rows.push(vec![
            cluster.name.to_string(),
            cluster.provider.to_string(),
            cluster.state.to_owned(),
            cluster.nodes.to_string(),
            cluster.context.clone(),
            cluster.created.clone().unwrap_or_else(|| "-".to_owned()),
            if cluster.expired { format!("{expires} (over)") } else { expires },
        ]);
    }
    table(&rows)
}

/// `karctl cluster status`.
pub fn status(status: &Status) -> String {
    let cluster = &status.cluster;
    let version = status.server_version.as_ref().map(|version| format!(", Kubernetes {version}")).unwrap_or_default();
    let mut text = format!("Cluster `{}` of {} is {}{version}\n", cluster.name, cluster.provider, cluster.state);
    text.push_str(&format!("Context {} in {}\n", cluster.context, status.kubeconfig));
    let heading = ["CONTAINER", "ROLE", "STATE", "READY", "PORTS"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for container in &status.containers {
        let ready = match container.ready {
            Some(true) => "yes",
            Some(false) => "no",
            None => "-",
        };
        rows.push(vec![
            container.name.clone(),
            container.role.clone(),
            container.state.clone(),
            ready.to_owned(),
            container.ports.join(", "),
        ]);
    }
    text.push_str(&table(&rows));
    match &status.registry {
        Some(registry) => text.push_str(&format!("Registry: {registry} here, registry:5000 there\n")),
        None => text.push_str("Registry: none that its nodes reach\n"),
    }
    text.push_str(match status.deployed {
        Some(true) => "KAR is deployed (`karctl k8s status`)\n",
        Some(false) => "KAR is not deployed (`karctl k8s deploy`)\n",
        None => "",
    });
    if let Some(created) = &cluster.created {
        let expires = cluster.expires.as_ref().map(|expires| format!(", needed until {expires}")).unwrap_or_default();
        text.push_str(&format!("Made {created}{expires}\n"));
    }
    for problem in &status.problems {
        text.push_str(&format!("! {problem}\n"));
    }
    text
}
