//! The clients that say whether a service is ready, and that remove what an application left, on real servers.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use karctl::client::{kafka, redis};
use karctl::error::{Status, report};
use karctl::redacted::Secret;

use crate::parts;

/// A broker may take half a minute to start where the machine is busy.
const LIMIT: Duration = Duration::from_secs(90);
const USER: &str = "kar";
const PASSWORD: &str = "sesame";

/// A container of the tests' own engine, removed with its volumes when dropped.
struct Container {
    id: String,
}

impl Container {
    fn run(arguments: &[&str]) -> Self {
        let output = docker(&[&["run", "--detach"], arguments].concat());
        Self { id: output.trim().to_owned() }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.id]);
    }
}

fn docker(arguments: &[&str]) -> String {
    let mut command = Command::new("docker");
    let output = command.env("DOCKER_HOST", parts::docker_host()).args(arguments).output().expect("docker starts");
    assert!(output.status.success(), "docker {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// One broker with two listeners, one of which asks for a password.
struct Kafka {
    open: String,
    secure: String,
    _container: Container,
}

#[derive(Clone, Copy)]
enum Mode {
    ZooKeeper,
    KRaft,
}

impl Mode {
    fn properties(self) -> &'static str {
        match self {
            Self::ZooKeeper => "broker.id=1\nzookeeper.connect=127.0.0.1:2181\n",
            Self::KRaft => {
                "node.id=1\nprocess.roles=broker,controller\ncontroller.listener.names=CONTROLLER\n\
                 controller.quorum.voters=1@127.0.0.1:29093\n"
            }
        }
    }

    fn controller_listener(self) -> &'static str {
        match self {
            Self::ZooKeeper => "",
            Self::KRaft => ",CONTROLLER://:29093",
        }
    }

    /// What has to be done before the broker starts.
    fn preparation(self) -> &'static str {
        match self {
            Self::ZooKeeper => {
                "printf 'dataDir=/tmp/zookeeper\nclientPort=2181\nadmin.enableServer=false\n' >/tmp/zoo.cfg\n\
                 /opt/kafka/bin/zookeeper-server-start.sh /tmp/zoo.cfg &"
            }
            Self::KRaft => "/opt/kafka/bin/kafka-storage.sh format -t MkU3OEVBNTcwNTJENDM2Qg -c /tmp/server.properties",
        }
    }
}

impl Kafka {
    fn run(version: &str, mode: Mode) -> Self {
        let (open, secure) = (free_port(), free_port());
        let properties = format!(
            "listeners=OPEN://:{open},SECURE://:{secure}{controller}\n\
             advertised.listeners=OPEN://127.0.0.1:{open},SECURE://127.0.0.1:{secure}\n\
             listener.security.protocol.map=OPEN:PLAINTEXT,SECURE:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT\n\
             inter.broker.listener.name=OPEN\nsasl.enabled.mechanisms=PLAIN\n\
             listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \
             required user_{USER}=\"{PASSWORD}\";\n\
             log.dirs=/tmp/kafka\nlog.cleaner.dedupe.buffer.size=4194304\nauto.create.topics.enable=false\n\
             offsets.topic.num.partitions=1\noffsets.topic.replication.factor=1\n\
             group.initial.rebalance.delay.ms=0\n{mode}",
            controller = mode.controller_listener(),
            mode = mode.properties(),
        );
        let script = format!(
            "printf %s \"$PROPERTIES\" >/tmp/server.properties\n{}\n\
             exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties",
            mode.preparation()
        );
        let container = Container::run(&[
            &format!("--publish=127.0.0.1:{open}:{open}"),
            &format!("--publish=127.0.0.1:{secure}:{secure}"),
            &format!("--env=PROPERTIES={properties}"),
            "--env=KAFKA_HEAP_OPTS=-Xms128m -Xmx256m",
            &format!("karctl-test/kafka:{version}"),
            "bash",
            "-c",
            &script,
        ]);
        Self { open: format!("127.0.0.1:{open}"), secure: format!("127.0.0.1:{secure}"), _container: container }
    }

    async fn connection(&self) -> kafka::Connection {
        kafka::Connection::open(&self.open, None, LIMIT).await.expect("a broker that is ready")
    }
}

