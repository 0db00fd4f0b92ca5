use std::net::TcpListener;

use serde_json::Value;

use super::{PROJECT, SERVICES, customer, mode, outcomes, run, secret};
use crate::ibmcloud::{certificate_authority, kafka_key, redis_key};
use crate::machine::Machine;

#[test]
fn a_plan_is_the_same_again_and_up_does_what_it_says() {
    let (customer, id) = customer();
    let plan = run(&customer, "plan --out plan.json -o json", 0).document("hybrid plan");
    assert_eq!(plan, serde_json::from_str::<Value>(&customer.sandbox.read("work/plan.json")).expect("JSON"));
    assert_eq!(plan["members"][0]["identity"]["project_id"], Value::from(id.clone()));
    assert_eq!(plan["members"][1]["steps"][0]["object"], "file hybrid/edge.env");
    assert_eq!(plan, run(&customer, "plan -o json", 0).document("hybrid plan"), "it is deterministic");
    assert!(secret(&customer, &id).is_none(), "nothing was done");

    let up = run(&customer, "up plan.json -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud changed", "edge changed", "west changed"]);
    let again = run(&customer, "up plan.json -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&again), ["cloud unchanged", "edge unchanged", "west unchanged"]);
    let shown = run(&customer, "plan", 0).stdout;
    assert!(shown.ends_with("edge (host): nothing is to be done\nwest (host): nothing is to be done\n"), "{shown}");
}

#[test]
fn a_plan_of_some_members_is_for_them_alone_and_one_that_was_half_done_is_finished() {
    let (customer, id) = customer();
    run(&customer, "plan --out plan.json --only cloud --only edge", 0);
    run(&customer, "up --only edge", 0);
    let up = run(&customer, "up plan.json -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud changed", "edge unchanged"]);
    assert!(secret(&customer, &id).is_some() && !customer.sandbox.path("work/hybrid/west.env").exists());
}

#[test]
fn up_refuses_a_plan_where_the_world_moved_and_says_what() {
    let (customer, id) = customer();
    run(&customer, "plan --out plan.json", 0);

    customer.sandbox.write("work/karctl.yaml", format!("{PROJECT}# another day\n"));
    let refused = run(&customer, "up plan.json", 1).stderr;
    assert!(refused.contains("this is not what was planned: the project's file was changed since\n"), "{refused}");
    assert!(refused.contains("`karctl explain KAR502` tells more"), "{refused}");
    customer.sandbox.write("work/karctl.yaml", PROJECT);

    // Somebody made the project anew, of the same name.
    let other = customer.cloud.change(|account| {
        account.projects.retain(|project| project.id != id);
        account.add_project("prod")
    });
    let refused = run(&customer, "up plan.json", 1).stderr;
    assert!(refused.contains(&format!("cloud: its project id was {id}, and is {other}")), "{refused}");
    assert!(secret(&customer, &other).is_none() && !customer.sandbox.path("work/hybrid").exists());
}

#[test]
fn up_refuses_to_do_more_than_was_planned() {
    let (customer, _) = customer();
    run(&customer, "up", 0);
    run(&customer, "plan --out plan.json", 0);
    run(&customer, "down --only west", 0);
    let refused = run(&customer, "up plan.json", 1).stderr;
    assert!(refused.contains("west: file hybrid/west.env was to be unchanged, and would be created"), "{refused}");
    assert!(!customer.sandbox.path("work/hybrid/west.env").exists());
}

#[test]
fn there_is_no_plan_where_a_member_cannot_be_reached() {
    let (customer, _) = customer();
    customer.sandbox.write("work/karctl.yaml", PROJECT.replace("project: prod", "project: prd"));
    let refused = run(&customer, "plan --out plan.json", 1).stderr;
    assert!(refused.starts_with("error: no plan can be made: cloud: the member `cloud`"), "{refused}");
    assert!(!customer.sandbox.path("work/plan.json").exists());
}

