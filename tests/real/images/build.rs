//! `karctl images build`: of a folder that has the shape of KAR's own checkout, by the engine; and of one program, without
//! an engine; both into a registry.

use std::cell::RefCell;
use std::fs::File;

use serde_json::{Value, json};

use super::{assert_nothing_is_left, done, fails};
use crate::apps::docker;
use crate::parts;
use crate::registry_server::Server;
use crate::sandbox::{Finished, Sandbox};

/// As KAR's: programs that are built, and of them the one that is asked for.
const CORE: &str = "\
FROM karctl-test/tiny:1 as builder
COPY go.mod go.mod
ARG KAR_VERSION=unofficial
RUN mkdir -p /go/bin && for name in kar kar-injector; do echo \"$name $KAR_VERSION\" >/go/bin/$name; done

FROM karctl-test/tiny:1
ARG KAR_BINARY
COPY --from=builder /go/bin/$KAR_BINARY /kar/bin/$KAR_BINARY
";

/// As KAR's: what is built on an image that was built before.
const SDK: &str = "\
ARG KAR_BASE=localhost:5000/kar/kar-sidecar
FROM $KAR_BASE as kar
FROM karctl-test/tiny:1
COPY --from=kar /kar/bin/kar /kar/bin/kar
COPY runner /kar/bin/runner
";

/// A checkout, and a registry; the images that were built are taken from the engine at the end.
struct Checkout {
    sandbox: Sandbox,
    registry: Server,
    ids: RefCell<Vec<String>>,
    /// The steps of a build are shared by all of the engine, and go with whichever image is removed.
    _turn: File,
}

impl Checkout {
    fn new() -> Self {
        let turn = parts::turn("apps");
        let sandbox = Sandbox::new().variable("DOCKER_HOST", parts::docker_host());
        sandbox.write("work/kar/core/Dockerfile", CORE);
        sandbox.write("work/kar/core/go.mod", format!("module kar{}\n", std::process::id()));
        sandbox.write("work/kar/sdk-js/Dockerfile", SDK);
        sandbox.write("work/kar/sdk-js/runner", "first");
        Self { sandbox, registry: Server::plain(), ids: RefCell::default(), _turn: turn }
    }

    fn run(&self, options: &[&str]) -> Finished {
        let place = format!("{}/kar", self.registry.host());
        let line = ["images", "build", "--src", "kar", "--to", &place, "-o", "json"];
        let finished = self.sandbox.karctl(line.iter().chain(options).copied()).output();
        if finished.status == Some(0) {
            let document = finished.document("images build --src");
            let images = document["images"].as_array().expect("a list").iter();
            self.ids.borrow_mut().extend(images.filter_map(|image| image["id"].as_str().map(str::to_owned)));
        }
        finished
    }

    /// What became of each image: in the engine, and in the registry.
    #[track_caller]
    fn built(&self, options: &[&str]) -> Vec<(Value, Value)> {
        let finished = self.run(options);
        assert_eq!(finished.status, Some(0), "{}", finished.stderr);
        let document = finished.document("images build --src");
        let images = document["images"].as_array().expect("a list").iter();
        images.map(|image| (image["change"].clone(), image["pushed"].clone())).collect()
    }

