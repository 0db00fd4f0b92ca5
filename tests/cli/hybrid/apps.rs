//! Applications of members. Those of clusters and of this machine take the recipes of `karctl app`, which have their own tests.

use super::{PROJECT, customer, outcomes, run, secret};
use crate::ce::Customer;
use crate::ibmcloud::{Fault, Image, Point};

const APPS: &str = "\
apps:
  hello:
    components:
      client: { image: us.icr.io/kar/client:1 }
      server: { image: us.icr.io/kar/server:1, service: greeter, environment: { GREETING: canary-greeting } }
";

/// A project whose member `cloud` runs an application of two components.
fn with_apps() -> (Customer, String) {
    let (customer, id) = customer();
    customer.cloud.change(|account| (account.deployment_reads, account.deletion_reads) = (0, 0));
    let project = PROJECT.replace("{ project: prod }", "{ project: prod }\n    apps: [hello]");
    customer.sandbox.write("work/karctl.yaml", project + APPS);
    (customer, id)
}

fn components(customer: &Customer, project: &str) -> Vec<String> {
    customer.cloud.change(|account| account.project(project).apps.keys().cloned().collect())
}

#[test]
fn components_run_once_the_project_has_its_secret_and_the_second_run_changes_nothing() {
    let (customer, id) = with_apps();
    let plan = run(&customer, "plan --out plan.json -o json", 0).document("hybrid plan");
    let steps: Vec<_> =
        plan["members"][0]["steps"].as_array().expect("steps").iter().map(|step| &step["object"]).collect();
    assert_eq!(steps, ["secret kar.ibm.com.runtime-config", "component hello-server", "component hello-client"]);
    let up = run(&customer, "up plan.json -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&up)[0], "cloud changed");
    assert_eq!(components(&customer, &id), ["hello-client", "hello-server"]);
    let again = run(&customer, "up plan.json -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&again), ["cloud unchanged", "edge unchanged", "west unchanged"]);
}

#[test]
fn components_are_ended_after_asking_and_with_them_the_secret_goes() {
    let (customer, id) = with_apps();
    run(&customer, "up", 0);
    let rehearsed = run(&customer, "down --dry-run -o json", 0).document("hybrid down");
    assert_eq!(rehearsed["members"][0]["steps"].as_array().map(Vec::len), Some(3));
    let asked = run(&customer, "down", 2).stderr;
    let question =
        "error: These still run: cloud: component hello-client, cloud: component hello-server. Take it all down?";
    assert!(asked.starts_with(question), "{asked}");
    assert_eq!(components(&customer, &id).len(), 2);
    let down = run(&customer, "down -y -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&down), ["cloud changed", "edge changed", "west changed"]);
    assert!(components(&customer, &id).is_empty());
    let again = run(&customer, "down -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&again), ["cloud unchanged", "edge unchanged", "west unchanged"]);
}

#[test]
fn applications_that_could_not_run_there_are_refused_before_anything_is_changed() {
    let (customer, id) = with_apps();
    let project = customer.sandbox.read("work/karctl.yaml");
    for (from, to, expected) in [
        (
            "{ image: us.icr.io/kar/client:1 }",
            "{}",
            "karctl.yaml:5:3: component `client` of `hello` has no image, and Code Engine builds none\n\
             hint: write `image: REGISTRY/NAME:TAG` below `apps.hello.components.client`\n",
        ),
        ("us.icr.io/kar/client:1", "localhost:5000/client", "Code Engine cannot reach the registry localhost:5000"),
        (
            "west: { host: {} }",
            "west: { local: {}, apps: [hello] }",
            "karctl.yaml:9:3: applications of this machine run beside an instance of it, and Kafka and Redis are elsewhere\n\
             hint: start them with `karctl exec hybrid west -- kar run ...`",
        ),
    ] {
        customer.sandbox.write("work/karctl.yaml", project.replace(from, to));
        let refused = run(&customer, "up", 2).stderr;
        assert!(refused.contains(expected), "{refused}");
        assert_eq!(customer.cloud.change(|account| account.project(&id).secrets.len()), 0);
    }
}

#[test]
fn a_member_that_cannot_be_looked_at_stays_up_and_the_others_go() {
    let (customer, id) = with_apps();
    run(&customer, "up", 0);
    for component in ["hello-client", "hello-server"] {
        let look = format!("code-engine GET /v2/projects/{{project}}/apps/{component}");
        customer.cloud.fail(Fault::Echo, &Point::every(look));
    }
    let down = run(&customer, "down -y -o json", 1).document("hybrid down");
    assert_eq!(outcomes(&down), ["cloud failed", "edge changed", "west changed"]);
    assert!(down["members"][0]["trouble"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{down}");
    assert_eq!(components(&customer, &id).len(), 2, "nobody was asked about them");
    assert!(secret(&customer, &id).is_some() && !customer.sandbox.path("work/hybrid").exists());
    customer.cloud.heal();
    let again = run(&customer, "down -y -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&again), ["cloud changed", "edge unchanged", "west unchanged"]);
}

#[test]
fn status_tells_of_each_application_and_one_that_is_not_ready_is_a_reason() {
    let (customer, id) = with_apps();
    let apps = |status: &serde_json::Value| status["members"][0]["apps"].clone();
    let is = |ready: bool, state: &str| serde_json::json!([{"app": "hello", "ready": ready, "state": state}]);
    let before = run(&customer, "status -o json", 1).document("hybrid status");
    assert_eq!(apps(&before), is(false, "not deployed"));
    assert_eq!(before["members"][0]["reason"], format!("the project has no secret {}", super::SECRET), "it is first");

    run(&customer, "up", 0);
    let shown = run(&customer, "status", 0).stdout;
    let expected =
        "cloud   Code Engine  healthy\n                     hello: 2 of 2 components ready\nedge    host         unver";
    assert!(shown.contains(expected), "{shown}");
    assert_eq!(
        apps(&run(&customer, "status -o json", 0).document("hybrid status")),
        is(true, "2 of 2 components ready")
    );

    customer.cloud.change(|account| drop(account.project(&id).apps.remove("hello-client")));
    let half = run(&customer, "status -o json", 1).document("hybrid status");
    assert_eq!(apps(&half), is(false, "component hello-client is not deployed"));
    assert_eq!(half["members"][0]["health"], "unhealthy");
    assert_eq!(half["members"][0]["reason"], "the application hello: component hello-client is not deployed");
    let hint = "`karctl hybrid up --only cloud` brings it to what the file says";
    assert_eq!(half["members"][0]["hints"], serde_json::json!([hint]));
}

#[test]
fn status_says_why_a_component_fails() {
    let (customer, _) = with_apps();
    customer.cloud.change(|account| account.images.push(("us.icr.io/kar/server".to_owned(), Image::Crashes(3))));
    run(&customer, "up", 1);
    let status = run(&customer, "status -o json", 1).document("hybrid status");
    let reason = "the application hello: component hello-server: its program ended with status 3";
    assert_eq!(status["members"][0]["reason"], reason);
    assert_eq!(status["members"][1]["health"], "unverified");
}

#[test]
fn components_that_cannot_be_listed_are_told_and_hold_up_no_other_member() {
    let (customer, _) = with_apps();
    run(&customer, "up", 0);
    let status = |status| run(&customer, "status -o json", status).document("hybrid status");
    customer.cloud.fail(Fault::Echo, &Point::every("code-engine GET /v2/projects/{project}/apps".to_owned()));
    let blind = status(1);
    assert_eq!(blind["members"][0]["health"], "unhealthy");
    assert_eq!(blind["members"][0]["apps"][0]["ready"], false);
    assert_eq!(blind["members"][1]["health"], "unverified");
    customer.cloud.heal();
    assert_eq!(status(0)["members"][0]["health"], "healthy");
}
