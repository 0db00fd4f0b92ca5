use std::time::Duration;

use super::Customer;
use crate::ibmcloud::{Fault, Point};

const LIST: &str = "code-engine GET /v2/projects";
const MAKE: &str = "code-engine POST /v2/projects";
const DELETE: &str = "code-engine DELETE /v2/projects/{project}";

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
    let shown = customer.run("project create kar", 0).stdout;
    assert!(shown.ends_with("Have other commands act on it with `karctl ce project use kar`\n"), "{shown}");
    let shown = customer.ce(["project", "create", "two words"]).output().stdout;
    assert!(shown.ends_with("Have other commands act on it with `karctl ce project use 'two words'`\n"), "{shown}");
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
    for fault in [Fault::Cut, Fault::Torn, Fault::TooMany { retry_after: 0 }, Fault::Expire] {
        let customer = Customer::new();
        customer.cloud.fail(fault, &Point::first(MAKE));
        customer.run("project create kar", 0);
        assert_eq!((count(&customer), customer.cloud.struck()), (1, 1), "{fault:?}");
        customer.asked();
    }
}

#[test]
fn where_nobody_can_tell_whether_it_was_made_it_is_not_asked_for_again() {
    let customer = Customer::new();
    customer.cloud.fail(Fault::Gateway { status: 503 }, &Point::first(MAKE));
    let refused = customer.run("project create kar --timeout 6s", 4).stderr;
    assert!(refused.contains("error: the project `kar` may have been made, but was not seen within "), "{refused}");
    assert!(refused.contains("hint: `karctl ce project list` shows whether it is there by now"), "{refused}");
    let asked = customer.asked();
    assert_eq!(asked.iter().filter(|shape| *shape == MAKE).count(), 1, "{asked:?}");
    customer.run("project create kar", 0);
    assert_eq!(count(&customer), 1);
}

#[test]
fn one_that_was_made_without_an_answer_and_is_seen_late_stays_the_only_one() {
    let customer = Customer::new();
    customer.cloud.fail(Fault::Refuse, &Point::first(MAKE));
    let looks = || customer.cloud.requests().iter().filter(|request| request.shape() == LIST).count();
    std::thread::scope(|scope| {
        let created = scope.spawn(|| customer.run("project create kar -o json", 0).document("ce project create"));
        // Once before it is asked for, and so often after that.
        while looks() < 7 && !created.is_finished() {
            std::thread::sleep(Duration::from_millis(50));
        }
        let id = customer.cloud.change(|account| account.add_project("kar"));
        let created = created.join().expect("a document");
        assert_eq!((&created["change"], &created["project"]["id"]), (&"created".into(), &id.into()));
    });
    let asked = customer.asked();
    assert_eq!((asked.iter().filter(|shape| *shape == MAKE).count(), count(&customer)), (1, 1), "{asked:?}");
}

