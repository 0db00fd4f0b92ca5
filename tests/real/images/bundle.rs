//! A bundle goes from the one engine to another that has nothing, and an instance runs from it there.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{assert_nothing_is_left, done, fails};
use crate::fault_proxy::{Fault, FaultProxy, Shapes};
use crate::instance::{Engine::Native, Instance};
use crate::parts;
use crate::registry_server::Server;
use crate::sandbox::Sandbox;

/// How long the other engine may take to listen.
const LIMIT: Duration = Duration::from_secs(60);

/// Every image that the settings name, as there are in the tests' engine.
const SETTINGS: [&str; 5] = [
    "--set=kafka.image=karctl-test/tiny:1",
    "--set=redis.image=karctl-test/tiny:1",
    "--set=registry.image=karctl-test/tiny:1",
    "--set=injector.image=karctl-test/tiny:1",
    "--set=injector.sidecar_image=karctl-test/tiny:1",
];

/// A Podman of its own, with an empty folder; ends with the test.
struct Engine {
    process: Child,
    folder: tempfile::TempDir,
}

impl Engine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let below = |name: &str| folder.path().join(name).display().to_string();
        let process = Command::new("podman")
            .args(["--root", &below("root"), "--runroot", &below("run"), "--storage-driver", "vfs"])
            .args(["system", "service", "--time", "0", &format!("unix://{}", below("sock"))])
            .env("CONTAINERS_CONF", configuration())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("podman, which tests/setup/packages installs");
        let engine = Self { process, folder };
        let deadline = Instant::now() + LIMIT;
        while !engine.folder.path().join("sock").exists() {
            assert!(Instant::now() < deadline, "podman does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        engine
    }

    fn host(&self) -> String {
        format!("unix://{}", self.folder.path().join("sock").display())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).expect("its own child");
    }
}

/// The configuration of the tests' Podman.
fn configuration() -> PathBuf {
    let socket = parts::podman_host();
    let socket = socket.strip_prefix("unix://").expect("a socket");
    PathBuf::from(socket).with_file_name("containers.conf")
}

