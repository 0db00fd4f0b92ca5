//! `karctl schema`: what each command prints with `-o json`, and what `--progress json` prints beside it, and what
//! `karctl.yaml` may say, as JSON schema. The registry is one line a document.

use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;

use super::{completions, config, env, explain, profile};
use crate::check;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::nearest::nearest;
use crate::settings::project;

use crate::target::{
    self, app, bundle, cache, cluster, code_engine, environment, hybrid, images, kubernetes, local, namespace,
    overview, registry,
};
use crate::ui::{Event, Output};

/// Every command that prints a document, by its path, and `progress`. Tests validate what is printed against these.
const DOCUMENTS: &[Document] = &[
    document::<kubernetes::addon::Installed>("addon install"),
    document::<kubernetes::addon::Addons>("addon list"),
    document::<kubernetes::addon::RemovedAddon>("addon remove"),
    document::<app::local::Down>("app down"),
    document::<app::cluster::ClusterDown>("app down --to cluster"),
    document::<app::init::Initialised>("app init"),
    document::<app::local::Up>("app up"),
    document::<app::cluster::ClusterUp>("app up --to cluster"),
    document::<bundle::Loaded>("bundle load"),
    document::<bundle::Saved>("bundle save"),
    document::<bundle::Verified>("bundle verify"),
    document::<cache::Cleaned>("cache clean"),
    document::<cache::Cache>("cache list"),
    document::<code_engine::component::DeletedComponent>("ce delete"),
    document::<code_engine::disable::Disabled>("ce disable"),
    document::<code_engine::enable::Enabled>("ce enable"),
    document::<code_engine::component::Components>("ce list"),
    document::<code_engine::login::Login>("ce login"),
    document::<code_engine::component::ComponentLogs>("ce logs"),
    document::<code_engine::project::CreatedProject>("ce project create"),
    document::<code_engine::project::DeletedProject>("ce project delete"),
    document::<code_engine::project::Projects>("ce project list"),
    document::<code_engine::project::UsedProject>("ce project use"),
    document::<code_engine::component::Ran>("ce run"),
    document::<code_engine::component::Scaled>("ce scale"),
    document::<code_engine::component::ComponentStatus>("ce status"),
    document::<check::Report>("check"),
    document::<cluster::Created>("cluster create"),
    document::<cluster::Deleted>("cluster delete"),
    document::<cluster::Clusters>("cluster list"),
    document::<cluster::Switched>("cluster start"),
    document::<cluster::Status>("cluster status"),
    document::<cluster::Switched>("cluster stop"),
    document::<target::completions::Installed>("completions --install"),
    document::<config::Shown>("config show"),
    document::<env::Printed>("env"),
    document::<environment::Checked>("env --check"),
    document::<env::Printed>("env --format json"),
    document::<explain::Explanations>("explain"),
    document::<hybrid::down::Down>("hybrid down"),
    document::<hybrid::init::Initialised>("hybrid init"),
    document::<hybrid::matrix::Matrix>("hybrid matrix"),
    document::<hybrid::plan::Plan>("hybrid plan"),
    document::<hybrid::status::Status>("hybrid status"),
    document::<hybrid::sync::Sync>("hybrid sync"),
    document::<hybrid::up::Up>("hybrid up"),
    document::<images::build::injector::Built>("images build"),
    document::<images::build::checkout::BuiltCheckout>("images build --src"),
    document::<images::list::Images>("images list"),
    document::<images::load::Loaded>("images load"),
    document::<images::push::Pushes>("images mirror"),
    document::<images::push::Pushes>("images push"),
    document::<kubernetes::deploy::Deployed>("k8s deploy"),
    document::<kubernetes::deploy::Differences>("k8s diff"),
    document::<kubernetes::pods::Pods>("k8s ps"),
    document::<kubernetes::status::ClusterStatus>("k8s status"),
    document::<kubernetes::undeploy::Undeployed>("k8s undeploy"),
    Document { command: project::FILE, schema: of_project },
    document::<local::chaos::Chaos>("local chaos kill"),
    document::<local::chaos::Chaos>("local chaos pause"),
    document::<local::Teardown>("local down"),
    document::<local::Instances>("local ls"),
    document::<local::app::Applications>("local ps"),
    document::<local::Reset>("local reset"),
    document::<local::ApplicationReset>("local reset --app"),
    document::<local::app::Started>("local run"),
    document::<local::snapshot::Deleted>("local snapshot delete"),
    document::<local::snapshot::Snapshots>("local snapshot list"),
    document::<local::snapshot::Restored>("local snapshot restore"),
    document::<local::snapshot::Saved>("local snapshot save"),
    document::<local::InstanceStatus>("local status"),
    document::<local::Teardown>("local stop"),
    document::<local::app::StoppedApp>("local stop-app"),
    document::<local::Up>("local up"),
    document::<target::migrate::Migrated>("migrate"),
    document::<namespace::DisabledNamespaces>("ns disable"),
    document::<namespace::EnabledNamespaces>("ns enable"),
    document::<namespace::explain::Explanation>("ns explain"),
    document::<namespace::Namespaces>("ns list"),
    document::<namespace::rollout::ScaledNamespace>("ns scale-down"),
    document::<namespace::rollout::ScaledNamespace>("ns scale-up"),
    document::<namespace::rollout::Synced>("ns sync"),
    document::<profile::Profiles>("profile list"),
    document::<JsonSchemaDocument>("profile schema"),
    document::<profile::Shown>("profile show"),
    document::<Event<'_>>("progress"),
    document::<registry::Down>("registry down"),
    document::<registry::Status>("registry status"),
    document::<registry::Up>("registry up"),
    document::<Documents>("schema"),
    document::<overview::Overview>("status"),
    document::<target::support_bundle::SupportBundle>("support-bundle"),
    document::<target::version::Version>("version"),
];

