//! `karctl injector`: the admission webhook.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::arguments::DurationArgument;
use super::inject::SidecarArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::hybrid::matrix::within;
use crate::target::injector::{self, CERTIFICATE, DRAIN, KEY, PORT, Settings};

/// The subcommands of `karctl injector`.
#[derive(Debug, Subcommand)]
pub enum InjectorCommand {
    /// Answer admission reviews over HTTPS until SIGTERM
    Serve(Box<ServeArguments>),
    /// Go the ways to Kafka and Redis with the configuration of a folder, and print where they lead
    #[command(hide = true)]
    Probe(ProbeArguments),
}

/// Options of `karctl injector probe`, which pods run for `karctl hybrid matrix`.
#[derive(Debug, Args)]
pub struct ProbeArguments {
    /// The folder, with a file for each variable
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
}

/// Options of `karctl injector serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
POST /inject-sidecar takes an AdmissionReview of admission.k8s.io/v1. GET /healthz, /readyz and /metrics (Prometheus) are on
the same port. The certificate is reloaded when its files change. The log is one JSON object a line on stdout; -v logs every
review. After SIGTERM /readyz says no, and the injector ends when the time to drain is over.

Examples:
  karctl injector serve
  karctl injector serve --cert tls.crt --key tls.key --address 127.0.0.1 --drain 0
  karctl injector serve --native-sidecar --sidecar-user 65532")]
pub struct ServeArguments {
    /// The certificate, as PEM
    #[arg(long, value_name = "FILE", default_value = CERTIFICATE, value_hint = ValueHint::FilePath)]
    cert: PathBuf,
    /// Its private key, as PEM
    #[arg(long, value_name = "FILE", default_value = KEY, value_hint = ValueHint::FilePath)]
    key: PathBuf,
    /// Where to listen: an address of this machine, or 0.0.0.0 or :: for all of them
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0")]
    address: IpAddr,
    /// The port to listen on
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    port: u16,
    /// How long to go on after SIGTERM, such as 5s [default: 5s]
    #[arg(long, value_name = "DURATION")]
    drain: Option<DurationArgument>,
    #[command(flatten)]
    sidecar: SidecarArguments,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: InjectorCommand, context: &Context) -> Result<u8> {
    let arguments = match command {
        InjectorCommand::Serve(arguments) => arguments,
        InjectorCommand::Probe(arguments) => {
            context.ui.raw(&within::line(&within::look(context, &arguments.folder).await?)?)?;
            return Ok(0);
        }
    };
    let folder = context.environment.working_directory();
    let settings = Settings {
        address: arguments.address,
        port: arguments.port,
        certificate: folder.join(arguments.cert),
        key: folder.join(arguments.key),
        sidecar: arguments.sidecar.sidecar(),
        drain: arguments.drain.map_or(DRAIN, |drain| drain.0),
        log_reviews: context.ui.is_verbose(),
    };
    injector::serve(settings, context).await?;
    Ok(0)
}
