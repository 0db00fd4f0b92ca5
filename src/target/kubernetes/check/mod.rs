//! `karctl check k8s`: finds out, side by side, what a cluster is like, and has it judged. Nothing is written: rights are
//! asked about, and a deploy is rehearsed as by `--dry-run`.

mod demand;
mod deployed;
mod health;
mod nodes;
mod webhooks;

use futures_util::future::try_join_all;
use serde_yaml::Value;

use super::connection::{Selection, connect, is_local};
use super::deploy::{Options, desired, enabling, render, watching};
use super::flavour::Flavour;
use super::permission::{Permission, missing};
use super::plan::{Policy, permissions, rehearse};
use super::rotation::Stages;
use super::{access, manifests, names, namespaces};
use crate::change::Change;
use crate::check::cluster::{
    Amounts, Cluster as Subject, Desktop, Namespace, Quota, Range, Registry, StorageClass, Told,
};
use crate::check::kubernetes::{AFTER, BEFORE, REACH, Reach};
use crate::check::{self, Mode, Reason, Report};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{
    CLAIM, CONFIG_MAP, Kind, LIMIT_RANGE, NAMESPACE, Object, POD, RESOURCE_QUOTA, Reference, SECRET, STORAGE_CLASS,
};
use crate::context::Context;
use crate::error::{Failure, Result, Status, report};
use crate::quantity::Quantity;
use crate::settings::Settings;

/// Label with the level of Pod Security of a namespace.
const LEVEL: &str = "pod-security.kubernetes.io/enforce";

/// Annotation of the default class.
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

/// Where a cluster says how its nodes reach a registry of its user's machine.
/// <https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/generic/1755-communicating-a-local-registry>
const HOSTING: (&str, &str, &str) = ("kube-public", "local-registry-hosting", "localRegistryHosting.v1");

/// When a cluster is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before anything is deployed.
    Before,
    /// Once it is: also what runs.
    Deployed,
    /// As it is: what runs where something was deployed.
    AsFound,
}

/// Which cluster is checked, and for what.
#[derive(Debug)]
pub struct Wanted {
    /// How it is chosen.
    pub selection: Selection,
    /// What is deployed.
    pub settings: Settings,
    /// What a deploy is told beside.
    pub options: Options,
    /// When.
    pub stage: Stage,
}

/// Chooses a cluster and checks it. One that does not answer is a finding.
///
/// # Errors
/// A usage failure, for a context that does not exist or settings that do not fit together.
pub async fn check_chosen(context: &Context, wanted: &Wanted) -> Result<Report> {
    match connect(context, &wanted.selection).await {
        Ok(cluster) => check(context, &cluster, &wanted.settings, &wanted.options, wanted.stage).await,
        Err(error) if report(&error).status == Status::Usage => Err(error),
        Err(error) => Ok(check::run(Mode::K8s, REACH, &Reach(Err(Reason::of(&error))))),
    }
}

/// Checks a cluster for a runtime with these settings.
///
/// # Errors
/// When the settings do not fit together; everything else is a finding.
pub async fn check(
    context: &Context,
    cluster: &Cluster,
    settings: &Settings,
    options: &Options,
    stage: Stage,
) -> Result<Report> {
    // What hinders it, such as a right that is missing, is a finding of the rehearsal, which asks again.
    let mut options = options.remembered(context, cluster, settings).await.unwrap_or_else(|_| options.clone());
    // What is deployed is looked at as it is, also where only a file said where Kafka and Redis are.
    if stage != Stage::Before && options.elsewhere.is_none() && !options.in_cluster {
        options.elsewhere = access::elsewhere(cluster, &settings.kubernetes.namespace).await.unwrap_or_default();
    }
    let options = &options;
    let rendered = render(context, settings, options).await?;
    let subject = look(context, cluster, settings, options, stage, &rendered).await;
    let is_deployed = matches!(&subject.runtime, Some(Ok(runtime)) if runtime.is_deployed);
    let after = match stage {
        Stage::Before => &[][..],
        Stage::AsFound if !is_deployed => &[][..],
        Stage::AsFound | Stage::Deployed => AFTER,
    };
    Ok(check::run(Mode::K8s, BEFORE.iter().chain(after), &subject))
}

