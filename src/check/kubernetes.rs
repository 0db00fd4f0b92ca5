//! What a cluster should be like for `karctl k8s deploy`, and for what it brought about. Pure.

use super::cluster::{Cluster, Desktop, Namespace, Node, Runtime, Told, Webhook};
use super::{Check, Finding, Reason, Severity};
use super::{capacity, deployed, health};
use crate::code::Code;
use crate::settings::Implementation;

/// The newest Kubernetes that karctl's tests run on.
pub const NEWEST_TESTED_MINOR: u32 = 33;

/// Days of the injector's certificate under which a deploy renews it: a third of its life.
pub const CERTIFICATE_DAYS: i64 = 365;

/// Whether a cluster can be asked anything.
#[derive(Clone, Debug)]
pub struct Reach(pub Told<()>);

/// What is checked of a cluster that does not answer.
pub const REACH: &[Check<Reach>] =
    &[Check::new("cluster", "the API server answers", Code::ClusterUnreachable, Severity::Error, reach)];

/// What is checked before anything is deployed, in the order in which it is shown.
pub const BEFORE: &[Check<Cluster>] = &[
    Check::new("cluster", "the API server answers soon", Code::ClusterSlow, Severity::Warning, health::speed),
    Check::new("cluster", "the context leads where it led", Code::WrongCluster, Severity::Error, health::identity),
    Check::new("cluster", "karctl is tested with this Kubernetes", Code::ClusterVersion, Severity::Error, version),
    Check::new("rights", "whoever asks may deploy", Code::ClusterForbidden, Severity::Error, rights),
    Check::new("deploy", "nothing stands in a deploy's way", Code::DeployRefused, Severity::Error, rehearsal),
    Check::new("storage", "there is a StorageClass for the data", Code::NoStorageClass, Severity::Error, storage),
    Check::new("nodes", "the nodes are well", Code::NodeTrouble, Severity::Warning, health::nodes),
    Check::new("nodes", "pods have a network", Code::NoPodNetwork, Severity::Error, health::network),
    Check::new("network", "names are resolved within the cluster", Code::ClusterDns, Severity::Error, health::dns),
    Check::new(
        "network",
        "clients outside find the brokers",
        Code::BrokerUnresolvable,
        Severity::Warning,
        health::exposed,
    ),
    Check::new("room", "the nodes have room", Code::NoRoom, Severity::Error, capacity::room),
    Check::new("room", "the quotas leave room", Code::QuotaExceeded, Severity::Error, capacity::quotas),
    Check::new("room", "the limit ranges admit the pods", Code::QuotaExceeded, Severity::Error, capacity::ranges),
    Check::new("security", "Pod Security admits the runtime", Code::PodSecurity, Severity::Error, own_level),
    Check::new("security", "Pod Security admits sidecars", Code::PodSecurity, Severity::Warning, other_levels),
    Check::new("images", "the registry can be reached", Code::RegistryUnreachable, Severity::Error, registry),
    Check::new("images", "the images fit the nodes", Code::OtherArchitecture, Severity::Error, architecture),
    Check::new("webhooks", "no other injector is there", Code::WebhookConflict, Severity::Error, injectors),
    Check::new(
        "webhooks",
        "mutating webhooks of others answer",
        Code::WebhookConflict,
        Severity::Error,
        silent_webhooks,
    ),
];

/// What is checked of a runtime that was deployed.
pub const AFTER: &[Check<Cluster>] = &[
    Check::new("runtime", "KAR is deployed", Code::NotDeployed, Severity::Error, is_deployed),
    Check::new("runtime", "every component is ready", Code::WorkloadNotReady, Severity::Error, components)
        .fixed_by(deployed::bring_back),
    Check::new("runtime", "the injector's certificate lasts", Code::CertificateEnds, Severity::Warning, certificate)
        .fixed_by(deployed::renew),
    Check::new("runtime", "the webhook is asked", Code::WebhookDown, Severity::Error, deployed::webhook)
        .fixed_by(deployed::renew),
    Check::new("runtime", "versions match", Code::ReleasesDiffer, Severity::Warning, deployed::releases),
    Check::new(
        "config",
        "`kar` understands its configuration",
        Code::ConfigurationMisunderstood,
        Severity::Error,
        deployed::configuration,
    ),
    Check::new("config", "enabled namespaces are current", Code::NamespaceStale, Severity::Error, enabled)
        .fixed_by(deployed::copy),
    Check::new(
        "config",
        "no namespace of the cluster is enabled",
        Code::SystemNamespaceEnabled,
        Severity::Warning,
        deployed::system,
    )
    .fixed_by(deployed::disable),
    Check::new("pods", "pods that ask for it are injected", Code::PodNotInjected, Severity::Error, deployed::injected),
    Check::new("pods", "pods on full nodes have limits", Code::NoLimits, Severity::Warning, deployed::limits),
    Check::new("pods", "ingresses have an address", Code::IngressUnserved, Severity::Warning, health::ingresses),
];

