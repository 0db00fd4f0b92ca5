//! What is refused before anything is sent: names, places, archives. The registry itself is in `tests/real/images`.

use serde_json::json;

use crate::sandbox::Sandbox;

/// Nobody listens there: it is privileged, and no service's.
const NOWHERE: &str = "localhost:1";

const EXPLAIN_ARCHIVE: &str = "hint: `karctl explain KAR326` tells more\n";
const SAVE_AGAIN: &str =
    "hint: write it again with `docker save`, or compare its checksum with that of where it comes from\n";

/// A tar archive of files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, *content).expect("a file");
    }
    archive.into_inner().expect("an archive")
}

/// What `docker save` writes of one image with one layer.
fn saved(name: impl Into<Option<&'static str>>) -> Vec<u8> {
    let layer = tar(&[("hello", b"hello")]);
    let diff_id = super::sha256(&layer);
    let configuration = json!({
        "architecture": "amd64", "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{diff_id}")]},
    });
    let manifest = json!([{"Config": "c.json", "RepoTags": name.into().map(|name| [name]), "Layers": ["l/layer.tar"]}]);
    tar(&[
        ("c.json", configuration.to_string().as_bytes()),
        ("l/layer.tar", &layer),
        ("manifest.json", manifest.to_string().as_bytes()),
    ])
}

#[track_caller]
fn refused(sandbox: &Sandbox, arguments: &[&str], status: i32, stderr: &str) {
    sandbox.karctl(["images", "push"].iter().chain(arguments).copied()).stderr(stderr).status(status);
}

#[test]
fn names_and_places_are_checked_before_anybody_is_asked() {
    let sandbox = Sandbox::new();
    let name = "error: `Kar/x` is no image's name: lower-case words with `.`, `_` and `-` between them, and `/` between words\n";
    refused(&sandbox, &["Kar/x"], 2, name);
    let place =
        "error: `mine` is no registry\nhint: a registry is a host with a dot or a port, such as localhost:5000\n";
    refused(&sandbox, &["kar/x", "--to", "mine"], 2, place);
    let nothing = sandbox.karctl(["images", "push"]).output();
    assert_eq!(nothing.status, Some(2), "{}", nothing.stderr);
    let alone = sandbox.karctl(["images", "push", "x", "--user", "me"]).output();
    assert!(alone.stderr.contains("--password-stdin"), "{}", alone.stderr);
    let empty = sandbox.karctl(["images", "push", "x", "--user", "me", "--password-stdin"]).output();
    assert_eq!((empty.status, &*empty.stderr), (Some(2), "error: there is no password on stdin\n"));
}

#[test]
fn an_archive_that_is_none_or_cut_off_says_so_and_leaves_nothing() {
    let sandbox = Sandbox::new();
    let whole = saved("kar/x:1");
    sandbox.write("work/text", "no archive at all, but long enough to be taken for something ".repeat(20));
    sandbox.write("work/empty", "");
    sandbox.write("work/other.tar", tar(&[("hello", b"hello")]));
    // In the middle of the layer, and after it.
    sandbox.write("work/cut.tar", &whole[..2200]);
    sandbox.write("work/short.tar", &whole[..3584]);
    for (file, why) in [
        ("empty", "it has neither manifest.json nor index.json"),
        ("other.tar", "it has neither manifest.json nor index.json"),
        ("cut.tar", "l/layer.tar is cut off"),
        ("short.tar", "it has neither manifest.json nor index.json"),
    ] {
        let said =
            format!("error: {file} is no archive of images, or is damaged: {why}\n{SAVE_AGAIN}{EXPLAIN_ARCHIVE}");
        refused(&sandbox, &["--file", file, "--to", NOWHERE], 1, &said);
    }
    let text = sandbox.karctl(["images", "push", "--file", "text", "--to", NOWHERE]).output();
    assert!(text.stderr.starts_with("error: text is no archive of images, or is damaged: "), "{}", text.stderr);
    let absent = "error: absent cannot be read: No such file or directory (os error 2)\n";
    refused(&sandbox, &["--file", "absent", "--to", NOWHERE], 2, absent);
    let left: Vec<_> = std::fs::read_dir(sandbox.path("home/.cache/karctl")).expect("a cache").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_image_that_an_archive_lacks_is_told_with_those_that_it_has() {
    let sandbox = Sandbox::new();
    sandbox.write("work/x.tar", saved("kar/x:1"));
    let lacks = "error: x.tar has no image kar/y:1\nhint: it has: kar/x:1\nhint: `karctl explain KAR325` tells more\n";
    refused(&sandbox, &["kar/y:1", "--file", "x.tar", "--to", NOWHERE], 1, lacks);
}

#[test]
fn an_archive_without_names_is_not_loaded_into_nodes() {
    let sandbox = Sandbox::new();
    sandbox.write("work/x.tar", saved(None));
    let nameless = "error: the images of x.tar have no names\n\
                    hint: write it again by name: docker save NAME:TAG; or push it: karctl images push NAME:TAG --file ARCHIVE\n\
                    hint: `karctl explain KAR325` tells more\n";
    for names in [&[][..], &["kar/x:1"]] {
        let load = ["images", "load", "--file", "x.tar"].iter().chain(names);
        sandbox.karctl(load.copied()).stderr(nameless).status(2);
    }
}

#[test]
fn a_registry_that_is_not_there_is_told_by_its_name() {
    let sandbox = Sandbox::new();
    sandbox.write("work/x.tar", saved("kar/x:1"));
    let nobody = "error: the registry localhost:1 does not answer: nobody listens\n\
                  hint: look whether localhost:1 is the registry that is meant and runs, and at HTTPS_PROXY\n\
                  hint: `karctl explain KAR320` tells more\n";
    refused(&sandbox, &["--file", "x.tar", "--to", NOWHERE], 1, nobody);
    let engine = sandbox.karctl(["images", "push", "kar/x:1", "--to", NOWHERE]).output();
    assert!(engine.stderr.contains("no container engine answers"), "{}", engine.stderr);
}
