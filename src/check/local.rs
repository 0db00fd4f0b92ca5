//! What this machine should be like for `karctl local up` and for the applications of its user. Pure.

use super::instances;
use super::machine::{Machine, PortState};
use super::tool::{self, Requirement};
use super::{Check, Finding, Reason, Severity};
use crate::code::Code;
use crate::settings::EngineChoice;

/// Bytes that Kafka needs free before it starts; see [`Code::DiskFull`].
pub const DISK_NEEDED: u64 = 1 << 30;

/// Kafka, ZooKeeper and Redis take about 500 MB together, and an application some more.
const MEMORY_WANTED: u64 = 768 << 20;

/// A container engine's virtual machine runs other things too; Docker Desktop's own least is 2 GB.
const ENGINE_MEMORY_WANTED: u64 = 2_000_000_000;

/// More than what asking the engine takes.
const CLOCK_TOLERANCE_SECONDS: i64 = 5;

/// What is checked of what was started, and of the shell that uses it.
pub const AFTER: &[Check<Machine>] = &[
    Check::new("instances", "the engines of instances answer", Code::InstanceLost, Severity::Error, instances::lost),
    Check::new(
        "instances",
        "the engine is that of the instances",
        Code::OtherEngine,
        Severity::Warning,
        instances::other_engine,
    ),
    Check::new("instances", "what runs is whole, and answers", Code::InstanceBroken, Severity::Error, instances::whole)
        .fixed_by(instances::start),
    Check::new(
        "instances",
        "no container is somebody else's",
        Code::ForeignContainer,
        Severity::Warning,
        instances::foreign,
    ),
    Check::new(
        "instances",
        "nobody else's containers have the name",
        Code::StaleContainers,
        Severity::Warning,
        instances::unrecorded,
    ),
    Check::new(
        "instances",
        "brokers advertise an address that leads here",
        Code::AdvertisedNowhere,
        Severity::Error,
        instances::advertised,
    ),
    Check::new(
        "shell",
        "`kar` understands the shell's variables",
        Code::EnvironmentStale,
        Severity::Warning,
        instances::understood,
    ),
    Check::new(
        "shell",
        "what the shell's variables name answers",
        Code::EnvironmentStale,
        Severity::Warning,
        instances::answered,
    ),
];

