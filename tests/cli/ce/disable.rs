use serde_json::json;

use super::Customer;

const SECRET: &str = "kar.ibm.com.runtime-config";
const REGISTRY: &str = "kar.ibm.com.image-pull";

/// Somebody with two projects that are enabled; their ids.
fn customer() -> (Customer, [String; 2]) {
    let customer = Customer::new();
    let ids = ["prod", "test"].map(|name| {
        customer.cloud.change(|account| {
            let id = account.add_project(name);
            account.add_secret(&id, SECRET, "generic", json!({ "KAFKA_BROKERS": "b" }));
            account.add_secret(&id, "other", "generic", json!({}));
            id
        })
    });
    (customer, ids)
}

fn secrets(customer: &Customer, project: &str) -> Vec<String> {
    customer.cloud.change(|account| account.project(project).secrets.keys().cloned().collect())
}

#[test]
fn only_the_project_that_is_named_is_disabled_and_again_nothing_happens() {
    let (customer, [prod, test]) = customer();
    customer.run(&format!("project use {prod}"), 0);
    customer.cloud.change(|account| {
        account.deletion_reads = 2;
        account.add_secret(&test, REGISTRY, "registry", json!({ "server": "s" }));
    });
    let rehearsed = customer.run("disable test --dry-run", 0).stdout;
    let lines =
        [SECRET, REGISTRY].map(|name| format!("The secret {name} of the project test ({test}): would be removed\n"));
    assert_eq!(rehearsed, lines.concat());
    let disabled = customer.run("disable test -o json", 0).document("ce disable");
    assert_eq!(
        (&disabled["project"]["id"], &disabled["secrets"][0]["change"]),
        (&test.clone().into(), &"removed".into())
    );
    assert_eq!((secrets(&customer, &test), secrets(&customer, &prod).len()), (vec!["other".to_owned()], 2));
    let again = customer.run("disable test -o json", 0).document("ce disable");
    assert_eq!(again["secrets"][0]["change"], "unchanged");
    customer.asked();
}

#[test]
fn a_secret_of_that_name_that_is_no_login_for_a_registry_stays() {
    let (customer, [prod, _]) = customer();
    customer.cloud.change(|account| account.add_secret(&prod, REGISTRY, "generic", json!({ "a": "b" })));
    customer.run("disable --project prod", 0);
    assert_eq!(secrets(&customer, &prod), [REGISTRY, "other"]);
}

#[test]
fn a_project_that_is_missing_is_not_replaced_by_the_chosen_one() {
    let (customer, [prod, _]) = customer();
    customer.run(&format!("project use {prod}"), 0);
    let refused = customer.run("disable porch", 1).stderr;
    assert!(refused.starts_with("error: the project `porch` (--project) is missing in us-south"), "{refused}");
    assert_eq!(secrets(&customer, &prod).len(), 2);
}

#[test]
fn applications_that_use_the_secret_are_listed_and_it_stays_unless_forced() {
    let (customer, [prod, _]) = customer();
    customer.add_app(&prod, "greeter", SECRET);
    customer.add_app(&prod, "another", "other");
    let refused = customer.run("disable prod", 1).stderr;
    let said = "error: an application uses the secrets of the project `prod`: greeter\n\
                hint: delete them first with `karctl ce delete NAME`, or give --force\n\
                hint: `karctl explain KAR413` tells more\n";
    assert_eq!(refused, said);
    assert_eq!(customer.run("disable prod --dry-run", 1).stderr, said, "a rehearsal ends as what it rehearses");
    let forced = customer.run("disable prod --dry-run --force", 0);
    assert!(forced.stderr.contains("warning: applications still use them: greeter;"), "{}", forced.stderr);
    assert_eq!(secrets(&customer, &prod), [SECRET, "other"]);
    let forced = customer.run("disable prod --force -o json", 0);
    assert_eq!(forced.document("ce disable")["users"], json!(["greeter"]));
    assert!(forced.stderr.contains("warning: applications still use them: greeter;"), "{}", forced.stderr);
    assert_eq!(secrets(&customer, &prod), ["other"]);
}
