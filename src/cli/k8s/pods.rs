//! `karctl k8s ps`, `logs` and `port-forward`.

use clap::{Args, ValueEnum};

use super::ClusterArguments;
use crate::cli::arguments::{DurationArgument, SettingsArguments};
use crate::context::Context;
use crate::error::Result;
use crate::target::kubernetes::connection::connect;
use crate::target::kubernetes::pods::{self, LogQuery, Query};
use crate::target::kubernetes::report;

/// The port at which an injected `kar` listens, as in the original.
const RUNTIME_PORT: u16 = 3500;

/// Which pods.
#[derive(Debug, Args)]
struct QueryArguments {
    /// Only of this application
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// Only in this namespace [default: every enabled one]
    #[arg(short, long, value_name = "NAMESPACE")]
    namespace: Option<String>,
}

impl QueryArguments {
    fn query(&self) -> Query {
        Query { app: self.app.clone(), namespace: self.namespace.clone(), component: None }
    }
}

/// Options of `karctl k8s ps`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl k8s ps
  karctl k8s ps --app hello -n team-a")]
pub struct PsArguments {
    #[command(flatten)]
    query: QueryArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// Options of `karctl k8s logs`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl k8s logs --app hello -F
  karctl k8s logs kafka --tail 50
  karctl k8s logs injector --since 10m")]
pub struct LogsArguments {
    /// Pods of the runtime instead of applications
    #[arg(value_enum, value_name = "COMPONENT", conflicts_with_all = ["app", "namespace"])]
    component: Option<ComponentArgument>,
    #[command(flatten)]
    query: QueryArguments,
    /// Go on until interrupted
    #[arg(short = 'F', long)]
    follow: bool,
    /// Only lines of the last so long, such as 10m
    #[arg(long, value_name = "DURATION")]
    since: Option<DurationArgument>,
    /// Only so many lines from the end of each container
    #[arg(long, value_name = "LINES")]
    tail: Option<u32>,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// A part of the runtime.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ComponentArgument {
    /// ZooKeeper
    #[value(name = "zookeeper")]
    ZooKeeper,
    /// Kafka
    Kafka,
    /// Redis
    Redis,
    /// The injector
    Injector,
}

/// Options of `karctl k8s port-forward`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl k8s port-forward                             Kafka and Redis, until interrupted
  karctl k8s port-forward --app hello                 the kar of one of its pods
  karctl k8s port-forward --app hello --port 8080 --local-port 8080")]
pub struct PortForwardArguments {
    #[command(flatten)]
    query: QueryArguments,
    /// Port of the application's pod
    #[arg(long, value_name = "PORT", default_value_t = RUNTIME_PORT, requires = "app")]
    port: u16,
    /// Port of this machine; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0, requires = "app")]
    local_port: u16,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

impl PsArguments {
    /// Lists the pods.
    ///
    /// # Errors
    /// Whatever the target reports.
    pub async fn run(&self, context: &Context) -> Result<u8> {
        let cluster = connect(context, &self.cluster.selection()).await?;
        context.ui.data(&pods::list(&cluster, &self.query.query()).await?, report::pods)?;
        Ok(0)
    }
}

impl LogsArguments {
    /// Prints the logs.
    ///
    /// # Errors
    /// Whatever the target reports.
    pub async fn run(&self, context: &Context) -> Result<u8> {
        let loaded = self.settings.load(context, Vec::new())?;
        let cluster = connect(context, &self.cluster.selection()).await?;
        let component = self.component.map(|component| match component {
            ComponentArgument::ZooKeeper => "zookeeper",
            ComponentArgument::Kafka => "kafka",
            ComponentArgument::Redis => "redis",
            ComponentArgument::Injector => "injector",
        });
        let query = Query { component: component.map(str::to_owned), ..self.query.query() };
        let since_seconds = self.since.map(|since| since.0.as_secs());
        let log = LogQuery { follow: self.follow, since_seconds, tail: self.tail };
        pods::logs(context, &cluster, &loaded.settings.kubernetes.namespace, &query, log).await?;
        Ok(0)
    }
}

impl PortForwardArguments {
    /// Forwards until interrupted.
    ///
    /// # Errors
    /// Whatever the target reports.
    pub async fn run(&self, context: &Context) -> Result<u8> {
        let loaded = self.settings.load(context, Vec::new())?;
        let cluster = connect(context, &self.cluster.selection()).await?;
        let namespace = &loaded.settings.kubernetes.namespace;
        let forwarded = pods::forward(&cluster, namespace, &self.query.query(), self.port, self.local_port).await?;
        for line in &forwarded.lines {
            context.ui.note(line);
        }
        if !forwarded.forwards.is_empty() {
            std::future::pending::<()>().await;
        }
        Ok(0)
    }
}