#[test]
fn what_is_no_plan_is_told() {
    let (customer, _) = customer();
    let refused = run(&customer, "up plan.json", 2).stderr;
    let hint = "hint: `karctl hybrid plan --out plan.json` writes one\n";
    assert_eq!(refused, format!("error: there is no plan plan.json\n{hint}"));
    for (text, expected) in [
        ("[", "plan.json is no plan"),
        ("{\"version\": 2}", "plan.json is no plan"),
        (
            "{\"version\": 1}",
            "plan.json is a plan of version 1, and this karctl reads version 2\n\
             hint: make a new one with `karctl hybrid plan`\n",
        ),
    ] {
        customer.sandbox.write("work/plan.json", text);
        let refused = run(&customer, "up plan.json", 2).stderr;
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn up_refuses_other_contents_than_those_that_were_planned_and_says_which() {
    let (customer, id) = customer();
    let plan = run(&customer, "plan --out plan.json", 0);
    assert!(!format!("{plan:?}{}", customer.sandbox.read("work/plan.json")).contains("canary"));
    assert_eq!(mode(&customer, "work/plan.json"), 0o600);
    for (from, to, expected) in [
        ("canary-redis", "canary-new", "cloud: the services' credentials were changed since\n"),
        ("username: token", "username: other", "cloud: the services' credentials were changed since\n"),
        ("redis.example", "redis2.example", "cloud: what it is told of Kafka and Redis was changed since\n"),
    ] {
        let from = from.replace("username", "USERNAME");
        let services = SERVICES.replace(&from, &to.replace("username", "USERNAME"));
        assert_ne!(services, SERVICES);
        customer.sandbox.write("work/services.yaml", services);
        let refused = run(&customer, "up plan.json", 1).stderr;
        assert!(refused.contains(&format!("this is not what was planned: {expected}")), "{refused}");
        assert!(refused.contains("KAR502"), "{refused}");
        assert!(secret(&customer, &id).is_none() && !customer.sandbox.path("work/hybrid").exists());
    }
    customer.sandbox.write("work/services.yaml", SERVICES);
    run(&customer, "up plan.json", 0);
}

#[test]
fn a_plan_holds_in_every_folder_of_the_project() {
    let (customer, _) = customer();
    std::fs::create_dir(customer.sandbox.path("work/below")).expect("a folder");
    run(&customer, "plan --out plan.json", 0);
    let line = format!("cd below && exec {} hybrid up ../plan.json -o json", env!("CARGO_BIN_EXE_karctl"));
    let up = customer.sandbox.command("/bin/sh", ["-c", &line]).output().document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud changed", "edge changed", "west changed"]);
    assert_eq!(up["members"][1]["steps"][0]["object"], "file hybrid/edge.env");
}

#[test]
fn a_plan_for_another_registry_is_carried_out_with_it() {
    let (customer, _) = customer();
    let plan = run(&customer, "plan --out plan.json --registry r.example/team -o json", 0).document("hybrid plan");
    assert_eq!(plan["registry"], "r.example/team");
    let refused = run(&customer, "up plan.json --registry other.example", 1).stderr;
    assert!(refused.contains("its registry was r.example/team, and is other.example\n"), "{refused}");
    run(&customer, "up plan.json", 0);
}

#[test]
fn up_refuses_other_settings_than_those_that_were_planned() {
    let (customer, _) = customer();
    let project = PROJECT.replace("  west:", "  laptop: { local: {}, profile: ./mine.yaml }\n  west:");
    customer.sandbox.write("work/karctl.yaml", project);
    customer.sandbox.write("work/mine.yaml", "kafka: { heap: 300m }\n");
    run(&customer, "plan --out plan.json", 0);
    customer.sandbox.write("work/mine.yaml", "kafka: { heap: 400m }\n");
    let refused = run(&customer, "up plan.json", 1).stderr;
    assert!(refused.contains("this is not what was planned: laptop: the settings were changed since\n"), "{refused}");
    customer.sandbox.write("work/mine.yaml", "# the same\nkafka: { heap: 300m }\n");
    run(&customer, "up plan.json", 0);
}

#[test]
fn services_in_another_region_than_a_project_are_told() {
    let (customer, _) = customer();
    customer
        .sandbox
        .write("work/karctl.yaml", PROJECT.replace("{ file: services.yaml }", "{ managed: { key: keys } }"));
    let ca = certificate_authority();
    customer.cloud.change(|account| {
        account.keys.push(redis_key("keys", "redis.example", 31000, "admin", "canary", &ca));
        let mut kafka = kafka_key("keys", &["b-0.example:9093"], "canary");
        kafka["source_crn"] = kafka["source_crn"].as_str().expect("a CRN").replace("us-south", "eu-de").into();
        account.keys.push(kafka);
    });
    let plan = run(&customer, "plan -o json", 0).document("hybrid plan");
    let told = "Kafka is in eu-de, and the project `prod` in us-south: every message goes from one to the other";
    assert_eq!(plan["members"][0]["warnings"], serde_json::json!([told]));
    assert_eq!(plan["members"][1]["warnings"], Value::Null);
    customer.cloud.forget();
    let shown = run(&customer, "plan", 0).stdout;
    assert!(shown.contains(&format!("  {told}\n")), "{shown}");
    let requests = customer.cloud.requests();
    let asked = requests.iter().map(|recorded| recorded.shape()).filter(|shape| shape.contains("resource_keys"));
    assert_eq!(asked.count(), 1, "keys are read once");
}

#[test]
fn a_port_that_is_taken_is_told_with_the_place_where_to_say_another() {
    let machine = Machine::new();
    let (kafka, redis) = machine.ports;
    let _listener = TcpListener::bind(("127.0.0.1", kafka)).expect("free");
    let settings = format!("{{ local: {{ engine: native }}, kafka: {{ port: {kafka} }}, redis: {{ port: {redis} }} }}");
    let project = format!(
        "version: 1\nservices: {{ local: {{}} }}\nmembers:\n  laptop: {{ local: {{}} }}\nsettings: {settings}\n"
    );
    machine.sandbox.write("work/karctl.yaml", project);
    let failed = machine.karctl(&["hybrid", "plan"]);
    assert_eq!(failed.status, Some(1), "{}", failed.stdout);
    let said = &failed.stderr;
    assert!(
        said.contains(&format!("no plan can be made: laptop: port {kafka}, which Kafka needs, is taken")),
        "{said}"
    );
    assert!(said.contains("karctl.yaml: `settings: { kafka: { port: N } }`") && said.contains("KAR101"), "{said}");
    assert!(!said.contains("--kafka-port"), "{said}");
}
