//! What the commands on a cluster say to people, and secrets made unreadable on the way.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::deploy::{Deployed, Differences, FieldDifference, ObjectDifference};
use super::namespaces::Enabled;
use super::plan::Planned;
use super::pods::Pods;
use super::status::ClusterStatus;
use super::undeploy::Undeployed;
use crate::change::Change;
use crate::client::kubernetes::object::SECRET;
use crate::ui::table;

/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// Letters of a hash that tell two values apart.
const HASH_LENGTH: usize = 12;

/// What a deploy would change of one object.
pub fn object_difference(planned: &Planned) -> ObjectDifference {
    let reference = planned.reference();
    // What is binary says nothing to anybody.
    let is_hidden =
        |path: &str| path.starts_with("binaryData") || reference.kind == SECRET.name && path.starts_with("data");
    let fields = planned.differences.iter().map(|difference| {
        let shown = |value: &Option<Value>| value.as_ref().map(|value| show(value, is_hidden(&difference.path)));
        FieldDifference {
            path: difference.path.clone(),
            live: shown(&difference.live),
            desired: shown(&difference.desired),
        }
    });
    ObjectDifference {
        fields: fields.collect(),
        change: planned.change,
        kind: reference.kind,
        namespace: reference.namespace,
        name: reference.name,
    }
}

