//! `karctl inject` and `karctl uninject`, and the options of a sidecar.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueHint};

use crate::context::Context;
use crate::error::Result;
use crate::inject::{KAR_SIDECAR_IMAGE, Kind, Resources, Sidecar};
use crate::target::inject::{Direction, rewrite};

/// Options of `karctl inject`.
#[derive(Debug, Args)]
#[command(after_help = "\
Every Pod and pod template with the annotation kar.ibm.com/app gets what the admission webhook would add: in Deployments,
StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and Lists. Everything else stays as it is, comments excepted. What was
done for each object is said on stderr.

Annotations, of the pod: kar.ibm.com/app (a label's value), service, actors, appPort (8080), runtimePort (3500), verbose,
extraArgs (separated by commas; \\, is a comma), sidecarContainer (\"true\", the default, or \"false\").

Examples:
  karctl inject -f app.yaml | kubectl apply -f -
  kubectl get deployment web -o json | karctl inject -f - -o yaml
  karctl inject -f job.yaml --native-sidecar      so that the Job ends")]
pub struct InjectArguments {
    /// A manifest of YAML or JSON documents, `-` for stdin; may be repeated
    #[arg(short = 'f', long = "file", value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    sidecar: SidecarArguments,
}

/// Options of `karctl uninject`.
#[derive(Debug, Args)]
#[command(after_help = "\
Takes away what `karctl inject`, or the webhook, added. The annotations stay, and so does what has other values than they ask
for.

Examples:
  karctl uninject -f injected.yaml
  karctl inject -f app.yaml | karctl uninject -f -      is app.yaml again")]
pub struct UninjectArguments {
    /// A manifest of YAML or JSON documents, `-` for stdin; may be repeated
    #[arg(short = 'f', long = "file", value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
}

/// How sidecars are made.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sidecars")]
pub struct SidecarArguments {
    /// Image of the sidecar
    #[arg(long, value_name = "IMAGE", default_value = KAR_SIDECAR_IMAGE)]
    sidecar_image: String,
    /// Make it an init container that is always restarted, so that it starts first, ends last, and lets Jobs end; needs
    /// Kubernetes 1.29
    #[arg(long)]
    native_sidecar: bool,
    /// Run it as this user, and never as root; for PodSecurity's `restricted`, not on OpenShift [default: the image's]
    #[arg(long, value_name = "UID", value_parser = clap::value_parser!(u32).range(1..))]
    sidecar_user: Option<u32>,
    /// What it asks for and may use, such as requests.cpu=50m,limits.memory=256Mi
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    sidecar_resources: Vec<ResourceArgument>,
}

/// `requests.cpu=50m`.
#[derive(Clone, Debug)]
struct ResourceArgument {
    is_limit: bool,
    name: String,
    quantity: String,
}

impl FromStr for ResourceArgument {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let form = || "write it as requests.NAME=QUANTITY or limits.NAME=QUANTITY".to_owned();
        let (path, quantity) = text.split_once('=').ok_or_else(form)?;
        let (part, name) = path.split_once('.').ok_or_else(form)?;
        let is_limit = match part {
            "requests" => false,
            "limits" => true,
            _ => return Err(form()),
        };
        let number = quantity.trim_end_matches(char::is_alphabetic);
        let suffixes = ["", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        let is_number = number.parse::<f64>().is_ok() && number.starts_with(|c: char| c.is_ascii_digit());
        if name.is_empty() || !is_number || !suffixes.contains(&&quantity[number.len()..]) {
            return Err(format!("{quantity:?} is no quantity such as 50m or 256Mi"));
        }
        Ok(Self { is_limit, name: name.to_owned(), quantity: quantity.to_owned() })
    }
}

impl SidecarArguments {
    /// What was typed, as injection takes it.
    pub fn sidecar(self) -> Sidecar {
        let mut resources = Resources::default();
        for resource in self.sidecar_resources {
            let list = if resource.is_limit { &mut resources.limits } else { &mut resources.requests };
            list.push((resource.name, resource.quantity));
        }
        Sidecar {
            image: self.sidecar_image,
            kind: if self.native_sidecar { Kind::Native } else { Kind::Container },
            user: self.sidecar_user,
            resources: (resources != Resources::default()).then_some(resources),
        }
    }
}

/// Runs `karctl inject`.
///
/// # Errors
/// Whatever the target reports.
pub fn run(arguments: InjectArguments, context: &Context) -> Result<u8> {
    let direction = Direction::Inject(arguments.sidecar.sidecar());
    context.ui.raw(&rewrite(&arguments.files, &direction, context)?)?;
    Ok(0)
}

/// Runs `karctl uninject`.
///
/// # Errors
/// Whatever the target reports.
pub fn run_uninject(arguments: &UninjectArguments, context: &Context) -> Result<u8> {
    context.ui.raw(&rewrite(&arguments.files, &Direction::Uninject, context)?)?;
    Ok(0)
}
