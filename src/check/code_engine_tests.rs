//! Each judge against what it is for.

use super::super::{Mode, Outcome, run};
use super::*;

fn reason(message: &str, code: Code) -> Reason {
    Reason { message: message.to_owned(), hints: vec!["do this".to_owned()], code: Some(code) }
}

fn well() -> Subject {
    Subject {
        login: Ok(Login { description: "somebody by IBMCLOUD_API_KEY".to_owned(), minutes_left: None }),
        project: Ok(Project {
            name: "kar".to_owned(),
            region: "us-south".to_owned(),
            is_active: true,
            state: "active".to_owned(),
        }),
        secret: Ok(Secret::Fresh),
        misunderstood: Vec::new(),
        keys: Some(Ok(Keys {
            redis_region: Some("us-south".to_owned()),
            kafka_region: Some("us-south".to_owned()),
            warnings: Vec::new(),
        })),
        registry: Some(Ok(Registry { name: "pull".to_owned(), server: "icr.io".to_owned() })),
        usage: Ok(Usage { apps: 3, cpus: 3.0 }),
        brokers: vec![("b-0:9093".to_owned(), Ok("fine".to_owned())), ("b-1:9093".to_owned(), Ok("fine".to_owned()))],
        redis: Some(Ok("fine".to_owned())),
        private_hosts: Vec::new(),
        record: None,
    }
}

/// Title, outcome and code of the checks that are not well.
fn found(subject: &Subject) -> Vec<(&'static str, Outcome, Code, String)> {
    let report = run(Mode::Ce, BEFORE.iter().chain(AFTER), subject);
    let is_bad = |outcome| matches!(outcome, Outcome::Error | Outcome::Warning);
    let bad = report.checks.into_iter().filter(|checked| is_bad(checked.outcome));
    bad.map(|checked| (checked.category, checked.outcome, checked.code, checked.found)).collect()
}

fn one(subject: &Subject) -> (&'static str, Outcome, Code, String) {
    let mut all = found(subject);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn what_is_well_has_no_finding_and_nothing_is_skipped_but_the_record() {
    let report = run(Mode::Ce, BEFORE.iter().chain(AFTER), &well());
    let (skipped, fine): (Vec<_>, Vec<_>) =
        report.checks.iter().partition(|checked| checked.outcome == Outcome::Skipped);
    assert_eq!(skipped.iter().map(|checked| checked.title).collect::<Vec<_>>(), ["a record goes round"]);
    assert!(fine.iter().all(|checked| checked.outcome == Outcome::Ok), "{report:?}");
}

#[test]
fn without_a_login_one_thing_is_wrong_and_the_services_are_judged_all_the_same() {
    let refused = || reason("no login", Code::CloudLoginMissing);
    let subject = Subject {
        login: Err(refused()),
        project: Err(refused()),
        secret: Err(refused()),
        keys: Some(Err(refused())),
        usage: Err(refused()),
        ..well()
    };
    let (category, outcome, code, message) = one(&subject);
    assert_eq!(
        (category, outcome, code, message.as_str()),
        ("login", Outcome::Error, Code::CloudLoginMissing, "no login")
    );
    let untrusted = reason("untrusted", Code::AuthorityUntrusted);
    let both = Subject { redis: Some(Err(untrusted)), ..subject };
    assert_eq!(found(&both)[1].2, Code::AuthorityUntrusted);
}

#[test]
fn a_token_that_ends_soon_and_a_project_that_is_not_active_are_told() {
    let login = Login { description: "somebody".to_owned(), minutes_left: Some(9) };
    let soon = one(&Subject { login: Ok(login), ..well() });
    assert_eq!((soon.0, soon.1), ("login", Outcome::Warning));
    let mut subject = well();
    if let Ok(project) = &mut subject.project {
        project.is_active = false;
        project.state = "creating".to_owned();
    }
    let creating = one(&subject);
    assert_eq!((creating.1, creating.2), (Outcome::Error, Code::CodeEngineProjectNotActive));
    assert_eq!(creating.3, "the project kar in us-south is creating, not active");
}

#[test]
fn other_regions_and_warnings_of_keys_are_warnings() {
    let keys = |redis: &str, warnings: &[&str]| Keys {
        redis_region: Some(redis.to_owned()),
        kafka_region: Some("us-south".to_owned()),
        warnings: warnings.iter().map(ToString::to_string).collect(),
    };
    let region = one(&Subject { keys: Some(Ok(keys("eu-de", &[]))), ..well() });
    assert_eq!((region.1, region.2), (Outcome::Warning, Code::RegionsDiffer));
    assert_eq!(region.3, "the project is in us-south, but Databases for Redis is in eu-de");
    let warned = one(&Subject { keys: Some(Ok(keys("us-south", &["two PEM blocks"]))), ..well() });
    assert_eq!((warned.0, warned.1, warned.3.as_str()), ("keys", Outcome::Warning, "two PEM blocks"));
}

#[test]
fn a_stale_or_missing_configuration_is_an_error_and_one_that_cannot_be_compared_is_none() {
    let stale = one(&Subject { secret: Ok(Secret::Stale(vec!["REDIS_PASSWORD".to_owned()])), ..well() });
    assert_eq!((stale.1, stale.2), (Outcome::Error, Code::SecretStale));
    assert!(stale.3.ends_with("differs from the service keys in REDIS_PASSWORD"), "{}", stale.3);
    assert_eq!(one(&Subject { secret: Ok(Secret::Missing), ..well() }).2, Code::SecretStale);
    assert_eq!(found(&Subject { secret: Ok(Secret::There), ..well() }), []);
    assert_eq!(one(&Subject { secret: Ok(Secret::Hidden), ..well() }).0, "roles");
}

#[test]
fn a_project_that_is_nearly_full_is_told() {
    assert_eq!(one(&Subject { usage: Ok(Usage { apps: 32, cpus: 1.0 }), ..well() }).2, Code::ProjectFull);
    assert_eq!(one(&Subject { usage: Ok(Usage { apps: 1, cpus: 102.5 }), ..well() }).1, Outcome::Warning);
    assert_eq!(found(&Subject { usage: Ok(Usage { apps: 31, cpus: 102.0 }), ..well() }), []);
}

#[test]
fn one_broker_of_several_is_a_warning_and_a_private_one_says_nothing_from_here() {
    let away = || Err(reason("Kafka cannot be reached", Code::ServiceUnreachable));
    let mut subject = well();
    subject.brokers[1].1 = away();
    assert_eq!(
        (one(&subject).1, one(&subject).3.as_str()),
        (Outcome::Warning, "1 of 2 brokers: Kafka cannot be reached")
    );
    subject.brokers[0].1 = away();
    assert_eq!((one(&subject).1, one(&subject).2), (Outcome::Error, Code::ServiceUnreachable));
    subject.private_hosts = vec!["b-0:9093".to_owned()];
    assert_eq!(one(&subject).1, Outcome::Warning);
    subject.brokers[0].1 = Err(reason("untrusted", Code::AuthorityUntrusted));
    assert_eq!(one(&subject).1, Outcome::Error, "whatever answered is wrong");

    let host = "r.private.databases.appdomain.cloud";
    let message = format!("Redis at {host}:30000 cannot be reached");
    let mut subject = Subject { redis: Some(Err(reason(&message, Code::ServiceUnreachable))), ..well() };
    assert_eq!(one(&subject).1, Outcome::Error);
    subject.private_hosts = vec![host.to_owned()];
    assert_eq!(one(&subject).1, Outcome::Warning);
}