async fn look(
    context: &Context,
    cluster: &Cluster,
    settings: &Settings,
    options: &Options,
    stage: Stage,
    rendered: &[Object],
) -> Subject {
    let wanted = &settings.kubernetes;
    let namespace = wanted.namespace.as_str();
    let health = health::look(context, cluster, settings).await;
    let prospect = prospect(context, cluster, settings, options, rendered).await;
    let (pods, claims, nodes, classes, quotas, ranges, namespaces, announced, webhooks) = tokio::join!(
        list(cluster, POD, None),
        list(cluster, CLAIM, Some(namespace)),
        nodes::look(cluster, wanted.system_nodes),
        list(cluster, STORAGE_CLASS, None),
        list(cluster, RESOURCE_QUOTA, Some(namespace)),
        list(cluster, LIMIT_RANGE, Some(namespace)),
        namespaces(cluster, namespace, &options.enable),
        announced(cluster),
        webhooks::look(cluster, namespace, rendered),
    );
    let existing: Vec<_> = pods.iter().flatten().filter(|pod| demand::is_of_runtime(pod, namespace)).collect();
    let runtime = match stage {
        Stage::Before => None,
        Stage::Deployed | Stage::AsFound => Some(deployed::look(context, cluster, settings, &nodes).await),
    };
    let kept: Vec<_> = claims.iter().flatten().map(Object::name).collect();
    let mut demand = demand::of(&prospect.objects, &prospect.new, &existing, &kept);
    demand.spread = Some(wanted.spread);
    let desktop = nodes.as_ref().ok().and_then(|nodes| desktop(cluster, nodes));
    Subject {
        version: cluster.version().text.clone(),
        minor: cluster.version().minor,
        namespace: namespace.to_owned(),
        missing_rights: prospect.missing_rights,
        rehearsal: prospect.rehearsal,
        injector: settings.injector.implementation,
        demand,
        classes: classes.map(|classes| classes.iter().map(class).collect()),
        class: wanted.storage_class.clone(),
        nodes: nodes.map(|nodes| nodes::free(&nodes, &pods, namespace)),
        pods: pods.map(drop),
        quotas: quotas.map(|quotas| quotas.iter().filter_map(quota).collect()),
        ranges: ranges.map(|ranges| ranges.iter().flat_map(limits).collect()),
        level: manifests::pod_security(wanted.anyuid),
        may_force: options.policy.force_conflicts,
        namespaces,
        registry: Registry {
            host: wanted.dev_registry.clone(),
            is_local_cluster: is_local(cluster),
            desktop,
            announced,
        },
        webhooks,
        runtime,
        health,
    }
}

/// What a deploy would do.
struct Prospect {
    /// The objects, as they are to be.
    objects: Vec<Object>,
    /// Those of them that are not there yet.
    new: Vec<Object>,
    missing_rights: Told<String>,
    rehearsal: Option<Told<String>>,
}

