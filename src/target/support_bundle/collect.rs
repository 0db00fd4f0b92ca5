//! What is in a support bundle, before anything is taken out of it.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::known;
use super::scrub::scrub;
use super::secrets::Secrets;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{
    CLAIM, CONFIG_MAP, DEPLOYMENT, EVENT, Kind, NETWORK_POLICY, NODE, Object, POD, SERVICE, STATEFUL_SET,
};
use crate::context::{Context, Deadline};
use crate::error::{Failure, OrFail, Result, report};
use crate::settings::{Loaded, Settings};
use crate::target::check::{Wanted, check};
use crate::target::kubernetes::connection::{Selection, connect};
use crate::target::kubernetes::{check as cluster_check, deploy, names, status};
use crate::target::local::engine::{Engine, LogQuery};
use crate::target::local::instance::{InstanceName, Presence};
use crate::target::local::{self, choice, record};
use crate::target::{overview, version::Version};

/// Lines of each log.
const LINES: u32 = 2000;

/// Time for each thing that is collected; one that hangs is left out and named.
const LIMIT: Duration = Duration::from_secs(20);

/// What of the runtime's namespace is in it; never a Secret.
const KINDS: [Kind; 7] = [STATEFUL_SET, DEPLOYMENT, POD, SERVICE, CLAIM, CONFIG_MAP, NETWORK_POLICY];

/// A file, or why there is none.
pub struct Piece {
    /// Its path in the bundle.
    pub path: String,
    /// Its text.
    pub text: Result<String>,
}

/// Files, as they are collected.
#[derive(Default)]
pub struct Pieces(pub Vec<Piece>);

impl Pieces {
    fn text(&mut self, path: impl Into<String>, text: Result<String>) {
        self.0.push(Piece { path: path.into(), text });
    }

    /// A document, without what may be a secret by its name.
    fn document<T: Serialize>(&mut self, path: impl Into<String>, document: Result<T>) {
        let text = document.and_then(|document| {
            let mut document = serde_json::to_value(document)?;
            scrub(&mut document);
            Ok(format!("{document:#}\n"))
        });
        self.text(path, text);
    }
}

/// What is collected.
pub struct Sources<'a> {
    /// The settings, and where each comes from.
    pub loaded: &'a Loaded,
    /// Which cluster.
    pub selection: &'a Selection,
    /// Whether a cluster is asked at all.
    pub with_cluster: bool,
}

/// Collects everything, and every secret that may be in it. What cannot be had is a piece that says why.
///
/// # Errors
/// When the state folder cannot be read.
pub async fn collect(context: &Context, sources: &Sources<'_>) -> Result<(Pieces, Secrets)> {
    let Sources { loaded, selection, with_cluster } = sources;
    let settings = &loaded.settings;
    let mut secrets = known::of_machine(context, settings, selection)?;
    let mut pieces = Pieces::default();
    pieces.document("version.json", Version::collect(context).await);
    pieces.document("settings.json", Ok(json!({ "settings": settings, "origins": loaded.origins })));
    pieces.document("environment.json", Ok(environment(context)));
    let brief = Context { deadline: Deadline::after(overview::LIMIT), ..context.clone() };
    pieces.document("status.json", overview::overview(&brief, &settings.kubernetes.namespace).await);
    let wanted = wanted(settings, selection, *with_cluster);
    pieces.document("check.json", within(check(&in_time(context), &wanted)).await);
    for name in record::names(context)? {
        instance(context, &name, &mut pieces).await;
    }
    if *with_cluster {
        match within(connect(&in_time(context), selection)).await {
            Ok(cluster) => of_cluster(&cluster, &settings.kubernetes.namespace, &mut secrets, &mut pieces).await,
            Err(error) => pieces.text("cluster/status.json", Err(error)),
        }
    }
    Ok((pieces, secrets))
}

/// What the cluster has: only once its secrets are known, or were refused.
async fn of_cluster(cluster: &Cluster, namespace: &str, secrets: &mut Secrets, pieces: &mut Pieces) {
    match within(known::of_cluster(cluster, namespace, secrets)).await {
        Ok(true) => {}
        Ok(false) => {
            let refused = Failure::new("they may not be read; what pods write of them is known by its looks only");
            pieces.text("cluster/secrets.json", Err(refused.into()));
        }
        Err(error) => {
            let unknown = || Failure::new("its secrets are not known, so that they could not be taken out");
            return pieces.text("cluster", Err(error).or_fail(unknown));
        }
    }
    runtime(cluster, namespace, pieces).await;
}

fn in_time(context: &Context) -> Context {
    Context { deadline: Deadline::after(LIMIT), ..context.clone() }
}

/// An instant longer than whoever asks has, so that it can tell what did not answer.
async fn within<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| Failure::new(format!("it did not come within {} s", LIMIT.as_secs()));
    timeout(LIMIT + LIMIT / 4, work).await.map_err(late)?
}

