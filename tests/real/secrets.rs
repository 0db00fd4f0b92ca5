//! A canary for a password, given by file and by variable: it is in no argument of any program that is executed, in
//! nothing that karctl prints but `env`, in no log, in no description of a container, and in no file that others may read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::instance::{Engine, Instance, SERVERS};

const KAFKA: &str = "canary-of-kafka-5c1d";
const REDIS: &str = "canary-of-redis-9e27";

fn is_in(text: &str) -> bool {
    text.contains(KAFKA) || text.contains(REDIS)
}

/// Files below a folder that hold a canary and that somebody beside their owner may read.
fn open_files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let Ok(data) = entry.metadata() else { continue };
        if data.is_dir() {
            found.extend(open_files(&entry.path()));
        } else if data.is_file() && data.permissions().mode() & 0o077 != 0 {
            let text = fs::read(entry.path()).unwrap_or_default();
            if is_in(&String::from_utf8_lossy(&text)) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    found
}

/// Starts a secure instance under strace and returns every argument of every program that was executed.
fn traced_up(instance: &Instance) -> String {
    let given = instance.sandbox.write("secrets/kafka", format!("{KAFKA}\n"));
    fs::set_permissions(&given, fs::Permissions::from_mode(0o600)).expect("its own file");
    let trace = instance.sandbox.path("work/trace");
    let file = format!("--set-file=kafka.password={}", given.display());
    let options = ["-f", "-s", "65536", "-e", "trace=execve", "-o"].map(str::to_owned);
    let program = [trace.display().to_string(), env!("CARGO_BIN_EXE_karctl").to_owned()];
    let line = instance.up(&["--secure", &file, "-vv", "--progress=json", "-o", "json"]);
    let line = [options.as_slice(), &program, &line].concat();
    let up = instance.sandbox.command("/usr/bin/strace", line).output();
    assert_eq!(up.status, Some(0), "{}", up.stderr);
    assert!(!is_in(&up.stdout) && !is_in(&up.stderr), "{}{}", up.stdout, up.stderr);
    let executed = fs::read_to_string(&trace).expect("strace writes");
    fs::remove_file(trace).expect("its own file");
    executed
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_password_is_nowhere_to_be_seen_with_containers() {
    let instance = Instance::new(Engine::Docker).variable("KARCTL_REDIS_PASSWORD", REDIS);
    let executed = traced_up(&instance);
    assert!(executed.contains("execve(") && !is_in(&executed), "{executed}");
    instance.client_must(&["ping"]);
    for arguments in [
        instance.command("status", &["-o", "json", "-vv"]),
        instance.up(&["--dry-run", "-vv", "--secure"]),
        instance.command("logs", &[]),
        ["config", "show", "--origin"].map(str::to_owned).to_vec(),
        ["env", "--check", "--name", &instance.name].map(str::to_owned).to_vec(),
    ] {
        let shown = instance.run(&arguments);
        assert!(!is_in(&shown.stdout) && !is_in(&shown.stderr), "{arguments:?}: {}{}", shown.stdout, shown.stderr);
    }
    assert_eq!(open_files(&instance.sandbox.path("")), Vec::<String>::new());
    for server in SERVERS {
        let described = instance.engine_api().get(&format!("/containers/{}_{server}/json", instance.name));
        assert!(!is_in(&described.expect("it runs").to_string()), "{server}");
    }
    instance.must(&instance.command("reset", &["-y"]));
}

/// The checks themselves: each finds a leak that was planted.
#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_planted_leak_is_found() {
    let instance = Instance::new(Engine::Native);
    let leak = instance.sandbox.write("home/.cache/leak", format!("password={REDIS}"));
    fs::set_permissions(&leak, fs::Permissions::from_mode(0o640)).expect("its own file");
    assert_eq!(open_files(&instance.sandbox.path("")), [leak.display().to_string()]);
    let trace = instance.sandbox.path("work/trace");
    let options = ["-f", "-s", "65536", "-e", "trace=execve", "-o"].map(str::to_owned);
    let leaking = [trace.display().to_string(), "/bin/sh".to_owned(), "-c".to_owned(), format!("/bin/true {KAFKA}")];
    instance.sandbox.command("/usr/bin/strace", [options.as_slice(), &leaking].concat()).output();
    assert!(is_in(&fs::read_to_string(trace).expect("strace writes")));
}
