//! `karctl k8s deploy`, `diff` and `render`.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::connection::permit;
use super::desired::{Certificate, Credentials, Desired, Elsewhere, Facts};
use super::live::AT_A_TIME;
use super::namespaces::EnableOptions;
use super::permission::Permission;
use super::plan::{Outcome, Plan, Policy, plan};
use super::proof_pod::PodProof;
use super::rotation::{self, Stages};
use super::team::Team;
use super::{access, agent, apply, facts, inventory, manifests, names, namespaces, proof, proof_pod, release, wait};
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{CLAIM, EVENT, Object, POD, REPLICA_SET, Reference, SECRET, SERVICE};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::redacted::Secret;
use crate::settings::{Implementation, Platform, Settings};

/// What a deploy is told beside the settings.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Kafka and Redis that are elsewhere.
    pub elsewhere: Option<Elsewhere>,
    /// Run them in the cluster also where it used those of a service key before.
    pub in_cluster: bool,
    /// Content of `.dockerconfigjson`.
    pub pull_secret: Option<Secret>,
    /// Namespaces to enable at the end, beside `default`.
    pub enable: Vec<String>,
    /// Enable no namespace that is not enabled already, not even `default`.
    pub only_enabled: bool,
    /// Create those of them that are not there.
    pub create_namespaces: bool,
    /// What becomes of Kafka and Redis that the cluster runs, where it is to use others.
    pub own_servers: OwnServers,
    /// How what is found is treated.
    pub policy: Policy,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Return when everything was applied.
    pub no_wait: bool,
    /// How it is proven that it works.
    pub proof: Proof,
}

impl Options {
    /// The same, with the managed services that the cluster uses already, where nothing else is asked for. What they are
    /// is read from the cluster, so that no account is needed; `--managed` reads the service keys anew.
    ///
    /// # Errors
    /// When the cluster does not say, or its configuration cannot be understood.
    pub async fn remembered(&self, context: &Context, cluster: &Cluster, settings: &Settings) -> Result<Self> {
        if self.elsewhere.is_some() || self.in_cluster {
            return Ok(self.clone());
        }
        let elsewhere = access::managed(cluster, &settings.kubernetes.namespace).await?;
        if let Some(key) = elsewhere.as_ref().and_then(|elsewhere| elsewhere.managed_key.as_deref()) {
            context.ui.note(format!(
                "Kafka and Redis stay those of the service keys `{key}`; --managed {key} reads them anew, --in-cluster \
                 runs others in the cluster"
            ));
        }
        Ok(Self { elsewhere, ..self.clone() })
    }
}

/// What becomes of Kafka and Redis of a cluster that is to use others; their data stays in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnServers {
    /// They go.
    #[default]
    MayGo,
    /// A deploy that would take them away is refused; one that only says what it would do is not.
    Stay,
}

/// How a deploy proves that it works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// From this machine, through port-forwards, where anything was changed.
    #[default]
    Forwards,
    /// And from a pod of an enabled namespace, whether or not anything was changed.
    Pod,
}

/// What users of the original injector have met, and how to have another.
const ORIGINAL_INJECTOR: &str = "\
    the original injector takes from pods what it does not know (native sidecars, gRPC probes, resizePolicy), and its Jobs do \
    not end; --injector karctl does not, with --set injector.image=IMAGE of `karctl images build injector`";

/// What a deploy did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Deployed {
    /// Context of the kubeconfig.
    pub context: String,
    /// Address of the API server.
    pub server: String,
    /// Version of the API server.
    pub server_version: String,
    /// Namespace of the runtime.
    pub namespace: String,
    /// Release of KAR.
    pub release: String,
    /// Why that release.
    pub release_reason: String,
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
    /// Whether it was waited until everything was ready.
    pub awaited: bool,
    /// What became of each object.
    pub objects: Vec<Outcome>,
    /// Namespaces that are enabled, with what was done.
    pub enabled: Vec<namespaces::Enabled>,
    /// What a pod proved, with `--proof pod`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_proof: Option<PodProof>,
    /// Requests that were sent to the API server.
    pub requests: u64,
}

