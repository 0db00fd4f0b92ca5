//! Makes an instance what it is to be: fetch, stop what differs, prepare, start.

use std::time::Duration;

use super::super::engine::{Begins, Outcome};
use super::super::instance::{Component, Desired};
use super::before_kafka::{cluster_id, forget_last_life, format};
use super::class_data::ClassData;
use super::data::{Data, version_parts};
use super::folders::{ServerFolder, remove_file};
use super::made::Made;
use super::plan::{Plan, Wanted};
use super::server::{LastLife, Launcher, logging_file};
use super::{NativeEngine, class_data, copy, logs, parts, server};
use crate::client::java;
use crate::client::process::{self, Ended};
use crate::client::{disk, port};
use crate::code::Code;
use crate::context::Context;
use crate::environment;
use crate::error::{Failure, Result};
use crate::settings::{KafkaMode, PullPolicy, RestartPolicy};

/// How long a server may take to end when asked to.
pub const GRACE: Duration = Duration::from_secs(30);

/// The same for one that writes class data then, which takes some seconds of processor time.
const GRACE_WITH_CLASS_DATA: Duration = Duration::from_secs(120);

/// The oldest Java for a Kafka; see <https://kafka.apache.org/documentation/#java>.
pub(super) fn minimum_java(kafka_version: &str) -> u32 {
    if is_without_zookeeper(kafka_version) { 17 } else { 11 }
}

/// Kafka 4 and newer.
fn is_without_zookeeper(kafka_version: &str) -> bool {
    version_parts(kafka_version) >= vec![4]
}

/// What the native engine cannot do.
///
/// # Errors
/// A usage failure that says why.
pub fn refuse_unsupported(desired: &Desired, kafka_version: &str) -> Result<()> {
    if desired.restart != RestartPolicy::No {
        return Err(Failure::usage("local.restart other than `no` needs an engine that watches over containers")
            .hint("leave --restart out: the next `karctl local up` starts what ended; or use --engine docker")
            .into());
    }
    if desired.mode == KafkaMode::ZooKeeper && is_without_zookeeper(kafka_version) {
        return Err(Failure::usage(format!("Kafka {kafka_version} has no ZooKeeper mode"))
            .hint("add `--set kafka.mode=kraft`, or use Kafka 3.9")
            .into());
    }
    Ok(())
}

impl NativeEngine {
    pub(super) async fn converge(
        &self,
        context: &Context,
        desired: &Desired,
        begins: Begins<'_>,
    ) -> Result<Vec<Outcome>> {
        let plan = Plan::of(context, desired)?;
        if desired.pull != PullPolicy::Missing {
            context.ui.note("--pull is for images; the native engine has none");
        }
        Data::of(&plan.folder)?.remember_cluster()?;
        if plan.is_unchanged() {
            begins()?;
            go_on(&plan)?;
            plan.state.write(plan.folder.root())?;
            return Ok(plan.outcomes());
        }
        let data = Data::of(&plan.folder)?;
        data.check(desired, &plan.kafka_version)?;
        disk::require(plan.folder.root())?;
        let java = java::find(&context.environment, minimum_java(&plan.kafka_version))?;
        let parts = parts::obtain(context, desired).await?;
        begins()?;
        go_on(&plan)?;
        stop_what_differs(&plan).await?;
        check_ports(desired, &plan)?;
        let launcher = Launcher { context, desired, java: &java, parts: &parts };
        self.start(&plan, &launcher).await?;
        Ok(plan.outcomes())
    }

    /// Everything that Kafka need not wait for is started before it.
    async fn start(&self, plan: &Plan, launcher: &Launcher<'_>) -> Result<()> {
        let starting: Vec<_> = plan.wanted.iter().filter(|wanted| wanted.is_to_be_started()).collect();
        for wanted in &starting {
            plan.folder.server(wanted.component).create()?;
        }
        let cluster_id = cluster_id(plan, launcher)?;
        Data::of(&plan.folder)?.mark(launcher.desired, &plan.kafka_version, cluster_id.as_deref())?;
        plan.state.write(plan.folder.root())?;
        for wanted in &starting {
            prepare(&plan.folder.server(wanted.component), wanted, launcher)?;
        }
        let (kafka, others): (Vec<_>, Vec<_>) =
            starting.into_iter().partition(|wanted| wanted.component == Component::Kafka);
        for wanted in others {
            self.launch(plan, wanted, launcher)?;
        }
        for wanted in kafka {
            if let Some(cluster_id) = &cluster_id {
                format(plan, launcher, cluster_id).await?;
            } else if wanted.last_life() == LastLife::Died {
                forget_last_life(plan, launcher).await?;
            }
            self.launch(plan, wanted, launcher)?;
        }
        Ok(())
    }

