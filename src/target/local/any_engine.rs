//! The engine that an instance lives on: one of the two, chosen once.

use std::path::Path;

use super::docker::DockerEngine;
use super::engine::{Begins, Engine, EngineKind, LastWords, LogQuery, Outcome};
use super::instance::{Component, Desired, InstanceName, ObservedInstance};
use super::native::NativeEngine;
use crate::context::Context;
use crate::error::Result;

/// Either engine.
pub enum AnyEngine {
    /// Containers.
    Docker(DockerEngine),
    /// Processes.
    Native(NativeEngine),
}

macro_rules! either {
    ($self:ident, $engine:ident => $call:expr) => {
        match $self {
            AnyEngine::Docker($engine) => $call,
            AnyEngine::Native($engine) => $call,
        }
    };
}

impl Engine for AnyEngine {
    fn kind(&self) -> EngineKind {
        either!(self, engine => engine.kind())
    }

    fn description(&self) -> String {
        either!(self, engine => engine.description())
    }

    fn endpoint(&self) -> Option<String> {
        either!(self, engine => engine.endpoint())
    }

    async fn observe(&self, context: &Context, name: &InstanceName) -> Result<ObservedInstance> {
        either!(self, engine => engine.observe(context, name).await)
    }

    fn refuse_unsupported(&self, context: &Context, desired: &Desired) -> Result<()> {
        either!(self, engine => engine.refuse_unsupported(context, desired))
    }

    async fn plan(&self, context: &Context, desired: &Desired, observed: &ObservedInstance) -> Result<Vec<Outcome>> {
        either!(self, engine => engine.plan(context, desired, observed).await)
    }

    async fn ensure(&self, context: &Context, desired: &Desired, begins: Begins<'_>) -> Result<Vec<Outcome>> {
        either!(self, engine => engine.ensure(context, desired, begins).await)
    }

    async fn stop(&self, context: &Context, name: &InstanceName) -> Result<Vec<Outcome>> {
        either!(self, engine => engine.stop(context, name).await)
    }

    async fn down(&self, context: &Context, name: &InstanceName, force: bool) -> Result<Vec<Outcome>> {
        either!(self, engine => engine.down(context, name, force).await)
    }

    async fn instances(&self, context: &Context) -> Result<Vec<InstanceName>> {
        either!(self, engine => engine.instances(context).await)
    }

    async fn delete_data(&self, context: &Context, name: &InstanceName) -> Result<Vec<String>> {
        either!(self, engine => engine.delete_data(context, name).await)
    }

    async fn logs(
        &self,
        context: &Context,
        name: &InstanceName,
        component: Component,
        query: &LogQuery,
        line: &mut (dyn FnMut(&str) + Send),
    ) -> Result<()> {
        either!(self, engine => engine.logs(context, name, component, query, line).await)
    }

    async fn pause(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        either!(self, engine => engine.pause(context, name, component).await)
    }

    async fn resume(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        either!(self, engine => engine.resume(context, name, component).await)
    }

    async fn kill(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        either!(self, engine => engine.kill(context, name, component).await)
    }

    async fn start_again(&self, context: &Context, name: &InstanceName, component: Component) -> Result<()> {
        either!(self, engine => engine.start_again(context, name, component).await)
    }

    fn data_size(&self, context: &Context, name: &InstanceName) -> Result<Option<u64>> {
        either!(self, engine => engine.data_size(context, name))
    }

    async fn copy_data(
        &self,
        context: &Context,
        name: &InstanceName,
        into: &Path,
        told: &mut (dyn FnMut(u64) -> Result<()> + Send),
    ) -> Result<Vec<Component>> {
        either!(self, engine => engine.copy_data(context, name, into, told).await)
    }

    async fn replace_data(
        &self,
        context: &Context,
        name: &InstanceName,
        from: &Path,
        components: &[Component],
    ) -> Result<()> {
        either!(self, engine => engine.replace_data(context, name, from, components).await)
    }

    async fn last_words(&self, context: &Context, name: &InstanceName, component: Component) -> LastWords {
        either!(self, engine => engine.last_words(context, name, component).await)
    }
}