/// Brings the runtime about on a cluster, and proves that it works.
///
/// # Errors
/// Before the first write where anything can be known then; a later failure leaves what the same command finishes.
pub async fn deploy(context: &Context, cluster: &Cluster, settings: &Settings, options: &Options) -> Result<Deployed> {
    let options = &options.remembered(context, cluster, settings).await?;
    if options.elsewhere.is_some() && options.proof == Proof::Pod {
        return Err(Failure::usage("--proof pod asks Kafka and Redis of the cluster; those of this one are elsewhere")
            .hint("`karctl check ce` asks managed ones from here")
            .into());
    }
    let (desired, release) = desired(context, cluster, settings, options).await?;
    let namespace = &desired.cluster.namespace;
    let stages = Stages::plan(cluster, &desired, options.policy).await?;
    if options.own_servers == OwnServers::Stay && !options.dry_run {
        refuse_loss(&stages.end)?;
    }
    let source = namespaces::Source::of(namespace, &stages.end.objects());
    let enabling = enabling(cluster, &desired, options, &source).await?;
    if stages.is_change() || enabling.is_change() {
        let others = enabling.permissions().into_iter().chain(watching(namespace, options));
        let others: Vec<_> = others.chain(stages.permissions(namespace)).collect();
        for plan in stages.all() {
            apply::check(cluster, plan, options.policy, others.clone()).await?;
        }
    }
    let prover = proof_pod::namespace(&desired, options)?;
    if let Some(prover) = &prover {
        proof_pod::check(cluster, prover).await?;
    }
    let mut done = &stages.end;
    if !options.dry_run {
        if stages.is_change() || enabling.is_change() || prover.is_some() {
            permit(context, cluster, &format!("Deploy KAR {}", release.version)).await?;
        }
        done = bring_about(context, cluster, &desired, options, &stages).await?;
        if stages.is_change() && desired.injector.implementation == Implementation::Original {
            context.ui.warn(ORIGINAL_INJECTOR);
        }
    }
    let enabled = enabling.carry_out(cluster, options).await?;
    let pod_proof = match prover.filter(|_| !options.dry_run) {
        Some(prover) => Some(proof_pod::prove(context, cluster, &desired, &prover).await?),
        None => None,
    };
    let chosen = cluster.chosen();
    Ok(Deployed {
        context: chosen.context.clone(),
        server: chosen.server.clone(),
        server_version: cluster.version().text.clone(),
        namespace: namespace.clone(),
        release: release.version,
        release_reason: release.reason,
        dry_run: options.dry_run,
        awaited: !options.dry_run && !options.no_wait,
        objects: done.outcomes(),
        enabled,
        pod_proof,
        requests: cluster.requests(),
    })
}

/// Refuses to take servers away that nobody agreed to lose.
fn refuse_loss(plan: &Plan) -> Result<()> {
    let lost: Vec<_> = plan.lost_servers().iter().map(ToString::to_string).collect();
    if lost.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("Kafka and Redis of the cluster would go ({})", lost.join(", ")))
        .hint("run the same command again: it asks, and -y says yes; their data stays")
        .code(Code::WouldTakeAway)
        .into())
}

/// Carries the stages out, waits and proves as the options say; the one that the cluster is at then.
async fn bring_about<'a>(
    context: &Context,
    cluster: &Cluster,
    desired: &Desired,
    options: &Options,
    stages: &'a Stages,
) -> Result<&'a Plan> {
    let first = stages.first();
    if first.is_change() {
        apply::carry_out(context, cluster, first, options.policy).await?;
    }
    if !options.no_wait {
        wait::wait(context, cluster, &first.wanted.objects).await?;
    }
    let mut reached = first;
    if stages.overlap.is_some() && rotation::may_end(context, cluster, desired, options.no_wait).await? {
        let end = plan(cluster, manifests::objects(desired)?, first.inventory.clone(), options.policy).await?;
        apply::carry_out(context, cluster, &end, options.policy).await?;
        reached = &stages.end;
    }
    // A deploy that was cut off after its last write is proven by the next one.
    let is_proven = first.written.as_ref().is_some_and(|written| written.is_proven);
    if !options.no_wait && (stages.is_change() || !is_proven) {
        proof::prove(context, cluster, desired).await?;
        first.wanted.proven().write(cluster, &first.inventory, None).await?;
    }
    Ok(reached)
}

