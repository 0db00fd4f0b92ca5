//! Names, labels and annotations. Those of the original's chart are a contract with applications.

/// What everything of the runtime is part of.
pub const PART_OF: &str = "kar";
/// Label that says who manages an object.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Label that says what an object is for.
pub const COMPONENT: &str = "app.kubernetes.io/component";
/// Its value for what the team of a namespace is given.
pub const TEAM: &str = "team";
/// Value of [`MANAGED_BY`] for karctl; also karctl's name as field manager.
pub const KARCTL: &str = "karctl";
/// Annotation with the hash of what an object was made from.
pub const APPLIED_HASH: &str = "karctl.kar.ibm.com/applied-hash";
/// Annotation of the runtime's configuration: the name of the service keys of IBM Cloud that it was made from.
pub const MANAGED_KEY: &str = "karctl.kar.ibm.com/managed-key";
/// Annotation of what undeploy leaves, together with the data.
pub const KEEP: &str = "kar.ibm.com/keep";
/// Label of namespaces whose pods are part of applications.
pub const ENABLED: &str = "kar.ibm.com/enabled";

/// Configuration of `kar` in pods.
pub const RUNTIME_CONFIG: &str = "kar.ibm.com.runtime-config";
/// Certificate of the injector.
pub const INJECTOR_TLS: &str = "kar.ibm.com.injector-tls";
/// Authority of that certificate, with its key.
pub const INJECTOR_CA: &str = "kar.ibm.com.injector-ca";
/// Passwords and ids that live as long as the data.
pub const CREDENTIALS: &str = "kar.ibm.com.credentials";
/// Login to a registry of private images.
pub const PULL_SECRET: &str = "kar.ibm.com.image-pull";
/// What karctl made.
pub const INVENTORY: &str = "kar.ibm.com.karctl-inventory";

/// Kafka's stateful set, service and configuration.
pub const KAFKA: &str = "kar-kafka";
/// The agent that shows Kafka's figures, and its configuration.
pub const KAFKA_AGENT: &str = "kar-kafka-agent";
/// ZooKeeper's.
pub const ZOOKEEPER: &str = "kar-zookeeper";
/// Redis'.
pub const REDIS: &str = "kar-redis";
/// The injector's deployment and service.
pub const INJECTOR: &str = "kar-injector";
/// The webhook's configuration.
pub const WEBHOOK: &str = "kar-injector-webhook";
