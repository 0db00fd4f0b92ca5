use super::Customer;
use crate::ibmcloud::{Fault, Point};

const LIST: &str = "code-engine GET /v2/projects";
const MAKE: &str = "code-engine POST /v2/projects";

/// How many projects there are, deleted ones not counted.
fn count(customer: &Customer) -> usize {
    customer.cloud.change(|account| {
        account.sweep();
        account.projects.iter().filter(|project| !project.life.is_leaving()).count()
    })
}

#[test]
fn a_project_is_made_waited_for_and_made_once() {
    let customer = Customer::new();
    customer.cloud.change(|account| account.creation_reads = 2);
    let created = customer.run("project create kar -o json", 0).document("ce project create");
    assert_eq!((&created["change"], &created["project"]["status"]), (&"created".into(), &"active".into()));
    customer.asked();
    let again = customer.run("project create kar -o json", 0).document("ce project create");
    assert_eq!((&again["change"], &again["project"]["id"]), (&"unchanged".into(), &created["project"]["id"]));
    assert_eq!(customer.asked(), ["iam POST /identity/token", LIST]);
}

#[test]
fn one_that_is_on_its_way_is_waited_for() {
    let customer = Customer::new();
    customer.cloud.change(|account| {
        let id = account.add_project("kar");
        let project = account.project(&id);
        (project.status, project.preparing) = ("preparing".to_owned(), 2);
    });
    let created = customer.run("project create kar --use -o json", 0).document("ce project create");
    assert_eq!((&created["change"], &created["project"]["status"]), (&"unchanged".into(), &"active".into()));
    assert_eq!(created["is_chosen"], true);
    let listed = customer.run("project list -o json", 0).document("ce project list");
    assert_eq!(listed["projects"][0]["chosen_by"], "karctl ce project use");
}

#[test]
fn a_rehearsal_makes_nothing() {
    let customer = Customer::new();
    let shown = customer.run("project create kar --dry-run", 0);
    assert_eq!(shown.stdout, "The project kar: would be created\n");
    assert_eq!((count(&customer), customer.asked()), (0, vec!["iam POST /identity/token".to_owned(), LIST.to_owned()]));
}

/// Names need not be unique, so that a second request would make a second project.
#[test]
fn an_answer_that_is_lost_makes_no_second_project() {
    for fault in
        [Fault::Cut, Fault::Torn, Fault::Gateway { status: 503 }, Fault::TooMany { retry_after: 0 }, Fault::Expire]
    {
        let customer = Customer::new();
        customer.cloud.fail(fault, &Point::first(MAKE));
        customer.run("project create kar", 0);
        assert_eq!((count(&customer), customer.cloud.struck()), (1, 1), "{fault:?}");
        customer.asked();
    }
}

#[test]
fn one_that_is_not_seen_at_once_is_waited_for() {
    let customer = Customer::new();
    customer.cloud.fail(Fault::Lag(3), &Point::first(MAKE));
    customer.run("project create kar", 0);
    assert_eq!(count(&customer), 1);
}

#[test]
fn names_and_groups_that_cannot_be_are_refused() {
    let customer = Customer::new();
    let refused = customer.run("project create a/b", 2).stderr;
    assert!(refused.starts_with("error: `a/b` cannot be the name of a project: it has letters"), "{refused}");
    let refused = customer.run("project create kar --resource-group Defualt", 1).stderr;
    assert!(refused.contains("there is no resource group `Defualt` (--resource-group)"), "{refused}");
    assert!(refused.contains("hint: the nearest is `Default`"), "{refused}");
    assert_eq!(count(&customer), 0);
}

#[test]
fn several_of_a_name_are_listed_and_none_is_taken() {
    let customer = Customer::new();
    let ids = [(); 2].map(|()| customer.cloud.change(|account| account.add_project("kar")));
    for line in ["project create kar", "project use kar", "project delete kar -y", "login --check --project kar"] {
        let finished = customer.run(line, 1);
        let said = finished.stdout + &finished.stderr;
        assert!(said.contains("2 projects are named `kar`: "), "{said}");
        assert!(ids.iter().all(|id| said.contains(id)), "{said}");
    }
    customer.run(&format!("project use {}", ids[1]), 0);
    assert_eq!(count(&customer), 2);
}

#[test]
fn a_project_is_chosen_for_other_commands_and_for_its_region() {
    let customer = Customer::new();
    let id = customer.cloud.change(|account| account.add_project("kar"));
    let used = customer.run("project use kar -o json", 0).document("ce project use");
    assert_eq!((&used["change"], &used["project"]["id"]), (&"created".into(), &id.clone().into()));
    let again = customer.run("project use kar -o json", 0).document("ce project use");
    assert_eq!(again["change"], "unchanged");
    let login = customer.run("login --check -o json", 0).document("ce login");
    assert_eq!((&login["project"]["value"], &login["project"]["from"]), (&id.into(), &"karctl ce project use".into()));
    let elsewhere = customer.run("login --region eu-de -o json", 0).document("ce login");
    assert_eq!(elsewhere["project"], serde_json::Value::Null);
    let cleared = customer.run("project use --clear", 0);
    assert_eq!(cleared.stdout, "No project is kept for other commands\n");
    let login = customer.run("login -o json", 0).document("ce login");
    assert_eq!(login["project"], serde_json::Value::Null);
}

