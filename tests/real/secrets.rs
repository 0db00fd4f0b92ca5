//! Passwords, given by file and by variable or generated: they are in no argument and no environment of any program that
//! is executed, in nothing that karctl prints but `env`, in no log, in no description of a container, and in no file that
//! others may read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde_json::Value;

use crate::instance::{Engine, Instance, SERVERS};
use crate::sandbox::{Finished, Sandbox};

const KAFKA: &str = "canary-of-kafka-5c1d";
const REDIS: &str = "canary-of-redis-9e27";

/// Time for a command under strace, which makes servers slow.
const TIMEOUT: Duration = Duration::from_secs(300);

/// How often it is looked whether it ended.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Passwords that nobody may see.
struct Canaries(Vec<String>);

impl Canaries {
    fn given() -> Self {
        Self([KAFKA, REDIS].map(str::to_owned).to_vec())
    }

    /// What karctl thought out itself.
    fn generated(instance: &Instance) -> Self {
        let line = ["env", "--name", &instance.name, "--format", "json"].map(str::to_owned);
        let variables: Value = serde_json::from_str(&instance.must(&line).stdout).expect("a document");
        Self(
            ["KAFKA_PASSWORD", "REDIS_PASSWORD"].map(|name| variables[name].as_str().expect("one").to_owned()).to_vec(),
        )
    }

    fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|canary| text.contains(canary))
    }

    /// Programs that were executed with a canary among their arguments or variables.
    fn told_to<'a>(&self, programs: &'a [String]) -> Vec<&'a String> {
        programs.iter().filter(|program| self.are_in(program)).collect()
    }

    /// Files below a folder that hold a canary and that somebody beside their owner may read.
    fn open_files(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let Ok(data) = entry.metadata() else { continue };
            if data.is_dir() {
                found.extend(self.open_files(&entry.path()));
            } else if data.is_file() && data.permissions().mode() & 0o077 != 0 {
                let text = fs::read(entry.path()).unwrap_or_default();
                if self.are_in(&String::from_utf8_lossy(&text)) {
                    found.push(entry.path().display().to_string());
                }
            }
        }
        found
    }
}

/// Runs a program under strace until it has ended itself; what it started runs on, untraced. Returns every program that
/// was executed meanwhile with all arguments and variables, but for the first one, to which the test gives them.
///
/// `-I2`: else strace, which writes to a file, is deaf to the signal that ends it.
fn traced(sandbox: &Sandbox, line: &[String]) -> (Finished, Vec<String>) {
    let trace = sandbox.path("work/trace");
    let options = ["-f", "-I2", "-v", "-s", "100000", "-e", "trace=execve", "-o"].map(str::to_owned);
    let line = [options.as_slice(), &[trace.display().to_string()], line].concat();
    let mut child = sandbox.command("/usr/bin/strace", line).start();
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
    let strace = pidfd_open(pid, PidfdFlags::empty()).expect("it was just started");
    drop(child.stdin.take());
    let watched = trace.clone();
    let watcher = thread::spawn(move || {
        let status = first_to_end(&watched);
        // It lets go of what it traces. Where all of it has ended, so has strace.
        pidfd_send_signal(&strace, Signal::TERM).ok();
        status
    });
    let output = child.wait_with_output().expect("it ends");
    let status = watcher.join().expect("it looks").parse().ok();
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let executed = fs::read_to_string(&trace).expect("strace writes");
    fs::remove_file(trace).expect("its own file");
    let executed = executed.lines().filter(|line| line.contains("execve(")).skip(1).map(str::to_owned).collect();
    (Finished { stdout: text(output.stdout), stderr: text(output.stderr), status }, executed)
}

/// How the first process of a trace ended, as strace tells it.
fn first_to_end(trace: &Path) -> String {
    let began = Instant::now();
    loop {
        let text = fs::read_to_string(trace).unwrap_or_default();
        let first = text.split_whitespace().next().unwrap_or_default();
        let of_first = text.lines().filter_map(|line| line.strip_prefix(first));
        if let Some(end) = of_first.filter_map(|line| line.trim().strip_prefix("+++ exited with ")).next() {
            return end.trim_end_matches(" +++").to_owned();
        }
        assert!(began.elapsed() < TIMEOUT, "it does not end: {text}");
        thread::sleep(LOOK_AGAIN);
    }
}

/// Starts a secure instance under strace.
#[track_caller]
fn traced_up(instance: &Instance, options: &[&str]) -> (Finished, Vec<String>) {
    let line = instance.up(&[&["--secure", "-vv", "--progress=json", "-o", "json"], options].concat());
    let (up, executed) =
        traced(&instance.sandbox, &[&[env!("CARGO_BIN_EXE_karctl").to_owned()], line.as_slice()].concat());
    assert_eq!(up.status, Some(0), "{}", up.stderr);
    (up, executed)
}

