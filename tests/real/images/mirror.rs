//! From one registry into another, without an engine.

use serde_json::{Value, json};

use super::{Saved, assert_nothing_is_left, digest, done, fails};
use crate::registry_server::{PASSWORD, Server, USER};
use crate::sandbox::Sandbox;

/// A layout of the OCI with an image for two processors, as a folder; the digest of its index.
fn for_two_processors(sandbox: &Sandbox, folder: &str) -> String {
    let put = |bytes: &[u8]| {
        let digest = digest(bytes);
        sandbox.write(format!("{folder}/blobs/{}", digest.replace(':', "/")), bytes);
        json!({"digest": digest, "size": bytes.len()})
    };
    let described = |mut descriptor: Value, media_type: &str| {
        descriptor["mediaType"] = format!("application/vnd.oci.image.{media_type}").into();
        descriptor
    };
    let manifests = ["amd64", "arm64"].map(|architecture| {
        let layer = super::tar(&[("for", architecture.as_bytes())]);
        let configuration = json!({
            "architecture": architecture, "os": "linux", "config": {},
            "rootfs": {"type": "layers", "diff_ids": [digest(&layer)]},
        });
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": described(put(configuration.to_string().as_bytes()), "config.v1+json"),
            "layers": [described(put(&layer), "layer.v1.tar")],
        });
        let mut descriptor = described(put(manifest.to_string().as_bytes()), "manifest.v1+json");
        descriptor["platform"] = json!({"architecture": architecture, "os": "linux"});
        descriptor
    });
    let index = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests,
    });
    let mut named = described(put(index.to_string().as_bytes()), "index.v1+json");
    named["annotations"] = json!({"org.opencontainers.image.ref.name": "kar/both:1"});
    sandbox.write(format!("{folder}/oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#);
    sandbox.write(format!("{folder}/index.json"), json!({"schemaVersion": 2, "manifests": [named]}).to_string());
    named["digest"].as_str().expect("a digest").to_owned()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_image_for_several_processors_is_pushed_and_copied_whole_and_its_digest_stays() {
    let (from, to, sandbox) = (Server::plain(), Server::plain(), Sandbox::new());
    let digest = for_two_processors(&sandbox, "work/layout");
    let push = ["images", "push", "--file", "layout", "--to", &from.host()];
    let pushed = done(&sandbox, &push);
    assert_eq!((&pushed["images"][0]["digest"], &pushed["images"][0]["change"]), (&json!(digest), &json!("created")));
    assert_eq!(done(&sandbox, &push)["images"][0]["change"], "unchanged");

    let mirror = ["images", "mirror", &from.image("kar/both:1"), &to.host()];
    let dry = done(&sandbox, &[&mirror[..], &["--dry-run"]].concat());
    assert_eq!(dry["images"][0]["change"], "created");
    assert_eq!(to.manifest("kar/both", "1"), None);
    let copied = done(&sandbox, &mirror);
    assert_eq!((&copied["images"][0]["digest"], &copied["images"][0]["sent"]["sent"]), (&json!(digest), &json!(4)));
    let index = to.manifest("kar/both", "1").expect("copied");
    for manifest in index["manifests"].as_array().expect("a list") {
        let digest = manifest["digest"].as_str().expect("a digest");
        assert!(to.manifest("kar/both", digest).is_some(), "{digest}");
    }
    assert_eq!(done(&sandbox, &mirror)["images"][0]["change"], "unchanged");

    // Within a registry nothing is sent at all.
    let within = ["images", "mirror", &to.image("kar/both:1"), &to.image("other/both:2")];
    let copied = done(&sandbox, &within);
    assert_eq!((&copied["images"][0]["sent"]["sent"], &copied["images"][0]["sent"]["skipped"]), (&json!(0), &json!(4)));
    assert_nothing_is_left(&sandbox);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_registry_that_is_written_to_has_a_login_of_its_own() {
    let (from, to, sandbox) = (Server::plain(), Server::with_password(), Sandbox::new());
    sandbox.write("work/x.tar", Saved::new("kar/x:1", 1 << 10).archive);
    done(&sandbox, &["images", "push", "--file", "x.tar", "--to", &from.host()]);
    let (image, place) = (from.image("kar/x:1"), to.host());
    let mirror = ["images", "mirror", &image, &place];
    fails(&sandbox.karctl(mirror).output(), "KAR321", "log in with");
    let login = [&mirror[..], &["--user", USER, "--password-stdin"]].concat();
    let copied = sandbox.karctl(login).stdin(PASSWORD).output();
    assert_eq!(copied.status, Some(0), "{}", copied.stderr);
    // That registry is read with it, too.
    let within = ["images", "mirror", &to.image("kar/x:1"), &to.image("other/x:2"), "--user", USER, "--password-stdin"];
    let copied = sandbox.karctl(within).stdin(PASSWORD).output();
    assert_eq!(copied.status, Some(0), "{}", copied.stderr);
    let absent = from.image("kar/absent:1");
    fails(&sandbox.karctl(["images", "mirror", &absent, &place]).output(), "KAR325", "has no image");
}