/// Goes the way of a deploy up to its first write.
async fn prospect(
    context: &Context,
    cluster: &Cluster,
    settings: &Settings,
    options: &Options,
    rendered: &[Object],
) -> Prospect {
    let namespace = &settings.kubernetes.namespace;
    let planned = async {
        let options = &options.remembered(context, cluster, settings).await?;
        let (desired, _) = desired(context, cluster, settings, options).await?;
        let stages = Stages::plan(cluster, &desired, options.policy).await?;
        let source = namespaces::Source::of(namespace, &stages.end.objects());
        let enabling = enabling(cluster, &desired, options, &source).await?;
        Ok::<_, anyhow::Error>((stages, enabling))
    };
    let planned = planned.await;
    let needed = match &planned {
        Ok((stages, enabling)) if stages.is_change() || enabling.is_change() => {
            let others = enabling.permissions().into_iter().chain(watching(namespace, options));
            let others = others.chain(stages.permissions(namespace));
            stages.all().flat_map(permissions).chain(others).collect()
        }
        Ok(_) => Vec::new(),
        Err(_) => of_a_first_deploy(rendered, namespace, options),
    };
    let missing_rights = missing(cluster, needed).await.map_err(|error| Reason::of(&error));
    let may_do_all = matches!(&missing_rights, Ok(missing) if missing.is_empty());
    match planned {
        Err(error) => Prospect {
            objects: rendered.to_vec(),
            new: rendered.to_vec(),
            missing_rights,
            rehearsal: Some(Err(Reason::of(&error))),
        },
        Ok((stages, enabling)) => {
            let rehearsal = match may_do_all {
                true => Some(outlook(cluster, &stages, options.policy, enabling.changing().count()).await),
                false => None,
            };
            let plan = &stages.end;
            let is_new = |object: &&&Object| {
                let reference = object.reference();
                plan.steps.iter().any(|step| step.change == Change::Created && step.reference() == reference)
            };
            let objects = plan.objects();
            let new = objects.iter().filter(is_new).map(|&object| object.clone()).collect();
            Prospect { objects: objects.into_iter().cloned().collect(), new, missing_rights, rehearsal }
        }
    }
}

/// What a deploy needs that has to make everything.
fn of_a_first_deploy(rendered: &[Object], namespace: &str, options: &Options) -> Vec<Permission> {
    let of_objects = rendered.iter().flat_map(|object| {
        let reference = object.reference();
        ["get", "create", "patch"].into_iter().filter_map(move |verb| Permission::on(verb, &reference))
    });
    let inventory = ["get", "patch"].map(|verb| Permission::within(verb, SECRET, "", namespace));
    of_objects.chain(inventory).chain(watching(namespace, options)).collect()
}

async fn outlook(cluster: &Cluster, stages: &Stages, policy: Policy, enabled: usize) -> Told<String> {
    for plan in stages.all() {
        rehearse(cluster, plan, policy).await.map_err(|error| Reason::of(&error))?;
    }
    let changed = stages.end.steps.iter().filter(|step| step.change != Change::Unchanged).count();
    Ok(match (changed, enabled) {
        (0, 0) => "a deploy would change nothing".to_owned(),
        _ => {
            format!("a deploy would change {} and enable {}", counted(changed, "object"), counted(enabled, "namespace"))
        }
    })
}

fn counted(number: usize, name: &str) -> String {
    format!("{number} {name}{}", if number == 1 { "" } else { "s" })
}

async fn list(cluster: &Cluster, kind: Kind, namespace: Option<&str>) -> Told<Vec<Object>> {
    cluster.list(kind, namespace, "").await.map_err(|error| Reason::of(&Failure::from(error).into()))
}

fn class(class: &Object) -> StorageClass {
    StorageClass { name: class.name().to_owned(), is_default: class.annotation(DEFAULT_CLASS) == Some("true") }
}

/// Amounts of a mapping such as `spec.hard`.
fn amounts(object: &Object, pointer: &str) -> Amounts {
    let entries = object.at(pointer).and_then(serde_json::Value::as_object).into_iter().flatten();
    let amounts = entries.filter_map(|(name, amount)| Some((name.clone(), Quantity::parse(amount.as_str()?)?)));
    amounts.collect()
}

/// Scopes that the runtime's pods are in: they run for ever, and ask for something.
const OWN_SCOPES: [&str; 2] = ["NotTerminating", "NotBestEffort"];

