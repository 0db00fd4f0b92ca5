//! Placeholder until the Docker engine lands.
use super::engine::*;
use super::instance::*;
use crate::context::Context;
use crate::error::{Failure, Result};
/// Containers.
pub struct DockerEngine;
impl DockerEngine {
    pub async fn connect(_: &Context, _: Option<&str>) -> Result<Self> {
        Err(Failure::new("no docker yet").into())
    }
    pub fn is_asked_for(_: &Context) -> bool {
        false
    }
}
impl Engine for DockerEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Docker
    }
    fn description(&self) -> String {
        String::new()
    }
    fn endpoint(&self) -> Option<String> {
        None
    }
    async fn observe(&self, _: &Context, _: &InstanceName) -> Result<ObservedInstance> {
        unimplemented!()
    }
    async fn plan(&self, _: &Context, _: &Desired, _: &ObservedInstance) -> Result<Vec<Outcome>> {
        unimplemented!()
    }
    async fn ensure(&self, _: &Context, _: &Desired, _: &ObservedInstance) -> Result<Vec<Outcome>> {
        unimplemented!()
    }
    async fn stop(&self, _: &Context, _: &InstanceName) -> Result<Vec<Outcome>> {
        unimplemented!()
    }
    async fn down(&self, _: &Context, _: &InstanceName, _: bool) -> Result<Vec<Outcome>> {
        unimplemented!()
    }
    async fn instances(&self, _: &Context) -> Result<Vec<InstanceName>> {
        unimplemented!()
    }
    async fn delete_data(&self, _: &Context, _: &InstanceName) -> Result<Vec<String>> {
        unimplemented!()
    }
    async fn logs(
        &self,
        _: &Context,
        _: &InstanceName,
        _: Component,
        _: &LogQuery,
        _: &mut (dyn FnMut(&str) + Send),
    ) -> Result<()> {
        unimplemented!()
    }
    async fn last_words(&self, _: &Context, _: &InstanceName, _: Component) -> LastWords {
        unimplemented!()
    }
}
