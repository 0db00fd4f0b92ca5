//! Makes a cluster, or brings one that was begun or stopped to its end. Replaces kind-start.sh and k3d-start.sh.
//!
//! ```text
//! lock -> look -> preflight -> registry -> record -> kind or k3d -> the way to the registry -> kubeconfig -> ready -> proof
//! ```

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::configuration::{self, ports};
use super::look::{self, Found};
use super::model::{ClusterName, Provider};
use super::record::{self, Made, Phase, Record};
use super::returned::returned;
use super::standing::{self, Standing};
use super::tools::AnyTool;
use super::{delete, image, kubeconfig_file, power, preflight, ready, registry_access};
use crate::client::docker::Docker;
use crate::client::file;
use crate::code::Code;
use crate::context::{Context, Deadline};
use crate::error::{Failure, OrFail, Result, report};
use crate::target::kubernetes::connection;
use crate::target::kubernetes::deploy::Deployed;
use crate::target::local::docker::{DockerEngine, images};
use crate::target::local::engine::Action;
use crate::target::registry::{self, LocalRegistry};

/// Nodes for applications where nobody says how many.
const DEFAULT_WORKERS: u16 = 1;

/// What is wanted; what is `None` may be as it is.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who makes it.
    pub provider: Option<Provider>,
    /// Its name.
    pub name: ClusterName,
    /// Nodes for applications.
    pub workers: Option<u16>,
    /// Version of Kubernetes.
    pub kubernetes: Option<String>,
    /// Image of the nodes.
    pub image: Option<String>,
    /// The tool's configuration, written by the user.
    pub configuration: Option<PathBuf>,
    /// The registry; `None` where the cluster is to have none.
    pub registry: Option<registry::Options>,
    /// Address that the ports are bound to.
    pub bind: Option<IpAddr>,
    /// Whether KAR is given a node of its own.
    pub affinity: bool,
    /// How long it is needed.
    pub ttl: Option<Duration>,
    /// The kubeconfig that it goes into.
    pub kubeconfig: Option<PathBuf>,
    /// Whether its context becomes the current one.
    pub switch: bool,
    /// Whether what was made is left where its creation fails.
    pub keep: bool,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// What `karctl cluster create -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Created {
    /// Its name.
    pub name: ClusterName,
    /// Who made it.
    pub provider: Provider,
    /// What was done.
    pub action: Action,
    /// Why, where it is not obvious.
    pub reason: Option<String>,
    /// Its context in the kubeconfig.
    pub context: String,
    /// The kubeconfig that it is in.
    pub kubeconfig: String,
    /// Containers of its nodes; empty with `--dry-run`.
    pub nodes: Vec<String>,
    /// Ports of this machine that lead to it.
    pub ports: Vec<u16>,
    /// By which name this machine knows its registry, such as `localhost:5000`.
    pub registry: Option<String>,
    /// When it may be deleted, as RFC 3339.
    pub expires: Option<String>,
    /// What the tool is told, with `--dry-run`.
    pub configuration: Option<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
    /// What `--deploy` did.
    pub deployed: Option<Deployed>,
}

/// Makes the cluster, or brings it to its end.
///
/// # Errors
/// When the tool is missing or too old, no engine answers, a port is taken, the cluster is another than the one that is asked
/// for, the tool fails, or it does not become ready. What was made is taken away then, unless `keep`.
pub async fn create(context: &Context, options: &Options) -> Result<Created> {
    let engine = DockerEngine::connect(context, None).await?;
    let _lock = if options.dry_run { None } else { Some(record::lock(context, &options.name).await?) };
    let docker = engine.client();
    let look = async { look::clusters(docker).await };
    let all = engine.within(&context.deadline, look).await?;
    let found = all.into_iter().find(|found| found.name == options.name);
    let record = Record::read(context, &options.name)?;
    let provider = standing::provider(context, options, found.as_ref(), record.as_ref())?;
    let tool = AnyTool::find(context, docker, provider).await?;
    let image = image::choose(provider, tool.version(), options.image.as_deref(), options.kubernetes.as_deref())?;
    let kubeconfig = match (&record, &options.kubeconfig) {
        (Some(record), None) => record.kubeconfig.clone(),
        (_, named) => kubeconfig_file::choose(context, named.as_deref())?,
    };
    let creation = Creation { context, options, engine: &engine, tool: &tool, provider, kubeconfig };
    let standing = standing::standing(options, found, record.as_ref())?;
    if let Some(warning) = image.warning.filter(|_| !matches!(standing, Standing::Made(_))) {
        context.ui.warn(warning);
    }
    let made = Made {
        workers: options.workers.unwrap_or(DEFAULT_WORKERS),
        affinity: options.affinity,
        image: image.image,
        bind: options.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        own_configuration: options.configuration.is_some(),
    };
    if options.dry_run {
        return creation.plan(&standing, &made).await;
    }
    match standing {
        Standing::Made(found) => creation.converge(found, record).await,
        Standing::Absent => creation.make(made, false).await,
        Standing::Begun => {
            let step = context.ui.step(format!("Removing what an earlier run left of `{}`", options.name));
            delete::remove(context, &engine, &options.name, provider, Some(&tool)).await?;
            step.done(format!("Removed what an earlier run left of `{}`", options.name));
            creation.make(made, true).await
        }
    }
}

