//! The command line of each server, and its logging: what is native about them; the rest is in [`super::super::files`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::super::files::{Endpoint, Folders, Layout};
use super::super::instance::{Component, Desired};
use super::class_data::ClassData;
use super::folders::{CONFIGURATION, LOG};
use super::parts::{Parts, Redis};
use super::state::{PRIVATE_ADDRESS, State};
use crate::client::java::Java;
use crate::client::process::Program;
use crate::context::Context;
use crate::error::Result;
use crate::render::{self, Template, context};
use crate::settings::KafkaMode;

/// Name of a server's log; older parts have a number after it.
pub const SERVER_LOG: &str = "server.log";

/// How long a log may grow before it is begun anew; the one before is kept.
pub const LOG_BYTES: u64 = 10 << 20;

/// What ZooKeeper needs for some topics; it takes 60 MB in all.
const ZOOKEEPER_HEAP: &str = "128m";

/// Java's options for a server on a developer's machine. Measured with Kafka 3.9.1 on Java 17: the serial collector and
/// the first compiler alone halve the processor time of a start; `hsperfdata` would be a file in /tmp; warnings about
/// archives are no concern of a user's.
const JAVA_OPTIONS: [&str; 8] = [
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:ErrorFile=log/crash-%p.log",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-Djava.awt.headless=true",
];

/// In KRaft mode Kafka's controller refuses a broker while it believes that its last life goes on: for 9 s, and up to
/// 7 s more until the broker tries again (seen: ready after 14 s). A shorter session makes that 3 s; only after a death,
/// as a broker that is held up longer than its session is taken for dead.
pub const AFTER_DEATH: [&str; 4] =
    ["--override", "broker.session.timeout.ms=2000", "--override", "broker.heartbeat.interval.ms=500"];

/// Variables of the user that servers are given; others, such as JAVA_TOOL_OPTIONS, would make every start another one.
const VARIABLES: [&str; 6] = ["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// Where the servers have things, relative to the folders that they run in.
pub fn layout(desired: &Desired, state: &State) -> Layout {
    let folders = || Folders { configuration: CONFIGURATION.to_owned(), data: "./data".to_owned() };
    let private = |port| Endpoint::on(PRIVATE_ADDRESS.to_string(), port);
    let bound = |port| Endpoint::on(desired.address.bind.to_string(), port);
    Layout {
        zookeeper: folders(),
        kafka: Folders { data: "data".to_owned(), ..folders() },
        // It changes into its data folder while it reads its configuration.
        redis: Folders { configuration: format!("../{CONFIGURATION}"), ..folders() },
        zookeeper_listener: private(state.zookeeper_port),
        controller: private(state.controller_port),
        kafka_bind: bound(desired.address.kafka_port),
        kafka_internal: None,
        redis_bind: bound(desired.address.redis_port),
    }
}

/// What the command line of a server depends on beside its program; part of its specification.
pub fn essence(component: Component, desired: &Desired, kafka_version: &str) -> Vec<String> {
    match component {
        Component::ZooKeeper => vec![kafka_version.to_owned()],
        Component::Kafka => vec![kafka_version.to_owned(), desired.kafka_heap.clone()],
        Component::Redis => desired.redis_program.iter().map(|program| program.display().to_string()).collect(),
    }
}

/// How Kafka's and ZooKeeper's jars log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logging {
    /// Through `java.util.logging`: what karctl fetches with Maven.
    Jdk,
    /// Through reload4j, or log4j 1: Kafka 3's own distribution.
    Log4j,
    /// Through log4j 2: Kafka 4's own distribution.
    Log4j2,
}

impl Logging {
    fn of(jars: &[PathBuf]) -> Self {
        let has = |prefix: &str| {
            let names = jars.iter().filter_map(|jar| jar.file_name()?.to_str());
            names.into_iter().any(|name| name.starts_with(prefix))
        };
        if has("slf4j-jdk14-") {
            Self::Jdk
        } else if has("log4j-slf4j-impl-") || has("log4j-slf4j2-impl-") {
            Self::Log4j2
        } else {
            Self::Log4j
        }
    }

    fn template(self) -> Template {
        match self {
            Self::Jdk => render::LOGGING_JDK,
            Self::Log4j => render::LOGGING_LOG4J,
            Self::Log4j2 => render::LOGGING_LOG4J2,
        }
    }

    fn option(self) -> String {
        let name = self.template().name;
        match self {
            Self::Jdk => format!("-Djava.util.logging.config.file={CONFIGURATION}/{name}"),
            Self::Log4j => format!("-Dlog4j.configuration=file:{CONFIGURATION}/{name}"),
            Self::Log4j2 => format!("-Dlog4j2.configurationFile={CONFIGURATION}/{name}"),
        }
    }
}