/// Starts it with passwords that are given in both ways.
fn traced_up_with_canaries(instance: &Instance) -> (Finished, Vec<String>) {
    let given = instance.sandbox.write("secrets/kafka", format!("{KAFKA}\n"));
    fs::set_permissions(&given, fs::Permissions::from_mode(0o600)).expect("its own file");
    traced_up(instance, &[&format!("--set-file=kafka.password={}", given.display())])
}

/// Nothing that was executed or is shown by any command but `env`, and no open file, holds a canary.
fn nobody_sees(canaries: &Canaries, instance: &Instance, (up, executed): &(Finished, Vec<String>)) {
    assert_eq!(canaries.told_to(executed), Vec::<&String>::new());
    let mut shown = vec![format!("{}{}", up.stdout, up.stderr)];
    let show = |line: &[String]| {
        let finished = instance.run(line);
        format!("{line:?}: {}{}", finished.stdout, finished.stderr)
    };
    shown.extend([
        show(&instance.command("status", &["-o", "json", "-vv"])),
        show(&instance.up(&["--dry-run", "-vv", "--secure"])),
        show(&instance.command("logs", &[])),
        show(&["config", "show", "--origin"].map(str::to_owned)),
        show(&["env", "--check", "--name", &instance.name].map(str::to_owned)),
    ]);
    assert_eq!(canaries.told_to(&shown), Vec::<&String>::new());
    assert_eq!(canaries.open_files(&instance.sandbox.path("")), Vec::<String>::new());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_password_is_nowhere_to_be_seen_with_containers() {
    let instance = Instance::new(Engine::Docker).variable("KARCTL_REDIS_PASSWORD", REDIS);
    let up = traced_up_with_canaries(&instance);
    instance.client_must(&["ping"]);
    nobody_sees(&Canaries::given(), &instance, &up);
    for server in SERVERS {
        let described = instance.engine_api().get(&format!("/containers/{}_{server}/json", instance.name));
        assert!(!Canaries::given().are_in(&described.expect("it runs").to_string()), "{server}");
    }
    instance.must(&instance.command("reset", &["-y"]));
}

/// Every server among what was executed, so that nothing was looked past.
#[track_caller]
fn assert_has_servers(executed: &[String]) {
    for program in ["kafka.Kafka", "QuorumPeerMain", "redis-server"] {
        assert!(executed.iter().any(|line| line.contains(program)), "{program}: {executed:#?}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_password_is_nowhere_to_be_seen_with_processes() {
    let instance = Instance::new(Engine::Native).variable("KARCTL_REDIS_PASSWORD", REDIS);
    let up = traced_up_with_canaries(&instance);
    assert_has_servers(&up.1);
    instance.client_must(&["ping"]);
    nobody_sees(&Canaries::given(), &instance, &up);
    instance.must(&instance.command("reset", &["-y"]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_generated_password_is_nowhere_to_be_seen() {
    for engine in [Engine::Docker, Engine::Native] {
        let instance = Instance::new(engine);
        let up = traced_up(&instance, &[]);
        let canaries = Canaries::generated(&instance);
        assert!(canaries.0.iter().all(|canary| canary.len() >= 16), "too short to be looked for");
        nobody_sees(&canaries, &instance, &up);
        instance.must(&instance.command("reset", &["-y"]));
    }
}

/// The checks themselves: each finds a leak that was planted.
#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_planted_leak_is_found() {
    let instance = Instance::new(Engine::Native).variable("KARCTL_REDIS_PASSWORD", REDIS);
    let leak = instance.sandbox.write("home/.cache/leak", format!("password={REDIS}"));
    fs::set_permissions(&leak, fs::Permissions::from_mode(0o640)).expect("its own file");
    assert_eq!(Canaries::given().open_files(&instance.sandbox.path("")), [leak.display().to_string()]);
    // As karctl does: one program to its end, one detached that outlives it.
    let detached = format!("cd {} && setsid sleep 600 >/dev/null 2>&1 &", instance.sandbox.path("work").display());
    for (leaking, expected) in [
        (format!("env -i /bin/true {KAFKA}"), 2),
        (format!("unset KARCTL_REDIS_PASSWORD; /bin/true; {detached}"), 0),
        (format!("unset KARCTL_REDIS_PASSWORD; LEAK={KAFKA} /bin/true; {detached}"), 1),
        ("/bin/true; exit 7".to_owned(), 1),
    ] {
        let line = ["/bin/sh", "-c", &leaking].map(str::to_owned);
        let (finished, executed) = traced(&instance.sandbox, &line);
        assert_eq!(Canaries::given().told_to(&executed).len(), expected, "{leaking}: {executed:#?}");
        assert_eq!(finished.status, Some(if leaking.ends_with('7') { 7 } else { 0 }), "{leaking}");
    }
}
