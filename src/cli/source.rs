//! Where the variables come from: an instance of this machine, a cluster, managed services of IBM Cloud, a project with
//! members, or a file that describes any Kafka and Redis.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCandidates;

use super::arguments::InstanceArguments;
use super::ce::AccountArguments;
use super::completions;
use super::managed::{self, KeyArguments};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::nearest::nearest;
use crate::services::Services;
use crate::settings::{self, Sources};
use crate::target::kubernetes::access::{self, Forward, Reached};
use crate::target::kubernetes::connection::{Cluster, Selection, connect};
use crate::target::{environment, hybrid, local};

/// The sources that have a name.
const NAMES: [&str; 5] = ["local", "cluster", "ibmcloud", "hybrid", "file"];

/// What was typed as SOURCE.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// `local`, or nothing.
    Local,
    /// `cluster`.
    Cluster,
    /// `ibmcloud KEY`, or `ibmcloud` where a file holds the keys.
    IbmCloud(Option<String>),
    /// `hybrid`, or `hybrid MEMBER`.
    Hybrid(Option<String>),
    /// `file F`.
    File(PathBuf),
}

/// Options of commands that take a source.
#[derive(Debug, Args)]
pub struct SourceArguments {
    /// `local`, `cluster`, `ibmcloud KEY`, `hybrid`, `hybrid MEMBER` or `file F` [default: local]
    #[arg(value_name = "SOURCE", num_args = 0..=2)]
    pub source: Vec<String>,
    #[command(flatten)]
    pub instance: InstanceArguments,
    /// Context of the kubeconfig, for `cluster` [default: its current one]
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(completions::contexts))]
    pub context: Option<String>,
    /// The kubeconfig, for `cluster` [default: KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub kubeconfig: Option<PathBuf>,
    #[command(flatten)]
    keys: KeyArguments,
    #[command(flatten)]
    account: AccountArguments,
}

/// Services, and what has to be kept while they are used.
pub struct Found {
    /// Where Kafka and Redis are.
    pub services: Services,
    /// Ports that lead into a cluster.
    pub forwards: Vec<Forward>,
}

impl Source {
    /// Reads the words of SOURCE.
    ///
    /// # Errors
    /// A usage failure for an unknown source or a missing file name.
    pub fn parse(words: &[String]) -> Result<Self> {
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] | ["local"] => Ok(Self::Local),
            ["cluster"] => Ok(Self::Cluster),
            ["ibmcloud"] => Ok(Self::IbmCloud(None)),
            ["ibmcloud", key] => Ok(Self::IbmCloud(Some((*key).to_owned()))),
            ["hybrid"] => Ok(Self::Hybrid(None)),
            ["hybrid", member] => Ok(Self::Hybrid(Some((*member).to_owned()))),
            ["file", path] => Ok(Self::File(PathBuf::from(path))),
            ["file"] => Err(Failure::usage("`file` needs the name of a file").hint("give `file services.yaml`").into()),
            ["local" | "cluster", extra, ..] | ["file" | "ibmcloud" | "hybrid", _, extra, ..] => {
                Err(Failure::usage(format!("`{extra}` is one word too many")).into())
            }
            [unknown, ..] => {
                let failure = Failure::usage(format!(
                    "there is no source `{unknown}`; there are local, cluster, ibmcloud KEY, hybrid and file F"
                ));
                Err(match nearest(unknown, NAMES) {
                    Some(name) => failure.hint(format!("did you mean `{name}`?")).into(),
                    None => failure.into(),
                })
            }
        }
    }
}

impl SourceArguments {
    /// Reads the words of SOURCE.
    ///
    /// # Errors
    /// A usage failure for an unknown source.
    pub fn source(&self) -> Result<Source> {
        let source = Source::parse(&self.source)?;
        if source != Source::Cluster && (self.context.is_some() || self.kubeconfig.is_some()) {
            let failure = Failure::usage("--context and --kubeconfig choose a cluster");
            return Err(failure.hint("write `cluster` as the source").into());
        }
        match &source {
            Source::IbmCloud(None) if !self.keys.is_file() => Err(managed::nameless().into()),
            Source::IbmCloud(_) => self.keys.check_account(&self.account).map(|()| source),
            _ if self.keys.is_given() => Err(self.keys.unused("`ibmcloud KEY` as the source").into()),
            _ if self.account.is_given() => Err(self.account.unused("write `ibmcloud KEY` as the source").into()),
            _ => Ok(source),
        }
    }

    /// The services as they are reached without further help.
    ///
    /// # Errors
    /// When the instance does not run, the cluster does not answer, or the file cannot be read.
    pub async fn services(&self, context: &Context) -> Result<Services> {
        match self.source()? {
            Source::Local => local::services(context, &self.instance.name()?).await,
            Source::Cluster => {
                let (cluster, namespace) = self.cluster(context).await?;
                access::services(&cluster, &namespace).await
            }
            Source::IbmCloud(key) => {
                let account = || self.account.account(context);
                Ok(self.keys.services(context, key.as_deref(), account).await?.services)
            }
            Source::Hybrid(member) => hybrid::services::of_member(context, member.as_deref()).await,
            Source::File(path) => Ok(Services::Given(environment::read_services(context, &path)?)),
        }
    }

    /// The services, with ports forwarded where a cluster does not expose them.
    ///
    /// # Errors
    /// As [`SourceArguments::services`], and when a port of this machine is taken.
    pub async fn reach(&self, context: &Context) -> Result<Found> {
        if self.source()? == Source::Cluster {
            let (cluster, namespace) = self.cluster(context).await?;
            let Reached { services, forwards } = access::reach(&cluster, &namespace).await?;
            return Ok(Found { services, forwards });
        }
        Ok(Found { services: self.services(context).await?, forwards: Vec::new() })
    }

    /// The cluster, and the namespace of its runtime: `KARCTL_KUBERNETES_NAMESPACE`, else that of the settings.
    async fn cluster(&self, context: &Context) -> Result<(Cluster, String)> {
        let loaded = settings::load(&context.environment, &Sources::default())?;
        let selection = Selection { kubeconfig: self.kubeconfig.clone(), context: self.context.clone() };
        Ok((connect(context, &selection).await?, loaded.settings.kubernetes.namespace))
    }
}
