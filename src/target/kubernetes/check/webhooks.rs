//! Webhooks that may change pods, and whether anybody answers for them. Those that only admit are not looked at.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::list;
use crate::check::Reason;
use crate::check::cluster::{Told, Webhook};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{
    DEPLOYMENT, ENDPOINT_SLICE, NAMESPACE, Object, Reference, STATEFUL_SET, WEBHOOK,
};
use crate::error::Failure;
use crate::target::kubernetes::{names, namespaces};

/// Label with the service that addresses belong to.
const OF_SERVICE: &str = "kubernetes.io/service-name";

/// Labels of an object.
type Labels = BTreeMap<String, String>;

/// A namespace whose pods matter, with its labels, and those of its pods where they are known.
struct Place {
    name: String,
    labels: Labels,
    pods: Vec<Labels>,
}

/// Every mutating webhook about pods but karctl's own.
pub async fn look(cluster: &Cluster, runtime: &str, rendered: &[Object]) -> Told<Vec<Webhook>> {
    let configurations = list(cluster, WEBHOOK, None).await?;
    let places = places(cluster, runtime, rendered).await?;
    let others = configurations.iter().filter(|configuration| !is_own(configuration));
    let each = others.flat_map(|configuration| {
        configuration
            .list("/webhooks")
            .iter()
            .filter(|webhook| is_about_pods(webhook))
            .map(move |it| (configuration, it))
    });
    let looked = each.map(async |(configuration, webhook)| {
        let service = &webhook["clientConfig"]["service"];
        let service = service["namespace"].as_str().zip(service["name"].as_str());
        let name = webhook["name"].as_str().unwrap_or_default();
        Webhook {
            configuration: configuration.name().to_owned(),
            name: name.to_owned(),
            service: service.map(|(namespace, name)| format!("{namespace}/{name}")),
            is_strict: webhook["failurePolicy"] != "Ignore",
            is_served: match service {
                Some((namespace, name)) => is_served(cluster, namespace, name).await,
                None => None,
            },
            is_injector: service.is_some_and(|(_, name)| name == names::INJECTOR)
                || name.starts_with(&format!("{}.", names::INJECTOR)),
            namespaces: places.iter().filter(|place| is_asked(webhook, place)).map(|it| it.name.clone()).collect(),
        }
    });
    Ok(join_all(looked).await)
}

/// The one that a deploy makes; of that name and somebody else's, the deploy itself refuses it.
fn is_own(configuration: &Object) -> bool {
    configuration.name() == names::WEBHOOK
}

fn is_about_pods(webhook: &Value) -> bool {
    let has = |rule: &Value, field: &str, words: &[&str]| {
        let listed = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        listed.into_iter().any(|word| words.contains(&word))
    };
    webhook["rules"].as_array().into_iter().flatten().any(|rule| {
        has(rule, "apiGroups", &["", "*"])
            && has(rule, "resources", &["pods", "*", "*/*"])
            && has(rule, "operations", &["CREATE", "*"])
    })
}

/// The runtime's namespace as a deploy makes it, `default`, and every enabled one.
async fn places(cluster: &Cluster, runtime: &str, rendered: &[Object]) -> Told<Vec<Place>> {
    let failed = |error| Reason::of(&Failure::from(error).into());
    let own = cluster.get(&Reference::new(NAMESPACE, "", runtime)).await.map_err(failed)?;
    let default = cluster.get(&Reference::new(NAMESPACE, "", "default")).await.map_err(failed)?;
    let enabled = namespaces::enabled(cluster).await.map_err(|error| Reason::of(&error))?;
    let wanted = rendered.iter().find(|object| object.0["kind"] == NAMESPACE.name);
    let mut labels = Labels::from([("kubernetes.io/metadata.name".to_owned(), runtime.to_owned())]);
    wanted.into_iter().chain(&own).for_each(|namespace| labels.extend(labels_of(&namespace.0["metadata"])));
    let is_workload = |object: &&Object| object.0["kind"] == STATEFUL_SET.name || object.0["kind"] == DEPLOYMENT.name;
    let of_pods = |workload: &Object| labels_of(&workload.0["spec"]["template"]["metadata"]);
    let pods = rendered.iter().filter(is_workload).map(of_pods).collect();
    let mut places = vec![Place { name: runtime.to_owned(), labels, pods }];
    for namespace in default.into_iter().chain(enabled) {
        if places.iter().all(|place| place.name != namespace.name()) {
            let labels = labels_of(&namespace.0["metadata"]);
            places.push(Place { name: namespace.name().to_owned(), labels, pods: Vec::new() });
        }
    }
    Ok(places)
}

fn labels_of(metadata: &Value) -> Labels {
    let labels = metadata["labels"].as_object().into_iter().flatten();
    labels.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

/// Whether the API server asks a webhook about pods of a namespace. Of pods that nobody knows yet, only one that asks for
/// no label is sure to be asked about.
fn is_asked(webhook: &Value, place: &Place) -> bool {
    let of_pods = &webhook["objectSelector"];
    let has_selector = *of_pods != json!({}) && !of_pods.is_null();
    let is_about_them = match place.pods.is_empty() {
        true => !has_selector,
        false => place.pods.iter().any(|labels| selects(of_pods, labels)),
    };
    // A condition may leave any pod out.
    let has_conditions = webhook["matchConditions"].as_array().is_some_and(|conditions| !conditions.is_empty());
    !has_conditions && is_about_them && selects(&webhook["namespaceSelector"], &place.labels)
}

/// Whether a label selector takes labels; an empty one takes all.
fn selects(selector: &Value, labels: &Labels) -> bool {
    let equal = selector["matchLabels"].as_object().into_iter().flatten();
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    equal.into_iter().all(|(name, value)| labels.get(name).map(String::as_str) == value.as_str())
        && expressions.into_iter().all(|expression| holds(expression, labels))
}

fn holds(expression: &Value, labels: &Labels) -> bool {
    let found = labels.get(expression["key"].as_str().unwrap_or_default());
    let is_listed = found.is_some_and(|value| {
        expression["values"].as_array().into_iter().flatten().any(|listed| listed.as_str() == Some(value))
    });
    match expression["operator"].as_str() {
        Some("In") => is_listed,
        Some("NotIn") => !is_listed,
        Some("Exists") => found.is_some(),
        Some("DoesNotExist") => found.is_none(),
        _ => false,
    }
}

/// Whether a service has an address that is ready; `None` where the server does not say.
pub(super) async fn is_served(cluster: &Cluster, namespace: &str, service: &str) -> Option<bool> {
    let slices = cluster.list(ENDPOINT_SLICE, Some(namespace), &format!("{OF_SERVICE}={service}")).await.ok()?;
    let is_ready = |endpoint: &Value| endpoint["conditions"]["ready"] != false;
    Some(slices.iter().any(|slice| slice.list("/endpoints").iter().any(is_ready)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_take_what_the_api_server_takes() {
        let labels = Labels::from([("a".to_owned(), "1".to_owned())]);
        let by = |key: &str, operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
        for (selector, expected) in [
            (Value::Null, true),
            (json!({}), true),
            (json!({"matchLabels": {"a": "1"}}), true),
            (json!({"matchLabels": {"a": "2"}}), false),
            (by("a", "In", &["1", "2"]), true),
            (by("a", "NotIn", &["1"]), false),
            (by("b", "NotIn", &["1"]), true),
            (by("b", "Exists", &[]), false),
            (by("b", "DoesNotExist", &[]), true),
        ] {
            assert_eq!(selects(&selector, &labels), expected, "{selector}");
        }
    }
}
