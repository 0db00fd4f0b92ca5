//! Images that come from a registry, a real one, while the engine's answers are refused or cut.

use crate::engine_api::EngineApi;
use crate::fault_proxy::{Fault, FaultProxy, Point, Shapes};
use crate::instance::{Engine, Instance};
use crate::parts;
use crate::registry_server::Server;

/// A registry with one image, which the engine does not have; both are gone when this is dropped.
struct Registry {
    server: Server,
    engine: EngineApi,
}

impl Registry {
    fn new() -> Self {
        let registry = Self { server: Server::plain(), engine: EngineApi::at(&parts::docker_host()) };
        let repository = registry.server.image("tiny");
        registry.engine.post(&format!("/images/karctl-test/tiny:1/tag?repo={repository}&tag=1"));
        registry.engine.push(&repository, "1");
        registry.forget();
        registry
    }

    /// The image's name, with its tag.
    fn image(&self) -> String {
        self.server.image("tiny:1")
    }

    /// Whether the engine has the image.
    fn is_pulled(&self) -> bool {
        self.engine.get(&format!("/images/{}/json", self.image())).is_some()
    }

    /// Takes the image from the engine.
    fn forget(&self) {
        self.engine.delete(&format!("/images/{}?force=true", self.image()));
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.forget();
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_image_is_pulled_though_an_answer_of_the_engine_is_lost() {
    let registry = Registry::new();
    let instance = Instance::new(Engine::Docker);
    let proxy = FaultProxy::to_engine(&instance.sandbox.path("proxy.sock"), instance.engine_api().socket());
    let instance = instance.variable("DOCKER_HOST", proxy.host());
    let images = ["kafka", "redis"].map(|server| format!("--set={server}.image={}", registry.image()));
    let mut up = instance.command("up", &["--engine=docker", "--no-wait", "--pull=missing"]);
    up.extend(images);
    up.extend([format!("--kafka-port={}", instance.ports[0]), format!("--redis-port={}", instance.ports[1])]);

    proxy.watch(Shapes::of(&instance.name), None);
    instance.must(&up);
    assert!(registry.is_pulled());
    let is_pull = |point: &&Point| point.class.shape.starts_with("/images/create?");
    let requests = proxy.requests();
    let pulls: Vec<_> = requests.iter().filter(is_pull).collect();
    // Both servers are of one image.
    let [pull] = &pulls[..] else { panic!("{requests:?}") };

    for fault in [Fault::Refuse, Fault::Cut] {
        instance.must(&instance.command("reset", &["-y"]));
        registry.forget();
        proxy.watch(Shapes::of(&instance.name), Some((fault, (*pull).clone())));
        let finished = instance.must(&up);
        assert!(proxy.has_struck(), "{fault:?}: {}", finished.stderr);
        assert!(registry.is_pulled(), "{fault:?}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_image_that_cannot_be_had_is_told_with_the_registrys_own_words() {
    let registry = Registry::new();
    let instance = Instance::new(Engine::Docker);
    let absent = registry.image().replace("tiny", "absent");
    let up = ["--engine=docker", "--no-wait", "--any-port", "--set", &format!("kafka.image={absent}")];
    let finished = instance.run(&instance.command("up", &up));
    assert_eq!(finished.status, Some(1), "{}", finished.stderr);
    assert!(finished.stderr.contains(&format!("error: image {absent} cannot be pulled")), "{}", finished.stderr);
    assert!(finished.stderr.contains("not found") && finished.stderr.contains("KAR"), "{}", finished.stderr);
}
