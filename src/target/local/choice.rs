//! Which engine an instance lives on, or is to live on.

use super::any_engine::AnyEngine;
use super::docker::DockerEngine;
use super::engine::{Engine, EngineKind};
use super::instance::{InstanceName, ObservedInstance};
use super::native::NativeEngine;
use super::record::Record;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::EngineChoice;

/// An instance where it was found.
pub struct Located {
    /// The engine it lives on.
    pub engine: AnyEngine,
    /// What there is of it.
    pub observed: ObservedInstance,
}

/// Finds an instance: where its record says, else wherever an engine knows of it. `None` when nobody does.
///
/// # Errors
/// When the record cannot be understood, or names an engine that does not answer.
pub async fn locate(context: &Context, name: &InstanceName) -> Result<Option<Located>> {
    if let Some(record) = Record::read(context, name)? {
        let engine = recorded(context, &record).await?;
        let observed = engine.observe(context, name).await?;
        return Ok(Some(Located { engine, observed }));
    }
    let native = NativeEngine::new(context)?;
    let observed = native.observe(context, name).await?;
    if observed.exists() {
        return Ok(Some(Located { engine: AnyEngine::Native(native), observed }));
    }
    // An engine that does not answer knows nothing either.
    let Ok(docker) = DockerEngine::connect(context, None).await else { return Ok(None) };
    let observed = docker.observe(context, name).await?;
    let is_ours = observed.components.values().any(|component| component.id.is_some() && !component.is_foreign);
    Ok(is_ours.then_some(Located { engine: AnyEngine::Docker(docker), observed }))
}

/// The instance, which must be there.
///
/// # Errors
/// When it is not, or as [`locate`].
pub async fn located(context: &Context, name: &InstanceName) -> Result<Located> {
    locate(context, name).await?.ok_or_else(|| {
        Failure::new(format!("there is no instance `{name}` on this machine"))
            .hint(format!("start it with `karctl local up{}`", name_flag(name)))
            .code(Code::NotRunning)
            .into()
    })
}

/// ` --name N`, where it is needed in a hint.
pub fn name_flag(name: &InstanceName) -> String {
    if name.as_str() == super::instance::DEFAULT_NAME { String::new() } else { format!(" --name {name}") }
}

async fn recorded(context: &Context, record: &Record) -> Result<AnyEngine> {
    Ok(match record.engine {
        EngineKind::Native => AnyEngine::Native(NativeEngine::new(context)?),
        EngineKind::Docker => AnyEngine::Docker(DockerEngine::connect(context, record.endpoint.as_deref()).await?),
    })
}

/// The engine for `up`: the one asked for, else the one the instance lives on, else Docker where it answers.
///
/// # Errors
/// When the instance lives on another engine than the one asked for, or the one asked for does not answer.
pub async fn choose(context: &Context, name: &InstanceName, choice: EngineChoice) -> Result<AnyEngine> {
    let record = Record::read(context, name)?;
    let asked = match choice {
        EngineChoice::Auto => None,
        EngineChoice::Docker => Some(EngineKind::Docker),
        EngineChoice::Native => Some(EngineKind::Native),
    };
    if let (Some(record), Some(asked)) = (&record, asked)
        && record.engine != asked
    {
        let engine = recorded(context, record).await?;
        if engine.observe(context, name).await?.exists() {
            return Err(Failure::new(format!(
                "the instance `{name}` runs on another engine: {}",
                engine.description()
            ))
            .hint(format!("end it first with `karctl local down{}`, or give --name", name_flag(name)))
            .into());
        }
    }
    match (asked, record) {
        (Some(EngineKind::Docker), _) => Ok(AnyEngine::Docker(DockerEngine::connect(context, None).await?)),
        (Some(EngineKind::Native), _) => Ok(AnyEngine::Native(NativeEngine::new(context)?)),
        (None, Some(record)) => recorded(context, &record).await,
        (None, None) => automatic(context).await,
    }
}

/// Says which engine it takes, and why.
async fn automatic(context: &Context) -> Result<AnyEngine> {
    match DockerEngine::connect(context, None).await {
        Ok(docker) => Ok(AnyEngine::Docker(docker)),
        Err(reason) if DockerEngine::is_asked_for(context) => Err(reason),
        Err(reason) => {
            context.ui.note(format!("{reason}; taking the native engine"));
            Ok(AnyEngine::Native(NativeEngine::new(context)?))
        }
    }
}

/// Instances that the Docker engine knows of, recorded or not; an engine that does not answer knows none.
pub async fn unrecorded(context: &Context) -> Vec<InstanceName> {
    match DockerEngine::connect(context, None).await {
        Ok(docker) => docker.instances(context).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}
