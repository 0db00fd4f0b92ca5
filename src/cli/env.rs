//! `karctl env`: the variables that `kar` reads, spelled for a shell or a file. Replaces kar-env-local.sh.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum, ValueHint};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::arguments::key_and_value;
use super::source::SourceArguments;
use crate::context::Context;
use crate::error::{Result, Status};
use crate::runtime_config::format::{self, Format};
use crate::runtime_config::rename::rename;
use crate::runtime_config::{NAMES, RuntimeConfig, Variable};
use crate::services::Vantage;
use crate::target::environment;
use crate::ui::Output;

/// Options of `karctl env`.
#[derive(Debug, Args)]
#[command(after_help = "\
Every variable that kar reads is set or unset, so that nothing of an earlier session stays. When the command fails, the
formats that are meant for eval print a failing statement and nothing else.

Examples:
  eval \"$(karctl env)\"                      sh, bash, dash, zsh
  karctl env --format fish | source         fish
  karctl env --write .env --format dotenv   a file, next to what you wrote into it
  karctl env --from container               for a container on the instance's network
  karctl env --check || eval \"$(karctl env)\"
  karctl env cluster                        a cluster that exposes them (karctl k8s deploy --expose)
  karctl env ibmcloud kar                   Event Streams and Databases for Redis, by the name of their service keys
  karctl env ibmcloud --credentials keys.json
  karctl env hybrid                         what karctl.yaml says, for this machine
  karctl env file services.yaml             any Kafka and Redis")]
pub struct EnvArguments {
    #[command(flatten)]
    source: SourceArguments,
    /// How to spell the variables [default: sh]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name())))]
    format: Option<String>,
    /// Print what unsets all variables
    #[arg(long, conflicts_with_all = ["check", "from", "kafka_version"])]
    unset: bool,
    /// Compare the variables of this shell with what runs; exit 3 where they differ
    #[arg(long, conflicts_with_all = ["write", "format", "rename"])]
    check: bool,
    /// For whom [default: host]
    #[arg(long, value_enum, value_name = "WHO", default_value = "host", hide_default_value = true)]
    from: FromArgument,
    /// Write a block into this file, mode 0600, and keep what is around it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    write: Option<PathBuf>,
    /// Give a variable another name, such as KAFKA_BROKERS=BOOTSTRAP; may be repeated
    #[arg(long, value_name = "NAME=NEW")]
    rename: Vec<String>,
    /// Kafka protocol version to announce, three parts
    #[arg(long, value_name = "VERSION", value_parser = three_parts)]
    kafka_version: Option<String>,
}

/// Stands for the document that `-o json` and `--format json` print.
pub struct Printed;

impl JsonSchema for Printed {
    fn schema_name() -> Cow<'static, str> {
        "Variables".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let value = || json!({ "type": ["string", "null"] });
        let properties: Map<String, Value> = NAMES.iter().map(|&name| (name.to_owned(), value())).collect();
        json_schema!({
            "description": "The variables that kar reads; null: to be unset. With --rename, some have other names.",
            "type": "object",
            "properties": properties,
            "additionalProperties": value(),
            "minProperties": NAMES.len(),
            "maxProperties": NAMES.len(),
        })
    }
}

/// `--from`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FromArgument {
    /// A process of this machine
    Host,
    /// A container on the instance's network
    Container,
}

/// `kar` silently takes 1.0.0 for what has not three parts.
fn three_parts(text: &str) -> std::result::Result<String, String> {
    let parts: Vec<_> = text.split('.').map(str::parse::<u16>).collect();
    match parts.as_slice() {
        [Ok(_), Ok(_), Ok(_)] => Ok(text.to_owned()),
        _ => Err("write it with three parts, such as 3.2.0; kar silently takes 1.0.0 for anything else".to_owned()),
    }
}

impl EnvArguments {
    fn format(&self, context: &Context) -> Format {
        let typed = self.format.as_deref().and_then(|name| name.parse().ok());
        typed.unwrap_or(match context.ui.output() {
            Output::Text => Format::Sh,
            Output::Json => Format::Json,
            Output::Yaml => Format::Yaml,
        })
    }

    fn renamed(&self, variables: Vec<Variable>) -> Result<Vec<Variable>> {
        let pairs: Result<Vec<_>> = self
            .rename
            .iter()
            .map(|text| key_and_value("--rename", text).map(|(old, new)| (old.to_owned(), new.to_owned())))
            .collect();
        rename(variables, &pairs?)
    }

    async fn config(&self, context: &Context) -> Result<RuntimeConfig> {
        let services = self.source.services(context).await?;
        let vantage = match self.from {
            FromArgument::Host => Vantage::Host,
            FromArgument::Container => Vantage::Container,
        };
        let mut config = services.runtime_config(vantage)?;
        if let Some(version) = &self.kafka_version {
            config.kafka_version = Some(version.clone());
        }
        Ok(config)
    }
}

/// Prints, writes or checks the variables.
///
/// # Errors
/// When the instance does not run, or the format cannot hold a value.
pub async fn run(arguments: EnvArguments, context: &Context) -> Result<u8> {
    if arguments.check {
        let checked = environment::check(context, arguments.config(context).await).await;
        context.ui.data(&checked, environment::Checked::text)?;
        return Ok(if checked.fits { 0 } else { Status::Different as u8 });
    }
    let format = arguments.format(context);
    let text = if arguments.unset {
        arguments.source.source()?;
        format::unset(&arguments.renamed(RuntimeConfig::default().variables())?, format)
    } else {
        let config = arguments.config(context).await?;
        format::spell(&arguments.renamed(config.variables())?, format)?
    };
    match &arguments.write {
        Some(path) => {
            let change = environment::write(context, path, &text, format)?;
            context.ui.note(format!("{} {change}", path.display()));
        }
        None => context.ui.raw(&text)?,
    }
    Ok(0)
}

/// After a failure of `karctl env`: prints the statement that makes `eval` fail too.
///
/// `arguments` are those of the process, since they may be what is wrong.
pub fn refuse(arguments: &[OsString]) {
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let command = super::command();
    let is_env = words.iter().find(|word| command.find_subcommand(word).is_some()).is_some_and(|word| word == "env");
    let to_stdout = !words.iter().any(|word| word == "--check" || word == "--write" || word.starts_with("--write="));
    if is_env && to_stdout {
        use std::io::Write;
        let statement = format::failing_statement(typed_format(&words));
        // Nothing else can be done where stdout is closed.
        std::io::stdout().write_all(statement.as_bytes()).ok();
    }
}

/// The format as far as it was understandable; `sh` otherwise, since most who type nothing are in one.
fn typed_format(words: &[String]) -> Format {
    let mut typed = words.iter().zip(words.iter().skip(1)).filter(|(option, _)| *option == "--format");
    let separate = typed.next_back().map(|(_, value)| value.clone());
    let joined = words.iter().find_map(|word| word.strip_prefix("--format=").map(str::to_owned));
    let format = separate.or(joined).and_then(|name| name.parse().ok());
    let is_document = words
        .windows(2)
        .any(|pair| matches!(pair[0].as_str(), "-o" | "--output") && matches!(pair[1].as_str(), "json" | "yaml"));
    format.unwrap_or(if is_document { Format::Json } else { Format::Sh })
}