/// The file that says how a Java server logs, with its name.
///
/// # Errors
/// When a template does not render, which is a defect of karctl.
pub fn logging_file(jars: &[PathBuf]) -> Result<(&'static str, String)> {
    let template = Logging::of(jars).template();
    Ok((template.name, template.render(context! { level => "INFO", bytes => LOG_BYTES })?))
}

/// How a server's last life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastLife {
    /// In order, or there was none.
    Ended,
    /// Otherwise.
    Died,
}

/// How a server is started, with the rest of its world.
pub struct Launcher<'a> {
    /// The environment of karctl.
    pub context: &'a Context,
    /// The instance.
    pub desired: &'a Desired,
    /// The runtime.
    pub java: &'a Java,
    /// The programs.
    pub parts: &'a Parts,
}

impl Launcher<'_> {
    /// The program of a server.
    pub fn program(&self, component: Component, class_data: &ClassData, last_life: LastLife) -> Program {
        match component {
            Component::ZooKeeper => {
                let main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
                let options = ["-Dzookeeper.jmx.log4j.disable=true".to_owned()];
                self.java(ZOOKEEPER_HEAP, class_data, &options, &[main, "./configuration/zoo.cfg"])
            }
            Component::Kafka => {
                let login = format!("-Djava.security.auth.login.config={CONFIGURATION}/kafka-jaas.conf");
                let options: Vec<_> = self.desired.credentials.iter().map(|_| login.clone()).collect();
                let mut arguments = vec!["kafka.Kafka", "configuration/server.properties"];
                if self.desired.mode == KafkaMode::Kraft && last_life == LastLife::Died {
                    arguments.extend(AFTER_DEATH);
                }
                self.java(&self.desired.kafka_heap, class_data, &options, &arguments)
            }
            Component::Redis => redis(self.context, &self.parts.redis),
        }
    }

    /// The program that prepares Kafka's folder in KRaft mode.
    pub fn format(&self, cluster_id: &str) -> Program {
        let arguments = [
            "kafka.tools.StorageTool",
            "format",
            "--ignore-formatted",
            "--cluster-id",
            cluster_id,
            "--config",
            "configuration/server.properties",
        ];
        self.java(ZOOKEEPER_HEAP, &ClassData::None, &[], &arguments)
    }

    fn java(&self, heap: &str, class_data: &ClassData, options: &[String], arguments: &[&str]) -> Program {
        let mut all: Vec<OsString> = vec![format!("-Xmx{heap}").into()];
        all.extend(JAVA_OPTIONS.map(OsString::from));
        all.extend(class_data.options().into_iter().map(OsString::from));
        all.push(Logging::of(&self.parts.kafka.jars).option().into());
        all.extend(options.iter().map(OsString::from));
        all.push("-cp".into());
        all.push(class_path(&self.parts.kafka.jars));
        all.extend(arguments.iter().map(OsString::from));
        Program { program: self.java.program.clone(), arguments: all, variables: variables(self.context) }
    }
}

fn redis(context: &Context, redis: &Redis) -> Program {
    let log = Path::new("..").join(LOG).join(SERVER_LOG);
    let arguments = ["configuration/redis.conf".into(), "--logfile".into(), log.into_os_string()];
    Program { program: redis.program.clone(), arguments: arguments.into(), variables: variables(context) }
}

fn class_path(jars: &[PathBuf]) -> OsString {
    let mut path = OsString::new();
    for jar in jars {
        if !path.is_empty() {
            path.push(":");
        }
        path.push(jar);
    }
    path
}

fn variables(context: &Context) -> Vec<(OsString, OsString)> {
    let of_user =
        VARIABLES.iter().filter_map(|name| Some((name.into(), context.environment.variable_os(name)?.into())));
    // Logs in UTC, so that those of all servers can be laid side by side.
    of_user.chain([("TZ".into(), "UTC".into())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logging_file_is_that_of_the_jars() {
        let name = |jar: &str| logging_file(&[PathBuf::from("/libs").join(jar)]).expect("renders").0;
        assert_eq!(name("slf4j-jdk14-1.7.36.jar"), "logging.properties");
        assert_eq!(name("slf4j-reload4j-1.7.36.jar"), "log4j.properties");
        assert_eq!(name("log4j-slf4j-impl-2.24.3.jar"), "log4j2.properties");
    }

    #[test]
    fn a_log_is_capped_whatever_writes_it() {
        for jar in ["slf4j-jdk14-1.jar", "slf4j-reload4j-1.jar", "log4j-slf4j-impl-2.jar"] {
            let (name, text) = logging_file(&[jar.into()]).expect("renders");
            assert!(text.contains(&LOG_BYTES.to_string()), "{name}: {text}");
        }
    }
}
