//! Embedded templates and what they become. The only user of minijinja. Pure.

pub use minijinja::context;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::error::{Failure, OrFail, Result};

/// Kafka's configuration, for every engine and mode.
pub const SERVER_PROPERTIES: Template =
    Template::new("server.properties", include_str!("../templates/services/server.properties"));
/// ZooKeeper's configuration.
pub const ZOO_CFG: Template = Template::new("zoo.cfg", include_str!("../templates/services/zoo.cfg"));
/// Redis' configuration.
pub const REDIS_CONF: Template = Template::new("redis.conf", include_str!("../templates/services/redis.conf"));
/// Redis' users, where a password is asked for; it holds the password's hash.
pub const USERS_ACL: Template = Template::new("users.acl", include_str!("../templates/services/users.acl"));
/// Kafka's login module; it holds the password.
pub const KAFKA_JAAS: Template =
    Template::new("kafka-jaas.conf", include_str!("../templates/services/kafka-jaas.conf"));

/// Logging of the native engine's Java servers through slf4j's binding to `java.util.logging`, which karctl fetches.
pub const LOGGING_JDK: Template =
    Template::new("logging.properties", include_str!("../templates/native/logging.properties"));
/// The same for Kafka 3's own distribution.
pub const LOGGING_LOG4J: Template =
    Template::new("log4j.properties", include_str!("../templates/native/log4j.properties"));
/// The same for Kafka 4's own distribution.
pub const LOGGING_LOG4J2: Template =
    Template::new("log4j2.properties", include_str!("../templates/native/log4j2.properties"));

/// The least rights that karctl's commands need.
pub const KUBERNETES_RIGHTS: Template = Template::new("rbac.yaml", include_str!("../templates/kubernetes/rbac.yaml"));

/// The configuration of kind.
pub const CLUSTER_KIND: Template = Template::new("kind.yaml", include_str!("../templates/cluster/kind.yaml"));
/// The configuration of k3d.
pub const CLUSTER_K3D: Template = Template::new("k3d.yaml", include_str!("../templates/cluster/k3d.yaml"));
/// Where a kind node's containerd finds a registry.
pub const CLUSTER_HOSTS: Template = Template::new("hosts.toml", include_str!("../templates/cluster/hosts.toml"));
/// The ingress controller of a cluster of kind.
pub const CLUSTER_INGRESS: Template = Template::new("ingress.yaml", include_str!("../templates/cluster/ingress.yaml"));

/// What a cluster is given, in the order in which it is applied; each is a YAML stream.
pub const KUBERNETES: [Template; 13] = [
    Template::new("namespace.yaml", include_str!("../templates/kubernetes/namespace.yaml")),
    Template::new("service-account.yaml", include_str!("../templates/kubernetes/service-account.yaml")),
    Template::new("secrets.yaml", include_str!("../templates/kubernetes/secrets.yaml")),
    Template::new("configuration.yaml", include_str!("../templates/kubernetes/configuration.yaml")),
    Template::new("network-policy.yaml", include_str!("../templates/kubernetes/network-policy.yaml")),
    Template::new("claims.yaml", include_str!("../templates/kubernetes/claims.yaml")),
    Template::new("services.yaml", include_str!("../templates/kubernetes/services.yaml")),
    Template::new("zookeeper.yaml", include_str!("../templates/kubernetes/zookeeper.yaml")),
    Template::new("kafka.yaml", include_str!("../templates/kubernetes/kafka.yaml")),
    Template::new("redis.yaml", include_str!("../templates/kubernetes/redis.yaml")),
    Template::new("injector.yaml", include_str!("../templates/kubernetes/injector.yaml")),
    Template::new("disruption.yaml", include_str!("../templates/kubernetes/disruption.yaml")),
    Template::new("webhook.yaml", include_str!("../templates/kubernetes/webhook.yaml")),
];

