use std::time::Duration;

use super::Customer;
use crate::ibmcloud::{API_KEY, REGION};

#[test]
fn it_is_told_who_asks_and_where_everything_is_from() {
    let customer = Customer::new();
    let project = customer.cloud.change(|account| account.add_project("kar"));
    let login = customer.run("login --check --project kar --resource-group Default -o json", 0).document("ce login");
    assert_eq!((&login["login"], &login["login_from"]), (&"API key".into(), &"IBMCLOUD_API_KEY".into()));
    assert_eq!(login["user"], "kari@example.com");
    assert_eq!(login["region"]["value"], REGION);
    assert_eq!(login["region"]["from"], "IBMCLOUD_REGION");
    assert_eq!(login["resource_group"]["from"], "--resource-group");
    assert_eq!((&login["project"]["from"], &login["project_found"]["id"]), (&"--project".into(), &project.into()));
    assert_eq!(customer.asked(), ["iam POST /identity/token", "code-engine GET /v2/projects"]);
    let table = customer.run("login", 0).stdout;
    assert!(table.contains("login           API key   IBMCLOUD_API_KEY\n"), "{table}");
    assert!(table.contains("user            -         --check asks IBM Cloud\n"), "{table}");
    assert!(table.contains("project         -         not chosen\n"), "{table}");
    assert_eq!(customer.asked(), Vec::<String>::new());
}

#[test]
fn without_a_login_nothing_is_asked_and_nothing_sent() {
    let customer = Customer::without_login();
    let stderr = "error: there is no login for IBM Cloud: no API key is given, and nobody is logged in with `ibmcloud`\n\
                  hint: set IBMCLOUD_API_KEY (`@FILE` for a file with the key), give --api-key-file, or run `ibmcloud login`\n\
                  hint: `karctl explain KAR400` tells more\n";
    customer.ce(["login", "--check"]).stderr(stderr).status(1);
    assert_eq!(customer.asked(), Vec::<String>::new());
}

#[test]
fn a_key_that_is_not_known_is_told_with_the_trace() {
    let customer = Customer::new();
    let refused = customer.ce(["login", "--check"]).variable("IBMCLOUD_API_KEY", "canary-wrong-key").output();
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(1), ""));
    let said =
        "error: IBM Cloud does not know this API key: Provided API key could not be found (400 BXNIM0415E, trace ";
    assert!(refused.stderr.starts_with(said), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("hint: make another key at https://cloud.ibm.com/iam/apikeys"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains("canary"), "{}", refused.stderr);
}

#[test]
fn a_key_comes_from_a_file_and_from_stdin_too() {
    let customer = Customer::without_login();
    customer.sandbox.write("work/key.json", format!("{{\"name\": \"ci\", \"apikey\": \"{API_KEY}\"}}"));
    customer.run("login --check --api-key-file key.json", 0);
    let piped = customer.ce(["login", "--check", "--api-key-file", "-"]).stdin(format!("{API_KEY}\n")).output();
    assert_eq!(piped.status, Some(0), "{}", piped.stderr);
    let at = customer.ce(["login", "--check"]).variable("IBMCLOUD_API_KEY", "@key.json").output();
    assert_eq!(at.status, Some(0), "{}", at.stderr);
    let json = customer.ce(["login"]).variable("IBMCLOUD_API_KEY", "{\"apikey\"").output();
    assert_eq!(json.status, Some(2), "{}", json.stderr);
}

#[test]
fn a_login_of_the_other_command_is_used_as_long_as_it_lasts_and_its_files_stay() {
    let customer = Customer::without_login();
    let token = customer.cloud.user_token(Duration::from_secs(600));
    let file = "home/.bluemix/config.json";
    let content = format!("{{\"IAMToken\": \"Bearer {token}\", \"IAMRefreshToken\": \"r\", \"Region\": \"eu-de\"}}");
    customer.sandbox.write(file, &content);
    let login = customer.run("login -o json", 0).document("ce login");
    assert_eq!((&login["login"], &login["user"]), (&"token".into(), &"kari@example.com".into()));
    assert_eq!(login["login_from"], "ibmcloud ([ROOT]/home/.bluemix/config.json)");
    customer.run("project list", 0);
    assert_eq!(customer.asked(), ["code-engine GET /v2/projects"]);
    assert_eq!(customer.sandbox.read(file), content);
    let ended = customer.cloud.user_token(Duration::ZERO);
    customer.sandbox.write(file, format!("{{\"IAMToken\": \"Bearer {ended}\"}}"));
    let refused = customer.run("project list", 1).stderr;
    assert!(
        refused.contains("the login of the `ibmcloud` command ([ROOT]/home/.bluemix/config.json) ended at 20"),
        "{refused}"
    );
    assert!(refused.contains("hint: log in again with `ibmcloud login`, or set IBMCLOUD_API_KEY"), "{refused}");
    assert_eq!(customer.asked(), Vec::<String>::new());
}

/// A token can be read by everybody; whether it is good is known by whom it is shown to.
#[test]
fn a_token_is_shown_to_ibm_cloud_also_where_no_project_is_chosen() {
    let customer = Customer::without_login();
    let token = customer.cloud.user_token(Duration::from_secs(600));
    customer.sandbox.write("home/.bluemix/config.json", format!("{{\"IAMToken\": \"Bearer {token}\"}}"));
    let login = customer.run("login --check -o json", 0).document("ce login");
    assert_eq!((&login["is_checked"], &login["user"]), (&true.into(), &"kari@example.com".into()));
    assert_eq!(customer.asked(), ["resource-controller GET /v2/resource_groups"]);

    customer.cloud.change(|account| account.tokens.clear());
    for line in ["login --check", "login --check --region eu-de", "login --check --project kar"] {
        let refused = customer.run(line, 1);
        let said = "error: the Resource Controller does not accept the token when asked to list the resource groups: ";
        assert!(refused.stderr.starts_with(said) && refused.stdout.is_empty(), "{line}: {}", refused.stderr);
        assert!(refused.stderr.contains("hint: log in again with `ibmcloud login`"), "{line}: {}", refused.stderr);
        assert!(customer.asked().contains(&"resource-controller GET /v2/resource_groups".to_owned()), "{line}");
    }
    customer.run("login", 0);
    assert_eq!(customer.asked(), Vec::<String>::new());
}

#[test]
fn a_project_that_cannot_be_used_is_a_problem() {
    let customer = Customer::new();
    let login = customer.run("login --check --project kra -o json", 1).document("ce login");
    let problem = "the project `kra` (--project) is missing in us-south, or you lack the roles (Viewer and Reader)";
    assert_eq!(login["problems"][0], problem);
}

#[test]
fn neither_key_nor_token_is_in_any_output() {
    let customer = Customer::new();
    customer.cloud.change(|account| account.add_project("kar"));
    for line in ["-vv login --check --project kar", "-vv -o yaml login --check", "-vv project list --progress json"] {
        let finished = customer.run(line, 0);
        let tokens = customer.cloud.change(|account| account.tokens.keys().cloned().collect::<Vec<_>>());
        for secret in tokens.iter().map(String::as_str).chain([API_KEY]) {
            assert!(!(finished.stdout.clone() + &finished.stderr).contains(secret), "{line}");
        }
        assert!(finished.stderr.contains("IAM: POST /identity/token: 200"), "{}", finished.stderr);
    }
}