    fn launch(&self, plan: &Plan, wanted: &Wanted, launcher: &Launcher<'_>) -> Result<()> {
        let folder = plan.folder.server(wanted.component);
        let class_data = class_data_of(wanted.component, launcher)?;
        let program = launcher.program(wanted.component, &class_data, wanted.last_life());
        launcher
            .context
            .ui
            .trace(2, || format!("{}: {} {:?}", folder.root().display(), program.program.display(), program.arguments));
        let version = match wanted.component {
            Component::Redis => launcher.parts.redis.version.clone(),
            Component::ZooKeeper | Component::Kafka => Some(launcher.parts.kafka.version.clone()),
        };
        let (specification, program) = (wanted.specification.clone(), Some(program));
        let made = Made { specification, version, trains: class_data.target(), program };
        made.write(&folder)?;
        let program = made.program.as_ref().expect("it was just put there");
        let launched = process::launch(&environment::executable(), folder.root(), program)?;
        self.remember(folder.root(), launched);
        remove_file(&folder.root().join(copy::RESTORED))?;
        Ok(())
    }
}

/// An instance that keeps nothing is not worth the seconds that class data takes at its end.
fn class_data_of(component: Component, launcher: &Launcher<'_>) -> Result<ClassData> {
    if component == Component::Redis {
        return Ok(ClassData::None);
    }
    let Launcher { context, desired, java, parts } = launcher;
    let class_data = ClassData::of(context, component, desired.mode, java, &parts.kafka.jars)?;
    let is_made = matches!(class_data, ClassData::Make(_));
    Ok(if desired.ephemeral && is_made { ClassData::None } else { class_data })
}

/// Before anything is stopped: Kafka says goodbye to a ZooKeeper that answers.
fn go_on(plan: &Plan) -> Result<()> {
    for wanted in plan.wanted.iter().filter(|wanted| wanted.is_to_go_on()) {
        process::resume(plan.folder.server(wanted.component).root())?;
    }
    Ok(())
}

/// Kafka before ZooKeeper, which it says goodbye to; Redis side by side with them.
async fn stop_what_differs(plan: &Plan) -> Result<()> {
    let differs = |component: Component| {
        let wanted = plan.wanted.iter().find(|wanted| wanted.component == component);
        plan.superfluous.contains(&component) || wanted.is_some_and(Wanted::is_to_be_started)
    };
    let end_if = async |component: Component| -> Result<()> {
        if differs(component) { end(&plan.folder.server(component)).await.map(drop) } else { Ok(()) }
    };
    let kafka_and_zookeeper = async {
        end_if(Component::Kafka).await?;
        end_if(Component::ZooKeeper).await
    };
    tokio::try_join!(kafka_and_zookeeper, end_if(Component::Redis))?;
    for &component in &plan.superfluous {
        plan.folder.server(component).remove_all_but_data()?;
    }
    Ok(())
}

/// Ends a server, and keeps the class data that it wrote; what was left of an end that karctl did not see is removed.
///
/// # Errors
/// When it does not end.
pub async fn end(folder: &ServerFolder) -> Result<Ended> {
    let trains = Made::read(folder).and_then(|made| made.trains);
    let grace = if trains.is_some() { GRACE_WITH_CLASS_DATA } else { GRACE };
    let ended = process::end(folder.root(), grace).await?;
    match trains.filter(|_| ended == Ended::Asked) {
        Some(archive) => class_data::keep(folder, &archive)?,
        None => remove_file(&folder.root().join(class_data::TRAINED))?,
    }
    Ok(ended)
}

fn check_ports(desired: &Desired, plan: &Plan) -> Result<()> {
    for wanted in plan.wanted.iter().filter(|wanted| wanted.is_to_be_started()) {
        let Some(wanted_port) = desired.address.port(wanted.component) else { continue };
        if !port::is_free(desired.address.bind, wanted_port) {
            let holder = port::holder_of(wanted_port).map(|holder| format!(" by {holder}")).unwrap_or_default();
            let title = wanted.component.title();
            return Err(Failure::new(format!("port {wanted_port}, which {title} needs, is taken{holder}"))
                .hint(format!("give --{}-port another port, or --any-port", wanted.component.name()))
                .code(Code::PortTaken)
                .into());
        }
    }
    Ok(())
}

/// Configuration and logs of a server that does not run.
fn prepare(folder: &ServerFolder, wanted: &Wanted, launcher: &Launcher<'_>) -> Result<()> {
    for file in &wanted.files {
        folder.write_configuration(file.name, file.content.expose())?;
    }
    if wanted.component == Component::Redis {
        return logs::rotate(folder, server::LOG_BYTES);
    }
    let (name, content) = logging_file(&launcher.parts.kafka.jars)?;
    folder.write_configuration(name, &content)?;
    remove_file(&folder.root().join(class_data::TRAINED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafka_4_needs_java_17() {
        assert_eq!((minimum_java("3.9.1"), minimum_java("4.0.0"), minimum_java("4.1.1")), (11, 17, 17));
    }
}