/// A bundle of the tests' images, and who saved it.
fn saved(more: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new().variable("DOCKER_HOST", parts::docker_host());
    let line = [&["bundle", "save", "kar.tar"][..], &SETTINGS, more].concat();
    assert_eq!(done(&sandbox, &line)["change"], "created");
    sandbox
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_bundle_is_saved_verified_loaded_elsewhere_and_run_from() {
    let sandbox = Sandbox::new().variable("DOCKER_HOST", parts::docker_host());
    // The native engine's parts, as karctl keeps them.
    sandbox.write("home/.cache/karctl/kafka-3.9.1/libs/kafka_2.13-3.9.1.jar", "a jar");
    sandbox.write("home/.cache/karctl/kafka-0.1/libs/other.jar", "of another version");
    let save = [&["bundle", "save", "kar.tar"][..], &SETTINGS].concat();
    let dry = done(&sandbox, &[&save[..], &["--dry-run"]].concat());
    assert_eq!((&dry["change"], sandbox.path("work/kar.tar").exists()), (&"created".into(), false));
    assert_eq!(done(&sandbox, &save)["change"], "created");
    assert_eq!(done(&sandbox, &save)["change"], "unchanged");
    assert_eq!(done(&sandbox, &[&save[..], &["--set=kafka.heap=200m"]].concat())["change"], "updated");
    let verified = done(&sandbox, &["bundle", "verify", "kar.tar"]);
    assert_eq!(verified["images"][0]["name"], "karctl-test/tiny:1");

    let engine = Engine::new();
    let other = Sandbox::new().variable("DOCKER_HOST", engine.host());
    std::fs::copy(sandbox.path("work/kar.tar"), other.path("work/kar.tar")).expect("copied");
    let load = ["bundle", "load", "kar.tar"];
    let change = |line: &[&str]| {
        let loaded = done(&other, line);
        (loaded["images"][0]["change"].clone(), loaded["native"][0]["change"].clone())
    };
    assert_eq!(change(&[&load[..], &["--dry-run"]].concat()), ("created".into(), "created".into()));
    assert_eq!(change(&load), ("created".into(), "created".into()));
    assert_eq!(change(&load), ("unchanged".into(), "unchanged".into()));
    assert_eq!(other.read("home/.cache/karctl/kafka-3.9.1/libs/kafka_2.13-3.9.1.jar"), "a jar");
    assert!(!other.path("home/.cache/karctl/kafka-0.1").exists());

    let up = ["local", "up", "--engine", "docker", "--name", "kt-bundle", "--any-port", "--no-wait", "--pull", "never"];
    let up = other.karctl(up.iter().chain(&SETTINGS[..2]).copied()).output();
    let reset = other.karctl(["local", "reset", "--name", "kt-bundle", "-y"]).output();
    assert_eq!((up.status, reset.status), (Some(0), Some(0)), "{}{}", up.stderr, reset.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_is_in_a_bundle_is_open_to_docker_and_to_tar_and_holds_no_password() {
    let sandbox = saved(&["--set=kafka.heap=200m"]);
    let list = Command::new("tar").args(["-tf", "kar.tar"]).current_dir(sandbox.path("work")).output().expect("tar");
    let list = String::from_utf8(list.stdout).expect("text");
    for name in ["karctl/bundle.json", "oci-layout", "index.json", "manifest.json", "karctl/sbom.json"] {
        assert!(list.lines().any(|line| line == name), "{name}: {list}");
    }
    assert_eq!(list.lines().next(), Some("karctl/bundle.json"));
    let all = std::fs::read(sandbox.path("work/kar.tar")).expect("a file");
    let holds = |text: &str| all.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("CycloneDX") && holds("heap: \"200m\"") && !holds("kind: Secret"));
    let loaded = Command::new("docker")
        .args(["load", "-q", "-i", "kar.tar"])
        .current_dir(sandbox.path("work"))
        .env("DOCKER_HOST", parts::docker_host())
        .output()
        .expect("docker starts");
    assert!(loaded.status.success(), "{loaded:?}");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_bundle_that_is_cut_off_or_for_another_processor_is_refused_and_nothing_is_left() {
    let sandbox = saved(&[]);
    let whole = std::fs::read(sandbox.path("work/kar.tar")).expect("a bundle");
    let refused = |bytes: &[u8], code: &str, said: &str| {
        sandbox.write("work/bad.tar", bytes);
        for line in [&["bundle", "verify", "bad.tar"][..], &["bundle", "load", "bad.tar"]] {
            if code != "KAR329" || line[1] == "load" {
                fails(&sandbox.karctl(line.iter().copied()).output(), code, said);
            }
        }
        assert_nothing_is_left(&sandbox);
    };
    let middle = whole.len() / 2;
    refused(&whole[..middle], "KAR328", "is cut off");
    refused(&whole[..5120], "KAR328", "bad.tar is no bundle, or is damaged: ");
    let mut changed = whole.clone();
    changed[middle] ^= 1;
    refused(&changed, "KAR328", "differs from its checksum");
    let mut other = whole.clone();
    let at = whole.windows(7).position(|window| window == b"\"amd64\"").expect("it names the processor");
    other[at..at + 7].copy_from_slice(b"\"arm64\"");
    refused(&other, "KAR329", "bad.tar is for arm64, and is to be used on amd64");
    // No image was made of any of these.
    let file = sandbox.path("work/none.tar").display().to_string();
    fails(
        &sandbox.karctl(["bundle", "save", &file, "--only-these", "--image", "x.example/a:1"]).output(),
        "KAR",
        "x.example",
    );
    assert!(!sandbox.path("work/none.tar").exists());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_bundle_goes_into_a_registry_and_every_request_of_it_may_fail() {
    let sandbox = saved(&[]);
    let server = Server::plain();
    let proxy = FaultProxy::to_server(server.address());
    let load = |place: &str, fault| {
        proxy.watch(Shapes::of(place), fault);
        let to = format!("{}/{place}", proxy.host().trim_start_matches("http://"));
        sandbox.karctl(["bundle", "load", "kar.tar", "--to", &to]).output()
    };
    let undisturbed = load("undisturbed", None);
    assert_eq!(undisturbed.status, Some(0), "{}", undisturbed.stderr);
    for (number, point) in proxy.requests().into_iter().enumerate() {
        for (index, fault) in [Fault::Refuse, Fault::Cut, Fault::Kill].into_iter().enumerate() {
            let (place, attempt) = (format!("p{number}q{index}"), format!("{fault:?} at {point}"));
            let disturbed = load(&place, Some((fault, point.clone())));
            assert!(proxy.has_struck(), "{attempt}: {}", disturbed.stderr);
            let expected = if fault == Fault::Kill { None } else { Some(0) };
            assert_eq!(disturbed.status, expected, "{attempt}: {}", disturbed.stderr);
            let again = load(&place, None);
            assert_eq!(again.status, Some(0), "{attempt}: {}", again.stderr);
            let repository = format!("{place}/karctl-test/tiny");
            assert_eq!(server.id(&repository, "1"), server.id("undisturbed/karctl-test/tiny", "1"), "{attempt}");
            assert_nothing_is_left(&sandbox);
        }
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_a_load_into_an_engine_may_fail() {
    let sandbox = saved(&[]);
    let engine = Engine::new();
    let socket = engine.host();
    let socket = socket.strip_prefix("unix://").expect("a socket");
    let proxy = FaultProxy::to_engine(&sandbox.path("proxy.sock"), socket.as_ref());
    let load = |fault| {
        proxy.watch(Shapes::default(), fault);
        sandbox.karctl(["bundle", "load", "kar.tar"]).variable("DOCKER_HOST", proxy.host()).output()
    };
    let forget = || {
        Command::new("docker")
            .args(["rmi", "--force", "karctl-test/tiny:1"])
            .env("DOCKER_HOST", engine.host())
            .output()
            .expect("docker starts");
    };
    let undisturbed = load(None);
    assert!(undisturbed.stdout.contains("karctl-test/tiny:1 created"), "{}", undisturbed.stderr);
    for point in proxy.requests() {
        for fault in [Fault::Refuse, Fault::Cut, Fault::Kill] {
            forget();
            let attempt = format!("{fault:?} at {point}");
            let disturbed = load(Some((fault, point.clone())));
            assert!(proxy.has_struck(), "{attempt}: {}", disturbed.stderr);
            let expected = if fault == Fault::Kill { None } else { Some(0) };
            assert_eq!(disturbed.status, expected, "{attempt}: {}", disturbed.stderr);
            let again = load(None);
            assert_eq!(again.status, Some(0), "{attempt}: {}", again.stderr);
            assert!(load(None).stdout.contains("karctl-test/tiny:1 unchanged"), "{attempt}");
        }
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_native_engine_runs_from_a_bundle_where_nothing_can_be_fetched() {
    // The parts are fetched where they are not yet.
    let fetched = Instance::new(Native);
    fetched.must(&fetched.up(&[]));
    let save = ["bundle", "save", "kar.tar", "--only-these", "--image", "karctl-test/tiny:1"];
    assert_eq!(done(&fetched.sandbox, &save)["change"], "created");

    let mut other = Instance::new(Native);
    std::fs::rename(fetched.sandbox.path("work/kar.tar"), other.sandbox.path("work/kar.tar")).expect("moved");
    drop(fetched);
    // A cache of its own, Java, and neither Maven nor a way out.
    std::os::unix::fs::symlink(parts::program("java"), other.sandbox.path("bin/java")).expect("a link");
    let (cache, path) = (other.sandbox.path("cache"), other.sandbox.path("bin"));
    let nowhere = "http://127.0.0.1:1";
    for (name, value) in [("HTTPS_PROXY", nowhere), ("HTTP_PROXY", nowhere)] {
        other.sandbox.set_variable(name, value);
    }
    other.sandbox.set_variable("XDG_CACHE_HOME", cache);
    other.sandbox.set_variable("PATH", path);
    let without = other.run(&other.up(&[]));
    assert_eq!(without.status, Some(1), "{}", without.stderr);
    let native = done(&other.sandbox, &["bundle", "load", "kar.tar"])["native"].clone();
    let names: Vec<_> = native.as_array().expect("a list").iter().map(|part| &part["name"]).collect();
    assert!(names.iter().any(|name| *name == "kafka-3.9.1"), "{names:?}");
    other.must(&other.up(&[]));
    other.client_must(&["write", "--app", "bundle", "--count", "100"]);
    other.client_must(&["verify", "--app", "bundle", "--count", "100"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_bundle_that_is_cut_while_it_is_written_leaves_no_file() {
    let sandbox = Sandbox::new().variable("DOCKER_HOST", parts::docker_host());
    let work = sandbox.path("work");
    let save = ["bundle", "save", "kar.tar", "--only-these", "--image", "karctl-test/kafka:3.9.1"];
    let writes = |process: u32| {
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|file| file.starts_with(&work))
    };
    let cut = || {
        let mut saving = sandbox.karctl(save).start();
        loop {
            if writes(saving.id()) {
                saving.kill().expect("it runs, or has ended");
            }
            if let Some(status) = saving.try_wait().expect("its own child") {
                return status.code().is_none();
            }
        }
    };
    // It may come to its end before it is cut.
    let is_cut = (0..20).any(|_| {
        std::fs::remove_file(work.join("kar.tar")).ok();
        cut()
    });
    assert!(is_cut, "it was never seen to write");
    assert_eq!(std::fs::read_dir(&work).expect("a folder").count(), 0);
    assert_eq!(done(&sandbox, &save)["change"], "created");
    assert_eq!(std::fs::read_dir(&work).expect("a folder").count(), 1);
    assert_nothing_is_left(&sandbox);
}