/// What the server does not tell cannot be judged; most often whoever asks may not look.
pub(super) fn untold(what: &str, reason: &Reason) -> Finding {
    Finding::Skipped(format!("{what} cannot be looked at: {}", reason.message))
}

fn reach(Reach(reached): &Reach) -> Finding {
    match reached {
        Ok(()) => Finding::Fine("the API server answers".to_owned()),
        Err(reason) => Finding::Because(reason.clone()),
    }
}

/// One that is too old is refused when it is connected to.
fn version(cluster: &Cluster) -> Finding {
    let Cluster { version, minor, .. } = cluster;
    match *minor > NEWEST_TESTED_MINOR {
        false => Finding::Fine(format!("Kubernetes {version}")),
        true => {
            let hint = "look whether there is a newer karctl; what it applies has been part of Kubernetes for long";
            let found =
                format!("Kubernetes {version} is newer than 1.{NEWEST_TESTED_MINOR}, the newest that was tested");
            Finding::Doubtful(found, vec![hint.to_owned()])
        }
    }
}

fn rights(cluster: &Cluster) -> Finding {
    match &cluster.missing_rights {
        Ok(missing) if missing.is_empty() => Finding::Fine("nothing is missing of what a deploy needs".to_owned()),
        Ok(missing) => {
            let hint =
                "`karctl k8s rbac --user NAME` prints the least rights that are needed, for whoever may grant them";
            Finding::Bad(format!("you may not {missing}"), vec![hint.to_owned()])
        }
        Err(reason) => untold("rights", reason),
    }
}

fn rehearsal(cluster: &Cluster) -> Finding {
    match &cluster.rehearsal {
        Some(Ok(outlook)) => Finding::Fine(outlook.clone()),
        Some(Err(reason)) => Finding::Because(reason.clone()),
        None => Finding::Skipped("a deploy cannot be rehearsed without these rights".to_owned()),
    }
}