/// Namespaces that a deploy enables, or brings up to date, each with what it is found to lack.
pub(super) struct Enabling(Vec<namespaces::Planned>);

/// `default`, as the original does but on OpenShift, those that were asked for, and those whose secrets are out of date.
///
/// Fails where one of them cannot be enabled; nothing is changed yet.
pub(super) async fn enabling(
    cluster: &Cluster,
    desired: &Desired,
    options: &Options,
    source: &namespaces::Source,
) -> Result<Enabling> {
    let mut wanted = options.enable.clone();
    if !desired.facts.is_openshift && !options.only_enabled {
        wanted.insert(0, "default".to_owned());
    }
    let known = namespaces::enabled(cluster).await?;
    // What is on its way out is nobody's any more.
    let known: Vec<_> =
        known.iter().filter(|known| !known.is_terminating()).map(|known| known.name().to_owned()).collect();
    let mut seen: BTreeSet<_> = known.iter().cloned().collect();
    wanted.retain(|name| seen.insert(name.clone()));
    let first = EnableOptions { create: options.create_namespaces, ..EnableOptions::default() };
    let team = Team::default();
    // Those that were enabled by --force-system stay so.
    let again = EnableOptions { force_system: true, ..EnableOptions::default() };
    let (lacking, enabled) = tokio::try_join!(
        namespaces::look(cluster, source, &wanted, first, &team),
        namespaces::look(cluster, source, &known, again, &team),
    )?;
    Ok(Enabling(lacking.into_iter().chain(enabled).collect::<Result<_>>()?))
}

impl Enabling {
    pub(super) fn changing(&self) -> impl Iterator<Item = &namespaces::Enabled> {
        self.0.iter().filter(|planned| planned.is_change()).map(|planned| &planned.outlook)
    }

    pub(super) fn is_change(&self) -> bool {
        self.changing().next().is_some()
    }

    pub(super) fn permissions(&self) -> Vec<Permission> {
        self.0.iter().flat_map(namespaces::Planned::permissions).collect()
    }

    /// Enables them, each with what was done, or with `--dry-run` would be.
    async fn carry_out(self, cluster: &Cluster, options: &Options) -> Result<Vec<namespaces::Enabled>> {
        let work = self.0.into_iter().map(async |planned| {
            if options.dry_run || !planned.is_change() { Ok(planned.outlook) } else { planned.carry_out(cluster).await }
        });
        stream::iter(work).buffered(AT_A_TIME).try_collect().await
    }
}

/// What waiting and the proof need, which come after the last write.
pub(super) fn watching(namespace: &str, options: &Options) -> Vec<Permission> {
    let within = |verb, kind, subresource| Permission::within(verb, kind, subresource, namespace);
    let mut permissions = Vec::new();
    if !options.no_wait {
        permissions.extend([POD, CLAIM, EVENT, REPLICA_SET].map(|kind| within("list", kind, "")));
        permissions.push(within("create", SERVICE, "proxy"));
        if options.elsewhere.is_none() {
            permissions.push(within("get", POD, "portforward"));
        }
    }
    permissions
}

/// What the settings and the cluster together make of it.
pub(super) async fn desired(
    context: &Context,
    cluster: &Cluster,
    settings: &Settings,
    options: &Options,
) -> Result<(Desired, release::Release)> {
    let release = release::choose(context, settings, Some(cluster)).await?;
    context.ui.trace(1, || format!("KAR {}: {}", release.version, release.reason));
    let (is_openshift, credentials, certificate, pull_secret) = tokio::try_join!(
        is_openshift(cluster, settings),
        facts::credentials(cluster, settings, options.elsewhere.is_some()),
        facts::certificate(cluster, settings),
        pull_secret(cluster, settings, options),
    )?;
    let facts = Facts {
        elsewhere: options.elsewhere.clone(),
        is_openshift,
        images: release::images(settings, &release),
        credentials,
        certificate,
        pull_secret,
        agent: agent::jar(context, settings).await?,
        server_minor: cluster.version().minor,
    };
    Ok((Desired::new(settings, facts), release))
}

