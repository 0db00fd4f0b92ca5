//! Images and a real registry: what karctl pushes is what docker pulls, and the other way round; with passwords and with
//! TLS; and whatever is cut on the way, the same command ends it.

mod build;
mod bundle;
mod faults;
mod load;
mod mirror;
mod push;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::sandbox::{Finished, Sandbox};

/// An archive as `docker save` writes it, of one image with one layer of so many bytes that nothing compresses.
struct Saved {
    archive: Vec<u8>,
    id: String,
}

impl Saved {
    fn new(name: &str, size: usize) -> Self {
        let layer = tar(&[("blob", &noise(size))]);
        let configuration = json!({
            "architecture": "amd64", "os": "linux", "config": {},
            "rootfs": {"type": "layers", "diff_ids": [digest(&layer)]},
        });
        let configuration = configuration.to_string();
        let id = digest(configuration.as_bytes());
        let manifest = json!([{"Config": "c.json", "RepoTags": [name], "Layers": ["l/layer.tar"]}]).to_string();
        let archive = tar(&[
            ("c.json", configuration.as_bytes()),
            ("l/layer.tar", &layer),
            ("manifest.json", manifest.as_bytes()),
        ]);
        Self { archive, id }
    }
}

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

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// Bytes that look random and are always the same: xorshift64*.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    };
    (0..size.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(size).collect()
}

/// A command that ends well, and its document.
#[track_caller]
fn done(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let finished = sandbox.karctl(arguments.iter().copied().chain(["-o", "json"])).output();
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    finished.document(&arguments[..2].join(" "))
}

/// A command that fails with a code.
#[track_caller]
fn fails(finished: &Finished, code: &str, said: &str) {
    assert_eq!(finished.status, Some(1), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stderr.contains(code) && finished.stderr.contains(said), "{}", finished.stderr);
}

/// What a push leaves in the user's folders once it is over: nothing.
#[track_caller]
fn assert_nothing_is_left(sandbox: &Sandbox) {
    for folder in ["home/.cache/karctl", "home/.local/state/karctl/uploads"] {
        let entries = std::fs::read_dir(sandbox.path(folder)).into_iter().flatten().flatten();
        let left: Vec<_> = entries.map(|entry| entry.file_name()).filter(|name| name != "pushed-layers").collect();
        assert!(left.is_empty(), "{folder}: {left:?}");
    }
}