fn message<T>(result: karctl::error::Result<T>) -> String {
    report(&result.err().expect("an error")).message
}

async fn proves_what_works_and_names_what_does_not(version: &str, mode: Mode) {
    let kafka = Kafka::run(version, mode);
    let (open, secure) = (&kafka.open, &kafka.secure);
    let password = Secret::new(PASSWORD);
    let credentials = Some((USER, &password));
    let metadata = kafka::prove_metadata(open, None, open, LIMIT).await.expect("ready");
    assert!(metadata.cluster_id.is_some());
    assert_eq!(metadata.brokers.iter().map(kafka::Broker::address).collect::<Vec<_>>(), [open.as_str()]);
    kafka::prove_metadata(secure, credentials, secure, LIMIT).await.expect("ready");
    kafka::prove_round(open, None, LIMIT).await.expect("a round");
    kafka::prove_round(secure, credentials, LIMIT).await.expect("a round");
    assert_eq!(kafka.connection().await.list_topics().await.expect("topics"), Vec::<String>::new());

    let elsewhere = kafka::prove_metadata(open, None, "kafka:9092", LIMIT).await;
    assert_eq!(message(elsewhere), format!("Kafka at {open} sends its clients to {open}, not to kafka:9092"));
    let wrong = kafka::prove_metadata(secure, Some((USER, &Secret::new("wrong"))), secure, LIMIT).await;
    assert!(message(wrong).contains("refused to authenticate the user `kar`: SASL_AUTHENTICATION_FAILED (58)"));
    let nobody = kafka::prove_metadata(secure, None, secure, Duration::from_millis(500)).await;
    let nobody = report(&nobody.expect_err("a closed connection"));
    assert_eq!(nobody.hints, ["give the user and password of this listener"]);
    assert_eq!(nobody.status, Status::TimedOut);
}

#[tokio::test]
#[ignore = "needs the real parts that tests/run starts"]
async fn kafka_3_with_zookeeper_is_proven() {
    proves_what_works_and_names_what_does_not("3.9.1", Mode::ZooKeeper).await;
}

#[tokio::test]
#[ignore = "needs the real parts that tests/run starts"]
async fn kafka_3_with_kraft_is_proven() {
    proves_what_works_and_names_what_does_not("3.9.1", Mode::KRaft).await;
}

#[tokio::test]
#[ignore = "needs the real parts that tests/run starts"]
async fn kafka_4_is_proven() {
    proves_what_works_and_names_what_does_not("4.1.1", Mode::KRaft).await;
}

#[tokio::test]
#[ignore = "needs the real parts that tests/run starts"]
async fn what_a_killed_proof_left_is_removed_by_the_next_and_a_running_one_is_not() {
    let kafka = Kafka::run("3.9.1", Mode::ZooKeeper);
    kafka::prove_round(&kafka.open, None, LIMIT).await.expect("ready");
    let mut connection = kafka.connection().await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let running = format!("karctl-proof-{now}-00000000000000ff");
    for topic in ["karctl-proof-1700000000-00000000000000ff", &running, "kar_hello"] {
        connection.create_topic(topic, 1, 1).await.expect("created");
    }
    kafka::prove_round(&kafka.open, None, LIMIT).await.expect("a round");
    let mut topics = connection.list_topics().await.expect("topics");
    topics.sort();
    assert_eq!(topics, ["kar_hello".to_owned(), running]);
}

