//! A Kafka with SASL PLAIN over TLS and a Redis with TLS and a user, as what is managed is to a client: pods on the network
//! of the node of the cluster, so that pods, and programs beside them, find both at one address.

use karctl::certificate::{Authority, Leaf};
use serde_json::{Value, json};

use crate::kubernetes::{Cluster, Namespace};
use crate::managed::servers::{KAFKA_PASSWORD, REDIS_PASSWORD, REDIS_USER, leaf_for, pair};

/// Their ports: nobody else is in the cluster's network namespace.
pub const KAFKA_PORT: u16 = 39093;
pub const REDIS_PORT: u16 = 36380;

/// Both, on one address.
pub struct Servers<'a> {
    pub namespace: Namespace<'a>,
    pub address: String,
    pub authority: Authority,
}

impl<'a> Servers<'a> {
    /// Starts both.
    pub fn run(cluster: &'a Cluster, authority: Authority) -> Self {
        let node = ["get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}"];
        let servers = Self { namespace: Namespace::new(cluster, "{}"), address: cluster.shown(node), authority };
        servers.start_kafka(&format!("{}:{KAFKA_PORT}", servers.address));
        servers.start_redis(&servers.authority);
        servers
    }

    /// Starts the broker, in the place of the one that there may be, which sends its clients to this address.
    pub fn start_kafka(&self, advertised: &str) {
        let script = "printf %s \"$SECURE\" >/tmp/secure.pem\nprintf %s \"$PROPERTIES\" >/tmp/server.properties\n\
                      /opt/kafka/bin/kafka-storage.sh format -t MkU3OEVBNTcwNTJENDM2Qg -c /tmp/server.properties\n\
                      exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties";
        let environment = json!([
            {"name": "PROPERTIES", "value": properties(advertised)},
            {"name": "SECURE", "value": pair(&self.leaf(&self.authority))},
            {"name": "KAFKA_HEAP_OPTS", "value": "-Xms128m -Xmx256m"},
        ]);
        self.start("kafka", "karctl-test/kafka:3.9.1", &["bash", "-c", script], &environment);
    }

    /// Starts Redis, in the place of the one that there may be, with a certificate of this authority.
    pub fn start_redis(&self, authority: &Authority) {
        let leaf = self.leaf(authority);
        let script = "printf %s \"$CERTIFICATE\" >/tmp/tls.crt; printf %s \"$KEY\" >/tmp/tls.key\n\
                      printf %s \"$ACL\" >/tmp/users.acl\n\
                      exec redis-server --port 0 --tls-port \"$PORT\" --tls-cert-file /tmp/tls.crt --tls-key-file /tmp/tls.key \
                      --tls-ca-cert-file /tmp/tls.crt --tls-auth-clients no --aclfile /tmp/users.acl --save '' --protected-mode no \
                      --unixsocket /tmp/redis.sock";
        let acl = format!("user default on nopass ~* &* +acl\nuser {REDIS_USER} on >{REDIS_PASSWORD} ~* &* +@all\n");
        let environment = json!([
            {"name": "CERTIFICATE", "value": leaf.certificate},
            {"name": "KEY", "value": leaf.key.expose()},
            {"name": "ACL", "value": acl},
            {"name": "PORT", "value": REDIS_PORT.to_string()},
        ]);
        self.start("redis", "karctl-test/redis:7.0", &["sh", "-c", script], &environment);
    }

    /// Changes the user of Redis, by words of ACL SETUSER.
    pub fn change_user(&self, words: &[&str]) {
        let command = ["exec", "redis", "--", "redis-cli", "-s", "/tmp/redis.sock", "ACL", "SETUSER", REDIS_USER];
        let done = self.namespace.kubectl(&[&command[..], words].concat()).output();
        assert!(done.stdout.starts_with("OK"), "{done:?}");
    }

    fn leaf(&self, authority: &Authority) -> Leaf {
        leaf_for(authority, &self.address)
    }

    fn start(&self, name: &str, image: &str, command: &[&str], environment: &Value) {
        self.namespace.shown(["delete", "pod", name, "--ignore-not-found", "--grace-period=1"]);
        let pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": {"hostNetwork": true, "restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "containers": [{
                "name": name, "image": image, "imagePullPolicy": "IfNotPresent", "command": command, "env": environment,
            }]},
        });
        self.namespace.apply(&pod.to_string());
        self.namespace.shown(["wait", "--for=condition=Ready", &format!("pod/{name}"), "--timeout=120s"]);
    }

    /// The keys of both, as IBM Cloud shows them.
    pub fn keys(&self) -> Value {
        use crate::managed::servers::{Kafka, Redis};
        let kafka = Kafka::key(&[&format!("{}:{KAFKA_PORT}", self.address)], KAFKA_PASSWORD);
        json!([Redis::key(&self.address, REDIS_PORT, REDIS_USER, REDIS_PASSWORD, &self.authority), kafka])
    }
}

fn properties(advertised: &str) -> String {
    let listener = "listener.name.secure";
    format!(
        "node.id=1\nprocess.roles=broker,controller\ncontroller.listener.names=CONTROLLER\n\
         controller.quorum.voters=1@127.0.0.1:39095\n\
         listeners=OPEN://127.0.0.1:39092,SECURE://:{KAFKA_PORT},CONTROLLER://127.0.0.1:39095\n\
         advertised.listeners=OPEN://127.0.0.1:39092,SECURE://{advertised}\n\
         listener.security.protocol.map=OPEN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT\n\
         inter.broker.listener.name=OPEN\nsasl.enabled.mechanisms=PLAIN\n\
         {listener}.ssl.keystore.type=PEM\n{listener}.ssl.keystore.location=/tmp/secure.pem\n\
         {listener}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
         user_token=\"{KAFKA_PASSWORD}\";\n\
         log.dirs=/tmp/kafka\nlog.cleaner.dedupe.buffer.size=4194304\nauto.create.topics.enable=false\n\
         offsets.topic.num.partitions=1\noffsets.topic.replication.factor=1\n\
         transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
         group.initial.rebalance.delay.ms=0\n"
    )
}