/// A command's document.
struct Document {
    command: &'static str,
    schema: fn() -> Schema,
}

const fn document<T: JsonSchema>(command: &'static str) -> Document {
    Document { command, schema: of_output::<T> }
}

/// The schema of what is written, which holds more than what would be read: every field is there.
fn of_output<T: JsonSchema>() -> Schema {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    RecursiveTransform(without_links).transform(&mut schema);
    schema
}

/// The schema of the file, which karctl reads and does not print.
fn of_project() -> Schema {
    project::schema().ok().and_then(|schema| Schema::try_from(schema).ok()).unwrap_or_default()
}

/// Doc comments name types as links, which mean nothing here.
fn without_links(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace("[`", "`").replace("`]", "`");
    }
}

/// Options of `karctl schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl schema                    the commands that print a document
  karctl schema local up           the schema of `karctl local up -o json`
  karctl schema env --check
  karctl schema progress           the schema of each line of `--progress json`
  karctl schema karctl.yaml > karctl.schema.json   for `# yaml-language-server: $schema=karctl.schema.json`")]
pub struct SchemaArguments {
    /// A command, as it is typed without `karctl`, or `progress`, or `karctl.yaml`
    #[arg(value_name = "COMMAND", allow_hyphen_values = true, trailing_var_arg = true,
          add = ArgValueCandidates::new(completions::commands_with_documents))]
    command: Vec<String>,
}

/// What `karctl schema -o json` prints without a command.
#[derive(Debug, Serialize, JsonSchema)]
struct Documents {
    /// Every command that prints a document; `progress` is each line of `--progress json`.
    commands: Vec<&'static str>,
}

/// A JSON schema (draft 2020-12).
#[derive(JsonSchema)]
#[expect(dead_code, reason = "stands for a document that is a schema itself")]
struct JsonSchemaDocument {
    #[serde(rename = "$schema")]
    schema: String,
}

/// Every command that prints a document.
pub fn commands() -> impl Iterator<Item = &'static str> {
    DOCUMENTS.iter().map(|document| document.command)
}

/// Prints the schema of a command's document, or lists the commands.
///
/// # Errors
/// A usage failure for a command that prints none.
pub fn run(arguments: &SchemaArguments, context: &Context) -> Result<u8> {
    let typed = arguments.command.join(" ");
    if typed.is_empty() {
        let documents = Documents { commands: commands().collect() };
        context.ui.data(&documents, |documents| documents.commands.join("\n") + "\n")?;
        return Ok(0);
    }
    let Some(document) = DOCUMENTS.iter().find(|document| document.command == typed) else {
        let failure = Failure::usage(format!("`karctl {typed}` prints no document"));
        return Err(match nearest(&typed, commands()) {
            Some(meant) => failure.hint(format!("the nearest is `{meant}`")).into(),
            None => failure.hint("`karctl schema` lists those that do").into(),
        });
    };
    print(context, (document.schema)().as_value())?;
    Ok(0)
}

/// Prints a schema, which is JSON also where text was asked for.
///
/// # Errors
/// When stdout cannot be written.
pub fn print(context: &Context, schema: &Value) -> Result<()> {
    match context.ui.output() {
        Output::Text => context.ui.raw(&format!("{schema:#}\n")),
        _ => context.ui.data(schema, |_| String::new()),
    }
}
