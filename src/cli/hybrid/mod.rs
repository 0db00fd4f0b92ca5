//! `karctl hybrid`: one project over clusters, projects of Code Engine, this machine and other hosts.

mod matrix;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use crate::context::Context;
use crate::error::Result;
use crate::target::hybrid::plan::{self, Plan};
use crate::target::hybrid::{Hybrid, down, init, outcome, status, sync, up};

/// The subcommands of `karctl hybrid`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
karctl.yaml says where Kafka and Redis are (`services`) and who uses them (`members`); each member is brought to it by the
recipe of its kind: `karctl k8s deploy`, `karctl ce enable`, `karctl local up`, or a file of variables for another host.

Examples:
  karctl hybrid init                       asks, and writes or extends karctl.yaml
  karctl hybrid plan --out plan.json       what would be done, and to whom
  karctl hybrid up plan.json               that, and nothing else
  karctl hybrid status
  karctl hybrid matrix                     whether each reaches Kafka and Redis
  karctl hybrid down                       the data stays")]
pub enum HybridCommand {
    /// Write or extend karctl.yaml; what is there stays
    Init(InitArguments),
    /// Show what `up` would do, or write it down
    Plan(PlanArguments),
    /// Bring every member to what the file says
    Up(UpArguments),
    /// Show each member, and what is wrong with it
    Status(StatusArguments),
    /// Show whether every member reaches Kafka and Redis, and which hop of the way is broken
    Matrix(matrix::MatrixArguments),
    /// Bring new credentials to every member, in waves, each checked before the next
    Sync(SyncArguments),
    /// Take away from every member what `up` brought about; the data stays
    Down(DownArguments),
}

/// Which project, and which of its members.
#[derive(Debug, Args)]
pub struct WhichArguments {
    /// The project's file [default: karctl.yaml in this folder, or in one above]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Only this member; may be repeated
    #[arg(long, value_name = "MEMBER")]
    only: Vec<String>,
    /// Folder of the files of variables for hosts [default: `hybrid`, beside the project's file]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    env_dir: Option<PathBuf>,
}

/// Options of `karctl hybrid init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without options it asks. What the file says already stays, comments too; what it says otherwise is refused.

Examples:
  karctl hybrid init
  karctl hybrid init --services local --member laptop=local --member edge=host
  karctl hybrid init --services cluster:east --member east=cluster:kind-east --member cloud=code-engine:orders@eu-de
  karctl hybrid init --member west=cluster:west --dry-run")]
