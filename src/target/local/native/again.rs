//! Starts a server again that died, as it was started before.

use super::super::instance::{Component, InstanceName};
use super::NativeEngine;
use super::folders::InstanceFolder;
use super::made::Made;
use super::server::AFTER_DEATH;
use super::state::State;
use crate::client::process::{self, Life};
use crate::client::zookeeper;
use crate::context::Context;
use crate::environment;
use crate::error::{Failure, Result};
use crate::settings::KafkaMode;
use crate::target::local::choice::name_flag;

impl NativeEngine {
    /// One that lives is left alone.
    ///
    /// # Errors
    /// When nobody wrote down how it was started, or it cannot be started.
    pub(super) async fn start_once_more(
        &self,
        context: &Context,
        name: &InstanceName,
        component: Component,
    ) -> Result<()> {
        let instance = InstanceFolder::of(context, name)?;
        let folder = instance.server(component);
        if matches!(process::look(folder.root())?, Life::Alive(_)) {
            return Ok(());
        }
        let state = State::read(instance.root())?;
        let program = Made::read(&folder).and_then(|made| made.program);
        let (Some(mut program), Some(state)) = (program, state) else {
            return Err(Failure::new(format!("nothing says how {} was started", component.title()))
                .hint(format!("start it with `karctl local up{}`", name_flag(name)))
                .into());
        };
        match (component, state.mode) {
            (Component::Kafka, KafkaMode::ZooKeeper) => {
                let address = super::plan::zookeeper_address(&state);
                zookeeper::delete(address, &zookeeper::REGISTRATIONS, context.deadline.left()).await?;
            }
            (Component::Kafka, KafkaMode::Kraft) if !program.arguments.iter().any(|word| word == AFTER_DEATH[1]) => {
                program.arguments.extend(AFTER_DEATH.map(Into::into));
            }
            _ => {}
        }
        let launched = process::launch(&environment::executable(), folder.root(), &program)?;
        self.remember(folder.root(), launched);
        Ok(())
    }
}
