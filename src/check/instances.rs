//! What the instances of this machine should be like, and what a shell says of them. Pure.

use super::fix::Fix;
use super::machine::{Instance, InstanceState, Machine};
use super::{Finding, Reason};

/// The instances of which something is known; a finding where there are none.
fn known(machine: &Machine) -> Result<Vec<(&Instance, &InstanceState)>, Finding> {
    let all = all(machine)?;
    let known: Vec<_> = all.iter().filter_map(|instance| Some((instance, instance.state.as_ref().ok()?))).collect();
    if known.is_empty() { Err(Finding::Skipped("no instance can be looked at".to_owned())) } else { Ok(known) }
}

fn all(machine: &Machine) -> Result<&[Instance], Finding> {
    match &machine.instances {
        Ok(instances) if instances.is_empty() => Err(Finding::Skipped("there is no instance".to_owned())),
        Ok(instances) => Ok(instances),
        Err(reason) => Err(Finding::Skipped(format!("instances cannot be looked at: {}", reason.message))),
    }
}

/// ` --name N`, where it is needed.
fn flag(instance: &Instance) -> String {
    if instance.name == "kar" { String::new() } else { format!(" --name {}", instance.name) }
}

/// All of one kind in one finding: nothing wrong is fine, and what is wrong has its hints.
fn all_in_one(wrong: Vec<(String, String)>, fine: &str) -> Finding {
    if wrong.is_empty() {
        return Finding::Fine(fine.to_owned());
    }
    let (found, hints): (Vec<_>, Vec<_>) = wrong.into_iter().unzip();
    Finding::Bad(found.join("; "), hints.into_iter().filter(|hint| !hint.is_empty()).collect())
}

pub(super) fn lost(machine: &Machine) -> Finding {
    let all = match all(machine) {
        Ok(all) => all,
        Err(finding) => return finding,
    };
    let lost = all.iter().filter_map(|instance| {
        let Reason { message, hints, .. } = instance.state.as_ref().err()?;
        Some((format!("{} cannot be looked at: {message}", instance.name), hints.first().cloned().unwrap_or_default()))
    });
    all_in_one(lost.collect(), "the engine of every instance answers")
}

pub(super) fn other_engine(machine: &Machine) -> Finding {
    let all = match all(machine) {
        Ok(all) => all,
        Err(finding) => return finding,
    };
    let other = all.iter().filter_map(|instance| {
        let (lives, chosen) = instance.engines.as_ref()?;
        let found = format!("{} lives on {lives}, and {chosen} is chosen now", instance.name);
        Some((
            found,
            "choose its engine with DOCKER_HOST or `docker context use`, or give the new instance a --name".to_owned(),
        ))
    });
    all_in_one(other.collect(), "the engine that is chosen is the one that instances live on")
}

pub(super) fn whole(machine: &Machine) -> Finding {
    let known = match known(machine) {
        Ok(known) => known,
        Err(finding) => return finding,
    };
    let broken = known.iter().filter(|(_, state)| !state.running.is_empty()).filter_map(|(instance, state)| {
        let stopped = state.stopped.iter().map(|component| format!("{component} does not run"));
        let gone = state.gone.iter().map(|component| format!("{component} is gone"));
        let wrong: Vec<_> = stopped.chain(gone).chain(state.problems.iter().cloned()).collect();
        let hint = match state.gone.is_empty() {
            true => format!("`karctl local up{}` starts what is missing", flag(instance)),
            false => format!(
                "`karctl local up{}`, with its other options if it had any, makes what is gone anew",
                flag(instance)
            ),
        };
        (!wrong.is_empty()).then(|| (format!("{}: {}", instance.name, wrong.join(", ")), hint))
    });
    let runs: Vec<_> = known.iter().filter(|(_, state)| !state.running.is_empty()).collect();
    match runs.is_empty() {
        true => Finding::Skipped("no instance runs".to_owned()),
        false => all_in_one(broken.collect(), "every instance that runs is whole and answers"),
    }
}

/// Only the instance that is asked for is started, each server as it was made: so one of which nothing is left, or whose
/// place somebody else has, is for `karctl local up` and its options.
pub(super) fn start(machine: &Machine) -> Option<Fix> {
    let known = known(machine).ok()?;
    let is_half = |state: &InstanceState| !state.running.is_empty() && !state.stopped.is_empty();
    let is_whole = |state: &InstanceState| state.gone.is_empty() && state.foreign.is_empty();
    let is_to_start = |state: &InstanceState| is_half(state) && is_whole(state);
    let asked = known.iter().find(|(instance, state)| instance.name == machine.name && is_to_start(state))?;
    Some(Fix::StartInstance(asked.0.name.clone()))
}

pub(super) fn foreign(machine: &Machine) -> Finding {
    let known = match known(machine) {
        Ok(known) => known,
        Err(finding) => return finding,
    };
    let foreign = known.iter().filter(|(_, state)| !state.foreign.is_empty()).map(|(instance, state)| {
        let found =
            format!("{} of {} is a container that karctl did not make", state.foreign.join(", "), instance.name);
        (found, format!("`karctl local up{} --replace` takes its place; its data stays", flag(instance)))
    });
    all_in_one(foreign.collect(), "every container of an instance is karctl's")
}

/// They may be of another user of the engine, so that only those whose name is asked for are told, and none is removed.
pub(super) fn unrecorded(machine: &Machine) -> Finding {
    let known = match known(machine) {
        Ok(known) => known,
        Err(finding) => return finding,
    };
    let is_stopped = |instance: &Instance, state: &InstanceState| !instance.is_recorded && state.running.is_empty();
    let mut asked = known.iter().filter(|(instance, _)| instance.name == machine.name);
    match asked.find(|(instance, state)| is_stopped(instance, state)) {
        None => Finding::Fine("no stopped container without a record here has the instance's name".to_owned()),
        Some((instance, _)) => Finding::Bad(
            format!(
                "stopped containers of {}, of which there is no record here: perhaps somebody else's",
                instance.name
            ),
            vec![format!(
                "give your instance another --name; where they are yours, `karctl local down{}` removes them, and data stays",
                flag(instance)
            )],
        ),
    }
}

pub(super) fn advertised(machine: &Machine) -> Finding {
    let known = match known(machine) {
        Ok(known) => known,
        Err(finding) => return finding,
    };
    let nowhere = known.iter().filter_map(|(instance, state)| {
        let (host, found) = state.advertised.as_ref()?;
        let why = found.as_ref().err()?;
        let hint =
            format!("start it with `karctl local up{} --advertise` and a name that clients resolve", flag(instance));
        Some((format!("Kafka of {} advertises {host}, and {why}", instance.name), hint))
    });
    all_in_one(nowhere.collect(), "what brokers advertise can be resolved")
}

pub(super) fn understood(machine: &Machine) -> Finding {
    match &machine.shell {
        None => Finding::Skipped("this shell has no variables for `kar`".to_owned()),
        Some(shell) if shell.misunderstood.is_empty() => {
            Finding::Fine("`kar` understands the variables of this shell".to_owned())
        }
        Some(shell) => Finding::Bad(shell.misunderstood.join("; "), Vec::new()),
    }
}

pub(super) fn answered(machine: &Machine) -> Finding {
    match &machine.shell {
        None => Finding::Skipped("this shell has no variables for `kar`".to_owned()),
        Some(shell) if shell.silent.is_empty() => Finding::Fine("what this shell's variables name answers".to_owned()),
        Some(shell) => Finding::Bad(shell.silent.join("; "), Vec::new()),
    }
}
