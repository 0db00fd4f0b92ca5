//! `karctl app up` and `down` on a real engine. The images are those that the generated Dockerfiles name, with a stand-in for
//! `kar` (tests/kar); Kafka and Redis are not asked for anything, so the instance has stubs of them.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::instance::{Engine, Instance};
use crate::parts;
use crate::sandbox::Finished;

/// Servers of which nothing is asked but to be there.
const STUBS: [&str; 3] = ["--no-wait", "--set=kafka.image=karctl-test/tiny:1", "--set=redis.image=karctl-test/tiny:1"];

/// What anything on this machine comes to in this time, if it comes.
const PATIENCE: Duration = Duration::from_secs(120);

/// An application of its own on an instance of its own; its images are removed when it is dropped.
struct Application {
    instance: Instance,
    /// The steps of a build are shared by all of the engine, and go with whichever image is removed.
    _turn: File,
}

impl Application {
    /// The shipped example.
    fn hello(language: &str) -> Self {
        let turn = parts::turn("apps");
        let instance = Instance::new(Engine::Docker);
        instance.must(&instance.up(&STUBS));
        let application = Self { instance, _turn: turn };
        let name = application.name().to_owned();
        let init = ["app", "init", "--example", "hello", "--language", language, "--name", &name].map(str::to_owned);
        application.instance.must(&init);
        application
    }

    fn name(&self) -> &str {
        &self.instance.name
    }

    fn of(&self, component: &str) -> String {
        format!("{}-{component}", self.name())
    }

    fn line(&self, subcommand: &str, options: &[&str]) -> Vec<String> {
        let words = ["app", subcommand, "--instance", self.name()];
        words.iter().chain(options).map(|&word| word.to_owned()).collect()
    }

    /// Runs a subcommand, which must work, and returns its document as the schema has it.
    #[track_caller]
    fn must(&self, subcommand: &str, options: &[&str]) -> Value {
        let finished = self.run(subcommand, &[options, &["-o", "json"]].concat());
        assert_eq!(finished.status, Some(0), "{}{}", finished.stdout, finished.stderr);
        finished.document(&format!("app {subcommand}"))
    }

    fn run(&self, subcommand: &str, options: &[&str]) -> Finished {
        self.instance.run(&self.line(subcommand, options))
    }

    /// What `up` did: `built` or `kept` and the action of its container, for each component.
    #[track_caller]
    fn up(&self, options: &[&str]) -> Vec<String> {
        let document = self.must("up", &[&["--detach"], options].concat());
        let components = document["apps"][0]["components"].as_array().expect("components").clone();
        let done = |component: &Value| {
            let built = if component["built"] == true { "built" } else { "kept" };
            let action = component["containers"][0]["action"].as_str().expect("an action");
            format!("{} {built} {action}", component["component"].as_str().expect("a name"))
        };
        components.iter().map(done).collect()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = format!("work/{file}");
        let text = self.instance.sandbox.read(&path);
        assert!(text.contains(from), "{file} has no {from}:\n{text}");
        self.instance.sandbox.write(&path, text.replace(from, to));
    }

    /// Waits until the client has said this and nothing else.
    #[track_caller]
    fn assert_says(&self, said: &str) {
        until(&format!("the client says {said:?}"), || {
            let (success, log) = docker(&["logs", &self.of("client")]);
            (success && log.trim() == said).then_some(()).ok_or(log)
        });
    }

    /// Containers and images of the application, with any tag.
    fn residue(&self) -> Vec<String> {
        let (_, containers) =
            docker(&["ps", "-a", "--format", "{{.Names}}", "--filter", &format!("name={}-", self.name())]);
        let (_, images) = docker(&["images", "--format", "{{.Repository}}:{{.Tag}}"]);
        let repository = format!("kar/{}-", self.name());
        let images = images.lines().filter(|image| image.starts_with(&repository)).map(str::to_owned);
        // Not the instance's own, such as its network.
        let containers = containers.lines().filter(|name| !name.ends_with("-bus")).map(str::to_owned);
        // An engine lists what is equally old in no order.
        let mut all: Vec<_> = containers.chain(images).collect();
        all.sort();
        all
    }