#[test]
fn commands_side_by_side_leave_one_choice_whole() {
    let customer = Customer::new();
    let ids = ["a", "b", "c"].map(|name| customer.cloud.change(|account| account.add_project(name)));
    std::thread::scope(|scope| {
        for id in &ids {
            let customer = &customer;
            scope.spawn(move || customer.run(&format!("project use {id}"), 0));
        }
    });
    let login = customer.run("login -o json", 0).document("ce login");
    assert!(ids.iter().any(|id| login["project"]["value"] == **id), "{login}");
}

#[test]
fn a_project_is_deleted_after_a_question_and_waited_for() {
    let customer = Customer::new();
    customer.cloud.change(|account| account.deletion_reads = 2);
    let id = customer.cloud.change(|account| account.add_project("kar"));
    customer.run("project use kar", 0);
    let refused = customer.run("project delete kar", 2).stderr;
    let question =
        format!("error: Delete the project `kar` ({id}) in us-south with everything in it? Nobody can be asked here\n");
    assert!(refused.starts_with(&question), "{refused}");
    let rehearsed = customer.run("project delete kar --dry-run", 0).stdout;
    assert_eq!(rehearsed, format!("The project kar ({id}) would be deleted with everything in it\n"));
    assert_eq!(count(&customer), 1);
    let deleted = customer.run("project delete kar -y -o json", 0).document("ce project delete");
    assert_eq!((&deleted["change"], &deleted["is_kept"]), (&"removed".into(), &false.into()));
    assert_eq!(customer.cloud.change(|account| account.projects.len()), 0);
    let login = customer.run("login -o json", 0).document("ce login");
    assert_eq!(login["project"], serde_json::Value::Null, "what is gone is not chosen any more");
    let again = customer.run("project delete kar -y", 0).stdout;
    assert_eq!(again, "There is no project kar that you may see: nothing to delete\n");
    assert_eq!(customer.cloud.misuse(), Vec::<String>::new());
}

#[test]
fn one_that_is_kept_after_its_deletion_is_said_to_be() {
    let customer = Customer::new();
    let id = customer.cloud.change(|account| {
        let id = account.add_project("kar");
        account.project(&id).status = "soft_deleted".to_owned();
        id
    });
    let again = customer.run("project delete kar -y", 0).stdout;
    let kept = format!("`ibmcloud ce project restore --id {id}` brings it back\n");
    assert!(
        again.starts_with(&format!("The project kar ({id}) was deleted before\n")) && again.ends_with(&kept),
        "{again}"
    );
    let refused = customer.run("project use kar", 1).stderr;
    assert!(refused.contains("cannot be used: it is soft deleted"), "{refused}");
}

#[test]
fn a_project_that_may_not_be_seen_is_told_so() {
    let customer = Customer::new();
    let refused = customer.run("project use 4ff0c4e0-2f13-4ce4-8165-f007f48bafe4", 1).stderr;
    let said = "error: the project `4ff0c4e0-2f13-4ce4-8165-f007f48bafe4` (as typed) is missing in us-south, or you lack \
                the roles (Viewer and Reader): Code Engine answers 404 (trace ";
    assert!(refused.starts_with(said), "{refused}");
    assert!(refused.contains("hint: `karctl explain KAR404` tells more\n"), "{refused}");
}

#[test]
fn a_region_that_is_missing_is_asked_for_by_its_option() {
    let customer = Customer::new();
    let refused =
        customer.ce(["project", "list"]).without("IBMCLOUD_REGION").without("KARCTL_CODE_ENGINE_URL").output();
    assert_eq!(refused.status, Some(1));
    assert!(
        refused.stderr.starts_with("error: no region of Code Engine is chosen\nhint: give --region"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_list_is_read_to_its_last_page() {
    let customer = Customer::new();
    customer.cloud.change(|account| account.page_size = 2);
    for name in ["e", "d", "c", "b", "a"] {
        customer.cloud.change(|account| account.add_project(name));
    }
    let listed = customer.run("project list -o json", 0).document("ce project list");
    let names: Vec<_> = listed["projects"].as_array().expect("a list").iter().map(|project| &project["name"]).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    assert_eq!(
        customer.asked(),
        ["iam POST /identity/token", LIST, "code-engine GET /v2/projects?start", "code-engine GET /v2/projects?start"]
    );
}
