mod push;

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::sandbox::Sandbox;

/// The head of a program of Linux (ELF-64), with one segment of a kind.
fn program(machine: u16, segment: u32) -> Vec<u8> {
    let mut program = vec![0; 120];
    program[..6].copy_from_slice(b"\x7fELF\x02\x01");
    program[18..20].copy_from_slice(&machine.to_le_bytes());
    program[32..40].copy_from_slice(&64_u64.to_le_bytes());
    program[54..56].copy_from_slice(&56_u16.to_le_bytes());
    program[56..58].copy_from_slice(&1_u16.to_le_bytes());
    program[64..68].copy_from_slice(&segment.to_le_bytes());
    program
}

const LOAD: u32 = 1;
const INTERPRETER: u32 = 3;
const AMD64: u16 = 62;
const ARM64: u16 = 183;

/// Name, mode, owner and time of each file of an archive, and its content.
fn files(archive: &[u8]) -> BTreeMap<String, (u32, u64, u64, Vec<u8>)> {
    let mut archive = tar::Archive::new(archive);
    let entries = archive.entries().expect("an archive").map(|entry| {
        let mut entry = entry.expect("an entry");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("its content");
        let header = entry.header();
        let facts = (header.mode().expect("a mode"), header.uid().expect("an owner"), header.mtime().expect("a time"));
        (entry.path().expect("a name").display().to_string(), (facts.0, facts.1, facts.2, content))
    });
    entries.collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_image_is_one_program_that_runs_as_nobody() {
    let sandbox = Sandbox::new();
    let content = program(ARM64, LOAD);
    sandbox.write("work/static", &content);
    let build = ["images", "build", "injector", "--archive", "i.tar", "--binary", "static", "-o", "json"];
    let built = sandbox.karctl(build).output().document("images build");
    let name = format!("karctl/injector:{}", env!("CARGO_PKG_VERSION"));
    assert_eq!((&built["image"], &built["architecture"]), (&json!(name), &json!("arm64")));
    let archive = std::fs::read(sandbox.path("work/i.tar")).expect("the archive");
    assert_eq!(built["bytes"], archive.len());

    let files = files(&archive);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"].3).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    assert_eq!(manifest[0]["RepoTags"], json!([name]));
    let configuration = &files[&text(&manifest[0]["Config"])].3;
    assert_eq!(built["id"], format!("sha256:{}", sha256(configuration)));
    let layer = &files[&text(&manifest[0]["Layers"][0])].3;
    let configuration: Value = serde_json::from_slice(configuration).expect("JSON");
    assert_eq!(configuration["rootfs"]["diff_ids"], json!([format!("sha256:{}", sha256(layer))]));
    assert_eq!(configuration["architecture"], "arm64");
    assert_eq!(configuration["config"]["User"], "65532:65532");
    assert_eq!(configuration["config"]["Entrypoint"], json!(["/karctl", "injector", "serve"]));
    assert_eq!(self::files(layer), BTreeMap::from([("karctl".to_owned(), (0o755, 0, 0, content))]));
}

#[test]
fn the_same_program_makes_the_same_archive_and_the_second_time_nothing_is_written() {
    let sandbox = Sandbox::new();
    sandbox.write("work/static", program(AMD64, LOAD));
    std::fs::create_dir(sandbox.path("work/out")).expect("a folder");
    let build = |output: &str| {
        let arguments =
            ["images", "build", "injector", "--archive", output, "--binary", "static", "--name", "r:5000/i:2"];
        sandbox.karctl(arguments.into_iter().chain(["-o", "json"])).output().document("images build")["change"].clone()
    };
    assert_eq!((build("out"), build("other.tar")), (json!("created"), json!("created")));
    let written = sandbox.path("work/out/r-5000-i-2.tar");
    let read = |path: &Path| std::fs::read(path).expect("an archive");
    assert_eq!(read(&written), read(&sandbox.path("work/other.tar")));
    let inode = written.metadata().expect("a file").ino();
    assert_eq!(build("out"), "unchanged");
    assert_eq!(written.metadata().expect("a file").ino(), inode);
    sandbox.write("work/static", program(ARM64, LOAD));
    assert_eq!(build("out"), "updated");
}

#[test]
fn what_would_not_run_alone_is_refused_with_the_way_to_build_one_that_does() {
    let sandbox = Sandbox::new();
    let hints = "hint: build a static one: RUSTFLAGS=\"-C target-feature=+crt-static\" cargo build --release --locked --target \
                 x86_64-unknown-linux-gnu\nhint: and give it as --binary target/x86_64-unknown-linux-gnu/release/karctl\n";
    for (content, why) in [
        (program(AMD64, INTERPRETER), "is linked with the libraries of its machine, which an image of one file lacks"),
        (program(20, LOAD), "is for a processor that KAR has no images for"),
        (program(AMD64, LOAD)[..60].to_vec(), "is not a 64-bit program of Linux"),
        (b"#!/bin/sh\n".to_vec(), "is not a 64-bit program of Linux"),
    ] {
        sandbox.write("work/p", content);
        let build = ["images", "build", "injector", "--archive", "i.tar", "--binary", "p"];
        sandbox.karctl(build).stderr(format!("error: p {why}\n{hints}")).status(2);
    }
    let missing = "error: none cannot be read: No such file or directory (os error 2)\n";
    sandbox.karctl(["images", "build", "injector", "--archive", "i.tar", "--binary", "none"]).stderr(missing).status(2);
    assert!(!sandbox.path("work/i.tar").exists());
}

#[test]
fn an_image_that_has_nowhere_to_go_and_a_folder_that_is_no_checkout_are_refused() {
    let sandbox = Sandbox::new();
    let nowhere = "error: the image has nowhere to go\nhint: give --archive FILE, or --push\n";
    sandbox.karctl(["images", "build", "injector"]).stderr(nowhere).status(2);
    let none = sandbox.karctl(["images", "build", "--src", ".", "--kind", "js,all"]).output();
    let said = "error: . is no checkout of KAR: it has no core/Dockerfile\n\
                hint: get one: git clone https://github.com/IBM/kar\nhint: `karctl explain KAR345`";
    assert_eq!(none.status, Some(2));
    assert!(none.stderr.starts_with(said), "{}", none.stderr);
    let unknown = sandbox.karctl(["images", "build", "--src", ".", "--kind", "jss"]).output();
    assert_eq!(unknown.status, Some(2));
    assert!(unknown.stderr.contains("js"), "{}", unknown.stderr);
}

#[test]
fn what_would_be_written_is_only_said() {
    let sandbox = Sandbox::new();
    sandbox.write("work/static", program(AMD64, LOAD));
    let build = ["images", "build", "injector", "--archive", "i.tar", "--binary", "static", "-o", "json"];
    let change = |more: &[&str]| {
        let line = build.iter().chain(more).copied();
        sandbox.karctl(line).output().document("images build")["change"].clone()
    };
    assert_eq!((change(&["--dry-run"]), sandbox.path("work/i.tar").exists()), (json!("created"), false));
    assert_eq!((change(&[]), change(&["--dry-run"])), (json!("created"), json!("unchanged")));
    sandbox.write("work/static", program(ARM64, LOAD));
    assert_eq!((change(&["--dry-run"]), change(&[])), (json!("updated"), json!("updated")));
}

#[test]
fn the_images_of_the_settings_are_listed_also_without_an_engine() {
    let sandbox = Sandbox::new();
    let line = ["images", "list", "--set", "redis.image=redis:7"];
    let text = "COMPONENT  IMAGE                            HERE  DIGEST\n\
                kafka      apache/kafka:3.9.1               ?     -\n\
                redis      redis:7                          ?     -\n\
                registry   registry:2                       ?     -\n\
                injector   quay.io/ibm/kar-injector:1.3.10  ?     -\n\
                sidecar    quay.io/ibm/kar-sidecar:1.3.10   ?     -\n";
    sandbox.karctl(line).stdout(text).status(0);
    let digest = format!("sha256:{}", "0".repeat(64));
    let pinned = format!("redis.image=redis@{digest}");
    let listed = sandbox.karctl(["images", "list", "-o", "json", "--set", &pinned]).output().document("images list");
    assert_eq!(listed["images"][1]["digest"], json!(digest));
}