#[test]
fn one_that_does_not_become_active_is_waited_for_until_the_deadline() {
    let customer = Customer::new();
    customer.cloud.change(|account| account.creation_reads = usize::MAX);
    let late = customer.run("project create kar --use --timeout 5s", 4).stderr;
    let said = "error: timed out after 5 s waiting for the project `kar` to become active; last seen: it is preparing\n\
         hint: the same command again goes on waiting\n";
    assert!(late.ends_with(said), "{late}");
    let login = customer.run("login -o json", 0).document("ce login");
    assert_eq!(login["project"], serde_json::Value::Null, "what cannot be used is not chosen");
    customer.cloud.change(|account| account.projects[0].preparing = 1);
    let again = customer.run("project create kar -o json", 0).document("ce project create");
    assert_eq!((&again["change"], count(&customer)), (&"unchanged".into(), 1));
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
    customer.cloud.change(|account| (account.deletion_reads, account.keeps_projects) = (2, false));
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
fn one_that_is_deleted_is_kept_and_another_of_its_name_is_made_and_deleted() {
    let customer = Customer::new();
    customer.cloud.change(|account| account.deletion_reads = 2);
    let former = customer.cloud.change(|account| account.add_project("kar"));
    let deleted = customer.run("project delete kar -y -o json", 0).document("ce project delete");
    assert_eq!((&deleted["change"], &deleted["is_kept"]), (&"removed".into(), &true.into()));
    let again = customer.run("project delete kar -y", 0).stdout;
    assert!(again.starts_with(&format!("The project kar ({former}) was deleted before\n")), "{again}");
    let created = customer.run("project create kar -o json", 0).document("ce project create");
    assert_eq!(created["change"], "created");
    let listed = customer.run("project list -o json", 0).document("ce project list");
    let of = |project: &serde_json::Value| (project["id"] == *former, project["status"].clone());
    let mut found: Vec<_> = listed["projects"].as_array().expect("a list").iter().map(of).collect();
    found.sort_by_key(|(is_former, _)| *is_former);
    assert_eq!(found, [(false, "active".into()), (true, "soft_deleted".into())]);
    customer.run("project use kar", 0);
    let deleted = customer.run("project delete kar -y -o json", 0).document("ce project delete");
    assert_eq!(deleted["project"]["id"], created["project"]["id"]);
    assert_eq!(customer.cloud.misuse(), Vec::<String>::new());
}

#[test]
fn one_that_does_not_go_is_waited_for_until_the_deadline() {
    let customer = Customer::new();
    let id = customer.cloud.change(|account| {
        account.deletion_reads = usize::MAX;
        account.add_project("kar")
    });
    customer.run(&format!("project use {id}"), 0);
    let late = customer.run("project delete kar -y --timeout 5s", 4).stderr;
    let said = "error: timed out after 5 s waiting for the project `kar` to be gone; last seen: it is pending removal\n\
         hint: the same command again goes on waiting\n";
    assert!(late.ends_with(said), "{late}");
    let login = customer.run("login -o json", 0).document("ce login");
    assert_eq!(login["project"]["value"], *id, "what is there stays chosen");
    customer.asked();
    customer.cloud.change(|account| account.project(&id).status = "soft_deleted".to_owned());
    customer.run("project delete kar", 0);
    assert_eq!(customer.asked(), ["iam POST /identity/token", LIST]);
}

/// It failed before it was to be deleted, which is no answer to that.
#[test]
fn one_that_failed_is_deleted_all_the_same() {
    for status in ["creation_failed", "deletion_failed"] {
        let customer = Customer::new();
        let id = customer.cloud.change(|account| {
            let id = account.add_project("kar");
            account.project(&id).status = status.to_owned();
            id
        });
        let refused = customer.run("project create kar", 1).stderr;
        assert!(refused.contains("hint: `karctl ce project delete "), "{refused}");
        customer.cloud.fail(Fault::Lag(2), &Point::first(DELETE));
        let deleted = customer.run("project delete kar -y -o json", 0).document("ce project delete");
        assert_eq!((&deleted["project"]["status"], &deleted["change"]), (&status.into(), &"removed".into()));
        assert_eq!(customer.cloud.change(|account| account.project(&id).status.clone()), "soft_deleted", "{status}");
        assert_eq!(customer.cloud.struck(), 1, "{status}");
        customer.asked();
    }
}

#[test]
fn one_that_cannot_be_deleted_is_told_with_what_became_of_it() {
    for before in ["active", "creation_failed"] {
        let customer = Customer::new();
        let id = customer.cloud.change(|account| {
            account.deletion_reads = usize::MAX;
            let id = account.add_project("kar");
            account.project(&id).status = before.to_owned();
            id
        });
        std::thread::scope(|scope| {
            let deleted = scope.spawn(|| customer.run("project delete kar -y", 1).stderr);
            let is_leaving = || customer.cloud.change(|account| account.project(&id).life.is_leaving());
            while !is_leaving() && !deleted.is_finished() {
                std::thread::sleep(Duration::from_millis(50));
            }
            customer.cloud.change(|account| account.project(&id).status = "deletion_failed".to_owned());
            let refused = deleted.join().expect("what it said");
            let said = format!("error: the project `kar` ({id}) could not be deleted: it is deletion failed\n");
            assert!(refused.contains(&said), "{refused}");
        });
    }
}

#[test]
fn of_several_that_are_deleted_the_name_means_one_that_can_be_brought_back() {
    let customer = Customer::new();
    let add = |status: &str| {
        customer.cloud.change(|account| {
            let id = account.add_project("kar");
            account.project(&id).status = status.to_owned();
            id
        })
    };
    for status in ["hard_deleted", "hard_deleted"] {
        add(status);
    }
    let nothing = customer.run("project delete kar -y", 0).stdout;
    assert_eq!(nothing, "There is no project kar that you may see: nothing to delete\n");
    let missing = customer.run("project use kar", 1).stderr;
    assert!(missing.starts_with("error: the project `kar` (as typed) is missing in us-south"), "{missing}");
    let [kept, _] = ["soft_deleted", "soft_deleted"].map(add);
    let deleted = customer.run("project delete kar -o json", 0).document("ce project delete");
    assert_eq!((&deleted["project"]["id"], &deleted["is_kept"]), (&kept.clone().into(), &true.into()));
    let refused = customer.run("project use kar", 1).stderr;
    assert!(refused.contains(&format!("hint: `ibmcloud ce project restore --id {kept}`")), "{refused}");
    let alive = add("active");
    let used = customer.run("project use kar -o json", 0).document("ce project use");
    assert_eq!(used["project"]["id"], *alive);
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