    fn image(&self, name: &str) -> String {
        self.registry.image(&format!("kar/{name}"))
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // What is built on another goes before it.
        self.ids.borrow().iter().rev().for_each(|id| drop(docker(&["rmi", "--force", id])));
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_images_of_a_checkout_are_built_one_on_the_other_pushed_and_not_built_again() {
    let checkout = Checkout::new();
    let js = ["--kind", "js", "--tag", "t1", "--kar-version", "9.9", "--push"];
    let planned = checkout.run(&[&js[..], &["--dry-run"]].concat()).document("images build --src");
    let names: Vec<_> = planned["images"].as_array().expect("a list").iter().map(|image| &image["image"]).collect();
    let (sidecar, sdk) = (checkout.image("kar-sidecar:t1"), checkout.image("kar-sdk-nodejs-v18:t1"));
    assert_eq!(names, [&json!(sidecar), &json!(sdk)]);
    assert!(!docker(&["image", "inspect", &sidecar]).0, "it was only said");

    let (created, unchanged, updated) = (json!("created"), json!("unchanged"), json!("updated"));
    let both = |change: &Value| (change.clone(), change.clone());
    assert_eq!(checkout.built(&js), [both(&created), both(&created)]);
    let program = docker(&["run", "--rm", &sdk, "cat", "/kar/bin/kar"]);
    assert_eq!(program, (true, "kar 9.9".to_owned()), "the arguments of the original's Makefile");
    assert!(checkout.registry.manifest("kar/kar-sdk-nodejs-v18", "t1").is_some());

    assert_eq!(checkout.built(&js), [both(&unchanged), both(&unchanged)]);
    checkout.sandbox.write("work/kar/sdk-js/runner", "second");
    assert_eq!(checkout.built(&js), [both(&unchanged), both(&updated)]);
    let others = ["--kind", "sidecar,injector", "--tag", "t1", "--kar-version", "9.9"];
    assert_eq!(checkout.built(&others), [(unchanged, Value::Null), (created, Value::Null)]);
    assert_nothing_is_left(&checkout.sandbox);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_of_a_checkout_cannot_be_built_is_told_with_its_last_lines_and_finished_by_the_same_command() {
    let checkout = Checkout::new();
    let broken = format!("{SDK}RUN echo the cause && exit 3\n");
    checkout.sandbox.write("work/kar/sdk-js/Dockerfile", broken);
    let js = ["--kind", "js", "--tag", "t2", "--push"];
    let failed = checkout.run(&js);
    fails(&failed, "KAR342", "\n  the cause\n");
    assert_eq!(checkout.registry.manifest("kar/kar-sidecar", "t2"), None, "nothing is pushed of what is not whole");
    checkout.sandbox.write("work/kar/sdk-js/Dockerfile", SDK);
    let (created, unchanged) = (json!("created"), json!("unchanged"));
    assert_eq!(checkout.built(&js), [(unchanged, created.clone()), (created.clone(), created)]);

    // A registry that does not answer is told before anything is built.
    let nowhere = ["images", "build", "--src", "kar", "--kind", "injector", "--to", "localhost:1/kar", "--push"];
    fails(&checkout.sandbox.karctl(nowhere).output(), "KAR320", "localhost:1");
    assert!(!docker(&["image", "inspect", "localhost:1/kar/kar-injector:latest"]).0);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_injectors_image_goes_into_a_registry_without_an_engine_and_only_once() {
    let (sandbox, registry) = (Sandbox::new(), Server::plain());
    std::fs::copy("/bin/busybox", sandbox.path("work/static")).expect("Debian's busybox, which is one static program");
    let push = ["images", "build", "injector", "--binary", "static", "--push", "--to", &registry.host()];
    let built = done(&sandbox, &[&push[..], &["--dry-run"]].concat());
    assert_eq!((&built["pushed"]["change"], &built["archive"]), (&json!("created"), &Value::Null));
    let repository = "karctl/injector";
    assert_eq!(registry.manifest(repository, env!("CARGO_PKG_VERSION")), None);
    let built = done(&sandbox, &push);
    assert_eq!(registry.id(repository, env!("CARGO_PKG_VERSION")).as_deref(), built["id"].as_str());
    assert_eq!(done(&sandbox, &push)["pushed"]["change"], "unchanged");
    let both = done(&sandbox, &[&push[..], &["--archive", "injector.tar"]].concat());
    assert_eq!((&both["change"], &both["pushed"]["change"]), (&json!("created"), &json!("unchanged")));
    assert_nothing_is_left(&sandbox);
}
