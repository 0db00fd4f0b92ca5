//! Every command of the README: its `sh` blocks are run from top to bottom in one bash, as a reader would, on each
//! engine, its `sh registry` block on Docker, its `sh kind` block with the real kind, and its `sh cluster` blocks on the cluster that runs pods; every `karctl ...` elsewhere in its text is at least understood by the program.
//!
//! Two programs are played. `cargo install --locked --path .` puts the binary under test on PATH instead of building it
//! again. `kar`, which cannot be installed here, is a script that proves with the stand-in client that its environment
//! leads to Kafka and Redis. The block with `tests/run` is what runs this.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::clusters::Developer;
use crate::parts;
use crate::registry::RegistryUser;

const README: &str = include_str!("../../README.md");

/// The blocks that begin with this line, but for the tests' own.
fn blocks(beginning: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in README.lines() {
        match (&mut block, line) {
            (None, line) if line == beginning => block = Some(String::new()),
            (Some(text), "```") => {
                blocks.push(std::mem::take(text));
                block = None;
            }
            (Some(text), line) => text.push_str(&format!("{line}\n")),
            (None, _) => {}
        }
    }
    blocks.retain(|block| block.trim() != "tests/run");
    blocks
}

/// The command lines of karctl in the text and in tables, without shell syntax.
fn mentioned() -> Vec<Vec<String>> {
    let spans = README.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2));
    let mut lines = Vec::new();
    for span in spans {
        let span = span.replace('\n', " ").replace("\\|", "|");
        for part in span.split(['|', '>', '(', ')', '"', '&']) {
            if let Some(rest) = part.trim().strip_prefix("karctl ").filter(|rest| !rest.starts_with("COMMAND")) {
                lines.push(rest.split_whitespace().map(str::to_owned).collect());
            }
        }
    }
    lines
}

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a program");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its own file");
}

/// Two ports that are free now.
fn free_ports() -> (u16, u16) {
    let listeners = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").expect("a port"));
    let [kafka, redis] = listeners.map(|listener| listener.local_addr().expect("bound").port());
    (kafka, redis)
}

