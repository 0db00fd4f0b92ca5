//! `karctl ce run` and its kin: from nothing, again, half-done, and failing with the reason.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Customer;
use crate::ibmcloud::{Fault, Image, Point};

const TOKEN: &str = "iam POST /identity/token";
const PROJECT: &str = "code-engine GET /v2/projects/{project}";
const APPS: &str = "code-engine POST /v2/projects/{project}/apps";
const GET: &str = "code-engine GET /v2/projects/{project}/apps/hello-js";
const PATCH: &str = "code-engine PATCH /v2/projects/{project}/apps/hello-js";
const INSTANCES: &str = "code-engine GET /v2/projects/{project}/apps/hello-js/instances";
const CONFIGURATION: &str = "code-engine GET /v2/projects/{project}/secrets/kar.ibm.com.runtime-config";
const RUN: &str = "run --app hello --name hello-js --image us.icr.io/kar/hello:1 --service greeter";

/// Somebody whose project was enabled.
struct Enabled {
    customer: Customer,
    project: String,
}

impl Enabled {
    fn new() -> Self {
        let mut customer = Customer::new();
        let project = customer.cloud.change(|account| {
            account.deployment_reads = 0;
            account.deletion_reads = 0;
            let project = account.add_project("kar");
            account.add_secret(&project, "kar.ibm.com.runtime-config", "generic", json!({ "REDIS_HOST": "r" }));
            let login = json!({ "server": "us.icr.io", "username": "u", "password": "p" });
            account.add_secret(&project, "login", "registry", login);
            project
        });
        customer.sandbox.set_variable("CE_PROJECT_ID", &project);
        Self { customer, project }
    }

    /// An application that somebody else made.
    fn foreign(&self) {
        let run = format!("{RUN} --no-wait");
        self.customer.run(&run, 0);
        self.fields(|fields| fields["run_env_variables"] = json!([]));
        self.customer.asked();
    }

    fn fields<T>(&self, look: impl FnOnce(&mut serde_json::Map<String, Value>) -> T) -> T {
        self.customer.cloud.change(|account| {
            let app = account.project(&self.project).apps.get_mut("hello-js").expect("an application");
            look(&mut app.fields)
        })
    }

    fn revisions(&self) -> usize {
        self.customer.cloud.change(|account| account.project(&self.project).apps["hello-js"].revisions.len())
    }
}

#[test]
fn a_component_is_made_and_the_second_run_changes_nothing() {
    let enabled = Enabled::new();
    enabled.customer.cloud.change(|account| account.deployment_reads = 1);
    let ran = enabled.customer.run(&format!("{RUN} --externalize -o json"), 0).document("ce run");
    assert_eq!((&ran["change"], &ran["status"]), (&"created".into(), &"ready".into()));
    assert!(ran["endpoint"].as_str().is_some_and(|url| url.starts_with("https://hello-js.")), "{ran}");
    assert_eq!(enabled.customer.asked(), [TOKEN, PROJECT, CONFIGURATION, GET, APPS, GET, GET]);
    let again = enabled.customer.run(&format!("{RUN} --externalize -o json"), 0).document("ce run");
    assert_eq!((&again["change"], &again["changed"]), (&"unchanged".into(), &json!([])));
    assert_eq!(enabled.customer.asked(), [TOKEN, PROJECT, CONFIGURATION, GET, GET]);
    assert_eq!(enabled.revisions(), 1);
}

#[test]
fn only_what_differs_is_sent_and_only_where_nobody_else_changed_it() {
    let enabled = Enabled::new();
    let first = format!("{RUN} --registry-secret login --memory 8000M --env GREETING=hi");
    enabled.customer.run(&first, 0);
    // The API spells and orders as it likes.
    enabled.fields(|fields| fields["run_env_variables"].as_array_mut().expect("a list").reverse());
    assert!(enabled.customer.run(&first, 0).stdout.contains("unchanged"));
    enabled.customer.asked();
    let ran = enabled.customer.run(&format!("{RUN} --memory 8G --env GREETING=ho -o json"), 0).document("ce run");
    assert_eq!((&ran["change"], &ran["changed"]), (&"updated".into(), &json!(["image_secret", "run_env_variables"])));
    let patch = enabled.customer.cloud.requests().into_iter().find(|request| request.shape() == PATCH);
    let patch = patch.expect("a change");
    let fields: Vec<_> = patch.json().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(fields, ["image_secret", "run_env_variables"]);
    assert_ne!(patch.request.header("if-match").expect("a condition"), "*");
    assert!(enabled.fields(|fields| !fields.contains_key("image_secret")));
    assert_eq!(enabled.revisions(), 2);
}