/// What is checked before anything is started, in the order in which it is shown.
pub const CHECKS: &[Check<Machine>] = &[
    Check::new("engine", "the container engine answers", Code::EngineUnreachable, Severity::Error, container_engine),
    Check::new("engine", "the engine's clock is right", Code::ClockSkew, Severity::Warning, clock),
    Check::new("engine", "there is Java for Kafka", Code::JavaMissing, Severity::Error, |machine| native(machine, 0)),
    Check::new("engine", "there is Kafka", Code::MavenMissing, Severity::Error, |machine| native(machine, 1)),
    Check::new("engine", "there is Redis", Code::MavenMissing, Severity::Error, |machine| native(machine, 2)),
    Check::new("ports", "Kafka's port is free", Code::PortTaken, Severity::Error, |machine| port(machine, 0)),
    Check::new("ports", "Redis' port is free", Code::PortTaken, Severity::Error, |machine| port(machine, 1)),
    Check::new("folders", "the state folder can be written", Code::HomeUnusable, Severity::Error, |machine| {
        folder(machine, 0)
    }),
    Check::new("folders", "the cache folder can be written", Code::HomeUnusable, Severity::Error, |machine| {
        folder(machine, 1)
    }),
    Check::new("disk", "there is room for Kafka's data", Code::DiskFull, Severity::Error, |machine| disk(machine, 0)),
    Check::new("disk", "there is room for what is fetched", Code::DiskFull, Severity::Error, |machine| {
        disk(machine, 1)
    }),
    Check::new("memory", "there is memory for the servers", Code::MemoryLow, Severity::Warning, memory),
    Check::new("network", "the proxy leaves this machine out", Code::ProxyIncomplete, Severity::Warning, proxy),
    Check::new("network", "certificates can be read", Code::CertificatesUnusable, Severity::Warning, certificates),
    Check::new("kar", "`kar` is on PATH", Code::KarMissing, Severity::Warning, kar),
    Check::new("sdk", "Node.js is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[0])),
    Check::new("sdk", "npm is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[1])),
    Check::new("sdk", "Java is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[2])),
    Check::new("sdk", "Maven is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[3])),
    Check::new("sdk", "Python is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[4])),
];

fn bad(reason: &Reason) -> Finding {
    Finding::Bad(reason.message.clone(), reason.hints.clone())
}

fn container_engine(machine: &Machine) -> Finding {
    match &machine.containers {
        Ok(_) if machine.choice == EngineChoice::Native => {
            Finding::Skipped("the native engine is asked for".to_owned())
        }
        Ok(engine) => Finding::Fine(engine.description.clone()),
        Err(reason) if machine.takes_containers() => bad(reason),
        Err(_) => Finding::Skipped("no container engine answers; the native engine is taken".to_owned()),
    }
}

fn clock(machine: &Machine) -> Finding {
    match machine.containers.as_ref().ok().filter(|_| machine.takes_containers()).and_then(|it| it.clock_ahead) {
        Some(ahead) if ahead.abs() > CLOCK_TOLERANCE_SECONDS => {
            let word = if ahead > 0 { "ahead" } else { "behind" };
            Finding::Bad(format!("the engine's clock is {} s {word}", ahead.abs()), Vec::new())
        }
        Some(_) => Finding::Fine("the engine's clock is this machine's".to_owned()),
        None => Finding::Skipped("no engine has a clock of its own".to_owned()),
    }
}

fn native(machine: &Machine, part: usize) -> Finding {
    let parts = [&machine.native.java, &machine.native.kafka, &machine.native.redis];
    match parts[part] {
        _ if machine.takes_containers() => {
            let name = ["Java", "Kafka", "Redis"][part];
            Finding::Skipped(format!("{name} of this machine is not needed, as containers are taken"))
        }
        Ok(place) => Finding::Fine(place.clone()),
        Err(reason) => bad(reason),
    }
}

fn port(machine: &Machine, index: usize) -> Finding {
    let port = &machine.ports[index];
    let place = format!("{} on {}", port.port, port.bind);
    match &port.state {
        PortState::Free => Finding::Fine(format!("{place} is free for {}", port.service)),
        PortState::Ours => Finding::Fine(format!("{place} is {}'s, as it should be", port.service)),
        PortState::Taken(holder) => {
            let holder = holder.as_deref().unwrap_or("a process that the system does not name");
            let hint = format!("end it, or give {} another port, or --any-port", port.flag);
            Finding::Bad(format!("{place}, for {}, is taken by {holder}", port.service), vec![hint])
        }
    }
}

fn folder(machine: &Machine, index: usize) -> Finding {
    let folder = &machine.folders[index];
    match &folder.state {
        Ok(state) if state.is_writable => Finding::Fine(format!("{} can be written", state.path.display())),
        Ok(state) => Finding::Bad(format!("{} cannot be written", state.path.display()), Vec::new()),
        Err(reason) => bad(reason),
    }
}

fn disk(machine: &Machine, index: usize) -> Finding {
    let folder = &machine.folders[index];
    if machine.takes_containers() {
        return Finding::Skipped(format!("the container engine keeps {}", folder.purpose));
    }
    match folder.state.as_ref().ok().and_then(|state| Some((state, state.free?))) {
        Some((state, free)) if free < DISK_NEEDED => Finding::Bad(
            format!(
                "only {} MiB are free for {} in {}, and 1 GiB is needed",
                free >> 20,
                folder.purpose,
                state.path.display()
            ),
            Vec::new(),
        ),
        Some((state, free)) => {
            Finding::Fine(format!("{} GiB are free for {} in {}", free >> 30, folder.purpose, state.path.display()))
        }
        None => Finding::Skipped(format!("the room left for {} cannot be told", folder.purpose)),
    }
}

fn memory(machine: &Machine) -> Finding {
    let of_engine = machine.containers.as_ref().ok().filter(|_| machine.takes_containers()).and_then(|it| it.memory);
    match (of_engine, machine.memory) {
        (Some(bytes), _) if bytes < ENGINE_MEMORY_WANTED => Finding::Bad(
            format!("the container engine has {} MiB of memory", bytes >> 20),
            vec!["give its virtual machine 2 GB or more".to_owned()],
        ),
        (_, Some(bytes)) if bytes < MEMORY_WANTED => {
            Finding::Bad(format!("{} MiB of memory are left", bytes >> 20), Vec::new())
        }
        (_, Some(bytes)) => Finding::Fine(format!("{} MiB of memory are left", bytes >> 20)),
        (_, None) => Finding::Skipped("the memory left cannot be told".to_owned()),
    }
}

/// What HTTP clients take for this machine.
const LOCAL_NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

fn proxy(machine: &Machine) -> Finding {
    if machine.proxy.set.is_empty() {
        return Finding::Fine("no proxy is set".to_owned());
    }
    let exceptions: Vec<_> =
        machine.proxy.exceptions.as_deref().unwrap_or_default().split([',', ' ']).map(str::trim).collect();
    let missing: Vec<_> =
        LOCAL_NAMES.into_iter().filter(|name| !exceptions.contains(name) && !exceptions.contains(&"*")).collect();
    let set = machine.proxy.set.join(", ");
    if missing.is_empty() {
        return Finding::Fine(format!("{set} set, and NO_PROXY leaves this machine out"));
    }
    let missing = missing.join(",");
    Finding::Bad(
        format!("{set} set, but NO_PROXY does not name {missing}"),
        vec![format!("add {missing} to NO_PROXY, so that applications reach each other on this machine")],
    )
}

fn certificates(machine: &Machine) -> Finding {
    match &machine.certificates {
        None => Finding::Fine("the system's certificates are used".to_owned()),
        Some((path, Ok(()))) => Finding::Fine(format!("SSL_CERT_FILE names {}", path.display())),
        Some((path, Err(reason))) => {
            Finding::Bad(format!("SSL_CERT_FILE names {}, which {reason}", path.display()), Vec::new())
        }
    }
}

fn kar(machine: &Machine) -> Finding {
    match find(machine, "kar").and_then(|tool| tool.found.as_ref()) {
        None => Finding::Bad("`kar` is not on PATH".to_owned(), Vec::new()),
        Some((path, Ok(version))) => Finding::Fine(format!("kar {version} ({})", path.display())),
        Some((_, Err(reason))) => Finding::Bad(format!("`kar` does not tell its version: {reason}"), Vec::new()),
    }
}

fn sdk(machine: &Machine, requirement: &Requirement) -> Finding {
    requirement.judge(find(machine, requirement.program))
}

fn find<'a>(machine: &'a Machine, program: &str) -> Option<&'a tool::Tool> {
    machine.tools.iter().find(|tool| tool.program == program)
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