/// Runs the blocks with these variables, by a command that leads to where they are to run.
fn walk(beginning: &str, variables: &[(&str, &str)], before: &[&str], after: &[&str]) {
    let home = tempfile::tempdir().expect("a home");
    let bin = home.path().join("bin");
    fs::create_dir(&bin).expect("a folder");
    let karctl = env!("CARGO_BIN_EXE_karctl");
    program(
        &bin,
        "cargo",
        &format!("[ \"$*\" = 'install --locked --path .' ] && ln -sf {karctl} {}/karctl", bin.display()),
    );
    if beginning != "```sh" {
        std::os::unix::fs::symlink(karctl, bin.join("karctl")).expect("a link");
    }
    if beginning == "```sh kind" {
        std::os::unix::fs::symlink(parts::kind(), bin.join("kind")).expect("a link");
    }
    program(&bin, "kar", &format!("exec {} ping", parts::client().display()));
    let (kafka, redis) = free_ports();
    let mut script = String::from("set -euo pipefail\n");
    for block in blocks(beginning) {
        // Warnings only, of a machine that is none of this test's: exit status 5.
        let run = block.replace("karctl check local ", "{ karctl check local || [ $? = 5 ]; } ");
        let run = run.replace("karctl check  ", "{ karctl check || [ $? = 5 ]; }  ");
        script.push_str(&format!("cat <<'BLOCK' >&2\n{block}BLOCK\n{run}wait\n"));
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("a PATH"));
    let words = [before, &["bash", "-c", &script]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_clear().current_dir(home.path());
    command.env("HOME", home.path()).env("PATH", path).env("TMPDIR", home.path());
    command.env("KARCTL_KAFKA_PORT", kafka.to_string()).env("KARCTL_REDIS_PORT", redis.to_string());
    command.envs(variables.iter().copied());
    let output = command.output().expect("bash starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let words = [before, &[karctl], after].concat();
    let leftover = Command::new(words[0])
        .args(&words[1..])
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", std::env::var("PATH").expect("a PATH"))
        .envs(variables.iter().copied())
        .output()
        .expect("karctl starts");
    assert!(output.status.success(), "{}\n{errors}", String::from_utf8_lossy(&output.stdout));
    assert!(leftover.status.success(), "{}", String::from_utf8_lossy(&leftover.stderr));
}

fn walk_through(variables: &[(&str, &str)]) {
    walk("```sh", variables, &[], &["local", "reset", "-y"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_readme_works_as_it_is_written_on_a_cluster() {
    let _alone = crate::kubernetes::alone();
    let kubeconfig = parts::kubernetes_run().join("kubeconfig");
    let namespace = format!("--net={}", parts::kubernetes_netns().display());
    let variables = [
        ("KUBECONFIG", kubeconfig.to_str().expect("text")),
        ("KARCTL_KAFKA_IMAGE", "karctl-test/kafka:3.9.1"),
        ("KARCTL_REDIS_IMAGE", "karctl-test/redis:7.0"),
        ("KARCTL_INJECTOR_IMPLEMENTATION", "karctl"),
        ("KARCTL_INJECTOR_IMAGE", "karctl/injector:0.1.0"),
    ];
    let after = ["k8s", "undeploy", "--delete-data", "-y"];
    walk("```sh cluster", &variables, &["nsenter", &namespace, "--"], &after);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_readmes_local_cluster_works_as_it_is_written() {
    let _developer = Developer::new();
    let namespace = format!("--net={}", parts::kind_netns().display());
    let (host, image) = (parts::kind_host(), parts::kind_node_image());
    let variables = [("DOCKER_HOST", host.as_str()), ("KARCTL_CLUSTER_IMAGE", image.as_str())];
    walk("```sh kind", &variables, &["nsenter", &namespace, "--"], &["registry", "down", "--delete-data", "-y"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_readmes_registry_works_as_it_is_written() {
    let _user = RegistryUser::new();
    let after = ["registry", "down", "--delete-data", "-y"];
    walk("```sh registry", &[("DOCKER_HOST", &parts::docker_host())], &[], &after);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_readme_works_as_it_is_written_without_docker() {
    let maven = std::env::var("HOME").expect("a home");
    let opts = format!("-Dmaven.repo.local={maven}/.m2/repository");
    walk_through(&[("KARCTL_LOCAL_ENGINE", "native"), ("MAVEN_OPTS", &opts)]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_readme_works_as_it_is_written_with_docker() {
    // The registry goes on every network of applications, this instance's too.
    let _turn = parts::turn("registry");
    walk_through(&[
        ("DOCKER_HOST", &parts::docker_host()),
        ("KARCTL_KAFKA_IMAGE", "karctl-test/kafka:3.9.1"),
        ("KARCTL_REDIS_IMAGE", "karctl-test/redis:7.0"),
    ]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_command_in_the_readmes_text_is_understood() {
    let mentioned = mentioned();
    assert!(mentioned.len() > 10, "{mentioned:?}");
    for words in mentioned {
        // A command's bare name, such as `karctl exec`, and groups such as `karctl local` stand for themselves; a value in capitals is a place to fill in.
        let arguments = std::iter::once("karctl".to_owned()).chain(words.iter().cloned());
        if let Err(error) = karctl::cli::command().try_get_matches_from(arguments) {
            let is_name = words.len() == 1 && error.kind() == clap::error::ErrorKind::MissingRequiredArgument;
            let is_group = is_name
                || matches!(
                    error.kind(),
                    clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                        | clap::error::ErrorKind::MissingSubcommand
                        | clap::error::ErrorKind::DisplayHelp
                );
            assert!(is_group, "karctl {}: {error}", words.join(" "));
        }
    }
}