#[test]
fn whoever_changes_it_meanwhile_is_not_overwritten_unseen() {
    for conflict in [409, 412] {
        let enabled = Enabled::new();
        enabled.customer.run(RUN, 0);
        enabled.customer.cloud.change(|account| account.conflict = conflict);
        enabled.customer.cloud.fail(Fault::Stale, &Point::first(PATCH));
        enabled.customer.asked();
        assert!(enabled.customer.run(&format!("{RUN} --scale 2"), 0).stdout.contains("updated"));
        assert_eq!(enabled.customer.asked(), [TOKEN, PROJECT, CONFIGURATION, GET, PATCH, GET, PATCH, GET]);
        assert_eq!(enabled.revisions(), 2);
    }
}

#[test]
fn what_was_begun_is_finished() {
    let enabled = Enabled::new();
    let begun = enabled.customer.run(&format!("{RUN} --no-wait -o json"), 0).document("ce run");
    assert_eq!((&begun["change"], &begun["status"]), (&"created".into(), &"ready".into()));
    assert!(enabled.customer.run(RUN, 0).stdout.starts_with("hello-js of the application hello unchanged"));
    // One that was deleted a moment ago is in the way for a while.
    enabled.customer.cloud.change(|account| account.deletion_reads = 2);
    enabled.customer.run("delete hello-js -y --no-wait", 0);
    let ran = enabled.customer.run(&format!("{RUN} --scale 2 -o json"), 0).document("ce run");
    assert_eq!(ran["change"], "created");
    assert_eq!(enabled.revisions(), 1);
}

#[test]
fn why_it_does_not_run_is_said_with_what_to_do() {
    for (image, reason, hint) in [
        (Image::Missing, "its image us.icr.io/kar/hello:1 cannot be pulled (ErrImagePull)", "--registry-secret"),
        (Image::Private, "its image us.icr.io/kar/hello:1 cannot be pulled (ImagePullBackOff)", "--registry-secret"),
        (Image::Crashes(3), "its program ended with status 3", "karctl ce logs hello-js"),
        (Image::Crashes(137), "its program ended with status 137", "--memory"),
    ] {
        let enabled = Enabled::new();
        enabled.customer.cloud.change(|account| account.images.push(("us.icr.io/kar/hello".to_owned(), image)));
        let failed = enabled.customer.run(RUN, 1);
        assert!(failed.stderr.starts_with(&format!("error: `hello-js` does not run: {reason}\nhint: ")), "{failed:?}");
        assert!(failed.stderr.contains(hint) && failed.stderr.contains("KAR420"), "{failed:?}");
        assert_eq!(failed.stdout, "");
        let status = enabled.customer.run("status hello-js -o json", 1).document("ce status");
        assert_eq!(status["trouble"], reason);
    }
}

#[test]
fn a_change_that_fails_is_a_failure_though_the_former_revision_serves() {
    let enabled = Enabled::new();
    enabled.customer.run(RUN, 0);
    enabled.customer.cloud.change(|account| account.images.push(("bad".to_owned(), Image::Missing)));
    let failed = enabled.customer.run("run --app hello --name hello-js --image bad:2 --service greeter", 1);
    let expected =
        "error: `hello-js` did not change, and its former revision still serves: its image bad:2 cannot be pulled";
    assert!(failed.stderr.starts_with(expected), "{failed:?}");
    let status = enabled.customer.run("status hello-js", 1);
    assert!(
        status.stdout.contains("hello-js-00001  ready") && status.stdout.contains("hello-js-00002  failed"),
        "{status:?}"
    );
    // What is mended serves.
    enabled.customer.run(RUN, 0);
    enabled.customer.run("status hello-js", 0);
}

