use std::path::PathBuf;

use super::*;
use crate::check::machine::{
    ContainerEngine, Folder, FolderState, Instance, InstanceState, NativeParts, Port, Proxy, Shell,
};
use crate::check::tool::Tool;
use crate::check::{Mode, Outcome, Report, run};

/// A machine on which nothing is wrong, and the native engine is taken.
fn good() -> Machine {
    let reason = Reason { message: "nobody answers".to_owned(), hints: vec!["start it".to_owned()], code: None };
    let port = |service, port, flag| Port { service, bind: [127, 0, 0, 1].into(), port, flag, state: PortState::Free };
    let folder = |purpose, path: &str| {
        let state = FolderState { path: PathBuf::from(path), is_writable: true, free: Some(5 << 30) };
        Folder { purpose, state: Ok(state) }
    };
    let tool =
        |program, said: &str| Tool { program, found: Some((PathBuf::from("/bin").join(program), Ok(said.to_owned()))) };
    Machine {
        name: "kar".to_owned(),
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
        instances: Ok(Vec::new()),
        shell: None,
        certificates: None,
    }
}

fn with_containers() -> Machine {
    let engine = ContainerEngine {
        description: "Docker 27 at x".into(),
        endpoint: "x".into(),
        clock_ahead: Some(0),
        memory: Some(4 << 30),
    };
    Machine { containers: Ok(engine), ..good() }
}

fn judged(machine: &Machine) -> Report {
    run(Mode::Local, CHECKS, machine)
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
    machine.native.java = Err(Reason { message: "no Java 11".into(), hints: vec!["install it".into()], code: None });
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
    let missing = || Err(Reason { message: "missing".into(), hints: Vec::new(), code: None });
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

/// What failed of what was started.
fn wrong(change: impl FnOnce(&mut Machine)) -> Vec<String> {
    let runs = InstanceState {
        running: vec!["Kafka".to_owned(), "Redis".to_owned()],
        advertised: Some(("localhost".to_owned(), Ok(()))),
        ..InstanceState::default()
    };
    let instance = Instance { name: "kar".to_owned(), is_recorded: true, state: Ok(runs), engines: None };
    let mut machine = Machine { instances: Ok(vec![instance]), shell: Some(Shell::default()), ..good() };
    change(&mut machine);
    let is_bad = |outcome| matches!(outcome, Outcome::Error | Outcome::Warning);
    let failed = run(Mode::Local, AFTER, &machine).checks.into_iter().filter(|checked| is_bad(checked.outcome));
    failed.map(|checked| format!("{}: {}", checked.code, checked.found)).collect()
}

#[test]
fn what_is_wrong_with_instances_and_shells_is_told() {
    let of = |change: fn(&mut Instance)| {
        wrong(move |machine| change(&mut machine.instances.as_mut().expect("instances")[0]))
    };
    let state = |change: fn(&mut InstanceState)| {
        wrong(move |machine| {
            change(machine.instances.as_mut().expect("instances")[0].state.as_mut().expect("a state"));
        })
    };
    assert_eq!(of(|_| ()), Vec::<String>::new());
    let reason = |message: &str| Reason { message: message.to_owned(), hints: Vec::new(), code: None };
    assert_eq!(wrong(|it| it.instances = Err(reason("no"))), Vec::<String>::new());
    let lost = |it: &mut Instance| it.state = Err(Reason { message: "gone".into(), hints: Vec::new(), code: None });
    assert_eq!(of(lost), ["KAR130: kar cannot be looked at: gone"]);
    let elsewhere = of(|it| it.engines = Some(("unix:///a".into(), "unix:///b".into())));
    assert_eq!(elsewhere, ["KAR129: kar lives on unix:///a, and unix:///b is chosen now"]);
    let half = state(|it| (it.running, it.stopped) = (vec!["Redis".into()], vec!["Kafka".into()]));
    assert_eq!(half, ["KAR128: kar: Kafka does not run"]);
    let gone = state(|it| (it.running, it.gone) = (vec!["Redis".into()], vec!["Kafka".into()]));
    assert_eq!(gone, ["KAR128: kar: Kafka is gone"]);
    assert_eq!(state(|it| it.problems.push("is paused".into())), ["KAR128: kar: is paused"]);
    // One that was stopped is as its user wants it.
    let stopped = state(|it| (it.running, it.stopped) = (Vec::new(), vec!["Kafka".into(), "Redis".into()]));
    assert_eq!(stopped, Vec::<String>::new());
    let foreign = state(|it| it.foreign.push("Kafka".into()));
    assert_eq!(foreign, ["KAR104: Kafka of kar is a container that karctl did not make"]);
    let advertised = state(|it| it.advertised = Some(("nowhere.test".into(), Err("nobody knows it".into()))));
    assert_eq!(advertised, ["KAR132: Kafka of kar advertises nowhere.test, and nobody knows it"]);
    let stale = of(|it| (it.is_recorded, it.state) = (false, Ok(InstanceState::default())));
    assert_eq!(stale, ["KAR131: stopped containers of kar, of which there is no record here: perhaps somebody else's"]);
    // Of another user of the same engine.
    let theirs = of(|it| (it.name, it.is_recorded, it.state) = ("theirs".into(), false, Ok(InstanceState::default())));
    assert_eq!(theirs, Vec::<String>::new());
    let shell = |shell: Shell| wrong(move |it| it.shell = Some(shell));
    let misunderstood = Shell { misunderstood: vec!["KAFKA_VERSION is `3.3`".into()], silent: Vec::new() };
    assert_eq!(shell(misunderstood), ["KAR118: KAFKA_VERSION is `3.3`"]);
    let silent = Shell { misunderstood: Vec::new(), silent: vec!["nobody is there".into()] };
    assert_eq!(shell(silent), ["KAR118: nobody is there"]);
}

#[test]
fn only_what_can_be_started_as_it_was_is_started() {
    let fix = |change: fn(&mut InstanceState)| {
        let mut half = InstanceState {
            running: vec!["Kafka".to_owned()],
            stopped: vec!["Redis".to_owned()],
            ..InstanceState::default()
        };
        change(&mut half);
        let instance = Instance { name: "kar".to_owned(), is_recorded: true, state: Ok(half), engines: None };
        let machine = Machine { instances: Ok(vec![instance]), ..good() };
        run(Mode::Local, AFTER, &machine).fixes().into_iter().map(|(_, fix)| fix.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(fix(|_| ()), ["start what does not run of the instance kar"]);
    assert_eq!(fix(|it| it.gone.push("ZooKeeper".to_owned())), Vec::<String>::new());
    assert_eq!(fix(|it| it.foreign.push("Redis".to_owned())), Vec::<String>::new());
}
