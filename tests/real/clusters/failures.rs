//! Clusters that cannot be made: what is wrong is said, and nothing is left.

use std::fs;

use super::Developer;
use crate::parts;
use crate::sandbox::Finished;

/// Tries to make a cluster, which must fail; all that is left are the containers that were there.
#[track_caller]
fn refused(developer: &Developer, arguments: &[&str]) -> Finished {
    let before = (developer.containers(), developer.volumes());
    let create = ["cluster", "create", "--provider", "kind", "--no-registry", "--timeout", "10m"];
    let finished = developer.run(&[&create, arguments].concat());
    assert_eq!(finished.status, Some(1), "{}", finished.stderr);
    assert_eq!((developer.containers(), developer.volumes()), before, "{}", finished.stderr);
    assert!(!developer.sandbox().path("home/.kube/config").exists(), "{}", finished.stderr);
    finished
}

#[track_caller]
fn assert_says(finished: &Finished, words: &[&str]) {
    for word in words {
        assert!(finished.stderr.contains(word), "no `{word}` in: {}", finished.stderr);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_a_cluster_of_kind_cannot_be_made_of_is_told_and_leaves_nothing() {
    let developer = Developer::new();
    let image = parts::kind_node_image();

    // A port of the contract is somebody else's.
    developer.docker(&["run", "-d", "--name", "other", "-p", "127.0.0.1:31379:1", "karctl-test/tiny:1"]);
    let taken = refused(&developer, &["--image", &image]);
    assert_says(&taken, &["port 31379", "other", "hint: ", "KAR305"]);
    developer.docker(&["rm", "--force", "other"]);

    // What is said to be a node is none: kind itself fails, and what it made is taken away.
    let no_node = refused(&developer, &["--image", "karctl-test/client:1"]);
    assert_says(
        &no_node,
        &["the cluster `kar` was not made, and what was begun was taken away", "kind could not make the cluster"],
    );

    // Nobody answers.
    let nobody = format!("unix://{}", developer.sandbox().path("nobody.sock").display());
    let karctl = std::path::Path::new(env!("CARGO_BIN_EXE_karctl"));
    let asleep =
        developer.command(karctl, ["cluster", "create", "--provider", "kind"]).variable("DOCKER_HOST", nobody).output();
    assert_eq!(asleep.status, Some(1), "{}", asleep.stderr);
    assert_says(&asleep, &["nobody.sock", "hint: "]);

    // kind is too old, then missing.
    fs::remove_file(developer.sandbox().path("bin/kind")).expect("a link");
    developer.sandbox().program("kind", "echo 0.26.0");
    assert_says(&refused(&developer, &["--image", &image]), &["0.26.0", "0.27", "hint: "]);
    fs::remove_file(developer.sandbox().path("bin/kind")).expect("a program");
    assert_says(&refused(&developer, &["--image", &image]), &["`kind` is not on PATH", "hint: ", "KAR"]);
}