/// A quota that counts the runtime's pods; names that mean the same become one.
fn quota(quota: &Object) -> Option<Quota> {
    let is_own = |scope: &serde_json::Value| scope.as_str().is_some_and(|scope| OWN_SCOPES.contains(&scope));
    let has_selector = quota.at("/spec/scopeSelector").is_some();
    if has_selector || !quota.list("/spec/scopes").iter().all(is_own) {
        return None;
    }
    let renamed = |amounts: Amounts| {
        let name = |name: String| match name.as_str() {
            "cpu" | "memory" => format!("requests.{name}"),
            "count/pods" | "count/services" | "count/secrets" | "count/configmaps" | "count/persistentvolumeclaims" => {
                name.trim_start_matches("count/").to_owned()
            }
            _ => name,
        };
        amounts.into_iter().map(|(key, amount)| (name(key), amount)).collect()
    };
    Some(Quota {
        name: quota.name().to_owned(),
        hard: renamed(amounts(quota, "/spec/hard")),
        used: renamed(amounts(quota, "/status/used")),
    })
}

fn limits(range: &Object) -> Vec<Range> {
    let number = range.list("/spec/limits").len();
    let limit = |index: usize| {
        let at = |field: &str| amounts(range, &format!("/spec/limits/{index}/{field}"));
        Range {
            name: range.name().to_owned(),
            kind: range.text(&format!("/spec/limits/{index}/type")).unwrap_or_default().to_owned(),
            min: at("min"),
            max: at("max"),
            default: at("default"),
        }
    };
    (0..number).map(limit).collect()
}

/// The runtime's namespace, `default`, those that are to be enabled, and every enabled one.
async fn namespaces(cluster: &Cluster, runtime: &str, wanted: &[String]) -> Told<Vec<Namespace>> {
    let names = [runtime, "default"].into_iter().chain(wanted.iter().map(String::as_str));
    let looked = names.map(async |name| cluster.get(&Reference::new(NAMESPACE, "", name)).await);
    let found = try_join_all(looked).await.map_err(|error| Reason::of(&Failure::from(error).into()))?;
    let enabled = namespaces::enabled(cluster).await.map_err(|error| Reason::of(&error))?;
    let mut namespaces: Vec<Namespace> = Vec::new();
    for found in found.into_iter().flatten().chain(enabled) {
        if namespaces.iter().all(|known| known.name != found.name()) {
            namespaces.push(Namespace {
                name: found.name().to_owned(),
                level: found.label(LEVEL).map(str::to_owned),
                is_ours: found.label(names::MANAGED_BY) == Some(names::KARCTL),
            });
        }
    }
    Ok(namespaces)
}

/// The desktop that keeps the cluster, by its context and its node.
fn desktop(cluster: &Cluster, nodes: &[(Object, Option<String>)]) -> Option<Desktop> {
    let flavour = Flavour::of_context(&cluster.chosen().context).filter(|flavour| !flavour.knows_registry_by_name())?;
    let runs_docker = |node: &Object| {
        node.text("/status/nodeInfo/containerRuntimeVersion").is_some_and(|runtime| runtime.starts_with("docker://"))
    };
    // minikube's docker is one of its own, in the node.
    let shares_engine =
        flavour != Flavour::Minikube && !nodes.is_empty() && nodes.iter().all(|(node, _)| runs_docker(node));
    Some(Desktop { title: flavour.title(), shares_engine })
}

/// Names by which the cluster's nodes reach a local registry. `hostFromClusterNetwork` is for pods, who pull nothing.
async fn announced(cluster: &Cluster) -> Told<Vec<String>> {
    let (namespace, name, key) = HOSTING;
    let found = cluster.get(&Reference::new(CONFIG_MAP, namespace, name)).await;
    let found = found.map_err(|error| Reason::of(&Failure::from(error).into()))?;
    let text = found.as_ref().and_then(|map| map.entry("/data", key)).unwrap_or_default();
    let hosting: Value = serde_yaml::from_str(text).unwrap_or_default();
    let hosts = ["hostFromContainerRuntime", "host"].map(|field| hosting[field].as_str().map(str::to_owned));
    Ok(hosts.into_iter().flatten().collect())
}
