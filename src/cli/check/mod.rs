//! `karctl check`: whether this machine, a cluster or Code Engine is ready, and how to get what is missing.

mod typed;

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCandidates;

use self::typed::Typed;
use super::arguments::{flag, one_reader_of_stdin};
use super::completions;
use super::k8s::{ClusterArguments, ReachArguments, RuntimeArguments};
use crate::check::{Mode, Report};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::Settings;
use crate::target::check::{Fixing, Wanted, applicable, check, check_and_fix};
use crate::target::code_engine;
use crate::target::hybrid;
use crate::target::kubernetes;
use crate::target::kubernetes::check::Stage;

/// Options of `karctl check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Modes are checked side by side. Without a mode: this machine, the cluster of the kubeconfig's current context where karctl
deployed to it, and the project of Code Engine where one was chosen. Nothing is changed, unless --probe-topic names a topic, or --fix is given.
Exit status: 0 all is well, 5 warnings only, 1 errors. What has not answered after a minute (--timeout) is an error.

Examples:
  karctl check                            everything that karctl knows of here
  karctl check local --set local.engine=native
  karctl check k8s --pre --ha             before the first deploy, with the options of the deploy
  karctl check k8s --context production   also what runs
  karctl check ce --managed kar --pre     before `karctl ce enable kar`
  karctl check ce --managed kar           also whether the project's configuration is that of the keys
  karctl check hybrid                     every member of karctl.yaml; in clusters from a short-lived pod
  karctl check hybrid --image registry:5000/karctl/injector:1
  karctl check hybrid --as edge           on an outside host, with the variables of its env file
  karctl check local k8s ce -o json       one document
  karctl check k8s --fix                  mend what karctl can, after a question
  karctl explain KAR216                   what a code means")]
pub struct CheckArguments {
    /// What is checked [default: everything that karctl knows of here]
    #[arg(value_name = "MODE", value_enum)]
    modes: Vec<ModeArgument>,
    /// Only what has to be there before anything is deployed, not what was deployed
    #[arg(long)]
    pre: bool,
    /// Do what can be done about what is found, after a question, and check again
    #[arg(long)]
    fix: bool,
    /// Only say what --fix would do
    #[arg(long, requires = "fix")]
    dry_run: bool,
    #[command(flatten)]
    typed: Typed,
    #[command(flatten, next_help_heading = typed::LOCAL)]
    local: LocalArguments,
    #[command(flatten, next_help_heading = typed::K8S)]
    runtime: RuntimeArguments,
    #[command(flatten, next_help_heading = typed::K8S)]
    reach: ReachArguments,
    #[command(flatten, next_help_heading = typed::K8S)]
    cluster: ClusterArguments,
    #[command(flatten, next_help_heading = typed::CE)]
    ce: CeArguments,
    #[command(flatten, next_help_heading = typed::HYBRID)]
    hybrid: HybridArguments,
}

/// `MODE`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeArgument {
    /// Whether `karctl local up` and applications can run on this machine
    Local,
    /// Whether `karctl k8s deploy` can do its work on a cluster, and whether what it deployed is well
    K8s,
    /// Whether `karctl ce enable` can do its work on a project, and whether the services can be used from here
    Ce,
    /// Whether every member of karctl.yaml has the configuration of the services, and reaches them from where it is
    Hybrid,
}

impl From<ModeArgument> for Mode {
    fn from(mode: ModeArgument) -> Self {
        match mode {
            ModeArgument::Local => Self::Local,
            ModeArgument::K8s => Self::K8s,
            ModeArgument::Ce => Self::Ce,
            ModeArgument::Hybrid => Self::Hybrid,
        }
    }
}

/// Options for this machine.
#[derive(Debug, Args)]
struct LocalArguments {
    /// Name of the instance [default: kar]
    #[arg(long, add = ArgValueCandidates::new(completions::instances))]
    name: Option<String>,
}

/// Options for Code Engine beside those of every account.
#[derive(Debug, Args)]
struct CeArguments {
    /// Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// A secret of the project with the login to a registry of private images
    #[arg(long, value_name = "NAME")]
    registry_secret: Option<String>,
    /// Write a record to this topic, which must exist, and read it again
    #[arg(long, value_name = "TOPIC")]
    probe_topic: Option<String>,
}