fn storage(cluster: &Cluster) -> Finding {
    if cluster.demand.claims.is_empty() {
        return Finding::Skipped("no new claim is made".to_owned());
    }
    let classes = match &cluster.classes {
        Ok(classes) => classes,
        Err(reason) => return untold("StorageClasses", reason),
    };
    let names = |of: &dyn Fn(bool) -> bool| {
        let names = classes.iter().filter(|class| of(class.is_default)).map(|class| class.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let all = names(&|_| true);
    let choose = match all.is_empty() {
        true => "install a storage provisioner, or keep nothing beyond a pod with --no-persistence".to_owned(),
        false => format!("choose one with --storage-class: {all}"),
    };
    if let Some(wanted) = &cluster.class {
        return match classes.iter().any(|class| class.name == *wanted) {
            true => Finding::Fine(format!("StorageClass {wanted} is there")),
            false => Finding::Bad(format!("there is no StorageClass {wanted}"), vec![choose]),
        };
    }
    let defaults = names(&|is_default| is_default);
    match classes.iter().filter(|class| class.is_default).count() {
        1 => Finding::Fine(format!("StorageClass {defaults} is the default")),
        0 => Finding::Bad("there is no default StorageClass".to_owned(), vec![choose]),
        _ => Finding::Doubtful(
            format!("several StorageClasses are the default ({defaults}), of which the newest is taken"),
            vec![choose],
        ),
    }
}

fn own_level(cluster: &Cluster) -> Finding {
    let namespaces = match &cluster.namespaces {
        Ok(namespaces) => namespaces,
        Err(reason) => return untold("namespaces", reason),
    };
    let (name, wanted) = (&cluster.namespace, cluster.level);
    match namespaces.iter().find(|namespace| namespace.name == *name) {
        None => Finding::Fine(format!("namespace {name} will be made, with level {wanted}")),
        Some(Namespace { level: Some(level), is_ours: false, .. }) if level != wanted && cluster.may_force => {
            Finding::Fine(format!("namespace {name} enforces level {level}, and a deploy sets {wanted}"))
        }
        Some(Namespace { level: Some(level), is_ours: false, .. }) if level != wanted => Finding::Bad(
            format!("namespace {name} is somebody else's and enforces level {level}, and a deploy sets {wanted}"),
            vec![format!(
                "`karctl k8s deploy --force-conflicts` sets it, or `kubectl label namespace {name} \
                         pod-security.kubernetes.io/enforce-` leaves it to karctl"
            )],
        ),
        Some(Namespace { level: Some(level), .. }) => Finding::Fine(format!("namespace {name} enforces level {level}")),
        Some(_) => Finding::Fine(format!("namespace {name} enforces no level; a deploy sets {wanted}")),
    }
}

/// The original's sidecar says nothing of its security, so `restricted` refuses every pod that it is put into.
fn other_levels(cluster: &Cluster) -> Finding {
    let namespaces = match &cluster.namespaces {
        Ok(namespaces) => namespaces,
        Err(reason) => return untold("namespaces", reason),
    };
    let is_restricted = |namespace: &&Namespace| {
        namespace.name != cluster.namespace && namespace.level.as_deref() == Some("restricted")
    };
    let restricted: Vec<_> = namespaces.iter().filter(is_restricted).map(|namespace| namespace.name.as_str()).collect();
    let restricted = restricted.join(", ");
    match (restricted.is_empty(), cluster.injector) {
        (true, _) => Finding::Fine("no namespace of applications enforces level restricted".to_owned()),
        (false, Implementation::Karctl) => {
            Finding::Fine(format!("karctl's injector makes sidecars that fit level restricted of {restricted}"))
        }
        (false, Implementation::Original) => Finding::Bad(
            format!("level restricted of {restricted} refuses pods with the original injector's sidecar"),
            vec!["deploy with --injector karctl, or give the namespace level baseline".to_owned()],
        ),
    }
}

/// The registry of an image, as a container runtime reads its name.
fn registry_of(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

/// Whether a registry is one of this machine: that of the settings, or on loopback.
fn is_own(cluster: &Cluster, registry: &str) -> bool {
    registry == cluster.registry.host
        || registry.split(':').next().is_some_and(|host| host == "localhost" || host == "127.0.0.1")
}

fn registry(cluster: &Cluster) -> Finding {
    let images = &cluster.demand.images;
    let own: Vec<_> = images.iter().filter(|image| is_own(cluster, registry_of(image))).map(String::as_str).collect();
    let Some(host) = own.first().map(|image| registry_of(image)) else {
        let mut hosts: Vec<_> = images.iter().map(|image| registry_of(image)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        return Finding::Fine(format!("images come from {}", hosts.join(", ")));
    };
    let own = own.join(", ");
    match (&cluster.registry.announced, cluster.registry.desktop) {
        (Ok(announced), _) if announced.iter().any(|name| name == host) => {
            Finding::Fine(format!("the cluster says that its nodes reach {host}"))
        }
        (Ok(announced), _) if !announced.is_empty() => Finding::Bad(
            format!("{own} would be pulled, and the cluster says that its nodes reach {}", announced.join(" and ")),
            vec![format!("give --set kubernetes.dev_registry={}", announced[0])],
        ),
        (_, Some(desktop)) => desktop_registry(desktop, &own, host),
        _ if cluster.registry.is_local_cluster => Finding::Doubtful(
            format!("{own} would be pulled, and the cluster does not say whether its nodes reach {host}"),
            vec![
                "give --release V, or name the registry that its nodes reach with --set kubernetes.dev_registry=HOST"
                    .to_owned(),
            ],
        ),
        _ => Finding::Bad(
            format!("{own} would be pulled, and {host} is a registry of this machine, which the cluster cannot reach"),
            vec![
                "give --release V, or push the image to a registry that it reaches and name it with \
                  --set injector.image=IMAGE"
                    .to_owned(),
            ],
        ),
    }
}

/// Whether the node of a desktop's own cluster can pull from the registry of this machine.
fn desktop_registry(desktop: Desktop, own: &str, host: &str) -> Finding {
    let Desktop { title, shares_engine } = desktop;
    let is_loopback = host.split(':').next().is_some_and(|name| name == "localhost" || name == "127.0.0.1");
    match (is_loopback, shares_engine) {
        (true, true) => {
            Finding::Fine(format!("the node of {title} pulls with this machine's engine, which reaches {host}"))
        }
        (true, false) => Finding::Doubtful(
            format!(
                "{own} would be pulled, and the node of {title} has an engine of its own, for which {host} is the node itself"
            ),
            vec![
                format!("have {title} run Kubernetes with the docker engine (dockerd), where it can"),
                "or have a cluster that reaches the registry: `karctl cluster create`".to_owned(),
            ],
        ),
        (false, _) => Finding::Bad(
            format!("{own} would be pulled, and the name {host} leads nowhere in the virtual machine of {title}"),
            vec!["give --profile docker-desktop, whose images are of localhost:5000".to_owned()],
        ),
    }
}

/// What is known of images, by how their names begin. KAR's are built by `docker build` on one machine.
const ARCHITECTURES: [(&str, &[&str]); 3] =
    [("quay.io/ibm/kar-", &["amd64"]), ("apache/kafka:", &["amd64", "arm64"]), ("valkey/valkey:", &["amd64", "arm64"])];

fn architecture(cluster: &Cluster) -> Finding {
    let nodes = match &cluster.nodes {
        Ok(nodes) => nodes,
        Err(reason) => return untold("the nodes", reason),
    };
    let usable: Vec<&Node> = nodes.iter().filter(|node| node.refusal.is_none()).collect();
    let mut architectures: Vec<_> = usable.iter().map(|node| node.architecture.as_str()).collect();
    architectures.sort_unstable();
    architectures.dedup();
    if architectures.is_empty() {
        return Finding::Skipped("no node takes a pod of the runtime".to_owned());
    }
    let known = |image: &str| ARCHITECTURES.iter().find(|(start, _)| image.starts_with(start)).map(|(_, built)| *built);
    let hint = || {
        vec![
            "give an image that was built for these nodes with --set injector.image=IMAGE, kafka.image or \
                        redis.image"
                .to_owned(),
        ]
    };
    let mut doubtful = None;
    for image in &cluster.demand.images {
        let Some(built) = known(image) else { continue };
        let without: Vec<_> = architectures.iter().filter(|found| !built.contains(found)).copied().collect();
        let found = format!("{image} is built for {}, and nodes are {}", built.join(" and "), without.join(" and "));
        match without.len() {
            0 => {}
            some if some == architectures.len() => return Finding::Bad(found, hint()),
            _ => doubtful = Some(format!("{found} too, where its pods would not start")),
        }
    }
    if let Some(found) = doubtful {
        return Finding::Doubtful(found, hint());
    }
    let unknown: Vec<_> =
        cluster.demand.images.iter().filter(|image| known(image).is_none()).map(String::as_str).collect();
    let rest = if unknown.is_empty() { String::new() } else { format!("; of {} it is not known", unknown.join(", ")) };
    Finding::Fine(format!("images are built for nodes of {}{rest}", architectures.join(" and ")))
}

fn injectors(cluster: &Cluster) -> Finding {
    let webhooks = match &cluster.webhooks {
        Ok(webhooks) => webhooks,
        Err(reason) => return untold("webhooks", reason),
    };
    let others: Vec<_> = webhooks.iter().filter(|webhook| webhook.is_injector).map(said).collect();
    match others.is_empty() {
        true => Finding::Fine("no other injector of KAR is there".to_owned()),
        false => Finding::Bad(
            format!("another injector of KAR changes the same pods: {}", others.join(", ")),
            vec![
                "take over a release of the original's chart with `karctl k8s deploy --adopt`, or remove the other \
                 one's MutatingWebhookConfiguration"
                    .to_owned(),
            ],
        ),
    }
}

fn silent_webhooks(cluster: &Cluster) -> Finding {
    let webhooks = match &cluster.webhooks {
        Ok(webhooks) => webhooks,
        Err(reason) => return untold("webhooks", reason),
    };
    let is_silent = |webhook: &&Webhook| {
        webhook.is_strict && webhook.is_served == Some(false) && !webhook.namespaces.is_empty() && !webhook.is_injector
    };
    let silent: Vec<_> = webhooks.iter().filter(is_silent).collect();
    match silent.first() {
        None => Finding::Fine("no mutating webhook without an address refuses pods".to_owned()),
        Some(first) => Finding::Bad(
            format!(
                "nobody answers for {}, so no pod can be created in {}",
                silent.iter().map(|webhook| said(webhook)).collect::<Vec<_>>().join(", "),
                first.namespaces.join(", ")
            ),
            vec![format!(
                "bring the service back, or, where what it belonged to is gone, `kubectl delete \
                 mutatingwebhookconfiguration {}`",
                first.configuration
            )],
        ),
    }
}

/// `a.example of MutatingWebhookConfiguration a (service x/y)`.
fn said(webhook: &Webhook) -> String {
    let service = webhook.service.as_ref().map(|service| format!(" (service {service})")).unwrap_or_default();
    format!("{} of MutatingWebhookConfiguration {}{service}", webhook.name, webhook.configuration)
}

/// The runtime that is deployed, or why there is nothing to judge.
pub(super) fn runtime(cluster: &Cluster) -> Result<&Runtime, Finding> {
    match &cluster.runtime {
        Some(Ok(runtime)) if runtime.is_deployed => Ok(runtime),
        Some(Err(reason)) => Err(untold("the runtime", reason)),
        _ => Err(Finding::Skipped("KAR is not deployed".to_owned())),
    }
}

fn is_deployed(cluster: &Cluster) -> Finding {
    match &cluster.runtime {
        Some(Ok(runtime)) if !runtime.is_deployed => Finding::Bad(
            format!("KAR does not run in namespace {}", cluster.namespace),
            vec!["deploy it with `karctl k8s deploy`; `karctl check k8s --pre` checks what it needs only".to_owned()],
        ),
        Some(Ok(_)) => Finding::Fine(format!("KAR is deployed in namespace {}", cluster.namespace)),
        Some(Err(reason)) => Finding::Because(reason.clone()),
        None => Finding::Skipped("not asked for".to_owned()),
    }
}

fn components(cluster: &Cluster) -> Finding {
    let runtime = match runtime(cluster) {
        Ok(runtime) => runtime,
        Err(finding) => return finding,
    };
    let unready = runtime.components.iter().filter_map(|(name, lack)| Some(format!("{name}: {}", lack.as_ref()?)));
    let unready: Vec<_> = unready.collect();
    let all: Vec<_> = runtime.components.iter().map(|(name, _)| name.as_str()).collect();
    match unready.is_empty() {
        true => Finding::Fine(format!("ready: {}", all.join(", "))),
        false => Finding::Bad(unready.join("; "), Vec::new()),
    }
}

fn certificate(cluster: &Cluster) -> Finding {
    let runtime = match runtime(cluster) {
        Ok(runtime) => runtime,
        Err(finding) => return finding,
    };
    match runtime.certificate_days {
        None => Finding::Bad("the injector's certificate is gone".to_owned(), Vec::new()),
        Some(days) if days < 0 => Finding::Bad("the injector's certificate has ended".to_owned(), Vec::new()),
        Some(days) if days < CERTIFICATE_DAYS => {
            Finding::Bad(format!("the injector's certificate ends in {days} days"), Vec::new())
        }
        Some(days) => Finding::Fine(format!("the injector's certificate is valid for {days} days")),
    }
}

fn enabled(cluster: &Cluster) -> Finding {
    let runtime = match runtime(cluster) {
        Ok(runtime) => runtime,
        Err(finding) => return finding,
    };
    let names = |of: bool| {
        let names = runtime.enabled.iter().filter(|(_, is_current)| *is_current == of).map(|(name, _)| name.as_str());
        names.collect::<Vec<_>>()
    };
    let (current, stale) = (names(true), names(false));
    match (stale.is_empty(), current.is_empty()) {
        (true, true) => Finding::Skipped("no namespace is enabled".to_owned()),
        (true, false) => Finding::Fine(format!("enabled and current: {}", current.join(", "))),
        _ => Finding::Bad(
            format!("the configuration in {} is not the runtime's", stale.join(", ")),
            vec![format!("`karctl ns enable {}` copies it anew", stale.join(" "))],
        ),
    }
}

#[cfg(test)]
#[path = "kubernetes_tests.rs"]
mod tests;