/// Starts the stand-in for `kar` and returns it, with the name of its topic and group, when it has joined its group.
/// As `kar` itself, it gives up where a busy broker takes more than 3 s to create its topic: then another one starts.
async fn joined_application(kafka: &Kafka, redis_port: u16, connection: &mut kafka::Connection) -> (Child, String) {
    let start = Instant::now();
    for attempt in 1.. {
        let app = format!("probes{attempt}");
        let mut application = Command::new(parts::client())
            .args(["mesh", "--app", &app, "--keep"])
            .env("KAFKA_BROKERS", &kafka.open)
            .env("KAFKA_VERSION", "3.2.0")
            .env("REDIS_HOST", "127.0.0.1")
            .env("REDIS_PORT", redis_port.to_string())
            .stdout(Stdio::null())
            .spawn()
            .expect("the client starts");
        let group = format!("kar_{app}");
        while application.try_wait().expect("a child").is_none() {
            assert!(start.elapsed() < LIMIT, "no application joined its group");
            if matches!(connection.delete_group(&group).await, Err(error) if error.is_group_in_use()) {
                return (application, group);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    unreachable!("attempts are not limited")
}

/// What `reset --app` is made of, with an application of which nothing is made up.
#[tokio::test]
#[ignore = "needs the real parts that tests/run starts"]
async fn an_application_keeps_its_group_while_it_runs_and_leaves_nothing_after() {
    let (kafka, redis_port) = (Kafka::run("3.9.1", Mode::ZooKeeper), free_port());
    let _redis = run_redis(redis_port, &[]);
    kafka::prove_round(&kafka.open, None, LIMIT).await.expect("ready");
    redis::prove_ping("127.0.0.1", redis_port, None, LIMIT).await.expect("ready");
    let mut connection = kafka.connection().await;
    assert!(!connection.delete_group("kar_probes").await.expect("an answer"));

    let (mut application, name) = joined_application(&kafka, redis_port, &mut connection).await;
    assert!(application.wait().expect("an end").success());

    assert!(connection.delete_group(&name).await.expect("an empty group"));
    assert!(connection.delete_topic(&name).await.expect("a topic"));
    connection.create_topic(&name, 1, 1).await.expect("the name is free at once");
    let mut redis = redis::Connection::open("127.0.0.1", redis_port, None, LIMIT).await.expect("ready");
    let prefix = format!("{name}_");
    let keys = redis.count_prefix(&prefix).await.expect("a count");
    assert!(keys > 0);
    assert_eq!(redis.delete_prefix(&prefix).await.expect("deleted"), keys);
    assert_eq!(redis.count_prefix(&prefix).await.expect("a count"), 0);
}

fn run_redis(port: u16, arguments: &[&str]) -> Container {
    let publish = format!("--publish=127.0.0.1:{port}:6379");
    Container::run(
        &[&[&publish, "karctl-test/redis:7.0", "redis-server", "--protected-mode", "no"], arguments].concat(),
    )
}

#[tokio::test]
#[ignore = "needs the real parts that tests/run starts"]
async fn redis_is_ready_for_its_user_only() {
    let port = free_port();
    let users = "--user default off --user kar on >sesame ~* &* +@all";
    let _redis = run_redis(port, &users.split(' ').collect::<Vec<_>>());
    let password = Secret::new(PASSWORD);
    redis::prove_ping("127.0.0.1", port, Some((USER, &password)), LIMIT).await.expect("ready");
    let nobody = redis::prove_ping("127.0.0.1", port, None, LIMIT).await;
    assert_eq!(
        message(nobody),
        format!(
            "Redis is not usable: Redis at 127.0.0.1:{port} refused to answer PING: NOAUTH Authentication required"
        )
    );
    let wrong = redis::prove_ping("127.0.0.1", port, Some((USER, &Secret::new("wrong"))), LIMIT).await;
    assert!(message(wrong).contains("refused to authenticate the user `kar`: WRONGPASS"));
}

#[tokio::test]
#[ignore = "needs the real parts that tests/run starts"]
async fn keys_are_deleted_by_their_very_prefix() {
    let port = free_port();
    let _redis = run_redis(port, &[]);
    redis::prove_ping("127.0.0.1", port, None, LIMIT).await.expect("ready");
    let client = ::redis::Client::open(("127.0.0.1", port)).expect("an address");
    let mut writer = client.get_multiplexed_async_connection().await.expect("ready");
    let mut write = ::redis::pipe();
    let names = ["kar_[a]*_1", "kar_ab_1", "other"].map(str::to_owned);
    for key in names.into_iter().chain((0..5000).map(|number| format!("kar_a_{number}"))) {
        write.set(key, "v").ignore();
    }
    write.query_async::<()>(&mut writer).await.expect("written");

    let mut connection = redis::Connection::open("127.0.0.1", port, None, LIMIT).await.expect("ready");
    assert_eq!(connection.delete_prefix("kar_[a]*_").await.expect("deleted"), 1);
    assert_eq!(connection.delete_prefix("kar_a_").await.expect("deleted"), 5000);
    assert_eq!(connection.count_prefix("").await.expect("a count"), 2);
}