#[test]
fn what_became_of_the_former_revision_is_not_taken_for_the_new_one() {
    let enabled = Enabled::new();
    enabled.customer.run(RUN, 0);
    enabled.customer.cloud.change(|account| {
        account.images.push(("bad".to_owned(), Image::Missing));
        account.status_lag = 2;
    });
    // The answer to the change and the next two say `ready`, of the former.
    let failed = enabled.customer.run("run --app hello --name hello-js --image bad:2 --service greeter", 1);
    assert!(failed.stderr.contains("did not change, and its former revision still serves"), "{failed:?}");
    // And now `warning`.
    enabled.customer.asked();
    enabled.customer.run(RUN, 0);
    assert_eq!(enabled.customer.asked(), [TOKEN, PROJECT, CONFIGURATION, GET, PATCH, GET, GET, GET]);
    // No revision comes of a change of who may call it.
    let ran = enabled.customer.run(&format!("{RUN} --externalize -o json"), 0).document("ce run");
    assert_eq!(ran["changed"], json!(["managed_domain_mappings"]));
    assert_eq!(enabled.customer.asked(), [TOKEN, PROJECT, CONFIGURATION, GET, PATCH, GET]);
    assert_eq!(enabled.revisions(), 3);
}

#[test]
fn a_look_at_why_it_failed_does_not_last() {
    let enabled = Enabled::new();
    enabled.customer.cloud.change(|account| account.images.push(("us.icr.io".to_owned(), Image::Missing)));
    enabled.customer.cloud.fail(Fault::Slow(Duration::from_secs(600)), &Point::every(INSTANCES));
    let began = Instant::now();
    let failed = enabled.customer.run(RUN, 1);
    assert!(failed.stderr.starts_with("error: `hello-js` does not run: no revision ready\n"), "{failed:?}");
    assert!(began.elapsed() < Duration::from_secs(60), "the time-outs of its requests would take minutes");
}

#[test]
fn scaling_changes_nothing_but_the_number_whoever_changes_the_rest_meanwhile() {
    let enabled = Enabled::new();
    enabled.customer.run(RUN, 0);
    let foreign = json!({ "type": "config_map_full_reference", "reference": "somebodys" });
    let data = json!({ "A": "1" });
    enabled.customer.cloud.change(|account| account.add_secret(&enabled.project, "somebodys", "generic", data));
    enabled.fields(|fields| fields["run_env_variables"].as_array_mut().expect("a list").push(foreign.clone()));
    enabled.customer.cloud.change(|account| {
        account.meanwhile = Some(|project| {
            let app = project.apps.get_mut("hello-js").expect("an application");
            app.fields["image_reference"] = "us.icr.io/kar/hello:2".into();
        });
    });
    enabled.customer.cloud.fail(Fault::Stale, &Point::first(PATCH));
    enabled.customer.asked();
    assert_eq!(enabled.customer.run("scale hello-js 3", 0).stdout, "hello-js has 3 instances instead of 1\n");
    let requests = enabled.customer.cloud.requests();
    let patches: Vec<_> = requests.iter().filter(|request| request.shape() == PATCH).map(|one| one.json()).collect();
    let expected = json!({ "scale_min_instances": 3, "scale_max_instances": 3 });
    assert_eq!(patches, [expected.clone(), expected]);
    enabled.fields(|fields| {
        assert_eq!(fields["image_reference"], "us.icr.io/kar/hello:2");
        assert!(fields["run_env_variables"].as_array().expect("a list").contains(&foreign));
    });
}

#[test]
fn what_is_deleted_while_it_is_scaled_is_not_made_again() {
    let enabled = Enabled::new();
    enabled.customer.run(RUN, 0);
    enabled.customer.cloud.change(|account| account.meanwhile = Some(|project| project.apps.clear()));
    enabled.customer.cloud.fail(Fault::Stale, &Point::first(PATCH));
    enabled.customer.asked();
    let failed = enabled.customer.run("scale hello-js 3", 1);
    assert!(failed.stderr.contains("there is no component `hello-js` in the project `kar`"), "{failed:?}");
    assert!(!enabled.customer.asked().contains(&APPS.to_owned()));
}