fn show(value: &Value, is_secret: bool) -> String {
    if is_secret {
        let hash = format!("{:x}", Sha256::digest(value.to_string()));
        return format!("sha256:{}", &hash[..HASH_LENGTH]);
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The text of a deploy.
pub fn deployed(deployed: &Deployed) -> String {
    let changed = deployed.objects.iter().filter(|object| object.change != Change::Unchanged);
    let mut text = String::new();
    for object in changed {
        let place = object.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        text.push_str(&format!("{} {place}{}: {}", object.kind, object.name, verb(object.change, deployed.dry_run)));
        if object.change == Change::Updated && !object.fields.is_empty() {
            text.push_str(&format!(" ({})", object.fields.join(", ")));
        }
        text.push('\n');
    }
    for namespace in deployed.enabled.iter().filter(|enabled| enabled.change != Change::Unchanged) {
        let would = if deployed.dry_run { "would be " } else { "" };
        text.push_str(&format!("Namespace {}: {would}enabled\n", namespace.namespace));
    }
    let is_same = text.is_empty();
    let Deployed { release, namespace, context, .. } = deployed;
    let place = format!("in namespace {namespace} of the cluster `{context}`");
    text.push_str(&match (deployed.dry_run, is_same, deployed.awaited) {
        (true, true, _) => format!("KAR {release} is deployed {place}; nothing would be done\n"),
        (true, false, _) => "Nothing was done\n".to_owned(),
        (false, true, true) => format!("KAR {release} runs {place}; nothing was to be done\n"),
        (false, true, false) => format!("KAR {release} is deployed {place}; nothing was to be done\n"),
        (false, false, true) => format!("KAR {release} runs {place}\n"),
        (false, false, false) => {
            format!("KAR {release} is deployed {place}; `karctl k8s status` tells whether it runs\n")
        }
    });
    let enabled: Vec<_> = deployed.enabled.iter().map(|enabled| enabled.namespace.as_str()).collect();
    if !enabled.is_empty() && !deployed.dry_run {
        text.push_str(&format!("Enabled namespaces: {}\n", enabled.join(", ")));
    }
    if let Some(proof) = &deployed.pod_proof {
        text.push_str(&format!("A pod in namespace {} used it, and is gone\n", proof.namespace));
    }
    text
}

/// Its label may be there already, and only what it was given be out of date.
fn enabling(namespace: &Enabled) -> String {
    match namespace.copied.as_slice() {
        [] => "enabled".to_owned(),
        copied => format!("enabled, with {} copied anew", copied.join(" and ")),
    }
}

fn verb(change: Change, dry_run: bool) -> String {
    if dry_run { format!("would be {change}") } else { change.to_string() }
}

/// The text of a diff.
pub fn differences(differences: &Differences) -> String {
    if differences.same {
        return "A deploy would change nothing\n".to_owned();
    }
    let mut text = String::new();
    for object in &differences.objects {
        let place = object.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        text.push_str(&format!("{} {place}{}: would be {}\n", object.kind, object.name, object.change));
        for field in &object.fields {
            let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
            text.push_str(&format!("  {}: {} -> {}\n", field.path, side(&field.live), side(&field.desired)));
        }
    }
    for namespace in &differences.namespaces {
        text.push_str(&format!("Namespace {}: would be {}\n", namespace.namespace, enabling(namespace)));
    }
    text
}

/// The text of an undeploy.
pub fn undeployed(undeployed: &Undeployed) -> String {
    let mut text = String::new();
    let would = if undeployed.dry_run { "would be " } else { "" };
    for object in &undeployed.removed {
        text.push_str(&format!("{object}: {would}removed\n"));
    }
    for namespace in &undeployed.disabled {
        text.push_str(&format!("Namespace {namespace}: {would}disabled\n"));
    }
    if !undeployed.attached.is_empty() {
        text.push_str(&format!("Pods of applications that used it: {}\n", undeployed.attached.join(", ")));
    }
    if text.is_empty() {
        text.push_str(&format!("KAR does not run in namespace {}; nothing was to be done\n", undeployed.namespace));
    }
    for left in &undeployed.left {
        text.push_str(&format!("Left: {} ({})\n", left.object, left.reason));
    }
    text
}

/// The text of a status.
pub fn status(status: &ClusterStatus) -> String {
    let ClusterStatus { context, server, server_version, namespace, .. } = status;
    let mut text = format!("Cluster `{context}` ({server}), Kubernetes {server_version}\n");
    if !status.is_deployed {
        text.push_str(&format!("KAR does not run in namespace {namespace}\n"));
    } else {
        let release = status.release.as_deref().unwrap_or("of an unknown release");
        text.push_str(&format!("KAR {release} in namespace {namespace}\n"));
        if let Some(key) = &status.managed_key {
            text.push_str(&format!("Kafka and Redis are those of the service keys `{key}` of IBM Cloud\n"));
        }
        text.push('\n');
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let mut rows = vec![row(["COMPONENT", "STATE", "IMAGE"])];
        rows.extend(
            status.components.iter().map(|component| row([&component.name, &component.state, &component.image])),
        );
        text.push_str(&table(&rows));
    }
    if !status.claims.is_empty() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let mut rows = vec![row(["CLAIM", "STATE", "SIZE", "CLASS"])];
        rows.extend(status.claims.iter().map(|claim| {
            let [size, class] = [&claim.size, &claim.class].map(|text| text.as_deref().unwrap_or("-"));
            row([&claim.name, &claim.phase, size, class])
        }));
        text.push_str(&format!("\n{}", table(&rows)));
    }
    if let Some(days) = status.certificate_days_left {
        text.push_str(&format!("\nThe injector's certificate is valid for {days} days\n"));
    }
    if status.is_deployed {
        let enabled: Vec<_> = status.enabled.iter().map(|namespace| namespace.name.as_str()).collect();
        let enabled = if enabled.is_empty() { "none".to_owned() } else { enabled.join(", ") };
        text.push_str(&format!("Enabled namespaces: {enabled}\n"));
    }
    for problem in &status.problems {
        text.push_str(&format!("! {problem}\n"));
    }
    text
}

/// The text of the list of pods.
pub fn pods(pods: &Pods) -> String {
    if pods.pods.is_empty() {
        return "No pod of an application runs in an enabled namespace\n".to_owned();
    }
    let row = |cells: [&str; 8]| cells.map(str::to_owned).to_vec();
    let mut rows = vec![row(["NAMESPACE", "POD", "APP", "SERVICE", "ACTORS", "READY", "STATE", "INJECTED"])];
    rows.extend(pods.pods.iter().map(|pod| {
        let [service, actors] = [&pod.service, &pod.actors].map(|text| text.as_deref().unwrap_or("-"));
        let injected = if pod.is_injected { "yes" } else { "no" };
        row([&pod.namespace, &pod.name, &pod.app, service, actors, &pod.ready, &pod.state, injected])
    }));
    table(&rows)
}