    /// Runs a subcommand with all that it says to be read.
    fn start(&self, subcommand: &str, options: &[&str]) -> Child {
        let mut invocation = self.instance.sandbox.karctl(self.line(subcommand, options));
        invocation.start()
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // Only what is left where a test failed; the instance removes its own containers.
        self.run("down", &[]);
    }
}

/// Runs the docker CLI: whether it worked, and what it printed.
pub fn docker(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("docker")
        .args(arguments)
        .env("DOCKER_HOST", parts::docker_host())
        .env("DOCKER_CONFIG", parts::compose_config())
        .stderr(Stdio::null())
        .output()
        .expect("docker starts");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[track_caller]
fn until(what: &str, mut look: impl FnMut() -> Result<(), String>) {
    let begun = Instant::now();
    while let Err(seen) = look() {
        assert!(begun.elapsed() < PATIENCE, "{what}; last seen: {seen}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_application_is_built_run_and_renewed_and_leaves_nothing() {
    let hello = Application::hello("js");
    assert_eq!(hello.up(&["--dry-run"]), ["greeter built created", "client built created"]);
    assert_eq!(hello.residue(), Vec::<String>::new());

    assert_eq!(hello.up(&[]), ["greeter built created", "client built created"]);
    hello.assert_says("Hello Ada!\nHello Grace!");
    let ids = docker(&["inspect", "-f", "{{.Id}} {{.State.StartedAt}}", &hello.of("greeter"), &hello.of("client")]);
    assert_eq!(hello.up(&[]), ["greeter kept unchanged", "client kept unchanged"]);
    let again = docker(&["inspect", "-f", "{{.Id}} {{.State.StartedAt}}", &hello.of("greeter"), &hello.of("client")]);
    assert_eq!(ids, again, "what runs was not touched");

    hello.edit("server.js", "Hello $", "Goodbye $");
    assert_eq!(hello.up(&[]), ["greeter built recreated", "client built recreated"]);
    hello.assert_says("Goodbye Ada!\nGoodbye Grace!");
    let images = hello.residue().into_iter().filter(|name| name.starts_with("kar/")).count();
    assert_eq!(images, 2, "the former images are gone: {:?}", hello.residue());

    // What is no part of the image builds nothing; what is said of a component makes its container anew.
    hello.edit("karctl.yaml", "        service: greeter\n", "        service: greeter\n        verbose: info\n");
    assert_eq!(hello.up(&[]), ["greeter kept recreated", "client kept unchanged"]);

    docker(&["kill", &hello.of("greeter")]);
    assert_eq!(hello.up(&[]), ["greeter kept recreated", "client kept unchanged"]);

    let project = hello.instance.sandbox.read("work/karctl.yaml");
    let (greeter, _) = project.split_once("      client:").expect("a client");
    hello.instance.sandbox.write("work/karctl.yaml", greeter);
    assert_eq!(hello.must("up", &["--detach"])["apps"][0]["removed"], serde_json::json!([hello.of("client")]));
    hello.instance.sandbox.write("work/karctl.yaml", project);

    let planned = hello.must("down", &["--dry-run"]);
    assert_eq!(hello.residue().len(), 3, "{:?}", hello.residue());
    let mut ended = hello.must("down", &[]);
    ended["dry_run"] = true.into();
    assert_eq!(ended, planned, "what was said is what was done");
    assert_eq!(hello.residue(), Vec::<String>::new());
    let nothing = hello.run("down", &[]);
    assert_eq!(nothing.stdout, format!("nothing of `{}` in karctl.yaml is here\n", hello.name()));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_application_of_another_folder_is_left_alone() {
    let hello = Application::hello("js");
    hello.up(&[]);
    let there = hello.residue();
    let init = ["app", "init", "other", "--example", "hello", "--name", hello.name()].map(str::to_owned);
    hello.instance.must(&init);
    for (subcommand, options) in [("up", &["--detach"][..]), ("up", &["--dry-run"]), ("down", &[])] {
        let refused = hello.run(subcommand, &[&["other"], options].concat());
        assert_eq!(refused.status, Some(1), "{}", refused.stderr);
        assert!(refused.stderr.contains(" is not of `") && refused.stderr.contains("KAR104"), "{}", refused.stderr);
        assert_eq!(hello.residue(), there);
    }
    // The same project in another folder is told by its name, once the first one has given it to what it made.
    for folder in ["", "other/"] {
        hello.edit(&format!("{folder}karctl.yaml"), "version: 1\n", "version: 1\nproject: shared\n");
    }
    let done = hello.up(&[]);
    assert!(done.iter().all(|component| component.ends_with(" recreated")), "{done:?}");
    hello.must("up", &["other", "--detach"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_example_in_python_answers_too() {
    let hello = Application::hello("python");
    assert_eq!(hello.up(&[]), ["greeter built created", "client built created"]);
    hello.assert_says("Hello Ada!\nHello Grace!");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_dockerfile_that_fails_is_told_with_its_last_lines() {
    let hello = Application::hello("js");
    hello.edit("Dockerfile", "COPY . .", "COPY . .\nRUN echo the cause && exit 3");
    let failed = hello.run("up", &["--detach"]);
    assert_eq!((failed.status, failed.stdout.as_str()), (Some(1), ""), "{}", failed.stderr);
    assert!(failed.stderr.contains("\n  the cause\n"), "{}", failed.stderr);
    assert!(failed.stderr.contains("cannot be built: The command '/bin/sh -c echo the cause"), "{}", failed.stderr);
    assert!(failed.stderr.contains("karctl explain KAR342"), "{}", failed.stderr);
    assert_eq!(hello.residue(), Vec::<String>::new());

    hello.edit("Dockerfile", " && exit 3", "");
    assert_eq!(hello.up(&[]), ["greeter built created", "client built created"]);
    hello.edit("Dockerfile", "ARG BASE=node:22-slim", "ARG BASE=localhost:1/none:1");
    let failed = hello.run("up", &["--detach"]);
    assert_eq!(failed.status, Some(1), "{}", failed.stderr);
    assert!(failed.stderr.contains("KAR342"), "{}", failed.stderr);
    assert_eq!(docker(&["inspect", "-f", "{{.State.Running}}", &hello.of("greeter")]).1, "true", "what ran goes on");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_application_that_does_not_come_up_is_told_with_its_log() {
    let hello = Application::hello("js");
    hello.edit("server.js", "const http", "console.log('no licence'); process.exit(7)\nconst http");
    let failed = hello.run("up", &["--detach"]);
    assert_eq!(failed.status, Some(1), "{}", failed.stderr);
    let said = format!("error: {} exited with code 7 before it was ready", hello.of("greeter"));
    assert!(failed.stderr.contains(&said) && failed.stderr.contains("\n  no licence\n"), "{}", failed.stderr);

    hello.edit("server.js", "console.log('no licence'); process.exit(7)\n", "");
    hello.edit("server.js", "server.listen(port,", "server.listen(9999,");
    let failed = hello.run("up", &["--detach", "--timeout", "30s"]);
    assert_eq!(failed.status, Some(4), "{}", failed.stderr);
    assert!(failed.stderr.contains("to listen on port 8080; last seen: it listens on "), "{}", failed.stderr);
    assert!(failed.stderr.contains("9999") && failed.stderr.contains("KAR343"), "{}", failed.stderr);

    hello.edit("server.js", "server.listen(9999,", "server.listen(port,");
    hello.up(&[]);
    hello.assert_says("Hello Ada!\nHello Grace!");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_was_cut_half_way_is_finished_by_the_same_command() {
    let hello = Application::hello("js");
    let mut cut = hello.start("up", &["--detach"]);
    until("the first image is there", || if hello.residue().is_empty() { Err("nothing".to_owned()) } else { Ok(()) });
    cut.kill().expect("it runs, or has ended");
    cut.wait().expect("it ended");
    hello.up(&[]);
    hello.assert_says("Hello Ada!\nHello Grace!");

    // Made, and never started, as a karctl leaves it that was killed in between.
    let format = "{{range $k, $v := .Config.Labels}}--label\n{{$k}}={{$v}}\n{{end}}";
    let (_, labels) = docker(&["inspect", "-f", format, &hello.of("greeter")]);
    let (_, image) = docker(&["inspect", "-f", "{{.Config.Image}}", &hello.of("greeter")]);
    docker(&["rm", "-f", &hello.of("greeter")]);
    let (container, network) = (hello.of("greeter"), format!("{}-bus", hello.name()));
    let mut create = vec!["create", "--name", &container, "--network", &network];
    create.extend(labels.lines());
    create.push(&image);
    assert!(docker(&create).0, "{create:?}");
    assert_eq!(hello.up(&[]), ["greeter kept recreated", "client kept unchanged"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_change_of_a_file_is_built_and_run_while_it_is_watched() {
    let hello = Application::hello("js");
    let mut watching = hello.start("up", &["--watch"]);
    let stderr = BufReader::new(watching.stderr.take().expect("a pipe"));
    let told = Arc::new(Mutex::new(Vec::new()));
    let reader = std::thread::spawn({
        let told = Arc::clone(&told);
        move || stderr.lines().map_while(Result::ok).for_each(|line| told.lock().expect("no panic").push(line))
    });
    hello.assert_says("Hello Ada!\nHello Grace!");
    // The first build must not be the one that sees the change.
    until("it watches", || {
        let (_, log) = docker(&["inspect", "-f", "{{.State.Status}}", &hello.of("client")]);
        if log == "exited" { Ok(()) } else { Err(log) }
    });
    hello.instance.sandbox.write("work/node_modules/left/out.js", "");
    hello.edit("server.js", "Hello $", "Goodbye $");
    hello.assert_says("Goodbye Ada!\nGoodbye Grace!");
    // Broken, then mended: what ran goes on, and watching too.
    hello.edit("Dockerfile", "COPY . .", "COPY nothing .");
    until("the failure is told", || {
        let told = told.lock().expect("no panic");
        let is_told = told.iter().any(|line| line.contains("cannot be built"));
        if is_told { Ok(()) } else { Err(told.join("\n")) }
    });
    assert_eq!(docker(&["inspect", "-f", "{{.State.Running}}", &hello.of("greeter")]).1, "true", "what ran goes on");
    hello.edit("server.js", "Goodbye $", "Welcome $");
    hello.edit("Dockerfile", "COPY nothing .", "COPY . .");
    hello.assert_says("Welcome Ada!\nWelcome Grace!");

    let pid = rustix::process::Pid::from_child(&watching);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    let status = watching.wait().expect("it ends");
    reader.join().expect("all was read");
    let told = told.lock().expect("no panic");
    assert_eq!(status.code(), Some(0), "{told:#?}");
    assert!(told.iter().any(|line| line == "Changed: server.js"), "{told:#?}");
    assert!(told.iter().any(|line| line == &format!("{} | Goodbye Grace!", hello.of("client"))), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("left/out.js")), "{told:#?}");
    let last = format!("`{}` goes on; `karctl app down` ends it", hello.name());
    assert_eq!(told.last(), Some(&last), "{told:#?}");
    assert_eq!(docker(&["inspect", "-f", "{{.State.Running}}", &hello.of("greeter")]).1, "true");
}
