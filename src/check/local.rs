//! What this machine should be like for `karctl local up` and for the applications of its user. Pure.

use super::machine::{Machine, PortState, Reason};
use super::tool::{self, Requirement};
use super::{Check, Finding, Severity};
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

/// Every check, in the order in which they are shown.
pub const CHECKS: &[Check] = &[
    check("engine", "the container engine answers", Code::EngineUnreachable, Severity::Error, container_engine),
    check("engine", "the engine's clock is right", Code::ClockSkew, Severity::Warning, clock),
    check("engine", "there is Java for Kafka", Code::JavaMissing, Severity::Error, |machine| native(machine, 0)),
    check("engine", "there is Kafka", Code::MavenMissing, Severity::Error, |machine| native(machine, 1)),
    check("engine", "there is Redis", Code::MavenMissing, Severity::Error, |machine| native(machine, 2)),
    check("ports", "Kafka's port is free", Code::PortTaken, Severity::Error, |machine| port(machine, 0)),
    check("ports", "Redis' port is free", Code::PortTaken, Severity::Error, |machine| port(machine, 1)),
    check("folders", "the state folder can be written", Code::HomeUnusable, Severity::Error, |machine| {
        folder(machine, 0)
    }),
    check("folders", "the cache folder can be written", Code::HomeUnusable, Severity::Error, |machine| {
        folder(machine, 1)
    }),
    check("disk", "there is room for Kafka's data", Code::DiskFull, Severity::Error, |machine| disk(machine, 0)),
    check("disk", "there is room for what is fetched", Code::DiskFull, Severity::Error, |machine| disk(machine, 1)),
    check("memory", "there is memory for the servers", Code::MemoryLow, Severity::Warning, memory),
    check("network", "the proxy leaves this machine out", Code::ProxyIncomplete, Severity::Warning, proxy),
    check("network", "certificates can be read", Code::CertificatesUnusable, Severity::Warning, certificates),
    check("kar", "`kar` is on PATH", Code::KarMissing, Severity::Warning, kar),
    check("sdk", "Node.js is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[0])),
    check("sdk", "npm is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[1])),
    check("sdk", "Java is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[2])),
    check("sdk", "Maven is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[3])),
    check("sdk", "Python is new enough", Code::ToolOld, Severity::Warning, |machine| sdk(machine, &tool::SDK[4])),
];

const fn check(
    category: &'static str,
    title: &'static str,
    code: Code,
    severity: Severity,
    judge: fn(&Machine) -> Finding,
) -> Check {
    Check { category, title, code, severity, judge }
}

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
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::check::machine::{ContainerEngine, Folder, FolderState, NativeParts, Port, Proxy};
    use crate::check::tool::Tool;
    use crate::check::{Outcome, Report, run};

    /// A machine on which nothing is wrong, and the native engine is taken.
    fn good() -> Machine {
        let reason = Reason { message: "nobody answers".to_owned(), hints: vec!["start it".to_owned()] };
        let port =
            |service, port, flag| Port { service, bind: [127, 0, 0, 1].into(), port, flag, state: PortState::Free };
        let folder = |purpose, path: &str| {
            let state = FolderState { path: PathBuf::from(path), is_writable: true, free: Some(5 << 30) };
            Folder { purpose, state: Ok(state) }
        };
        let tool = |program, said: &str| Tool {
            program,
            found: Some((PathBuf::from("/bin").join(program), Ok(said.to_owned()))),
        };
        Machine {
            choice: EngineChoice::Auto,
            containers: Err(reason),
            is_engine_named: false,
            native: NativeParts { java: Ok("Java".into()), kafka: Ok("Kafka".into()), redis: Ok("Redis".into()) },
            ports: vec![port("Kafka", 31093, "--kafka-port"), port("Redis", 31379, "--redis-port")],
            folders: vec![folder("data", "/s"), folder("what is fetched", "/c")],
            memory: Some(1 << 30),
            tools: vec![
                tool("kar", "1.3.10"),
                tool("node", "v20.1.0"),
                tool("npm", "10.2.0"),
                tool("java", "openjdk version \"17.0.1\""),
                tool("mvn", "Apache Maven 3.8.7"),
            ],
            proxy: Proxy::default(),
            certificates: None,
        }
    }

    fn with_containers() -> Machine {
        let engine =
            ContainerEngine { description: "Docker 27 at x".into(), clock_ahead: Some(0), memory: Some(4 << 30) };
        Machine { containers: Ok(engine), ..good() }
    }

    fn judged(machine: &Machine) -> Report {
        run(CHECKS, machine)
    }

    /// Titles of the checks that failed, with what was found and the hints.
    fn failed(machine: &Machine) -> Vec<String> {
        let is_bad = |outcome| matches!(outcome, Outcome::Error | Outcome::Warning);
        let failed = judged(machine).checks.into_iter().filter(|checked| is_bad(checked.outcome));
        failed.map(|checked| format!("{}: {}; {}", checked.code, checked.found, checked.hints.join("; "))).collect()
    }

    #[test]
    fn a_good_machine_is_told_line_by_line() {
        let text = anstream::adapter::strip_str(&judged(&good()).text()).to_string();
        let expected = "\
- engine   no container engine answers; the native engine is taken
- engine   no engine has a clock of its own
✓ engine   Java
✓ engine   Kafka
✓ engine   Redis
✓ ports    31093 on 127.0.0.1 is free for Kafka
✓ ports    31379 on 127.0.0.1 is free for Redis
✓ folders  /s can be written
✓ folders  /c can be written
✓ disk     5 GiB are free for data in /s
✓ disk     5 GiB are free for what is fetched in /c
✓ memory   1024 MiB of memory are left
✓ network  no proxy is set
✓ network  the system's certificates are used
✓ kar      kar 1.3.10 (/bin/kar)
✓ sdk      Node.js 20.1.0 (/bin/node)
✓ sdk      npm 10.2.0 (/bin/npm)
✓ sdk      Java 17.0.1 (/bin/java)
✓ sdk      Maven 3.8.7 (/bin/mvn)
- sdk      Python is not on PATH; the Python SDK needs 3.8 or newer
0 errors, 0 warnings
";
        assert_eq!(text, expected);
        assert_eq!(judged(&good()).status(), 0);
    }

    #[test]
    fn what_is_wrong_is_found_with_a_hint_that_is_true_for_it() {
        let mut machine = good();
        machine.ports[0].state = PortState::Taken(Some("redis-server (pid 12)".into()));
        machine.native.java = Err(Reason { message: "no Java 11".into(), hints: vec!["install it".into()] });
        machine.memory = Some(100 << 20);
        machine.proxy = Proxy { set: vec!["https_proxy".into()], exceptions: Some("localhost, .example.org".into()) };
        machine.certificates = Some((PathBuf::from("/ca"), Err("holds no PEM certificate".into())));
        machine.tools.remove(0);
        if let Ok(state) = &mut machine.folders[0].state {
            state.free = Some(10 << 20);
        }
        assert_eq!(
            failed(&machine),
            [
                "KAR115: no Java 11; install it",
                "KAR101: 31093 on 127.0.0.1, for Kafka, is taken by redis-server (pid 12); \
                 end it, or give --kafka-port another port, or --any-port",
                "KAR117: only 10 MiB are free for data in /s, and 1 GiB is needed; free some room, or move the state \
                 with XDG_STATE_HOME and the cache with XDG_CACHE_HOME",
                "KAR120: 100 MiB of memory are left; end other programs, give the engine's virtual machine more memory, \
                 or lower `kafka.heap`",
                "KAR121: https_proxy set, but NO_PROXY does not name 127.0.0.1; add 127.0.0.1 to NO_PROXY, so that \
                 applications reach each other on this machine",
                "KAR126: SSL_CERT_FILE names /ca, which holds no PEM certificate; correct SSL_CERT_FILE, or unset it to \
                 trust the system's certificates",
                "KAR119: `kar` is not on PATH; download the `kar` of your platform from the KAR project's releases and \
                 put it on PATH",
            ]
        );
        assert_eq!(judged(&machine).status(), 1);
    }

    #[test]
    fn a_container_engine_makes_the_parts_of_the_native_one_needless() {
        let mut machine = with_containers();
        let missing = || Err(Reason { message: "missing".into(), hints: Vec::new() });
        machine.native = NativeParts { java: missing(), kafka: missing(), redis: missing() };
        assert_eq!(failed(&machine), Vec::<String>::new());
        machine.choice = EngineChoice::Native;
        assert_eq!(judged(&machine).errors, 3);
    }

    #[test]
    fn an_engine_that_is_named_and_silent_is_an_error() {
        let machine = Machine { is_engine_named: true, ..good() };
        assert_eq!(failed(&machine), ["KAR103: nobody answers; start it"]);
        assert_eq!(judged(&machine).status(), 1);
    }

    #[test]
    fn an_engine_with_a_wrong_clock_or_little_memory_is_a_warning() {
        let mut machine = with_containers();
        if let Ok(engine) = &mut machine.containers {
            engine.clock_ahead = Some(-90);
            engine.memory = Some(1 << 30);
        }
        let expected = [
            "KAR125: the engine's clock is 90 s behind; restart the engine's virtual machine",
            "KAR120: the container engine has 1024 MiB of memory; give its virtual machine 2 GB or more",
        ];
        assert_eq!(failed(&machine), expected);
        assert_eq!(judged(&machine).status(), 5);
    }
}