/// Options for the members of a project.
#[derive(Debug, Args)]
struct HybridArguments {
    /// The project's file [default: karctl.yaml in this folder, or in one above]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    project_file: Option<PathBuf>,
    /// Look from this machine, as this outside host, with the variables of this shell
    #[arg(long = "as", value_name = "MEMBER")]
    as_member: Option<String>,
    /// The image of karctl that pods run [default: that of karctl's own injector, where the cluster has it]
    #[arg(long, value_name = "IMAGE", conflicts_with = "as_member")]
    image: Option<String>,
}

/// Checks, prints what was found, and returns what the checks say.
///
/// # Errors
/// A usage failure where an option or a setting is wrong, or belongs to a mode that is not checked.
pub async fn run(arguments: CheckArguments, context: &Context) -> Result<u8> {
    let wanted = arguments.wanted(context).await?;
    let report = match (arguments.fix, arguments.dry_run) {
        (false, _) => check(context, &wanted).await?,
        (true, true) => check_and_fix(context, &wanted, Fixing::Show).await?,
        (true, false) => check_and_fix(context, &wanted, Fixing::Do).await?,
    };
    context.ui.data(&report, Report::text)?;
    Ok(report.status())
}

impl CheckArguments {
    /// The modes that were typed, else those that apply and those that an option is of.
    async fn modes(&self, context: &Context) -> Result<Vec<Mode>> {
        let mut modes: Vec<Mode> = self.modes.iter().copied().map(Mode::from).collect();
        if modes.is_empty() {
            modes = applicable(context).await;
            modes.extend(self.typed.single_modes());
        }
        self.typed.check(&modes)?;
        Ok(modes)
    }

    async fn wanted(&self, context: &Context) -> Result<Wanted> {
        let modes = self.modes(context).await?;
        let is_checked = |mode| modes.contains(&mode);
        Ok(Wanted {
            before: self.pre,
            local: if is_checked(Mode::Local) { Some(self.local(context)?) } else { None },
            code_engine: if is_checked(Mode::Ce) { Some(self.code_engine(is_checked(Mode::K8s))?) } else { None },
            cluster: if is_checked(Mode::K8s) {
                Some(self.cluster(context, is_checked(Mode::Ce)).await?)
            } else {
                None
            },
            hybrid: is_checked(Mode::Hybrid).then(|| hybrid::check::Wanted {
                file: self.hybrid.project_file.clone(),
                as_member: self.hybrid.as_member.clone(),
                image: self.hybrid.image.clone(),
            }),
            account: self.runtime.managed.account.options(self.ce.project.clone()),
        })
    }

    fn local(&self, context: &Context) -> Result<Settings> {
        let flags = flag("--name", "local.name", self.local.name.clone()).into_iter().collect();
        Ok(self.runtime.settings.load(context, flags)?.settings)
    }

    async fn cluster(&self, context: &Context, has_code_engine: bool) -> Result<kubernetes::check::Wanted> {
        // What a cluster has no use for may be meant for Code Engine.
        let (loaded, mut options) = match has_code_engine {
            true => self.runtime.load_shared(context).await?,
            false => self.runtime.load(context).await?,
        };
        self.reach.fill(&mut options);
        let stage = match (self.pre, self.modes.is_empty()) {
            (true, _) => Stage::Before,
            (false, true) => Stage::AsFound,
            (false, false) => Stage::Deployed,
        };
        Ok(kubernetes::check::Wanted { selection: self.cluster.selection(), settings: loaded.settings, options, stage })
    }

    fn code_engine(&self, has_cluster: bool) -> Result<code_engine::check::Wanted> {
        let (managed, keys) = (&self.runtime.managed.managed, &self.runtime.managed.keys);
        if managed.is_none() && keys.is_given() && !keys.is_file() {
            return Err(keys.unused("--managed KEY").into());
        }
        let (key, credentials) = (self.runtime.managed.account.is_on_stdin(), keys.is_on_stdin());
        one_reader_of_stdin(&[("--api-key-file", key), ("--credentials", credentials)])?;
        if has_cluster && managed.is_some() && (key || credentials) {
            return Err(Failure::usage("two modes would read stdin").hint("give a file in place of `-`").into());
        }
        Ok(code_engine::check::Wanted {
            registry_secret: self.ce.registry_secret.clone(),
            probe_topic: self.ce.probe_topic.clone(),
            before: self.pre,
            ..keys.wanted(managed.as_ref())
        })
    }
}
