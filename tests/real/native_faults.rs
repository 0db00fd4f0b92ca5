//! What happens to processes and their files, on the native engine with real servers: kills, a full disk, a taken port,
//! cut files, and records of processes that are somebody else's.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::instance::{Engine, Instance, SERVERS};
use crate::{parts, processes};

const TIMEOUT: Duration = Duration::from_secs(120);

/// How often something that karctl does is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// The state of each server, as `status` tells it.
fn states(instance: &Instance) -> Vec<(String, String, String)> {
    let line = [instance.command("status", &[]), vec!["-o".to_owned(), "json".to_owned()]].concat();
    let finished = instance.run(&line);
    let document: Value = serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("{}", finished.stderr));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let servers = document["components"].as_array().expect("a list").iter();
    servers.map(|server| (text(&server["component"]), text(&server["state"]), text(&server["problem"]))).collect()
}

/// The process of each server: exactly one.
#[track_caller]
fn pids(instance: &Instance) -> Vec<u32> {
    let pid = |server: &&str| {
        let processes = processes::below(&instance.folder().join(server));
        assert_eq!(processes.len(), 1, "{server}: {processes:?}");
        processes[0].pid
    };
    SERVERS.iter().map(pid).collect()
}

fn action<'a>(up: &'a Value, server: &str) -> (&'a str, &'a str) {
    let outcome = up["components"].as_array().expect("a list").iter().find(|outcome| outcome["component"] == server);
    let outcome = outcome.expect("each server has an outcome");
    (outcome["action"].as_str().expect("text"), outcome["reason"].as_str().unwrap_or_default())
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_killed_server_is_told_by_status_and_started_by_up_and_the_others_stay() {
    let instance = Instance::new(Engine::Native);
    instance.must(&instance.up(&[]));
    instance.client_must(&["write", "--app", "kept", "--count", "100"]);
    for (index, server) in SERVERS.into_iter().enumerate() {
        let before = pids(&instance);
        instance.kill(server);
        for (name, state, problem) in states(&instance) {
            if name == server {
                assert_eq!((state.as_str(), problem.as_str()), ("stopped", "was killed"));
            } else {
                assert_eq!(state, "running", "{name}: {problem}");
            }
        }
        let up = instance.document(&instance.up(&[]));
        assert_eq!(action(&up, server), ("started", "it was killed"));
        for (other, (before, after)) in before.into_iter().zip(pids(&instance)).enumerate() {
            assert_eq!(before == after, other != index, "{}", SERVERS[other]);
        }
        instance.client_must(&["verify", "--app", "kept", "--count", "100"]);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn check_starts_what_was_killed_until_it_is_ready_and_then_finds_nothing() {
    let instance = Instance::new(Engine::Native);
    instance.must(&instance.up(&["--secure"]));
    instance.client_must(&["write", "--app", "kept", "--count", "100"]);
    let line = ["check", "local", "--name", &instance.name, "--set=local.engine=native", "--fix", "-y"];
    let line = line.map(str::to_owned);
    let unwell = |report: &Value| -> Vec<String> {
        let checks = report["checks"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|one| one["title"] == "what runs is whole, and answers");
        checks.map(|checked| checked["outcome"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let check = || {
        let json = ["-o".to_owned(), "json".to_owned()];
        let finished = instance.run(&[&line[..], &json].concat());
        serde_json::from_str::<Value>(&finished.stdout).unwrap_or_else(|_| panic!("{}", finished.stderr))
    };
    let before = pids(&instance);
    for server in ["kafka", "redis"] {
        instance.kill(server);
    }
    let fixed = check();
    assert_eq!(
        fixed["fixed"],
        serde_json::json!([format!("start what does not run of the instance {}", instance.name)])
    );
    assert_eq!(unwell(&fixed), ["ok"], "{fixed:#}");
    assert_eq!(pids(&instance)[0], before[0], "ZooKeeper ran all the time");
    instance.client_must(&["verify", "--app", "kept", "--count", "100"]);
    let again = check();
    assert_eq!((&again["fixed"], unwell(&again)), (&serde_json::json!([]), vec!["ok".to_owned()]));
}

/// A command that is killed in the middle.
fn start(instance: &Instance, arguments: &[String]) -> Child {
    instance.sandbox.karctl(arguments).start()
}

/// Kills the command when the sign is there; false where it came to its end before.
fn kill_at(mut child: Child, sign: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !sign() {
        if child.try_wait().expect("a child").is_some() {
            return false;
        }
        assert!(began.elapsed() < TIMEOUT, "nothing happens");
        std::thread::sleep(LOOK_AGAIN);
    }
    child.kill().expect("it runs");
    child.wait().expect("it was killed").code().is_none()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn karctl_may_be_killed_whenever_something_can_be_seen_of_it() {
    let instance = Instance::new(Engine::Native);
    let folder = instance.folder();
    let signs: [(&str, PathBuf); 6] = [
        ("its folder", folder.clone()),
        ("Kafka's configuration", folder.join("kafka/configuration/server.properties")),
        ("ZooKeeper's process", folder.join("zookeeper/process.json")),
        ("Redis' process", folder.join("redis/process.json")),
        ("Kafka's process", folder.join("kafka/process.json")),
        ("Kafka's data", folder.join("kafka/data/log/meta.properties")),
    ];
    for (sign, path) in signs {
        assert!(kill_at(start(&instance, &instance.up(&[])), || path.exists()), "{sign} was never there");
        instance.must(&instance.up(&[]));
        pids(&instance);
        instance.client_must(&["ping"]);
        instance.must(&instance.command("reset", &["-y"]));
        assert_eq!(processes::below(&folder), [], "{sign}");
        assert!(!folder.exists(), "{sign}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn karctl_may_be_killed_at_any_time_while_it_works_on_data() {
    const KILLS: u32 = 6;
    let instance = Instance::new(Engine::Native);
    instance.must(&instance.up(&[]));
    instance.client_must(&["write", "--app", "kept", "--count", "100"]);
    for (there, back) in [("stop", "up"), ("down", "up")] {
        for command in [there, back] {
            let line = if command == "up" { instance.up(&[]) } else { instance.command(command, &[]) };
            let began = Instant::now();
            instance.must(&line);
            let whole = began.elapsed();
            for kill in 1..KILLS {
                let other = if command == "up" { instance.command(there, &[]) } else { instance.up(&[]) };
                instance.must(&other);
                let began = Instant::now();
                let after = whole * kill / KILLS;
                kill_at(start(&instance, &line), || began.elapsed() > after);
                instance.must(&line);
                if command == "up" {
                    pids(&instance);
                } else {
                    assert_eq!(processes::below(&instance.folder()), [], "{command} was killed after {after:?}");
                }
            }
        }
        instance.client_must(&["verify", "--app", "kept", "--count", "100"]);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_taken_port_is_named_with_its_holder_and_nothing_is_started() {
    let instance = Instance::new(Engine::Native);
    for port in instance.ports {
        let _holder = TcpListener::bind(("127.0.0.1", port)).expect("it was free");
        let finished = instance.run(&instance.up(&[]));
        let holder = format!("port {port}, which ");
        assert_eq!(finished.status, Some(1), "{}", finished.stderr);
        assert!(finished.stderr.contains(&holder), "{}", finished.stderr);
        assert!(finished.stderr.contains(&format!("(pid {})", std::process::id())), "{}", finished.stderr);
        assert!(finished.stderr.contains("KAR101"), "{}", finished.stderr);
        assert_eq!(processes::below(&instance.sandbox.path("")), []);
    }
    instance.must(&instance.up(&[]));
}

/// A disk of its own, in memory; taken away when it is dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn new(folder: PathBuf, mebibytes: u32) -> Self {
        fs::create_dir(&folder).expect("a new folder");
        let size = format!("size={mebibytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&folder).status();
        assert!(mounted.expect("mount starts").success(), "{}", folder.display());
        Self { folder }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        processes::kill_below(&self.folder);
        Command::new("umount").arg("--lazy").arg(&self.folder).status().expect("umount starts");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_disk_without_room_is_told_before_anything_is_started() {
    let instance = Instance::new(Engine::Native);
    let disk = Disk::new(instance.sandbox.path("disk"), 64);
    let instance = instance.variable("XDG_STATE_HOME", &disk.folder);
    let finished = instance.run(&instance.up(&[]));
    assert_eq!(finished.status, Some(1), "{}", finished.stderr);
    assert!(finished.stderr.contains("KAR117") && finished.stderr.contains("1 GiB is needed"), "{}", finished.stderr);
    assert_eq!(processes::below(&disk.folder), []);
    assert!(!disk.folder.join("karctl/local").join(&instance.name).join("kafka").exists());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn servers_that_a_full_disk_ended_say_so_and_come_back_with_all_that_was_acknowledged() {
    let instance = Instance::new(Engine::Native);
    let disk = Disk::new(instance.sandbox.path("disk"), 1200);
    let instance = instance.variable("XDG_STATE_HOME", &disk.folder);
    instance.must(&instance.up(&[]));
    instance.client_must(&["write", "--app", "kept", "--count", "1000"]);
    // Redis may refuse first, Kafka find room for a batch in a block that it has already, or end meanwhile.
    let more = ["write", "--app", "kept", "--start", "1000", "--count", "100000", "--timeout", "10s"];
    let mut writer = instance.client(&more);
    let filling = disk.folder.join("filling");
    // It ends with an error when there is no room left.
    Command::new("dd").args(["if=/dev/zero", "bs=1M"]).arg(format!("of={}", filling.display())).output().expect("dd");
    let began = Instant::now();
    while !states(&instance).contains(&("kafka".into(), "stopped".into(), "ended because the disk is full".into())) {
        assert!(began.elapsed() < TIMEOUT, "{:?}", states(&instance));
        assert!(!writer.output().expect("the client starts").status.success());
    }
    let told = instance.run(&instance.up(&[]));
    assert_eq!(told.status, Some(1), "{}", told.stderr);
    assert!(told.stderr.contains("KAR117"), "{}", told.stderr);
    fs::remove_file(filling).expect("its own file");
    instance.must(&instance.up(&[]));
    instance.client_must(&["verify", "--app", "kept", "--count", "1000"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_snapshot_for_which_there_is_no_room_is_refused_and_the_servers_go_on() {
    let instance = Instance::new(Engine::Native);
    let disk = Disk::new(instance.sandbox.path("disk"), 1200);
    let instance = instance.variable("XDG_STATE_HOME", &disk.folder);
    instance.must(&instance.up(&[]));
    fs::write(disk.folder.join("filling"), vec![7; 300 << 20]).expect("room for it");
    let save = ["local", "snapshot", "save", "one", "--name", &instance.name].map(str::to_owned);
    let told = instance.run(&save);
    assert_eq!(told.status, Some(1), "{}", told.stderr);
    assert!(told.stderr.contains("KAR117"), "{}", told.stderr);
    instance.client_must(&["ping"]);
    assert_eq!(fs::read_dir(disk.folder.join("karctl/snapshots")).map_or(0, Iterator::count), 0);
}

/// A cache of its own, with what was fetched before.
fn with_own_cache(instance: Instance) -> (Instance, PathBuf) {
    instance.must(&instance.up(&["--no-wait"]));
    instance.must(&instance.command("reset", &["-y"]));
    let cache = instance.sandbox.path("cache");
    let shared = parts::native_cache();
    let copied = Command::new("cp").arg("-a").arg(&shared).arg(&cache).status().expect("cp starts");
    assert!(copied.success(), "{}", shared.display());
    (instance.variable("XDG_CACHE_HOME", &cache), cache.join("karctl"))
}

fn cut(file: &Path) {
    let length = fs::metadata(file).expect("a file").len();
    let file = fs::OpenOptions::new().write(true).open(file).expect("its own file");
    file.set_len(length / 2).expect("its own file");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_file_of_the_cache_that_was_cut_changed_or_lost_is_fetched_again() {
    let (instance, cache) = with_own_cache(Instance::new(Engine::Native));
    let jar = cache.join("kafka-3.9.1/libs/kafka_2.13-3.9.1.jar");
    let redis = cache.join("redis-7.0.15/redis-server");
    let whole = fs::read(&jar).expect("a jar");
    let damages: [&dyn Fn(); 4] =
        [&|| cut(&jar), &|| cut(&redis), &|| fs::remove_file(&jar).expect("its own file"), &|| {
            let mut changed = whole.clone();
            changed[whole.len() / 2] ^= 1;
            fs::write(&jar, changed).expect("its own file");
        }];
    for damage in damages {
        damage();
        let up = instance.must(&instance.up(&[]));
        assert!(up.stderr.contains("Fetched "), "{}", up.stderr);
        assert!(fs::read(&jar).expect("a jar") == whole, "{}", jar.display());
        instance.must(&instance.command("reset", &["-y"]));
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn class_data_that_was_cut_or_changed_is_made_anew() {
    let (instance, cache) = with_own_cache(Instance::new(Engine::Native));
    let archives = || {
        let entries = fs::read_dir(cache.join("class-data")).expect("class data was kept");
        let paths = entries.map(|entry| entry.expect("one").path());
        let archives: Vec<_> =
            paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsa")).collect();
        assert!(archives.len() >= 2, "{archives:?}");
        archives
    };
    let change = |archive: &Path| {
        let mut content = fs::read(archive).expect("an archive");
        let half = content.len() / 2;
        content[half..half + 4096].fill(0xa5);
        fs::set_permissions(archive, fs::Permissions::from_mode(0o600)).expect("its own file");
        fs::write(archive, content).expect("its own file");
    };
    for damage in [&cut as &dyn Fn(&Path), &change] {
        instance.must(&instance.up(&[]));
        instance.must(&instance.command("stop", &[]));
        archives().iter().for_each(|archive| damage(archive));
        instance.must(&instance.up(&[]));
        for server in ["zookeeper", "kafka"] {
            let processes = processes::below(&instance.folder().join(server));
            assert!(processes[0].command.contains("-XX:ArchiveClassesAtExit="), "{processes:?}");
        }
        instance.must(&instance.command("stop", &[]));
    }
    instance.must(&instance.up(&[]));
    pids(&instance);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_download_that_was_cut_is_discarded() {
    let (instance, cache) = with_own_cache(Instance::new(Engine::Native));
    fs::remove_dir_all(&cache).expect("its own cache");
    let is_fetching = || {
        let entries = fs::read_dir(&cache).into_iter().flatten().filter_map(Result::ok);
        entries.into_iter().any(|entry| fs::read_dir(entry.path()).is_ok_and(|mut files| files.next().is_some()))
    };
    assert!(kill_at(start(&instance, &instance.up(&[])), is_fetching), "nothing was fetched");
    instance.must(&instance.up(&[]));
    let mut left: Vec<_> = fs::read_dir(&cache)
        .expect("a cache")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    left.sort();
    left.retain(|name| name != "class-data");
    assert_eq!(left, ["kafka-3.9.1", "lock", "redis-7.0.15"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_stale_record_that_names_a_process_of_somebody_else_harms_nobody() {
    let instance = Instance::new(Engine::Native);
    instance.must(&instance.up(&[]));
    instance.must(&instance.command("stop", &[]));
    let mut other = Command::new("sleep").arg("600").spawn().expect("sleep starts");
    let stat = fs::read_to_string(format!("/proc/{}/stat", other.id())).expect("it runs");
    let start_time = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19)).expect("a time");
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("a boot");
    let record = serde_json::json!({
        "pid": other.id(), "start_time": start_time, "boot_id": boot.trim(),
        "since": "2026-01-01T00:00:00Z", "program": "java",
    });
    for server in SERVERS {
        fs::write(instance.folder().join(server).join("process.json"), record.to_string()).expect("written");
    }
    assert!(states(&instance).iter().all(|(_, state, _)| state == "stopped"), "{:?}", states(&instance));
    for line in [instance.command("stop", &[]), instance.up(&[]), instance.command("down", &[])] {
        instance.must(&line);
        assert!(other.try_wait().expect("a child").is_none(), "{line:?} ended somebody else's process");
    }
    other.kill().expect("it runs");
    other.wait().expect("it was killed");
}
