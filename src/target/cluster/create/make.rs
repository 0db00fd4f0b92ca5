//! A cluster from nothing, and back to nothing where its making fails.

use super::super::look;
use super::super::model::ClusterName;
use super::super::record::{Made, Phase, Record};
use super::super::{delete, preflight};
use super::{Created, Creation, LEFT, address};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, report};
use crate::target::engine_port::require_this_machine;
use crate::target::local::docker::{DockerEngine, images};
use crate::target::local::engine::Action;

impl Creation<'_> {
    /// Makes the cluster from nothing, and takes it away again where that fails.
    pub(super) async fn make(&self, made: Made, again: bool) -> Result<Created> {
        let Self { context, options, engine, .. } = self;
        let docker = engine.client();
        if options.configuration.is_none() {
            require_this_machine(docker, "the ports of a cluster would be, on loopback")?;
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
                let ingress = record.made.ingress;
                let registry = registry.map(|registry| registry.host);
                Ok(Created { ingress, ..self.told(action, reason, Some(&found), registry, record.expires) })
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
