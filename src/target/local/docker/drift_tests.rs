use super::*;
use crate::target::local::docker::test_support::desired;
use crate::target::local::instance::Component;

/// A running container that is exactly as wanted.
fn as_wanted() -> serde_json::Value {
    serde_json::json!({
        "Id": "c",
        "Image": "sha256:1",
        "State": {"Status": "running"},
        "Config": {"Image": "apache/kafka:3.9.1", "Labels": {labels::SPECIFICATION: "s"}},
        "Mounts": [{"Destination": "/var/lib/kafka/data", "Name": "kar_kafka-data"}],
        "NetworkSettings": {"Networks": {"kar-bus": {"NetworkID": "n"}}},
    })
}

fn decide(container: serde_json::Value, is_foreign: bool) -> Step {
    let inspected = serde_json::from_value(container).expect("a container");
    let found = Found { inspected, is_foreign };
    let blueprint = Blueprint::new(&desired(), Component::Kafka).expect("renders");
    let network = FoundNetwork { id: "n".to_owned(), driver: "bridge".to_owned(), ..FoundNetwork::default() };
    let wanted =
        Wanted { blueprint: &blueprint, specification: "s", image_id: Some("sha256:1"), network: Some(&network) };
    Step::decide(Some(&found), &wanted)
}

/// The container with one place changed, as a JSON pointer.
fn with(place: &str, value: serde_json::Value) -> serde_json::Value {
    let mut container = as_wanted();
    *container.pointer_mut(place).expect("the place is there") = value;
    container
}

#[test]
fn what_runs_as_wanted_is_left_alone() {
    assert_eq!(decide(as_wanted(), false), Step::Leave);
}

#[test]
fn every_difference_is_told() {
    let label = format!("/Config/Labels/{}", labels::SPECIFICATION.replace('/', "~1"));
    let cases = [
        (with("/Image", "sha256:2".into()), "apache/kafka:3.9.1 is another image now"),
        (
            with("/Config", serde_json::json!({"Image": "old:1", "Labels": {labels::SPECIFICATION: "t"}})),
            "its image was old:1",
        ),
        (with(&label, "t".into()), "its settings differ"),
        (with("/Mounts/0/Name", "other".into()), "its data was not in the volume kar_kafka-data"),
        (with("/NetworkSettings/Networks/kar-bus/NetworkID", "m".into()), "it was not on the network kar-bus"),
        (with("/NetworkSettings/Networks", serde_json::json!({})), "it was not on the network kar-bus"),
    ];
    for (container, reason) in cases {
        assert_eq!(decide(container, false), Step::Recreate(reason.to_owned()));
    }
    assert_eq!(decide(as_wanted(), true), Step::Recreate("it was not karctl's".to_owned()));
}

#[test]
fn what_does_not_run_goes_on_from_where_it_is() {
    let ended = serde_json::json!({"Status": "exited", "ExitCode": 137});
    assert_eq!(decide(with("/State", ended), false), Step::Start("it exited with code 137".to_owned()));
    let stopped = serde_json::json!({"Status": "exited", "ExitCode": 143});
    assert_eq!(decide(with("/State", stopped), false), Step::Start("it was stopped".to_owned()));
    let state = |status: &str| with("/State/Status", status.into());
    assert_eq!(decide(state("created"), false), Step::Finish);
    assert_eq!(decide(state("paused"), false), Step::Unpause);
    assert_eq!(decide(state("dead"), false), Step::Recreate("it was half removed".to_owned()));
}

#[test]
fn podman_tells_names_for_ids() {
    let container = with("/NetworkSettings/Networks/kar-bus/NetworkID", "kar-bus".into());
    assert_eq!(decide(container, false), Step::Leave);
    assert_eq!(decide(with("/Image", "1".into()), false), Step::Leave);
}
