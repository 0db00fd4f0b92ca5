//! A real Kafka with SASL PLAIN over TLS and a real Redis with TLS and an ACL user, with private authorities: what Event
//! Streams and Databases for Redis are to a client.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use karctl::certificate::{Authority, Leaf};
use serde_json::{Value, json};

use super::front::Front;
use crate::parts;

/// User and password of the stand-ins.
pub const KAFKA_PASSWORD: &str = "canary-kafka-4d11";
pub const REDIS_USER: &str = "ibm_cloud_1";
pub const REDIS_PASSWORD: &str = "canary-redis-93aa";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A container of the tests' own engine, removed when dropped.
struct Container {
    id: String,
}

impl Container {
    fn run(arguments: &[&str]) -> Self {
        Self { id: docker(&[&["run", "--detach"], arguments].concat()).trim().to_owned() }
    }

    /// Where a published port is on this machine.
    fn address(&self, port: u16) -> SocketAddr {
        let told = docker(&["port", &self.id, &format!("{port}/tcp")]);
        told.lines().next().expect("a port").parse().expect("an address")
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Nothing is asserted here: a test may be failing already.
        docker_command(&["rm", "--force", "--volumes", &self.id]).output().ok();
    }
}

fn docker(arguments: &[&str]) -> String {
    let output = docker_command(arguments).output().expect("docker starts");
    assert!(output.status.success(), "docker {}: {output:?}", arguments[0]);
    String::from_utf8(output.stdout).expect("text")
}

fn docker_command(arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.env("DOCKER_HOST", parts::docker_host()).args(arguments);
    command
}

/// An authority that has been there for long, so that it could sign what has expired by now.
pub fn authority() -> Authority {
    Authority::make(Timestamp::now() - DAY * 1200).expect("an authority")
}

fn leaf(authority: &Authority, days_ago: u32) -> Leaf {
    authority.issue(&["localhost".to_owned()], Timestamp::now() - DAY * days_ago).expect("a leaf")
}

/// A certificate of today for a name or an address.
pub fn leaf_for(authority: &Authority, host: &str) -> Leaf {
    authority.issue(&[host.to_owned()], Timestamp::now()).expect("a leaf")
}

/// Key and certificate in one PEM text, as Kafka takes them.
pub fn pair(leaf: &Leaf) -> String {
    format!("{}{}", leaf.key.expose(), leaf.certificate)
}

/// A broker behind a front that wants a server name, and the same with an expired certificate.
pub struct Kafka {
    pub authority: Authority,
    /// The port that wants a name.
    pub port: u16,
    /// The port of the listener whose certificate has expired.
    pub expired_port: u16,
    _container: Container,
}

impl Kafka {
    pub fn run() -> Self {
        let (authority, front) = (authority(), Front::listen());
        let properties = format!(
            "node.id=1\nprocess.roles=broker,controller\ncontroller.listener.names=CONTROLLER\n\
             controller.quorum.voters=1@127.0.0.1:29093\n\
             listeners=OPEN://127.0.0.1:9092,SECURE://:9093,EXPIRED://:9094,CONTROLLER://127.0.0.1:29093\n\
             advertised.listeners=OPEN://127.0.0.1:9092,SECURE://localhost:{port},EXPIRED://localhost:9094\n\
             listener.security.protocol.map=OPEN:PLAINTEXT,SECURE:SASL_SSL,EXPIRED:SASL_SSL,CONTROLLER:PLAINTEXT\n\
             inter.broker.listener.name=OPEN\nsasl.enabled.mechanisms=PLAIN\n\
             {secure}{expired}log.dirs=/tmp/kafka\nlog.cleaner.dedupe.buffer.size=4194304\n\
             auto.create.topics.enable=false\noffsets.topic.num.partitions=1\noffsets.topic.replication.factor=1\n\
             transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
             group.initial.rebalance.delay.ms=0\n",
            port = front.port,
            secure = listener("secure"),
            expired = listener("expired"),
        );
        let script = "printf %s \"$SECURE\" >/tmp/secure.pem; printf %s \"$EXPIRED\" >/tmp/expired.pem\n\
                      printf %s \"$PROPERTIES\" >/tmp/server.properties\n\
                      /opt/kafka/bin/kafka-storage.sh format -t MkU3OEVBNTcwNTJENDM2Qg -c /tmp/server.properties\n\
                      exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties";
        let container = Container::run(&[
            "--publish=127.0.0.1::9093",
            "--publish=127.0.0.1::9094",
            &format!("--env=PROPERTIES={properties}"),
            &format!("--env=SECURE={}", pair(&leaf(&authority, 0))),
            &format!("--env=EXPIRED={}", pair(&leaf(&authority, 1150))),
            "--env=KAFKA_HEAP_OPTS=-Xms128m -Xmx256m",
            "karctl-test/kafka:3.9.1",
            "bash",
            "-c",
            script,
        ]);
        front.lead_to(container.address(9093));
        let expired_port = container.address(9094).port();
        Self { authority, port: front.port, expired_port, _container: container }
    }