/// What has a Prometheus ask Kafka and the sidecars, and their dashboards.
pub const METRICS: Template = Template::new("metrics.yaml", include_str!("../templates/addon/metrics.yaml"));

/// What has Fluent Bit read the lines of KAR, and their dashboard.
pub const LOGGING: Template = Template::new("logging.yaml", include_str!("../templates/addon/logging.yaml"));

/// Dashboards of Grafana for logs in Loki, as [`DASHBOARDS`].
pub const LOG_DASHBOARDS: [(&str, &str); 1] =
    [("kar-logs.json", include_str!("../templates/addon/dashboards/kar-logs.json"))];

/// Dashboards of Grafana, files as they are: name and content.
pub const DASHBOARDS: [(&str, &str); 2] = [
    ("kar-applications.json", include_str!("../templates/addon/dashboards/kar-applications.json")),
    ("kar-kafka.json", include_str!("../templates/addon/dashboards/kar-kafka.json")),
];

/// What Kafka's agent shows, a file as it is.
pub const KAFKA_AGENT: &str = include_str!("../templates/kubernetes/kafka-agent.yaml");

/// What `karctl app init` writes for a project: `karctl.yaml`, `.dockerignore`, and the manifests.
pub const APP_PROJECT: Template = Template::new("karctl.yaml", include_str!("../templates/app/karctl.yaml"));
/// What is not sent to the builder.
pub const APP_IGNORED: Template = Template::new(".dockerignore", include_str!("../templates/app/dockerignore"));
/// The objects on a cluster.
pub const APP_MANIFESTS: Template = Template::new("kubernetes.yaml", include_str!("../templates/app/kubernetes.yaml"));
/// The lines of a Dockerfile that start `kar`, where it is asked for, and the application.
pub const APP_START: &str = include_str!("../templates/app/start");
/// The Dockerfile of each language.
pub const APP_DOCKERFILES: [Template; 3] = [
    Template::new("Dockerfile", include_str!("../templates/app/js.Dockerfile")),
    Template::new("Dockerfile", include_str!("../templates/app/java.Dockerfile")),
    Template::new("Dockerfile", include_str!("../templates/app/python.Dockerfile")),
];

/// The shipped example in JavaScript.
pub const HELLO_JS: [Template; 3] = [
    Template::new("package.json", include_str!("../templates/app/hello/js/package.json")),
    Template::new("server.js", include_str!("../templates/app/hello/js/server.js")),
    Template::new("client.js", include_str!("../templates/app/hello/js/client.js")),
];
/// The same in Java.
pub const HELLO_JAVA: [Template; 3] = [
    Template::new("pom.xml", include_str!("../templates/app/hello/java/pom.xml")),
    Template::new(
        "src/main/java/hello/Server.java",
        include_str!("../templates/app/hello/java/src/main/java/hello/Server.java"),
    ),
    Template::new(
        "src/main/java/hello/Client.java",
        include_str!("../templates/app/hello/java/src/main/java/hello/Client.java"),
    ),
];
/// The same in Python.
pub const HELLO_PYTHON: [Template; 3] = [
    Template::new("requirements.txt", include_str!("../templates/app/hello/python/requirements.txt")),
    Template::new("server.py", include_str!("../templates/app/hello/python/server.py")),
    Template::new("client.py", include_str!("../templates/app/hello/python/client.py")),
];

/// A template that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// The name of the file it becomes.
    pub name: &'static str,
    source: &'static str,
}

impl Template {
    const fn new(name: &'static str, source: &'static str) -> Self {
        Self { name, source }
    }

    /// Fills the template in; a name that has no value is an error.
    ///
    /// # Errors
    /// When the template names something that `values` lacks.
    pub fn render(&self, values: impl Serialize) -> Result<String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_keep_trailing_newline(true);
        environment
            .render_str(self.source, values)
            .or_fail(|| Failure::new(format!("template {} does not render", self.name)))
    }
}
