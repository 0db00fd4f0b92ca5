//! Which Prometheus of a cluster takes up a monitor, or which Fluent Bit a filter, and what labels it wants for that. Pure.
//!
//! The Prometheus Operator's rule: no selector takes nothing, an empty one everything; without a selector of namespaces
//! only those of the Prometheus' own namespace are taken.
//! (<https://prometheus-operator.dev/docs/api-reference/api/>, `PrometheusSpec`)

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::client::kubernetes::object::{Kind, Object, SERVICE_MONITOR};

/// Labels, by name.
pub type Labels = BTreeMap<String, String>;

/// The selectors of a Prometheus for a kind of monitors, and for the namespaces of those.
fn selectors(prometheus: &Object, kind: Kind) -> (Option<&Value>, Option<&Value>) {
    let stem = if kind == SERVICE_MONITOR { "serviceMonitor" } else { "podMonitor" };
    let at = |what: &str| prometheus.at(&format!("/spec/{stem}{what}")).filter(|selector| !selector.is_null());
    (at("Selector"), at("NamespaceSelector"))
}

/// The labels that monitors of a kind need so that these Prometheuses take them. Where two want different values of one
/// label, the first has its way.
pub fn wanted(prometheuses: &[Object], kind: Kind) -> Labels {
    asked_for(prometheuses.iter().filter_map(|prometheus| selectors(prometheus, kind).0))
}

/// The labels that selectors ask for. Where two want different values of one label, the first has its way.
pub fn asked_for<'s>(selectors: impl Iterator<Item = &'s Value>) -> Labels {
    let mut labels = Labels::new();
    for (name, value) in selectors.filter_map(|selector| selector["matchLabels"].as_object()).flatten() {
        if let Some(value) = value.as_str() {
            labels.entry(name.clone()).or_insert_with(|| value.to_owned());
        }
    }
    labels
}

/// Whether labels fit a selector of the Fluent Operator: no selector takes everything, as an empty one does.
pub fn fits(selector: Option<&Value>, labels: &Labels) -> bool {
    selector.is_none_or(|selector| matches(selector, |name| labels.get(name).map(String::as_str)))
}

/// Whether a Prometheus takes monitors of a kind that have these labels, in a namespace.
pub fn takes(prometheus: &Object, kind: Kind, labels: &Labels, namespace: &Object) -> bool {
    let (monitors, namespaces) = selectors(prometheus, kind);
    let takes_namespace = match namespaces {
        Some(selector) => matches(selector, |name| namespace.label(name)),
        None => prometheus.namespace() == namespace.name(),
    };
    takes_namespace && monitors.is_some_and(|selector| matches(selector, |name| labels.get(name).map(String::as_str)))
}

/// Whether labels match a selector of Kubernetes.
fn matches<'a>(selector: &Value, label: impl Fn(&str) -> Option<&'a str>) -> bool {
    let none = Map::new();
    let equal = selector["matchLabels"].as_object().unwrap_or(&none);
    let expressions = selector["matchExpressions"].as_array().map_or(&[][..], Vec::as_slice);
    equal.iter().all(|(name, value)| label(name) == value.as_str())
        && expressions.iter().all(|expression| {
            let found = label(expression["key"].as_str().unwrap_or_default());
            let values = expression["values"].as_array().map_or(&[][..], Vec::as_slice);
            let is_among = found.is_some_and(|found| values.iter().any(|value| value == found));
            match expression["operator"].as_str() {
                Some("In") => is_among,
                Some("NotIn") => !is_among,
                Some("Exists") => found.is_some(),
                Some("DoesNotExist") => found.is_none(),
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::kubernetes::object::POD_MONITOR;
    use serde_json::json;

    fn prometheus(spec: Value) -> Object {
        Object(json!({"kind": "Prometheus", "metadata": {"name": "p", "namespace": "monitoring"}, "spec": spec}))
    }

    fn namespace(labels: Value) -> Object {
        Object(json!({"kind": "Namespace", "metadata": {"name": "kar-system", "labels": labels}}))
    }

    #[test]
    fn the_labels_of_kube_prometheus_stack_are_wanted_and_enough() {
        let stack = prometheus(json!({
            "serviceMonitorSelector": {"matchLabels": {"release": "stack"}}, "serviceMonitorNamespaceSelector": {},
            "podMonitorSelector": {"matchLabels": {"release": "stack"}},
        }));
        let other = prometheus(json!({"serviceMonitorSelector": {"matchLabels": {"release": "other", "team": "a"}}}));
        let labels = wanted(&[stack.clone(), other], SERVICE_MONITOR);
        assert_eq!(labels.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>(), ["release=stack", "team=a"]);
        assert!(takes(&stack, SERVICE_MONITOR, &labels, &namespace(json!({}))));
        assert!(!takes(&stack, SERVICE_MONITOR, &Labels::new(), &namespace(json!({}))));
        // Without a selector of namespaces only its own namespace is looked at.
        assert!(!takes(&stack, POD_MONITOR, &labels, &namespace(json!({}))));
    }

    #[test]
    fn no_selector_takes_nothing_and_an_empty_one_everything() {
        let none = prometheus(json!({"serviceMonitorNamespaceSelector": {}}));
        assert!(!takes(&none, SERVICE_MONITOR, &Labels::new(), &namespace(json!({}))));
        let all = prometheus(json!({"serviceMonitorSelector": {}, "serviceMonitorNamespaceSelector": {}}));
        assert!(takes(&all, SERVICE_MONITOR, &Labels::new(), &namespace(json!({}))));
    }

    #[test]
    fn expressions_are_those_of_kubernetes() {
        let expression = |operator: &str, values: Value| {
            prometheus(json!({"serviceMonitorSelector": {}, "serviceMonitorNamespaceSelector":
                {"matchExpressions": [{"key": "stage", "operator": operator, "values": values}]}}))
        };
        let (test, none) = (namespace(json!({"stage": "test"})), namespace(json!({})));
        let rows = [
            ("In", json!(["test"]), true, false),
            ("NotIn", json!(["test"]), false, true),
            ("Exists", json!([]), true, false),
            ("DoesNotExist", json!([]), false, true),
            ("Like", json!(["test"]), false, false),
        ];
        for (operator, values, with, without) in rows {
            let prometheus = expression(operator, values);
            assert_eq!(takes(&prometheus, SERVICE_MONITOR, &Labels::new(), &test), with, "{operator}");
            assert_eq!(takes(&prometheus, SERVICE_MONITOR, &Labels::new(), &none), without, "{operator}");
        }
    }
}