    /// A key of Event Streams for the broker at these addresses.
    pub fn key(brokers: &[&str], password: &str) -> Value {
        json!({
            "guid": "k-1", "name": "kar", "state": "active", "onetime_credentials": false,
            "source_crn": "crn:v1:bluemix:public:messagehub:us-south:a/1:3::",
            "credentials": {"password": password, "api_key": password, "user": "token", "kafka_brokers_sasl": brokers},
        })
    }
}

/// Properties of a listener with TLS and SASL PLAIN.
fn listener(name: &str) -> String {
    let prefix = format!("listener.name.{name}");
    format!(
        "{prefix}.ssl.keystore.type=PEM\n{prefix}.ssl.keystore.location=/tmp/{name}.pem\n\
         {prefix}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
         user_token=\"{KAFKA_PASSWORD}\";\n"
    )
}

/// A Redis that speaks TLS only, and to one user only.
pub struct Redis {
    pub authority: Authority,
    pub port: u16,
    _container: Container,
}

impl Redis {
    /// With a certificate that was made so many days ago; after three years it has expired.
    pub fn run(days_ago: u32) -> Self {
        let authority = authority();
        let leaf = leaf(&authority, days_ago);
        let acl = format!("user default off\nuser {REDIS_USER} on >{REDIS_PASSWORD} ~* &* +@all\n");
        let script = "printf %s \"$CERTIFICATE\" >/tmp/tls.crt; printf %s \"$KEY\" >/tmp/tls.key\n\
                      printf %s \"$ACL\" >/tmp/users.acl\n\
                      exec redis-server --port 0 --tls-port 6380 --tls-cert-file /tmp/tls.crt --tls-key-file /tmp/tls.key \
                      --tls-ca-cert-file /tmp/tls.crt --tls-auth-clients no --aclfile /tmp/users.acl --save ''";
        let container = Container::run(&[
            "--publish=127.0.0.1::6380",
            &format!("--env=CERTIFICATE={}", leaf.certificate),
            &format!("--env=KEY={}", leaf.key.expose()),
            &format!("--env=ACL={acl}"),
            "karctl-test/redis:7.0",
            "sh",
            "-c",
            script,
        ]);
        let port = container.address(6380).port();
        Self { authority, port, _container: container }
    }

    /// A key of Databases for Redis for this server, with any of its parts changed.
    pub fn key(host: &str, port: u16, user: &str, password: &str, authority: &Authority) -> Value {
        json!({
            "guid": "r-1", "name": "kar", "state": "active", "onetime_credentials": false,
            "source_crn": "crn:v1:bluemix:public:databases-for-redis:us-south:a/1:2::",
            "credentials": {"connection": {"rediss": {
                "authentication": {"method": "direct", "username": user, "password": password},
                "certificate": {"certificate_base64": STANDARD.encode(&authority.certificate)},
                "hosts": [{"hostname": host, "port": port}],
            }}},
        })
    }
}