/// One run of `create`, after it was looked at what there is.
struct Creation<'a> {
    context: &'a Context,
    options: &'a Options,
    engine: &'a DockerEngine,
    tool: &'a AnyTool,
    provider: Provider,
    kubeconfig: PathBuf,
}

impl Creation<'_> {
    /// What would be done.
    async fn plan(&self, standing: &Standing, made: &Made) -> Result<Created> {
        let (action, reason) = match standing {
            Standing::Absent => (Action::Created, None),
            Standing::Begun => (Action::Recreated, Some(LEFT.to_owned())),
            Standing::Made(found) if found.is_running() => (Action::Unchanged, None),
            Standing::Made(_) => (Action::Started, None),
        };
        let registry = match &self.options.registry {
            Some(options) => {
                let options = registry::Options { dry_run: true, ..options.clone() };
                Some(registry::up_on(self.context, self.engine, &options).await?.port)
            }
            None => None,
        };
        let is_made = !matches!(standing, Standing::Made(_));
        let configuration = if is_made { Some(self.configuration(made, registry)?) } else { None };
        let host = registry.map(|port| format!("localhost:{port}"));
        let expires = self.expires()?;
        Ok(Created { configuration, ..self.told(action, reason, None, host, expires) })
    }

    fn told(
        &self,
        action: Action,
        reason: Option<String>,
        found: Option<&Found>,
        registry: Option<String>,
        expires: Option<String>,
    ) -> Created {
        let published = found.map(|found| {
            let all = found.nodes.iter().flat_map(|node| &node.ports);
            let mut ports: Vec<_> = all.map(|(_, port, _)| *port).filter(|port| *port != 0).collect();
            ports.sort_unstable();
            ports.dedup();
            ports
        });
        Created {
            name: self.options.name.clone(),
            provider: self.provider,
            action,
            reason,
            context: self.provider.context(&self.options.name),
            kubeconfig: self.kubeconfig.display().to_string(),
            nodes: found.map(|found| found.members().map(|node| node.container.clone()).collect()).unwrap_or_default(),
            ports: published.unwrap_or_else(|| ports().map(|mapping| mapping.host).collect()),
            registry,
            expires,
            configuration: None,
            dry_run: self.options.dry_run,
            deployed: None,
        }
    }

    /// The user's own configuration, or the one that fits.
    fn configuration(&self, made: &Made, registry: Option<u16>) -> Result<String> {
        let Some(named) = &self.options.configuration else {
            return configuration::render(self.provider, &self.options.name, made, registry.unwrap_or(registry::PORT));
        };
        let path = self.context.environment.working_directory().join(named);
        let content = file::read(&path)?;
        let content = content.ok_or_else(|| Failure::usage(format!("there is no file {}", path.display())))?;
        String::from_utf8(content).or_fail(|| Failure::usage(format!("{} is no text", path.display())))
    }

    fn expires(&self) -> Result<Option<String>> {
        let Some(ttl) = self.options.ttl else { return Ok(None) };
        let too_long = || Failure::usage("--ttl leads beyond the end of the calendar");
        let at = jiff::Timestamp::now().checked_add(ttl).or_fail(too_long)?;
        Ok(Some(at.round(jiff::Unit::Second).unwrap_or(at).to_string()))
    }

    /// Makes the cluster from nothing, and takes it away again where that fails.
    async fn make(&self, made: Made, again: bool) -> Result<Created> {
        let Self { context, options, engine, .. } = self;
        let docker = engine.client();
        if options.configuration.is_none() {
            let nodes = 1 + u64::from(made.workers) + u64::from(made.affinity);
            preflight::check(context, docker, made.bind, nodes).await?;
        }
        let registry = self.ensure_registry().await?;
        let configuration = self.configuration(&made, registry.as_ref().map(|registry| registry.port))?;
        self.ensure_image(&made).await?;
        let look = async { look::cluster(docker, &options.name, None).await };
        if engine.within(&context.deadline.restarted(), look).await?.is_some() {
            return Err(made_by_others(&options.name).hint("run the same command again to use it").into());
        }
        let began = began(engine, context).await?;
        let mut record = Record::begun(self.provider, made, self.kubeconfig.clone(), address(engine), began);
        record.write(context, &options.name)?;
        let making = async {
            self.run_tool(&configuration).await?;
            record.phase = Phase::Created;
            record.write(context, &options.name)?;
            let found = look::cluster(docker, &options.name, Some(self.provider)).await?;
            let found = found.ok_or_else(|| {
                Failure::new(format!("{} made no container of the cluster `{}`", self.provider, options.name))
                    .code(Code::ClusterCreationFailed)
            })?;
            self.settle(&found, registry.as_ref(), &mut record).await?;
            Ok(found)
        };
        match making.await {
            Ok(found) => {
                let (action, reason) =
                    if again { (Action::Recreated, Some(LEFT.to_owned())) } else { (Action::Created, None) };
                Ok(self.told(action, reason, Some(&found), registry.map(|registry| registry.host), record.expires))
            }
            Err(error) => Err(self.roll_back(error, &record).await),
        }
    }

    /// Takes away what was made, unless it is to be looked at; the error says so.
    async fn roll_back(&self, error: anyhow::Error, record: &Record) -> anyhow::Error {
        let Self { context, options, engine, provider, tool, .. } = self;
        let name = &options.name;
        let look = async { look::cluster(engine.client(), name, None).await };
        let found = engine.within(&context.deadline.restarted(), look).await;
        if found.is_ok_and(|found| found.is_some_and(|found| !record.may_have_made(&found))) {
            // Nothing of it is ours.
            Record::forget(context, name).ok();
            return made_by_others(name).hint("run the same command again to use it").because(error).into();
        }
        if options.keep {
            let hint = format!("what was made is left; `karctl cluster delete{}` takes it away", name.flag());
            return Failure::new(format!("the cluster `{name}` was not made")).hint(hint).because(error).into();
        }
        let step = context.ui.step(format!("Removing what was made of `{name}`"));
        let failure = Failure::new(format!("the cluster `{name}` was not made, and what was begun was taken away"));
        match delete::remove(context, engine, name, *provider, Some(tool)).await {
            Ok(_) => {
                step.skip();
                failure.hint("--keep leaves it, to look at it").because(error).into()
            }
            Err(second) => {
                context.ui.warn(format!("what was begun could not be taken away: {}", report(&second).message));
                Failure::new(format!("the cluster `{name}` was not made"))
                    .hint(format!("`karctl cluster delete{}` takes away what is left", name.flag()))
                    .because(error)
                    .into()
            }
        }
    }

    /// Brings a cluster that is there to its end: started, reachable, with its registry.
    async fn converge(&self, found: Found, record: Option<Record>) -> Result<Created> {
        let Self { context, options, engine, .. } = self;
        let was_running = found.is_running();
        let registry = self.ensure_registry().await?;
        if !was_running {
            power::start_nodes(context, engine, self.tool, &found).await?;
        }
        let own = Made {
            workers: u16::try_from(found.workers()).unwrap_or(u16::MAX),
            affinity: options.affinity,
            image: None,
            bind: options.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            own_configuration: true,
        };
        let record = record.filter(|record| record.phase == Phase::Created);
        let adopt = || Record::adopted(self.provider, own, self.kubeconfig.clone(), address(engine));
        let mut record = record.unwrap_or_else(adopt);
        record.engine = address(engine);
        record.kubeconfig.clone_from(&self.kubeconfig);
        let look = async {
            let found = look::cluster(engine.client(), &options.name, Some(self.provider)).await?;
            found.ok_or_else(|| Failure::new(format!("the cluster `{}` is gone", options.name)).into())
        };
        let found = engine.within(&context.deadline.restarted(), look).await?;
        let is_changed = self.settle(&found, registry.as_ref(), &mut record).await?;
        let (action, reason) = match (was_running, is_changed) {
            (false, _) => (Action::Started, None),
            (true, Some(reason)) => (Action::Unchanged, Some(reason)),
            (true, None) => (Action::Unchanged, None),
        };
        Ok(self.told(action, reason, Some(&found), registry.map(|registry| registry.host), record.expires))
    }

    async fn ensure_registry(&self) -> Result<Option<LocalRegistry>> {
        let Some(options) = &self.options.registry else { return Ok(None) };
        registry::up_on(self.context, self.engine, options).await?;
        let find = registry::find_on(self.engine.client());
        self.engine.within(&self.context.deadline.restarted(), find).await
    }

    /// Pulls the nodes' image, where it is known, with progress and a stall detection that the tools do not have.
    async fn ensure_image(&self, made: &Made) -> Result<()> {
        let Some(image) = made.image.as_ref().filter(|_| !made.own_configuration) else { return Ok(()) };
        let docker = self.engine.client();
        let look = async { Ok(docker.image(image).await?) };
        if self.engine.within(&self.context.deadline.restarted(), look).await?.is_some() {
            return Ok(());
        }
        images::pull(docker, self.context, image, "--image I or another --k8s-version").await
    }

    async fn run_tool(&self, configuration: &str) -> Result<()> {
        let Self { context, options, tool, provider, .. } = self;
        let deadline = context.deadline.restarted();
        let step = context.ui.step(format!("Making the cluster `{}` with {provider} {}", options.name, tool.version()));
        let mut last = String::new();
        let mut told = |line: &str| {
            context.ui.trace(1, || format!("{provider}: {line}"));
            if !line.is_empty() {
                line.clone_into(&mut last);
                step.detail(line);
            }
        };
        let work = tool.create(context, &options.name, configuration, &mut told);
        let made = tokio::time::timeout(deadline.left(), work).await;
        let made = match made {
            Ok(made) => made,
            Err(_) => {
                let last = if last.is_empty() { "nothing" } else { &last };
                Err(deadline.passed(provider.name(), last).into())
            }
        };
        made.or_fail(|| {
            Failure::new(format!("{provider} could not make the cluster"))
                .hint(format!("`karctl cluster create -v` shows all that {provider} says"))
                .code(Code::ClusterCreationFailed)
        })?;
        step.done(format!("{provider} made the cluster `{}`", options.name));
        Ok(())
    }

    /// What both providers leave to karctl, in an order in which each may be repeated. Returns what it changed of a cluster
    /// that was there.
    async fn settle(
        &self,
        found: &Found,
        registry: Option<&LocalRegistry>,
        record: &mut Record,
    ) -> Result<Option<String>> {
        let Self { context, options, engine, tool, provider, kubeconfig } = self;
        let docker: &Docker = engine.client();
        let deadline = context.deadline.restarted();
        let mut changes = Vec::new();
        if let Some(registry) = registry
            && engine.within(&deadline, registry_access::ensure_way(docker, found, registry)).await?
        {
            changes.push("its way to the registry");
        }
        let entries = tool.kubeconfig(&options.name).await?;
        let name = provider.context(&options.name);
        let switch = options.switch.then_some(name.as_str());
        let kubeconfig_change = kubeconfig_file::write(kubeconfig, &entries, switch).await?;
        if kubeconfig_change != crate::change::Change::Unchanged {
            changes.push("its entries in the kubeconfig");
        }
        let cluster = ready::connected(context, kubeconfig, &name, &deadline).await?;
        connection::expect(context, &cluster).await?;
        returned(context, engine, &cluster, found, &deadline).await?;
        ready::ready(context, &cluster, found.members().count(), &deadline).await?;
        if let Some(registry) = registry {
            if registry_access::ensure_announcement(&cluster, registry).await? {
                changes.push("what it says of its registry");
            }
            self.prove(found, registry, &deadline).await?;
        }
        let expires = self.expires()?;
        if expires.is_some() {
            record.expires = expires;
            changes.push("when it expires");
        }
        record.write(context, &options.name)?;
        Ok((!changes.is_empty()).then(|| format!("changed: {}", changes.join(", "))))
    }

    async fn prove(&self, found: &Found, registry: &LocalRegistry, deadline: &Deadline) -> Result<()> {
        let step = self.context.ui.step("Asking a node for the registry");
        self.engine.within(deadline, registry_access::prove(self.engine.client(), found, registry, deadline)).await?;
        step.done(format!("Nodes reach the registry as {} and {}", registry.host, registry.in_cluster));
        Ok(())
    }
}

/// Where an engine is, as DOCKER_HOST says it.
pub(super) fn address(engine: &DockerEngine) -> String {
    engine.client().endpoint().address.to_string()
}

/// The time of the engine, which may be another machine's, in seconds since 1970.
async fn began(engine: &DockerEngine, context: &Context) -> Result<i64> {
    let look = async { Ok(engine.client().host().await?) };
    let host = engine.within(&context.deadline.restarted(), look).await?;
    let told = host.time.and_then(|time| time.parse::<jiff::Timestamp>().ok());
    Ok(told.unwrap_or_else(jiff::Timestamp::now).as_second())
}

fn made_by_others(name: &ClusterName) -> Failure {
    Failure::new(format!("somebody else made a cluster `{name}` just now; it was left alone"))
        .code(Code::ClusterCreationFailed)
}

/// Why a cluster is made anew.
const LEFT: &str = "its creation was cut before";
