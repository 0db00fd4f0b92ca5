//! The addon `logging`: what has a Fluent Bit of the Fluent Operator find level and message in the lines of `kar`, Kafka and
//! ZooKeeper, wherever it sends them. Replaces start-k3d-logstack.sh, which brought a stack of its own.

use std::collections::BTreeMap;

use serde_json::json;

use super::selection::{Labels, asked_for, fits};
use super::{Options, Wanted, all, has_group};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{FLUENT_BIT_CONFIG, Object};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::render;
use crate::target::kubernetes::{manifests, names};

/// The label by which the configuration of the operator's chart selects everything.
const ENABLED: (&str, &str) = ("fluentbit.fluent.io/enabled", "true");

/// A line of `kar`. (`core/pkg/logger/logger.go` and `core/internal/runtime/launcher.go` of KAR 1.3.10)
const SIDECAR: &str = r"^\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}\.\d{6} \[(?<level>[A-Z]+)\] (?<message>.*)$";

/// A line of Kafka or ZooKeeper, whose configuration of log4j is the same in both.
const SERVER: &str = r"^\[\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2},\d{3}\] (?<level>[A-Z]+) (?<message>.*)$";

/// The parsers, the filter and the dashboard, and which configuration takes them up.
///
/// # Errors
/// When the operator is not there, or the server does not say.
pub(super) async fn wanted(context: &Context, cluster: &Cluster, namespace: &str, options: &Options) -> Result<Wanted> {
    if !has_group(cluster, FLUENT_BIT_CONFIG).await? {
        return Err(no_operator().into());
    }
    let configurations = all(cluster, FLUENT_BIT_CONFIG).await?.unwrap_or_else(|| {
        context.ui.warn("you may not list the ClusterFluentBitConfigs: give the labels they want with --label");
        Vec::new()
    });
    let [parsers, filters] = ["parserSelector", "filterSelector"].map(|name| labels(&configurations, name, options));
    let takes = |configuration: &&Object| {
        fits(configuration.at("/spec/parserSelector"), &parsers)
            && fits(configuration.at("/spec/filterSelector"), &filters)
    };
    let taken_by: Vec<_> = configurations.iter().filter(takes).map(|object| object.name().to_owned()).collect();
    let warnings = if taken_by.is_empty() { vec![untaken(&configurations)] } else { Vec::new() };
    let dashboards: BTreeMap<_, _> = render::LOG_DASHBOARDS.into_iter().collect();
    let values = json!({
        "namespace": namespace,
        "parser_labels": parsers,
        "filter_labels": filters,
        "sidecar": SIDECAR,
        "server": SERVER,
        "all_containers": options.all_containers,
        "dashboards": dashboards,
    });
    let objects = manifests::rendered(&render::LOGGING, &values, namespace, (names::COMPONENT, "logging"))?;
    Ok(Wanted { objects, taken_by, warnings })
}

/// The labels that were given, those that the configurations ask for, and the one of the operator's chart.
fn labels(configurations: &[Object], selector: &str, options: &Options) -> Labels {
    let mut labels: Labels = options.labels.iter().cloned().collect();
    let path = format!("/spec/{selector}");
    for (name, value) in asked_for(configurations.iter().filter_map(|configuration| configuration.at(&path))) {
        labels.entry(name).or_insert(value);
    }
    labels.entry(ENABLED.0.to_owned()).or_insert_with(|| ENABLED.1.to_owned());
    labels
}

fn no_operator() -> Failure {
    Failure::new("no Fluent Operator is on this cluster: it has no ClusterFilters")
        .hint("install one, such as the chart fluent/fluent-operator, then run the same command again")
        .hint(format!("another log stack finds level and message in the lines of `kar` by {SIDECAR}"))
        .code(Code::NoLogOperator)
}

fn untaken(configurations: &[Object]) -> String {
    match configurations {
        [] => "no ClusterFluentBitConfig was seen on the cluster, so nobody reads the lines yet".to_owned(),
        seen => {
            let seen: Vec<_> = seen.iter().map(Object::name).collect();
            format!("nobody reads the lines: {} asks for other labels (--label gives some)", seen.join(", "))
        }
    }
}
