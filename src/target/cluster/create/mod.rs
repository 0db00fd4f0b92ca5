//! Makes a cluster, or brings one that was begun or stopped to its end. Replaces kind-start.sh and k3d-start.sh.
//!
//! ```text
//! lock -> look -> preflight -> registry -> record -> kind or k3d -> the way to the registry -> kubeconfig -> ready -> proof
//! ```

mod make;
mod settle;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::configuration::{self, ports};
use super::look::{self, Found};
use super::model::{ClusterName, Ingress, Provider};
use super::record::{self, Made, Record};
use super::standing::{self, Standing};
use super::tools::AnyTool;
use super::{delete, image, kubeconfig_file};
use crate::client::file;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::target::kubernetes::deploy::Deployed;
use crate::target::local::docker::DockerEngine;
use crate::target::local::engine::Action;
use crate::target::registry;

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
    /// The ingress controller.
    pub ingress: Option<Ingress>,
    /// Image of the one that karctl puts on kind.
    pub ingress_image: String,
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
    /// Its ingress controller, as far as karctl was asked for one.
    pub ingress: Ingress,
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
    let configuration = own_configuration(context, options, provider)?;
    let standing = standing::standing(options, found, record.as_ref(), configuration.as_deref())?;
    let creation = Creation { context, options, engine: &engine, tool: &tool, provider, kubeconfig, configuration };
    if let Some(warning) = image.warning.filter(|_| !matches!(standing, Standing::Made(_))) {
        context.ui.warn(warning);
    }
    let made = creation.wanted(image.image);
    if options.dry_run {
        return creation.plan(&standing, &made, record.as_ref()).await;
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
    /// The user's own.
    configuration: Option<String>,
}

impl Creation<'_> {
    /// What a cluster is made from where nobody says otherwise.
    fn wanted(&self, image: Option<String>) -> Made {
        let Self { options, configuration, .. } = self;
        Made {
            workers: options.workers.unwrap_or(DEFAULT_WORKERS),
            affinity: options.affinity,
            image,
            bind: options.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            own_configuration: configuration.is_some(),
            configuration: configuration.as_deref().map(standing::digest),
            ingress: options.ingress.unwrap_or_default(),
        }
    }

    /// The ingress controller of a cluster that is there: that which is asked for, else that which it has.
    fn ingress(&self, record: Option<&Record>) -> Ingress {
        self.options.ingress.unwrap_or(record.map(|record| record.made.ingress).unwrap_or_default())
    }

    /// What would be done.
    async fn plan(&self, standing: &Standing, made: &Made, record: Option<&Record>) -> Result<Created> {
        let (action, reason) = match standing {
            Standing::Absent => (Action::Created, None),
            Standing::Begun => (Action::Recreated, Some(LEFT.to_owned())),
            Standing::Made(found) => {
                let action = if found.is_running() { Action::Unchanged } else { Action::Started };
                let differs = self.ingress(record) != record.map(|record| record.made.ingress).unwrap_or_default();
                (action, differs.then(|| format!("to be changed: {INGRESS_CHANGE}")))
            }
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
        let ingress = if is_made { made.ingress } else { self.ingress(record) };
        Ok(Created { configuration, ingress, ..self.told(action, reason, None, host, expires) })
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
            ingress: Ingress::default(),
            expires,
            configuration: None,
            dry_run: self.options.dry_run,
            deployed: None,
        }
    }

    /// The user's own configuration, or the one that fits.
    fn configuration(&self, made: &Made, registry: Option<u16>) -> Result<String> {
        match &self.configuration {
            Some(own) => Ok(own.clone()),
            None => configuration::render(self.provider, &self.options.name, made, registry.unwrap_or(registry::PORT)),
        }
    }

    fn expires(&self) -> Result<Option<String>> {
        let Some(ttl) = self.options.ttl else { return Ok(None) };
        let too_long = || Failure::usage("--ttl leads beyond the end of the calendar");
        let at = jiff::Timestamp::now().checked_add(ttl).or_fail(too_long)?;
        Ok(Some(at.round(jiff::Unit::Second).unwrap_or(at).to_string()))
    }
}

/// The configuration that the user wrote. k3s' ingress controller is a part of it.
fn own_configuration(context: &Context, options: &Options, provider: Provider) -> Result<Option<String>> {
    let Some(named) = &options.configuration else { return Ok(None) };
    if provider == Provider::K3d && options.ingress.is_some() {
        return Err(Failure::usage("a configuration of k3d says itself which ingress controller there is")
            .hint("leave --ingress out, or --provider-config")
            .into());
    }
    let path = context.environment.working_directory().join(named);
    let content = file::read(&path)?;
    let content = content.ok_or_else(|| Failure::usage(format!("there is no file {}", path.display())))?;
    String::from_utf8(content).map(Some).or_fail(|| Failure::usage(format!("{} is no text", path.display())))
}

/// Where an engine is, as DOCKER_HOST says it.
pub(super) fn address(engine: &DockerEngine) -> String {
    engine.client().endpoint().address.to_string()
}

/// What a change of the ingress controller is called.
const INGRESS_CHANGE: &str = "its ingress controller";

/// Why a cluster is made anew.
const LEFT: &str = "its creation was cut before";