pub struct InitArguments {
    /// The project's file [default: karctl.yaml in this folder, or in one above]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Where Kafka and Redis are: local, local:NAME, cluster:MEMBER, managed:KEY, credentials:FILE or file:FILE
    #[arg(long, value_name = "WHERE")]
    services: Option<String>,
    /// A member: NAME=cluster:CONTEXT, NAME=code-engine:PROJECT@REGION, NAME=local or NAME=host; may be repeated
    #[arg(long = "member", value_name = "NAME=WHAT")]
    members: Vec<String>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl hybrid plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
A plan is bound to the file, to this karctl, to the identity and version of each member, and to what it would get: what it is
told of Kafka and Redis, its settings, its applications. Of passwords it has what 600000 rounds of PBKDF2 make of them; its file
has mode 0600.

Examples:
  karctl hybrid plan
  karctl hybrid plan --only east -o json
  karctl hybrid plan --out plan.json")]
pub struct PlanArguments {
    #[command(flatten)]
    which: WhichArguments,
    /// Write it into this file too, for `karctl hybrid up`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// Registry, and folder in it, that images of applications are pushed to [default: that of this machine]
    #[arg(long, value_name = "HOST/FOLDER")]
    registry: Option<String>,
}

/// Options of `karctl hybrid up`.
#[derive(Debug, Args)]
#[command(after_help = "\
The home of Kafka and Redis comes first, then the others side by side; what fails for one holds up no other, and the same
command again finishes it. With a plan, nothing is changed where more would be done than was planned. Namespaces that the
file names are created where there are none.

Examples:
  karctl hybrid up
  karctl hybrid up plan.json
  karctl hybrid up --only east --only cloud
  karctl hybrid up --dry-run -o json")]
pub struct UpArguments {
    /// A plan that `karctl hybrid plan --out` wrote
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath, conflicts_with = "only")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    which: WhichArguments,
    /// Registry, and folder in it, that images of applications are pushed to [default: that of the plan, or of this machine]
    #[arg(long, value_name = "HOST/FOLDER")]
    registry: Option<String>,
    /// Return when everything was applied, without waiting until it is ready
    #[arg(long)]
    no_wait: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl hybrid status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Another host is not seen from here: it is unverified. Below each member are the applications that the file gives it: pods on a
cluster, components on Code Engine, containers on this machine. Exit status: 1 where a member or an application is not as it is
to be.

Examples:
  karctl hybrid status
  karctl hybrid status --only east -o json")]
pub struct StatusArguments {
    #[command(flatten)]
    which: WhichArguments,
}

/// Options of `karctl hybrid sync`.
#[derive(Debug, Args)]
#[command(after_help = "\
After a password or a key was changed: `services` says what the new ones are. A login that Kafka or Redis refuses is found out
before anybody is given it. One member is first, then two, then four and more side by side, each wave when all of the former
reach Kafka and Redis, as far as somebody can look from there (--image). Pods and components that began with the old ones are
made anew as they are; a file of another host is written, and loaded there by whoever runs it. The same command again goes on
where one failed. Exit status: 1 where something is left to do, 4 where that is so for want of time only.

Examples:
  karctl hybrid sync
  karctl hybrid sync --dry-run
  karctl hybrid sync --only east
  karctl hybrid sync --no-restart -o json")]
pub struct SyncArguments {
    #[command(flatten)]
    which: WhichArguments,
    /// Leave pods and components with the variables that they began with
    #[arg(long)]
    no_restart: bool,
    /// The image of karctl that pods run to look from there [default: that of the cluster's injector]
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl hybrid down`.
#[derive(Debug, Args)]
#[command(after_help = "\
What the file names is taken away, also where it was deployed by hand before. What stays is named: data, and namespaces with
what is in them. The home of Kafka and Redis goes last, and only when nobody else uses them.

Examples:
  karctl hybrid down
  karctl hybrid down --only cloud
  karctl hybrid down --dry-run")]
pub struct DownArguments {
    #[command(flatten)]
    which: WhichArguments,
    /// Do not ask about applications that still run, and take the home of Kafka and Redis down whoever else may use them
    #[arg(long)]
    force: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl WhichArguments {
    fn hybrid(&self, context: &Context) -> Result<Hybrid> {
        Hybrid::read(context, self.file.as_deref())
    }

    fn options(&self) -> up::Options {
        up::Options { only: self.only.clone(), env_dir: self.env_dir.clone(), ..up::Options::default() }
    }
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: HybridCommand, context: &Context) -> Result<u8> {
    match command {
        HybridCommand::Init(arguments) => arguments.run(context).await,
        HybridCommand::Plan(arguments) => arguments.run(context).await,
        HybridCommand::Up(arguments) => arguments.run(context).await,
        HybridCommand::Status(arguments) => arguments.run(context).await,
        HybridCommand::Matrix(arguments) => arguments.run(context).await,
        HybridCommand::Sync(arguments) => arguments.run(context).await,
        HybridCommand::Down(arguments) => arguments.run(context).await,
    }
}

impl InitArguments {
    async fn run(self, context: &Context) -> Result<u8> {
        let Self { file, services, members, dry_run } = self;
        let initialised = init::init(context, &init::Order { file, services, members, dry_run }).await?;
        context.ui.data(&initialised, init::Initialised::text)?;
        Ok(0)
    }
}

impl PlanArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let options = up::Options { registry: self.registry.clone(), ..self.which.options() };
        let plan = plan::plan(context, &self.which.hybrid(context)?, &options).await?;
        if let Some(path) = &self.out {
            plan.write(context, path)?;
            context.ui.note(format!("`karctl hybrid up {}` does it", path.display()));
        }
        context.ui.data(&plan, Plan::text)?;
        Ok(0)
    }
}

impl UpArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let plan = self.plan.as_ref().map(|path| Plan::read(context, path)).transpose()?;
        let registry = self.registry.clone();
        let options = up::Options { registry, no_wait: self.no_wait, dry_run: self.dry_run, ..self.which.options() };
        let up = up::up(context, &self.which.hybrid(context)?, &options, plan.as_ref()).await?;
        context.ui.data(&up, up::Up::text)?;
        Ok(outcome::status(&up.members))
    }
}

impl StatusArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let options = status::Options { only: self.which.only.clone(), env_dir: self.which.env_dir.clone() };
        let status = status::status(context, &self.which.hybrid(context)?, &options).await?;
        context.ui.data(&status, status::Status::text)?;
        Ok(status.exit())
    }
}

impl SyncArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let options = sync::Options {
            only: self.which.only.clone(),
            env_dir: self.which.env_dir.clone(),
            no_restart: self.no_restart,
            image: self.image.clone(),
            dry_run: self.dry_run,
        };
        let synced = sync::sync(context, &self.which.hybrid(context)?, &options).await?;
        context.ui.data(&synced, sync::Sync::text)?;
        Ok(synced.status())
    }
}

impl DownArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let options = down::Options {
            only: self.which.only.clone(),
            env_dir: self.which.env_dir.clone(),
            force: self.force,
            dry_run: self.dry_run,
        };
        let down = down::down(context, &self.which.hybrid(context)?, &options).await?;
        context.ui.data(&down, down::Down::text)?;
        Ok(outcome::status(&down.members))
    }
}
