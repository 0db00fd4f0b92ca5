//! Breakage as a table: how something is broken, and which checks say so with which codes, and no other. Those that need a
//! real API server are data here too, and are broken in `tests/real/kubernetes/scenarios.rs`.
//!
//! A row names the checks that fail, so that taking a check away turns its rows red and no other.

mod cloud;
#[expect(dead_code, reason = "how each is broken is known to those who have a cluster")]
#[path = "../../../real/kubernetes/scenario_rows.rs"]
mod cluster;
pub mod docker;
mod machine;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use karctl::check::{code_engine, kubernetes, local};
use karctl::code::Code;
use serde_json::Value;

use crate::sandbox::Finished;

/// Checks that fail, by title, with the code of each.
pub type Expected = &'static [(&'static str, &'static str)];

/// The checks of a document that are neither well nor skipped, by title.
pub fn failed(finished: &Finished) -> Vec<(String, String)> {
    let document = finished.document("check");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let checks = document["checks"].as_array().expect("a list").iter();
    let bad = checks.filter(|checked| checked["outcome"] == "error" || checked["outcome"] == "warning");
    let mut failed: Vec<_> = bad.map(|checked| (text(&checked["title"]), text(&checked["code"]))).collect();
    failed.sort();
    failed
}

/// What a row expects, in the form of [`failed`].
pub fn expected(row: Expected) -> Vec<(String, String)> {
    let mut expected: Vec<_> = row.iter().map(|(title, code)| ((*title).to_owned(), (*code).to_owned())).collect();
    expected.sort();
    expected
}

/// Runs rows some at a time, and tells of all that are not as expected.
pub fn run<Row: Sync>(rows: &[Row], name: fn(&Row) -> &str, differs: fn(&Row) -> Option<String>) {
    const AT_A_TIME: usize = 4;
    let (next, wrong) = (Mutex::new(rows.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let Some(row) = next.lock().expect("nobody panics with it").next() else { return };
                    if let Some(difference) = differs(row) {
                        wrong.lock().expect("nobody panics with it").push(format!("{}: {difference}", name(row)));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics with it");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Every row: its name, and what it expects.
fn rows() -> Vec<(&'static str, Expected)> {
    let machine = machine::ROWS.iter().map(|row| (row.name, row.expected));
    let cloud = cloud::ROWS.iter().map(|row| (row.name, row.expected));
    let cluster = cluster::BEFORE.iter().chain(cluster::ROWS).map(|row| (row.name, row.expected));
    machine.chain(cloud).chain(cluster).collect()
}

/// Checks that no row breaks, and where they are seen failing instead.
const ELSEWHERE: [(&str, &str); 17] = [
    ("there is room for Kafka's data", "needs a full disk; src/check/local_tests.rs"),
    ("there is room for what is fetched", "needs a full disk; src/check/local_tests.rs"),
    ("what runs is whole, and answers", "tests/cli/check/fix.rs"),
    ("brokers advertise an address that leads here", "src/check/local_tests.rs"),
    ("the services are where the project is", "src/check/code_engine_tests.rs"),
    ("the project has room", "src/check/code_engine_tests.rs"),
    ("nothing of the keys may surprise", "src/check/code_engine_tests.rs"),
    ("the API server answers", "tests/cli/check/modes.rs"),
    ("the API server answers soon", "needs a slow API server; src/check/kubernetes_tests.rs"),
    ("karctl is tested with this Kubernetes", "needs a newer API server; src/check/kubernetes_tests.rs"),
    ("whoever asks may deploy", "tests/real/kubernetes/checks.rs"),
    ("Pod Security admits the runtime", "tests/real/kubernetes/checks.rs"),
    ("Pod Security admits sidecars", "tests/real/kubernetes/checks.rs"),
    ("the limit ranges admit the pods", "tests/real/kubernetes/checks.rs"),
    ("the registry can be reached", "tests/real/kubernetes/checks.rs"),
    ("the injector's certificate lasts", "tests/real/kubernetes/checks.rs"),
    ("KAR is deployed", "tests/real/kubernetes/checks.rs"),
];

#[test]
fn every_check_has_a_row_or_a_reason_for_none_and_every_row_a_check() {
    let of =
        |titles: &mut dyn Iterator<Item = (&'static str, Code)>| titles.map(|(title, _)| title).collect::<Vec<_>>();
    let mut titles = of(&mut local::CHECKS.iter().chain(local::AFTER).map(|check| (check.title, check.code)));
    titles.extend(of(&mut kubernetes::REACH.iter().map(|check| (check.title, check.code))));
    titles.extend(of(&mut kubernetes::BEFORE.iter().chain(kubernetes::AFTER).map(|check| (check.title, check.code))));
    titles.extend(of(&mut code_engine::BEFORE.iter().chain(code_engine::AFTER).map(|check| (check.title, check.code))));
    let known: BTreeSet<_> = titles.iter().copied().collect();
    assert_eq!(known.len(), titles.len(), "titles are unique");
    let rows = rows();
    let named: BTreeSet<_> = rows.iter().flat_map(|(_, row)| row.iter().map(|(title, _)| *title)).collect();
    let elsewhere: BTreeSet<_> = ELSEWHERE.iter().map(|(title, _)| *title).collect();
    let unknown: Vec<_> = named.union(&elsewhere).filter(|title| !known.contains(**title)).collect();
    assert_eq!(unknown, Vec::<&&str>::new(), "rows of checks that are gone");
    let without: Vec<_> = known.difference(&named).filter(|title| !elsewhere.contains(**title)).collect();
    assert_eq!(without, Vec::<&&str>::new(), "checks without a row");
    let both: Vec<_> = named.intersection(&elsewhere).collect();
    assert_eq!(both, Vec::<&&str>::new(), "these have a row by now");
}

#[test]
fn there_are_fifty_rows_each_with_its_name_and_codes_that_exist() {
    let rows = rows();
    let broken = rows.iter().filter(|(_, expected)| !expected.is_empty()).count();
    assert!(broken >= 50, "{broken}");
    assert!(rows.iter().filter(|(_, expected)| expected.len() > 1).count() >= 5, "some break two things at once");
    let mut names = BTreeMap::new();
    for (name, expected) in rows {
        assert!(names.insert(name, ()).is_none(), "two rows are called {name}");
        assert!(expected.iter().all(|(_, code)| code.parse::<Code>().is_ok()), "{name}");
    }
}
