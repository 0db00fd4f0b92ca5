use serde_json::json;

use super::*;

const IMAGE: &str = "registry:2";

fn options(port: PortChoice) -> Options {
    Options { image: IMAGE.to_owned(), port, pull: PullPolicy::Missing, dry_run: false }
}

/// A container as karctl makes it, in this state.
fn found(port: u16, state: &str) -> Found {
    let blueprint = Blueprint { image: IMAGE.to_owned(), port };
    let body = blueprint.body();
    let inspected = serde_json::from_value(json!({
        "Image": "sha256:1", "State": {"Status": state},
        "Config": {"Image": IMAGE, "Labels": body.labels},
        "HostConfig": {"PortBindings": body.host_config.expect("a host's part").port_bindings},
    }));
    Found::of_test(inspected.expect("a container"), false)
}

#[test]
fn what_is_there_is_kept_started_or_made_anew() {
    let prefer = options(PortChoice::Prefer(5000));
    assert_eq!(step(None, &prefer, None), Step::Create);
    assert_eq!(step(Some(&found(5000, "running")), &prefer, Some("sha256:1")), Step::Keep);
    assert_eq!(step(Some(&found(5001, "running")), &prefer, None), Step::Keep, "its port is as good");
    assert_eq!(step(Some(&found(5000, "exited")), &prefer, Some("sha256:1")), Step::Start);
    let exactly = options(PortChoice::Exactly(5002));
    let reason = |step| match step {
        Step::Recreate(reason) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(step(Some(&found(5000, "running")), &exactly, None)), "its port is to be 5002");
    let other = Options { image: "registry:3".to_owned(), ..prefer.clone() };
    assert_eq!(reason(step(Some(&found(5000, "running")), &other, None)), "its image is to be registry:3");
    let newer = step(Some(&found(5000, "running")), &prefer, Some("sha256:2"));
    assert_eq!(reason(newer), "its image is a newer one");
    assert_eq!(reason(step(Some(&found(5000, "dead")), &prefer, Some("sha256:1"))), "it was broken");
}