fn wanted(settings: &Settings, selection: &Selection, with_cluster: bool) -> Wanted {
    let cluster = with_cluster.then(|| cluster_check::Wanted {
        selection: selection.clone(),
        settings: settings.clone(),
        options: deploy::Options::default(),
        stage: cluster_check::Stage::AsFound,
    });
    Wanted { local: Some(settings.clone()), cluster, ..Wanted::default() }
}

/// The variables that decide what karctl does; of those that hold a secret only that they are set.
fn environment(context: &Context) -> Value {
    const BEGINNINGS: [&str; 12] = [
        "KARCTL_",
        "KAFKA_",
        "REDIS_",
        "KAR_",
        "DOCKER_",
        "CONTAINER_",
        "KUBECONFIG",
        "XDG_",
        "JAVA_HOME",
        "IBMCLOUD_",
        "CE_",
        "SSL_CERT",
    ];
    const OTHERS: [&str; 9] =
        ["PATH", "HOME", "LANG", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "http_proxy", "https_proxy"];
    let is_of_interest = |name: &str| BEGINNINGS.iter().any(|one| name.starts_with(one)) || OTHERS.contains(&name);
    let variables = context.environment.variables().filter(|(name, _)| is_of_interest(name));
    let sorted: std::collections::BTreeMap<_, _> = variables.collect();
    json!(sorted)
}

async fn instance(context: &Context, name: &InstanceName, pieces: &mut Pieces) {
    let folder = format!("instances/{name}");
    let context = &in_time(context);
    pieces.document(format!("{folder}/status.json"), within(local::status(context, name)).await);
    let Ok(Some(located)) = within(choice::locate(context, name)).await else { return };
    for (&component, seen) in &located.observed.components {
        if seen.presence == Presence::Absent {
            continue;
        }
        let query = LogQuery { tail: Some(LINES as usize), ..LogQuery::default() };
        let mut text = String::new();
        let mut take = |line: &str| {
            text.push_str(line);
            text.push('\n');
        };
        let read = within(located.engine.logs(context, name, component, &query, &mut take)).await;
        pieces.text(format!("{folder}/{}.log", component.name()), read.map(|()| text));
    }
}

async fn runtime(cluster: &Cluster, namespace: &str, pieces: &mut Pieces) {
    pieces.document("cluster/status.json", within(status::status(cluster, namespace)).await);
    let nodes = within(list(cluster, NODE, None)).await;
    pieces.document("cluster/nodes.json", nodes.map(|nodes| nodes.iter().map(node).collect::<Vec<_>>()));
    pieces.document("cluster/events.json", within(list(cluster, EVENT, Some(namespace))).await.map(values));
    for kind in KINDS {
        let objects = within(list(cluster, kind, Some(namespace))).await;
        if kind.name == POD.name
            && let Ok(pods) = &objects
        {
            logs(cluster, pods, pieces).await;
        }
        // What somebody else keeps in a ConfigMap is not the runtime's.
        let is_ours = |object: &Object| {
            kind.name != CONFIG_MAP.name || object.label("app.kubernetes.io/name") == Some(names::PART_OF)
        };
        let objects = objects.map(|objects| objects.into_iter().filter(is_ours).collect());
        pieces.document(format!("cluster/{}.json", kind.plural), objects.map(values));
    }
}

async fn list(cluster: &Cluster, kind: Kind, namespace: Option<&str>) -> Result<Vec<Object>> {
    let mut objects = cluster.list(kind, namespace, "").await.map_err(Failure::from)?;
    objects.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(objects)
}

fn values(objects: Vec<Object>) -> Vec<Value> {
    objects.into_iter().map(|object| object.0).collect()
}

fn node(node: &Object) -> Value {
    let of = |pointer: &str| node.at(pointer).cloned().unwrap_or_default();
    json!({
        "name": node.name(), "info": of("/status/nodeInfo"), "conditions": of("/status/conditions"),
        "allocatable": of("/status/allocatable"), "taints": of("/spec/taints"),
    })
}

/// What each container of the runtime wrote, and wrote before it was started again.
async fn logs(cluster: &Cluster, pods: &[Object], pieces: &mut Pieces) {
    for pod in pods {
        let statuses = ["/status/initContainerStatuses", "/status/containerStatuses"];
        for status in statuses.iter().flat_map(|pointer| pod.list(pointer)) {
            let Some(container) = status["name"].as_str() else { continue };
            for previous in [false, true] {
                let has_run = match previous {
                    false => status["state"].get("waiting").is_none(),
                    true => status["restartCount"].as_i64().is_some_and(|count| count > 0),
                };
                if !has_run {
                    continue;
                }
                let end = if previous { "previous.log" } else { "log" };
                let read = async {
                    let log = cluster.log(&pod.reference(), container, LINES, previous).await;
                    log.map_err(Failure::from).or_fail(|| Failure::new("its log cannot be read"))
                };
                pieces.text(format!("cluster/logs/{}.{container}.{end}", pod.name()), within(read).await);
            }
        }
    }
}

impl Piece {
    /// Why it is not there.
    pub fn reason(error: &anyhow::Error) -> String {
        report(error).message
    }
}
