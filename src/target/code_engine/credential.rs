//! Who asks: an API key, or the login of the `ibmcloud` command.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::account::{AccountOptions, Origin, Sourced, read_cli, variable};
use super::ibmcloud_cli::CliConfiguration;
use crate::client::file;
use crate::client::ibmcloud::Credential;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::redacted::Secret;

/// Variables with an API key, or `@FILE`.
const API_KEY: [&str; 2] = ["IBMCLOUD_API_KEY", "IC_API_KEY"];

/// An API key where one is given, else the login of the `ibmcloud` command, as long as it lasts.
pub(super) fn credential(
    context: &Context,
    options: &AccountOptions,
    cli: &Result<Option<CliConfiguration>>,
) -> Result<(Credential, Origin)> {
    if let Some(path) = &options.api_key_file {
        let origin = Origin::Option("--api-key-file");
        return Ok((Credential::ApiKey(key_in_file(context, path, &origin)?), origin));
    }
    if let Some(Sourced { value, origin }) = variable(context, &API_KEY) {
        let key = match value.strip_prefix('@') {
            Some(path) => key_in_file(context, Path::new(path), &origin)?,
            None => key(&value, &origin)?,
        };
        return Ok((Credential::ApiKey(key), origin));
    }
    match cli {
        // An error cannot be cloned; whoever reads the file again finds the same.
        Err(_) => Err(read_cli(context).err().unwrap_or_else(|| missing().into())),
        Ok(cli) => {
            let login = cli.as_ref().map(CliConfiguration::login).transpose()?.flatten();
            let (token, path) = login.ok_or_else(missing)?;
            Ok((Credential::Token(token), Origin::Cli(path.to_owned())))
        }
    }
}

fn missing() -> Failure {
    Failure::new("there is no login for IBM Cloud: no API key is given, and nobody is logged in with `ibmcloud`")
        .hint("set IBMCLOUD_API_KEY (`@FILE` for a file with the key), give --api-key-file, or run `ibmcloud login`")
        .code(Code::CloudLoginMissing)
}

fn key_in_file(context: &Context, path: &Path, origin: &Origin) -> Result<Secret> {
    let unusable = |reason: &str| {
        Failure::usage(format!("{origin}: {} {reason}", path.display())).code(Code::CloudConfigurationUnusable)
    };
    let content = if path == Path::new("-") {
        let mut content = Vec::new();
        std::io::stdin().read_to_end(&mut content).map_err(|error| unusable("cannot be read").because(error))?;
        content
    } else {
        let path = context.environment.working_directory().join(path);
        file::read(&path)?.ok_or_else(|| unusable("is not there"))?
    };
    let text = String::from_utf8(content).map_err(|_| unusable("is not text in UTF-8"))?;
    let text = text.trim();
    // As `ibmcloud iam api-key-create --file` writes it.
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => match object.get("apikey").and_then(Value::as_str) {
            Some(apikey) => key(apikey, origin),
            None => Err(unusable("is JSON without a text `apikey`").into()),
        },
        _ => key(text, origin),
    }
}

/// Refuses what cannot be a key, as IBM's SDKs do, before it is sent anywhere.
/// <https://github.com/IBM/go-sdk-core/blob/main/core/utils.go>
fn key(text: &str, origin: &Origin) -> Result<Secret> {
    const OF_JSON: [char; 3] = ['{', '}', '"'];
    let reason = if text.is_empty() {
        "it is empty"
    } else if text.starts_with(OF_JSON) || text.ends_with(OF_JSON) {
        "it begins or ends with a brace or a quote"
    } else if !text.chars().all(|c| c.is_ascii_graphic()) {
        "it has a blank or another character that no key has"
    } else {
        return Ok(Secret::new(text));
    };
    Err(Failure::usage(format!("{origin} holds no API key: {reason}"))
        .hint("give the key alone, without quotes or what is around it")
        .code(Code::CloudConfigurationUnusable)
        .into())
}