async fn is_openshift(cluster: &Cluster, settings: &Settings) -> Result<bool> {
    match settings.kubernetes.platform {
        Platform::Auto => facts::is_openshift(cluster).await,
        Platform::Kubernetes => Ok(false),
        Platform::OpenShift => Ok(true),
    }
}

/// The one that was given, else the one to copy, else the one that is there.
async fn pull_secret(cluster: &Cluster, settings: &Settings, options: &Options) -> Result<Option<Secret>> {
    if options.pull_secret.is_some() {
        return Ok(options.pull_secret.clone());
    }
    let key = ".dockerconfigjson";
    if let Some(name) = &settings.kubernetes.copy_pull_secret {
        let copied = cluster.get(&Reference::new(SECRET, "default", name)).await.map_err(Failure::from)?;
        let copied = copied.and_then(|secret| facts::value(&secret, key));
        let Some(copied) = copied else {
            return Err(Failure::new(format!("the pull secret default/{name} is not there, or no registry login"))
                .hint("create it, or clear kubernetes.copy_pull_secret")
                .into());
        };
        return Ok(Some(Secret::new(copied)));
    }
    let kept = facts::secret(cluster, &settings.kubernetes.namespace, names::PULL_SECRET).await?;
    Ok(kept.and_then(|secret| facts::value(&secret, key)).map(Secret::new))
}

/// What `karctl k8s diff` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Differences {
    /// Whether a deploy would do nothing.
    pub same: bool,
    /// Objects that a deploy would change.
    pub objects: Vec<ObjectDifference>,
    /// Namespaces that a deploy would enable, or bring up to date.
    pub namespaces: Vec<namespaces::Enabled>,
}

/// One object that a deploy would change.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ObjectDifference {
    /// Kind, such as `StatefulSet`.
    pub kind: String,
    /// Namespace, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// What a deploy would do.
    pub change: Change,
    /// Fields that differ.
    pub fields: Vec<FieldDifference>,
}

/// One field that differs; values of secrets are hashed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FieldDifference {
    /// Where, such as `spec.replicas`.
    pub path: String,
    /// What is there.
    pub live: Option<String>,
    /// What is to be there.
    pub desired: Option<String>,
}

/// What a deploy would change; writes nothing.
///
/// # Errors
/// As the deploy would, before its first write.
pub async fn diff(context: &Context, cluster: &Cluster, settings: &Settings, options: &Options) -> Result<Differences> {
    let options = &options.remembered(context, cluster, settings).await?;
    let (desired, _) = desired(context, cluster, settings, options).await?;
    let namespace = &desired.cluster.namespace;
    let plan = plan(cluster, manifests::objects(&desired)?, inventory::reference(namespace), options.policy).await?;
    let source = namespaces::Source::of(namespace, &plan.objects());
    let enabling = enabling(cluster, &desired, options, &source).await?;
    let namespaces: Vec<_> = enabling.changing().cloned().collect();
    let changed = plan.steps.iter().filter(|step| step.change != Change::Unchanged);
    let objects: Vec<_> = changed.map(super::report::object_difference).collect();
    Ok(Differences { same: objects.is_empty() && namespaces.is_empty(), objects, namespaces })
}

/// What a deploy applies, without a cluster: new passwords and certificates each time.
///
/// # Errors
/// When the settings do not fit together.
pub async fn render(context: &Context, settings: &Settings, options: &Options) -> Result<Vec<Object>> {
    let release = release::choose(context, settings, None).await?;
    let facts = Facts {
        elsewhere: options.elsewhere.clone(),
        is_openshift: settings.kubernetes.platform == Platform::OpenShift,
        images: release::images(settings, &release),
        credentials: Credentials::generate(settings),
        certificate: Certificate::generate(settings)?,
        pull_secret: options.pull_secret.clone(),
        agent: agent::jar(context, settings).await?,
        server_minor: NEWEST_MINOR,
    };
    manifests::objects(&Desired::new(settings, facts))
}

/// The Kubernetes that is rendered for without a cluster.
const NEWEST_MINOR: u32 = 33;