#[test]
fn an_application_with_gaps_is_one_that_is_not_kars() {
    let enabled = Enabled::new();
    enabled.foreign();
    enabled.fields(|fields| {
        fields.remove("scale_cpu_limit");
        fields.values_mut().for_each(|value| *value = Value::Null);
    });
    enabled.customer.run("run --app dp --name cafe --image us.icr.io/kar/dp:1", 0);
    let listed = enabled.customer.run("list -o json", 0).document("ce list");
    assert_eq!((&listed["components"][0]["name"], &listed["others"]), (&"cafe".into(), &1.into()));
    let failed = enabled.customer.run(RUN, 1);
    assert!(failed.stderr.contains("is not a component of KAR's"), "{failed:?}");
}

#[test]
fn one_that_never_listens_ends_with_the_time() {
    let enabled = Enabled::new();
    enabled.customer.cloud.change(|account| account.images.push(("us.icr.io".to_owned(), Image::Stuck)));
    let failed = enabled.customer.run(&format!("{RUN} --timeout 10s"), 4);
    assert!(failed.stderr.contains("timed out waiting for `hello-js`: waiting for resources"), "{failed:?}");
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_sent() {
    let enabled = Enabled::new();
    for (options, message) in [
        ("--port 9090", "Code Engine keeps 9090 for itself"),
        ("--scale 0", "0 at most means no limit"),
        ("--cpu 3", "Code Engine has no instances with 3 CPU; there are 0.125, 0.25"),
        ("--cpu 1 --memory 1G", "with 1 CPU there are 2G, 4G, 8G"),
        ("--service a*b", "`a*b` cannot be a name in a KAR application"),
        ("--registry-secret A", "`A` cannot be the name of a secret"),
        ("--env KAR_APP=x", "KAR_APP is set by karctl"),
        ("--env NOBODY_SET_THIS", "karctl has no such variable"),
    ] {
        let refused = enabled.customer.run(&format!("run --app hello --name hello-js --image a/b {options}"), 2);
        assert!(refused.stderr.contains(message), "{refused:?}");
    }
    let line = ["run", "--app", "hello", "--name", "a", "--image", "a/b", "--actors", "Cafe, Table"];
    let refused = enabled.customer.ce(line).output();
    assert!(refused.stderr.contains("--actors: ` Table` cannot be a name"), "{refused:?}");
    for line in ["run --app hello --name Hello --image a/b", "scale a 0", "scale A 1", "delete A", "status A", "logs A"]
    {
        enabled.customer.run(line, 2);
    }
    let refused = enabled.customer.run("run --app hello --name a --image localhost:5000/kar/a", 2);
    assert!(refused.stderr.contains("Code Engine cannot reach the registry localhost:5000"), "{refused:?}");
    assert_eq!(enabled.customer.asked(), Vec::<String>::new());
}

#[test]
fn a_secret_that_is_missing_is_named_before_anything_is_made() {
    let enabled = Enabled::new();
    for (secret, message) in [
        ("nobody", "the project `kar` has no secret `nobody`"),
        ("kar.ibm.com.runtime-config", "holds no login for a registry: its format is generic"),
    ] {
        let failed = enabled.customer.run(&format!("{RUN} --registry-secret {secret}"), 1);
        assert!(failed.stderr.contains(message) && failed.stderr.contains("KAR423"), "{failed:?}");
    }
    enabled.customer.cloud.change(|account| account.project(&enabled.project).secrets.clear());
    let failed = enabled.customer.run(RUN, 1);
    let expected = "error: the project `kar` has no runtime configuration\nhint: run `karctl ce enable KEY` first\n\
                    hint: `karctl explain KAR422` tells more\n";
    assert_eq!(failed.stderr, expected);
    assert!(!enabled.customer.asked().contains(&APPS.to_owned()));
}

#[test]
fn a_rehearsal_says_what_would_be_sent_and_hides_values() {
    let enabled = Enabled::new();
    let ran = enabled.customer.run(&format!("{RUN} --env TOKEN=canary --dry-run -o json"), 0).document("ce run");
    assert_eq!((&ran["change"], &ran["dry_run"], &ran["status"]), (&"created".into(), &true.into(), &Value::Null));
    assert_eq!(ran["request"]["image_reference"], "us.icr.io/kar/hello:1");
    assert!(ran.to_string().contains("-app hello") && !ran.to_string().contains("canary"), "{ran}");
    enabled.customer.run(RUN, 0);
    enabled.customer.asked();
    let ran = enabled.customer.run(&format!("{RUN} --scale 3 --dry-run -o json"), 0).document("ce run");
    assert_eq!(ran["request"], json!({ "scale_min_instances": 3, "scale_max_instances": 3 }));
    enabled.customer.run("scale hello-js 3 --dry-run", 0);
    enabled.customer.run("delete hello-js --dry-run", 0);
    assert!(enabled.customer.cloud.requests().iter().all(|request| !request.is_write()));
}

#[test]
fn what_is_not_kars_is_neither_changed_nor_deleted() {
    let enabled = Enabled::new();
    enabled.foreign();
    for line in [RUN, "scale hello-js 2", "delete hello-js -y", "status hello-js", "logs hello-js"] {
        let failed = enabled.customer.run(line, 1);
        assert!(failed.stderr.contains("is not a component of KAR's"), "{failed:?}");
    }
    let listed = enabled.customer.run("list", 0);
    let expected = "No components in the project kar\nOne more application of the project is not KAR's\n";
    assert_eq!(listed.stdout, expected);
    assert!(enabled.customer.cloud.requests().iter().all(|request| !request.is_write()));
}

#[test]
fn components_are_listed_scaled_and_deleted() {
    let enabled = Enabled::new();
    enabled.customer.cloud.change(|account| {
        account.page_size = 1;
        account.deletion_reads = 1;
    });
    enabled.customer.run(RUN, 0);
    enabled.customer.run("run --app dp --name cafe --image us.icr.io/kar/dp:1 --actors Cafe,Table", 0);
    let listed = enabled.customer.run("list -o json", 0).document("ce list");
    let names: Vec<_> = listed["components"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["cafe", "hello-js"]);
    let listed = enabled.customer.run("list --app dp", 0);
    assert!(listed.stdout.contains("cafe  dp   ready   1          us.icr.io/kar/dp:1"), "{listed:?}");
    let scaled = enabled.customer.run("scale cafe 3 -o json", 0).document("ce scale");
    assert_eq!((&scaled["change"], &scaled["before"]), (&"updated".into(), &json!([1, 1])));
    assert_eq!(enabled.customer.run("scale cafe 3", 0).stdout, "cafe has 3 instances (unchanged)\n");
    let status = enabled.customer.run("status cafe -o json", 0).document("ce status");
    assert_eq!(status["instances"].as_array().map(Vec::len), Some(3));
    let logs = enabled.customer.run("logs cafe -o json", 0).document("ce logs");
    assert_eq!(logs["command"], "ibmcloud ce application logs --application cafe --follow");
    let shown = enabled.customer.run("logs cafe", 0);
    assert!(shown.stdout.contains("Its log is in IBM Cloud Logs"), "{shown:?}");
    let refused = enabled.customer.run("delete cafe", 2);
    assert!(refused.stderr.contains("Delete `cafe` of the project `kar`?"), "{refused:?}");
    let deleted = enabled.customer.run("delete cafe -y -o json", 0).document("ce delete");
    assert_eq!(deleted["was_there"], true);
    assert_eq!(enabled.customer.run("delete cafe -y", 0).stdout, "There is no cafe in the project kar\n");
    let missing = enabled.customer.run("status cafe", 1);
    assert!(missing.stderr.contains("there is no component `cafe` in the project `kar`"), "{missing:?}");
}

#[test]
fn a_token_that_ends_while_it_waits_is_renewed() {
    let enabled = Enabled::new();
    enabled.customer.cloud.change(|account| account.deployment_reads = 2);
    enabled.customer.cloud.fail(Fault::Expire, &Point::nth(GET, 2));
    enabled.customer.run(RUN, 0);
    let asked = enabled.customer.asked();
    assert_eq!(asked.iter().filter(|shape| **shape == TOKEN).count(), 2, "{asked:?}");
    assert!(!asked.contains(&INSTANCES.to_owned()));
}
